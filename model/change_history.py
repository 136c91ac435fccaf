"""Who changed what about a customer: the log of changes, read back for one customer, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from model.changes import KINDS
from model.changes.kind import Args
from model.changes.undo import undone_uids
from model.laptop import changes_fared
from model.store import one, rows

# Kinds whose arguments name the customer itself.
CUSTOMER_KINDS = (
    "customer.add", "customer.edit", "customer.assign", "customer.claim", "customer.release", "customer.terms",
    "customer.blacklist", "contact.log", "pool.return",
)  # fmt: skip
# Kinds whose arguments name one of the customer's orders in the field `order`.
ORDER_DECISIONS = ("order.confirm", "order.release", "order.reject", "order.cancel", "order.lose")
# How the canonical bytes of arguments write that field: its name, then the head of sixteen bytes.
_ORDER_FIELD = b"\xa5order\xc4\x10"


@dataclass(frozen=True)
class ChangeRow:
    """One change that touched a customer.

    Attributes:
        recorded_at: UTC, for display and order only.
        person: the name of who did it; empty where nobody had signed in.
        args: what was done; None where this program cannot read it.
        about: the number of the order or receipt it made or decided on; empty for a change of the customer itself.
        undone: it was taken back later.
        fared: on a laptop, how a change of its own fared at the office, a key of model.laptop.FARED_NAMES; else empty.
    """

    uid: bytes
    day: date
    recorded_at: str
    person: str
    kind: str
    args: Args | None
    about: str
    undone: bool
    fared: str = ""

    @property
    def key(self) -> tuple[str, bytes]:
        return (self.recorded_at, self.uid)


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


# A change keeps its arguments as bytes, so the customer is looked for in them; the kind is compared first, which
# spares looking into the many orders. The log is read here only in a person's own store, where `instr` takes bytes.
_TOUCHING = f"""
FROM change c LEFT JOIN salesperson p ON p.id = c.person
WHERE ((c.kind IN ({_marks(CUSTOMER_KINDS)}) AND instr(c.args, ?) > 0)
    OR (c.kind = 'salesperson.leave' AND c.uid IN (SELECT change_uid FROM former WHERE kind = 'customer' AND id = ?))
    OR c.uid IN (SELECT change_uid FROM orders WHERE customer_id = ?)
    OR c.uid IN (SELECT change_uid FROM receipt WHERE customer_id = ?)
    OR (c.kind IN ({_marks(ORDER_DECISIONS)})
        AND substr(c.args, instr(c.args, ?) + ?, 16) IN (SELECT id FROM orders WHERE customer_id = ?)))
"""


def _parameters(customer_id: bytes) -> tuple[Any, ...]:
    return (customer_id, customer_id, customer_id, customer_id, _ORDER_FIELD, len(_ORDER_FIELD), customer_id)


def count_changes(customer_id: bytes) -> int:
    """How many changes touched a customer."""
    found = one(f"SELECT COUNT(*) {_TOUCHING}", _parameters(customer_id))
    return 0 if found is None else int(found[0])


def page_of_changes(
    customer_id: bytes, size: int, *, offset: int = 0, after: tuple[str, bytes] | None = None
) -> list[ChangeRow]:
    """The changes that touched a customer, the latest first.

    Args:
        after: the key of the row just before the page; without it the page begins at the offset.
    """
    query = (
        "SELECT c.uid, c.business_date, c.recorded_at, COALESCE(p.name, ''), c.kind,"
        " CASE WHEN c.kind LIKE 'import.%' THEN NULL ELSE c.args END"
        f" {_TOUCHING}"
    )
    parameters = _parameters(customer_id)
    if after is None:
        query, parameters = query + " ORDER BY c.recorded_at DESC, c.uid DESC LIMIT ? OFFSET ?", (
            *parameters, size, offset,
        )  # fmt: skip
    else:
        query += " AND (c.recorded_at, c.uid) < (?, ?) ORDER BY c.recorded_at DESC, c.uid DESC LIMIT ?"
        parameters = (*parameters, *after, size)
    undone, found = undone_uids(), rows(query, parameters)
    fared = changes_fared([bytes(row[0]) for row in found])
    return [
        ChangeRow(
            bytes(uid), date.fromisoformat(day), recorded_at, person, kind, read := _read(kind, encoded),
            _number_of(kind, read), bytes(uid) in undone, fared.get(bytes(uid), ""),
        )
        for uid, day, recorded_at, person, kind, encoded in found
    ]  # fmt: skip


def _read(kind: str, encoded: bytes | None) -> Args | None:
    """A change's arguments; None where another version wrote them, because a list must still be shown."""
    known = KINDS.get(kind)
    if known is None or encoded is None:
        return None
    try:
        return msgspec.msgpack.decode(encoded, type=known.args)
    except msgspec.MsgspecError:
        return None


def _number_of(kind: str, args: Args | None) -> str:
    """The number of the document that a change made or decided on."""
    if not kind.startswith(("order.", "receipt.")):
        return ""
    document = getattr(args, "id", None) or getattr(args, "order", None)
    found = one(
        "SELECT number FROM orders WHERE id = ? UNION ALL SELECT number FROM receipt WHERE id = ?", (document, document)
    )
    return "" if found is None else str(found[0])
