"""Why an order is held, what would release it, and the key that begins that."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from model.money import grouped
from tui import keymap
from tui.keymap import ACTION_OF
from tui.locale import _
from tui.order_entry.recording import HeldOrder
from tui.order_entry.words import cure_words, reasons_words
from tui.shared.columns import Column, fit, lay_out

BILL_COLUMNS = (
    Column("number", "", 14),
    Column("due", "", 16),
    Column("days", "", 12, "right"),
    Column("open", "", 16, "right"),
)


class HeldCard(Widget, can_focus=True):
    """Stands where the lines were, until it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("order.card")]
    ALLOW_SELECT = False

    class ReceiptWanted(Message):
        """The money that cures the order is to be received."""

        def __init__(self, held: HeldOrder) -> None:
            self.held = held
            super().__init__()

    class ReleaseWanted(Message):
        """The order is to be let through."""

        def __init__(self, held: HeldOrder) -> None:
            self.held = held
            super().__init__()

    class SlipWanted(Message):
        """The slip of the held order is to be printed."""

        def __init__(self, held: HeldOrder) -> None:
            self.held = held
            super().__init__()

    class Closed(Message):
        """The order stays held; the next one begins."""

    def __init__(self) -> None:
        super().__init__()
        self.held: HeldOrder | None = None

    def show(self, held: HeldOrder) -> None:
        """Show a held order as it stands now."""
        self.held = held
        self.refresh()

    def render(self) -> Content:
        if self.held is None:
            return Content("")
        width, height = self.content_size
        held, verdict = self.held, self.held.verdict
        head = _("{number} is held: {customer}, {amount}").format(
            number=held.number, customer=held.customer_name, amount=grouped(held.amount)
        )
        body = [] if verdict.ok else [Content.styled(fit("! " + reasons_words(verdict.reasons), width), "bold")]
        bills = self._bills(width)
        keys = [Content(""), *(Content(fit(line, width)) for line in self._ways())]
        room = max(0, height - 2 - len(body) - len(keys))
        if len(bills) > room:
            hidden = len(bills) - max(0, room - 1)
            bills = [*bills[: max(0, room - 1)], Content(_("… and {count} more bills").format(count=hidden))]
        return Content("\n").join([Content.styled(fit(head, width), "bold"), Content(""), *body, *bills, *keys])

    def _bills(self, width: int) -> list[Content]:
        """The overdue bills: number, due date, days and what is open."""
        if self.held is None or not any(reason.name == "overdue" for reason in self.held.verdict.reasons):
            return []
        placed = lay_out(BILL_COLUMNS, width)
        lines = []
        for bill in self.held.verdict.standing.overdue_bills:
            cells = (
                bill.number,
                _("due {date}").format(date=bill.due_date.isoformat()),
                _("{days} days").format(days=bill.days_overdue),
                grouped(bill.open),
            )
            lines.append(Content(" ".join(fit(cells[each.index], each.cells, each.column.align) for each in placed)))
        return lines

    def _ways(self) -> list[str]:
        """What can be done, each with its key."""
        assert self.held is not None
        receive, release = (
            keymap.shown_keys(ACTION_OF[f"order.{verb}"]) for verb in ("receive_to_release", "release_order")
        )
        close = keymap.shown_keys(ACTION_OF["order.close_card"])
        ways = []
        if self.held.verdict.ok:
            ways.append(f"{release}  " + _("nothing stops it any more: release it"))
        else:
            if self.held.verdict.cure:
                ways.append(f"{receive}  " + cure_words(self.held.verdict))
            if self.held.may_release:
                ways.append(f"{release}  " + _("release it all the same, with a reason"))
        ways.append(f"{close}  " + _("leave it held, next order"))
        return ways

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what would help can be done."""
        if self.held is None:
            return False
        if action == "receive_to_release":
            return self.held.verdict.cure > 0
        if action == "release_order":
            return self.held.verdict.ok or self.held.may_release
        return True

    def action_receive_to_release(self) -> None:
        if self.held is not None:
            self.post_message(self.ReceiptWanted(self.held))

    def action_release_order(self) -> None:
        if self.held is not None:
            self.post_message(self.ReleaseWanted(self.held))

    def action_print_held(self) -> None:
        if self.held is not None:
            self.post_message(self.SlipWanted(self.held))

    def action_close_card(self) -> None:
        self.post_message(self.Closed())
