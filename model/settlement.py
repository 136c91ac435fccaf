"""What each document settled and still owes, kept beside the documents in the transaction that writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from model.allocation import (
    RECEIPTS,
    Bill,
    Event,
    Ledger,
    Money,
    Wish,
    balance_of,
    customer_events,
    open_of_order,
    replayed,
)
from model.store import execute, execute_many, one, rows

_ORDERS = """
SELECT id, kind, state, number, date, live_from, live_to, decided_on, due_date, amount, returns_id, replaces_id
FROM orders WHERE customer_id = ? AND state <> 'voided'
"""
_RECEIPTS = """
SELECT id, kind, number, date, amount, reverses_id FROM receipt WHERE customer_id = ? AND voided = 0
"""
_WISHES = """
SELECT w.receipt_id, w.order_id, w.amount, o.amount
FROM receipt_order w JOIN receipt r ON r.id = w.receipt_id JOIN orders o ON o.id = w.order_id
WHERE r.customer_id = ? ORDER BY w.receipt_id, w.position
"""


def ledger_of(customer_id: bytes) -> tuple[Ledger, str]:
    """A customer's ledger replayed from the documents, and the key of the last event."""
    events, pending = customer_events(
        rows(_ORDERS, (customer_id,)), rows(_RECEIPTS, (customer_id,)), rows(_WISHES, (customer_id,))
    )
    return replayed(events, pending), events[-1].key if events else ""


def settle(customer_id: bytes) -> None:
    """Replay a customer's documents and keep what each settled and still owes, in this transaction."""
    ledger, last_key = ledger_of(customer_id)
    execute("DELETE FROM allocation WHERE customer_id = ?", (customer_id,))
    _insert_entries(customer_id, ledger)
    orders = rows("SELECT id, kind, open_amount, settled_on, amount FROM orders WHERE customer_id = ?", (customer_id,))
    _write_orders(ledger, orders)
    receipts = rows("SELECT id, unallocated FROM receipt WHERE customer_id = ?", (customer_id,))
    _write_receipts(ledger, receipts)
    _write_total(customer_id, ledger, last_key)


def settle_appended(customer_id: bytes, event: Event) -> None:
    """Take one new document that comes after all others: the work does not grow with the customer's history.

    Falls back to the whole replay where it comes in between, or where money is reserved.
    """
    found = one("SELECT money_until FROM customer_total WHERE customer_id = ?", (customer_id,))
    comes_between = found is not None and found[0] >= event.key
    if comes_between or event.what not in ("bill", "money", "refund"):
        settle(customer_id)
        return
    bill = event.document if event.what == "bill" else None
    if isinstance(bill, Bill) and bill.amount > 0 and not _has_money_waiting(customer_id):
        _owe(bill, customer_id, event.key)
        return
    if _may_have_reserved(customer_id, event.document.id):  # type: ignore[union-attr]
        settle(customer_id)
        return
    ledger = _open_ledger(customer_id)
    touched = {event.document.id} | set(ledger.open) | set(ledger.sources)  # type: ignore[union-attr]
    ledger.apply(event)
    _insert_entries(customer_id, ledger)
    marks = ", ".join("?" * len(touched))
    _write_orders(
        ledger,
        rows(
            f"SELECT id, kind, open_amount, settled_on, amount FROM orders WHERE id IN ({marks})",
            tuple(touched),
        ),
    )
    _write_receipts(ledger, rows(f"SELECT id, unallocated FROM receipt WHERE id IN ({marks})", tuple(touched)))
    _write_total(customer_id, ledger, event.key)


def _has_money_waiting(customer_id: bytes) -> bool:
    """Whether a customer has money here that no bill has taken, reserved or not."""
    found = one(
        "SELECT 1 FROM orders WHERE customer_id = ? AND open_amount <> 0 AND open_amount < 0"
        " UNION ALL SELECT 1 FROM receipt WHERE customer_id = ? AND unallocated <> 0 AND unallocated > 0 LIMIT 1",
        (customer_id, customer_id),
    )
    return found is not None


def _owe(bill: Bill, customer_id: bytes, key: str) -> None:
    """Add a bill that no money waits for: all of it is owed, and nothing else changes."""
    execute("UPDATE orders SET open_amount = ?, settled_on = NULL WHERE id = ?", (bill.amount, bill.id))
    execute(
        "INSERT INTO customer_total (customer_id, balance, trades, money_until) VALUES (?, ?, 0, ?)"
        " ON CONFLICT (customer_id) DO UPDATE SET balance = customer_total.balance + excluded.balance,"
        " money_until = excluded.money_until",
        (customer_id, bill.amount, key),
    )


def _may_have_reserved(customer_id: bytes, joining: bytes = b"") -> bool:
    """Whether money of a customer may be reserved for an order that waits, or for the bill about to join.

    How much of it is reserved for which order is not kept: only the whole replay knows.
    """
    named = one(
        "SELECT 1 FROM receipt r JOIN receipt_order w ON w.receipt_id = r.id JOIN orders o ON o.id = w.order_id"
        # What names an order that was taken out for another waits for that one.
        " WHERE r.customer_id = ? AND r.unallocated > 0 AND (o.state IN ('held', 'quote', 'voided') OR o.id = ?)"
        " LIMIT 1",
        (customer_id, joining),
    )
    return named is not None


def reserved_for(customer_id: bytes, order_id: bytes) -> int:
    """Money in minor units that is reserved for an order that is not confirmed yet."""
    if not _may_have_reserved(customer_id):
        return 0
    ledger, _last_key = ledger_of(customer_id)
    return sum(kept.get(order_id, 0) for kept in ledger.reserved.values())


def reserved_of(receipt_id: bytes, customer_id: bytes) -> dict[bytes, int]:
    """What of one receipt is reserved, in minor units, by the order that is not confirmed yet."""
    if not _may_have_reserved(customer_id):
        return {}
    ledger, _last_key = ledger_of(customer_id)
    return {order: amount for order, amount in ledger.reserved.get(receipt_id, {}).items() if amount > 0}


def reserved_money(customer_id: bytes) -> int:
    """All of a customer's money, in minor units, that is reserved for orders that are not confirmed yet."""
    if not _may_have_reserved(customer_id):
        return 0
    ledger, _last_key = ledger_of(customer_id)
    return sum(sum(kept.values()) for kept in ledger.reserved.values())


def _open_ledger(customer_id: bytes) -> Ledger:
    """The ledger as it stands, of a customer without reserved money: only what is open or waiting."""
    ledger = Ledger()
    for id_, number, day, due, open_amount in rows(
        "SELECT id, number, live_from, due_date, open_amount FROM orders WHERE customer_id = ? AND open_amount <> 0",
        (customer_id,),
    ):
        if open_amount > 0:
            ledger.bills[id_] = Bill(id_, day, number, due, open_amount)
            ledger.open[id_] = open_amount
        else:
            ledger.sources[id_] = (day, number)
            ledger.waiting[id_] = -open_amount
    for id_, number, day, unallocated in rows(
        "SELECT id, number, date, unallocated FROM receipt WHERE customer_id = ? AND unallocated <> 0",
        (customer_id,),
    ):
        if unallocated < 0:
            ledger.bills[id_] = Bill(id_, day, number, day, -unallocated)
            ledger.open[id_] = -unallocated
        else:
            ledger.sources[id_] = (day, number)
            ledger.waiting[id_] = unallocated
    for (id_,) in rows(
        "SELECT id FROM orders WHERE customer_id = ? AND live_from IS NULL AND state IN ('held', 'quote')",
        (customer_id,),
    ):
        ledger.pending.add(id_)
    return ledger


def _insert_entries(customer_id: bytes, ledger: Ledger) -> None:
    execute_many(
        "INSERT INTO allocation (customer_id, source_id, bill_id, date, amount) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (customer_id, source_id, bill_id, date)"
        " DO UPDATE SET amount = allocation.amount + excluded.amount",
        [(customer_id, source, bill, day, amount) for (source, bill, day), amount in ledger.entries.items()],
    )


def _write_orders(ledger: Ledger, before: Iterable[tuple[Any, ...]]) -> None:
    changed = []
    for id_, _kind, open_before, settled_before, _amount in before:
        now = (open_of_order(ledger, id_), ledger.settled.get(id_))
        if now != (open_before, settled_before):
            changed.append((*now, id_))
    if changed:
        execute_many("UPDATE orders SET open_amount = ?, settled_on = ? WHERE id = ?", changed)


def _write_receipts(ledger: Ledger, before: Iterable[tuple[Any, ...]]) -> None:
    changed = []
    for id_, unallocated_before in before:
        now = ledger.unallocated(id_) - ledger.open.get(id_, 0)
        if now != unallocated_before:
            changed.append((now, id_))
    if changed:
        execute_many("UPDATE receipt SET unallocated = ? WHERE id = ?", changed)


def _write_total(customer_id: bytes, ledger: Ledger, last_key: str) -> None:
    execute(
        "INSERT INTO customer_total (customer_id, balance, trades, money_until) VALUES (?, ?, 0, ?)"
        " ON CONFLICT (customer_id) DO UPDATE SET balance = excluded.balance, money_until = excluded.money_until",
        (customer_id, balance_of(ledger), last_key),
    )


def settle_batch(among: str, parameters: Sequence[bytes]) -> None:
    """Replay the documents of many customers at once; their old allocations are gone already.

    Args:
        among: a condition on the customer's id, with its parameters.
    """
    orders = _by_customer(
        "SELECT customer_id, id, kind, state, number, date, live_from, live_to, decided_on, due_date, amount,"
        " returns_id, replaces_id, open_amount, settled_on FROM orders"
        f" WHERE customer_id {among} AND state <> 'voided'",
        parameters,
    )
    receipts = _by_customer(
        "SELECT customer_id, id, kind, number, date, amount, reverses_id, unallocated FROM receipt"
        f" WHERE customer_id {among} AND voided = 0",
        parameters,
    )
    wishes = _by_customer(
        "SELECT r.customer_id, w.receipt_id, w.order_id, w.amount, o.amount FROM receipt r"
        " JOIN receipt_order w ON w.receipt_id = r.id JOIN orders o ON o.id = w.order_id"
        f" WHERE r.customer_id {among} ORDER BY w.receipt_id, w.position",
        parameters,
    )
    entries: list[tuple[Any, ...]] = []
    changed_orders: list[tuple[Any, ...]] = []
    changed_receipts: list[tuple[Any, ...]] = []
    balances: list[tuple[Any, ...]] = []
    for customer in sorted(orders.keys() | receipts.keys()):
        own, paid = orders.get(customer, []), receipts.get(customer, [])
        events, pending = customer_events(
            [row[:12] for row in own], [row[:6] for row in paid], wishes.get(customer, [])
        )
        ledger = replayed(events, pending)
        entries += [(customer, *key, amount) for key, amount in ledger.entries.items()]
        for row in own:
            now = (open_of_order(ledger, row[0]), ledger.settled.get(row[0]))
            if now != row[12:]:
                changed_orders.append((*now, row[0]))
        for row in paid:
            unallocated = ledger.unallocated(row[0]) - ledger.open.get(row[0], 0)
            if unallocated != row[6]:
                changed_receipts.append((unallocated, row[0]))
        balances.append((customer, balance_of(ledger), events[-1].key if events else ""))
    execute_many(
        "INSERT INTO allocation (customer_id, source_id, bill_id, date, amount) VALUES (?, ?, ?, ?, ?)", sorted(entries)
    )
    execute_many("UPDATE orders SET open_amount = ?, settled_on = ? WHERE id = ?", changed_orders)
    execute_many("UPDATE receipt SET unallocated = ? WHERE id = ?", changed_receipts)
    execute_many(
        "INSERT INTO customer_total (customer_id, balance, trades, money_until) VALUES (?, ?, 0, ?)"
        " ON CONFLICT (customer_id) DO UPDATE SET balance = excluded.balance, money_until = excluded.money_until",
        balances,
    )


def _by_customer(query: str, parameters: Sequence[bytes]) -> dict[bytes, list[tuple[Any, ...]]]:
    """Rows by their first column, without it."""
    found: dict[bytes, list[tuple[Any, ...]]] = {}
    for customer, *row in execute(query, parameters):
        found.setdefault(customer, []).append(tuple(row))
    return found


# --- what a receipt would do, before it is recorded


@dataclass(frozen=True)
class PreviewedBill:
    """An open bill and what a receipt would settle of it; amounts in minor units."""

    id: bytes
    number: str
    date: str
    due: str
    open: int
    settled: int


@dataclass(frozen=True)
class Preview:
    """What a receipt would do; amounts in minor units.

    Attributes:
        bills: every open bill, the oldest due first.
        reserved: what would wait for the orders named that are not confirmed yet.
        left: what would wait for the next bill.
    """

    bills: tuple[PreviewedBill, ...]
    reserved: int
    left: int


def preview_receipt(customer_id: bytes, amount: int, bills: tuple[Wish, ...] = ()) -> Preview:
    """What a receipt recorded as the customer's latest document would settle; nothing is written.

    Args:
        amount: minor units; 0 only tells what is open.
        bills: what it names.
    """
    ledger = ledger_of(customer_id)[0] if _may_have_reserved(customer_id) else _open_ledger(customer_id)
    before = dict(ledger.open)
    receipt = b"\0" * 16
    if amount > 0:
        # The last day there is: the receipt comes after every other document.
        ledger.apply(Event("9999-12-31", RECEIPTS, "", "money", Money(receipt, "9999-12-31", "", amount, bills)))
    due = sorted(before, key=lambda id_: (ledger.bills[id_].due, ledger.bills[id_].date, ledger.bills[id_].number))
    return Preview(
        tuple(
            PreviewedBill(
                id_, ledger.bills[id_].number, ledger.bills[id_].date, ledger.bills[id_].due, before[id_],
                before[id_] - ledger.open.get(id_, 0),
            )
            for id_ in due
        ),
        sum(ledger.reserved.get(receipt, {}).values()),
        ledger.waiting.get(receipt, 0),
    )  # fmt: skip
