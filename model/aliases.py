"""Which customer a merged one has become; whatever names the loser means the winner."""

from __future__ import annotations

from model.fields import BytesField, IdField
from model.remembering import remembered
from model.store import Table, one


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
