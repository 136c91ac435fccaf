"""Which months are closed: every month up to the last one that somebody closed.

The board of a closed month is kept as it was (model.settings.MonthClose) and never recomputed; what arrives for it
later stands apart (model.booking).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.dates import first_day, month_of, months_between, shifted
from model.remembering import remembered
from model.store import one, rows

# A company may begin with many years of documents; the boards of those before these stay computed.
MOST_MONTHS_FROZEN = 120


@dataclass(frozen=True)
class FrozenLine:
    """One line of a board as it was when its month was closed."""

    person: bytes
    responsible: int
    active: int


def closed_through() -> str:
    """The last closed month; empty where none was closed yet."""
    return remembered(("close", "through"), _closed_through)


def _closed_through() -> str:
    found = one("SELECT MAX(month) FROM month_close")
    return "" if found is None or found[0] is None else str(found[0])


def is_closed(month: str) -> bool:
    """Whether a month's board is not recomputed any more."""
    return month <= closed_through()


def frozen_lines(month: str) -> list[FrozenLine]:
    """The board of a closed month; empty where it was never kept."""
    return [
        FrozenLine(bytes(person), responsible, active)
        for person, responsible, active in rows(
            "SELECT person_id, responsible, active FROM month_close WHERE month = ?", (month,)
        )
    ]


def booking_day(business_date: date) -> date:
    """The day on which something counts that is recorded now: the business date, unless that month is closed too."""
    closed = closed_through()
    return business_date if month_of(business_date) > closed else first_day(shifted(closed, 1))


def traded_before(month: str) -> str | None:
    """The first open month before this one in which the company traded; None where there is none."""
    found = one(
        "SELECT MIN(month) FROM customer_month WHERE month > ? AND month < ? AND orders > 0", (closed_through(), month)
    )
    return None if found is None or found[0] is None else str(found[0])


def months_to_freeze(month: str) -> list[str]:
    """The months whose boards are kept when this one is closed: it, and those before it that are open.

    The first close of a company keeps every board since its first trade; nobody had traded before.
    """
    closed = closed_through()
    first = shifted(closed, 1) if closed else traded_before(month) or month
    return months_between(max(first, shifted(month, 1 - MOST_MONTHS_FROZEN)), month)
