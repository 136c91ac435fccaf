"""Decisions about orders, taken back: only while the order is as the decision left it and nothing else names it.

What was cancelled, rejected or lost waits again or is live again; what was confirmed or released waits again. An order
that becomes live again is judged as it stands now: undoing a cancellation is no way around a limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model import booking, leases, totals
from model.aliases import was_moved
from model.changes.cover import refuse_goods_without_cover
from model.changes.order_endings import WAITING_AMENDMENTS, EndOrder, RejectOrder, order_to_decide
from model.changes.order_judging import judge_confirming
from model.changes.order_lines import lines_of
from model.changes.receipts import Payment, announce_receipt, still_a_slip
from model.context import Context
from model.customers import closed_by
from model.errors import N_, Refused
from model.former import Stood, Writes, put_back, stood_before
from model.orders import Order
from model.receipts import Receipt
from model.rights import require
from model.settlement import settle
from model.store import execute, one, rows
from model.synced import column_at
from model.touched import touch

if TYPE_CHECKING:
    from model.changes.orders import ConfirmOrder, ReleaseOrder

ORDER_ITSELF = Writes("order", ("orders",), lambda args: (args.order,))
ORDER_AND_AMENDMENTS = Writes(
    "order", ("orders",), lambda args: (args.order, *(bytes(row[0]) for row in rows(WAITING_AMENDMENTS, (args.order,))))
)
ORDER_AND_COSTS = Writes("order", ("orders", "order_line"), lambda args: (args.order,))


def undo_ending(args: EndOrder, ctx: Context, uid: bytes) -> None:
    """Let an order that was cancelled, rejected or lost stand again as it stood."""
    if isinstance(args, RejectOrder):
        require(ctx, "reject_held")
    stood = stood_before(uid)
    order = order_to_decide(args.order, "order.cancel", ctx)
    if _state_before(order, stood) == "confirmed":
        _may_live_again(order, ctx)
    elif _amends(order):
        _could_wait_again(order)
    _let_stand(order, stood, ctx)


def undo_confirming(args: ConfirmOrder, ctx: Context, uid: bytes) -> None:
    """Let a quote that was confirmed wait again, without the money that came with its confirmation."""
    _let_wait(order_to_decide(args.order, "order.confirm", ctx), args.payment, ctx, uid, may_be_paid=False)


def undo_releasing(args: ReleaseOrder, ctx: Context, uid: bytes) -> None:
    """Let an order that was released wait again; money that names it waits with it."""
    _let_wait(order_to_decide(args.order, "order.confirm", ctx), None, ctx, uid, may_be_paid=True)


def _let_wait(order: Order, payment: Payment | None, ctx: Context, uid: bytes, *, may_be_paid: bool) -> None:
    stood = stood_before(uid)
    if amended := one("SELECT number FROM orders WHERE id = ? AND state = 'cancelled'", (order.replaces_id,)):
        raise Refused(
            N_("{number} stands in the place of {other}: amend it back instead."),
            number=order.number, other=amended[0],
        )  # fmt: skip
    refuse_named(order, payment, may_be_paid=may_be_paid)
    if payment is not None:
        void_payment(order, payment, ctx)
    touch("order", order.id, customer=order.customer_id)
    if order.state == "confirmed":
        booking.leave(order, ctx.business_date, booking.UNDONE)
    _let_stand(order, stood, ctx)
    if payment is not None:
        refuse_goods_without_cover(Receipt.get_by_id(payment.id), ctx)


def refuse_named(order: Order, payment: Payment | None, *, may_be_paid: bool = False) -> None:
    """Go on only where no other document names an order.

    Args:
        payment: the money that came with it, which may.
        may_be_paid: whether all money may.

    Raises:
        Refused: one does.
    """
    paid_by = one(
        "SELECT r.number FROM receipt_order w JOIN receipt r ON r.id = w.receipt_id"
        " WHERE w.order_id = ? AND r.voided = 0 AND r.id <> ?",
        (order.id, b"" if payment is None else payment.id),
    )
    named_by = (None if may_be_paid else paid_by) or one(
        "SELECT number FROM orders WHERE (returns_id = ? OR replaces_id = ?) AND state <> 'voided'",
        (order.id, order.id),
    )
    if named_by is not None:
        raise Refused(
            N_("{number} is named by {other}: cancel it or make a return instead."),
            number=order.number,
            other=named_by[0],
        )


def void_payment(order: Order, payment: Payment, ctx: Context) -> None:
    """Take the money out that came with an order, keeping its number; the customer is still to be settled.

    Raises:
        Refused: it was reversed, or it is too late for who asks.
    """
    reversed_by = one("SELECT number FROM receipt WHERE reverses_id = ? AND voided = 0", (payment.id,))
    if reversed_by is not None:
        raise Refused(
            N_("The money of {number} was reversed by {other}: cancel the order instead."),
            number=order.number, other=reversed_by[0],
        )  # fmt: skip
    still_a_slip(Receipt.get_by_id(payment.id), ctx)
    announce_receipt(payment.id, order.customer_id)
    execute("UPDATE receipt SET voided = 1, unallocated = 0 WHERE id = ?", (payment.id,))


def _state_before(order: Order, stood: list[Stood]) -> Any:
    [row] = next(each.before for each in stood if each.table == "orders" and each.id == order.id)
    return row[column_at("order", "state")]


def _amends(order: Order) -> bool:
    """Whether an order stands, or was to stand, in the place of another that was confirmed."""
    return order.replaces_id is not None and "amended" in order.held_for.split(",")


def _could_wait_again(amendment: Order) -> None:
    """
    Raises:
        Refused: what it was to amend is no confirmed order any more, or another amendment of it waits.
    """
    amended = Order.get_by_id(amendment.replaces_id)
    other = one("SELECT number FROM orders WHERE replaces_id = ? AND state = 'held'", (amended.id,))
    if amended.state != "confirmed" or other is not None:
        raise Refused(
            N_("{number} cannot wait again beside {other}: amend the order anew."),
            number=amendment.number, other=amended.number if other is None else other[0],
        )  # fmt: skip


def _may_live_again(order: Order, ctx: Context) -> None:
    """Judge an order as if it were confirmed now, and take what it needs of the device's lease.

    Raises:
        Refused: as things stand now it would not be confirmed, or other goods came back of its order since.
    """
    if order.kind == "return":
        original = Order.get_by_id(order.returns_id)
        other = one("SELECT number FROM orders WHERE returns_id = ? AND state = 'confirmed'", (original.id,))
        if original.state != "confirmed" or other is not None:
            raise Refused(
                N_("{number} cannot stand again beside {other}: record the return anew."),
                number=order.number, other=original.number if other is None else other[0],
            )  # fmt: skip
        return
    day = ctx.business_date
    device = "" if was_moved(order.id, order.customer_id) else ctx.device
    verdict = judge_confirming(order, lines_of(order), day, None, ctx, device=device)
    if closed_by(order.customer_id, day) or not verdict.ok:
        raise Refused(N_("{number} would be held now: record the order anew."), number=order.number)
    leases.use(order.customer_id, device, order.id, verdict.need, guaranteed=verdict.guaranteed)


def _let_stand(order: Order, stood: list[Stood], ctx: Context) -> None:
    """Write the order as it stood, with what waited to amend it, and all that is summed from it."""
    was_live = order.state == "confirmed"
    for id_ in sorted({order.id, *(each.id for each in stood)}):
        touch("order", id_, customer=order.customer_id)
    put_back(stood)
    again = Order.get_by_id(order.id)
    if again.state == "confirmed":
        booking.enter(again, ctx.business_date)
    if was_live or again.state == "confirmed":
        totals.note_trades(order.customer_id)
    settle(order.customer_id)
