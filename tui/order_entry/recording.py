"""What the order screen writes; every function runs in a thread, inside `with store.use():`."""

from __future__ import annotations

from dataclasses import dataclass

from model.changes.documents import next_number
from model.changes.orders import ConfirmOrder, OrderRecorded, RecordOrder, ReleaseOrder, judge_order, lines_of
from model.changes.receipts import Payment
from model.credit import Verdict
from model.errors import N_, InputError
from model.ids import new_id
from model.orders import Order
from model.rights import may
from tui.order_entry.reading import is_unchanged
from tui.order_entry.typed_order import TypedOrder
from tui.session import Session


@dataclass(frozen=True)
class HeldOrder:
    """A held order as it stands now.

    Attributes:
        state: no longer `held` when someone released or ended it meanwhile.
        may_release: whether the person may let it through although the verdict still stops it.
    """

    id: bytes
    number: str
    customer: bytes
    customer_name: str
    amount: int
    state: str
    verdict: Verdict
    may_release: bool


def record_typed(session: Session, order: TypedOrder, *, quote: bool) -> OrderRecorded:
    """Record what was typed: as an order, as a quote, or by confirming the quote it was taken up from.

    Raises:
        HuokeError: a rule says no, and why.
    """
    if order.customer is None:
        raise InputError(N_("Choose the customer first."))
    if quote and order.paid:
        raise InputError(N_("Money paid with it belongs to an order: confirm it, or clear that field."))
    day = session.today()
    with session.store.writing():
        payment = Payment(id=new_id(), number=next_number(), amount=order.paid) if order.paid else None
        if order.quote is not None and not quote and is_unchanged(order):
            confirmed: OrderRecorded = session.record(ConfirmOrder(order=order.quote, date=day, payment=payment))
            return confirmed
        recorded: OrderRecorded = session.record(
            RecordOrder(
                id=order.id,
                number=next_number(),
                customer=order.customer,
                date=day,
                lines=order.line_args(),
                maker=session.person_id,
                quote=quote,
                replaces=order.quote,
                payment=payment,
            )
        )
        return recorded


def read_held(session: Session, order_id: bytes) -> HeldOrder:
    """A held order, judged again with the money that names it."""
    order = Order.get(Order.id == order_id)
    return HeldOrder(
        id=order_id,
        number=order.number,
        customer=order.customer_id,
        customer_name=order.customer.shown_name,
        amount=order.amount,
        state=order.state,
        verdict=judge_order(order, lines_of(order), session.today()),
        may_release=may(session.person_id, "release_held"),
    )


def release(session: Session, order_id: bytes, reason: str) -> OrderRecorded:
    """Let a held order through today."""
    released: OrderRecorded = session.record(ReleaseOrder(order=order_id, date=session.today(), reason=reason))
    return released
