"""Orders being typed: on disk at each field, in a file of their own, so that typing never waits for the store.

A draft is no document: it has no number, counts nowhere and never leaves this machine. Its id becomes the order's id,
so that an order recorded just before the machine died is not offered a second time.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from model.connecting import complaints, connect
from model.errors import N_, StoreError

DRAFTS_FILE = "drafts.db"
# How long a write waits for another connection to the file; only a backup holds it at all.
PATIENCE_SECONDS = 5.0
TABLE = "CREATE TABLE IF NOT EXISTS draft (id TEXT PRIMARY KEY, aside INTEGER NOT NULL, content TEXT NOT NULL)"


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as far as it is typed: the product's id in hexadecimal; no quantity yet where it is None.

    `suggested` marks a line of the usual basket that nobody has filled.
    """

    product: str
    quantity_e3: int | None
    price_e4: int
    discount_bp: int = 0
    suggested: bool = False


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An order as far as it is typed; ids in hexadecimal, empty where there is none yet.

    Attributes:
        begun_at: local time, `YYYY-MM-DD HH:MM`, to know it by.
        paid: what is paid with it, in minor units.
        quote: the quote it was taken up from.
    """

    id: str
    customer: str
    customer_name: str
    begun_at: str
    lines: tuple[DraftLine, ...] = ()
    paid: int = 0
    quote: str = ""


class Drafts:
    """The drafts of one store. Any thread may ask and write; each write is on disk when it returns."""

    def __init__(self, folder: Path, key: bytes | None = None) -> None:
        """
        Args:
            key: the key of an encrypted store, which is that of its drafts.

        Raises:
            StoreError: the file cannot be opened.
        """
        self._folder = folder
        self._key = key
        self._turn = threading.Lock()
        self._is_closing = False
        # A slow thread must not write an older state over a newer one, nor bring back what was dropped.
        self._revisions: dict[str, int] = {}
        self._dropped: set[str] = set()
        self._connection: sqlite3.Connection | None = None
        with self._told():
            self._connection = self._connected()
            self._connection.execute(TABLE)

    def _connected(self) -> sqlite3.Connection:
        connection = connect(
            self._folder / DRAFTS_FILE, self._key, timeout=PATIENCE_SECONDS, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = 1")
        return connection

    def keep(self, draft: Draft, revision: int) -> None:
        """Write the order being typed as it stands; there is only one, so any other is put aside.

        Args:
            revision: grows with each state of the same draft; an older one is not written any more.
        """
        with self._in_turn() as connection:
            if draft.id in self._dropped or revision <= self._revisions.get(draft.id, -1):
                return
            self._revisions[draft.id] = revision
            content = msgspec.json.encode(draft).decode()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("UPDATE draft SET aside = 1 WHERE id <> ? AND aside = 0", (draft.id,))
                connection.execute(
                    "INSERT INTO draft (id, aside, content) VALUES (?, 0, ?)"
                    " ON CONFLICT (id) DO UPDATE SET aside = 0, content = excluded.content",
                    (draft.id, content),
                )

    def put_aside(self, draft_id: str) -> None:
        """No longer the one being typed; it is offered among those put aside."""
        with self._in_turn() as connection:
            connection.execute("UPDATE draft SET aside = 1 WHERE id = ?", (draft_id,))

    def drop(self, draft_id: str) -> None:
        """Forget a draft for ever: it became an order, or nobody wants it."""
        with self._in_turn() as connection:
            self._dropped.add(draft_id)
            connection.execute("DELETE FROM draft WHERE id = ?", (draft_id,))

    def being_typed(self) -> Draft | None:
        """The order that was being typed last, or None."""
        found = self._read("SELECT content FROM draft WHERE aside = 0")
        return found[0] if found else None

    def aside(self) -> list[Draft]:
        """Those put aside, the latest begun first."""
        return sorted(self._read("SELECT content FROM draft WHERE aside = 1"), key=lambda draft: draft.begun_at)[::-1]

    def close(self) -> None:
        """Close the file behind whatever is being written now, without waiting for it.

        What comes later opens it for itself.
        """
        self._is_closing = True
        self._close_unless_in_use()

    def _close_unless_in_use(self) -> None:
        """Close it now, or leave that to the thread whose turn it is: closed under it the interpreter crashes."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        finally:
            self._turn.release()

    def _read(self, query: str) -> list[Draft]:
        with self._in_turn() as connection:
            contents = [content for (content,) in connection.execute(query)]
        try:
            return [msgspec.json.decode(content, type=Draft) for content in contents]
        except msgspec.MsgspecError as error:
            raise StoreError(
                N_("A draft in {folder} cannot be read ({reason}): it may be from a newer Huoke."),
                folder=self._folder,
                reason=str(error),
            ) from error

    @contextmanager
    def _in_turn(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time; after it was closed, one for this once."""
        try:
            with self._turn, self._told():
                if self._connection is not None:
                    yield self._connection
                    return
                # Where the store was taken away meanwhile, nothing of it comes back.
                there = self._folder / DRAFTS_FILE
                with closing(self._connected() if there.exists() else _nowhere()) as connection:
                    yield connection
        finally:
            # Asked only once the turn is over: whoever closes asks for the turn after saying so, so one of them does.
            if self._is_closing:
                self._close_unless_in_use()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except complaints() as error:
            raise StoreError(
                N_("The drafts in {folder} cannot be kept ({reason}): free space or change its rights."),
                folder=self._folder,
                reason=str(error),
            ) from error


def _nowhere() -> sqlite3.Connection:
    """What is written to it is forgotten with it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(TABLE)
    return connection
