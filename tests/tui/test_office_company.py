"""The office sets the rule of shares after seeing what it does, sets targets, and looks after the people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Static

from model.attribution import owner_bp_on
from model.customers import owner_on
from model.dates import month_of
from model.people import salesperson_by_code
from model.store import Store
from model.targets import targets_of
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.office_desk import cells, filled, foot, office, said, summary, turned_to
from tests.tui.waiting import until
from tui import locale
from tui.app import HuokeApp
from tui.archive.pane import TabLine
from tui.office.people import LeaveForm, PeopleFace, PersonForm
from tui.office.rules import RuleForm, RulesFace
from tui.office.screen import FACES
from tui.office.targets import TargetForm, TargetsFace
from tui.shared.ask import Choose, Confirm

pytestmark = pytest.mark.usefixtures("english")

DAY = timedelta(days=1)


def fill(made: Company) -> None:
    made.salesperson("M1", "manager")
    made.salesperson("S1")
    made.salesperson("S2")
    made.product("P")
    for code in ("C1", "C2"):
        made.customer(code, "S1", days=60, limit="100000")
    made.sell("C1", TODAY.replace(day=1) - 5 * DAY, "1000", maker="S2")
    made.sell("C2", TODAY, "400", maker="S1")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    with small_company(tmp_path / "store", fill, me="M1") as made:
        yield made


async def test_a_rule_is_set_after_its_preview(company: tuple[Store, Company]) -> None:
    store, _made = company
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, RulesFace, 1)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, RuleForm))
        await pilot.press("ctrl+u", *"60", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        details = str(app.screen.query_one(".details", Static).content)
        [owner] = [line.split() for line in details.splitlines() if "S1" in line]
        assert owner == ["Person", "S1", "1,000.00", "600.00", "-400.00"]
        with store.use():
            assert owner_bp_on(TODAY) == 10_000
        await pilot.press("y")
        await until(pilot, lambda: "The rule is set" in said(app))
        await filled(pilot, app, 2)
        assert cells(app)[0] == (TODAY.isoformat(), "60 %", "40 %", "in force")
        with store.use():
            assert owner_bp_on(TODAY) == 6_000
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        await filled(pilot, app, 1)


async def test_targets_are_set_with_how_far_somebody_is(company: tuple[Store, Company]) -> None:
    store, made = company
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, TargetsFace, 3)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TargetForm))
        await pilot.press(*"80", "enter", *"1000", "f10")
        await until(pilot, lambda: "are set" in said(app))
        await filled(pilot, app, 4)
        found = {row[2]: row[3:] for row in cells(app) if row[0] == "S1"}
        assert found == {
            "activity rate": ("80 %", "50 %", "62.50", "1 customers"),
            "sales amount": ("1,000.00", "400.00", "40.00", "600.00"),
        }
        with store.use():
            assert targets_of(made.ids["S1"], month_of(TODAY))["sales"] == 100_000
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        await filled(pilot, app, 3)


async def test_someone_begins_gets_another_role_and_leaves(company: tuple[Store, Company]) -> None:
    store, made = company
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, PeopleFace, 3)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, PersonForm))
        await pilot.press(*"S3", "enter", *"Li", "enter", "enter", "enter")
        await until(pilot, lambda: "S3 works here now." in said(app))
        await filled(pilot, app, 4)
        # M1, S1, S2, S3
        await pilot.press("down", "down", "down", "m")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("3")
        await until(pilot, lambda: "has the role finance now" in said(app))
        await filled(pilot, app, 4)
        # The present role is highlighted: Enter alone takes it from nobody.
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, Choose))
        await app.workers.wait_for_complete()
        with store.use():
            assert salesperson_by_code("S3").role == "finance"
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        with store.use():
            assert salesperson_by_code("S3").role == "sales"
        await filled(pilot, app, 4)
        await pilot.press("up", "up", "o")
        await until(pilot, lambda: isinstance(app.screen, LeaveForm))
        await pilot.press(*"S2", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert "2 customers go to S2" in app.screen.question  # type: ignore[attr-defined]
        await pilot.press("y")
        await until(pilot, lambda: "has left; customers given away: 2." in said(app))
        with store.use():
            assert owner_on(made.ids["C1"], TODAY) == made.ids["S2"]
            assert not salesperson_by_code("S1").active
        await filled(pilot, app, 4)
        await until(pilot, lambda: cells(app)[-1][-1] == "has left")


async def test_someone_stops_working_here_and_comes_back(company: tuple[Store, Company]) -> None:
    store, _made = company
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, PeopleFace, 3)
        await pilot.press("down", "w")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "works here no more." in said(app))
        await until(pilot, lambda: cells(app)[-1][-1] == "has left")
        await filled(pilot, app, 3)
        await pilot.press(">")
        assert "left already" in office(app).why_not("office.see_off")
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "works here again." in said(app))


async def test_what_a_role_may_not_do_is_not_offered(tmp_path: Path) -> None:
    with small_company(tmp_path / "store", fill, me="S1") as (store, _made):
        app = HuokeApp(store, first_mode="office")
        async with app.run_test(size=(80, 24)) as pilot:
            await turned_to(pilot, app, PeopleFace, 3)
            assert foot(app) == ["/", "]", "ctrl+p", "f1"]
            assert "manager" in summary(app)
            await turned_to(pilot, app, RulesFace, 1)
            assert foot(app) == ["/", "]", "ctrl+p", "f1"]


async def test_the_tab_that_is_shown_stands_in_the_line_of_tabs_at_80_columns(company: tuple[Store, Company]) -> None:
    for language in ("en", "zh"):
        locale.use(language)
        app = HuokeApp(company[0], first_mode="office")
        async with app.run_test(size=(80, 24)) as pilot:
            await filled(pilot, app)
            for face in FACES:
                await turned_to(pilot, app, face)
                line = office(app).query_one(TabLine).render()
                assert f"[{locale._(face.TITLE)}]" in line.plain
                assert line.cell_length <= 78
