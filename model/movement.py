"""What a month did to a salesperson's customers: won, grown familiar and old, gone dormant, woken again.

*Alive* is a customer that traded and is not dormant. By the owners at the month's end, who were alive at its start and
those won and woken, less those gone dormant, are who is alive at its end.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Literal, TypeAlias

from model.aliases import not_merged
from model.dates import first_day, last_day
from model.errors import N_
from model.fields import iso
from model.laptop import held_in_full
from model.record import Record
from model.rhythm import QuietLimits, quiet_limits, rhythm_of, trading_days
from model.stages import StageLimits, stage_limits, stage_of, trading_months
from model.store import rows

COMPANY_CODE = "*"
_OWNED = f"""
SELECT c.id, p.code, c.code, COALESCE(NULLIF(c.short_name, ''), c.name)
FROM customer c JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ?
    AND (a.to_date IS NULL OR a.to_date > ?) JOIN salesperson p ON p.id = a.owner_id
WHERE (c.closed_on IS NULL OR c.closed_on > ?) AND {held_in_full("c.id")} AND {not_merged("c.id")}
"""
_SALESPEOPLE = "SELECT code FROM salesperson WHERE active = 1 AND role = 'sales' ORDER BY code"


Move: TypeAlias = Literal["won_new", "to_familiar", "to_old", "gone_dormant", "woken"]
# In the order in which one asks what happened.
MOVE_NAMES: dict[Move, str] = {
    "won_new": N_("won new"),
    "woken": N_("woken"),
    "gone_dormant": N_("gone dormant"),
    "to_old": N_("grown old"),
    "to_familiar": N_("grown familiar"),
}


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


class MovedCustomer(Record, frozen=True):
    """A customer to which something happened in a month.

    Attributes:
        last_trade: until the month's end, or the as-of day.
    """

    id: bytes
    code: str
    name: str
    moves: tuple[Move, ...]
    last_trade: date


@dataclass(frozen=True)
class _Month:
    """What is asked: the day before a month, its last day or the as-of day, and the limits of the latter.

    One day's limits for both ends of the month: what the company calls dormant moves no customer by itself.
    """

    before: date
    until: date
    quiet: QuietLimits
    stages: StageLimits


def _month(month: str, as_of: date) -> _Month:
    until = min(last_day(month), as_of)
    return _Month(first_day(month) - timedelta(days=1), until, quiet_limits(until), stage_limits(until))


def movement(month: str, as_of: date) -> list[tuple[str, Movement]]:
    """The movement of a month by salesperson's code; the company's last, under COMPANY_CODE."""
    asked = _month(month, as_of)
    owners = {bytes(id_): code for id_, code, *_named in rows(_OWNED, (iso(asked.until),) * 3)}
    found: dict[str, Movement] = {code: Movement() for (code,) in rows(_SALESPEOPLE)}
    for customer, days in trading_days(asked.until, as_of=as_of):
        owner = owners.get(customer)
        if owner is not None:
            _count(found.setdefault(owner, Movement()), days, asked)
    company = Movement()
    for moved in found.values():
        for each in fields(Movement):
            setattr(company, each.name, getattr(company, each.name) + getattr(moved, each.name))
    return [*sorted(found.items()), (COMPANY_CODE, company)]


def moved_customers(month: str, code: str, as_of: date) -> list[MovedCustomer]:
    """The customers of a salesperson to which something happened in a month, by what it was; by owner as `movement`."""
    asked = _month(month, as_of)
    names = {
        bytes(id_): (customer, name)
        for id_, owner, customer, name in rows(_OWNED, (iso(asked.until),) * 3)
        if owner == code
    }
    found = []
    for id_, days in trading_days(asked.until, list(names), as_of):
        _was, _is, moves = _moves(days, asked)
        if moves:
            found.append(MovedCustomer(id_, *names[id_], moves, days[-1]))
    order = list(MOVE_NAMES)
    return sorted(found, key=lambda row: ([order.index(move) for move in row.moves], row.code))


def _count(moved: Movement, days: list[date], asked: _Month) -> None:
    was_alive, is_alive, moves = _moves(days, asked)
    moved.start += was_alive
    moved.end += is_alive
    for move in moves:
        setattr(moved, move, getattr(moved, move) + 1)


def _moves(days: list[date], asked: _Month) -> tuple[bool, bool, tuple[Move, ...]]:
    """Whether a customer of these trading days was alive before the month and is at its end, and what happened."""
    earlier = days[: bisect_right(days, asked.before)]
    rhythm, months = rhythm_of(days), trading_months(days)
    # Most customers did not trade in the month: what they were before it rests on the same days.
    unmoved = len(earlier) == len(days)
    rhythm_then = rhythm if unmoved or not earlier else rhythm_of(earlier)
    months_then = months if unmoved else trading_months(earlier)
    was_alive = bool(earlier) and rhythm_then.state_on(asked.before, asked.quiet) != "dormant"
    is_alive = rhythm.state_on(asked.until, asked.quiet) != "dormant"
    then = stage_of(earlier[0] if earlier else None, months_then, asked.before, asked.stages)
    now = stage_of(days[0], months, asked.until, asked.stages)
    happened: dict[Move, bool] = {
        "won_new": not earlier,
        "woken": bool(earlier) and is_alive and not was_alive,
        "gone_dormant": not is_alive and (was_alive or not earlier),
        "to_old": now == "old" and then != "old",
        "to_familiar": now == "familiar" and then not in ("familiar", "old"),
    }
    return was_alive, is_alive, tuple(move for move, did in happened.items() if did)
