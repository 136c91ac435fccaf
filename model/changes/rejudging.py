"""Held orders judged again: what came in, a new limit or a cancellation may have freed them."""

from __future__ import annotations

from datetime import date

from model.changes.customers import customer_with_id
from model.changes.kind import Args, Kind
from model.changes.leasing import office_only
from model.changes.order_judging import judge_order
from model.changes.orders import confirm_waiting, lines_of
from model.context import Context
from model.credit import REASONS_FOR_A_PERSON
from model.customers import closed_by
from model.errors import N_
from model.notices import notify
from model.orders import Order


class JudgeAgain(Args, frozen=True):
    """Customers whose held orders are judged again."""

    customers: tuple[bytes, ...]


def waiting_orders(customer: bytes, day: date) -> list[Order]:
    """A customer's held orders that need no person, the oldest first."""
    held = Order.select().where(
        Order.customer == customer,
        # The condition of the index of waiting orders, or a customer's whole history is read.
        Order.state.in_(("held", "quote")),
        Order.state == "held",
        Order.first_date <= day,
    )
    return [
        order
        for order in held.order_by(Order.first_date, Order.number)
        if not set(order.held_for.split(",")) & set(REASONS_FOR_A_PERSON)
    ]


def judge_again(customer: bytes, ctx: Context) -> list[Order]:
    """Confirm what nothing stops any more of a customer's held orders, the oldest first, each as by a release.

    Returns:
        The orders that are confirmed now.
    """
    if closed_by(customer, ctx.business_date):
        return []
    freed = []
    for order in waiting_orders(customer, ctx.business_date):
        lines = lines_of(order)
        # Each one freed takes credit from the next.
        verdict = judge_order(order, lines, ctx.business_date)
        if verdict.ok:
            confirm_waiting(order, lines, ctx.business_date)
            _tell_its_maker(order, ctx)
            freed.append(order)
    return freed


def _tell_its_maker(order: Order, ctx: Context) -> None:
    maker = order.maker_id or order.owner_id
    if maker is not None:
        notify(
            ctx, maker, "credit.rejudge", N_("{number} was held and is confirmed now."),
            customer=order.customer_id, about=order.number, number=order.number,
        )  # fmt: skip


def rejudge(args: JudgeAgain, ctx: Context) -> list[Order]:
    office_only(ctx)
    return [order for customer in args.customers for order in judge_again(customer_with_id(customer).id, ctx)]


REJUDGING_KINDS = (Kind("credit.rejudge", JudgeAgain, rejudge),)
