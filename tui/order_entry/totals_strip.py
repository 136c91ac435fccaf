"""The running total, what is paid with the order, and the verdict before it is confirmed."""

from __future__ import annotations

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from model.credit import Verdict
from model.errors import InputError
from model.money import format_amount, format_percent, grouped, parse_amount
from tui import keymap
from tui.locale import N_, _, translate_error
from tui.order_entry.typed_order import TypedOrder
from tui.order_entry.words import SEPARATOR, verdict_words
from tui.shared.columns import fit


class PaidField(Input):
    """Takes what is paid with the order."""


class TotalLine(Widget):
    """Sums of the order, to the right."""

    DEFAULT_CSS = "TotalLine { height: 1; width: 1fr; }"
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []

    def show(self, order: TypedOrder) -> None:
        """Show the sums of an order."""
        self._parts = [_("lines: {count}").format(count=len(order.filled))]
        if (rate := order.margin_rate_bp) is not None:
            self._parts.append(_("margin {percent}%").format(percent=format_percent(rate)))
        self._parts.append(_("of which tax {amount}").format(amount=grouped(order.tax)))
        self._parts.append(_("Total {amount}").format(amount=grouped(order.total)))
        self.refresh()

    def render(self) -> Content:
        width, parts = self.size.width, list(self._parts)
        # The total itself is never given up.
        while len(parts) > 1 and cell_len("  ".join(parts)) > width:
            del parts[0]
        return Content.styled(fit("  ".join(parts), width, "right"), "bold")


class TotalsStrip(Vertical):
    """Two lines below the lines of the order."""

    class PaidChanged(Message):
        """What is paid with the order is another amount than before."""

        def __init__(self, paid: int) -> None:
            self.paid = paid
            super().__init__()

    class Refused(Message):
        """What was typed is no amount; the cursor stays."""

        def __init__(self, reason: str) -> None:
            self.reason = reason
            super().__init__()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(_("Paid with it") + " ", classes="label", markup=False)
            yield PaidField(placeholder="0.00", compact=True)
            yield TotalLine()
        yield Static("", classes="verdict", markup=False)

    @property
    def field(self) -> PaidField:
        """The field for what is paid with the order."""
        return self.query_one(PaidField)

    def show(self, order: TypedOrder) -> None:
        """Show the sums of an order and what is paid with it."""
        self.query_one(TotalLine).show(order)
        if not self.field.has_focus:
            self.field.value = format_amount(order.paid) if order.paid else ""

    def show_verdict(self, verdict: Verdict | None, *, joined: bool = False) -> None:
        """Show what will become of the order; nothing while there is nothing to judge.

        Args:
            joined: whether an office has the last word.
        """
        line = self.query_one(".verdict", Static)
        line.set_class(verdict is not None and not verdict.ok, "-stopped")
        if verdict is None:
            line.update("")
        else:
            words = ("" if verdict.ok else "! ") + verdict_words(verdict, joined=joined)
            if verdict.standing.verdict != "ok":
                words += SEPARATOR + _("{key} shows why").format(
                    key=keymap.shown_key(keymap.keys_of(keymap.ACTION_OF["app.open_archive"])[0])
                )
            line.update(words)

    def typed(self) -> int:
        """What stands in the field, in minor units.

        Raises:
            InputError: it is no amount, or below zero.
        """
        text = self.field.value.strip()
        paid = parse_amount(text) if text else 0
        if paid < 0:
            raise InputError(N_("An amount paid is not below zero."))
        return paid

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        try:
            self.post_message(self.PaidChanged(self.typed()))
        except InputError as error:
            self.post_message(self.Refused(translate_error(error)))
