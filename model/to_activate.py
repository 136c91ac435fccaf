"""Whom a salesperson could still activate this month: responsible customers without a trade in it yet.

*Worth* = margin of the last 12 months ÷ 12 × how quiet × how much of a usual order the credit left covers. How quiet
one is ends at 1: whoever is quieter than its rhythm is due, and stands on the call board.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from model.activity import CustomerActivity, inactive_customers
from model.customers import CreditTerms, blacklisted_on, terms_of
from model.dates import month_of
from model.errors import N_
from model.rhythm import Rhythm, rhythms
from model.trading_year import YearSums, trading_year

MONTHS = 12
# Whoever has no credit left can still pay at once.
CREDIT_AT_LEAST = Fraction(1, 4)

WHY_NOT_YET = N_("not this month yet, bought last on {date}")
WHY_NEVER = N_("never bought anything yet")


@dataclass(frozen=True)
class Activation:
    """A customer that would count, if it bought this month.

    Attributes:
        why: WHY_NOT_YET or WHY_NEVER, with its `params`.
        worth: what its order may bring, in minor units.
    """

    id: bytes
    code: str
    name: str
    why: str
    worth: int
    params: dict[str, Any]


def activations(person: bytes, day: date, *, sees_cost: bool = True) -> list[Activation]:
    """Whom a salesperson could still activate in the month of a day, the most worthwhile first.

    The blacklisted are left out, and those that are the pool's again.

    Args:
        sees_cost: whether worth may be reckoned by margin; else it is by revenue, which tells nobody a cost.
    """
    asked = inactive_customers(person, month_of(day), day)
    inactive = [each for each in asked if not each.given_back and not blacklisted_on(each.id, day)]
    ids = [each.id for each in inactive]
    year, found, terms = trading_year(day, ids), rhythms(day, ids), terms_of(ids, day)
    listed = []
    for each in inactive:
        left = terms.get(each.id, CreditTerms()).credit_limit - each.balance
        worth = _worth(year.get(each.id, YearSums()), found.get(each.id), left, day, sees_cost=sees_cost)
        listed.append(Activation(each.id, each.code, each.name, _why(each), worth, _params(each)))
    return sorted(listed, key=lambda each: (-each.worth, each.code))


def _why(customer: CustomerActivity) -> str:
    return WHY_NEVER if customer.last_trade is None else WHY_NOT_YET


def _params(customer: CustomerActivity) -> dict[str, Any]:
    return {} if customer.last_trade is None else {"date": customer.last_trade.isoformat()}


def _worth(year: YearSums, rhythm: Rhythm | None, credit_left: int, day: date, *, sees_cost: bool) -> int:
    earned = year.margin if sees_cost else year.revenue
    if earned <= 0:
        return 0
    quiet = Fraction(1)
    if rhythm is not None and rhythm.half_days:
        quiet = min(quiet, Fraction(rhythm.days_quiet(day) * 2, rhythm.half_days))
    usual = Fraction(year.revenue, year.orders) if year.orders else Fraction(0)
    credit = min(Fraction(1), Fraction(max(0, credit_left)) / usual) if usual > 0 else Fraction(1)
    return int(Fraction(earned, MONTHS) * quiet * max(CREDIT_AT_LEAST, credit))
