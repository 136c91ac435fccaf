"""The open bills under a receipt: what it will settle of each, and which of them it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static

from model.money import grouped
from model.settlement import Preview, PreviewedBill
from tui import keymap
from tui.entry_form import key_is_kept
from tui.locale import _
from tui.shared.columns import fit

# Lines of the screen that the fields above and the sentences around the bills take.
LINES_AROUND = 20
FEWEST_BILLS_SHOWN, MOST_BILLS_SHOWN = 4, 16
GUTTER_CELLS = 2
DATE_CELLS, NUMBER_CELLS, AMOUNT_CELLS = 10, 14, 14
SETTLED_SIGN, PART_SIGN = "✓", "…"
CURSOR_SIGN, NAMED_SIGN = ">", "*"


class BillList(Static, can_focus=True):
    """The bills, the oldest due first. While it has the cursor, a bill can be named: the money settles it first."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("receipt.bills")]
    ALLOW_SELECT = False

    class Named(Message):
        """Other bills are named now."""

    class LeftAbove(Message):
        """The cursor goes up from the first bill."""

    def __init__(self) -> None:
        super().__init__("", classes="bills", markup=False)
        self.named: dict[bytes, None] = {}
        self._bills: tuple[PreviewedBill, ...] = ()
        self._nameable: Mapping[bytes, int] = {}
        self._below: Sequence[str] = ()
        self._at = 0
        self.can_focus = False

    def post_message(self, message: Message) -> bool:
        """Take a key when it is its turn."""
        return key_is_kept(self, message) or super().post_message(message)

    def show(self, preview: Preview, nameable: Mapping[bytes, int], below: Sequence[str]) -> None:
        """Show what a receipt would do.

        Args:
            nameable: the bills that money can name.
            below: what is said under the bills, translated.
        """
        self._bills, self._nameable, self._below = preview.bills, nameable, below
        self._at = max(0, min(self._at, len(self._bills) - 1))
        self.can_focus = any(bill.id in nameable for bill in self._bills)
        self._write()

    def show_text(self, text: str) -> None:
        """Show a sentence where there are no bills to choose from."""
        self._bills, self._below, self._at = (), (text,), 0
        self.can_focus = False
        self._write()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._write()

    def _write(self) -> None:
        self.update("\n".join(self._lines()))

    def _lines(self) -> list[str]:
        lines = []
        if self._bills:
            lines.append(_bill_line("", _("due"), _("bill"), _("still open"), _("settled"), ""))
        first, last = self._window()
        lines += [self._line(at) for at in range(first, last)]
        if hidden := [*self._bills[:first], *self._bills[last:]]:
            more = _("and {count} more bills, {amount}")
            lines.append(more.format(count=len(hidden), amount=grouped(sum(bill.open for bill in hidden))))
        return [*lines, *self._below]

    def _window(self) -> tuple[int, int]:
        """Which bills are shown: those around the cursor, and as many of the settled ones as there is room for."""
        room = max(FEWEST_BILLS_SHOWN, min(MOST_BILLS_SHOWN, self.app.size.height - LINES_AROUND))
        first = max(0, min(self._at - room // 2, len(self._bills) - room))
        return first, min(len(self._bills), first + room)

    def _line(self, at: int) -> str:
        bill = self._bills[at]
        sign = "" if not bill.settled else SETTLED_SIGN if bill.settled == bill.open else PART_SIGN
        paid = grouped(bill.settled) if bill.settled else ""
        cursor = CURSOR_SIGN if self.has_focus and at == self._at else " "
        gutter = cursor + (NAMED_SIGN if bill.id in self.named else " ")
        return _bill_line(gutter, bill.due, bill.number, grouped(bill.open), paid, sign)

    def action_next_bill(self) -> None:
        self._at = max(0, min(self._at + 1, len(self._bills) - 1))
        self._write()

    def action_previous_bill(self) -> None:
        if self._at == 0:
            self.post_message(self.LeftAbove())
            return
        self._at -= 1
        self._write()

    def action_name_bill(self) -> None:
        """Name the bill under the cursor and go on to the next; once more, on the last one, it stays named."""
        if self._bills and self._bills[self._at].id in self._nameable:
            self.named[self._bills[self._at].id] = None
        self._go_on()

    def action_toggle_bill(self) -> None:
        """Name the bill under the cursor, or leave it unnamed again, and go on to the next."""
        if self._bills and self._bills[self._at].id in self.named:
            del self.named[self._bills[self._at].id]
            self._go_on()
        else:
            self.action_name_bill()

    def _go_on(self) -> None:
        self.action_next_bill()
        self.post_message(self.Named())


def _bill_line(gutter: str, due: str, number: str, open_: str, settled: str, sign: str) -> str:
    return " ".join(
        (
            fit(gutter, GUTTER_CELLS) + fit(due, DATE_CELLS),
            fit(number, NUMBER_CELLS),
            fit(open_, AMOUNT_CELLS, "right"),
            fit(settled, AMOUNT_CELLS, "right"),
            sign,
        )
    ).rstrip()
