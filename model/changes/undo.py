"""Undo is itself a change: it names the change it takes back, so it is logged, synced and replayed like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from model.changes.kind import Args, Kind
from model.changes.log import Change
from model.context import Context
from model.errors import N_, InputError, Refused
from model.store import rows

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        if kind is None or kind.undo is None:
            raise Refused(N_("This cannot be undone: make the opposite change instead."))
        kind.undo(msgspec.msgpack.decode(change.args, type=kind.args), ctx)
        return kind.name

    return Kind("change.undo", UndoChange, undo_change)


def undone_uids() -> set[bytes]:
    """The changes that were taken back."""
    return {
        msgspec.msgpack.decode(encoded, type=UndoChange).uid
        for (encoded,) in rows("SELECT args FROM change WHERE kind = 'change.undo'")
    }
