"""Undo is itself a change: it names the change it takes back, so it is logged, synced and replayed like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from model.changes.forms import lifted_as
from model.changes.freed import hold_again
from model.changes.kind import Args, Kind
from model.changes.log import Change
from model.context import Context
from model.errors import N_, InputError, Refused
from model.people import Salesperson
from model.rights import OFFICE, is_salesperson_of_an_office
from model.store import one, rows

if TYPE_CHECKING:
    from collections.abc import Mapping


# What the office said of a change that has no effect.
NEVER_DONE = ("refused", "quarantined")


class UndoChange(Args, frozen=True):
    """A change taken back."""

    uid: bytes


def undoing(kinds: Mapping[str, Kind]) -> Kind:
    """The kind that takes back changes of these kinds."""

    def undo_change(args: UndoChange, ctx: Context) -> str:
        change = Change.get_or_none(Change.uid == args.uid)
        if change is None:
            raise InputError(N_("The change to undo is not in this store."))
        if args.uid in undone_uids():
            raise Refused(N_("That was undone already."))
        kind = kinds.get(change.kind)
        if kind is None or not kind.can_be_undone:
            raise Refused(N_("This cannot be undone: make the opposite change instead."))
        _require_own_or_office(change, ctx)
        if _was_never_done(args.uid, kind):
            raise Refused(N_("The office never did that: there is nothing to undo."))
        made = lifted_as(change, kind.args)
        # What it has freed takes credit that is to be judged anew.
        hold_again(change.uid, ctx)
        if kind.undo_kept is not None:
            kind.undo_kept(made, ctx, change.uid)
        elif kind.undo is not None:
            kind.undo(made, ctx)
        return kind.name

    return Kind("change.undo", UndoChange, undo_change)


def _require_own_or_office(change: Change, ctx: Context) -> None:
    """Go on only for who made the change, or for the office.

    Raises:
        Refused: it is another person's.
    """
    if ctx.person is None or change.person == ctx.person:
        return
    if change.person is None and not is_salesperson_of_an_office(ctx):
        # Done before anybody had signed in to this store.
        return
    undoer = Salesperson.get_or_none(Salesperson.id == ctx.person)
    if undoer is None or undoer.role not in OFFICE:
        raise Refused(N_("That was done by another person: ask them, or the office, to undo it."))


def undone_uids() -> set[bytes]:
    """The changes that were taken back."""
    return {
        msgspec.msgpack.decode(encoded, type=UndoChange).uid
        for (encoded,) in rows(
            "SELECT c.args FROM change c LEFT JOIN arrival a ON a.uid = c.uid"
            " WHERE c.kind = 'change.undo' AND (a.status IS NULL OR a.status NOT IN ('refused', 'quarantined'))"
        )
    }


def _was_never_done(uid: bytes, kind: Kind) -> bool:
    """Whether a change stands in the log without its effect: the office refused it, or could not do it.

    Of many customers some may have been asked for and the others given: what was kept of a change tells that.
    """
    found = one("SELECT status FROM arrival WHERE uid = ?", (uid,))
    if found is None:
        return False
    return found[0] in NEVER_DONE or (found[0] == "requested" and kind.undo_kept is None)
