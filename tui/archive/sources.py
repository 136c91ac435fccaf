"""Where the archive's lists get their rows: pages of a customer's documents, or a short list read whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from model.account import (
    AllocationRow,
    BillRow,
    LedgerRow,
    allocations_of,
    count_late_bills,
    count_ledger,
    count_open_bills,
    page_of_late_bills,
    page_of_ledger,
    page_of_open_bills,
)
from model.archive import (
    ContactRow,
    DocumentRef,
    OrderRow,
    count_contacts,
    count_orders,
    page_of_contacts,
    page_of_orders,
)
from model.change_history import ChangeRow, count_changes, page_of_changes
from model.store import Store
from tui.shared.pages import Row

Record = TypeVar("Record")


@dataclass(frozen=True)
class RecordRow(Row):
    """A row that carries what it shows, so that a key can act on it."""

    record: Any = None

    @property
    def document(self) -> DocumentRef | None:
        """The document that the row shows, if it shows one."""
        return getattr(self.record, "document", None)


@dataclass(frozen=True)
class Desk:
    """What every list of the archive must know: the store, who sits there, the date, and whose archive it is."""

    store: Store
    person: bytes | None
    today: date
    customer: bytes


class Listing(Generic[Record]):
    """A page source over one of the model's paged queries."""

    def __init__(
        self,
        desk: Desk,
        count: Callable[[], int],
        read: Callable[[int, int, Any, Any], Sequence[Record]],
        row: Callable[[Record], RecordRow],
    ) -> None:
        self._desk = desk
        self._count = count
        self._read = read
        self._row = row

    def count(self) -> int:
        with self._desk.store.use():
            return self._count()

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        with self._desk.store.use():
            return [self._row(record) for record in self._read(size, offset, after, before)]


class ShortList:
    """A page source over a list that is known to be short and is read whole."""

    def __init__(self, desk: Desk, read: Callable[[], Sequence[RecordRow]]) -> None:
        self._desk = desk
        self._read = read
        self._rows: Sequence[RecordRow] = ()

    def count(self) -> int:
        return len(self._rows)

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        # The first page is asked for first, and again whenever the rows are read anew.
        if offset == 0:
            with self._desk.store.use():
                self._rows = self._read()
        return self._rows[offset : offset + size]


def orders(desk: Desk, row: Callable[[OrderRow], RecordRow]) -> Listing[OrderRow]:
    """A customer's orders, returns, quotes and opening items, newest first."""
    return Listing(
        desk,
        lambda: count_orders(desk.customer),
        lambda size, offset, after, before: page_of_orders(
            desk.customer, size, offset=offset, after=after, before=before
        ),
        row,
    )


def ledger(desk: Desk, row: Callable[[LedgerRow], RecordRow]) -> Listing[LedgerRow]:
    """A customer's account with its running balance, newest first."""
    return Listing(
        desk,
        lambda: count_ledger(desk.customer),
        lambda size, offset, after, before: page_of_ledger(
            desk.customer, size, offset=offset, after=after, before=before
        ),
        row,
    )


def open_bills(desk: Desk, row: Callable[[BillRow], RecordRow]) -> Listing[BillRow]:
    """A customer's open bills, the oldest due first."""
    return Listing(
        desk,
        lambda: count_open_bills(desk.customer),
        lambda size, offset, after, _before: page_of_open_bills(desk.customer, size, offset=offset, after=after),
        row,
    )


def late_bills(desk: Desk, row: Callable[[BillRow], RecordRow]) -> Listing[BillRow]:
    """The bills that a customer paid late or has not paid in time, the latest due first."""
    return Listing(
        desk,
        lambda: count_late_bills(desk.customer, desk.today),
        lambda size, offset, after, before: page_of_late_bills(
            desk.customer, desk.today, size, offset=offset, after=after, before=before
        ),
        row,
    )


def contacts(desk: Desk, row: Callable[[ContactRow], RecordRow]) -> Listing[ContactRow]:
    """What was said to a customer, the latest first."""
    return Listing(
        desk,
        lambda: count_contacts(desk.customer),
        lambda size, offset, after, before: page_of_contacts(
            desk.customer, size, offset=offset, after=after, before=before
        ),
        row,
    )


def changes(desk: Desk, row: Callable[[ChangeRow], RecordRow]) -> Listing[ChangeRow]:
    """Who changed what, the latest first."""
    return Listing(
        desk,
        lambda: count_changes(desk.customer),
        lambda size, offset, after, _before: page_of_changes(desk.customer, size, offset=offset, after=after),
        row,
    )


def allocations(desk: Desk, document: DocumentRef, row: Callable[[AllocationRow], RecordRow]) -> ShortList:
    """What settled a document, and what it settled."""
    return ShortList(desk, lambda: [row(each) for each in allocations_of(desk.customer, document.id)])
