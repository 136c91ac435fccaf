"""The forms that the arguments of changes had in earlier versions, and how each is brought to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from model.changes.kind import Args
from model.changes.log import SCHEMA, Change
from model.errors import N_, InputError

FIRST_SCHEMA = 1

# (kind, form) → brings arguments of that form, as plain values, to the next one.
Lifts = Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]
LIFTS: Lifts = {}


def lifted_as(change: Change, args: type[Args], lifts: Lifts = LIFTS, schema: int = SCHEMA) -> Any:
    """A change's arguments in the present form, of a kind that is known.

    Args:
        lifts: what brings one form to the next; a kind without one is the same in both.
        schema: the present form.

    Raises:
        InputError: a newer Huoke wrote it, or its bytes are damaged.
    """
    if not FIRST_SCHEMA <= change.schema <= schema:
        raise InputError(N_("This Huoke does not know the change {kind}: install a newer version."), kind=change.kind)
    try:
        if change.schema == schema:
            return msgspec.msgpack.decode(change.args, type=args)
        plain = msgspec.msgpack.decode(change.args)
        for form in range(change.schema, schema):
            lift = lifts.get((change.kind, form))
            plain = plain if lift is None else lift(plain)
        return msgspec.convert(plain, args)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            N_("The change {kind} cannot be read: {reason}."), kind=change.kind, reason=str(error)
        ) from error
