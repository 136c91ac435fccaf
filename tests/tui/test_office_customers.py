"""The office gives customers away, returns quiet ones to the pool, and makes one of two that are the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from model.aliases import resolved
from model.changes.company import SetSetting
from model.changes.editing import EditCustomer, FieldEdit
from model.customers import owner_on
from model.store import Store
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.office_desk import cells, filled, foot, office, said, summary, turned_to
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.archive.screen import ArchiveScreen
from tui.customers.forms import AssignForm
from tui.office.pool import PoolFace
from tui.office.quiet import QuietFace
from tui.office.twins import TwinsFace
from tui.shared.ask import AskText, Choose, Confirm

pytestmark = pytest.mark.usefixtures("english")

DAY = timedelta(days=1)


def fill(made: Company) -> None:
    made.salesperson("M1", "manager")
    made.salesperson("S1")
    made.salesperson("S2")
    made.product("P")
    for code in ("P1", "P2", "P3"):
        made.customer(code)
    made.customer("C1", "S1", days=10, limit="1000", since=TODAY - 300 * DAY)
    made.customer("C2", "S1", since=TODAY - 300 * DAY)
    made.sell("C1", TODAY - 5 * DAY, "100", maker="S1")
    made.do(SetSetting(name="return_clock", from_date=TODAY - 300 * DAY, value="trade"))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    with small_company(tmp_path / "store", fill, me="M1") as made:
        yield made


def owner(store: Store, made: Company, code: str) -> bytes | None:
    with store.use():
        return owner_on(made.ids[code], TODAY)


async def test_marked_customers_of_the_pool_are_given_to_a_salesperson_and_back_again(
    company: tuple[Store, Company],
) -> None:
    store, made = company
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, PoolFace, 3)
        assert "in the pool · 3 shown" in summary(app)
        assert foot(app)[0] == "g"
        await pilot.press("space", "space", "g")
        await until(pilot, lambda: isinstance(app.screen, AssignForm))
        await pilot.press("S", "2", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "2 customers assigned." in said(app))
        await filled(pilot, app, 1)
        assert [owner(store, made, code) == made.ids["S2"] for code in ("P1", "P2", "P3")] == [True, True, False]
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        await filled(pilot, app, 3)


async def test_the_customers_of_one_salesperson_are_shown_and_opened(company: tuple[Store, Company]) -> None:
    app = HuokeApp(company[0], first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, PoolFace, 3)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("S", "1", "enter")
        await filled(pilot, app, 2)
        assert {row[1] for row in cells(app)} == {"C1", "C2"}
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("C", "2", "enter")
        await filled(pilot, app, 1)
        await pilot.press("escape")
        await filled(pilot, app, 2)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen))


async def test_who_may_not_assign_is_offered_nothing_and_told_who_could(tmp_path: Path) -> None:
    with small_company(tmp_path / "store", fill, me="S1") as (store, _made):
        app = HuokeApp(store, first_mode="office")
        async with app.run_test(size=(80, 24)) as pilot:
            await turned_to(pilot, app, PoolFace, 3)
            assert "g" not in foot(app)
            assert "manager" in summary(app)
            await pilot.press("g")
            await until(pilot, lambda: bool(app._notifications) or "manager" in said(app))
            assert not isinstance(app.screen, AssignForm)


async def test_quiet_customers_are_previewed_and_returned_by_the_rule(company: tuple[Store, Company]) -> None:
    store, made = company
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, QuietFace, 0)
        assert "stay with their owners" in summary(app)
        assert "Days until the pool" in office(app).why_not("office.return_quiet")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"100", "enter")
        await filled(pilot, app, 1)
        assert cells(app)[0][1] == "C2"
        assert cells(app)[0][3] == "Person S1"
        assert "only shows" in office(app).why_not("office.return_quiet")
        with store.use():
            made.do(SetSetting(name="return_after_days", from_date=TODAY, value="200"), by="M1")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("ctrl+u", "enter")
        await until(pilot, lambda: "after 200 days" in summary(app))
        await filled(pilot, app, 1)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "1 customers given to the pool." in said(app))
        assert owner(store, made, "C2") is None
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        assert owner(store, made, "C2") == made.ids["S1"]


async def test_two_customers_with_one_telephone_become_one_and_two_again(company: tuple[Store, Company]) -> None:
    store, made = company
    with store.use():
        for code in ("P2", "C1"):
            edits = {"phone": FieldEdit("", "138 0000 0001")}
            made.do(EditCustomer(customer=made.ids[code], edits=edits, version=1), by="M1")
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, TwinsFace, 1)
        assert cells(app)[0][:3] == ("C1 Customer C1", "P2 Customer P2", "the same phone number")
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "P2 is C1 now." in said(app))
        with store.use():
            assert resolved(made.ids["P2"]) == made.ids["C1"]
        await filled(pilot, app, 0)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        await filled(pilot, app, 1)
        with store.use():
            assert resolved(made.ids["P2"]) == made.ids["P2"]


async def test_two_customers_with_one_telephone_are_kept_apart_and_offered_again(
    company: tuple[Store, Company],
) -> None:
    store, made = company
    with store.use():
        for code in ("P2", "C1"):
            edits = {"phone": FieldEdit("", "138 0000 0001")}
            made.do(EditCustomer(customer=made.ids[code], edits=edits, version=1), by="M1")
    app = HuokeApp(store, first_mode="office")
    async with app.run_test(size=(80, 24)) as pilot:
        await turned_to(pilot, app, TwinsFace, 1)
        await pilot.press("K")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "C1 and P2 stay two." in said(app))
        await filled(pilot, app, 0)
        await pilot.press("f")
        await until(pilot, lambda: "1 pairs are kept apart" in summary(app))
        assert cells(app)[0][:3] == ("C1 Customer C1", "P2 Customer P2", "the same phone number")
        await pilot.press("K")
        await until(pilot, lambda: "C1 and P2 may be one" in said(app))
        await filled(pilot, app, 0)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "Undone" in said(app))
        await filled(pilot, app, 1)
        await pilot.press("f")
        await filled(pilot, app, 0)
