"""What this laptop did that its office has not got yet, and what the office said of what it got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from model.changes import KINDS
from model.changes.kind import Args
from model.credit import REASON_NAMES
from model.errors import HuokeError
from model.laptop import outbox_begins
from model.store import meta, one, rows


@dataclass(frozen=True)
class UnsentChange:
    """One change that the office has not got yet.

    Attributes:
        recorded_at: UTC, ISO.
        args: None where this program cannot read them.
        about: the number of the order or receipt, or the code of the customer; empty where it names none.
        waits: why it cannot be done here for now and waits for the office to judge it; None where it is done.
    """

    uid: bytes
    number: int
    kind: str
    recorded_at: str
    args: Args | None
    about: str
    waits: HuokeError | None


def unsent_changes(size: int, offset: int = 0) -> list[UnsentChange]:
    """The changes the office has not got, the oldest first."""
    if not meta("server"):
        return []
    found = rows(
        "SELECT c.uid, c.number, c.kind, c.recorded_at, c.args, a.result FROM change c"
        " LEFT JOIN arrival a ON a.uid = c.uid AND a.status = 'waiting'"
        " WHERE c.device = ? AND c.number > ? ORDER BY c.number LIMIT ? OFFSET ?",
        (*outbox_begins(), size, offset),
    )
    return [
        UnsentChange(
            bytes(uid), number, kind, recorded_at, args := args_of(kind, bytes(encoded)), named_by(args),
            None if result is None else told(bytes(result)),
        )
        for uid, number, kind, recorded_at, encoded, result in found
    ]  # fmt: skip


def args_of(kind: str, encoded: bytes) -> Args | None:
    """A change's arguments; None where another version wrote them, because a list must still be shown."""
    if kind not in KINDS:
        return None
    try:
        decoded: Args = msgspec.msgpack.decode(encoded, type=KINDS[kind].args)
    except msgspec.MsgspecError:
        return None
    return decoded


def told(result: bytes) -> HuokeError:
    """How a change fared, as a sentence that a screen translates; the sentence is empty where nothing was said."""
    template, params = msgspec.msgpack.decode(result)
    return said_by_the_office(template, params)


def said_by_the_office(template: str, params: dict[str, Any]) -> HuokeError:
    """A sentence of the office with its values, its reasons by the words a screen translates; it is not raised."""
    reasons = params.get("reasons")
    named = {"reasons": [REASON_NAMES.get(reason, reason) for reason in reasons]} if isinstance(reasons, list) else {}
    return HuokeError(template, **(params | named))


def named_by(args: Args | None) -> str:
    """The number of the order or receipt that a change names, else the code of the customer; empty where none."""
    for name in ("id", "order", "receipt", "customer"):
        id_ = getattr(args, name, None)
        if not isinstance(id_, bytes):
            continue
        found = one(
            "SELECT number FROM orders WHERE id = ? UNION ALL SELECT number FROM receipt WHERE id = ?"
            " UNION ALL SELECT code FROM customer WHERE id = ?",
            (id_, id_, id_),
        )
        if found is not None:
            return str(found[0])
    return str(getattr(args, "number", "") or getattr(args, "code", ""))
