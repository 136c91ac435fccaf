"""Rows and sentences on standard output and standard error."""

from __future__ import annotations

import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from model.errors import N_, HuokeError
from tui.locale import _, translate_error

Format: TypeAlias = Literal["table", "csv", "json"]
FORMATS: tuple[Format, ...] = ("table", "csv", "json")
Cell: TypeAlias = str | int | bool | date | None
COLUMN_GAP = "  "
ERASE_TO_END = "\x1b[K"
# What a person pasted is named in an error, not repeated.
LONGEST_VALUE_CHARACTERS = 60


@dataclass(frozen=True)
class Column:
    """One column of printed rows.

    Attributes:
        name: what CSV and JSON call it.
        title: its marked heading in a table.
        right: whether a table puts it against the right edge.
    """

    name: str
    title: str
    right: bool = False


def print_rows(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], form: Format) -> None:
    """Print rows as a table for a person, or as CSV or JSON for a program.

    Args:
        rows: a cell for each column; amounts and quantities as decimal texts, None where a value is undefined.
    """
    if form == "json":
        _print_json([column.name for column in columns], rows)
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows([plain_text(cell) for cell in row] for row in rows)
    else:
        _print_table(columns, [[_shown(cell) for cell in row] for row in rows])


def print_one(columns: Sequence[Column], row: Sequence[Cell], form: Format) -> None:
    """Print one row: for a person a line for each of its columns, for a program the same as print_rows."""
    if form != "table":
        print_rows(columns, [row], form)
        return
    titles = [_(column.title) for column in columns]
    width = max(map(cell_width, titles))
    for title, cell in zip(titles, row, strict=True):
        print(f"{_padded(title, width, False)}{COLUMN_GAP}{_shown(cell)}".rstrip())


def _print_json(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    written = [json.dumps(dict(zip(names, map(_json_value, row), strict=True)), ensure_ascii=False) for row in rows]
    print("[" + ",\n ".join(written) + "]")


def _json_value(cell: Cell) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell


def plain_text(cell: Cell) -> str:
    """A cell as files and programs read it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return N_("yes") if cell else N_("no")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _shown(cell: Cell) -> str:
    return _(plain_text(cell)) if isinstance(cell, bool) else one_line(plain_text(cell))


def _print_table(columns: Sequence[Column], rows: list[list[str]]) -> None:
    lines = [[_(column.title) for column in columns], *rows]
    widths = [max(cell_width(line[place]) for line in lines) for place in range(len(columns))]
    for line in lines:
        cells = [_padded(text, width, column.right) for text, width, column in zip(line, widths, columns, strict=True)]
        print(COLUMN_GAP.join(cells).rstrip())


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - cell_width(text))
    return space + text if right else text + space


def cell_width(text: str) -> int:
    """How many cells of a terminal a text takes: two for each Chinese character."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def one_line(text: str) -> str:
    """A text that cannot move the cursor, colour the screen or break the line."""
    return "".join(character if character.isprintable() else " " for character in text)


def tell(sentence: str) -> None:
    """Say something beside the rows, on standard error."""
    print(one_line(sentence), file=sys.stderr)


def sentence(error: HuokeError) -> str:
    """An error in one line, what was pasted into it cut short."""
    params = {name: _short(value) for name, value in error.params.items()}
    return one_line(translate_error(HuokeError(error.template, **params)))


def _short(value: object) -> object:
    if isinstance(value, HuokeError) or not isinstance(value, str) or len(value) <= LONGEST_VALUE_CHARACTERS:
        return value
    # A list of the choices there are is long and wanted whole, and so is a command that is to be typed.
    whole = (", " in value and value.isascii()) or value.startswith("huoke ")
    return value if whole else value[: LONGEST_VALUE_CHARACTERS - 1] + "…"


class ProgressLine:
    """One line on standard error that tells how far long work is; silent where nobody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()

    def show(self, what: str, done: int, expected: int | None) -> None:
        """Say how many are done, of how many where that is known."""
        of_all = f"/{expected:,}" if expected else ""
        self.show_words(f"{what} {done:,}{of_all}")

    def show_words(self, words: str) -> None:
        """Say how far it is."""
        if self._watched:
            print(f"\r{one_line(words)}{ERASE_TO_END}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._watched:
            print(f"\r{ERASE_TO_END}", end="", file=sys.stderr, flush=True)
