"""What goods that come back are worth: the price, cost and shares of the order they came from.

Every part is the rounded cumulative part less what was returned already, so that three single returns equal one of
three, to the minor unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.attribution import OwnerShare, owner_share
from model.errors import N_, InputError, Refused
from model.money import format_quantity, half_up
from model.orders import OrderLine
from model.store import one, rows


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


def returned_part(
    sold_e3: int, sold_amount: int, sold_cost: int | None, returned_before_e3: int, quantity_e3: int
) -> ReturnedPart:
    """The part of a sold line that comes back now.

    Args:
        sold_e3, sold_amount, sold_cost: the original line's quantity (1/1000), amount and cost (minor units).
        returned_before_e3: what came back of it earlier.
        quantity_e3: what comes back now.
    """

    def part(whole: int) -> int:
        after = half_up(whole * (returned_before_e3 + quantity_e3), sold_e3)
        return after - half_up(whole * returned_before_e3, sold_e3)

    return ReturnedPart(part(sold_amount), None if sold_cost is None else part(sold_cost))


def returned_share(owner_bp: int, before: Sequence[int], now: Sequence[int]) -> OwnerShare:
    """The owner's part of a return.

    Args:
        owner_bp: the order's share of the owner, in basis points.
        before: amount, cost and uncosted revenue that earlier returns of the order took, in minor units.
        now: the same of this return.
    """
    earlier = owner_share(owner_bp, *before)
    together = owner_share(owner_bp, *(old + new for old, new in zip(before, now, strict=True)))
    return OwnerShare(
        together.amount - earlier.amount, together.cost - earlier.cost, together.uncosted - earlier.uncosted
    )


def returned_before(order_id: bytes) -> dict[int, int]:
    """What came back of each line of an order until now, in 1/1000."""
    return dict(
        rows(
            "SELECT l.returns_line, CAST(SUM(l.quantity_e3) AS BIGINT)"
            " FROM orders r JOIN order_line l ON l.order_id = r.id"
            " WHERE r.returns_id = ? AND r.state = 'confirmed' AND l.returns_line IS NOT NULL GROUP BY l.returns_line",
            (order_id,),
        )
    )


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
        already = before.get(original.line, 0)
        if already + one_line.quantity_e3 > original.quantity_e3:
            raise Refused(
                N_("Only {left} of line {line} can still come back."),
                left=format_quantity(original.quantity_e3 - already), line=original.line,
            )  # fmt: skip
        part = returned_part(original.quantity_e3, original.amount, original.cost, already, one_line.quantity_e3)
        before[original.line] = already + one_line.quantity_e3
        lines.append(
            OrderLine(
                line=one_line.line, product=original.product_id, quantity_e3=one_line.quantity_e3,
                price_e4=original.price_e4, discount_bp=original.discount_bp, amount=part.amount,
                cost_e4=original.cost_e4, cost=part.cost, tax_rate_bp=original.tax_rate_bp, returns_line=original.line,
            )
        )  # fmt: skip
    return lines


def returned_shares(order_id: bytes, owner_bp: int, amount: int, cost: int, uncosted: int) -> OwnerShare:
    """The owner's part of a return of an order, given what earlier returns of it took."""
    before = one(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT), CAST(COALESCE(SUM(cost), 0) AS BIGINT),"
        " CAST(COALESCE(SUM(uncosted), 0) AS BIGINT) FROM orders WHERE returns_id = ? AND state = 'confirmed'",
        (order_id,),
    )
    return returned_share(owner_bp, before or (0, 0, 0), (amount, cost, uncosted))
