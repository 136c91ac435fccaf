"""What a closed month keeps from changing."""

from __future__ import annotations

from datetime import date

from model.closing import is_closed
from model.dates import month_of
from model.errors import N_, Refused


def refuse_closed_month(day: date) -> None:
    """A closed month's board is never recomputed, so nobody's customers change in it any more."""
    month = month_of(day)
    if is_closed(month):
        raise Refused(N_("{month} is closed: an assignment cannot take effect in it."), month=month)
