"""A month is closed: its board stays as it was, and what arrives later counts where it was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.activity import Board, activity_board
from model.booking import adjustments
from model.changes.closing import CloseMonth, MonthClosed
from model.changes.customers import ReleaseCustomer
from model.changes.documents import next_number
from model.changes.log import Change
from model.changes.order_amending import AmendOrder
from model.changes.order_lines import LineArgs
from model.changes.recording import replay
from model.changes.undo import UndoChange
from model.closing import closed_through
from model.credited_orders import credited_orders
from model.errors import InputError, Refused
from model.files.exporting import export_tables
from model.files.importing import import_paths
from model.ids import new_id
from model.margin import margin
from model.performance import Performance, performance_board
from model.store import open_store, rows
from model.totals import faults
from tests.model.company import BUSINESS_TABLES, Company, company

APRIL_20 = date(2026, 4, 20)
MARCH, APRIL, MAY = "2026-03", "2026-04", "2026-05"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    """Ann has a1 to a3, bob b1; in March a1 and b1 bought for 100 each, and it is the 20th of April."""
    with company(tmp_path / "store", APRIL_20) as opened:
        opened.salesperson("boss", role="manager")
        for code in ("ann", "bob"):
            opened.salesperson(code)
        opened.product("P", cost="60")
        for code in ("a1", "a2", "a3"):
            opened.customer(code, "ann", days=300, limit="100000")
        opened.customer("b1", "bob", days=300, limit="100000")
        opened.sell("a1", date(2026, 3, 5), "100")
        opened.sell("b1", date(2026, 3, 6), "100")
        yield opened


def close(desk: Company, month: str = MARCH, by: str | None = None) -> MonthClosed:
    closed: MonthClosed = desk.do(CloseMonth(month=month), by)
    return closed


def undo_last(desk: Company, by: str | None = None) -> None:
    last = Change.select().order_by(Change.number.desc()).first()
    desk.do(UndoChange(uid=last.uid), by)


def board(month: str, day: date) -> list[tuple[str, int, int, int | None, int | None]]:
    found: Board = activity_board(month, day)
    return [(row.code, row.active, row.responsible, row.rank, row.rate_bp) for row in (*found.rows, found.company)]


def late(month: str, day: date) -> dict[str, int]:
    found = activity_board(month, day)
    return {row.code: row.late for row in (*found.rows, found.company) if row.late}


def sold(month: str, day: date) -> dict[str, tuple[int, int]]:
    """Orders and amount by salesperson, and of the company."""
    found: Performance = performance_board(month, day)
    assert sum(row.revenue for row in found.rows) == found.company.revenue
    assert sum(row.margin for row in found.rows) == found.company.margin
    assert sum(row.orders for row in found.rows) == found.company.orders
    for row in found.rows:
        people = rows("SELECT id FROM salesperson WHERE code = ?", (row.key,))
        behind = credited_orders(bytes(people[0][0]) if people else None, month, day)
        assert sum(each.amount for each in behind) == row.revenue
        assert sum(each.margin for each in behind) == row.margin
    return {row.key: (row.orders, row.revenue) for row in (*found.rows, found.company) if row.orders or row.revenue}


def test_a_closed_board_stays_and_shows_how_many_more_would_count(desk: Company) -> None:
    before = board(MARCH, desk.today)
    assert before == [("bob", 1, 1, 1, 10_000), ("ann", 1, 3, 2, 3333), ("*", 2, 4, None, 5000)]
    assert close(desk).months == (MARCH,)
    desk.sell("a1", date(2026, 3, 20), "10")
    desk.sell("a2", date(2026, 3, 20), "10")
    desk.sell("a2", date(2026, 3, 21), "10")
    desk.customer("b2", "bob", days=300, limit="100000")
    desk.salesperson("new")
    assert board(MARCH, desk.today) == before
    assert late(MARCH, desk.today) == {"ann": 1, "*": 1}
    assert [row.frozen for row in activity_board(MARCH, desk.today).rows] == [True, True]
    assert activity_board(APRIL, desk.today).company.previous_bp == 5000


def test_a_customer_that_counted_is_not_one_more_when_it_buys_again_or_takes_back(desk: Company) -> None:
    close(desk)
    order = desk.sell("a1", date(2026, 3, 20), "10")
    assert late(MARCH, desk.today) == {}
    desk.cancel(order, desk.today)
    again = desk.sell("a3", date(2026, 3, 20), "10")
    assert late(MARCH, desk.today) == {"ann": 1, "*": 1}
    desk.cancel(again, desk.today)
    assert late(MARCH, desk.today) == {}


def test_what_arrives_late_counts_in_the_performance_of_the_month_it_is_recorded_in(desk: Company) -> None:
    close(desk)
    desk.sell("a2", date(2026, 3, 30), "50")
    desk.sell("a3", date(2026, 4, 2), "7")
    assert sold(MARCH, desk.today) == {"ann": (1, 100_00), "bob": (1, 100_00), "*": (2, 200_00)}
    assert sold(APRIL, desk.today) == {"ann": (2, 57_00), "*": (2, 57_00)}
    board = performance_board(APRIL, desk.today)
    assert [(row.key, row.revenue, row.margin) for row in board.late] == [("ann", 50_00, -10_00)]
    assert board.late_company.revenue == 50_00
    # Margin goes by the business date.
    by_date = margin(date(2026, 3, 1), date(2026, 3, 31), "salesperson", desk.today)
    assert {row.key: row.revenue for row in by_date.rows} == {"ann": 150_00, "bob": 100_00}
    assert faults() == []


def test_a_cancellation_lowers_the_month_in_which_it_is_recorded(desk: Company) -> None:
    order = desk.sell("b1", date(2026, 3, 7), "30")
    close(desk)
    desk.cancel(order, date(2026, 4, 10))
    assert sold(MARCH, desk.today)["bob"] == (2, 130_00)
    assert sold(APRIL, desk.today) == {"bob": (-1, -30_00), "*": (-1, -30_00)}
    # Until the day of its end it counted by its date, and so it does as of an earlier day.
    assert sold(MARCH, date(2026, 4, 9))["bob"] == (2, 130_00)
    assert sold(APRIL, date(2026, 4, 9)) == {}


def test_a_cancellation_dated_in_the_closed_month_is_recorded_now(desk: Company) -> None:
    order = desk.sell("b1", date(2026, 3, 7), "30")
    close(desk)
    desk.cancel(order, date(2026, 3, 7))
    assert sold(MARCH, desk.today)["bob"] == (2, 130_00)
    assert sold(APRIL, desk.today)["bob"] == (-1, -30_00)
    assert board(MARCH, desk.today)[0] == ("bob", 1, 1, 1, 10_000)


def test_a_late_order_cancelled_after_its_month_of_recording_was_closed_too(desk: Company) -> None:
    close(desk)
    order = desk.sell("a2", date(2026, 3, 30), "50")
    desk.today = date(2026, 5, 4)
    close(desk, APRIL)
    desk.cancel(order, desk.today)
    assert sold(MARCH, desk.today)["*"] == (2, 200_00)
    assert sold(APRIL, desk.today)["*"] == (1, 50_00)
    assert sold(MAY, desk.today)["*"] == (-1, -50_00)


def test_a_return_counts_in_its_own_month_unless_that_is_closed(desk: Company) -> None:
    order = desk.sell("a2", date(2026, 3, 30), [("P", "2", "50")])
    close(desk)
    desk.take_back(order, date(2026, 3, 31), "1")
    desk.take_back(order, date(2026, 4, 1), "1")
    assert sold(MARCH, desk.today)["ann"] == (2, 200_00)
    assert sold(APRIL, desk.today)["ann"] == (0, -100_00)
    assert [(row.date, row.recorded_month, row.amount, row.what) for row in adjustments(MARCH, desk.today)] == [
        (date(2026, 3, 31), APRIL, -50_00, "return")
    ]


def test_a_held_order_released_into_a_closed_month_counts_now(desk: Company) -> None:
    desk.customer("poor", "ann")
    held = desk.sell("poor", date(2026, 3, 20), "40")
    assert held.state == "held"
    close(desk)
    desk.release(held, date(2026, 3, 25))
    assert sold(MARCH, desk.today)["ann"] == (1, 100_00)
    assert sold(APRIL, desk.today)["ann"] == (1, 40_00)
    assert late(MARCH, desk.today) == {"ann": 1, "*": 1}


def test_an_order_of_a_closed_month_that_is_undone_lowers_the_present_month(desk: Company) -> None:
    desk.sell("a2", date(2026, 3, 30), "50")
    [(uid,)] = rows("SELECT change_uid FROM orders WHERE amount = 5000")
    close(desk)
    desk.do(UndoChange(uid=bytes(uid)))
    assert sold(MARCH, desk.today)["ann"] == (2, 150_00)
    assert sold(APRIL, desk.today)["ann"] == (-1, -50_00)


def test_a_release_taken_back_lowers_the_present_month_though_the_order_is_dated_back(desk: Company) -> None:
    desk.customer("poor", "ann")
    released = desk.release(desk.sell("poor", date(2026, 3, 20), "40"), date(2026, 4, 2))
    release = Change.select().order_by(Change.number.desc()).first().uid
    close(desk)
    desk.today = date(2026, 5, 4)
    close(desk, APRIL)
    before = [sold(month, desk.today) for month in (MARCH, APRIL)]
    desk.do(UndoChange(uid=release))
    assert (desk.order(released).state, desk.order(released).date) == ("held", date(2026, 3, 20))
    assert [sold(month, desk.today) for month in (MARCH, APRIL)] == before
    assert sold(MAY, desk.today)["ann"] == (-1, -40_00)


def test_an_amendment_of_a_closed_order_counts_its_difference_now(desk: Company) -> None:
    order = desk.sell("a2", date(2026, 3, 7), "30")
    close(desk)
    wanted = desk.do(
        AmendOrder(
            id=new_id(), number=next_number(), order=order.id, version=desk.order(order).version, date=desk.today,
            lines=(LineArgs(line=1, product=desk.ids["P"], quantity_e3=1_000, price_e4=45 * 10_000),),
        )
    )  # fmt: skip
    desk.release(wanted, desk.today)
    assert sold(MARCH, desk.today)["ann"] == (2, 130_00)
    assert sold(APRIL, desk.today)["ann"] == (0, 15_00)
    assert [(row.amount, row.what) for row in adjustments(MARCH, desk.today)] == [
        (-30_00, "amended"),
        (45_00, "amended"),
    ]
    assert late(MARCH, desk.today) == {}


def test_the_adjustments_tell_each_document_and_where_it_counts(desk: Company) -> None:
    cancelled = desk.sell("b1", date(2026, 3, 7), "30")
    close(desk)
    desk.rule(date(2026, 1, 1), 70)
    second = desk.sell("a2", date(2026, 3, 20), "10", maker="bob")
    desk.sell("a1", date(2026, 3, 21), "20")
    desk.cancel(cancelled, date(2026, 4, 3))
    told = [
        (row.number, row.customer, row.salesperson, row.recorded_month, row.amount, row.margin, row.what)
        for row in adjustments(MARCH, desk.today)
    ]
    assert sorted(told) == sorted(
        [
            (cancelled.number, "b1", "bob", APRIL, -30_00, 30_00, "cancelled"),
            (second.number, "a2", "ann", APRIL, 7_00, -35_00, "first_sale"),
            (second.number, "a2", "bob", APRIL, 3_00, -15_00, "sale"),
            ("A-000005", "a1", "ann", APRIL, 20_00, -40_00, "sale"),
        ]
    )
    assert adjustments(APRIL, desk.today) == []
    assert sold(APRIL, desk.today)["*"] == (1, 0)


def test_only_a_month_that_is_over_is_closed_once_and_in_turn(desk: Company) -> None:
    with pytest.raises(Refused, match="2026-04 has not ended"):
        close(desk, APRIL)
    with pytest.raises(Refused, match="2026-12 has not ended"):
        close(desk, "2026-12")
    with pytest.raises(InputError, match="not a month"):
        close(desk, "March")
    close(desk)
    with pytest.raises(Refused, match="2026-03 is closed already"):
        close(desk)
    with pytest.raises(Refused, match="2026-02 is closed already"):
        close(desk, "2026-02")
    desk.sell("a1", date(2026, 4, 2), "10")
    desk.today = date(2026, 6, 2)
    with pytest.raises(Refused, match="2026-04 is still open: close it before 2026-05"):
        close(desk, MAY)
    close(desk, APRIL)
    assert closed_through() == APRIL


def test_a_month_without_trade_is_closed_with_the_next(desk: Company) -> None:
    close(desk)
    desk.today = date(2026, 6, 2)
    assert close(desk, MAY).months == (APRIL, MAY)
    assert board(APRIL, desk.today)[-1] == ("*", 0, 4, None, 0)


def test_the_first_close_closes_everything_before_it(desk: Company) -> None:
    desk.sell("a3", date(2025, 12, 5), "10")
    assert close(desk).months == ("2025-12", "2026-01", "2026-02", MARCH)
    before = [board(month, desk.today) for month in ("2025-12", "2026-01", "2026-02")]
    desk.sell("a2", date(2026, 1, 9), "10")
    assert [board(month, desk.today) for month in ("2025-12", "2026-01", "2026-02")] == before
    assert late("2026-01", desk.today) == {"ann": 1, "*": 1}
    assert sold("2026-01", desk.today) == {}


def test_only_leaders_and_finance_close(desk: Company) -> None:
    desk.salesperson("cash", role="finance")
    with pytest.raises(Refused, match="close a month"):
        close(desk, by="ann")
    close(desk, by="cash")
    with pytest.raises(Refused):
        undo_last(desk, by="ann")


def test_nobodys_customers_change_in_a_closed_month(desk: Company) -> None:
    close(desk)
    with pytest.raises(Refused, match="2026-03 is closed"):
        desk.assign("a1", "bob", date(2026, 3, 31))
    with pytest.raises(Refused, match="2026-01 is closed"):
        desk.assign("a1", "bob", date(2026, 1, 31))
    desk.do(ReleaseCustomer(customer=desk.ids["a1"], from_date=date(2026, 4, 1)))


def test_undoing_a_close_leaves_the_month_as_if_it_had_not_been_closed(desk: Company) -> None:
    desk.sell("a3", date(2026, 2, 5), "10")
    close(desk)
    undone = Change.select().order_by(Change.number.desc()).first().uid
    desk.sell("a2", date(2026, 3, 30), "50")
    assert sold(APRIL, desk.today)["*"] == (1, 50_00)
    desk.do(UndoChange(uid=undone))
    assert closed_through() == ""
    assert adjustments(MARCH, desk.today) == []
    assert sold(MARCH, desk.today)["*"] == (3, 250_00)
    assert sold(APRIL, desk.today) == {}
    assert board(MARCH, desk.today)[-1] == ("*", 3, 4, None, 7500)
    close(desk)
    assert late(MARCH, desk.today) == {}
    assert board(MARCH, desk.today)[-1] == ("*", 3, 4, None, 7500)


def test_a_close_cannot_be_undone_once_a_later_month_is_closed(desk: Company) -> None:
    close(desk)
    first = Change.select().order_by(Change.number.desc()).first().uid
    desk.today = date(2026, 5, 2)
    close(desk, APRIL)
    with pytest.raises(Refused, match="2026-03 cannot be opened again: 2026-04 is closed"):
        desk.do(UndoChange(uid=first))
    undo_last(desk)
    assert closed_through() == MARCH
    desk.do(UndoChange(uid=first))
    assert closed_through() == ""


def test_whoever_works_on_an_earlier_day_books_into_the_first_open_month(desk: Company) -> None:
    close(desk)
    desk.today = date(2026, 3, 28)
    desk.sell("a2", date(2026, 3, 28), "50")
    assert [row.recorded_month for row in adjustments(MARCH, APRIL_20)] == [APRIL]


def test_an_export_takes_the_boards_of_closed_months_along(desk: Company, tmp_path: Path) -> None:
    close(desk)
    before = board(MARCH, desk.today)
    export_tables(tmp_path / "tables")
    with company(tmp_path / "other", desk.today):
        import_paths([tmp_path / "tables"], person=None, on=desk.today)
        assert board(MARCH, desk.today) == before
        assert sold(MARCH, desk.today)["*"] == (2, 200_00)
        export_tables(tmp_path / "again")
    assert (tmp_path / "again" / "closes.csv").read_text() == (tmp_path / "tables" / "closes.csv").read_text()
    assert "2026-03,*,4,2" in (tmp_path / "tables" / "closes.csv").read_text()


def test_documents_imported_for_a_closed_month_count_where_they_arrive(desk: Company, tmp_path: Path) -> None:
    close(desk)
    before = board(MARCH, desk.today)
    folder = tmp_path / "late"
    folder.mkdir()
    (folder / "orders.csv").write_text("number,customer,date\nOLD-1,a2,2026-03-09\n")
    (folder / "order_lines.csv").write_text("order,line,product,quantity,price\nOLD-1,1,P,1,25\n")
    import_paths([folder], person=None, on=desk.today)
    assert board(MARCH, desk.today) == before
    assert late(MARCH, desk.today) == {"ann": 1, "*": 1}
    assert sold(MARCH, desk.today)["*"] == (2, 200_00)
    assert sold(APRIL, desk.today)["*"] == (1, 25_00)


def test_the_same_changes_in_another_store_close_the_same_month(desk: Company, tmp_path: Path) -> None:
    close(desk)
    order = desk.sell("a2", date(2026, 3, 30), "50")
    desk.cancel(order, desk.today)
    changes = list(Change.select().order_by(Change.number))
    here = {table: sorted(rows(f"SELECT * FROM {table}"), key=repr) for table in BUSINESS_TABLES}
    store = open_store(tmp_path / "replayed", create=True)
    with store.use():
        for change in changes:
            replay(change)
        assert {table: sorted(rows(f"SELECT * FROM {table}"), key=repr) for table in BUSINESS_TABLES} == here
    store.close()
