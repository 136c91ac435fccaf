"""Whose revenue rises or falls, month by month, and who will be a big customer before it is one.

The slope is Theil and Sen's: the median of the slopes between any two months (Sen 1968). Whether there is a trend at
all is Mann's test (Mann 1945, Kendall 1975): of all pairs of months, those that rise less those that fall. Its variance
is corrected for months that are equal, and the normal approximation moved by one towards zero for continuity. Below
p = 0.10, from both sides, the trend is `rising` or `falling`, else `steady`.

Both look at the last 12 full months, those without a trade as zero. A customer that traded first within them has no
months before its first trade: else everyone who is new would rise. Its own months are looked at, from that of its first
trade on; with fewer than 6 of them it is `new` and has no trend yet.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal, TypeAlias, get_args

from model.ageing import anything_after
from model.dates import first_day, last_day, month_of, months_between, shifted
from model.errors import N_
from model.fields import iso
from model.margin import Margin
from model.margin import trend as monthly
from model.money import half_up, rate_bp
from model.named_customers import NamedCustomer, named_customers
from model.record import Record
from model.store import execute, rows
from model.trading_year import top_fifth, trading_year

TREND_MONTHS = 12
FEWEST_MONTHS = 6
SEASON_MONTHS = 3
SIGNIFICANT_P = 0.10
# Divisible by every distance between two of twelve months, and by the 2 of a median of two: slopes are whole numbers of
# such parts of a minor unit.
SLOPE_PARTS = 2 * math.lcm(*range(1, TREND_MONTHS))
TrendWord: TypeAlias = Literal["rising", "falling", "steady", "new"]
TREND_NAMES: dict[str, str] = {
    "rising": N_("rising"),
    "falling": N_("falling"),
    "steady": N_("no trend"),
    "new": N_("too new"),
}
# Whom to list: those who may become big, or all of one trend.
Listed: TypeAlias = Literal["potential", "rising", "falling", "all"]
LISTED: tuple[Listed, ...] = get_args(Listed)

_SIGN = "(CASE WHEN o.kind = 'return' THEN -1 ELSE 1 END)"
_MONTHS_KEPT = """
SELECT m.customer_id, m.month, m.revenue, m.cost, m.uncosted FROM customer_month m
WHERE m.month >= ? AND m.month <= ?"""
_MONTHS_THEN = f"""
SELECT o.customer_id, substr(o.date, 1, 7), CAST(SUM({_SIGN} * o.amount) AS BIGINT),
    CAST(SUM({_SIGN} * o.cost) AS BIGINT), CAST(SUM({_SIGN} * o.uncosted) AS BIGINT)
FROM orders o WHERE o.kind IN ('sale', 'return') AND o.date >= ? AND o.date <= ? AND o.live_from <= ?
    AND (o.live_to IS NULL OR o.live_to > ?) GROUP BY o.customer_id, substr(o.date, 1, 7)"""
_FIRST_KEPT = "SELECT customer_id, first_trade FROM customer_total WHERE first_trade >= ?"
_FIRST_THEN = """
SELECT o.customer_id, MIN(o.date) FROM orders o WHERE o.kind = 'sale' AND o.amount > 0 AND o.date <= ?
    AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?) GROUP BY o.customer_id HAVING MIN(o.date) >= ?"""


class Trend(Record, frozen=True):
    """What the months of a customer say.

    Attributes:
        months: how many were looked at.
        slope_parts: SLOPE_PARTS-ths of a minor unit a month.
        p: how likely as much rise or fall would be without any trend, in (0, 1].
    """

    months: int
    slope_parts: int
    p: float
    word: TrendWord

    @property
    def slope(self) -> int:
        """Minor units a month, rounded half away from zero."""
        return half_up(self.slope_parts, SLOPE_PARTS)


class CustomerTrend(Record, frozen=True):
    """A customer's trend over the last full months; amounts in minor units.

    Attributes:
        revenue, cost, uncosted: of the last 12 full months.
        season, season_year_ago: revenue of the last 3 full months, and of the same three a year ago.
        top_fifth: whether it is in the top fifth by the margin of 12 months already.
    """

    customer: NamedCustomer
    trend: Trend
    revenue: int
    cost: int
    uncosted: int
    season: int
    season_year_ago: int
    top_fifth: bool

    @property
    def margin(self) -> int:
        return self.revenue - self.uncosted - self.cost

    @property
    def margin_rate_bp(self) -> int | None:
        """Margin ÷ the revenue whose cost is known, in basis points; None where there is no such revenue."""
        return rate_bp(self.margin, self.revenue - self.uncosted)

    @property
    def season_bp(self) -> int | None:
        """The last 3 full months beside the same a year ago, as a change in basis points; None without any then."""
        return rate_bp(self.season - self.season_year_ago, max(0, self.season_year_ago))

    @property
    def growth(self) -> Fraction:
        """Slope × margin rate: by how much the monthly margin grows each month, in minor units."""
        known = self.revenue - self.uncosted
        return Fraction(self.trend.slope_parts * self.margin, SLOPE_PARTS * known) if known > 0 else Fraction(0)


def theil_sen(values: Sequence[int]) -> int:
    """The median of the slopes between any two values, one step apart each (Sen 1968), in SLOPE_PARTS-ths.

    Args:
        values: at most 12, at least 2.
    """
    slopes = sorted(
        (later - earlier) * (SLOPE_PARTS // 2 // (place + 1))
        for start, earlier in enumerate(values)
        for place, later in enumerate(values[start + 1 :])
    )
    middle = len(slopes) // 2
    return 2 * slopes[middle] if len(slopes) % 2 else slopes[middle - 1] + slopes[middle]


def mann_kendall(values: Sequence[int]) -> tuple[int, float]:
    """Mann's test of values in their order (Mann 1945, Kendall 1975).

    Returns:
        Pairs that rise less pairs that fall, and how likely that is without a trend, from both sides.
    """
    score, count = 0, len(values)
    # Eighteen times the variance, a whole number; values that are equal take their part out.
    variance18 = count * (count - 1) * (2 * count + 5)
    earlier: list[int] = []
    for done, value in enumerate(values):
        below, place = bisect_left(earlier, value), bisect_right(earlier, value)
        score += below - (done - place)
        if place > below:
            variance18 -= _ties18(place - below + 1) - _ties18(place - below)
        earlier.insert(place, value)
    if score == 0 or variance18 == 0:
        return score, 1.0
    z = (abs(score) - 1) / math.sqrt(variance18 / 18)
    return score, math.erfc(z / math.sqrt(2))


def _ties18(equal: int) -> int:
    """By how much so many equal values lower eighteen times the variance."""
    return equal * (equal - 1) * (2 * equal + 5)


def trend_of(months: Sequence[int]) -> Trend:
    """The trend of monthly revenue, the oldest first; at most 12 months."""
    if len(months) < FEWEST_MONTHS:
        return Trend(len(months), 0, 1.0, "new")
    score, p = mann_kendall(months)
    return Trend(len(months), theil_sen(months), p, _word(score, p))


def _word(score: int, p: float) -> TrendWord:
    if p >= SIGNIFICANT_P:
        return "steady"
    return "rising" if score > 0 else "falling"


def last_full_month(day: date) -> str:
    """The last month that is over on a day; its own is not, even on its last day: there may be trade yet."""
    return shifted(month_of(day), -1)


def trends(day: date, listed: Listed = "all", *, sees_cost: bool = True) -> list[CustomerTrend]:
    """The trends of all customers that traded in the last 12 full months, in one pass over their months.

    Args:
        listed: `potential` are those who rise and are not in the top fifth by the margin of 12 months, by slope ×
            margin rate; `rising` all who rise; `falling` those who fall, the steepest first; `all` by code.
        sees_cost: whether they are for someone who may see cost; the order by slope × margin rate would tell the
            rates, so for others it is by slope.
    """
    found = _all_trends(day, listed)
    if listed != "all" and not sees_cost:
        return sorted(found, key=lambda row: (-abs(row.trend.slope_parts), row.customer.code))
    if listed in ("potential", "rising"):
        return sorted(found, key=lambda row: (-row.growth, row.customer.code))
    if listed == "falling":
        return sorted(found, key=lambda row: (row.growth, row.customer.code))
    return sorted(found, key=lambda row: row.customer.code)


def _all_trends(day: date, listed: Listed) -> list[CustomerTrend]:
    kept, until = not anything_after(day), last_full_month(day)
    named = named_customers(day)
    year = trading_year(day)
    big = top_fifth(
        {id_: sums.margin for id_, sums in year.items() if id_ in named},
        {id_: customer.code for id_, customer in named.items()},
    )
    months = months_between(shifted(until, 1 - TREND_MONTHS - SEASON_MONTHS), until)
    newcomers = _newcomers(day, kept, months[SEASON_MONTHS + 1])
    wanted = {"potential": "rising", "all": None}.get(listed, listed)
    found = []
    for id_, theirs in groupby(_months(day, kept, months), key=itemgetter(0)):
        if id_ in named and not (listed == "potential" and id_ in big):
            revenue, cost, uncosted = _sums(theirs, months)
            word, p, own = _tested(revenue[SEASON_MONTHS:], months[SEASON_MONTHS:], newcomers.get(id_))
            if wanted in (None, word) and any(revenue[SEASON_MONTHS:]):
                # The slope of those who are listed; it costs more than all the rest.
                slope = theil_sen(own) if len(own) >= FEWEST_MONTHS else 0
                trend = Trend(len(own), slope, p, word)
                found.append(_row(named[id_], trend, revenue, cost, uncosted, id_ in big))
    return found


def _sums(theirs: Iterable[tuple[Any, ...]], months: Sequence[str]) -> tuple[list[int], int, int]:
    """A customer's revenue in each of these months, and its cost and uncosted revenue in the last 12."""
    revenue, cost, uncosted = [0] * len(months), 0, 0
    for _id, month, sold, paid, unknown in theirs:
        place = months.index(month)
        revenue[place] = sold
        if place >= SEASON_MONTHS:
            cost += paid
            uncosted += unknown
    return revenue, cost, uncosted


def _tested(revenue: list[int], months: Sequence[str], first_trade: date | None) -> tuple[TrendWord, float, list[int]]:
    """The trend of a customer's own months, p, and the revenue of these months."""
    own = revenue
    if first_trade is not None:
        own = [value for value, month in zip(revenue, months, strict=True) if month >= month_of(first_trade)]
    if len(own) < FEWEST_MONTHS:
        return "new", 1.0, own
    score, p = mann_kendall(own)
    return _word(score, p), p, own


def _row(
    customer: NamedCustomer, trend: Trend, revenue: Sequence[int], cost: int, uncosted: int, big: bool
) -> CustomerTrend:
    return CustomerTrend(
        customer, trend, sum(revenue[SEASON_MONTHS:]), cost, uncosted, sum(revenue[-SEASON_MONTHS:]),
        sum(revenue[:SEASON_MONTHS]), big,
    )  # fmt: skip


def _months(day: date, kept: bool, months: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    """What every customer bought in each of these months, in order of customers, each once as it comes."""
    found: Iterable[tuple[Any, ...]]
    if kept:
        found = execute(_MONTHS_KEPT + " ORDER BY m.customer_id, m.month", (months[0], months[-1]))
    else:
        period = (iso(first_day(months[0])), iso(last_day(months[-1])))
        found = execute(_MONTHS_THEN + " ORDER BY 1, 2", (*period, iso(day), iso(day)))
    return found


def _newcomers(day: date, kept: bool, since_month: str) -> dict[bytes, date]:
    """Customers that traded first in a month or later, with that day."""
    since = iso(first_day(since_month))
    found = rows(_FIRST_KEPT, (since,)) if kept else rows(_FIRST_THEN, (iso(day), iso(day), iso(day), since))
    return {bytes(id_): date.fromisoformat(first) for id_, first in found}


@dataclass(frozen=True)
class SeasonalMonth:
    """A month's revenue beside that of the same month a year ago, in minor units."""

    month: str
    revenue: int
    year_ago: int

    @property
    def change_bp(self) -> int | None:
        """The change in basis points; None without revenue a year ago."""
        return rate_bp(self.revenue - self.year_ago, max(0, self.year_ago))


@dataclass(frozen=True)
class TrendOfOne:
    """A customer's 24 months, what they say, and each of the last 12 full ones beside the year before.

    Attributes:
        season: the last 3 full months together; its month is the first of them.
    """

    curve: tuple[Margin, ...]
    trend: Trend
    months: tuple[SeasonalMonth, ...]
    season: SeasonalMonth


def trend_of_customer(customer: bytes, day: date) -> TrendOfOne:
    """A customer's trend as of a day."""
    until = last_full_month(day)
    curve = monthly(customer, day, 2 * TREND_MONTHS + 1)
    revenue = {row.key: row.revenue for row in curve}
    window = months_between(shifted(until, 1 - TREND_MONTHS), until)
    traded = rows(
        "SELECT MIN(o.date) FROM orders o WHERE o.customer_id = ? AND o.kind = 'sale' AND o.amount > 0"
        " AND o.date <= ? AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)",
        (customer, iso(day), iso(day), iso(day)),
    )[0][0]
    own = [month for month in window if traded is not None and month >= traded[:7]]
    months = tuple(
        SeasonalMonth(month, revenue.get(month, 0), revenue.get(shifted(month, -TREND_MONTHS), 0)) for month in window
    )
    last = months[-SEASON_MONTHS:]
    season = SeasonalMonth(last[0].month, sum(each.revenue for each in last), sum(each.year_ago for each in last))
    return TrendOfOne(
        tuple(curve[1 - 2 * TREND_MONTHS - 1 :]), trend_of([revenue.get(month, 0) for month in own]), months, season
    )
