"""One document in full, over the archive: its fields, lines, what settled it and, where it is held, why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import get_current_worker

from model.account import AllocationRow
from model.archive import DocumentRef, LineRow
from model.document_cards import OrderCard, ReceiptCard, order_card, receipt_card
from model.margin import may_see_cost
from model.money import FULL_BP, format_rate, grouped, rate_bp
from tui import keymap
from tui.archive.business import LINE_COLUMNS, line_row
from tui.archive.money import ALLOCATION_COLUMNS, allocation_row
from tui.archive.sources import Desk
from tui.archive.words import (
    day_text,
    held_order_words,
    kind_word,
    reason_text,
    state_word,
    term_words,
)
from tui.exchange.words import mark_sentence, marked_state
from tui.locale import _
from tui.shared.columns import Column, fit, lay_out, printable
from tui.shared.pages import Cell

Field = tuple[str, str]


class DocumentScreen(ModalScreen[None]):
    """The rows behind a document."""

    DEFAULT_CSS = """
    DocumentScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 100; max-width: 96%; height: auto; max-height: 92%;
            padding: 0 2; background: $panel; border: round $primary;
        }
        /* The room of the bar is kept, so that tables are as wide as what is left beside it; the keys stand below. */
        & VerticalScroll { height: auto; max-height: 75vh; scrollbar-gutter: stable; }
        & Static { width: 1fr; height: auto; }
        & #way { margin-top: 1; text-style: bold; }
        & #way.-none { display: none; }
        & .keys { color: $text-muted; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("archive.document")]

    class CardRead(Message, bubble=False):
        """The document came from the store; None where it is not there."""

        def __init__(self, card: OrderCard | ReceiptCard | None, sees_cost: bool) -> None:
            self.card = card
            self.sees_cost = sees_cost
            super().__init__()

    def __init__(self, desk: Desk, document: DocumentRef, way: str = "") -> None:
        """
        Args:
            way: where and by which keys something can be done about it, translated.
        """
        super().__init__()
        self.way = way
        self.desk = desk
        self.document = document
        self._read: DocumentScreen.CardRead | None = None

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(f"{kind_word(self.document)} {self.document.number}").markup
            with VerticalScroll():
                yield Static("", id="document", markup=False)
                yield Static(printable(self.way), id="way", classes="" if self.way else "-none", markup=False)
            yield Static(_("↑ ↓: more · Enter or Esc: back"), classes="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._read_card()

    @work(thread=True, exclusive=True, group="document")
    def _read_card(self) -> None:
        worker = get_current_worker()
        card: OrderCard | ReceiptCard | None
        with self.desk.store.use():
            if self.document.is_order:
                card = order_card(self.document.id, self.desk.today)
            else:
                card = receipt_card(self.document.id)
            sees_cost = may_see_cost(self.desk.person, self.desk.today)
        if not worker.is_cancelled:
            self.post_message(self.CardRead(card, sees_cost))

    def on_document_screen_card_read(self, message: DocumentScreen.CardRead) -> None:
        self._read = message
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        """Write what was read into as many cells as there are."""
        if self._read is None:
            return
        card, width = self._read.card, self.query_one(VerticalScroll).scrollable_content_region.width
        if card is None:
            text = Content(_("This document is no longer in this store."))
        elif isinstance(card, OrderCard):
            text = order_content(card, self.desk, self._read.sees_cost, width)
        else:
            text = receipt_content(card, width)
        self.query_one("#document", Static).update(text)

    def action_close_document(self) -> None:
        self.dismiss(None)


def order_content(card: OrderCard, desk: Desk, sees_cost: bool, width: int) -> Content:
    """An order in full."""
    blocks = [fields_content(list(_order_fields(card, desk, sees_cost)))]
    blocks.append(lines_content(card.lines, sees_cost, width))
    if card.allocations:
        blocks.append(allocations_content(card.allocations, card.row.document, width))
    return Content("\n\n").join(blocks)


def _order_fields(card: OrderCard, desk: Desk, sees_cost: bool) -> Iterator[Field]:
    order, row = card.order, card.row
    yield _("State"), marked_state(state_word(row, desk.today), row.mark)
    if row.mark:
        yield _("At the office"), mark_sentence(row.mark)
    dates = day_text(row.day)
    if order.first_date != order.date:
        dates += "  " + _("(taken {date})").format(date=day_text(order.first_date))
    yield _("Date"), dates
    if row.valid_until is not None:
        yield _("Valid until"), day_text(row.valid_until)
    if row.returns:
        yield _("Returns goods of"), row.returns
    if row.document.kind == "sale":
        yield _("Term"), term_words(order.credit_days, order.credit_from)
    if row.document.kind != "return":
        yield _("Due"), day_text(row.due_date)
    yield _("Amount"), grouped(row.amount)
    if row.open_amount:
        yield _("Open"), grouped(row.open_amount)
    if order.settled_on is not None:
        yield _("Settled"), day_text(order.settled_on)
    if sees_cost and row.document.kind != "opening":
        rate = rate_bp(row.revenue - row.cost, row.revenue)
        shown = "–" if rate is None else f"{format_rate(rate)}%"
        yield _("Margin"), f"{grouped(row.revenue - row.cost)}  {shown}"
        if order.uncosted:
            yield _("Without cost"), grouped(order.uncosted)
    yield _("Made by"), row.maker or "–"
    if card.owner:
        yield _("Credited to"), credited_words(card)
    if card.verdict is not None:
        yield _("Verdict now"), held_order_words(card.verdict, order.held_for)
    if order.reason:
        yield _("Reason"), reason_text(order.reason)
    if order.note:
        yield _("Note"), order.note


def credited_words(card: OrderCard) -> str:
    """Whose performance an order with an owner is: both people with their shares where two have a part in it."""
    maker, owner_bp = card.row.maker or card.owner, card.order.owner_bp
    shares = [(card.owner, owner_bp), (maker, FULL_BP - owner_bp)]
    return _(", ").join(f"{name} {format_rate(share)}%" for name, share in shares if share)


def receipt_content(card: ReceiptCard, width: int) -> Content:
    """A movement of money in full."""
    receipt = card.receipt
    fields: list[Field] = [
        (_("Date"), day_text(receipt.date)),
        (_("Amount"), grouped(receipt.amount)),
        (_("Method"), receipt.method or "–"),
        (_("Reference"), receipt.reference or "–"),
    ]
    if card.reverses:
        fields.append((_("Reverses"), card.reverses))
    if card.reversed_by:
        fields.append((_("Reversed by"), card.reversed_by))
    if receipt.reason:
        fields.append((_("Reason"), receipt.reason))
    if receipt.unallocated > 0:
        fields.append((_("Not allocated"), grouped(receipt.unallocated)))
    elif receipt.unallocated < 0:
        fields.append((_("Open"), grouped(-receipt.unallocated)))
    for number, amount in card.named:
        fields.append((_("Meant for"), number if amount is None else f"{number} {grouped(amount)}"))
    blocks = [fields_content(fields)]
    if card.allocations:
        blocks.append(allocations_content(card.allocations, card.document, width))
    return Content("\n\n").join(blocks)


def fields_content(fields: Sequence[Field]) -> Content:
    """Fields below each other, their names as wide as the widest."""
    cells = max(cell_len(label) for label, _value in fields)
    return Content("\n").join(
        Content.styled(fit(label, cells), "dim") + Content("  " + printable(value)) for label, value in fields
    )


def lines_content(lines: Sequence[LineRow], sees_cost: bool, width: int) -> Content:
    """The lines as a table of text."""
    return table_content(LINE_COLUMNS, [line_row(line, sees_cost).cells for line in lines], width)


def allocations_content(allocations: Sequence[AllocationRow], document: DocumentRef, width: int) -> Content:
    """What settled the document, or what it settled, as a table of text."""
    return table_content(
        ALLOCATION_COLUMNS, [allocation_row(allocation, document).cells for allocation in allocations], width
    )


def table_content(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int) -> Content:
    """Rows below their heads, in the columns that fit."""
    placed = lay_out(columns, max(1, width))

    def line(cells: Sequence[Cell]) -> str:
        return " ".join(fit(str(cells[each.index]), each.cells, each.column.align) for each in placed).rstrip()

    head = line([_(column.label) for column in columns])
    return Content("\n").join([Content.styled(head, "dim"), *(Content(line(cells)) for cells in rows)])
