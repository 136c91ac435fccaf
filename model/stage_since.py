"""Since when a customer has been in the stage it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from model.dates import first_day, last_day, month_of, shifted
from model.stages import StageLimits, stage_of


@dataclass(frozen=True)
class StageSince:
    """A stage, and the day on which it began; None for one that never traded."""

    stage: str
    since: date | None
    trading_months: int


def stage_since(trading_days: Sequence[date], day: date, limits: StageLimits) -> StageSince:
    """The stage of a customer on a day, and since when it has been in it.

    Args:
        trading_days: its trading days until the day, in their order.
        limits: the company's `stage_limits`, by which the whole way is judged.
    """
    months = _first_of_months(trading_days)
    if not months:
        return StageSince("prospect", None, 0)
    stage, since = "prospect", months[0]
    # Between these days no stage can change.
    turns = {*months, _new_no_more(months[0], limits), _long_ago_from(months[0], limits)}
    for turn in sorted(each for each in turns if each <= day):
        then = stage_of(months[0], sum(first <= turn for first in months), turn, limits)
        if then != stage:
            stage, since = then, turn
    return StageSince(stage, since, len(months))


def _first_of_months(trading_days: Sequence[date]) -> list[date]:
    """The first trading day of every trading month."""
    firsts: dict[str, date] = {}
    for each in trading_days:
        firsts.setdefault(month_of(each), each)
    return list(firsts.values())


def _new_no_more(first_trade: date, limits: StageLimits) -> date:
    """The first day on which the first trade is too long ago to be new."""
    return first_trade + timedelta(days=min(limits.new_days, (date.max - first_trade).days - 1) + 1)


def _long_ago_from(first_trade: date, limits: StageLimits) -> date:
    """The first day on which the first trade was long enough ago to be old."""
    month = shifted(month_of(first_trade), limits.old_months)
    if first_trade.day <= last_day(month).day:
        return first_day(month).replace(day=first_trade.day)
    return first_day(shifted(month, 1))
