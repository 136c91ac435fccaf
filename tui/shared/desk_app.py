"""The floor under the app: themes, keys, palette, help and reasons. It knows no screen and no store."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.actions import ActionParseResult
from textual.app import App
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.notifications import SeverityLevel
from textual.worker import WorkerFailed

from model.errors import HuokeError
from tui import keymap
from tui.commands import DeskCommands
from tui.locale import _, translate_error
from tui.shared.ask import Choice, Choose, Question
from tui.shared.desk_screen import DeskScreen, reason_against
from tui.shared.help import HelpScreen
from tui.shared.keys_ahead import KeysAhead, TypedKey
from tui.shared.theme import use_themes
from tui.shared.too_small import HORIZONTAL_BREAKPOINTS, cover_when_too_small


class DeskApp(App[None]):
    """An app whose keys come from the registry and which says why a key cannot act."""

    TITLE = "Huoke"
    COMMANDS = {DeskCommands}  # noqa: RUF012 - Textual's own annotation
    ENABLE_COMMAND_PALETTE = False  # Textual's own binding; the registry binds the palette.
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("app")]
    HORIZONTAL_BREAKPOINTS = HORIZONTAL_BREAKPOINTS

    def __init__(self, settings: Path | None = None, light: bool = False) -> None:
        """
        Args:
            settings: The settings file with a person's own keys; none takes none.
            light: Whether to wear the light theme.
        """
        super().__init__()
        use_themes(self, light)
        self._said_until: dict[str, float] = {}
        self._settings = settings
        self._ahead = KeysAhead(self, self._give)

    async def on_event(self, event: events.Event) -> None:
        """Give a key that was just typed when its turn comes; everything else at once."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._ahead.take(event)
        else:
            await super().on_event(event)

    async def _give(self, event: TypedKey) -> None:
        """Give a key to what has the focus; what takes a refusal away again does nothing else."""
        is_escape = isinstance(event, events.Key) and event.key == "escape"
        # In a question Esc means no, whatever stands beside it.
        if is_escape and self._take_refusals_away() and not isinstance(self.screen, Question):
            return
        await super().on_event(event)

    def _take_refusals_away(self) -> bool:
        """Take what stands at the side away where a refusal is among it; whether one was."""
        refused = any(notice.severity != "information" for notice in self._notifications)
        if refused:
            self._said_until.clear()
            self.clear_notifications()
        return refused

    def on_mount(self) -> None:
        """Take a person's own keys and tell which of them could not be taken."""
        if self._settings is None:
            return
        for warning in keymap.load_own_keys(self._settings):
            self.notify(warning, severity="warning", markup=False)
        self.set_keymap(keymap.textual_keymap())

    def why_not(self, action_id: str) -> str:
        """The reason why an action that works everywhere cannot be done now; empty when it can."""
        return ""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something at the side; while it is in sight the same is not said again, whoever else has it to say."""
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        now = time.monotonic()
        if now < self._said_until.get(message, now):
            return
        self._said_until[message] = now + seconds
        super().notify(message, title=title, severity=severity, timeout=seconds, markup=markup)

    def tell_error(self, error: HuokeError) -> None:
        """Say in one sentence why something could not be done."""
        self.notify(translate_error(error), severity="error", markup=False)

    def _handle_exception(self, error: Exception) -> None:
        """Tell what a worker was refused, a damaged store for example; any other error is a defect and ends the app.

        Textual brings every worker's error here and nowhere else.
        """
        if isinstance(error, WorkerFailed) and isinstance(error.error, HuokeError):
            self.tell_error(error.error)
        else:
            super()._handle_exception(error)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do an action, or say why it cannot be done."""
        place = default_namespace.DESK if isinstance(default_namespace, DeskScreen) else "app"
        known = keymap.ACTION_OF.get(f"{place}.{action}") if isinstance(action, str) else None
        if known is not None and (reason := reason_against(self, known)):
            self.notify(reason, severity="warning", markup=False)
            return True
        return await super().run_action(action, default_namespace, namespaces)

    def on_resize(self, event: events.Resize) -> None:
        """Say so when the terminal is too small for the desk."""
        cover_when_too_small(self, event.size)

    def action_open_palette(self) -> None:
        """Show the palette."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=_("An action, or a customer's name…"), id="--command-palette"))

    def action_show_help(self) -> None:
        """Show what can be done on the screen."""
        self.push_screen(HelpScreen())

    def action_go_to(self) -> None:
        """Ask for a screen, for keyboards and terminals without function keys."""
        choices = [Choice(action, _(action.label), key) for key, action in keymap.go_to_choices()]
        choices.append(Choice(keymap.ACTION_OF["app.show_help"], _("help"), "?"))

        async def go(action: keymap.Action | None) -> None:
            if action is not None:
                await self.run_action(action.verb, self)

        self.push_screen(Choose(_("Go to which screen?"), choices), go)
