"""The lock of an encrypted store: its PIN, before anything of it is opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from model.errors import HuokeError
from model.store import Store, open_store, present_database
from model.vault import is_sealed, unlock
from tui import keymap
from tui.cli.asking import PIN_VARIABLE, key_of_store, now_s
from tui.locale import _, translate_error
from tui.shared.columns import printable
from tui.shared.theme import use_themes


def open_at_the_lock(folder: Path) -> Store | None:
    """The store of a folder, open; where it is encrypted the PIN is asked for.

    Returns:
        None where the person would rather not open it.

    Raises:
        StoreError: it cannot be opened, or the PIN that the environment gives is wrong.
    """
    folder = folder.expanduser()
    if not is_sealed(present_database(folder)):
        return open_store(folder)
    key = key_of_store(folder) if os.environ.get(PIN_VARIABLE) else LockApp(folder).run()
    return None if key is None else open_store(folder, key=key)


class LockScreen(Screen[None]):
    """Asks for the PIN until it is the right one."""

    DEFAULT_CSS = """
    LockScreen {
        align: center middle;
        & > Vertical {
            width: 64; max-width: 90%; height: auto; padding: 1 2; background: $panel; border: round $primary;
        }
        & Static { width: 1fr; height: auto; }
        & .title { text-style: bold; }
        & Input { margin-top: 1; }
        & .objection { color: $text-error; }
        & .keys { color: $text-muted; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("ask.more")]

    class Unlocked(Message, bubble=False):
        """The PIN was the right one."""

        def __init__(self, key: bytes) -> None:
            super().__init__()
            self.key = key

    class PinRefused(Message, bubble=False):
        """It was not, or it may not be tried yet."""

        def __init__(self, error: HuokeError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(_("Huoke 活客 · locked"), classes="title", markup=False)
            yield Static(
                _("The PIN opens the store in {folder}.").format(folder=printable(str(self.folder))), markup=False
            )
            yield Input(password=True, placeholder=_("PIN"))
            yield Static("", classes="objection", markup=False)
            yield Static(_("Enter: open · Esc: quit"), classes="keys", markup=False)

    @on(Input.Submitted)
    def _try(self, message: Input.Submitted) -> None:
        if message.value:
            message.input.disabled = True
            self._unlock(message.value)

    @work(thread=True, exclusive=True, group="unlock")
    def _unlock(self, pin: str) -> None:
        try:
            key = unlock(present_database(self.folder), pin, now_s())
        except HuokeError as error:
            self.post_message(self.PinRefused(error))
        else:
            self.post_message(self.Unlocked(key))

    def on_lock_screen_unlocked(self, message: LockScreen.Unlocked) -> None:
        self.app.exit(message.key)

    def on_lock_screen_pin_refused(self, message: LockScreen.PinRefused) -> None:
        field = self.query_one(Input)
        field.value = ""
        field.disabled = False
        field.focus()
        self.query_one(".objection", Static).update(printable(translate_error(message.error)))

    def action_give_up(self) -> None:
        self.app.exit(None)


class LockApp(App[bytes]):
    """Asks for the PIN of a store; exits with its key, or with None."""

    TITLE = "Huoke"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        use_themes(self)
        self.folder = folder

    def get_default_screen(self) -> Screen[Any]:
        return LockScreen(self.folder)
