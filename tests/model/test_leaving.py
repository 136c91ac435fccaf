"""Someone leaves: one deed gives all their customers away, takes them off the list of people, and can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model.activity import activity_board
from model.changes.customers import LogContact
from model.changes.editing import edit_of
from model.changes.leaving import SeeOff, customers_left_with
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.customers import Customer, owner_on
from model.errors import InputError, Refused
from model.follow_ups import follow_ups
from model.ids import new_id
from model.people import Salesperson
from model.store import rows
from tests.model.company import Company, company
from tests.model.office import office, told

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        for code, role in (("S1", "sales"), ("S2", "sales"), ("M", "manager"), ("F", "finance")):
            made.salesperson(code, role)
        made.product("P")
        for code in ("C1", "C2", "GONE"):
            made.customer(code, "S1")
        made.customer("OTHERS", "S2")
        args = edit_of(Customer.get_by_id(made.ids["GONE"]), {"closed_on": TODAY.isoformat()})
        assert args is not None
        made.do(args)
        yield made


def see_off(desk: Company, person: str, to: str | None, on: date, by: str = "M") -> None:
    desk.do(SeeOff(person=desk.ids[person], to=None if to is None else desk.ids[to], date=on), by)


def spans() -> list[tuple[object, ...]]:
    return rows("SELECT * FROM assignment ORDER BY customer_id, from_date")


def owners(desk: Company, day: date = TODAY) -> dict[str, bytes | None]:
    return {code: owner_on(desk.ids[code], day) for code in ("C1", "C2", "OTHERS", "GONE")}


def test_all_open_customers_go_to_another_from_a_day_on(desk: Company) -> None:
    assert customers_left_with(desk.ids["S1"], TODAY) == 2
    see_off(desk, "S1", "S2", TODAY - 2 * DAY)
    s1, s2 = desk.ids["S1"], desk.ids["S2"]
    assert owners(desk) == {"C1": s2, "C2": s2, "OTHERS": s2, "GONE": s1}
    assert owner_on(desk.ids["C1"], TODAY - 3 * DAY) == s1
    assert not Salesperson.get_by_id(s1).active
    assert customers_left_with(s1, TODAY) == 0


def test_they_may_go_to_the_pool(desk: Company) -> None:
    see_off(desk, "S1", None, TODAY)
    assert owners(desk)["C1"] is None


def test_what_was_promised_to_who_leaves_is_given_on_with_its_days(desk: Company) -> None:
    desk.assign("OTHERS", "S1", TODAY + 5 * DAY)
    desk.assign("C1", "M", TODAY + 9 * DAY)
    see_off(desk, "S1", "F", TODAY)
    assert owner_on(desk.ids["OTHERS"], TODAY + 4 * DAY) == desk.ids["S2"]
    assert owner_on(desk.ids["OTHERS"], TODAY + 5 * DAY) == desk.ids["F"]
    assert owner_on(desk.ids["C1"], TODAY + 8 * DAY) == desk.ids["F"]
    assert owner_on(desk.ids["C1"], TODAY + 9 * DAY) == desk.ids["M"]


def test_it_is_one_thing_to_undo(desk: Company) -> None:
    before = spans()
    see_off(desk, "S1", "S2", TODAY)
    desk.do(UndoChange(uid=last_undoable(desk.ids["M"]).uid), "M")
    assert spans() == before
    assert Salesperson.get_by_id(desk.ids["S1"]).active


def test_it_is_not_undone_once_a_customer_was_given_on(desk: Company) -> None:
    see_off(desk, "S1", "S2", TODAY)
    left = last_undoable(desk.ids["M"])
    desk.assign("C1", "M", TODAY + DAY)
    with pytest.raises(Refused, match="C1 was changed again"):
        desk.do(UndoChange(uid=left.uid), "M")
    assert not Salesperson.get_by_id(desk.ids["S1"]).active


def test_it_needs_the_right_another_heir_and_a_day_that_has_come(desk: Company) -> None:
    with pytest.raises(Refused, match="Your role may not"):
        see_off(desk, "S1", "S2", TODAY, by="F")
    with pytest.raises(Refused, match="sees themselves off"):
        see_off(desk, "M", "S2", TODAY)
    with pytest.raises(InputError, match="cannot keep"):
        see_off(desk, "S1", "S1", TODAY)
    with pytest.raises(Refused, match="after today"):
        see_off(desk, "S1", "S2", TODAY + DAY)


def test_it_changes_no_past_board(desk: Company) -> None:
    desk.sell("C1", date(2026, 2, 3), "10")
    before = activity_board("2026-02", TODAY).rows
    see_off(desk, "S1", "S2", TODAY)
    counted = {row.code: (row.responsible, row.active) for row in activity_board("2026-02", TODAY).rows}
    assert counted == {row.code: (row.responsible, row.active) for row in before}


def test_follow_ups_go_to_whom_the_customer_goes(desk: Company) -> None:
    plan(desk, "C1", "S1", TODAY - 5 * DAY, TODAY)
    plan(desk, "C2", "S1", TODAY - 5 * DAY, TODAY + 3 * DAY)
    assert [each.code for each in follow_ups(desk.ids["S1"], TODAY)] == ["C1"]
    see_off(desk, "S1", "S2", TODAY)
    assert follow_ups(desk.ids["S1"], TODAY) == []
    [due] = follow_ups(desk.ids["S2"], TODAY)
    assert (due.code, due.due_on, due.written_by) == ("C1", TODAY, "Person S1")


def test_a_follow_up_ends_with_the_contact_that_was_planned_or_the_next_plan(desk: Company) -> None:
    plan(desk, "C1", "S1", TODAY - 5 * DAY, TODAY - DAY)
    plan(desk, "C1", "S1", TODAY - 3 * DAY, None)
    assert len(follow_ups(desk.ids["S1"], TODAY)) == 1
    plan(desk, "C1", "S1", TODAY, None)
    assert follow_ups(desk.ids["S1"], TODAY) == []
    plan(desk, "C2", "S1", TODAY - 5 * DAY, TODAY - DAY)
    plan(desk, "C2", "S1", TODAY - 4 * DAY, TODAY + 5 * DAY)
    assert follow_ups(desk.ids["S1"], TODAY) == []


def plan(desk: Company, customer: str, person: str, on: date, next_on: date | None) -> None:
    desk.do(
        LogContact(
            id=new_id(), customer=desk.ids[customer], date=on, note="called", person=desk.ids[person], next_on=next_on
        )
    )


def test_at_the_office_only_what_is_still_theirs_is_given_and_the_heir_is_told(tmp_path: Path) -> None:
    with office(tmp_path / "office") as desk:
        for code in ("C1", "C2"):
            desk.customer(code, "S1")
        desk.assign("C1", "F", desk.today)
        judged = desk.arrive(SeeOff(person=desk.ids["S1"], to=desk.ids["S2"], date=desk.today + DAY), "M")
        assert judged.status == "done"
        assert owner_on(desk.ids["C1"], desk.today) == desk.ids["F"]
        assert owner_on(desk.ids["C2"], desk.today) == desk.ids["S2"]
        assert told(desk.ids["S2"]) == ["Person S1 has left: 1 customers are yours from 2026-06-30 on."]
        uid = desk.last_uid
        assert desk.arrive(UndoChange(uid=uid), "M").status == "done"
        assert owner_on(desk.ids["C2"], desk.today) == desk.ids["S1"]
