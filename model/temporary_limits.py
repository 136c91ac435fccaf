"""Temporary limits and terms: those in force, those that begin later, and those that ended a while ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from model.aliases import not_merged
from model.customers import CreditTerms
from model.fields import iso
from model.store import rows

DAYS_SHOWN = 90

_TEMPORARY = f"""
SELECT t.customer_id, c.code, c.name, t.from_date, t.until_date, t.credit_days, t.credit_limit, t.reason,
    COALESCE(p.name, '')
FROM terms t JOIN customer c ON c.id = t.customer_id LEFT JOIN salesperson p ON p.id = t.person_id
WHERE t.until_date <> '' AND t.until_date >= ? AND {not_merged("c.id")}
ORDER BY CASE WHEN t.until_date >= ? THEN 0 ELSE 1 END, t.until_date, c.code, t.from_date"""
_LASTING = """
SELECT customer_id, credit_days, credit_from, credit_limit FROM terms
WHERE until_date = '' AND from_date <= ?"""


@dataclass(frozen=True)
class TemporaryLimit:
    """One temporary row of a customer's terms; limit in minor units.

    Attributes:
        days, limit: None where the lasting ones hold meanwhile.
        lasting: what holds when it ends.
        person: the name of who set it; empty where nobody had signed in.
    """

    customer: bytes
    code: str
    name: str
    from_date: date
    until: date
    days: int | None
    limit: int | None
    reason: str
    person: str
    lasting: CreditTerms

    def holds_on(self, day: date) -> bool:
        """Whether it is in force."""
        return self.from_date <= day <= self.until


def temporary_limits(day: date) -> list[TemporaryLimit]:
    """Those that have not ended, the first to end first, and those that ended in the last `DAYS_SHOWN` days."""
    found = rows(_TEMPORARY, (iso(day - timedelta(days=DAYS_SHOWN)), iso(day)))
    lasting = lasting_terms([bytes(row[0]) for row in found], day)
    return [
        TemporaryLimit(
            bytes(customer), code, name, date.fromisoformat(begun), date.fromisoformat(until), days, limit, reason,
            person, lasting.get(bytes(customer), CreditTerms()),
        )
        for customer, code, name, begun, until, days, limit, reason, person in found
    ]  # fmt: skip


def lasting_terms(customers: Sequence[bytes] | None, day: date) -> dict[bytes, CreditTerms]:
    """The terms that hold on a day where nothing temporary does.

    Args:
        customers: some thousand at most; None for all that have terms.
    """
    query = _LASTING
    parameters: list[Any] = [iso(day)]
    if customers is not None:
        ids = list(dict.fromkeys(customers))
        query, parameters = f"{query} AND customer_id IN ({', '.join('?' * len(ids))})", [*parameters, *ids]
    # The last row read of a customer is the one that holds.
    return {
        bytes(id_): CreditTerms(days, start, limit)
        for id_, days, start, limit in rows(f"{query} ORDER BY from_date", parameters)
    }
