"""Changes of older laptops, brought to the present form. What was recorded stays as it is: a copy is lifted."""

from __future__ import annotations

from model.changes import KINDS
from model.changes.forms import LIFTS, Lifts, lifted_as
from model.changes.kind import Args
from model.changes.log import SCHEMA, Change
from model.errors import N_, InputError


def lifted(change: Change, lifts: Lifts = LIFTS, schema: int = SCHEMA) -> Args:
    """A change's arguments in the present form.

    Args:
        lifts: what brings one form to the next; a kind without one is the same in both.
        schema: the present form.

    Raises:
        InputError: a newer Huoke wrote it, or its bytes are damaged.
    """
    if change.kind not in KINDS:
        raise InputError(N_("This Huoke does not know the change {kind}: install a newer version."), kind=change.kind)
    args: Args = lifted_as(change, KINDS[change.kind].args, lifts, schema)
    return args
