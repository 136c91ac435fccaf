"""The box in which a customer is chosen: where no archive is shown yet, and over one that is."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui import keymap
from tui.locale import _
from tui.order_entry.customer_box import CustomerBox
from tui.session import Session
from tui.shared.smart_input import SmartInput


class CustomerSearch(ModalScreen[bytes | None]):
    """Asks for another customer; answers its id, or None."""

    DEFAULT_CSS = """
    CustomerSearch {
        align: center top;
        background: $background 60%;
        & > Vertical {
            width: 72; max-width: 96%; height: 15; margin-top: 3;
            padding: 0 2; background: $panel; border: round $primary;
        }
        & Static { height: auto; }
        & .objection { color: $text-error; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("ask.more")]

    def __init__(self, session: Session, question: str = "") -> None:
        """
        Args:
            question: translated; without one, whose archive is to be shown.
        """
        super().__init__()
        self._session = session
        self._question = question or _("Whose archive?")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._question, markup=False)
            yield CustomerBox(self._session)
            yield Static("", classes="objection", markup=False)

    def on_mount(self) -> None:
        self.query_one(CustomerBox).focus()

    @on(SmartInput.Chosen)
    def _choose(self, message: SmartInput.Chosen) -> None:
        message.stop()
        self.dismiss(message.value)

    @on(SmartInput.NothingFound)
    def _say_nothing_found(self, message: SmartInput.NothingFound) -> None:
        message.stop()
        self.query_one(".objection", Static).update(nothing_found(message.text))

    def action_give_up(self) -> None:
        self.dismiss(None)


def nothing_found(text: str) -> str:
    """What is said when Enter finds nobody."""
    if not text.strip():
        return _("Type a few letters of the customer's name first.")
    return _("No customer is meant by “{text}”: try fewer letters, or F3 for the list.").format(text=text[:40])
