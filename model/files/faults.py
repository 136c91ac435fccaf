"""Bad rows, collected so that a person sees all of them at once."""

from __future__ import annotations

from typing import Any, NamedTuple

from model.errors import BadRow, ImportRefused, InputError

# Whoever has more bad rows than this mends the cause, not the rows.
MOST_BAD_ROWS_KEPT = 1_000


class SourceRow(NamedTuple):
    """One row as a file has it; a column the file lacks is not among the cells."""

    file: str
    row: int
    cells: dict[str, str]


class Faults:
    """What is wrong with the files, in the order it was found."""

    def __init__(self) -> None:
        self.bad_rows: list[BadRow] = []

    def add(self, file: str, row: int, column: str, error: InputError) -> None:
        if len(self.bad_rows) < MOST_BAD_ROWS_KEPT:
            self.bad_rows.append(BadRow(file, row, column, error))

    def tell(self, source: SourceRow, column: str, template: str, /, **params: Any) -> None:
        """Note one fault of a row."""
        self.add(source.file, source.row, column, InputError(template, **params))

    def refuse_if_any(self) -> None:
        """
        Raises:
            ImportRefused: there are bad rows; it carries them.
        """
        if self.bad_rows:
            raise ImportRefused(self.bad_rows)
