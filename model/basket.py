"""What a customer usually buys, how much of it and how often, and what of it is missing by its own interval.

A product is usual when it stands in at least two of the customer's last ten orders; its usual quantity is the lower
median of those orders. Its interval is the median of the days between the days on which it was bought, of three such
days or more, in the customer's whole history; it is missing from 1.5 intervals on (the company's `cooling_from`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from statistics import median_low
from typing import Any, Literal, TypeAlias

from model.batches import batches
from model.errors import N_
from model.fields import iso
from model.preferences import BASKET_ORDERS, FEWEST_ORDERS_IN_BASKET
from model.rhythm import QuietLimits, Rhythm, quiet_limits, rhythm_of
from model.store import rows

ItemState: TypeAlias = Literal["usual", "due", "missing", "rare"]
ITEM_STATE_NAMES: dict[str, str] = {
    "usual": N_("not due yet"),
    "due": N_("due now"),
    "missing": N_("missing"),
    "rare": N_("no interval yet"),
}
CUSTOMERS_PER_STATEMENT = 200

_LIVE = "o.kind = 'sale' AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"
# The last orders of each customer, and what stood in them.
_LATEST = f"""
SELECT t.customer_id, p.id, p.code, p.name, t.id, l.quantity_e3 FROM (
    SELECT o.id, o.customer_id, ROW_NUMBER() OVER (PARTITION BY o.customer_id ORDER BY o.date DESC, o.number DESC)
        AS place
    FROM orders o WHERE o.customer_id IN ({{marks}}) AND {_LIVE}
) t JOIN order_line l ON l.order_id = t.id JOIN product p ON p.id = l.product_id
WHERE t.place <= ? AND p.active = 1 ORDER BY t.customer_id, p.code
"""
_DAYS = f"""
SELECT DISTINCT o.customer_id, l.product_id, o.date FROM orders o JOIN order_line l ON l.order_id = o.id
WHERE o.customer_id IN ({{marks}}) AND o.date <= ? AND {_LIVE} ORDER BY o.customer_id, l.product_id, o.date
"""


@dataclass(frozen=True)
class BasketItem:
    """A product of a customer's usual basket.

    Attributes:
        orders: of the last ten, how many it stood in.
        quantity_e3: the usual one, in 1/1000.
        rhythm: in which it is bought.
    """

    product_id: bytes
    code: str
    name: str
    orders: int
    quantity_e3: int
    rhythm: Rhythm

    def state_on(self, day: date, limits: QuietLimits) -> ItemState:
        """Whether it is due, or missing: overdue by its own interval."""
        expected = self.rhythm.expected_next
        if expected is None:
            return "rare"
        if self.rhythm.is_quiet(day, limits.cooling_hundredths):
            return "missing"
        return "due" if expected <= day else "usual"


def basket(customer: bytes, day: date) -> list[BasketItem]:
    """A customer's usual basket as of a day, the most usual first."""
    return baskets([customer], day).get(customer, [])


def baskets(customers: Sequence[bytes], day: date) -> dict[bytes, list[BasketItem]]:
    """The usual baskets of some customers, each the most usual first; who has none is left out."""
    found: dict[bytes, list[BasketItem]] = {}
    for some in batches(customers, CUSTOMERS_PER_STATEMENT):
        found.update(_baskets(some, day))
    return found


def missing_items(customer: bytes, day: date) -> list[BasketItem]:
    """What of a customer's usual basket is overdue by its own interval, the longest overdue first."""
    limits = quiet_limits(day)
    missing = [item for item in basket(customer, day) if item.state_on(day, limits) == "missing"]
    return sorted(missing, key=lambda item: (-(item.rhythm.quiet_hundredths(day) or 0), item.code))


def _baskets(customers: Sequence[bytes], day: date) -> Iterator[tuple[bytes, list[BasketItem]]]:
    marks, until = ", ".join("?" * len(customers)), iso(day)
    latest = rows(_LATEST.format(marks=marks), (*customers, until, until, BASKET_ORDERS))
    bought: dict[tuple[bytes, bytes], list[date]] = {}
    for customer, product, on in rows(_DAYS.format(marks=marks), (*customers, until, until, until)):
        bought.setdefault((bytes(customer), bytes(product)), []).append(date.fromisoformat(on))
    for id_, theirs in groupby(latest, key=lambda row: bytes(row[0])):
        items = [
            BasketItem(product, code, name, len(quantities), median_low(quantities), rhythm_of(bought[id_, product]))
            for product, code, name, quantities in _quantities(theirs)
            if len(quantities) >= FEWEST_ORDERS_IN_BASKET
        ]
        if items:
            yield id_, sorted(items, key=lambda item: (-item.orders, item.code))


def _quantities(theirs: Iterator[tuple[Any, ...]]) -> Iterator[tuple[bytes, str, str, list[int]]]:
    """Each product of a customer's last orders with the quantity in each of them."""
    by_product: dict[tuple[bytes, str, str], dict[bytes, int]] = {}
    for _customer, product, code, name, order, quantity in theirs:
        of_product = by_product.setdefault((bytes(product), code, name), {})
        of_product[order] = of_product.get(order, 0) + quantity
    for (product, code, name), of_orders in by_product.items():
        yield product, code, name, list(of_orders.values())
