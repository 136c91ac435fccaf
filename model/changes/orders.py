"""What can be done with an order: record, confirm, release; and the one list of all that can be done with orders.

This is the one place where an order is confirmed; the screen, the command line, the server and the tests call it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from datetime import date

from model import allocation, booking, leases, totals
from model.aliases import was_moved
from model.changes.cover import refuse_goods_without_cover
from model.changes.customers import checked_text, colleague, customer_with_id
from model.changes.documents import document_date, free_number
from model.changes.kind import Args, Kind
from model.changes.order_amending import is_amendment, take_effect
from model.changes.order_endings import (
    CancelOrder,
    EndOrder,
    LoseOrder,
    RejectOrder,
    cancel_order,
    held_order,
    lose_order,
    not_before,
    reject_order,
    void,
)
from model.changes.order_judging import OrderRecorded, judge_confirming, judge_order, verdict_of
from model.changes.order_lines import (
    MOST_LINES,
    LineArgs,
    check_lines,
    freeze,
    insert_lines,
    lines_of,
    net_price_e4,
    priced_lines,
    rewrite_costs,
    valued_lines,
)
from model.changes.order_returns import ReturnLine, ReturnOrder, return_order
from model.changes.receipts import Payment, order_with_id, paid_for, post_payment
from model.changes.undoing_orders import (
    ORDER_AND_AMENDMENTS,
    ORDER_AND_COSTS,
    ORDER_ITSELF,
    refuse_named,
    undo_confirming,
    undo_ending,
    undo_releasing,
    void_payment,
)
from model.context import Context
from model.credit import Verdict
from model.customers import Customer
from model.errors import N_, InputError, Refused
from model.former import keeping
from model.money import LARGEST_AMOUNT_MINOR
from model.notices import notify
from model.orders import Order, OrderLine
from model.receipts import Receipt
from model.rights import acts_for_another, may_touch, require, require_own_name, require_touch
from model.settlement import settle, settle_appended
from model.touched import touch

__all__ = [
    "MOST_LINES",
    "ORDER_KINDS",
    "CancelOrder",
    "ConfirmOrder",
    "EndOrder",
    "LineArgs",
    "LoseOrder",
    "OrderRecorded",
    "RecordOrder",
    "RejectOrder",
    "ReleaseOrder",
    "ReturnLine",
    "ReturnOrder",
    "confirm_waiting",
    "freeze",
    "judge_order",
    "lines_of",
    "net_price_e4",
    "open_customer",
    "priced_lines",
    "verdict_of",
]


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


def record_order(args: RecordOrder, ctx: Context) -> OrderRecorded:
    day = document_date(args.date, ctx)
    customer = trading_customer(args.customer, day, ctx)
    check_lines(args.lines)
    if args.valid_until is not None and not args.quote:
        raise InputError(N_("Only a quote has a last day on which it is valid."))
    if args.valid_until is not None and args.valid_until < args.date:
        raise InputError(N_("A quote cannot end before it begins."))
    order = Order(
        id=args.id,
        number=free_number(args.number, args.id),
        customer=customer.id,
        state="quote" if args.quote else "held",
        date=day,
        first_date=day,
        decided_on=day,
        maker=_maker(args, ctx),
        amount=0,
        due_date=day,
        valid_until=args.valid_until,
        note=checked_text("note", args.note),
        change_uid=ctx.change_uid,
    )
    lines = valued_lines(order, args.lines, ctx)
    order.amount = sum(line.amount for line in lines)
    if order.amount > LARGEST_AMOUNT_MINOR:
        raise InputError(N_("The order's total is too large: check prices and quantities."))
    carried = 0 if args.replaces is None else _taken_over(args.replaces, order, ctx)
    freeze(order, lines)
    # Of a customer that was merged since, the laptop had another lease: the winner's covers the winner's own.
    device = ctx.device if args.customer == customer.id else ""
    verdict = (
        None if args.quote else judge_confirming(order, lines, day, args.payment, ctx, device=device, carried=carried)
    )
    if verdict is not None and verdict.ok:
        order.state, order.live_from = "confirmed", day
    order.held_for = "" if verdict is None else verdict.held_for
    touch("order", order.id, customer=customer.id)
    order.insert_new()
    insert_lines(lines)
    if verdict is not None:
        _use_lease(order, verdict, device)
    if order.state == "confirmed":
        _enter(order, ctx)
    else:
        totals.ensure_customer(customer.id)
    if order.replaces_id is not None:
        # Money that names what it replaces is its own.
        settle(customer.id)
    if args.payment is not None:
        post_payment(args.payment, order, day, ctx)
    _tell_its_owner(order, customer, "order.record", ctx)
    return OrderRecorded(order.id, order.number, order.state, order.amount, verdict)


def _tell_its_owner(order: Order, customer: Customer, kind: str, ctx: Context) -> None:
    """Tell the customer's owner of a held order that somebody else took; its maker hears what became of the change."""
    owner = order.owner_id
    if order.state != "held" or owner is None or owner in (order.maker_id, ctx.person):
        return
    notify(
        ctx, owner, kind, N_("{code}: a colleague's order is held: {reasons}."),
        customer=customer.id, about=order.number, code=customer.code, reasons=order.held_for.split(","),
    )  # fmt: skip


def _maker(args: RecordOrder, ctx: Context) -> bytes | None:
    """Who took an order; a salesperson names nobody but themselves, and an order in another's name is theirs."""
    if not ctx.arrived:
        require_own_name(ctx, args.maker)
    if acts_for_another(ctx, args.maker):
        notify(
            ctx, ctx.person, "order.record", N_("{number} is in your name: only the office names another."),
            customer=args.customer, about=args.number, number=args.number,
        )  # fmt: skip
        return ctx.person
    if args.maker is not None and args.maker != ctx.person:
        colleague(args.maker, leaving_too=True)
    return args.maker


def open_customer(customer_id: bytes, day: date) -> Customer:
    """A customer that may trade on a day.

    Raises:
        Refused: it is closed.
    """
    customer = customer_with_id(customer_id)
    if customer.closed_on is not None and customer.closed_on <= day:
        raise Refused(N_("The customer {code} is closed: reopen it first."), code=customer.code)
    return customer


def trading_customer(customer_id: bytes, day: date, ctx: Context) -> Customer:
    """A customer that may trade on a day, or with which a laptop did so already: then the verdict says it is closed.

    Raises:
        Refused: it is closed.
    """
    return customer_with_id(customer_id) if ctx.arrived else open_customer(customer_id, day)


def _use_lease(order: Order, verdict: Verdict, device: str) -> None:
    if verdict.ok or leases.on_a_laptop():
        leases.use(order.customer_id, device, order.id, verdict.need, guaranteed=verdict.guaranteed)


def confirm_waiting(order: Order, lines: Sequence[OrderLine], day: date, ctx: Context) -> None:
    """Confirm an order that waited, as of a day: what holds then is frozen in it."""
    touch("order", order.id, customer=order.customer_id)
    order.version += 1
    order.date = order.decided_on = order.live_from = day
    order.state = "confirmed"
    freeze(order, lines)
    order.save()
    rewrite_costs(lines)
    _enter(order, ctx)


def _enter(order: Order, ctx: Context) -> None:
    """Let a live order count: in its months, in its customer's trades, and as a bill that waiting money may settle."""
    booking.enter(order, ctx.business_date)
    totals.add_trade(order)
    day = order.date.isoformat()
    bill = allocation.Bill(order.id, day, order.number, order.due_date.isoformat(), order.amount)
    settle_appended(order.customer_id, allocation.Event(day, allocation.BILLS, order.number, "bill", bill))


def confirm_order(args: ConfirmOrder, ctx: Context) -> OrderRecorded:
    order = order_with_id(args.order)
    theirs = may_touch(ctx, "order.confirm", order.customer_id, maker=order.maker_id)
    if not theirs or order.state != "quote":
        if ctx.arrived and args.payment is not None:
            return _paid_too_late(order, args.payment, document_date(args.date, ctx), ctx)
        require_touch(ctx, "order.confirm", order.customer_id, maker=order.maker_id)
        raise Refused(N_("{number} is not a quote but {state}."), number=order.number, state=order.state)
    if order.valid_until is not None and order.valid_until < args.date:
        raise Refused(
            N_("The quote {number} was valid until {date}: make a new one."),
            number=order.number, date=order.valid_until.isoformat(),
        )  # fmt: skip
    day = document_date(args.date, ctx, earliest=order.first_date)
    customer = trading_customer(order.customer_id, day, ctx)
    not_before(order, day)
    lines = lines_of(order)
    device = "" if was_moved(order.id, order.customer_id) else ctx.device
    verdict = judge_confirming(order, lines, day, args.payment, ctx, device=device)
    _use_lease(order, verdict, device)
    if verdict.ok:
        confirm_waiting(order, lines, day, ctx)
    else:
        touch("order", order.id, customer=order.customer_id)
        order.version += 1
        order.state, order.held_for, order.decided_on = "held", verdict.held_for, day
        order.save()
    if args.payment is not None:
        post_payment(args.payment, order, day, ctx)
    _tell_its_owner(order, customer, "order.confirm", ctx)
    return OrderRecorded(order.id, order.number, order.state, order.amount, verdict)


def _paid_too_late(order: Order, payment: Payment, day: date, ctx: Context) -> OrderRecorded:
    """Keep the money that came with a quote which somebody else had decided on before, or decides on now."""
    if order.state == "quote":
        notify(
            ctx, ctx.person, "order.confirm",
            N_("{number} is another salesperson's and stays a quote: the money is recorded."),
            customer=order.customer_id, about=order.number, number=order.number,
        )  # fmt: skip
    else:
        notify(
            ctx, ctx.person, "order.confirm",
            N_("{number} was {state} already when it was confirmed: the money is recorded."),
            customer=order.customer_id, about=order.number, number=order.number, state=order.state,
        )  # fmt: skip
    verdict = judge_order(order, lines_of(order), ctx.business_date) if order.state == "held" else None
    post_payment(payment, order, day, ctx)
    return OrderRecorded(order.id, order.number, order.state, order.amount, verdict)


def release_order(args: ReleaseOrder, ctx: Context) -> OrderRecorded:
    order = held_order(args.order, "order.release", ctx)
    day = document_date(args.date, ctx, earliest=order.first_date)
    open_customer(order.customer_id, day)
    not_before(order, day)
    lines = lines_of(order)
    verdict = judge_order(order, lines, max(day, ctx.business_date))
    reason = checked_text("reason", args.reason)
    if not verdict.ok:
        require(ctx, "release_held")
        if not reason:
            raise InputError(N_("Say why {number} is released although it is held."), number=order.number)
    order.reason = reason
    if is_amendment(order):
        take_effect(order, lines, day, ctx)
    else:
        confirm_waiting(order, lines, day, ctx)
    return OrderRecorded(order.id, order.number, order.state, order.amount, verdict)


def _taken_over(quote_id: bytes, order: Order, ctx: Context) -> int:
    """Take the quote or held order out that an order replaces.

    Returns:
        The money in minor units that waited for it.

    Raises:
        Refused: it is no open quote of this customer. An order that a laptop recorded stands by itself then.
    """
    quote = Order.get_or_none(Order.id == quote_id) if ctx.arrived else order_with_id(quote_id)
    if quote is not None and not may_touch(ctx, "order.replace", quote.customer_id, maker=quote.maker_id):
        quote = None
    waits = quote is not None and quote.state in ("quote", "held") and not is_amendment(quote)
    if quote is not None and waits and quote.customer_id == order.customer_id:
        carried = paid_for(quote)
        void(quote, ctx)
        order.replaces = quote.id
        return carried
    if not ctx.arrived:
        raise Refused(
            N_("{number} is no open quote and no held order of this customer."), number=order_with_id(quote_id).number
        )
    notify(
        ctx, ctx.person, "order.record",
        N_("{number} was to replace {quote}, which does not wait any more: it stands by itself."),
        customer=order.customer_id, about=order.number, number=order.number,
        quote=quote_id.hex() if quote is None else quote.number,
    )  # fmt: skip
    return 0


def undo_record_order(args: RecordOrder | ReturnOrder, ctx: Context) -> None:
    order = order_with_id(args.id)
    payment = args.payment if isinstance(args, RecordOrder) else None
    refuse_named(order, payment)
    if order.state not in ("confirmed", "held", "quote") or order.version != 1:
        raise Refused(N_("{number} is {state} and cannot be undone."), number=order.number, state=order.state)
    if payment is not None:
        void_payment(order, payment, ctx)
    void(order, ctx)
    if order.replaces_id is not None:
        _let_wait_again(order_with_id(order.replaces_id))
    if payment is not None:
        refuse_goods_without_cover(Receipt.get_by_id(payment.id), ctx)
    elif order.kind == "return":
        refuse_goods_without_cover(order, ctx)


def _let_wait_again(replaced: Order) -> None:
    """Let a quote or held order wait again whose successor was taken out; only a held order keeps why it was held."""
    touch("order", replaced.id, customer=replaced.customer_id)
    replaced.state = "held" if replaced.held_for else "quote"
    replaced.decided_on = replaced.date
    replaced.version += 1
    replaced.save()
    settle(replaced.customer_id)


ORDER_KINDS = (
    Kind("order.record", RecordOrder, record_order, undo_record_order),
    Kind("order.confirm", ConfirmOrder, keeping(confirm_order, ORDER_AND_COSTS), undo_kept=undo_confirming),
    Kind("order.release", ReleaseOrder, keeping(release_order, ORDER_AND_COSTS), undo_kept=undo_releasing),
    Kind("order.reject", RejectOrder, keeping(reject_order, ORDER_ITSELF), undo_kept=undo_ending),
    Kind("order.cancel", CancelOrder, keeping(cancel_order, ORDER_AND_AMENDMENTS), undo_kept=undo_ending),
    Kind("order.lose", LoseOrder, keeping(lose_order, ORDER_ITSELF), undo_kept=undo_ending),
    Kind("order.return", ReturnOrder, return_order, undo_record_order),
)
