"""Whose a customer is: assigned by the office, claimed from the pool, given back to it."""

from __future__ import annotations

from datetime import date

import msgspec

from model.aliases import resolved
from model.changes.closed_months import refuse_closed_month
from model.changes.customers import (
    AssignCustomers,
    ClaimCustomer,
    ReleaseCustomer,
    colleague,
    customer_with_id,
    judged_day,
)
from model.changes.kind import Kind
from model.changes.undoing import SPANS_OF_MANY, SPANS_OF_ONE, undo_assigning, undo_own_claim
from model.claims import refuse_beyond_limits
from model.conflicts import Requested, becomes_request, pairs_text, raise_conflict
from model.context import Context
from model.customers import Assignment, Customer, owner_on
from model.errors import N_, InputError, Refused
from model.former import keeping
from model.people import Salesperson
from model.rights import OFFICE, earliest_unheard, require
from model.store import execute
from model.touched import touch

MOST_ASKED_FOR = 500


def assign_customers(args: AssignCustomers, ctx: Context) -> int | Requested:
    asked = becomes_request(ctx, "assign_customer")
    owner = None if args.owner is None else colleague(args.owner)
    if asked:
        if len(args.customers) > MOST_ASKED_FOR:
            raise InputError(
                N_("You ask for {count} customers: {most} at once are enough."),
                count=len(args.customers), most=MOST_ASKED_FOR,
            )  # fmt: skip
        asked_for = [customer_with_id(id_) for id_ in args.customers]
        return Requested(tuple(_ask_to_assign(customer, owner, args.from_date, ctx) for customer in asked_for))
    seen = dict(zip(args.customers, args.seen, strict=False)) if ctx.arrived else {}
    unseen = []
    for id_ in args.customers:
        customer = customer_with_id(id_)
        if id_ in seen and owner_on(customer.id, args.from_date) not in (seen[id_], args.owner):
            # Somebody else of the office gave it away meanwhile: a person decides, as if a salesperson had asked.
            unseen.append(_ask_to_assign(customer, owner, args.from_date, ctx))
            continue
        try:
            assign_to(customer, args.owner, args.from_date, started_by="office", ended_by="office")
        except Refused:
            if not ctx.arrived or len(args.customers) == 1:
                raise
            # One of many that cannot be given so does not keep the others from it.
            unseen.append(_ask_to_assign(customer, owner, args.from_date, ctx))
    return Requested(tuple(unseen)) if unseen else len(args.customers)


def assigning_as_seen(args: AssignCustomers) -> AssignCustomers:
    seen = tuple(owner_on(resolved(id_), args.from_date) for id_ in args.customers)
    return msgspec.structs.replace(args, seen=seen)


def _ask_to_assign(customer: Customer, owner: Salesperson | None, day: date, ctx: Context) -> bytes:
    present = owner_on(customer.id, ctx.business_date)
    return raise_conflict(
        ctx, "request", customer=customer.id, field="customer.assign",
        mine=pairs_text({"owner": "" if owner is None else owner.name, "from_date": day.isoformat()}),
        theirs=pairs_text({"owner": "" if present is None else Salesperson.get_by_id(present).name}),
    )  # fmt: skip


def assign_to(customer: Customer, owner: bytes | None, day: date, *, started_by: str, ended_by: str) -> None:
    """Let somebody, or the pool, be responsible for a customer from a day on.

    Raises:
        Refused: it is a walk-in or closed, the month is closed, or it is assigned again later.
    """
    if customer.retail:
        raise Refused(N_("{code} is a walk-in customer and has no owner."), code=customer.code)
    if owner is not None and customer.closed_on is not None and customer.closed_on <= day:
        raise Refused(N_("The customer {code} is closed: reopen it first."), code=customer.code)
    refuse_closed_month(day)
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
    touch("customer", customer.id, customer=customer.id)
    execute("DELETE FROM assignment WHERE customer_id = ? AND from_date = ?", (customer.id, day.isoformat()))
    execute(
        "UPDATE assignment SET to_date = ?, ended_by = ? WHERE customer_id = ? AND from_date < ?"
        " AND (to_date IS NULL OR to_date > ?)",
        (day.isoformat(), ended_by, customer.id, day.isoformat(), day.isoformat()),
    )
    if owner is not None:
        Assignment.create(customer=customer.id, from_date=day, owner=owner, started_by=started_by)


def claim_customer(args: ClaimCustomer, ctx: Context) -> None:
    customer = customer_with_id(args.customer)
    owner = colleague(args.owner)
    if args.owner != ctx.person and not _is_of_the_office(ctx):
        raise Refused(N_("Only the office records in another's name: name yourself."))
    day = _claimed_from(judged_day(args.from_date, ctx), ctx)
    # On arrival the first to reach the office has it, also where the other's claim is dated later.
    until = max(day, ctx.business_date) if ctx.arrived else day
    held = (
        Assignment.select()
        .where(
            Assignment.customer == customer.id,
            Assignment.from_date <= until,
            Assignment.to_date.is_null() | (Assignment.to_date > day),
        )
        .order_by(Assignment.from_date.desc())
        .first()
    )
    if held is not None:
        raise Refused(
            N_("{code} is {owner}'s customer, not the pool's: ask the manager to assign it."),
            code=customer.code, owner=held.owner.name,
        )  # fmt: skip
    refuse_beyond_limits(customer.id, customer.code, owner, day)
    assign_to(customer, args.owner, day, started_by="claim", ended_by="office")


def _is_of_the_office(ctx: Context) -> bool:
    """Whether who acts has a role of the office; in a store in which nobody has signed in everybody does."""
    if ctx.person is None:
        return True
    found = Salesperson.with_id(ctx.person)
    return found is not None and found.role in OFFICE


def _claimed_from(day: date, ctx: Context) -> date:
    """From when a claim holds: a salesperson's from the day it is made, or past boards would show what nobody served.

    Raises:
        Refused: it is dated back, and whoever typed it can still choose.
    """
    if _is_of_the_office(ctx):
        return day
    if not ctx.is_past and day < ctx.business_date:
        raise Refused(N_("A claim holds from today: ask the manager to date it back."))
    return max(day, earliest_unheard(ctx))


def _given_back_from(day: date, ctx: Context) -> date:
    """From when a customer is the pool's again: given back by its salesperson, from the day that is done.

    Raises:
        Refused: it is dated back, and whoever typed it can still choose.
    """
    if _is_of_the_office(ctx):
        return day
    if not ctx.is_past and day < ctx.business_date:
        raise Refused(N_("A customer is given back from today on: ask the manager to date it back."))
    return max(day, earliest_unheard(ctx))


def release_customer(args: ReleaseCustomer, ctx: Context) -> None:
    customer = customer_with_id(args.customer)
    day = _given_back_from(judged_day(args.from_date, ctx), ctx)
    if ctx.arrived and args.seen is not None and owner_on(customer.id, day) not in (args.seen, None):
        raise Refused(N_("{code} was given to somebody else meanwhile: look at it once more."), code=customer.code)
    held = Assignment.get_or_none(
        (Assignment.customer == customer.id)
        & (Assignment.from_date <= day)
        & (Assignment.to_date.is_null() | (Assignment.to_date > day))
    )
    if held is None:
        raise Refused(N_("{code} is in the pool already."), code=customer.code)
    if ctx.person is not None and held.owner_id != ctx.person:
        require(ctx, "assign_customer")
    assign_to(customer, None, day, started_by="office", ended_by="release")


def release_as_seen(args: ReleaseCustomer) -> ReleaseCustomer:
    return msgspec.structs.replace(args, seen=owner_on(resolved(args.customer), args.from_date))


ASSIGNING_KINDS = (
    Kind(
        "customer.assign", AssignCustomers, keeping(assign_customers, SPANS_OF_MANY), seen=assigning_as_seen,
        undo_kept=undo_assigning,
    ),
    Kind("customer.claim", ClaimCustomer, keeping(claim_customer, SPANS_OF_ONE), undo_kept=undo_own_claim),
    Kind(
        "customer.release", ReleaseCustomer, keeping(release_customer, SPANS_OF_ONE), seen=release_as_seen,
        undo_kept=undo_own_claim,
    ),
)  # fmt: skip
