"""The columns of the lists of money, and their rows."""

from __future__ import annotations

from model.ageing import Ages
from model.archive import DocumentRef
from model.money import grouped
from model.money_lists import ListedAges, ListedBill, ListedReceipt, ListedUninvoiced
from tui.archive.money import SHORT_WORDS
from tui.archive.sources import RecordRow
from tui.archive.words import STATE_WORDS, amount_or_blank, kind_word
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.pages import Tone

# The priorities decide what stands on 80 columns: number, due, late, customer, open, amount and date.
BILL_COLUMNS = (
    Column("number", N_("Number"), 10, priority=8, whole=True),
    Column("due", N_("Due"), 10, priority=9),
    Column("late", N_("Late"), 4, "right", priority=9),
    Column("customer", N_("Customer"), 10, grow=True, priority=9),
    Column("owner", N_("Owner"), 8, priority=3),
    Column("open", N_("Open"), 13, "right", priority=9),
    Column("amount", N_("Amount"), 13, "right", priority=6),
    Column("day", N_("Date"), 10, priority=5),
    Column("invoice", N_("Invoice"), 10, priority=4),
)
RECEIPT_COLUMNS = (
    Column("day", N_("Date"), 10, priority=9),
    Column("number", N_("Number"), 10, priority=8, whole=True),
    Column("customer", N_("Customer"), 10, grow=True, priority=9),
    Column("kind", N_("Kind"), 10, priority=7),
    Column("amount", N_("Amount"), 13, "right", priority=9),
    Column("unallocated", N_("Not allocated"), 13, "right", priority=6),
    Column("method", N_("Method"), 8, priority=3),
    Column("reference", N_("Reference"), 10, priority=2),
)
AGEING_COLUMNS = (
    Column("customer", N_("Customer"), 10, grow=True, priority=9),
    Column("balance", N_("Balance"), 13, "right", priority=9),
    Column("overdue", N_("Overdue"), 12, "right", priority=8),
    Column("not_due", N_("Not due"), 12, "right", priority=5),
    Column("d1_30", "1–30", 12, "right", priority=6),
    Column("d31_60", "31–60", 12, "right", priority=4),
    Column("d61_90", "61–90", 12, "right", priority=4),
    Column("d90_plus", "90+", 12, "right", priority=7),
    Column("unallocated", N_("Unallocated"), 12, "right", priority=3),
    Column("owner", N_("Owner"), 8, priority=2),
    Column("code", N_("Code"), 8, priority=1),
)
UNINVOICED_COLUMNS = (
    Column("day", N_("Date"), 10, priority=9),
    Column("number", N_("Number"), 10, priority=9, whole=True),
    Column("customer", N_("Customer"), 10, grow=True, priority=9),
    Column("owner", N_("Owner"), 8, priority=3),
    Column("amount", N_("Amount"), 13, "right", priority=9),
    Column("open", N_("Open"), 13, "right", priority=7),
)
REVERSED_SIGN = "✕"
BUCKET_NAMES = (N_("not due"), "1–30", "31–60", "61–90", "90+", N_("unallocated"))


def bill_row(bill: ListedBill) -> RecordRow:
    """An open bill as a row; the days late stand as a number, empty while it is not due."""
    cells = (
        bill.document.number,
        bill.due_on.isoformat(),
        str(bill.days_late) if bill.days_late else "",
        bill.customer,
        bill.owner,
        grouped(bill.open_amount),
        grouped(bill.amount),
        bill.issued_on.isoformat(),
        bill.invoice,
    )
    return RecordRow(
        bill.document.id, bill.document.id, cells, "warning" if bill.days_late else "", record=bill
    )  # fmt: skip


def receipt_row(receipt: ListedReceipt) -> RecordRow:
    """A movement of money as a row; what was taken back says so, and so does what takes back."""
    document = receipt.document
    is_undone = document.state == "reversed" or document.kind == "reversal"
    cells = (
        receipt.day.isoformat(),
        document.number,
        receipt.customer,
        receipt_word(document),
        grouped(receipt.amount),
        amount_or_blank(receipt.unallocated),
        receipt.method,
        receipt.reference,
    )
    tone: Tone = "muted" if is_undone else "warning" if receipt.unallocated < 0 else ""
    return RecordRow(document.id, document.id, cells, tone, record=receipt)


def receipt_word(document: DocumentRef) -> str:
    """What a movement of money is; of one that was taken back, that it was."""
    if document.state == "reversed":
        return f"{REVERSED_SIGN} {_(STATE_WORDS['reversed'])}"
    return _(SHORT_WORDS[document.kind]) if document.kind in SHORT_WORDS else kind_word(document)


def ages_row(row: ListedAges) -> RecordRow:
    """A customer's ages as a row."""
    cells = (*_ages_cells(row.customer, row.ages, row.overdue), row.owner, row.code)
    return RecordRow(row.customer_id, row.customer_id, cells, "warning" if row.overdue else "", record=row)


def total_cells(total: Ages) -> tuple[str, ...]:
    """All customers together, under the columns of the ageing."""
    return (*_ages_cells(_("All of them"), total, sum(total.columns[1:5])), "", "")


def _ages_cells(name: str, ages: Ages, overdue: int) -> tuple[str, ...]:
    return (name, grouped(ages.balance), amount_or_blank(overdue), *(amount_or_blank(each) for each in ages.columns))


def uninvoiced_row(bill: ListedUninvoiced) -> RecordRow:
    """A bill without an invoice as a row."""
    cells = (
        bill.day.isoformat(),
        bill.document.number,
        bill.customer,
        bill.owner,
        grouped(bill.amount),
        amount_or_blank(bill.open_amount),
    )
    return RecordRow(bill.document.id, bill.document.id, cells, record=bill)
