"""Which customers a change is about: what the office locks before it judges, so that two judges take turns."""

from __future__ import annotations

from typing import Any

import msgspec

from model.aliases import resolved
from model.changes import KINDS
from model.changes.closing import CloseMonth
from model.changes.customers import AddCustomer
from model.changes.kind import Args
from model.changes.lifting import lifted
from model.changes.log import Change
from model.changes.undo import UndoChange
from model.conflicts import Conflict
from model.duplicates import pair_of, pooled_with
from model.errors import InputError
from model.store import one, rows

_CUSTOMER_FIELDS = ("customer", "other", "loser", "winner")
_DOCUMENT_FIELDS = {"order": "orders", "receipt": "receipt", "replaces": "orders"}


def customers_about(args: Args) -> set[bytes]:
    """The customers that a change makes, or names itself or through its documents, aliases resolved; with each, those
    that are judged together with it. A close is about all of them: an order that is judged at the same moment must be
    before it or after it."""
    if _closes_or_opens_a_month(args):
        return {bytes(row[0]) for row in rows("SELECT id FROM customer")}
    named = {resolved(customer) for customer in _named(args)}
    if isinstance(args, AddCustomer):
        named.add(args.id)
    return named | {other for customer in named for other in pooled_with(customer)}


# By what a change names a row: in which table it stands, and the column that a person knows it by.
_KNOWN_BY = {
    "order": ("orders", "number"),
    "receipt": ("receipt", "number"),
    "customer": ("customer", "code"),
    "loser": ("customer", "code"),
    "product": ("product", "code"),
    "person": ("salesperson", "code"),
}
_CODES_SHOWN = 3


def named_about(change: Change) -> str:
    """The number or code of what a change made or is about, in a few characters; empty where it names none."""
    if change.kind not in KINDS:
        return ""
    try:
        args: Any = lifted(change)
    except InputError:
        return ""  # its kind and its place in the log are all that can be told of it
    if isinstance(args, UndoChange):
        undone = Change.get_or_none(Change.uid == args.uid)
        return "" if undone is None else named_about(undone)
    if own := getattr(args, "number", None) or getattr(args, "code", None):
        return str(own)
    for name, (table, column) in _KNOWN_BY.items():
        if (id_ := getattr(args, name, None)) is not None and (known := _known_by(table, column, id_)):
            return known
    codes = [_known_by("customer", "code", id_) for id_ in getattr(args, "customers", ())[:_CODES_SHOWN]]
    more = len(getattr(args, "customers", ())) - len(codes)
    return " ".join((*codes, f"+{more}") if more else codes)


def _known_by(table: str, column: str, id_: bytes) -> str:
    row = one(f"SELECT {column} FROM {table} WHERE id = ?", (id_,))
    return "" if row is None else str(row[0])


def _closes_or_opens_a_month(args: Args) -> bool:
    if isinstance(args, UndoChange):
        return one("SELECT 1 FROM change WHERE uid = ? AND kind = 'month.close'", (args.uid,)) is not None
    return isinstance(args, CloseMonth)


def _named(args: Any) -> set[bytes]:
    found: set[bytes] = set()
    for name in args.__struct_fields__:
        value = getattr(args, name)
        if value is None:
            continue
        if name in _CUSTOMER_FIELDS:
            found.add(value)
        elif name == "customers":
            found.update(value)
        elif name in _DOCUMENT_FIELDS:
            row = one(f"SELECT customer_id FROM {_DOCUMENT_FIELDS[name]} WHERE id = ?", (value,))
            if row is not None and row[0] is not None:
                found.add(bytes(row[0]))
        elif name == "conflict":
            found |= _concerned_by_conflict(value)
        elif name == "uid":
            found |= _named_by_change(value)
        elif isinstance(value, tuple):
            for part in value:
                if isinstance(part, msgspec.Struct):
                    found |= _named(part)
    return found


def _concerned_by_conflict(id_: bytes) -> set[bytes]:
    conflict = Conflict.get_or_none(Conflict.id == id_)
    if conflict is None or conflict.customer_id is None:
        return set()
    # A decision about likely duplicates changes the credit of both.
    return set(pair_of(conflict)) if conflict.kind == "duplicate" else {conflict.customer_id}


def _named_by_change(uid: bytes) -> set[bytes]:
    change = Change.get_or_none(Change.uid == uid)
    if change is None or change.kind not in KINDS or change.kind == "change.undo":
        return set()
    try:
        args = lifted(change)
    except InputError:
        return set()  # what could not be read was never done
    named = _named(args)
    # What it made itself is named by its own id.
    for table in ("orders", "receipt"):
        row = one(f"SELECT customer_id FROM {table} WHERE id = ?", (getattr(args, "id", b""),))
        if row is not None:
            named.add(bytes(row[0]))
    return named
