"""What can be done with an order: record, confirm, cancel, release, reject, lose, return.

This is the one place where an order is confirmed; the screen, the command line, the server and the tests call it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from model import allocation, totals
from model.attribution import attributed, owner_bp_on, owner_share
from model.changes.customers import checked_text, customer_with_id, not_after_today
from model.changes.documents import free_number
from model.changes.kind import Args, Kind
from model.changes.receipts import Payment, order_with_id, paid_for, post_payment
from model.context import Context
from model.credit import PricedLine, Verdict, judge, standing_on
from model.customers import Customer, owner_on, terms_on
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
from model.orders import LOST_REASONS, Order, OrderLine
from model.products import Product, costs_on
from model.returns import ReturnedLine, returned_lines, returned_share, returned_totals
from model.rights import may, require
from model.settings import setting_on
from model.settlement import settle, settle_appended
from model.store import execute, execute_many, one

MOST_LINES = 1_000


class LineArgs(Args, frozen=True):
    """One line as the person saw it. Tax rate in basis points."""

    line: int
    product: bytes
    quantity_e3: int
    price_e4: int
    discount_bp: int = 0


class RecordOrder(Args, frozen=True):
    """A new order, or a quote."""

    id: bytes
    number: str
    customer: bytes
    date: date
    lines: tuple[LineArgs, ...]
    maker: bytes | None = None
    quote: bool = False
    valid_until: datetime.date | None = None
    replaces: bytes | None = None
    payment: Payment | None = None
    note: str = ""


class ConfirmOrder(Args, frozen=True):
    """A quote won: it becomes an order on this date."""

    order: bytes
    date: date
    payment: Payment | None = None


class ReleaseOrder(Args, frozen=True):
    """A held order let through; its date becomes this one."""

    order: bytes
    date: date
    reason: str = ""


class EndOrder(Args, frozen=True):
    """An order that ends on this date, and why."""

    order: bytes
    date: date
    reason: str


class CancelOrder(EndOrder, frozen=True):
    """An order, held order or quote taken back."""


class RejectOrder(EndOrder, frozen=True):
    """A held order refused by the office."""


class LoseOrder(EndOrder, frozen=True):
    """A quote or held order that the customer did not take; the reason is one of LOST_REASONS."""


class ReturnLine(Args, frozen=True):
    """Goods of one line of the original order that come back."""

    line: int
    returns_line: int
    quantity_e3: int


class ReturnOrder(Args, frozen=True):
    """Goods that come back, at the price, cost and shares of their order."""

    id: bytes
    number: str
    order: bytes
    date: date
    lines: tuple[ReturnLine, ...]
    note: str = ""


@dataclass(frozen=True)
class OrderRecorded:
    """What became of an order.

    Attributes:
        state: `confirmed`, `held` or `quote`.
        amount: minor units.
        verdict: how it was judged; None for a quote, which uses no credit.
    """

    id: bytes
    number: str
    state: str
    amount: int
    verdict: Verdict | None


def record_order(args: RecordOrder, ctx: Context) -> OrderRecorded:
    customer = open_customer(args.customer, args.date)
    not_after_today(args.date, ctx)
    _check_lines(args.lines)
    if args.valid_until is not None and not args.quote:
        raise InputError(N_("Only a quote has a last day on which it is valid."))
    if args.valid_until is not None and args.valid_until < args.date:
        raise InputError(N_("A quote cannot end before it begins."))
    order = Order(
        id=args.id,
        number=free_number(args.number),
        customer=customer.id,
        state="quote" if args.quote else "held",
        date=args.date,
        first_date=args.date,
        decided_on=args.date,
        maker=args.maker,
        amount=0,
        due_date=args.date,
        valid_until=args.valid_until,
        note=checked_text("note", args.note),
        change_uid=ctx.change_uid,
    )
    lines = _lines(order, args.lines)
    order.amount = sum(line.amount for line in lines)
    if order.amount > LARGEST_AMOUNT_MINOR:
        raise InputError(N_("The order's total is too large: check prices and quantities."))
    if args.replaces is not None:
        _replace_quote(args.replaces, customer, ctx)
        order.replaces = args.replaces
    freeze(order, lines)
    verdict = None if args.quote else _judged(order, lines, args.date, args.payment, ctx)
    if verdict is not None and verdict.ok:
        order.state, order.live_from = "confirmed", args.date
    order.held_for = "" if verdict is None else verdict.held_for
    order.save(force_insert=True)
    _insert_lines(lines)
    totals.ensure_customer(customer.id)
    if order.state == "confirmed":
        _enter(order)
    if args.payment is not None:
        post_payment(args.payment, order, args.date, ctx)
    return OrderRecorded(order.id, order.number, order.state, order.amount, verdict)


def open_customer(customer_id: bytes, day: date) -> Customer:
    """A customer that may trade on a day.

    Raises:
        Refused: it is closed.
    """
    customer = customer_with_id(customer_id)
    if customer.closed_on is not None and customer.closed_on <= day:
        raise Refused(N_("The customer {code} is closed: reopen it first."), code=customer.code)
    return customer


def _check_lines(lines: Sequence[LineArgs]) -> None:
    if not lines:
        raise InputError(N_("The order has no lines: add at least one product."))
    if len(lines) > MOST_LINES:
        raise InputError(
            N_("The order has {count} lines: split it, {most} fit in one."), count=len(lines), most=MOST_LINES
        )
    if len({line.line for line in lines}) != len(lines):
        raise InputError(N_("Two lines of the order have the same number."))
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


def _lines(order: Order, wanted: Sequence[LineArgs]) -> list[OrderLine]:
    """The lines as they will be kept; their costs are still to be frozen."""
    products = {
        product.id: product for product in Product.select().where(Product.id.in_({line.product for line in wanted}))
    }
    lines = []
    for args in wanted:
        product = products.get(args.product)
        if product is None:
            raise InputError(N_("The product of line {line} is not in this store: sync first."), line=args.line)
        if not product.active:
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


def _insert_lines(lines: Sequence[OrderLine]) -> None:
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


def _rewrite_costs(lines: Sequence[OrderLine]) -> None:
    execute_many(
        "UPDATE order_line SET cost_e4 = ?, cost = ? WHERE order_id = ? AND line = ?",
        [(line.cost_e4, line.cost, line.order_id, line.line) for line in lines],
    )


def verdict_of(
    customer_id: bytes,
    lines: Sequence[PricedLine],
    *,
    total: int,
    paid: int,
    reserved: int = 0,
    maker: bytes | None,
    day: date,
) -> Verdict:
    """The verdict on an order as it stands now, written or still being typed.

    Args:
        day: the later of the order date and the judge's business date.
        paid: what is paid with it, in minor units.
        maker: whose right to go below a floor counts; without one, the owner's.
        reserved: money posted earlier that waits for it.
    """
    seller = maker if maker is not None else owner_on(customer_id, day)
    return judge(
        standing_on(customer_id, day),
        total=total,
        paid=paid,
        reserved=reserved,
        lines=lines,
        below_floor_allowed=seller is None or may(seller, "sell_below_floor"),
        blacklisted_may_prepay=setting_on("blacklisted_may_prepay", day) == "yes",
    )


def net_price_e4(price_e4: int, discount_bp: int) -> int:
    """A unit price after its discount, in 1/10000 units, for comparison with the floor."""
    return price_e4 * (FULL_BP - discount_bp) // FULL_BP


def priced_lines(lines: Sequence[OrderLine]) -> list[PricedLine]:
    """What the verdict must know of an order's lines."""
    return [
        PricedLine(line.product.code, net_price_e4(line.price_e4, line.discount_bp), line.product.floor_e4)
        for line in lines
    ]


def lines_of(order: Order) -> list[OrderLine]:
    """An order's lines with their products, in order."""
    return list(
        OrderLine.select(OrderLine, Product).join(Product).where(OrderLine.order == order.id).order_by(OrderLine.line)
    )


def judge_order(order: Order, lines: Sequence[OrderLine], day: date) -> Verdict:
    """The present verdict on an order that waits, with the money that names it counted as paid."""
    return verdict_of(
        order.customer_id,
        priced_lines(lines),
        total=order.amount,
        paid=0,
        reserved=paid_for(order),
        maker=order.maker_id,
        day=day,
    )


def _judged(order: Order, lines: Sequence[OrderLine], day: date, payment: Payment | None, ctx: Context) -> Verdict:
    """The verdict on an order that is being confirmed as of a day, with the money paid with it."""
    return verdict_of(
        order.customer_id,
        priced_lines(lines),
        total=order.amount,
        paid=0 if payment is None else payment.amount,
        reserved=paid_for(order),
        maker=order.maker_id,
        day=max(day, ctx.business_date),
    )


def _make_live(order: Order, lines: Sequence[OrderLine], day: date) -> None:
    """Confirm an order that waited, as of a day: what holds then is frozen in it."""
    order.date = order.decided_on = order.live_from = day
    order.state = "confirmed"
    freeze(order, lines)
    order.save()
    _rewrite_costs(lines)
    _enter(order)


def _enter(order: Order) -> None:
    """Let a live order count: in its months, in its customer's trades, and as a bill that waiting money may settle."""
    totals.enter(order)
    totals.note_trades(order.customer_id)
    day = order.date.isoformat()
    bill = allocation.Bill(order.id, day, order.number, order.due_date.isoformat(), order.amount)
    settle_appended(order.customer_id, allocation.Event(day, allocation.BILLS, order.number, "bill", bill))


def confirm_order(args: ConfirmOrder, ctx: Context) -> OrderRecorded:
    order = order_with_id(args.order)
    if order.state != "quote":
        raise Refused(N_("{number} is not a quote but {state}."), number=order.number, state=order.state)
    if order.valid_until is not None and order.valid_until < args.date:
        raise Refused(
            N_("The quote {number} was valid until {date}: make a new one."),
            number=order.number, date=order.valid_until.isoformat(),
        )  # fmt: skip
    not_after_today(args.date, ctx)
    open_customer(order.customer_id, args.date)
    _not_before(order, args.date)
    order.version += 1
    lines = lines_of(order)
    verdict = _judged(order, lines, args.date, args.payment, ctx)
    if verdict.ok:
        _make_live(order, lines, args.date)
    else:
        order.state, order.held_for, order.decided_on = "held", verdict.held_for, args.date
        order.save()
    if args.payment is not None:
        post_payment(args.payment, order, args.date, ctx)
    return OrderRecorded(order.id, order.number, order.state, order.amount, verdict)


def release_order(args: ReleaseOrder, ctx: Context) -> OrderRecorded:
    order = _held(args.order)
    not_after_today(args.date, ctx)
    open_customer(order.customer_id, args.date)
    _not_before(order, args.date)
    lines = lines_of(order)
    verdict = judge_order(order, lines, max(args.date, ctx.business_date))
    reason = checked_text("reason", args.reason)
    if not verdict.ok:
        require(ctx, "release_held")
        if not reason:
            raise InputError(N_("Say why {number} is released although it is held."), number=order.number)
    order.reason = reason
    order.version += 1
    _make_live(order, lines, args.date)
    return OrderRecorded(order.id, order.number, order.state, order.amount, verdict)


def _held(order_id: bytes) -> Order:
    order = order_with_id(order_id)
    if order.state != "held":
        raise Refused(N_("{number} is not held but {state}."), number=order.number, state=order.state)
    return order


def _not_before(order: Order, day: date) -> None:
    if day < order.first_date:
        raise Refused(
            N_("{number} is dated {date}: choose that day or a later one."),
            number=order.number, date=order.first_date.isoformat(),
        )  # fmt: skip


def cancel_order(args: CancelOrder, ctx: Context) -> None:
    order = order_with_id(args.order)
    if order.state not in ("confirmed", "held", "quote") or order.kind == "opening":
        raise Refused(N_("{number} is {state} and cannot be cancelled."), number=order.number, state=order.state)
    if order.kind == "sale":
        returned = one("SELECT number FROM orders WHERE returns_id = ? AND state = 'confirmed'", (order.id,))
        if returned is not None:
            raise Refused(
                N_("Goods of {number} came back with {other}: cancel that return first."),
                number=order.number, other=returned[0],
            )  # fmt: skip
    _end(order, "cancelled", args, ctx)


def reject_order(args: RejectOrder, ctx: Context) -> None:
    require(ctx, "reject_held")
    _end(_held(args.order), "rejected", args, ctx)


def lose_order(args: LoseOrder, ctx: Context) -> None:
    order = order_with_id(args.order)
    if order.state not in ("quote", "held"):
        raise Refused(
            N_("{number} is {state}: only a quote or a held order can be lost."),
            number=order.number,
            state=order.state,
        )
    if args.reason not in LOST_REASONS:
        raise InputError(N_("A loss has one of these reasons: {names}."), names=", ".join(LOST_REASONS))
    _end(order, "lost", args, ctx)


def _end(order: Order, state: str, args: EndOrder, ctx: Context) -> None:
    not_after_today(args.date, ctx)
    _not_before(order, args.date)
    reason = checked_text("reason", args.reason)
    if not reason:
        raise InputError(N_("Say why {number} ends."), number=order.number)
    if order.live_from is not None and args.date < order.live_from:
        raise Refused(N_("{number} cannot end before it began."), number=order.number)
    was_live = order.state == "confirmed"
    if was_live:
        totals.leave(order)
        order.live_to = args.date
        if order.live_to == order.live_from:
            order.live_from = order.live_to = None
    order.state, order.decided_on, order.reason = state, args.date, reason
    order.version += 1
    order.save()
    if was_live:
        totals.note_trades(order.customer_id)
    settle(order.customer_id)


def return_order(args: ReturnOrder, ctx: Context) -> OrderRecorded:
    original = order_with_id(args.order)
    if original.kind != "sale" or original.state != "confirmed":
        raise Refused(
            N_("Goods can come back only of a confirmed order, and {number} is not one."),
            number=original.number,
        )
    not_after_today(args.date, ctx)
    if args.date < original.date:
        raise Refused(
            N_("{number} is dated {date}: choose that day or a later one."),
            number=original.number, date=original.date.isoformat(),
        )  # fmt: skip
    if not args.lines:
        raise InputError(N_("The return has no lines: say which goods come back."))
    lines = returned_lines(
        original.id, [ReturnedLine(line.line, line.returns_line, line.quantity_e3) for line in args.lines]
    )
    amount = sum(line.amount for line in lines)
    cost = sum(line.cost for line in lines if line.cost is not None)
    uncosted = sum(line.amount for line in lines if line.cost is None)
    share = returned_share(original.owner_bp, returned_totals(original.id), amount, cost, uncosted)
    order = Order(
        id=args.id, number=free_number(args.number), customer=original.customer_id, kind="return", state="confirmed",
        date=args.date, first_date=args.date, live_from=args.date, decided_on=args.date,
        maker=original.maker_id, owner=original.owner_id, owner_bp=original.owner_bp,
        amount=amount, cost=cost, uncosted=uncosted,
        owner_amount=share.amount, owner_cost=share.cost, owner_uncosted=share.uncosted,
        credit_days=0, credit_from="order", due_date=args.date, returns=original.id,
        note=checked_text("note", args.note), change_uid=ctx.change_uid,
    )  # fmt: skip
    order.save(force_insert=True)
    for line in lines:
        line.order = order.id
    _insert_lines(lines)
    totals.enter(order)
    day = args.date.isoformat()
    money = allocation.Money(
        order.id, day, order.number, amount, (allocation.Wish(original.id, None, original.amount),)
    )
    settle_appended(order.customer_id, allocation.Event(day, allocation.RETURNS, order.number, "money", money))
    return OrderRecorded(order.id, order.number, order.state, order.amount, None)


def _replace_quote(quote_id: bytes, customer: Customer, ctx: Context) -> None:
    quote = order_with_id(quote_id)
    if quote.state != "quote" or quote.customer_id != customer.id:
        raise Refused(N_("{number} is not an open quote of this customer."), number=quote.number)
    _void(quote, ctx)


def _void(order: Order, ctx: Context) -> None:
    """Take an order out as if it had not been, keeping its number."""
    was_live = order.state == "confirmed"
    if was_live:
        totals.leave(order)
    order.state, order.decided_on, order.live_from, order.live_to = "voided", ctx.business_date, None, None
    order.open_amount, order.settled_on = 0, None
    order.version += 1
    order.save()
    if was_live:
        totals.note_trades(order.customer_id)
    settle(order.customer_id)


def undo_record_order(args: RecordOrder | ReturnOrder, ctx: Context) -> None:
    order = order_with_id(args.id)
    payment = args.payment if isinstance(args, RecordOrder) else None
    named_by = one(
        "SELECT r.number FROM receipt_order w JOIN receipt r ON r.id = w.receipt_id"
        " WHERE w.order_id = ? AND r.voided = 0 AND r.id <> ?",
        (order.id, b"" if payment is None else payment.id),
    ) or one(
        "SELECT number FROM orders WHERE (returns_id = ? OR replaces_id = ?) AND state <> 'voided'",
        (order.id, order.id),
    )
    if named_by is not None:
        raise Refused(
            N_("{number} is named by {other}: cancel it or make a return instead."),
            number=order.number,
            other=named_by[0],
        )
    if order.state not in ("confirmed", "held", "quote") or order.version != 1:
        raise Refused(N_("{number} is {state} and cannot be undone."), number=order.number, state=order.state)
    if payment is not None:
        execute("UPDATE receipt SET voided = 1, unallocated = 0 WHERE id = ?", (payment.id,))
    _void(order, ctx)


ORDER_KINDS = (
    Kind("order.record", RecordOrder, record_order, undo_record_order),
    Kind("order.confirm", ConfirmOrder, confirm_order),
    Kind("order.release", ReleaseOrder, release_order),
    Kind("order.reject", RejectOrder, reject_order),
    Kind("order.cancel", CancelOrder, cancel_order),
    Kind("order.lose", LoseOrder, lose_order),
    Kind("order.return", ReturnOrder, return_order, undo_record_order),
)
