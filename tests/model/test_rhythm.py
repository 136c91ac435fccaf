"""Rhythm, movement and whom to call. All numbers by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.call_board import WHY_DUE, WHY_FEW, WHY_QUIET, call_board, rhythm_text
from model.changes.customers import EditCustomer, FieldEdit
from model.movement import Movement, moved_customers, movement
from model.rhythm import rhythm_of, rhythm_report, rhythms
from model.stages import stage_counts, stages_report
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.salesperson("S2")
        made.product("P", price="100", cost="60")
        yield made


def bought(desk: Company, customer: str, *days_ago: int, amount: str = "100") -> None:
    for ago in sorted(days_ago, reverse=True):
        desk.sell(customer, TODAY - ago * DAY, amount, paid=amount)


@given(st.sets(st.integers(0, 2_000), min_size=3, max_size=40))
def test_the_rhythm_is_the_median_of_the_days_between(offsets: set[int]) -> None:
    days = [date(2020, 1, 1) + offset * DAY for offset in sorted(offsets)]
    found = rhythm_of(days)
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    assert found.half_days == 2 * median(gaps)
    assert found.last == days[-1]


def test_quiet_is_measured_by_the_customers_own_rhythm() -> None:
    found = rhythm_of([date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 22), date(2026, 2, 1)])
    # 10, 11 and 10 days.
    assert (found.half_days, found.expected_next) == (20, date(2026, 2, 11))
    states = {days: found.state_on(date(2026, 2, 1) + days * DAY) for days in (0, 14, 15, 29, 30)}
    assert states == {0: "steady", 14: "steady", 15: "cooling", 29: "cooling", 30: "dormant"}
    assert found.quiet_hundredths(date(2026, 2, 1) + 18 * DAY) == 180


def test_half_days_are_kept_and_rounded_up_only_for_a_date() -> None:
    found = rhythm_of([date(2026, 1, 1), date(2026, 1, 4), date(2026, 1, 9)])
    assert (found.half_days, rhythm_text(8), rhythm_text(7)) == (8, "4", "3.5")
    assert rhythm_of([date(2026, 1, 1), date(2026, 1, 4), date(2026, 1, 8)]).expected_next == date(2026, 1, 12)


def test_without_a_rhythm_half_a_year_of_silence_is_dormant() -> None:
    found = rhythm_of([date(2026, 1, 1), date(2026, 1, 4)])
    assert (found.half_days, found.expected_next, found.quiet_hundredths(TODAY)) == (None, None, None)
    assert found.state_on(date(2026, 1, 4) + 179 * DAY) == "steady"
    assert found.state_on(date(2026, 1, 4) + 180 * DAY) == "dormant"


def test_only_live_sales_of_the_day_asked_about_make_trading_days(desk: Company) -> None:
    desk.customer("C1", "S1", days=30, limit="10000")
    bought(desk, "C1", 40, 30, 20)
    twice = desk.sell("C1", TODAY - 20 * DAY, "50")
    back = desk.sell("C1", TODAY - 10 * DAY, "50")
    desk.take_back(twice, TODAY - 5 * DAY, "1")
    desk.cancel(back, TODAY - DAY)
    [row] = rhythm_report(TODAY)
    assert (row.code, row.owner, row.rhythm.trading_days, row.rhythm.half_days) == ("C1", "S1", 3, 20)
    assert rhythms(TODAY - 2 * DAY)[row.id].trading_days == 4
    assert rhythms(TODAY - 35 * DAY)[row.id].trading_days == 1


def test_the_board_names_who_is_due_by_what_a_call_may_bring(desk: Company) -> None:
    for code in ("DUE", "LATE", "GONE", "EARLY", "FEW", "BAD", "POOR"):
        desk.customer(code, "S1", days=30, limit="10000" if code != "POOR" else "0")
    bought(desk, "DUE", 30, 20, 10)
    bought(desk, "LATE", 50, 40, 30, 20)
    bought(desk, "GONE", 320, 310, 300)
    bought(desk, "EARLY", 25, 15, 5)
    bought(desk, "FEW", 60)
    bought(desk, "BAD", 30, 20, 10)
    bought(desk, "POOR", 50, 40, 30, 20)
    desk.blacklist("BAD", TODAY)
    found = {call.code: call for call in call_board(TODAY)}
    assert [call.code for call in call_board(TODAY)] == ["LATE", "DUE", "POOR", "FEW", "GONE"]
    # Margin 40 a piece: 4 pieces ÷ 12 × 2; 3 ÷ 12 × 1; a quarter of the first; 1 ÷ 12; 3 ÷ 12 × 9 ÷ 30.
    assert [found[code].worth for code in ("LATE", "DUE", "POOR", "FEW", "GONE")] == [2_666, 1_000, 666, 333, 300]
    assert (found["DUE"].why, found["LATE"].why, found["FEW"].why) == (WHY_DUE, WHY_QUIET, WHY_FEW)
    assert found["LATE"].params == {"rhythm": "10", "days": 20}
    # Who may not see cost is told an order by revenue.
    assert call_board(TODAY, sees_cost=False)[0].margin == 40_000
    assert call_board(TODAY, desk.ids["S2"]) == []
    assert len(call_board(TODAY, desk.ids["S1"])) == 5


def test_a_months_movement_adds_up(desk: Company) -> None:
    for code in ("NEW", "WOKEN", "STAYS", "SLEEPS"):
        desk.customer(code, "S1", days=30, limit="10000")
    bought(desk, "NEW", 10)
    bought(desk, "WOKEN", 330, 320, 310, 9)
    bought(desk, "STAYS", 80, 60, 40, 20)
    # Alive on 31 May, 20 days after its last trade; dormant on 30 June, 50 days after it.
    bought(desk, "SLEEPS", 80, 65, 50)
    moved = dict(movement("2026-06", TODAY))
    assert moved["S1"] == Movement(start=2, won_new=1, to_familiar=0, to_old=0, gone_dormant=1, woken=1, end=3)
    assert moved["S2"] == Movement()
    assert moved["*"] == moved["S1"]
    assert moved["S1"].start + moved["S1"].won_new + moved["S1"].woken - moved["S1"].gone_dormant == moved["S1"].end
    behind = moved_customers("2026-06", "S1", TODAY)
    assert [(row.code, row.moves) for row in behind] == [
        ("NEW", ("won_new",)), ("WOKEN", ("woken",)), ("SLEEPS", ("gone_dormant",)),
    ]  # fmt: skip
    assert behind[0].last_trade == TODAY - 10 * DAY
    assert moved_customers("2026-06", "S2", TODAY) == []


def test_a_month_starts_with_those_who_are_ones_own_at_its_end(desk: Company) -> None:
    for code in ("STAYS", "GOES", "CLOSES"):
        desk.customer(code, "S1", days=30, limit="10000")
        bought(desk, code, 60, 50, 40)
    desk.assign("GOES", "S2", date(2026, 6, 10))
    desk.do(EditCustomer(customer=desk.ids["CLOSES"], version=1, edits={"closed_on": FieldEdit("", "2026-06-10")}))
    assert dict(movement("2026-05", TODAY))["S1"].end == 3
    assert dict(movement("2026-06", TODAY))["S1"].start == 1
    assert dict(movement("2026-06", TODAY))["S2"].start == 1


def test_stages_tell_of_prospects_too(desk: Company) -> None:
    desk.customer("NONE", "S1")
    desk.customer("OLD", None, days=30, limit="10000")
    bought(desk, "OLD", 500, 400, 300, 200, 100, 50, 20)
    found = {row.code: row for row in stages_report(TODAY)}
    assert (found["NONE"].stage, found["NONE"].first_trade, found["NONE"].owner) == ("prospect", None, "S1")
    assert (found["OLD"].stage, found["OLD"].trading_months, found["OLD"].owner) == ("old", 7, "")


@pytest.mark.parametrize("days_ago", [0, 60, 350, 600])
def test_the_stages_are_counted_as_they_are_reported(desk: Company, days_ago: int) -> None:
    """From the running totals, and as of an earlier day from the documents."""
    desk.customer("NONE", "S1")
    for code, days in (("NEW", (10,)), ("ONCE", (500,)), ("OLD", (500, 400, 300, 200, 100, 50)), ("SOME", (300, 200))):
        desk.customer(code, "S1", days=30, limit="10000")
        bought(desk, code, *days)
    on = TODAY - timedelta(days=days_ago)
    assert stage_counts(on) == Counter(row.stage for row in stages_report(on))
