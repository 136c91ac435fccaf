"""Months are closed by the office: a laptop asks, and gets the frozen board like any other document."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from model.activity import activity_board
from model.booking import adjustments
from model.changes.closing import CloseMonth
from model.changes.company import SetSetting
from model.changes.documents import next_number
from model.changes.log import Change
from model.changes.orders import CancelOrder, LineArgs, RecordOrder
from model.changes.targets import SetTarget
from model.changes.undo import UndoChange
from model.closing import closed_through
from model.conflicts import Requested
from model.errors import Refused
from model.ids import new_id
from model.performance import performance_board
from model.store import Store, rows
from model.targets import targets_of
from sync.client import unseen_results
from sync.server.scope import feed_faults
from tests.sync.offices import Company, Laptop
from tests.sync.test_merge_rules import told

OCTOBER, NOVEMBER = "2026-10", "2026-11"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A has C1 and C2, B has C3; in October C1 and C3 bought."""
    company = Company(tmp_path)
    company.person("M", "manager")
    company.person("F", "finance")
    company.person("A")
    company.person("B")
    company.product("P1")
    for code, owner in (("C1", "A"), ("C2", "A"), ("C3", "B")):
        company.customer(code, owner, limit=100_000, days=90)
    a, b = laptops(company, "A", "B")
    sell(a, "C1", date(2026, 10, 5))
    sell(b, "C3", date(2026, 10, 6))
    a.sync()
    b.sync()
    return company


def laptops(company: Company, *people: str) -> list[Laptop]:
    joined = [company.laptop(person) for person in people]
    for laptop in joined:
        laptop.sync()
    return joined


def sell(laptop: Laptop, customer: str, day: date, pieces: int = 1) -> bytes:
    id_ = new_id()
    with laptop.store.use():
        number = next_number()
    laptop.do(
        RecordOrder(
            id=id_, number=number, customer=laptop.company.customers[customer], date=day,
            lines=(
                LineArgs(
                    line=1, product=laptop.company.products["P1"], quantity_e3=pieces * 1000, price_e4=100 * 10_000
                ),
            ),
            maker=laptop.person,
        )
    )  # fmt: skip
    return id_


def board(store: Store, day: date, month: str = OCTOBER) -> list[tuple[str, int, int]]:
    with store.use():
        found = activity_board(month, day)
        return [(row.code, row.active, row.responsible) for row in (*found.rows, found.company)]


def closed(store: Store) -> str:
    with store.use():
        return closed_through()


def late(store: Store, day: date) -> list[tuple[Any, ...]]:
    with store.use():
        return [(row.customer, row.recorded_month, row.amount, row.what) for row in adjustments(OCTOBER, day)]


BOARD = [("B", 1, 1), ("A", 1, 2), ("*", 2, 3)]


def test_a_close_is_computed_by_the_office_and_seen_by_all(company: Company) -> None:
    [finance, of_a] = laptops(company, "F", "A")
    outcome = finance.do(CloseMonth(month=OCTOBER))
    assert outcome == Requested(())
    assert closed(finance.store) == ""
    finance.sync()
    assert closed(company.store) == closed(finance.store) == OCTOBER
    assert board(company.store, company.day) == board(finance.store, company.day) == BOARD
    of_a.sync()
    # A salesperson's laptop does not hold the others' customers, but the board that was kept.
    assert board(of_a.store, company.day) == BOARD
    with company.store.use():
        assert feed_faults(company.day) == []


def test_what_a_laptop_brings_for_a_closed_month_counts_when_it_arrives(company: Company) -> None:
    [finance, of_a] = laptops(company, "F", "A")
    sell(of_a, "C2", date(2026, 10, 30), 3)
    assert late(of_a.store, company.day) == []
    finance.do(CloseMonth(month=OCTOBER))
    finance.sync()
    of_a.sync()
    expected = [("C2", NOVEMBER, 300_00, "first_sale")]
    assert late(company.store, company.day) == late(of_a.store, company.day) == expected
    assert board(company.store, company.day) == board(of_a.store, company.day) == BOARD
    with company.store.use():
        october, november = (performance_board(month, company.day) for month in (OCTOBER, NOVEMBER))
    assert (october.company.revenue, november.company.revenue) == (200_00, 300_00)
    with of_a.store.use():
        assert {row.key: row.revenue for row in performance_board(NOVEMBER, company.day).rows}["A"] == 300_00


def test_a_cancellation_on_a_laptop_lowers_the_month_it_reaches_the_office_in(company: Company) -> None:
    [finance, manager] = laptops(company, "F", "M")
    [(order,)] = rows_of(
        manager, "SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.code = 'C1'"
    )
    finance.do(CloseMonth(month=OCTOBER))
    finance.sync()
    manager.do(CancelOrder(order=bytes(order), date=company.day, reason="sent back"))
    company.day = date(2026, 12, 1)
    manager.sync()
    assert late(company.store, company.day) == [("C1", "2026-12", -100_00, "cancelled")]
    assert late(manager.store, company.day) == late(company.store, company.day)
    with company.store.use():
        assert performance_board(OCTOBER, company.day).company.revenue == 200_00
        assert performance_board("2026-12", company.day).company.revenue == -100_00


def rows_of(laptop: Laptop, query: str) -> list[tuple[Any, ...]]:
    with laptop.store.use():
        return rows(query)


def test_of_two_who_close_the_same_month_the_second_is_told(company: Company) -> None:
    [finance, manager] = laptops(company, "F", "M")
    finance.do(CloseMonth(month=OCTOBER))
    manager.do(CloseMonth(month=OCTOBER))
    finance.sync()
    manager.sync()
    with manager.store.use():
        assert [(kind, status) for _uid, kind, status, _result in unseen_results()] == [("month.close", "refused")]
    assert board(manager.store, company.day) == BOARD


def test_a_close_is_taken_back_by_the_office_too(company: Company) -> None:
    [finance, of_a] = laptops(company, "F", "A")
    finance.do(CloseMonth(month=OCTOBER))
    finance.sync()
    sell(of_a, "C2", date(2026, 10, 30), 3)
    of_a.sync()
    assert late(of_a.store, company.day) == [("C2", NOVEMBER, 300_00, "first_sale")]
    with finance.store.use():
        close = Change.get(Change.kind == "month.close").uid
    finance.do(UndoChange(uid=close))
    assert closed(finance.store) == OCTOBER
    finance.sync()
    of_a.sync()
    for store in (company.store, finance.store, of_a.store):
        assert closed(store) == ""
        assert late(store, company.day) == []
    assert board(company.store, company.day) == [("A", 2, 2), ("B", 1, 1), ("*", 3, 3)]
    with company.store.use():
        assert feed_faults(company.day) == []


def test_a_salesperson_can_neither_close_nor_set_targets(company: Company) -> None:
    [of_a] = laptops(company, "A")
    for args in (
        CloseMonth(month=OCTOBER),
        SetTarget(person=company.people["A"], month=NOVEMBER, values={"sales": 1}),
    ):
        with pytest.raises(Refused):
            of_a.do(args)


def test_a_target_is_seen_by_whom_it_is_for_and_by_the_office(company: Company) -> None:
    [manager, of_a, of_b] = laptops(company, "M", "A", "B")
    manager.do(SetTarget(person=company.people["A"], month=NOVEMBER, values={"sales": 1_000_00}))
    manager.sync()
    of_a.sync()
    of_b.sync()

    def target_at(store: Store) -> int | None:
        with store.use():
            return targets_of(company.people["A"], NOVEMBER)["sales"]

    assert (target_at(company.store), target_at(of_a.store), target_at(of_b.store)) == (1_000_00, 1_000_00, None)
    manager.do(SetTarget(person=company.people["A"], month=NOVEMBER, values={"sales": None}))
    manager.sync()
    of_a.sync()
    assert (target_at(company.store), target_at(of_a.store)) == (None, None)
    with company.store.use():
        assert feed_faults(company.day) == []


def test_targets_set_by_two_apart_are_told_to_the_office(company: Company) -> None:
    company.person("M2", "manager")
    [first, second] = laptops(company, "M", "M2")
    for laptop, amount in ((first, 100_00), (second, 200_00)):
        laptop.do(SetTarget(person=company.people["A"], month=NOVEMBER, values={"sales": amount}))
    first.sync()
    second.sync()
    assert told(company.store, None) == [
        "The target of Person A for 2026-11 was set by two people: 100.00 is now 200.00."
    ]


def test_a_new_laptop_begins_with_closed_months_and_late_entries(company: Company) -> None:
    [finance, of_a] = laptops(company, "F", "A")
    finance.do(CloseMonth(month=OCTOBER))
    finance.sync()
    sell(of_a, "C2", date(2026, 10, 30), 3)
    of_a.sync()
    [newcomer] = laptops(company, "M")
    assert board(newcomer.store, company.day) == BOARD
    assert late(newcomer.store, company.day) == late(company.store, company.day)
    with newcomer.store.use():
        assert performance_board(OCTOBER, company.day).company.revenue == 200_00


def test_costs_of_late_entries_stay_from_those_who_may_not_see_them(company: Company) -> None:
    company.at_office(SetSetting(name="cost_visible_to_sales", from_date=date(2026, 1, 1), value="no"))
    [finance, of_a] = laptops(company, "F", "A")
    finance.do(CloseMonth(month=OCTOBER))
    finance.sync()
    sell(of_a, "C2", date(2026, 10, 30), 3)
    of_a.sync()
    assert rows_of(of_a, "SELECT amount, cost, uncosted FROM late_entry") == [(300_00, 0, 300_00)]
    with company.store.use():
        assert rows("SELECT amount, cost, uncosted FROM late_entry") == [(300_00, 240_00, 0)]
