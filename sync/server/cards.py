"""The card of a customer: of every customer of another what it takes to sell to it, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from model.credit import standing_on
from model.customers import Customer, owner_on
from model.fields import iso
from model.leases import lent_to_others
from sync.protocol import Card


def cards(customers: Iterable[bytes], day: date) -> dict[bytes, bytes]:
    """The cards of these customers, as the body of a document.

    Returns:
        id → body.
    """
    ids = list(customers)
    found = {}
    for customer in Customer.select().where(Customer.id.in_(ids)):
        standing = standing_on(customer.id, day)
        found[customer.id] = msgspec.msgpack.encode(
            Card(
                code=customer.code,
                name=customer.name,
                short_name=customer.short_name,
                city=customer.city,
                closed_on=iso(customer.closed_on),
                owner=owner_on(customer.id, day),
                credit_days=standing.credit_days,
                credit_from=standing.credit_from,
                verdict=standing.verdict,
                credit_left=standing.credit_left - lent_to_others(customer.id, ""),
                overdue=standing.overdue,
            )
        )
    return found
