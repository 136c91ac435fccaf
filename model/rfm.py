"""Recency, frequency and money: how lately, how often and for how much customers bought, each in five steps.

Over customers that traded in the twelve months up to a day. The steps are cut at the 20, 40, 60 and 80 percentiles,
interpolated linearly between neighbours; they are compared as whole numbers, so that no rounding moves anybody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STEPS = 5


@dataclass(frozen=True)
class Bought:
    """What a customer did in the twelve months: days since its last trade, trading days, net revenue in minor units."""

    recency_days: int
    trading_days: int
    revenue: int


@dataclass(frozen=True)
class Rfm:
    """The three scores, 1 to 5; 5 is the latest, the most often, the most."""

    r: int
    f: int
    m: int


def cut_points(values: Iterable[int]) -> list[int]:
    """Five times each of the 20, 40, 60 and 80 linear percentiles, which makes them whole numbers.

    The k-th lies at the place (n - 1) × k ÷ 5 of the sorted values. Without values there are none.
    """
    ranked = sorted(values)
    found = []
    for k in range(1, STEPS) if ranked else ():
        place, rest = divmod((len(ranked) - 1) * k, STEPS)
        step = ranked[place + 1] - ranked[place] if rest else 0
        found.append(STEPS * ranked[place] + rest * step)
    return found


def below(cuts: list[int], value: int) -> int:
    """How many of `cut_points` lie strictly below a value."""
    return bisect_left(cuts, STEPS * value)


def scores(bought: Mapping[bytes, Bought]) -> dict[bytes, Rfm]:
    """The scores of customers among each other."""
    recency = cut_points(each.recency_days for each in bought.values())
    frequency = cut_points(each.trading_days for each in bought.values())
    money = cut_points(each.revenue for each in bought.values())
    return {
        id_: Rfm(
            STEPS - below(recency, each.recency_days),
            1 + below(frequency, each.trading_days),
            1 + below(money, each.revenue),
        )
        for id_, each in bought.items()
    }
