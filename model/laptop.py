"""How a laptop stands with its office: what is unsent, what is only a card here, how old what it knows is.

A store of its own has no office: there every question here has the empty answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from model.batches import batches
from model.errors import N_, Refused
from model.settings import setting_on
from model.store import meta, one, rows

# What an order that the office has not got yet is here; the office's own word comes with the next exchange.
Mark: TypeAlias = Literal["", "unsent", "guaranteed", "provisional"]
# How one's own changes fared; what went as expected has no more to say than that the office has it.
FARED_NAMES = {
    "unsent": N_("unsent"),
    "waiting": N_("waits for the office"),
    "held": N_("held"),
    "conflict": N_("conflict"),
    "requested": N_("request"),
    "refused": N_("refused"),
    "quarantined": N_("set aside"),
    "done": N_("confirmed"),
    "confirmed": N_("confirmed"),
    "quote": N_("confirmed"),
}


def refuse_at_the_office() -> None:
    """Refuse to record in the office's own store as if it were a desk's: no laptop would be told.

    Raises:
        Refused: the store in use is a server's.
    """
    if meta("role") == "server":
        raise Refused(N_("This store is the office's own: use “huoke server …”, or a laptop that has joined it."))


def outbox_begins() -> tuple[str, int]:
    """This device, and the last of its changes that the office has."""
    return meta("device"), int(meta("acknowledged", "0"))


def unsent_count() -> int:
    """How many changes the office has not got."""
    if not meta("server"):
        return 0
    found = one("SELECT COUNT(*) FROM change WHERE device = ? AND number > ?", outbox_begins())
    return 0 if found is None else int(found[0])


def order_marks(ids: Sequence[bytes]) -> dict[bytes, Mark]:
    """Of these orders, those that the office has not got yet: each `guaranteed`, `provisional` or just `unsent`."""
    if not ids or not meta("server"):
        return {}
    found: dict[bytes, Mark] = {}
    for some in batches(ids):
        marks = ", ".join("?" * len(some))
        for id_, state, guaranteed in rows(
            "SELECT o.id, o.state, u.guaranteed FROM orders o JOIN change c ON c.uid = o.change_uid"
            " LEFT JOIN lease_use u ON u.order_id = o.id"
            f" WHERE c.device = ? AND c.number > ? AND o.id IN ({marks})",
            (*outbox_begins(), *some),
        ):
            if state == "confirmed" and guaranteed is not None:
                found[bytes(id_)] = "guaranteed" if guaranteed else "provisional"
            else:
                found[bytes(id_)] = "unsent"
    return found


def changes_fared(uids: Sequence[bytes]) -> dict[bytes, str]:
    """How those of these changes fared that were done on this laptop: a key of FARED_NAMES.

    What the office said before this laptop was put back from a copy, and of which it has no word, is left out.
    """
    if not uids or not meta("server"):
        return {}
    device, acknowledged = outbox_begins()
    found: dict[bytes, str] = {}
    for some in batches(uids):
        marks = ", ".join("?" * len(some))
        for uid, of_device, number, status in rows(
            "SELECT c.uid, c.device, c.number, a.status FROM change c LEFT JOIN arrival a ON a.uid = c.uid"
            f" WHERE c.uid IN ({marks})",
            some,
        ):
            if status in FARED_NAMES:
                found[bytes(uid)] = status
            elif of_device == device and number > acknowledged:
                found[bytes(uid)] = "unsent"
    return found


def cards_among(ids: Sequence[bytes]) -> set[bytes]:
    """Of these customers, those of whom only the card is on this laptop: what it takes to sell, but no documents."""
    if not ids or not meta("server"):
        return set()
    found: set[bytes] = set()
    for some in batches(ids):
        marks = ", ".join("?" * len(some))
        query = f"SELECT customer_id FROM customer_card WHERE shown <> 0 AND customer_id IN ({marks})"
        found |= {bytes(row[0]) for row in rows(query, some)}
    return found


def held_in_full(column: str) -> str:
    """A condition for hand-written SQL that the documents of the customer whose id stands in a column are here.

    What is computed from documents is wrong for a customer held as a card. Without an office all are held in full.
    """
    return f"NOT EXISTS (SELECT 1 FROM customer_card k WHERE k.customer_id = {column} AND k.shown = 1)"


def cards_count() -> int:
    """Of how many customers only the card is on this laptop."""
    found = one("SELECT COUNT(*) FROM customer_card WHERE shown = 1") if meta("server") else None
    return 0 if found is None else int(found[0])


def refuse_a_card(customer_id: bytes, day: date) -> None:
    """Refuse to tell of a customer's documents where this laptop has only its card.

    Raises:
        Refused: only the card is here.
    """
    if not cards_among([customer_id]):
        return
    found = one(
        "SELECT c.code, s.name FROM customer c LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ?"
        " AND (a.to_date IS NULL OR a.to_date > ?) LEFT JOIN salesperson s ON s.id = a.owner_id WHERE c.id = ?",
        (day.isoformat(), day.isoformat(), customer_id),
    )
    code, owner = found or ("", None)
    if owner:
        raise Refused(
            N_("Only the card of {code} is on this laptop: ask {owner} or the office."), code=code, owner=owner
        )
    raise Refused(N_("Only the card of {code} is on this laptop: ask the office."), code=code)


def last_heard() -> datetime | None:
    """When the office was last heard of, UTC; None before the first exchange."""
    kept = meta("last_exchange") if meta("server") else ""
    if not kept:
        return None
    moment = datetime.fromisoformat(kept)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def days_left_offline(day: date) -> int | None:
    """For how many more days this laptop may record without an exchange; None where nothing limits it.

    Below zero it refuses to record (see model.changes.recording).
    """
    kept = meta("last_exchange") if meta("server") else ""
    if not kept:
        return None
    return int(setting_on("offline_days", day)) - (day - date.fromisoformat(kept[:10])).days
