"""Held orders that a change has freed: how they stood is kept beside it, so that its undo holds them again."""

from __future__ import annotations

from model import booking, totals
from model.context import Context
from model.errors import N_, Refused
from model.former import Former, put_back, stood_before
from model.notices import consequent_id, notify
from model.orders import Order
from model.settlement import settle
from model.store import one
from model.touched import touch

_NAMED_SINCE = "SELECT number FROM orders WHERE (returns_id = ? OR replaces_id = ?) AND state <> 'voided'"


def freed_by(change_uid: bytes) -> bytes:
    """Under what is kept how the orders stood that a change has freed."""
    return consequent_id(change_uid, b"freed")


def hold_again(uid: bytes, ctx: Context) -> None:
    """Let the held orders wait again that a change has freed: before it they did.

    Raises:
        Refused: that was not today, or something was done with one of them since.
    """
    freed = freed_by(uid)
    if not Former.select().where(Former.change_uid == freed).exists():
        return
    stood = stood_before(freed)
    for id_ in sorted({each.id for each in stood}):
        order = Order.get_by_id(id_)
        since = one(_NAMED_SINCE, (id_, id_))
        if order.live_from != ctx.business_date or since is not None:
            raise Refused(
                N_("{number} was confirmed by it on {date}: make the opposite change instead."),
                number=order.number, date=order.decided_on.isoformat(),
            )  # fmt: skip
        touch("order", order.id, customer=order.customer_id)
        booking.leave(order, ctx.business_date, booking.UNDONE)
        put_back([each for each in stood if each.id == id_])
        totals.note_trades(order.customer_id)
        settle(order.customer_id)
        _tell_its_maker(order, ctx)


def _tell_its_maker(order: Order, ctx: Context) -> None:
    maker = order.maker_id or order.owner_id
    if maker is not None:
        notify(
            ctx, maker, "credit.rejudge", N_("{number} is held again: what had freed it was undone."),
            customer=order.customer_id, about=order.number, number=order.number,
        )  # fmt: skip
