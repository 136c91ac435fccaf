"""A customer's account, page by page: every movement with the balance after it, its bills, and what settled what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.archive import DocumentRef, count_of, day_or_none, newest_first
from model.fields import iso
from model.store import rows


@dataclass(frozen=True)
class LedgerRow:
    """One movement of what a customer owes, with the balance after it; amounts in minor units.

    Attributes:
        rank: bills 0, returns and endings 1, money 2: the order of the allocation within a day.
        change: above zero the customer owes more.
        open_amount: what is open of the bill, or below zero what of the money waits; 0 for an ending.
        due_date, settled_on: of a bill.
        ends: whether this takes back an earlier document (a cancelled order).
    """

    document: DocumentRef
    day: date
    rank: int
    change: int
    balance: int
    open_amount: int
    due_date: date | None
    settled_on: date | None
    ends: bool

    @property
    def key(self) -> LedgerKey:
        return (self.day.isoformat(), self.rank, self.document.number, self.balance, self.change)


LedgerKey = tuple[str, int, str, int, int]
"""Where a row stands, with the balance after it and its change, so that a neighbouring page needs no sum."""

_SIGNED = "CASE WHEN kind = 'return' THEN -amount ELSE amount END"
_LEDGER = f"""
SELECT date, rank, number, id, kind, state, change, open_amount, due_date, settled_on, ends FROM (
    SELECT live_from AS date, CASE WHEN kind = 'return' OR amount < 0 THEN 1 ELSE 0 END AS rank, number, id, kind,
        state, {_SIGNED} AS change, open_amount, CASE WHEN kind = 'return' THEN NULL ELSE due_date END AS due_date,
        settled_on, 0 AS ends
    FROM orders WHERE customer_id = ? AND live_from IS NOT NULL
    UNION ALL
    SELECT live_to, 1, number, id, kind, state, -({_SIGNED}), 0, NULL, NULL, 1
    FROM orders WHERE customer_id = ? AND live_to IS NOT NULL
    UNION ALL
    SELECT r.date, 2, r.number, r.id, r.kind,
        CASE WHEN EXISTS (SELECT 1 FROM receipt b WHERE b.reverses_id = r.id AND b.voided = 0) THEN 'reversed'
            ELSE '' END,
        CASE WHEN r.kind = 'refund' THEN r.amount
            WHEN r.kind = 'reversal' THEN CASE WHEN o.kind = 'refund' THEN -r.amount ELSE r.amount END
            ELSE -r.amount END,
        -r.unallocated, NULL, NULL, 0
    FROM receipt r LEFT JOIN receipt o ON o.id = r.reverses_id WHERE r.customer_id = ? AND r.voided = 0
) AS ledger
"""


def count_ledger(customer_id: bytes) -> int:
    """How many movements a customer's account has."""
    return (
        count_of("SELECT COUNT(*) FROM orders WHERE customer_id = ? AND live_from IS NOT NULL", customer_id)
        + count_of("SELECT COUNT(*) FROM orders WHERE customer_id = ? AND live_to IS NOT NULL", customer_id)
        + count_of("SELECT COUNT(*) FROM receipt WHERE customer_id = ? AND voided = 0", customer_id)
    )


def page_of_ledger(
    customer_id: bytes,
    size: int,
    *,
    offset: int = 0,
    after: LedgerKey | None = None,
    before: LedgerKey | None = None,
) -> list[LedgerRow]:
    """A customer's account, newest first, each movement with the balance after it.

    Args:
        after: the key of the row just before the page, where it is known.
        before: the key of the row just behind it, where that is known; else the page begins at the offset.
    """
    found = newest_first(
        _LEDGER + " WHERE 1 = 1", "date, rank, number", (customer_id,) * 3, size, offset,
        None if after is None else after[:3], None if before is None else before[:3],
    )  # fmt: skip
    if after is not None:
        balance = after[3] - after[4]
    elif before is not None:
        balance = before[3] + sum(row[6] for row in found)
    else:
        balance = _balance_before(customer_id, offset)
    page = []
    for day, rank, number, id_, kind, state, change, open_, due, settled, ends in found:
        ref = DocumentRef(bytes(id_), number, kind, state)
        page.append(
            LedgerRow(
                ref,
                date.fromisoformat(day),
                rank,
                change,
                balance,
                open_,
                day_or_none(due),
                day_or_none(settled),
                bool(ends),
            )
        )
        balance -= change
    return page


def _balance_before(customer_id: bytes, newer: int) -> int:
    """The balance before the newest so many movements."""
    balance = count_of("SELECT balance FROM customer_total WHERE customer_id = ?", customer_id)
    if newer:
        balance -= count_of(
            "SELECT CAST(COALESCE(SUM(change), 0) AS BIGINT) FROM"
            f" (SELECT change FROM ({_LEDGER}) AS listed ORDER BY date DESC, rank DESC, number DESC LIMIT ?) AS newest",
            customer_id, customer_id, customer_id, newer,
        )  # fmt: skip
    return balance


@dataclass(frozen=True)
class BillRow:
    """A bill, with what is open of it and how late it is or was paid; amounts in minor units."""

    document: DocumentRef
    day: date
    due_date: date
    amount: int
    open_amount: int
    settled_on: date | None

    @property
    def key(self) -> tuple[str, str]:
        return (self.due_date.isoformat(), self.document.number)

    def days_late(self, day: date) -> int:
        """Days between due and settled, or the given day while it is open; at least 0."""
        return max(0, ((self.settled_on or day) - self.due_date).days)


_BILLS = """
SELECT id, number, kind, state, date, due_date, amount, open_amount, settled_on FROM (
    SELECT id, number, kind, state, date, due_date, amount, open_amount, settled_on
    FROM orders WHERE customer_id = ? AND open_amount > 0 AND open_amount <> 0
    UNION ALL
    SELECT id, number, kind, '', date, date, amount, -unallocated, NULL
    FROM receipt WHERE customer_id = ? AND unallocated < 0 AND unallocated <> 0 AND voided = 0
) AS bills WHERE 1 = 1
"""
_LATE_BILLS = """
SELECT id, number, kind, state, date, due_date, amount, open_amount, settled_on FROM orders
WHERE customer_id = ? AND state = 'confirmed' AND kind <> 'return' AND amount > 0
    AND (settled_on > due_date OR (settled_on IS NULL AND open_amount > 0 AND due_date < ?))
"""


def _bill_row(row: Sequence[Any]) -> BillRow:
    id_, number, kind, state, day, due, amount, open_, settled = row
    ref = DocumentRef(bytes(id_), number, kind, state)
    return BillRow(ref, date.fromisoformat(day), date.fromisoformat(due), amount, open_, day_or_none(settled))


def count_open_bills(customer_id: bytes) -> int:
    """How many bills of a customer are open."""
    return count_of(f"SELECT COUNT(*) FROM ({_BILLS}) AS open_bills", customer_id, customer_id)


def page_of_open_bills(
    customer_id: bytes, size: int, *, offset: int = 0, after: tuple[str, str] | None = None
) -> list[BillRow]:
    """A customer's open bills, the oldest due first."""
    parameters: tuple[Any, ...] = (customer_id, customer_id)
    if after is not None:
        found = rows(
            _BILLS + " AND (due_date, number) > (?, ?) ORDER BY due_date, number LIMIT ?", (*parameters, *after, size)
        )
    else:
        found = rows(_BILLS + " ORDER BY due_date, number LIMIT ? OFFSET ?", (*parameters, size, offset))
    return [_bill_row(row) for row in found]


def count_late_bills(customer_id: bytes, day: date) -> int:
    """How many bills of a customer were paid late or are overdue on a day."""
    return count_of(f"SELECT COUNT(*) FROM ({_LATE_BILLS}) AS late", customer_id, iso(day))


def page_of_late_bills(
    customer_id: bytes,
    day: date,
    size: int,
    *,
    offset: int = 0,
    after: tuple[str, str] | None = None,
    before: tuple[str, str] | None = None,
) -> list[BillRow]:
    """The bills that were paid late or are overdue on a day, the latest due first."""
    found = newest_first(
        _LATE_BILLS, "due_date, number", (customer_id, iso(day)), size, offset, after, before
    )  # fmt: skip
    return [_bill_row(row) for row in found]


@dataclass(frozen=True)
class AllocationRow:
    """What of one document settled another on a day, in minor units; below zero it was taken back."""

    day: date
    source: DocumentRef
    bill: DocumentRef
    amount: int


MOST_ALLOCATIONS = 500
_ALLOCATED = """
SELECT a.date, a.amount, a.source_id, COALESCE(so.number, sr.number, ''), COALESCE(so.kind, sr.kind, ''),
    COALESCE(so.state, ''), a.bill_id, COALESCE(bo.number, br.number, ''), COALESCE(bo.kind, br.kind, ''),
    COALESCE(bo.state, '')
FROM allocation a LEFT JOIN orders so ON so.id = a.source_id LEFT JOIN receipt sr ON sr.id = a.source_id
    LEFT JOIN orders bo ON bo.id = a.bill_id LEFT JOIN receipt br ON br.id = a.bill_id
"""


def allocations_of(customer_id: bytes, document_id: bytes) -> list[AllocationRow]:
    """What settled a document, and what it settled, oldest first; the oldest 500 where there are more."""
    found = rows(
        _ALLOCATED + " WHERE a.customer_id = ? AND (a.source_id = ? OR a.bill_id = ?)"
        " ORDER BY a.date, a.source_id, a.bill_id LIMIT ?",
        (customer_id, document_id, document_id, MOST_ALLOCATIONS),
    )
    return [
        AllocationRow(
            date.fromisoformat(day),
            DocumentRef(bytes(source), source_number, source_kind, source_state),
            DocumentRef(bytes(bill), bill_number, bill_kind, bill_state),
            amount,
        )
        for day, amount, source, source_number, source_kind, source_state, bill, bill_number, bill_kind, bill_state
        in found
    ]  # fmt: skip
