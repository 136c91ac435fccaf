"""Everything a new laptop begins with, packed in chunks: what many may read once for all, the rest for each device.

A large bucket is packed once and given to every device that may read it, as long as it is fresh. What was written
since, and what is small, is packed for the device that asks, so that both together are what it may hold at one
version. Nothing is kept in the process: any server over the same store gives every chunk.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO, Any

import msgspec
import zstandard

from model import synced
from model.errors import HuokeError
from model.ids import new_id
from model.leases import machine_of
from model.store import execute, meta, one, rows
from sync.protocol import MOST_CHUNK_BYTES, OWN_VIEW, Chunk, Document, Manifest
from sync.server.cards import cards
from sync.server.exchange import Office
from sync.server.pull import FeedRow, documents_of
from sync.server.scope import ALL, CARD_KIND, COST, OFFICE_BUCKET, SHARED, VIEW_VERSION, View, head_v, view_of
from sync.server.storage import retrying, snapshot

# A bucket of fewer documents is packed anew for each device: that takes a moment.
SHARED_FROM_DOCUMENTS = 2_000
# More than these are packed in the background, and the laptop asks again.
PACKED_AT_ONCE_DOCUMENTS = 20_000
# How much may have changed before a bucket is packed anew: a share of its documents, but so many at least.
STALE_SHARE = 8
STALE_DOCUMENTS = 1_000
FRESH_DAYS = 7
# Who is in the middle of fetching one that was replaced shall find it.
REPLACED_KEPT_DAYS = 1
# Who packs says so this often; who was silent for so long does it no more: its server was killed.
BEAT_SECONDS = 10
LONGEST_SILENCE_SECONDS = 60
ROWS_PER_READING = 1_000
# Packed, about a fifth; a chunk that comes out larger than allowed is parted.
CHUNK_BODY_BYTES = 4 << 20
COMPRESSION_LEVEL = 6
UNFINISHED_V = -1

log = logging.getLogger("huoke.server")


@dataclass(frozen=True)
class _Bucket:
    """A bucket as some devices read it.

    Attributes:
        name: of the bucket.
        costs: whether with what goods cost.
        beside: buckets that the same devices read, whose documents are not packed with this one again.
    """

    name: str
    costs: bool
    beside: tuple[str, ...]

    def key(self) -> str:
        """By what its snapshots are known: another epoch's are never given."""
        return f"{meta('epoch')} {VIEW_VERSION} {self.name} costs={int(self.costs)} beside={','.join(self.beside)}"


@dataclass(frozen=True)
class _Asking:
    """The device that asks, as it stands."""

    code: str
    view: View
    last_number: int
    chain: bytes

    def key(self) -> str:
        return f"{meta('epoch')} own {self.code} {self.view.name}"


class OfficeSnapshots:
    """The snapshots of an office.

    Args:
        shared_from_documents: from how many on a bucket is packed for all its readers together.
        packed_at_once_documents: up to how many are packed while a laptop waits.
    """

    def __init__(
        self,
        office: Office,
        *,
        shared_from_documents: int = SHARED_FROM_DOCUMENTS,
        packed_at_once_documents: int = PACKED_AT_ONCE_DOCUMENTS,
    ) -> None:
        self._office = office
        self._shared_from = shared_from_documents
        self._at_once = packed_at_once_documents

    def manifest(self, device_code: str, bucket: str) -> bytes | None:
        """What a device fetches; None where it asks for anything but its own view. Call it in the store in use."""
        if bucket != OWN_VIEW:
            return None
        self._office.turn_day()
        day = self._office.today()
        asking = _asking(device_code, day)
        standing, making = {}, 0
        for each in _buckets(asking.view):
            if _count(each, self._shared_from) < self._shared_from:
                continue
            if self._fresh(each) is None:
                making += self._make(each, day)
            standing[each] = self._fresh(each)
        if making:
            return msgspec.msgpack.encode(Manifest(0, b"", "", 0, b"", [], [], making))
        return msgspec.msgpack.encode(self._packed_for(asking, standing, day))

    def chunk(self, device_code: str, bucket: str, chunk: str) -> bytes | None:
        """The bytes of a chunk; None where there is none of this name that the device may read."""
        id_, _, place = chunk.partition("-")
        if bucket != OWN_VIEW or len(id_) != 32 or not place.isascii() or not place.isdigit():
            return None
        asking = _asking(device_code, self._office.today())
        allowed = [asking.key(), *(each.key() for each in _buckets(asking.view))]
        try:
            key = bytes.fromhex(id_)
        except ValueError:
            return None
        found = one(
            "SELECT c.body FROM snapshot s JOIN snapshot_chunk c ON c.snapshot_id = s.id"
            f" WHERE s.id = ? AND c.place = ? AND s.bucket IN ({', '.join('?' * len(allowed))})",
            (key, int(place[:9]), *allowed),
        )
        return None if found is None else bytes(found[0])

    def _fresh(self, bucket: _Bucket) -> tuple[bytes, int] | None:
        """The id and version of the newest snapshot of a bucket, if too little changed since to pack it anew."""
        since = (self._office.now() - timedelta(days=FRESH_DAYS)).isoformat(timespec="seconds")
        found = one(
            "SELECT s.id, s.v, (SELECT CAST(COALESCE(SUM(c.rows), 0) AS BIGINT) FROM snapshot_chunk c"
            " WHERE c.snapshot_id = s.id) FROM snapshot s WHERE s.bucket = ? AND s.v <> ? AND s.made_at > ?"
            " ORDER BY s.v DESC LIMIT 1",
            (bucket.key(), UNFINISHED_V, since),
        )
        if found is None:
            return None
        most = max(STALE_DOCUMENTS, found[2] // STALE_SHARE)
        [(changed,)] = rows(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM feed WHERE bucket = ? AND v > ? LIMIT ?) AS counted",
            (bucket.name, found[1], most + 1),
        )
        return (bytes(found[0]), found[1]) if changed <= most else None

    def _make(self, bucket: _Bucket, day: date) -> int:
        """Pack a bucket, a large one in the background.

        Returns:
            How many documents are still to be packed; 0 where it is done.
        """
        documents = _count(bucket)
        id_ = self._claimed(bucket.key())
        if id_ is None:
            return documents
        if documents <= self._at_once:
            self._pack_bucket(id_, bucket, day)
            return 0

        def pack() -> None:
            with self._office.store.use():
                self._pack_bucket(id_, bucket, day)

        threading.Thread(target=pack, name="huoke-snapshot", daemon=True).start()
        return documents

    def _claimed(self, key: str) -> bytes | None:
        """The id under which to pack; None where another thread or server is packing the same."""
        now = self._office.now()
        since = (now - timedelta(seconds=LONGEST_SILENCE_SECONDS)).isoformat(timespec="seconds")

        def claim() -> bytes | None:
            with self._office.store.writing():
                if one("SELECT 1 FROM snapshot WHERE bucket = ? AND v = ? AND made_at > ?", (key, UNFINISHED_V, since)):
                    return None
                return self._entered(key)

        return retrying(claim)

    def _entered(self, key: str) -> bytes:
        id_ = new_id()
        execute(
            "INSERT INTO snapshot (id, bucket, v, made_at) VALUES (?, ?, ?, ?)",
            (id_, key, UNFINISHED_V, self._office.now().isoformat(timespec="seconds")),
        )
        return id_

    def _pack_bucket(self, id_: bytes, bucket: _Bucket, day: date) -> None:
        try:
            with self._heard_of(id_), tempfile.TemporaryFile() as spool:
                with snapshot():
                    v = head_v()
                    lengths = _spooled(spool, _of_bucket(bucket, day))
                self._keep(id_, v, spool, lengths)
        except BaseException:
            log.exception("the snapshot of %s was not made", bucket.name)
            self._forget([id_])
            raise
        self._forget_replaced(bucket.key(), id_, timedelta(days=REPLACED_KEPT_DAYS))

    @contextmanager
    def _heard_of(self, id_: bytes) -> Iterator[None]:
        """While inside, let other threads and servers know that somebody is packing this."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(BEAT_SECONDS):
                now = self._office.now().isoformat(timespec="seconds")
                try:
                    with self._office.store.use():
                        self._write("UPDATE snapshot SET made_at = ? WHERE id = ?", (now, id_))
                except HuokeError as error:
                    # At worst another packs the same.
                    log.warning("a snapshot being packed could not say so: %s", error)

        beating = threading.Thread(target=beat, name="huoke-snapshot-beat", daemon=True)
        beating.start()
        try:
            yield
        finally:
            ended.set()
            beating.join()

    def _packed_for(self, asking: _Asking, standing: dict[_Bucket, tuple[bytes, int] | None], day: date) -> Manifest:
        """Pack what is not in the common snapshots, and tell where everything is."""

        def enter() -> bytes:
            with self._office.store.writing():
                return self._entered(asking.key())

        own = retrying(enter)
        with tempfile.TemporaryFile() as spool:
            with snapshot():
                asking = _asking(asking.code, day)
                v = head_v()
                lengths = _spooled(spool, _since(asking.view, standing, day))
            self._keep(own, v, spool, lengths)
        self._forget_replaced(asking.key(), own, timedelta())
        return Manifest(
            v=v,
            epoch=bytes.fromhex(meta("epoch")),
            view=asking.view.name,
            acknowledged=asking.last_number,
            chain=asking.chain,
            own=_chunks(own),
            common=[chunk for found in standing.values() if found is not None for chunk in _chunks(found[0])],
        )

    def _keep(self, id_: bytes, v: int, spool: IO[bytes], lengths: list[tuple[int, int]]) -> None:
        """Write chunks into the store, each in a transaction of its own: nobody waits for more than one."""
        spool.seek(0)
        for place, (length, documents) in enumerate(lengths):
            body = spool.read(length)
            self._write(
                "INSERT INTO snapshot_chunk (snapshot_id, place, sha256, rows, body) VALUES (?, ?, ?, ?, ?)",
                (id_, place, hashlib.sha256(body).digest(), documents, body),
            )
        self._write("UPDATE snapshot SET v = ? WHERE id = ?", (v, id_))

    def _forget_replaced(self, key: str, present: bytes, kept: timedelta) -> None:
        """Remove what was packed before under the same key, and whatever nobody can ask for any more."""
        now = self._office.now()
        found = rows(
            "SELECT id FROM snapshot WHERE id <> ? AND ((bucket = ? AND made_at <= ?) OR made_at <= ?)",
            (
                present, key, (now - kept).isoformat(timespec="seconds"),
                (now - timedelta(days=FRESH_DAYS + REPLACED_KEPT_DAYS)).isoformat(timespec="seconds"),
            ),
        )  # fmt: skip
        self._forget([bytes(row[0]) for row in found])

    def _forget(self, ids: list[bytes]) -> None:
        for id_ in ids:
            self._write("DELETE FROM snapshot_chunk WHERE snapshot_id = ?", (id_,))
            self._write("DELETE FROM snapshot WHERE id = ?", (id_,))

    def _write(self, statement: str, parameters: tuple[Any, ...]) -> None:
        def once() -> None:
            with self._office.store.writing():
                execute(statement, parameters)

        retrying(once)


def _asking(device_code: str, day: date) -> _Asking:
    found = one(
        "SELECT d.person_id, p.role, d.last_number, d.chain FROM device d JOIN salesperson p ON p.id = d.person_id"
        " WHERE d.code = ?",
        (device_code,),
    )
    if found is None:
        raise LookupError(f"no device {device_code}: it was authenticated a moment ago")
    person, role, last_number, chain = found
    return _Asking(device_code, view_of(machine_of(device_code), bytes(person), role, day), last_number, bytes(chain))


def _buckets(view: View) -> list[_Bucket]:
    """The buckets of a view, none with a document that another of them has."""
    office = tuple(name for name in (SHARED, ALL, OFFICE_BUCKET, COST) if name in view.buckets)
    # Of those who see all, what is in their own buckets stands in those of the office too.
    return [_Bucket(name, view.costs, office if ALL in office and name not in office else ()) for name in view.buckets]


def _condition(bucket: _Bucket) -> tuple[str, tuple[Any, ...]]:
    if not bucket.beside:
        return "f.bucket = ?", (bucket.name,)
    marks = ", ".join("?" * len(bucket.beside))
    return (
        "f.bucket = ? AND NOT EXISTS (SELECT 1 FROM feed o WHERE o.kind = f.kind AND o.id = f.id AND o.gone = 0"
        f" AND o.bucket IN ({marks}))",
        (bucket.name, *bucket.beside),
    )


def _count(bucket: _Bucket, at_most: int = 1 << 40) -> int:
    condition, parameters = _condition(bucket)
    [(documents,)] = rows(
        f"SELECT COUNT(*) FROM (SELECT 1 AS one FROM feed f WHERE {condition} AND f.gone = 0 LIMIT ?) AS counted",
        (*parameters, at_most),
    )
    return int(documents)


def _of_bucket(bucket: _Bucket, day: date) -> Iterator[Document]:
    """Every document of a bucket, in the order of kind and id."""
    condition, parameters = _condition(bucket)
    last: tuple[str, bytes] = ("", b"")
    while True:
        found = rows(
            f"SELECT f.kind, f.id FROM feed f WHERE {condition} AND f.gone = 0 AND (f.kind, f.id) > (?, ?)"
            " ORDER BY f.kind, f.id LIMIT ?",
            (*parameters, *last, ROWS_PER_READING),
        )
        by_kind: dict[str, list[bytes]] = {}
        for kind, id_ in found:
            by_kind.setdefault(kind, []).append(bytes(id_))
        for kind, ids in by_kind.items():
            read = cards(ids, day) if kind == CARD_KIND else synced.read_documents(kind, ids)
            for id_ in ids:
                body = read[id_]
                yield Document(kind, id_, body if bucket.costs else synced.without_costs(kind, body))
        if len(found) < ROWS_PER_READING:
            return
        last = (found[-1][0], bytes(found[-1][1]))


def _since(view: View, standing: dict[_Bucket, tuple[bytes, int] | None], day: date) -> Iterator[Document]:
    """What a view's common snapshots do not have: what was written after them, and the buckets that have none.

    Whatever is written puts all rows of its document at one version, so what is not among these is in every one of the
    common snapshots as it is now.
    """
    wanted: dict[tuple[str, bytes], FeedRow] = {}
    for bucket in _buckets(view):
        condition, parameters = _condition(bucket)
        packed = standing.get(bucket)
        after = "f.gone = 0" if packed is None else "f.v > ?"
        for v, kind, id_, gone in rows(
            f"SELECT f.v, f.kind, f.id, f.gone FROM feed f WHERE {condition} AND {after}",
            parameters if packed is None else (*parameters, packed[1]),
        ):
            wanted[kind, bytes(id_)] = FeedRow(v, kind, bytes(id_), gone)
    in_order = [wanted[key] for key in sorted(wanted)]
    for start in range(0, len(in_order), ROWS_PER_READING):
        yield from documents_of(in_order[start : start + ROWS_PER_READING], view, day)


def _spooled(spool: IO[bytes], documents: Iterable[Document]) -> list[tuple[int, int]]:
    """Write documents as chunks into a file, one after the other; of each its bytes and documents."""
    lengths = []
    for chunk, count in _packed(documents):
        spool.write(chunk)
        lengths.append((len(chunk), count))
    return lengths


def _packed(documents: Iterable[Document]) -> Iterator[tuple[bytes, int]]:
    some: list[Document] = []
    weight = 0
    for document in documents:
        some.append(document)
        weight += len(document.id) + len(document.body or b"")
        if weight >= CHUNK_BODY_BYTES:
            yield from _compressed(some)
            some, weight = [], 0
    if some:
        yield from _compressed(some)


def _compressed(documents: list[Document]) -> Iterator[tuple[bytes, int]]:
    chunk = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(msgspec.msgpack.encode(documents))
    if len(chunk) <= MOST_CHUNK_BYTES or len(documents) == 1:
        yield chunk, len(documents)
        return
    half = len(documents) // 2
    yield from _compressed(documents[:half])
    yield from _compressed(documents[half:])


def _chunks(id_: bytes) -> list[Chunk]:
    return [
        Chunk(f"{id_.hex()}-{place}", bytes(sha256), length, documents)
        for place, sha256, length, documents in rows(
            "SELECT place, sha256, LENGTH(body), rows FROM snapshot_chunk WHERE snapshot_id = ? ORDER BY place", (id_,)
        )
    ]
