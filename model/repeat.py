"""Who buys again: the repeat rate of a period, retention from month to month, and cohorts by month of first trade.

A customer bought again in a period when it traded there on two days or more. Of those who traded in a month, retention
is the share that traded in the next as well; of a cohort, the share that traded in a given month since. To trade is to
have a live sale above zero; whoever took it, and walk-in customers too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from model.ageing import anything_after
from model.dates import month_of, months_between, shifted
from model.fields import iso
from model.laptop import held_in_full
from model.money import rate_bp
from model.store import execute, one, rows

_TRADE = (
    "o.kind = 'sale' AND o.amount > 0 AND o.date <= ? AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"
    f" AND {held_in_full('o.customer_id')}"
)
_REPEAT = f"""
SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN t.first < t.last THEN 1 ELSE 0 END), 0) AS BIGINT) FROM (
    SELECT MIN(o.date) AS first, MAX(o.date) AS last FROM orders o WHERE o.date >= ? AND {_TRADE} GROUP BY o.customer_id
) t
"""
# Months with a trade, of every customer: from the running totals, or as of an earlier day from the documents.
_MONTHS_KEPT = f"""
SELECT m.customer_id, m.month FROM customer_month m WHERE m.orders > 0 AND m.month <= ?
    AND {held_in_full("m.customer_id")}"""
_MONTHS_THEN = f"SELECT DISTINCT o.customer_id, substr(o.date, 1, 7) AS month FROM orders o WHERE {_TRADE}"
_COHORTS = """
SELECT c.cohort, c.month, COUNT(*) FROM (
    SELECT t.month, MIN(t.month) OVER (PARTITION BY t.customer_id) AS cohort FROM ({traded}) t
) c GROUP BY c.cohort, c.month ORDER BY c.cohort, c.month
"""


@dataclass(frozen=True)
class Repeat:
    """How many customers traded in a period, and on two days or more."""

    customers: int
    repeat_customers: int

    @property
    def rate_bp(self) -> int | None:
        """Repeat customers ÷ customers, in basis points; None where nobody traded."""
        return rate_bp(self.repeat_customers, self.customers)


@dataclass(frozen=True)
class Retained:
    """How many of a month's customers traded in the next month too."""

    month: str
    customers: int
    retained: int

    @property
    def rate_bp(self) -> int | None:
        return rate_bp(self.retained, self.customers)


@dataclass(frozen=True)
class CohortMonth:
    """What of a cohort, those who traded first in one month, traded in a month.

    Attributes:
        customers: how many the cohort is.
    """

    cohort: str
    month: str
    customers: int
    active: int

    @property
    def retention_bp(self) -> int | None:
        """Active ÷ customers in basis points; None never happens to a cohort of somebody."""
        return rate_bp(self.active, self.customers)


def repeat_rate(from_date: date, to_date: date, as_of: date) -> Repeat:
    """The company's repeat rate of a period, both days included, as of a day."""
    until = min(to_date, as_of)
    found = one(_REPEAT, (iso(from_date), iso(until), iso(as_of), iso(as_of)))
    return Repeat(*(int(count) for count in found or (0, 0)))


def repeat_by_customer(from_date: date, to_date: date, as_of: date) -> dict[bytes, int]:
    """How many trading days each customer had in a period; the rows behind the repeat rate."""
    found = rows(
        "SELECT o.customer_id, CAST(COUNT(DISTINCT o.date) AS BIGINT) FROM orders o"
        f" WHERE o.date >= ? AND {_TRADE} GROUP BY o.customer_id",
        (iso(from_date), iso(min(to_date, as_of)), iso(as_of), iso(as_of)),
    )
    return {bytes(id_): int(days) for id_, days in found}


def retention(first: str, last: str, as_of: date) -> list[Retained]:
    """Month by month, who traded in it and who of them traded in the next month too.

    Args:
        first, last: months; the last whose next month has begun is the one before the as-of day's.
    """
    months = months_between(first, min(last, shifted(month_of(as_of), -1))) if first <= last else []
    bought = _trading_months(as_of, first, last)
    return [
        Retained(
            month, len(bought.get(month, ())), len(bought.get(month, set()) & bought.get(shifted(month, 1), set()))
        )
        for month in months
    ]  # fmt: skip


def cohorts(as_of: date, first: str | None = None) -> list[CohortMonth]:
    """Every cohort and what of it traded in each month since, its first month included, until the as-of day's.

    Args:
        first: only cohorts from this month on.
    """
    query, parameters = _traded(as_of)
    active: dict[str, dict[str, int]] = {}
    for cohort, month, count in rows(_COHORTS.format(traded=query), parameters):
        active.setdefault(cohort, {})[month] = int(count)
    return [
        CohortMonth(cohort, month, by_month[cohort], by_month.get(month, 0))
        for cohort, by_month in sorted(active.items())
        if first is None or cohort >= first
        for month in months_between(cohort, month_of(as_of))
    ]


def _trading_months(as_of: date, first: str, last: str) -> dict[str, set[bytes]]:
    """Who traded in each month from the first to the one after the last."""
    query, parameters = _traded(as_of)
    found: dict[str, set[bytes]] = {}
    for id_, month in execute(
        f"SELECT t.customer_id, t.month FROM ({query}) t WHERE t.month >= ? AND t.month <= ?",
        (*parameters, first, shifted(last, 1)),
    ):
        found.setdefault(month, set()).add(id_)
    return found


def _traded(as_of: date) -> tuple[str, list[Any]]:
    if anything_after(as_of):
        return _MONTHS_THEN, [iso(as_of)] * 3
    return _MONTHS_KEPT, [month_of(as_of)]
