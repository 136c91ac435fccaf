"""The rhythm in which a customer buys: how many days lie between trading days, when the next is due, how quiet it is.

A trading day is a day with a live sale above zero. The rhythm is the median of the days between one and the next, of
three trading days or more; a customer without one is dormant after half a year without a trade. From when on a
customer is cooling or dormant are settings of the company.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter

from model.batches import batches
from model.errors import N_, InputError
from model.fields import iso
from model.laptop import held_in_full
from model.money import half_up, parse_percent
from model.settings import DEFAULTS, setting_on
from model.store import execute, rows

FEWEST_TRADING_DAYS = 3
# Of ten years every day; the same few thousand come again and again.
DAYS_REMEMBERED = 4_000
HUNDREDTHS = 100
MOST_QUIET_TIMES_HUNDREDTHS = 100 * HUNDREDTHS
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
class QuietLimits:
    """From when on a customer is cooling or dormant.

    Attributes:
        cooling_hundredths, dormant_hundredths: days since the last trading day ÷ rhythm, in hundredths.
        dormant_after_days: for a customer without a rhythm.
    """

    cooling_hundredths: int
    dormant_hundredths: int
    dormant_after_days: int


def parse_quiet_times(text: str) -> int | None:
    """How many times a rhythm, in hundredths: 1.5 is 150; None where it is no number from 0.01 to 100."""
    try:
        hundredths = parse_percent(text)
    except InputError:
        return None
    return hundredths if 0 < hundredths <= MOST_QUIET_TIMES_HUNDREDTHS else None


DEFAULT_QUIET_LIMITS = QuietLimits(
    parse_quiet_times(DEFAULTS["cooling_from"]) or 0,
    parse_quiet_times(DEFAULTS["dormant_from"]) or 0,
    int(DEFAULTS["dormant_after_days"]),
)


def quiet_limits(day: date) -> QuietLimits:
    """The company's limits as of a day; read once for a whole report."""
    return QuietLimits(
        parse_quiet_times(setting_on("cooling_from", day)) or DEFAULT_QUIET_LIMITS.cooling_hundredths,
        parse_quiet_times(setting_on("dormant_from", day)) or DEFAULT_QUIET_LIMITS.dormant_hundredths,
        int(setting_on("dormant_after_days", day)),
    )


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

    def is_quiet(self, day: date, times_hundredths: int) -> bool:
        """Whether so many times the rhythm has passed since the last trading day; never without a rhythm."""
        return self.half_days is not None and self.days_quiet(day) * 2 * HUNDREDTHS >= times_hundredths * self.half_days

    def state_on(self, day: date, limits: QuietLimits = DEFAULT_QUIET_LIMITS) -> str:
        """One of STATE_NAMES, by the company's `quiet_limits`."""
        if self.half_days is None:
            return "dormant" if self.days_quiet(day) >= limits.dormant_after_days else "steady"
        if self.is_quiet(day, limits.dormant_hundredths):
            return "dormant"
        return "cooling" if self.is_quiet(day, limits.cooling_hundredths) else "steady"


def rhythm_of(trading_days: Sequence[date]) -> Rhythm:
    """The rhythm of trading days in their order; at least one."""
    half_days = None
    if len(trading_days) >= FEWEST_TRADING_DAYS:
        gaps = sorted((later - earlier).days for earlier, later in pairwise(trading_days))
        middle = len(gaps) // 2
        half_days = gaps[middle] * 2 if len(gaps) % 2 else gaps[middle - 1] + gaps[middle]
    return Rhythm(len(trading_days), half_days, trading_days[-1])


def trading_days(
    day: date, customers: Sequence[bytes] | None = None, as_of: date | None = None
) -> Iterator[tuple[bytes, list[date]]]:
    """Every customer's trading days until a day, in their order; who never traded is left out.

    Args:
        customers: only these, which costs what they bought and not all history.
        as_of: as the documents stood then; without it, on the day itself.
    """
    known = iso(day if as_of is None else as_of)
    for among, parameters in _among(customers):
        # All history passes by once; held at once it would be the largest thing in memory.
        found = execute(_TRADING_DAYS.format(among=among), (iso(day), known, known, *parameters))
        for id_, theirs in groupby(found, key=itemgetter(0)):
            yield bytes(id_), [_day(text) for _id, text in theirs]


_day = lru_cache(maxsize=DAYS_REMEMBERED)(date.fromisoformat)


def _among(customers: Sequence[bytes] | None) -> Iterator[tuple[str, Sequence[bytes]]]:
    """A condition for all customers, or conditions for some of these each, with their parameters."""
    if customers is None:
        yield "", ()
        return
    for some in batches(customers):
        yield f"AND o.customer_id IN ({', '.join('?' * len(some))})", some


def rhythms(day: date, customers: Sequence[bytes] | None = None) -> dict[bytes, Rhythm]:
    """The rhythm of every customer that traded until a day, or of those of these that did."""
    return {id_: rhythm_of(days) for id_, days in trading_days(day, customers)}


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
