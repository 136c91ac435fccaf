"""The lines of an order: checked as they were typed, valued, and frozen with what holds as of the order's date."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from model.attribution import attributed, owner_bp_on, owner_share
from model.batches import batches, marks
from model.changes.kind import Args
from model.context import Context
from model.credit import PricedLine
from model.customers import owner_on, terms_on
from model.dates import due_date
from model.errors import N_, InputError, Refused
from model.money import (
    FULL_BP,
    LARGEST_AMOUNT_MINOR,
    LARGEST_PRICE_E4,
    LARGEST_QUANTITY_E3,
    line_amount,
    line_cost,
)
from model.orders import Order, OrderLine
from model.products import Product, costs_on
from model.remembering import remembered
from model.store import execute_many, rows

MOST_LINES = 1_000
LARGEST_LINE_NUMBER = 1_000_000


class LineArgs(Args, frozen=True):
    """One line as the person saw it. Tax rate in basis points."""

    line: int
    product: bytes
    quantity_e3: int
    price_e4: int
    discount_bp: int = 0


def check_numbering(numbers: Sequence[int]) -> None:
    """Refuse lines of an order or a return that are too many, or whose numbers are no numbers of lines."""
    if len(numbers) > MOST_LINES:
        raise InputError(
            N_("The order has {count} lines: split it, {most} fit in one."), count=len(numbers), most=MOST_LINES
        )
    if len(set(numbers)) != len(numbers):
        raise InputError(N_("Two lines of the order have the same number."))
    if not all(0 < number <= LARGEST_LINE_NUMBER for number in numbers):
        raise InputError(N_("The lines of an order are numbered from 1 on."))


def check_lines(lines: Sequence[LineArgs]) -> None:
    if not lines:
        raise InputError(N_("The order has no lines: add at least one product."))
    check_numbering([line.line for line in lines])
    for line in lines:
        if not 0 < line.quantity_e3 <= LARGEST_QUANTITY_E3:
            raise InputError(
                N_("The quantity of line {line} must be above zero: returns have their own form."),
                line=line.line,
            )
        if not 0 <= line.price_e4 <= LARGEST_PRICE_E4:
            raise InputError(N_("The price of line {line} cannot be below zero."), line=line.line)
        if not 0 <= line.discount_bp <= FULL_BP:
            raise InputError(N_("The discount of line {line} must be between 0 and 100 percent."), line=line.line)


def valued_lines(
    order: Order, wanted: Sequence[LineArgs], ctx: Context, sold_before: Collection[bytes] = ()
) -> list[OrderLine]:
    """The lines as they will be kept; their costs are still to be frozen.

    Args:
        sold_before: products that may stand there although they are no longer sold.

    Raises:
        Refused: a product is no longer sold. What a laptop recorded is taken all the same, and judged.
    """
    lines = []
    for args in wanted:
        product = remembered(("product", args.product), lambda id_=args.product: Product.with_id(id_))  # type: ignore[misc]
        if product is None:
            raise InputError(N_("The product of line {line} is not in this store: sync first."), line=args.line)
        if not product.active and not ctx.arrived and product.id not in sold_before:
            raise Refused(N_("{code} is no longer sold: choose another product."), code=product.code)
        lines.append(
            OrderLine(
                order=order.id,
                line=args.line,
                product=product,
                quantity_e3=args.quantity_e3,
                price_e4=args.price_e4,
                discount_bp=args.discount_bp,
                amount=line_amount(args.quantity_e3, args.price_e4, args.discount_bp),
                tax_rate_bp=product.tax_rate_bp,
            )
        )
    return lines


def freeze(order: Order, lines: Sequence[OrderLine]) -> None:
    """Write what holds as of the order date into the order: cost, term, due date, owner and shares."""
    terms = terms_on(order.customer_id, order.date)
    order.credit_days, order.credit_from = terms.credit_days, terms.credit_from
    order.due_date = due_date(order.date, terms.credit_days, terms.credit_from)
    whose = attributed(owner_on(order.customer_id, order.date), order.maker_id, owner_bp_on(order.date))
    order.owner_id, order.maker_id, order.owner_bp = whose.owner, whose.maker, whose.owner_bp
    costs = costs_on({line.product_id for line in lines}, order.date)
    for line in lines:
        line.cost_e4 = costs.get(line.product_id)
        line.cost = None if line.cost_e4 is None else line_cost(line.quantity_e3, line.cost_e4)
    order.cost = sum(line.cost for line in lines if line.cost is not None)
    if order.cost > LARGEST_AMOUNT_MINOR:
        raise InputError(N_("The order's cost is too large: check quantities and the costs of its products."))
    order.uncosted = sum(line.amount for line in lines if line.cost is None)
    share = owner_share(order.owner_bp, order.amount, order.cost, order.uncosted)
    order.owner_amount, order.owner_cost, order.owner_uncosted = share.amount, share.cost, share.uncosted


def insert_lines(lines: Sequence[OrderLine]) -> None:
    """Write a new order's lines."""
    execute_many(
        "INSERT INTO order_line (order_id, line, product_id, quantity_e3, price_e4, discount_bp, amount, cost_e4, cost,"
        " tax_rate_bp, returns_line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                line.order_id, line.line, line.product_id, line.quantity_e3, line.price_e4, line.discount_bp,
                line.amount, line.cost_e4, line.cost, line.tax_rate_bp, line.returns_line,
            )
            for line in lines
        ],
    )  # fmt: skip


def rewrite_costs(lines: Sequence[OrderLine]) -> None:
    """Write the costs that were frozen anew."""
    execute_many(
        "UPDATE order_line SET cost_e4 = ?, cost = ? WHERE order_id = ? AND line = ?",
        [(line.cost_e4, line.cost, line.order_id, line.line) for line in lines],
    )


def net_price_e4(price_e4: int, discount_bp: int) -> int:
    """A unit price after its discount, in 1/10000 units, for comparison with the floor."""
    return price_e4 * (FULL_BP - discount_bp) // FULL_BP


def priced_lines(lines: Sequence[OrderLine], *, only_sold: bool = False) -> list[PricedLine]:
    """What the verdict must know of an order's lines.

    Args:
        only_sold: whether products that are no longer sold stop it.
    """
    return [
        PricedLine(
            line.product.code, net_price_e4(line.price_e4, line.discount_bp), line.product.floor_e4,
            sold=line.product.active or not only_sold,
        )
        for line in lines
    ]  # fmt: skip


def priced_lines_of(orders: Sequence[bytes]) -> dict[bytes, list[PricedLine]]:
    """What the verdict must know of the lines of many orders, in order; goods no longer sold stop each."""
    found: dict[bytes, list[PricedLine]] = {id_: [] for id_ in orders}
    for some in batches(orders):
        for order, code, price_e4, discount_bp, floor_e4, active in rows(
            "SELECT l.order_id, p.code, l.price_e4, l.discount_bp, p.floor_e4, p.active FROM order_line l"
            f" JOIN product p ON p.id = l.product_id WHERE l.order_id IN ({marks(some)}) ORDER BY l.order_id, l.line",
            some,
        ):
            net_e4 = net_price_e4(price_e4, discount_bp)
            found[bytes(order)].append(PricedLine(code, net_e4, floor_e4, sold=bool(active)))
    return found


def lines_of(order: Order) -> list[OrderLine]:
    """An order's lines with their products, in order."""
    return list(
        OrderLine.select(OrderLine, Product).join(Product).where(OrderLine.order == order.id).order_by(OrderLine.line)
    )
