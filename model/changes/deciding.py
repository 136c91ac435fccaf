"""What waits for a decision, decided: take what somebody wanted, or keep what stands. And notices, read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from model.aliases import resolved
from model.changes.assigning import assign_customers
from model.changes.customers import AssignCustomers, SetBlacklisted, SetTerms, customer_with_id
from model.changes.editing import shown_field, write_fields
from model.changes.forms import lifted_as
from model.changes.kind import Args, Kind
from model.changes.log import Change
from model.changes.merging import MergeCustomers, merge_customers, merge_that_settled, undo_merge
from model.changes.terms import set_blacklisted, set_terms, shown_terms, yes_no
from model.conflicts import (
    FIELD_SEPARATOR,
    STATE_NAMES,
    UNIT_SEPARATOR,
    Conflict,
    close_conflict,
    conflict_with_id,
    pairs_in,
    pairs_text,
    parts_of,
    reopen_conflict,
)
from model.context import Context
from model.customers import blacklisted_on, owner_on, terms_on
from model.duplicates import pair_of
from model.errors import N_, InputError, Refused
from model.notices import Notice, notify
from model.people import Salesperson
from model.rights import OFFICE, require, require_touch
from model.touched import touch


class DecideConflict(Args, frozen=True):
    """A decision: take what was wanted, or keep what stands.

    Attributes:
        theirs: what stands, as the decider saw it (see `present_value`); empty for duplicates.
    """

    conflict: bytes
    take: bool
    theirs: str = ""


class ReadNotices(Args, frozen=True):
    """Notices that a person has read."""

    ids: tuple[bytes, ...]


@dataclass(frozen=True)
class Decided:
    """What was decided.

    Attributes:
        decision: `taken` or `kept`.
    """

    conflict: bytes
    decision: str


@dataclass(frozen=True)
class Request:
    """A kind of change that can be asked for: its arguments, its rule, and the right it needs."""

    args: type[Args]
    rule: Callable[[Any, Context], Any]
    right: str
    nothing_seen: Any
    standing: Callable[[bytes, date], str]


def _owner_standing(customer: bytes, day: date) -> str:
    owner = owner_on(customer, day)
    return "pool" if owner is None else owner.hex()


REQUESTS = {
    "customer.terms": Request(
        SetTerms, set_terms, "set_terms", "", lambda customer, day: pairs_text(shown_terms(terms_on(customer, day)))
    ),
    "customer.assign": Request(AssignCustomers, assign_customers, "assign_customer", (), _owner_standing),
    "customer.blacklist": Request(
        SetBlacklisted,
        set_blacklisted,
        "block_customer",
        None,
        lambda customer, day: yes_no(blacklisted_on(customer, day)),
    ),
}


def present_value(conflict: Conflict) -> str:
    """What stands now where a conflict would write; empty for duplicates."""
    if conflict.kind == "duplicate" or conflict.customer_id is None:
        return ""
    if conflict.kind == "request":
        from_date = date.fromisoformat(pairs_in(conflict.mine)["from_date"])
        return REQUESTS[conflict.field].standing(resolved(conflict.customer_id), from_date)
    customer = customer_with_id(conflict.customer_id)
    return UNIT_SEPARATOR.join(shown_field(customer, name) for name in conflict.field.split(FIELD_SEPARATOR))


def right_to_decide(conflict: Conflict) -> str:
    """The right that a decision needs; empty where it is the person's own, the customer's owner's or the office's."""
    if conflict.kind == "duplicate":
        return "merge_customers"
    return REQUESTS[conflict.field].right if conflict.kind == "request" else ""


def decide_conflict(args: DecideConflict, ctx: Context) -> Decided:
    conflict = conflict_with_id(args.conflict)
    _require_decider(conflict, ctx)
    if conflict.state != "open":
        raise Refused(N_("That was decided already: {state}."), state=STATE_NAMES[conflict.state])
    if conflict.kind == "duplicate":
        # A merge settles the question itself.
        if args.take:
            merge_customers(_merge_of(conflict, ctx), ctx)
            conflict = conflict_with_id(args.conflict)
    elif args.take and conflict.kind == "field":
        _take_field(conflict, args.theirs, ctx)
    elif args.take:
        _still_as_seen(conflict, args.theirs)
        _carry_out(conflict, ctx)
    if conflict.state == "open":
        close_conflict(conflict, "taken" if args.take else "kept", ctx, _concerned(conflict))
    if conflict.kind == "request":
        _tell_who_asked(conflict, ctx)
    return Decided(conflict.id, conflict.state)


def _require_decider(conflict: Conflict, ctx: Context) -> None:
    right = right_to_decide(conflict)
    if right:
        require(ctx, right)
        return
    if ctx.person is None or ctx.person == conflict.person_id:
        return
    owner = None if conflict.customer_id is None else owner_on(resolved(conflict.customer_id), ctx.business_date)
    decider = Salesperson.get_or_none(Salesperson.id == ctx.person)
    if owner != ctx.person and (decider is None or decider.role not in OFFICE):
        raise Refused(N_("Only who made the edit, the customer's owner or the office decides this."))


def _concerned(conflict: Conflict) -> tuple[bytes, ...]:
    """Whose credit changes with a decision: likely duplicates are judged together until then."""
    return pair_of(conflict) if conflict.kind == "duplicate" else ()


def _merge_of(conflict: Conflict, ctx: Context) -> MergeCustomers:
    """The merge that a likely duplicate stands for: the one that came later becomes the other."""
    later, earlier = pair_of(conflict)
    return MergeCustomers(loser=later, winner=earlier, date=ctx.business_date)


def _take_field(conflict: Conflict, seen: str, ctx: Context) -> None:
    customer = customer_with_id(conflict.customer_id or b"")
    require_touch(ctx, "conflict.decide", customer.id)
    if seen.count(UNIT_SEPARATOR) != conflict.mine.count(UNIT_SEPARATOR):
        raise InputError(N_("The decision does not say what it saw: look at it once more."))
    if present_value(conflict) not in (seen, conflict.mine):
        raise Refused(
            N_("The {field} of {code} was changed again since: look at it once more."),
            field=conflict.field.split(FIELD_SEPARATOR)[0], code=customer.code,
        )  # fmt: skip
    write_fields(customer, {part.name: part.mine for part in parts_of(conflict)}, ctx)


def _still_as_seen(conflict: Conflict, seen: str) -> None:
    """
    Raises:
        Refused: somebody else of the office has decided otherwise since the decider looked.
    """
    if seen and present_value(conflict) != seen:
        raise Refused(
            N_("The {field} of {code} was changed again since: look at it once more."),
            field=conflict.field, code=customer_with_id(conflict.customer_id or b"").code,
        )  # fmt: skip


def _carry_out(conflict: Conflict, ctx: Context) -> None:
    """Do what was asked, by the decider's right and not before the day it is decided.

    A laptop has only its own changes: there the decision waits, and the office carries it out when it arrives.
    """
    request = REQUESTS[conflict.field]
    change = Change.get_or_none(Change.uid == conflict.change_uid)
    if change is None:
        if ctx.arrived:
            raise InputError(N_("The change that asked for this is not in this store."))
        return
    args: Any = lifted_as(change, request.args)
    # Whoever decides has seen what stands.
    given: dict[str, Any] = {"from_date": max(args.from_date, ctx.business_date), "seen": request.nothing_seen}
    if isinstance(args, AssignCustomers):
        # One change may have asked for many customers; each is decided by itself.
        given["customers"] = (conflict.customer_id,)
    request.rule(msgspec.structs.replace(args, **given), ctx)


def _tell_who_asked(conflict: Conflict, ctx: Context) -> None:
    if conflict.person_id is None or conflict.person_id == ctx.person:
        return
    code = customer_with_id(conflict.customer_id or b"").code
    template = (
        N_("{code}: the office has done what you asked.")
        if conflict.state == "taken"
        else N_("{code}: the office has not done what you asked.")
    )
    notify(
        ctx, conflict.person_id, conflict.field, template, customer=conflict.customer_id, about=code, code=code
    )  # fmt: skip


def undo_decide_conflict(args: DecideConflict, ctx: Context) -> None:
    conflict = conflict_with_id(args.conflict)
    _require_decider(conflict, ctx)
    if conflict.state not in ("taken", "kept"):
        raise Refused(N_("There is nothing left to undo."))
    if conflict.state == "taken" and conflict.kind == "request":
        raise Refused(N_("What was asked is done: make the opposite change instead."))
    if conflict.state == "taken" and conflict.kind == "duplicate":
        loser = merge_that_settled(conflict)
        if loser is None:
            raise Refused(N_("There is nothing left to undo."))
        undo_merge(loser, ctx)
        return
    if conflict.state == "taken":
        _put_back_field(conflict, args.theirs, ctx)
    reopen_conflict(conflict.id, _concerned(conflict))


def _put_back_field(conflict: Conflict, theirs: str, ctx: Context) -> None:
    customer = customer_with_id(conflict.customer_id or b"")
    require_touch(ctx, "conflict.decide", customer.id)
    names = conflict.field.split(FIELD_SEPARATOR)
    if present_value(conflict) != conflict.mine:
        raise Refused(
            N_("The {field} of {code} was changed again since: edit it by hand."), field=names[0], code=customer.code
        )
    write_fields(customer, dict(zip(names, theirs.split(UNIT_SEPARATOR), strict=True)), ctx)


def read_notices(args: ReadNotices, ctx: Context) -> int:
    """Mark notices as read; those of others, and those that are gone, stay as they are."""
    reader = None if ctx.person is None else Salesperson.get_or_none(Salesperson.id == ctx.person)
    in_office = ctx.person is None or (reader is not None and reader.role in OFFICE)
    read = 0
    for notice in Notice.select().where(Notice.id.in_(args.ids), Notice.read_on.is_null()):
        if notice.person_id != ctx.person if notice.person_id is not None else not in_office:
            continue
        touch("notice", notice.id)
        notice.read_on = ctx.business_date
        notice.save()
        read += 1
    return read


DECIDING_KINDS = (
    Kind("conflict.decide", DecideConflict, decide_conflict, undo_decide_conflict),
    Kind("notice.read", ReadNotices, read_notices),
)
