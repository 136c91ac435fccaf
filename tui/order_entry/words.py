"""Verdicts, prices and amounts in words."""

from __future__ import annotations

from model.credit import Reason, Standing, Verdict
from model.money import format_percent, format_price, format_quantity, grouped
from model.preferences import PastPrice
from tui.locale import _, language
from tui.order_entry.typed_order import ProductFacts, TypedLine

SEPARATOR = " · "


def verdict_words(verdict: Verdict) -> str:
    """What will become of the order: `ok`, or that it will be held and why."""
    if verdict.ok:
        return _("ok")
    return _("will be held: {reasons}").format(reasons=reasons_words(verdict.reasons))


def reasons_words(reasons: tuple[Reason, ...]) -> str:
    """Everything that stops an order."""
    return ("；" if language() == "zh" else "; ").join(map(_reason_words, reasons))


def _reason_words(reason: Reason) -> str:
    if reason.name == "overdue":
        return _("overdue {amount}").format(amount=grouped(reason.amount))
    if reason.name == "over_limit":
        return _("over limit by {amount}").format(amount=grouped(reason.amount))
    if reason.name == "below_floor":
        return _("below floor: {products}").format(products=", ".join(reason.about))
    return _("blacklisted")


def standing_words(standing: Standing) -> str:
    """How the customer stands before any order."""
    if standing.verdict == "overdue":
        return _("overdue {amount}").format(amount=grouped(standing.overdue))
    if standing.verdict == "over_limit":
        return _("over limit by {amount}").format(amount=grouped(-standing.credit_left))
    return _("blacklisted") if standing.blacklisted else _("ok")


def price_text(price_e4: int, discount_bp: int) -> str:
    """A price as it stands in the price field: 1299.00-5%."""
    return format_price(price_e4) + (f"-{format_percent(discount_bp)}%" if discount_bp else "")


def line_hint(line: TypedLine) -> str:
    """What one should know of a line while typing it: former prices, margin, floor, stock."""
    return SEPARATOR.join([*_floor_warning(line), *_former(line.product), *_margin(line), *_stock(line.product)])


def _floor_warning(line: TypedLine) -> list[str]:
    if not line.below_floor:
        return []
    return ["! " + _("below the floor of {price}").format(price=format_price(line.product.floor_e4 or 0))]


def _former(product: ProductFacts) -> list[str]:
    said = []
    if product.last is not None:
        said.append(_("last {price} on {date}").format(**_shown(product.last)))
    if product.quoted is not None:
        said.append(_("quoted {price} on {date}").format(**_shown(product.quoted)))
    said.append(_("list {price}").format(price=format_price(product.list_price_e4)))
    return said


def _shown(former: PastPrice) -> dict[str, str]:
    return {"price": price_text(former.price_e4, former.discount_bp), "date": former.day.isoformat()}


def _margin(line: TypedLine) -> list[str]:
    rate = line.margin_rate_bp
    return [] if rate is None else [_("margin {percent}%").format(percent=format_percent(rate))]


def _stock(product: ProductFacts) -> list[str]:
    if product.stock_e3 is None:
        return []
    return [_("stock {quantity}").format(quantity=format_quantity(product.stock_e3))]
