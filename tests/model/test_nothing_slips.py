"""A held order gets through by no way round the person who decides on it. Amounts by hand.

Everything here is done by a salesperson, who may neither release a held order nor set terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model import totals
from model.changes.documents import next_number
from model.changes.kind import Args
from model.changes.merging import MergeCustomers
from model.changes.order_amending import AmendOrder
from model.changes.orders import ConfirmOrder, LineArgs, OrderRecorded, RecordOrder, ReleaseOrder
from model.changes.receipts import Payment
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.credit import standing_on
from model.errors import Refused
from model.ids import new_id
from model.money import parse_amount
from model.orders import Order
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    """Customer C may owe 1,000.00 and owes 700.00; customer LATE owes 200.00, since ten days overdue."""
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.salesperson("F", "finance")
        made.product("P", price="100", cost="80")
        for code in ("C", "LATE"):
            made.customer(code, "S1", days=30, limit="1000")
        made.sell("C", TODAY - DAY, "700")
        made.sell("LATE", TODAY - 40 * DAY, "200")
        made.sits_here = "S1"
        yield made
        assert totals.faults() == []


def line(desk: Company, amount: str) -> tuple[LineArgs, ...]:
    return (LineArgs(line=1, product=desk.ids["P"], quantity_e3=1_000, price_e4=parse_amount(amount) * 100),)


def record_order(
    desk: Company, customer: str, amount: str, *, replaces: OrderRecorded | None = None, paid: str | None = None
) -> OrderRecorded:
    recorded: OrderRecorded = desk.do(
        RecordOrder(
            id=new_id(), number=next_number(), customer=desk.ids[customer], date=desk.today, lines=line(desk, amount),
            replaces=None if replaces is None else replaces.id,
            payment=None if paid is None else Payment(id=new_id(), number=next_number(), amount=parse_amount(paid)),
        )
    )  # fmt: skip
    return recorded


def undo_last(desk: Company, by: str = "S1") -> None:
    desk.do(UndoChange(uid=last_undoable(desk.ids[by]).uid), by)


def balance(desk: Company, customer: str = "C") -> int:
    return standing_on(desk.ids[customer], desk.today).balance


def refused(desk: Company, args: Args, match: str) -> None:
    with pytest.raises(Refused, match=match):
        desk.do(args)


def test_a_copy_of_a_held_order_is_held_too(desk: Company) -> None:
    # 700 + 400 are 100 over the limit.
    held = record_order(desk, "C", "400")
    again = record_order(desk, "C", "400")
    assert [(order.state, order.verdict.cure) for order in (held, again)] == [("held", 10_000)] * 2
    # Neither is let through by who may not.
    refused(desk, ReleaseOrder(order=held.id, date=TODAY, reason="a good one"), "finance")
    assert balance(desk) == 70_000


def test_cancelled_and_recorded_again_it_is_held_again(desk: Company) -> None:
    held = record_order(desk, "C", "400")
    desk.cancel(held, TODAY)
    assert record_order(desk, "C", "400").state == "held"
    # Opened again instead, it waits as before; so does one that was rejected.
    other = record_order(desk, "C", "401")
    desk.cancel(other, TODAY)
    undo_last(desk)
    assert desk.order(other).state == "held"
    desk.sits_here = "F"
    desk.reject(other, TODAY)
    undo_last(desk, "F")
    assert (desk.order(other).state, balance(desk)) == ("held", 70_000)


def test_replaced_by_another_it_is_judged_anew(desk: Company) -> None:
    held = record_order(desk, "C", "400")
    still = record_order(desk, "C", "300.01", replaces=held)
    assert (still.state, still.verdict.cure) == ("held", 1)
    # Taken back, the first one waits again: it does not come out of it confirmed.
    undo_last(desk)
    assert (desk.order(held).state, desk.order(still).state) == ("held", "voided")
    # Made small enough to fit, it is an order like any other, and then nothing more fits.
    assert record_order(desk, "C", "300", replaces=held).state == "confirmed"
    assert (record_order(desk, "C", "0.01").state, balance(desk)) == ("held", 100_000)


def test_split_into_small_ones_only_what_fits_gets_through(desk: Company) -> None:
    # 300 are left: three of 100, not a fourth.
    states = [record_order(desk, "C", "100").state for _part in range(5)]
    assert states == ["confirmed"] * 3 + ["held"] * 2
    assert balance(desk) == 100_000
    # Where something is overdue not even the smallest does.
    assert [record_order(desk, "LATE", "0.01").state for _part in range(3)] == ["held"] * 3


def test_a_quote_is_judged_on_the_day_it_is_confirmed(desk: Company) -> None:
    quote = desk.sell("C", TODAY, "300", quote=True)
    small = desk.sell("C", TODAY, "200", quote=True)
    assert balance(desk) == 70_000
    assert desk.do(ConfirmOrder(order=small.id, date=TODAY)).state == "confirmed"
    # It would have fitted when it was made: 700 + 200 + 300 do not.
    won = desk.do(ConfirmOrder(order=quote.id, date=TODAY))
    assert (won.state, won.verdict.held_for) == ("held", "over_limit")
    late = desk.sell("LATE", TODAY, "1", quote=True)
    assert desk.do(ConfirmOrder(order=late.id, date=TODAY)).verdict.held_for == "overdue"
    # Dated back to a day on which nothing was overdue it is held all the same: the judge's day counts.
    early = desk.sell("LATE", TODAY - 20 * DAY, "1", quote=True)
    assert desk.do(ConfirmOrder(order=early.id, date=TODAY - 20 * DAY)).verdict.held_for == "overdue"


def test_an_order_dated_back_is_judged_as_of_today(desk: Company) -> None:
    assert desk.sell("LATE", TODAY - 35 * DAY, "10").verdict.held_for == "overdue"
    # Nor is it put off to a day on which a limit may be higher.
    with pytest.raises(Refused, match="after today"):
        desk.sell("LATE", TODAY + DAY, "10")


def test_a_confirmed_order_does_not_grow_by_an_amendment(desk: Company) -> None:
    order = record_order(desk, "C", "100")
    grown: OrderRecorded = desk.do(
        AmendOrder(
            id=new_id(), number=next_number(), order=order.id, date=TODAY, version=desk.order(order).version,
            lines=line(desk, "900"),
        )
    )  # fmt: skip
    assert (grown.state, grown.verdict.held_for, grown.verdict.exposure) == ("held", "over_limit,amended", 160_000)
    assert balance(desk) == 80_000
    refused(desk, ReleaseOrder(order=grown.id, date=TODAY, reason="a good one"), "finance")
    # What waits to take its place is no order that money or another order could let through.
    desk.pay("C", TODAY, "800")
    refused(desk, ReleaseOrder(order=grown.id, date=TODAY, reason="paid now"), "finance")
    refused_replacement = RecordOrder(
        id=new_id(), number=next_number(), customer=desk.ids["C"], date=TODAY, lines=line(desk, "900"),
        replaces=grown.id,
    )  # fmt: skip
    refused(desk, refused_replacement, "no open quote and no held order")
    assert (desk.order(order).state, desk.order(grown).state, balance(desk)) == ("confirmed", "held", 0)


def test_money_that_is_taken_back_again_lets_no_order_through(desk: Company) -> None:
    held = record_order(desk, "C", "400")
    desk.pay("C", TODAY, "500")
    receipt = last_undoable(desk.ids["S1"])
    assert desk.release(held, TODAY).verdict.ok
    # 700 + 400 − 500 are owed; without the money 1,100 would be.
    refused(desk, UndoChange(uid=receipt.uid), "would be held without it")
    assert balance(desk) == 60_000


def test_an_order_dated_before_the_money_is_covered_by_it_all_the_same(desk: Company) -> None:
    desk.pay("C", TODAY, "700")
    receipt = last_undoable(desk.ids["S1"])
    # Recorded after the money, but dated before it.
    assert desk.sell("C", TODAY - 9 * DAY, "500").state == "confirmed"
    refused(desk, UndoChange(uid=receipt.uid), "would be held without it")
    assert balance(desk) == 50_000


def test_an_order_let_through_as_of_a_day_before_the_money_is_covered_by_it_too(desk: Company) -> None:
    held = desk.sell("C", TODAY - 9 * DAY, "400")
    desk.pay("C", TODAY, "700")
    receipt = last_undoable(desk.ids["S1"])
    assert desk.release(held, TODAY - 8 * DAY).verdict.ok
    refused(desk, UndoChange(uid=receipt.uid), "would be held without it")
    assert balance(desk) == 40_000


def test_a_slip_of_money_is_undone_where_nothing_was_sold_on_its_account(desk: Company) -> None:
    desk.pay("LATE", TODAY, "150")
    undo_last(desk)
    assert balance(desk, "LATE") == 20_000


def test_money_that_came_with_another_order_lets_no_order_through_either(desk: Company) -> None:
    # 500 come with an order of 10: 490 too much, which settle the old bill.
    record_order(desk, "C", "10", paid="500")
    first = last_undoable(desk.ids["S1"])
    assert balance(desk) == 21_000
    assert record_order(desk, "C", "700").state == "confirmed"
    refused(desk, UndoChange(uid=first.uid), "would be held without it")
    assert balance(desk) == 91_000


def test_money_that_came_when_a_quote_was_confirmed_lets_no_order_through_either(desk: Company) -> None:
    quote = desk.sell("C", TODAY, "10", quote=True)
    payment = Payment(id=new_id(), number=next_number(), amount=50_000)
    desk.do(ConfirmOrder(order=quote.id, date=TODAY, payment=payment))
    confirmed = last_undoable(desk.ids["S1"])
    assert record_order(desk, "C", "700").state == "confirmed"
    refused(desk, UndoChange(uid=confirmed.uid), "would be held without it")
    assert balance(desk) == 91_000


def test_a_temporary_limit_that_has_ended_lets_nothing_through(desk: Company) -> None:
    desk.sits_here = "F"
    desk.terms("C", days=None, limit="2000", since=TODAY, until=TODAY + 2 * DAY, credit_from=None)
    desk.sits_here = "S1"
    quote = desk.sell("C", TODAY, "400", quote=True)
    desk.today = TODAY + 2 * DAY
    assert record_order(desk, "C", "100").state == "confirmed"
    desk.today = TODAY + 3 * DAY
    # 800 owed and 1,000 allowed again: 400 do not fit, recorded, confirmed from a quote, or dated back.
    assert record_order(desk, "C", "400").state == "held"
    assert desk.do(ConfirmOrder(order=quote.id, date=desk.today)).state == "held"
    assert desk.sell("C", TODAY + 2 * DAY, "400").state == "held"
    assert balance(desk) == 80_000


def test_merging_customers_lets_nothing_through(desk: Company) -> None:
    desk.sits_here = "F"
    desk.customer("TWIN", "S1", days=30, limit="500")
    desk.sits_here = "S1"
    held = record_order(desk, "C", "400")
    merging = MergeCustomers(loser=desk.ids["C"], winner=desk.ids["TWIN"], date=TODAY)
    refused(desk, merging, "finance")
    desk.do(merging, "F")
    # The debt goes with the order, and the limits are not added: 700 owed, 500 allowed.
    assert (desk.order(held).state, balance(desk, "TWIN")) == ("held", 70_000)
    refused(desk, ReleaseOrder(order=held.id, date=TODAY, reason="a good one"), "finance")
    assert record_order(desk, "TWIN", "0.01").state == "held"
    assert record_order(desk, "C", "0.01").state == "held"
    # And taken back it waits where it waited.
    undo_last(desk, "F")
    assert (desk.order(held).state, balance(desk)) == ("held", 70_000)
    assert desk.order(held).customer_id == desk.ids["C"]


def test_an_overdue_bill_of_one_stops_both_when_they_are_merged(desk: Company) -> None:
    held = record_order(desk, "LATE", "50")
    desk.do(MergeCustomers(loser=desk.ids["LATE"], winner=desk.ids["C"], date=TODAY), "F")
    assert desk.order(held).state == "held"
    assert record_order(desk, "C", "50").verdict.held_for == "overdue"


def test_goods_that_came_back_and_did_not_after_all_let_no_order_through(desk: Company) -> None:
    order = record_order(desk, "C", "300")
    desk.take_back(order, TODAY, "1")
    coming_back = last_undoable(desk.ids["S1"])
    assert record_order(desk, "C", "300").state == "confirmed"
    # 1,000 are owed: with the goods of the return 1,300 would be.
    refused(desk, UndoChange(uid=coming_back.uid), "would be held without it")
    assert balance(desk) == 100_000


def test_a_return_that_is_cancelled_lets_no_order_through_either(desk: Company) -> None:
    order = record_order(desk, "C", "300")
    back = desk.take_back(order, TODAY, "1")
    assert record_order(desk, "C", "300").state == "confirmed"
    with pytest.raises(Refused, match="would be held without it"):
        desk.cancel(back, TODAY)
    assert balance(desk) == 100_000
    # The office may: it could have released the order too.
    desk.do(UndoChange(uid=last_undoable(desk.ids["S1"]).uid), "F")
    assert balance(desk) == 70_000
    desk.cancel(back, TODAY)
    assert balance(desk) == 100_000


def test_a_debt_does_not_end_by_the_word_of_who_must_collect_it(desk: Company) -> None:
    """Neither a discount nor cancelling the bill of an earlier day makes room for goods, unless the office says so."""
    held = record_order(desk, "LATE", "100")
    assert held.state == "held"
    with pytest.raises(Refused, match="settlement discount"):
        desk.pay("LATE", TODAY, "200", kind="discount")
    with pytest.raises(Refused, match="was confirmed on 2026-05-21"):
        desk.cancel(bill_of(desk, "LATE"), TODAY)
    assert (balance(desk, "LATE"), desk.order(held).state) == (20_000, "held")
    desk.sits_here = "F"
    desk.cancel(bill_of(desk, "LATE"), TODAY)
    assert (balance(desk, "LATE"), desk.order(held).state) == (10_000, "confirmed")


def bill_of(desk: Company, customer: str) -> Order:
    """The only bill of a customer."""
    bill: Order = Order.get((Order.customer == desk.ids[customer]) & (Order.state == "confirmed"))
    return bill
