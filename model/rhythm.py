"""The rhythm in which a customer buys: how many days lie between trading days, when the next is due, how quiet it is.

A trading day is a day with a live sale above zero. The rhythm is the median of the days between one and the next, of
three trading days or more; a customer without one is dormant after half a year without a trade.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from model.errors import N_
from model.fields import iso
from model.laptop import held_in_full
from model.money import half_up
from model.store import rows

FEWEST_TRADING_DAYS = 3
DORMANT_AFTER_DAYS = 180
# Quiet = days since the last trading day ÷ rhythm: cooling from 1.5, dormant from 3; as numerator and denominator.
COOLING_FROM = (3, 2)
DORMANT_FROM = (3, 1)
STATE_NAMES = {"steady": N_("steady"), "cooling": N_("cooling"), "dormant": N_("dormant")}

_TRADING_DAYS = """
SELECT DISTINCT o.customer_id, o.date FROM orders o
WHERE o.kind = 'sale' AND o.amount > 0 AND o.date <= ? AND o.live_from <= ?
    AND (o.live_to IS NULL OR o.live_to > ?) {among} ORDER BY o.customer_id, o.date
"""
_NAMED = f"""
SELECT c.id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name), COALESCE(p.code, '')
FROM customer c LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ?
    AND (a.to_date IS NULL OR a.to_date > ?)
LEFT JOIN salesperson p ON p.id = a.owner_id
WHERE {held_in_full("c.id")} AND c.id NOT IN (SELECT loser_id FROM alias)
ORDER BY c.code
"""


@dataclass(frozen=True)
class Rhythm:
    """How a customer bought until a day.

    Attributes:
        trading_days: how many.
        half_days: twice the median of the days between them, a whole number; None for fewer than three trading days.
        last: the last trading day.
    """

    trading_days: int
    half_days: int | None
    last: date

    @property
    def expected_next(self) -> date | None:
        """When the next trade is due, half a day rounded up; None without a rhythm."""
        return None if self.half_days is None else self.last + timedelta(days=half_up(self.half_days, 2))

    def days_quiet(self, day: date) -> int:
        """Days since the last trading day."""
        return (day - self.last).days

    def quiet_hundredths(self, day: date) -> int | None:
        """Days since the last trading day ÷ rhythm, in hundredths; None without a rhythm."""
        return None if self.half_days is None else half_up(self.days_quiet(day) * 200, self.half_days)

    def state_on(self, day: date) -> str:
        """One of STATE_NAMES."""
        if self.half_days is None:
            return "dormant" if self.days_quiet(day) >= DORMANT_AFTER_DAYS else "steady"
        for state, (over, under) in (("dormant", DORMANT_FROM), ("cooling", COOLING_FROM)):
            if self.days_quiet(day) * 2 * under >= over * self.half_days:
                return state
        return "steady"


def rhythm_of(trading_days: Sequence[date]) -> Rhythm:
    """The rhythm of trading days in their order; at least one."""
    half_days = None
    if len(trading_days) >= FEWEST_TRADING_DAYS:
        gaps = sorted((later - earlier).days for earlier, later in pairwise(trading_days))
        middle = len(gaps) // 2
        half_days = gaps[middle] * 2 if len(gaps) % 2 else gaps[middle - 1] + gaps[middle]
    return Rhythm(len(trading_days), half_days, trading_days[-1])


def trading_days(
    day: date, customer: bytes | None = None, as_of: date | None = None
) -> Iterator[tuple[bytes, list[date]]]:
    """Every customer's trading days until a day, in their order; who never traded is left out.

    Args:
        as_of: as the documents stood then; without it, on the day itself.
    """
    known = iso(day if as_of is None else as_of)
    among, parameters = ("", []) if customer is None else ("AND o.customer_id = ?", [customer])
    found = rows(_TRADING_DAYS.format(among=among), (iso(day), known, known, *parameters))
    for id_, theirs in groupby(found, key=lambda row: bytes(row[0])):
        yield id_, [date.fromisoformat(text) for _id, text in theirs]


def rhythms(day: date, customer: bytes | None = None) -> dict[bytes, Rhythm]:
    """The rhythm of every customer that traded until a day, or of one."""
    return {id_: rhythm_of(days) for id_, days in trading_days(day, customer)}


@dataclass(frozen=True)
class CustomerRhythm:
    """A customer's rhythm; `owner` is a salesperson's code as of the day, empty for the pool and retail."""

    id: bytes
    code: str
    name: str
    owner: str
    rhythm: Rhythm


def rhythm_report(day: date) -> Iterator[CustomerRhythm]:
    """The rhythm of every customer that traded until a day, by code."""
    found = rhythms(day)
    for id_, code, name, owner in rows(_NAMED, (iso(day), iso(day))):
        rhythm = found.get(bytes(id_))
        if rhythm is not None:
            yield CustomerRhythm(bytes(id_), code, name, owner, rhythm)
