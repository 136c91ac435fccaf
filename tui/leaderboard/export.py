"""A short list as it is shown, written to a CSV file."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

from model.errors import N_, Refused
from tui.customers.export import FORMULA_BEGINNINGS
from tui.locale import _
from tui.shared.columns import Column
from tui.shared.paged_table import Row


def write_rows(columns: Sequence[Column], rows: Sequence[Row], path: Path) -> None:
    """Write rows under their heads to a file that is there whole or not at all; a column without a head is drawn only.

    Raises:
        Refused: the file cannot be written.
    """
    kept = [at for at, column in enumerate(columns) if column.label]
    part = path.with_name(path.name + ".part")
    try:
        # The mark at the beginning lets spreadsheets read Chinese.
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([_(columns[at].label) for at in kept])
            writer.writerows([_cell(columns[at], str(row.cells[at])) for at in kept] for row in rows)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused(N_("{path} cannot be written: {reason}."), path=str(path), reason=error.strerror) from error


def _cell(column: Column, text: str) -> str:
    """A figure without its thousands' commas; a text that a spreadsheet does not run as a formula."""
    if column.align == "right":
        return text.replace(",", "")
    return "'" + text if text.startswith(FORMULA_BEGINNINGS) else text


def objection_to(text: str) -> str:
    """Why a text cannot be the name of a new file; empty when it can."""
    path = Path(text).expanduser()
    if not text or path.is_dir():
        return _("Write the name of a file.")
    if path.exists():
        return _("{path} is there already: choose another name.").format(path=path)
    return "" if path.parent.is_dir() else _("There is no folder {path}.").format(path=path.parent)
