"""Money that came in, went out, was written off or taken back, and which bills it named."""

from __future__ import annotations

import peewee

from model.customers import Customer
from model.errors import N_, InputError
from model.fields import DayField, FlagField, IdField
from model.orders import Order
from model.store import Table

KINDS = ("receipt", "refund", "write_off", "discount", "reversal")
KIND_NAMES = {
    "receipt": N_("receipt"),
    "refund": N_("refund"),
    "write_off": N_("write-off"),
    "discount": N_("settlement discount"),
    "reversal": N_("reversal"),
}


class Receipt(Table):
    """One movement of money; `amount` is always positive, `kind` says which way it goes.

    Attributes:
        unallocated: what waits for a bill; of a refund, minus what the customer still owes of it.
        voided: undone before anything referred to it; keeps its number and counts nowhere.
    """

    customer_id: bytes
    reverses_id: bytes | None

    id = IdField(primary_key=True)
    number = peewee.TextField(unique=True)
    customer = peewee.ForeignKeyField(Customer)
    date = DayField()
    amount = peewee.BigIntegerField()
    kind = peewee.TextField(default="receipt")
    method = peewee.TextField(default="")
    reference = peewee.TextField(default="")
    reverses = peewee.ForeignKeyField("self", null=True)
    reason = peewee.TextField(default="")
    voided = FlagField(default=False)
    unallocated = peewee.BigIntegerField(default=0)
    change_uid = IdField()

    class Meta:
        table_name = "receipt"


class ReceiptOrder(Table):
    """A bill that a receipt names, in the order named; an empty amount means as much as it owes."""

    receipt = peewee.ForeignKeyField(Receipt)
    position = peewee.IntegerField()
    order = peewee.ForeignKeyField(Order)
    amount = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "receipt_order"
        primary_key = peewee.CompositeKey("receipt", "position")


class Allocation(Table):
    """What of a receipt or return settled of a bill on a day; derived by replay, never written by hand.

    A negative amount takes an earlier one back (the bill was cancelled, or the receipt reversed).
    """

    customer = peewee.ForeignKeyField(Customer)
    source_id = IdField()
    bill_id = IdField()
    date = DayField()
    amount = peewee.BigIntegerField()

    class Meta:
        table_name = "allocation"
        primary_key = peewee.CompositeKey("customer", "source_id", "bill_id", "date")


def receipt_by_number(number: str) -> Receipt:
    """The receipt with this number, or with this id in hexadecimal.

    Raises:
        InputError: there is none.
    """
    text = number.strip()
    found = Receipt.get_or_none(Receipt.number == text)
    if found is None and len(text) == 32:
        try:
            found = Receipt.get_or_none(Receipt.id == bytes.fromhex(text))
        except ValueError:
            found = None
    if found is None:
        raise InputError(N_("There is no receipt {number}: look for it in the customer's archive."), number=number)
    return found
