"""Margin of a period by customer, segment, salesperson, product, brand, category or month, and the orders behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from model.dates import first_day, last_day, shifted
from model.errors import N_
from model.margin import CURVE_MONTHS, Margin, MarginBy, MarginReport, margin, may_see_cost
from model.margin_orders import MarginOrder, MarginOrders, margin_orders
from tui.analysis.behind import OrdersBehind
from tui.analysis.face import SEPARATOR, AnalysisFace, Asked, Reading, Turn, count_text, key_of, money, rate_text
from tui.analysis.period import Period
from tui.leaderboard.company_line import CompanyLine
from tui.leaderboard.rows_behind import KIND_NAMES
from tui.locale import _
from tui.shared.chart import BarData, ChartData, CurveData
from tui.shared.columns import Column
from tui.shared.figure_table import Figure, FigureTable
from tui.shared.paged_table import PagedTable

MOST_BARS = 40
NAMELESS = N_("(none)")
MARGIN_FIGURES = (
    Figure(Column("key", N_("Code"), 8, priority=4), lambda row: row.key if row.name else ""),
    Figure(Column("name", N_("Name"), 12, grow=True, priority=9), lambda row: named(row)),
    Figure(Column("orders", N_("Orders"), 6, "right", priority=6), lambda row: row.orders, count_text),
    Figure(Column("revenue", N_("Revenue"), 16, "right", priority=9), lambda row: row.revenue, money),
    Figure(Column("cost", N_("Cost"), 16, "right", priority=3), lambda row: row.cost, money, secret=True),
    Figure(Column("margin", N_("Margin"), 15, "right", priority=8), lambda row: row.margin, money, secret=True),
    Figure(Column("rate", N_("Margin rate"), 7, "right", priority=7), lambda row: row.rate_bp, rate_text, secret=True),
    Figure(Column("uncosted", N_("Uncosted"), 13, "right", priority=2), lambda row: row.uncosted, money, secret=True),
)


@dataclass(frozen=True)
class MarginsRead:
    """A margin report; margin and cost only for those who may see them."""

    report: MarginReport
    sees_cost: bool


def named(row: Margin) -> str:
    """What a line is called: its name, else the word or month that it is of."""
    return row.name or row.key or _(NAMELESS)


class MarginsFace(AnalysisFace):
    """What was sold and earned, and of it the most as bars; by month, two years as curves."""

    TITLE = N_("Margin")
    TURNS = (
        Turn("customer", N_("by customer")),
        Turn("segment", N_("by segment")),
        Turn("salesperson", N_("by salesperson")),
        Turn("product", N_("by product")),
        Turn("brand", N_("by brand")),
        Turn("category", N_("by category")),
        Turn("month", N_("by month")),
    )
    FIGURES = ("orders", "revenue", "cost", "margin", "margin_rate", "uncosted")
    READ = MarginsRead

    def numbers(self) -> ComposeResult:
        yield FigureTable(
            MARGIN_FIGURES,
            lambda row: row.key,
            empty_text=_("Nothing was sold in these days: {key} chooses others.").format(key=key_of("choose_period")),
            file_name="margin",
        )
        yield CompanyLine([figure.column for figure in MARGIN_FIGURES])

    @classmethod
    def read(cls, asked: Asked, reading: Reading) -> MarginsRead:
        by: MarginBy = asked.turn  # type: ignore[assignment]
        days = days_of(asked)
        report = margin(days.first, days.last, by, asked.day)
        sees = may_see_cost(asked.person, asked.day)
        if not sees and by != "month":
            # An order by margin would tell it.
            report = replace(report, rows=tuple(sorted(report.rows, key=lambda row: (-row.revenue, row.key))))
        return MarginsRead(report, sees)

    def show(self, asked: Asked, read: MarginsRead, *, anew: bool) -> None:
        table = self.table
        # Of months one looks at the latest first.
        rows = tuple(reversed(read.report.rows)) if asked.turn == "month" else read.report.rows
        table.take(rows, with_secrets=read.sees_cost, anew=anew)
        total = self.query_one(CompanyLine)
        cells = table.cells_of(read.report.total)
        total.cells = ("", _("all of them"), *cells[2:])
        self.chart.show(_chart_title(asked, read), _chart(asked, read), _("Nothing was sold in these days."))

    def days_words(self, asked: Asked) -> str:
        return days_of(asked).words()

    def note(self, asked: Asked, read: MarginsRead) -> str:
        said = _("Live orders less returns, by their dates.")
        if asked.turn == "month":
            days = days_of(asked)
            said = _("The 24 months up to {month}; live orders less returns.").format(month=days.month)
        elif asked.turn == "salesperson":
            said = _("By the shares frozen on each order.")
        return said if read.sees_cost else f"{said} {_('Cost and margin are not shown to your role.')}"

    def summary(self, asked: Asked, read: MarginsRead) -> str:
        said = self.count_words(len(read.report.rows), _("{count} lines"), _("{shown} of {count} lines"))
        uncosted = read.report.total.uncosted
        if not uncosted or not read.sees_cost:
            return said
        # Without it revenue, margin and rate do not seem to fit together where their column has no room.
        return said + SEPARATOR + _("without cost, and in no margin: {amount}").format(amount=money(uncosted))

    def definitions(self) -> tuple[str, ...]:
        return (*self.FIGURES, "by_salesperson")

    def customer_of(self, record: Any) -> bytes | None:
        return record.customer if isinstance(record, Margin) else None

    def open_row(self, table: PagedTable, record: Margin) -> Screen[Any] | None:
        return None if self.shown is None else OrdersOfMargin(self.shown[0], record)


def days_of(asked: Asked) -> Period:
    """The days that are read: by month, the 24 months up to the end of the period."""
    if asked.turn != "month":
        return asked.period
    return Period("between", first_day(shifted(asked.period.month, 1 - CURVE_MONTHS)), asked.period.last)


def _chart_title(asked: Asked, read: MarginsRead) -> str:
    if asked.turn == "month":
        return _("Revenue and margin") if read.sees_cost else _("Revenue")
    return _("Margin, the largest") if read.sees_cost else _("Revenue, the largest")


def _chart(asked: Asked, read: MarginsRead) -> ChartData | None:
    rows = read.report.rows
    if not rows:
        return None
    if asked.turn == "month":
        series = [(_("revenue"), tuple(row.revenue for row in rows))]
        if read.sees_cost:
            series.append((_("margin"), tuple(row.margin for row in rows)))
        return CurveData(tuple(row.key[2:] for row in rows), tuple(series))
    most = rows[:MOST_BARS]
    values = tuple(row.margin if read.sees_cost else row.revenue for row in most)
    return BarData(tuple(map(named, most)), values, more=len(rows) - len(most))


@dataclass(frozen=True)
class OrdersRead:
    """The orders behind a line."""

    found: MarginOrders
    sees_cost: bool


class OrdersOfMargin(OrdersBehind):
    """The orders and returns behind a line of the margin."""

    FIGURES: ClassVar[tuple[Figure, ...]] = (
        Figure(Column("date", N_("Date"), 10, priority=7), lambda order: order.date.isoformat()),
        Figure(Column("number", N_("Number"), 10, priority=8, whole=True), lambda order: order.number),
        Figure(Column("customer", N_("Customer"), 10, grow=True, priority=9), lambda order: order.customer_name),
        Figure(Column("kind", N_("Kind"), 6, priority=3), lambda order: _(KIND_NAMES[order.kind])),
        Figure(Column("total", N_("Order total"), 13, "right", priority=4), lambda order: order.total, money),
        Figure(Column("revenue", N_("of it here"), 13, "right", priority=9), lambda order: order.revenue, money),
        Figure(Column("cost", N_("Cost"), 13, "right", priority=2), lambda order: order.cost, money, secret=True),
        Figure(Column("margin", N_("Margin"), 13, "right", priority=8), lambda order: order.margin, money, secret=True),
    )
    EMPTY = N_("No order of these days counts here.")

    def __init__(self, asked: Asked, line: Margin) -> None:
        super().__init__()
        self._asked = asked
        self._line = line

    def read_rows(self) -> OrdersRead:
        asked, by, days = self._asked, self._asked.turn, self._days
        found = margin_orders(days.first, days.last, by, self._line.key, asked.day)  # type: ignore[arg-type]
        return OrdersRead(found, may_see_cost(asked.person, asked.day))

    @property
    def _days(self) -> Period:
        """The days of these orders: of a month, those of it that were asked for."""
        days = days_of(self._asked)
        if self._asked.turn != "month":
            return days
        month = self._line.key
        return Period("between", max(days.first, first_day(month)), min(days.last, last_day(month)))

    def heading(self, read: OrdersRead) -> str:
        shown, count = len(read.found.orders), read.found.count
        text = _("{name} · {days} · {count} orders and returns, {amount}")
        if shown < count:
            text = _("{name} · {days} · the {shown} largest of {count} orders and returns, all of them {amount}")
        return text.format(
            name=named(self._line), days=self._days.words(), shown=f"{shown:,}", count=f"{count:,}",
            amount=money(self._line.revenue),
        )  # fmt: skip

    def records(self, read: OrdersRead) -> tuple[MarginOrder, ...]:
        return read.found.orders

    def sees_cost(self, read: OrdersRead) -> bool:
        return read.sees_cost

    def meaning(self) -> tuple[str, ...]:
        return ("revenue", "margin", *(("by_salesperson",) if self._asked.turn == "salesperson" else ()))

    def file_name(self) -> str:
        return "margin-orders"
