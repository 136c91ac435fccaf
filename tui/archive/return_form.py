"""Goods that come back: how much of each line of an order, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from model.archive import LineRow
from model.errors import N_, InputError
from model.money import format_quantity, grouped, parse_quantity
from model.returns import ReturnedLine, returned_part
from tui import keymap
from tui.locale import _, translate_error
from tui.shared.columns import fit, printable

NAME_CELLS = 26
LINES_AT_MOST = 200
"""More inputs than this would make the form slow; the rest can come back with a second return."""


class QuantityInput(Input):
    """How much of one line comes back; empty is nothing."""

    def __init__(self, line: LineRow) -> None:
        super().__init__(compact=True, placeholder="0", max_length=14)
        self.line = line

    @property
    def quantity_e3(self) -> int:
        """What is typed, in 1/1000.

        Raises:
            InputError: no quantity, or more than can still come back.
        """
        if not self.value.strip():
            return 0
        quantity = parse_quantity(self.value)
        if quantity < 0:
            raise InputError(N_("The quantity that comes back must be above zero."))
        if quantity > self.line.returnable_e3:
            raise InputError(
                N_("Only {left} of line {line} can still come back."),
                left=format_quantity(self.line.returnable_e3), line=self.line.line,
            )  # fmt: skip
        return quantity


class ReturnForm(ModalScreen[tuple[ReturnedLine, ...] | None]):
    """Asks for the quantities; answers the lines of the return, or None."""

    DEFAULT_CSS = """
    ReturnForm {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 78; max-width: 98%; height: auto; max-height: 92%;
            padding: 0 2; background: $panel; border: round $primary;
        }
        & VerticalScroll { height: auto; max-height: 14; }
        & Horizontal { height: 1; }
        & Horizontal > Static { width: 1fr; }
        & QuantityInput { width: 16; }
        & Static { height: auto; }
        & .worth { margin-top: 1; text-style: bold; }
        & .objection { color: $text-error; }
        & .keys { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("archive.return_form")]

    def __init__(self, number: str, lines: Sequence[LineRow]) -> None:
        """
        Args:
            number: of the order whose goods come back.
            lines: its lines, of which something can still come back.
        """
        super().__init__()
        self.number = number
        self.lines = tuple(lines[:LINES_AT_MOST])

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(_("Goods of {number} come back").format(number=self.number)).markup
            with VerticalScroll(can_focus=False):
                for line in self.lines:
                    with Horizontal():
                        yield Static(self._label(line), markup=False)
                        yield QuantityInput(line)
            yield Static("", classes="worth", markup=False)
            yield Static("", classes="objection", markup=False)
            yield Static(_("Enter: next line, then done · ^j: done · Esc: leave it"), classes="keys", markup=False)

    def _label(self, line: LineRow) -> str:
        left = _("up to {quantity} {unit}").format(
            quantity=format_quantity(line.returnable_e3), unit=printable(line.unit)
        ).rstrip()  # fmt: skip
        return f"{line.line:>3} {fit(line.name, NAME_CELLS)} {left}"

    def on_mount(self) -> None:
        self._tell_worth()
        self.query(QuantityInput).first().focus()

    @on(Input.Changed)
    def _tell_worth(self) -> None:
        """Say what comes back and what it is worth, or why it cannot be."""
        worth, objection = "", ""
        try:
            wanted = self._wanted()
            amount = sum(
                returned_part(line.quantity_e3, line.amount, line.cost, line.returned, quantity).amount
                for line, quantity in wanted
            )
            worth = _("lines: {count}, worth {amount}").format(count=len(wanted), amount=grouped(amount))
        except InputError as error:
            objection = translate_error(error)
        self.query_one(".worth", Static).update(worth)
        self.query_one(".objection", Static).update(objection)

    def _wanted(self) -> list[tuple[LineRow, int]]:
        typed = [(each.line, each.quantity_e3) for each in self.query(QuantityInput)]
        return [(line, quantity) for line, quantity in typed if quantity]

    @on(Input.Submitted)
    def _next_line(self, message: Input.Submitted) -> None:
        inputs = list(self.query(QuantityInput))
        at = inputs.index(message.input) if isinstance(message.input, QuantityInput) else len(inputs) - 1
        if at + 1 < len(inputs):
            inputs[at + 1].focus()
        else:
            self.action_take_back()

    def action_take_back(self) -> None:
        """Answer the quantities typed."""
        try:
            wanted = self._wanted()
        except InputError:
            return
        if not wanted:
            self.query_one(".objection", Static).update(_("Type how much comes back of at least one line."))
            return
        self.dismiss(
            tuple(ReturnedLine(place, line.line, quantity) for place, (line, quantity) in enumerate(wanted, start=1))
        )

    def action_leave_form(self) -> None:
        self.dismiss(None)
