"""The orders put aside: drafts of this machine and open quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from model.money import grouped
from tui import keymap
from tui.exchange.words import marked_state
from tui.keymap import ACTION_OF
from tui.locale import _
from tui.order_entry.reading import PutAside
from tui.shared.ask import Question
from tui.shared.columns import Column, fit, lay_out

COLUMNS = (
    Column("title", "", 18, priority=5),
    Column("customer", "", 12, grow=True, priority=9),
    Column("lines", "", 8, "right", priority=3),
    Column("amount", "", 14, "right", priority=7),
)
ROW_CELLS = 56
"""What a row has in the box of a question."""


class AsideList(Question[tuple[str, PutAside] | None]):
    """Which one to take up again; the answer is `take`, `drop` or `print` with the order."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("ask.more"), *keymap.bindings("order.aside")]

    def __init__(self, orders: Sequence[PutAside]) -> None:
        super().__init__(_("Put aside"))
        self._orders = tuple(orders)

    def answers(self) -> ComposeResult:
        yield OptionList(*(Option(Content(_row(order))) for order in self._orders), compact=True)

    def keys_line(self) -> str:
        drop, print_ = (keymap.shown_keys(ACTION_OF[f"order.{verb}"]) for verb in ("drop_draft", "print_quote"))
        return _("Enter: take it up · {drop}: drop a draft · {print}: print a quote · Esc: leave it").format(
            drop=drop, print=print_
        )

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(("take", self._orders[message.option_index]))

    def action_drop_draft(self) -> None:
        """Drop the draft under the cursor; a quote is a document and stays."""
        at = self.query_one(OptionList).highlighted
        if at is not None and self._orders[at].draft is not None:
            self.dismiss(("drop", self._orders[at]))

    def action_print_quote(self) -> None:
        """Print the quote under the cursor; a draft is nobody's paper yet."""
        at = self.query_one(OptionList).highlighted
        if at is not None and self._orders[at].quote is not None:
            self.dismiss(("print", self._orders[at]))

    def action_give_up(self) -> None:
        self.dismiss(None)


def _row(order: PutAside) -> str:
    cells = (
        marked_state(order.title, order.mark),
        order.customer,
        _("lines: {count}").format(count=order.lines),
        grouped(order.amount),
    )
    return " ".join(fit(cells[each.index], each.cells, each.column.align) for each in lay_out(COLUMNS, ROW_CELLS))
