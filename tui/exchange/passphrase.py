"""Asks for the passphrase of this device's key."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Input, Static

from tui.locale import _
from tui.shared.ask import AskText


class AskPassphrase(AskText):
    """The passphrase, unreadable while it is typed; None where the person would rather not."""

    def __init__(self) -> None:
        super().__init__(
            _("The passphrase of this device's key?"),
            _("It opens the key with which this laptop signs what it sends; it is asked once until Huoke is closed."),
        )

    def answers(self) -> ComposeResult:
        yield Input(password=True)
        yield Static("", classes="objection", markup=False)
