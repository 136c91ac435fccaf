"""Credit: what stops the customer, its payment record and what that suggests, late bills, terms and blacklist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from model.account import BillRow
from model.archive import BlacklistRow, TermsRow, blacklist_history, terms_history
from model.credit import Standing, standing_on
from model.customers import CreditTerms, terms_on
from model.money import grouped
from model.payment_record import RECORD_MONTHS, PaymentRecord, Suggestion, payment_records
from tui import keymap
from tui.archive.pane import ArchivePane, Section
from tui.archive.sources import Desk, RecordRow, ShortList, late_bills
from tui.archive.why_blocked import WhyBlocked
from tui.archive.words import amount_or_blank, day_text, term_words
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.paged_table import PagedTable
from tui.shared.status import SEPARATOR
from tui.suggestion_words import suggestion_reason

LATE_COLUMNS = (
    Column("due", N_("Due"), 10, priority=9, sortable=False),
    Column("late", N_("Late"), 4, "right", priority=9, sortable=False),
    Column("number", N_("Number"), 10, grow=True, priority=8, sortable=False, whole=True),
    Column("settled", N_("Settled"), 10, priority=7, sortable=False),
    Column("amount", N_("Amount"), 13, "right", priority=9, sortable=False),
    Column("open", N_("Open"), 13, "right", priority=6, sortable=False),
    Column("day", N_("Date"), 10, priority=2, sortable=False),
)
HISTORY_COLUMNS = (
    Column("from", N_("From"), 10, priority=9, sortable=False),
    Column("what", N_("What held"), 22, grow=True, priority=8, sortable=False),
    Column("reason", N_("Reason"), 12, grow=True, priority=5, sortable=False),
    Column("person", N_("Who"), 8, priority=4, sortable=False),
)
HUNDREDTHS = 100


@dataclass(frozen=True)
class CreditSummary:
    """What stops the customer, the terms that hold, how it paid, and what that suggests."""

    standing: Standing
    blacklisting: BlacklistRow | None
    terms: CreditTerms
    record: PaymentRecord
    suggestion: Suggestion


class CreditPane(ArchivePane):
    """The fourth tab."""

    TITLE: ClassVar[str] = N_("Credit")

    class SummaryRead(Message, bubble=False):
        """The record came from the store."""

        def __init__(self, customer: bytes, summary: CreditSummary) -> None:
            self.customer = customer
            self.summary = summary
            super().__init__()

    def compose(self) -> ComposeResult:
        yield Section(_("Why it may not buy on credit"), WhyBlocked(id="why"), id="why-section")
        yield Section(
            _("Payment record, {months} months").format(months=RECORD_MONTHS),
            Static(id="record", markup=False),
            id="record-section",
        )
        with Container(classes="part lists"):
            yield Section(
                _("Bills paid late or overdue"),
                PagedTable(LATE_COLUMNS, id="late-bills", empty_text=_("No bill was ever late.")),
            )
            yield Section(
                _("Terms and blacklist since when"),
                PagedTable(HISTORY_COLUMNS, id="history", empty_text=_("No terms yet: cash only. t sets them.")),
            )

    def fill(self) -> None:
        desk = self.desk
        self.query_one("#record", Static).update("")
        self.query_one("#why-section", Section).remove_class("-blocked")
        self._read_summary(desk)
        self.query_one("#late-bills", PagedTable).show(late_bills(desk, lambda bill: late_row(bill, desk.today)))
        self.query_one("#history", PagedTable).show(ShortList(desk, lambda: history_rows(desk.customer, desk.today)))

    def refresh_data(self) -> None:
        super().refresh_data()
        self._read_summary(self.desk)

    @work(thread=True, exclusive=True, group="record")
    def _read_summary(self, desk: Desk) -> None:
        worker = get_current_worker()
        with desk.store.use():
            found = next(payment_records(desk.today, desk.customer), None)
            terms, standing = terms_on(desk.customer, desk.today), standing_on(desk.customer, desk.today)
            listed = [row for row in blacklist_history(desk.customer) if row.from_date <= desk.today]
        if found is not None and not worker.is_cancelled:
            blacklisting = listed[0] if standing.blacklisted and listed else None
            summary = CreditSummary(standing, blacklisting, terms, found.record, found.suggestion)
            self.post_message(self.SummaryRead(desk.customer, summary))

    def on_credit_pane_summary_read(self, message: CreditPane.SummaryRead) -> None:
        if message.customer == self.customer:
            self.query_one("#record", Static).update(summary_content(message.summary))
            self._show_why(message.summary)

    def _show_why(self, summary: CreditSummary) -> None:
        stopped = summary.standing.verdict != "ok"
        self.query_one("#why-section", Section).set_class(stopped, "-blocked")
        if stopped:
            self.query_one(WhyBlocked).show(summary.standing, summary.blacklisting)


def summary_content(summary: CreditSummary) -> Content:
    """Terms, record, suggestion and its reason, a line each."""
    record, suggestion = summary.record, summary.suggestion
    lines = [
        _("Now: {term}, limit {limit}").format(
            term=term_words(summary.terms.credit_days, summary.terms.credit_from),
            limit=grouped(summary.terms.credit_limit),
        )
        + (
            " " + _("until {date}").format(date=day_text(summary.terms.until))
            if summary.terms.until is not None
            else ""
        ),
        record_words(record),
        _("Suggested: {term}, limit {limit}").format(
            term=term_words(suggestion.days, summary.terms.credit_from), limit=grouped(suggestion.limit)
        )
        + SEPARATOR
        + _("{key} takes it over").format(key=keymap.shown_keys(keymap.ACTION_OF["archive.take_suggestion"])),
        "  " + suggestion_reason(suggestion),
    ]  # fmt: skip
    return Content("\n").join(Content.styled(line, "bold" if at == 1 else "") for at, line in enumerate(lines))


def record_words(record: PaymentRecord) -> str:
    """The record in a line: what was settled, how much of that late, and apart from it what is overdue still."""
    said = _("Grade {grade}: settled {settled} (late {late})").format(
        grade=record.grade or "–", settled=record.settled, late=record.settled_late
    )
    if record.overdue:
        said += _(", ") + _("overdue now {count}").format(count=record.overdue)
    if record.late:
        said += _("; ") + _("average {average} days, worst {worst}").format(
            average=days_from_hundredths(record.average_late_hundredths), worst=record.worst_days_late
        )
    return said


def days_from_hundredths(hundredths: int | None) -> str:
    """Hundredths of a day as days with two decimals."""
    return "–" if hundredths is None else f"{hundredths // HUNDREDTHS}.{hundredths % HUNDREDTHS:02d}"


def late_row(bill: BillRow, today: date) -> RecordRow:
    """A late bill as a row; one that is still open says so."""
    cells = (
        day_text(bill.due_date),
        str(bill.days_late(today)),
        bill.document.number,
        day_text(bill.settled_on) or _("still open"),
        grouped(bill.amount),
        amount_or_blank(bill.open_amount),
        day_text(bill.day),
    )
    return RecordRow(bill.document.id, bill.key, cells, "warning" if bill.settled_on is None else "", record=bill)


def history_rows(customer: bytes, today: date) -> list[RecordRow]:
    """Terms and blacklist in one history, the latest first."""
    dated: list[tuple[date, int, RecordRow]] = []
    for place, terms in enumerate(terms_history(customer)):
        cells = (day_text(terms.from_date), terms_text(terms), terms.reason, terms.person)
        over = terms.until is not None and terms.until < today
        key = ("terms", terms.from_date, terms.until)
        dated.append((terms.from_date, -place, RecordRow(key, place, cells, "muted" if over else "", record=terms)))
    for place, listed in enumerate(blacklist_history(customer)):
        cells = (day_text(listed.from_date), blacklist_text(listed), listed.reason, listed.person)
        key = ("blacklist", listed.from_date, None)
        dated.append((listed.from_date, 1 - place, RecordRow(key, place, cells, record=listed)))
    dated.sort(key=lambda each: (each[0], each[1]), reverse=True)
    return [row for _from_date, _place, row in dated]


def terms_text(terms: TermsRow) -> str:
    """What terms were set, in words."""
    said = [term_words(terms.credit_days, terms.credit_from)]
    if terms.credit_limit is not None:
        said.append(f"{_('limit')} {grouped(terms.credit_limit)}")
    if terms.until is not None:
        said.append(_("until {date}").format(date=day_text(terms.until)))
    return _(", ").join(part for part in said if part)


def blacklist_text(row: BlacklistRow) -> str:
    """Whether the customer went on the blacklist or off it."""
    return _("✗ put on the blacklist") if row.blacklisted else _("taken off the blacklist")
