"""The three years of the sample company: its days, and how busy each of them is."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date, timedelta

YEARS_OF_HISTORY = 3
DAYS_PER_WEEK = 7

# How busy a month is beside the mean month: quiet before and after the Spring Festival, busy when
# schools open in September and when budgets are spent in December.
TRADE_OF_MONTH = (0.92, 0.70, 1.05, 0.98, 0.92, 1.06, 0.92, 1.04, 1.28, 0.95, 1.12, 1.34)
SCHOOL_OF_MONTH = (0.45, 0.50, 1.25, 0.85, 0.80, 1.00, 1.10, 1.90, 1.80, 0.70, 0.90, 1.05)
DAY_OF_WEEK = (1.15, 1.10, 1.10, 1.05, 1.15, 0.75, 0.35)

SPRING_FESTIVAL = {
    2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17),
    2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31),
}  # fmt: skip
USUAL_SPRING_FESTIVAL = (2, 5)
FESTIVAL_DAYS_BEFORE = 4
FESTIVAL_DAYS_AFTER = 8
FESTIVAL_TRADE = 0.12
NATIONAL_HOLIDAY_TRADE = 0.25


def _trade_on(day: date, of_month: tuple[float, ...]) -> float:
    busy = of_month[day.month - 1] * DAY_OF_WEEK[day.weekday()]
    festival = date(day.year, *SPRING_FESTIVAL.get(day.year, USUAL_SPRING_FESTIVAL))
    if -FESTIVAL_DAYS_BEFORE <= (day - festival).days <= FESTIVAL_DAYS_AFTER:
        return busy * FESTIVAL_TRADE
    if day.month == 10 and day.day <= 7:
        return busy * NATIONAL_HOLIDAY_TRADE
    return busy


@dataclass(frozen=True, slots=True)
class Season:
    """Busy time: a clock that runs fast on busy days and nearly stands in the Spring Festival.

    Customers buy at intervals of this clock, so that the seasons show in the months without any customer
    having to know them.
    """

    elapsed: list[float]

    @property
    def end(self) -> float:
        """The busy time at the end of today."""
        return self.elapsed[-1]

    def at(self, day: int) -> float:
        """The busy time at the start of a day; the days before the history count as its first."""
        return self.elapsed[day - 1] if day > 0 else 0.0

    def day(self, moment: float) -> int:
        """The day on which a busy time falls."""
        return bisect_left(self.elapsed, moment)


@dataclass(slots=True)
class Period:
    """The days of the history, counted from its first Monday (day 0) to today (`last`)."""

    today: date
    first: date = field(init=False)
    last: int = field(init=False)
    month_end: list[int] = field(init=False)
    trade: Season = field(init=False)
    school: Season = field(init=False)
    _iso: dict[int, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        start = date(self.today.year - YEARS_OF_HISTORY, self.today.month, 1)
        self.first = start + timedelta(days=-start.weekday() % DAYS_PER_WEEK)
        self.last = (self.today - self.first).days
        days = [self.first + timedelta(days=offset) for offset in range(self.last + 1)]
        self.month_end = [offset + _days_to_month_end(day) for offset, day in enumerate(days)]
        self.trade = _season(days, TRADE_OF_MONTH)
        self.school = _season(days, SCHOOL_OF_MONTH)

    @property
    def weeks(self) -> int:
        """How many weekly price lists the history has."""
        return self.last // DAYS_PER_WEEK + 1

    def iso(self, day: int) -> str:
        """The ISO date of a day."""
        text = self._iso.get(day)
        if text is None:
            text = self._iso[day] = (self.first + timedelta(days=day)).isoformat()
        return text


def _days_to_month_end(day: date) -> int:
    next_month = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (next_month - day).days - 1


def _season(days: list[date], of_month: tuple[float, ...]) -> Season:
    elapsed: list[float] = []
    moment = 0.0
    for day in days:
        moment += _trade_on(day, of_month)
        elapsed.append(moment)
    return Season(elapsed)
