"""Codes and numbers on the command line, as the rows they name."""

from __future__ import annotations

from dataclasses import dataclass

from model.errors import N_, InputError
from model.money import parse_percent, parse_price, parse_quantity
from model.people import Salesperson, salesperson_by_code
from model.products import Product, product_by_code

POOL = "pool"
# What a Chinese input method may write for the signs of a line.
WIDE_SIGNS = str.maketrans("：＠％", ":@%")


@dataclass(frozen=True)
class TypedLine:
    """An order line as it was typed: CODE:QTY[@PRICE][%DISCOUNT].

    Attributes:
        price_e4: 1/10000 units; None where the list price is meant.
        discount_bp: basis points.
    """

    code: str
    quantity_e3: int
    price_e4: int | None = None
    discount_bp: int = 0

    def product(self) -> Product:
        return product_by_code(self.code)


def typed_line(text: str) -> TypedLine:
    """An order line from CODE:QTY[@PRICE][%DISCOUNT]; the last colon parts, so that a code may have one.

    Raises:
        InputError: it is not written so, or a number in it cannot be read.
    """
    plain = text.translate(WIDE_SIGNS)
    at_colon = plain.rfind(":")
    # Each sign stands for one, so the code is as it was typed.
    code, numbers = text[: max(at_colon, 0)], plain[at_colon + 1 :]
    before_discount, percent, discount = numbers.partition("%")
    quantity, at, price = before_discount.partition("@")
    if not (code and quantity) or (at and not price) or (percent and not discount):
        raise InputError(N_("“{value}” is not an order line: write it like CODE:12@9.50%5."), value=text)
    return TypedLine(
        code,
        parse_quantity(quantity),
        parse_price(price) if at else None,
        parse_percent(discount) if percent else 0,
    )


def returned_goods(text: str) -> TypedLine:
    """Goods that come back, from CODE:QTY.

    Raises:
        InputError: it is not written so.
    """
    line = typed_line(text)
    if line.price_e4 is not None or line.discount_bp:
        raise InputError(
            N_("“{value}” names a price: goods come back at the price of their order, so write CODE:QTY."), value=text
        )
    return line


def salesperson_or_pool(code: str) -> bytes | None:
    """The salesperson with a code; None for the pool.

    Raises:
        InputError: nobody has the code.
    """
    return None if code.strip().lower() == POOL else salesperson_by_code(code).id


def codes_of_people() -> dict[bytes, str]:
    """The code of everyone who works or worked here."""
    return {bytes(person.id): str(person.code) for person in Salesperson.select()}
