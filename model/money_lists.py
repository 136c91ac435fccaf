"""The lists of the desk's money: open bills, receipts, ageing and bills without an invoice, of all customers.

Open bills and ageing are of all customers. Of receipts and of bills without an invoice, which grow for ever, the newest
`MOST_LISTED` that a text means are listed: they are found by an index, however long the history.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from model.search import LAST_CHARACTER, matching_customer_ids_sql
from model.store import one, rows

Record = TypeVar("Record")

MOST_LISTED = 5_000
_NAME = "COALESCE(NULLIF(c.short_name, ''), c.name)"


@dataclass(frozen=True)
class Listed(Generic[Record]):
    """A list as far as it is shown, and what is said of it; amounts in minor units.

    Attributes:
        count: of all rows that are known of, shown or not.
        amount: what is open, or the amounts of the money, of all these rows.
        part: of it, what is overdue or what no bill took.
        is_cut: whether there are older rows that are neither shown nor counted.
    """

    rows: tuple[Record, ...]
    count: int
    amount: int
    part: int = 0
    is_cut: bool = False


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
_RECEIPT_VALUES: dict[str, Callable[[ListedReceipt], Any]] = {
    "day": lambda row: row.day, "number": lambda row: row.document.number, "customer": lambda row: row.customer,
    "kind": lambda row: (row.document.kind, row.document.state), "amount": lambda row: row.amount,
    "unallocated": lambda row: row.unallocated, "method": lambda row: row.method,
    "reference": lambda row: row.reference,
}  # fmt: skip
_UNINVOICED_VALUES: dict[str, Callable[[ListedUninvoiced], Any]] = {
    "customer": lambda row: row.customer, "day": lambda row: row.day, "number": lambda row: row.document.number,
    "owner": lambda row: row.owner, "amount": lambda row: row.amount, "open": lambda row: row.open_amount,
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
    either = [f"c.id IN ({customers})", *(f"LOWER({column}) LIKE ? ESCAPE '\\'" for column in columns)]
    return f"({' OR '.join(either)})", [*parameters, *([f"%{_escaped(typed)}%"] * len(columns))]


def _escaped(typed: str) -> str:
    """What was typed, in small letters, as a part of a pattern."""
    return typed.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def listed_bills(
    day: date, text: str = "", sort: str = "due", descending: bool = False, customer: bytes | None = None
) -> Listed[ListedBill]:
    """Bills that owe something on a day, what is left of refunds among them.

    Args:
        text: only those of a customer that it means, or with it in their number, invoice or owner's name.
        sort: due, late, number, customer, owner, open, amount, day or invoice.
        customer: only its own.
    """
    bills, parameters = open_bills_query(day, customer)
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


@dataclass(frozen=True)
class _Narrowing:
    """A way to the documents that a text means: what is joined before them, a condition, and the parameters of both."""

    before: str
    condition: str
    parameters: Sequence[Any]


def _narrowings(text: str, others: str = "") -> Iterator[_Narrowing]:
    """Ways to the documents `d` that a text means; whichever first leads to any is taken.

    Args:
        others: a condition with one parameter, a pattern, for texts that begin no number and mean no customer.
    """
    typed = text.strip()
    for beginning in dict.fromkeys((typed, typed.upper())):
        yield _Narrowing("", "d.number >= ? AND d.number < ?", (beginning, beginning + LAST_CHARACTER))
    customers, parameters = matching_customer_ids_sql(typed)
    # The order of a cross join is kept, so that the few customers lead to their documents.
    yield _Narrowing(f"({customers}) m CROSS JOIN ", "d.customer_id = m.id", parameters)
    if others:
        yield _Narrowing("", others, (f"%{_escaped(typed)}%",))


def _newest_first(what: str, narrowed: _Narrowing, source: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The newest documents on a way, one more than are listed; `given` are the parameters of `what` and `source`."""
    return rows(
        f"{what} FROM {narrowed.before}{source} AND {narrowed.condition}"
        f" ORDER BY d.date DESC, d.number DESC LIMIT {MOST_LISTED + 1}",
        (*given, *narrowed.parameters),
    )


def listed_receipts(text: str = "", sort: str = "day", descending: bool = True) -> Listed[ListedReceipt]:
    """The newest money that came in, went out, was given up or taken back.

    Args:
        text: the beginning of a number, a customer, or a part of a reference or method.
        sort: day, number, customer, kind, amount, unallocated, method or reference.
    """
    what = (
        "SELECT d.id, d.number, d.kind, CASE WHEN EXISTS"
        " (SELECT 1 FROM receipt v WHERE v.reverses_id = d.id AND v.voided = 0) THEN 'reversed' ELSE '' END,"
        f" c.id, c.code, {_NAME}, d.date, d.amount, d.unallocated, d.method, d.reference"
    )
    source = "receipt d JOIN customer c ON c.id = d.customer_id WHERE d.voided = 0"
    found: list[tuple[Any, ...]] = []
    for narrowed in _receipts_meant(text):
        found = _newest_first(what, narrowed, source, ())
        if found:
            break
    listed = [
        ListedReceipt(
            DocumentRef(bytes(id_), number, kind, state), bytes(customer_id), code, name, date.fromisoformat(day),
            amount, unallocated, method, reference,
        )
        for id_, number, kind, state, customer_id, code, name, day, amount, unallocated, method, reference in found
    ]  # fmt: skip
    # What was undone is among the newest numbers, and not among the rows.
    is_cut = len(listed) > MOST_LISTED or (
        not text.strip() and one("SELECT 1 FROM receipt LIMIT 1 OFFSET ?", (MOST_LISTED + 1,)) is not None
    )
    del listed[MOST_LISTED:]
    listed.sort(key=lambda row: (_RECEIPT_VALUES[sort](row), row.day, row.document.number), reverse=descending)
    received = sum(row.amount for row in listed if (row.document.kind, row.document.state) == ("receipt", ""))
    waiting = sum(row.unallocated for row in listed if row.unallocated > 0)
    return Listed(tuple(listed), len(listed), received, waiting, is_cut)


def _receipts_meant(text: str) -> Iterator[_Narrowing]:
    if text.strip():
        yield from _narrowings(text, "LOWER(d.reference || ' ' || d.method) LIKE ? ESCAPE '\\'")
    else:
        # No index is by date alone; the one by customer, date and number is a tenth of the table.
        newest = f"SELECT number FROM receipt ORDER BY date DESC, number DESC LIMIT {MOST_LISTED + 1}"
        yield _Narrowing("", f"d.number IN ({newest})", ())


def listed_uninvoiced(
    day: date, text: str = "", sort: str = "customer", descending: bool = False
) -> Listed[ListedUninvoiced]:
    """The newest bills dated until a day for which no invoice was made; what came back whole is left out.

    Args:
        text: the beginning of a number, or a customer.
        sort: customer, day, number, owner, amount or open.
    """
    what = (
        f"SELECT d.id, d.number, d.kind, d.state, c.id, c.code, {_NAME}, COALESCE(p.name, ''), d.date,"
        " d.amount - COALESCE((SELECT CAST(SUM(r.amount) AS BIGINT) FROM orders r"
        " WHERE r.returns_id = d.id AND r.state = 'confirmed' AND r.date <= ?), 0), d.open_amount"
    )
    source = (
        "orders d JOIN customer c ON c.id = d.customer_id LEFT JOIN salesperson p ON p.id = d.owner_id"
        " WHERE d.kind = 'sale' AND d.state = 'confirmed' AND d.amount > 0 AND d.invoice_number = '' AND d.date <= ?"
    )
    found: list[tuple[Any, ...]] = []
    for narrowed in _narrowings(text) if text.strip() else (_Narrowing("", "1 = 1", ()),):
        # The parameter of the columns comes before those of a customer search that is joined before the orders.
        given = (iso(day), *narrowed.parameters, iso(day)) if narrowed.before else (iso(day), iso(day))
        rest = _Narrowing(narrowed.before, narrowed.condition, () if narrowed.before else narrowed.parameters)
        found = _newest_first(what, rest, source, given)
        if found:
            break
    listed = [
        ListedUninvoiced(
            DocumentRef(bytes(id_), number, kind, state), bytes(customer_id), code, name, owner,
            date.fromisoformat(issued), amount, open_,
        )
        for id_, number, kind, state, customer_id, code, name, owner, issued, amount, open_ in found[:MOST_LISTED]
        if amount > 0
    ]  # fmt: skip
    listed.sort(key=lambda row: (_UNINVOICED_VALUES[sort](row), row.day, row.document.number), reverse=descending)
    amount_ = sum(row.amount for row in listed)
    open_amount = sum(row.open_amount for row in listed)
    return Listed(tuple(listed), len(listed), amount_, open_amount, len(found) > MOST_LISTED)


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
    """What of a customer's money waits for a bill, less what refunds took that had to come out of it, in minor units.

    Returns that wait are among it, and money that is reserved for an order.
    """
    found = one(
        "SELECT (SELECT CAST(COALESCE(SUM(unallocated), 0) AS BIGINT) FROM receipt"
        " WHERE customer_id = ? AND unallocated <> 0)"
        " - (SELECT CAST(COALESCE(SUM(open_amount), 0) AS BIGINT) FROM orders"
        " WHERE customer_id = ? AND open_amount <> 0 AND open_amount < 0)",
        (customer_id, customer_id),
    )
    return 0 if found is None else max(0, int(found[0]))


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
