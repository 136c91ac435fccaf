"""What waits for a person is decided by who may, once, and never over what they have not seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.changes.customers import AssignCustomers, SetBlacklisted, SetTerms
from model.changes.deciding import DecideConflict, ReadNotices, present_value
from model.changes.undo import UndoChange
from model.conflicts import Conflict
from model.customers import blacklisted_on, owner_on, terms_on
from model.notices import Notice
from tests.model.office import TODAY, Office, conflicts, office, told


def disagreement(desk: Office) -> Conflict:
    """S1's segment stands; that of S2, whose the customer was until today, waits."""
    desk.customer("C1", "S2")
    seen = desk.card("C1")
    desk.assign("C1", "S1", TODAY)
    desk.edit(desk.card("C1"), "S1", segment="school")
    desk.edit(seen, "S2", segment="hospital")
    [waiting] = conflicts()
    return waiting


def decide(conflict: Conflict, take: bool, theirs: str = "") -> DecideConflict:
    return DecideConflict(conflict=conflict.id, take=take, theirs=theirs)


@pytest.mark.parametrize("decider", ["S1", "S2", "F"])
def test_a_value_that_waits_can_be_taken_by_its_maker_the_owner_or_the_office(tmp_path: Path, decider: str) -> None:
    with office(tmp_path) as desk:
        waiting = disagreement(desk)
        assert desk.arrive(decide(waiting, True, present_value(waiting)), decider).status == "done"
        assert desk.card("C1").segment == "hospital"
        [taken] = conflicts(state="taken")
        assert (taken.decided_on, taken.decided_by_id) == (TODAY, desk.ids[decider])
        assert desk.arrive(decide(waiting, False), decider).status == "refused"


def test_nobody_else_decides(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", segment="shop")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "F", segment="school")
        desk.edit(seen, "S2", segment="hospital")
        [waiting] = conflicts()
        assert desk.arrive(decide(waiting, True, "school"), "S1").status == "refused"
        assert desk.card("C1").segment == "school"


def test_a_value_is_not_taken_over_one_the_decider_has_not_seen(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        waiting = disagreement(desk)
        desk.edit(desk.card("C1"), "S1", segment="clinic")
        assert desk.arrive(decide(waiting, True, "school"), "S2").status == "refused"
        assert desk.card("C1").segment == "clinic"
        assert desk.arrive(decide(waiting, True, "clinic"), "S2").status == "done"
        assert desk.card("C1").segment == "hospital"


def test_keeping_leaves_the_card_alone_and_can_be_undone(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        waiting = disagreement(desk)
        desk.arrive(decide(waiting, False), "S1")
        assert desk.card("C1").segment == "school"
        assert len(conflicts(state="kept")) == 1
        desk.arrive(UndoChange(uid=desk.last_uid), "S1")
        assert len(conflicts()) == 1


def test_a_taken_value_can_be_given_back(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        waiting = disagreement(desk)
        desk.arrive(decide(waiting, True, "school"), "S2")
        assert desk.arrive(UndoChange(uid=desk.last_uid), "S2").status == "done"
        assert desk.card("C1").segment == "school"
        assert len(conflicts()) == 1


def test_an_address_that_waits_is_taken_whole(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", address="Road 1", city="Beijing")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "S1", city="Tianjin")
        desk.edit(seen, "S2", address="Road 2", city="Shanghai")
        [waiting] = conflicts()
        desk.arrive(decide(waiting, True, present_value(waiting)), "S2")
        assert (desk.card("C1").address, desk.card("C1").city) == ("Road 2", "Shanghai")


def test_a_request_is_carried_out_by_who_has_the_right(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", owner="S1")
        asked = SetTerms(
            customer=desk.ids["C1"], from_date=TODAY, credit_days=30, credit_from="order", credit_limit=500_000
        )
        desk.arrive(asked, "S1")
        [request] = conflicts("request")
        assert desk.arrive(decide(request, True), "S1").status == "refused"
        assert desk.arrive(decide(request, True), "F").status == "done"
        assert terms_on(desk.ids["C1"], TODAY).credit_limit == 500_000
        assert told(desk.ids["S1"]) == ["C1: the office has done what you asked."]
        assert conflicts("request") == []


def test_each_customer_of_a_request_is_decided_by_itself(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        for code in ("C1", "C2"):
            desk.add(code, "S1", owner="S1")
        both = (desk.ids["C1"], desk.ids["C2"])
        desk.arrive(AssignCustomers(customers=both, owner=desk.ids["S2"], from_date=TODAY), "S1")
        requests = {one.customer_id: one for one in conflicts("request")}
        desk.arrive(decide(requests[desk.ids["C1"]], True), "M")
        desk.arrive(decide(requests[desk.ids["C2"]], False), "M")
        assert [owner_on(each, TODAY) for each in both] == [desk.ids["S2"], desk.ids["S1"]]
        assert told(desk.ids["S1"]) == [
            "C1: the office has done what you asked.",
            "C2: the office has not done what you asked.",
        ]


def test_a_request_to_block_is_carried_out(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", owner="S1")
        desk.arrive(SetBlacklisted(customer=desk.ids["C1"], from_date=TODAY, blacklisted=True, reason="x"), "S1")
        [request] = conflicts("request")
        desk.arrive(decide(request, True), "F")
        assert blacklisted_on(desk.ids["C1"], TODAY)


def test_a_person_reads_their_own_notices_and_the_office_its(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1")
        desk.add("C1", "S2", id_=b"2" * 16)
        [notice] = Notice.select()
        desk.arrive(ReadNotices(ids=(notice.id,)), "S1")
        assert Notice.get_by_id(notice.id).read_on is None
        desk.arrive(ReadNotices(ids=(notice.id, b"9" * 16)), "S2")
        assert Notice.get_by_id(notice.id).read_on == TODAY
