"""Doing a change: the rule, its totals and its log entry in one transaction; and doing a logged one again."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from model.changes import KIND_OF_ARGS, KINDS
from model.changes.arrivals import Arrival
from model.changes.bounds import check_bounds
from model.changes.kind import Args, canonical
from model.changes.log import Change
from model.changes.rejudging import free_before, judge_again_here
from model.changes.undo import NEVER_DONE, undone_uids
from model.context import Context
from model.errors import N_, InputError, Refused
from model.former import Former
from model.ids import new_id
from model.settings import setting_on
from model.shadows import Shadows
from model.store import current, meta, one
from model.touched import collecting

CHAIN_BYTES = 16
# What somebody does by hand, and takes back by hand.
DONE_FOR_GOOD = ("salesperson.add", "salesperson.active", "product.add", "import.batch")


def record(args: Args, *, person: bytes | None, on: date, freed: list[str] | None = None) -> Any:
    """Do what a person asks: the rule's effect and its log entry are kept together, or neither is.

    In a store of its own the held orders that it frees are confirmed with it; a laptop leaves that to its office.

    Args:
        args: what to do.
        person: who does it; None in a store where nobody has signed in.
        on: the business date on which it is judged.
        freed: takes the numbers of the held orders that it freed.

    Returns:
        The rule's own outcome.

    Raises:
        InputError: the arguments name nothing known or cannot be.
        Refused: a business rule says no.
    """
    check_bounds(args)
    with current().writing():
        device = meta("device")
        last = one("SELECT number, chain FROM change WHERE device = ? ORDER BY number DESC LIMIT 1", (device,))
        number, previous = (1, b"") if last is None else (last[0] + 1, bytes(last[1]))
        joined = bool(meta("server"))
        if joined:
            _knows_who_sits_here(person)
            _still_heard_of(on)
        kind = KIND_OF_ARGS[type(args)]
        args = with_what_is_seen(args)
        encoded = canonical(args)
        context = Context(person, device, new_id(), on)
        with collecting(Shadows() if joined else None):
            free = free_before(args, on)
            outcome = kind.rule(args, context)
            Change(
                uid=context.change_uid,
                device=device,
                number=number,
                kind=kind.name,
                args=encoded,
                person=person,
                business_date=on,
                recorded_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                chain=chained(previous, number, kind.name, encoded),
            ).insert_new()
            confirmed = judge_again_here(kind.name, context, free)
    if freed is not None:
        freed.extend(order.number for order in confirmed)
    return outcome


def with_what_is_seen(args: Args) -> Args:
    """Arguments as they are recorded: with what this store shows where they will write."""
    seen = KIND_OF_ARGS[type(args)].seen
    return args if seen is None else seen(args)


def _knows_who_sits_here(person: bytes | None) -> None:
    """Refuse what nobody does: a laptop that has joined belongs to someone, whom it knows from its first exchange.

    Raises:
        Refused: it has not met the office yet.
    """
    if person is None:
        raise Refused(N_("This laptop does not know yet who sits here: sync once, then go on."))


def _still_heard_of(day: date) -> None:
    """Refuse to go on at a laptop that has not met the office for too long.

    Raises:
        Refused: its last exchange is further back than the company allows.
    """
    last = meta("last_exchange")
    allowed = int(setting_on("offline_days", day))
    if last and (day - date.fromisoformat(last[:10])).days > allowed:
        raise Refused(
            N_("This laptop last met the office on {date}; after {days} days it must sync before it records more."),
            date=last[:10], days=allowed,
        )  # fmt: skip


def chained(previous: bytes, number: int, kind: str, args: bytes) -> bytes:
    """The next link of a device's chain."""
    link = hashlib.blake2b(digest_size=CHAIN_BYTES)
    for part in (previous, str(number).encode(), kind.encode(), args):
        link.update(len(part).to_bytes(4) + part)
    return link.digest()


def decoded(change: Change) -> Args:
    """A logged change's arguments.

    Raises:
        InputError: a newer Huoke wrote it, or its bytes are damaged.
    """
    if change.kind not in KINDS:
        raise InputError(N_("This Huoke does not know the change {kind}: install a newer version."), kind=change.kind)
    try:
        return msgspec.msgpack.decode(change.args, type=KINDS[change.kind].args)
    except msgspec.MsgspecError as error:
        raise InputError(
            N_("The change {kind} cannot be read: {reason}."), kind=change.kind, reason=str(error)
        ) from error


def replay(change: Change) -> Any:
    """Do a change that was recorded in another store, exactly as it was done there."""
    with current().writing():
        context = Context(change.person, change.device, change.uid, change.business_date)
        args = decoded(change)
        with collecting():
            free = free_before(args, change.business_date)
            outcome = KINDS[change.kind].rule(args, context)
            change.insert_new()
            judge_again_here(change.kind, context, free)
    return outcome


def last_undoable(person: bytes | None, *, before: int | None = None) -> Change:
    """The last change of this device of a kind that can be taken back, which was not.

    Args:
        person: whose; nobody takes back what another did by a key. None, where nobody has signed in, takes all.
        before: only what has a smaller number.

    Raises:
        Refused: there is none.
    """
    return _last_of([name for name, kind in KINDS.items() if kind.undo is not None], person, before)


def last_done(person: bytes | None, *, before: int | None = None) -> Change:
    """As `last_undoable`, also of what somebody does by hand and no undo takes back."""
    simply = [name for name, kind in KINDS.items() if kind.undo is not None]
    return _last_of([*simply, *DONE_FOR_GOOD], person, before)


def _last_of(simply: list[str], person: bytes | None, before: int | None) -> Change:
    undone = undone_uids()
    kept = [name for name, kind in KINDS.items() if kind.undo_kept is not None]
    mine = Change.select().where(
        Change.device == meta("device"),
        # A request wrote nothing, and neither did what the office refused: what was done before it is the last.
        Change.kind.in_(simply) | (Change.kind.in_(kept) & Change.uid.in_(Former.select(Former.change_uid))),
        Change.uid.not_in(Arrival.select(Arrival.uid).where(Arrival.status.in_(NEVER_DONE))),
    )
    if person is not None:
        mine = mine.where(Change.person == person)
    if before is not None:
        mine = mine.where(Change.number < before)
    for change in mine.order_by(Change.number.desc()).limit(len(undone) + 1):
        if change.uid not in undone:
            return change
    raise Refused(N_("There is nothing that can be undone."))
