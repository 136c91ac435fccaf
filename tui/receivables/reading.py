"""What the receipt form reads; every function runs in a thread, inside `with store.use():`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from model.allocation import Wish
from model.changes.orders import judge_order, lines_of
from model.credit import Standing, standing_on
from model.laptop import cards_among
from model.money_lists import bill_amounts, releasable_orders, waiting_money
from model.orders import Order
from model.settlement import Preview, preview_receipt
from model.store import rows
from tui.customers.forms import name_of


@dataclass(frozen=True)
class ReceiptBeginning:
    """Who pays, how the customer stands, and the order the money is meant for.

    Attributes:
        only_card: this laptop holds the customer's card, but not its documents.
        waiting: what of the customer's money waits for a bill, in minor units.
        held: numbers of the orders that are held, by their ids.
        names_order: whether the money names that order; else it settles the bills that stop it.
    """

    customer_id: bytes
    customer: str
    standing: Standing
    order: Order | None
    only_card: bool
    waiting: int
    held: Mapping[bytes, str]
    names_order: bool


@dataclass(frozen=True)
class PreviewedReceipt:
    """What a receipt would settle, and the bills that it can name with their amounts."""

    customer_id: bytes
    preview: Preview
    nameable: Mapping[bytes, int]


@dataclass(frozen=True)
class FreedOrders:
    """What money has freed: orders that were held and are confirmed now, and the first that can be released.

    Attributes:
        balance: with them, in minor units; None where nothing can be freed.
    """

    confirmed: tuple[str, ...]
    next_one: Order | None
    balance: int | None


def read_beginning(
    customer_id: bytes, order_id: bytes | None, day: date, amount: int | None = None
) -> ReceiptBeginning:
    """How a customer stands before the money comes in; its amount in minor units, where that is known."""
    order = None if order_id is None else Order.get_or_none(Order.id == order_id)
    held = rows(
        "SELECT id, number FROM orders WHERE customer_id = ? AND state IN ('held', 'quote') AND state = 'held'",
        (customer_id,),
    )
    return ReceiptBeginning(
        customer_id, name_of(customer_id), standing_on(customer_id, day), order, bool(cards_among([customer_id])),
        waiting_money(customer_id), {bytes(id_): number for id_, number in held}, _is_named(order, amount, day),
    )  # fmt: skip


def _is_named(order: Order | None, amount: int | None, day: date) -> bool:
    """Whether money that comes for an order names it; where older bills stop a held one, less than all of it settles
    those."""
    if order is None or order.state != "held":
        return True
    verdict = judge_order(order, lines_of(order), day)
    return not verdict.cures_by_older_bills or (amount is not None and amount >= verdict.need)


def read_preview(customer_id: bytes, amount: int, named: Sequence[bytes], order: Order | None) -> PreviewedReceipt:
    """What money of an amount would do that names some bills, and perhaps an order that waits for it."""
    nameable = bill_amounts(customer_id)
    amounts = dict(nameable) if order is None else {order.id: order.amount, **nameable}
    wishes = tuple(Wish(id_, None, amounts[id_]) for id_ in named if id_ in amounts)
    return PreviewedReceipt(customer_id, preview_receipt(customer_id, amount, wishes), nameable)


def read_twins(customer_id: bytes, day: date, amount: int, kind: str) -> list[str]:
    """Numbers of the same money of the same day."""
    found = rows(
        "SELECT number FROM receipt WHERE customer_id = ? AND date = ? AND amount = ? AND kind = ? AND voided = 0"
        " ORDER BY number",
        (customer_id, day.isoformat(), amount, kind),
    )
    return [str(number) for (number,) in found]


def read_freed(customer_id: bytes, held_before: Mapping[bytes, str], order: Order | None, day: date) -> FreedOrders:
    """What became of a customer's held orders since the money came in; the order it was meant for comes first."""
    marks = ", ".join("?" * len(held_before)) or "NULL"
    found = rows(f"SELECT number FROM orders WHERE id IN ({marks}) AND state = 'confirmed'", (*held_before,))
    confirmed = tuple(str(number) for (number,) in found)
    releasable = releasable_orders(customer_id, day)
    if order is not None:
        now = Order.get_by_id(order.id)
        if now.state == "held" and judge_order(now, lines_of(now), day).ok:
            releasable.insert(0, now)
    return FreedOrders(confirmed, releasable[0] if releasable else None, standing_on(customer_id, day).balance)
