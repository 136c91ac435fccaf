"""The board of the best few is the head of the whole board; the limits of stages and quiet are the company's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from model import call_board as board
from model.call_board import call_board
from model.customer_list import CustomerFilter, CustomerList
from model.errors import InputError
from model.movement import movement
from model.named_customers import named_customers
from model.rhythm import quiet_limits, rhythm_of, rhythms
from model.stages import stages_report
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


def test_the_best_few_are_the_head_of_the_whole_board(desk: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "CUSTOMERS_PER_STEP", 3)
    rng = Random(5)
    for number in range(24):
        code = f"C{number:02}"
        desk.customer(code, ("S1", "S2", None)[number % 3], days=30, limit=str(rng.choice((0, 500, 10_000))))
        gap, last = rng.randint(5, 40), rng.randint(0, 60)
        bought(
            desk, code, *(last + gap * place for place in range(rng.randint(1, 5))), amount=str(rng.randint(80, 900))
        )
    desk.customer("GONE", "S1")
    bought(desk, "GONE", 400, 395, 390)
    desk.blacklist("C03", TODAY)
    for sees_cost in (True, False):
        whole = call_board(TODAY, sees_cost=sees_cost)
        assert [call.code for call in whole] == [
            call.code for call in sorted(whole, key=lambda call: (-call.worth, call.code))
        ]
        assert whole[-1].code == "GONE"
        for most in (1, 2, 5, 100):
            assert call_board(TODAY, sees_cost=sees_cost, most=most) == whole[:most]
        for code in ("S1", "S2"):
            theirs = [call for call in whole if call.owner == code]
            assert call_board(TODAY, desk.ids[code], sees_cost=sees_cost) == theirs
            assert call_board(TODAY, desk.ids[code], sees_cost=sees_cost, most=2) == theirs[:2]
    # Of a past day too, when every customer has later documents.
    then = TODAY - 20 * DAY
    assert call_board(then, most=3) == call_board(then)[:3]


def test_the_best_few_are_found_without_reading_everybody(desk: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "CUSTOMERS_PER_STEP", 1)
    for number in range(1, 9):
        code = f"C{number}"
        desk.customer(code, "S1", days=30, limit="100000")
        bought(desk, code, 40, 30, 20, 10, amount=str(60 + 4**number))
    read: list[int] = []

    def counted(*asked: Any, **among: Any) -> Any:
        read.append(1)
        return named_customers(*asked, **among)

    monkeypatch.setattr(board, "named_customers", counted)
    assert [call.code for call in call_board(TODAY, most=1)] == ["C8"]
    assert len(read) < 4


def test_rhythms_of_some_are_those_of_all(desk: Company) -> None:
    for number in range(5):
        desk.customer(f"C{number}", days=30, limit="100000")
        bought(desk, f"C{number}", *range(number + 1, 60, 7 + number))
    everybody = rhythms(TODAY)
    assert rhythms(TODAY, list(everybody)) == everybody
    assert rhythms(TODAY, [desk.ids["C1"]]) == {desk.ids["C1"]: everybody[desk.ids["C1"]]}
    assert rhythms(TODAY, []) == {}


# --- limits that the company sets


def test_from_when_on_customers_are_cooling_and_dormant_is_a_setting(desk: Company) -> None:
    found = rhythm_of([date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21)])
    on = date(2026, 1, 21) + 20 * DAY
    assert found.state_on(on, quiet_limits(on)) == "cooling"
    desk.setting("cooling_from", "2.5", since=on)
    assert found.state_on(on, quiet_limits(on)) == "steady"
    assert found.state_on(on, quiet_limits(on - DAY)) == "cooling"
    desk.setting("dormant_from", "2", since=on)
    assert found.state_on(on, quiet_limits(on)) == "dormant"
    once = rhythm_of([date(2026, 1, 1)])
    desk.setting("dormant_after_days", "30", since=on)
    assert [once.state_on(date(2026, 1, 1) + days * DAY, quiet_limits(on)) for days in (29, 30)] == [
        "steady",
        "dormant",
    ]


def test_the_stages_are_settings_everywhere_they_are_shown(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="100000")
    bought(desk, "C", 150, 110, 60)

    def stages() -> set[str]:
        listed = [row.stage for row in CustomerList(CustomerFilter(), "code", False, TODAY).page(10)]
        filtered = [
            stage
            for stage in ("new", "familiar", "old", "occasional", "prospect")
            if CustomerList(CustomerFilter(stage=stage), "code", False, TODAY).page(10)
        ]
        return {*(row.stage for row in stages_report(TODAY)), *listed, *filtered}

    assert stages() == {"familiar"}
    desk.setting("stage_familiar_trading_months", "4")
    assert stages() == {"new"}
    desk.setting("stage_old_months", "3")
    assert stages() == {"occasional"}
    desk.setting("stage_old_trading_months", "3")
    assert stages() == {"old"}
    desk.setting("stage_new_days", "200")
    assert stages() == {"new"}


def test_a_months_movement_goes_by_the_companys_limits(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="100000")
    bought(desk, "C", 80, 65, 50)
    assert dict(movement("2026-06", TODAY))["S1"].gone_dormant == 1
    desk.setting("dormant_from", "4")
    assert dict(movement("2026-06", TODAY))["S1"].gone_dormant == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cooling_from", "0"), ("cooling_from", "often"), ("dormant_from", "101"), ("dormant_from", "1.555"),
        ("stage_new_days", "-1"), ("stage_old_months", "121"), ("dormant_after_days", "half a year"),
    ],
)  # fmt: skip
def test_limits_that_are_none_are_refused(desk: Company, name: str, value: str) -> None:
    with pytest.raises(InputError):
        desk.setting(name, value)


# --- generated customers


def test_generated_rhythms_and_silences_are_found_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Gaps vary by half around the mean, as a shop's do; a third of the customers stopped buying for good."""
    rng = Random(20261123)
    close = told_stopped = stopped_rightly = stopped = 0
    for number in range(600):
        mean, gone = rng.randint(7, 45), number % 3 == 0
        on, days = date(2025, 1, 1), []
        until = TODAY - (5 * mean * DAY if gone else timedelta(0))
        while on <= until:
            days.append(on)
            on += max(1, round(mean * rng.uniform(0.5, 1.5))) * DAY
        found = rhythm_of(days)
        assert found.half_days is not None
        close += abs(found.half_days - 2 * mean) <= mean / 2
        said = found.state_on(TODAY) == "dormant"
        told_stopped, stopped, stopped_rightly = told_stopped + said, stopped + gone, stopped_rightly + (said and gone)
    precision, recall = stopped_rightly / told_stopped, stopped_rightly / stopped
    with capsys.disabled():
        print(
            f"\nrhythms of 600 generated customers: within a quarter of the mean {close / 600:.3f};"
            f" dormant: precision {precision:.3f}, recall {recall:.3f}"
        )
    assert close / 600 > 0.9
    assert precision > 0.95
    assert recall > 0.95
