"""Imports as changes: the files are kept, so that doing the change again reads the same rows."""

from __future__ import annotations

from collections.abc import Iterator

from model.changes.kind import Args, Kind
from model.context import Context
from model.errors import N_, StoreError
from model.files.batch import ImportSummary
from model.files.faults import Faults, SourceRow
from model.files.intake import import_rows
from model.files.reading import SourceFile, SourceTable, inflated, tables_in
from model.files.tables import TABLES
from model.rights import require
from model.store import rows


class ImportBatch(Args, frozen=True):
    """Files taken in together. `sha256` names their contents, which stand in the table import_file."""

    sha256: str
    names: tuple[str, ...]


def import_batch(args: ImportBatch, ctx: Context) -> ImportSummary:
    """Take the rows of kept files into the store.

    Raises:
        ImportRefused: some rows are bad.
        Refused: the person's role may not import.
        StoreError: the files are not in this store.
    """
    require(ctx, "import_tables")
    kept = dict(rows("SELECT name, content FROM import_file WHERE sha256 = ?", (args.sha256,)))
    missing = [name for name in args.names if name not in kept]
    if missing:
        raise StoreError(N_("The imported file {name} is not in this store: sync first."), name=missing[0])
    faults = Faults()
    found = [
        table
        for name in args.names
        for table in tables_in(SourceFile(name, lambda name=name: inflated(bytes(kept[name]))), faults)  # type: ignore[misc]
    ]
    return import_rows(_rows_of(found, faults), on=ctx.business_date, change_uid=ctx.change_uid, faults=faults)


def _rows_of(found: list[SourceTable], faults: Faults) -> Iterator[tuple[str, SourceRow]]:
    """The rows of all files, table after table in the order in which one refers to another."""
    for name in TABLES:
        for table in found:
            if table.table.name == name:
                for row in table.rows(faults):
                    yield name, row


IMPORT_KINDS = (Kind("import.batch", ImportBatch, import_batch),)
