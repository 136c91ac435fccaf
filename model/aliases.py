"""Which customer a merged one has become; whatever names the loser means the winner."""

from __future__ import annotations

import datetime

import msgspec

from model.fields import BytesField, IdField
from model.remembering import remembered
from model.store import Table, one, rows


class BlacklistedBefore(msgspec.Struct, frozen=True, kw_only=True):
    """A blacklisting of the winner that a merge wrote over."""

    blacklisted: bool
    reason: str
    person: bytes | None


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge moved and wrote over, so that it can be put back.

    Attributes:
        orders, receipts, contacts, lease_uses: ids of what pointed at the loser.
        conflicts: ids of the likely duplicates that it settled.
        assignments: the loser's, as they were.
        closed_on: whether the loser was closed before.
        blacklisted_on: from when the winner is blacklisted because the loser was.
        blacklisted_before: what the winner's blacklist said of that day.
    """

    orders: tuple[bytes, ...]
    receipts: tuple[bytes, ...] = ()
    contacts: tuple[bytes, ...] = ()
    lease_uses: tuple[bytes, ...] = ()
    conflicts: tuple[bytes, ...] = ()
    assignments: tuple[tuple[str, str | None, bytes, str, str], ...] = ()
    closed_on: datetime.date | None = None
    blacklisted_on: datetime.date | None = None
    blacklisted_before: BlacklistedBefore | None = None


def not_merged(column: str) -> str:
    """A condition for hand-written SQL that the customer whose id stands in a column was not merged into another."""
    return f"{column} NOT IN (SELECT loser_id FROM alias)"


class Alias(Table):
    """A customer that was merged into another.

    Attributes:
        moved: msgpack bytes of what the merge moved, so that it can be put back.
        change_uid: the merge.
    """

    loser_id = IdField(primary_key=True)
    winner_id = IdField()
    moved = BytesField()
    change_uid = IdField()

    class Meta:
        table_name = "alias"


def resolved(customer_id: bytes) -> bytes:
    """The customer that an id means now: the last winner of its merges, or itself."""
    return remembered(("alias", bytes(customer_id)), lambda: _followed(bytes(customer_id)))


def _followed(meant: bytes) -> bytes:
    # A winner may itself have lost to another since; a merge never closes a circle.
    while (found := one("SELECT winner_id FROM alias WHERE loser_id = ?", (meant,))) is not None:
        meant = bytes(found[0])
    return meant


def was_moved(order_id: bytes, customer_id: bytes) -> bool:
    """Whether an order came to its customer by a merge that still stands."""
    merges = rows("SELECT moved FROM alias WHERE winner_id = ?", (customer_id,))
    return any(bytes(order_id) in msgspec.msgpack.decode(bytes(moved), type=Moved).orders for (moved,) in merges)
