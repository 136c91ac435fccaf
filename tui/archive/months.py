"""A customer's months: revenue and margin as curve and as numbers, the years' sums among them."""

from __future__ import annotations

from dataclasses import dataclass

from model.dates import month_of
from model.margin import Margin, margin_by_year, may_see_cost, monthly_curve
from model.money import format_rate, grouped
from tui.archive.sources import Desk, RecordRow
from tui.locale import N_, _
from tui.shared.chart import CurveData
from tui.shared.columns import Column

YEAR_CHARACTERS = 4
MONTH_COLUMNS = (
    Column("month", N_("Year, month"), 8, priority=9, sortable=False),
    Column("revenue", N_("Revenue"), 13, "right", priority=9, sortable=False),
    Column("margin", N_("Margin"), 12, "right", priority=8, sortable=False),
    Column("rate", "%", 6, "right", priority=7, sortable=False),
)


@dataclass(frozen=True)
class Curve:
    """Months with revenue and margin; `sees_cost` tells whether the margin may be shown."""

    months: tuple[Margin, ...]
    sees_cost: bool


def curve_of(desk: Desk) -> Curve:
    """The last 24 months; in a thread, with the store in use."""
    months = tuple(monthly_curve(desk.customer, month_of(desk.today)))
    return Curve(months, may_see_cost(desk.person, desk.today))


def curve_data(curve: Curve) -> CurveData:
    """The curves of revenue and, where it may be seen, margin."""
    series = [(_("revenue"), tuple(month.revenue for month in curve.months))]
    if curve.sees_cost:
        series.append((_("margin"), tuple(month.margin for month in curve.months)))
    return CurveData(tuple(month.key[2:] for month in curve.months), tuple(series))


def month_rows(desk: Desk) -> list[RecordRow]:
    """The latest year and its months, then the year before; of older years only their sum."""
    curve = curve_of(desk)
    sums = {year.key: year for year in margin_by_year(desk.customer)}
    rows = []
    for year in sorted({*sums, *(month.key[:4] for month in curve.months)}, reverse=True):
        if year in sums:
            rows.append(margin_row(sums[year], curve.sees_cost))
        rows += [margin_row(month, curve.sees_cost) for month in reversed(curve.months) if month.key.startswith(year)]
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
