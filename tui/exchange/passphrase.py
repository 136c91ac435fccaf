"""Asks for the passphrase of this device's key, until it is the one."""

from __future__ import annotations

from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Static

from tui.locale import _
from tui.shared.ask import AskText


class AskPassphrase(AskText):
    """The passphrase, unreadable while it is typed; None where the person would rather not.

    A wrong one leaves the question open: what is typed on at once must not run as the keys of the list below.
    """

    class Tried(Message, bubble=False):
        """A passphrase was tried; why it is not the one, translated."""

        def __init__(self, passphrase: str, objection: str) -> None:
            super().__init__()
            self.passphrase = passphrase
            self.objection = objection

    def __init__(self, why_not: Callable[[str], str]) -> None:
        """
        Args:
            why_not: tries a passphrase, in a thread, and says, translated, why it is not the one; empty where it is.
        """
        super().__init__(
            _("The passphrase of this device's key?"),
            _("It opens the key with which this laptop signs what it sends; it is asked once until Huoke is closed."),
        )
        self._why_not = why_not
        self._is_trying = False

    def answers(self) -> ComposeResult:
        yield Input(password=True)
        yield Static("", classes="objection", markup=False)

    @on(Input.Submitted)
    def _answer(self, message: Input.Submitted) -> None:
        # Every base class hears of it too unless it is told not to.
        message.prevent_default()
        if self._is_trying:
            return
        if objection := self.objection(message.value):
            self._object(objection)
            return
        self._is_trying = True
        self._object(_("Opening the key…"))
        self._try(message.value)

    @work(thread=True, group="try")
    def _try(self, passphrase: str) -> None:
        self.post_message(self.Tried(passphrase, self._why_not(passphrase)))

    def on_ask_passphrase_tried(self, message: AskPassphrase.Tried) -> None:
        self._is_trying = False
        if not message.objection:
            self.dismiss(message.passphrase)
            return
        self._object(message.objection)
        field = self.query_one(Input)
        if field.value == message.passphrase:
            field.value = ""

    def _object(self, sentence: str) -> None:
        self.query_one(".objection", Static).update(sentence)
