"""Orders, returns and opening items, and their lines.

A document counts in figures while it is live: from `live_from` up to but not including `live_to`. The dates stay when
it is cancelled, so that a figure as of an earlier day still sees it.
"""

from __future__ import annotations

import peewee

from model.customers import Customer
from model.errors import N_, InputError
from model.fields import DayField, IdField
from model.people import Salesperson
from model.products import Product
from model.store import Table, one

KINDS = ("sale", "return", "opening")
STATES = ("quote", "confirmed", "held", "rejected", "cancelled", "lost", "voided")
LOST_REASONS = ("price", "stock", "credit", "late", "competitor", "other")

# A condition for hand-written SQL. The index of orders that wait is taken only where its own condition is repeated.
IS_HELD = "state IN ('held', 'quote') AND state = 'held'"


class Order(Table):
    """A sale, a return or an opening item.

    Attributes:
        date: the business date; the release date for an order that was held.
        first_date: the date it was taken.
        decided_on: the day its present state was reached.
        owner_bp: the owner's share in basis points; the maker has the rest.
        amount, cost, uncosted: minor units; `uncosted` is the revenue of lines whose cost is unknown.
        owner_amount, owner_cost, owner_uncosted: the owner's share of each; the maker's is the remainder.
        open_amount: what is still owed of a bill; of a return, minus what waits to be taken by other bills.
        settled_on: the day its closing allocation was made.
        held_for: why it was held, as the verdict's names joined by commas.
    """

    # Peewee adds the column of each reference under these names.
    customer_id: bytes
    maker_id: bytes | None
    owner_id: bytes | None
    returns_id: bytes | None
    replaces_id: bytes | None

    id = IdField(primary_key=True)
    number = peewee.TextField(unique=True)
    customer = peewee.ForeignKeyField(Customer)
    kind = peewee.TextField(default="sale")
    state = peewee.TextField()
    date = DayField()
    first_date = DayField()
    live_from = DayField(null=True)
    live_to = DayField(null=True)
    decided_on = DayField()
    maker = peewee.ForeignKeyField(Salesperson, null=True)
    owner = peewee.ForeignKeyField(Salesperson, null=True)
    owner_bp = peewee.IntegerField(default=0)
    amount = peewee.BigIntegerField()
    cost = peewee.BigIntegerField(default=0)
    uncosted = peewee.BigIntegerField(default=0)
    owner_amount = peewee.BigIntegerField(default=0)
    owner_cost = peewee.BigIntegerField(default=0)
    owner_uncosted = peewee.BigIntegerField(default=0)
    credit_days = peewee.IntegerField(default=0)
    credit_from = peewee.TextField(default="order")
    due_date = DayField()
    returns = peewee.ForeignKeyField("self", null=True)
    replaces = peewee.ForeignKeyField("self", null=True)
    valid_until = DayField(null=True)
    invoice_number = peewee.TextField(default="")
    invoiced_on = DayField(null=True)
    reason = peewee.TextField(default="")
    note = peewee.TextField(default="")
    held_for = peewee.TextField(default="")
    version = peewee.IntegerField(default=1)
    open_amount = peewee.BigIntegerField(default=0)
    settled_on = DayField(null=True)
    change_uid = IdField()

    class Meta:
        table_name = "orders"


class OrderLine(Table):
    """One product of an order; its number within the order is its own for ever.

    Attributes:
        amount: minor units.
        cost_e4, cost: unit cost and the line's cost in minor units; empty where unknown.
        returns_line: the line of the returned order that this one takes back.
    """

    order_id: bytes
    product_id: bytes

    order = peewee.ForeignKeyField(Order)
    line = peewee.IntegerField()
    product = peewee.ForeignKeyField(Product)
    quantity_e3 = peewee.BigIntegerField()
    price_e4 = peewee.BigIntegerField()
    discount_bp = peewee.IntegerField(default=0)
    amount = peewee.BigIntegerField()
    cost_e4 = peewee.BigIntegerField(null=True)
    cost = peewee.BigIntegerField(null=True)
    tax_rate_bp = peewee.IntegerField(default=0)
    returns_line = peewee.IntegerField(null=True)

    class Meta:
        table_name = "order_line"
        primary_key = peewee.CompositeKey("order", "line")


def standing_for(order_id: bytes) -> bytes:
    """The order that stands for one now: itself, or the last of those that replaced it."""
    while True:
        found = one(
            "SELECT n.id FROM orders n JOIN orders b ON b.id = n.replaces_id WHERE n.replaces_id = ?"
            " AND n.state <> 'voided' AND (b.state = 'voided' OR (b.state = 'cancelled' AND n.live_from IS NOT NULL))",
            (order_id,),
        )
        if found is None:
            return order_id
        order_id = bytes(found[0])


def order_by_number(number: str) -> Order:
    """The order with this number, or with this id in hexadecimal.

    Raises:
        InputError: there is none.
    """
    text = number.strip()
    found = Order.get_or_none(Order.number == text)
    if found is None and len(text) == 32:
        try:
            found = Order.get_or_none(Order.id == bytes.fromhex(text))
        except ValueError:
            found = None
    if found is None:
        raise InputError(N_("There is no order {number}: look for it in the customer's archive."), number=number)
    return found
