"""The activity board, counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.activity import (
    Board,
    active_customers,
    activity_board,
    activity_by_month,
    inactive_customers,
)
from model.changes.customers import ClaimCustomer, EditCustomer, FieldEdit, ReleaseCustomer
from model.settings import MonthClose
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
MARCH = "2026-03"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as opened:
        for code in ("ann", "bob"):
            opened.salesperson(code)
        opened.product("P")
        yield opened


def claim(desk: Company, customer: str, owner: str, on: date) -> None:
    desk.do(ClaimCustomer(customer=desk.ids[customer], owner=desk.ids[owner], from_date=on))


def release(desk: Company, customer: str, on: date) -> None:
    desk.do(ReleaseCustomer(customer=desk.ids[customer], from_date=on))


def close(desk: Company, customer: str, on: date) -> None:
    edit = FieldEdit(before="", after=on.isoformat())
    desk.do(EditCustomer(customer=desk.ids[customer], version=1, edits={"closed_on": edit}))


def customers(desk: Company, owner: str | None, *codes: str) -> None:
    for code in codes:
        desk.customer(code, owner, days=30, limit="100000")


def figures(board: Board) -> dict[str, tuple[int, int]]:
    return {row.code: (row.active, row.responsible) for row in (*board.rows, board.company)}


def test_a_rate_is_the_customers_that_traded_whoever_took_it(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2", "a3")
    customers(desk, "bob", "b1")
    customers(desk, None, "pool1")
    desk.customer("walkin", retail=True)
    desk.sell("a1", date(2026, 3, 1), "10", maker="bob")
    desk.sell("a1", date(2026, 3, 31), "10")
    desk.sell("a2", date(2026, 4, 1), "10")
    desk.sell("walkin", date(2026, 3, 5), "10", paid="10")
    board = activity_board(MARCH, TODAY)
    assert figures(board) == {"ann": (1, 3), "bob": (0, 1), "*": (1, 5)}
    assert [(row.code, row.rank, row.rate_bp) for row in board.rows] == [("ann", 1, 3333), ("bob", 2, 0)]
    assert board.company.rate_bp == 2000
    april = activity_board("2026-04", TODAY)
    assert [(row.code, row.rate_bp, row.previous_bp, row.change_bp) for row in april.rows] == [
        ("ann", 3333, 3333, 0),
        ("bob", 0, 0, 0),
    ]


def test_returns_quotes_held_free_and_cancelled_orders_are_no_trade(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2", "a3", "a4")
    desk.customer("held", "ann")
    order = desk.sell("a1", date(2026, 2, 1), "10")
    desk.take_back(order, date(2026, 3, 2), "1")
    desk.sell("a2", date(2026, 3, 2), "10", quote=True)
    desk.sell("a3", date(2026, 3, 2), "0")
    assert desk.sell("held", date(2026, 3, 2), "10").state == "held"
    desk.cancel(desk.sell("a4", date(2026, 3, 2), "10"), date(2026, 3, 20))
    assert figures(activity_board(MARCH, TODAY))["ann"] == (0, 5)
    # On the 15th of March nobody knew that the order would be cancelled.
    assert figures(activity_board(MARCH, date(2026, 3, 15)))["ann"] == (1, 5)


def test_what_is_given_back_without_a_trade_still_counts_and_what_is_claimed_waits_a_month(desk: Company) -> None:
    customers(desk, "ann", "a1", "idle", "busy", "early")
    customers(desk, None, "pool1")
    desk.sell("busy", date(2026, 3, 3), "10")
    release(desk, "early", date(2026, 2, 28))
    release(desk, "idle", date(2026, 3, 10))
    release(desk, "busy", date(2026, 3, 10))
    claim(desk, "idle", "bob", date(2026, 3, 12))
    claim(desk, "pool1", "bob", date(2026, 3, 12))
    desk.sell("pool1", date(2026, 3, 20), "10")
    assert figures(activity_board(MARCH, TODAY)) == {"ann": (0, 2), "bob": (0, 0), "*": (2, 5)}
    board = activity_board("2026-04", TODAY)
    assert figures(board) == {"ann": (0, 1), "bob": (0, 2), "*": (0, 5)}


def test_a_customer_assigned_by_the_office_counts_at_once(desk: Company) -> None:
    customers(desk, "ann", "a1")
    desk.assign("a1", "bob", date(2026, 3, 31))
    desk.sell("a1", date(2026, 3, 1), "10")
    assert figures(activity_board(MARCH, TODAY)) == {"ann": (0, 0), "bob": (1, 1), "*": (1, 1)}


def test_given_back_and_assigned_again_is_one_customer(desk: Company) -> None:
    customers(desk, "ann", "a1")
    release(desk, "a1", date(2026, 3, 5))
    desk.assign("a1", "ann", date(2026, 3, 8))
    assert figures(activity_board(MARCH, TODAY))["ann"] == (0, 1)


def test_closed_customers_count_for_nobody_from_the_day_they_close(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2")
    close(desk, "a2", date(2026, 3, 31))
    assert figures(activity_board("2026-02", TODAY)) == {"ann": (0, 2), "bob": (0, 0), "*": (0, 2)}
    assert figures(activity_board(MARCH, TODAY)) == {"ann": (0, 1), "bob": (0, 0), "*": (0, 1)}


def test_the_current_month_is_counted_on_the_day(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2")
    desk.assign("a2", "bob", date(2026, 3, 20))
    desk.sell("a1", date(2026, 3, 18), "10")
    assert figures(activity_board(MARCH, date(2026, 3, 17)))["ann"] == (0, 2)
    assert figures(activity_board(MARCH, date(2026, 3, 19)))["ann"] == (1, 2)
    assert figures(activity_board(MARCH, date(2026, 3, 20)))["ann"] == (1, 1)


def test_without_responsible_customers_a_rate_is_undefined_and_last(desk: Company) -> None:
    customers(desk, "bob", "b1")
    board = activity_board(MARCH, TODAY)
    assert [(row.code, row.rate_bp, row.rank) for row in board.rows] == [("bob", 0, 1), ("ann", None, 2)]


def test_ranks_go_by_rate_then_active_then_code(desk: Company) -> None:
    for code in ("cyd", "dan"):
        desk.salesperson(code)
    customers(desk, "ann", "a1", "a2")
    customers(desk, "bob", "b1", "b2", "b3", "b4")
    customers(desk, "cyd", "c1", "c2")
    customers(desk, "dan", "d1")
    for code in ("a1", "b1", "b2", "c1", "d1"):
        desk.sell(code, date(2026, 3, 3), "10")
    board = activity_board(MARCH, TODAY)
    assert [row.code for row in board.rows] == ["dan", "bob", "ann", "cyd"]


def test_the_office_stands_on_the_board_only_with_customers(desk: Company) -> None:
    desk.salesperson("boss", role="manager")
    assert [row.code for row in activity_board(MARCH, TODAY).rows] == ["ann", "bob"]
    customers(desk, "boss", "a1")
    assert [row.code for row in activity_board(MARCH, TODAY).rows] == ["boss", "ann", "bob"]


def test_how_many_more_reach_a_target_and_the_next_rank(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2", "a3", "a4")
    customers(desk, "bob", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10")
    for code in ("a1", "a2", "b1"):
        desk.sell(code, date(2026, 3, 3), "10")
    board = activity_board(MARCH, TODAY)
    first, second = board.rows
    assert (first.code, second.code) == ("ann", "bob")
    assert second.more_to_rate(7000) == 6
    assert second.more_to_rate(1000) == 0
    assert first.more_to_rate(7000) == 1
    # At 5 of 10 bob has ann's rate, and more active customers.
    assert board.more_to_next_rank(second) == 4
    assert board.more_to_next_rank(first) is None


def test_the_company_can_be_shown_without_the_blacklisted(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2")
    desk.blacklist("a2", date(2026, 3, 5))
    desk.sell("a1", date(2026, 3, 3), "10")
    assert activity_board(MARCH, TODAY).company.rate_bp == 5000
    board = activity_board(MARCH, TODAY, without_blacklisted=True)
    assert board.company.rate_bp == 10_000
    assert figures(board)["ann"] == (1, 2)


def test_a_closed_month_keeps_its_numbers_and_tells_what_came_late(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2")
    MonthClose.create(month=MARCH, person_id=desk.ids["ann"], responsible=2, active=0)
    desk.sell("a1", date(2026, 3, 30), "10")
    row = activity_board(MARCH, TODAY).rows[0]
    assert (row.code, row.active, row.responsible, row.frozen, row.late) == ("ann", 0, 2, True, 1)
    assert activity_board("2026-04", TODAY).rows[0].previous_bp == 0
    assert figures(activity_board(MARCH, date(2026, 3, 30)))["ann"] == (1, 2)


def test_who_has_not_traded_is_listed_with_the_quietest_first(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2", "a3", "a4", "a5")
    desk.sell("a1", date(2026, 2, 1), "10")
    desk.sell("a2", date(2026, 1, 1), "25")
    desk.sell("a4", date(2026, 3, 4), "10")
    release(desk, "a5", date(2026, 3, 9))
    quiet = inactive_customers(desk.ids["ann"], MARCH, TODAY)
    assert [(each.code, each.last_trade, each.balance, each.given_back) for each in quiet] == [
        ("a3", None, 0, False),
        ("a5", None, 0, True),
        ("a2", date(2026, 1, 1), 2500, False),
        ("a1", date(2026, 2, 1), 1000, False),
    ]
    assert [each.code for each in inactive_customers(desk.ids["ann"], MARCH, TODAY, limit=1)] == ["a3"]
    assert [each.code for each in active_customers(desk.ids["ann"], MARCH, TODAY)] == ["a4"]
    january = inactive_customers(desk.ids["ann"], "2026-01", date(2026, 1, 31))
    assert [(each.code, each.last_trade) for each in january if each.code == "a1"] == [("a1", None)]


def test_the_rates_of_many_months(desk: Company) -> None:
    customers(desk, "ann", "a1", "a2")
    desk.sell("a1", date(2026, 3, 3), "10")
    months = ["2026-02", "2026-03"]
    assert activity_by_month(desk.ids["ann"], months, TODAY) == [("2026-02", 0), ("2026-03", 5000)]
    assert activity_by_month(None, months, TODAY) == [("2026-02", 0), ("2026-03", 5000)]
    assert activity_by_month(desk.ids["bob"], months, TODAY) == [("2026-02", None), ("2026-03", None)]


def test_a_customer_claimed_and_given_back_within_a_month_never_counted(desk: Company) -> None:
    customers(desk, None, "pool1")
    claim(desk, "pool1", "bob", date(2026, 3, 3))
    release(desk, "pool1", date(2026, 3, 9))
    assert figures(activity_board(MARCH, TODAY))["bob"] == (0, 0)
