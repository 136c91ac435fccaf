"""What a month did to a salesperson's customers: won, grown familiar and old, gone dormant, woken again.

*Alive* is a customer that traded and is not dormant. By the owners at the month's end, who were alive at its start and
those won and woken, less those gone dormant, are who is alive at its end.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields
from datetime import date, timedelta

from model.aliases import not_merged
from model.dates import first_day, last_day
from model.fields import iso
from model.laptop import held_in_full
from model.rhythm import QuietLimits, quiet_limits, rhythm_of, trading_days
from model.stages import StageLimits, stage_limits, stage_of, trading_months
from model.store import rows

COMPANY_CODE = "*"
_OWNED = f"""
SELECT c.id, p.code FROM customer c JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ?
    AND (a.to_date IS NULL OR a.to_date > ?) JOIN salesperson p ON p.id = a.owner_id
WHERE (c.closed_on IS NULL OR c.closed_on > ?) AND {held_in_full("c.id")} AND {not_merged("c.id")}
"""
_SALESPEOPLE = "SELECT code FROM salesperson WHERE active = 1 AND role = 'sales' ORDER BY code"


@dataclass
class Movement:
    """What became of customers in a month, by their number.

    Attributes:
        start, end: who was alive the day before the month and on its last day, or the as-of day.
        won_new: traded for the first time ever.
        to_familiar, to_old: reached that stage; these stand in `start` or `won_new` too.
    """

    start: int = 0
    won_new: int = 0
    to_familiar: int = 0
    to_old: int = 0
    gone_dormant: int = 0
    woken: int = 0
    end: int = 0


@dataclass(frozen=True)
class Limits:
    """From when on customers are dormant, familiar and old."""

    quiet: QuietLimits
    stages: StageLimits


def movement(month: str, as_of: date) -> list[tuple[str, Movement]]:
    """The movement of a month by salesperson's code; the company's last, under COMPANY_CODE."""
    before, until = first_day(month) - timedelta(days=1), min(last_day(month), as_of)
    owners = {bytes(id_): code for id_, code in rows(_OWNED, (iso(until),) * 3)}
    # One day's limits for both ends of the month: what the company calls dormant moves no customer by itself.
    limits = Limits(quiet_limits(until), stage_limits(until))
    found: dict[str, Movement] = {code: Movement() for (code,) in rows(_SALESPEOPLE)}
    for customer, days in trading_days(until, as_of=as_of):
        owner = owners.get(customer)
        if owner is not None:
            _count(found.setdefault(owner, Movement()), days, before, until, limits)
    company = Movement()
    for moved in found.values():
        for each in fields(Movement):
            setattr(company, each.name, getattr(company, each.name) + getattr(moved, each.name))
    return [*sorted(found.items()), (COMPANY_CODE, company)]


def _count(moved: Movement, days: list[date], before: date, until: date, limits: Limits) -> None:
    earlier = days[: bisect_right(days, before)]
    rhythm, months = rhythm_of(days), trading_months(days)
    # Most customers did not trade in the month: what they were before it rests on the same days.
    unmoved = len(earlier) == len(days)
    rhythm_then = rhythm if unmoved or not earlier else rhythm_of(earlier)
    months_then = months if unmoved else trading_months(earlier)
    was_alive = bool(earlier) and rhythm_then.state_on(before, limits.quiet) != "dormant"
    is_alive = rhythm.state_on(until, limits.quiet) != "dormant"
    moved.start += was_alive
    moved.end += is_alive
    if not earlier:
        moved.won_new += 1
        moved.gone_dormant += not is_alive
    elif is_alive and not was_alive:
        moved.woken += 1
    elif was_alive and not is_alive:
        moved.gone_dormant += 1
    then = stage_of(earlier[0] if earlier else None, months_then, before, limits.stages)
    now = stage_of(days[0], months, until, limits.stages)
    moved.to_familiar += now == "familiar" and then not in ("familiar", "old")
    moved.to_old += now == "old" and then != "old"
