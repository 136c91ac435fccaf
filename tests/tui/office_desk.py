"""The office's screen in a test: turned to a list, filled, and what it says."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.office.face import OfficeFace
from tui.office.screen import FACES, OfficeScreen
from tui.shared.status import StatusLine


def office(app: HuokeApp) -> OfficeScreen:
    screen = app.screen
    assert isinstance(screen, OfficeScreen)
    return screen


async def turned_to(pilot: Pilot[None], app: HuokeApp, face: type[OfficeFace], count: int | None = None) -> None:
    """Turn to a list by its key, and wait until it has its rows."""
    await until(pilot, lambda: isinstance(app.screen, OfficeScreen))
    for _key in FACES:
        if isinstance(office(app).face, face):
            break
        await pilot.press("]")
    await filled(pilot, app, count)


async def filled(pilot: Pilot[None], app: HuokeApp, count: int | None = None) -> None:
    """Wait until the list that is shown has its rows."""
    await until(pilot, lambda: isinstance(app.screen, OfficeScreen) and bool(office(app).face.summary))
    await until(pilot, lambda: not office(app).face.is_loading and "read" not in office(app).face.summary[:14])
    await until(pilot, lambda: count is None or office(app).face.total == count)
    await until(pilot, lambda: not office(app).face.is_loading)


def cells(app: HuokeApp) -> list[tuple[str, ...]]:
    """What the rows of the list say, top to bottom."""
    face = office(app).face
    rows = [face._pages.row(at) for at in range(face.total)]
    return [tuple(str(cell) for cell in row.cells) for row in rows if row is not None]


def summary(app: HuokeApp) -> str:
    """The line above the list; empty while a question stands over it."""
    found = app.screen.query(".summary").results(Static) if isinstance(app.screen, OfficeScreen) else ()
    return next((str(line.content) for line in found), "")


def foot(app: HuokeApp) -> list[str]:
    """The keys in the foot of the screen."""
    return [action.keys[0] for action in office(app).foot_actions()]


def said(app: HuokeApp) -> str:
    return next((line.standing.said for line in app.screen.query(StatusLine)), "")
