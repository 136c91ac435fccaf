"""What a list shows, written to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tui.locale import _
from tui.shared.columns import Column
from tui.shared.pages import PAGE_ROWS, PageSource, Row
from tui.shared.table_files import write_file

# Where lists go unless a person names another place.
HOME = Path("~")
# These cannot stand in the name of a file on every system.
NOT_IN_A_FILE_NAME = '<>:"/\\|?*'


def write_rows(columns: Sequence[Column], rows: Iterable[Row], path: Path) -> int:
    """Write the rows of a list under its heads; a column without a head is drawn only.

    Returns:
        How many rows were written.

    Raises:
        Refused: The file cannot be written.
    """
    kept = [at for at, column in enumerate(columns) if column.label]
    figures = {place for place, at in enumerate(kept) if columns[at].align == "right"}
    texts = (
        [_without_commas(row, at) if columns[at].align == "right" else str(row.cells[at]) for at in kept]
        for row in rows
    )
    return write_file(path, [_(columns[at].label) for at in kept], texts, figures)


def _without_commas(row: Row, at: int) -> str:
    return str(row.cells[at]).replace(",", "")


def all_rows(source: PageSource) -> Iterator[Row]:
    """Every row of a list, page after page; in a thread."""
    offset, after = 0, None
    while page := source.page(offset, PAGE_ROWS, after, None):
        yield from page
        offset, after = offset + len(page), page[-1].sort_key


def free_path(name: str, folder: Path = HOME, ending: str = ".csv") -> Path:
    """The name of a file that is not there yet, to be proposed: what is written again leaves the one before.

    Args:
        name: What it is called without its ending; a document's number or a customer's code may hold anything.
    """
    name = "".join("-" if character in NOT_IN_A_FILE_NAME else character for character in name)
    path, copy = folder / f"{name}{ending}", 1
    while path.expanduser().exists():
        copy += 1
        path = folder / f"{name}-{copy}{ending}"
    return path


def objection_to(text: str) -> str:
    """Why a text cannot be the name of a new file, translated; empty when it can."""
    path = Path(text).expanduser()
    if not text or path.is_dir():
        return _("Write the name of a file.")
    if path.exists():
        return _("{path} is there already: choose another name.").format(path=path)
    return "" if path.parent.is_dir() else _("There is no folder {path}.").format(path=path.parent)
