"""The desk's money: open bills, receipts, ageing and bills without an invoice, and what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import ContentSwitcher, Input, Static

from model.archive import DocumentRef
from model.changes.receipts import ReceiptRecorded
from model.errors import HuokeError
from model.money_lists import ListedAges, ListedBill, ListedUninvoiced
from tui import keymap
from tui.archive.document_deeds import DocumentDeeds
from tui.archive.pane import TabLine
from tui.archive.sources import Desk, RecordRow
from tui.locale import N_, _, translate_error
from tui.money.faces import FACES, AgeingFace, BillsFace, MoneyFace, UninvoicedFace
from tui.money.invoice_form import BillToInvoice, InvoiceForm
from tui.money.statement_form import StatementForm
from tui.receivables.receipt_form import ReceiptForm
from tui.shared.ask import AskText
from tui.shared.columns import Column, printable
from tui.shared.export import all_rows, free_path, objection_to, write_rows
from tui.shared.paged_table import PagedTable, PageSource
from tui.shared.status import StatusLine

NOTHING_HERE = N_("No row is highlighted here: choose another tab, or clear the filter.")
# The verbs that need the row under the cursor, for whose customer or document something is done.
NEED_A_ROW = frozenset(
    {
        "open_document", "receive_here", "give_discount", "write_off", "give_back", "reverse_receipt", "enter_invoice",
        "write_statement", "open_archive",
    }
)  # fmt: skip
# Each is also the name of the right that it needs.
ASK_A_RIGHT = frozenset({"give_discount", "write_off", "give_back"})


class MoneyScreen(DocumentDeeds):
    """What customers owe and what they paid."""

    DESK = "money"
    CSS_PATH = "money.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("money"), *keymap.bindings("pane")]

    class ListExported(Message, bubble=False):
        """A list was written to a file, or why it was not; a translated sentence."""

        def __init__(self, sentence: str) -> None:
            self.sentence = sentence
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self._outdated: set[int] = set()

    def compose(self) -> ComposeResult:
        yield TabLine([face.TITLE for face in FACES])
        yield Static("", classes="summary", markup=False)
        yield Input(placeholder=_("customer, number, salesperson, invoice"), compact=True, classes="search")
        with ContentSwitcher(initial=_face_id(0)):
            for at, face in enumerate(FACES):
                yield face(id=_face_id(at))
        yield StatusLine()

    def on_mount(self) -> None:
        self._turn_to(0)

    # --- the faces

    @property
    def face(self) -> MoneyFace:
        """The face that is shown."""
        return self._face_at(self.query_one(TabLine).at)

    def _face_at(self, at: int) -> MoneyFace:
        return self.query_one(f"#{_face_id(at)}", MoneyFace)

    @property
    def _search(self) -> Input:
        return self.query_one(".search", Input)

    def _turn_to(self, at: int) -> None:
        self.query_one(TabLine).at = at
        self.query_one(ContentSwitcher).current = _face_id(at)
        face = self.face
        if face.source is None:
            face.fill()
        elif at in self._outdated:
            face.refresh_data()
        self._outdated.discard(at)
        with self._search.prevent(Input.Changed):
            self._search.value = face.filter_text
        self._search.set_class(bool(face.filter_text), "-shown")
        face.table.focus()
        self._write_head()

    def action_next_tab(self) -> None:
        self._turn_to((self.query_one(TabLine).at + 1) % len(FACES))

    def action_previous_tab(self) -> None:
        self._turn_to((self.query_one(TabLine).at - 1) % len(FACES))

    @on(TabLine.Chosen)
    def _tab_clicked(self, message: TabLine.Chosen) -> None:
        self._turn_to(message.index)

    def action_widen_pane(self) -> None:
        """Give the ageing the room of its bars, or show them again."""
        face = self.face
        if isinstance(face, AgeingFace):
            face.bars.display = not face.bars.display
        else:
            self.say(_("This list has the whole screen already."))

    def refresh_data(self) -> None:
        at = self.query_one(TabLine).at
        self._outdated |= {other for other in range(len(FACES)) if other != at}
        self.face.refresh_data()

    @on(PagedTable.Loaded)
    @on(PagedTable.SelectionChanged)
    def _write_head(self) -> None:
        self.query_one(".summary", Static).update(printable(self.face.head()))

    @on(PagedTable.RowHighlighted)
    def _follow_cursor(self) -> None:
        # What the keys can do depends on the row under the cursor.
        self.query_one(StatusLine).refresh()

    @on(PagedTable.SortRequested)
    def _sort(self, message: PagedTable.SortRequested) -> None:
        self.face.sort_rows(message.sort)

    # --- the filter

    @on(PagedTable.FilterRequested)
    def _open_search(self) -> None:
        self._search.add_class("-shown")
        self._search.focus()

    @on(Input.Changed, ".search")
    def _search_typed(self, message: Input.Changed) -> None:
        message.stop()
        self.face.filter_rows(message.value)

    @on(Input.Submitted, ".search")
    def _search_done(self, message: Input.Submitted) -> None:
        message.stop()
        self.face.table.focus()

    def on_key(self, event: events.Key) -> None:
        """Escape takes the filter away first; only then it goes back. ↓ leaves the box for the list."""
        if event.key in keymap.keys_of(keymap.ACTION_OF["app.go_back"]):
            if self._search.has_class("-shown") or self.face.filters:
                event.stop()
                self._search.remove_class("-shown")
                with self._search.prevent(Input.Changed):
                    self._search.value = ""
                self.face.show_customer(None)
                self.face.table.focus()
        elif event.key == "down" and self._search.has_focus:
            event.stop()
            self.face.table.focus()

    # --- what is under the cursor

    @property
    def desk(self) -> Desk:
        customer = self.face.record.customer_id
        return Desk(self.session.store, self.session.person_id, self.session.today(), customer)

    @property
    def document(self) -> DocumentRef | None:
        return getattr(self.face.record, "document", None)

    @on(PagedTable.RowChosen)
    def _row_chosen(self, message: PagedTable.RowChosen) -> None:
        if not isinstance(message.row, RecordRow):
            return
        if isinstance(message.row.record, ListedAges):
            self._show_bills_of(message.row.record)
        elif message.row.document is not None:
            self.open_document(message.row.document)

    def _show_bills_of(self, row: ListedAges) -> None:
        """The rows behind a customer's ages are its open bills."""
        at = FACES.index(BillsFace)
        self._face_at(at).show_customer(row)
        self._turn_to(at)

    def action_open_document(self) -> None:
        self.face.table.action_choose_row()

    def action_open_archive(self) -> None:
        self.app.open_customer(self.face.record.customer_id)  # type: ignore[attr-defined]

    # --- money

    def action_record_receipts(self) -> None:
        """Record one receipt after the other, whoever pays."""
        self.app.push_screen(ReceiptForm(None))

    def action_receive_here(self) -> None:
        self._record_here("receipt")

    def action_give_discount(self) -> None:
        self._record_here("discount")

    def action_write_off(self) -> None:
        self._record_here("write_off")

    def action_give_back(self) -> None:
        self.app.push_screen(ReceiptForm(self.face.record.customer_id, kind="refund"), self._after_money)

    def _record_here(self, kind: str) -> None:
        """Money for the customer under the cursor; of a list of bills, for those marked or highlighted."""
        meant = self.face.meant
        customers = {record.customer_id for record in meant}
        if len(customers) > 1:
            self.say(_("The marked bills are of several customers: mark those of one."))
            return
        bills = [each for each in meant if isinstance(each, ListedBill | ListedUninvoiced) and each.open_amount > 0]
        named = [bill.document.id for bill in bills if bill.document.is_order]
        # A discount is a part of the bill, which only the person knows.
        amount = 0 if kind == "discount" else sum(bill.open_amount for bill in bills)
        form = ReceiptForm(self.face.record.customer_id if not customers else customers.pop(), amount or None,
                           kind=kind, bills=named)  # fmt: skip
        self.app.push_screen(form, self._after_money)

    def _after_money(self, recorded: ReceiptRecorded | None) -> None:
        if recorded is not None:
            self.face.table.clear_marks()

    @work(exclusive=True, group="deed")
    async def action_reverse_receipt(self) -> None:
        """Take money back that was recorded, with a reason."""
        if (document := self.document) is not None:
            await self._reverse(document)

    # --- paper

    def action_enter_invoice(self) -> None:
        """Write number and date of the tax invoice beside the marked bills, or the one under the cursor."""
        bills = [
            BillToInvoice(record.document.id, record.document.number, getattr(record, "invoice", ""))
            for record in self.face.meant
            if record.document.kind == "sale"
        ]

        def invoiced(count: int | None) -> None:
            if count is not None:
                self.face.table.clear_marks()
                self.say(_("The invoice of {count} bills is written down.").format(count=count))

        self.app.push_screen(InvoiceForm(bills), invoiced)

    def action_write_statement(self) -> None:
        """Ask for period and file, and write the statement of the customer under the cursor."""
        record = self.face.record

        def written(path: Path | None) -> None:
            if path is not None:
                self.say(_("The statement of {code} is in {path}.").format(code=record.code, path=path))

        self.app.push_screen(StatementForm(record.code, record.customer), written)

    # --- export

    @on(PagedTable.ExportRequested)
    def _ask_path(self, message: PagedTable.ExportRequested) -> None:
        """Ask for the file to which the list is to be written."""
        table, source = message.table, message.table.source
        if source is None or not table.total:
            self.say(_("There is nothing here to export."))
            return
        name = free_path(f"huoke-{self.face.FILE_NAME}-{self.session.today().isoformat()}")
        question = _("Write {count} rows to which file?").format(count=f"{table.total:,}")

        def chosen(text: str | None) -> None:
            if text:
                self._export(table.columns, source, Path(text).expanduser())

        self.app.push_screen(AskText(question, value=str(name), objection=objection_to), chosen)

    @work(thread=True, exclusive=True, group="export")
    def _export(self, columns: Sequence[Column], source: PageSource, path: Path) -> None:
        try:
            written = write_rows(columns, all_rows(source), path)
            said = _("{count} rows written to {path}.").format(count=f"{written:,}", path=path)
        except HuokeError as error:
            said = translate_error(error)
        self.post_message(self.ListExported(said))

    def on_money_screen_list_exported(self, message: MoneyScreen.ListExported) -> None:
        self.say(message.sentence)

    # --- what can be done

    def why_not(self, action_id: str) -> str:
        place, _dot, verb = action_id.partition(".")
        if place == "pane" and verb == "widen_pane":
            return "" if isinstance(self.face, AgeingFace) else _("This list has the whole screen already.")
        if place != "money":
            return ""
        if verb in ASK_A_RIGHT and (reason := self.reason_against_right(verb)):
            return reason
        if verb not in NEED_A_ROW:
            return ""
        record: Any = self.face.record
        if record is None:
            return _(NOTHING_HERE)
        if verb == "reverse_receipt":
            return self._why_no_reversal()
        return self._why_no_invoice() if verb == "enter_invoice" else ""

    def _why_no_reversal(self) -> str:
        document = self.document
        if document is None or document.is_order:
            return _("Only money is reversed: choose it among the receipts.")
        return self.why_not_document("cancel_document")

    def _why_no_invoice(self) -> str:
        if not isinstance(self.face, BillsFace | UninvoicedFace):
            return _("An invoice belongs to a bill: choose one among the open ones or those not invoiced.")
        if not any(record.document.kind == "sale" for record in self.face.meant):
            return _("{number} was no sale: it has no invoice.").format(number=self.face.record.document.number)
        return self.reason_against_right("invoice_orders")


def _face_id(at: int) -> str:
    return f"money-{at}"
