"""The orders behind a line of the margin report: each with the part of it that counts there.

The parts of all orders of a line are the line: revenue, cost and uncosted revenue add up to it, returns below zero. By
product, brand and category the part of an order is that of its lines; by salesperson, that of the shares frozen on it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.fields import iso
from model.margin import MarginBy
from model.store import one, rows
from model.totals import NOBODY

_SIGN = "(CASE WHEN o.kind = 'return' THEN -1 ELSE 1 END)"
_IN_PERIOD = (
    "o.kind IN ('sale', 'return') AND o.date >= ? AND o.date <= ? AND o.live_from <= ?"
    " AND (o.live_to IS NULL OR o.live_to > ?)"
)
# Every source has the same columns: the order, and of its part the revenue, cost and uncosted revenue.
_WHOLE = (
    f"SELECT o.id, o.amount AS revenue, o.cost, o.uncosted FROM orders o {{join}} WHERE {_IN_PERIOD} AND {{wanted}}"
)
_LINES = f"""
SELECT o.id, CAST(SUM(l.amount) AS BIGINT) AS revenue, CAST(SUM(COALESCE(l.cost, 0)) AS BIGINT) AS cost,
    CAST(SUM(CASE WHEN l.cost IS NULL THEN l.amount ELSE 0 END) AS BIGINT) AS uncosted
FROM orders o JOIN order_line l ON l.order_id = o.id JOIN product p ON p.id = l.product_id
WHERE {_IN_PERIOD} AND {{wanted}} GROUP BY o.id"""
_SHARES = f"""
SELECT o.id, o.owner_amount AS revenue, o.owner_cost AS cost, o.owner_uncosted AS uncosted
FROM orders o WHERE {_IN_PERIOD} AND o.owner_id = ? AND o.owner_bp > 0
UNION ALL
SELECT o.id, o.amount - CASE WHEN o.owner_id IS NULL THEN 0 ELSE o.owner_amount END,
    o.cost - CASE WHEN o.owner_id IS NULL THEN 0 ELSE o.owner_cost END,
    o.uncosted - CASE WHEN o.owner_id IS NULL THEN 0 ELSE o.owner_uncosted END
FROM orders o WHERE {_IN_PERIOD} AND COALESCE(o.maker_id, ?) = ? AND (o.owner_id IS NULL OR o.owner_bp < 10000)"""
_PARTS: dict[MarginBy, str] = {
    "customer": _WHOLE.format(join="JOIN customer c ON c.id = o.customer_id", wanted="c.code = ?"),
    "segment": _WHOLE.format(join="JOIN customer c ON c.id = o.customer_id", wanted="c.segment = ?"),
    "month": _WHOLE.format(join="", wanted="substr(o.date, 1, 7) = ?"),
    "product": _LINES.format(wanted="p.code = ?"),
    "brand": _LINES.format(wanted="p.brand = ?"),
    "category": _LINES.format(wanted="p.category = ?"),
}
# One who is owner and maker of an order has its two parts as one.
_ORDERS = f"""
SELECT o.id, o.number, o.kind, o.date, o.customer_id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name),
    {_SIGN} * o.amount, CAST({_SIGN} * SUM(p.revenue) AS BIGINT), CAST({_SIGN} * SUM(p.cost) AS BIGINT),
    CAST({_SIGN} * SUM(p.uncosted) AS BIGINT)
FROM ({{parts}}) p JOIN orders o ON o.id = p.id JOIN customer c ON c.id = o.customer_id
GROUP BY o.id, o.number, o.kind, o.date, o.customer_id, o.amount, c.code, c.short_name, c.name
ORDER BY 9 DESC, o.number LIMIT ?
"""
_COUNT = "SELECT CAST(COUNT(DISTINCT p.id) AS BIGINT) FROM ({parts}) p"


@dataclass(frozen=True)
class MarginOrder:
    """An order or return and its part of a line; minor units, below zero for returns.

    Attributes:
        total: the whole order's amount.
        revenue, cost, uncosted: the part's.
    """

    id: bytes
    number: str
    kind: str
    date: date
    customer_id: bytes
    customer_code: str
    customer_name: str
    total: int
    revenue: int
    cost: int
    uncosted: int

    @property
    def margin(self) -> int:
        return self.revenue - self.uncosted - self.cost


@dataclass(frozen=True)
class MarginOrders:
    """The orders with the largest parts, and how many there are in all."""

    orders: tuple[MarginOrder, ...]
    count: int


def margin_orders(
    from_date: date, to_date: date, by: MarginBy, key: str, as_of: date, at_most: int = 5_000
) -> MarginOrders:
    """The orders and returns behind a line of `model.margin.margin`, the largest parts first.

    Args:
        key: the line's: a code, a month or a word; empty for what has none.
        at_most: how many are read.
    """
    period = [iso(from_date), iso(min(to_date, as_of)), iso(as_of), iso(as_of)]
    parameters: list[Any]
    if by == "salesperson":
        found = one("SELECT id FROM salesperson WHERE code = ?", (key,)) if key else None
        whose = NOBODY if found is None else found[0]
        parts, parameters = _SHARES, [*period, whose, *period, NOBODY, whose]
    else:
        parts, parameters = _PARTS[by], [*period, key]
    counted = one(_COUNT.format(parts=parts), parameters)
    orders = (
        MarginOrder(bytes(id_), number, kind, datetime.date.fromisoformat(day), bytes(customer), *rest)
        for id_, number, kind, day, customer, *rest in rows(_ORDERS.format(parts=parts), (*parameters, at_most))
    )
    return MarginOrders(tuple(orders), 0 if counted is None else int(counted[0]))
