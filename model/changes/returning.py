"""Quiet customers return to the pool: the office does it at the turn of the day, a store of its own by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from model.changes.assigning import assign_to
from model.changes.customers import customer_with_id
from model.changes.kind import Args, Kind
from model.changes.undoing import SPANS_OF_MANY, undo_assigning
from model.context import Context
from model.customers import Customer, closed_by, owner_on
from model.errors import N_, Refused
from model.former import keeping
from model.leases import on_a_laptop
from model.notices import notify
from model.quiet_returns import WARNING, not_yet_warned, quiet_customers, return_rule
from model.rights import require
from model.store import one

# Of one change; the others follow at the next turn of the day.
MOST_AT_ONCE = 5_000
WARNINGS = {
    "trade": N_("{code} returns to the pool on {date} unless it trades before."),
    "contact": N_("{code} returns to the pool on {date} unless a contact is noted before."),
    "assignment": N_("{code} returns to the pool on {date} unless it is assigned anew before."),
    "any": N_("{code} returns to the pool on {date} unless it trades or a contact is noted before."),
}


class ReturnQuiet(Args, frozen=True):
    """Quiet customers that return to the pool.

    Attributes:
        after_days: of quiet, by the company's rule.
    """

    customers: tuple[bytes, ...]
    after_days: int


class Fall(Args, frozen=True):
    """A customer that will return on a day."""

    customer: bytes
    falls_on: date


class WarnQuiet(Args, frozen=True):
    """Owners told that customers of theirs will return to the pool; `clock` is what would keep them."""

    falls: tuple[Fall, ...]
    clock: str


def return_quiet(args: ReturnQuiet, ctx: Context) -> tuple[bytes, ...]:
    """Give customers back to the pool; those that nobody owns any more, or who are promised to someone, stay.

    Returns:
        Those that returned.
    """
    _office_or_by_hand(ctx)
    require(ctx, "assign_customer")
    returned = []
    for id_ in args.customers:
        customer = customer_with_id(id_)
        owner = owner_on(customer.id, ctx.business_date)
        if owner is None or not _may_return(customer, ctx.business_date):
            continue
        assign_to(customer, None, ctx.business_date, started_by="office", ended_by="release")
        notify(
            ctx, owner, "pool.return", N_("{code} was quiet for {days} days and has returned to the pool."),
            customer=customer.id, about=customer.code, code=customer.code, days=args.after_days,
        )  # fmt: skip
        returned.append(customer.id)
    return tuple(returned)


def _may_return(customer: Customer, day: date) -> bool:
    later = one("SELECT 1 FROM assignment WHERE customer_id = ? AND from_date > ?", (customer.id, day.isoformat()))
    return not customer.retail and not closed_by(customer.id, day) and later is None


def _office_or_by_hand(ctx: Context) -> None:
    """
    Raises:
        Refused: a laptop of a company asks for it.
    """
    if ctx.arrived or on_a_laptop():
        raise Refused(N_("The office returns quiet customers to the pool by itself, when a day begins."))


def warn_quiet(args: WarnQuiet, ctx: Context) -> None:
    _office_or_by_hand(ctx)
    for fall in args.falls:
        customer = customer_with_id(fall.customer)
        owner = owner_on(customer.id, ctx.business_date)
        if owner is not None and args.clock in WARNINGS:
            notify(
                ctx, owner, WARNING, WARNINGS[args.clock], customer=customer.id, about=customer.code,
                code=customer.code, date=fall.falls_on.isoformat(),
            )  # fmt: skip


def quiet_due(day: date, among: Iterable[bytes] | None = None) -> list[ReturnQuiet | WarnQuiet]:
    """What the rule in force asks to be done on a day: customers returned, owners told; nothing where there is none.

    Args:
        among: only of these customers.
    """
    rule = return_rule(day)
    if rule is None:
        return []
    soon = quiet_customers(rule, day, day + timedelta(days=rule.notice_days))
    if among is not None:
        wanted = set(among)
        soon = [quiet for quiet in soon if quiet.id in wanted]
    falling = tuple(quiet.id for quiet in soon if quiet.falls_on <= day)[:MOST_AT_ONCE]
    later = [quiet for quiet in soon if quiet.falls_on > day]
    falls = tuple(Fall(customer=quiet.id, falls_on=quiet.falls_on) for quiet in not_yet_warned(later, rule))
    falls = falls[:MOST_AT_ONCE]
    due: list[ReturnQuiet | WarnQuiet] = []
    if falling:
        due.append(ReturnQuiet(customers=falling, after_days=rule.after_days))
    if falls:
        due.append(WarnQuiet(falls=falls, clock=rule.clock))
    return due


def named_by(due: Iterable[ReturnQuiet | WarnQuiet]) -> set[bytes]:
    """The customers that these name."""
    named: set[bytes] = set()
    for each in due:
        named.update(each.customers if isinstance(each, ReturnQuiet) else (fall.customer for fall in each.falls))
    return named


RETURNING_KINDS = (
    Kind("pool.return", ReturnQuiet, keeping(return_quiet, SPANS_OF_MANY), undo_kept=undo_assigning),
    Kind(WARNING, WarnQuiet, warn_quiet),
)
