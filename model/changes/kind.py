"""What every kind of change is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from model.context import Context


class Args(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The arguments of a change: every id made and every value the person saw, strictly typed.

    Their canonical bytes are what is kept, hashed and sent.
    """


@dataclass(frozen=True)
class Kind:
    """One thing a person can do.

    Attributes:
        name: `noun.verb`, as the log and the wire write it.
        args: the type of its arguments.
        rule: writes its effect; reads only its arguments, the store and the context.
        undo: writes the compensation; None where another document must be made instead.
        seen: the arguments with what stands where they will write, for the office to know what the person saw; None
            where that is said already, or does not matter.
        undo_kept: as `undo`, for a kind of which what stood before is kept (model.former): it is given the change's id
            too.
    """

    name: str
    args: type[Args]
    rule: Callable[[Any, Context], Any]
    undo: Callable[[Any, Context], None] | None = None
    seen: Callable[[Any], Args] | None = None
    undo_kept: Callable[[Any, Context, bytes], None] | None = None

    @property
    def can_be_undone(self) -> bool:
        return self.undo is not None or self.undo_kept is not None


def canonical(args: Args) -> bytes:
    """The bytes that stand for these arguments everywhere."""
    return msgspec.msgpack.encode(args, order="deterministic")
