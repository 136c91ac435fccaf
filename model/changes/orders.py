"""What can be done with an order: record, confirm, release; and the one list of all that can be done with orders.

This is the one place where an order is confirmed; the screen, the command line, the server and the tests call it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from datetime import date

from model import allocation, leases, totals
from model.aliases import was_moved
from model.changes.customers import checked_text, colleague, customer_with_id
from model.changes.documents import document_date, free_number
from model.changes.kind import Args, Kind
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
from model.changes.receipts import Payment, announce_receipt, order_with_id, post_payment, still_a_slip
from model.context import Context
from model.credit import Verdict
from model.customers import Customer
from model.errors import N_, InputError, Refused
from model.money import LARGEST_AMOUNT_MINOR
from model.notices import notify
from model.orders import Order, OrderLine
from model.receipts import Receipt
from model.rights import acts_for_another, may_touch, require, require_own_name, require_touch
from model.settlement import settle_appended
from model.store import execute, one
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
    if args.replaces is not None and _replaced(args.replaces, order, ctx):
        order.replaces = args.replaces
    freeze(order, lines)
    # Of a customer that was merged since, the laptop had another lease: the winner's covers the winner's own.
    device = ctx.device if args.customer == customer.id else ""
    verdict = None if args.quote else judge_confirming(order, lines, day, args.payment, ctx, device=device)
    if verdict is not None and verdict.ok:
        order.state, order.live_from = "confirmed", day
    order.held_for = "" if verdict is None else verdict.held_for
    touch("order", order.id, customer=customer.id)
    order.insert_new()
    insert_lines(lines)
    if verdict is not None:
        _use_lease(order, verdict, device)
    if order.state == "confirmed":
        _enter(order)
    else:
        totals.ensure_customer(customer.id)
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


def confirm_waiting(order: Order, lines: Sequence[OrderLine], day: date) -> None:
    """Confirm an order that waited, as of a day: what holds then is frozen in it."""
    touch("order", order.id, customer=order.customer_id)
    order.version += 1
    order.date = order.decided_on = order.live_from = day
    order.state = "confirmed"
    freeze(order, lines)
    order.save()
    rewrite_costs(lines)
    _enter(order)


def _enter(order: Order) -> None:
    """Let a live order count: in its months, in its customer's trades, and as a bill that waiting money may settle."""
    totals.enter(order)
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
        confirm_waiting(order, lines, day)
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
    confirm_waiting(order, lines, day)
    return OrderRecorded(order.id, order.number, order.state, order.amount, verdict)


def _replaced(quote_id: bytes, order: Order, ctx: Context) -> bool:
    """Take the quote out that an order replaces; whether it could be.

    Raises:
        Refused: it is no open quote of this customer. An order that a laptop recorded stands by itself then.
    """
    quote = Order.get_or_none(Order.id == quote_id) if ctx.arrived else order_with_id(quote_id)
    if quote is not None and not may_touch(ctx, "order.replace", quote.customer_id, maker=quote.maker_id):
        quote = None
    if quote is not None and quote.state == "quote" and quote.customer_id == order.customer_id:
        void(quote, ctx)
        return True
    if not ctx.arrived:
        raise Refused(N_("{number} is not an open quote of this customer."), number=order_with_id(quote_id).number)
    notify(
        ctx, ctx.person, "order.record",
        N_("{number} was to replace the quote {quote}, which is not open any more: it stands by itself."),
        customer=order.customer_id, about=order.number, number=order.number,
        quote=quote_id.hex() if quote is None else quote.number,
    )  # fmt: skip
    return False


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
        reversed_by = one("SELECT number FROM receipt WHERE reverses_id = ? AND voided = 0", (payment.id,))
        if reversed_by is not None:
            raise Refused(
                N_("The money of {number} was reversed by {other}: cancel the order instead."),
                number=order.number, other=reversed_by[0],
            )  # fmt: skip
        still_a_slip(Receipt.get_by_id(payment.id), ctx)
        announce_receipt(payment.id, order.customer_id)
        execute("UPDATE receipt SET voided = 1, unallocated = 0 WHERE id = ?", (payment.id,))
    void(order, ctx)


ORDER_KINDS = (
    Kind("order.record", RecordOrder, record_order, undo_record_order),
    Kind("order.confirm", ConfirmOrder, confirm_order),
    Kind("order.release", ReleaseOrder, release_order),
    Kind("order.reject", RejectOrder, reject_order),
    Kind("order.cancel", CancelOrder, cancel_order),
    Kind("order.lose", LoseOrder, lose_order),
    Kind("order.return", ReturnOrder, return_order, undo_record_order),
)
