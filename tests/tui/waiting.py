"""Waiting for what must come: as long as a busy machine takes, and not a moment longer."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.pilot import Pilot

PATIENCE_SECONDS = 60


async def until(pilot: Pilot[None], reached: Callable[[], bool]) -> None:
    """Let the app work until something is so, and what it brought is done: a question that came has its focus."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < deadline, f"it never came about: {_in_sight(pilot)}"
        await pilot.pause(0.01)
    await pilot.pause()


def _in_sight(pilot: Pilot[None]) -> str:
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join([repr(pilot.app.screen), *("".join(segment.text for segment in line).rstrip() for line in lines)])
