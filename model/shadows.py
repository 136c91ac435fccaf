"""The server's last version of what this laptop has changed itself, kept until the server has the change."""

from __future__ import annotations

from model.store import execute, rows
from model.synced import read_document

# Of these a laptop's own rules write rows that are only its own.
NOT_SHADOWED = frozenset({"lease"})


class Shadows:
    """Keeps each document aside just before this laptop's own change writes it, once."""

    def about_to_write(self, kind: str, id_: bytes) -> None:
        if kind in NOT_SHADOWED:
            return
        kept = rows("SELECT 1 FROM shadow WHERE kind = ? AND id = ?", (kind, id_))
        if not kept:
            execute("INSERT INTO shadow (kind, id, body) VALUES (?, ?, ?)", (kind, id_, read_document(kind, id_)))


def kept_aside() -> dict[tuple[str, bytes], bytes | None]:
    """Every document kept aside, with the server's version; None where the server had none."""
    return {
        (kind, bytes(id_)): None if body is None else bytes(body)
        for kind, id_, body in rows("SELECT kind, id, body FROM shadow")
    }


def forget() -> None:
    """Forget all: the server's versions stand in the store again."""
    execute("DELETE FROM shadow")
