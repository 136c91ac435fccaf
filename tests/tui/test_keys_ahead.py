"""Keys typed faster than screens open are done where they were meant."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from textual import events
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import Input

from model.customers import Customer
from model.store import Store
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.waiting import until
from tui import locale
from tui.app import HuokeApp
from tui.archive.screen import ArchiveScreen
from tui.customers.card_form import CustomerForm
from tui.office.people import PersonForm
from tui.order_entry.customer_box import CustomerBox
from tui.order_entry.customer_panel import CustomerPanel
from tui.order_entry.screen import OrderScreen
from tui.order_entry.type_ahead import TypeAhead
from tui.shared import keys_ahead
from tui.shared.ask import AskText
from tui.shared.status import StatusLine

FOR_GOOD = 1_000_000
# So many turns of the event loop a message waits on a machine that takes its time.
TURNS_LATE = 60


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HUOKE_TODAY", TODAY.isoformat())
    # A key given out because the wait has been long enough would hide what the wait was for.
    monkeypatch.setattr(keys_ahead, "LONGEST_WAIT_SECONDS", FOR_GOOD)
    locale.use("en")
    yield
    locale.use("en")


def fill(made: Company) -> None:
    made.salesperson("S1", "manager")
    made.product("P")
    made.customer("C1", "S1", days=30, limit="10000")
    made.customer("C2", "S1")
    made.sell("C1", date(2026, 2, 5), "500", maker="S1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with small_company(tmp_path / "store", fill, me="S1") as (opened, _company):
        yield opened


def type_at_once(app: HuokeApp, *keys: str) -> None:
    """Send keys as a terminal does that has them all at once."""
    for key in keys:
        # What a terminal sends besides the name of a key that writes something.
        app.post_message(events.Key(key, key if len(key) == 1 else None))


def said(app: HuokeApp) -> str:
    return next((line.standing.said for line in app.screen.query(StatusLine)), "")


def shown_code(app: HuokeApp) -> str:
    facts = [panel.facts for panel in app.screen.query(CustomerPanel)]
    return next((each.code for each in facts if each is not None), "")


@pytest.mark.parametrize("first_mode", ["order", "customers", "leaderboard"])
async def test_a_profile_is_changed_by_keys_typed_at_once(store: Store, first_mode: str) -> None:
    app = HuokeApp(store, first_mode=first_mode)
    async with app.run_test(size=(80, 24)) as pilot:
        type_at_once(app, "f3", "enter", "m", "ctrl+u", *"Renamed", "f10")
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen) and said(app) == "The profile is changed.")
    with store.use():
        assert Customer.get(Customer.code == "C1").name == "Renamed"


async def test_a_machine_that_takes_its_time_gives_no_key_too_early(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message waits longer for its turn than it takes until somebody looks whether it is done."""
    in_time = MessagePump._get_message

    async def late(pump: MessagePump) -> Message:
        message = await in_time(pump)
        for _turn in range(TURNS_LATE):
            await asyncio.sleep(0)
        return message

    monkeypatch.setattr(keys_ahead, "LOOK_AFTER_SECONDS", 0.0001)
    app = HuokeApp(store, first_mode="order")
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(MessagePump, "_get_message", late)
        type_at_once(app, "f3", "enter", "m", "ctrl+u", *"Renamed", "f10")
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen) and said(app) == "The profile is changed.")


async def test_keys_wait_while_the_order_screen_decides_where_those_before_belong(store: Store) -> None:
    app = HuokeApp(store, first_mode="order")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, OrderScreen) and not app.screen.keeps_keys)
        screen = app.screen
        sign, field = screen.query_one(TypeAhead), screen.query_one(CustomerBox).input
        # An answer is on its way for as long as this test wants it to be.
        sign.hold()
        type_at_once(app, "f3", "enter", "m", "ctrl+u", *"Renamed", "f10")
        # Long enough for all of them to come, were they not kept back.
        for _pause in range(20):
            await pilot.pause(0.02)
        assert app.screen is screen
        sign.let_go(field)
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen) and said(app) == "The profile is changed.")


async def test_what_is_typed_after_a_form_was_recorded_is_done_below_it(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        type_at_once(app, "enter", "m", "ctrl+u", *"Renamed", "f10", "m", "down", "ctrl+u", *"Short", "f10", "f6")
        await until(pilot, lambda: app.current_mode == "leaderboard")
    with store.use():
        customer = Customer.get(Customer.code == "C1")
        assert (customer.name, customer.short_name) == ("Renamed", "Short")


async def test_an_order_begun_from_the_archive_takes_what_is_typed_on(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        type_at_once(app, "f3", "j", "enter", "n")
        await until(pilot, lambda: isinstance(app.screen, OrderScreen) and shown_code(app) == "C2")


async def test_a_question_takes_what_is_typed_on(store: Store, tmp_path: Path) -> None:
    app = HuokeApp(store, first_mode="customers")
    path = tmp_path / "out.csv"
    async with app.run_test(size=(80, 24)) as pilot:
        type_at_once(app, "f3", "e", "ctrl+u", *str(path), "enter")
        await until(pilot, path.exists)
        assert not isinstance(app.screen, AskText)


async def test_a_key_that_opens_nothing_holds_nothing_up(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        type_at_once(app, "f3", "x", "x", "enter", "m", "escape", "escape", "N")
        await until(pilot, lambda: isinstance(app.screen, CustomerForm) and app.screen.customer is None)
        assert app.current_mode == "customers"


async def test_a_form_that_the_office_asks_with_takes_its_keys_at_once(store: Store) -> None:
    """The deed below waits for the form: the form's keys do not wait for the deed."""
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("[")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, PersonForm))
        type_at_once(app, "down", *"Wang")
        await until(pilot, lambda: app.screen.query_one("#name", Input).value == "Wang")
