"""The order being typed, its sums, and its way to disk and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from model.changes.orders import LineArgs, net_price_e4
from model.credit import PricedLine
from model.drafts import Draft, DraftLine
from model.ids import new_id
from model.money import line_amount, line_cost, rate_bp, tax_included
from model.preferences import PastPrice

_revisions = count(1)


def next_revision() -> int:
    """A number greater than that of every state before."""
    return next(_revisions)


@dataclass(frozen=True)
class ProductFacts:
    """A product as its line must know it, for one customer.

    Attributes:
        cost_e4: None where nobody knows it or the person may not see it.
        last: what this customer paid the last time.
        quoted: what this customer was last offered.
    """

    id: bytes
    code: str
    name: str
    unit: str
    list_price_e4: int
    floor_e4: int | None
    tax_rate_bp: int
    stock_e3: int | None
    cost_e4: int | None
    last: PastPrice | None
    quoted: PastPrice | None

    @property
    def proposed(self) -> tuple[int, int]:
        """Price and discount to begin with: the last ones to this customer, else the list price."""
        return (self.list_price_e4, 0) if self.last is None else (self.last.price_e4, self.last.discount_bp)


@dataclass
class TypedLine:
    """One line as far as it is typed."""

    product: ProductFacts
    quantity_e3: int | None
    price_e4: int
    discount_bp: int
    suggested: bool = False

    @property
    def amount(self) -> int:
        """Minor units; nothing while there is no quantity."""
        return line_amount(self.quantity_e3 or 0, self.price_e4, self.discount_bp)

    @property
    def net_e4(self) -> int:
        """The unit price after the discount."""
        return net_price_e4(self.price_e4, self.discount_bp)

    @property
    def below_floor(self) -> bool:
        return self.product.floor_e4 is not None and self.net_e4 < self.product.floor_e4

    @property
    def margin_rate_bp(self) -> int | None:
        """Margin in basis points of the net price; None where the cost is unknown or hidden."""
        return None if self.product.cost_e4 is None else rate_bp(self.net_e4 - self.product.cost_e4, self.net_e4)


@dataclass
class TypedOrder:
    """An order as far as it is typed.

    Attributes:
        paid: what is paid with it, in minor units.
        quote: the quote it was taken up from.
        revision: grows with each state of any order, so that an older one is never kept over a newer.
    """

    begun_at: str
    id: bytes = field(default_factory=new_id)
    customer: bytes | None = None
    customer_name: str = ""
    lines: list[TypedLine] = field(default_factory=list)
    paid: int = 0
    quote: bytes | None = None
    revision: int = 0

    @property
    def filled(self) -> list[TypedLine]:
        """The lines that have a quantity; the others vanish at confirmation."""
        return [line for line in self.lines if line.quantity_e3 is not None]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.filled)

    @property
    def tax(self) -> int:
        """Tax inside the total."""
        return sum(tax_included(line.amount, line.product.tax_rate_bp) for line in self.filled)

    @property
    def margin_rate_bp(self) -> int | None:
        """Margin rate over the lines whose cost is known; None where there is none."""
        costed = [line for line in self.filled if line.product.cost_e4 is not None]
        revenue = sum(line.amount for line in costed)
        cost = sum(line_cost(line.quantity_e3 or 0, line.product.cost_e4 or 0) for line in costed)
        return rate_bp(revenue - cost, revenue)

    def line_args(self) -> tuple[LineArgs, ...]:
        """The filled lines as the change wants them."""
        return tuple(
            LineArgs(
                line=number,
                product=line.product.id,
                quantity_e3=line.quantity_e3 or 0,
                price_e4=line.price_e4,
                discount_bp=line.discount_bp,
            )
            for number, line in enumerate(self.filled, 1)
        )

    def priced_lines(self) -> list[PricedLine]:
        """The filled lines as the verdict wants them."""
        return [PricedLine(line.product.code, line.net_e4, line.product.floor_e4) for line in self.filled]

    def draft(self) -> Draft:
        """What is kept on disk."""
        return Draft(
            id=self.id.hex(),
            customer="" if self.customer is None else self.customer.hex(),
            customer_name=self.customer_name,
            begun_at=self.begun_at,
            lines=tuple(
                DraftLine(
                    product=line.product.id.hex(),
                    quantity_e3=line.quantity_e3,
                    price_e4=line.price_e4,
                    discount_bp=line.discount_bp,
                    suggested=line.suggested,
                )
                for line in self.lines
            ),
            paid=self.paid,
            quote="" if self.quote is None else self.quote.hex(),
        )
