"""CSV and XLSX files as rows of text, whatever wrote them.

A file is one table and named after it; a workbook has a table on each sheet. What cannot be read is noted with its
file, row and column, and reading goes on, so that a person mends everything at once.
"""

from __future__ import annotations

import codecs
import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from model.errors import N_, InputError
from model.files.faults import Faults, SourceRow
from model.files.tables import TABLES, TableFormat, shown

CSV_ENDING, XLSX_ENDING = ".csv", ".xlsx"
CHUNK_BYTES = 1 << 20
COMPRESSED_CHUNK_BYTES = 1 << 16
# A workbook is unpacked in memory; one beyond this was made to harm, or belongs into CSV files.
LARGEST_WORKBOOK_BYTES = 500_000_000
# The digits a spreadsheet itself shows of a number.
SPREADSHEET_DIGITS = 15
_BAD_WORKBOOK = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError,
    OSError, NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True)
class SourceFile:
    """A file's name and a way to read its bytes, as often as needed."""

    name: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class SourceTable:
    """One table found in a file, still unread."""

    table: TableFormat
    file: str
    rows: Callable[[Faults], Iterator[SourceRow]]


def files_at(paths: Sequence[Path]) -> list[Path]:
    """The files a person named, the tables' files of a folder among them.

    Raises:
        InputError: there is no such file, it is of another kind, or a folder has none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if _is_table_file(each))
            if not inside:
                raise InputError(N_("There is no CSV or XLSX file in {path}: put the tables there."), path=path)
            found += inside
        elif not path.exists():
            raise InputError(N_("There is no file {path}: check the name."), path=path)
        elif path.suffix.lower() not in (CSV_ENDING, XLSX_ENDING):
            raise InputError(N_("{path} is neither a CSV nor an XLSX file: save it as one of them."), path=path)
        else:
            found.append(path)
    if not found:
        raise InputError(N_("Name the files or the folder to import."))
    return list(dict.fromkeys(found))


def _is_table_file(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in (CSV_ENDING, XLSX_ENDING) and path.name[0] not in ".~"


def tables_in(source: SourceFile, faults: Faults) -> list[SourceTable]:
    """The tables of a file; an unknown one is noted by its name."""
    if source.name.lower().endswith(XLSX_ENDING):
        return _sheets_of(source, faults)
    table = _table_named(Path(source.name).stem, source.name, faults)
    return [] if table is None else [SourceTable(table, source.name, lambda f: _csv_rows(source, table, f))]


def _table_named(name: str, file: str, faults: Faults) -> TableFormat | None:
    table = TABLES.get(name.strip().lower())
    if table is None:
        error = InputError(
            N_("There is no table {table}: the tables are {names}."), table=shown(name), names=", ".join(TABLES)
        )
        faults.add(file, 0, "", error)
    return table


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _csv_rows(source: SourceFile, table: TableFormat, faults: Faults) -> Iterator[SourceRow]:
    encoding = _encoding_of(source)
    if encoding is None:
        wrong = InputError(N_("The file is neither UTF-8 nor GBK text: save it as CSV in UTF-8."))
        faults.add(source.name, 0, "", wrong)
        return
    with source.open() as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        yield from _table_rows(source.name, table, _csv_cells(source.name, text, faults), faults)


def _csv_cells(file: str, text: io.TextIOWrapper, faults: Faults) -> Iterator[list[str]]:
    reader = csv.reader(text, strict=True)
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                wrong = InputError(
                    N_("A cell has more than {most} characters, or a quotation mark is not closed."),
                    most=csv.field_size_limit(),
                )
            else:
                wrong = InputError(N_("The row is not CSV ({reason}): check its quotation marks."), reason=str(error))
            faults.add(file, row, "", wrong)
            return
        yield cells


def _encoding_of(source: SourceFile) -> str | None:
    """UTF-8 with or without a byte order mark, else GBK; None for neither."""
    for name, codec in (("utf-8", "utf-8-sig"), ("gb18030", "gb18030")):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with source.open() as raw:
                while chunk := raw.read(CHUNK_BYTES):
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return codec
    return None


# ── XLSX ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sheets_of(source: SourceFile, faults: Faults) -> list[SourceTable]:
    try:
        workbook = _workbook(source)
    except _BAD_WORKBOOK as error:
        faults.add(source.name, 0, "", _not_a_workbook(error))
        return []
    found = []
    for sheet in workbook.worksheets:
        file = f"{source.name}:{sheet.title}"
        sheet.reset_dimensions()
        cells = _sheet_cells(file, sheet, faults)
        first = next(cells, None)
        if first is None:
            continue
        table = _table_named(sheet.title, file, faults)
        if table is not None:
            found.append(SourceTable(table, file, _sheet_reader(file, table, sheet)))
    return found


def _sheet_reader(file: str, table: TableFormat, sheet: Any) -> Callable[[Faults], Iterator[SourceRow]]:
    return lambda faults: _table_rows(file, table, _sheet_cells(file, sheet, faults), faults, ragged=True)


def _workbook(source: SourceFile) -> Any:
    # Half a second of other people's code that most starts of the program never need.
    import openpyxl

    with source.open() as raw:
        content = io.BytesIO(raw.read())
    with zipfile.ZipFile(content) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_WORKBOOK_BYTES:
            raise ValueError("too large")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(content, read_only=True, data_only=True)


def _not_a_workbook(error: Exception) -> InputError:
    return InputError(
        N_("The file is not a workbook that can be read ({reason}): save it again as XLSX, or as CSV."),
        reason=shown(str(error) or type(error).__name__),
    )


def _sheet_cells(file: str, sheet: Any, faults: Faults) -> Iterator[list[str]]:
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            values = next(rows)
        except StopIteration:
            return
        except _BAD_WORKBOOK as error:
            faults.add(file, 0, "", _not_a_workbook(error))
            return
        yield [_cell_text(value) for value in values]


def _cell_text(value: Any) -> str:
    """What a person sees in a cell, as a CSV file would have it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{Decimal(f'{value:.{SPREADSHEET_DIGITS}g}'):f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


# ── both ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _table_rows(
    file: str, table: TableFormat, lines: Iterator[list[str]], faults: Faults, ragged: bool = False
) -> Iterator[SourceRow]:
    """The rows below a header, each with its cells by column name.

    Args:
        ragged: whether rows may be shorter than the header, as in a workbook, where empty cells end a row.
    """
    header = next(lines, None)
    if header is None:
        faults.add(file, 0, "", InputError(N_("The file is empty: its first row must name the columns.")))
        return
    names = [name.strip().lower() for name in header]
    while names and not names[-1]:
        names.pop()
    if not _header_is_sound(file, table, names, faults):
        return
    width = len(names)
    for row, cells in enumerate(lines, start=2):
        if len(cells) != width:
            if not any(cells):
                continue
            if any(cells[width:]) or (len(cells) < width and not ragged):
                error = InputError(
                    N_("The row has {cells} cells, the header {columns}: check commas and quotation marks."),
                    cells=len(cells), columns=width,
                )  # fmt: skip
                faults.add(file, row, "", error)
                continue
            cells += [""] * (width - len(cells))
        elif not any(cells):
            continue
        yield SourceRow(file, row, dict(zip(names, cells, strict=False)))


def _header_is_sound(file: str, table: TableFormat, names: Sequence[str], faults: Faults) -> bool:
    known = {column.name for column in table.columns}
    before = len(faults.bad_rows)

    def wrong(column: str, template: str, /, **params: Any) -> None:
        faults.add(file, 1, shown(column), InputError(template, **params))

    for position, name in enumerate(names):
        if name not in known:
            wrong(
                name, N_("{table} has no column “{column}”: its columns are {names}."),
                table=table.name, column=shown(name), names=", ".join(table.column_names),
            )  # fmt: skip
        elif name in names[:position]:
            wrong(name, N_("The column {column} stands in the header twice."), column=name)
    for column in table.columns:
        if column.required and column.name not in names:
            wrong(column.name, N_("The column {column} is missing: every row needs it."), column=column.name)
    return len(faults.bad_rows) == before


# ── bytes kept in the store ─────────────────────────────────────────────────────────────────────────────────────


class InflatedFile(io.RawIOBase):
    """The bytes of a compressed file, unpacked as they are read."""

    def __init__(self, compressed: bytes) -> None:
        self._inflate = zlib.decompressobj()
        self._compressed = io.BytesIO(compressed)
        self._unpacked = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._unpacked:
            chunk = self._compressed.read(COMPRESSED_CHUNK_BYTES)
            self._unpacked = memoryview(self._inflate.decompress(chunk) if chunk else self._inflate.flush())
            if not chunk:
                break
        count = min(len(buffer), len(self._unpacked))
        buffer[:count] = self._unpacked[:count]
        self._unpacked = self._unpacked[count:]
        return count


def inflated(compressed: bytes) -> BinaryIO:
    """A stream over a compressed file."""
    return io.BufferedReader(InflatedFile(compressed), CHUNK_BYTES)
