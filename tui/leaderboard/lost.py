"""The lost orders face: of all that was decided in the month, how much was not won, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.widgets import Static

from model.dates import first_day, last_day
from model.lost import REASON_NAMES, LostReport, LostRow, lost_report
from model.money import grouped
from tui.leaderboard.company_line import CompanyLine
from tui.leaderboard.face import Face, Someone, Wanted
from tui.leaderboard.figures import NO_FIGURE, rate_text
from tui.leaderboard.short_table import Entry, ShortTable
from tui.locale import N_, _
from tui.session import Session
from tui.shared.columns import Column
from tui.shared.paged_table import Row

FIGURE_COLUMNS = (
    Column("won", N_("Won"), 5, align="right", priority=7),
    Column("lost", N_("Lost"), 5, align="right", priority=9),
    Column("rate", N_("Lost rate"), 8, align="right", priority=9),
    Column("won_amount", N_("Won amount"), 14, align="right", priority=5),
    Column("lost_amount", N_("Lost amount"), 14, align="right", priority=8),
    Column("amount_rate", N_("By amount"), 8, align="right", priority=6),
)
PEOPLE_COLUMNS = (Column("name", N_("Salesperson"), 11, grow=True, priority=9), *FIGURE_COLUMNS)
REASON_COLUMNS = (Column("name", N_("Reason"), 11, grow=True, priority=9), *FIGURE_COLUMNS)


@dataclass(frozen=True)
class LostReason:
    """A reason of the board, by its key."""

    key: str


class ReasonTable(ShortTable):
    """Why orders were lost."""


class LostFace(Face):
    """Lost ÷ decided, by salesperson, and below it by reason."""

    TITLE = N_("Lost orders")

    def compose(self) -> ComposeResult:
        yield ShortTable(PEOPLE_COLUMNS, empty_text=_("No order was decided in this month."))
        yield CompanyLine(PEOPLE_COLUMNS)
        yield Static(_("Why they were lost"), classes="why", markup=False)
        yield ReasonTable(REASON_COLUMNS, empty_text=_("Nothing was lost in this month."))

    @property
    def note(self) -> str:
        return _("Lost ÷ (won + lost), orders and quotes decided in the month, by who took them.")

    def read(self, session: Session, wanted: Wanted) -> tuple[LostReport, LostReport]:
        period = (first_day(wanted.month), last_day(wanted.month))
        return (
            lost_report(*period, "salesperson", wanted.as_of),
            lost_report(*period, "reason", wanted.as_of),
        )

    def show(self, read: tuple[LostReport, LostReport]) -> None:
        people, reasons = read
        self.table.take([_person_entry(place, row) for place, row in enumerate(people.rows)])
        self.query_one(CompanyLine).cells = (_("Company"), *_figures(people.company))
        self.query_one(ReasonTable).take([_reason_entry(place, row) for place, row in enumerate(reasons.rows)])


def _figures(row: LostRow) -> tuple[str, ...]:
    return (
        str(row.won), str(row.lost), rate_text(row.rate_bp), grouped(row.won_amount), grouped(row.lost_amount),
        rate_text(row.amount_rate_bp),
    )  # fmt: skip


def _person_entry(place: int, row: LostRow) -> Entry:
    name = row.name or _("nobody")
    values = (name, row.won, row.lost, row.rate_bp, row.won_amount, row.lost_amount, row.amount_rate_bp)
    return Entry(Row(Someone(row.id, name), (place,), (name, *_figures(row))), values)


def _reason_entry(place: int, row: LostRow) -> Entry:
    """A reason's line; a won order has no reason, so nothing stands under what was won."""
    name = _(REASON_NAMES[row.key])
    _won, lost, rate, _won_amount, lost_amount, amount_rate = _figures(row)
    cells = (name, NO_FIGURE, lost, rate, NO_FIGURE, lost_amount, amount_rate)
    values = (name, None, row.lost, row.rate_bp, None, row.lost_amount, row.amount_rate_bp)
    return Entry(Row(LostReason(row.key), (place,), cells), values)
