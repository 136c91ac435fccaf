"""Rows of text as a CSV file or, where its name ends in .xlsx, as a workbook; whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from model.errors import N_, Refused

WORKBOOK_ENDING = ".xlsx"
# A text that begins so would be run as a formula by a spreadsheet that reads the CSV file.
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")

Written = Callable[[Path, Sequence[str], Iterable[Sequence[str]], Collection[int]], int]


def write_file(
    path: Path,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    figures: Collection[int],
    given_up: Callable[[], bool] = lambda: False,
) -> int:
    """Write rows of text under a head to a file that is there whole or not at all.

    Args:
        figures: The places of the columns that hold figures; everything else is a text, whatever it looks like.
        given_up: Asked at the end; where it was given up no file is left.

    Returns:
        How many rows were written.

    Raises:
        Refused: The file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    write: Written = _write_workbook if path.suffix.lower() == WORKBOOK_ENDING else _write_csv
    try:
        written = write(part, head, rows, figures)
        if not given_up():
            os.replace(part, path)
    except OSError as error:
        raise Refused(N_("{path} cannot be written: {reason}."), path=str(path), reason=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
    return written


def _write_csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]], figures: Collection[int]) -> int:
    written = 0
    # The mark at the beginning lets spreadsheets read Chinese.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for row in rows:
            writer.writerow(text if at in figures else _harmless(text) for at, text in enumerate(row))
            written += 1
    return written


def _write_workbook(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]], figures: Collection[int]) -> int:
    # Half a second of other people's code that most starts of the program never need.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(list(head))
    written = 0
    for row in rows:
        cells = []
        for at, text in enumerate(row):
            # openpyxl takes Decimal, its published types do not say so.
            figure: Any = _figure(text) if at in figures else None
            cell = WriteOnlyCell(sheet, text if figure is None else figure)
            if figure is None:
                # Not even what begins with = is anything but a text.
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
        written += 1
    # The ending of the file beside tells openpyxl nothing; it writes what it is given open.
    with path.open("wb") as file:
        workbook.save(file)
    return written


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_BEGINNINGS) else text


def _figure(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
