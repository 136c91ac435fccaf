"""A laptop begins with all it may hold: fetched in chunks, built into a new database, put in the old one's place.

Whatever interrupts it, the store is the former one until the new one is whole; chunks that were fetched are not fetched
again. The new database holds what the office said at one version, and on top of it this laptop's own unsent changes.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Protocol

import msgspec
import zstandard

from model import search_index, synced, totals
from model.backup import lay_down, make_present, next_generation, sync_to_disk
from model.connecting import complaints, connect
from model.conversion import remove_database
from model.errors import N_, StoreError, UnreachableError
from model.garbage import without_collecting
from model.store import Store, bring_up_to_date, execute, execute_many, rows, set_meta
from model.vault import carry_key, key_file_of
from sync.connection import Truncated
from sync.errors import NothingThere
from sync.protocol import Card, Chunk, Document, Manifest
from sync.rebase import CARD_KIND, SINCE_EVER, drop_dangling, replay_unsent, standing_for

# What is under way: the chunks that have come, and the database that is being built of them.
FOLDER = "snapshot"
CHUNKS_FILE = "chunks.db"
FETCH_TRIES = 3
MANIFEST_TRIES = 3
ASK_AGAIN_SECONDS = 2.0
LONGEST_PACKING_SECONDS = 3600
BUILDING_CACHE_KIB = 262_144
# Needed to recompute the totals; every other index is made after them.
INDEXES_OF_TOTALS = ("orders_customer", "receipt_customer")
# What this laptop has of its own, beside its unsent changes that are done again.
CARRIED = ("change", "arrival", "former", "lease_return", "import_file")
NOT_CARRIED_META = ("stage_position", "stage_whole", "stage_of")

Tell = Callable[[str, int, int], None]
_manifest = msgspec.msgpack.Decoder(Manifest)
_documents = msgspec.msgpack.Decoder(list[Document])


class SnapshotLine(Protocol):
    """How a laptop fetches from its office."""

    def snapshot(self, chunk: str = "") -> bytes:
        """A chunk by its name; without one, the manifest."""


def is_under_way(folder: Path) -> bool:
    """Whether a store's laptop has begun to fetch and not finished."""
    return (folder / FOLDER / CHUNKS_FILE).exists()


def discard(folder: Path) -> None:
    """Take away everything that was fetched and not used."""
    if (folder / FOLDER).exists():
        shutil.rmtree(folder / FOLDER)


def begin(
    store: Store, line: SnapshotLine, tell: Tell = lambda _doing, _done, _left: None,
    wait: Callable[[float], object] = time.sleep,
) -> bool:  # fmt: skip
    """Fetch everything, build a database of it and let the store work in that. Call it outside `store.use()`.

    Args:
        tell: told what is being done (`waiting`, `fetching`, `building`, at last `totals`, `search`, `indexes`), how
            many documents are done and are left; what is done at its end is what was received.

    Returns:
        Whether it was done; the office may have no snapshots, or another program's screen show this store.

    Raises:
        UnreachableError: the office does not answer, or sends damaged chunks: begin again, what has come is kept.
    """
    try:
        with store.screen():
            pass
    except StoreError:
        return False
    folder = store.folder / FOLDER
    folder.mkdir(exist_ok=True)
    with closing(_Kept(folder / CHUNKS_FILE, store.key)) as kept:
        manifest = _fetched_all(line, kept, tell, wait)
        if manifest is not None:
            built = _built(folder, store.key, manifest, kept, tell)
    if manifest is None:
        discard(store.folder)
        return False
    _put_in_place(store, built, manifest)
    discard(store.folder)
    return True


class _Kept:
    """The chunks that have come, in a database under the key of the store they are for."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        try:
            self._open(path, key)
        except complaints():
            # Damaged, or of another key: it holds nothing that cannot be fetched again.
            remove_database(path)
            self._open(path, key)

    def _open(self, path: Path, key: bytes | None) -> None:
        self._connection = connect(path, key, isolation_level=None)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("CREATE TABLE IF NOT EXISTS chunk (sha256 BLOB PRIMARY KEY, body BLOB NOT NULL)")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def forget_all_but(self, chunks: list[Chunk]) -> None:
        wanted = {chunk.sha256 for chunk in chunks}
        known = [bytes(row[0]) for row in self._connection.execute("SELECT sha256 FROM chunk")]
        self._connection.executemany(
            "DELETE FROM chunk WHERE sha256 = ?", [(each,) for each in known if each not in wanted]
        )

    def whole(self, chunk: Chunk) -> bytes | None:
        """A chunk's bytes, if they are here as the office packed them."""
        found = self._connection.execute("SELECT body FROM chunk WHERE sha256 = ?", (chunk.sha256,)).fetchone()
        if found is None or hashlib.sha256(found[0]).digest() != chunk.sha256:
            return None
        return bytes(found[0])

    def keep(self, chunk: Chunk, body: bytes) -> None:
        self._connection.execute("REPLACE INTO chunk (sha256, body) VALUES (?, ?)", (chunk.sha256, body))


def _fetched_all(line: SnapshotLine, kept: _Kept, tell: Tell, wait: Callable[[float], object]) -> Manifest | None:
    """The manifest whose chunks are all here; None where the office gives none."""
    for _try in range(MANIFEST_TRIES):
        manifest = _asked(line, tell, wait)
        if manifest is None:
            return None
        chunks = [*manifest.own, *manifest.common]
        kept.forget_all_but(chunks)
        done, left = 0, sum(chunk.documents for chunk in chunks)
        try:
            for chunk in chunks:
                if kept.whole(chunk) is None:
                    kept.keep(chunk, _fetched(line, chunk))
                done, left = done + chunk.documents, left - chunk.documents
                tell("fetching", done, left)
        except NothingThere:
            # Packed anew meanwhile: what has not changed is here already.
            continue
        return manifest
    return None


def _asked(line: SnapshotLine, tell: Tell, wait: Callable[[float], object]) -> Manifest | None:
    waited = 0.0
    while True:
        try:
            manifest = _manifest.decode(line.snapshot())
        except NothingThere:
            return None
        except msgspec.MsgspecError as error:
            raise UnreachableError(
                N_("The server's answer cannot be read: is this a Huoke server of this version?")
            ) from error
        if not manifest.making:
            return manifest
        if waited > LONGEST_PACKING_SECONDS:
            return None
        tell("waiting", 0, manifest.making)
        wait(ASK_AGAIN_SECONDS)
        waited += ASK_AGAIN_SECONDS


def _fetched(line: SnapshotLine, chunk: Chunk) -> bytes:
    for _try in range(FETCH_TRIES):
        body = line.snapshot(chunk.name)
        if hashlib.sha256(body).digest() == chunk.sha256:
            return body
    raise Truncated(N_("The answer of the server was damaged on its way: sync again."))


def _built(folder: Path, key: bytes | None, manifest: Manifest, kept: _Kept, tell: Tell) -> Store:
    """A database beside the present one, of what the office said alone."""
    store = Store(folder, key)
    remove_database(store.path)
    with store.use():
        bring_up_to_date(store)
        _be_quick()
        with without_collecting(), store.writing():
            _fill(manifest, kept, tell)
    store.close()
    sync_to_disk(store.path)
    return store


def _be_quick() -> None:
    """Nobody reads this file until it is whole, and what power loss leaves of it is thrown away."""
    for pragma, value in {
        "journal_mode": "off",
        "synchronous": "off",
        "locking_mode": "exclusive",
        "foreign_keys": "off",
        "cache_size": f"-{BUILDING_CACHE_KIB}",
    }.items():
        execute(f"PRAGMA {pragma} = {value}")


def _fill(manifest: Manifest, kept: _Kept, tell: Tell) -> None:
    indexes: dict[str, str] = dict(rows("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
    for name in indexes:
        execute(f"DROP INDEX {name}")
    laid = _lay_documents(manifest, kept, tell)
    drop_dangling()
    for name in INDEXES_OF_TOTALS:
        execute(indexes.pop(name))
    for _done in totals.rebuild():
        tell("totals", laid, 0)
    _stand_on_cards()
    tell("search", laid, 0)
    search_index.rebuild()
    for statement in indexes.values():
        execute(statement)
        tell("indexes", laid, 0)


def _lay_documents(manifest: Manifest, kept: _Kept, tell: Tell) -> int:
    """Lay down every document; how many came."""
    own: set[tuple[str, bytes]] = set()
    cards: dict[bytes, bytes] = {}
    done, left = 0, sum(chunk.documents for chunk in (*manifest.own, *manifest.common))
    for chunk, is_own in [*((chunk, True) for chunk in manifest.own), *((chunk, False) for chunk in manifest.common)]:
        by_kind: dict[str, dict[bytes, bytes]] = {}
        for document in _unpacked(chunk, kept):
            if is_own:
                own.add((document.kind, document.id))
            elif (document.kind, document.id) in own:
                continue
            if document.body is not None:
                by_kind.setdefault(document.kind, {})[document.id] = document.body
        cards.update(by_kind.pop(CARD_KIND, {}))
        for kind, bodies in by_kind.items():
            synced.add_documents(kind, bodies)
        done, left = done + chunk.documents, left - chunk.documents
        tell("building", done, left)
    _lay_cards(cards)
    return done


def _unpacked(chunk: Chunk, kept: _Kept) -> list[Document]:
    body = kept.whole(chunk)
    if body is None:
        raise Truncated(N_("What was fetched was damaged on this disk: sync again."))
    return _documents.decode(zstandard.ZstdDecompressor().decompress(body))


def _lay_cards(cards: dict[bytes, bytes]) -> None:
    """Give customers that are held as a card a row of their own; of one's own customers one has everything."""
    held = {bytes(row[0]) for row in rows("SELECT id FROM customer")}
    decoded = {id_: msgspec.msgpack.decode(body, type=Card) for id_, body in cards.items() if id_ not in held}
    synced.add_documents("customer", {id_: standing_for(card) for id_, card in sorted(decoded.items())})
    execute_many(
        "INSERT INTO customer_card (customer_id, body, verdict, credit_left, overdue, shown) VALUES (?, ?, ?, ?, ?, 1)",
        [(id_, cards[id_], card.verdict, card.credit_left, card.overdue) for id_, card in sorted(decoded.items())],
    )


def _stand_on_cards() -> None:
    """Set the limit of every customer held as a card so that what is left of it is what the office said."""
    execute(
        "UPDATE terms SET credit_limit = (SELECT c.credit_left + COALESCE(t.balance, 0) FROM customer_card c"
        " LEFT JOIN customer_total t ON t.customer_id = c.customer_id WHERE c.customer_id = terms.customer_id)"
        " WHERE from_date = ? AND customer_id IN (SELECT customer_id FROM customer_card WHERE shown = 1)",
        (SINCE_EVER,),
    )


def _put_in_place(store: Store, built: Store, manifest: Manifest) -> None:
    """Carry over what is this laptop's own, do its unsent changes again, and make the new database the present one."""
    with ExitStack() as alone:
        alone.enter_context(store.screen())
        alone.enter_context(store.use())
        # Nobody records anything from here on until the store works in the new database.
        alone.enter_context(store.writing())
        carried = list(_carried())
        facts = dict(rows("SELECT name, value FROM meta"))
        with built.use(), built.writing():
            _take_over(carried, facts, manifest)
        former, present = store.path, next_generation(store.folder)
        if store.key is not None:
            carry_key(former, present)
        lay_down(built.path, present)
        make_present(present)
        store.turn_to_present()
    # Nothing of it is needed, and it may hold what this laptop must not hold any more.
    remove_database(former)
    key_file_of(former).unlink(missing_ok=True)


def _carried() -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    for table in CARRIED:
        yield table, rows(f"SELECT * FROM {table}")


def _take_over(carried: list[tuple[str, list[tuple[Any, ...]]]], facts: dict[str, str], manifest: Manifest) -> None:
    for table, found in carried:
        if found:
            execute_many(f"INSERT INTO {table} VALUES ({', '.join('?' * len(found[0]))})", found)
    for name, value in facts.items():
        if name not in NOT_CARRIED_META:
            set_meta(name, value)
    set_meta("cursor", str(manifest.v))
    set_meta("view", manifest.view)
    set_meta("epoch", manifest.epoch.hex())
    replay_unsent(manifest.acknowledged)
