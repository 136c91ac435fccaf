"""The sample company's documents in compact columns: a million orders in a few hundred megabytes."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

NONE = -1
NO_DAY = -30_000
"""Stands for an empty date; no history reaches so far back (days are signed 16-bit offsets)."""

SALE, RETURN, OPENING = 0, 1, 2
ORDER_KINDS = ("sale", "return", "opening")
CONFIRMED, QUOTE, HELD, REJECTED, CANCELLED, LOST = 0, 1, 2, 3, 4, 5
ORDER_STATES = ("confirmed", "quote", "held", "rejected", "cancelled", "lost")
RECEIPT, REFUND, WRITE_OFF, SETTLEMENT_DISCOUNT, REVERSAL = 0, 1, 2, 3, 4
RECEIPT_KINDS = ("receipt", "refund", "write_off", "discount", "reversal")
REASONS = ("", "price", "stock", "credit", "late", "competitor", "other", "overdue", "over_limit")
ORDER_NOTES = ("", "由报价转来", "客户自提", "送货上门，货到验收", "加急，当天送", "期初余额")
METHODS = ("", "对公转账", "微信", "支付宝", "现金", "支票", "承兑汇票")
FULL_PERCENT = 100


def _days() -> array[int]:
    return array("h")


def _small() -> array[int]:
    return array("B")


def _positions() -> array[int]:
    return array("i")


def _money() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Lines:
    """Order lines; an order's lines stand together."""

    product: array[int] = field(default_factory=lambda: array("H"))
    quantity: array[int] = field(default_factory=_positions)
    price_minor: array[int] = field(default_factory=_positions)
    discount_percent: array[int] = field(default_factory=_small)
    returns_line: array[int] = field(default_factory=_small)

    def __len__(self) -> int:
        return len(self.product)

    def add(self, product: int, quantity: int, price_minor: int, discount_percent: int, returns_line: int = 0) -> int:
        """Write a line and give its amount in fen, rounded half up."""
        self.product.append(product)
        self.quantity.append(quantity)
        self.price_minor.append(price_minor)
        self.discount_percent.append(discount_percent)
        self.returns_line.append(returns_line)
        amount = quantity * price_minor
        if discount_percent:
            return (amount * (FULL_PERCENT - discount_percent) + FULL_PERCENT // 2) // FULL_PERCENT
        return amount


@dataclass(slots=True)
class Orders:
    """Sales, returns and opening items."""

    customer: array[int] = field(default_factory=_positions)
    day: array[int] = field(default_factory=_days)
    maker: array[int] = field(default_factory=lambda: array("H"))
    kind: array[int] = field(default_factory=_small)
    state: array[int] = field(default_factory=_small)
    returns: array[int] = field(default_factory=_positions)
    due: array[int] = field(default_factory=_days)
    valid_until: array[int] = field(default_factory=_days)
    invoiced: array[int] = field(default_factory=_days)
    decided: array[int] = field(default_factory=_days)
    reason: array[int] = field(default_factory=_small)
    note: array[int] = field(default_factory=_small)
    first_line: array[int] = field(default_factory=_positions)
    line_count: array[int] = field(default_factory=_small)
    amount_minor: array[int] = field(default_factory=_money)

    def __len__(self) -> int:
        return len(self.customer)

    def add(
        self,
        customer: int,
        day: int,
        maker: int,
        first_line: int,
        line_count: int,
        amount_minor: int,
        kind: int = SALE,
        state: int = CONFIRMED,
        due: int = NO_DAY,
        returns: int = NONE,
    ) -> int:
        """Write an order and give its position."""
        self.customer.append(customer)
        self.day.append(day)
        self.maker.append(maker)
        self.kind.append(kind)
        self.state.append(state)
        self.returns.append(returns)
        self.due.append(due)
        self.valid_until.append(NO_DAY)
        self.invoiced.append(NO_DAY)
        self.decided.append(NO_DAY)
        self.reason.append(0)
        self.note.append(0)
        self.first_line.append(first_line)
        self.line_count.append(line_count)
        self.amount_minor.append(amount_minor)
        return len(self.customer) - 1


@dataclass(slots=True)
class Receipts:
    """Money in and out, and what else lowers or raises a balance."""

    customer: array[int] = field(default_factory=_positions)
    day: array[int] = field(default_factory=_days)
    amount_minor: array[int] = field(default_factory=_money)
    kind: array[int] = field(default_factory=_small)
    method: array[int] = field(default_factory=_small)
    order: array[int] = field(default_factory=_positions)
    reverses: array[int] = field(default_factory=_positions)

    def __len__(self) -> int:
        return len(self.customer)

    def add(
        self,
        customer: int,
        day: int,
        amount_minor: int,
        method: int,
        kind: int = RECEIPT,
        order: int = NONE,
        reverses: int = NONE,
    ) -> int:
        """Write a receipt and give its position."""
        self.customer.append(customer)
        self.day.append(day)
        self.amount_minor.append(amount_minor)
        self.kind.append(kind)
        self.method.append(method)
        self.order.append(order)
        self.reverses.append(reverses)
        return len(self.customer) - 1


@dataclass(slots=True)
class Allocations:
    """Which bills a receipt names when it names several."""

    receipt: array[int] = field(default_factory=_positions)
    order: array[int] = field(default_factory=_positions)
    amount_minor: array[int] = field(default_factory=_money)

    def add(self, receipt: int, order: int, amount_minor: int) -> None:
        """Write one share of a receipt."""
        self.receipt.append(receipt)
        self.order.append(order)
        self.amount_minor.append(amount_minor)


@dataclass(slots=True)
class Contacts:
    """The log of calls and visits."""

    customer: array[int] = field(default_factory=_positions)
    day: array[int] = field(default_factory=_days)
    salesperson: array[int] = field(default_factory=lambda: array("H"))
    note: array[int] = field(default_factory=_small)
    next_on: array[int] = field(default_factory=_days)

    def add(self, customer: int, day: int, salesperson: int, note: int, next_on: int) -> None:
        """Write one contact; `next_on` may be after today."""
        self.customer.append(customer)
        self.day.append(day)
        self.salesperson.append(salesperson)
        self.note.append(note)
        self.next_on.append(next_on)


@dataclass(slots=True)
class Books:
    """Everything that was written down in three years."""

    orders: Orders = field(default_factory=Orders)
    lines: Lines = field(default_factory=Lines)
    receipts: Receipts = field(default_factory=Receipts)
    allocations: Allocations = field(default_factory=Allocations)
    contacts: Contacts = field(default_factory=Contacts)
