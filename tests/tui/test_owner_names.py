"""The lists of the analysis name an owner as the other screens do; the command line keeps the code."""

from __future__ import annotations

import pytest

from model.store import Store, rows
from tests.conftest import SAMPLE_DAY
from tests.tui.analysis_desk import LIFE, QUARTERS, TRENDS, analysis, behind, opened, press, shown, table
from tui.analysis.screen import AnalysisScreen
from tui.app import HuokeApp
from tui.shared.figure_table import FigureTable

pytestmark = pytest.mark.usefixtures("english", "home")
TODAY = SAMPLE_DAY


def names_of(store: Store) -> set[str]:
    with store.use():
        return {name for (name,) in rows("SELECT name FROM salesperson")}


def owners(app: HuokeApp, listed: FigureTable) -> set[str]:
    """Whose the first customers of a list are; without those of nobody."""
    at = [column.key for column in listed.columns].index("owner")
    return set(shown(app, at, listed)) - {""}


async def test_owners_stand_by_name(store: Store) -> None:
    names = names_of(store)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, TRENDS)
        await press(pilot, app, "b", "4")
        found = [owners(app, table(app))]
        await press(pilot, app, *["right_square_bracket"] * (QUARTERS - TRENDS))
        found.append(owners(app, analysis(app).face.query_one("#quarter-customers", FigureTable)))
        await press(pilot, app, *["right_square_bracket"] * (LIFE - QUARTERS))
        await press(pilot, app, "j", "j", "j")
        screen = await behind(pilot, app)
        found.append(owners(app, screen.query_one(FigureTable)))
        await pilot.press("escape")
        assert isinstance(app.screen, AnalysisScreen)
        await press(pilot, app, "b", "4")
        screen = await behind(pilot, app)
        found.append(owners(app, screen.query_one(FigureTable)))
    assert all(found)
    assert [each - names for each in found] == [set()] * 4
