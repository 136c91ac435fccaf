"""The box in which it is said whose money it is, as a field of a form."""

from __future__ import annotations

from textual import on
from textual.message import Message
from textual.widgets import Input

from tui.entry_form import TextField
from tui.order_entry.customer_box import CustomerBox
from tui.session import Session


class PayerBox(CustomerBox):
    """Finds a customer as the order does; its keys come in turn, and its form takes Enter."""

    class Edited(Message):
        """Another text is typed: whoever was chosen is no longer meant."""

    def __init__(self, session: Session, name: str) -> None:
        """
        Args:
            name: what the form calls the field.
        """
        super().__init__(session)
        self._field_name = name

    def make_input(self) -> Input:
        return TextField(placeholder=self.placeholder, compact=True, id=self._field_name)

    @on(Input.Changed)
    def _tell_edited(self) -> None:
        self.post_message(self.Edited())

    def clear(self) -> None:
        super().clear()
        self.post_message(self.Edited())
