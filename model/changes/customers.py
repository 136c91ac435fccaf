"""What can be done with a customer: add, assign, claim, release, terms, blacklist, contact. Editing is in editing.py.

On arrival at the office nothing is refused for what the laptop could not know: codes get a suffix, dates after today
become today, and what a role may not do becomes a request.
"""

from __future__ import annotations

import datetime
from datetime import date

from model import duplicates, search, totals
from model.aliases import resolved
from model.changes.kind import Args, Kind
from model.context import Context
from model.customers import (
    CARD_FIELDS,
    Assignment,
    ContactLog,
    Customer,
)
from model.errors import N_, InputError, Refused
from model.notices import notify, speaks_for_the_office
from model.people import Salesperson
from model.rights import acts_for_another, require_own_name, require_touch
from model.store import execute, meta, one
from model.texts import CONTROL_CHARACTERS, LONGEST_CODE, LONGEST_TEXT
from model.touched import touch


class AddCustomer(Args, frozen=True):
    """A new customer; it starts with term 0 and limit 0."""

    id: bytes
    code: str
    date: date
    card: dict[str, str]
    retail: bool = False
    owner: bytes | None = None


class FieldEdit(Args, frozen=True):
    """One field's value before, as the person saw it, and after."""

    before: str
    after: str


class EditCustomer(Args, frozen=True):
    """Changes to a customer's card, field by field, with the values the person saw."""

    customer: bytes
    version: int
    edits: dict[str, FieldEdit]


class AssignCustomers(Args, frozen=True):
    """Customers given to a salesperson, or to the pool, from a date on.

    Attributes:
        seen: the owner of each on that date as the person saw it; empty where that does not matter.
    """

    customers: tuple[bytes, ...]
    owner: bytes | None
    from_date: date
    seen: tuple[bytes | None, ...] = ()


class ClaimCustomer(Args, frozen=True):
    """A customer of the pool taken by a salesperson."""

    customer: bytes
    owner: bytes
    from_date: date


class ReleaseCustomer(Args, frozen=True):
    """A customer given back to the pool by its owner.

    Attributes:
        seen: the owner on that date as the person saw it; None where that does not matter.
    """

    customer: bytes
    from_date: date
    seen: bytes | None = None


class SetTerms(Args, frozen=True):
    """Credit term and limit from a date on; with `until`, temporarily.

    Attributes:
        seen: the terms on that date as the person saw them; empty where that does not matter.
    """

    customer: bytes
    from_date: date
    credit_days: int | None
    credit_from: str | None
    credit_limit: int | None
    until: date | None = None
    reason: str = ""
    seen: str = ""


class EndTemporaryTerms(Args, frozen=True):
    """A temporary limit or term that ends before its day.

    Attributes:
        from_date, until: which one of the customer's, as it stands.
        date: from which it holds no more.
    """

    customer: bytes
    from_date: date
    until: datetime.date
    date: datetime.date


class SetBlacklisted(Args, frozen=True):
    """A customer put on the blacklist, or taken off it.

    Attributes:
        seen: whether it was on that date as the person saw it; None where that does not matter.
    """

    customer: bytes
    from_date: date
    blacklisted: bool
    reason: str
    seen: bool | None = None


class LogContact(Args, frozen=True):
    """A visit or call, and when to follow it up."""

    id: bytes
    customer: bytes
    date: date
    note: str
    person: bytes
    next_on: datetime.date | None = None


def customer_with_id(id_: bytes) -> Customer:
    """The customer that this id means now: of a merged one, whom it was merged into.

    Raises:
        InputError: there is none.
    """
    found = Customer.with_id(resolved(id_))
    if found is None:
        raise InputError(N_("The customer {id} is not in this store: sync first."), id=id_.hex())
    return found


def checked_text(name: str, text: str) -> str:
    """A line of text fit to be kept: trimmed, without control characters, not too long.

    Raises:
        InputError: it has control characters or is too long.
    """
    trimmed = text.strip()
    if len(trimmed) > LONGEST_TEXT:
        raise InputError(
            N_("The {field} has {length} characters: keep it under {most}."),
            field=name, length=len(trimmed), most=LONGEST_TEXT,
        )  # fmt: skip
    if CONTROL_CHARACTERS.search(trimmed):
        raise InputError(N_("The {field} has control characters in it: type it again without them."), field=name)
    return trimmed


def checked_code(code: str) -> str:
    """A code fit to be kept: short, without spaces and control characters."""
    trimmed = checked_text("code", code)
    # Of all spaces only the common one is printable.
    if not trimmed or len(trimmed) > LONGEST_CODE or " " in trimmed or not trimmed.isprintable():
        raise InputError(
            N_("“{code}” cannot be a code: use 1 to {most} characters without spaces."),
            code=code[:60],
            most=LONGEST_CODE,
        )
    return trimmed


def not_after_today(day: date, ctx: Context) -> None:
    """Refuse a date after the business date."""
    if day > ctx.business_date:
        raise Refused(
            N_("The date {date} is after today ({today}): choose today or an earlier day."),
            date=day.isoformat(), today=ctx.business_date.isoformat(),
        )  # fmt: skip


def judged_day(day: date, ctx: Context) -> date:
    """The date of a document: on arrival never after the business date, for a laptop's clock may run ahead.

    Raises:
        Refused: it is after the business date, and whoever typed it can still choose another.
    """
    if ctx.arrived:
        return min(day, ctx.business_date)
    not_after_today(day, ctx)
    return day


def add_customer(args: AddCustomer, ctx: Context) -> Customer:
    code = checked_code(args.code)
    unknown = sorted(set(args.card) - set(CARD_FIELDS))
    if unknown:
        raise InputError(N_("A customer's card has no field {field}."), field=unknown[0])
    card = {name: checked_text(name, text) for name, text in args.card.items()}
    if not card.get("name"):
        raise InputError(N_("The customer {code} needs a name."), code=code)
    if Customer.with_id(args.id) is not None:
        raise InputError(N_("There is a customer with the id of {code} already: add it anew."), code=code)
    code = _free_code(code, ctx)
    owner = _first_owner(args, code, ctx)
    day = judged_day(args.date, ctx)
    touch("customer", args.id, customer=args.id)
    customer = Customer.create(id=args.id, code=code, retail=args.retail, created_on=day, **card)
    totals.ensure_customer(customer.id)
    if owner is not None:
        Assignment.create(customer=customer.id, from_date=day, owner=owner)
    search.index_customers([customer])
    duplicates.put_before_the_office(customer, ctx)
    return customer


def _free_code(code: str, ctx: Context) -> str:
    """The code itself; on arrival, and where it is done again, with a suffix where another customer has it already."""
    free, suffix = code, 1
    while Customer.get_or_none(Customer.code == free) is not None:
        if not ctx.is_past:
            raise Refused(N_("There is already a customer {code}: choose another code or edit that one."), code=code)
        suffix += 1
        free = f"{code}/{suffix}"
    if free != code:
        notify(
            ctx, ctx.person, "customer.add",
            N_("There was already a customer {code}: yours has the code {free} now."),
            about=free, code=code, free=free,
        )  # fmt: skip
    return free


def _first_owner(args: AddCustomer, code: str, ctx: Context) -> bytes | None:
    """Whose a new customer is; on arrival, and where it is done again, the pool's where the owner named cannot be."""
    if args.owner is None:
        return None
    if not ctx.is_past:
        if args.retail:
            raise Refused(N_("A walk-in customer has no owner: leave the owner out."))
        require_own_name(ctx, args.owner)
        colleague(args.owner)
        return args.owner
    found = Salesperson.get_or_none(Salesperson.id == args.owner)
    if found is not None and found.active and not args.retail and not acts_for_another(ctx, args.owner):
        return args.owner
    notify(
        ctx, ctx.person, "customer.add",
        N_("{code} is the pool's: its owner could not be set."),
        about=code, code=code,
    )  # fmt: skip
    return None


def undo_add_customer(args: AddCustomer, ctx: Context) -> None:
    customer = unmerged_customer(args.id)
    for table in ("orders", "receipt", "contact_log"):
        if execute(f"SELECT 1 FROM {table} WHERE customer_id = ? LIMIT 1", (args.id,)).fetchone() is not None:
            raise Refused(N_("The customer {code} has documents: close it instead of undoing it."), code=customer.code)
    touch("customer", args.id, customer=args.id)
    if speaks_for_the_office(ctx) or meta("server"):
        # Others may have seen it already, and may be recording for it: there, deleting is a status.
        customer.closed_on = ctx.business_date
        customer.version += 1
        customer.save()
        return
    for table in ("assignment", "terms", "blacklisting", "customer_total"):
        execute(f"DELETE FROM {table} WHERE customer_id = ?", (args.id,))
    search.forget_customers([args.id])
    execute("DELETE FROM customer WHERE id = ?", (args.id,))


def unmerged_customer(id_: bytes) -> Customer:
    """The customer with exactly this id.

    Raises:
        Refused: it was merged into another.
    """
    customer = customer_with_id(id_)
    if customer.id != id_:
        loser = Customer.get_by_id(id_)
        raise Refused(
            N_("{code} was merged into {winner}: take the merge back first."), code=loser.code, winner=customer.code
        )
    return customer


def colleague(id_: bytes, *, leaving_too: bool = False) -> Salesperson:
    """Who works here.

    Args:
        leaving_too: whether someone who has left will do.
    """
    found = Salesperson.get_or_none(Salesperson.id == id_)
    if found is None:
        raise InputError(N_("The salesperson {id} is not in this store: sync first."), id=id_.hex())
    if not found.active and not leaving_too:
        raise Refused(N_("{name} no longer works here: choose someone who does."), name=found.name)
    return found


def log_contact(args: LogContact, ctx: Context) -> None:
    customer = customer_with_id(args.customer)
    # Who left since had the contact all the same.
    colleague(args.person, leaving_too=ctx.arrived)
    require_own_name(ctx, args.person)
    require_touch(ctx, "contact.log", customer.id)
    day = judged_day(args.date, ctx)
    note = checked_text("note", args.note)
    if not note:
        raise InputError(N_("Write a word about the contact."))
    if args.next_on is not None and args.next_on < day:
        raise InputError(N_("The follow-up cannot be before the contact itself."))
    if ContactLog.with_id(args.id) is not None:
        raise InputError(N_("There is a contact with this id already: log it anew."))
    touch("contact", args.id)
    ContactLog.create(id=args.id, customer=customer.id, date=day, person=args.person, note=note, next_on=args.next_on)
    totals.note_contact(customer.id)


def undo_log_contact(args: LogContact, ctx: Context) -> None:
    # A merge may have moved it.
    found = one("SELECT customer_id FROM contact_log WHERE id = ?", (args.id,))
    if found is None:
        raise Refused(N_("There is nothing left to undo."))
    touch("contact", args.id)
    execute("DELETE FROM contact_log WHERE id = ?", (args.id,))
    totals.note_contact(bytes(found[0]))


CUSTOMER_KINDS = (
    Kind("customer.add", AddCustomer, add_customer, undo_add_customer),
    Kind("contact.log", LogContact, log_contact, undo_log_contact),
)
