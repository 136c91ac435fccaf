"""The palette: every action of the screen with its key, and every customer by name."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from model.errors import HuokeError
from tui import keymap
from tui.keymap import PLACES, Action
from tui.locale import _, translate_error
from tui.shared.columns import printable
from tui.shared.desk_screen import desk_of, find_binding, reason_against

CUSTOMERS_AT_MOST = 8
UNDER_THE_OPEN_PALETTE = {"app.open_palette"}
"""Actions that make no sense from within the palette."""


@runtime_checkable
class KnowsCustomers(Protocol):
    """An app in which customers can be found and opened."""

    def search_customers(self, text: str) -> Sequence[tuple[str, Hashable]]:
        """Label and id of customers for a text, best first; called in a thread."""
        ...

    def open_customer(self, customer_id: Hashable) -> None:
        """Show the archive of a customer."""
        ...


class DeskCommands(Provider):
    """Finds actions and customers for the palette."""

    async def discover(self) -> Hits:
        """Every action of the screen, before anything is typed."""
        for action in self._actions():
            yield DiscoveryHit(
                Content(_(action.label)),
                partial(self._do, action),
                text=_(action.label),
                help=self._help(action),
            )

    async def search(self, query: str) -> Hits:
        """Actions and customers for a text."""
        found = False
        matcher = self.matcher(query)
        for action in self._actions():
            label = _(action.label)
            score = max(matcher.match(label), matcher.match(action.label))
            if score > 0:
                found = True
                yield Hit(
                    score,
                    matcher.highlight(label),
                    partial(self._do, action),
                    text=label,
                    help=self._help(action),
                )
        for rank, (label, customer_id) in enumerate(await self._customers(query)):
            found = True
            # Customers come ranked by the search itself, behind an action that matches fully.
            yield Hit(
                0.9 - rank / 100,
                Content(printable(label)),
                partial(self._open_customer, customer_id),
                text=printable(label),
                help=_("customer"),
            )
        if not found:
            text = _("Nothing here is called “{text}”.").format(text=printable(query))
            yield Hit(0.01, Content(text), lambda: None, text=text)

    def _actions(self) -> list[Action]:
        return [
            action
            for action in keymap.actions_on(desk_of(self.app))
            if action.id not in UNDER_THE_OPEN_PALETTE and find_binding(self.app, action) is not None
        ]

    def _help(self, action: Action) -> str:
        place = _(PLACES[action.bound_in].title)
        reason = reason_against(self.app, action)
        return f"{keymap.shown_keys(action)} · {place}" + (f" · {reason}" if reason else "")

    async def _do(self, action: Action) -> None:
        if reason := reason_against(self.app, action):
            self.app.notify(reason, severity="warning", markup=False)
        elif bound := find_binding(self.app, action):
            node, verb = bound
            await self.app.run_action(verb, node)

    async def _customers(self, query: str) -> Sequence[tuple[str, Hashable]]:
        if not isinstance(self.app, KnowsCustomers):
            return ()
        try:
            found = await asyncio.to_thread(self.app.search_customers, query)
        except HuokeError as error:
            # Textual would only log it.
            self.app.notify(translate_error(error), severity="error", markup=False)
            return ()
        return found[:CUSTOMERS_AT_MOST]

    def _open_customer(self, customer_id: Hashable) -> None:
        if isinstance(self.app, KnowsCustomers):
            self.app.open_customer(customer_id)
