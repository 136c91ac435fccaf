"""What one key takes back: the last thing that somebody did here. Nothing is passed over without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.changes import KINDS
from model.changes.log import Change
from model.changes.recording import last_done, last_undoable
from model.changes.undo import UndoChange
from model.errors import N_, Refused


@dataclass(frozen=True)
class Undone:
    """A change that is taken back now."""

    change: Change


@dataclass(frozen=True)
class NotUndone:
    """A change that stays.

    Attributes:
        reason: why, and what can be done instead.
        earlier: the one before it, which may be tried; None where there is none.
    """

    change: Change
    reason: Refused
    earlier: Change | None

    @property
    def before(self) -> int | None:
        """With this number `take_back_last` tries the one before it."""
        return None if self.earlier is None else self.earlier.number + 1


def take_back_last(
    person: bytes | None, do: Callable[[UndoChange], object], *, before: int | None = None
) -> Undone | NotUndone:
    """Take back the last thing that somebody did on this device, or say why it stays and which is the one before it.

    Args:
        person: whose; None, where nobody has signed in, takes all.
        do: records the undo.
        before: only what was done before the change of this number.

    Raises:
        Refused: there is nothing that can be undone.
    """
    change = last_done(person, before=before)
    can_be_undone = KINDS[change.kind].can_be_undone
    try:
        if not can_be_undone:
            raise Refused(N_("This cannot be undone: make the opposite change instead."))
        do(UndoChange(uid=change.uid))
    except Refused as reason:
        try:
            earlier = last_undoable(person, before=change.number)
        except Refused:
            if not can_be_undone:
                raise
            earlier = None
        return NotUndone(change, reason, earlier)
    return Undone(change)
