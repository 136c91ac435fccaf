"""The tax invoice of a bill: its number and date, written beside the bill and taken away again."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import msgspec

from model.changes.customers import checked_text
from model.changes.documents import document_date
from model.changes.kind import Args, Kind
from model.changes.receipts import order_with_id
from model.changes.undoing_orders import ORDER_ITSELF
from model.context import Context
from model.errors import N_, InputError, Refused
from model.former import keeping, put_back, stood_before
from model.rights import require
from model.touched import touch


class InvoiceOrder(Args, frozen=True):
    """A bill for which an invoice was made, or whose invoice is void.

    Attributes:
        invoice_number: empty where it has none any more.
        date: of the invoice.
        seen: the bill's invoice number as the person saw it.
    """

    order: bytes
    invoice_number: str
    date: datetime.date | None = None
    seen: str | None = None


@dataclass(frozen=True)
class Invoiced:
    """A bill and its invoice; the number is empty and the day None where it has none."""

    number: str
    invoice_number: str
    invoiced_on: datetime.date | None


def invoice_order(args: InvoiceOrder, ctx: Context) -> Invoiced:
    require(ctx, "invoice_orders")
    order = order_with_id(args.order)
    number = checked_text("invoice number", args.invoice_number)
    if order.kind == "return" or (order.state != "confirmed" and number):
        raise Refused(N_("{number} is no bill: only such a one has an invoice."), number=order.number)
    if number and args.date is None:
        raise InputError(N_("The invoice of {number} needs a date."), number=order.number)
    day = document_date(args.date, ctx) if number and args.date is not None else None
    if day is not None and day < order.first_date:
        raise Refused(
            N_("{number} is dated {date}: choose that day or a later one."),
            number=order.number, date=order.first_date.isoformat(),
        )  # fmt: skip
    if ctx.arrived and args.seen is not None and order.invoice_number not in (args.seen, number):
        raise Refused(
            N_("{number} has the invoice {invoice} since: look at it, then decide again."),
            number=order.number, invoice=order.invoice_number,
        )  # fmt: skip
    touch("order", order.id)
    order.invoice_number, order.invoiced_on = number, day
    order.version += 1
    order.save()
    return Invoiced(order.number, number, day)


def invoicing_as_seen(args: InvoiceOrder) -> InvoiceOrder:
    return msgspec.structs.replace(args, seen=order_with_id(args.order).invoice_number)


def undo_invoicing(args: InvoiceOrder, ctx: Context, uid: bytes) -> None:
    """Write the invoice that the bill had before."""
    require(ctx, "invoice_orders")
    stood = stood_before(uid)
    touch("order", args.order)
    put_back(stood)


INVOICING_KINDS = (
    Kind(
        "order.invoice", InvoiceOrder, keeping(invoice_order, ORDER_ITSELF), seen=invoicing_as_seen,
        undo_kept=undo_invoicing,
    ),
)  # fmt: skip
