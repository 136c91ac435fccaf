"""What the arguments of any change must be before a rule reads them: ids, numbers, dates and texts that can be kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from model.changes.kind import Args
from model.errors import N_, InputError
from model.ids import ID_BYTES

# Far above every amount, far below what 64 bits hold, so that a rule may add and multiply a little.
LARGEST_NUMBER = 1_000_000_000_000_000
# Rules have narrower limits for what they keep; this one holds for what they only compare.
LONGEST_TEXT = 10_000
MOST_PARTS = 20_000
EARLIEST_DAY = date(1900, 1, 1)


def check_bounds(args: Args) -> None:
    """Refuse arguments that no screen makes and no database keeps.

    Raises:
        InputError: an id has another length, a number, a text or a list is too large, a date is before 1900.
    """
    _check(args, "")


def _is_small(part: Any) -> bool:
    """Whether nothing is to be checked of a part; most of an order's many parts are such."""
    if type(part) is int:
        return abs(part) <= LARGEST_NUMBER
    return part is None or (type(part) is bytes and len(part) == ID_BYTES)


def _check(value: Any, name: str) -> None:
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            part = getattr(value, field)
            if not _is_small(part):
                _check(part, f"{name} {field}".strip())
    elif isinstance(value, bytes):
        if len(value) != ID_BYTES:
            raise InputError(N_("The {field} is no id: it has {length} bytes."), field=name, length=len(value))
    elif isinstance(value, str):
        if len(value) > LONGEST_TEXT or "\0" in value:
            raise InputError(N_("The {field} is no text that can be kept."), field=name)
    elif isinstance(value, int):
        if abs(value) > LARGEST_NUMBER:
            raise InputError(N_("The {field} is too large: check the number."), field=name)
    elif isinstance(value, date):
        if value < EARLIEST_DAY:
            raise InputError(
                N_("The {field} {date} is too long ago: check the year."), field=name, date=value.isoformat()
            )
    elif isinstance(value, tuple | dict):
        if len(value) > MOST_PARTS:
            raise InputError(
                N_("The {field} has {count} parts: {most} at once are allowed."),
                field=name, count=len(value), most=MOST_PARTS,
            )  # fmt: skip
        for part in value:
            # A part of a card is known by its field.
            _check(part, name)
            if isinstance(value, dict):
                _check(value[part], part)
