"""How an order ends: cancelled, rejected by the office, lost to the customer, or taken out as if it had not been."""

from __future__ import annotations

from datetime import date

from model import booking, totals
from model.changes.cover import refuse_goods_without_cover
from model.changes.customers import checked_text
from model.changes.documents import document_date
from model.changes.kind import Args
from model.changes.receipts import order_with_id
from model.context import Context
from model.errors import N_, InputError, Refused
from model.orders import LOST_REASONS, Order
from model.rights import RIGHTS, earliest_unheard, may, require, require_touch
from model.settlement import settle
from model.store import one, rows
from model.touched import touch

WAITING_AMENDMENTS = "SELECT id FROM orders WHERE replaces_id = ? AND state = 'held' ORDER BY id"


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


def order_to_decide(order_id: bytes, kind: str, ctx: Context) -> Order:
    """The order with this id, about which the person may decide by a change of this kind.

    Raises:
        Refused: it is another salesperson's.
    """
    order = order_with_id(order_id)
    require_touch(ctx, kind, order.customer_id, maker=order.maker_id)
    return order


def held_order(order_id: bytes, kind: str, ctx: Context) -> Order:
    """The held order with this id, about which the person may decide by a change of this kind.

    Raises:
        Refused: it is not held, or another salesperson's.
    """
    order = order_to_decide(order_id, kind, ctx)
    if order.state != "held":
        raise Refused(N_("{number} is not held but {state}."), number=order.number, state=order.state)
    return order


def not_before(order: Order, day: date) -> None:
    """Refuse a day before the order was taken."""
    if day < order.first_date:
        raise Refused(
            N_("{number} is dated {date}: choose that day or a later one."),
            number=order.number, date=order.first_date.isoformat(),
        )  # fmt: skip


def cancel_order(args: CancelOrder, ctx: Context) -> None:
    order = order_to_decide(args.order, "order.cancel", ctx)
    if order.state == "cancelled":
        raise Refused(N_("{number} is cancelled already."), number=order.number)
    if order.state not in ("confirmed", "held", "quote") or order.kind == "opening":
        raise Refused(N_("{number} is {state} and cannot be cancelled."), number=order.number, state=order.state)
    if order.kind == "sale":
        _still_their_own_word(order, ctx)
        returned = one("SELECT number FROM orders WHERE returns_id = ? AND state = 'confirmed'", (order.id,))
        if returned is not None:
            raise Refused(
                N_("Goods of {number} came back with {other}: cancel that return first."),
                number=order.number, other=returned[0],
            )  # fmt: skip
    _end(order, "cancelled", args, ctx)
    if order.kind == "return":
        refuse_goods_without_cover(order, ctx)


def _still_their_own_word(order: Order, ctx: Context) -> None:
    """Only what was confirmed today is cancelled by anybody: later it is a debt, and those who sell must collect it.

    Raises:
        Refused: it is too late, and the person's role may not.
    """
    if order.state != "confirmed" or may(ctx.person, "cancel_confirmed"):
        return
    since = earliest_unheard(ctx) if ctx.is_past else ctx.business_date
    if order.decided_on < since:
        raise Refused(
            N_("{number} was confirmed on {date}: ask someone whose role is {roles} to cancel it, or record a return."),
            number=order.number, date=order.decided_on.isoformat(), roles=RIGHTS["cancel_confirmed"],
        )  # fmt: skip


def reject_order(args: RejectOrder, ctx: Context) -> None:
    require(ctx, "reject_held")
    _end(held_order(args.order, "order.reject", ctx), "rejected", args, ctx)


def lose_order(args: LoseOrder, ctx: Context) -> None:
    order = order_to_decide(args.order, "order.lose", ctx)
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
    day = document_date(args.date, ctx, earliest=order.live_from or order.first_date)
    not_before(order, day)
    reason = checked_text("reason", args.reason)
    if not reason:
        raise InputError(N_("Say why {number} ends."), number=order.number)
    if order.live_from is not None and day < order.live_from:
        raise Refused(N_("{number} cannot end before it began."), number=order.number)
    touch("order", order.id, customer=order.customer_id)
    was_live = order.state == "confirmed"
    if was_live:
        _void_waiting_amendments(order, ctx)
        ended_on = day if day > (order.live_from or order.date) else None
        booking.leave(order, ctx.business_date, booking.CANCELLED, ended_on)
        order.live_to = day
        if order.live_to == order.live_from:
            order.live_from = order.live_to = None
    order.state, order.decided_on, order.reason = state, day, reason
    order.version += 1
    order.save()
    if was_live:
        totals.note_trades(order.customer_id)
    settle(order.customer_id)


def _void_waiting_amendments(order: Order, ctx: Context) -> None:
    """Take out what waits to amend an order that ends: there is nothing left to amend."""
    for (id_,) in rows(WAITING_AMENDMENTS, (order.id,)):
        void(Order.get_by_id(id_), ctx)


def void(order: Order, ctx: Context) -> None:
    """Take an order out as if it had not been, keeping its number."""
    touch("order", order.id, customer=order.customer_id)
    was_live = order.state == "confirmed"
    if was_live:
        booking.leave(order, ctx.business_date, booking.UNDONE)
    order.state, order.decided_on, order.live_from, order.live_to = "voided", ctx.business_date, None, None
    order.open_amount, order.settled_on = 0, None
    order.version += 1
    order.save()
    if was_live:
        totals.note_trades(order.customer_id)
    settle(order.customer_id)
