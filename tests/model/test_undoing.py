"""What a person expects to undo can be undone, as long as nobody has changed it since; then a sentence says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model import totals
from model.activity import activity_board
from model.attribution import owner_bp_on
from model.changes.customers import AssignCustomers, ClaimCustomer, ReleaseCustomer, SetBlacklisted
from model.changes.orders import ConfirmOrder, LoseOrder
from model.changes.receipts import Payment
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.credit import standing_on
from model.customers import blacklisted_on, owner_on, terms_on
from model.errors import Refused
from model.former import Former
from model.ids import new_id
from model.money import parse_amount
from model.products import cost_on
from model.settings import MonthClose, setting_on
from model.settlement import reserved_money
from model.store import rows
from tests.model.company import Company, company

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        for code, role in (("S1", "sales"), ("S2", "sales"), ("M", "manager"), ("F", "finance")):
            made.salesperson(code, role)
        made.product("P")
        made.customer("C1", "S1", days=30, limit="1000")
        made.customer("C2", "S2", days=30, limit="1000")
        made.customer("POOL")
        yield made
        assert totals.faults() == []


def undo_last(desk: Company, by: str | None = None) -> None:
    person = desk.sits_here if by is None else by
    last = last_undoable(None if person is None else desk.ids[person])
    desk.do(UndoChange(uid=last.uid), by)


def spans(desk: Company, customer: str) -> list[tuple[object, ...]]:
    return rows(
        "SELECT from_date, to_date, owner_id, started_by, ended_by FROM assignment WHERE customer_id = ?"
        " ORDER BY from_date",
        (desk.ids[customer],),
    )


def test_an_assignment_of_several_is_taken_back_to_the_former_owners(desk: Company) -> None:
    desk.assign("C1", "S2", TODAY + 5 * DAY)
    before = {code: spans(desk, code) for code in ("C1", "C2", "POOL")}
    desk.do(AssignCustomers(customers=(desk.ids["C2"], desk.ids["POOL"]), owner=desk.ids["S1"], from_date=TODAY))
    assert owner_on(desk.ids["POOL"], TODAY) == desk.ids["S1"]
    undo_last(desk)
    assert {code: spans(desk, code) for code in before} == before


def test_a_span_that_had_an_end_gets_it_back(desk: Company) -> None:
    desk.assign("C1", None, TODAY + 5 * DAY)
    before = spans(desk, "C1")
    desk.assign("C1", "S2", TODAY)
    undo_last(desk)
    assert spans(desk, "C1") == before


def test_what_was_assigned_again_since_is_not_taken_back_and_nothing_of_it_is(desk: Company) -> None:
    desk.do(AssignCustomers(customers=(desk.ids["C1"], desk.ids["C2"]), owner=desk.ids["M"], from_date=TODAY))
    first = last_undoable(None)
    desk.assign("C2", "S1", TODAY + DAY)
    with pytest.raises(Refused, match="C2 was changed again"):
        desk.do(UndoChange(uid=first.uid))
    assert owner_on(desk.ids["C1"], TODAY) == desk.ids["M"]


def test_two_assignments_are_taken_back_one_after_the_other(desk: Company) -> None:
    before = spans(desk, "C1")
    desk.assign("C1", "S2", TODAY)
    desk.assign("C1", "M", TODAY)
    undo_last(desk)
    undo_last(desk)
    assert spans(desk, "C1") == before


def test_an_assignment_in_a_month_that_was_closed_since_stays(desk: Company) -> None:
    desk.assign("C1", "S2", TODAY)
    MonthClose.create(month="2026-03", person_id=desk.ids["S1"], responsible=1, active=0)
    with pytest.raises(Refused, match="2026-03 is closed"):
        undo_last(desk)


def test_an_assignment_changes_no_past_board(desk: Company) -> None:
    desk.sell("C1", date(2026, 2, 3), "10")
    months = ("2026-01", "2026-02")
    boards = [activity_board(month, TODAY) for month in months]
    desk.assign("C1", "S2", TODAY)
    assert [activity_board(month, TODAY) for month in months] == boards
    undo_last(desk)
    assert [activity_board(month, TODAY) for month in months] == boards


def test_a_claim_and_a_release_are_taken_back_on_their_day_by_who_made_them(desk: Company) -> None:
    desk.do(ClaimCustomer(customer=desk.ids["POOL"], owner=desk.ids["S1"], from_date=TODAY), "S1")
    undo_last(desk, "S1")
    assert spans(desk, "POOL") == []
    before = spans(desk, "C1")
    desk.do(ReleaseCustomer(customer=desk.ids["C1"], from_date=TODAY), "S1")
    undo_last(desk, "S1")
    assert spans(desk, "C1") == before


def test_a_release_of_another_day_is_for_the_manager_to_take_back(desk: Company) -> None:
    desk.do(ReleaseCustomer(customer=desk.ids["C1"], from_date=TODAY), "S1")
    desk.today += DAY
    with pytest.raises(Refused, match="not done today"):
        undo_last(desk, "S1")
    released = last_undoable(desk.ids["S1"])
    with pytest.raises(Refused, match="assign customers"):
        desk.do(UndoChange(uid=released.uid), "F")
    desk.do(UndoChange(uid=released.uid), "M")
    assert owner_on(desk.ids["C1"], desk.today) == desk.ids["S1"]


def test_terms_are_taken_back_also_where_they_replaced_others_of_the_day(desk: Company) -> None:
    desk.terms("C1", days=10, limit="50", since=TODAY)
    desk.terms("C1", days=60, limit="9000", since=TODAY)
    undo_last(desk)
    assert (terms_on(desk.ids["C1"], TODAY).credit_days, terms_on(desk.ids["C1"], TODAY).credit_limit) == (10, 5000)
    undo_last(desk)
    assert terms_on(desk.ids["C1"], TODAY).credit_limit == 100_000


def test_the_blacklist_is_taken_back_by_who_may_change_it(desk: Company) -> None:
    desk.do(SetBlacklisted(customer=desk.ids["C1"], from_date=TODAY, blacklisted=True, reason="gone"), "F")
    undo_last(desk, "F")
    assert not blacklisted_on(desk.ids["C1"], TODAY)


def test_setting_cost_and_rule_are_taken_back(desk: Company) -> None:
    desk.setting("grace_days", "3", TODAY)
    desk.setting("grace_days", "5", TODAY)
    undo_last(desk)
    assert setting_on("grace_days", TODAY) == "3"
    desk.cost("P", TODAY, "50")
    undo_last(desk)
    assert cost_on(desk.ids["P"], TODAY) == 80 * 10_000
    desk.rule(TODAY, 30)
    undo_last(desk)
    assert owner_bp_on(TODAY) == 10_000


def test_a_cost_set_again_since_keeps_the_first_from_being_taken_back(desk: Company) -> None:
    desk.cost("P", TODAY - DAY, "50")
    first = last_undoable(None)
    desk.cost("P", TODAY, "60")
    with pytest.raises(Refused, match="P was changed again"):
        desk.do(UndoChange(uid=first.uid))


def test_a_cancelled_order_lives_again_with_its_date_and_its_money(desk: Company) -> None:
    order = desk.sell("C1", TODAY - DAY, "100", paid="40")
    before = desk.order(order)
    desk.cancel(order, TODAY)
    undo_last(desk)
    again = desk.order(order)
    assert (again.state, again.live_from, again.live_to, again.open_amount) == (
        "confirmed",
        before.live_from,
        None,
        6000,
    )
    assert again.version == before.version


def test_a_cancellation_is_no_way_around_the_limit(desk: Company) -> None:
    order = desk.sell("C1", TODAY, "800")
    desk.cancel(order, TODAY)
    desk.sell("C1", TODAY, "700")
    with pytest.raises(Refused, match="would be held now"):
        undo_cancel_of(desk)
    assert desk.order(order).state == "cancelled"


def undo_cancel_of(desk: Company) -> None:
    [(uid,)] = rows("SELECT uid FROM change WHERE kind = 'order.cancel'")
    desk.do(UndoChange(uid=bytes(uid)))


def test_a_cancelled_return_stands_again_only_where_no_other_goods_came_back(desk: Company) -> None:
    order = desk.sell("C1", TODAY, [("P", "3", "100")])
    back = desk.take_back(order, TODAY, "1")
    desk.cancel(back, TODAY)
    undo_last(desk)
    assert desk.order(back).state == "confirmed"
    desk.cancel(back, TODAY)
    other = desk.take_back(order, TODAY, "1")
    uid = bytes(rows("SELECT uid FROM change WHERE kind = 'order.cancel' ORDER BY number DESC")[0][0])
    with pytest.raises(Refused, match=other.number):
        desk.do(UndoChange(uid=uid))


def test_a_rejected_and_a_lost_order_wait_again(desk: Company) -> None:
    held = desk.sell("C1", TODAY, "2000")
    desk.reject(held, TODAY)
    undo_last(desk)
    assert (desk.order(held).state, desk.order(held).held_for) == ("held", "over_limit")
    quote = desk.sell("C1", TODAY, "10", quote=True)
    desk.do(LoseOrder(order=quote.id, date=TODAY, reason="price"))
    undo_last(desk)
    assert desk.order(quote).state == "quote"


def test_a_release_is_taken_back_and_the_order_held_as_it_was(desk: Company) -> None:
    held = desk.sell("C1", TODAY - DAY, "2000")
    before = desk.order(held)
    desk.release(held, TODAY)
    undo_last(desk)
    again = desk.order(held)
    assert (again.state, again.date, again.live_from, again.held_for) == ("held", before.date, None, "over_limit")
    assert rows("SELECT balance FROM customer_total WHERE customer_id = ?", (desk.ids["C1"],)) == [(0,)]


def test_a_confirmation_is_taken_back_with_the_money_that_came_with_it(desk: Company) -> None:
    quote = desk.sell("C1", TODAY, "100", quote=True)
    payment = Payment(id=new_id(), number="X-1", amount=parse_amount("60"))
    desk.do(ConfirmOrder(order=quote.id, date=TODAY, payment=payment))
    undo_last(desk)
    assert desk.order(quote).state == "quote"
    assert rows("SELECT voided FROM receipt WHERE id = ?", (payment.id,)) == [(1,)]
    assert rows("SELECT balance FROM customer_total WHERE customer_id = ?", (desk.ids["C1"],)) == [(0,)]


def test_what_other_documents_name_stays_confirmed(desk: Company) -> None:
    quote = desk.sell("C1", TODAY, "100", quote=True)
    desk.do(ConfirmOrder(order=quote.id, date=TODAY))
    confirmed = last_undoable(None)
    receipt = desk.pay("C1", TODAY, "100", quote)
    with pytest.raises(Refused, match=receipt.number):
        desk.do(UndoChange(uid=confirmed.uid))
    assert desk.order(quote).state == "confirmed"


def test_decisions_about_one_order_are_taken_back_in_turn(desk: Company) -> None:
    quote = desk.sell("C1", TODAY, "100", quote=True)
    desk.do(ConfirmOrder(order=quote.id, date=TODAY))
    desk.cancel(quote, TODAY)
    undo_last(desk)
    undo_last(desk)
    assert desk.order(quote).state == "quote"
    undo_last(desk)
    assert desk.order(quote).state == "voided"


def test_what_wrote_nothing_is_passed_over(desk: Company) -> None:
    desk.assign("C1", "S2", TODAY)
    given = last_undoable(None)
    desk.setting("grace_days", "0", TODAY)
    undo_last(desk)
    desk.do(AssignCustomers(customers=(desk.ids["C1"],), owner=desk.ids["S2"], from_date=TODAY))
    assert Former.select().where(Former.change_uid == given.uid).count() == 1
    undo_last(desk)
    assert owner_on(desk.ids["C1"], TODAY) == desk.ids["S1"]


def test_an_order_that_money_released_waits_again_with_the_money(desk: Company) -> None:
    desk.customer("C3", "S1")
    held = desk.sell("C3", TODAY, "500")
    desk.pay("C3", TODAY, "500", held)
    desk.release(held, TODAY, "M")
    undo_last(desk, "M")
    assert desk.order(held).state == "held"
    assert standing_on(desk.ids["C3"], TODAY).balance == -50_000
    assert reserved_money(desk.ids["C3"]) == 50_000
    # And then the money can be taken back too.
    undo_last(desk)
    assert standing_on(desk.ids["C3"], TODAY).balance == 0
    assert desk.order(held).state == "held"


def test_an_order_of_which_goods_came_back_does_not_wait_again(desk: Company) -> None:
    desk.customer("C3", "S1")
    held = desk.sell("C3", TODAY, "500")
    desk.release(held, TODAY, "M")
    desk.take_back(held, TODAY, "1")
    released = rows("SELECT uid FROM change WHERE kind = 'order.release'")[0][0]
    with pytest.raises(Refused, match="make a return instead"):
        desk.do(UndoChange(uid=bytes(released)), "M")
