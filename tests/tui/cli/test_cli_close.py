"""`huoke close`, `huoke target` and their reports, for a person and for a program."""

from __future__ import annotations

from typing import Any

import pytest

ORDER = ("order", "add", "--customer", "C2", "--line", "P1:1", "--format", "json")
ADJUSTMENTS = ["document", "customer", "name", "salesperson", "date", "recorded_month", "amount", "margin", "what"]
TARGETS = ["salesperson", "name", "measure", "target", "reached", "percent", "left"]
FEBRUARY, MARCH = "2026-02", "2026-03"


@pytest.fixture
def desk(company: Any) -> Any:
    """The company with a customer of LI's of long standing, who bought in February."""
    for words in (
        ("customer", "add", "C2", "--name", "海龙电子", "--owner", "LI", "--date", "2026-01-01"),
        ("customer", "terms", "C2", "--days", "90", "--limit", "5000", "--from", "2026-01-01"),
        (*ORDER, "--date", "2026-02-20"),
    ):
        assert company(*words).status == 0
    return company


def test_a_closed_month_prints_what_it_kept(desk: Any) -> None:
    closed = desk("close", FEBRUARY, "--format", "json")
    assert closed.rows == [
        {"month": FEBRUARY, "salesperson": "LI", "responsible": 1, "active": 1, "rate": "100.00"},
        {"month": FEBRUARY, "salesperson": "WANG", "responsible": 0, "active": 0, "rate": None},
        {"month": FEBRUARY, "salesperson": "*", "responsible": 1, "active": 1, "rate": "100.00"},
    ]
    assert "2026-02 is closed" in closed.err
    assert desk("close", "list", "--format", "json").rows == [
        {"month": FEBRUARY, "responsible": 1, "active": 1, "rate": "100.00", "late": 0}
    ]


def test_the_first_close_keeps_the_boards_before_it_too(desk: Any) -> None:
    assert desk(*ORDER, "--date", "2026-01-20").status == 0
    closed = desk("close", FEBRUARY, "--format", "json")
    assert {row["month"] for row in closed.rows} == {FEBRUARY}
    assert "The boards of the open months before it are kept too: 2026-01 to 2026-01." in closed.err
    assert [row["month"] for row in desk("close", "list", "--format", "json").rows] == ["2026-01", FEBRUARY]


def test_a_month_is_refused_in_one_sentence(desk: Any) -> None:
    assert desk("close", MARCH).status == 1
    assert desk("close", MARCH).is_one_sentence("2026-03 has not ended")
    assert desk("close", "march").status == 2
    assert desk("close", FEBRUARY).status == 0
    again = desk("close", FEBRUARY)
    assert (again.status, again.out) == (1, "")
    assert desk("close", "list").status == 0


def test_adjustments_say_what_counts_where(desk: Any) -> None:
    assert desk("close", FEBRUARY).status == 0
    number = desk(*ORDER, "--date", "2026-02-21").rows[0]["number"]
    found = desk("report", "adjustments", "--month", FEBRUARY, "--format", "json").rows
    assert [list(row) for row in found] == [ADJUSTMENTS]
    assert found[0] == {
        "document": number, "customer": "C2", "name": "海龙电子", "salesperson": "LI", "date": "2026-02-21",
        "recorded_month": MARCH, "amount": "100.00", "margin": "0.00", "what": "sale",
    }  # fmt: skip
    performance = desk("report", "performance", "--month", MARCH, "--format", "json")
    assert [(row["salesperson"], row["amount"]) for row in performance.rows] == [("LI", "100.00"), ("WANG", "0.00")]
    assert "100.00 of it arrived for months that were closed" in performance.err
    february = desk("report", "activity", "--month", FEBRUARY, "--format", "json").rows
    assert [(row["salesperson"], row["active"]) for row in february] == [("LI", 1), ("WANG", 0), ("*", 1)]


def test_a_target_is_set_shown_and_taken_away(desk: Any) -> None:
    assert desk("target", "LI", MARCH, "--activity", "70", "--sales", "1000", "--format", "json").rows == [
        {"salesperson": "LI", "month": MARCH, "measure": "activity", "target": "70"},
        {"salesperson": "LI", "month": MARCH, "measure": "sales", "target": "1000.00"},
    ]
    assert desk(*ORDER, "--date", "2026-03-02").status == 0
    found = desk("report", "targets", "--month", MARCH, "--format", "json").rows
    assert [list(row) for row in found] == [TARGETS, TARGETS]
    assert [tuple(row.values()) for row in found] == [
        ("LI", "李伟", "activity", "70.00", "50.00", "71.43", 1),
        ("LI", "李伟", "sales", "1000.00", "100.00", "10.00", "900.00"),
    ]
    assert desk("target", "LI", MARCH, "--sales", "", "--format", "json").rows == [
        {"salesperson": "LI", "month": MARCH, "measure": "activity", "target": "70"}
    ]
    assert desk("undo").status == 0
    assert len(desk("target", "LI", MARCH, "--format", "json").rows) == 2


def test_a_target_that_cannot_be_is_one_sentence(desk: Any) -> None:
    assert desk("target", "LI", MARCH, "--activity", "120").status == 2
    assert desk("target", "LI", MARCH, "--sales", "much").is_one_sentence("much")
    assert desk("target", "NOBODY", MARCH, "--sales", "1").status == 2
    assert desk("me", "WANG").status == 0
    refused = desk("target", "LI", MARCH, "--sales", "1")
    assert (refused.status, refused.out) == (1, "")
    assert desk("close", FEBRUARY).is_one_sentence("close a month")


def test_costs_stay_from_those_who_may_not_see_them(desk: Any) -> None:
    for words in (
        ("close", FEBRUARY),
        (*ORDER, "--date", "2026-02-21"),
        ("target", "LI", MARCH, "--margin", "50"),
        ("setting", "set", "cost_visible_to_sales", "no", "--from", "2026-01-01"),
        ("me", "WANG"),
    ):
        assert desk(*words).status == 0
    assert [row["margin"] for row in desk("report", "adjustments", "--month", FEBRUARY, "--format", "json").rows] == [
        None
    ]
    targets = desk("report", "targets", "--month", MARCH, "--format", "json").rows
    assert [(row["target"], row["reached"], row["percent"], row["left"]) for row in targets] == [
        ("50.00", None, None, None)
    ]


def test_tables_speak_to_a_person(desk: Any) -> None:
    desk("close", FEBRUARY)
    desk(*ORDER, "--date", "2026-02-21")
    assert "counts in" in desk("report", "adjustments", "--month", FEBRUARY).out
    desk("target", "LI", MARCH, "--activity", "70")
    assert "activity rate" in desk("report", "targets", "--month", MARCH).out
