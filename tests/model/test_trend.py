"""Trends: the slope and the test by hand, who rises, and whether generated trends are found again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dates import first_day, months_between, shifted
from model.trend import SLOPE_PARTS, last_full_month, mann_kendall, theil_sen, trend_of, trend_of_customer, trends
from tests.model.company import Company, company

TODAY = date(2026, 6, 15)
WINDOW = months_between("2025-06", "2026-05")
months = st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=12)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.product("P", price="100", cost="50")
        yield made


def bought_monthly(desk: Company, customer: str, amounts: Sequence[int], last: str = "2026-05") -> None:
    """One order in each month up to the last, of whole amounts; none where the amount is 0."""
    desk.customer(customer, "S1", days=30, limit="1000000")
    for month, amount in zip(months_between(shifted(last, 1 - len(amounts)), last), amounts, strict=True):
        if amount:
            desk.sell(customer, first_day(month), str(amount), paid=str(amount))


def slope(values: Sequence[int]) -> Fraction:
    return Fraction(theil_sen(values), SLOPE_PARTS)


# --- by hand


def test_the_slope_is_the_median_of_the_slopes_between_any_two_months() -> None:
    # 1, 2 and 3/2 a month.
    assert slope([1, 2, 4]) == Fraction(3, 2)
    # One wild month moves it little: 1, 1, 97/3 and 96/2, 95, 1 have the middle (1 + 97/3) / 2.
    assert slope([1, 2, 3, 98]) == (Fraction(1) + Fraction(97, 3)) / 2


def test_the_test_counts_pairs_and_corrects_for_equal_months() -> None:
    score, p = mann_kendall([1, 2, 3, 4])
    # Six pairs rise; the variance is 4·3·13 / 18, and z = 5 / √8.667.
    assert (score, round(p, 4)) == (6, 0.0894)
    assert p == math.erfc(5 / math.sqrt(156 / 18) / math.sqrt(2))
    # Of [1, 1, 2] two pairs rise; the pair of equals takes 2·1·9 from 3·2·11.
    assert mann_kendall([1, 1, 2]) == (2, math.erfc(1 / math.sqrt(48 / 18) / math.sqrt(2)))
    assert mann_kendall([5, 5, 5, 5]) == (0, 1.0)


def test_twelve_months_that_rise_rise() -> None:
    found = trend_of([100 * month for month in range(12)])
    assert (found.word, found.slope, found.months) == ("rising", 100, 12)
    assert trend_of([100 * month for month in range(12, 0, -1)]).word == "falling"
    assert trend_of([300, 100, 200, 300, 100, 200, 300, 100, 200, 300, 100, 200]).word == "steady"
    assert trend_of([100, 200, 300, 400, 500]).word == "new"


def test_a_month_is_full_on_the_first_day_of_the_next() -> None:
    assert last_full_month(date(2026, 5, 31)) == "2026-04"
    assert last_full_month(date(2026, 6, 1)) == "2026-05"
    assert last_full_month(date(2026, 1, 1)) == "2025-12"


# --- properties


@given(months)
def test_reversed_months_fall_as_they_rose(values: list[int]) -> None:
    score, p = mann_kendall(values)
    assert mann_kendall(values[::-1]) == (-score, p)
    assert slope(values[::-1]) == -slope(values)


@given(months, st.integers(1, 50), st.integers(-1_000, 1_000), st.integers(-500, 500))
def test_the_slope_follows_scale_shift_and_drift(values: list[int], scale: int, shift: int, drift: int) -> None:
    moved = [scale * value + shift + drift * place for place, value in enumerate(values)]
    assert slope(moved) == scale * slope(values) + drift


@given(months)
def test_slope_and_test_are_what_their_definitions_say(values: list[int]) -> None:
    pairs = list(combinations(range(len(values)), 2))
    assert slope(values) == median(Fraction(values[j] - values[i], j - i) for i, j in pairs)
    count, score = len(values), sum((values[j] > values[i]) - (values[j] < values[i]) for i, j in pairs)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
    variance = (count * (count - 1) * (2 * count + 5) - ties) / 18
    found, p = mann_kendall(values)
    assert found == score
    if score and variance:
        assert p == pytest.approx(math.erfc((abs(score) - 1) / math.sqrt(2 * variance)))


# --- customers


def test_who_will_be_big_rises_and_is_not_big_yet(desk: Company) -> None:
    bought_monthly(desk, "BIG", [9_000 + 100 * month for month in range(12)])
    bought_monthly(desk, "FAST", [100 + 50 * month for month in range(12)])
    bought_monthly(desk, "SLOW", [100 + 10 * month for month in range(12)])
    bought_monthly(desk, "FALLS", [900 - 50 * month for month in range(12)])
    bought_monthly(desk, "FLAT", [300, 310] * 6)
    found = trends(TODAY, "potential")
    assert [row.customer.code for row in found] == ["FAST", "SLOW"]
    fast = found[0]
    # 100 + 150 + … + 650, one piece each that cost 50.
    assert (fast.trend.slope, fast.revenue, fast.margin, fast.customer.owner) == (5_000, 450_000, 390_000, "S1")
    assert fast.margin_rate_bp == 8_667
    assert fast.growth == Fraction(5_000 * 39, 45)
    assert [row.customer.code for row in trends(TODAY, "rising")] == ["BIG", "FAST", "SLOW"]
    assert [row.customer.code for row in trends(TODAY, "falling")] == ["FALLS"]
    assert [row.customer.code for row in trends(TODAY)] == ["BIG", "FALLS", "FAST", "FLAT", "SLOW"]


def test_the_same_months_a_year_ago_stand_beside(desk: Company) -> None:
    # March to May 2025: 100, 200, 300; the same a year later 150, 250, 350.
    bought_monthly(desk, "C", [100, 200, 300, 0, 0, 0, 0, 0, 0, 0, 0, 0, 150, 250, 350])
    [row] = trends(TODAY)
    assert (row.season, row.season_year_ago, row.season_bp) == (75_000, 60_000, 2_500)
    one = trend_of_customer(desk.ids["C"], TODAY)
    assert (one.season.revenue, one.season.year_ago, one.season.change_bp) == (75_000, 60_000, 2_500)
    assert [each.change_bp for each in one.months[-3:]] == [5_000, 2_500, 1_667]
    assert one.months[0].change_bp is None
    assert len(one.curve) == 24
    assert one.trend == row.trend


def test_months_before_the_first_trade_are_no_months_of_a_customer(desk: Company) -> None:
    bought_monthly(desk, "LEVEL", [500, 510, 490, 505, 495, 500, 500])
    bought_monthly(desk, "GROWS", [100, 200, 300, 400, 500, 600, 700, 800])
    bought_monthly(desk, "FRESH", [100, 200, 300, 400, 500])
    bought_monthly(desk, "LONG", [0] * 5 + [100, 200, 300, 400, 500, 600, 700, 800])
    found = {row.customer.code: row.trend for row in trends(TODAY)}
    assert {code: (trend.word, trend.months) for code, trend in found.items()} == {
        "LEVEL": ("steady", 7), "GROWS": ("rising", 8), "FRESH": ("new", 5), "LONG": ("rising", 8),
    }  # fmt: skip
    assert found["GROWS"].slope == 10_000
    assert trend_of_customer(desk.ids["GROWS"], TODAY).trend == found["GROWS"]


def test_a_customer_of_old_that_came_back_has_its_empty_months(desk: Company) -> None:
    bought_monthly(desk, "BACK", [300, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 200, 300, 400])
    [row] = trends(TODAY)
    assert (row.trend.months, row.trend.word) == (12, "rising")


def test_a_past_day_knows_only_what_was_dated_until_then(desk: Company) -> None:
    bought_monthly(desk, "C", [100 + 10 * month for month in range(14)])
    back = desk.sell("C", date(2026, 3, 20), "5000", paid="5000")
    before = trends(date(2026, 4, 10))
    desk.cancel(back, date(2026, 5, 20))
    assert trends(date(2026, 4, 10)) == before
    assert before[0].revenue == sum(10_000 + 1_000 * month for month in range(12)) + 500_000
    assert trends(TODAY)[0].revenue == sum(10_000 + 1_000 * month for month in range(2, 14))


# --- generated customers


def _generated(rng: Random, drift: float) -> list[int]:
    return [max(0, round(10_000 * (1 + drift * month) * rng.uniform(0.7, 1.3))) for month in range(12)]


def test_generated_trends_are_found_again(capsys: pytest.CaptureFixture[str]) -> None:
    rng = Random(20261123)
    wanted = {"rising": 0.08, "falling": -0.055, "steady": 0.0}
    found = {
        word: Counter(trend_of(_generated(rng, drift)).word for _ in range(1_000)) for word, drift in wanted.items()
    }
    told = []
    for word in ("rising", "falling"):
        recall = found[word][word] / 1_000
        precision = found[word][word] / sum(each[word] for each in found.values())
        told.append(f"{word}: precision {precision:.3f}, recall {recall:.3f}")
        assert recall > 0.9
        assert precision > 0.9
    with capsys.disabled():
        print(f"\ntrends of 3,000 generated customers, 8 % up, 5.5 % down, level, ±30 % noise: {'; '.join(told)}")
