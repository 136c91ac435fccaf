"""Analysis: two years of revenue and margin as curve and numbers, the years' sums among them, preferred products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.worker import get_current_worker

from model.dates import month_of
from model.margin import Margin, margin_by_year, may_see_cost, monthly_curve
from model.money import format_price, format_quantity, format_rate, grouped
from model.preferences import PreferredProduct, preferred_products
from tui.archive.pane import ArchivePane, Section
from tui.archive.sources import Desk, RecordRow, ShortList
from tui.archive.words import day_text
from tui.locale import N_, _
from tui.shared.chart import Chart, CurveData
from tui.shared.columns import Column
from tui.shared.paged_table import PagedTable

MOST_PRODUCTS = 100
YEAR_CHARACTERS = 4
MONTH_COLUMNS = (
    Column("month", N_("Year, month"), 8, priority=9, sortable=False),
    Column("revenue", N_("Revenue"), 13, "right", priority=9, sortable=False),
    Column("margin", N_("Margin"), 12, "right", priority=8, sortable=False),
    Column("rate", "%", 6, "right", priority=7, sortable=False),
)
PRODUCT_COLUMNS = (
    Column("code", N_("Code"), 9, priority=2, sortable=False),
    Column("name", N_("Product"), 12, grow=True, priority=9, sortable=False),
    Column("quantity", N_("Quantity"), 8, "right", priority=6, sortable=False),
    Column("revenue", N_("Revenue"), 13, "right", priority=8, sortable=False),
    Column("share", N_("Share"), 7, "right", priority=5, sortable=False),
    Column("price", N_("Last price"), 10, "right", priority=7, sortable=False),
    Column("last", N_("Last on"), 10, priority=4, sortable=False),
)


@dataclass(frozen=True)
class Curve:
    """Months with revenue and margin; `sees_cost` tells whether the margin may be shown."""

    months: tuple[Margin, ...]
    sees_cost: bool


class AnalysisPane(ArchivePane):
    """The fifth tab."""

    TITLE: ClassVar[str] = N_("Analysis")

    class CurveRead(Message, bubble=False):
        """The months came from the store."""

        def __init__(self, customer: bytes, curve: Curve) -> None:
            self.customer = customer
            self.curve = curve
            super().__init__()

    def compose(self) -> ComposeResult:
        with Container(classes="part curve"):
            yield Section(_("Revenue and margin of 24 months"), Chart(empty_text=""), id="curve-section")
            yield Section(_("By year and month"), PagedTable(MONTH_COLUMNS, id="months"), id="month-section")
        yield Section(
            _("Preferred products"),
            PagedTable(PRODUCT_COLUMNS, id="products", empty_text=_("Nothing was bought yet.")),
        )

    def fill(self) -> None:
        desk = self.desk
        self.query_one(Chart).data = None
        self._read_curve(desk)
        self.query_one("#months", PagedTable).show(ShortList(desk, lambda: month_rows(desk)))
        self.query_one("#products", PagedTable).show(ShortList(desk, lambda: product_rows(desk)))

    def refresh_data(self) -> None:
        super().refresh_data()
        self._read_curve(self.desk)

    @work(thread=True, exclusive=True, group="curve")
    def _read_curve(self, desk: Desk) -> None:
        worker = get_current_worker()
        with desk.store.use():
            months = tuple(monthly_curve(desk.customer, month_of(desk.today)))
            curve = Curve(months, may_see_cost(desk.person, desk.today))
        if not worker.is_cancelled:
            self.post_message(self.CurveRead(desk.customer, curve))

    def on_analysis_pane_curve_read(self, message: AnalysisPane.CurveRead) -> None:
        if message.customer == self.customer:
            self.query_one(Chart).data = curve_data(message.curve)


def curve_data(curve: Curve) -> CurveData:
    """The curves of revenue and, where it may be seen, margin."""
    series = [(_("revenue"), tuple(month.revenue for month in curve.months))]
    if curve.sees_cost:
        series.append((_("margin"), tuple(month.margin for month in curve.months)))
    return CurveData(tuple(month.key[2:] for month in curve.months), tuple(series))


def month_rows(desk: Desk) -> list[RecordRow]:
    """The latest year and its months, then the year before; of older years only their sum."""
    sees_cost = may_see_cost(desk.person, desk.today)
    months = monthly_curve(desk.customer, month_of(desk.today))
    sums = {year.key: year for year in margin_by_year(desk.customer)}
    rows = []
    for year in sorted({*sums, *(month.key[:4] for month in months)}, reverse=True):
        if year in sums:
            rows.append(margin_row(sums[year], sees_cost))
        rows += [margin_row(month, sees_cost) for month in reversed(months) if month.key.startswith(year)]
    return rows


def margin_row(margin: Margin, sees_cost: bool) -> RecordRow:
    """Revenue and margin of a month or year; what may not be seen is empty, never zero."""
    traded = margin.revenue != 0 or margin.orders > 0
    rate = margin.rate_bp
    cells = (
        margin.key if len(margin.key) == YEAR_CHARACTERS else f" {margin.key}",
        grouped(margin.revenue) if traded else "–",
        (grouped(margin.margin) if traded else "–") if sees_cost else "",
        ("–" if rate is None else format_rate(rate)) if sees_cost else "",
    )
    return RecordRow(margin.key, margin.key, cells, "" if traded else "muted", record=margin)


def product_rows(desk: Desk) -> list[RecordRow]:
    """The products bought most, by revenue."""
    found = preferred_products(desk.customer, desk.today, MOST_PRODUCTS)
    return [product_row(product) for product in found]


def product_row(product: PreferredProduct) -> RecordRow:
    """A product with what was bought of it and at which price last."""
    last = product.last
    cells = (
        product.code,
        product.name,
        format_quantity(product.quantity_e3),
        grouped(product.revenue),
        "–" if product.share_bp is None else f"{format_rate(product.share_bp)}%",
        "–" if last is None else format_price(last.net_price_e4),
        "–" if last is None else day_text(last.day),
    )
    return RecordRow(product.product_id, product.code, cells, record=product)
