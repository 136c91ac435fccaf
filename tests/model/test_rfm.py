"""RFM and the four quarters, by hand."""

from __future__ import annotations

import statistics
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from model.money import parse_amount
from model.potential_model import PotentialModel
from model.quarters import is_key_account, quarters
from model.rfm import STEPS, Bought, Rfm, below, cut_points, scores
from model.value import CustomerValue, valued
from tests.model.company import company

TODAY = date(2026, 3, 31)


def test_percentiles_lie_between_neighbours() -> None:
    # Ten values: the 20th percentile lies at the place 9 × 0.2 = 1.8, four fifths from 2 to 3.
    assert [cut / STEPS for cut in cut_points(range(1, 11))] == [2.8, 4.6, 6.4, 8.2]
    assert [cut / STEPS for cut in cut_points([10, 0])] == [2, 4, 6, 8]
    assert cut_points([7]) == [35, 35, 35, 35]
    assert cut_points([]) == []


def test_only_cut_points_strictly_below_count() -> None:
    cuts = cut_points([1, 2, 3, 4, 5, 6])
    assert [cut / STEPS for cut in cuts] == [2, 3, 4, 5]
    assert [below(cuts, value) for value in (1, 2, 3, 4, 5, 6)] == [0, 0, 1, 2, 3, 4]


@given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=40))
def test_percentiles_are_those_of_the_standard_library(values: list[int]) -> None:
    expected = statistics.quantiles(values, n=STEPS, method="inclusive")
    for cut, wanted in zip(cut_points(values), expected, strict=True):
        assert abs(cut / STEPS - wanted) <= 1e-6 * max(1.0, abs(wanted))


def test_the_latest_the_most_often_and_the_most_have_five() -> None:
    bought = {bytes([place]): Bought(10 * place, 12 - 2 * place, 1000 - place) for place in range(1, 6)}
    # Five equally far apart: the cut points lie at 1.8, 2.6, 3.4 and 4.2 of the places.
    assert scores(bought) == {
        b"\1": Rfm(5, 5, 5), b"\2": Rfm(4, 4, 4), b"\3": Rfm(3, 3, 3), b"\4": Rfm(2, 2, 2), b"\5": Rfm(1, 1, 1),
    }  # fmt: skip


def test_who_are_alike_have_the_same_score() -> None:
    bought = {bytes([place]): Bought(7, 3, 500) for place in range(6)}
    assert set(scores(bought).values()) == {Rfm(5, 1, 1)}


def test_the_top_fifth_is_rounded_up_and_ties_go_by_code() -> None:
    codes = {bytes([place]): f"C{place}" for place in range(7)}
    value = dict.fromkeys(codes, 100) | {b"\6": -5}
    potential = dict.fromkeys(codes, 0) | {b"\3": 9}
    found = quarters(value, potential, codes)
    # Six are above zero: a fifth of them is two.
    assert [codes[id_] for id_, quarter in found.items() if quarter == "high-low"] == ["C0", "C1"]
    assert found[b"\3"] == "low-high"
    assert {codes[id_] for id_, quarter in found.items() if is_key_account(quarter)} == {"C0", "C1", "C3"}


def _valued(day: date) -> dict[str, CustomerValue]:
    model = PotentialModel(as_of=day, customers=0, repeat_customers=0, fewest=50, not_fitted="too few")
    return {row.code: row for row in valued(day, model).rows}


def test_value_is_the_margin_of_twelve_months_with_returns_net(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as desk:
        desk.product("P", cost="60")
        desk.product("N", cost=None)
        for code in ("A", "B", "C"):
            desk.customer(code, days=365, limit="100000")
        desk.sell("A", date(2025, 3, 31), "1000", paid="1000")  # the day twelve months ago is out
        desk.sell("A", date(2025, 4, 1), "100")
        desk.sell("A", date(2026, 3, 1), "200")
        desk.sell("A", date(2026, 3, 1), [("N", "1", "50")])
        back = desk.sell("A", date(2026, 3, 2), [("P", "2", "100")])
        desk.take_back(back, date(2026, 3, 10), "1")
        desk.sell("B", date(2024, 1, 1), "100")
        found = _valued(TODAY)
        assert sorted(found) == ["A", "B"]  # C never traded
        one, two = found["A"], found["B"]
        assert (one.recency_days, one.trading_days, one.revenue) == (29, 3, parse_amount("450"))
        assert one.margin == parse_amount("220")  # 40 + 140 + 2 × 40 - 40
        assert one.rfm == Rfm(5, 1, 1)
        assert (two.trading_days, two.revenue, two.margin, two.rfm) == (0, 0, 0, None)
        assert (one.potential.margin, one.potential.orders, one.potential.source) == (one.margin, 3, "history")
        assert one.quarter == "high-high"
        assert one.is_key_account
        assert not two.is_key_account


def test_value_as_of_an_earlier_day(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as desk:
        desk.product("P", cost="60")
        desk.customer("A", days=365, limit="100000")
        desk.sell("A", date(2026, 1, 5), "100")
        order = desk.sell("A", date(2026, 2, 5), "100")
        desk.take_back(order, date(2026, 3, 5), "1")
        assert _valued(date(2026, 1, 4)) == {}
        assert _valued(date(2026, 2, 28))["A"].margin == parse_amount("80")
        assert _valued(TODAY)["A"].margin == parse_amount("40")
