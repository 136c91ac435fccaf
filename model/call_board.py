"""Whom to call today: customers whose trade is due or overdue by their own rhythm, the most worthwhile first.

*Worth* = margin of the last 12 months ÷ 12 × urgency × how much of a usual order the credit left covers. Urgency is how
quiet the customer is, up to where it becomes dormant (3, a setting); from there on it falls as it rose, for who stays
away does not come back by one call. A customer without credit left can still pay at once: a quarter stays.

A board of all that is due reads every customer's trade. One of the best few begins with those who earned most: nobody's
worth is above their margin ÷ 12 × the highest urgency, so that it ends where no further customer can reach it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from heapq import nsmallest
from itertools import islice
from typing import Any

from model.balances import balance_on
from model.batches import batches
from model.customers import CreditTerms, terms_of
from model.errors import N_
from model.fields import iso
from model.named_customers import NamedCustomer, named_customers
from model.rhythm import HUNDREDTHS, QuietLimits, Rhythm, quiet_limits, rhythms
from model.store import rows
from model.trading_year import YearSums, ranked_year, trading_year

MONTHS = 12
CREDIT_AT_LEAST = Fraction(1, 4)
# Who bought once or twice and then no more: called after a month, given up where it is dormant.
CALLED_AFTER_DAYS = 30
CUSTOMERS_PER_STEP = 500

WHY_QUIET = N_("buys every {rhythm} days, quiet for {days}")
WHY_DUE = N_("buys every {rhythm} days: due today")
WHY_FEW = N_("bought on {count} days only, the last {days} days ago")


@dataclass(frozen=True)
class Call:
    """A customer to call; amounts in minor units.

    Attributes:
        owner: a salesperson's code, empty for the pool.
        why: one of the WHY_ templates, with its `params`.
        quiet_hundredths: None for a customer without a rhythm.
        margin: of the last 12 months; revenue where cost is not seen.
        worth: what a call may bring.
    """

    id: bytes
    code: str
    name: str
    owner: str
    why: str
    quiet_hundredths: int | None
    expected_next: date | None
    margin: int
    credit_left: int
    worth: int
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Credit:
    """What of a customer's standing the board asks for; minor units."""

    left: int
    blacklisted: bool


def call_board(
    day: date,
    person: bytes | None = None,
    *,
    sees_cost: bool = True,
    most: int | None = None,
) -> list[Call]:
    """Whom to call on a day, the most worthwhile first.

    Args:
        person: only the customers of this salesperson; without one, everybody's and the pool's.
        sees_cost: whether worth may be reckoned by margin; else it is by revenue, which tells nobody a cost.
        most: only so many, which reads no more customers than these take.
    """
    if person is None:
        return _of_company(_Asked(day, quiet_limits(day), {}, sees_cost), most)
    named = _without_retail(named_customers(day, owner=person))
    asked = _Asked(day, quiet_limits(day), trading_year(day, list(named)), sees_cost)
    calls = [
        call
        for some in batches(list(named), CUSTOMERS_PER_STEP)
        for call in _calls(asked, {id_: named[id_] for id_ in some}, None)
    ]
    return sorted(calls, key=_rank)[:most]


def _of_company(asked: _Asked, most: int | None) -> list[Call]:
    """The whole company's board: of the best few, only those are read who may be among them."""
    known = rhythms(asked.day) if most is None else None
    ranked = ranked_year(asked.day, by_margin=asked.sees_cost)
    calls: list[Call] = []
    while some := list(islice(ranked, CUSTOMERS_PER_STEP)):
        asked.year.update(some)
        if most is not None and len(calls) >= most:
            calls = nsmallest(most, calls, key=_rank)
            if calls[-1].worth > asked.most_worth(some[0][0]):
                return calls
        them = [id_ for id_, _sums in some]
        calls += _calls(asked, _without_retail(named_customers(asked.day, among=them)), known)
    if most is None or len(calls) < most:
        # Who bought nothing for a year is worth nothing, and stands at the end.
        named = _without_retail(named_customers(asked.day))
        for ids in batches([id_ for id_ in named if id_ not in asked.year], CUSTOMERS_PER_STEP):
            calls += _calls(asked, {id_: named[id_] for id_ in ids}, known)
    return sorted(calls, key=_rank)[:most]


def _rank(call: Call) -> tuple[int, str]:
    return -call.worth, call.code


def _without_retail(named: dict[bytes, NamedCustomer]) -> dict[bytes, NamedCustomer]:
    return {id_: customer for id_, customer in named.items() if not customer.retail}


@dataclass(frozen=True)
class _Asked:
    """What is asked, and what is known by then of who may be on the board."""

    day: date
    limits: QuietLimits
    year: dict[bytes, YearSums]
    sees_cost: bool

    def earned(self, id_: bytes) -> int:
        """Margin of the last 12 months, or revenue where cost is not seen."""
        sums = self.year.get(id_, YearSums())
        return sums.margin if self.sees_cost else sums.revenue

    def most_worth(self, id_: bytes) -> int:
        """What a customer's worth cannot be above, however quiet it is."""
        most_quiet = max(HUNDREDTHS, self.limits.dormant_hundredths)
        return max(0, self.earned(id_)) * most_quiet // (MONTHS * HUNDREDTHS) + 1

    def is_due(self, rhythm: Rhythm) -> bool:
        expected = rhythm.expected_next
        if expected is None:
            return CALLED_AFTER_DAYS <= rhythm.days_quiet(self.day) < self.limits.dormant_after_days
        return expected <= self.day


def _calls(asked: _Asked, named: dict[bytes, NamedCustomer], known: dict[bytes, Rhythm] | None) -> Iterator[Call]:
    """The calls to those of these customers whose trade is due; at most CUSTOMERS_PER_STEP.

    Args:
        known: every customer's rhythm, where it was read already.
    """
    day = asked.day
    found = rhythms(day, list(named)) if known is None else {id_: known[id_] for id_ in named if id_ in known}
    due = {id_: rhythm for id_, rhythm in found.items() if asked.is_due(rhythm)}
    credit = _credit_of(list(due), day)
    for id_, rhythm in due.items():
        # No goods for whom the company does not trust: nobody is sent to call them.
        if credit[id_].blacklisted:
            continue
        customer, sums, left = named[id_], asked.year.get(id_, YearSums()), credit[id_].left
        usual = Fraction(sums.revenue, sums.orders) if sums.orders else Fraction(0)
        yield Call(
            id_, customer.code, customer.name, customer.owner, *_why(rhythm, day), rhythm.expected_next,
            asked.earned(id_), left, _worth(rhythm, asked, asked.earned(id_), left, usual), _params(rhythm, day),
        )  # fmt: skip


def _credit_of(ids: Sequence[bytes], day: date) -> dict[bytes, _Credit]:
    """The credit of these customers on a day; at most CUSTOMERS_PER_STEP."""
    if not ids:
        return {}
    among = f"IN ({', '.join('?' * len(ids))})"
    balances = {
        bytes(id_): balance_on(bytes(id_), day) if later else int(balance)
        for id_, balance, later in rows(
            "SELECT t.customer_id, t.balance, CASE WHEN substr(t.money_until, 1, 10) > ? THEN 1 ELSE 0 END"
            f" FROM customer_total t WHERE t.customer_id {among}",
            (iso(day), *ids),
        )
    }
    terms = terms_of(ids, day)
    blacklisted = dict(
        rows(
            f"SELECT customer_id, blacklisted FROM blacklisting WHERE from_date <= ? AND customer_id {among}"
            " ORDER BY from_date",
            (iso(day), *ids),
        )
    )
    return {
        id_: _Credit(
            terms.get(id_, CreditTerms()).credit_limit - balances.get(id_, 0), bool(blacklisted.get(id_, 0))
        )
        for id_ in ids
    }  # fmt: skip


def _why(rhythm: Rhythm, day: date) -> tuple[str, int | None]:
    quiet = rhythm.quiet_hundredths(day)
    if rhythm.half_days is None:
        return WHY_FEW, quiet
    return (WHY_DUE if rhythm.expected_next == day else WHY_QUIET), quiet


def _params(rhythm: Rhythm, day: date) -> dict[str, Any]:
    if rhythm.half_days is None:
        return {"count": rhythm.trading_days, "days": rhythm.days_quiet(day)}
    return {"rhythm": rhythm_text(rhythm.half_days), "days": rhythm.days_quiet(day)}


def rhythm_text(half_days: int) -> str:
    """A rhythm in days, as people write it: 18 or 18.5."""
    return f"{half_days // 2}.5" if half_days % 2 else str(half_days // 2)


def _worth(rhythm: Rhythm, asked: _Asked, earned: int, credit_left: int, usual: Fraction) -> int:
    if earned <= 0:
        return 0
    urgency = Fraction(1)
    if rhythm.half_days is not None:
        quiet = Fraction(rhythm.days_quiet(asked.day) * 2, rhythm.half_days)
        most_quiet = Fraction(asked.limits.dormant_hundredths, HUNDREDTHS)
        urgency = min(quiet, most_quiet**2 / quiet)
    credit = min(Fraction(1), Fraction(max(0, credit_left)) / usual) if usual > 0 else Fraction(1)
    return int(Fraction(earned, MONTHS) * urgency * max(CREDIT_AT_LEAST, credit))
