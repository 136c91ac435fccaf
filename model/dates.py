"""Business dates and months.

A month is the text `YYYY-MM`: it sorts, it prints, and it is the first seven characters of a date.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from model.errors import N_, InputError

# "Always": the first day of a history whose beginning nobody recorded.
BEGINNING = date(1, 1, 1)
EARLIEST_BUSINESS_DATE = date(1900, 1, 1)

_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def parse_date(text: str) -> date:
    """A date written YYYY-MM-DD.

    Raises:
        InputError: not such a date, or before 1900.
    """
    found = _DATE.fullmatch(text.strip())
    shown = text if len(text) <= 40 else text[:39] + "…"
    if found is not None:
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            raise InputError(N_("There is no day {value}: write a date like 2026-03-31."), value=shown) from None
        if day >= EARLIEST_BUSINESS_DATE:
            return day
    raise InputError(N_("“{value}” is not a date: write it like 2026-03-31."), value=shown)


def parse_month(text: str) -> str:
    """A month written YYYY-MM, checked."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < EARLIEST_BUSINESS_DATE.year:
        shown = text if len(text) <= 40 else text[:39] + "…"
        raise InputError(N_("“{value}” is not a month: write it like 2026-03."), value=shown)
    # Wide digits are digits too, but a month is compared as text.
    return f"{int(found[1]):04d}-{int(found[2]):02d}"


def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def first_day(month: str) -> date:
    return date(int(month[:4]), int(month[5:7]), 1)


def last_day(month: str) -> date:
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, calendar.monthrange(year, number)[1])


def shifted(month: str, by: int) -> str:
    """The month so many months later, or earlier where `by` is negative."""
    index = int(month[:4]) * 12 + int(month[5:7]) - 1 + by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def months_between(first: str, last: str) -> list[str]:
    """Every month from first to last, both included."""
    count = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7]) + 1
    return [shifted(first, by) for by in range(count)]


def days_after(day: date, days: int) -> date:
    """The day so many days later; the calendar's last day where that would lie beyond it."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max


def due_date(order_date: date, credit_days: int, credit_from: str) -> date:
    """The day payment is due: days counted from the order date, or from its month's end for 月结."""
    start = last_day(month_of(order_date)) if credit_from == "month_end" else order_date
    return days_after(start, credit_days)
