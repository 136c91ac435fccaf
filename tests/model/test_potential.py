"""BG/NBD and Gamma-Gamma: published results, brute force, known parameters found again, and honest failures."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1

from model.giving_up import GivenUp
from model.potential import YEAR_WEEKS, Earnings, History, Purchases, hypergeometric
from model.potential_fit import (
    AT_A_BOUND,
    FEWEST_REPEAT_CUSTOMERS,
    STEPS,
    TOO_FEW,
    Fit,
    fit_potential,
)
from tests.model.buyers import generated_histories
from tests.model.cdnow import CALIBRATED_UNTIL, cdnow_days, history_until, needs_cdnow

PUBLISHED = Purchases(0.243, 4.414, 0.793, 2.426)
PUBLISHED_EARNINGS = Earnings(6.25, 3.74, 15.44)
CUSTOMERS = int(os.environ.get("HUOKE_TEST_BUYERS", "4000"))
WITHIN = 0.01


def cdnow_histories() -> list[History]:
    found = (history_until(days, CALIBRATED_UNTIL) for days in cdnow_days().values())
    return [history for history in found if history is not None]


@pytest.fixture(scope="module")
def cdnow_fit() -> Fit:
    return fit_potential(cdnow_histories())


@needs_cdnow
def test_cdnow_gives_the_published_estimates(cdnow_fit: Fit) -> None:
    purchases, earnings = cdnow_fit.purchases, cdnow_fit.earnings
    assert purchases is not None
    assert earnings is not None
    found = (purchases.r, purchases.alpha, purchases.a, purchases.b, cdnow_fit.log_likelihood)
    print(found, earnings)
    assert found == pytest.approx((0.243, 4.414, 0.793, 2.426, -9582.4), rel=WITHIN)
    assert (earnings.p, earnings.q, earnings.v) == pytest.approx((6.25, 3.74, 15.44), rel=WITHIN)
    assert cdnow_fit.repeat_customers == 946
    assert cdnow_fit.converged


@needs_cdnow
def test_the_papers_customer_is_expected_on_1_226_days(cdnow_fit: Fit) -> None:
    assert cdnow_fit.purchases is not None
    for purchases in (PUBLISHED, cdnow_fit.purchases):
        assert purchases.expected(2, 30.43, 38.86, 39) == pytest.approx(1.226, abs=0.0005)


def test_a_customer_that_bought_once_earns_what_all_do() -> None:
    # The paper: 6.25 × 15.44 ÷ (3.74 - 1) = 35.22.
    assert PUBLISHED_EARNINGS.expected(0, 0) == pytest.approx(35.22, abs=0.01)
    assert PUBLISHED_EARNINGS.expected(10_000, 20) == pytest.approx(20, rel=0.001)


def _integrated(purchases: Purchases, repeats: int, weeks: float, ahead: float) -> float:
    """The expectation while alive, summed over every chance of leaving: an integral without any special function."""
    shape, scale = purchases.r + repeats, purchases.alpha + weeks
    a, b = purchases.a, purchases.b + repeats
    all_ = float(betaln(a, b))

    def at(log_odds: float) -> float:
        log_leaves, log_stays = -np.logaddexp(0, -log_odds), -np.logaddexp(0, log_odds)
        leaves = math.exp(log_leaves)
        buys = -math.expm1(-shape * math.log1p(leaves * ahead / scale)) / leaves
        return buys * math.exp(a * log_leaves + b * log_stays - all_)

    return float(quad(at, -200, 200, limit=2000, epsabs=0, epsrel=1e-10, points=[-20, -5, 0, 5, 20])[0])


@pytest.mark.parametrize("purchases", [
    PUBLISHED, Purchases(1.35, 18.7, 0.49, 99.7), Purchases(0.5, 3, 1.0, 2.5), Purchases(0.8, 6, 1.0001, 3),
    Purchases(2, 10, 2.7, 8), Purchases(0.7, 5, 0.4, 0.6), Purchases(0.7, 5, 0.3, 0.5),
])  # fmt: skip
@pytest.mark.parametrize(("repeats", "weeks"), [(0, 0.0), (0, 40.0), (1, 3.0), (2, 38.86), (40, 150.0), (900, 260.0)])
def test_expectations_are_those_of_brute_force(purchases: Purchases, repeats: int, weeks: float) -> None:
    for ahead in (0.5, YEAR_WEEKS):
        found = purchases.expected_alive(repeats, weeks, ahead)
        assert found == pytest.approx(_integrated(purchases, repeats, weeks, ahead), rel=1e-6)


@given(
    st.floats(-3, 8), st.floats(-8, 8), st.floats(0.05, 600), st.floats(0, 0.97),
)  # fmt: skip
def test_the_series_is_scipys_function(a: float, b: float, c: float, z: float) -> None:
    assert hypergeometric(a, b, c, z) == pytest.approx(float(hyp2f1(a, b, c, z)), rel=1e-8, abs=1e-8)


def test_nobody_is_more_alive_for_having_been_away_longer() -> None:
    chances = [PUBLISHED.alive(5, 10, weeks) for weeks in (10, 12, 20, 60, 1000)]
    assert chances == sorted(chances, reverse=True)
    assert PUBLISHED.alive(0, 0, 500) == 1
    assert PUBLISHED.alive(5_000, 10, 1_000) == 0
    assert all(0 <= chance <= 1 for chance in chances)


@pytest.mark.parametrize(("purchases", "earnings", "seed"), [
    (Purchases(0.8, 6.0, 0.7, 4.0), Earnings(4.0, 3.5, 300.0), 1),
    (Purchases(2.0, 9.0, 0.9, 12.0), Earnings(1.5, 4.0, 2000.0), 2),
])  # fmt: skip
def test_known_parameters_are_found_again(purchases: Purchases, earnings: Earnings, seed: int) -> None:
    histories = list(generated_histories(purchases, earnings, CUSTOMERS, 156, seed))
    fit = fit_potential(histories)
    assert fit.purchases is not None
    assert fit.earnings is not None
    print(f"{CUSTOMERS} customers of {purchases}, {earnings}: found {fit.purchases}, {fit.earnings}")
    # A single parameter is loose where two do nearly the same; what they mean is not.
    found = fit.purchases
    assert found.r / found.alpha == pytest.approx(purchases.r / purchases.alpha, rel=0.1)
    assert found.a / (found.a + found.b) == pytest.approx(purchases.a / (purchases.a + purchases.b), rel=0.15)
    assert fit.earnings.of_all == pytest.approx(earnings.of_all, rel=0.1)
    assert sum(_expected(found, histories)) == pytest.approx(sum(_expected(purchases, histories)), rel=0.05)


def _expected(purchases: Purchases, histories: list[History]) -> Iterator[float]:
    for history in histories:
        yield purchases.expected(history.repeats, history.last_days / 7, history.days / 7, YEAR_WEEKS)


def test_too_few_who_came_back_give_no_model() -> None:
    once = [History(0, 0, 100)] * 1000
    again = [History(1, 30, 100, 1, 5000)] * (FEWEST_REPEAT_CUSTOMERS - 1)
    fit = fit_potential(once + again)
    assert (fit.customers, fit.repeat_customers, fit.why_not) == (1049, 49, TOO_FEW)
    assert not fit.converged
    assert fit_potential([]).why_not == TOO_FEW


def test_a_model_that_runs_to_a_bound_is_not_used() -> None:
    # All buy in the same rhythm and nobody leaves: rates do not vary, and no parameter is small enough to say so.
    fit = fit_potential([History(20, 140, 147, 20, 40_000)] * 500)
    assert fit.why_not == AT_A_BOUND
    assert fit.purchases is None
    assert fit.log_likelihood is None


def test_customers_who_earn_nothing_give_no_model_of_earnings() -> None:
    histories = [
        History(each.repeats, each.last_days, each.days, each.earning_days, -each.earned)
        for each in generated_histories(PUBLISHED, PUBLISHED_EARNINGS, 1500, 60, 5)
    ]
    fit = fit_potential(histories)
    assert fit.earnings is None
    assert fit.why_not == TOO_FEW
    assert not fit.converged


def test_a_fit_tells_how_far_it_is_and_stops_where_nobody_waits() -> None:
    histories = list(generated_histories(PUBLISHED, PUBLISHED_EARNINGS, 800, 60, 3))
    told: list[tuple[int, int]] = []
    fit_potential(histories, lambda done, of: told.append((done, of)))
    assert [done for done, _of in told] == list(range(1, STEPS + 1))
    with pytest.raises(GivenUp):
        fit_potential(histories, lambda done, _of: told.append((done, 0)), lambda: told[-1] == (2, 0))
    assert told[-1] == (2, 0)


def test_the_order_of_customers_moves_nothing_that_shows() -> None:
    histories = list(generated_histories(PUBLISHED, PUBLISHED_EARNINGS, 800, 60, 4))
    one, other = fit_potential(histories), fit_potential(histories[::-1])
    assert one.purchases is not None
    assert other.purchases is not None
    assert np.allclose(
        [one.purchases.r, one.purchases.alpha, one.purchases.a, one.purchases.b],
        [other.purchases.r, other.purchases.alpha, other.purchases.a, other.purchases.b], rtol=1e-4,
    )  # fmt: skip
