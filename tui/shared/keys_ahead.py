"""Keys typed ahead: they wait until what the key before them opens is there to take them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerState

from tui.shared.paged_table import PagedTable

TypedKey: TypeAlias = "events.Key | events.Paste"

# A worker of such a group leads to another screen, and is not done before that screen shows what it is to show.
WAY_GROUP = "way"
# A worker of such a group may put a question or a form before the person, fill it, or take it away again.
ASKING_GROUPS = frozenset({"deed", "begin_exchange", "load", "record", "try"})
# What changes the text of a field, or the place in it, and no more.
WRITING_KEYS = frozenset({"backspace", "delete", "left", "right", "home", "end"})
# The key goes up to the app, what its action posted goes up after it, and what that posts in turn.
ROUNDS = 3
LOOK_AFTER_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.01


class KeysAhead:
    """The keys of an app, each given out when what the one before it opens can take it.

    Textual gives a key to what has the focus when the key arrives. Where Enter opens a customer, that is still the
    list until the archive is shown: what was typed on at once would be lost, or done in the list.
    """

    def __init__(self, app: App[Any], give: Callable[[TypedKey], Awaitable[None]]) -> None:
        """
        Args:
            give: gives a key to what has the focus, as the app does it.
        """
        self._app = app
        self._give = give
        self._kept: deque[TypedKey] = deque()
        self._ready: Screen[Any] | None = None
        self._turn: asyncio.Task[None] | None = None

    async def take(self, event: TypedKey) -> None:
        """Give a key at once, or keep it until its turn comes."""
        self._kept.append(event)
        if self._turn is not None:
            return
        if self._is_ready(self._app.screen):
            await self._give_next()
        else:
            self._wait(self._app.screen)

    async def _give_next(self) -> None:
        """Give the oldest key, and those after it that need not wait for it."""
        while self._kept:
            event, screen, field = self._kept.popleft(), self._app.screen, self._app.focused
            await self._give(event)
            if not _is_text(event, field):
                self._wait(screen)
                return

    def _wait(self, before: Screen[Any]) -> None:
        self._turn = asyncio.create_task(self._end_turn(before))

    async def _end_turn(self, screen: Screen[Any]) -> None:
        try:
            await self._come_to_rest(screen)
        finally:
            self._turn = None
        if self._kept and self._app.is_running:
            # The app gives keys itself, between its own messages.
            self._app.call_later(self._go_on)

    async def _go_on(self) -> None:
        if self._turn is None:
            await self._give_next()

    async def _come_to_rest(self, before: Screen[Any]) -> None:
        """Wait until a key's action is done and the screen it leads to can take the next one.

        Args:
            before: the screen to which the key was given.
        """
        ends = time.monotonic() + LONGEST_WAIT_SECONDS
        while True:
            for _round in range(ROUNDS):
                await self._all_the_way_up(ends)
            if not self._app.is_running or not self._is_under_way(before):
                return
            if time.monotonic() > ends:
                # Whatever keeps it: a person who waited so long wants to do something else.
                self._ready = self._app.screen
                return
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _all_the_way_up(self, ends: float) -> None:
        """Wait until all that was sent before to what has the focus has gone up to the app."""
        if not self._app.is_running:
            return
        first = self._app.focused or self._app.screen
        for pump in [*first.ancestors_with_self]:
            passed = asyncio.Event()
            if pump.call_later(passed.set):
                await self._pass(pump, passed, ends)

    async def _pass(self, pump: MessagePump, passed: asyncio.Event, ends: float) -> None:
        """Wait until one of them has done all that was sent to it before, or is gone and that with it."""
        while self._app.is_running and pump.is_running and not passed.is_set() and time.monotonic() < ends:
            # On a busy machine a screen may take its time: that some has gone by says nothing of what is under way.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(passed.wait(), LOOK_AFTER_SECONDS)

    def _is_under_way(self, before: Screen[Any]) -> bool:
        """Whether a key given now would come too early."""
        app = self._app
        workers = [worker for worker in app.workers if worker.state in (WorkerState.PENDING, WorkerState.RUNNING)]
        # A screen of many fields keeps keys itself while it decides which field they belong to.
        if any(worker.group == WAY_GROUP for worker in workers) or getattr(app.screen, "keeps_keys", False):
            return True
        # The deed of a screen below waits for the answer to this one, and not this one for it.
        asking = any(worker.group in ASKING_GROUPS and _is_of(worker.node, app.screen) for worker in workers)
        if app.screen is before and asking:
            return True
        return not self._is_ready(app.screen)

    def _is_ready(self, screen: Screen[Any]) -> bool:
        """Whether a screen took keys already, or can take them now."""
        if screen is not self._ready and _takes_keys(screen):
            self._ready = screen
        return screen is self._ready


def _is_of(node: DOMNode, screen: Screen[Any]) -> bool:
    """Whether what a worker belongs to is part of a screen, or of the whole app."""
    return isinstance(node, App) or screen in node.ancestors_with_self


def _takes_keys(screen: Screen[Any]) -> bool:
    """Whether a screen that was just opened has the focus where it belongs, and the list there its first rows."""
    if not screen.is_mounted:
        return False
    field = screen.focused
    if field is None:
        return not screen.focus_chain
    return not (isinstance(field, PagedTable) and field.source is not None and field.is_loading)


def _is_text(event: TypedKey, field: object) -> bool:
    """Whether a key only writes into a field: nothing follows from it that the next one would have to wait for."""
    if not isinstance(field, Input):
        return False
    return isinstance(event, events.Paste) or event.is_printable or event.key in WRITING_KEYS
