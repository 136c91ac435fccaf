"""Held orders judged again when something came in that may free them. All amounts by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from model.changes.company import SetSetting
from model.changes.orders import OrderRecorded
from model.changes.recording import last_undoable, record
from model.changes.rejudging import JudgeAgain
from model.changes.terms import SetTerms
from model.changes.undo import UndoChange
from model.credit import standing_on
from model.errors import Refused
from model.leases import remaining
from model.store import execute
from model.touched import collecting
from tests.model.company import Company, company
from tests.model.judging_office import JudgingOffice, judging_office, notices

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


def judged_again(desk: JudgingOffice, *customers: str) -> list[str]:
    """The numbers of the orders that are confirmed now."""
    freed = desk.arrive("S", JudgeAgain(customers=tuple(desk.ids[code] for code in customers)))
    return [order.number for order in freed]


def state(desk: JudgingOffice, order: OrderRecorded) -> str:
    return str(desk.order(order).state)


def test_what_arrived_first_comes_first_and_takes_credit_from_the_next(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="100")
        # All three are held at first: none fits in 100.
        old = desk.order_from("B", "C", "500", on=TODAY - DAY, maker="S2")
        late = desk.order_from("B", "C", "600", on=TODAY - 2 * DAY)
        small = desk.order_from("B", "C", "400", on=TODAY)
        assert judged_again(desk, "C") == []
        desk.terms("C", days=None, limit="1000", since=TODAY, credit_from=None)
        # 500 first, then 600 does not fit in the 500 left, whatever its date, then 400 does.
        assert judged_again(desk, "C") == [old.number, small.number]
        assert [state(desk, order) for order in (old, late, small)] == ["confirmed", "held", "confirmed"]
        freed = desk.order(old)
        assert (freed.date, freed.first_date, freed.live_from) == (TODAY, TODAY - DAY, TODAY)
        assert freed.due_date == TODAY + 30 * DAY
        # Its maker is told; where nobody else took it, the owner.
        freed_told = [notice for notice in notices() if "confirmed" in notice.template]
        assert {notice.about: notice.person_id for notice in freed_told} == {
            old.number: desk.ids["S2"], small.number: desk.ids["S1"],
        }  # fmt: skip


def test_a_receipt_and_an_unblocking_free_what_they_stopped(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=10, limit="1000")
        desk.customer("D", "S1", days=10, limit="1000")
        desk.sell("C", TODAY - 30 * DAY, "300")
        desk.blacklist("D", TODAY)
        late, bad = desk.order_from("B", "C", "100"), desk.order_from("B", "D", "100")
        assert (late.verdict.held_for, bad.verdict.held_for) == ("overdue", "blacklisted")
        assert judged_again(desk, "C", "D") == []
        desk.pay("C", TODAY, "300")
        desk.blacklist("D", TODAY, blacklisted=False)
        assert judged_again(desk, "C", "D") == [late.number, bad.number]
        assert judged_again(desk, "C", "D") == []


def test_money_kept_for_an_order_counts_as_paid_with_it(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1")
        held, other = desk.order_from("B", "C", "100"), desk.order_from("B", "C", "50")
        desk.money_from("B", "C", "100", held.id)
        assert judged_again(desk, "C") == [held.number]
        assert (desk.order(held).open_amount, state(desk, other)) == (0, "held")


def test_what_a_person_must_look_at_waits_for_a_person(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        desk.customer("D", "S1", days=30, limit="1000")
        execute("UPDATE product SET floor_e4 = 950000")
        cheap = desk.order_from("B", "C", "90", maker="S1", by="S1")
        execute("UPDATE product SET floor_e4 = NULL, active = 0")
        unsold = desk.order_from("B", "C", "90")
        execute("UPDATE product SET active = 1")
        execute("UPDATE customer SET closed_on = ? WHERE code = 'D'", (TODAY.isoformat(),))
        closed = desk.order_from("B", "D", "90")
        execute("UPDATE customer SET closed_on = NULL")
        assert judged_again(desk, "C", "D") == []
        assert [state(desk, order) for order in (cheap, unsold, closed)] == ["held"] * 3


def test_nothing_is_confirmed_for_a_closed_customer(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1")
        held = desk.order_from("B", "C", "100")
        desk.terms("C", days=30, limit="1000", since=TODAY)
        execute("UPDATE customer SET closed_on = ?", (TODAY.isoformat(),))
        assert judged_again(desk, "C") == []
        assert state(desk, held) == "held"


def test_no_lease_covers_an_order_that_is_judged_again(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        held = desk.order_from("B", "C", "1200")
        desk.lend("D", "C", "600", until=TODAY + 14 * DAY)
        desk.terms("C", days=None, limit="1500", since=TODAY, credit_from=None)
        # 1,200 owed and 600 lent to D would be 1,800.
        assert judged_again(desk, "C") == []
        # Out of its own device's lease neither: all of it may be promised already, and the office does not know.
        desk.lend("B", "C", "900", until=TODAY + 14 * DAY)
        desk.terms("C", days=None, limit="1800", since=TODAY, credit_from=None)
        assert judged_again(desk, "C") == []
        desk.terms("C", days=None, limit="2700", since=TODAY, credit_from=None)
        with collecting() as touched:
            assert judged_again(desk, "C") == [held.number]
        assert (remaining(c, "B"), remaining(c, "D"), desk.taken("C")) == (90_000, 60_000, 270_000)
        assert ("order", held.id) in touched.documents


def test_only_the_office_judges_again(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1")
        with pytest.raises(Refused, match="Only the office"):
            desk.arrive("B", JudgeAgain(customers=(c,)), by="M")


def test_in_a_store_of_its_own_a_limit_frees_the_oldest_first_and_money_only_offers(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P")
        desk.customer("C", "S1", days=30, limit="100")
        old, late, small = (desk.sell("C", TODAY, amount) for amount in ("500", "600", "400"))
        # Money pays for the last, and whoever enters it decides whether it goes out.
        desk.pay("C", TODAY, "400", small)
        assert [desk.order(order).state for order in (old, late, small)] == ["held"] * 3
        freed: list[str] = []
        terms = SetTerms(
            customer=desk.ids["C"], from_date=TODAY, credit_days=30, credit_from="order", credit_limit=100_000
        )
        record(terms, person=None, on=TODAY, freed=freed)
        assert freed == [old.number, small.number]
        assert [desk.order(order).state for order in (old, late, small)] == ["confirmed", "held", "confirmed"]
        desk.cancel(old, TODAY)
        assert desk.order(late).state == "confirmed"


def test_a_release_that_is_undone_stays_undone(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P")
        desk.customer("C", "S1", days=30, limit="100")
        held = desk.sell("C", TODAY, "500")
        desk.pay("C", TODAY, "500")
        desk.release(held, TODAY)
        desk.do(UndoChange(uid=last_undoable(None).uid))
        assert desk.order(held).state == "held"


def test_undoing_what_freed_an_order_holds_it_again(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P")
        desk.customer("C", "S1", days=30, limit="100", since=TODAY - 9 * DAY)
        held = desk.sell("C", TODAY, "150")
        desk.terms("C", days=30, limit="200", since=TODAY)
        assert desk.order(held).state == "confirmed"
        desk.do(UndoChange(uid=last_undoable(None).uid))
        assert (desk.order(held).state, standing_on(desk.ids["C"], TODAY).balance) == ("held", 0)
        # A day later the goods may have gone out on it.
        desk.terms("C", days=30, limit="200", since=TODAY)
        desk.today = TODAY + DAY
        with pytest.raises(Refused, match="make the opposite change"):
            desk.do(UndoChange(uid=last_undoable(None).uid))
        assert desk.order(held).state == "confirmed"


def test_what_frees_nothing_overrides_no_declined_offer(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P")
        desk.customer("C", "S1", days=30, limit="100", since=TODAY)
        held = desk.sell("C", TODAY, "150")
        desk.pay("C", TODAY, "100")
        desk.assign("C", None, TODAY)
        desk.sell("C", TODAY, "10")
        assert desk.order(held).state == "held"


def set_credit(desk: Company | JudgingOffice, name: str, value: str, since: date = TODAY) -> list[str]:
    """The numbers of the orders that are confirmed by it."""
    freed: list[str] = []
    record(SetSetting(name=name, from_date=since, value=value), person=None, on=desk.today, freed=freed)
    return freed


def test_a_setting_frees_what_it_no_longer_stops_and_its_undo_holds_it_again(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P")
        for code in "CD":
            desk.customer(code, "S1", days=10, limit="1000", since=TODAY - 60 * DAY)
        # Due on the 15th, and 15 days late today; the other one 12 days.
        desk.sell("C", TODAY - 25 * DAY, "300")
        desk.sell("D", TODAY - 22 * DAY, "40")
        late, later = desk.sell("C", TODAY, "100"), desk.sell("D", TODAY, "100")
        assert set_credit(desk, "grace_days", "11") == []
        assert set_credit(desk, "grace_days", "30", since=TODAY + DAY) == []
        assert set_credit(desk, "lease_days", "30") == []
        assert set_credit(desk, "grace_days", "12") == [later.number]
        assert set_credit(desk, "tolerance", "300.00") == [late.number]
        desk.do(UndoChange(uid=last_undoable(None).uid))
        assert [desk.order(order).state for order in (late, later)] == ["held", "confirmed"]


def test_a_setting_releases_nothing_that_was_offered_before_and_not_taken(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.salesperson("S1")
        desk.product("P")
        desk.customer("C", "S1", days=30, limit="100", since=TODAY - 60 * DAY)
        declined = desk.sell("C", TODAY, "150")
        desk.pay("C", TODAY, "100")
        assert set_credit(desk, "grace_days", "30") == []
        desk.do(UndoChange(uid=last_undoable(None).uid))
        assert desk.order(declined).state == "held"
