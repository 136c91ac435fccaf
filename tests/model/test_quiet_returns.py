"""Quiet customers return to the pool by the clock that the company named, with notice, and never while they owe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model.activity import activity_board
from model.changes.customers import ClaimCustomer, LogContact
from model.changes.recording import last_undoable
from model.changes.returning import Fall, ReturnQuiet, WarnQuiet, named_by, quiet_due
from model.changes.undo import UndoChange
from model.customers import owner_on
from model.errors import InputError, Refused
from model.ids import new_id
from model.quiet_returns import quiet_customers, return_rule
from tests.model.company import Company, company
from tests.model.office import office, told

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)
LONG_AGO = date(2026, 1, 1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.salesperson("M", "manager")
        made.product("P")
        for code in ("BUYS", "TALKS", "QUIET", "OWES"):
            made.customer(code, "S1", since=LONG_AGO, days=10, limit="1000")
        made.sell("BUYS", TODAY - 20 * DAY, "10", paid="10")
        made.sell("OWES", TODAY - 100 * DAY, "10")
        contact(made, "TALKS", TODAY - 20 * DAY)
        yield made


def contact(desk: Company, customer: str, on: date) -> None:
    desk.do(LogContact(id=new_id(), customer=desk.ids[customer], date=on, note="called", person=desk.ids["S1"]))


def falling(after_days: int, clock: str, day: date = TODAY) -> dict[str, date]:
    rule = return_rule(day, after_days, clock)
    assert rule is not None
    return {quiet.code: quiet.falls_on for quiet in quiet_customers(rule, day, day)}


def test_nobody_returns_until_the_company_says_so(desk: Company) -> None:
    assert return_rule(TODAY) is None
    desk.setting("return_after_days", "00")
    assert quiet_due(TODAY) == []


def test_each_clock_counts_what_it_names_and_any_the_latest_of_all(desk: Company) -> None:
    assert set(falling(60, "trade")) == {"TALKS", "QUIET"}
    assert set(falling(60, "contact")) == {"BUYS", "QUIET"}
    assert set(falling(60, "assignment")) == {"BUYS", "TALKS", "QUIET"}
    assert set(falling(60, "any")) == {"QUIET"}


def test_a_customer_falls_on_the_day_its_days_are_over(desk: Company) -> None:
    assert falling(20, "trade") == {
        "BUYS": TODAY, "TALKS": LONG_AGO + 20 * DAY, "QUIET": LONG_AGO + 20 * DAY,
    }  # fmt: skip
    assert "BUYS" not in falling(21, "trade")


def test_a_new_owner_has_the_whole_time_whatever_the_clock(desk: Company) -> None:
    desk.assign("QUIET", "M", TODAY - 5 * DAY)
    assert "QUIET" not in falling(60, "trade")


def test_who_owes_overdue_money_stays_until_it_is_collected(desk: Company) -> None:
    assert "OWES" not in falling(60, "any")
    desk.pay("OWES", TODAY, "10")
    assert "OWES" in falling(60, "any")


def test_a_past_day_is_answered_from_what_was_then(desk: Company) -> None:
    assert "BUYS" in falling(60, "trade", TODAY - 30 * DAY)


def test_a_rule_that_cannot_be_is_refused(desk: Company) -> None:
    with pytest.raises(InputError, match="trade, contact, assignment, any"):
        return_rule(TODAY, 10, "moon")
    with pytest.raises(InputError, match="1 day or more"):
        return_rule(TODAY, 0, "any")


def test_by_hand_a_store_of_its_own_returns_them_and_takes_it_back(desk: Company) -> None:
    desk.setting("return_after_days", "60")
    desk.setting("claim_cooldown_days", "30")
    [due] = [each for each in quiet_due(TODAY) if isinstance(each, ReturnQuiet)]
    with pytest.raises(Refused, match="assign customers"):
        desk.do(due, "S1")
    assert desk.do(due, "M") == (desk.ids["QUIET"],)
    assert owner_on(desk.ids["QUIET"], TODAY) is None
    assert quiet_due(TODAY) == []
    with pytest.raises(Refused, match="for the pool on"):
        desk.do(ClaimCustomer(customer=desk.ids["QUIET"], owner=desk.ids["S1"], from_date=TODAY), "S1")
    desk.do(UndoChange(uid=last_undoable(desk.ids["M"]).uid), "M")
    assert owner_on(desk.ids["QUIET"], TODAY) == desk.ids["S1"]


def test_waiting_until_a_customer_falls_betters_no_rate(desk: Company) -> None:
    before = activity_board("2026-06", TODAY).rows
    desk.do(ReturnQuiet(customers=(desk.ids["QUIET"],), after_days=60))
    assert activity_board("2026-06", TODAY).rows == before


def test_who_is_promised_to_somebody_or_has_no_owner_stays(desk: Company) -> None:
    desk.customer("POOL")
    desk.assign("QUIET", "M", TODAY + 5 * DAY)
    both = (desk.ids["POOL"], desk.ids["QUIET"])
    assert desk.do(ReturnQuiet(customers=both, after_days=60)) == ()


def test_a_laptop_of_a_company_returns_nobody(tmp_path: Path) -> None:
    with office(tmp_path / "office") as desk:
        desk.add("C1", "S1", owner="S1")
        judged = desk.arrive(ReturnQuiet(customers=(desk.ids["C1"],), after_days=1), "M")
        assert judged.status == "refused"
        assert desk.arrive(WarnQuiet(falls=(), clock="any"), "M").status == "refused"


def test_at_the_office_the_owner_is_told_once_before_and_once_after(tmp_path: Path) -> None:
    with office(tmp_path / "office") as desk:
        desk.customer("C1", "S1", since=LONG_AGO)
        desk.setting("return_after_days", "60", TODAY)
        # The rule is new: its owner has the days of notice first.
        [warning] = quiet_due(TODAY)
        assert warning == WarnQuiet(falls=(Fall(customer=desk.ids["C1"], falls_on=TODAY + 7 * DAY),), clock="any")
        assert named_by([warning]) == {desk.ids["C1"]}
        desk.do(warning)
        assert told(desk.ids["S1"]) == [
            "C1 returns to the pool on 2026-07-07 unless it trades or a contact is noted before."
        ]
        desk.today += 6 * DAY
        assert quiet_due(desk.today) == []
        desk.today += DAY
        [due] = quiet_due(desk.today)
        desk.do(due)
        assert owner_on(desk.ids["C1"], desk.today) is None
        assert "C1 was quiet for 60 days and has returned to the pool." in told(desk.ids["S1"])


def test_who_was_told_and_served_is_told_again_before_the_next_fall(tmp_path: Path) -> None:
    with office(tmp_path / "office") as desk:
        desk.customer("C1", "S1", since=LONG_AGO)
        desk.setting("return_after_days", "60", TODAY)
        [warning] = quiet_due(TODAY)
        desk.do(warning)
        contact(desk, "C1", TODAY)
        assert quiet_due(TODAY + 7 * DAY) == []
        [again] = quiet_due(TODAY + 53 * DAY)
        assert again == WarnQuiet(falls=(Fall(customer=desk.ids["C1"], falls_on=TODAY + 60 * DAY),), clock="any")
