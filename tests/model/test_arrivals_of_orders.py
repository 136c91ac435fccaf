"""Orders that laptops took without reaching the office: never refused for what they could not know, only judged."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from model.changes.orders import (
    CancelOrder,
    ConfirmOrder,
    LineArgs,
    OrderRecorded,
    RecordOrder,
    ReleaseOrder,
    ReturnLine,
    ReturnOrder,
)
from model.changes.receipts import Payment
from model.credit import standing_on
from model.errors import InputError, Refused
from model.ids import new_id
from model.store import execute, one
from model.touched import collecting
from tests.model.judging_office import JudgingOffice, judging_office, notices, told

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


def confirm(
    desk: JudgingOffice, quote: OrderRecorded, *, paid: int = 0, on: date = TODAY, by: str = "S1"
) -> OrderRecorded:
    payment = Payment(id=new_id(), number=desk.number("B"), amount=paid) if paid else None
    recorded: OrderRecorded = desk.arrive("B", ConfirmOrder(order=quote.id, date=on, payment=payment), by)
    return recorded


def close(desk: JudgingOffice, customer: str) -> None:
    execute("UPDATE customer SET closed_on = ? WHERE id = ?", (TODAY.isoformat(), desk.ids[customer]))


def test_a_date_ahead_of_the_office_becomes_the_offices_and_is_refused_where_it_is_typed(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        order = desk.order(desk.order_from("B", "C", "100", on=TODAY + 3 * DAY, paid="40"))
        assert (order.date, order.first_date, order.live_from) == (TODAY, TODAY, TODAY)
        assert order.due_date == TODAY + 30 * DAY
        assert one("SELECT date FROM receipt") == (TODAY.isoformat(),)
        with pytest.raises(Refused, match="after today"):
            desk.order_from("S", "C", "100", on=TODAY + DAY)


def test_an_order_for_a_closed_customer_waits_for_a_person(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        close(desk, "C")
        order = desk.order_from("B", "C", "100", on=TODAY - 5 * DAY, paid="100")
        assert (order.state, order.verdict.held_for, order.verdict.cure) == ("held", "closed", 0)
        # The money came in all the same.
        assert standing_on(desk.ids["C"], TODAY).balance == -10_000
        with pytest.raises(Refused, match="reopen it first"):
            desk.release(order, TODAY, by="M")
        with pytest.raises(Refused, match="closed"):
            desk.order_from("S", "C", "100")


def test_a_product_no_longer_sold_holds_the_order_until_a_person_releases_it(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        execute("UPDATE product SET active = 0")
        order = desk.order_from("B", "C", "100")
        assert (order.state, order.verdict.held_for) == ("held", "not_sold")
        assert order.verdict.reasons[0].about == ("P",)
        with pytest.raises(Refused, match="no longer sold"):
            desk.order_from("S", "C", "100")
        with pytest.raises(Refused, match="Your role"):
            desk.arrive("B", ReleaseOrder(order=order.id, date=TODAY, reason="please"), by="S1")
        assert desk.release(order, TODAY, by="M").state == "confirmed"


def test_all_reasons_stand_in_their_order(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="50")
        execute("UPDATE product SET active = 0, floor_e4 = 2000000")
        close(desk, "C")
        order = desk.order_from("B", "C", "100", by="S1", maker="S1")
        assert order.verdict.held_for == "over_limit,below_floor,closed,not_sold"


def test_naming_a_maker_with_more_rights_gives_a_salesperson_no_more(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        execute("UPDATE product SET floor_e4 = 950000")
        order = desk.order_from("B", "C", "90", by="S1", maker="M")
        assert order.verdict.held_for == "below_floor"
        with pytest.raises(Refused, match="Your role"):
            desk.arrive("B", ReleaseOrder(order=order.id, date=TODAY, reason="please"), by="S1")
        assert desk.order_from("D", "C", "90", by="M", maker="M").state == "confirmed"


def test_an_order_replacing_a_quote_that_is_gone_stands_by_itself_and_its_maker_is_told(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        quote = desk.order_from("B", "C", "100", quote=True)
        desk.cancel(quote, TODAY)
        order = desk.order_from("B", "C", "90", replaces=quote.id, by="S1")
        assert (order.state, desk.order(order).replaces_id) == ("confirmed", None)
        [notice] = notices()
        assert (notice.person_id, notice.about, notice.customer_id) == (desk.ids["S1"], order.number, desk.ids["C"])
        assert quote.number in told(notice)
        # One that never reached the office is gone just as well.
        assert desk.order_from("B", "C", "90", replaces=new_id(), by="S1").state == "confirmed"
        with pytest.raises(Refused, match="no open quote"):
            desk.order_from("S", "C", "90", replaces=quote.id)


def test_an_open_quote_is_replaced(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        quote = desk.order_from("B", "C", "100", quote=True)
        with collecting() as touched:
            order = desk.order_from("B", "C", "90", replaces=quote.id, paid="10")
        assert (desk.order(order).replaces_id, desk.order(quote).state) == (quote.id, "voided")
        [(receipt,)] = [execute("SELECT id FROM receipt").fetchone()]
        assert touched.documents == {("order", quote.id), ("order", order.id), ("receipt", bytes(receipt))}
        assert touched.customers == {desk.ids["C"]}


def test_a_number_given_twice_keeps_both_orders(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        lines = (LineArgs(line=1, product=desk.ids["P"], quantity_e3=1_000, price_e4=10_000),)

        def arrives() -> OrderRecorded:
            recorded: OrderRecorded = desk.arrive(
                "B", RecordOrder(id=new_id(), number="B-000001", customer=desk.ids["C"], date=TODAY, lines=lines)
            )
            return recorded

        assert [arrives().number, arrives().number] == ["B-000001", "B-000001/2"]


def test_a_quote_won_for_a_closed_customer_is_held(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        quote = desk.order_from("B", "C", "100", quote=True)
        close(desk, "C")
        assert confirm(desk, quote, on=TODAY + DAY).verdict.held_for == "closed"
        assert desk.order(quote).decided_on == TODAY


def test_money_paid_with_a_quote_that_is_gone_is_posted_without_it(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        quote = desk.order_from("B", "C", "100", quote=True)
        desk.cancel(quote, TODAY)
        with pytest.raises(Refused, match="not a quote"):
            confirm(desk, quote)
        assert confirm(desk, quote, paid=10_000).state == "cancelled"
        assert standing_on(desk.ids["C"], TODAY).balance == -10_000
        assert {notice.person_id for notice in notices()} == {desk.ids["S1"]}
        assert len(notices()) == 2


def test_two_laptops_win_one_quote_and_the_second_payment_goes_to_it_too(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="0")
        quote = desk.order_from("B", "C", "100", quote=True)
        first, second = confirm(desk, quote, paid=3_000), confirm(desk, quote, paid=2_000)
        assert (first.state, second.state, second.verdict.name) == ("held", "held", "over_limit")
        assert standing_on(desk.ids["C"], TODAY).balance == -5_000


def test_endings_and_returns_take_the_nearest_possible_date(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="0")
        held = desk.order_from("B", "C", "100", on=TODAY - 5 * DAY)
        desk.release(held, TODAY, by="M")
        back = desk.arrive(
            "B",
            ReturnOrder(
                id=new_id(), number="B-000009", order=held.id, date=TODAY - 2 * DAY,
                lines=(ReturnLine(line=1, returns_line=1, quantity_e3=500),),
            ),
        )  # fmt: skip
        assert desk.order(back).date == TODAY
        desk.arrive("B", CancelOrder(order=back.id, date=TODAY + 9 * DAY, reason="counted twice"))
        # The laptop cancelled it, still held there, before the office released it.
        desk.arrive("B", CancelOrder(order=held.id, date=TODAY - 3 * DAY, reason="changed their mind"))
        assert (desk.order(held).state, desk.order(held).decided_on) == ("cancelled", TODAY)
        assert standing_on(desk.ids["C"], TODAY).balance == 0


def test_what_no_laptop_could_have_recorded_is_refused(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        with pytest.raises(InputError, match="no lines"):
            desk.arrive("B", RecordOrder(id=new_id(), number="B-1", customer=c, date=TODAY, lines=()))
        with pytest.raises(InputError, match="is not in this store"):
            desk.arrive("B", ConfirmOrder(order=new_id(), date=TODAY))
