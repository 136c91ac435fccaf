"""The customers list does with keys what a day at the desk asks of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.changes.customers import AddCustomer
from model.conflicts import Conflict
from model.customer_list import CustomerFilter, CustomerList
from model.customers import Customer, owner_on
from model.errors import Refused
from model.ids import new_id
from model.store import Store, rows, set_meta
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, CustomersDesk, settle, small_company
from tui.customers.export import write_customers
from tui.customers.forms import AssignForm, ContactForm
from tui.shared.ask import Confirm

pytestmark = pytest.mark.usefixtures("english")


def fill(made: Company) -> None:
    """Four customers: two of S1, one of the pool, one walk-in; C2 owes an overdue bill of 500."""
    made.salesperson("S1", "manager")
    made.salesperson("S2")
    made.product("P")
    made.customer("C1", "S1", days=30, limit="10000")
    made.customer("C2", "S1", days=30, limit="1000")
    made.customer("C3")
    made.customer("C4", retail=True)
    made.sell("C2", date(2026, 1, 5), "500", maker="S1")
    made.sell("C1", date(2026, 3, 30), "2000", maker="S1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with small_company(tmp_path, fill, me="S1") as (opened, _company):
        yield opened


def id_of(store: Store, code: str) -> bytes:
    with store.use():
        return bytes(Customer.get(Customer.code == code).id)


async def test_the_list_shows_what_each_customer_owes(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert app.shown() == ["C1", "C2", "C3", "C4"]
        assert app.filtered() == "all customers · 4 shown"
        for word in ("C1", "Customer C1", "Person S1", "owned", "new", "2026-03-30", "✓", "2,000.00", "8,000.00"):
            assert word in app.line(1)
        assert app.line(2).count("500.00") == 3
        assert "pool" in app.line(3)


async def test_eighty_columns_keep_what_matters(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        keys = [column.key for column in app.table.shown_columns]
        assert keys == ["blacklisted", "code", "name", "owner", "last_trade", "balance", "overdue", "credit_left"]
        await pilot.press("/")
        await settle(pilot)
        assert [column.key for column in app.table.shown_columns] == keys


async def test_typing_searches_enter_keeps_it_and_escape_clears_it(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("/", "c", "3")
        await settle(pilot)
        assert app.shown() == ["C3"]
        await pilot.press("enter")
        assert app.focused is app.table
        assert app.filtered() == "all customers · “c3” · 1 shown"
        await pilot.press("escape")
        await settle(pilot)
        assert app.shown() == ["C1", "C2", "C3", "C4"]


async def test_a_search_without_a_match_says_what_to_do(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("/", *"zzz", "enter")
        await settle(pilot)
        assert "No customer matches: Esc takes the filter away." in app.line(2)


async def test_an_empty_company_says_how_to_begin(tmp_path: Path) -> None:
    with small_company(tmp_path, lambda made: None) as (store, _company):
        app = CustomersDesk(store)
        async with app.run_test(size=(120, 30)) as pilot:
            await settle(pilot)
            assert "There are no customers yet: N makes one" in app.line(2)


async def test_filters_add_up_and_escape_takes_them_away(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("o")
        await settle(pilot)
        assert app.shown() == ["C1", "C2"]
        await pilot.press("f", "d")
        await settle(pilot)
        assert app.shown() == ["C2"]
        assert app.filtered() == "owner Person S1 · overdue · 1 shown"
        await pilot.press("escape")
        await settle(pilot)
        await pilot.press("f", "q", "2")
        await settle(pilot)
        assert app.shown() == ["C2"]
        await pilot.press("escape", "f", "g", "1")
        await settle(pilot)
        assert app.shown() == ["C3", "C4"]
        await pilot.press("escape", "f", "w", "s", "1", "enter")
        await settle(pilot)
        assert app.shown() == ["C1", "C2"]


async def test_s_sorts_by_the_next_column_and_capital_s_turns_it(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for _column in ("name", "owner", "last_trade", "balance"):
            await pilot.press("s")
            await settle(pilot)
        await pilot.press("S")
        await settle(pilot)
        assert app.table.sort is not None
        assert (app.table.sort.column, app.table.sort.descending) == ("balance", True)
        assert app.shown() == ["C1", "C2", "C4", "C3"]


async def test_keys_lead_to_the_archive_an_order_and_a_receipt(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("down", "enter", "n")
        await settle(pilot)
        assert app.went == [("archive", id_of(store, "C2")), ("order", id_of(store, "C2"))]
        await pilot.press("r", *"500", "f10")
        await settle(pilot)
        assert "received 500.00 from C2 Customer C2, balance 0.00" in app.said()
        assert app.line(2).count("500.00") == 0


async def test_a_contact_is_logged_by_the_person_who_sits_here(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("c")
        assert isinstance(app.screen, ContactForm)
        await pilot.press(*"asked for prices", "enter", *"+7", "enter")
        await settle(pilot)
        assert app.said() == "The contact is logged."
    with store.use():
        assert rows("SELECT note, next_on FROM contact_log") == [("asked for prices", "2026-04-07")]


async def test_many_marked_customers_are_assigned_after_a_question(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("space", "space", "space", "a")
        await settle(pilot)
        assert isinstance(app.screen, AssignForm)
        await pilot.press(*"s2", "f10")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        assert app.screen.question == "Give 3 customers to S2 Person S2 from 2026-03-31 on?"
        await pilot.press("enter")
        await settle(pilot)
        assert app.said() == "3 customers assigned."
        assert app.table.selected == ()
    with store.use():
        owners = {owner_on(id_of(store, code), TODAY) for code in ("C1", "C2", "C3")}
        assert len(owners) == 1


async def test_one_takes_from_the_pool_and_gives_back(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("down", "down", "t")
        await settle(pilot)
        assert app.said() == "1 customers taken from the pool."
        await pilot.press("t")
        await settle(pilot)
        assert "is Person S1's customer, not the pool's" in app.said()
        await pilot.press("T")
        await settle(pilot)
        assert app.said() == "1 customers given to the pool."


async def test_nobody_signed_in_is_told_why_there_is_no_mine(tmp_path: Path) -> None:
    with small_company(tmp_path, fill) as (store, _company):
        app = CustomersDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await pilot.press("o")
            await pilot.pause()
            assert any("Nobody has signed in here" in notice for notice in app.notices())


async def test_what_is_shown_is_exported(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("o")
        await settle(pilot)
        await pilot.press("e", "ctrl+u", *str(path), "enter")
        await settle(pilot)
        assert app.said().startswith("2 customers written to")
        await pilot.press("e", "ctrl+u", *str(path), "enter")
        await pilot.pause()
        assert "is there already" in app.objection()
    with path.open(encoding="utf-8-sig", newline="") as file:
        exported = list(csv.DictReader(file))
    assert [(row["code"], row["balance"], row["overdue"]) for row in exported] == [
        ("C1", "2000.00", "0.00"),
        ("C2", "500.00", "500.00"),
    ]


async def test_an_exported_name_is_never_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"

    def fill_one(made: Company) -> None:
        made.do(AddCustomer(id=new_id(), code="C1", date=TODAY, card={"name": "=1+1"}))

    with small_company(tmp_path / "store", fill_one) as (store, _company), store.use():
        listed = CustomerList(CustomerFilter(), "code", False, TODAY)
        assert write_customers(listed, path, lambda written: None, lambda: False) == 1
        assert "'=1+1" in path.read_text(encoding="utf-8-sig")
        other = tmp_path / "given up.csv"
        write_customers(listed, other, lambda written: None, lambda: True)
        assert sorted(each.name for each in tmp_path.glob("*.csv*")) == ["all.csv"]
        with pytest.raises(Refused, match="cannot be written"):
            write_customers(listed, tmp_path / "nowhere" / "x.csv", lambda written: None, lambda: False)


async def test_what_another_program_writes_appears(store: Store) -> None:
    app = CustomersDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        with store.use():
            Company(TODAY).customer("C5")
        app.screen.store_changed()  # type: ignore[attr-defined]
        await settle(pilot)
        assert app.shown() == ["C1", "C2", "C3", "C4", "C5"]


def with_a_held_order(made: Company) -> None:
    fill(made)
    made.sell("C3", TODAY, "40")


async def test_the_customers_with_a_held_order_are_listed_and_opened(tmp_path: Path) -> None:
    with small_company(tmp_path, with_a_held_order, me="S1") as (store, _company):
        app = CustomersDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await pilot.press("f")
            await settle(pilot)
            shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
            assert "with a held order" in shown
            assert "all customers" in shown
            await pilot.press("h")
            await settle(pilot)
            assert app.filtered() == "with a held order · 1 shown"
            assert app.shown() == ["C3"]
            await pilot.press("enter")
            await settle(pilot)
            assert app.went == [("archive", id_of(store, "C3"))]


async def test_who_may_not_assign_is_told_before_the_form(tmp_path: Path) -> None:
    with small_company(tmp_path, fill, me="S2") as (store, _company):
        app = CustomersDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            desk = app.screen
            await pilot.press("a")
            await settle(pilot)
            assert app.screen is desk
            assert app.notices() == ["Your role may not assign customers: ask someone whose role is manager, admin."]


async def test_on_a_joined_laptop_assigning_asks_the_office(tmp_path: Path) -> None:
    def fill(made: Company) -> None:
        made.salesperson("S1")
        made.salesperson("S2")
        made.customer("C1", "S1")

    with small_company(tmp_path, fill, me="S1") as (store, made):
        with store.use():
            set_meta("server", "https://office.invalid")
        app = CustomersDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await pilot.press("a")
            await settle(pilot)
            await pilot.press(*"S2", "f10")
            await settle(pilot)
            assert app.said() == "The office was asked: it decides."
        with store.use():
            assert owner_on(made.ids["C1"], TODAY) == made.ids["S1"]
            assert [conflict.field for conflict in Conflict.select()] == ["customer.assign"]
