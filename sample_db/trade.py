"""What one customer buys over the years: its basket, its rhythm, its quotes, and what it brings back."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from sample_db import names
from sample_db.books import CANCELLED, HELD, LOST, QUOTE, REJECTED, RETURN, Books
from sample_db.catalogue import Product
from sample_db.customers import Customer
from sample_db.seasons import DAYS_PER_WEEK, Period

OTHER_MAKER_SHARE = 0.12
LOST_SHARE = 0.065
CANCELLED_SHARE = 0.010
REJECTED_SHARE = 0.004
RETURN_SHARE = 0.026
WON_QUOTE_SHARE = 0.08
EXPIRED_SHARE_OF_LOST = 0.12
INVOICED_SHARE = 0.5
DISCOUNTED_LINE_SHARE = 0.05
NEW_PRODUCT_SHARE = 0.12
HAGGLED_SHARE = 0.08
DISCOUNTS_PERCENT = (2, 3, 5, 5, 10)
# Positions in books.REASONS, as often as they are given: the price, then the competitor, then stock.
LOSS_REASONS = (1, 1, 1, 1, 5, 5, 5, 2, 2, 4, 3, 6)
CREDIT_REASON, STOCK_REASON, OTHER_REASON = 3, 2, 6
NOTE_FROM_QUOTE = 1
QUANTITY_STEPS = (1, 1, 1, 2, 2, 3)
# What customers of a size take beside the usual quantity of a product: a quarter, a half, ... three times.
QUANTITY_FACTOR, QUANTITY_DIVISOR = (1, 1, 2, 3, 6), (4, 2, 2, 2, 2)


@dataclass(frozen=True, slots=True)
class Bill:
    """A confirmed order to be paid, and what of it came back; money in fen."""

    order: int
    day: int
    due: int
    amount_minor: int
    prepaid: bool
    returned_on: int | None = None
    returned_minor: int = 0


@dataclass(slots=True)
class Shop:
    """What every sale reads: the days, the catalogue, the salespeople and the books it writes to."""

    rng: Random
    period: Period
    products: list[Product]
    sellers: list[int]
    counter_sellers: list[int]
    books: Books
    popular: list[int] = field(init=False)

    def __post_init__(self) -> None:
        # Some products are everyone's: they stand several times in the urn baskets are drawn from.
        self.popular = [p for p in range(len(self.products)) for _ in range(self.rng.choice((1, 1, 1, 2, 4)))]


class Buying:
    """One customer's trade, order by order."""

    def __init__(self, shop: Shop, position: int, customer: Customer) -> None:
        self.shop = shop
        self.position = position
        self.customer = customer
        self.bills: list[Bill] = []
        rng = shop.rng
        self.basket = [rng.choice(shop.popular) for _ in range(max(4, customer.usual_lines * 2))]
        self.tier = customer.size
        school = customer.company.segment in (names.EDUCATION, names.GOVERNMENT)
        self.season = shop.period.school if school else shop.period.trade

    def run(self) -> list[Bill]:
        """Buy from the first day to the last and give the bills in the order of their dates."""
        customer, rng, last = self.customer, self.shop.rng, self.shop.period.last
        if customer.life == "prospect":
            return self.bills
        start = self.season.at(max(customer.created, 0))
        span = max(1.0, self.season.end - start)
        moment = start + rng.random() * (6.0 if customer.created >= 0 else customer.days_between_orders)
        stops_on = customer.stops_on if customer.stops_on is not None else last
        first = True
        while moment <= self.season.end:
            day = self.season.day(moment)
            if day > stops_on and not first:
                break
            self._order_or_quote(day, first)
            first = False
            if customer.life == "once":
                break
            pace = self._pace((moment - start) / span)
            moment += customer.days_between_orders * pace * (0.25 + 0.75 * (rng.random() + rng.random()))
        return self.bills

    def _pace(self, progress: float) -> float:
        """How long the intervals are beside the usual: risers buy ever sooner, fallers ever later."""
        if self.customer.life == "riser":
            return 1.9 - 1.4 * progress
        if self.customer.life == "faller":
            return 0.55 + 1.9 * progress
        return 1.0

    def _order_or_quote(self, day: int, first: bool) -> None:
        fate = self.shop.rng.random()
        if first or fate >= LOST_SHARE + CANCELLED_SHARE + REJECTED_SHARE:
            self._sale(day)
        elif fate < LOST_SHARE:
            self.lost_quote(day)
        elif fate < LOST_SHARE + CANCELLED_SHARE:
            self._undone(day, CANCELLED, self.shop.rng.choice((STOCK_REASON, OTHER_REASON)))
        else:
            self._undone(day, REJECTED, CREDIT_REASON)

    def write_order(self, day: int) -> int:
        """Write an order of the customer's usual things, due by its term, and give its position."""
        shop, customer, rng = self.shop, self.customer, self.shop.rng
        lines, products = shop.books.lines, shop.products
        first_line = len(lines)
        week = day // DAYS_PER_WEEK
        basket = self.basket
        start = rng.randrange(len(basket))
        growth = 2 if customer.life == "riser" and day * 2 > shop.period.last else 1
        # Never twice the same product on one slip.
        on_slip: set[int] = set()
        amount = 0
        for step in range(self._line_count()):
            chosen = basket[(start + step) % len(basket)]
            if rng.random() < NEW_PRODUCT_SHARE:
                chosen = rng.choice(shop.popular)
            product = products[chosen]
            if product.last_week is not None and week > product.last_week:
                chosen = product.successor
                product = products[chosen]
            if chosen in on_slip:
                continue
            on_slip.add(chosen)
            amount += self._write_line(chosen, product, week, growth)
        count = len(lines) - first_line
        term = customer.term_on(day)
        due = (shop.period.month_end[day] if term.month_end else day) + term.days
        return shop.books.orders.add(self.position, day, self._maker(day), first_line, count, amount, due=due)

    def _write_line(self, chosen: int, product: Product, week: int, growth: int) -> int:
        rng = self.shop.rng
        scale = QUANTITY_STEPS[int(rng.random() * len(QUANTITY_STEPS))] * growth
        usual = product.usual_quantity * QUANTITY_FACTOR[self.tier] // QUANTITY_DIVISOR[self.tier]
        quantity = max(1, usual * scale)
        price = product.price_by_week[self.tier][week]
        discount = 0
        chance = rng.random()
        if chance < DISCOUNTED_LINE_SHARE and product.may_be_discounted:
            discount = rng.choice(DISCOUNTS_PERCENT)
        elif chance > 1 - HAGGLED_SHARE and price >= 10_000:
            # Haggled down by a percent, to whole yuan.
            price -= price // 10_000 * 100
        return self.shop.books.lines.add(chosen, quantity, price, discount)

    def _line_count(self) -> int:
        usual = self.customer.usual_lines
        return max(1, usual - 2 + int(self.shop.rng.random() * 5))

    def _maker(self, day: int) -> int:
        rng, shop = self.shop.rng, self.shop
        if self.customer.kind == "retail":
            return rng.choice(shop.counter_sellers)
        owner = self.customer.owner_on(day)
        if owner is None or rng.random() < OTHER_MAKER_SHARE:
            return rng.choice(shop.sellers)
        return owner

    def _sale(self, day: int) -> None:
        rng, last, orders = self.shop.rng, self.shop.period.last, self.shop.books.orders
        order = self.write_order(day)
        if rng.random() < WON_QUOTE_SHARE:
            orders.note[order] = NOTE_FROM_QUOTE
        elif rng.random() < 0.10:
            orders.note[order] = rng.randint(2, 4)
        if self.customer.tax_id and rng.random() < INVOICED_SHARE:
            invoiced = day + rng.randint(0, 12)
            if invoiced <= last:
                orders.invoiced[order] = invoiced
        returned_on, returned_minor = None, 0
        if rng.random() < RETURN_SHARE:
            back_on = day + rng.randint(2, 18)
            if back_on <= last:
                returned_minor = self._return(order, back_on)
                returned_on = back_on if returned_minor else None
        term = self.customer.term_on(day)
        prepaid = term.days == 0 and not term.month_end
        amount = orders.amount_minor[order]
        self.bills.append(Bill(order, day, orders.due[order], amount, prepaid, returned_on, returned_minor))

    def _return(self, order: int, day: int) -> int:
        """Bring back part of one or two undiscounted lines and give the amount, 0 when there are none."""
        rng, books = self.shop.rng, self.shop.books
        orders, lines = books.orders, books.lines
        first, count = orders.first_line[order], orders.line_count[order]
        whole = [number for number in range(count) if not lines.discount_percent[first + number]]
        if not whole:
            return 0
        first_line = len(lines)
        amount = 0
        for number in sorted(rng.sample(whole, min(len(whole), rng.choice((1, 1, 2))))):
            sold = first + number
            quantity = rng.randint(1, max(1, lines.quantity[sold] // 2))
            amount += lines.add(lines.product[sold], quantity, lines.price_minor[sold], 0, number + 1)
        orders.add(self.position, day, orders.maker[order], first_line, len(lines) - first_line, amount,
                   kind=RETURN, returns=order)  # fmt: skip
        return amount

    def lost_quote(self, day: int) -> None:
        """Ask for a price and buy elsewhere; some quotes nobody answered simply ran out."""
        rng, last, orders = self.shop.rng, self.shop.period.last, self.shop.books.orders
        order = self.write_order(day)
        decided = day + rng.randint(1, 12)
        orders.valid_until[order] = day + rng.choice((7, 15))
        if decided > last or rng.random() < EXPIRED_SHARE_OF_LOST:
            orders.state[order] = QUOTE
            return
        orders.state[order] = LOST
        orders.decided[order] = decided
        orders.reason[order] = rng.choice(LOSS_REASONS)

    def open_quote(self, day: int) -> None:
        """Leave a quote that still waits for an answer."""
        rng, orders = self.shop.rng, self.shop.books.orders
        order = self.write_order(day)
        orders.state[order] = QUOTE
        orders.valid_until[order] = self.shop.period.last + rng.randint(1, 12)

    def held(self, day: int, reason: int) -> None:
        """Have an order stopped by the credit rules, which waits to be released."""
        orders = self.shop.books.orders
        order = self.write_order(day)
        orders.state[order] = HELD
        orders.reason[order] = reason

    def _undone(self, day: int, state: int, reason: int) -> None:
        rng, orders = self.shop.rng, self.shop.books.orders
        order = self.write_order(day)
        orders.state[order] = state
        orders.decided[order] = min(self.shop.period.last, day + rng.randint(0, 4))
        orders.reason[order] = reason
