"""What another rule of shares would have given: the same orders, divided otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.errors import InputError, Refused
from model.performance import performance_board
from model.rule_preview import PreviewRow, rule_preview
from model.store import set_meta
from tests.model.company import Company, company

TODAY = date(2026, 3, 31)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        for code in ("S1", "S2"):
            made.salesperson(code)
        made.product("P", cost="60")
        made.customer("C1", "S1", days=30, limit="100000")
        made.customer("POOL", days=30, limit="100000")
        yield made


def rows_of(month: str, owner_bp: int) -> dict[str, PreviewRow]:
    return {row.code: row for row in rule_preview(month, owner_bp, TODAY)}


def test_an_order_of_anothers_customer_is_divided_by_the_other_rule(desk: Company) -> None:
    desk.sell("C1", date(2026, 3, 2), "100.01", maker="S2")
    found = rows_of("2026-03", 3000)
    # 30 % of 100.01 and of its margin of 40.01, the rest to the maker.
    assert (found["S1"].amount_now, found["S1"].amount_then) == (10001, 3000)
    assert (found["S2"].amount_now, found["S2"].amount_then) == (0, 7001)
    assert (found["S1"].margin_now, found["S1"].margin_then) == (4001, 1200)
    assert (found["S2"].margin_now, found["S2"].margin_then) == (0, 2801)


def test_ones_own_and_the_pools_orders_stay_what_they_are(desk: Company) -> None:
    desk.sell("C1", date(2026, 3, 2), "100", maker="S1")
    desk.sell("POOL", date(2026, 3, 2), "50", maker="S2")
    found = rows_of("2026-03", 0)
    assert {code: (row.amount_now, row.amount_then) for code, row in found.items()} == {
        "S1": (10000, 10000), "S2": (5000, 5000),
    }  # fmt: skip


def test_now_is_the_performance_and_both_add_up_to_the_company(desk: Company) -> None:
    desk.rule(date(2026, 1, 1), 40)
    sold = desk.sell("C1", date(2026, 3, 2), [("P", "3", "33.33"), ("P", "1", "0.01")], maker="S2")
    desk.sell("C1", date(2026, 3, 5), "12.34", maker="S1")
    for _time in range(3):
        desk.take_back(sold, date(2026, 3, 9), "1")
    board = performance_board("2026-03", TODAY)
    found = rows_of("2026-03", 5555)
    assert {row.key: (row.revenue, row.margin) for row in board.rows} == {
        code: (row.amount_now, row.margin_now) for code, row in found.items()
    }
    assert sum(row.amount_then for row in found.values()) == board.company.revenue
    assert sum(row.margin_then for row in found.values()) == board.company.margin


def test_goods_back_in_a_later_month_are_divided_as_what_came_back_before(desk: Company) -> None:
    sold = desk.sell("C1", date(2026, 1, 2), [("P", "3", "33.33")], maker="S2")
    desk.take_back(sold, date(2026, 2, 9), "1")
    desk.take_back(sold, date(2026, 3, 9), "2")
    months = [rows_of(month, 3333) for month in ("2026-01", "2026-02", "2026-03")]
    assert sum(found["S1"].amount_then for found in months) == 0
    assert sum(found["S2"].amount_then for found in months) == 0


def test_what_is_no_share_or_not_all_here_is_refused(desk: Company) -> None:
    with pytest.raises(InputError, match="between 0 and 100"):
        rule_preview("2026-03", 10_001, TODAY)
    with pytest.raises(InputError, match="owned"):
        rule_preview("2026-03", 5000, TODAY, "retail")
    set_meta("server", "https://office.invalid")
    set_meta("person_role", "sales")
    with pytest.raises(Refused, match="ask the office"):
        rule_preview("2026-03", 5000, TODAY)
