"""A new customer on the spot, with the few things one asks at the counter."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from model.changes.customers import checked_code
from model.errors import InputError
from tui import keymap
from tui.locale import N_, _, translate_error
from tui.shared.ask import Question

FIELDS = (
    ("name", N_("Name")),
    ("short_name", N_("Short name")),
    ("phone", N_("Phone")),
    ("contact", N_("Contact")),
    ("code", N_("Code")),
)


class NewCustomer(Question[dict[str, str] | None]):
    """The form: Enter goes on, and in the last field it is done. The answer has a text for each field."""

    DEFAULT_CSS = """
    NewCustomer {
        & Horizontal { height: 1; margin-top: 1; }
        & Horizontal > Static { width: 12; }
        & Horizontal > Input { width: 1fr; margin-top: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("ask.more")]

    def __init__(self, name: str, code: str) -> None:
        """
        Args:
            name: What was typed in the customer box.
            code: The proposed code.
        """
        super().__init__(_("New customer"), _("It begins as yours, without credit."))
        self._values = {"name": name, "code": code}

    def answers(self) -> ComposeResult:
        for name, label in FIELDS:
            with Horizontal():
                yield Static(_(label), markup=False)
                yield Input(self._values.get(name, ""), name=name, compact=True)
        yield Static("", classes="objection", markup=False)

    def keys_line(self) -> str:
        return _("Enter: next field, in the last one done · Esc: leave it")

    @on(Input.Submitted)
    def _go_on(self, message: Input.Submitted) -> None:
        inputs = list(self.query(Input))
        at = inputs.index(message.input)
        if at + 1 < len(inputs):
            inputs[at + 1].focus()
            return
        values = {each.name or "": each.value.strip() for each in inputs}
        if not values["name"]:
            self._object(_("A customer needs a name."))
            inputs[0].focus()
            return
        try:
            checked_code(values["code"])
        except InputError as error:
            self._object(translate_error(error))
            return
        self.dismiss(values)

    def _object(self, reason: str) -> None:
        self.query_one(".objection", Static).update(reason)

    def action_give_up(self) -> None:
        self.dismiss(None)
