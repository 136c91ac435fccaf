"""Changes of which what stood before is kept, and how each is taken back: only while nothing has written it since.

Whoever takes back what the office decided needs the right to decide it. What somebody else has written since stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from model.aliases import resolved
from model.changes.closed_months import refuse_closed_month
from model.changes.customers import AssignCustomers, ClaimCustomer, ReleaseCustomer, unmerged_customer
from model.changes.log import Change
from model.context import Context
from model.errors import N_, Refused
from model.former import Rows, Stood, Writes, put_back, stood_before
from model.rights import earliest_unheard, may, require
from model.synced import column_at, document_id
from model.touched import touch


def _customers_of(args: AssignCustomers) -> Iterable[bytes]:
    return (resolved(id_) for id_ in args.customers)


def _customer_of(args: Any) -> Iterable[bytes]:
    return (resolved(args.customer),)


SPANS_OF_MANY = Writes("customer", ("assignment",), _customers_of)
SPANS_OF_ONE = Writes("customer", ("assignment",), _customer_of)
TERMS = Writes("customer", ("terms",), _customer_of)
BLACKLISTINGS = Writes("customer", ("blacklisting",), _customer_of)
SETTING = Writes("setting", ("setting",), lambda args: (document_id("setting", args.name, args.from_date.isoformat()),))
RULE = Writes("rule", ("attribution_rule",), lambda args: (document_id("rule", args.from_date.isoformat(), "owned"),))
ROLE = Writes("person", ("salesperson",), lambda args: (args.person,))
COSTS = Writes("cost", ("cost",), lambda args: (args.product,))


def undo_assigning(_args: Any, ctx: Context, uid: bytes) -> None:
    """Give customers back to whom they belonged before, by the right to assign them."""
    require(ctx, "assign_customer")
    _give_back(stood_before(uid))


def undo_leaving(_args: Any, ctx: Context, uid: bytes) -> None:
    """Let someone work here again, with all the customers that were theirs."""
    require(ctx, "change_settings")
    require(ctx, "assign_customer")
    _give_back(stood_before(uid))


def undo_own_claim(_args: ClaimCustomer | ReleaseCustomer, ctx: Context, uid: bytes) -> None:
    """Take back a claim or a release: one's own on the day it was made, any other by the right to assign.

    Later it has a meaning: a customer given back long ago is claimed again, within the quota and the cool-down.
    """
    if not may(ctx.person, "assign_customer"):
        change = Change.get_by_id(uid)
        if change.person != ctx.person:
            require(ctx, "assign_customer")
        since = earliest_unheard(ctx) if ctx.is_past else ctx.business_date
        if change.business_date < since:
            raise Refused(N_("That was not done today: ask the manager to assign the customer."))
    _give_back(stood_before(uid))


def _give_back(stood: list[Stood]) -> None:
    for each in stood:
        if each.table != "assignment":
            continue
        unmerged_customer(each.id)
        for day in _days_that_differ(each):
            refuse_closed_month(day)
    announce(stood)
    put_back(stood)


def _days_that_differ(stood: Stood) -> list[date]:
    """The days from which, or up to which, somebody else is responsible by what is put back."""
    from_at, to_at, owner_at = (column_at("customer", column, 1) for column in ("from_date", "to_date", "owner_id"))

    def begun(spans: Rows) -> set[tuple[str, bytes]]:
        return {(span[from_at], span[owner_at]) for span in spans}

    def ended(spans: Rows) -> set[tuple[str, str]]:
        return {(span[from_at], span[to_at]) for span in spans if span[to_at]}

    days = {day for day, _owner in begun(stood.before) ^ begun(stood.after)}
    days |= {day for _from, day in ended(stood.before) ^ ended(stood.after)}
    return sorted(date.fromisoformat(day) for day in days)


def undo_terms(_args: Any, ctx: Context, uid: bytes) -> None:
    require(ctx, "set_terms")
    _take_back(uid)


def undo_blacklisting(_args: Any, ctx: Context, uid: bytes) -> None:
    require(ctx, "block_customer")
    _take_back(uid)


def undo_company_decision(_args: Any, ctx: Context, uid: bytes) -> None:
    """Take back a setting, a cost, a role or the rule of shares: orders keep what was frozen in them meanwhile."""
    require(ctx, "change_settings")
    _take_back(uid)


def _take_back(uid: bytes) -> None:
    stood = stood_before(uid)
    for each in stood:
        if each.kind == "customer":
            unmerged_customer(each.id)
    announce(stood)
    put_back(stood)


def announce(stood: Iterable[Stood]) -> None:
    """Announce the documents that are about to be put back."""
    for each in stood:
        touch(each.kind, each.id, customer=each.id if each.kind == "customer" else None)
