"""What goods that come back are worth: the price, cost and shares of the order they came from.

Every part is the rounded cumulative part less what was returned already, so that three single returns equal one of
three, to the minor unit, also where a return in between was cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.attribution import OwnerShare, owner_share
from model.errors import N_, InputError, Refused
from model.money import format_quantity, half_up
from model.orders import OrderLine
from model.store import rows


@dataclass(frozen=True)
class ReturnedLine:
    """Goods of one line of an order that come back; quantity in 1/1000."""

    line: int
    returns_line: int
    quantity_e3: int


@dataclass(frozen=True)
class ReturnedPart:
    """What a returned quantity is worth, in minor units; an empty cost is unknown."""

    amount: int
    cost: int | None


@dataclass(frozen=True)
class ReturnedBefore:
    """What came back of one line until now: quantity in 1/1000, amount and known cost in minor units."""

    quantity_e3: int = 0
    amount: int = 0
    cost: int = 0


NO_SHARE = OwnerShare(0, 0, 0)


@dataclass(frozen=True)
class ReturnedTotals:
    """What came back of a whole order until now, and the owner's part of it, in minor units."""

    amount: int = 0
    cost: int = 0
    uncosted: int = 0
    share: OwnerShare = NO_SHARE


def returned_part(
    sold_e3: int, sold_amount: int, sold_cost: int | None, before: ReturnedBefore, quantity_e3: int
) -> ReturnedPart:
    """The part of a sold line that comes back now.

    Args:
        sold_e3, sold_amount, sold_cost: the original line's quantity (1/1000), amount and cost (minor units).
        before: what came back of it earlier.
        quantity_e3: what comes back now.
    """

    def part(whole: int, earlier: int) -> int:
        return half_up(whole * (before.quantity_e3 + quantity_e3), sold_e3) - earlier

    return ReturnedPart(part(sold_amount, before.amount), None if sold_cost is None else part(sold_cost, before.cost))


def returned_share(owner_bp: int, before: ReturnedTotals, amount: int, cost: int, uncosted: int) -> OwnerShare:
    """The owner's part of a return, in minor units.

    Args:
        owner_bp: the order's share of the owner, in basis points.
        before: what earlier returns of the order took.
        amount, cost, uncosted: of this return.
    """
    together = owner_share(owner_bp, before.amount + amount, before.cost + cost, before.uncosted + uncosted)
    earlier = before.share
    return OwnerShare(
        together.amount - earlier.amount, together.cost - earlier.cost, together.uncosted - earlier.uncosted
    )


def returned_before(order_id: bytes) -> dict[int, ReturnedBefore]:
    """What came back of each line of an order until now; lines of which nothing did are left out."""
    return {
        line: ReturnedBefore(*sums)
        for line, *sums in rows(
            "SELECT l.returns_line, CAST(SUM(l.quantity_e3) AS BIGINT), CAST(SUM(l.amount) AS BIGINT),"
            " CAST(SUM(COALESCE(l.cost, 0)) AS BIGINT) FROM orders r JOIN order_line l ON l.order_id = r.id"
            " WHERE r.returns_id = ? AND r.state = 'confirmed' AND l.returns_line IS NOT NULL GROUP BY l.returns_line",
            (order_id,),
        )
    }


def returned_totals(order_id: bytes) -> ReturnedTotals:
    """What came back of an order until now, and the owner's part of it."""
    sums = ", ".join(
        f"CAST(COALESCE(SUM({column}), 0) AS BIGINT)"
        for column in ("amount", "cost", "uncosted", "owner_amount", "owner_cost", "owner_uncosted")
    )
    [(amount, cost, uncosted, *share)] = rows(
        f"SELECT {sums} FROM orders WHERE returns_id = ? AND state = 'confirmed'", (order_id,)
    )
    return ReturnedTotals(amount, cost, uncosted, OwnerShare(*share))


def and_also(before: ReturnedBefore, quantity_e3: int, part: ReturnedPart) -> ReturnedBefore:
    """What came back of a line once this part did too."""
    return ReturnedBefore(before.quantity_e3 + quantity_e3, before.amount + part.amount, before.cost + (part.cost or 0))


def returned_lines(order_id: bytes, wanted: Sequence[ReturnedLine]) -> list[OrderLine]:
    """The lines of a return, valued from the order they take back; their order is still to be set.

    Raises:
        InputError: a line does not exist or a quantity is not above zero.
        Refused: more would come back than was sold.
    """
    sold = {line.line: line for line in OrderLine.select().where(OrderLine.order == order_id)}
    before = returned_before(order_id)
    lines = []
    for one_line in wanted:
        original = sold.get(one_line.returns_line)
        if original is None:
            raise InputError(N_("The order has no line {line}."), line=one_line.returns_line)
        if one_line.quantity_e3 <= 0:
            raise InputError(N_("The quantity that comes back must be above zero."))
        already = before.get(original.line, ReturnedBefore())
        if already.quantity_e3 + one_line.quantity_e3 > original.quantity_e3:
            raise Refused(
                N_("Only {left} of line {line} can still come back."),
                left=format_quantity(original.quantity_e3 - already.quantity_e3), line=original.line,
            )  # fmt: skip
        part = returned_part(original.quantity_e3, original.amount, original.cost, already, one_line.quantity_e3)
        before[original.line] = and_also(already, one_line.quantity_e3, part)
        lines.append(
            OrderLine(
                line=one_line.line, product=original.product_id, quantity_e3=one_line.quantity_e3,
                price_e4=original.price_e4, discount_bp=original.discount_bp, amount=part.amount,
                cost_e4=original.cost_e4, cost=part.cost, tax_rate_bp=original.tax_rate_bp, returns_line=original.line,
            )
        )  # fmt: skip
    return lines
