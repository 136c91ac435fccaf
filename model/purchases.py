"""The rows behind a customer's figures: the orders of some days, and what was bought of one product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.archive import ORDER_ROWS, DocumentRef, OrderRow, marked, order_row_of
from model.fields import iso
from model.money import FULL_BP, half_up
from model.store import rows

_LIVE = "o.kind IN ('sale', 'return') AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"
_ORDERS = f"{ORDER_ROWS} AND o.date >= ? AND o.date <= ? AND {_LIVE} ORDER BY o.date DESC, o.number DESC"
_PURCHASES = f"""
SELECT o.id, o.number, o.kind, o.state, o.date, l.line, l.quantity_e3, l.price_e4, l.discount_bp, l.amount
FROM orders o JOIN order_line l ON l.order_id = o.id
WHERE o.customer_id = ? AND l.product_id = ? AND o.date <= ? AND {_LIVE} ORDER BY o.date DESC, o.number DESC, l.line
"""


@dataclass(frozen=True)
class Purchase:
    """A line of a sale or return; quantity in 1/1000, price in 1/10000 units before discount, amount in minor units.

    What came back has a negative quantity and amount.
    """

    document: DocumentRef
    day: date
    line: int
    quantity_e3: int
    price_e4: int
    discount_bp: int
    amount: int

    @property
    def net_price_e4(self) -> int:
        return half_up(self.price_e4 * (FULL_BP - self.discount_bp), FULL_BP)


def orders_between(customer: bytes, first: date, last: date, as_of: date) -> list[OrderRow]:
    """A customer's live sales and returns of some days, both included, the newest first, as of a day."""
    return marked([order_row_of(row) for row in rows(_ORDERS, (customer, iso(first), iso(last), *[iso(as_of)] * 2))])


def purchases_of(customer: bytes, product: bytes, as_of: date) -> list[Purchase]:
    """What a customer bought of a product and gave back, the newest first, as of a day."""
    found = []
    for id_, number, kind, state, day, line, *figures in rows(_PURCHASES, (customer, product, *[iso(as_of)] * 3)):
        quantity, price, discount, amount = figures
        sign = -1 if kind == "return" else 1
        found.append(
            Purchase(
                DocumentRef(bytes(id_), number, kind, state), date.fromisoformat(day), line, sign * quantity, price,
                discount, sign * amount,
            )
        )  # fmt: skip
    return found
