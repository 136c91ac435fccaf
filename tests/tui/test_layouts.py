"""Each screen looks as it did, at both sizes and in both languages, over the sample company of a fixed day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copytree

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from textual.worker import WorkerCancelled

from model.store import Store, open_store
from tests.conftest import SAMPLE_DAY
from tui.app import HuokeApp
from tui.clock import TODAY_VARIABLE
from tui.locale import use

SIZES = ((80, 24), (120, 40))
LANGUAGES = ("zh", "en")


@pytest.fixture
def store(sample_company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv(TODAY_VARIABLE, SAMPLE_DAY.isoformat())
    monkeypatch.delenv("NO_COLOR", raising=False)
    return open_store(Path(copytree(sample_company, tmp_path / "company")))


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    yield
    use("en")


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is being read any more."""
    for _ in range(3):
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def after(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press keys one after the other, each when the former has had its effect."""

    async def run(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        for box in pilot.app.screen.query(Input):
            box.cursor_blink = False
        await settle(pilot)

    return run


SCREENS = {
    "today": ("f2",),
    "customers": (),
    "customers found": ("slash", *"lxzg"),
    "archive business": ("enter",),
    "archive credit": ("enter", "]", "]"),
    "archive analysis": ("enter", "]", "]", "]"),
    "order": ("f5", *"lxzg", "enter", *"MEM010*2", "enter"),
    "leaderboard": ("f6",),
    "performance": ("f6", "f"),
    "money bills": ("f7",),
    "money receipts": ("f7", "]"),
    "money ageing": ("f7", "]", "]"),
    "money not invoiced": ("f7", "["),
    "money received": ("f7", "n", *"lxzg", "enter", *"60000"),
    "analysis margin": ("f8",),
    "analysis trends": ("f8", "]"),
    "analysis stages": ("f8", "]", "]", "]"),
    "office held orders": ("f9",),
    "office pool": ("f9", "]"),
    "help": ("f1",),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_layout(
    snap_compare: Callable[..., bool], store: Store, screen: str, language: str, size: tuple[int, int]
) -> None:
    use("zh" if language == "zh" else "en")
    assert snap_compare(HuokeApp(store, first_mode="customers"), terminal_size=size, run_before=after(*SCREENS[screen]))
