"""Running totals, kept in the same transaction as the documents they sum.

`customer_total` (balance, first and last trade), `customer_month` (orders, revenue, cost) and `person_month`
(performance by shares) are never synced and never trusted blindly: `faults` recomputes every one from the documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import peewee

from model import allocation, settlement
from model.batches import batches
from model.fields import DayField, IdField
from model.orders import Order
from model.store import Table, execute, execute_many, one, rows

# Stands for nobody in person_month: an order without owner and maker.
NOBODY = b"\0" * 16
CUSTOMERS_PER_BATCH = 2_000


class CustomerTotal(Table):
    """Per customer: balance in minor units, trades (live sales over zero), first and last trade, last contact."""

    customer_id = IdField(primary_key=True)
    balance = peewee.BigIntegerField(default=0)
    trades = peewee.IntegerField(default=0)
    first_trade = DayField(null=True)
    last_trade = DayField(null=True)
    last_contact = DayField(null=True)
    money_until = peewee.TextField(default="")

    class Meta:
        table_name = "customer_total"


class CustomerMonth(Table):
    """Per customer and month: live orders over zero, and net revenue, cost and uncosted revenue in minor units."""

    customer_id = IdField()
    month = peewee.TextField()
    orders = peewee.IntegerField()
    revenue = peewee.BigIntegerField()
    cost = peewee.BigIntegerField()
    uncosted = peewee.BigIntegerField()

    class Meta:
        table_name = "customer_month"
        primary_key = peewee.CompositeKey("customer_id", "month")


class PersonMonth(Table):
    """Per salesperson and month: orders, amount, cost and uncosted revenue by the shares frozen on each order."""

    person_id = IdField()
    month = peewee.TextField()
    orders = peewee.IntegerField()
    amount = peewee.BigIntegerField()
    cost = peewee.BigIntegerField()
    uncosted = peewee.BigIntegerField()

    class Meta:
        table_name = "person_month"
        primary_key = peewee.CompositeKey("month", "person_id")


@dataclass(frozen=True)
class Part:
    """What one order adds to one salesperson's month."""

    person: bytes
    orders: int
    amount: int
    cost: int
    uncosted: int


def counts(order: Order) -> bool:
    """Whether an order counts in revenue: a live sale or return."""
    return order.state == "confirmed" and order.kind in ("sale", "return")


def parts_of(order: Order) -> list[Part]:
    """An order divided among owner and maker; the order itself counts for the larger share, the owner's if equal."""
    sign = -1 if order.kind == "return" else 1
    counted = 1 if order.kind == "sale" and order.amount > 0 else 0
    owner_bp = order.owner_bp if order.owner_id is not None else 0
    owner_id = order.owner_id if order.owner_id is not None else NOBODY
    owner = (order.owner_amount, order.owner_cost, order.owner_uncosted) if owner_bp else (0, 0, 0)
    whole = (order.amount, order.cost, order.uncosted)
    maker_id = order.maker_id if order.maker_id is not None else NOBODY
    parts = []
    if owner_bp:
        parts.append(Part(owner_id, counted if owner_bp >= 5_000 else 0, *(sign * part for part in owner)))
    if owner_bp < 10_000:
        rest = tuple(all_ - part for all_, part in zip(whole, owner, strict=True))
        parts.append(Part(maker_id, counted if owner_bp < 5_000 else 0, *(sign * part for part in rest)))
    return parts


def enter(order: Order) -> None:
    """Add an order that became live to its customer's and salespeople's months."""
    _move(order, 1)


def leave(order: Order) -> None:
    """Take an order that stops being live out again."""
    _move(order, -1)


def _move(order: Order, direction: int) -> None:
    if order.kind not in ("sale", "return"):
        return
    sign = direction * (-1 if order.kind == "return" else 1)
    month = order.date.isoformat()[:7]
    counted = direction if order.kind == "sale" and order.amount > 0 else 0
    execute(
        "INSERT INTO customer_month (customer_id, month, orders, revenue, cost, uncosted) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (customer_id, month) DO UPDATE SET orders = customer_month.orders + excluded.orders,"
        " revenue = customer_month.revenue + excluded.revenue, cost = customer_month.cost + excluded.cost,"
        " uncosted = customer_month.uncosted + excluded.uncosted",
        (order.customer_id, month, counted, sign * order.amount, sign * order.cost, sign * order.uncosted),
    )
    for part in parts_of(order):
        execute(
            "INSERT INTO person_month (person_id, month, orders, amount, cost, uncosted) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (month, person_id) DO UPDATE SET orders = person_month.orders + excluded.orders,"
            " amount = person_month.amount + excluded.amount, cost = person_month.cost + excluded.cost,"
            " uncosted = person_month.uncosted + excluded.uncosted",
            (
                part.person,
                month,
                direction * part.orders,
                direction * part.amount,
                direction * part.cost,
                direction * part.uncosted,
            ),
        )
    if direction < 0 or order.kind == "return":
        # Goods that came back whole leave nothing of a share, as if it had never been.
        execute(
            "DELETE FROM customer_month WHERE customer_id = ? AND month = ?"
            " AND orders = 0 AND revenue = 0 AND cost = 0 AND uncosted = 0",
            (order.customer_id, month),
        )
        for part in parts_of(order):
            execute(
                "DELETE FROM person_month WHERE month = ? AND person_id = ?"
                " AND orders = 0 AND amount = 0 AND cost = 0 AND uncosted = 0",
                (month, part.person),
            )


def add_trade(order: Order) -> None:
    """Count a sale that became live among its customer's trades."""
    if order.kind != "sale" or order.amount <= 0:
        ensure_customer(order.customer_id)
        return
    day = order.date.isoformat()
    execute(
        "INSERT INTO customer_total (customer_id, balance, trades, first_trade, last_trade, money_until)"
        " VALUES (?, 0, 1, ?, ?, '') ON CONFLICT (customer_id) DO UPDATE SET trades = customer_total.trades + 1,"
        " first_trade = CASE WHEN customer_total.first_trade < excluded.first_trade THEN customer_total.first_trade"
        " ELSE excluded.first_trade END,"
        " last_trade = CASE WHEN customer_total.last_trade > excluded.last_trade THEN customer_total.last_trade"
        " ELSE excluded.last_trade END",
        (order.customer_id, day, day),
    )


def note_trades(customer_id: bytes) -> None:
    """Bring a customer's trade count, first and last trade up to date."""
    traded = "FROM orders WHERE customer_id = ? AND kind = 'sale' AND state = 'confirmed' AND amount > 0"
    first = one(f"SELECT date {traded} ORDER BY date, number LIMIT 1", (customer_id,))
    last = one(f"SELECT date {traded} ORDER BY date DESC, number DESC LIMIT 1", (customer_id,))
    trades = one(
        "SELECT CAST(COALESCE(SUM(orders), 0) AS BIGINT) FROM customer_month WHERE customer_id = ?",
        (customer_id,),
    )
    ensure_customer(customer_id)
    execute(
        "UPDATE customer_total SET trades = ?, first_trade = ?, last_trade = ? WHERE customer_id = ?",
        (0 if trades is None else trades[0], first and first[0], last and last[0], customer_id),
    )


def note_contact(customer_id: bytes) -> None:
    """Bring a customer's last contact up to date."""
    ensure_customer(customer_id)
    execute(
        "UPDATE customer_total SET last_contact = (SELECT MAX(date) FROM contact_log WHERE customer_id = ?)"
        " WHERE customer_id = ?",
        (customer_id, customer_id),
    )


def ensure_customer(customer_id: bytes) -> None:
    """Give a customer its row of totals, so that lists can join it."""
    execute(
        "INSERT INTO customer_total (customer_id, balance, trades, money_until) VALUES (?, 0, 0, '')"
        " ON CONFLICT (customer_id) DO NOTHING",
        (customer_id,),
    )


# --- the same from the documents alone

_SIGN = "(CASE WHEN kind = 'return' THEN -1 ELSE 1 END)"
_TRADE = "(CASE WHEN kind = 'sale' AND amount > 0 THEN 1 ELSE 0 END)"
_LIVE = "state = 'confirmed' AND kind IN ('sale', 'return')"
_CUSTOMER_MONTHS = f"""
SELECT customer_id, substr(date, 1, 7) AS month, CAST(SUM({_TRADE}) AS BIGINT) AS orders,
    CAST(SUM({_SIGN} * amount) AS BIGINT) AS revenue, CAST(SUM({_SIGN} * cost) AS BIGINT) AS cost,
    CAST(SUM({_SIGN} * uncosted) AS BIGINT) AS uncosted
FROM orders WHERE {_LIVE} GROUP BY customer_id, substr(date, 1, 7)
HAVING SUM({_TRADE}) <> 0 OR SUM({_SIGN} * amount) <> 0 OR SUM({_SIGN} * cost) <> 0 OR SUM({_SIGN} * uncosted) <> 0
"""
_PERSON_MONTHS = f"""
SELECT person, month, CAST(SUM(orders) AS BIGINT), CAST(SUM(amount) AS BIGINT), CAST(SUM(cost) AS BIGINT),
    CAST(SUM(uncosted) AS BIGINT)
FROM (
    SELECT owner_id AS person, substr(date, 1, 7) AS month,
        CASE WHEN owner_bp >= 5000 THEN {_TRADE} ELSE 0 END AS orders,
        {_SIGN} * owner_amount AS amount, {_SIGN} * owner_cost AS cost, {_SIGN} * owner_uncosted AS uncosted
    FROM orders WHERE {_LIVE} AND owner_id IS NOT NULL AND owner_bp > 0
    UNION ALL
    SELECT COALESCE(maker_id, ?), substr(date, 1, 7),
        CASE WHEN owner_id IS NULL OR owner_bp < 5000 THEN {_TRADE} ELSE 0 END,
        {_SIGN} * (amount - CASE WHEN owner_id IS NULL THEN 0 ELSE owner_amount END),
        {_SIGN} * (cost - CASE WHEN owner_id IS NULL THEN 0 ELSE owner_cost END),
        {_SIGN} * (uncosted - CASE WHEN owner_id IS NULL THEN 0 ELSE owner_uncosted END)
    FROM orders WHERE {_LIVE} AND (owner_id IS NULL OR owner_bp < 10000)
) AS parts GROUP BY person, month
HAVING SUM(orders) <> 0 OR SUM(amount) <> 0 OR SUM(cost) <> 0 OR SUM(uncosted) <> 0
"""
_TRADES = """
SELECT customer_id, CAST(COUNT(*) AS BIGINT), MIN(date), MAX(date) FROM orders
WHERE kind = 'sale' AND state = 'confirmed' AND amount > 0 GROUP BY customer_id
"""
# What the documents say a customer owes, without any allocation.
BALANCES = """
SELECT customer_id, CAST(SUM(amount) AS BIGINT) FROM (
    SELECT customer_id, CASE WHEN kind = 'return' THEN -amount ELSE amount END AS amount
    FROM orders WHERE state = 'confirmed'
    UNION ALL
    SELECT r.customer_id, CASE
        WHEN r.kind = 'refund' THEN r.amount
        WHEN r.kind = 'reversal' THEN CASE WHEN o.kind = 'refund' THEN -r.amount ELSE r.amount END
        ELSE -r.amount END
    FROM receipt r LEFT JOIN receipt o ON o.id = r.reverses_id WHERE r.voided = 0
) AS documents GROUP BY customer_id
"""


def rebuild() -> Iterator[int]:
    """Recompute every total and allocation from the documents, in the present transaction.

    Yields:
        How many customers are done, after each batch.
    """
    execute("DELETE FROM customer_month")
    execute(f"INSERT INTO customer_month (customer_id, month, orders, revenue, cost, uncosted) {_CUSTOMER_MONTHS}")
    execute("DELETE FROM person_month")
    execute(
        f"INSERT INTO person_month (person_id, month, orders, amount, cost, uncosted) {_PERSON_MONTHS}",
        (NOBODY,),
    )
    execute("DELETE FROM customer_total")
    execute("DELETE FROM allocation")
    execute("INSERT INTO customer_total (customer_id, balance, trades, money_until) SELECT id, 0, 0, '' FROM customer")
    execute_many(
        "UPDATE customer_total SET trades = ?, first_trade = ?, last_trade = ? WHERE customer_id = ?",
        [(trades, first, last, customer) for customer, trades, first, last in rows(_TRADES)],
    )
    execute_many(
        "UPDATE customer_total SET last_contact = ? WHERE customer_id = ?",
        [
            (last, customer)
            for customer, last in rows("SELECT customer_id, MAX(date) FROM contact_log GROUP BY customer_id")
        ],
    )
    done = 0
    for customers in batches([row[0] for row in rows("SELECT id FROM customer ORDER BY id")], CUSTOMERS_PER_BATCH):
        settlement.settle_batch("BETWEEN ? AND ?", (customers[0], customers[-1]))
        done += len(customers)
        yield done


def rebuild_customers(customers: Iterable[bytes], months: Iterable[str]) -> None:
    """Recompute the totals and allocations of some customers, and everybody's performance of some months.

    Args:
        months: every month in which one of these customers' orders came or went.
    """
    everyone = sorted(customers)
    for some in batches(everyone):
        among = f"IN ({', '.join('?' * len(some))})"
        execute(f"DELETE FROM customer_month WHERE customer_id {among}", some)
        execute(
            "INSERT INTO customer_month (customer_id, month, orders, revenue, cost, uncosted) "
            + _CUSTOMER_MONTHS.replace(f"WHERE {_LIVE}", f"WHERE {_LIVE} AND customer_id {among}"),
            some,
        )
        execute(f"DELETE FROM allocation WHERE customer_id {among}", some)
        # Who has no document any more has no balance either.
        execute(f"UPDATE customer_total SET balance = 0, money_until = '' WHERE customer_id {among}", some)
        settlement.settle_batch(among, some)
    for customer in everyone:
        note_trades(customer)
        note_contact(customer)
    for month in sorted(set(months)):
        execute("DELETE FROM person_month WHERE month = ?", (month,))
        days = (f"{month}-01", f"{month}-31")
        execute(
            "INSERT INTO person_month (person_id, month, orders, amount, cost, uncosted) "
            + _PERSON_MONTHS.replace(f"WHERE {_LIVE}", f"WHERE {_LIVE} AND date BETWEEN ? AND ?"),
            (*days, NOBODY, *days),
        )


@dataclass(frozen=True)
class Fault:
    """A total that is not what the documents say."""

    what: str
    key: str
    kept: str
    recomputed: str


def faults() -> list[Fault]:
    """Every total, allocation and open amount that differs from its recomputation; empty when all is well."""
    found = []
    found += _differences(
        "customer_month", rows("SELECT customer_id, month, orders, revenue, cost, uncosted FROM customer_month"),
        rows(_CUSTOMER_MONTHS), 2,
    )  # fmt: skip
    found += _differences(
        "person_month", rows("SELECT person_id, month, orders, amount, cost, uncosted FROM person_month"),
        rows(_PERSON_MONTHS, (NOBODY,)), 2,
    )  # fmt: skip
    found += _differences(
        "trades",
        rows("SELECT customer_id, trades, first_trade, last_trade FROM customer_total WHERE trades <> 0"),
        rows(_TRADES),
        1,
    )
    found += _differences(
        "balance",
        rows("SELECT customer_id, balance FROM customer_total WHERE balance <> 0"),
        [row for row in rows(BALANCES) if row[1] != 0],
        1,
    )
    for (customer,) in rows("SELECT id FROM customer"):
        found += _settlement_faults(customer)
    return found


def _differences(what: str, kept: Iterable[Any], recomputed: Iterable[Any], key_columns: int) -> list[Fault]:
    before = {row[:key_columns]: row[key_columns:] for row in kept}
    after = {row[:key_columns]: row[key_columns:] for row in recomputed}
    return [
        Fault(what, _shown(key), _shown(before.get(key, ())), _shown(after.get(key, ())))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def _settlement_faults(customer: bytes) -> list[Fault]:
    ledger, _ = settlement.ledger_of(customer)
    kept_entries = rows("SELECT source_id, bill_id, date, amount FROM allocation WHERE customer_id = ?", (customer,))
    found = _differences("allocation", kept_entries, [(*key, amount) for key, amount in ledger.entries.items()], 3)
    orders = rows("SELECT id, open_amount, settled_on FROM orders WHERE customer_id = ?", (customer,))
    found += _differences(
        "open amount",
        orders,
        [(row[0], allocation.open_of_order(ledger, row[0]), ledger.settled.get(row[0])) for row in orders],
        1,
    )
    receipts = rows("SELECT id, unallocated FROM receipt WHERE customer_id = ?", (customer,))
    found += _differences(
        "unallocated",
        receipts,
        [(row[0], ledger.unallocated(row[0]) - ledger.open.get(row[0], 0)) for row in receipts],
        1,
    )
    return found


def _shown(values: Iterable[Any]) -> str:
    return " ".join(value.hex() if isinstance(value, bytes) else str(value) for value in values)
