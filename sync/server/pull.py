"""What a laptop has not got yet, in the order in which it became visible."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from model import synced
from model.batches import batches
from model.store import Store, rows
from sync.protocol import DOCUMENTS_PER_PAGE, Document, Head, Page, Position
from sync.server.cards import cards
from sync.server.scope import CARD_KIND, OFFICE_BUCKET, View, head_v
from sync.server.storage import snapshot

# How many rows of the feed are read at once; they are sent in pages of DOCUMENTS_PER_PAGE.
ROWS_PER_READING = 1_000


@dataclass(frozen=True)
class FeedRow:
    """That a document of a bucket was written at a version, or left it then."""

    v: int
    kind: str
    id: bytes
    gone: int


def pages(store: Store, view: View, position: Position, day: date) -> Iterator[Page | Head]:
    """Everything after a position that a device may hold, and at last the version it then has.

    What is written meanwhile stands later in the stream and is sent again. Each reading is one snapshot, so the last
    one, which finds no more, sees every document as it was at the version it ends with.
    """
    while True:
        with store.use(), snapshot():
            found = list(islice(_after(view, position), ROWS_PER_READING))
            documents = documents_of(found, view, day)
            head = head_v() if len(found) < ROWS_PER_READING else None
        for start in range(0, len(documents), DOCUMENTS_PER_PAGE):
            last = found[min(start + DOCUMENTS_PER_PAGE, len(found)) - 1]
            position = Position(last.v, last.kind, last.id)
            yield Page(documents[start : start + DOCUMENTS_PER_PAGE], position)
        if head is not None:
            yield Head(head)
            return


def after_head(v: int) -> Position:
    """The position of a laptop that has everything up to a version."""
    return Position(v + 1, "", b"")


def _after(view: View, position: Position) -> Iterator[FeedRow]:
    """The feed's rows of all buckets of a view after a position, each document once."""
    streams = [_bucket(bucket, position) for bucket in view.buckets]
    last = None
    for row in heapq.merge(*streams, key=lambda row: (row.v, row.kind, row.id)):
        key = (row.v, row.kind, row.id)
        if key != last:
            yield row
        last = key


def _bucket(bucket: str, position: Position) -> Iterator[FeedRow]:
    for v, kind, id_, gone in rows(
        "SELECT v, kind, id, gone FROM feed WHERE bucket = ? AND (v, kind, id) > (?, ?, ?) ORDER BY v, kind, id"
        " LIMIT ?",
        (bucket, position.v, position.kind, position.id, ROWS_PER_READING),
    ):
        yield FeedRow(v, kind, bytes(id_), gone)


def documents_of(found: list[FeedRow], view: View, day: date) -> list[Document]:
    """The documents of some rows of the feed as a view has them now; without a body what it may not hold."""
    by_kind: dict[str, list[bytes]] = {}
    for row in found:
        by_kind.setdefault(row.kind, []).append(row.id)
    bodies: dict[tuple[str, bytes], bytes] = {}
    for kind, ids in by_kind.items():
        held = _held(kind, ids, view)
        read = cards(sorted(held), day) if kind == CARD_KIND else synced.read_documents(kind, sorted(held))
        if kind == "alias" and OFFICE_BUCKET not in view.buckets:
            read = {id_: synced.without_what_moved(body) for id_, body in read.items()}
        if not view.costs:
            read = {id_: synced.without_costs(kind, body) for id_, body in read.items()}
        bodies.update({(kind, id_): body for id_, body in read.items()})
    return [Document(row.kind, row.id, bodies.get((row.kind, row.id))) for row in found]


def _held(kind: str, ids: list[bytes], view: View) -> set[bytes]:
    """Of these documents, those that at least one bucket of the view holds: the others are gone."""
    buckets = ", ".join("?" * len(view.buckets))
    found: set[bytes] = set()
    for some in batches(ids):
        marks = ", ".join("?" * len(some))
        found |= {
            bytes(row[0])
            for row in rows(
                f"SELECT id FROM feed WHERE kind = ? AND gone = 0 AND bucket IN ({buckets}) AND id IN ({marks})",
                (kind, *view.buckets, *some),
            )
        }
    if kind == CARD_KIND and found:
        # Of one's own customers one has everything.
        found -= _own(found, view)
    return found


def _own(customers: set[bytes], view: View) -> set[bytes]:
    own = f"person:{view.person.hex()}"
    ids = sorted(customers)
    marks = ", ".join("?" * len(ids))
    return {
        bytes(row[0])
        for row in rows(
            f"SELECT id FROM feed WHERE kind = 'customer' AND gone = 0 AND bucket = ? AND id IN ({marks})", (own, *ids)
        )
    }
