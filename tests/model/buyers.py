"""Customers generated as the two models say people buy, so that a fit can be compared with what it should find."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from model.potential import DAYS_PER_WEEK, Earnings, History, Purchases


def generated_histories(
    purchases: Purchases, earnings: Earnings, customers: int, longest_weeks: int, seed: int
) -> Iterator[History]:
    """Customers that first bought at some time in so many weeks, watched to their end; a day holds one purchase."""
    dice = np.random.default_rng(seed)
    for _customer in range(customers):
        rate = dice.gamma(purchases.r, 1 / purchases.alpha) / DAYS_PER_WEEK
        leaves = dice.beta(purchases.a, purchases.b)
        # Nobody is watched for less than a third of the time, or the whole says little of leaving.
        days = int(dice.integers(longest_weeks * DAYS_PER_WEEK // 3, longest_weeks * DAYS_PER_WEEK))
        bought = _days_of(dice, rate, leaves, days)
        scale = dice.gamma(earnings.q, 1 / earnings.v)
        earned = sum(float(value) for value in dice.gamma(earnings.p, 1 / scale, len(bought)))
        yield History(len(bought), bought[-1] if bought else 0, days, len(bought), round(earned * 100))


def _days_of(dice: np.random.Generator, rate: float, leaves: float, days: int) -> list[int]:
    moment, bought = 0.0, list[int]()
    while (moment := moment + dice.exponential(1 / max(rate, 1e-12))) < days:
        if not bought or int(moment) > bought[-1]:
            bought.append(int(moment))
        if dice.random() < leaves:
            break
    return [day for day in bought if day > 0]
