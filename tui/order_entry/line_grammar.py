"""What can be typed into the product box and the price field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.errors import InputError
from model.money import FULL_BP, parse_percent, parse_price, parse_quantity
from tui.locale import N_

WIDE_SIGNS = str.maketrans("＊×：:＠－＋％", "****@-+%")
"""What a Chinese input method may write for the signs; a colon before a quantity says the same as a star."""

_LINE = re.compile(
    r"(?P<product>[^*@]*?)\s*(?:\*\s*(?P<quantity>[^*@]*?))?\s*(?:@\s*(?P<price>[^*@]*?))?\s*"
    r"(?:-(?P<discount>[0-9.]+)%)?\s*"
)
_PRICE = re.compile(r"(?P<price>[^-+%]*?)\s*(?:\+(?P<more>[^-+%]*?))?\s*(?:-(?P<discount>[0-9.]+)%)?\s*")


@dataclass(frozen=True)
class PriceWish:
    """A price as typed: a price of its own, so much more than the proposed one, a discount; None where not said."""

    price_e4: int | None = None
    more_e4: int = 0
    discount_bp: int | None = None

    def applied(self, proposed_e4: int, proposed_discount_bp: int) -> tuple[int, int]:
        """The price and discount meant, beginning from the proposed ones.

        A price of its own without a discount has none: one types what the customer pays.
        """
        price_e4 = proposed_e4 if self.price_e4 is None else self.price_e4
        kept = proposed_discount_bp if self.price_e4 is None else 0
        return price_e4 + self.more_e4, kept if self.discount_bp is None else self.discount_bp


@dataclass(frozen=True)
class LineWish:
    """A whole line typed in the product box; `quantity_e3` is None where only the product was named."""

    product: str
    quantity_e3: int | None
    price: PriceWish


def product_part(text: str) -> str:
    """The part of the product box that names the product."""
    return re.split(r"[*@]|-[0-9.]+%\s*$", text.translate(WIDE_SIGNS), maxsplit=1)[0].strip()


def parse_line(text: str) -> LineWish:
    """A line such as `M2070`, `M2070*3` or `M2070*3@1299-5%`.

    Raises:
        InputError: the quantity, price or discount cannot be read.
    """
    found = _LINE.fullmatch(text.translate(WIDE_SIGNS).strip())
    if found is None:
        raise InputError(N_("“{value}” is not a line: write it like CODE*3@1299-5%."), value=text[:40])
    quantity_e3 = None if found["quantity"] is None else checked_quantity(found["quantity"])
    price_e4 = None if found["price"] is None else parse_price(found["price"])
    return LineWish(
        found["product"].strip(), quantity_e3, PriceWish(_not_negative(price_e4), 0, _discount(found["discount"]))
    )


def parse_wish(text: str) -> PriceWish:
    """What stands in the price field: `1299`, `-5%`, `+20`, `1299-5%`.

    Raises:
        InputError: it is none of these.
    """
    typed = text.translate(WIDE_SIGNS).strip()
    found = _PRICE.fullmatch(typed)
    if found is None:
        raise InputError(N_("“{value}” is not a price: write 1299, -5% or +20."), value=text[:40])
    price_e4 = parse_price(found["price"]) if found["price"] else None
    more_e4 = 0 if found["more"] is None else parse_price(found["more"])
    return PriceWish(price_e4, more_e4, _discount(found["discount"]))


def checked_quantity(text: str) -> int:
    """A quantity above zero.

    Raises:
        InputError: it is not one.
    """
    quantity_e3 = parse_quantity(text)
    if quantity_e3 <= 0:
        raise InputError(N_("A quantity is above zero: returns have their own form."))
    return quantity_e3


def _discount(text: str | None) -> int | None:
    if text is None:
        return None
    discount_bp = parse_percent(text)
    if discount_bp > FULL_BP:
        raise InputError(N_("A discount is at most 100 %."))
    return discount_bp


def _not_negative(price_e4: int | None) -> int | None:
    if price_e4 is not None and price_e4 < 0:
        raise InputError(N_("A price is not below zero."))
    return price_e4
