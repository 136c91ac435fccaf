"""Taking rows of the tables into the store: CSV, XLSX and generated rows all come through here.

Everything happens in the present transaction. All rows are looked at before anything is refused, so that a person sees
every fault at once; then the whole transaction is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from model import booking, totals
from model.files.amendment_rows import AmendmentRows
from model.files.batch import Batch, ImportSummary, Progress, Values, read_values
from model.files.customer_rows import CustomerRows
from model.files.faults import Faults, SourceRow
from model.files.order_rows import OrderRows
from model.files.people_rows import CloseRows, ContactRows, PeopleRows, RuleRows
from model.files.product_rows import ProductRows
from model.files.receipt_rows import ReceiptRows
from model.files.return_rows import ReturnRows
from model.files.tables import TABLES
from model.store import meta, one, set_meta
from model.written import LAST_IMPORT

ROWS_PER_REPORT = 2_000
# With more customers touched than this part of all, computing every total anew is quicker than theirs one by one.
TOUCHED_PART_FOR_REBUILD = 5

# Who follows an import: not part of the change, whose rule knows nothing of screens.
progress_of: ContextVar[Progress | None] = ContextVar("huoke_import_progress", default=None)


@dataclass(frozen=True)
class Stage:
    """One table: what takes its rows, and what is to be done once it has no more."""

    table: str
    take: Callable[[SourceRow, Values], None]
    finish: Callable[[], None]


def import_rows(
    rows: Iterable[tuple[str, SourceRow]],
    *,
    on: date,
    change_uid: bytes,
    faults: Faults | None = None,
    expected: Mapping[str, int] | None = None,
) -> ImportSummary:
    """Take rows into the store, each table's together and in the order of model.files.tables.TABLES.

    Args:
        on: the import's business date.
        change_uid: the change that the rows belong to.
        faults: what was found wrong while the rows were read.
        expected: rows of each table, where that is known.

    Raises:
        ImportRefused: some rows are bad; the surrounding transaction must be given up.
    """
    faults = Faults() if faults is None else faults
    batch = Batch(on, bytes.fromhex(meta("company")), change_uid, faults)
    stages = _stages(batch)
    position = {stage.table: place for place, stage in enumerate(stages)}
    reporting, done = progress_of.get(), 0
    present, stage = -1, stages[0]
    for table, source in rows:
        if present < 0 or table != stage.table:
            _report(reporting, stage.table, done, expected)
            if position[table] < present:
                raise ValueError(f"{table} comes after {stage.table}")
            for ended in stages[max(present, 0) : position[table]]:
                ended.finish()
            present, done = position[table], 0
            stage, form = stages[present], TABLES[table]
        values = read_values(form, source, faults)
        if values is None:
            batch.spoil(table, source)
        else:
            stage.take(source, values)
        done += 1
        if done % ROWS_PER_REPORT == 0:
            _report(reporting, table, done, expected)
    _report(reporting, stage.table, done, expected)
    for ended in stages[max(present, 0) :]:
        ended.finish()
    faults.refuse_if_any()
    _bring_totals_up_to_date(batch, reporting)
    booking.keep_imported(batch.change_uid, max(batch.closed_months, default=""), batch.on)
    set_meta(LAST_IMPORT, batch.change_uid.hex())
    return ImportSummary({name: batch.counts[name] for name in TABLES if name in batch.counts})


def _stages(batch: Batch) -> list[Stage]:
    people, customers, products = PeopleRows(batch), CustomerRows(batch), ProductRows(batch)
    rules, orders, receipts = RuleRows(batch), OrderRows(batch), ReceiptRows(batch)
    returns, contacts, closes = ReturnRows(batch, orders), ContactRows(batch), CloseRows(batch)
    amendments = AmendmentRows(batch, orders)

    def finish_documents() -> None:
        orders.finish()
        returns.finish()
        amendments.finish()

    def nothing() -> None:
        """The orders are written once their lines have come."""

    return [
        Stage("salespeople", people.take, people.finish),
        Stage("customers", customers.take, customers.finish),
        Stage("assignments", customers.assignments.take, customers.assignments.finish),
        Stage("terms", customers.terms.take, customers.finish_terms),
        Stage("products", products.take, products.finish),
        Stage("costs", products.take_cost, products.finish_costs),
        Stage("rules", rules.take, rules.finish),
        Stage("orders", orders.take, nothing),
        Stage("order_lines", orders.take_line, finish_documents),
        Stage("receipts", receipts.take, receipts.finish),
        Stage("allocations", receipts.take_allocation, receipts.finish_allocations),
        Stage("contacts_log", contacts.take, contacts.finish),
        Stage("closes", closes.take, closes.finish),
    ]


def _report(reporting: Progress | None, table: str, done: int, expected: Mapping[str, int] | None) -> None:
    if reporting is not None and done:
        reporting(table, done, expected.get(table) if expected is not None else None)


def _bring_totals_up_to_date(batch: Batch, reporting: Progress | None) -> None:
    moved = batch.customers_moved
    if not moved:
        return
    counted = one("SELECT COUNT(*) FROM customer")
    customers = 0 if counted is None else int(counted[0])
    if len(moved) * TOUCHED_PART_FOR_REBUILD > customers:
        for done in totals.rebuild():
            _report(reporting, "totals", done, {"totals": customers})
    else:
        totals.rebuild_customers(moved, batch.months_moved)
