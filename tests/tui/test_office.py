"""The office's desk: held orders are decided singly or many at once, months closed, settings changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Static

from model.closing import is_closed
from model.dates import month_of, shifted
from model.settings import CLOCKS, DEFAULTS, setting_on
from model.store import Store, rows
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.office_desk import cells, filled, office, said, summary, turned_to
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.archive.documents import DocumentScreen
from tui.office.company_settings import SETTING_WORDS, VALUES_OF, YES_OR_NO, SettingsFace
from tui.office.months import MonthsFace
from tui.office.people import PeopleFace
from tui.shared.ask import AskText, Choose, Confirm

pytestmark = pytest.mark.usefixtures("english")

DAY = timedelta(days=1)
HELD = 10


def fill(made: Company) -> None:
    made.salesperson("M1", "manager")
    made.salesperson("S1")
    made.product("P")
    made.customer("C1", "S1", days=10, limit="1000")
    made.sell("C1", TODAY - 40 * DAY, "10", paid="10")
    for number in range(HELD):
        made.customer(f"H{number}", "S1")
        made.sell(f"H{number}", TODAY, "100", maker="S1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with small_company(tmp_path / "store", fill, me="M1") as (opened, _company):
        yield opened


def states(store: Store) -> list[str]:
    with store.use():
        return [state for (state,) in rows("SELECT state FROM orders WHERE amount = 10000 ORDER BY number")]


async def test_ten_held_orders_are_cleared_in_thirty_keys(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await filled(pilot, app, HELD)
        assert "10 held, 1,000.00 in all" in str(app.screen.query_one(".summary", Static).content)
        assert {row[3] for row in cells(app)} == {"Person S1"}
        # Marking goes on to the next row by itself.
        keys = [*["space"] * HELD, "l"]
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(app.screen, AskText))
        answer = ["o", "k", "enter"]
        await pilot.press(*answer)
        await until(pilot, lambda: "10 released." in said(app))
        assert states(store) == ["confirmed"] * HELD
        assert len(keys) + len(answer) <= 30
        with capsys.disabled():
            print(f"\n{HELD} held orders cleared in {len(keys) + len(answer)} keys")
        await filled(pilot, app, 0)


async def test_one_order_is_rejected_with_a_reason(store: Store) -> None:
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await filled(pilot, app, HELD)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        # No reason is recorded by a key that nobody meant.
        await pilot.press("enter")
        assert isinstance(app.screen, Choose)
        await pilot.press("6")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("n", "o", "enter")
        await until(pilot, lambda: "1 rejected." in said(app))
        assert states(store).count("rejected") == 1
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DocumentScreen))


async def test_who_may_not_release_is_told_who_could(tmp_path: Path) -> None:
    with small_company(tmp_path / "store", fill, me="S1") as (store, _company):
        app = HuokeApp(store, first_mode="office")
        async with app.run_test(size=(80, 24)) as pilot:
            await filled(pilot, app, HELD)
            assert "manager" in office(app).why_not("office.release_orders")
            assert "manager" in office(app).why_not("office.reject_orders")
            # The refusal has a line of its own, wholly in sight.
            told = office(app).why_not("office.release_orders")
            assert "release a held order" in told
            await until(pilot, lambda: summary(app).splitlines()[1:] == [told])
            await until(pilot, lambda: app.screen.query_one(".summary").size.height == 2)


async def test_a_month_is_closed_after_a_question(store: Store) -> None:
    app = HuokeApp(store, first_mode="office")
    month = shifted(month_of(TODAY), -1)
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, MonthsFace)
        assert "Held orders" in office(app).why_not("office.release_orders")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: f"{month} is closed." in said(app))
        with store.use():
            assert is_closed(month)
        await until(pilot, lambda: "closed" in office(app).why_not("office.close_month"))


async def test_who_closes_a_month_is_told_which_are_closed_with_it(tmp_path: Path) -> None:
    def with_a_past(made: Company) -> None:
        fill(made)
        made.sell("C1", TODAY - 100 * DAY, "10")

    with small_company(tmp_path / "store", with_a_past, me="M1") as (opened, _company):
        app = HuokeApp(opened, first_mode="office")
        async with app.run_test(size=(80, 24)) as pilot:
            await turned_to(pilot, app, MonthsFace)
            months = [row[0] for row in cells(app)]
            assert len(months) > 2
            await pilot.press("c")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            assert isinstance(app.screen, Confirm)
            assert f"{months[-1]} to {months[1]} are still open" in app.screen.details
            await pilot.press("n", *["down"] * (len(months) - 2), "c")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            assert isinstance(app.screen, Confirm)
            assert f"{months[-1]} is still open" in app.screen.details
            await pilot.press("y")
            await until(pilot, lambda: f"{months[-2]} is closed." in said(app))


async def test_a_setting_is_changed_from_today_on(store: Store) -> None:
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, SettingsFace)
        # The second one is the days of grace.
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        # What cannot be is said there, and what was typed stays.
        await pilot.press("ctrl+u", *"abc", "enter")
        await until(pilot, lambda: "0 to 365" in str(app.screen.query_one(".objection", Static).content))
        await pilot.press("ctrl+u", "3", "enter")
        await until(pilot, lambda: "Grace days: 3 from today on." in said(app))
        with store.use():
            assert setting_on("grace_days", TODAY) == "3"
            assert setting_on("grace_days", TODAY - DAY) == "0"


async def test_a_setting_of_few_values_is_chosen_in_words(store: Store) -> None:
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, SettingsFace)
        rows_shown = cells(app)
        place = next(at for at, row in enumerate(rows_shown) if row[0] == "What breaks the quiet")
        assert rows_shown[place][1] == "any of these"
        await pilot.press(*["down"] * place, "enter")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        # The cursor stands on what is: Enter changes nothing.
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, Choose))
        with store.use():
            assert setting_on("return_clock", TODAY) == "any"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("1")
        await until(pilot, lambda: "What breaks the quiet: a trade from today on." in said(app))
        with store.use():
            assert setting_on("return_clock", TODAY) == "trade"


def test_every_setting_and_each_of_its_values_has_words() -> None:
    assert SETTING_WORDS.keys() == DEFAULTS.keys()
    assert VALUES_OF["return_clock"].keys() == set(CLOCKS)
    assert {name for name, words in VALUES_OF.items() if words is YES_OR_NO} == {
        name for name, value in DEFAULTS.items() if value in ("yes", "no")
    }


async def test_people_stand_with_their_customers(store: Store) -> None:
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, PeopleFace, 2)
        assert {row[0]: row[4] for row in cells(app)} == {"M1": "0", "S1": "11"}
