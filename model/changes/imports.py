"""Imports as changes: the files are kept, so that doing the change again reads the same rows."""

from __future__ import annotations

from collections.abc import Iterator

from model import synced
from model.batches import batches
from model.changes.kind import Args, Kind
from model.context import Context
from model.errors import N_, Refused, StoreError
from model.files.batch import ImportSummary
from model.files.faults import Faults, SourceRow
from model.files.intake import import_rows
from model.files.reading import SourceFile, SourceTable, inflated, tables_in
from model.files.tables import TABLES
from model.rights import require
from model.store import meta, rows
from model.touched import touch

# Documents of which an import may change those that are there already. Orders and receipts are only ever added.
_CHANGEABLE = ("setting", "rule", "person", "product", "cost", "customer", "contact", "close")
_NAMED_BILLS = "SELECT receipt_id, COUNT(*) FROM receipt_order GROUP BY receipt_id"


class ImportBatch(Args, frozen=True):
    """Files taken in together. `sha256` names their contents, which stand in the table import_file."""

    sha256: str
    names: tuple[str, ...]


def import_batch(args: ImportBatch, ctx: Context) -> ImportSummary:
    """Take the rows of kept files into the store.

    Raises:
        ImportRefused: some rows are bad.
        Refused: the person's role may not import, or this is a laptop: tables are imported at the office.
        StoreError: the files are not in this store.
    """
    require(ctx, "import_tables")
    if ctx.arrived or meta("server"):
        raise Refused(N_("Tables are imported at the office itself: run “huoke import” on the server."))
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
    tells_laptops = meta("role") == "server"
    before = _fingerprints() if tells_laptops else {}
    summary = import_rows(_rows_of(found, faults), on=ctx.business_date, change_uid=ctx.change_uid, faults=faults)
    if tells_laptops:
        _announce_what_changed(before, ctx)
    return summary


def _fingerprints() -> dict[tuple[str, bytes], int]:
    """What every document is that an import may change, to be compared with what it is afterwards."""
    found: dict[tuple[str, bytes], int] = {}
    for kind in _CHANGEABLE:
        for some in batches(synced.all_ids(kind)):
            bodies = synced.read_documents(kind, some)
            found |= {(kind, id_): hash(body) for id_, body in bodies.items()}
    found |= {("receipt", bytes(id_)): named for id_, named in rows(_NAMED_BILLS)}
    return found


def _announce_what_changed(before: dict[tuple[str, bytes], int], ctx: Context) -> None:
    """Announce what an import wrote. It comes after the writing: at the office nothing is kept aside."""
    customer_of = {bytes(id_): bytes(customer) for id_, customer in rows("SELECT id, customer_id FROM receipt")}
    for (kind, id_), fingerprint in _fingerprints().items():
        if before.get((kind, id_)) != fingerprint:
            touch(kind, id_, customer=id_ if kind == "customer" else customer_of.get(id_))
    for table, kind in (("orders", "order"), ("receipt", "receipt")):
        for id_, customer in rows(f"SELECT id, customer_id FROM {table} WHERE change_uid = ?", (ctx.change_uid,)):
            touch(kind, bytes(id_), customer=bytes(customer))


def _rows_of(found: list[SourceTable], faults: Faults) -> Iterator[tuple[str, SourceRow]]:
    """The rows of all files, table after table in the order in which one refers to another."""
    for name in TABLES:
        for table in found:
            if table.table.name == name:
                for row in table.rows(faults):
                    yield name, row


IMPORT_KINDS = (Kind("import.batch", ImportBatch, import_batch),)
