"""Who rises and who falls, those who may become big before the others, with the months of each as a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from model.errors import N_
from model.margin import Margin, may_see_cost
from model.money import format_change
from model.trend import TREND_NAMES, CustomerTrend, Listed, last_full_month, trend_of_customer, trends
from tui.analysis.face import SEPARATOR, AnalysisFace, Asked, FaceNote, Reading, Turn, key_of, money, rate_text
from tui.locale import _
from tui.shared.chart import CurveData
from tui.shared.columns import Column, printable
from tui.shared.figure_table import Figure, FigureTable
from tui.shared.paged_table import PagedTable

# Below these chances of its being chance, a trend is very sure, sure, or likely.
VERY_SURE_P, SURE_P, LIKELY_P = 0.01, 0.05, 0.10
TREND_FIGURES = (
    Figure(Column("code", N_("Code"), 8, priority=2), lambda row: row.customer.code),
    Figure(Column("name", N_("Customer"), 10, grow=True, priority=9), lambda row: row.customer.name),
    Figure(Column("owner", N_("Owner"), 8, priority=3), lambda row: row.customer.owner_name),
    Figure(Column("slope", N_("A month"), 13, "right", priority=9), lambda row: row.trend.slope, money),
    Figure(Column("p", N_("How sure"), 9, priority=6), lambda row: row.trend.p, lambda p: sure_words(p)),
    Figure(
        Column("season", N_("On the year before"), 9, "right", priority=7), lambda row: row.season_bp, format_change
    ),
    Figure(
        Column("rate", N_("Margin rate"), 7, "right", priority=5), lambda row: row.margin_rate_bp, rate_text,
        secret=True,
    ),
    Figure(Column("revenue", N_("12 full months"), 14, "right", priority=8), lambda row: row.revenue, money),
    Figure(Column("trend", N_("Trend"), 8, priority=1), lambda row: _(TREND_NAMES[row.trend.word])),
)  # fmt: skip


def sure_words(p: float) -> str:
    """How sure a trend is, in words, translated."""
    if p < VERY_SURE_P:
        return _("very sure")
    if p < SURE_P:
        return _("sure")
    return _("likely") if p < LIKELY_P else _("by chance")


def ranked_words(turn: str, sees_cost: bool) -> str:
    """In which order the customers of a turn stand, translated."""
    if turn == "all":
        return _("by code")
    if not sees_cost:
        return _("by slope, the steepest first")
    return _("by slope × margin rate, the largest fall first") if turn == "falling" else _("by slope × margin rate")


@dataclass(frozen=True)
class TrendsRead:
    """Customers with their trends, in order."""

    rows: tuple[CustomerTrend, ...]
    sees_cost: bool


class TrendsFace(AnalysisFace):
    """Those who rise or fall, each with its two years and why it stands here."""

    TITLE = N_("Trends")
    PERIOD_OF = frozenset()
    TURNS = (
        Turn("potential", N_("potential big customers")),
        Turn("rising", N_("rising")),
        Turn("falling", N_("falling")),
        Turn("all", N_("all who traded in 12 months")),
    )
    FIGURES = ("slope", "trend_order", "p", "season", "margin_rate", "potential_customers")
    READ = TrendsRead

    class CurveRead(Message):
        """A customer's months came from the store."""

        def __init__(self, row: CustomerTrend, months: tuple[Margin, ...], sees_cost: bool) -> None:
            self.row, self.months, self.sees_cost = row, months, sees_cost
            super().__init__()

    def numbers(self) -> ComposeResult:
        yield FigureTable(
            TREND_FIGURES,
            lambda row: row.customer.id,
            empty_text=_("Nobody does: it takes 6 full months with orders. {key} shows others.").format(
                key=key_of("turn_by")
            ),
            file_name="trends",
        )
        yield FaceNote("", markup=False)

    @classmethod
    def read(cls, asked: Asked, reading: Reading) -> TrendsRead:
        listed: Listed = asked.turn  # type: ignore[assignment]
        sees_cost = may_see_cost(asked.person, asked.day)
        return TrendsRead(tuple(trends(asked.day, listed, sees_cost=sees_cost)), sees_cost)

    def show(self, asked: Asked, read: TrendsRead, *, anew: bool) -> None:
        self.table.take(read.rows, with_secrets=read.sees_cost, anew=anew)
        if not read.rows:
            self.query_one(FaceNote).update("")
            self.chart.show("", None)

    def note(self, asked: Asked, read: TrendsRead) -> str:
        return _("Trend of the 12 full months up to {month}; curve: 24 months with this one.").format(
            month=last_full_month(asked.day)
        )  # fmt: skip

    def summary(self, asked: Asked, read: TrendsRead) -> str:
        count = self.count_words(len(read.rows), _("{count} customers"), _("{shown} of {count} customers"))
        return f"{count}{SEPARATOR}{ranked_words(asked.turn, read.sees_cost)}"

    def customer_of(self, record: Any) -> bytes | None:
        return record.customer.id if isinstance(record, CustomerTrend) else None

    def open_row(self, table: PagedTable, record: CustomerTrend) -> Screen[Any] | None:
        self.app.open_customer(record.customer.id)  # type: ignore[attr-defined]
        return None

    @on(PagedTable.RowHighlighted)
    def _follow_cursor(self) -> None:
        record = self.table.record
        if isinstance(record, CustomerTrend):
            self.query_one(FaceNote).update(printable(why(record)))
            self._read_curve(record)

    @work(thread=True, exclusive=True, group="curve")
    def _read_curve(self, row: CustomerTrend) -> None:
        worker, session = get_current_worker(), self.session
        with session.store.use():
            months = trend_of_customer(row.customer.id, session.today()).curve
            sees_cost = may_see_cost(session.person_id, session.today())
        if not worker.is_cancelled:
            self.post_message(self.CurveRead(row, months, sees_cost))

    @on(CurveRead)
    def _show_curve(self, message: CurveRead) -> None:
        message.stop()
        series = [(_("revenue"), tuple(month.revenue for month in message.months))]
        if message.sees_cost:
            series.append((_("margin"), tuple(month.margin for month in message.months)))
        labels = tuple(month.key[2:] for month in message.months)
        self.chart.show(message.row.customer.name, CurveData(labels, tuple(series)))


def why(row: CustomerTrend) -> str:
    """Why a customer stands among those who rise or fall, in words, translated."""
    trend = row.trend
    rises = _("{name}: revenue rises by {slope} a month over {months} months, {sure}")
    falls = _("{name}: revenue falls by {slope} a month over {months} months, {sure}")
    if not trend.slope:
        # The middle slope between two months may be nothing while most of the others rise, or fall.
        rises = _("{name}: revenue rises more often than it falls over {months} months, {sure}")
        falls = _("{name}: revenue falls more often than it rises over {months} months, {sure}")
    moves = {
        "rising": rises,
        "falling": falls,
        "steady": _("{name}: no trend over {months} months"),
        "new": _("{name}: {months} full months only, too few to tell"),
    }[trend.word]
    said = moves.format(
        name=row.customer.name, slope=money(abs(trend.slope)), months=trend.months, sure=sure_words(trend.p)
    )
    season = row.season_bp
    if season is None:
        return _("{said}; the last 3 months {amount}, nothing in the same a year ago.").format(
            said=said, amount=money(row.season)
        )
    return _("{said}; the last 3 months {change} on the same a year ago.").format(
        said=said, change=format_change(season)
    )
