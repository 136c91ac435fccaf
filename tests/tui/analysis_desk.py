"""The analysis as a test reads and works it."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.waiting import until
from tui.analysis.behind import BehindFigure
from tui.analysis.screen import FACES, AnalysisScreen
from tui.app import HuokeApp
from tui.shared.chart import Chart
from tui.shared.figure_table import FigureTable

MARGIN, TRENDS, QUARTERS, LIFE, LOSSES, TERMS = range(len(FACES))


def analysis(app: HuokeApp) -> AnalysisScreen:
    return next(each for each in reversed(app.screen_stack) if isinstance(each, AnalysisScreen))


def table(app: HuokeApp) -> FigureTable:
    return analysis(app).face.table


def shown(app: HuokeApp, at: int, of: FigureTable | None = None) -> list[str]:
    """A column of a list, that of the face where no other is named."""
    listed = table(app) if of is None else of
    found = [listed._pages.row(index) for index in range(min(listed.total, 100))]
    return [str(row.cells[at]) for row in found if row is not None]


def chart(app: HuokeApp) -> Chart:
    return analysis(app).face.query_one(Chart)


def text_of(app: HuokeApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


async def settle(pilot: Pilot[None], app: HuokeApp) -> None:
    """Wait until the face is read and its lists are filled."""

    def is_at_rest() -> bool:
        screens = [each for each in app.screen_stack if isinstance(each, AnalysisScreen | BehindFigure)]
        lists = [each for screen in screens for each in screen.query(FigureTable) if each.display]
        return (
            bool(screens)
            and all(worker.is_finished for worker in app.workers)
            and not any(each.is_loading for each in lists)
            and not (isinstance(app.screen, AnalysisScreen) and analysis(app).face.kept.under_way is not None)
        )

    for _round in range(3):
        await pilot.pause()
        await until(pilot, is_at_rest)


async def press(pilot: Pilot[None], app: HuokeApp, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot, app)


async def opened(pilot: Pilot[None], app: HuokeApp, face: int = MARGIN) -> None:
    """Open the analysis and turn to a face."""
    await pilot.press("f8")
    await until(pilot, lambda: isinstance(app.screen, AnalysisScreen))
    await settle(pilot, app)
    await press(pilot, app, *["right_square_bracket"] * face)


async def behind(pilot: Pilot[None], app: HuokeApp) -> BehindFigure:
    """Press Enter, and wait for the rows behind the figure."""
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, BehindFigure))
    await settle(pilot, app)
    screen = app.screen
    assert isinstance(screen, BehindFigure)
    return screen
