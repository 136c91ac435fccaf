"""The lists of the desk's money: open bills, receipts, ageing and bills without an invoice, of all customers.

Each list is read whole up to `MOST_LISTED` rows, sorted and filtered by the database; its sums are of all rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from model.ageing import Ages, ageing, open_bills_query
from model.archive import DocumentRef
from model.changes.order_judging import judge_order
from model.changes.order_lines import lines_of
from model.changes.rejudging import waiting_orders
from model.customers import closed_by
from model.fields import iso
from model.laptop import held_in_full
from model.orders import Order
from model.search import matching_customer_ids_sql
from model.store import one, rows

Record = TypeVar("Record")

MOST_LISTED = 5_000
_NAME = "COALESCE(NULLIF(c.short_name, ''), c.name)"


@dataclass(frozen=True)
class Listed(Generic[Record]):
    """A list as far as it is shown, and what is said of all of it; amounts in minor units.

    Attributes:
        count: of all rows, shown or not.
        amount: what is open, or the amounts of the money, of all rows.
        part: of it, what is overdue or what no bill took.
    """

    rows: tuple[Record, ...]
    count: int
    amount: int
    part: int = 0


@dataclass(frozen=True)
class ListedBill:
    """An open bill of a customer; amounts in minor units.

    Attributes:
        owner: a salesperson's name as of the day, empty for the pool and retail.
        days_late: days past due, 0 before.
        invoice: the number of its tax invoice, empty while there is none.
    """

    document: DocumentRef
    customer_id: bytes
    code: str
    customer: str
    owner: str
    issued_on: date
    due_on: date
    days_late: int
    amount: int
    open_amount: int
    invoice: str


@dataclass(frozen=True)
class ListedReceipt:
    """A movement of money; amounts in minor units.

    Attributes:
        unallocated: what waits for a bill; below zero, what is still owed of a refund.
    """

    document: DocumentRef
    customer_id: bytes
    code: str
    customer: str
    day: date
    amount: int
    unallocated: int
    method: str
    reference: str


@dataclass(frozen=True)
class ListedUninvoiced:
    """A bill without an invoice; amounts in minor units, what came back taken off."""

    document: DocumentRef
    customer_id: bytes
    code: str
    customer: str
    owner: str
    day: datetime.date
    amount: int
    open_amount: int


@dataclass(frozen=True)
class ListedAges:
    """How old the money is that a customer owes."""

    customer_id: bytes
    code: str
    customer: str
    owner: str
    ages: Ages

    @property
    def overdue(self) -> int:
        """What is past due, in minor units."""
        return sum(self.ages.columns[1:5])


# What each column of a list is sorted by; ties by what tells any two rows apart.
_BILL_ORDER = {
    "due": "b.due_date", "late": "b.due_date", "number": "b.number", "customer": _NAME, "owner": "s.name",
    "open": "b.open", "amount": "b.amount", "day": "b.date", "invoice": "o.invoice_number",
}  # fmt: skip
_RECEIPT_ORDER = {
    "day": "r.date", "number": "r.number", "customer": _NAME, "kind": "r.kind", "amount": "r.amount",
    "unallocated": "r.unallocated", "method": "r.method", "reference": "r.reference",
}  # fmt: skip
_UNINVOICED_ORDER = {
    "customer": _NAME, "day": "o.date", "number": "o.number", "owner": "p.name", "amount": "u.amount",
    "open": "o.open_amount",
}  # fmt: skip
AGE_COLUMNS = ("not_due", "d1_30", "d31_60", "d61_90", "d90_plus", "unallocated")


def _order_by(known: Mapping[str, str], column: str, descending: bool, ties: Sequence[str]) -> str:
    way = " DESC" if descending else ""
    return "ORDER BY " + ", ".join(f"{each}{way}" for each in (known[column], *ties))


def _meant(text: str, columns: Sequence[str]) -> tuple[str, list[Any]]:
    """A condition that a row's customer matches what was typed, or one of its columns begins with it."""
    typed = text.strip()
    if not typed:
        return "1 = 1", []
    customers, parameters = matching_customer_ids_sql(typed)
    escaped = typed.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    either = [f"c.id IN ({customers})", *(f"LOWER({column}) LIKE ? ESCAPE '\\'" for column in columns)]
    return f"({' OR '.join(either)})", [*parameters, *([f"%{escaped}%"] * len(columns))]


def listed_bills(day: date, text: str = "", sort: str = "due", descending: bool = False) -> Listed[ListedBill]:
    """Bills that owe something on a day, what is left of refunds among them.

    Args:
        text: only those of a customer that it means, or with it in their number, invoice or owner's name.
        sort: due, late, number, customer, owner, open, amount, day or invoice.
    """
    bills, parameters = open_bills_query(day)
    if sort == "late":
        # The latest is the one that was due first.
        descending = not descending
    condition, meant = _meant(text, ("b.number", "COALESCE(o.invoice_number, '')", "COALESCE(s.name, '')"))
    source = (
        f"FROM ({bills}) b JOIN customer c ON c.id = b.customer_id AND {held_in_full('c.id')}"
        " LEFT JOIN orders o ON o.id = b.id AND b.refund = 0"
        " LEFT JOIN assignment w ON w.customer_id = c.id AND w.from_date <= ? AND (w.to_date IS NULL OR w.to_date > ?)"
        f" LEFT JOIN salesperson s ON s.id = w.owner_id WHERE {condition}"
    )
    given = [*parameters, iso(day), iso(day), *meant]
    found = rows(
        f"SELECT b.id, b.number, COALESCE(o.kind, 'refund'), COALESCE(o.state, ''), c.id, c.code, {_NAME},"
        " COALESCE(s.name, ''), b.date, b.due_date, b.amount, b.open, COALESCE(o.invoice_number, '')"
        f" {source} {_order_by(_BILL_ORDER, sort, descending, ('b.due_date', 'b.number'))} LIMIT {MOST_LISTED}",
        given,
    )
    count, amount, overdue = _sums(
        "COUNT(*), CAST(SUM(b.open) AS BIGINT), CAST(SUM(CASE WHEN b.due_date < ? THEN b.open ELSE 0 END) AS BIGINT)",
        source, [iso(day), *given],
    )  # fmt: skip
    listed = []
    for id_, number, kind, state, customer_id, code, name, owner, issued, due, amount_, open_, invoice in found:
        due_on = date.fromisoformat(due)
        listed.append(
            ListedBill(
                DocumentRef(bytes(id_), number, kind, state), bytes(customer_id), code, name, owner,
                date.fromisoformat(issued), due_on, max(0, (day - due_on).days), amount_, open_, invoice,
            )
        )  # fmt: skip
    return Listed(tuple(listed), count, amount, overdue)


def _sums(what: str, source: str, parameters: Sequence[Any]) -> tuple[int, int, int]:
    found = one(f"SELECT {what} {source}", parameters)
    count, amount, part = found or (0, 0, 0)
    return int(count), int(amount or 0), int(part or 0)


def listed_receipts(text: str = "", sort: str = "day", descending: bool = True) -> Listed[ListedReceipt]:
    """Money that came in, went out, was given up or taken back, the newest first unless another order is wanted.

    Args:
        text: only those of a customer that it means, or with it in their number, reference or method.
        sort: day, number, customer, kind, amount, unallocated, method or reference.
    """
    condition, meant = _meant(text, ("r.number", "r.reference", "r.method"))
    source = f"FROM receipt r JOIN customer c ON c.id = r.customer_id WHERE r.voided = 0 AND {condition}"
    found = rows(
        "SELECT r.id, r.number, r.kind, CASE WHEN EXISTS"
        " (SELECT 1 FROM receipt v WHERE v.reverses_id = r.id AND v.voided = 0) THEN 'reversed' ELSE '' END,"
        f" c.id, c.code, {_NAME}, r.date, r.amount, r.unallocated, r.method, r.reference"
        f" {source} {_order_by(_RECEIPT_ORDER, sort, descending, ('r.date', 'r.number'))} LIMIT {MOST_LISTED}",
        meant,
    )
    count, amount, waiting = _sums(
        "COUNT(*), CAST(SUM(CASE WHEN r.kind = 'receipt' AND NOT EXISTS"
        " (SELECT 1 FROM receipt v WHERE v.reverses_id = r.id AND v.voided = 0) THEN r.amount ELSE 0 END) AS BIGINT),"
        " CAST(SUM(CASE WHEN r.unallocated > 0 THEN r.unallocated ELSE 0 END) AS BIGINT)",
        source, meant,
    )  # fmt: skip
    listed = [
        ListedReceipt(
            DocumentRef(bytes(id_), number, kind, state), bytes(customer_id), code, name, date.fromisoformat(day),
            amount_, unallocated, method, reference,
        )
        for id_, number, kind, state, customer_id, code, name, day, amount_, unallocated, method, reference in found
    ]  # fmt: skip
    return Listed(tuple(listed), count, amount, waiting)


def listed_uninvoiced(
    day: date, text: str = "", sort: str = "customer", descending: bool = False
) -> Listed[ListedUninvoiced]:
    """Bills dated until a day for which no invoice was made; what came back whole is left out.

    Args:
        text: only those of a customer that it means, or with it in their number or owner's name.
        sort: customer, day, number, owner, amount or open.
    """
    condition, meant = _meant(text, ("o.number", "COALESCE(p.name, '')"))
    source = (
        "FROM (SELECT b.id, b.amount - COALESCE((SELECT CAST(SUM(r.amount) AS BIGINT) FROM orders r"
        " WHERE r.returns_id = b.id AND r.state = 'confirmed' AND r.date <= ?), 0) AS amount FROM orders b"
        " WHERE b.kind = 'sale' AND b.state = 'confirmed' AND b.amount > 0 AND b.invoice_number = '' AND b.date <= ?) u"
        " JOIN orders o ON o.id = u.id JOIN customer c ON c.id = o.customer_id"
        f" LEFT JOIN salesperson p ON p.id = o.owner_id WHERE u.amount > 0 AND {condition}"
    )
    given = [iso(day), iso(day), *meant]
    found = rows(
        f"SELECT o.id, o.number, o.kind, o.state, c.id, c.code, {_NAME}, COALESCE(p.name, ''), o.date, u.amount,"
        f" o.open_amount {source} {_order_by(_UNINVOICED_ORDER, sort, descending, ('o.date', 'o.number'))}"
        f" LIMIT {MOST_LISTED}",
        given,
    )
    count, amount, open_amount = _sums(
        "COUNT(*), CAST(SUM(u.amount) AS BIGINT), CAST(SUM(o.open_amount) AS BIGINT)", source, given
    )
    listed = [
        ListedUninvoiced(
            DocumentRef(bytes(id_), number, kind, state), bytes(customer_id), code, name, owner,
            date.fromisoformat(issued), amount_, open_,
        )
        for id_, number, kind, state, customer_id, code, name, owner, issued, amount_, open_ in found
    ]  # fmt: skip
    return Listed(tuple(listed), count, amount, open_amount)


def listed_ages(
    day: date, text: str = "", sort: str = "overdue", descending: bool = True
) -> tuple[Listed[ListedAges], Ages]:
    """How old the money is of each customer that owes or has something, and of all of them together.

    Args:
        text: only customers that it means.
        sort: customer, code, owner, balance, overdue or one of AGE_COLUMNS.
    """
    condition, meant = _meant(text, ())
    named = {
        bytes(id_): (name, owner)
        for id_, name, owner in rows(
            f"SELECT c.id, {_NAME}, COALESCE(s.name, '') FROM customer c LEFT JOIN assignment w ON w.customer_id = c.id"
            " AND w.from_date <= ? AND (w.to_date IS NULL OR w.to_date > ?)"
            f" LEFT JOIN salesperson s ON s.id = w.owner_id WHERE {condition}",
            (iso(day), iso(day), *meant),
        )
    }
    listed = [
        ListedAges(row.id, row.code, *named[row.id], row.ages) for row in ageing(day).rows if row.id in named
    ]  # fmt: skip
    listed.sort(key=lambda row: (_age_value(row, sort), row.code), reverse=descending)
    total = Ages(*map(sum, zip(*(row.ages.columns for row in listed), strict=True))) if listed else Ages()
    return Listed(tuple(listed), len(listed), total.balance, sum(total.columns[1:5])), total


def _age_value(row: ListedAges, column: str) -> str | int:
    if column in AGE_COLUMNS:
        return row.ages.columns[AGE_COLUMNS.index(column)]
    if column == "balance":
        return row.ages.balance
    value: str | int = getattr(row, column)
    return value


def waiting_money(customer_id: bytes) -> int:
    """What of a customer's money waits for a bill, in minor units; returns that wait are among it."""
    found = one(
        "SELECT (SELECT CAST(COALESCE(SUM(unallocated), 0) AS BIGINT) FROM receipt"
        " WHERE customer_id = ? AND unallocated <> 0 AND unallocated > 0)"
        " - (SELECT CAST(COALESCE(SUM(open_amount), 0) AS BIGINT) FROM orders"
        " WHERE customer_id = ? AND open_amount <> 0 AND open_amount < 0)",
        (customer_id, customer_id),
    )
    return 0 if found is None else int(found[0])


def bill_amounts(customer_id: bytes) -> dict[bytes, int]:
    """The amounts of a customer's open bills that money can name, by their ids, in minor units."""
    return {
        bytes(id_): int(amount)
        for id_, amount in rows(
            "SELECT id, amount FROM orders WHERE customer_id = ? AND open_amount <> 0 AND open_amount > 0",
            (customer_id,),
        )
    }


def releasable_orders(customer_id: bytes, day: date) -> list[Order]:
    """A customer's held orders that nothing stops any more on a day, the oldest first; each is judged by itself."""
    if closed_by(customer_id, day):
        return []
    waiting = sorted(waiting_orders(customer_id, day), key=lambda order: (order.first_date, order.number))
    return [order for order in waiting if judge_order(order, lines_of(order), day).ok]
