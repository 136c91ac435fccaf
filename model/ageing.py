"""How old the money is that customers owed on a day: open bills by days past due or since their date, and overdue ones.

A bill is what allocation calls one: a live sale or opening item, or the part of a refund that the customer's own money
did not cover. What it owed on a day is its amount less the allocations dated until then. Customers without any later
event are read from the open amounts that are kept, so that the usual question costs no history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, Literal

from model.batches import batches
from model.credit import overdue_before, tolerance_on
from model.fields import iso
from model.laptop import held_in_full
from model.record import Record
from model.store import one, rows

AgeBy = Literal["due", "date"]
# Whole days after which the next bucket begins; the first bucket holds what is not past due.
BUCKET_ENDS_DAYS = (0, 30, 60, 90)
LONG_AGO = date.min

# Customers with a document, cancellation or reversal dated after a day: their kept open amounts know too much.
_LATER = "SELECT t.customer_id FROM customer_total t WHERE substr(t.money_until, 1, 10) > ?"
_UNTIL = "substr(t.money_until, 1, 10) <= ?"
_LIVE = "o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"
_NOT_REVERSED = "NOT EXISTS (SELECT 1 FROM receipt v WHERE v.reverses_id = r.id AND v.voided = 0 AND v.date <= ?)"
_ALLOCATED = (
    "COALESCE((SELECT CAST(SUM(a.amount) AS BIGINT) FROM allocation a WHERE a.bill_id = {bill} AND a.date <= ?), 0)"
)

# Every kind of open bill has the same columns: customer_id, id, number, date, due_date, amount, open, refund.
_BILLS_NOW = f"""
SELECT o.customer_id, o.id, o.number, o.date, o.due_date, o.amount, o.open_amount AS open, 0 AS refund
FROM orders o JOIN customer_total t ON t.customer_id = o.customer_id
WHERE o.open_amount <> 0 AND o.open_amount > 0 AND {_UNTIL}"""
_REFUNDS_NOW = f"""
SELECT r.customer_id, r.id, r.number, r.date, r.date AS due_date, r.amount, -r.unallocated AS open, 1 AS refund
FROM receipt r JOIN customer_total t ON t.customer_id = r.customer_id
WHERE r.unallocated <> 0 AND r.unallocated < 0 AND {_UNTIL}"""
# A bill whose closing allocation is dated until the day owed nothing then, and no later one can have changed that.
_BILLS_THEN = f"""
SELECT o.customer_id, o.id, o.number, o.date, o.due_date, o.amount,
    o.amount - {_ALLOCATED.format(bill="o.id")} AS open, 0 AS refund
FROM orders o
WHERE o.kind <> 'return' AND o.amount > 0 AND {_LIVE} AND (o.settled_on IS NULL OR o.settled_on > ?)"""
_REFUNDS_THEN = f"""
SELECT r.customer_id, r.id, r.number, r.date, r.date AS due_date, r.amount,
    r.amount - {_ALLOCATED.format(bill="r.id")} AS open, 1 AS refund
FROM receipt r WHERE r.kind = 'refund' AND r.voided = 0 AND r.date <= ? AND {_NOT_REVERSED}"""

_UNALLOCATED_NOW = (
    f"""
SELECT o.customer_id, -o.open_amount AS amount FROM orders o JOIN customer_total t ON t.customer_id = o.customer_id
WHERE o.open_amount <> 0 AND o.open_amount < 0 AND {_UNTIL}""",
    f"""
SELECT r.customer_id, r.unallocated FROM receipt r JOIN customer_total t ON t.customer_id = r.customer_id
WHERE r.unallocated <> 0 AND r.unallocated > 0 AND {_UNTIL}""",
)
# What the day's sources brought, less everything they had settled by then.
_UNALLOCATED_THEN = (
    f"""
SELECT o.customer_id, ABS(o.amount) AS amount FROM orders o WHERE (o.kind = 'return' OR o.amount < 0) AND {_LIVE}""",
    f"""
SELECT r.customer_id, r.amount FROM receipt r
WHERE r.kind IN ('receipt', 'write_off', 'discount') AND r.voided = 0 AND r.date <= ? AND {_NOT_REVERSED}""",
    """
SELECT a.customer_id, -a.amount FROM allocation a WHERE a.date <= ?""",
)


_NAMED = f"""
SELECT c.id, c.code, c.name, COALESCE(s.code, '') FROM customer c
LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)
LEFT JOIN salesperson s ON s.id = a.owner_id WHERE {held_in_full("c.id")} AND c.id IN ({{marks}})"""


class Ages(Record, frozen=True):
    """Open amounts by age in minor units; `unallocated` is never above zero, so that the row adds up to the balance."""

    not_due: int = 0
    d1_30: int = 0
    d31_60: int = 0
    d61_90: int = 0
    d90_plus: int = 0
    unallocated: int = 0

    @property
    def balance(self) -> int:
        return sum(self.columns)

    @property
    def columns(self) -> tuple[int, ...]:
        return (self.not_due, self.d1_30, self.d31_60, self.d61_90, self.d90_plus, self.unallocated)


class AgeingRow(Record, frozen=True):
    """A customer's ages; `owner` is a salesperson's code as of the day, empty for the pool and retail."""

    id: bytes
    code: str
    name: str
    owner: str
    ages: Ages


@dataclass(frozen=True)
class Ageing:
    """The ageing of a company: customers that owe or have something, by code, and all of them together."""

    rows: tuple[AgeingRow, ...]
    total: Ages


@dataclass(frozen=True)
class OpenBill:
    """A bill that owed something on a day; amounts in minor units, days past due (negative before it)."""

    customer_id: bytes
    code: str
    name: str
    owner: str
    id: bytes
    number: str
    issued_on: date
    due_on: date
    amount: int
    open: int
    days_overdue: int


def anything_after(day: date) -> bool:
    """Whether anything in the store is dated after a day."""
    return one(_LATER + " LIMIT 1", (iso(day),)) is not None


def open_bills_query(day: date, customer: bytes | None = None) -> tuple[str, list[Any]]:
    """The bills that owed something on a day, of all customers or of one, as a query.

    Returns:
        The query, with columns customer_id, id, number, date, due_date, amount, open and refund, and its parameters.
    """
    until = iso(day)
    then = [(_BILLS_THEN, "o", [until] * 4), (_REFUNDS_THEN, "r", [until] * 3)]
    query, parameters = _union([(_BILLS_NOW, "o", [until]), (_REFUNDS_NOW, "r", [until])], then, day, customer)
    return f"SELECT * FROM ({query}) bills WHERE open > 0", parameters


def _union(
    now: Sequence[tuple[str, str, list[str | None]]],
    then: Sequence[tuple[str, str, list[str | None]]],
    day: date,
    customer: bytes | None,
) -> tuple[str, list[Any]]:
    """The parts read from what is kept, and those from the history of the customers that have a later one."""
    queries, parameters = [], list[Any]()
    for query, table, own in now:
        queries.append(query + ("" if customer is None else f" AND {table}.customer_id = ?"))
        parameters += own if customer is None else [*own, customer]
    if anything_after(day):
        narrowed = "" if customer is None else " AND t.customer_id = ?"
        for query, table, own in then:
            queries.append(f"{query} AND {table}.customer_id IN ({_LATER}{narrowed})")
            parameters += [*own, iso(day)] if customer is None else [*own, iso(day), customer]
    return " UNION ALL ".join(queries), parameters


def ageing(day: date, by: AgeBy = "due", customer: bytes | None = None) -> Ageing:
    """How old the money is that all customers, or one, owed on a day.

    Args:
        by: days past due, or days since the bill's date; grace moves neither.
    """
    ages = {id_: theirs for id_, theirs in _ages(day, by, customer).items() if any(theirs.columns)}
    shown = [AgeingRow(id_, code, name, owner, ages[id_]) for id_, code, name, owner in _named(day, list(ages))]
    total = Ages(*map(sum, zip(*(row.ages.columns for row in shown), strict=True))) if shown else Ages()
    return Ageing(tuple(shown), total)


def _ages(day: date, by: AgeBy, customer: bytes | None) -> dict[bytes, Ages]:
    bills, bill_parameters = open_bills_query(day, customer)
    since = "b.due_date" if by == "due" else "b.date"
    starts = [iso(_days_before(day, end)) for end in BUCKET_ENDS_DAYS]
    buckets = []
    bounds: list[str | None] = []
    for place in range(len(starts) + 1):
        newest = None if place == 0 else starts[place - 1]
        oldest = starts[place] if place < len(starts) else None
        conditions = [f"{since} < ?"] * (newest is not None) + [f"{since} >= ?"] * (oldest is not None)
        bounds += [bound for bound in (newest, oldest) if bound is not None]
        buckets.append(f"CAST(SUM(CASE WHEN {' AND '.join(conditions)} THEN b.open ELSE 0 END) AS BIGINT)")
    aged = {
        row[0]: row[1:]
        for row in rows(
            f"SELECT b.customer_id, {', '.join(buckets)} FROM ({bills}) b GROUP BY b.customer_id",
            (*bounds, *bill_parameters),
        )
    }
    waiting = _unallocated(day, customer)
    return {
        id_: Ages(*(*aged.get(id_, (0,) * len(buckets)), -waiting.get(id_, 0))) for id_ in aged.keys() | waiting.keys()
    }


def _days_before(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - LONG_AGO).days))


def _unallocated(day: date, customer: bytes | None) -> dict[bytes, int]:
    """What money and returns of each customer waited for a bill on a day, in minor units."""
    until = iso(day)
    orders, receipts, entries = _UNALLOCATED_THEN
    query, parameters = _union(
        [(part, table, [until]) for part, table in zip(_UNALLOCATED_NOW, "or", strict=True)],
        [(orders, "o", [until] * 2), (receipts, "r", [until] * 2), (entries, "a", [until])],
        day,
        customer,
    )
    return dict(
        rows(
            f"SELECT m.customer_id, CAST(SUM(m.amount) AS BIGINT) FROM ({query}) m GROUP BY m.customer_id",
            parameters,
        )
    )


def _named(day: date, customers: Sequence[bytes]) -> list[tuple[bytes, str, str, str]]:
    """Those of these customers that are held in full, with code, name and owner's code as of a day, by code."""
    found: list[tuple[bytes, str, str, str]] = []
    for some in batches(customers):
        query = _NAMED.format(marks=", ".join("?" * len(some)))
        found += [(bytes(id_), *named) for id_, *named in rows(query, (iso(day), iso(day), *some))]
    return sorted(found, key=itemgetter(1))


def overdue_list(day: date, customer: bytes | None = None) -> Iterator[OpenBill]:
    """Every bill overdue on a day, with its grace and tolerance, the oldest due first."""
    condition = "WHERE b.refund = 0 AND b.open > ? AND b.due_date < ?"
    return _shown_bills(day, customer, condition, (tolerance_on(day), iso(overdue_before(day))))


def open_bills(day: date, customer: bytes | None = None) -> Iterator[OpenBill]:
    """Every bill that owed something on a day, refunds among them, the oldest due first."""
    return _shown_bills(day, customer, "", ())


def _shown_bills(day: date, customer: bytes | None, condition: str, wanted: Sequence[Any]) -> Iterator[OpenBill]:
    bills, parameters = open_bills_query(day, customer)
    for customer_id, code, name, owner, id_, number, issued, due, amount, open_ in rows(
        "SELECT b.customer_id, c.code, c.name, COALESCE(s.code, ''), b.id, b.number, b.date, b.due_date, b.amount,"
        f" b.open FROM ({bills}) b JOIN customer c ON c.id = b.customer_id AND {held_in_full('c.id')}"
        " LEFT JOIN assignment w ON w.customer_id = c.id AND w.from_date <= ? AND (w.to_date IS NULL OR w.to_date > ?)"
        f" LEFT JOIN salesperson s ON s.id = w.owner_id {condition} ORDER BY b.due_date, b.number",
        (*parameters, iso(day), iso(day), *wanted),
    ):
        issued_on, due_on = date.fromisoformat(issued), date.fromisoformat(due)
        yield OpenBill(
            customer_id, code, name, owner, id_, number, issued_on, due_on, amount, open_, (day - due_on).days
        )
