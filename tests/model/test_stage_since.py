"""Since when a customer is in its stage: the same as asking every day since its first trade."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from model.dates import month_of
from model.stage_since import StageSince, stage_since
from model.stages import DEFAULT_STAGE_LIMITS, stage_of

START = date(2024, 1, 1)


def asked_every_day(days: Sequence[date], day: date) -> StageSince:
    """The slow way: the stage of each day, and the day from which on it stayed the same."""
    stage, since = "prospect", None
    for place in range((day - days[0]).days + 1):
        on = days[0] + timedelta(days=place)
        months = len({month_of(each) for each in days if each <= on})
        then = stage_of(days[0], months, on, DEFAULT_STAGE_LIMITS)
        if then != stage:
            stage, since = then, on
    return StageSince(stage, since, len({month_of(each) for each in days}))


def test_a_customer_that_never_traded_is_a_prospect_since_nobody_knows() -> None:
    assert stage_since([], START, DEFAULT_STAGE_LIMITS) == StageSince("prospect", None, 0)


def test_the_third_trading_month_makes_familiar_once_new_is_over() -> None:
    days = [date(2025, 8, 2), date(2025, 9, 1), date(2025, 10, 3)]
    assert stage_since(days, date(2026, 1, 1), DEFAULT_STAGE_LIMITS) == StageSince("familiar", date(2025, 11, 1), 3)


@given(
    offsets=st.lists(st.integers(0, 700), min_size=1, max_size=14, unique=True), after=st.integers(0, 500)
)  # fmt: skip
def test_it_is_as_if_one_had_asked_every_day(offsets: list[int], after: int) -> None:
    days = [START + timedelta(days=offset) for offset in sorted(offsets)]
    day = days[-1] + timedelta(days=after)
    assert stage_since(days, day, DEFAULT_STAGE_LIMITS) == asked_every_day(days, day)
