"""The back-test of the board counts who then bought, knowing only what was dated until its day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.backtest.board import classicmodels_store, judged, print_judged
from tests.model.classicmodels import needs_classicmodels
from tests.model.company import company

TODAY = date(2026, 6, 30)
THEN = TODAY - timedelta(days=30)


def test_each_list_of_a_past_day_is_judged_by_what_came_after(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P", price="100", cost="60")
        # Days before THEN, and after it as negative ones: EVERY buys each ten days, GONE stopped, LATE comes back.
        for code, days in {
            "EVERY": (40, 30, 20, 10, -1, -11),
            "GONE": (400, 380, 360),
            "LATE": (45, 30, 15, -20),
        }.items():
            desk.customer(code, days=30, limit="100000")
            for ago in days:
                desk.sell(code, THEN - timedelta(days=ago), "100", paid="100")
        found = {each.name: (each.calls, each.bought) for each in judged(THEN, 2)}
        # 40 a piece: EVERY bought twice within 14 days, LATE once within 30.
        assert found["board"] == (2, (1, 2))
        assert found["longest quiet first"] == (2, (0, 1))
        assert found["latest trade first"] == (2, (1, 2))
        assert found["latest trade first, quiet for 30 days"] == (1, (0, 0))
        [board, *_others] = judged(THEN, 2)
        assert board.margin_minor == (8_000, 12_000)
        print_judged("by hand", [THEN], 2)
    assert "board × " in capsys.readouterr().out


@needs_classicmodels
def test_it_runs_on_a_real_wholesaler(tmp_path: Path) -> None:
    with classicmodels_store(tmp_path).use() as store:
        lists = judged(date(2004, 9, 30), 20)
        assert all(each.calls <= 20 for each in lists)
        assert {len(each.bought) for each in lists} == {2}
        store.close()
