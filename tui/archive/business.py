"""Business: orders, returns and quotes, newest first, with the lines of the highlighted one below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from model.archive import LineRow, OrderRow, lines_of
from model.held_orders import verdict_now
from model.margin import may_see_cost
from model.money import format_percent, format_price, format_quantity, format_rate, grouped, rate_bp
from model.orders import Order
from tui.archive.pane import ArchivePane, Section
from tui.archive.sources import Desk, RecordRow, ShortList, orders
from tui.archive.words import amount_or_blank, day_text, held_words, reason_text, state_word, verdict_words
from tui.exchange.words import marked_state
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.paged_table import PagedTable
from tui.shared.pages import Tone

ORDER_COLUMNS = (
    Column("day", N_("Date"), 10, priority=9, sortable=False),
    Column("number", N_("Number"), 10, priority=9, sortable=False, whole=True),
    Column("state", N_("State"), 9, priority=8, sortable=False),
    Column("amount", N_("Amount"), 13, "right", priority=9, sortable=False),
    Column("open", N_("Open"), 13, "right", priority=7, sortable=False),
    Column("rate", N_("Margin %"), 8, "right", priority=4, sortable=False),
    Column("margin", N_("Margin"), 12, "right", priority=3, sortable=False),
    Column("maker", N_("Made by"), 8, priority=5, sortable=False),
    Column("about", N_("About"), 8, grow=True, priority=2, sortable=False),
)
STATE_AT = 2
MARKED_STATE_CELLS = 12
"""On a laptop a state may stand there as “↑provisional”."""
LINE_COLUMNS = (
    Column("line", "#", 3, "right", priority=5, sortable=False),
    Column("code", N_("Code"), 9, priority=6, sortable=False),
    Column("name", N_("Product"), 14, grow=True, priority=8, sortable=False),
    Column("quantity", N_("Quantity"), 8, "right", priority=9, sortable=False),
    Column("unit", N_("Unit"), 4, priority=4, sortable=False),
    Column("price", N_("Price"), 10, "right", priority=9, sortable=False),
    Column("discount", N_("Off %"), 5, "right", priority=3, sortable=False),
    Column("amount", N_("Amount"), 12, "right", priority=9, sortable=False),
    Column("margin", N_("Margin %"), 8, "right", priority=2, sortable=False),
    Column("returned", N_("Returned"), 8, "right", priority=1, sortable=False),
)
STATE_TONES: dict[str, Tone] = {
    "held": "warning",
    "quote": "",
    "rejected": "muted",
    "cancelled": "muted",
    "lost": "muted",
    "voided": "muted",
}


class BusinessPane(ArchivePane):
    """The second tab."""

    TITLE: ClassVar[str] = N_("Business")

    def compose(self) -> ComposeResult:
        yield Section(
            _("Orders, returns and quotes"),
            PagedTable(order_columns(self.session.joined), id="orders", empty_text=_("No order yet: n begins one.")),
        )
        yield Section(_("Lines"), PagedTable(LINE_COLUMNS, id="lines"), id="line-section")

    def fill(self) -> None:
        desk = self.desk
        self.query_one("#lines", PagedTable).show(ShortList(desk, lambda: []))
        self.query_one("#orders", PagedTable).show(orders(desk, order_row_with(desk)))

    @on(PagedTable.RowHighlighted, "#orders")
    def _show_lines(self, message: PagedTable.RowHighlighted) -> None:
        row = message.row
        if isinstance(row, RecordRow) and isinstance(row.record, OrderRow):
            self.query_one("#lines", PagedTable).show(lines_source(self.desk, row.record.document.id))

    def acted_on(self) -> PagedTable:
        return self.query_one("#orders", PagedTable)


def order_columns(joined: bool) -> tuple[Column, ...]:
    """The columns of a list of orders; on a laptop the state also says what the office has not got yet."""
    if not joined:
        return ORDER_COLUMNS
    state = replace(ORDER_COLUMNS[STATE_AT], width=MARKED_STATE_CELLS)
    return (*ORDER_COLUMNS[:STATE_AT], state, *ORDER_COLUMNS[STATE_AT + 1 :])


def order_row_with(desk: Desk) -> Callable[[OrderRow], RecordRow]:
    """Makes rows of orders; margin stays empty for those who may not see cost."""

    def row(order: OrderRow) -> RecordRow:
        return order_row(order, desk.today, may_see_cost(desk.person, desk.today))

    return row


def order_row(order: OrderRow, today: date, sees_cost: bool) -> RecordRow:
    """An order as a row of the list; a return stands with a minus."""
    sign = -1 if order.document.kind == "return" else 1
    margin = order.revenue - order.cost
    rate = rate_bp(margin, order.revenue)
    counted = sees_cost and order.document.kind != "opening"
    cells = (
        day_text(order.day),
        order.document.number,
        marked_state(state_word(order, today), order.mark),
        grouped(sign * order.amount),
        amount_or_blank(order.open_amount),
        ("–" if rate is None else format_rate(rate)) if counted else "",
        grouped(sign * margin) if counted else "",
        order.maker,
        about(order, today),
    )
    late = order.open_amount > 0 and order.due_date < today
    tone = STATE_TONES.get(order.document.state, "warning" if late else "")
    return RecordRow(order.document.id, order.key, cells, tone, record=order)


def about(order: OrderRow, today: date) -> str:
    """What else is to be said of an order: what it returns, what stops it, why it ended, when it is due.

    A held order is judged for it: call it inside `with store.use():`.
    """
    if order.returns:
        return _("of {number}").format(number=order.returns)
    if order.document.state == "held":
        now = verdict_now(Order.get_by_id(order.document.id), today)
        # The card has the amounts and what it was held for; here is room for the names.
        return verdict_words(now) if now.ok else held_words(now.held_for)
    if order.document.state == "quote" and order.valid_until is not None:
        return _("until {date}").format(date=day_text(order.valid_until))
    if order.reason:
        return reason_text(order.reason)
    return _("due {date}").format(date=day_text(order.due_date)) if order.open_amount > 0 else ""


def lines_source(desk: Desk, order_id: bytes) -> ShortList:
    """The lines of one document."""

    def read() -> list[RecordRow]:
        sees_cost = may_see_cost(desk.person, desk.today)
        return [line_row(line, sees_cost) for line in lines_of(order_id)]

    return ShortList(desk, read)


def line_row(line: LineRow, sees_cost: bool) -> RecordRow:
    """A line as a row; an unknown cost gives a dash."""
    rate = None if line.cost is None else rate_bp(line.amount - line.cost, line.amount)
    cells = (
        str(line.line),
        line.code,
        line.name,
        format_quantity(line.quantity_e3),
        line.unit,
        format_price(line.price_e4),
        format_percent(line.discount_bp) if line.discount_bp else "",
        grouped(line.amount),
        ("–" if rate is None else format_rate(rate)) if sees_cost else "",
        format_quantity(line.returned_e3) if line.returned_e3 else "",
    )
    return RecordRow(line.line, (line.line,), cells, record=line)
