"""What people complain of in other systems, and a proof for each that it cannot happen here. Amounts by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model import totals
from model.activity import activity_board, inactive_customers
from model.ageing import Ages, ageing
from model.changes.documents import next_number
from model.changes.orders import ConfirmOrder, LineArgs, OrderRecorded, RecordOrder
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.credit import standing_on
from model.dates import month_of
from model.errors import Refused
from model.ids import new_id
from model.margin import margin
from model.paper import slip
from model.performance import performance_board
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)
JUNE = "2026-06"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    """Two salespeople and one product that costs 80; customer C has 30 days and 1,000.00."""
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.salesperson("S2")
        made.product("P", price="100", cost="80")
        made.customer("C", "S1", days=30, limit="1000")
        yield made
        assert totals.faults() == []


def ages(day: date) -> Ages:
    return ageing(day).total


def undo_last(desk: Company) -> None:
    person = None if desk.sits_here is None else desk.ids[desk.sits_here]
    desk.do(UndoChange(uid=last_undoable(person).uid))


def copied(desk: Company, customer: str, amount: str, *, replaces: OrderRecorded | None = None) -> OrderRecorded:
    """The lines of a quote as a new order, which may take the quote's place."""
    recorded: OrderRecorded = desk.do(
        RecordOrder(
            id=new_id(), number=next_number(), customer=desk.ids[customer], date=desk.today,
            lines=(LineArgs(line=1, product=desk.ids["P"], quantity_e3=1_000, price_e4=int(amount) * 10_000),),
            replaces=None if replaces is None else replaces.id,
        )
    )  # fmt: skip
    return recorded


def test_a_limit_of_zero_is_no_credit_and_not_credit_without_end(desk: Company) -> None:
    desk.customer("NEW", "S1")
    desk.customer("ZERO", "S1", days=60, limit="500")
    desk.terms("ZERO", days=60, limit="0", since=TODAY)
    for code in ("NEW", "ZERO"):
        assert standing_on(desk.ids[code], TODAY).credit_left == 0
        order = desk.sell(code, TODAY, "0.01")
        assert (order.state, order.verdict.name, order.verdict.cure) == ("held", "over_limit", 1)


def test_an_order_is_never_weighed_without_its_tax_against_a_debt_with_tax(desk: Company) -> None:
    # The price 113.00 has 13 % tax in it: 100.00 without. Without tax it would fit into 112.99.
    desk.customer("T", "S1", days=30, limit="112.99")
    held = desk.sell("T", TODAY, "113")
    assert (held.state, held.amount, held.verdict.exposure, held.verdict.cure) == ("held", 11_300, 11_300, 1)
    desk.customer("U", "S1", days=30, limit="226")
    first, second = desk.sell("U", TODAY, "113"), desk.sell("U", TODAY, "113")
    assert (first.state, second.state) == ("confirmed", "confirmed")
    # Debt, order and limit are all with tax; the slip says how much of the order is tax: 113.00 − 113.00 ÷ 1.13.
    assert standing_on(desk.ids["U"], TODAY).balance == 22_600
    paper = slip(first.id, TODAY)
    assert (paper.total, paper.tax) == (11_300, 1_300)


def test_an_order_counts_once_in_its_own_exposure(desk: Company) -> None:
    # 500 owed and 500 more are exactly the limit: counted twice, 1,500 would be over it.
    desk.sell("C", TODAY, "500")
    order = desk.sell("C", TODAY, "500")
    assert (order.state, order.verdict.exposure) == ("confirmed", 100_000)
    # Also where it waited before: the held order itself is in no balance.
    held = desk.sell("C", TODAY, "400")
    assert (held.state, held.verdict.exposure) == ("held", 140_000)
    desk.pay("C", TODAY, "400")
    assert standing_on(desk.ids["C"], TODAY).balance == 60_000
    assert desk.release(held, TODAY).verdict.ok
    assert standing_on(desk.ids["C"], TODAY).balance == 100_000


def test_closing_an_order_and_opening_it_again_is_no_way_around_the_limit(desk: Company) -> None:
    first = desk.sell("C", TODAY, "600")
    desk.cancel(first, TODAY)
    closing = last_undoable(None)
    second = desk.sell("C", TODAY, "600")
    assert second.state == "confirmed"
    # 600 + 600 are more than 1,000: the first cannot come back beside the second.
    with pytest.raises(Refused, match="would be held"):
        desk.do(UndoChange(uid=closing.uid))
    assert desk.order(first).state == "cancelled"
    assert standing_on(desk.ids["C"], TODAY).balance == 60_000


def test_a_held_order_that_is_closed_and_opened_again_is_still_held(desk: Company) -> None:
    held = desk.sell("C", TODAY, "1001")
    desk.cancel(held, TODAY)
    undo_last(desk)
    assert (desk.order(held).state, standing_on(desk.ids["C"], TODAY).balance) == ("held", 0)


def test_a_copied_quote_is_judged_like_any_order(desk: Company) -> None:
    quote = desk.sell("C", TODAY, "800", quote=True)
    other = desk.sell("C", TODAY, "800", quote=True)
    desk.sell("C", TODAY, "300")
    # 300 owed: 800 do not fit any more, whether the quote is copied, replaced or confirmed.
    confirmed = desk.do(ConfirmOrder(order=quote.id, date=TODAY))
    for order in (copied(desk, "C", "800"), copied(desk, "C", "800", replaces=other), confirmed):
        assert (order.state, order.verdict.held_for) == ("held", "over_limit")
    assert standing_on(desk.ids["C"], TODAY).balance == 30_000


def test_money_that_is_not_due_yet_stands_in_a_bucket_of_its_own(desk: Company) -> None:
    desk.sell("C", TODAY - 31 * DAY, "70")
    desk.sell("C", TODAY - 30 * DAY, "20", paid="20")
    desk.customer("D", "S1", days=30, limit="1000")
    desk.sell("D", TODAY - 30 * DAY, "200")
    desk.sell("D", TODAY, "40")
    # 70 is due since yesterday; 200 is due today, which is not late yet; 40 in thirty days.
    assert ages(TODAY) == Ages(not_due=24_000, d1_30=7_000)
    assert ages(TODAY).balance == 31_000
    assert ages(TODAY + DAY) == Ages(not_due=4_000, d1_30=27_000)


def test_ageing_as_of_a_past_day_knows_no_later_payment(desk: Company) -> None:
    sold_on = date(2026, 1, 1)  # due on the 31st of January
    bill = desk.sell("C", sold_on, "900")
    desk.pay("C", date(2026, 2, 20), "250")
    desk.pay("C", date(2026, 5, 10), "650", bill)
    assert ages(TODAY) == Ages()
    assert ages(date(2026, 5, 9)) == Ages(d90_plus=65_000)
    assert ages(date(2026, 2, 20)) == Ages(d1_30=65_000)
    assert ages(date(2026, 2, 19)) == Ages(d1_30=90_000)
    assert ages(sold_on) == Ages(not_due=90_000)
    # What was paid on the very day counts on that day, also where it was entered months later.
    desk.reverse(desk.pay("C", date(2026, 3, 1), "10"), TODAY)
    assert ages(date(2026, 5, 9)) == Ages(d90_plus=64_000)
    assert ages(TODAY) == Ages()


def test_goods_that_come_back_take_their_profit_with_them(desk: Company) -> None:
    # Ten at 100 that cost 80 each: 200 profit. Four come back: 80 less.
    order = desk.sell("C", TODAY - DAY, [("P", "10", "100")])
    before = margin(TODAY - DAY, TODAY, "customer", TODAY).total
    assert (before.revenue, before.cost, before.margin) == (100_000, 80_000, 20_000)
    desk.take_back(order, TODAY, "4")
    after = margin(TODAY - DAY, TODAY, "customer", TODAY).total
    assert (after.revenue, after.cost, after.margin) == (60_000, 48_000, 12_000)
    # Dearer to buy since: what comes back costs what it cost when it was sold.
    desk.cost("P", TODAY, "10")
    desk.take_back(order, TODAY, "6")
    assert margin(TODAY - DAY, TODAY, "customer", TODAY).total.margin == 0
    assert performance_board(JUNE, TODAY).company.margin == 0


def test_an_order_of_two_sellers_is_not_a_whole_order_for_each(desk: Company) -> None:
    desk.rule(TODAY - 5 * DAY, 70)
    desk.sell("C", TODAY, "100.01", maker="S2")
    # 70 % of 100.01 is 70.007: 70.01 for the owner, the rest for who took it; of 80 cost 56 and 24.
    board = performance_board(JUNE, TODAY)
    sold = {row.key: (row.orders, row.revenue, row.cost) for row in board.rows}
    assert sold == {"S1": (1, 7_001, 5_600), "S2": (0, 3_000, 2_400)}
    assert (board.company.orders, board.company.revenue, board.company.cost) == (1, 10_001, 8_000)


def test_an_assignment_writes_no_past_board_anew(desk: Company) -> None:
    desk.rule(date(2026, 5, 1), 60)
    desk.sell("C", date(2026, 5, 12), "100", maker="S2")
    desk.pay("C", TODAY, "10")
    # As of yesterday the boards are reckoned from the documents, as of today from what is kept.
    asked = [(month, day) for month in ("2026-04", "2026-05") for day in (TODAY - DAY, TODAY)]
    activity = [activity_board(month, day).rows for month, day in asked]
    sold = [performance_board(month, day).rows for month, day in asked]
    assert {row.code: (row.responsible, row.active) for row in activity[-1]} == {"S1": (1, 1), "S2": (0, 0)}
    assert {row.key: row.revenue for row in sold[-1]} == {"S1": 6_000, "S2": 4_000}
    desk.assign("C", "S2", TODAY - 10 * DAY)
    assert [activity_board(month, day).rows for month, day in asked] == activity
    assert [performance_board(month, day).rows for month, day in asked] == sold
    # The present month is the new owner's.
    assert {row.code: row.responsible for row in activity_board(JUNE, TODAY).rows} == {"S1": 0, "S2": 1}


def test_what_is_wholly_paid_beforehand_is_not_blocked(desk: Company) -> None:
    # 500 overdue, 900 of 1,000 owed: nothing more goes on credit.
    desk.sell("C", TODAY - 20 * DAY, "400")
    desk.sell("C", TODAY - 40 * DAY, "500")
    unpaid = desk.sell("C", TODAY, "300")
    assert (unpaid.state, unpaid.verdict.held_for) == ("held", "overdue,over_limit")
    assert desk.sell("C", TODAY, "300", paid="300").state == "confirmed"
    assert desk.sell("C", TODAY, "300", paid="299.99").state == "held"
    # Also where the money comes later for an order that waits already.
    desk.pay("C", TODAY, "300", unpaid)
    assert desk.release(unpaid, TODAY).verdict.ok
    # And it took no money from the old debt, nor left any.
    assert standing_on(desk.ids["C"], TODAY).overdue == 50_000
    # Nor where the limit was lowered below the debt meanwhile.
    desk.terms("C", days=30, limit="100", since=TODAY)
    assert desk.sell("C", TODAY, "50", paid="50").state == "confirmed"
    # What is paid in part needs credit for the rest only: 900 + 300 − 200 are the limit.
    desk.customer("D", "S1", days=30, limit="1000")
    desk.sell("D", TODAY, "900")
    assert desk.sell("D", TODAY, "300", paid="200").verdict.exposure == 100_000


def test_who_never_bought_anything_is_among_the_inactive(desk: Company) -> None:
    desk.customer("NEVER", "S1", since=date(2026, 1, 5))
    desk.sell("C", TODAY, "10")
    inactive = inactive_customers(desk.ids["S1"], JUNE, TODAY)
    assert [(row.code, row.last_trade) for row in inactive] == [("NEVER", None)]
    # One of two traded.
    [s1] = [row for row in activity_board(JUNE, TODAY).rows if row.code == "S1"]
    assert (s1.responsible, s1.active, s1.rate_bp) == (2, 1, 5_000)


def test_goods_that_come_back_are_no_activity(desk: Company) -> None:
    sold_on = date(2026, 5, 12)
    order = desk.sell("C", sold_on, [("P", "3", "100")])
    desk.take_back(order, TODAY - DAY, "1")
    # Nor does it take the activity away that was in the month of the sale, when all of it comes back.
    desk.take_back(order, TODAY, "2")
    for day in (TODAY - DAY, TODAY):
        assert {row.code: row.active for row in activity_board(month_of(sold_on), day).rows} == {"S1": 1, "S2": 0}
        # June has returns and no sale.
        assert {row.code: row.active for row in activity_board(JUNE, day).rows} == {"S1": 0, "S2": 0}
        [inactive] = inactive_customers(desk.ids["S1"], JUNE, day)
        assert (inactive.code, inactive.last_trade) == ("C", sold_on)
