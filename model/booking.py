"""Orders that come or go when their month is closed: they count in the performance of the month of recording.

By its business date an order counts in its own month for ever: margin, statement and ageing go by that. Where that
month is closed, what came or went is also kept as a late entry, a part of the order's document: performance takes it
out of the order's month and counts it in the month in which it was recorded. So the performance of all months together
is what it would be without a close, and that of a closed month stays what it was.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from model import totals
from model.closing import booking_day, is_closed
from model.dates import first_day, last_day, month_of
from model.errors import N_
from model.fields import iso
from model.orders import Order
from model.store import execute, execute_many, one, rows
from model.touched import touch

# What a late entry tells of: an order that came late, one that ended, or one that was changed.
SALE, RETURN, CANCELLED, UNDONE, AMENDED = "sale", "return", "cancelled", "undone", "amended"
# The first late sale of a customer that had not traded in the closed month: one active customer more.
FIRST_SALE = "first_sale"
LATE_NAMES = {
    SALE: N_("sale"),
    RETURN: N_("return"),
    CANCELLED: N_("cancelled"),
    UNDONE: N_("undone"),
    AMENDED: N_("amended"),
    FIRST_SALE: N_("sale, one active customer more"),
}

_SUMS = (
    "CAST(SUM(e.orders) AS BIGINT), CAST(SUM(e.amount) AS BIGINT), CAST(SUM(e.cost) AS BIGINT),"
    " CAST(SUM(e.uncosted) AS BIGINT)"
)
_BOOKED = f"""
SELECT e.person_id, {_SUMS} FROM late_entry e WHERE e.recorded_on >= ? AND e.recorded_on <= ? GROUP BY e.person_id"""
_DATED = f"""
SELECT e.person_id, {_SUMS} FROM late_entry e
WHERE e.dated_on >= ? AND e.dated_on <= ? AND e.effective_on <= ? GROUP BY e.person_id"""
# The first thing that arrived late about an order in a closed month.
_FIRST = (
    "NOT EXISTS (SELECT 1 FROM late_entry g WHERE g.order_id = {e}.order_id AND g.place < {e}.place"
    " AND g.dated_on >= ? AND g.dated_on <= ?)"
)
# Who traded in a month when it was closed: by an order of which nothing arrived since, or by one of which the first
# that arrived tells of its end. The period is asked for so many times.
_COUNTED_AT_CLOSE = f"""
SELECT k.customer_id FROM orders k WHERE k.kind = 'sale' AND k.amount > 0 AND k.state = 'confirmed'
    AND k.date >= ? AND k.date <= ? {{whose}}
    AND NOT EXISTS (SELECT 1 FROM late_entry f WHERE f.order_id = k.id AND f.dated_on >= ? AND f.dated_on <= ?)
UNION ALL
SELECT k.customer_id FROM late_entry f JOIN orders k ON k.id = f.order_id
WHERE k.kind = 'sale' AND k.amount > 0 AND f.what <> 'sale' AND f.dated_on >= ? AND f.dated_on <= ? {{whose}}
    AND {_FIRST.format(e="f")}"""
_PERIODS_AT_CLOSE = 4
# Who trades in a month only by what came after its close.
_LATE_CUSTOMERS = f"""
SELECT DISTINCT o.customer_id FROM late_entry e JOIN orders o ON o.id = e.order_id
WHERE o.kind = 'sale' AND o.state = 'confirmed' AND o.amount > 0 AND e.what = 'sale' AND e.recorded_on <= ?
    AND o.date >= ? AND o.date <= ? AND e.dated_on >= ? AND e.dated_on <= ? AND {_FIRST.format(e="e")}
    AND NOT EXISTS ({_COUNTED_AT_CLOSE.format(whose="AND k.customer_id = o.customer_id")})"""
_PERIODS_OF_LATE = 3 + _PERIODS_AT_CLOSE
_ADJUSTMENTS = """
SELECT o.id, o.number, e.dated_on, c.id, c.code, c.name, COALESCE(p.code, ''), e.what, e.recorded_on, e.orders,
    e.amount, e.amount - e.uncosted - e.cost
FROM late_entry e JOIN orders o ON o.id = e.order_id JOIN customer c ON c.id = o.customer_id
LEFT JOIN salesperson p ON p.id = e.person_id
WHERE e.dated_on >= ? AND e.dated_on <= ? AND e.recorded_on <= ?
ORDER BY e.recorded_on, e.dated_on, o.number, e.place"""


@dataclass(frozen=True)
class Moved:
    """What late entries add to a salesperson's performance of a month; minor units, below zero where they lower it."""

    orders: int = 0
    amount: int = 0
    cost: int = 0
    uncosted: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.orders + other.orders, self.amount + other.amount, self.cost + other.cost,
            self.uncosted + other.uncosted,
        )  # fmt: skip

    def __neg__(self) -> Moved:
        return Moved(-self.orders, -self.amount, -self.cost, -self.uncosted)


@dataclass(frozen=True)
class Adjustment:
    """One salesperson's part of what arrived for a closed month, in minor units.

    Attributes:
        salesperson: their code; empty where the part is nobody's.
        date: the order's own, in the closed month.
        recorded_month: in whose performance it counts.
        what: a key of LATE_NAMES.
    """

    order: bytes
    number: str
    customer: str
    name: str
    salesperson: str
    date: datetime.date
    recorded_month: str
    amount: int
    margin: int
    what: str


def enter(order: Order, recorded_on: date, what: str | None = None) -> None:
    """Let an order count that became live.

    Args:
        recorded_on: the business date on which that is recorded.
        what: one of LATE_NAMES; without it, the order's kind.
    """
    totals.enter(order)
    _keep(order, 1, what or order.kind, order.live_from or order.date, recorded_on)


def leave(order: Order, recorded_on: date, what: str, effective_on: date | None = None) -> None:
    """Let an order, as it stands, count no more.

    Args:
        recorded_on: the business date on which that is recorded.
        what: one of LATE_NAMES.
        effective_on: the day on which it ended; without it, it is as if it had never been.
    """
    totals.leave(order)
    _keep(order, -1, what, effective_on or order.date, recorded_on)


def _keep(order: Order, direction: int, what: str, effective_on: date, recorded_on: date) -> None:
    if order.kind not in (SALE, RETURN) or not is_closed(month_of(order.date)):
        return
    last = one(
        "SELECT place, effective_on, dated_on FROM late_entry WHERE order_id = ? ORDER BY place DESC LIMIT 1",
        (order.id,),
    )
    place, dated, effective = 0 if last is None else int(last[0]), iso(order.date), iso(effective_on)
    if direction > 0 and last is not None and last[2] == dated:
        # It stands again as if it had never ended, and so the day of its end is that of its return.
        effective = last[1]
    booked = iso(booking_day(recorded_on))
    execute_many(
        "INSERT INTO late_entry (order_id, place, person_id, what, dated_on, effective_on, recorded_on, orders,"
        " amount, cost, uncosted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                order.id, place + number, part.person, what, dated, effective, booked, direction * part.orders,
                direction * part.amount, direction * part.cost, direction * part.uncosted,
            )
            for number, part in enumerate(totals.parts_of(order), 1)
        ],
    )  # fmt: skip


def keep_imported(change_uid: bytes, closed_before: str, recorded_on: date) -> None:
    """Keep late entries of the orders of an import that are dated in months that were closed before it.

    What an import itself brings with its closed months was there when they were closed.
    """
    if not closed_before:
        return
    for order in Order.select().where(
        Order.change_uid == change_uid, Order.state == "confirmed", Order.date <= last_day(closed_before)
    ):
        _keep(order, 1, order.kind, order.date, recorded_on)


def forget_late(after: str) -> None:
    """Let what arrived for months that are open again, those after this one, count in its own month."""
    late = rows("SELECT DISTINCT order_id FROM late_entry WHERE substr(dated_on, 1, 7) > ? ORDER BY order_id", (after,))
    for (order,) in late:
        touch("order", order)
    execute("DELETE FROM late_entry WHERE substr(dated_on, 1, 7) > ?", (after,))


def booked_late(month: str, as_of: date) -> dict[bytes, Moved]:
    """By salesperson, what counts in a month's performance although its own month was closed."""
    until = min(last_day(month), as_of)
    return {bytes(row[0]): Moved(*row[1:]) for row in rows(_BOOKED, (iso(first_day(month)), iso(until)))}


def moved(month: str, as_of: date) -> dict[bytes, Moved]:
    """By salesperson, how a month's performance differs from the margin of its orders by their dates."""
    found = booked_late(month, as_of)
    for person, *sums in rows(_DATED, (iso(first_day(month)), iso(last_day(month)), iso(as_of))):
        found[bytes(person)] = found.get(bytes(person), Moved()) + -Moved(*sums)
    return found


def late_customers(month: str, as_of: date) -> tuple[str, tuple[str | None, ...]]:
    """A query for the customers that trade in a closed month only by what arrived later, and its parameters."""
    return _LATE_CUSTOMERS, (iso(as_of), *_period(month) * _PERIODS_OF_LATE)


def customers_at_close(month: str) -> tuple[str, tuple[str | None, ...]]:
    """A query for the customers that traded in a closed month when it was closed, and its parameters."""
    return _COUNTED_AT_CLOSE.format(whose=""), _period(month) * _PERIODS_AT_CLOSE


def _period(month: str) -> tuple[str | None, str | None]:
    return iso(first_day(month)), iso(last_day(month))


def amended_as(original: Order) -> str:
    """How the order enters that stands in the place of an amended one: as a late sale where that was one itself."""
    first = one("SELECT what FROM late_entry WHERE order_id = ? ORDER BY place LIMIT 1", (original.id,))
    return SALE if first is not None and first[0] == SALE else AMENDED


def adjustments(month: str, as_of: date) -> list[Adjustment]:
    """What arrived for a closed month after its close, in the order of its recording."""
    query, parameters = late_customers(month, as_of)
    waiting = {bytes(row[0]) for row in rows(query, parameters)}
    live = _live_of(waiting, month)
    found = []
    for id_, number, day, customer, code, name, person, what, recorded, counted, amount, margin in rows(
        _ADJUSTMENTS, (iso(first_day(month)), iso(last_day(month)), iso(as_of))
    ):
        if what == SALE and counted and bytes(customer) in waiting and bytes(id_) in live:
            waiting.discard(bytes(customer))
            what = FIRST_SALE
        found.append(
            Adjustment(
                bytes(id_), number, code, name, person, date.fromisoformat(day), recorded[:7], amount, margin, what
            )
        )
    return found


def _live_of(customers: Iterable[bytes], month: str) -> set[bytes]:
    """The live sales of some customers in a month."""
    live: set[bytes] = set()
    for customer in sorted(customers):
        live |= {
            bytes(row[0])
            for row in rows(
                "SELECT id FROM orders WHERE customer_id = ? AND kind = 'sale' AND state = 'confirmed' AND date >= ?"
                " AND date <= ?",
                (customer, iso(first_day(month)), iso(last_day(month))),
            )
        }
    return live
