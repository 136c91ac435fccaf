"""What a customer ordered before: last prices, last order, usual basket, always walked back from the latest.

Only so many of the latest orders are looked at, by index, so that the answer does not slow down as the years go by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.store import one, rows

ORDERS_LOOKED_AT = 200
"""So many of a customer's latest orders, of whatever state, are looked at."""
BASKET_ORDERS = 10
BASKET_TIMES_AT_LEAST = 2
BASKET_PRODUCTS_AT_MOST = 12

LATEST = (
    "SELECT id, number, date FROM (SELECT id, number, date, kind, state FROM orders WHERE customer_id = ?"
    f" ORDER BY date DESC, number DESC LIMIT {ORDERS_LOOKED_AT}) recent"
    " WHERE kind = 'sale' AND state IN ({states})"
)
SOLD = "'confirmed'"
OFFERED = "'quote', 'lost'"
# CROSS JOIN keeps the few latest orders outside and each line's key inside.
PRICED = (
    "SELECT l.price_e4, l.discount_bp, o.date FROM ({latest}) o CROSS JOIN order_line l ON l.order_id = o.id"
    " WHERE l.product_id = ? ORDER BY o.date DESC, o.number DESC, l.line DESC LIMIT 1"
)


@dataclass(frozen=True)
class FormerPrice:
    """A unit price in 1/10000 units before its discount in basis points, and when it was agreed."""

    price_e4: int
    discount_bp: int
    date: date


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


def last_price(customer_id: bytes, product_id: bytes) -> FormerPrice | None:
    """What the customer paid for a product the last time."""
    return _former_price(customer_id, product_id, SOLD)


def last_quote(customer_id: bytes, product_id: bytes) -> FormerPrice | None:
    """What the customer was last offered a product for without having bought it."""
    return _former_price(customer_id, product_id, OFFERED)


def _former_price(customer_id: bytes, product_id: bytes, states: str) -> FormerPrice | None:
    query = PRICED.format(latest=LATEST.format(states=states))
    found = one(query, (customer_id, product_id))
    return None if found is None else FormerPrice(found[0], found[1], date.fromisoformat(found[2]))


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


def usual_basket(customer_id: bytes) -> list[bytes]:
    """The products of at least two of the customer's latest orders, the most frequent first."""
    latest = f"{LATEST.format(states=SOLD)} ORDER BY date DESC, number DESC LIMIT {BASKET_ORDERS}"
    found = rows(
        f"SELECT l.product_id FROM ({latest}) o CROSS JOIN order_line l ON l.order_id = o.id"
        " JOIN product p ON p.id = l.product_id WHERE p.active <> 0"
        " GROUP BY l.product_id, p.code HAVING COUNT(DISTINCT o.id) >= ?"
        " ORDER BY COUNT(DISTINCT o.id) DESC, p.code LIMIT ?",
        (customer_id, BASKET_TIMES_AT_LEAST, BASKET_PRODUCTS_AT_MOST),
    )
    return [bytes(product_id) for (product_id,) in found]
