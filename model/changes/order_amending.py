"""Amending a confirmed order: what it shall be instead waits as an order of its own until someone of the office agrees.

The amendment then takes the place of the order: its date, term, owner and shares, the money that settled it. What was
before stays readable: until the day of the agreement the order counted, from then on the amendment does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from model import booking, totals
from model.attribution import owner_share
from model.changes.customers import checked_text
from model.changes.documents import document_date, free_number
from model.changes.kind import Args, Kind
from model.changes.order_endings import not_before, order_to_decide, void
from model.changes.order_judging import OrderRecorded, judge_order
from model.changes.order_lines import LineArgs, check_lines, insert_lines, rewrite_costs, valued_lines
from model.context import Context
from model.errors import N_, InputError, Refused
from model.money import LARGEST_AMOUNT_MINOR, line_cost
from model.notices import notify
from model.orders import Order, OrderLine
from model.products import costs_on
from model.settlement import settle
from model.store import one, rows
from model.touched import touch


class AmendOrder(Args, frozen=True):
    """What a confirmed order shall be instead.

    Attributes:
        id, number: of the amendment.
        version: of the order, as the person saw it.
        lines: all of them, not only what is different.
    """

    id: bytes
    number: str
    order: bytes
    version: int
    date: date
    lines: tuple[LineArgs, ...]
    note: str = ""


def amend_order(args: AmendOrder, ctx: Context) -> OrderRecorded:
    original = order_to_decide(args.order, "order.amend", ctx)
    _require_amendable(original)
    if original.version != args.version:
        raise Refused(N_("{number} was changed meanwhile: look at it again, then amend it."), number=original.number)
    day = document_date(args.date, ctx, earliest=original.live_from)
    not_before(original, day)
    check_lines(args.lines)
    amendment = Order(
        id=args.id, number=free_number(args.number, args.id), customer=original.customer_id, state="held", date=day,
        first_date=day, decided_on=day, maker=original.maker_id, replaces=original.id, due_date=day, amount=0,
        note=checked_text("note", args.note), change_uid=ctx.change_uid,
    )  # fmt: skip
    sold = rows("SELECT product_id FROM order_line WHERE order_id = ?", (original.id,))
    sold_before = {bytes(id_) for (id_,) in sold}
    lines = valued_lines(amendment, args.lines, ctx, sold_before)
    amendment.amount = sum(line.amount for line in lines)
    if amendment.amount > LARGEST_AMOUNT_MINOR:
        raise InputError(N_("The order's total is too large: check prices and quantities."))
    _freeze_as(original, amendment, lines)
    verdict = judge_order(amendment, lines, max(day, ctx.business_date))
    amendment.held_for = verdict.held_for
    touch("order", amendment.id, customer=original.customer_id)
    amendment.insert_new()
    insert_lines(lines)
    settle(original.customer_id)
    return OrderRecorded(amendment.id, amendment.number, amendment.state, amendment.amount, verdict)


def _require_amendable(original: Order) -> None:
    """
    Raises:
        Refused: nothing can stand in the place of this order.
    """
    if original.kind != "sale" or original.state != "confirmed":
        raise Refused(N_("{number} is no confirmed order: only such a one is amended."), number=original.number)
    waiting = one("SELECT number FROM orders WHERE replaces_id = ? AND state = 'held'", (original.id,))
    if waiting is not None:
        raise Refused(
            N_("{other} waits to amend {number}: have it released or rejected first."),
            number=original.number, other=waiting[0],
        )  # fmt: skip
    _require_nothing_returned(original)


def _require_nothing_returned(original: Order) -> None:
    """
    Raises:
        Refused: goods of the order came back: a return names its lines.
    """
    returned = one("SELECT number FROM orders WHERE returns_id = ? AND state = 'confirmed'", (original.id,))
    if returned is not None:
        raise Refused(
            N_("Goods of {number} came back with {other}: let the rest come back too, and sell anew."),
            number=original.number, other=returned[0],
        )  # fmt: skip


def _freeze_as(original: Order, amendment: Order, lines: Sequence[OrderLine]) -> None:
    """Write into an amendment what was frozen with its order; what is sold besides costs what it cost on that day."""
    amendment.credit_days, amendment.credit_from = original.credit_days, original.credit_from
    amendment.due_date = original.due_date
    amendment.owner_id, amendment.maker_id = original.owner_id, original.maker_id
    amendment.owner_bp = original.owner_bp
    frozen = dict(rows("SELECT product_id, cost_e4 FROM order_line WHERE order_id = ?", (original.id,)))
    others = costs_on({line.product_id for line in lines} - frozen.keys(), original.date)
    costs = {**others, **frozen}
    for line in lines:
        line.cost_e4 = costs.get(line.product_id)
        line.cost = None if line.cost_e4 is None else line_cost(line.quantity_e3, line.cost_e4)
    amendment.cost = sum(line.cost for line in lines if line.cost is not None)
    if amendment.cost > LARGEST_AMOUNT_MINOR:
        raise InputError(N_("The order's cost is too large: check quantities and the costs of its products."))
    amendment.uncosted = sum(line.amount for line in lines if line.cost is None)
    share = owner_share(amendment.owner_bp, amendment.amount, amendment.cost, amendment.uncosted)
    amendment.owner_amount, amendment.owner_cost, amendment.owner_uncosted = share.amount, share.cost, share.uncosted


def is_amendment(order: Order) -> bool:
    """Whether a held order shall stand in the place of another that was confirmed; a quote's successor never does."""
    return order.state == "held" and "amended" in order.held_for.split(",")


def take_effect(amendment: Order, lines: Sequence[OrderLine], day: date, ctx: Context) -> None:
    """Let an amendment that somebody agreed to stand in the place of its order from a day on.

    Raises:
        Refused: the order is not what was amended any more, or came from tables that do not say which it was.
    """
    if amendment.replaces_id is None:
        raise Refused(
            N_("Nothing says which order {number} amends: reject it, and amend that one anew."), number=amendment.number
        )
    original: Order = Order.get_by_id(amendment.replaces_id)
    if original.state != "confirmed":
        raise Refused(
            N_("{number} is {state}: reject {other}, which was to amend it."),
            number=original.number, state=original.state, other=amendment.number,
        )  # fmt: skip
    _require_nothing_returned(original)
    if original.live_from is not None and day < original.live_from:
        raise Refused(N_("{number} cannot end before it began."), number=original.number)
    for order in (original, amendment):
        touch("order", order.id, customer=order.customer_id)
        order.version += 1
        order.decided_on = day
    booking.leave(original, ctx.business_date, booking.AMENDED, day if day > original.date else None)
    # Amended on its own day it lived for no day at all, but its successor must be found by it.
    original.live_to = day
    original.state, original.reason = "cancelled", amendment.number
    original.save()
    amendment.date, amendment.first_date = original.date, original.first_date
    amendment.state, amendment.live_from = "confirmed", day
    _freeze_as(original, amendment, lines)
    amendment.save()
    rewrite_costs(lines)
    booking.enter(amendment, ctx.business_date, booking.amended_as(original))
    totals.note_trades(original.customer_id)
    settle(original.customer_id)
    _tell(original, amendment, ctx)


def _tell(original: Order, amendment: Order, ctx: Context) -> None:
    """Tell who took the order, and the customer's owner, that it was amended."""
    concerned = {person for person in (original.maker_id, original.owner_id) if person is not None}
    for person in sorted(concerned - {ctx.person}):
        notify(
            ctx, person, "order.amend", N_("{number} was amended: {other} stands in its place."),
            customer=original.customer_id, about=original.number, number=original.number, other=amendment.number,
        )  # fmt: skip


def undo_amend_order(args: AmendOrder, ctx: Context) -> None:
    amendment = Order.with_id(args.id)
    if amendment is None or amendment.state != "held":
        raise Refused(
            N_("{number} is decided and cannot be undone: amend the order again."),
            number=args.number if amendment is None else amendment.number,
        )  # fmt: skip
    void(amendment, ctx)


AMENDING_KINDS = (Kind("order.amend", AmendOrder, amend_order, undo_amend_order),)
