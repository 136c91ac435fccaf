"""Temporary limits are set and ended; what the payment record suggests is applied to many, and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from model.customers import terms_on
from model.store import Store
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.office_desk import cells, filled, office, said, summary, turned_to
from tests.tui.waiting import until
from tui import locale
from tui.app import HuokeApp
from tui.archive.search import CustomerSearch
from tui.office.limits import LimitForm, LimitsFace
from tui.office.suggestions import SuggestionsFace
from tui.shared.ask import Confirm

pytestmark = pytest.mark.usefixtures("english")

DAY = timedelta(days=1)


def fill(made: Company) -> None:
    made.salesperson("F1", "finance")
    made.salesperson("S1")
    made.product("P")
    for code in ("C1", "C2"):
        made.customer(code, "S1", days=10, limit="500000")
        for ago in (150, 120, 90, 60):
            made.sell(code, TODAY - ago * DAY, "30000", maker="S1")
            made.pay(code, TODAY - (ago - 5) * DAY, "30000")
    made.customer("C3", "S1", limit="100")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    with small_company(tmp_path / "store", fill, me="F1") as made:
        yield made


async def test_a_temporary_limit_is_set_ended_and_put_back(company: tuple[Store, Company]) -> None:
    store, made = company

    def limit() -> int:
        with store.use():
            return terms_on(made.ids["C3"], TODAY).credit_limit

    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, LimitsFace, 0)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, CustomerSearch))
        await pilot.press("C", "3", "enter")
        await until(pilot, lambda: isinstance(app.screen, LimitForm))
        await pilot.press(*"800", "enter", "enter", *"+20", "enter", *"season", "enter")
        await until(pilot, lambda: "The temporary limit is set." in said(app))
        await filled(pilot, app, 1)
        [row] = cells(app)
        assert row[1] == "800.00"
        assert row[4:7] == ((TODAY + 20 * DAY).isoformat(), "in force", "100.00")
        assert limit() == 80_000
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "has ended" in said(app))
        assert limit() == 10_000
        await filled(pilot, app, 0)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        await filled(pilot, app, 1)
        assert limit() == 80_000


async def test_one_that_ended_stands_there_and_cannot_be_ended_again(company: tuple[Store, Company]) -> None:
    store, made = company
    with store.use():
        made.terms("C1", days=None, credit_from=None, limit="900", since=TODAY - 40 * DAY, until=TODAY - 10 * DAY)
        made.terms("C2", days=None, credit_from=None, limit="900", since=TODAY - 200 * DAY, until=TODAY - 150 * DAY)
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, LimitsFace, 1)
        assert cells(app)[0][5] == "ended"
        assert "ended already" in office(app).why_not("office.end_limit")


async def test_suggestions_are_applied_to_those_that_are_marked(company: tuple[Store, Company]) -> None:
    store, made = company

    def days(code: str) -> int:
        with store.use():
            return terms_on(made.ids[code], TODAY).credit_days

    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(120, 40)) as pilot:
        await turned_to(pilot, app, SuggestionsFace, 2)
        assert "pays every bill on time" in cells(app)[0][-1]
        await pilot.press("space", "space", "p")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "2 customers have the suggested terms." in said(app))
        assert (days("C1"), days("C2")) == (25, 25)
        # Who has got them is done with, though the record would soon suggest more.
        await filled(pilot, app, 0)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        await filled(pilot, app, 1)
        assert sorted((days("C1"), days("C2"))) == [10, 25]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_present_and_suggested_terms_stand_beside_each_other(
    company: tuple[Store, Company], language: locale.Language
) -> None:
    locale.use(language)
    store, _made = company
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, SuggestionsFace, 2)
        painted = [office(app).face.render_line(y).text for y in range(3)]
        line = next(each for each in painted if "C1" in each)
        # 4 bills of 30,000.00 in 6 months, with 25 days: 20,000.00 × 25 ÷ 30, down to a thousand.
        assert re.search(r" 10 +25 +500,000\.00 +16,000\.00 ", line), line


async def test_a_salesperson_is_told_who_decides_on_terms(tmp_path: Path) -> None:
    with small_company(tmp_path / "store", fill, me="S1") as (store, _made):
        app = HuokeApp(store, first_mode="office")
        async with app.run_test(size=(80, 24)) as pilot:
            await turned_to(pilot, app, SuggestionsFace, 2)
            assert "finance" in summary(app)
            assert "finance" in office(app).why_not("office.apply_terms")
