"""The archive of one customer: a head with the credit bar, and five tabs that read only what they show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher, Static
from textual.worker import get_current_worker

from model.archive import DocumentRef, Head, customer_with_id, head_of
from model.customers import Customer
from model.errors import HuokeError
from model.money import grouped
from model.stages import STAGE_NAMES, stage_limits, stage_of
from tui import keymap
from tui.archive.analysis import AnalysisPane
from tui.archive.business import BusinessPane
from tui.archive.credit import CreditPane
from tui.archive.document_deeds import DocumentDeeds
from tui.archive.head import ArchiveHead
from tui.archive.money import MoneyPane
from tui.archive.pane import ArchivePane, TabLine
from tui.archive.profile import ProfilePane
from tui.archive.search import CustomerSearch, nothing_found
from tui.archive.sources import Desk, RecordRow
from tui.archive.suggested_terms import suggested_terms, take_over
from tui.customers.card_form import CustomerForm
from tui.customers.forms import AssignForm, BlockForm, ContactForm, TermsForm, done_or_asked
from tui.locale import _, translate_error
from tui.order_entry.customer_box import CustomerBox
from tui.session import Session
from tui.shared.ask import AskText, Confirm
from tui.shared.columns import Column
from tui.shared.export import all_rows, free_path, objection_to, write_rows
from tui.shared.paged_table import PagedTable, PageSource
from tui.shared.smart_input import SmartInput
from tui.shared.status import StatusLine

PANES: tuple[type[ArchivePane], ...] = (ProfilePane, BusinessPane, MoneyPane, CreditPane, AnalysisPane)
# The tab that is asked for most: what did they buy, and what came of it.
FIRST_TAB = 1
CREDIT_TAB = PANES.index(CreditPane)
CONTACTS_TAB = PANES.index(ProfilePane)
DOCUMENT_VERBS = ("return_goods", "cancel_document", "release_order", "print_slip")
RIGHT_OF = {
    "change_terms": "set_terms",
    "take_suggestion": "set_terms",
    "block_customer": "block_customer",
    "assign_owner": "assign_customer",
}


class Ways(Protocol):
    """The ways from here to other screens, as the app has them."""

    def begin_order(self, customer_id: bytes) -> Any:
        """Begin an order for a customer."""
        ...

    def receive_money(self, customer_id: bytes, amount_minor: int | None = None, order_id: bytes | None = None) -> None:
        """Open the receipt form for a customer."""
        ...


class ArchiveScreen(DocumentDeeds):
    """Everything about one customer."""

    DESK = "archive"
    CSS_PATH = "archive.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("archive"), *keymap.bindings("pane")]

    @dataclass
    class HeadRead(Message, bubble=False):
        """A customer's head came from the store; None where the customer is not in it."""

        customer: bytes
        head: Head | None
        stage: str

    @dataclass
    class ListExported(Message, bubble=False):
        """A list was written to a file; a translated sentence."""

        sentence: str

    def __init__(self) -> None:
        super().__init__()
        self.customer: bytes | None = None
        self._head: Head | None = None
        self._filled: set[int] = set()
        self._outdated: set[int] = set()

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="no-customer", id="face"):
            with Vertical(id="no-customer"):
                yield Static(
                    _("No customer is chosen yet. Type a name, a code or pinyin initials; F3 shows the list."),
                    markup=False,
                )
                yield CustomerBox(self.session)
                yield Static("", classes="objection", markup=False)
            with Vertical(id="archive"):
                yield ArchiveHead()
                yield TabLine([pane.TITLE for pane in PANES])
                with ContentSwitcher(initial=_pane_id(FIRST_TAB), id="panes"):
                    for at, pane in enumerate(PANES):
                        yield pane(id=_pane_id(at))
        yield StatusLine()

    def on_mount(self) -> None:
        self.query_one(TabLine).at = FIRST_TAB
        if self.customer is None:
            self.query_one("#no-customer CustomerBox", CustomerBox).focus()

    # --- whose archive

    @property
    def desk(self) -> Desk:
        assert self.customer is not None
        return Desk(self.session.store, self.session.person_id, self.session.today(), self.customer)

    def show_customer(self, customer_id: bytes, tab: int | None = None) -> None:
        """Show a customer; the head is painted at once, each tab fills when it is shown first.

        Args:
            tab: which tab to show; without one, the same as before.
        """
        self.customer = customer_id
        self._head = None
        self._filled.clear()
        self._outdated.clear()
        self.query_one(ArchiveHead).head = None
        self.query_one("#face", ContentSwitcher).current = "archive"
        self._read_head(customer_id)
        self._show_tab(self.query_one(TabLine).at if tab is None else tab)

    @work(thread=True, exclusive=True, group="head")
    def _read_head(self, customer_id: bytes) -> None:
        worker = get_current_worker()
        today = self.session.today()
        with self.session.store.use():
            head, limits = head_of(customer_id, today), stage_limits(today)
        stage = ""
        if head is not None and not head.only_card:
            stage = STAGE_NAMES[stage_of(head.first_trade, head.trading_months, today, limits)]
        if not worker.is_cancelled:
            self.post_message(self.HeadRead(customer_id, head, stage))

    def on_archive_screen_head_read(self, message: ArchiveScreen.HeadRead) -> None:
        if message.customer != self.customer:
            return
        if message.head is None:
            # It was taken back by an undo, here or elsewhere.
            self.customer = None
            self.query_one("#face", ContentSwitcher).current = "no-customer"
            self.query_one("#no-customer CustomerBox", CustomerBox).focus()
            return
        self._head = message.head
        widget = self.query_one(ArchiveHead)
        widget.stage = message.stage
        widget.head = message.head
        self.query_one(StatusLine).refresh()

    def refresh_data(self) -> None:
        if self.customer is None:
            return
        self._read_head(self.customer)
        at = self.query_one(TabLine).at
        self._outdated |= self._filled - {at}
        self.pane.refresh_data()

    # --- tabs

    @property
    def pane(self) -> ArchivePane:
        """The tab that is shown."""
        return self.query_one(f"#{_pane_id(self.query_one(TabLine).at)}", ArchivePane)

    def _show_tab(self, at: int) -> None:
        self.query_one(TabLine).at = at
        self.query_one("#panes", ContentSwitcher).current = _pane_id(at)
        pane = self.pane
        if self.customer is not None and at not in self._filled:
            self._filled.add(at)
            pane.show_customer(self.customer)
        elif at in self._outdated:
            pane.refresh_data()
        self._outdated.discard(at)
        pane.focus_first()
        self.query_one(StatusLine).refresh()

    def action_next_tab(self) -> None:
        self._show_tab((self.query_one(TabLine).at + 1) % len(PANES))

    def action_previous_tab(self) -> None:
        self._show_tab((self.query_one(TabLine).at - 1) % len(PANES))

    def action_widen_pane(self) -> None:
        self.pane.toggle_wide()

    @on(TabLine.Chosen)
    def _tab_clicked(self, message: TabLine.Chosen) -> None:
        self._show_tab(message.index)

    # --- choosing a customer

    @on(PagedTable.FilterRequested)
    def _list_filter_requested(self) -> None:
        self.action_find_customer()

    def action_find_customer(self) -> None:
        """Ask for another customer."""
        if self.customer is None:
            self.query_one("#no-customer CustomerBox", CustomerBox).focus()
            return

        def show(customer: bytes | None) -> None:
            if customer is not None:
                self.show_customer(customer)

        self.app.push_screen(CustomerSearch(self.session), show)

    @on(SmartInput.Chosen)
    def _customer_chosen(self, message: SmartInput.Chosen) -> None:
        self.show_customer(cast(bytes, message.value))

    @on(SmartInput.NothingFound)
    def _nothing_found(self, message: SmartInput.NothingFound) -> None:
        self.query_one("#no-customer .objection", Static).update(nothing_found(message.text))

    # --- export

    @on(PagedTable.ExportRequested)
    def _ask_path(self, message: PagedTable.ExportRequested) -> None:
        """Ask for the file to which a list is to be written."""
        table, head = message.table, self._head
        if table.source is None or head is None:
            return
        if not table.total:
            self.say(_("There is nothing here to export."))
            return
        columns, source = table.columns, table.source
        name = free_path(f"huoke-{head.code}-{table.id}-{self.session.today().isoformat()}")
        question = _("Write {count} rows to which file?").format(count=f"{table.total:,}")

        def chosen(text: str | None) -> None:
            if text:
                self._export(columns, source, Path(text).expanduser())

        self.app.push_screen(AskText(question, value=str(name), objection=objection_to), chosen)

    @work(thread=True, exclusive=True, group="export")
    def _export(self, columns: Sequence[Column], source: PageSource, path: Path) -> None:
        written = write_rows(columns, all_rows(source), path)
        self.post_message(self.ListExported(_("{count} rows written to {path}.").format(count=written, path=path)))

    def on_archive_screen_list_exported(self, message: ArchiveScreen.ListExported) -> None:
        self.say(message.sentence)

    # --- documents

    @property
    def document(self) -> DocumentRef | None:
        return None if self.customer is None else self.pane.document

    @on(PagedTable.RowChosen)
    def _row_chosen(self, message: PagedTable.RowChosen) -> None:
        if isinstance(message.row, RecordRow) and message.row.document is not None:
            self.open_document(message.row.document)

    def action_open_document(self) -> None:
        if (document := self.document) is not None:
            self.open_document(document)
        elif self.pane.behind is not None and (table := self.pane.acted_on()) is not None:
            table.action_choose_row()

    @on(PagedTable.RowHighlighted)
    def _row_highlighted(self) -> None:
        # What the keys can do depends on the document under the cursor.
        self.query_one(StatusLine).refresh()

    # --- the customer

    def action_new_order(self) -> None:
        if self.customer is not None:
            self.ways.begin_order(self.customer)

    def action_record_receipt(self) -> None:
        """Receive money; a highlighted bill that is open, or an order that waits for money, is named by it."""
        if self.customer is None:
            return
        record, document = self.pane.record, self.document
        if document is not None and document.kind in ("sale", "opening"):
            open_amount = int(getattr(record, "open_amount", 0))
            if open_amount > 0 or document.state == "held":
                self.ways.receive_money(self.customer, open_amount or None, document.id)
                return
        self.ways.receive_money(self.customer)

    def action_log_contact(self) -> None:
        if self.customer is not None:
            self.app.push_screen(ContactForm(self.customer), self._after_form(_("The contact is logged.")))

    def action_change_terms(self) -> None:
        if self.customer is not None:
            self.app.push_screen(TermsForm(self.customer), self._after_form(_("The terms are set.")))

    def action_assign_owner(self) -> None:
        if self.customer is not None:
            self.app.push_screen(AssignForm([self.customer]), self._after_form(_("The customer is assigned.")))

    def action_block_customer(self) -> None:
        if self.customer is not None:
            self.app.push_screen(BlockForm(self.customer), self._after_form(_("The blacklist is changed.")))

    def action_show_why(self) -> None:
        """Show what stops the customer: it stands above its payment record."""
        self._show_tab(CREDIT_TAB)

    def action_receive_cure(self) -> None:
        """Begin the receipt that leaves nothing to stop the customer."""
        if self.customer is not None and self._head is not None and self._head.standing.cure:
            self.ways.receive_money(self.customer, self._head.standing.cure)

    @work(exclusive=True, group="deed")
    async def action_take_suggestion(self) -> None:
        """Set the terms that the payment record suggests, after a question that says why."""
        if self.customer is None:
            return
        try:
            suggested = await asyncio.to_thread(self._in_store, suggested_terms, self.customer)
            if await self.app.push_screen_wait(Confirm(suggested.question, suggested.reason)):
                outcome = await asyncio.to_thread(self._in_store, take_over, suggested)
                self._after_form(_("The terms are set."))(outcome)
        except HuokeError as error:
            self.say(translate_error(error))

    def _in_store(self, deed: Callable[[Session, Any], Any], subject: object) -> Any:
        """Do something with the store in use; in a thread."""
        with self.session.store.use():
            return deed(self.session, subject)

    @work(exclusive=True, group="deed")
    async def action_edit_profile(self) -> None:
        """Read the card as it is now and let it be changed."""
        if self.customer is None:
            return
        card = await asyncio.to_thread(self._card, self.customer)
        if card is not None:
            self.app.push_screen(CustomerForm(card), self._after_form(_("The profile is changed.")))

    def _card(self, customer: bytes) -> Customer | None:
        with self.session.store.use():
            return customer_with_id(customer)

    def _after_form(self, said: str) -> Callable[[Any], None]:
        """Says what a form did, once it answers; None means that it was left."""

        def answered(answer: Any) -> None:
            if answer is not None:
                self.say(done_or_asked(answer, said))
                self.refresh_data()

        return answered

    @property
    def ways(self) -> Ways:
        """The app's ways to other screens."""
        return cast(Ways, self.app)

    # --- what can be done

    def why_not(self, action_id: str) -> str:
        place, _dot, verb = action_id.partition(".")
        if place not in ("archive", "pane"):
            return ""
        if self.customer is None:
            return "" if verb == "find_customer" else _("Choose a customer first: type a name, or F3 for the list.")
        if verb in DOCUMENT_VERBS:
            return self.why_not_document(verb)
        if verb == "open_document":
            openable = self.document is not None or self.pane.behind is not None
            return "" if openable else _("Nothing is highlighted here that could be opened.")
        if verb in RIGHT_OF and (reason := self.reason_against_right(RIGHT_OF[verb])):
            return reason
        return self._why_not_customer(verb)

    def _why_not_customer(self, verb: str) -> str:
        """Why something cannot be done with this customer; empty when it can."""
        head = self._head
        if head is None:
            return ""
        if verb == "new_order" and head.closed_on is not None and head.closed_on <= self.session.today():
            return _("{code} is closed: reopen it in its profile first.").format(code=head.code)
        if verb in ("show_why", "receive_cure") and head.standing.verdict == "ok":
            return _("Nothing stops {code}: it may buy up to {amount}.").format(
                code=head.code, amount=grouped(max(0, head.standing.credit_left))
            )
        if verb == "receive_cure" and not head.standing.cure:
            return _("{code} is on the blacklist: no money lifts it.").format(code=head.code)
        if verb == "assign_owner" and head.kind == "retail":
            return _("{code} is a walk-in customer and has no owner.").format(code=head.code)
        return ""


def _pane_id(at: int) -> str:
    return f"pane-{at}"
