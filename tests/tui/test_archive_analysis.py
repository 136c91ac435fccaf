"""Archive ▸ Analysis: every figure of a customer says why, and Enter opens what it was reckoned from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from model.store import Store
from tests.model.company import Company
from tests.tui.customers_desk import settle, small_company
from tests.tui.test_archive import ArchiveDesk, id_of
from tui.archive.analysis import AnalysisPane
from tui.archive.behind import BehindFigure
from tui.archive.documents import DocumentScreen
from tui.archive.pane import Section
from tui.shared.ask import AskText
from tui.shared.figure_table import FigureTable

pytestmark = pytest.mark.usefixtures("english")

RHYTHM_DAYS = 20
LAST = date(2026, 2, 18)


def fill(made: Company) -> None:
    """C1 bought P every 20 days until 2026-02-18 and Q most times; C2 bought once; C3 never."""
    made.salesperson("S1", "manager")
    made.salesperson("S2")
    made.product("P")
    made.product("Q", price="50", cost="45")
    for code in ("C1", "C2", "C3"):
        made.customer(code, "S2", days=400, limit="1000000")
    for back in range(10, -1, -1):
        lines = [("P", str(12 - back), "100"), *([("Q", "3", "50")] if back > 2 else [])]
        made.sell("C1", LAST - timedelta(days=RHYTHM_DAYS * back), lines, maker="S2")
    made.sell("C2", date(2026, 3, 1), "40", maker="S2")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with small_company(tmp_path, fill, me="S1") as (opened, _company):
        yield opened


@pytest.fixture
def without_cost(tmp_path: Path) -> Iterator[Store]:
    """The desk of a salesperson who may not see cost."""

    def filled(made: Company) -> None:
        made.setting("cost_visible_to_sales", "no")
        fill(made)

    with small_company(tmp_path, filled, me="S2") as (opened, _company):
        yield opened


async def analysis_of(pilot: Pilot[None], app: ArchiveDesk, store: Store, code: str = "C1") -> None:
    """Open the tab of a customer and wait until everything is read and reckoned."""
    app.archive.show_customer(id_of(store, code))
    await pilot.press("]", "]", "]")
    await settle(pilot)
    assert isinstance(app.archive.pane, AnalysisPane)
    assert app.focused is app.table("figures")


def said(app: ArchiveDesk) -> dict[str, str]:
    """Each figure's words, whole."""
    table = app.table("figures")
    rows = [table._pages.row(index) for index in range(table.total)]
    return {str(row.cells[0]): str(row.cells[1]) for row in rows if row is not None}


async def open_figure(pilot: Pilot[None], app: ArchiveDesk, name: str) -> BehindFigure:
    """Go down to a figure and open it."""
    await pilot.press("home", *["down"] * list(said(app)).index(name), "enter")
    await settle(pilot)
    assert isinstance(app.screen, BehindFigure)
    return app.screen


def behind_lines(screen: BehindFigure) -> list[str]:
    table = screen.query_one(FigureTable)
    return [table.render_line(y).text for y in range(1, min(table.size.height, table.total + 1))]


def texts(screen: BehindFigure) -> str:
    return "\n".join(str(each.content) for each in screen.query(Static))


async def test_every_figure_says_why(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await analysis_of(pilot, app, store)
        words = said(app)
        assert words["Stage"] == "familiar since 2025-11-01; 7 trading months since 2025-08-02"
        assert words["Rhythm"] == "buys every 20 days; quiet 41 days, 2.1 ×: cooling"
        assert words["Expected next"] == "2026-03-10, 21 days ago"
        assert words["Trend"].startswith("no trend: +")
        assert words["R, how lately"] == "1: last trade 41 days before, the lowest fifth"
        assert words["F, how often"] == "5: 11 trading days in 12 months, more than 80 %"
        assert words["M, how much"] == "5: revenue 8,900.00 in 12 months, more than 80 %"
        assert words["Yearly value"] == "margin 1,660.00 in 12 months, 18.65% of 8,900.00"
        assert words["Orders to come"] == "11 trading days in the next 12 months (as in the last 12)"
        assert words["Quadrant"] == "high value, high potential"
        assert words["Key account"] == "yes: in the top fifth by value and by potential"
        assert words["Clocks"] == "last trade 2026-02-18, last contact –, Person S2 since 2020-01-01"


async def test_enter_leads_from_the_rhythm_over_a_trading_day_to_the_order(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store)
        screen = await open_figure(pilot, app, "Rhythm")
        assert "the median of the days between" in texts(screen)
        first, *_others = behind_lines(screen)
        assert "2026-02-18" in first
        assert "20" in first.split()
        assert screen.query_one(FigureTable).total == 11
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, BehindFigure)
        [order] = behind_lines(app.screen)
        assert "1,200.00" in order
        assert "240.00" in order
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, DocumentScreen)
        await pilot.press("escape")
        await pilot.press("escape", "escape")
        assert app.screen is app.archive
        assert app.focused is app.table("figures")


@pytest.mark.parametrize(
    "name", ["Stage", "Expected next", "Trend", "On a year ago", "R, how lately", "F, how often", "M, how much",
             "Yearly value", "Alive", "Orders to come", "Potential", "Quadrant", "Key account"]
)  # fmt: skip
async def test_every_figure_opens_its_rows_and_its_meaning(store: Store, name: str) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store)
        screen = await open_figure(pilot, app, name)
        assert screen.query_one(FigureTable).total > 0
        assert texts(screen).startswith(f"{name}: ")
        assert len(str(screen.query_one(".meaning", Static).content)) > 20


async def test_enter_on_a_month_opens_its_orders(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store)
        await pilot.press("tab", "down", "down")
        await settle(pilot)
        assert "2026-02" in str(app.archive.pane.record)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, BehindFigure)
        assert "Orders and returns of 2026-02" in texts(app.screen)
        [order] = behind_lines(app.screen)
        assert "2026-02-18" in order


async def test_one_key_turns_from_products_to_brands_and_enter_opens_the_purchases(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store)
        await pilot.press("tab", "tab")
        assert "Product P" in app.lines("products")[0]
        await pilot.press("g")
        await settle(pilot)
        assert "Brand P" in app.lines("products")[0]
        assert "brands (g: categories)" in str(app.archive.query_one("#preferred-section", Section).border_title)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, BehindFigure)
        assert "Product P" in behind_lines(app.screen)[0]
        await pilot.press("enter")
        await settle(pilot)
        purchases = behind_lines(app.screen)
        assert len(purchases) == 11
        assert "2026-02-18" in purchases[0]
        assert "1,200.00" in purchases[0]


async def test_what_is_missing_of_the_usual_basket_is_said_in_words(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store)
        await pilot.press("tab", "tab", "tab")
        await settle(pilot)
        lines = app.lines("basket")
        assert all("missing" in line for line in lines)
        assert "20 d" in lines[0]
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, BehindFigure)
        assert "In 10 of the last 10 orders" in texts(app.screen)


async def test_who_may_not_see_cost_is_told_why_there_is_no_value(without_cost: Store) -> None:
    app = ArchiveDesk(without_cost)
    async with app.run_test(size=(120, 40)) as pilot:
        await analysis_of(pilot, app, without_cost)
        words = said(app)
        for name in ("Yearly value", "Potential", "Quadrant", "Key account"):
            assert words[name] == "– (reckoned from margin, which your role does not see)"
        assert "1,660" not in "\n".join([*words.values(), *app.lines("months")])
        await pilot.press("home", *["down"] * list(words).index("Yearly value"), "enter")
        await settle(pilot)
        assert app.screen is app.archive
        screen = await open_figure(pilot, app, "M, how much")
        assert "1,200.00" in behind_lines(screen)[0]
        assert "240.00" not in behind_lines(screen)[0]
        assert "margin" not in str(screen.query_one(".why", Static).content)


async def test_a_customer_that_never_traded_has_no_figures_but_its_stage(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store, "C3")
        words = said(app)
        assert words["Stage"] == "prospect: never traded"
        assert words["Rhythm"] == words["Potential"] == "– (never traded)"
        screen = await open_figure(pilot, app, "Rhythm")
        assert screen.query_one(FigureTable).total == 0


async def test_at_eighty_columns_the_focused_part_is_open_and_the_others_are_a_line(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store)
        for name in ("figures", "months", "products", "basket"):
            open_table = app.table(name)
            assert app.focused is open_table
            assert open_table.size.height >= 12
            assert all(table.size.height <= 1 for table in app.archive.pane.tables() if table is not open_table)
            await pilot.press("tab")
            await pilot.pause()
        await pilot.press("+")
        await pilot.pause()
        assert app.table("figures").size.height >= 15


async def test_the_rows_behind_a_figure_can_be_exported(store: Store, tmp_path: Path) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store)
        await open_figure(pilot, app, "Trend")
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(app.screen, AskText)
        path = tmp_path / "trend.csv"
        app.screen.query_one("Input").value = str(path)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await settle(pilot)
        text = path.read_text(encoding="utf-8-sig")
        assert "2026-02" in text
        assert len(text.splitlines()) == 13


async def test_n_begins_an_order_from_behind_a_figure_too(store: Store) -> None:
    app = ArchiveDesk(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await analysis_of(pilot, app, store)
        await open_figure(pilot, app, "Expected next")
        await pilot.press("n")
        assert app.went == [("order", id_of(store, "C1"))]
