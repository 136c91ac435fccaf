"""What is worth doing today, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model.call_board import WHY_FEW
from model.changes.customers import LogContact
from model.ids import new_id
from model.store import current
from model.to_activate import WHY_NEVER, WHY_NOT_YET
from model.worklist import put_off, put_off_until_tomorrow, take_up_again, worklist
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        for person in ("S1", "S2"):
            made.salesperson(person)
        made.product("P", price="100", cost="60")
        for code, owner in (("C1", "S1"), ("C2", "S1"), ("C3", "S2"), ("C4", "S1")):
            made.customer(code, owner, days=10, limit="1000")
        yield made


def contact(desk: Company, customer: str, on: date, note: str, next_on: date | None = None) -> None:
    desk.do(
        LogContact(id=new_id(), customer=desk.ids[customer], date=on, person=desk.ids["S1"], note=note, next_on=next_on)
    )


def shown(person: bytes | None = None) -> list[tuple[str, str]]:
    return [(task.kind, task.code) for task in worklist(TODAY, person)]


def fill(desk: Company) -> None:
    """C1 is late with 300.00 and an order waits; C2 is due to buy again; C3 of S2 is late with 100.00."""
    for ago in (30, 20, 10):
        desk.sell("C2", TODAY - ago * DAY, "100", paid="100")
    desk.sell("C1", TODAY - 15 * DAY, "300")
    desk.sell("C3", TODAY - 15 * DAY, "100")
    desk.sell("C1", TODAY, "50", maker="S1")
    contact(desk, "C4", TODAY - 5 * DAY, "asked for prices", TODAY - DAY)


def test_what_others_wait_for_comes_first_and_calls_last(desk: Company) -> None:
    fill(desk)
    assert shown() == [("held", "C1"), ("follow_up", "C4"), ("collect", "C1"), ("collect", "C3"), ("call", "C2")]
    found = {(task.kind, task.code): task for task in worklist(TODAY, None)}
    assert (found["collect", "C1"].worth, found["collect", "C1"].params) == (30_000, {"count": 1, "days": 5})
    held = found["held", "C1"].held
    assert held is not None
    assert (found["held", "C1"].worth, held.verdict.held_for) == (5_000, "overdue")
    assert found["follow_up", "C4"].params == {"date": "2026-06-29", "note": "asked for prices"}


def test_a_held_order_waits_for_what_stops_it_now(desk: Company) -> None:
    fill(desk)
    desk.pay("C1", TODAY, "300")
    desk.terms("C1", days=10, limit="20", since=TODAY)
    [held] = [task.held for task in worklist(TODAY, desk.ids["S1"]) if task.held is not None]
    assert (held.held_for, held.verdict.held_for) == ("overdue", "over_limit")


def test_a_salesperson_has_their_own_list(desk: Company) -> None:
    fill(desk)
    assert shown(desk.ids["S1"]) == [("held", "C1"), ("follow_up", "C4"), ("collect", "C1"), ("call", "C2")]
    assert shown(desk.ids["S2"]) == [("collect", "C3")]


def test_a_follow_up_is_done_by_whoever_speaks_with_the_customer_next(desk: Company) -> None:
    contact(desk, "C4", TODAY - 5 * DAY, "call again", TODAY)
    contact(desk, "C2", TODAY - 5 * DAY, "call later", TODAY + DAY)
    assert shown() == [("follow_up", "C4")]
    contact(desk, "C4", TODAY, "bought nothing")
    assert shown() == []


def test_a_follow_up_goes_with_the_customer(desk: Company) -> None:
    contact(desk, "C4", TODAY - 5 * DAY, "call again", TODAY)
    desk.assign("C4", "S2", TODAY)
    follow_ups = [[each for each in shown(desk.ids[who]) if each[0] == "follow_up"] for who in ("S1", "S2")]
    assert follow_ups == [[], [("follow_up", "C4")]]


def test_who_bought_nothing_this_month_is_to_be_activated_the_most_worthwhile_first(desk: Company) -> None:
    desk.sell("C1", TODAY - 40 * DAY, "300", paid="300")
    desk.sell("C3", TODAY - 40 * DAY, "100", paid="100")
    desk.sell("C4", TODAY, "100", paid="100")
    found = [task for task in worklist(TODAY, desk.ids["S1"]) if task.kind == "activate"]
    # C1 bought once, a month ago and more; C2 never; C4 counts already.
    assert [(task.code, task.template) for task in found] == [("C1", WHY_FEW), ("C2", WHY_NEVER)]
    assert [task.code for task in worklist(TODAY, None) if task.kind == "activate"] == ["C1", "C3"]


def test_a_customer_not_due_yet_still_counts_if_it_buys_this_month(desk: Company) -> None:
    for ago in (100, 70, 40):
        desk.sell("C1", TODAY - ago * DAY, "300", paid="300")
        desk.sell("C2", TODAY - (ago + 20) * DAY, "300", paid="300")
    for ago in (220, 130, 40):
        desk.sell("C4", TODAY - ago * DAY, "300", paid="300")
    found = {task.code: task for task in worklist(TODAY, desk.ids["S1"])}
    assert {code: task.kind for code, task in found.items()} == {"C1": "call", "C2": "call", "C4": "activate"}
    assert (found["C4"].template, found["C4"].params) == (WHY_NOT_YET, {"date": "2026-05-21"})
    # 900.00 sold at a cost of 180.00 ÷ 12 months × 40 of 90 days; the limit covers the usual 300.00.
    assert found["C4"].worth == 2_666


def test_a_dormant_customer_is_to_be_activated_and_no_order_is_due(desk: Company) -> None:
    for ago in (100, 90, 80):
        desk.sell("C1", TODAY - ago * DAY, "300", paid="300")
    assert shown() == [("activate", "C1")]
    desk.blacklist("C1", TODAY)
    assert [each for each in shown(desk.ids["S1"]) if each[1] == "C1"] == []


def test_what_is_put_off_comes_back_tomorrow_or_when_it_is_taken_up(desk: Company) -> None:
    fill(desk)
    call = next(task for task in worklist(TODAY, None) if task.kind == "call")
    with current().writing():
        put_off_until_tomorrow(call.key, TODAY)
    assert ("call", "C2") not in shown()
    assert any(task.key == call.key for task in worklist(TODAY + DAY, None))
    assert len(put_off(TODAY)) == 1
    with current().writing():
        assert take_up_again(TODAY) == 1
    assert ("call", "C2") in shown()
