"""The pool is claimed within a quota and after a pause; the office assigns as it likes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model.changes.closing import CloseMonth
from model.changes.customers import ClaimCustomer, ReleaseCustomer
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.claims import claimed_in, left_to_the_pool
from model.customers import owner_on
from model.errors import InputError, Refused
from tests.model.company import Company, company
from tests.model.office import office

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.salesperson("S2")
        made.salesperson("M", "manager")
        for code in ("C1", "C2", "C3"):
            made.customer(code)
        yield made


def claim(desk: Company, customer: str, by: str = "S1") -> None:
    desk.do(ClaimCustomer(customer=desk.ids[customer], owner=desk.ids[by], from_date=desk.today), by)


def release(desk: Company, customer: str, by: str = "S1") -> None:
    desk.do(ReleaseCustomer(customer=desk.ids[customer], from_date=desk.today), by)


def test_without_a_quota_everything_may_be_claimed(desk: Company) -> None:
    claim(desk, "C1")
    desk.setting("claim_quota", "00")
    for code in ("C2", "C3"):
        claim(desk, code)
    assert claimed_in("2026-03", desk.ids["S1"]) == 3


def test_a_quota_binds_each_salesperson_and_month_and_says_until_when(desk: Company) -> None:
    desk.setting("claim_quota", "1")
    claim(desk, "C1")
    with pytest.raises(Refused, match=r"allows: claim C2 from 2026-04-01 on"):
        claim(desk, "C2")
    claim(desk, "C2", by="S2")
    desk.today = date(2026, 4, 1)
    claim(desk, "C3")


def test_what_is_claimed_and_given_back_counts_and_what_is_undone_does_not(desk: Company) -> None:
    desk.setting("claim_quota", "1")
    claim(desk, "C1")
    desk.do(UndoChange(uid=last_undoable(desk.ids["S1"]).uid), "S1")
    claim(desk, "C2")
    desk.today += DAY
    release(desk, "C2")
    with pytest.raises(Refused, match="allows"):
        claim(desk, "C3")


def test_who_gave_a_customer_back_waits_before_claiming_it_again(desk: Company) -> None:
    desk.setting("claim_cooldown_days", "30")
    desk.assign("C1", "S1", TODAY - 5 * DAY)
    release(desk, "C1")
    with pytest.raises(Refused, match=r"left Person S1 for the pool on 2026-03-10: .* 2026-04-09"):
        claim(desk, "C1")
    desk.assign("C1", "S1", TODAY)
    assert owner_on(desk.ids["C1"], TODAY) == desk.ids["S1"]


def test_anybody_else_may_claim_it_at_once_and_so_may_they_after_the_pause(desk: Company) -> None:
    desk.setting("claim_cooldown_days", "30")
    desk.assign("C1", "S1", TODAY - 5 * DAY)
    desk.assign("C2", "S1", TODAY - 5 * DAY)
    desk.assign("C1", None, TODAY)
    desk.assign("C2", None, TODAY)
    claim(desk, "C1", by="S2")
    desk.today += 29 * DAY
    with pytest.raises(Refused):
        claim(desk, "C2")
    desk.today += DAY
    claim(desk, "C2")


def test_a_customer_given_to_somebody_else_did_not_go_to_the_pool(desk: Company) -> None:
    desk.assign("C1", "S1", TODAY - 9 * DAY)
    desk.assign("C1", "S2", TODAY - 5 * DAY)
    desk.assign("C1", None, TODAY - 2 * DAY)
    assert left_to_the_pool(desk.ids["C1"], desk.ids["S1"], TODAY) is None
    assert left_to_the_pool(desk.ids["C1"], desk.ids["S2"], TODAY) == TODAY - 2 * DAY


def test_limits_that_are_no_numbers_are_refused(desk: Company) -> None:
    for name, value in (("claim_quota", "some"), ("claim_cooldown_days", "-1"), ("return_clock", "moon")):
        with pytest.raises(InputError):
            desk.setting(name, value)


def test_a_salespersons_claim_and_give_back_hold_from_the_day_they_are_made(desk: Company) -> None:
    desk.setting("claim_quota", "1")
    claim(desk, "C1")
    last_month = TODAY - 20 * DAY
    with pytest.raises(Refused, match="A claim holds from today"):
        desk.do(ClaimCustomer(customer=desk.ids["C2"], owner=desk.ids["S1"], from_date=last_month), "S1")
    desk.assign("C3", "S1", last_month)
    with pytest.raises(Refused, match="given back from today on"):
        desk.do(ReleaseCustomer(customer=desk.ids["C3"], from_date=last_month + DAY), "S1")
    assert owner_on(desk.ids["C2"], TODAY) is None
    assert owner_on(desk.ids["C3"], last_month + DAY) == desk.ids["S1"]


def test_who_may_assign_dates_claims_back_for_others_but_not_into_a_closed_month(desk: Company) -> None:
    last_month = TODAY - 20 * DAY
    desk.do(ClaimCustomer(customer=desk.ids["C1"], owner=desk.ids["S1"], from_date=last_month), "M")
    assert owner_on(desk.ids["C1"], last_month) == desk.ids["S1"]
    desk.do(ReleaseCustomer(customer=desk.ids["C1"], from_date=last_month + DAY), "M")
    assert owner_on(desk.ids["C1"], TODAY) is None
    desk.do(CloseMonth(month="2026-02"), "M")
    with pytest.raises(Refused, match="2026-02 is closed"):
        desk.do(ClaimCustomer(customer=desk.ids["C2"], owner=desk.ids["S2"], from_date=last_month), "M")


def test_a_salesperson_claims_for_nobody_else(desk: Company) -> None:
    with pytest.raises(Refused, match="Only the office"):
        desk.do(ClaimCustomer(customer=desk.ids["C1"], owner=desk.ids["S2"], from_date=TODAY), "S1")
    assert owner_on(desk.ids["C1"], TODAY) is None


def test_at_the_office_the_first_to_arrive_wins_and_the_quota_holds_there_too(tmp_path: Path) -> None:
    with office(tmp_path / "office") as desk:
        desk.setting("claim_quota", "1")
        for code in ("C1", "C2"):
            desk.customer(code)
        first = ClaimCustomer(customer=desk.ids["C1"], owner=desk.ids["S1"], from_date=desk.today)
        assert desk.arrive(first, "S1").status == "done"
        late = ClaimCustomer(customer=desk.ids["C1"], owner=desk.ids["S2"], from_date=desk.today)
        assert "Person S1's customer" in sentence(desk.arrive(late, "S2"))
        beyond = ClaimCustomer(customer=desk.ids["C2"], owner=desk.ids["S1"], from_date=desk.today)
        judged = desk.arrive(beyond, "S1")
        assert judged.status == "refused"
        assert "allows" in sentence(judged)
        assert owner_on(desk.ids["C2"], desk.today) is None


def sentence(judged: object) -> str:
    return str(judged.template.format(**judged.params))  # type: ignore[attr-defined]
