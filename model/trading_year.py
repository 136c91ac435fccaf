"""What customers bought in the twelve months up to a day: the money of value, worth and rank.

The window is (D − 12 months, D]: 23 November 2025 is out of that of 23 November 2026, the day after is in. Whole months
come from the running totals, so that only the days of its first, cut month are read from the documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from model.ageing import anything_after
from model.batches import batches
from model.dates import last_day, month_of
from model.fields import iso
from model.money import rate_bp
from model.payment_record import record_since
from model.record import Record
from model.store import execute, rows

FIFTH = 5

_SIGN = "(CASE WHEN o.kind = 'return' THEN -1 ELSE 1 END)"
_SUMS = (
    "CAST(SUM(f.orders) AS BIGINT) AS orders, CAST(SUM(f.revenue) AS BIGINT) AS revenue,"
    " CAST(SUM(f.cost) AS BIGINT) AS cost, CAST(SUM(f.uncosted) AS BIGINT) AS uncosted"
)
# Each customer's months are added up where they lie together, before the two are sorted into one.
_KEPT = """
SELECT m.customer_id, SUM(m.orders) AS orders, SUM(m.revenue) AS revenue, SUM(m.cost) AS cost,
    SUM(m.uncosted) AS uncosted
FROM customer_month m WHERE m.month > ? AND m.month <= ? {months_among} GROUP BY m.customer_id"""
_ORDERS = f"""
SELECT o.customer_id, CASE WHEN o.kind = 'sale' AND o.amount > 0 THEN 1 ELSE 0 END AS orders,
    {_SIGN} * o.amount AS revenue, {_SIGN} * o.cost AS cost, {_SIGN} * o.uncosted AS uncosted
FROM orders o WHERE o.date > ? AND o.date <= ? AND o.kind IN ('sale', 'return') AND o.live_from <= ?
    AND (o.live_to IS NULL OR o.live_to > ?) {{orders_among}}"""


class YearSums(Record, frozen=True):
    """A customer's twelve months, in minor units; `orders` are live sales above zero, returns net in the rest."""

    orders: int = 0
    revenue: int = 0
    cost: int = 0
    uncosted: int = 0

    @property
    def margin(self) -> int:
        return self.revenue - self.uncosted - self.cost

    @property
    def margin_rate_bp(self) -> int | None:
        """Margin ÷ the revenue whose cost is known, in basis points; None where there is no such revenue."""
        return rate_bp(self.margin, self.revenue - self.uncosted)


def trading_year(day: date, customers: Sequence[bytes] | None = None) -> dict[bytes, YearSums]:
    """What every customer, or each of these, bought in the twelve months up to a day; who bought nothing is left out.

    Returns net, in their own month, as known of that day.
    """
    kept = not anything_after(day)
    found: dict[bytes, YearSums] = {}
    for some in [None] if customers is None else list(batches(customers)):
        query, parameters = _facts(day, some, kept)
        for id_, *sums in rows(f"SELECT f.customer_id, {_SUMS} FROM ({query}) f GROUP BY f.customer_id", parameters):
            found[bytes(id_)] = YearSums(*sums)
    return found


def ranked_year(day: date, *, by_margin: bool) -> Iterator[tuple[bytes, YearSums]]:
    """What every customer bought in the twelve months up to a day, one after the other: the largest margin first, or
    the largest revenue. The database ranks them; who asks only for the first reads no more than these."""
    query, parameters = _facts(day, None, not anything_after(day))
    rank = "s.revenue - s.uncosted - s.cost" if by_margin else "s.revenue"
    for id_, *sums in execute(
        "SELECT s.customer_id, s.orders, s.revenue, s.cost, s.uncosted FROM"
        f" (SELECT f.customer_id, {_SUMS} FROM ({query}) f GROUP BY f.customer_id) s ORDER BY {rank} DESC",
        parameters,
    ):
        yield bytes(id_), YearSums(*sums)


def top_fifth(figures: dict[bytes, int], codes: dict[bytes, str]) -> set[bytes]:
    """The first fifth, rounded up, of those with a positive figure; the largest first, ties by code."""
    ranked = sorted((id_ for id_, figure in figures.items() if figure > 0), key=lambda id_: (-figures[id_], codes[id_]))
    return set(ranked[: -(-len(ranked) // FIFTH)])


def _facts(day: date, customers: Sequence[bytes] | None, kept: bool) -> tuple[str, list[Any]]:
    since, among = record_since(day), list(customers or ())
    marks = ", ".join("?" * len(among))
    orders = _ORDERS.format(orders_among=f"AND o.customer_id IN ({marks})" if among else "")
    if not kept:
        return orders, [iso(since), iso(day), iso(day), iso(day), *among]
    months = _KEPT.format(months_among=f"AND m.customer_id IN ({marks})" if among else "")
    first = [iso(since), iso(last_day(month_of(since))), iso(day), iso(day), *among]
    return f"{months} UNION ALL {orders}", [month_of(since), month_of(day), *among, *first]
