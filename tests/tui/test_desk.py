"""The whole desk: what holds on every screen, and how it meets a store that fails under it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from model.store import DATABASE_FILE, Store
from tests.model.company import Company
from tests.tui.customers_desk import small_company
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.customers.card_form import CustomerForm
from tui.leaderboard.inactive import InactiveCustomers
from tui.shared.ask import Confirm
from tui.shared.columns import Column
from tui.shared.export import write_rows
from tui.shared.help import HelpScreen
from tui.shared.paged_table import PagedTable, Row
from tui.shared.status import StatusLine

pytestmark = pytest.mark.usefixtures("english")


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


async def opened(app: HuokeApp, pilot: Pilot[None]) -> None:
    await until(pilot, lambda: bool(app.screen.query(PagedTable)) and app.screen.query_one(PagedTable).total == 2)


def notices(app: HuokeApp) -> list[str]:
    return [str(notice.message) for notice in app._notifications]


def said(app: HuokeApp) -> str:
    return app.screen.query_one(StatusLine).standing.said


async def test_a_store_damaged_under_the_desk_is_told_in_one_sentence_and_the_desk_stands(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        for path in store.folder.glob(f"{DATABASE_FILE}*"):
            if not path.name.endswith("-shm"):
                path.write_bytes(b"x" * path.stat().st_size)
        await pilot.press("f6")
        await until(pilot, lambda: bool(notices(app)))
        await pilot.press("f3", "f6")
        await until(pilot, lambda: not app.workers)
        assert len(notices(app)) == 1
        assert "is damaged" in notices(app)[0]
        assert app.is_running


async def test_an_undone_deed_is_named_as_a_person_names_it(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("N")
        await until(pilot, lambda: isinstance(app.screen, CustomerForm))
        app.screen.query_one("#name").value = "Third"  # type: ignore[attr-defined]
        await until(pilot, lambda: app.screen.query_one("#code").value == "C3")  # type: ignore[attr-defined]
        await pilot.press("f10")
        await until(pilot, lambda: not isinstance(app.screen, CustomerForm))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: said(app) == "Undone: customer added C3.")
        await app.workers.wait_for_complete()


async def test_what_was_said_is_gone_once_one_has_turned_to_another_screen(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.screen.say("C3 is made.")  # type: ignore[attr-defined]
        # A question and the help only cover it.
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "customers" and not isinstance(app.screen, HelpScreen))
        await pilot.pause()
        assert said(app) == "C3 is made."
        await pilot.press("f6")
        await until(pilot, lambda: app.current_mode == "leaderboard")
        await pilot.press("f3")
        await until(pilot, lambda: app.current_mode == "customers" and bool(app.screen.query(StatusLine)))
        await pilot.pause()
        assert said(app) == ""
        await app.workers.wait_for_complete()


@pytest.mark.parametrize(
    ("key", "selector"), [("f2", ".about"), ("f6", "Note"), ("f6", "Heading"), ("f7", ".summary"), ("f8", ".summary")]
)
async def test_what_stands_above_a_list_is_not_cut_on_80_columns(store: Store, key: str, selector: str) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press(key)
        await until(pilot, lambda: bool(app.screen.query(selector)))
        await app.workers.wait_for_complete()
        await pilot.pause()
        line = app.screen.query_one(selector, Static)
        line.update("last " * 30)
        await until(pilot, lambda: line.size.height == 2)
        line.update("")
        await until(pilot, lambda: line.size.height == 1)
        await app.workers.wait_for_complete()


async def test_help_on_a_form_lists_the_keys_of_the_form(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("N")
        await until(pilot, lambda: isinstance(app.screen, CustomerForm))
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        text = str(app.screen.query(Static).first().content)
        assert text.startswith("In a form")
        assert "record" in text
        assert "assign" not in text
        await pilot.press("escape", "escape")
        await app.workers.wait_for_complete()


async def test_a_step_back_leads_to_the_list_that_opened_the_archive(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("f6")
        await until(pilot, lambda: app.screen.query(PagedTable).first().total == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, InactiveCustomers))
        await until(pilot, lambda: app.screen.query(PagedTable).first().total == 2)
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "archive")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, InactiveCustomers))
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "leaderboard" and not isinstance(app.screen, InactiveCustomers))
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "customers")
        await app.workers.wait_for_complete()


async def test_the_same_is_not_said_twice_at_the_side(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.notify("once", timeout=0.1)
        app.notify("once", timeout=0.1)
        await until(pilot, lambda: bool(notices(app)))
        assert notices(app) == ["once"]
        await until(pilot, lambda: not notices(app))
        app.notify("once")
        await until(pilot, lambda: notices(app) == ["once"])
        await app.workers.wait_for_complete()


async def test_escape_takes_a_refusal_away_before_it_leads_back(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("f6")
        await until(pilot, lambda: app.screen.query(PagedTable).first().total == 1)
        for _again in range(2):
            app.notify("You may not.", severity="warning")
            await until(pilot, lambda: notices(app) == ["You may not."])
            await pilot.press("escape")
            await until(pilot, lambda: not notices(app))
            assert app.current_mode == "leaderboard"
        # What was only told is no reason to stay.
        app.notify("Copied.")
        await until(pilot, lambda: notices(app) == ["Copied."])
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "customers")
        await app.workers.wait_for_complete()


async def test_escape_means_no_to_a_question_whatever_stands_beside_it(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    answers = list[bool | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.push_screen(Confirm("Release the order?"), answers.append)
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        app.notify("The office does not answer.", severity="error")
        await until(pilot, lambda: bool(notices(app)))
        await pilot.press("escape")
        await until(pilot, lambda: bool(answers))
        assert answers == [False]
        assert notices(app) == []
        await app.workers.wait_for_complete()


def test_a_workbook_holds_figures_as_numbers_and_texts_as_texts(tmp_path: Path) -> None:
    columns = (Column("sign", "", 1), Column("name", "Name", 5), Column("amount", "Amount", 9, "right"))
    rows = [Row("a", 1, ("✕", "=1+1", "-1,234.50")), Row("b", 2, ("", "007", "–"))]
    path = tmp_path / "list.xlsx"
    assert write_rows(columns, rows, path) == 2
    sheet = openpyxl.load_workbook(path).active
    assert list(sheet.values) == [("Name", "Amount"), ("=1+1", -1234.5), ("007", "–")]
    assert [sheet["A2"].data_type, sheet["A3"].data_type] == ["s", "s"]
    assert [each.name for each in tmp_path.iterdir()] == ["list.xlsx"]
