"""Goods that come back: a return of a confirmed order, at its price, cost and shares."""

from __future__ import annotations

from datetime import date

from model import allocation, booking
from model.changes.customers import checked_text
from model.changes.documents import document_date, free_number
from model.changes.kind import Args
from model.changes.order_endings import order_to_decide
from model.changes.order_judging import OrderRecorded
from model.changes.order_lines import check_numbering, insert_lines
from model.context import Context
from model.errors import N_, InputError, Refused
from model.orders import Order
from model.returns import ReturnedLine, returned_lines, returned_share, returned_totals
from model.settlement import settle_appended
from model.touched import touch


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


def return_order(args: ReturnOrder, ctx: Context) -> OrderRecorded:
    original = order_to_decide(args.order, "order.return", ctx)
    if original.kind != "sale" or original.state != "confirmed":
        raise Refused(
            N_("Goods can come back only of a confirmed order, and {number} is not one."),
            number=original.number,
        )
    day = document_date(args.date, ctx, earliest=original.date)
    if day < original.date:
        raise Refused(
            N_("{number} is dated {date}: choose that day or a later one."),
            number=original.number, date=original.date.isoformat(),
        )  # fmt: skip
    if not args.lines:
        raise InputError(N_("The return has no lines: say which goods come back."))
    check_numbering([line.line for line in args.lines])
    lines = returned_lines(
        original.id, [ReturnedLine(line.line, line.returns_line, line.quantity_e3) for line in args.lines]
    )
    amount = sum(line.amount for line in lines)
    cost = sum(line.cost for line in lines if line.cost is not None)
    uncosted = sum(line.amount for line in lines if line.cost is None)
    share = returned_share(original.owner_bp, returned_totals(original.id), amount, cost, uncosted)
    order = Order(
        id=args.id, number=free_number(args.number, args.id), customer=original.customer_id, kind="return",
        state="confirmed", date=day, first_date=day, live_from=day, decided_on=day,
        maker=original.maker_id, owner=original.owner_id, owner_bp=original.owner_bp,
        amount=amount, cost=cost, uncosted=uncosted,
        owner_amount=share.amount, owner_cost=share.cost, owner_uncosted=share.uncosted,
        credit_days=0, credit_from="order", due_date=day, returns=original.id,
        note=checked_text("note", args.note), change_uid=ctx.change_uid,
    )  # fmt: skip
    touch("order", order.id, customer=order.customer_id)
    order.save(force_insert=True)
    for line in lines:
        line.order = order.id
    insert_lines(lines)
    booking.enter(order, ctx.business_date)
    dated = day.isoformat()
    money = allocation.Money(
        order.id, dated, order.number, amount, (allocation.Wish(original.id, None, original.amount),)
    )
    settle_appended(order.customer_id, allocation.Event(dated, allocation.RETURNS, order.number, "money", money))
    return OrderRecorded(order.id, order.number, order.state, order.amount, None)
