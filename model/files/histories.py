"""What held on a day, read once per customer or product and then answered from memory.

The same figures as model.customers and model.products give, for the millions of questions of one import.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from model.attribution import OWNER_BP_WITHOUT_RULE
from model.customers import CreditTerms
from model.files.assignment_rows import Span, spans_of
from model.store import rows


class Histories:
    """Owners, terms, costs, tax rates and rules of attribution as of any day."""

    def __init__(self) -> None:
        self._spans: dict[bytes, list[Span]] = {}
        self._terms: dict[bytes, list[tuple[str, str, int | None, str | None, int | None]]] = {}
        self._costs: dict[bytes, tuple[list[str], list[int]]] = {}
        self._tax_rates: dict[bytes, int] = dict(rows("SELECT id, tax_rate_bp FROM product"))
        self._rules = rows("SELECT from_date, owner_bp FROM attribution_rule WHERE kind = 'owned' ORDER BY from_date")
        self._rule_days = [rule[0] for rule in self._rules]

    def owner_on(self, customer: bytes, day: str) -> bytes | None:
        spans = self._spans.get(customer)
        if spans is None:
            spans = self._spans[customer] = spans_of(customer)
        for span in reversed(spans):
            if span.from_date <= day:
                return span.owner if span.to_date is None or span.to_date > day else None
        return None

    def terms_on(self, customer: bytes, day: str) -> CreditTerms:
        history = self._terms.get(customer)
        if history is None:
            history = self._terms[customer] = rows(
                "SELECT from_date, until_date, credit_days, credit_from, credit_limit FROM terms WHERE customer_id = ?"
                " ORDER BY CASE WHEN until_date = '' THEN 0 ELSE 1 END, from_date, until_date",
                (customer,),
            )
        held = CreditTerms()
        for first, until, days, credit_from, limit in history:
            if first <= day and (not until or until >= day):
                held = CreditTerms(
                    held.credit_days if days is None else days,
                    held.credit_from if credit_from is None else credit_from,
                    held.credit_limit if limit is None else limit,
                    date.fromisoformat(until) if until else None,
                )
        return held

    def cost_on(self, product: bytes, day: str) -> int | None:
        history = self._costs.get(product)
        if history is None:
            found = rows("SELECT from_date, cost_e4 FROM cost WHERE product_id = ? ORDER BY from_date", (product,))
            history = self._costs[product] = ([row[0] for row in found], [row[1] for row in found])
        days, costs = history
        place = bisect_right(days, day)
        return costs[place - 1] if place else None

    def tax_rate(self, product: bytes) -> int:
        return self._tax_rates[product]

    def owner_bp_on(self, day: str) -> int:
        """The owner's share of an order another took, by the rule in force on a day."""
        place = bisect_right(self._rule_days, day)
        return int(self._rules[place - 1][1]) if place else OWNER_BP_WITHOUT_RULE
