"""What a customer ordered before, to be ordered again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.store import one, rows


@dataclass(frozen=True)
class FormerLine:
    """A product and how much of it was ordered, at which price."""

    product: bytes
    quantity_e3: int
    price_e4: int
    discount_bp: int


@dataclass(frozen=True)
class LastOrder:
    """A customer's latest live order; amount in minor units."""

    id: bytes
    number: str
    date: date
    amount: int


def last_order(customer_id: bytes) -> LastOrder | None:
    """The latest live order of a customer."""
    found = one(
        "SELECT id, number, date, amount FROM orders WHERE customer_id = ? AND kind = 'sale' AND state = 'confirmed'"
        " ORDER BY date DESC, number DESC LIMIT 1",
        (customer_id,),
    )
    return None if found is None else LastOrder(bytes(found[0]), found[1], date.fromisoformat(found[2]), found[3])


def last_order_lines(customer_id: bytes) -> list[FormerLine]:
    """The lines of the customer's latest live order whose products are still sold."""
    last = last_order(customer_id)
    return [] if last is None else lines_of_order(last.id)


def lines_of_order(order_id: bytes) -> list[FormerLine]:
    """The lines of an order whose products are still sold, in order."""
    return [
        FormerLine(bytes(product), quantity_e3, price_e4, discount_bp)
        for product, quantity_e3, price_e4, discount_bp in rows(
            "SELECT l.product_id, l.quantity_e3, l.price_e4, l.discount_bp FROM order_line l"
            " JOIN product p ON p.id = l.product_id WHERE l.order_id = ? AND p.active <> 0 ORDER BY l.line",
            (order_id,),
        )
    ]
