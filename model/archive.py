"""What stands in a customer's archive: its head, its documents page by page, its histories and its log of changes.

A customer may have many thousands of documents, so every list here is read a page at a time, by the key of a row
that is known, and nothing is summed in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.credit import Standing, Verdict, standing_on
from model.customers import Customer, kind_on, owner_on
from model.fields import iso
from model.orders import Order
from model.receipts import Receipt
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


def head_of(customer_id: bytes, day: date) -> Head | None:
    """The head of a customer's archive as of a day; None where it is not in this store."""
    customer = customer_with_id(customer_id)
    if customer is None:
        return None
    owner = owner_on(customer_id, day)
    name = one("SELECT name FROM salesperson WHERE id = ?", (owner,)) if owner is not None else None
    total = one("SELECT first_trade, last_trade, trades FROM customer_total WHERE customer_id = ?", (customer_id,))
    first, last, trades = total or (None, None, 0)
    months = one("SELECT COUNT(*) FROM customer_month WHERE customer_id = ? AND orders > 0", (customer_id,))
    return Head(
        id=customer_id,
        code=customer.code,
        name=customer.name,
        short_name=customer.short_name,
        owner="" if name is None else str(name[0]),
        kind=kind_on(customer, day),
        closed_on=customer.closed_on,
        first_trade=_day(first),
        last_trade=_day(last),
        trades=int(trades),
        trading_months=0 if months is None else int(months[0]),
        standing=standing_on(customer_id, day),
    )


def _day(text: str | None) -> date | None:
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

    @property
    def key(self) -> tuple[str, str]:
        return (self.day.isoformat(), self.document.number)


_ORDER_ROWS = """
SELECT o.id, o.number, o.kind, o.state, o.date, o.amount, o.amount - o.uncosted, o.cost, o.open_amount, o.due_date,
    COALESCE(p.name, ''), o.valid_until, o.held_for, o.reason, COALESCE(r.number, '')
FROM orders o LEFT JOIN salesperson p ON p.id = o.maker_id LEFT JOIN orders r ON r.id = o.returns_id
WHERE o.customer_id = ?
"""


def _order_row(row: Sequence[Any]) -> OrderRow:
    id_, number, kind, state, day, amount, revenue, cost, open_, due, maker, until, held, reason, returns = row
    return OrderRow(
        DocumentRef(bytes(id_), number, kind, state), date.fromisoformat(day), amount, revenue, cost, open_,
        date.fromisoformat(due), maker, _day(until), held, reason, returns,
    )  # fmt: skip


def count_orders(customer_id: bytes) -> int:
    """How many orders, returns, quotes and opening items a customer has."""
    return _count("SELECT COUNT(*) FROM orders WHERE customer_id = ?", customer_id)


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
    return [_order_row(row) for row in _newest_first(_ORDER_ROWS, "o.date, o.number", (customer_id,), size, offset,
                                                     after, before)]  # fmt: skip


def _newest_first(
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


def _count(query: str, *parameters: Any) -> int:
    found = one(query, parameters)
    return 0 if found is None else int(found[0])


@dataclass(frozen=True)
class LineRow:
    """One line of a document: quantity in 1/1000, prices in 1/10000 units, amounts in minor units.

    Attributes:
        cost: empty where unknown.
        returned_e3: what of it came back until now.
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
    returned_e3: int

    @property
    def returnable_e3(self) -> int:
        return self.quantity_e3 - self.returned_e3


def lines_of(order_id: bytes) -> list[LineRow]:
    """An order's lines, with what came back of each."""
    return [
        LineRow(*row)
        for row in rows(
            "SELECT l.line, p.code, p.name, p.unit, l.quantity_e3, l.price_e4, l.discount_bp, l.amount, l.cost,"
            " COALESCE((SELECT CAST(SUM(b.quantity_e3) AS BIGINT) FROM orders r JOIN order_line b ON b.order_id = r.id"
            " WHERE r.returns_id = l.order_id AND r.state = 'confirmed' AND b.returns_line = l.line), 0)"
            " FROM order_line l JOIN product p ON p.id = l.product_id WHERE l.order_id = ? ORDER BY l.line",
            (order_id,),
        )
    ]


# --- money


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
        _count("SELECT COUNT(*) FROM orders WHERE customer_id = ? AND live_from IS NOT NULL", customer_id)
        + _count("SELECT COUNT(*) FROM orders WHERE customer_id = ? AND live_to IS NOT NULL", customer_id)
        + _count("SELECT COUNT(*) FROM receipt WHERE customer_id = ? AND voided = 0", customer_id)
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
    found = _newest_first(
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
            LedgerRow(ref, date.fromisoformat(day), rank, change, balance, open_, _day(due), _day(settled), bool(ends))
        )
        balance -= change
    return page


def _balance_before(customer_id: bytes, newer: int) -> int:
    """The balance before the newest so many movements."""
    balance = _count("SELECT balance FROM customer_total WHERE customer_id = ?", customer_id)
    if newer:
        balance -= _count(
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
    return BillRow(ref, date.fromisoformat(day), date.fromisoformat(due), amount, open_, _day(settled))


def count_open_bills(customer_id: bytes) -> int:
    """How many bills of a customer are open."""
    return _count(f"SELECT COUNT(*) FROM ({_BILLS}) AS open_bills", customer_id, customer_id)


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
    return _count(f"SELECT COUNT(*) FROM ({_LATE_BILLS}) AS late", customer_id, iso(day))


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
    found = _newest_first(
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
        TermsRow(date.fromisoformat(day), _day(until), days, credit_from, limit, reason, person)
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
        OwnerRow(date.fromisoformat(begin), _day(end), owner)
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
    return _count("SELECT COUNT(*) FROM contact_log WHERE customer_id = ?", customer_id)


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
    found = _newest_first(query, "c.date, c.id", (customer_id,), size, offset, after, before)
    return [
        ContactRow(bytes(id_), date.fromisoformat(day), person, note, _day(next_on))
        for id_, day, person, note, next_on in found
    ]


# --- one document in full


@dataclass(frozen=True)
class OrderCard:
    """An order in full.

    Attributes:
        verdict: for a held order, how it is judged now.
        returns: the number of the order whose goods came back.
    """

    order: Order
    row: OrderRow
    owner: str
    lines: tuple[LineRow, ...]
    allocations: tuple[AllocationRow, ...]
    verdict: Verdict | None


@dataclass(frozen=True)
class ReceiptCard:
    """A movement of money in full, with the bills it names (number and amount in minor units, where one was said)."""

    receipt: Receipt
    document: DocumentRef
    reverses: str
    reversed_by: str
    named: tuple[tuple[str, int | None], ...]
    allocations: tuple[AllocationRow, ...]


def order_card(order_id: bytes, day: date, person: bytes | None) -> OrderCard | None:
    """An order in full, a held one judged as of a day; None where it is not in this store."""
    from model.changes.orders import judge_order
    from model.changes.orders import lines_of as order_lines_of

    order = Order.get_or_none(Order.id == order_id)
    if order is None:
        return None
    row = _order_row(rows(_ORDER_ROWS + " AND o.id = ?", (order.customer_id, order_id))[0])
    owner = one("SELECT name FROM salesperson WHERE id = ?", (order.owner_id,)) if order.owner_id is not None else None
    verdict = judge_order(order, order_lines_of(order), day, person) if order.state == "held" else None
    return OrderCard(
        order, row, "" if owner is None else str(owner[0]), tuple(lines_of(order_id)),
        tuple(allocations_of(order.customer_id, order_id)), verdict,
    )  # fmt: skip


def receipt_card(receipt_id: bytes) -> ReceiptCard | None:
    """A movement of money in full; None where it is not in this store."""
    receipt = Receipt.get_or_none(Receipt.id == receipt_id)
    if receipt is None:
        return None
    reverses = one("SELECT number FROM receipt WHERE id = ?", (receipt.reverses_id,)) if receipt.reverses_id else None
    reversal = one("SELECT number FROM receipt WHERE reverses_id = ? AND voided = 0", (receipt_id,))
    named = rows(
        "SELECT o.number, w.amount FROM receipt_order w JOIN orders o ON o.id = w.order_id"
        " WHERE w.receipt_id = ? ORDER BY w.position LIMIT ?",
        (receipt_id, MOST_ALLOCATIONS),
    )
    state = "" if reversal is None else "reversed"
    return ReceiptCard(
        receipt,
        DocumentRef(receipt_id, receipt.number, receipt.kind, state),
        "" if reverses is None else str(reverses[0]),
        "" if reversal is None else str(reversal[0]),
        tuple((number, amount) for number, amount in named),
        tuple(allocations_of(receipt.customer_id, receipt_id)),
    )
