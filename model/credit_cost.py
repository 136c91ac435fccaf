"""What credit control itself cost: the orders lost because no credit was given, and what they might have earned.

A lost order (see `model.lost`) was lost by credit when credit is the reason that was given, or when it had been held
for the blacklist, an overdue bill or the limit and nobody gave another reason than that it ended. What it might have
earned is its amount less the cost on its lines; a line without one is taken at the product's cost of that day, and
what has no cost at all stands apart as uncosted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from model.errors import N_
from model.lost import losses_query
from model.money import rate_bp
from model.store import rows

CostBy = Literal["salesperson", "customer", "product", "reason"]
COST_KEYS: tuple[CostBy, ...] = get_args(CostBy)
COMPANY_KEY = "*"
CREDIT_REASONS = ("blacklisted", "overdue", "over_limit")
ASKED = "asked"
# For what the order was held; `asked` was never held: credit is what somebody named when it was lost.
COST_REASON_NAMES = {
    "blacklisted": N_("held: blacklisted"),
    "overdue": N_("held: overdue"),
    "over_limit": N_("held: over the limit"),
    ASKED: N_("no credit, never held"),
}

_HELD_FOR = "CASE {cases} ELSE '{asked}' END".format(
    cases=" ".join(
        f"WHEN REPLACE(o.held_for, '{reason}', '') <> o.held_for THEN '{reason}'" for reason in CREDIT_REASONS
    ),
    asked=ASKED,
)
_LOST_BY_CREDIT = f"""
SELECT o.id, o.customer_id, COALESCE(o.maker_id, o.owner_id) AS person_id, o.date, {_HELD_FOR} AS reason
FROM ({{losses}}) d JOIN orders o ON o.id = d.id
WHERE (d.reason = 'credit' OR (d.reason IN ('other', 'rejected', 'cancelled', 'expired')
    AND {_HELD_FOR} <> '{ASKED}'))"""
_COST = """
COALESCE(l.cost, (SELECT (k.cost_e4 * l.quantity_e3 + 50000) / 100000 FROM cost k
    WHERE k.product_id = l.product_id AND k.from_date <= c.date ORDER BY k.from_date DESC LIMIT 1))"""
_LINES = f"""
SELECT c.id, c.customer_id, c.person_id, c.reason, l.product_id, l.amount, {_COST} AS cost
FROM ({_LOST_BY_CREDIT}) c JOIN order_line l ON l.order_id = c.id"""
_SUMS = (
    "CAST(COUNT(DISTINCT f.id) AS BIGINT), CAST(SUM(f.amount) AS BIGINT), CAST(COALESCE(SUM(f.cost), 0) AS BIGINT),"
    " CAST(SUM(CASE WHEN f.cost IS NULL THEN f.amount ELSE 0 END) AS BIGINT)"
)
_GROUPED: dict[CostBy, str] = {
    "salesperson": f"SELECT COALESCE(s.code, ''), COALESCE(s.name, ''), {_SUMS} FROM ({{lines}}) f"
    " LEFT JOIN salesperson s ON s.id = f.person_id GROUP BY s.id, s.code, s.name",
    "customer": f"SELECT c.code, COALESCE(NULLIF(c.short_name, ''), c.name), {_SUMS} FROM ({{lines}}) f"
    " JOIN customer c ON c.id = f.customer_id GROUP BY c.id, c.code, c.short_name, c.name",
    "product": f"SELECT p.code, p.name, {_SUMS} FROM ({{lines}}) f JOIN product p ON p.id = f.product_id"
    " GROUP BY p.id, p.code, p.name",
    "reason": f"SELECT f.reason, '', {_SUMS} FROM ({{lines}}) f GROUP BY f.reason",
}


@dataclass(frozen=True)
class CreditCost:
    """What was lost by credit, of someone or something; amounts in minor units.

    Attributes:
        key: a code, a key of COST_REASON_NAMES, or `*` for the company; empty for orders without a salesperson.
        cost: of the lines whose cost is known; `uncosted` is the amount of the others.
    """

    key: str
    name: str
    orders: int
    amount: int
    cost: int
    uncosted: int

    @property
    def margin(self) -> int:
        """What they might have earned, without the lines whose cost nobody knows."""
        return self.amount - self.uncosted - self.cost

    @property
    def rate_bp(self) -> int | None:
        return rate_bp(self.margin, self.amount - self.uncosted)


@dataclass(frozen=True)
class CreditCostReport:
    """What credit control cost in a period: the largest margin first, and the company's, each order once."""

    rows: tuple[CreditCost, ...]
    company: CreditCost


def lost_by_credit(from_date: date, to_date: date, as_of: date) -> dict[bytes, str]:
    """The orders that were lost by credit in a period, both days included, each with its key of COST_REASON_NAMES."""
    losses, parameters = losses_query(from_date, to_date, as_of)
    found = rows(f"SELECT c.id, c.reason FROM ({_LOST_BY_CREDIT.format(losses=losses)}) c", parameters)
    return {bytes(id_): reason for id_, reason in found}


def credit_cost(from_date: date, to_date: date, by: CostBy, as_of: date) -> CreditCostReport:
    """What was lost by credit in a period, both days included, as known of a day.

    By product, an order counts once for each product on it, with that product's amount; the company's line still counts
    it once.
    """
    losses, parameters = losses_query(from_date, to_date, as_of)
    lines = _LINES.format(losses=losses)
    found = [CreditCost(*row) for row in rows(_GROUPED[by].format(lines=lines), parameters)]
    found.sort(key=lambda row: (-row.margin, row.key))
    sums: list[Any] = [value or 0 for value in rows(f"SELECT {_SUMS} FROM ({lines}) f", parameters)[0]]
    return CreditCostReport(tuple(found), CreditCost(COMPANY_KEY, "", *sums))
