"""What a customer likes to buy: preferred products, brands and categories, last prices, the usual basket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median_low
from typing import Any, Literal

from model.fields import iso
from model.money import FULL_BP, half_up, rate_bp
from model.store import one, rows

BASKET_ORDERS = 10
FEWEST_ORDERS_IN_BASKET = 2
GroupBy = Literal["brand", "category"]

_LIVE = "o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"
_SIGN = "(CASE WHEN o.kind = 'return' THEN -1 ELSE 1 END)"
_BOUGHT = f"""
SELECT l.product_id, o.id AS order_id, o.kind, o.date, o.number, {_SIGN} * l.quantity_e3 AS quantity,
    {_SIGN} * l.amount AS amount, l.price_e4, l.discount_bp
FROM orders o JOIN order_line l ON l.order_id = o.id
WHERE o.customer_id = ? AND o.kind IN ('sale', 'return') AND {_LIVE}"""
_SUMS = (
    "CAST(COUNT(DISTINCT CASE WHEN b.kind = 'sale' THEN b.order_id END) AS BIGINT),"
    " CAST(SUM(b.quantity) AS BIGINT), CAST(SUM(b.amount) AS BIGINT)"
)


@dataclass(frozen=True)
class PastPrice:
    """What a product was sold or offered for; price in 1/10000 units before its discount in basis points."""

    price_e4: int
    discount_bp: int
    day: date
    number: str

    @property
    def net_price_e4(self) -> int:
        return half_up(self.price_e4 * (FULL_BP - self.discount_bp), FULL_BP)


@dataclass(frozen=True)
class PreferredProduct:
    """A product a customer bought, returns taken off; quantity in 1/1000, revenue in minor units.

    Attributes:
        last: its latest sale to this customer; None where only a return names it.
        share_bp: its part of the customer's revenue in basis points; None without any revenue.
    """

    product_id: bytes
    code: str
    name: str
    brand: str
    category: str
    orders: int
    quantity_e3: int
    revenue: int
    last: PastPrice | None
    share_bp: int | None

    def days_since(self, day: date) -> int | None:
        """Days since its latest sale to this customer."""
        return None if self.last is None else (day - self.last.day).days


@dataclass(frozen=True)
class PreferredGroup:
    """A brand or category a customer bought, as PreferredProduct; `last_date` is its latest sale."""

    key: str
    orders: int
    revenue: int
    share_bp: int | None
    last_date: date | None = None

    def days_since(self, day: date) -> int | None:
        """Days since its latest sale to this customer."""
        return None if self.last_date is None else (day - self.last_date).days


@dataclass(frozen=True)
class UsualItem:
    """A product of the usual basket; the median of the quantities bought, in 1/1000."""

    product_id: bytes
    code: str
    name: str
    orders: int
    quantity_e3: int


def preferred_products(customer: bytes, as_of: date, limit: int | None = None) -> list[PreferredProduct]:
    """A customer's products, the largest revenue first."""
    parameters = _known(customer, as_of)
    revenue = _revenue(customer, as_of)
    found = rows(
        f"SELECT p.id, p.code, p.name, p.brand, p.category, {_SUMS} FROM ({_BOUGHT}) b"
        " JOIN product p ON p.id = b.product_id GROUP BY p.id, p.code, p.name, p.brand, p.category"
        " ORDER BY 8 DESC, p.code" + _limited(limit),
        parameters,
    )
    # Oldest first, so that the last sale of each product is what stays.
    last = {
        product: PastPrice(price, discount, date.fromisoformat(day), number)
        for product, price, discount, day, number in rows(
            f"SELECT b.product_id, b.price_e4, b.discount_bp, b.date, b.number FROM ({_BOUGHT}) b"
            " WHERE b.kind = 'sale' ORDER BY b.date, b.number",
            parameters,
        )
    }
    return [PreferredProduct(*(*row, last.get(row[0]), rate_bp(row[7], revenue))) for row in found]


def preferred_groups(customer: bytes, by: GroupBy, as_of: date, limit: int | None = None) -> list[PreferredGroup]:
    """A customer's brands or categories, the largest revenue first."""
    column = {"brand": "p.brand", "category": "p.category"}[by]
    revenue = _revenue(customer, as_of)
    found = rows(
        f"SELECT {column}, {_SUMS}, MAX(CASE WHEN b.kind = 'sale' THEN b.date END) FROM ({_BOUGHT}) b"
        " JOIN product p ON p.id = b.product_id"
        f" GROUP BY {column} ORDER BY 4 DESC, 1" + _limited(limit),
        _known(customer, as_of),
    )
    return [
        PreferredGroup(
            key, orders, amount, rate_bp(amount, revenue), None if last is None else date.fromisoformat(last)
        )
        for key, orders, _, amount, last in found
    ]  # fmt: skip


def last_price(customer: bytes, product: bytes, as_of: date) -> PastPrice | None:
    """What a product was last sold to a customer for."""
    return _past_price(f"o.kind = 'sale' AND {_LIVE}", (customer, product, iso(as_of), iso(as_of)), "o.date")


def last_quote(customer: bytes, product: bytes, as_of: date) -> PastPrice | None:
    """What a product was last offered to a customer for, in a quote that was not replaced."""
    return _past_price(
        "o.kind = 'sale' AND o.state IN ('quote', 'lost') AND o.first_date <= ?",
        (customer, product, iso(as_of)),
        "o.first_date",
    )


def usual_basket(customer: bytes, as_of: date, orders: int = BASKET_ORDERS) -> list[UsualItem]:
    """The products in at least two of a customer's last orders, the most usual first."""
    found = rows(
        "SELECT p.id, p.code, p.name, l.order_id, l.quantity_e3 FROM ("
        f"SELECT o.id FROM orders o WHERE o.customer_id = ? AND o.kind = 'sale' AND {_LIVE}"
        " ORDER BY o.date DESC, o.number DESC LIMIT ?) latest"
        " JOIN order_line l ON l.order_id = latest.id JOIN product p ON p.id = l.product_id WHERE p.active = 1",
        (*_known(customer, as_of), orders),
    )
    quantities: dict[tuple[bytes, str, str], dict[bytes, int]] = {}
    for product_id, code, name, order_id, quantity in found:
        of_product = quantities.setdefault((product_id, code, name), {})
        of_product[order_id] = of_product.get(order_id, 0) + quantity
    usual = [
        UsualItem(*product, len(each), median_low(sorted(each.values())))
        for product, each in quantities.items()
        if len(each) >= FEWEST_ORDERS_IN_BASKET
    ]
    return sorted(usual, key=lambda item: (-item.orders, item.code))


def _known(customer: bytes, as_of: date) -> tuple[Any, ...]:
    return (customer, iso(as_of), iso(as_of))


def _limited(limit: int | None) -> str:
    return "" if limit is None else f" LIMIT {int(limit)}"


def _revenue(customer: bytes, as_of: date) -> int:
    found = one(f"SELECT CAST(SUM(b.amount) AS BIGINT) FROM ({_BOUGHT}) b", _known(customer, as_of))
    return 0 if found is None or found[0] is None else int(found[0])


def _past_price(condition: str, parameters: tuple[Any, ...], day: str) -> PastPrice | None:
    found = one(
        f"SELECT l.price_e4, l.discount_bp, {day}, o.number FROM orders o JOIN order_line l ON l.order_id = o.id"
        f" WHERE o.customer_id = ? AND l.product_id = ? AND {condition}"
        " ORDER BY o.date DESC, o.number DESC, l.line DESC LIMIT 1",
        parameters,
    )
    return None if found is None else PastPrice(found[0], found[1], date.fromisoformat(found[2]), found[3])
