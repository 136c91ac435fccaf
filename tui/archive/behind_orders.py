"""The orders, trading days and purchases behind a customer's figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from model.archive import OrderRow
from model.dates import first_day, last_day
from model.money import format_price, format_quantity, format_rate, grouped, rate_bp
from model.purchases import Purchase, orders_between, purchases_of
from tui.archive.behind import Behind
from tui.archive.sources import Desk
from tui.archive.words import day_text, kind_word
from tui.exchange.words import marked_state
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.definition import definition_text
from tui.shared.figure_table import Figure


def _margin(row: OrderRow) -> int:
    return _signed(row, row.revenue - row.cost)


def _signed(row: OrderRow, amount_minor: int) -> int:
    return -amount_minor if row.document.kind == "return" else amount_minor


def _rate(row: OrderRow) -> int | None:
    return rate_bp(row.revenue - row.cost, row.revenue)


ORDER_FIGURES = (
    Figure(Column("day", N_("Date"), 10, priority=9), lambda row: day_text(row.day)),
    Figure(Column("number", N_("Number"), 10, grow=True, priority=8, whole=True), lambda row: row.document.number),
    Figure(Column("kind", N_("Kind"), 8, priority=5), lambda row: marked_state(kind_word(row.document), row.mark)),
    Figure(Column("maker", N_("Made by"), 8, grow=True, priority=3), lambda row: row.maker),
    Figure(Column("amount", N_("Amount"), 13, "right", priority=9), lambda row: _signed(row, row.amount), grouped),
    Figure(Column("margin", N_("Margin"), 13, "right", priority=7), _margin, grouped, secret=True),
    Figure(Column("rate", "%", 6, "right", priority=4), _rate, format_rate, secret=True),
)


def orders_behind(desk: Desk, title: str, first: date, last: date, why: tuple[str, ...] = ()) -> Behind:
    """The live sales and returns of some days, both included."""
    return Behind(
        title=title,
        figures=ORDER_FIGURES,
        key=lambda row: row.document.id,
        read=lambda: orders_between(desk.customer, first, last, desk.today),
        meaning=definition_text(("revenue", "margin", "uncosted")),
        why=why,
        opens=lambda row: row.document,
        empty=_("No order counts here."),
        file_name="orders",
    )


def month_behind(desk: Desk, month: str, why: tuple[str, ...] = ()) -> Behind:
    """The orders of a month, or of a year where only that is named."""
    first, last = (f"{month}-01", f"{month}-12") if len(month) == len("2026") else (month, month)
    return orders_behind(
        desk, _("Orders and returns of {month}").format(month=month), first_day(first), last_day(last), why
    )


# --- trading days


@dataclass(frozen=True)
class TradingDay:
    """A day with a sale, and how many days lie between it and the one before; None for the first."""

    day: date
    gap_days: int | None


DAY_FIGURES = (
    Figure(Column("day", N_("Trading day"), 12, grow=True, priority=9), lambda row: day_text(row.day)),
    Figure(Column("gap", N_("Days since the one before"), 12, "right", priority=8), lambda row: row.gap_days),
)


def trading_day_rows(days: Sequence[date]) -> list[TradingDay]:
    """Trading days with the days between them, the newest first."""
    later = [TradingDay(day, (day - before).days) for before, day in pairwise(days)]
    return [*reversed(later), *(TradingDay(first, None) for first in days[:1])]


def day_behind(desk: Desk, day: date) -> Behind:
    """The orders of a day."""
    return orders_behind(desk, _("Orders and returns of {month}").format(month=day_text(day)), day, day)


# --- purchases of a product


PURCHASE_FIGURES = (
    Figure(Column("day", N_("Date"), 10, priority=9), lambda row: day_text(row.day)),
    Figure(Column("number", N_("Number"), 10, grow=True, priority=8, whole=True), lambda row: row.document.number),
    Figure(Column("kind", N_("Kind"), 8, priority=4), lambda row: kind_word(row.document)),
    Figure(Column("quantity", N_("Quantity"), 9, "right", priority=9), lambda row: row.quantity_e3, format_quantity),
    Figure(Column("price", N_("Price"), 11, "right", priority=9), lambda row: row.net_price_e4, format_price),
    Figure(Column("amount", N_("Amount"), 13, "right", priority=7), lambda row: row.amount, grouped),
)


def purchases_behind(desk: Desk, product: bytes, name: str, why: tuple[str, ...] = ()) -> Behind:
    """Everything this customer bought of a product and gave back."""

    def read() -> Sequence[Purchase]:
        return purchases_of(desk.customer, product, desk.today)

    return Behind(
        title=_("{product}: what this customer bought").format(product=name),
        figures=PURCHASE_FIGURES,
        key=lambda row: (row.document.id, row.line),
        read=read,
        meaning=_("Live sales and returns of this product to this customer; the price is net of the line's discount."),
        why=why,
        opens=lambda row: row.document,
        empty=_("Nothing was bought yet."),
        file_name="purchases",
    )
