"""Money: the open bills, the account with its running balance, and how the highlighted document was allocated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from model.account import AllocationRow, BillRow, LedgerRow
from model.archive import DocumentRef
from model.money import grouped
from tui.archive.pane import ArchivePane, Section
from tui.archive.sources import RecordRow, ShortList, allocations, ledger, open_bills
from tui.archive.words import STATE_WORDS, amount_or_blank, day_text, kind_word
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.paged_table import PagedTable
from tui.shared.pages import Tone

BILL_COLUMNS = (
    Column("due", N_("Due"), 10, priority=9, sortable=False),
    Column("late", N_("Late"), 4, "right", priority=9, sortable=False),
    Column("number", N_("Number"), 10, grow=True, priority=9, sortable=False, whole=True),
    Column("open", N_("Open"), 13, "right", priority=9, sortable=False),
    Column("amount", N_("Amount"), 13, "right", priority=5, sortable=False),
    Column("day", N_("Date"), 10, priority=4, sortable=False),
)
LEDGER_COLUMNS = (
    Column("day", N_("Date"), 10, priority=9, sortable=False),
    Column("number", N_("Number"), 10, priority=8, sortable=False, whole=True),
    Column("what", N_("What"), 9, grow=True, priority=7, sortable=False),
    Column("change", N_("Amount"), 13, "right", priority=9, sortable=False),
    Column("balance", N_("Balance"), 13, "right", priority=9, sortable=False),
    Column("open", N_("Open"), 12, "right", priority=6, sortable=False),
    Column("due", N_("Due"), 10, priority=2, sortable=False),
    Column("late", N_("Late"), 4, "right", priority=3, sortable=False),
)
ALLOCATION_COLUMNS = (
    Column("day", N_("Date"), 10, priority=8, sortable=False),
    Column("with", N_("With"), 18, grow=True, priority=9, sortable=False),
    Column("amount", N_("Amount"), 13, "right", priority=9, sortable=False),
)
# In the narrow column of the account.
SHORT_WORDS = {"discount": N_("discount"), "opening": N_("opening")}


class MoneyPane(ArchivePane):
    """The third tab."""

    TITLE: ClassVar[str] = N_("Money")

    _allocated: DocumentRef | None = None

    def compose(self) -> ComposeResult:
        yield Section(
            _("Account"),
            PagedTable(LEDGER_COLUMNS, id="ledger", empty_text=_("No bill and no money yet.")),
            id="account",
        )
        with Container(classes="part lists"):
            yield Section(
                _("Open bills"), PagedTable(BILL_COLUMNS, id="bills", empty_text=_("Nothing is open.")), id="open-bills"
            )
            yield Section(
                _("How it was allocated"),
                PagedTable(ALLOCATION_COLUMNS, id="allocations", empty_text=_("Nothing was allocated.")),
                id="allocation-section",
            )

    def fill(self) -> None:
        desk = self.desk
        self._allocated = None
        self.query_one("#allocations", PagedTable).show(ShortList(desk, lambda: []))
        self.query_one("#ledger", PagedTable).show(ledger(desk, lambda row: ledger_row(row, desk.today)))
        self.query_one("#bills", PagedTable).show(open_bills(desk, lambda bill: bill_row(bill, desk.today)))

    @on(PagedTable.RowHighlighted)
    def _follow_document(self, message: PagedTable.RowHighlighted) -> None:
        """Show the allocations of the document under the cursor of the list in use."""
        in_use = self.acted_on()
        if message.table is in_use:
            self._show_allocations(in_use)

    def on_descendant_focus(self) -> None:
        self._show_allocations(self.acted_on())

    def acted_on(self) -> PagedTable:
        bills = self.query_one("#bills", PagedTable)
        return bills if bills.has_focus else self.query_one("#ledger", PagedTable)

    def _show_allocations(self, table: PagedTable) -> None:
        if self.query_one("#allocations", PagedTable).has_focus:
            return
        row = table.cursor_row
        document = row.document if isinstance(row, RecordRow) else None
        if document is None or document == self._allocated:
            return
        self._allocated = document
        section = self.query_one("#allocation-section", Section)
        section.set_title(_("How {number} was allocated").format(number=document.number))
        self.query_one("#allocations", PagedTable).show(
            allocations(self.desk, document, lambda allocation: allocation_row(allocation, document))
        )


def bill_row(bill: BillRow, today: date) -> RecordRow:
    """A bill as a row; the days late stand as a number, empty while it is not due."""
    late = bill.days_late(today)
    cells = (
        day_text(bill.due_date),
        str(late) if late else "",
        bill.document.number,
        grouped(bill.open_amount),
        grouped(bill.amount),
        day_text(bill.day),
    )
    return RecordRow(bill.document.id, bill.key, cells, "warning" if late else "", record=bill)


def ledger_row(row: LedgerRow, today: date) -> RecordRow:
    """A movement of the account as a row."""
    late = _days_late(row, today)
    cells = (
        day_text(row.day),
        row.document.number,
        what(row),
        grouped(row.change),
        grouped(row.balance),
        amount_or_blank(row.open_amount),
        day_text(row.due_date),
        str(late) if late else "",
    )
    tone: Tone = "muted" if row.ends or row.document.state in ("cancelled", "reversed") else ""
    if late and row.open_amount > 0:
        tone = "warning"
    return RecordRow((row.document.id, row.ends), row.key, cells, tone, record=row)


def _days_late(row: LedgerRow, today: date) -> int:
    if row.due_date is None or row.document.state == "cancelled":
        return 0
    return max(0, ((row.settled_on or today) - row.due_date).days)


def what(row: LedgerRow) -> str:
    """What a movement is: a document, one taken back later, or the taking back."""
    if row.ends:
        return _("cancellation")
    if row.document.state in ("cancelled", "reversed"):
        return _(STATE_WORDS[row.document.state])
    return _(SHORT_WORDS[row.document.kind]) if row.document.kind in SHORT_WORDS else kind_word(row.document)


@dataclass(frozen=True)
class Allocated:
    """An allocation, and the document at its other end: the one that Enter opens."""

    allocation: AllocationRow
    document: DocumentRef


def allocation_row(row: AllocationRow, document: DocumentRef) -> RecordRow:
    """An allocation as seen from one of its two documents: the other one, and how much."""
    other = row.bill if row.source.id == document.id else row.source
    cells = (day_text(row.day), f"{other.number} {kind_word(other)}", grouped(row.amount))
    key = (row.source.id, row.bill.id, row.day)
    return RecordRow(key, key, cells, "muted" if row.amount < 0 else "", record=Allocated(row, other))
