"""What can be done with a customer: add, edit, assign, claim, release, terms, blacklist, contact."""

from __future__ import annotations

import datetime
from datetime import date

from model import search, totals
from model.changes.kind import Args, Kind
from model.context import Context
from model.customers import (
    CARD_FIELDS,
    CREDIT_FROM,
    LONGEST_TERM_DAYS,
    Assignment,
    Blacklisting,
    ContactLog,
    Customer,
    Terms,
)
from model.dates import month_of
from model.errors import N_, InputError, Refused
from model.money import LARGEST_AMOUNT_MINOR
from model.people import Salesperson
from model.rights import require
from model.store import execute, one
from model.texts import CONTROL_CHARACTERS, LONGEST_CODE, LONGEST_TEXT


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
    """Customers given to a salesperson, or to the pool, from a date on."""

    customers: tuple[bytes, ...]
    owner: bytes | None
    from_date: date


class ClaimCustomer(Args, frozen=True):
    """A customer of the pool taken by a salesperson."""

    customer: bytes
    owner: bytes
    from_date: date


class ReleaseCustomer(Args, frozen=True):
    """A customer given back to the pool by its owner."""

    customer: bytes
    from_date: date


class SetTerms(Args, frozen=True):
    """Credit term and limit from a date on; with `until`, temporarily."""

    customer: bytes
    from_date: date
    credit_days: int | None
    credit_from: str | None
    credit_limit: int | None
    until: date | None = None
    reason: str = ""


class SetBlacklisted(Args, frozen=True):
    """A customer put on the blacklist, or taken off it."""

    customer: bytes
    from_date: date
    blacklisted: bool
    reason: str


class LogContact(Args, frozen=True):
    """A visit or call, and when to follow it up."""

    id: bytes
    customer: bytes
    date: date
    note: str
    person: bytes
    next_on: datetime.date | None = None


def customer_with_id(id_: bytes) -> Customer:
    """The customer with this id.

    Raises:
        InputError: there is none.
    """
    found = Customer.get_or_none(Customer.id == id_)
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


def add_customer(args: AddCustomer, ctx: Context) -> Customer:
    code = checked_code(args.code)
    unknown = sorted(set(args.card) - set(CARD_FIELDS))
    if unknown:
        raise InputError(N_("A customer's card has no field {field}."), field=unknown[0])
    card = {name: checked_text(name, text) for name, text in args.card.items()}
    if not card.get("name"):
        raise InputError(N_("The customer {code} needs a name."), code=code)
    if Customer.get_or_none(Customer.code == code) is not None:
        raise Refused(N_("There is already a customer {code}: choose another code or edit that one."), code=code)
    if args.retail and args.owner is not None:
        raise Refused(N_("A walk-in customer has no owner: leave the owner out."))
    not_after_today(args.date, ctx)
    customer = Customer.create(id=args.id, code=code, retail=args.retail, created_on=args.date, **card)
    totals.ensure_customer(customer.id)
    if args.owner is not None:
        _person(args.owner)
        Assignment.create(customer=customer.id, from_date=args.date, owner=args.owner)
    search.index_customers([customer])
    return customer


def undo_add_customer(args: AddCustomer, ctx: Context) -> None:
    for table in ("orders", "receipt", "contact_log"):
        if execute(f"SELECT 1 FROM {table} WHERE customer_id = ? LIMIT 1", (args.id,)).fetchone() is not None:
            raise Refused(N_("The customer {code} has documents: close it instead of undoing it."), code=args.code)
    for table in ("assignment", "terms", "blacklisting", "customer_total"):
        execute(f"DELETE FROM {table} WHERE customer_id = ?", (args.id,))
    search.forget_customers([args.id])
    execute("DELETE FROM customer WHERE id = ?", (args.id,))


def edit_customer(args: EditCustomer, ctx: Context) -> Customer:
    customer = customer_with_id(args.customer)
    _write_fields(customer, {name: edit.after for name, edit in args.edits.items()})
    return customer


def undo_edit_customer(args: EditCustomer, ctx: Context) -> None:
    customer = customer_with_id(args.customer)
    for name, edit in args.edits.items():
        if _shown_field(customer, name) != edit.after.strip():
            raise Refused(
                N_("The {field} of {code} was changed again since: edit it by hand."),
                field=name,
                code=customer.code,
            )
    _write_fields(customer, {name: edit.before for name, edit in args.edits.items()})


def _shown_field(customer: Customer, name: str) -> str:
    value = getattr(customer, name)
    return "" if value is None else str(value)


def _write_fields(customer: Customer, values: dict[str, str]) -> None:
    for name, text in values.items():
        if name == "closed_on":
            try:
                customer.closed_on = date.fromisoformat(text) if text else None
            except ValueError:
                raise InputError(N_("“{value}” is not a date: write it like 2026-03-31."), value=text[:40]) from None
        elif name in CARD_FIELDS:
            setattr(customer, name, checked_text(name, text))
        else:
            raise InputError(N_("A customer's card has no field {field}."), field=name)
    if not customer.name:
        raise InputError(N_("The customer {code} needs a name."), code=customer.code)
    customer.version += 1
    customer.save()
    search.index_customers([customer])


def _person(id_: bytes) -> Salesperson:
    found = Salesperson.get_or_none(Salesperson.id == id_)
    if found is None:
        raise InputError(N_("The salesperson {id} is not in this store: sync first."), id=id_.hex())
    if not found.active:
        raise Refused(N_("{name} no longer works here: choose someone who does."), name=found.name)
    return found


def assign_customers(args: AssignCustomers, ctx: Context) -> int:
    require(ctx, "assign_customer")
    if args.owner is not None:
        _person(args.owner)
    for id_ in args.customers:
        _assign(customer_with_id(id_), args.owner, args.from_date, started_by="office", ended_by="office")
    return len(args.customers)


def _assign(customer: Customer, owner: bytes | None, day: date, *, started_by: str, ended_by: str) -> None:
    if customer.retail:
        raise Refused(N_("{code} is a walk-in customer and has no owner."), code=customer.code)
    if owner is not None and customer.closed_on is not None and customer.closed_on <= day:
        raise Refused(N_("The customer {code} is closed: reopen it first."), code=customer.code)
    _refuse_closed_month(day)
    later = (
        Assignment.select()
        .where(Assignment.customer == customer.id, Assignment.from_date > day)
        .order_by(Assignment.from_date)
        .first()
    )
    if later is not None:
        raise Refused(
            N_("{code} is assigned again from {date}: choose a later day than that."),
            code=customer.code, date=later.from_date.isoformat(),
        )  # fmt: skip
    execute("DELETE FROM assignment WHERE customer_id = ? AND from_date = ?", (customer.id, day.isoformat()))
    execute(
        "UPDATE assignment SET to_date = ?, ended_by = ? WHERE customer_id = ? AND from_date < ?"
        " AND (to_date IS NULL OR to_date > ?)",
        (day.isoformat(), ended_by, customer.id, day.isoformat(), day.isoformat()),
    )
    if owner is not None:
        Assignment.create(customer=customer.id, from_date=day, owner=owner, started_by=started_by)


def _refuse_closed_month(day: date) -> None:
    """A closed month's board is never recomputed, so nobody's customers change in it any more."""
    month = month_of(day)
    if one("SELECT 1 FROM month_close WHERE month = ? LIMIT 1", (month,)) is not None:
        raise Refused(N_("{month} is closed: an assignment cannot take effect in it."), month=month)


def claim_customer(args: ClaimCustomer, ctx: Context) -> None:
    customer = customer_with_id(args.customer)
    _person(args.owner)
    not_after_today(args.from_date, ctx)
    held = Assignment.get_or_none(
        (Assignment.customer == customer.id)
        & (Assignment.from_date <= args.from_date)
        & (Assignment.to_date.is_null() | (Assignment.to_date > args.from_date))
    )
    if held is not None:
        raise Refused(
            N_("{code} is {owner}'s customer, not the pool's: ask the manager to assign it."),
            code=customer.code, owner=held.owner.name,
        )  # fmt: skip
    _assign(customer, args.owner, args.from_date, started_by="claim", ended_by="office")


def release_customer(args: ReleaseCustomer, ctx: Context) -> None:
    customer = customer_with_id(args.customer)
    not_after_today(args.from_date, ctx)
    held = Assignment.get_or_none(
        (Assignment.customer == customer.id)
        & (Assignment.from_date <= args.from_date)
        & (Assignment.to_date.is_null() | (Assignment.to_date > args.from_date))
    )
    if held is None:
        raise Refused(N_("{code} is in the pool already."), code=customer.code)
    if ctx.person is not None and held.owner_id != ctx.person:
        require(ctx, "assign_customer")
    _assign(customer, None, args.from_date, started_by="office", ended_by="release")


def set_terms(args: SetTerms, ctx: Context) -> None:
    require(ctx, "set_terms")
    customer = customer_with_id(args.customer)
    if args.credit_days is not None and not 0 <= args.credit_days <= LONGEST_TERM_DAYS:
        raise InputError(
            N_("A credit term is 0 to {most} days, not {days}."),
            most=LONGEST_TERM_DAYS,
            days=args.credit_days,
        )
    if args.credit_limit is not None and not 0 <= args.credit_limit <= LARGEST_AMOUNT_MINOR:
        raise InputError(N_("A credit limit cannot be below zero: 0 means no credit."))
    if args.credit_from is not None and args.credit_from not in CREDIT_FROM:
        raise InputError(N_("A term counts from {names}."), names=", ".join(CREDIT_FROM))
    if args.until is not None and args.until < args.from_date:
        raise InputError(N_("A temporary limit cannot end before it begins."))
    if args.credit_days is None and args.credit_limit is None and args.credit_from is None:
        raise InputError(N_("Give the days, the limit, or both."))
    lasting = None if args.until is not None else _lasting_terms(customer.id, args.from_date)
    values = {
        "credit_days": args.credit_days,
        "credit_from": args.credit_from,
        "credit_limit": args.credit_limit,
    }
    if args.until is None:
        # A lasting row stands alone, so what was not given is taken from what held before.
        values["credit_days"] = (
            args.credit_days if args.credit_days is not None else (lasting and lasting.credit_days) or 0
        )
        values["credit_from"] = args.credit_from or (lasting and lasting.credit_from) or "order"
        values["credit_limit"] = (
            args.credit_limit if args.credit_limit is not None else (lasting and lasting.credit_limit) or 0
        )
    key = {
        "customer": customer.id,
        "from_date": args.from_date,
        "until_date": args.until.isoformat() if args.until else "",
    }
    Terms.delete().where(
        Terms.customer == customer.id,
        Terms.from_date == args.from_date,
        Terms.until_date == key["until_date"],
    ).execute()
    Terms.create(**key, **values, reason=checked_text("reason", args.reason), person=ctx.person)


def _lasting_terms(customer_id: bytes, day: date) -> Terms | None:
    return (
        Terms.select()
        .where(Terms.customer == customer_id, Terms.from_date <= day, Terms.until_date == "")
        .order_by(Terms.from_date.desc())
        .first()
    )


def set_blacklisted(args: SetBlacklisted, ctx: Context) -> None:
    require(ctx, "block_customer")
    customer = customer_with_id(args.customer)
    not_after_today(args.from_date, ctx)
    reason = checked_text("reason", args.reason)
    if not reason:
        raise InputError(N_("Say why: the blacklist keeps a reason."))
    Blacklisting.delete().where(
        Blacklisting.customer == customer.id, Blacklisting.from_date == args.from_date
    ).execute()
    Blacklisting.create(
        customer=customer.id,
        from_date=args.from_date,
        blacklisted=args.blacklisted,
        reason=reason,
        person=ctx.person,
    )


def log_contact(args: LogContact, ctx: Context) -> None:
    customer = customer_with_id(args.customer)
    _person(args.person)
    not_after_today(args.date, ctx)
    note = checked_text("note", args.note)
    if not note:
        raise InputError(N_("Write a word about the contact."))
    if args.next_on is not None and args.next_on < args.date:
        raise InputError(N_("The follow-up cannot be before the contact itself."))
    ContactLog.create(
        id=args.id, customer=customer.id, date=args.date, person=args.person, note=note, next_on=args.next_on
    )
    totals.note_contact(customer.id)


def undo_log_contact(args: LogContact, ctx: Context) -> None:
    execute("DELETE FROM contact_log WHERE id = ?", (args.id,))
    totals.note_contact(args.customer)


CUSTOMER_KINDS = (
    Kind("customer.add", AddCustomer, add_customer, undo_add_customer),
    Kind("customer.edit", EditCustomer, edit_customer, undo_edit_customer),
    Kind("customer.assign", AssignCustomers, assign_customers),
    Kind("customer.claim", ClaimCustomer, claim_customer),
    Kind("customer.release", ReleaseCustomer, release_customer),
    Kind("customer.terms", SetTerms, set_terms),
    Kind("customer.blacklist", SetBlacklisted, set_blacklisted),
    Kind("contact.log", LogContact, log_contact, undo_log_contact),
)
