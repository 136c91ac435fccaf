"""Targets of a month, counted by hand, and what is ahead of a salesperson."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.activity import activity_board
from model.changes.log import Change
from model.changes.targets import SetTarget, target_text
from model.changes.undo import UndoChange
from model.errors import InputError, Refused
from model.targets import Ahead, ahead_of, targets_board, targets_of
from tests.model.company import Company, company
from tests.model.office import office, told

TODAY = date(2026, 3, 31)
MARCH = "2026-03"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    """Ann has four customers, one of which bought; bob has one that did."""
    with company(tmp_path, TODAY) as opened:
        opened.salesperson("boss", role="manager")
        for code in ("ann", "bob"):
            opened.salesperson(code)
        opened.product("P", cost="60")
        for code in ("a1", "a2", "a3", "a4"):
            opened.customer(code, "ann", days=60, limit="100000")
        opened.customer("b1", "bob", days=60, limit="100000")
        opened.sell("a1", date(2026, 3, 5), "100")
        opened.sell("b1", date(2026, 3, 6), "100")
        yield opened


def aim(desk: Company, person: str, by: str | None = None, **values: int | None) -> dict[str, int | None]:
    found: dict[str, int | None] = desk.do(SetTarget(person=desk.ids[person], month=MARCH, values=values), by)
    return found


def reached(desk: Company) -> list[tuple[str, str, int, int | None, int | None, int | None]]:
    return [
        (row.code, row.measure, row.target, row.reached, row.percent_bp, row.left)
        for row in targets_board(MARCH, desk.today)
    ]


def test_each_measure_says_how_much_is_reached_and_left(desk: Company) -> None:
    aim(desk, "ann", activity=7000, sales=400_00, margin=30_00, receipts=200_00)
    desk.pay("a1", date(2026, 3, 20), "80")
    assert reached(desk) == [
        # Two more make three of four: 75 %.
        ("ann", "activity", 7000, 2500, 3571, 2),
        ("ann", "sales", 400_00, 100_00, 2500, 300_00),
        ("ann", "margin", 30_00, 40_00, 13_333, 0),
        ("ann", "receipts", 200_00, 80_00, 4000, 120_00),
    ]


def test_what_bounces_is_paid_back_or_forgiven_is_no_receipt(desk: Company) -> None:
    aim(desk, "ann", receipts=100_00)
    bounced = desk.pay("a1", date(2026, 3, 10), "50")
    desk.pay("a1", date(2026, 3, 11), "30")
    desk.reverse(bounced, date(2026, 3, 12))
    desk.pay("a1", date(2026, 3, 13), "10", kind="refund")
    desk.pay("a1", date(2026, 3, 14), "5", kind="write_off")
    desk.pay("b1", date(2026, 3, 14), "70")
    desk.assign("a1", "bob", date(2026, 3, 20))
    # Who has the customer on the day has the money.
    desk.pay("a1", date(2026, 3, 21), "7")
    aim(desk, "bob", receipts=100_00)
    assert [(code, done) for code, _measure, _target, done, _percent, _left in reached(desk)] == [
        ("ann", 20_00),
        ("bob", 77_00),
    ]


def test_a_target_that_is_not_named_stays_and_an_empty_one_goes(desk: Company) -> None:
    aim(desk, "ann", activity=7000, sales=400_00)
    assert aim(desk, "ann", sales=None) == {"activity": 7000, "sales": None, "margin": None, "receipts": None}
    aim(desk, "ann", activity=None)
    assert targets_board(MARCH, desk.today) == []
    assert targets_of(desk.ids["ann"], "2026-04") == dict.fromkeys(("activity", "sales", "margin", "receipts"))


def test_a_target_is_possible_and_set_by_leaders_only(desk: Company) -> None:
    for wrong in ({}, {"activity": 0}, {"activity": 10_001}, {"sales": -1}, {"profit": 5}):
        with pytest.raises(InputError):
            aim(desk, "ann", **wrong)
    with pytest.raises(InputError, match="not a month"):
        desk.do(SetTarget(person=desk.ids["ann"], month="2026", values={"sales": 1}))
    with pytest.raises(Refused, match="set targets"):
        aim(desk, "ann", by="ann", sales=400_00)
    aim(desk, "ann", by="boss", sales=400_00)


def test_undoing_puts_back_what_stood_before(desk: Company) -> None:
    aim(desk, "ann", sales=400_00)
    aim(desk, "ann", sales=500_00, activity=7000)
    second = Change.select().order_by(Change.number.desc()).first().uid
    desk.do(UndoChange(uid=second))
    assert targets_of(desk.ids["ann"], MARCH) == {"activity": None, "sales": 400_00, "margin": None, "receipts": None}


def test_a_target_that_was_set_again_is_not_undone(desk: Company) -> None:
    aim(desk, "ann", sales=400_00)
    first = Change.select().order_by(Change.number.desc()).first().uid
    aim(desk, "ann", sales=500_00)
    with pytest.raises(Refused, match="set again since"):
        desk.do(UndoChange(uid=first))


def test_what_is_ahead_is_said_in_customers(desk: Company) -> None:
    aim(desk, "ann", activity=7000)
    aim(desk, "bob", activity=5000)
    board = activity_board(MARCH, desk.today)
    bob, ann = board.rows
    assert (ahead_of(ann, board), ahead_of(bob, board)) == (Ahead(2, 3, 1, 7000), Ahead(0, None, None, 5000))
    assert [template.format(**values) for template, values in ahead_of(ann, board).sentences()] == [
        "2 more → 70 %",
        "3 more → no. 1",
    ]
    assert [template for template, _values in ahead_of(bob, board).sentences()] == ["target reached"]


def test_a_target_set_by_two_apart_is_the_later_one_and_the_office_is_told(tmp_path: Path) -> None:
    with office(tmp_path, TODAY) as desk:
        seen: dict[str, int | None] = {"sales": None}
        for amount in (400_00, 500_00):
            wanted = SetTarget(person=desk.ids["S1"], month=MARCH, values={"sales": amount}, seen=seen)
            assert desk.arrive(wanted, "M").status == "done"
        assert targets_of(desk.ids["S1"], MARCH)["sales"] == 500_00
        assert told(None) == ["The target of Person S1 for 2026-03 was set by two people: 400.00 is now 500.00."]
        assert desk.arrive(SetTarget(person=desk.ids["S1"], month=MARCH, values={"sales": 1}), "S1").status == "refused"


def test_a_target_is_written_as_a_person_reads_it() -> None:
    assert [target_text("activity", 7050), target_text("sales", 12345), target_text("sales", None)] == [
        "70.5 %", "123.45", "–",
    ]  # fmt: skip
