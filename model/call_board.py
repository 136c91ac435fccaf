"""Whom to call today: customers whose trade is due or overdue by their own rhythm, the most worthwhile first.

*Worth* = margin of the last 12 months ÷ 12 × urgency × how much of a usual order the credit left covers. Urgency is how
quiet the customer is, up to 3, where it becomes dormant; from there on it falls as it rose, for who stays away does
not come back by one call. A customer without credit left can still pay at once: a quarter stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from model.aliases import not_merged
from model.balances import balances
from model.dates import month_of, shifted
from model.errors import N_
from model.fields import iso
from model.laptop import held_in_full
from model.rhythm import Rhythm, rhythms
from model.store import rows

MONTHS = 12
MOST_QUIET = 3
CREDIT_AT_LEAST = Fraction(1, 4)
# Who bought once or twice and then no more: called after a month, given up after half a year.
CALLED_AFTER_DAYS = 30
GIVEN_UP_AFTER_DAYS = 180

WHY_QUIET = N_("buys every {rhythm} days, quiet for {days}")
WHY_DUE = N_("buys every {rhythm} days: due today")
WHY_FEW = N_("bought on {count} days only, the last {days} days ago")

_CUSTOMERS = f"""
SELECT c.id, COALESCE(p.code, ''), COALESCE(p.id, ?) FROM customer c
LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)
LEFT JOIN salesperson p ON p.id = a.owner_id
WHERE c.retail = 0 AND (c.closed_on IS NULL OR c.closed_on > ?) AND {held_in_full("c.id")} AND {not_merged("c.id")}
"""
_YEAR = """
SELECT customer_id, CAST(SUM(orders) AS BIGINT), CAST(SUM(revenue) AS BIGINT),
    CAST(SUM(revenue - uncosted - cost) AS BIGINT)
FROM customer_month WHERE month > ? AND month <= ? GROUP BY customer_id
"""
NOBODY = b""


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


def call_board(day: date, person: bytes | None = None, *, sees_cost: bool = True) -> list[Call]:
    """Whom to call on a day, the most worthwhile first.

    Args:
        person: only the customers of this salesperson; without one, everybody's and the pool's.
        sees_cost: whether worth may be reckoned by margin; else it is by revenue, which tells nobody a cost.
    """
    owners = {
        bytes(id_): (code, bytes(owner))
        for id_, code, owner in rows(_CUSTOMERS, (NOBODY, iso(day), iso(day), iso(day)))
    }
    due = {id_: found for id_, found in rhythms(day).items() if id_ in owners and _is_due(found, day)}
    if person is not None:
        due = {id_: found for id_, found in due.items() if owners[id_][1] == person}
    month = month_of(day)
    year = {bytes(row[0]): row[1:] for row in rows(_YEAR, (shifted(month, -MONTHS), month))}
    calls = list(_calls(day, due, owners, year, sees_cost))
    return sorted(calls, key=lambda call: (-call.worth, call.code))


def _is_due(rhythm: Rhythm, day: date) -> bool:
    expected = rhythm.expected_next
    if expected is None:
        return CALLED_AFTER_DAYS <= rhythm.days_quiet(day) < GIVEN_UP_AFTER_DAYS
    return expected <= day


def _calls(
    day: date,
    due: dict[bytes, Rhythm],
    owners: dict[bytes, tuple[str, bytes]],
    year: dict[bytes, tuple[Any, ...]],
    sees_cost: bool,
) -> Iterator[Call]:
    for row in balances(day):
        rhythm = due.get(row.id)
        # No goods for whom the company does not trust: nobody is sent to call them.
        if rhythm is None or row.standing.blacklisted:
            continue
        orders, revenue, margin = year.get(row.id, (0, 0, 0))
        earned = margin if sees_cost else revenue
        usual = Fraction(revenue, orders) if orders else Fraction(0)
        yield Call(
            row.id, row.code, row.name, owners[row.id][0], *_why(rhythm, day), rhythm.expected_next, earned,
            row.standing.credit_left, _worth(rhythm, day, earned, row.standing.credit_left, usual),
            _params(rhythm, day),
        )  # fmt: skip


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


def _worth(rhythm: Rhythm, day: date, earned: int, credit_left: int, usual: Fraction) -> int:
    if earned <= 0:
        return 0
    urgency = Fraction(1)
    if rhythm.half_days is not None:
        quiet = Fraction(rhythm.days_quiet(day) * 2, rhythm.half_days)
        urgency = min(quiet, Fraction(MOST_QUIET**2) / quiet)
    credit = min(Fraction(1), Fraction(max(0, credit_left)) / usual) if usual > 0 else Fraction(1)
    return int(Fraction(earned, MONTHS) * urgency * max(CREDIT_AT_LEAST, credit))
