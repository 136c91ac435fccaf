"""What stands in a customer's archive: its head, its orders page by page, its histories and contacts.

A customer may have many thousands of documents, so every list here is read a page at a time, by the key of a row
that is known, and nothing is summed in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from model.credit import Standing, standing_on
from model.customers import Customer, kind_on, owner_on
from model.laptop import Mark, cards_among, order_marks
from model.returns import ReturnedBefore, returned_before
from model.store import one, rows

ORDER_KINDS = ("sale", "return", "opening")


def customer_with_id(customer_id: bytes) -> Customer | None:
    """The customer's card; None where it is not in this store."""
    found: Customer | None = Customer.get_or_none(Customer.id == customer_id)
    return found


@dataclass(frozen=True)
class Head:
    """What is said of a customer before anything else.

    Attributes:
        owner: the owner's name; empty in the pool and for walk-ins.
        kind: `owned`, `shared` or `retail`.
        trades: live sales over zero, ever.
        only_card: this laptop holds the customer's card, but not its documents: nothing is said of its trades.
    """

    id: bytes
    code: str
    name: str
    short_name: str
    owner: str
    kind: str
    closed_on: date | None
    first_trade: date | None
    last_trade: date | None
    trades: int
    trading_months: int
    standing: Standing
    only_card: bool = False


def head_of(customer_id: bytes, day: date) -> Head | None:
    """The head of a customer's archive as of a day; None where it is not in this store."""
    customer = customer_with_id(customer_id)
    if customer is None:
        return None
    owner = owner_on(customer_id, day)
    name = one("SELECT name FROM salesperson WHERE id = ?", (owner,)) if owner is not None else None
    only_card = bool(cards_among([customer_id]))
    total = months = None
    if not only_card:
        total = one("SELECT first_trade, last_trade, trades FROM customer_total WHERE customer_id = ?", (customer_id,))
        months = one("SELECT COUNT(*) FROM customer_month WHERE customer_id = ? AND orders > 0", (customer_id,))
    first, last, trades = total or (None, None, 0)
    return Head(
        id=customer_id,
        code=customer.code,
        name=customer.name,
        short_name=customer.short_name,
        owner="" if name is None else str(name[0]),
        kind=kind_on(customer, day),
        closed_on=customer.closed_on,
        first_trade=day_or_none(first),
        last_trade=day_or_none(last),
        trades=int(trades),
        trading_months=0 if months is None else int(months[0]),
        standing=standing_on(customer_id, day),
        only_card=only_card,
    )


def day_or_none(text: str | None) -> date | None:
    """A date as the databases keep it; None where there is none."""
    return None if not text else date.fromisoformat(text)


# --- documents


@dataclass(frozen=True)
class DocumentRef:
    """Enough of a document to open it and to know what can be done with it.

    Attributes:
        kind: sale, return, opening, receipt, refund, write_off, discount or reversal.
        state: the order's state; of money, `reversed` or empty.
    """

    id: bytes
    number: str
    kind: str
    state: str

    @property
    def is_order(self) -> bool:
        return self.kind in ORDER_KINDS


@dataclass(frozen=True)
class OrderRow:
    """One order, return, quote or opening item of a list; amounts in minor units.

    Attributes:
        revenue, cost: what counts in the margin; revenue leaves out the lines whose cost is unknown.
        mark: on a laptop, what it is until the office has got it; empty once it has.
    """

    document: DocumentRef
    day: date
    amount: int
    revenue: int
    cost: int
    open_amount: int
    due_date: date
    maker: str
    valid_until: date | None
    held_for: str
    reason: str
    returns: str
    mark: Mark = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.day.isoformat(), self.document.number)


ORDER_ROWS = """
SELECT o.id, o.number, o.kind, o.state, o.date, o.amount, o.amount - o.uncosted, o.cost, o.open_amount, o.due_date,
    COALESCE(p.name, ''), o.valid_until, o.held_for, o.reason, COALESCE(r.number, '')
FROM orders o LEFT JOIN salesperson p ON p.id = o.maker_id LEFT JOIN orders r ON r.id = o.returns_id
WHERE o.customer_id = ?
"""


def order_row_of(row: Sequence[Any]) -> OrderRow:
    """A row of `ORDER_ROWS`."""
    id_, number, kind, state, day, amount, revenue, cost, open_, due, maker, until, held, reason, returns = row
    return OrderRow(
        DocumentRef(bytes(id_), number, kind, state), date.fromisoformat(day), amount, revenue, cost, open_,
        date.fromisoformat(due), maker, day_or_none(until), held, reason, returns,
    )  # fmt: skip


def count_orders(customer_id: bytes) -> int:
    """How many orders, returns, quotes and opening items a customer has."""
    return count_of("SELECT COUNT(*) FROM orders WHERE customer_id = ?", customer_id)


def page_of_orders(
    customer_id: bytes,
    size: int,
    *,
    offset: int = 0,
    after: tuple[str, str] | None = None,
    before: tuple[str, str] | None = None,
) -> list[OrderRow]:
    """A customer's orders, returns, quotes and opening items, newest first.

    Args:
        after: the key of the row just before the page, where it is known.
        before: the key of the row just behind it, where that is known; else the page begins at the offset.
    """
    found = newest_first(ORDER_ROWS, "o.date, o.number", (customer_id,), size, offset, after, before)
    return marked([order_row_of(row) for row in found])


def marked(orders: list[OrderRow]) -> list[OrderRow]:
    """The same orders, those that the office has not got yet marked."""
    marks = order_marks([order.document.id for order in orders])
    return [replace(order, mark=marks.get(order.document.id, "")) for order in orders] if marks else orders


def newest_first(
    query: str,
    columns: str,
    parameters: tuple[Any, ...],
    size: int,
    offset: int,
    after: tuple[Any, ...] | None,
    before: tuple[Any, ...] | None,
) -> list[tuple[Any, ...]]:
    """A page of a query by its key columns, descending; the query ends in a WHERE clause."""
    falling = ", ".join(f"{column} DESC" for column in columns.split(", "))
    marks = ", ".join("?" * (columns.count(",") + 1))
    if after is not None:
        condition = f" AND ({columns}) < ({marks}) ORDER BY {falling} LIMIT ?"
        return rows(query + condition, (*parameters, *after, size))
    if before is not None:
        condition = f" AND ({columns}) > ({marks}) ORDER BY {columns} LIMIT ?"
        return rows(query + condition, (*parameters, *before, size))[::-1]
    return rows(query + f" ORDER BY {falling} LIMIT ? OFFSET ?", (*parameters, size, offset))


def count_of(query: str, *parameters: Any) -> int:
    """The one number that a query gives."""
    found = one(query, parameters)
    return 0 if found is None else int(found[0])


@dataclass(frozen=True)
class LineRow:
    """One line of a document: quantity in 1/1000, prices in 1/10000 units, amounts in minor units.

    Attributes:
        cost: empty where unknown.
        returned: what of it came back until now.
    """

    line: int
    code: str
    name: str
    unit: str
    quantity_e3: int
    price_e4: int
    discount_bp: int
    amount: int
    cost: int | None
    returned: ReturnedBefore

    @property
    def returned_e3(self) -> int:
        return self.returned.quantity_e3

    @property
    def returnable_e3(self) -> int:
        return self.quantity_e3 - self.returned_e3


def lines_of(order_id: bytes) -> list[LineRow]:
    """An order's lines, with what came back of each."""
    returned = returned_before(order_id)
    return [
        LineRow(*(*row, returned.get(row[0], ReturnedBefore())))
        for row in rows(
            "SELECT l.line, p.code, p.name, p.unit, l.quantity_e3, l.price_e4, l.discount_bp, l.amount, l.cost"
            " FROM order_line l JOIN product p ON p.id = l.product_id WHERE l.order_id = ? ORDER BY l.line",
            (order_id,),
        )
    ]


# --- histories and contacts


@dataclass(frozen=True)
class TermsRow:
    """Credit terms from a day on; with `until`, temporary. An empty value leaves the lasting one."""

    from_date: date
    until: date | None
    credit_days: int | None
    credit_from: str | None
    credit_limit: int | None
    reason: str
    person: str


@dataclass(frozen=True)
class BlacklistRow:
    """A customer put on the blacklist on a day, or taken off it."""

    from_date: date
    blacklisted: bool
    reason: str
    person: str


@dataclass(frozen=True)
class OwnerRow:
    """Whose a customer was from a day up to but not including another."""

    from_date: date
    to_date: date | None
    owner: str


MOST_HISTORY_ROWS = 200


def terms_history(customer_id: bytes) -> list[TermsRow]:
    """A customer's credit terms, the latest first."""
    return [
        TermsRow(date.fromisoformat(day), day_or_none(until), days, credit_from, limit, reason, person)
        for day, until, days, credit_from, limit, reason, person in rows(
            "SELECT t.from_date, t.until_date, t.credit_days, t.credit_from, t.credit_limit, t.reason,"
            " COALESCE(p.name, '') FROM terms t LEFT JOIN salesperson p ON p.id = t.person_id"
            " WHERE t.customer_id = ? ORDER BY t.from_date DESC, t.until_date DESC LIMIT ?",
            (customer_id, MOST_HISTORY_ROWS),
        )
    ]


def blacklist_history(customer_id: bytes) -> list[BlacklistRow]:
    """When a customer was put on the blacklist and taken off it, the latest first."""
    return [
        BlacklistRow(date.fromisoformat(day), bool(blacklisted), reason, person)
        for day, blacklisted, reason, person in rows(
            "SELECT b.from_date, b.blacklisted, b.reason, COALESCE(p.name, '') FROM blacklisting b"
            " LEFT JOIN salesperson p ON p.id = b.person_id WHERE b.customer_id = ? ORDER BY b.from_date DESC LIMIT ?",
            (customer_id, MOST_HISTORY_ROWS),
        )
    ]


def owner_history(customer_id: bytes) -> list[OwnerRow]:
    """Whose a customer was, the latest first; a gap is the pool."""
    return [
        OwnerRow(date.fromisoformat(begin), day_or_none(end), owner)
        for begin, end, owner in rows(
            "SELECT a.from_date, a.to_date, p.name FROM assignment a JOIN salesperson p ON p.id = a.owner_id"
            " WHERE a.customer_id = ? ORDER BY a.from_date DESC LIMIT ?",
            (customer_id, MOST_HISTORY_ROWS),
        )
    ]


@dataclass(frozen=True)
class ContactRow:
    """A visit, call or message."""

    id: bytes
    day: date
    person: str
    note: str
    next_on: date | None

    @property
    def key(self) -> tuple[str, bytes]:
        return (self.day.isoformat(), self.id)


def count_contacts(customer_id: bytes) -> int:
    """How often a customer was visited, called or written to."""
    return count_of("SELECT COUNT(*) FROM contact_log WHERE customer_id = ?", customer_id)


def page_of_contacts(
    customer_id: bytes,
    size: int,
    *,
    offset: int = 0,
    after: tuple[str, bytes] | None = None,
    before: tuple[str, bytes] | None = None,
) -> list[ContactRow]:
    """What was said to a customer, the latest first."""
    query = (
        "SELECT c.id, c.date, COALESCE(p.name, ''), c.note, c.next_on FROM contact_log c"
        " LEFT JOIN salesperson p ON p.id = c.person_id WHERE c.customer_id = ?"
    )
    found = newest_first(query, "c.date, c.id", (customer_id,), size, offset, after, before)
    return [
        ContactRow(bytes(id_), date.fromisoformat(day), person, note, day_or_none(next_on))
        for id_, day, person, note, next_on in found
    ]
