"""The reports on what was sold, with what margin, and what was lost."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from model.errors import N_
from model.money import format_amount, format_price, format_quantity
from tui.cli.output import Cell, Column
from tui.cli.reports.form import (
    Report,
    Rows,
    cost_and_margin,
    customer_asked,
    figure,
    period_asked,
    rate,
    sees_cost,
    word,
)

if TYPE_CHECKING:
    from model.lost import LostRow


def _margin(arguments: Namespace) -> Rows:
    from model.dates import EARLIEST_BUSINESS_DATE
    from model.margin import margin

    first, last = period_asked(arguments)
    sees = sees_cost(arguments.as_of)
    report = margin(first or EARLIEST_BUSINESS_DATE, last, arguments.by, arguments.as_of)
    for row in (*report.rows, report.total):
        yield (
            row.key, row.name, row.orders, format_amount(row.revenue), *cost_and_margin(row, sees),
            rate(row.rate_bp) if sees else None, format_amount(row.uncosted),
        )  # fmt: skip


def _trend(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.margin import trend

    customer = customer_asked(arguments)
    if customer is None:
        return
    sees = sees_cost(arguments.as_of)
    for row in trend(customer, arguments.as_of):
        yield (row.key, row.orders, format_amount(row.revenue), *cost_and_margin(row, sees))


def _lost(arguments: Namespace) -> Rows:
    from model.dates import EARLIEST_BUSINESS_DATE
    from model.lost import REASON_NAMES, lost_report

    first, last = period_asked(arguments)
    report = lost_report(first or EARLIEST_BUSINESS_DATE, last, arguments.by, arguments.as_of)
    for row in report.rows:
        reason = arguments.by == "reason"
        yield _lost_row(row, word(arguments, REASON_NAMES, row.key) if reason else row.key, of_reason=reason)


def _lost_row(row: LostRow, key: str, *, of_reason: bool = False) -> Sequence[Cell]:
    """A line of losses; a won order has no reason, so nothing stands under what was won beside one."""
    won, won_amount = (None, None) if of_reason else (row.won, format_amount(row.won_amount))
    return (
        key, won, row.lost, rate(row.rate_bp), won_amount, format_amount(row.lost_amount), rate(row.amount_rate_bp),
    )  # fmt: skip


def _preferences(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.preferences import preferred_products

    customer = customer_asked(arguments)
    if customer is None:
        return
    for row in preferred_products(customer, arguments.as_of):
        last = row.last
        yield (
            row.code, row.name, row.brand, row.category, row.orders, format_quantity(row.quantity_e3),
            format_amount(row.revenue), None if last is None else format_price(last.net_price_e4),
            None if last is None else last.day, rate(row.share_bp),
        )  # fmt: skip


SALES_REPORTS: dict[str, Report] = {
    "margin": Report(
        N_("the margin of a period"),
        ("period", "margin by"),
        (
            Column("key", N_("key")), Column("name", N_("name")), figure("orders", N_("orders")),
            figure("revenue", N_("revenue")), figure("cost", N_("cost")), figure("margin", N_("margin")),
            figure("rate", N_("rate %")), figure("uncosted_revenue", N_("cost unknown")),
        ),
        _margin,
    ),
    "trend": Report(
        N_("a customer's last 24 months"),
        ("one customer",),
        (
            Column("month", N_("month")), figure("orders", N_("orders")), figure("revenue", N_("revenue")),
            figure("cost", N_("cost")), figure("margin", N_("margin")),
        ),
        _trend,
    ),
    "lost": Report(
        N_("of the orders and quotes decided in a period, how many were lost"),
        ("period", "lost by"),
        (
            Column("key", N_("key")), figure("won", N_("won")), figure("lost", N_("lost")),
            figure("rate", N_("lost rate %")), figure("won_amount", N_("won amount")),
            figure("lost_amount", N_("lost amount")), figure("amount_rate", N_("rate by amount %")),
        ),
        _lost,
    ),
    "preferences": Report(
        N_("what a customer likes to buy"),
        ("one customer",),
        (
            Column("product", N_("product")), Column("name", N_("name")), Column("brand", N_("brand")),
            Column("category", N_("category")), figure("orders", N_("orders")), figure("quantity", N_("quantity")),
            figure("revenue", N_("revenue")), figure("last_price", N_("last price")),
            Column("last_date", N_("last date")), figure("share", N_("share %")),
        ),
        _preferences,
    ),
}  # fmt: skip
