"""Customers, whose they are, on what terms they buy, and what was said to them.

Ownership, terms and blacklist are dated histories: a figure of a past day reads what held then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import peewee

from model.aliases import resolved
from model.errors import N_, InputError
from model.fields import DayField, FlagField, IdField, iso
from model.people import Salesperson
from model.remembering import remembered
from model.store import Table, one, rows

CREDIT_FROM = ("order", "month_end")
LONGEST_TERM_DAYS = 3_650
ASSIGNED_BY = ("office", "claim", "release", "claim release")
# The fields of a customer's card that a person may edit freely, in the order they are shown.
CARD_FIELDS = (
    "name", "short_name", "segment", "contact", "phone", "address", "city", "bank_account", "tax_id", "label", "note",
)  # fmt: skip


class Customer(Table):
    """A customer of the company. `retail` marks walk-ins; otherwise it is owned or shared by its assignments."""

    id = IdField(primary_key=True)
    code = peewee.TextField(unique=True)
    name = peewee.TextField()
    short_name = peewee.TextField(default="")
    retail = FlagField(default=False)
    segment = peewee.TextField(default="")
    contact = peewee.TextField(default="")
    phone = peewee.TextField(default="")
    address = peewee.TextField(default="")
    city = peewee.TextField(default="")
    bank_account = peewee.TextField(default="")
    tax_id = peewee.TextField(default="")
    label = peewee.TextField(default="")
    created_on = DayField(null=True)
    closed_on = DayField(null=True)
    note = peewee.TextField(default="")
    version = peewee.IntegerField(default=1)

    class Meta:
        table_name = "customer"

    @property
    def shown_name(self) -> str:
        return str(self.short_name or self.name)


class Assignment(Table):
    """A salesperson's responsibility for a customer, from a date up to but not including another.

    `started_by` is office or claim; `ended_by` is empty while it lasts, then office or release.
    """

    customer_id: bytes
    owner_id: bytes

    customer = peewee.ForeignKeyField(Customer)
    from_date = DayField()
    to_date = DayField(null=True)
    owner = peewee.ForeignKeyField(Salesperson)
    started_by = peewee.TextField(default="office")
    ended_by = peewee.TextField(default="")

    class Meta:
        table_name = "assignment"
        primary_key = peewee.CompositeKey("customer", "from_date")


class Terms(Table):
    """Credit term and limit from a date on; with `until_date`, a temporary one through that date inclusive.

    An empty column of a temporary row leaves the lasting value.
    """

    person_id: bytes | None

    customer = peewee.ForeignKeyField(Customer)
    from_date = DayField()
    until_date = peewee.TextField(default="")
    credit_days = peewee.IntegerField(null=True)
    credit_from = peewee.TextField(null=True)
    credit_limit = peewee.BigIntegerField(null=True)
    reason = peewee.TextField(default="")
    person = peewee.ForeignKeyField(Salesperson, null=True)

    class Meta:
        table_name = "terms"
        primary_key = peewee.CompositeKey("customer", "from_date", "until_date")


class Blacklisting(Table):
    """Whether a customer is blacklisted from a date on, and why."""

    customer = peewee.ForeignKeyField(Customer)
    from_date = DayField()
    blacklisted = FlagField()
    reason = peewee.TextField(default="")
    person = peewee.ForeignKeyField(Salesperson, null=True)

    class Meta:
        table_name = "blacklisting"
        primary_key = peewee.CompositeKey("customer", "from_date")


class ContactLog(Table):
    """A visit, a call, a message, and when to follow it up."""

    id = IdField(primary_key=True)
    customer = peewee.ForeignKeyField(Customer)
    date = DayField()
    person = peewee.ForeignKeyField(Salesperson)
    note = peewee.TextField()
    next_on = DayField(null=True)

    class Meta:
        table_name = "contact_log"


@dataclass(frozen=True)
class CreditTerms:
    """The terms that hold for a customer on a day; zeros for a new one.

    Attributes:
        credit_days: days.
        credit_from: where they count from: `order`, or `month_end` for 月结.
        credit_limit: minor units; 0 means no credit.
        until: the last day of a temporary limit, where one holds.
    """

    credit_days: int = 0
    credit_from: str = "order"
    credit_limit: int = 0
    until: date | None = None


def customer_by_code(code: str) -> Customer:
    """The customer that this code means now: of a merged one, whom it was merged into.

    Raises:
        InputError: there is none.
    """
    if not code.strip():
        raise InputError(N_("No customer is named: give the code, which “huoke find” shows."))
    found = Customer.get_or_none(Customer.code == code.strip())
    if found is None:
        raise InputError(N_("There is no customer {code}: search with “huoke find {code}”."), code=code)
    meant = resolved(found.id)
    return found if meant == found.id else Customer.get_by_id(meant)


def closed_by(customer_id: bytes, day: date) -> bool:
    """Whether a customer trades no more on a day."""
    found = remembered(
        ("closed", customer_id), lambda: one("SELECT closed_on FROM customer WHERE id = ?", (customer_id,))
    )
    return found is not None and found[0] is not None and str(found[0]) <= day.isoformat()


def owner_on(customer_id: bytes, day: date) -> bytes | None:
    """Who was responsible for a customer on a day; None for the pool and for retail."""
    found = remembered(
        ("owner", customer_id, day),
        lambda: one(
            "SELECT owner_id FROM assignment WHERE customer_id = ? AND from_date <= ?"
            " AND (to_date IS NULL OR to_date > ?)",
            (customer_id, iso(day), iso(day)),
        ),
    )
    return None if found is None else bytes(found[0])


def kind_on(customer: Customer, day: date) -> str:
    """`retail`, `owned` or `shared`, as of a day."""
    if customer.retail:
        return "retail"
    return "shared" if owner_on(customer.id, day) is None else "owned"


def terms_on(customer_id: bytes, day: date) -> CreditTerms:
    """The credit terms that hold for a customer on a day, a temporary limit included."""
    return remembered(("terms", customer_id, day), lambda: terms_of([customer_id], day).get(customer_id, CreditTerms()))


def terms_of(customer_ids: Iterable[bytes] | None, day: date) -> dict[bytes, CreditTerms]:
    """The terms of many customers on a day; of all that have any where no ids are given."""
    query = (
        "SELECT customer_id, until_date, credit_days, credit_from, credit_limit FROM terms"
        " WHERE from_date <= ? AND (until_date = '' OR until_date >= ?)"
    )
    parameters: list[object] = [iso(day), iso(day)]
    if customer_ids is not None:
        ids = list(customer_ids)
        query += f" AND customer_id IN ({', '.join('?' * len(ids))})"
        parameters += ids
    # Lasting rows come first, each history oldest first: whatever is read last holds.
    query += " ORDER BY CASE WHEN until_date = '' THEN 0 ELSE 1 END, from_date, until_date"
    held: dict[bytes, CreditTerms] = {}
    for customer_id, until, days, credit_from, limit in rows(query, parameters):
        before = held.get(customer_id, CreditTerms())
        held[customer_id] = CreditTerms(
            before.credit_days if days is None else days,
            before.credit_from if credit_from is None else credit_from,
            before.credit_limit if limit is None else limit,
            date.fromisoformat(until) if until else None,
        )
    return held


def blacklisted_on(customer_id: bytes, day: date) -> bool:
    """Whether a customer was blacklisted on a day."""
    found = remembered(
        ("blacklisted", customer_id, day),
        lambda: one(
            "SELECT blacklisted FROM blacklisting WHERE customer_id = ? AND from_date <= ?"
            " ORDER BY from_date DESC LIMIT 1",
            (customer_id, iso(day)),
        ),
    )
    return found is not None and bool(found[0])


def all_blacklisted_on(day: date) -> frozenset[bytes]:
    """Every customer that was blacklisted on a day."""
    last = dict(
        rows("SELECT customer_id, blacklisted FROM blacklisting WHERE from_date <= ? ORDER BY from_date", (iso(day),))
    )
    return frozenset(bytes(id_) for id_, blacklisted in last.items() if blacklisted)
