"""The office's store: a folder with SQLite, or a company's PostgreSQL, behind the one interface of model.store.

What differs between the two stands here: how it is opened, how writers take turns, which complaint of the database
means what, and what a transaction must do again because another one got in its way.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import peewee
from playhouse.pool import MaxConnectionsExceeded

from model.errors import N_, HuokeError, InputError, Refused, StoreError
from model.remembering import forget
from model.store import (
    DATABASE_FILE,
    Store,
    bring_up_to_date,
    current,
    errors_of_database,
    execute,
    execute_many,
    is_full,
    meta,
    one,
    open_store,
    present_database,
    rows,
    set_meta,
)
from sync.errors import OfficeBusy, OfficeFull

ROLE = "role"
SERVER_ROLE = "server"
# The code under which the office itself records changes.
OFFICE_DEVICE = "S"
EPOCH_BYTES = 16
SQLITE_PREFIX = "sqlite:///"
POSTGRESQL_SCHEMES = ("postgresql", "postgres")

MOST_CONNECTIONS = 24
CONNECT_PATIENCE_SECONDS = 5
POOL_PATIENCE_SECONDS = 10
IDLE_CONNECTION_SECONDS = 300
# A network that swallows packets is noticed after so long, not after the system's two hours.
SILENCE_MILLISECONDS = 20_000
# Held while tables and a company are made, so that two servers that start at once do not both make them.
BEGINNING_LOCK = 0x48756F6B65
MOST_ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 0.01

SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION = "40001", "40P01", "23505"
PASSING = (SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION)
DISK_FULL = "53100"
# Connection lost, resources of the server, an operator's shutdown, its start.
GONE_CLASSES = ("08", "53", "57")
LOCK_NOT_AVAILABLE = "55P03"
# How long an exchange waits for an earlier one of the same device.
DEVICE_PATIENCE_MILLISECONDS = 5_000
_BUSY = N_("The office's database does not answer: try again in a moment.")
_FULL = N_("The disk of the office's database is full: free some space.")

Outcome = TypeVar("Outcome")

_repeats: Counter[str] = Counter()
_counting = threading.Lock()


class OfficeFolder(Store):
    """The office's store in a folder, with SQLite."""

    def told(self, error: peewee.DatabaseError) -> HuokeError | None:
        text = str(error)
        if "locked" in text:
            return OfficeBusy(_BUSY)
        return OfficeFull(_FULL) if is_full(error, self.folder) else super().told(error)


class OfficeDatabase(Store):
    """The office's store in a PostgreSQL database; any number of servers may share it.

    Args:
        url: `postgresql://…`, as libpq reads it.
    """

    def __init__(self, url: str) -> None:
        # There is no folder, no file and no lock beside it: nothing of the store in a folder is wanted.
        from playhouse.postgres_ext import PooledPsycopg3Database

        self.folder = Path(named(url))
        self.path = self.folder
        self.database = PooledPsycopg3Database(
            url.replace("postgres://", "postgresql://", 1),
            max_connections=MOST_CONNECTIONS,
            stale_timeout=IDLE_CONNECTION_SECONDS,
            timeout=POOL_PATIENCE_SECONDS,
            connect_timeout=CONNECT_PATIENCE_SECONDS,
            tcp_user_timeout=SILENCE_MILLISECONDS,
            application_name="huoke",
        )

    @contextmanager
    def use(self) -> Iterator[Store]:
        try:
            with super().use() as store:
                yield store
        except MaxConnectionsExceeded as error:
            raise OfficeBusy(_BUSY) from error

    @contextmanager
    def _connected(self, database: Any) -> Iterator[None]:
        """No file can be taken away here, so threads connect beside each other; one may wait for the pool."""
        if not database.is_closed():
            yield
            return
        database.connect()
        try:
            yield
        finally:
            database.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, or a savepoint inside one; rows that others hold are waited for."""
        with self.database.atomic():
            yield

    @contextmanager
    def screen(self) -> Iterator[None]:
        """Any number of servers and screens may have it open."""
        yield

    def close(self) -> None:
        """Close every connection of this process, also those that wait for another thread."""
        self.database.close_all()

    def data_version(self) -> int:
        return int(self.database.execute_sql("SELECT v FROM head").fetchone()[0])

    def told(self, error: peewee.DatabaseError) -> HuokeError | None:
        state = sqlstate(error)
        if state == DISK_FULL:
            return OfficeFull(_FULL)
        if state is None:
            lost = isinstance(error, peewee.OperationalError | peewee.InterfaceError)
            return OfficeBusy(_BUSY) if lost else None
        passing = state in (*PASSING[:2], LOCK_NOT_AVAILABLE) or state[:2] in GONE_CLASSES
        return OfficeBusy(_BUSY) if passing else None


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's own code of what went wrong; None where the database said nothing any more."""
    cause: BaseException | None = error
    while cause is not None:
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return state
        cause = cause.__cause__ or cause.__context__
    return None


def named(url: str) -> str:
    """A database as a person may be told of it: without user and password."""
    if not is_postgresql(url):
        return url.removeprefix(SQLITE_PREFIX)
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}{parts.path}"


def is_postgresql(url: str) -> bool:
    """Whether a URL names a PostgreSQL database."""
    return url.partition("://")[0] in POSTGRESQL_SCHEMES


def folder_of(url: str) -> Path:
    """The folder of a `sqlite:///PATH`; PATH may also name the database file in it.

    Raises:
        InputError: it is neither that nor a PostgreSQL URL.
    """
    if not url.startswith(SQLITE_PREFIX) or url == SQLITE_PREFIX:
        raise InputError(
            N_("“{value}” is not a database: write sqlite:///FOLDER or postgresql://USER@HOST/NAME."),
            value=url.partition("@")[2] or url,
        )
    path = Path(unquote(url.removeprefix(SQLITE_PREFIX))).expanduser()
    return path.parent if path.name == DATABASE_FILE else path


def open_office(url: str, *, create: bool = False) -> Store:
    """Open the office's store, bringing an older one up to date.

    Raises:
        InputError: the URL names no database.
        StoreError: there is none and `create` is not set, or it cannot be opened.
        Refused: it is a stand-alone store, or that of a laptop.
        OfficeBusy: PostgreSQL does not answer.
    """
    store = _opened_database(url, create) if is_postgresql(url) else _opened_folder(folder_of(url), create)
    with _closed_if_refused(store), store.use(), store.writing():
        _be_the_office(store)
    return store


@contextmanager
def _closed_if_refused(store: Store) -> Iterator[None]:
    try:
        yield
    except HuokeError:
        store.close()
        raise


def _opened_folder(folder: Path, create: bool) -> Store:
    if folder.is_file():
        raise InputError(N_("{path} is a file: name the folder of the server's store."), path=folder)
    if not create and not present_database(folder).exists():
        raise StoreError(N_("There is no server's store in {folder}: “huoke serve” makes one."), folder=folder)
    return open_store(folder, create=create, kind=OfficeFolder)


def _opened_database(url: str, create: bool) -> Store:
    try:
        store = OfficeDatabase(url)
    except peewee.ImproperlyConfigured as error:
        raise StoreError(N_("PostgreSQL needs more than the desk: install huoke[server].")) from error
    with _closed_if_refused(store), store.use():
        if not create and not store.database.table_exists("meta"):
            raise StoreError(
                N_("There is no server's store in {folder}: “huoke serve” makes one."), folder=store.folder
            )
        with alone_in_beginning():
            bring_up_to_date(store)
    return store


def _be_the_office(store: Store) -> None:
    """Mark a new store as the office's; leave any other as it is."""
    if meta(ROLE) == SERVER_ROLE:
        return
    if meta("server"):
        raise Refused(N_("The store in {folder} is a laptop's: a server needs one of its own."), folder=store.folder)
    if one("SELECT 1 FROM change LIMIT 1") or one("SELECT 1 FROM customer LIMIT 1"):
        raise Refused(
            N_("The store in {folder} is a stand-alone one: “huoke server adopt {folder}” makes it a company's."),
            folder=store.folder,
        )
    become_office()


def become_office() -> None:
    """Make the store in use the office's: its own device code and its first epoch."""
    set_meta(ROLE, SERVER_ROLE)
    set_meta("device", OFFICE_DEVICE)
    renew_epoch()


def renew_epoch() -> str:
    """Begin a new epoch, so that laptops notice that the office may have forgotten something; hexadecimal."""
    epoch = os.urandom(EPOCH_BYTES).hex()
    set_meta("epoch", epoch)
    return epoch


def on_postgresql() -> bool:
    """Whether the store in use is in PostgreSQL."""
    return bool(current().database.param != "?")


def retrying(work: Callable[[], Outcome]) -> Outcome:
    """Do a whole transaction, and do it again where another one got in its way.

    Args:
        work: begins the transaction itself; nothing of what it did is left when it is called again.
    """
    assert not current().database.in_transaction(), "only a whole transaction can be done again"
    attempt = 1
    while True:
        try:
            return work()
        except (peewee.OperationalError, peewee.IntegrityError) as error:
            state = sqlstate(error)
            if attempt == MOST_ATTEMPTS or state is None or state not in PASSING:
                raise
            with _counting:
                _repeats[state] += 1
        time.sleep(random.uniform(0, FIRST_PAUSE_SECONDS * 2**attempt))
        attempt += 1


def repeats() -> dict[str, int]:
    """How often this process did a transaction again, by PostgreSQL's own code of what came between."""
    with _counting:
        return dict(_repeats)


@contextmanager
def writing_lightly() -> Iterator[None]:
    """A transaction that a power loss may undo: for nonces and tokens, which are worth no wait for the disk."""
    store = current()
    if on_postgresql():
        with store.writing():
            execute("SET LOCAL synchronous_commit = off")
            yield
        return
    execute("PRAGMA synchronous = normal")
    try:
        with store.writing():
            yield
    finally:
        execute("PRAGMA synchronous = full")


@contextmanager
def alone_in_beginning() -> Iterator[None]:
    """Let no other server make tables, the company or its first person meanwhile."""
    if not on_postgresql():
        yield
        return
    execute("SELECT pg_advisory_lock(?)", (BEGINNING_LOCK,))
    try:
        yield
    finally:
        execute("SELECT pg_advisory_unlock(?)", (BEGINNING_LOCK,))


def lock_device(code: str) -> None:
    """Let no other transaction push for a device until this one ends; on SQLite there is only one writer anyway."""
    if not on_postgresql():
        return
    if code == OFFICE_DEVICE:
        # The office has no row among the devices; the row that says who it is stands for it.
        execute("SELECT value FROM meta WHERE name = 'device' FOR NO KEY UPDATE")
    else:
        # A laptop that gave up and came again must not pile up behind its own first request: it is told to come later.
        execute(f"SET LOCAL lock_timeout = {DEVICE_PATIENCE_MILLISECONDS}")
        execute("SELECT code FROM device WHERE code = ? FOR NO KEY UPDATE", (code,))
        execute("SET LOCAL lock_timeout = DEFAULT")


def lock_customers(ids: Iterable[bytes]) -> None:
    """Let no other transaction judge these customers until this one ends; in id order, so that none deadlock."""
    if not on_postgresql():
        return
    wanted = sorted(set(ids))
    if wanted:
        # What others only refer to the customer by is not in the way: a document's reference locks its key alone.
        rows("SELECT id FROM customer WHERE id = ANY(?) ORDER BY id FOR NO KEY UPDATE", (wanted,))
        # Whoever held them may have changed what was read before.
        forget()


def lock_all_customers() -> None:
    """Let no other transaction judge any customer until this one ends: for what rebuilds everybody's totals."""
    if on_postgresql():
        execute("LOCK TABLE customer IN EXCLUSIVE MODE")


def next_v() -> int:
    """The next version of the feed. Its row stays locked until the transaction ends, so take it last."""
    [(version,)] = execute("UPDATE head SET v = v + 1 RETURNING v").fetchall()
    return int(version)


def write_rows(table: str, columns: tuple[str, ...], values: Iterable[tuple[Any, ...]]) -> None:
    """Write many rows into a table as fast as the database can."""
    names = ", ".join(columns)
    if on_postgresql():
        cursor = current().database.cursor()
        with errors_of_database, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        execute_many(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", values)  # type: ignore[arg-type]


def is_transient(error: BaseException) -> bool:
    """Whether another try of the whole transaction can mend what went wrong."""
    if not isinstance(error, peewee.OperationalError | peewee.InterfaceError | MaxConnectionsExceeded):
        return isinstance(error, OfficeBusy | OfficeFull)
    state = sqlstate(error)
    # SQLite tells a full disk, a lock and a failing disk by this one error; none of them is the change's fault.
    return state is None or state in PASSING[:2] or state[:2] in GONE_CLASSES


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is as it was at one moment."""
    with current().database.atomic():
        if on_postgresql():
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
