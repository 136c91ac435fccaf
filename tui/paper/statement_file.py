"""A customer's statement in a file: text for the printer, a page for a browser, or a workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from model.errors import N_, Refused
from model.paper import statement_paper
from tui.paper.sheet import Sheet, is_html, write_sheet
from tui.paper.statement import sheet_of_statement
from tui.shared.table_files import WORKBOOK_ENDING, write_file

# Where statements go unless a person names another place.
STATEMENTS_FOLDER = Path("~") / "huoke-statements"


def write_statement(customer_code: str, first: date | None, last: date, path: Path) -> None:
    """Write a customer's statement; inside the store.

    Raises:
        InputError: there is no such customer.
        Refused: only its card is here, the file is there already, or it cannot be written.
    """
    sheet = sheet_of_statement(statement_paper(customer_code, first, last))
    _make_folder(path)
    if path.suffix.lower() == WORKBOOK_ENDING:
        _write_workbook(sheet, path)
    else:
        write_sheet(sheet, path, html=is_html(path))


def _make_folder(path: Path) -> None:
    """Make the folder for statements with the first of them."""
    folder = STATEMENTS_FOLDER.expanduser()
    if path.parent != folder:
        return
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise Refused(N_("{path} cannot be written: {reason}."), path=str(path), reason=error.strerror) from error


def _write_workbook(sheet: Sheet, path: Path) -> None:
    """The movements as figures, and under them what the paper says of them."""
    if path.exists():
        raise Refused(N_("{path} is there already: choose another name."), path=str(path))
    figures = {at for at, head in enumerate(sheet.heads) if head.align == "right"}
    last = len(sheet.heads) - 1
    movements = [[_plain(cell) if at in figures else cell for at, cell in enumerate(row)] for row in sheet.rows]
    said = [(sheet.company, ""), *(field for group in sheet.fields for field in group), *sheet.words]
    below = [[name, value, *[""] * (last - 1)] for name, value in said]
    sums = [[name, *[""] * (last - 1), _plain(value)] for name, value in sheet.sums]
    write_file(path, [head.text for head in sheet.heads], [*movements, *sums, *below], figures)


def _plain(amount: str) -> str:
    return amount.replace(",", "")
