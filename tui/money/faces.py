"""The faces of the desk's money: a list each, its own filter and order, and a line that says what all of it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from model.ageing import Ages
from model.money import grouped
from model.money_lists import (
    Listed,
    ListedAges,
    listed_ages,
    listed_bills,
    listed_receipts,
    listed_uninvoiced,
)
from tui import keymap
from tui.archive.sources import RecordRow
from tui.leaderboard.company_line import CompanyLine
from tui.locale import N_, _
from tui.money.lists import (
    AGEING_COLUMNS,
    BILL_COLUMNS,
    BUCKET_NAMES,
    RECEIPT_COLUMNS,
    UNINVOICED_COLUMNS,
    ages_row,
    bill_row,
    receipt_row,
    total_cells,
    uninvoiced_row,
)
from tui.money.sources import MoneyList
from tui.session import Session, StoreScreen
from tui.shared.chart import BarData, Chart
from tui.shared.columns import Column, Sort
from tui.shared.paged_table import PagedTable

SEPARATOR = " · "


class MoneyFace(Vertical):
    """A list with its filter and its order. It reads nothing before it is shown."""

    TITLE: ClassVar[str] = ""
    """Marked text: the tab's name."""
    FILE_NAME: ClassVar[str] = ""
    """What an exported file is called."""
    COLUMNS: ClassVar[Sequence[Column]] = ()
    FIRST_SORT: ClassVar[Sort] = Sort("day")
    MARKABLE: ClassVar[bool] = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.filter_text = ""
        self.only: ListedAges | None = None
        self.sort = self.FIRST_SORT
        self.source: MoneyList[Any] | None = None
        self._shown_on: date | None = None

    def compose(self) -> ComposeResult:
        yield PagedTable(self.COLUMNS, markable=self.MARKABLE)

    @property
    def session(self) -> Session:
        return cast(StoreScreen, self.screen).session

    @property
    def table(self) -> PagedTable:
        return self.query_one(PagedTable)

    @property
    def record(self) -> Any:
        """What the row under the cursor shows; None without one."""
        row = self.table.cursor_row
        return row.record if isinstance(row, RecordRow) else None

    @property
    def meant(self) -> list[Any]:
        """The records of the marked rows, else of the one under the cursor."""
        marked, listed = set(self.table.selected), None if self.source is None else self.source.listed
        if marked and listed is not None:
            return [record for record in listed.rows if record.document.id in marked]
        return [] if self.record is None else [self.record]

    # What is shown ------------------------------------------------------------------------------

    def reader(self, day: date) -> Callable[[], Listed[Any]]:
        """What reads the list with the filter and the order of now; it is called in a thread, in the store."""
        raise NotImplementedError

    def row(self, record: Any) -> RecordRow:
        """A record as a row."""
        raise NotImplementedError

    def empty_text(self) -> str:
        """What to do where there are no rows, translated."""
        raise NotImplementedError

    def summary(self, listed: Listed[Any]) -> str:
        """What all rows come to, translated."""
        raise NotImplementedError

    def fill(self, *, keep_marks: bool = False) -> None:
        """Show the list with the filter and the order of now, from its top."""
        self._shown_on = self.session.today()
        self.source = MoneyList(self.session.store, self.reader(self._shown_on), self.row)
        empty = _("Nothing matches “{text}”: Esc shows all.").format(text=SEPARATOR.join(self.filters))
        self.table.show(
            self.source, sort=self.sort, empty_text=empty if self.filters else self.empty_text(),
            keep_marks=keep_marks,
        )  # fmt: skip

    def refresh_data(self) -> None:
        """Read again without moving anything; over midnight what is due is another question."""
        if self.source is None or self._shown_on != self.session.today():
            self.fill()
        else:
            self.source.read_again()
            self.table.reload()

    def filter_rows(self, text: str) -> None:
        """Show only what a text means."""
        if text != self.filter_text:
            self.filter_text = text
            self.fill()

    def show_customer(self, only: ListedAges | None) -> None:
        """Show only the rows of one customer, all of them; none shows those of everybody again."""
        self.only, self.filter_text = only, ""
        self.fill()

    @property
    def filters(self) -> list[str]:
        """What the rows are narrowed to: a customer, what was typed, or both."""
        whose = "" if self.only is None else f"{self.only.code} {self.only.customer}"
        return [each for each in (whose, self.filter_text.strip()) if each]

    def sort_rows(self, sort: Sort) -> None:
        """Show the rows in another order."""
        self.sort = sort
        self.fill(keep_marks=True)

    def head(self) -> str:
        """What stands over the list: its sums, how much of it is shown, the filter and the marks."""
        listed = None if self.source is None else self.source.listed
        if listed is None:
            return ""
        said = [self.summary(listed)]
        said += [_("only “{text}”").format(text=each) for each in self.filters]
        if marked := len(self.table.selected):
            said.append(_("{count} marked").format(count=marked))
        return SEPARATOR.join(said)


class BillsFace(MoneyFace):
    """Every open bill, the oldest due first."""

    TITLE = N_("Open bills")
    FILE_NAME = "open-bills"
    COLUMNS = BILL_COLUMNS
    FIRST_SORT = Sort("due")
    MARKABLE = True

    def reader(self, day: date) -> Callable[[], Listed[Any]]:
        text, sort = self.filter_text, self.sort
        customer = None if self.only is None else self.only.customer_id
        return lambda: listed_bills(day, text, sort.column, sort.descending, customer)

    def row(self, record: Any) -> RecordRow:
        return bill_row(record)

    def empty_text(self) -> str:
        return _("Nothing is owed: {key} records money that comes in all the same.").format(key=_recording_key())

    def summary(self, listed: Listed[Any]) -> str:
        return _("{count} open bills, {amount}, of it overdue {overdue}").format(
            count=_count(listed), amount=grouped(listed.amount), overdue=grouped(listed.part)
        )


class ReceiptsFace(MoneyFace):
    """The money that moved, the newest first."""

    TITLE = N_("Receipts")
    FILE_NAME = "receipts"
    COLUMNS = RECEIPT_COLUMNS
    FIRST_SORT = Sort("day", descending=True)

    def reader(self, day: date) -> Callable[[], Listed[Any]]:
        text, sort = self.filter_text, self.sort
        return lambda: listed_receipts(text, sort.column, sort.descending)

    def row(self, record: Any) -> RecordRow:
        return receipt_row(record)

    def empty_text(self) -> str:
        return _("No money has come in yet: {key} records the first.").format(key=_recording_key())

    def summary(self, listed: Listed[Any]) -> str:
        return _("{count} movements, received {amount}, not allocated {waiting}").format(
            count=_count(listed), amount=grouped(listed.amount), waiting=grouped(listed.part)
        )


class UninvoicedFace(MoneyFace):
    """Bills for which no invoice was made, by customer."""

    TITLE = N_("Not invoiced")
    FILE_NAME = "not-invoiced"
    COLUMNS = UNINVOICED_COLUMNS
    FIRST_SORT = Sort("customer")
    MARKABLE = True

    def reader(self, day: date) -> Callable[[], Listed[Any]]:
        text, sort = self.filter_text, self.sort
        return lambda: listed_uninvoiced(day, text, sort.column, sort.descending)

    def row(self, record: Any) -> RecordRow:
        return uninvoiced_row(record)

    def empty_text(self) -> str:
        return _("Every bill has its invoice.")

    def summary(self, listed: Listed[Any]) -> str:
        return _("{count} bills without an invoice, {amount}").format(
            count=_count(listed), amount=grouped(listed.amount)
        )


class AgesChart(Vertical):
    """The open amounts by age as bars, under a title."""

    def compose(self) -> ComposeResult:
        yield Chart()

    def show(self, title: str, ages: Ages | None) -> None:
        """Show the bars of some ages; none empties it."""
        self.border_title = Content(title).markup
        chart = self.query_one(Chart)
        if ages is None:
            chart.data = None
        else:
            names = tuple(_(name) for name in BUCKET_NAMES)
            chart.data = BarData(names, ages.columns, shown=tuple(grouped(each) for each in ages.columns))


class AgeingFace(MoneyFace):
    """How old the money is of every customer, of all together, and as bars of all and of the one under the cursor."""

    TITLE = N_("Ageing")
    FILE_NAME = "ageing"
    COLUMNS = AGEING_COLUMNS
    FIRST_SORT = Sort("overdue", descending=True)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._total = Ages()

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield CompanyLine(AGEING_COLUMNS)
        with Horizontal(classes="bars"):
            yield AgesChart(classes="everybody")
            yield AgesChart(classes="here")

    def reader(self, day: date) -> Callable[[], Listed[Any]]:
        text, sort = self.filter_text, self.sort

        def read() -> Listed[ListedAges]:
            listed, self._total = listed_ages(day, text, sort.column, sort.descending)
            return listed

        return read

    def row(self, record: Any) -> RecordRow:
        return ages_row(record)

    def empty_text(self) -> str:
        return _("No customer owes or has anything.")

    def summary(self, listed: Listed[Any]) -> str:
        return _("{count} customers, balance {amount}, of it overdue {overdue}").format(
            count=_count(listed), amount=grouped(listed.amount), overdue=grouped(listed.part)
        )

    @property
    def bars(self) -> Widget:
        """The bars below the list."""
        return self.query_one(".bars")

    @on(PagedTable.Loaded)
    @on(PagedTable.RowHighlighted)
    def _show_bars(self) -> None:
        self.query_one(CompanyLine).cells = total_cells(self._total)
        self.query_one(".everybody", AgesChart).show(_("All of them"), self._total)
        here = self.record
        if isinstance(here, ListedAges):
            self.query_one(".here", AgesChart).show(here.customer, here.ages)
        else:
            self.query_one(".here", AgesChart).show("", None)


def _recording_key() -> str:
    return keymap.short_key(keymap.ACTION_OF["money.record_receipts"])


def _count(listed: Listed[Any]) -> str:
    """How many rows there are, and how many of them are shown where those are fewer."""
    if listed.is_cut:
        return _("the newest {count}").format(count=f"{listed.count:,}")
    if len(listed.rows) == listed.count:
        return f"{listed.count:,}"
    return _("{shown} of {count}").format(shown=f"{len(listed.rows):,}", count=f"{listed.count:,}")


FACES: tuple[type[MoneyFace], ...] = (BillsFace, ReceiptsFace, AgeingFace, UninvoicedFace)
