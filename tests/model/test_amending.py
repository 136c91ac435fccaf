"""A confirmed order is amended by another that waits for the office and then takes its place. All amounts by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model import totals
from model.ageing import ageing, open_bills
from model.changes.documents import next_number
from model.changes.order_amending import AmendOrder
from model.changes.order_lines import LineArgs
from model.changes.orders import OrderRecorded, RecordOrder
from model.changes.receipts import RecordReceipt
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.errors import Refused
from model.ids import new_id
from model.lost import lost_report
from model.margin import margin
from model.orders import Order
from model.settlement import settle_batch
from model.statement import statement
from model.store import execute, one, rows
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)
SOLD_ON = TODAY - 10 * DAY


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.salesperson("S2")
        made.salesperson("F", "finance")
        made.product("P", price="100", cost="80")
        made.product("Q", price="10", cost="4")
        made.customer("C1", "S1", days=30, limit="1000")
        yield made
        assert totals.faults() == []


def amended(
    desk: Company, order: OrderRecorded, amount: str, *, on: date = TODAY, version: int | None = None,
    by: str | None = None, product: str = "P",
) -> OrderRecorded:  # fmt: skip
    """One piece of a product at this price instead of what the order has."""
    recorded: OrderRecorded = desk.do(
        AmendOrder(
            id=new_id(), number=next_number(), order=order.id, date=on,
            version=desk.order(order).version if version is None else version,
            lines=(LineArgs(line=1, product=desk.ids[product], quantity_e3=1_000, price_e4=int(amount) * 10_000),),
        ),
        by,
    )  # fmt: skip
    return recorded


def released(desk: Company, order: OrderRecorded, on: date = TODAY) -> Order:
    desk.release(order, on, by="F")
    return desk.order(order)


def balance(desk: Company) -> int:
    found = one("SELECT balance FROM customer_total WHERE customer_id = ?", (desk.ids["C1"],))
    assert found is not None
    return int(found[0])


def test_an_amendment_waits_and_changes_nothing_until_the_office_agrees(desk: Company) -> None:
    order = desk.sell("C1", SOLD_ON, "500", maker="S1")
    waiting = amended(desk, order, "700", by="S1")
    assert (waiting.state, waiting.verdict.held_for if waiting.verdict else "") == ("held", "amended")
    assert (balance(desk), desk.order(order).state) == (50_000, "confirmed")
    with pytest.raises(Refused, match="finance"):
        desk.release(waiting, TODAY, by="S1")
    agreed = released(desk, waiting)
    assert (agreed.state, agreed.date, agreed.live_from, agreed.due_date) == (
        "confirmed", SOLD_ON, TODAY, SOLD_ON + 30 * DAY,
    )  # fmt: skip
    before = desk.order(order)
    assert (before.state, before.live_from, before.live_to, before.reason) == (
        "cancelled", SOLD_ON, TODAY, waiting.number,
    )  # fmt: skip
    assert balance(desk) == 70_000
    # Whose it was and what it cost are those of the order; the day before the agreement shows what held then.
    assert (agreed.owner_id, agreed.maker_id, agreed.cost) == (desk.ids["S1"], desk.ids["S1"], 8_000)
    assert [row.balance for row in statement(desk.ids["C1"], None, TODAY - DAY)][-1] == 50_000
    assert ageing(TODAY - DAY).total.balance == 50_000
    assert ageing(TODAY).total.balance == 70_000


def test_it_stays_one_order_of_its_month_and_none_is_lost(desk: Company) -> None:
    order = desk.sell("C1", SOLD_ON, "500", maker="S1")
    released(desk, amended(desk, order, "300"))
    found = margin(SOLD_ON, TODAY, "customer", TODAY).total
    assert (found.orders, found.revenue, found.cost) == (1, 30_000, 8_000)
    report = lost_report(SOLD_ON, TODAY, "salesperson", TODAY).rows[-1]
    assert (report.won, report.lost) == (1, 0)
    total = one("SELECT trades, first_trade, last_trade FROM customer_total WHERE customer_id = ?", (desk.ids["C1"],))
    assert total == (1, SOLD_ON.isoformat(), SOLD_ON.isoformat())


def test_money_that_settled_an_order_settles_its_amendment_before_any_other_bill(desk: Company) -> None:
    first = desk.sell("C1", SOLD_ON - DAY, "200")
    order = desk.sell("C1", SOLD_ON, "500")
    desk.pay("C1", SOLD_ON + DAY, "500", order)
    # 300 stay with the amendment; the 200 that are too much settle the older bill.
    small = released(desk, amended(desk, order, "300"))
    assert (small.open_amount, small.settled_on, desk.order(first).open_amount) == (0, TODAY, 0)
    assert desk.order(order).open_amount == 0
    settled_by_replay = rows("SELECT id, open_amount, settled_on FROM orders ORDER BY id")
    execute("DELETE FROM allocation")
    settle_batch("= ?", [desk.ids["C1"]])
    assert rows("SELECT id, open_amount, settled_on FROM orders ORDER BY id") == settled_by_replay


def test_money_that_names_the_order_later_is_meant_for_what_stands_in_its_place(desk: Company) -> None:
    desk.sell("C1", SOLD_ON - DAY, "200")
    order = desk.sell("C1", SOLD_ON, "500")
    twice = released(desk, amended(desk, order, "600"))
    again = released(desk, amended(desk, OrderRecorded(twice.id, twice.number, "", 0, None), "700"))
    desk.pay("C1", TODAY, "650", order)
    assert desk.order(OrderRecorded(again.id, "", "", 0, None)).open_amount == 5_000


def test_amended_on_its_own_day_it_never_counted(desk: Company) -> None:
    order = desk.sell("C1", TODAY, "500", paid="100")
    agreed = released(desk, amended(desk, order, "400"))
    assert (agreed.open_amount, balance(desk)) == (30_000, 30_000)
    assert [row.balance for row in statement(desk.ids["C1"], None, TODAY)][-1] == 30_000
    assert [bill.number for bill in open_bills(TODAY)] == [agreed.number]


def test_what_it_adds_needs_credit_and_what_was_overdue_stays_so(desk: Company) -> None:
    order = desk.sell("C1", TODAY - 20 * DAY, "600")
    waiting = amended(desk, order, "1100")
    # 600 are owed already: 500 more, and 100 beyond the limit.
    assert waiting.verdict is not None
    assert [(reason.name, reason.amount) for reason in waiting.verdict.reasons] == [
        ("over_limit", 10_000), ("amended", 0),
    ]  # fmt: skip
    assert waiting.verdict.need == 50_000
    desk.reject(waiting, TODAY)
    assert (desk.order(order).state, balance(desk)) == ("confirmed", 60_000)
    assert lost_report(TODAY - 20 * DAY, TODAY, "salesperson", TODAY).rows[-1].lost == 0


def test_only_what_stands_as_it_was_seen_is_amended(desk: Company) -> None:
    order = desk.sell("C1", SOLD_ON, "500")
    with pytest.raises(Refused, match="changed meanwhile"):
        amended(desk, order, "400", version=7)
    waiting = amended(desk, order, "400")
    with pytest.raises(Refused, match=f"{waiting.number} waits to amend"):
        amended(desk, order, "300")
    desk.cancel(order, TODAY)
    assert desk.order(waiting).state == "voided"
    with pytest.raises(Refused, match="no confirmed order"):
        amended(desk, order, "300")


def test_goods_that_came_back_are_not_amended_away(desk: Company) -> None:
    order = desk.sell("C1", SOLD_ON, [("P", "2", "100")])
    waiting = amended(desk, order, "100")
    desk.take_back(order, TODAY, "1")
    with pytest.raises(Refused, match="came back"):
        released(desk, waiting)
    other = desk.sell("C1", SOLD_ON, [("P", "2", "100")])
    desk.take_back(other, TODAY, "1")
    with pytest.raises(Refused, match="came back"):
        amended(desk, other, "100")


def test_an_amendment_is_undone_while_it_waits(desk: Company) -> None:
    order = desk.sell("C1", SOLD_ON, "500")
    waiting = amended(desk, order, "400")
    uid = desk.order(waiting).change_uid
    desk.do(UndoChange(uid=uid))
    assert (desk.order(waiting).state, desk.order(order).state) == ("voided", "confirmed")
    agreed = amended(desk, order, "300")
    released(desk, agreed)
    with pytest.raises(Refused, match="amend the order again"):
        desk.do(UndoChange(uid=desk.order(agreed).change_uid))
    [(release,)] = rows("SELECT uid FROM change WHERE kind = 'order.release'")
    with pytest.raises(Refused, match="amend it back"):
        desk.do(UndoChange(uid=bytes(release)))


def test_a_cancellation_that_is_undone_brings_back_what_waited_to_amend_the_order(desk: Company) -> None:
    order = desk.sell("C1", TODAY, "300")
    amendment = amended(desk, order, "200")
    desk.cancel(order, TODAY)
    assert desk.order(amendment).state == "voided"
    desk.do(UndoChange(uid=last_undoable(None).uid))
    assert (desk.order(order).state, desk.order(amendment).state) == ("confirmed", "held")
    desk.release(amendment, TODAY)
    assert (desk.order(order).state, desk.order(amendment).state) == ("cancelled", "confirmed")


def test_what_the_order_sold_keeps_its_cost_and_may_stay_although_it_is_sold_no_more(desk: Company) -> None:
    order = desk.sell("C1", SOLD_ON, "500")
    desk.cost("P", SOLD_ON, "90")
    execute("UPDATE product SET active = 0 WHERE id = ?", (desk.ids["P"],))
    agreed = released(desk, amended(desk, order, "450"))
    assert agreed.cost == 8_000
    execute("UPDATE product SET active = 0 WHERE id = ?", (desk.ids["Q"],))
    with pytest.raises(Refused, match="no longer sold"):
        amended(desk, OrderRecorded(agreed.id, "", "", 0, None), "10", product="Q")


def test_a_held_order_is_replaced_and_judged_anew_with_the_money_that_waited_for_it(desk: Company) -> None:
    desk.sell("C1", TODAY, "900")
    held = desk.sell("C1", TODAY, "400")
    assert held.state == "held"
    desk.pay("C1", TODAY, "250", held)
    # 900 are owed, 250 wait for the order: 350 fit beside them.
    smaller: OrderRecorded = desk.do(
        RecordOrder(
            id=new_id(), number=next_number(), customer=desk.ids["C1"], date=TODAY, replaces=held.id,
            lines=(LineArgs(line=1, product=desk.ids["P"], quantity_e3=1_000, price_e4=3_500_000),),
        )
    )  # fmt: skip
    assert (smaller.state, desk.order(held).state) == ("confirmed", "voided")
    assert desk.order(smaller).open_amount == 10_000


def test_money_taken_back_lets_no_goods_through(desk: Company) -> None:
    desk.customer("C2", "S1", days=30, limit="100")
    desk.sell("C2", TODAY, "100", maker="S1")
    money = desk.do(
        RecordReceipt(id=new_id(), number=next_number(), customer=desk.ids["C2"], date=TODAY, amount=10_000), "S1"
    )
    assert desk.sell("C2", TODAY, "100", maker="S1", by="S1").state == "confirmed"
    uid = desk.receipt(money).change_uid
    with pytest.raises(Refused, match="would be held without it"):
        desk.do(UndoChange(uid=uid), "S1")
    assert not desk.receipt(money).voided
    desk.do(UndoChange(uid=uid), "F")
    assert desk.receipt(money).voided
