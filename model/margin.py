"""Gross margin of a period, by whatever it is asked for: revenue less cost, returns net in their own month.

A line whose cost nobody knows is left out of margin and of its rate; its revenue stands apart as `uncosted`. By
salesperson, an order is divided by the shares frozen on it. Whole months of which nothing later is known are read from
the running totals, so that the usual question costs no history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from model.ageing import anything_after
from model.dates import first_day, last_day, month_of, months_between, shifted
from model.fields import iso
from model.money import rate_bp
from model.monthly_parts import monthly_parts, summed
from model.people import Salesperson
from model.record import Record
from model.rights import SIGHTS
from model.settings import setting_on
from model.store import one, rows
from model.totals import NOBODY

MarginBy = Literal["customer", "segment", "salesperson", "product", "brand", "category", "month"]
MARGIN_KEYS: tuple[MarginBy, ...] = get_args(MarginBy)
# What stands on the lines of orders: of a year in a large company some millions.
BY_LINES = frozenset({"product", "brand", "category"})
TOTAL_KEY = "*"
CURVE_MONTHS = 24

_SIGN = "(CASE WHEN o.kind = 'return' THEN -1 ELSE 1 END)"
_TRADE = "(CASE WHEN o.kind = 'sale' AND o.amount > 0 THEN 1 ELSE 0 END)"
_IN_PERIOD = (
    "o.kind IN ('sale', 'return') AND o.date >= ? AND o.date <= ? AND o.live_from <= ?"
    " AND (o.live_to IS NULL OR o.live_to > ?)"
)
# Every source has the same columns: who or what, month, orders, revenue, cost, uncosted.
_KEPT_CUSTOMER_MONTHS = """
SELECT m.customer_id, m.month, m.orders, m.revenue, m.cost, m.uncosted FROM customer_month m
WHERE m.month >= ? AND m.month <= ?"""
_CUSTOMER_ORDERS = f"""
SELECT o.customer_id, substr(o.date, 1, 7) AS month, {_TRADE} AS orders, {_SIGN} * o.amount AS revenue,
    {_SIGN} * o.cost AS cost, {_SIGN} * o.uncosted AS uncosted
FROM orders o WHERE {_IN_PERIOD}"""
_KEPT_PERSON_MONTHS = """
SELECT m.person_id, m.orders, m.amount AS revenue, m.cost, m.uncosted FROM person_month m
WHERE m.month >= ? AND m.month <= ?"""
# The owner's part, and what remains to the maker; the order counts for the larger share (see totals.parts_of).
_PERSON_ORDERS = f"""
SELECT o.owner_id AS person_id, CASE WHEN o.owner_bp >= 5000 THEN {_TRADE} ELSE 0 END AS orders,
    {_SIGN} * o.owner_amount AS revenue, {_SIGN} * o.owner_cost AS cost, {_SIGN} * o.owner_uncosted AS uncosted
FROM orders o WHERE {_IN_PERIOD} AND o.owner_id IS NOT NULL AND o.owner_bp > 0
UNION ALL
SELECT COALESCE(o.maker_id, ?), CASE WHEN o.owner_id IS NULL OR o.owner_bp < 5000 THEN {_TRADE} ELSE 0 END,
    {_SIGN} * (o.amount - CASE WHEN o.owner_id IS NULL THEN 0 ELSE o.owner_amount END),
    {_SIGN} * (o.cost - CASE WHEN o.owner_id IS NULL THEN 0 ELSE o.owner_cost END),
    {_SIGN} * (o.uncosted - CASE WHEN o.owner_id IS NULL THEN 0 ELSE o.owner_uncosted END)
FROM orders o WHERE {_IN_PERIOD} AND (o.owner_id IS NULL OR o.owner_bp < 10000)"""
_PRODUCT_LINES = f"""
SELECT l.product_id, o.id AS order_id, {_TRADE} AS trade, {_SIGN} * l.amount AS revenue,
    {_SIGN} * COALESCE(l.cost, 0) AS cost, {_SIGN} * CASE WHEN l.cost IS NULL THEN l.amount ELSE 0 END AS uncosted
FROM orders o JOIN order_line l ON l.order_id = o.id WHERE {_IN_PERIOD}"""

_MONEY_SUMS = (
    "CAST(SUM(f.revenue) AS BIGINT) AS revenue, CAST(SUM(f.cost) AS BIGINT) AS cost,"
    " CAST(SUM(f.uncosted) AS BIGINT) AS uncosted"
)
_SUMS = f"CAST(SUM(f.orders) AS BIGINT) AS orders, {_MONEY_SUMS}"
_LINE_SUMS = f"CAST(COUNT(DISTINCT CASE WHEN f.trade = 1 THEN f.order_id END) AS BIGINT) AS orders, {_MONEY_SUMS}"
# Facts are added up by a short key, and only the sums are given names.
_GROUPED = {
    "customer": "SELECT c.code, c.name, t.orders, t.revenue, t.cost, t.uncosted, c.id FROM"
    f" (SELECT f.customer_id, {_SUMS} FROM ({{facts}}) f GROUP BY f.customer_id) t"
    " JOIN customer c ON c.id = t.customer_id",
    "segment": f"SELECT c.segment, '', {_SUMS} FROM ({{facts}}) f JOIN customer c ON c.id = f.customer_id"
    " GROUP BY c.segment",
    "month": f"SELECT f.month, '', {_SUMS} FROM ({{facts}}) f GROUP BY f.month",
    "salesperson": f"SELECT COALESCE(s.code, ''), COALESCE(s.name, ''), {_SUMS} FROM ({{facts}}) f"
    " LEFT JOIN salesperson s ON s.id = f.person_id GROUP BY s.code, s.name",
    "product": "SELECT p.code, p.name, t.orders, t.revenue, t.cost, t.uncosted FROM"
    f" (SELECT f.product_id, {_LINE_SUMS} FROM ({{facts}}) f GROUP BY f.product_id) t"
    " JOIN product p ON p.id = t.product_id",
    "brand": f"SELECT p.brand, '', {_LINE_SUMS} FROM ({{facts}}) f JOIN product p ON p.id = f.product_id"
    " GROUP BY p.brand",
    "category": f"SELECT p.category, '', {_LINE_SUMS} FROM ({{facts}}) f JOIN product p ON p.id = f.product_id"
    " GROUP BY p.category",
}


class Margin(Record, frozen=True):
    """Revenue and cost of something, in minor units.

    Attributes:
        key: a code, a month or a word; `*` for all together; empty for what has none.
        orders: live sales above zero.
        uncosted: revenue of the lines whose cost is unknown.
        customer: whose it is, where it is a customer's.
    """

    key: str
    name: str
    orders: int
    revenue: int
    cost: int
    uncosted: int
    customer: bytes | None = None

    @property
    def margin(self) -> int:
        return self.revenue - self.uncosted - self.cost

    @property
    def rate_bp(self) -> int | None:
        """Margin ÷ the revenue whose cost is known, in basis points; None where there is no such revenue."""
        return rate_bp(self.margin, self.revenue - self.uncosted)


@dataclass(frozen=True)
class MarginReport:
    """The margin of a period: the largest first (months in their order), and all together."""

    rows: tuple[Margin, ...]
    total: Margin


def margin(from_date: date, to_date: date, by: MarginBy, as_of: date) -> MarginReport:
    """The margin of a period, both days included, as of a day."""

    def grouped(first: date, last: date) -> list[tuple[Any, ...]]:
        query, parameters = _facts(first, last, by, as_of)
        return rows(_GROUPED[by].format(facts=query), parameters)

    until = min(to_date, as_of)
    # An order is of one day, so that those of each month add up to those of all.
    read = summed(monthly_parts(from_date, until), grouped, 2) if by in BY_LINES else grouped(from_date, to_date)
    found = [Margin(*row) for row in read if any(row[2:6])]
    found.sort(key=lambda row: (row.key,) if by == "month" else (-row.margin, row.key))
    return MarginReport(tuple(found), margin_total(from_date, to_date, as_of))


def margin_total(from_date: date, to_date: date, as_of: date) -> Margin:
    """The company's margin of a period, both days included, as of a day."""
    query, parameters = _facts(from_date, to_date, "month", as_of)
    sums = one(f"SELECT {_SUMS} FROM ({query}) f", parameters)
    orders, revenue, cost, uncosted = (value or 0 for value in sums or (0, 0, 0, 0))
    return Margin(TOTAL_KEY, "", orders, revenue, cost, uncosted)


def _facts(from_date: date, to_date: date, by: MarginBy, as_of: date) -> tuple[str, list[Any]]:
    """Where the sums come from: the running totals of whole months, or the documents."""
    until = min(to_date, as_of)
    period = [iso(from_date), iso(until), iso(as_of), iso(as_of)]
    if by in BY_LINES:
        return _PRODUCT_LINES, period
    # Nothing is dated after the as-of day, so that its month is whole already.
    whole = from_date.day == 1 and (to_date >= as_of or to_date == last_day(month_of(to_date)))
    kept = whole and not anything_after(as_of)
    months = [month_of(from_date), month_of(until)]
    if by == "salesperson":
        return (_KEPT_PERSON_MONTHS, months) if kept else (_PERSON_ORDERS, [*period, NOBODY, *period])
    return (_KEPT_CUSTOMER_MONTHS, months) if kept else (_CUSTOMER_ORDERS, period)


def revenue_by_customer(from_date: date, to_date: date, as_of: date, customer: bytes | None = None) -> dict[bytes, int]:
    """The revenue of a period by customer in minor units, of all or of one."""
    query, parameters = _facts(from_date, to_date, "customer", as_of)
    wanted = "" if customer is None else " WHERE f.customer_id = ?"
    return dict(
        rows(
            f"SELECT f.customer_id, CAST(SUM(f.revenue) AS BIGINT) FROM ({query}) f{wanted} GROUP BY f.customer_id",
            parameters if customer is None else [*parameters, customer],
        )
    )


def monthly_curve(customer: bytes, until: str, months: int = CURVE_MONTHS) -> list[Margin]:
    """A customer's months up to one as known now, each by its key, months without trade as zeros."""
    first = shifted(until, 1 - months)
    found = rows(
        "SELECT month, '', orders, revenue, cost, uncosted FROM customer_month"
        " WHERE customer_id = ? AND month >= ? AND month <= ?",
        (customer, first, until),
    )
    return _every_month(found, first, until)


def trend(customer: bytes, as_of: date, months: int = CURVE_MONTHS) -> list[Margin]:
    """A customer's months up to a day's, as of that day, each by its key."""
    until = month_of(as_of)
    first = shifted(until, 1 - months)
    query, parameters = _facts(first_day(first), as_of, "customer", as_of)
    found = rows(
        f"SELECT f.month, '', {_SUMS} FROM ({query}) f WHERE f.customer_id = ? GROUP BY f.month",
        (*parameters, customer),
    )
    return _every_month(found, first, until)


def _every_month(found: list[tuple[Any, ...]], first: str, until: str) -> list[Margin]:
    by_month = {row[0]: Margin(*row) for row in found}
    return [by_month.get(month, Margin(month, "", 0, 0, 0, 0)) for month in months_between(first, until)]


def margin_by_year(customer: bytes) -> list[Margin]:
    """A customer's years, the latest first, each by its key."""
    return [
        Margin(year, "", *sums)
        for year, *sums in rows(
            "SELECT substr(month, 1, 4), CAST(SUM(orders) AS BIGINT), CAST(SUM(revenue) AS BIGINT),"
            " CAST(SUM(cost) AS BIGINT), CAST(SUM(uncosted) AS BIGINT) FROM customer_month WHERE customer_id = ?"
            " GROUP BY substr(month, 1, 4) ORDER BY 1 DESC",
            (customer,),
        )
    ]


def may_see_cost(person: bytes | None, day: date) -> bool:
    """Whether someone may see cost and margin: the company may keep them from its salespeople."""
    if person is None or setting_on("cost_visible_to_sales", day) == "yes":
        return True
    found = Salesperson.get_or_none(Salesperson.id == person)
    return found is not None and found.role in SIGHTS["see_cost"]
