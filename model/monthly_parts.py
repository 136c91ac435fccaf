"""A period month by month, for what is read line by line: the lines of years at once would not fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from model.dates import first_day, last_day, month_of, months_between, shifted
from model.store import one

Row = tuple[Any, ...]


def monthly_parts(first: date, last: date) -> list[tuple[date, date]]:
    """A period cut where a month begins, as first and last days; before the first order and after the last it is not.

    Args:
        first, last: both included; where the first lies behind the last, it is one part in which there is nothing.
    """
    traded = one("SELECT MIN(date), MAX(date) FROM orders")
    if traded is None or traded[0] is None:
        return [(first, last)]
    known_from, known_until = (date.fromisoformat(day) for day in traded)
    months = months_between(month_of(max(first, known_from)), month_of(min(last, known_until)))
    begins = [first, *(first_day(month) for month in months[1:])]
    ends = [*(last_day(shifted(month, -1)) for month in months[1:]), last]
    return list(zip(begins, ends, strict=True))


def summed(parts: Iterable[tuple[date, date]], read: Callable[[date, date], Iterable[Row]], keys: int) -> list[Row]:
    """The rows of all parts, those with the same key as one.

    Args:
        read: the rows of a part.
        keys: so many columns of a row are its key; of the others each is a sum that parts add up to.
    """
    found: dict[Row, list[int]] = {}
    for first, last in parts:
        for row in read(first, last):
            sums = found.setdefault(row[:keys], [0] * (len(row) - keys))
            for place, value in enumerate(row[keys:]):
                sums[place] += value
    return [(*key, *sums) for key, sums in found.items()]
