"""Verdicts, prices and amounts in words."""

from __future__ import annotations

from rich.cells import cell_len

from model.credit import CURE_NAMES, REASON_NAMES, REASONS_FOR_A_PERSON, Reason, Standing, Verdict
from model.money import format_percent, format_price, format_quantity, grouped
from model.preferences import PastPrice
from tui.locale import _
from tui.order_entry.typed_order import ProductFacts, TypedLine

SEPARATOR = " · "


def verdict_words(verdict: Verdict, *, joined: bool = False) -> str:
    """What will become of the order: `ok`, or that it will be held and why.

    Args:
        joined: this is a laptop's, and only the office says for good; what it lent, though, is promised.
    """
    if verdict.ok and joined:
        return _("guaranteed") if verdict.guaranteed else _("provisional: the office may still hold it")
    if verdict.ok:
        return _("ok")
    return _("will be held: {reasons}").format(reasons=reasons_words(verdict.reasons))


def reasons_words(reasons: tuple[Reason, ...]) -> str:
    """Everything that stops an order."""
    return _("; ").join(map(_reason_words, reasons))


def _reason_words(reason: Reason) -> str:
    if reason.name == "overdue":
        return _("overdue {amount}").format(amount=grouped(reason.amount))
    if reason.name == "over_limit":
        return _("over limit by {amount}").format(amount=grouped(reason.amount))
    if reason.name == "below_floor":
        return _("below floor: {products}").format(products=_(", ").join(reason.about))
    if reason.name == "not_sold":
        return _("no longer sold: {products}").format(products=_(", ").join(reason.about))
    if reason.name == "amended":
        return _("changes {number}, which is confirmed").format(number=_(", ").join(reason.about))
    return _(REASON_NAMES[reason.name])


def cure_words(verdict: Verdict) -> str:
    """What to receive for a held order, and what that does: money alone releases nothing a person must look at."""
    amount, what = grouped(verdict.cure), _(CURE_NAMES[verdict.cured_by])
    for_a_person = {reason.name for reason in verdict.reasons} & set(REASONS_FOR_A_PERSON)
    if not for_a_person:
        return _("receive {amount} ({what}) to release").format(amount=amount, what=what)
    if for_a_person == {"below_floor"}:
        return _("receive {amount} ({what}): then only the price stops it").format(amount=amount, what=what)
    return _("receive {amount} ({what}): then it waits for the office alone").format(amount=amount, what=what)


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


def price_source(line: TypedLine) -> str:
    """Where the price of a line comes from; nothing for one that was typed."""
    product, priced = line.product, (line.price_e4, line.discount_bp)
    if product.last is not None and priced == (product.last.price_e4, product.last.discount_bp):
        return _("last")
    if priced == (product.list_price_e4, 0):
        return _("list")
    if product.quoted is not None and priced == (product.quoted.price_e4, product.quoted.discount_bp):
        return _("quoted")
    return ""


def line_hint(line: TypedLine, width: int) -> str:
    """What one should know of a line while typing it, as far as so many cells hold it: former prices, margin, stock."""
    product = line.product
    last, quoted, listed, stock = _last(product), _quoted(product), _list_price(product), _stock(product)
    said = [*_floor_warning(line), *last, *quoted, *listed, *_margin(line), *stock]
    # A price or a date cut in the middle reads as another one, so what matters least is left out whole.
    for least in (*listed, *stock, *quoted):
        if cell_len(SEPARATOR.join(said)) > width:
            said.remove(least)
    return SEPARATOR.join(said)


def _floor_warning(line: TypedLine) -> list[str]:
    if not line.below_floor:
        return []
    return ["! " + _("below the floor of {price}").format(price=format_price(line.product.floor_e4 or 0))]


def _last(product: ProductFacts) -> list[str]:
    return [] if product.last is None else [_("last {price} on {date}").format(**_shown(product.last))]


def _quoted(product: ProductFacts) -> list[str]:
    return [] if product.quoted is None else [_("quoted {price} on {date}").format(**_shown(product.quoted))]


def _list_price(product: ProductFacts) -> list[str]:
    return [_("list {price}").format(price=format_price(product.list_price_e4))]


def _shown(former: PastPrice) -> dict[str, str]:
    return {"price": price_text(former.price_e4, former.discount_bp), "date": former.day.isoformat()}


def _margin(line: TypedLine) -> list[str]:
    rate = line.margin_rate_bp
    return [] if rate is None else [_("margin {percent}%").format(percent=format_percent(rate))]


def _stock(product: ProductFacts) -> list[str]:
    if product.stock_e3 is None:
        return []
    return [_("stock {quantity}").format(quantity=format_quantity(product.stock_e3))]
