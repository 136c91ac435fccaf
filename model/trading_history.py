"""How customers bought until a day, each in one row: what potential is reckoned from.

The database adds up trading days, so that a million orders pass through as one row per customer. A trading day is a day
with a live sale above zero; what it earned is the margin of its sales, less that of what came back of them until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from model.aliases import not_merged
from model.fields import iso
from model.laptop import held_in_full
from model.payment_record import record_since
from model.potential import History
from model.record import Record
from model.store import execute, one, rows

_LIVE = "{0}.live_from <= ? AND ({0}.live_to IS NULL OR {0}.live_to > ?)"
_SALE = "o.kind = 'sale' AND o.amount > 0 AND o.date <= ? AND " + _LIVE.format("o")
# A day whose every line is without a known cost earned nobody knows how much.
_HISTORIES = f"""
WITH days AS (
    SELECT o.customer_id, o.date, SUM(o.amount - o.uncosted - o.cost) AS margin,
        MAX(CASE WHEN o.amount <> o.uncosted THEN 1 ELSE 0 END) AS costed
    FROM orders o WHERE {_SALE} {{among}} GROUP BY o.customer_id, o.date
), placed AS (
    SELECT customer_id, date, margin, costed,
        CASE WHEN date > MIN(date) OVER (PARTITION BY customer_id) THEN costed ELSE 0 END AS earns FROM days
)
SELECT customer_id, MIN(date), MAX(date), CAST(COUNT(*) AS BIGINT),
    CAST(SUM(CASE WHEN date > ? THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(earns) AS BIGINT),
    CAST(SUM(earns * margin) AS BIGINT)
FROM placed GROUP BY customer_id
"""
# What came back counts on the day it was sold, where the return names its sale. For all customers the database begins
# at the returns, which are few; `joined` says so.
_CAME_BACK = f"""
SELECT o.customer_id, o.date, r.amount - r.uncosted - r.cost FROM orders r {{joined}} orders o
WHERE o.id = r.returns_id AND r.returns_id IS NOT NULL AND r.kind = 'return' AND r.date <= ?
    AND {_LIVE.format("r")} AND {_SALE} {{among}}
"""
# The last byte of an id is as good as random, so that the customers below one are a fair sample.
_SAMPLED = "AND substr(o.customer_id, 16, 1) < ?"
WHOLE = 256
_HERE = f"""
SELECT c.id FROM customer c WHERE {held_in_full("c.id")} AND {not_merged("c.id")}"""
_MARGINS = f"""
SELECT o.customer_id,
    CAST(SUM((CASE WHEN o.kind = 'return' THEN -1 ELSE 1 END) * (o.amount - o.uncosted - o.cost)) AS BIGINT)
FROM orders o WHERE o.kind IN ('sale', 'return') AND o.date > ? AND o.date <= ? AND {_LIVE.format("o")}
GROUP BY o.customer_id"""


class Traded(Record, frozen=True):
    """A customer that traded until a day.

    Attributes:
        last: its last trading day.
        year_days: its trading days in the twelve months up to the day.
    """

    history: History
    last: date
    year_days: int


def trading_histories(day: date, customer: bytes | None = None, part: int = WHOLE) -> dict[bytes, Traded]:
    """How every customer of which the documents are here, or one, bought until a day, as of that day.

    Args:
        part: of so many in 256 customers only, always the same ones.
    """
    until, since = iso(day), iso(record_since(day))
    among, mine = "", list[Any]()
    if customer is not None:
        among, mine = "AND o.customer_id = ?", [customer]
    elif part < WHOLE:
        among, mine = _SAMPLED, [bytes([part])]
    sale: list[Any] = [until, until, until, *mine]
    here = None if customer is not None else {bytes(row[0]) for row in execute(_HERE)}
    back: dict[bytes, list[tuple[str, int]]] = {}
    for id_, sold_on, margin in execute(
        _CAME_BACK.format(among=among, joined="CROSS JOIN" if customer is None else ","), [until, until, until, *sale]
    ):
        back.setdefault(bytes(id_), []).append((sold_on, margin))
    return {
        bytes(id_): _traded(day, back.get(bytes(id_), ()), first, *figures)
        for id_, first, *figures in execute(_HISTORIES.format(among=among), [*sale, since])
        if here is None or bytes(id_) in here
    }


def _traded(
    day: date, back: Sequence[tuple[str, int]], first: str, last: str, days: int, year_days: int, earning_days: int,
    earned: int,
) -> Traded:  # fmt: skip
    began, ended = date.fromisoformat(first), date.fromisoformat(last)
    earned -= sum(margin for sold_on, margin in back if sold_on > first)
    return Traded(History(days - 1, (ended - began).days, (day - began).days, earning_days, earned), ended, year_days)


def first_trading_day(day: date) -> date | None:
    """The first day on which anybody traded, as of a day; None where nobody did."""
    found = one(f"SELECT MIN(o.date) FROM orders o WHERE {_SALE}", (iso(day),) * 3)
    return date.fromisoformat(found[0]) if found is not None and found[0] else None


def margins_between(after: date, until: date, as_of: date) -> dict[bytes, int]:
    """Each customer's margin in minor units of the days after one until another, returns net, as of a day."""
    return {bytes(id_): margin for id_, margin in rows(_MARGINS, (iso(after), iso(until), iso(as_of), iso(as_of)))}
