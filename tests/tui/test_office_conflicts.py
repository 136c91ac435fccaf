"""The office decides on its own screen what two people changed apart and what a salesperson asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from model.changes.customers import AssignCustomers, EditCustomer, FieldEdit
from model.changes.terms import SetTerms
from model.customers import terms_on
from tests.sync.offices import FIRST_DAY, Company, Laptop
from tests.tui.exchange_desk import company_of_two, laptop_app
from tests.tui.office_desk import cells, filled, foot, office, said, summary, turned_to
from tests.tui.waiting import until
from tui import locale
from tui.archive.screen import ArchiveScreen
from tui.office.conflicts import ConflictsFace
from tui.shared.ask import Choose


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HUOKE_TODAY", FIRST_DAY.isoformat())
    locale.use("en")
    yield
    locale.use("en")


@pytest.fixture
def manager(tmp_path: Path) -> Laptop:
    """A manager's laptop on which a card's field is to be decided, and a salesperson's request for terms."""
    company = Company(tmp_path)
    company_of_two(company)
    laptop, manager = company.laptop("A"), company.laptop("M")
    for each in (laptop, manager):
        each.sync()
    for each, name in ((manager, "Theirs"), (laptop, "Mine")):
        edits = {"short_name": FieldEdit(before="", after=name)}
        each.do(EditCustomer(customer=company.customers["C1"], edits=edits, version=1))
        each.sync()
    laptop.do(
        SetTerms(
            customer=company.customers["C1"], from_date=company.day, credit_days=60, credit_from="order",
            credit_limit=500_000,
        )
    )  # fmt: skip
    laptop.sync()
    manager.sync()
    return manager


async def test_what_waits_is_listed_and_taken_or_left_by_one_key(manager: Laptop) -> None:
    with laptop_app(manager, "office") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await turned_to(pilot, app, ConflictsFace, 2)
            assert "2 wait for a decision" in summary(app)
            assert foot(app)[:3] == ["t", "K", "a"]
            assert [row[:2] for row in cells(app)] == [("conflict", "C1"), ("request", "C1")]
            await pilot.press("t")
            await until(pilot, lambda: "Taken" in said(app))
            await filled(pilot, app, 1)
            await pilot.press("K")
            await until(pilot, lambda: "Left as the office has it." in said(app))
            await filled(pilot, app, 0)
    assert manager.one("SELECT short_name FROM customer WHERE code = 'C1'") == ("Mine",)
    with manager.store.use():
        assert terms_on(manager.company.customers["C1"], FIRST_DAY).credit_limit == 100_000


async def test_enter_says_what_each_side_wants_before_it_is_decided(manager: Laptop) -> None:
    with laptop_app(manager, "office") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await turned_to(pilot, app, ConflictsFace, 2)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, Choose))
            texts = " ".join(str(widget.content) for widget in app.screen.query(Static))
            assert "Person A's: “Mine”" in texts
            assert "the office's: “Theirs”" in texts
            await pilot.press("3")
            await until(pilot, lambda: isinstance(app.screen, ArchiveScreen))


async def test_a_salesperson_is_told_who_decides_a_request(manager: Laptop) -> None:
    company = manager.company
    laptop = company.laptop("A", "another")
    laptop.sync()
    with laptop_app(laptop, "office") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await turned_to(pilot, app, ConflictsFace, 2)
            assert office(app).why_not("office.take_wanted") == ""
            await pilot.press("j")
            await pilot.pause()
            assert "office decides" in office(app).why_not("office.take_wanted")


async def test_finance_is_told_that_a_leader_decides_to_whom_a_customer_belongs(manager: Laptop) -> None:
    company = manager.company
    company.person("F", "finance")
    laptop, finance = company.laptop("A", "another"), company.laptop("F")
    laptop.sync()
    asked = AssignCustomers(customers=(company.customers["C2"],), owner=laptop.person, from_date=company.day)
    laptop.do(asked)
    laptop.sync()
    finance.sync()
    with laptop_app(finance, "office") as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await turned_to(pilot, app, ConflictsFace, 3)
            found = {}
            for _each in range(3):
                face = app.screen.query_one(ConflictsFace)
                conflict = face.record.conflict
                found[conflict.kind, conflict.right] = office(app).why_not("office.take_wanted")
                await pilot.press("j")
                await pilot.pause()
    assert found == {
        ("field", ""): "",
        ("request", "set_terms"): "",
        ("request", "assign_customer"): "Your role may not assign customers: ask someone whose role is manager, admin.",
    }
