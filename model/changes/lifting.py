"""Changes of older laptops, brought to the present form. What was recorded stays as it is: a copy is lifted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from model.changes import KINDS
from model.changes.kind import Args
from model.changes.log import Change
from model.errors import N_, InputError

# The form that this version writes. A release that changes a kind's arguments raises it and adds a lift.
SCHEMA = 1
FIRST_SCHEMA = 1

# (kind, form) → brings arguments of that form, as plain values, to the next one.
Lifts = Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]
LIFTS: Lifts = {}


def lifted(change: Change, lifts: Lifts = LIFTS, schema: int = SCHEMA) -> Args:
    """A change's arguments in the present form.

    Args:
        lifts: what brings one form to the next; a kind without one is the same in both.
        schema: the present form.

    Raises:
        InputError: a newer Huoke wrote it, or its bytes are damaged.
    """
    if change.kind not in KINDS or not FIRST_SCHEMA <= change.schema <= schema:
        raise InputError(N_("This Huoke does not know the change {kind}: install a newer version."), kind=change.kind)
    kind = KINDS[change.kind].args
    try:
        if change.schema == schema:
            return msgspec.msgpack.decode(change.args, type=kind)
        plain = msgspec.msgpack.decode(change.args)
        for form in range(change.schema, schema):
            lift = lifts.get((change.kind, form))
            plain = plain if lift is None else lift(plain)
        return msgspec.convert(plain, kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            N_("The change {kind} cannot be read: {reason}."), kind=change.kind, reason=str(error)
        ) from error
