"""What a customer likes to buy, and what it usually takes: products, brands, categories, and the basket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from model.basket import ITEM_STATE_NAMES, BasketItem, basket
from model.call_board import rhythm_text
from model.money import format_price, format_quantity, format_rate, grouped
from model.preferences import (
    BASKET_ORDERS,
    GroupBy,
    PreferredGroup,
    PreferredProduct,
    preferred_groups,
    preferred_products,
)
from model.rhythm import QuietLimits, quiet_limits
from tui.archive.behind import Behind
from tui.archive.behind_orders import purchases_behind
from tui.archive.figure_words import expected_words, tenths_text
from tui.archive.sources import Desk, RecordRow
from tui.archive.words import day_text
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.figure_table import Figure
from tui.shared.pages import Tone

Preferred: TypeAlias = Literal["product", "brand", "category"]
PREFERRED: tuple[Preferred, ...] = ("product", "brand", "category")
PREFERRED_TITLES: dict[Preferred, str] = {
    "product": N_("Preferred products"),
    "brand": N_("Preferred brands"),
    "category": N_("Preferred categories"),
}
PREFERRED_NAMES: dict[Preferred, str] = {"product": N_("products"), "brand": N_("brands"), "category": N_("categories")}
MOST_PREFERRED = 100
PREFERRED_COLUMNS = (
    Column("code", N_("Code"), 9, priority=2, sortable=False),
    Column("name", N_("Goods"), 16, grow=True, priority=9, sortable=False),
    Column("orders", N_("Orders"), 6, "right", priority=1, sortable=False),
    Column("quantity", N_("Quantity"), 8, "right", priority=6, sortable=False),
    Column("revenue", N_("Revenue"), 13, "right", priority=8, sortable=False),
    Column("share", N_("Share"), 7, "right", priority=5, sortable=False),
    Column("price", N_("Last price"), 10, "right", priority=3, sortable=False),
    Column("last", N_("Last on"), 10, priority=7, sortable=False),
)
BASKET_COLUMNS = (
    Column("code", N_("Code"), 9, priority=2, sortable=False),
    Column("name", N_("Product"), 16, grow=True, priority=9, sortable=False),
    Column("quantity", N_("Usual"), 6, "right", priority=8, sortable=False),
    Column("every", N_("Every"), 7, "right", priority=7, sortable=False),
    Column("last", N_("Last on"), 10, priority=4, sortable=False),
    Column("expected", N_("Expected"), 10, priority=5, sortable=False),
    Column("state", N_("State"), 12, priority=9, sortable=False),
    Column("orders", N_("In orders"), 9, "right", priority=1, sortable=False),
)
TONES: dict[str, Tone] = {"missing": "warning", "due": "good", "rare": "muted"}


def next_preferred(by: Preferred) -> Preferred:
    """Products, then brands, then categories, then products again."""
    return PREFERRED[(PREFERRED.index(by) + 1) % len(PREFERRED)]


def preferred_rows(desk: Desk, by: Preferred) -> list[RecordRow]:
    """What was bought most, by revenue."""
    if by == "product":
        return [product_row(each) for each in preferred_products(desk.customer, desk.today, MOST_PREFERRED)]
    return [group_row(each, by) for each in preferred_groups(desk.customer, by, desk.today, MOST_PREFERRED)]


def product_row(product: PreferredProduct) -> RecordRow:
    """A product with what was bought of it and at which price last."""
    last = product.last
    cells = (
        product.code,
        product.name,
        str(product.orders),
        format_quantity(product.quantity_e3),
        grouped(product.revenue),
        _share(product.share_bp),
        "–" if last is None else format_price(last.net_price_e4),
        "–" if last is None else day_text(last.day),
    )
    return RecordRow(product.product_id, product.code, cells, record=product)


@dataclass(frozen=True)
class Group:
    """A brand or category among a customer's."""

    by: GroupBy
    preferred: PreferredGroup


def group_row(group: PreferredGroup, by: GroupBy) -> RecordRow:
    """A brand or category; quantities of different goods are not added up."""
    cells = (
        "", group.key or _("(none)"), str(group.orders), "", grouped(group.revenue), _share(group.share_bp), "",
        day_text(group.last_date) or "–",
    )  # fmt: skip
    return RecordRow(group.key, group.key, cells, record=Group(by, group))


def _share(share_bp: int | None) -> str:
    return "–" if share_bp is None else f"{format_rate(share_bp)}%"


def basket_rows(desk: Desk) -> list[RecordRow]:
    """The usual basket; what is missing stands first, because that is what to ask about."""
    limits = quiet_limits(desk.today)
    items = basket(desk.customer, desk.today)
    rows = [basket_row(item, desk, limits) for item in items]
    return sorted(rows, key=lambda row: row.tone != "warning")


def basket_row(item: BasketItem, desk: Desk, limits: QuietLimits) -> RecordRow:
    """A product that is usually taken: how much, how often, when next, and whether it is missing."""
    state, rhythm = item.state_on(desk.today, limits), item.rhythm
    cells = (
        item.code,
        item.name,
        format_quantity(item.quantity_e3),
        "–" if rhythm.half_days is None else _("{days} d").format(days=rhythm_text(rhythm.half_days)),
        day_text(rhythm.last),
        day_text(rhythm.expected_next) or "–",
        _(ITEM_STATE_NAMES[state]),
        f"{item.orders}/{BASKET_ORDERS}",
    )
    return RecordRow(item.product_id, item.code, cells, TONES.get(state, ""), record=item)


def behind_preferred(desk: Desk, record: object) -> Behind | None:
    """What this customer bought of a product, or which products of a brand or category."""
    if isinstance(record, Group):
        return _group_behind(desk, record)
    if isinstance(record, PreferredProduct):
        return purchases_behind(desk, record.product_id, record.name)
    if isinstance(record, BasketItem):
        return purchases_behind(desk, record.product_id, record.name, basket_lines(record, desk))
    return None


GROUP_FIGURES = (
    Figure(Column("code", N_("Code"), 9, priority=4), lambda row: row.code),
    Figure(Column("name", N_("Product"), 16, grow=True, priority=9), lambda row: row.name),
    Figure(Column("quantity", N_("Quantity"), 8, "right", priority=6), lambda row: row.quantity_e3, format_quantity),
    Figure(Column("revenue", N_("Revenue"), 13, "right", priority=8), lambda row: row.revenue, grouped),
    Figure(Column("last", N_("Last on"), 10, priority=7), lambda row: row.last and row.last.day, day_text),
)


def _group_behind(desk: Desk, group: Group) -> Behind:
    """The products of a brand or category that this customer bought."""
    key = group.preferred.key

    def read() -> Sequence[PreferredProduct]:
        found = preferred_products(desk.customer, desk.today)
        return [each for each in found if (each.brand if group.by == "brand" else each.category) == key]

    return Behind(
        title=_("{product}: what this customer bought").format(product=key or _("(none)")),
        figures=GROUP_FIGURES,
        key=lambda row: row.product_id,
        read=read,
        meaning=_("Live sales less returns of each product to this customer, ever; the largest revenue first."),
        opens=lambda row: purchases_behind(desk, row.product_id, row.name),
        empty=_("Nothing was bought yet."),
        file_name="products",
    )


def basket_lines(item: BasketItem, desk: Desk) -> tuple[str, ...]:
    """Why an item is usual, and when it is expected."""
    rhythm = item.rhythm
    lines = [
        _("In {count} of the last {orders} orders, usually {quantity} of it.").format(
            count=item.orders, orders=BASKET_ORDERS, quantity=format_quantity(item.quantity_e3)
        )
    ]
    times = rhythm.quiet_hundredths(desk.today)
    if rhythm.half_days is not None and times is not None:
        lines.append(
            _("Every {rhythm} days, {days} days ago ({times} ×); expected {expected}.").format(
                rhythm=rhythm_text(rhythm.half_days), days=rhythm.days_quiet(desk.today), times=tenths_text(times),
                expected=expected_words(rhythm.expected_next, desk.today),
            )
        )  # fmt: skip
    return tuple(lines)
