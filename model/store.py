"""One company's store: a folder with its database, opened, written, checked and refused in one place.

Every model is bound to the store of the surrounding `with store.use():`. Running outside one is an error, so that
a row can never land in another company's store. Writers, in this process or another, take turns by one short lock.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import peewee
from filelock import FileLock, Timeout
from playhouse.migrations import Runner

from model.connecting import peewee_database
from model.conversion import finish_conversion, is_conversion_unfinished
from model.errors import N_, HuokeError, StoreError
from model.ids import new_id
from model.vault import is_sealed

DATABASE_FILE = "store.db"
# Which database file is the present one; a restored copy is written beside it and this pointer moved.
GENERATION_FILE = "generation"
WRITER_LOCK_FILE = "writer.lock"
SCREEN_LOCK_FILE = "screen.lock"
# It stands while the files of a store are taken away, because its office has taken it back.
LEFT_FILE = "taken-back"
_REMOVED = N_("The store in {folder} was removed.")
REPLACED = N_(
    "The store in {folder} was replaced since, by a backup or by one begun anew from the office: open it again."
)
MIGRATIONS = Path(__file__).parent / "migrations"
# How long a writer waits for another one before a person is told. Ordinary writes take milliseconds; an import
# on the same machine may take many seconds.
WRITER_PATIENCE_SECONDS = 60
CACHE_KIB = 32_768
# What SQLite says of a statement that was given up.
INTERRUPTED = "interrupted"
DISK_FAILED, WRITE_FAILED = "disk I/O error", "SQLITE_IOERR_WRITE"
NOTHING_TO_TAKE_BACK = ("cannot rollback", "no such savepoint")
# With less than this free, a disk that fails is taken for a full one.
LEAST_FREE_BYTES = 1 << 20
STANDALONE_DEVICE = "A"

# Peewee gives its own statements' errors one name on every database; what goes to a cursor directly needs it too.
errors_of_database: Any = peewee.__exception_wrapper__  # type: ignore[attr-defined]

_current: ContextVar[Store | None] = ContextVar("huoke_store", default=None)


class _CurrentStore(peewee.DatabaseProxy):
    """The database of the store in use in this context."""

    __slots__ = ()

    def __init__(self) -> None:
        object.__setattr__(self, "_callbacks", [])

    @property
    def obj(self) -> Any:
        store = _current.get()
        return None if store is None else store.database

    def __getattr__(self, name: str) -> Any:
        store = _current.get()
        if store is None:
            raise RuntimeError("no store is in use: work inside `with store.use():`")
        return getattr(store.database, name)


current_database = _CurrentStore()


class Table(peewee.Model):
    """What every table of the business is."""

    class Meta:
        database = current_database
        legacy_table_names = False

    @classmethod
    def with_id(cls, id_: Any) -> Any:
        """The row with this primary key, or None; its query is built once, which is most of its cost."""
        meta_: Any = cls._meta
        query = _READ.get(cls)
        if query is None:
            columns = ", ".join(field.column_name for field in meta_.sorted_fields)
            query = f"SELECT {columns} FROM {meta_.table_name} WHERE {meta_.primary_key.column_name} = ?"
            _READ[cls] = query
        found = execute(query, (meta_.primary_key.db_value(id_),)).fetchone()
        if found is None:
            return None
        row = cls(__no_default__=1)
        for field, value in zip(meta_.sorted_fields, found, strict=True):
            row.__data__[field.name] = field.python_value(value)
        row._dirty.clear()  # type: ignore[attr-defined]
        return row

    def insert_new(self) -> None:
        """Write this as a new row; its statement is built once."""
        meta_: Any = self._meta
        statement = _WRITTEN.get(type(self))
        if statement is None:
            columns = ", ".join(field.column_name for field in meta_.sorted_fields)
            marks = ", ".join("?" * len(meta_.sorted_fields))
            statement = f"INSERT INTO {meta_.table_name} ({columns}) VALUES ({marks})"
            _WRITTEN[type(self)] = statement
        execute(statement, tuple(field.db_value(self.__data__.get(field.name)) for field in meta_.sorted_fields))
        self._dirty.clear()  # type: ignore[attr-defined]


# Statements of the tables above, built when first needed.
_READ: dict[type[Table], str] = {}
_WRITTEN: dict[type[Table], str] = {}


class Meta(Table):
    """Facts about this store itself: its company, its device, who sits at it."""

    name = peewee.TextField(primary_key=True)
    value = peewee.TextField()

    class Meta:
        table_name = "meta"


class Store:
    """An open store.

    Args:
        folder: the folder that holds the database, the drafts, keys and what sync is receiving.
        key: the key of an encrypted database; None where it is plain.
    """

    def __init__(self, folder: Path, key: bytes | None = None) -> None:
        self.folder = folder
        self.path = present_database(folder)
        self.key = key
        self.database = self._database()
        self._writer_file = FileLock(str(folder / WRITER_LOCK_FILE), thread_local=False)
        self._writer_thread = threading.RLock()
        self._writers_inside = 0
        self._opening = threading.Lock()
        self._was_there = False
        self._screen = FileLock(str(folder / SCREEN_LOCK_FILE), thread_local=False)

    def _database(self) -> Any:
        return peewee_database(
            self.path,
            self.key,
            {
                "journal_mode": "wal",
                "synchronous": "full",
                "foreign_keys": 1,
                "cache_size": -CACHE_KIB,
                "fullfsync": 1,
                "temp_store": "memory",
            },
            WRITER_PATIENCE_SECONDS,
        )

    def turn_to_present(self) -> None:
        """Work from now on in the database that has become the folder's present one.

        Call it inside `writing()`, so that nobody writes meanwhile. A thread that is reading goes on in its own
        connection until it leaves `use()`.
        """
        self.path = present_database(self.folder)
        self.database = self._database()

    @contextmanager
    def use(self) -> Iterator[Store]:
        """Make this the store that models and rules work on, with a connection of this thread's own."""
        token = _current.set(self)
        database = self.database
        try:
            with self._connected(database):
                yield self
        except peewee.DatabaseError as error:
            told = self.told(_first_complaint(error))
            if told is None:
                raise
            raise told from error
        finally:
            if self.database is not database:
                self.close()
            _current.reset(token)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction under the writer lock: everything inside is kept, or nothing.

        Raises:
            StoreError: another program is writing and does not finish.
        """
        with self._writer_thread:
            outermost = self._writers_inside == 0
            if outermost:
                try:
                    self._writer_file.acquire(timeout=WRITER_PATIENCE_SECONDS)
                except Timeout:
                    raise StoreError(
                        N_("Another program is writing to {folder}: let it finish and try again."),
                        folder=self.folder,
                    ) from None
            self._writers_inside += 1
            try:
                self._still_the_present_one()
                with self.database.atomic("IMMEDIATE") if outermost else self.database.atomic():
                    yield
            except peewee.OperationalError as error:
                told = self.told(_first_complaint(error))
                if told is None:
                    raise
                raise told from error
            finally:
                self._writers_inside -= 1
                if outermost:
                    self._writer_file.release()

    def _still_the_present_one(self) -> None:
        """Refuse to write into a database that a restored copy has replaced since, or whose office took it back."""
        if (self.folder / LEFT_FILE).exists():
            raise StoreError(_REMOVED, folder=self.folder)
        if present_database(self.folder) != self.path:
            raise StoreError(REPLACED, folder=self.folder)

    @contextmanager
    def screen(self) -> Iterator[None]:
        """Hold this store for the one screen, or the one server, it may be open in.

        Raises:
            StoreError: it is open in another.
        """
        try:
            self._screen.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                N_("This store is open already, in a screen or by a server: use that one, or end it first."),
            ) from None
        try:
            yield
        finally:
            self._screen.release()

    def told(self, error: peewee.DatabaseError) -> HuokeError | None:
        """The database's complaint as a sentence that says what to do; None where it is of our own making."""
        return None if _is_our_own(error) else _told(error, self.folder)

    def data_version(self) -> int:
        """A number that changes when another connection has written; ask it always on the same thread."""
        return int(self.database.execute_sql("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def _connected(self, database: Any) -> Iterator[None]:
        if not database.is_closed():
            yield
            return
        with self._opening:
            if self._was_there and not self.path.exists():
                # To connect would make an empty one.
                self._still_the_present_one()
                raise StoreError(_REMOVED, folder=self.folder)
            database.connect()
            self._was_there = self.path.exists()
        try:
            yield
        finally:
            database.close()

    def close(self) -> None:
        """Close this thread's connection."""
        if not self.database.is_closed():
            self.database.close()

    def leave_for_good(self, may_leave: Callable[[], bool]) -> bool:
        """Let no program write here again, before the files of this store are taken away.

        Args:
            may_leave: asked when nobody is writing and nobody can begin to.

        Returns:
            Whether it may be left.
        """
        mark = self.folder / LEFT_FILE
        if not mark.exists():
            with self.use(), self.writing():
                if not may_leave():
                    return False
                mark.touch()
        self.close()
        return True


def present_database(folder: Path) -> Path:
    """The database file that is the store of a folder now, whether it is there yet or not."""
    pointer = folder / GENERATION_FILE
    # A pointer that is not text names no file there is: restore can still put a backup in its place.
    return folder / (pointer.read_text(errors="replace").strip() if pointer.exists() else DATABASE_FILE)


def open_store(folder: Path, *, create: bool = False, key: bytes | None = None, kind: type[Store] = Store) -> Store:
    """Open a company's store, bringing an older one up to date.

    Args:
        key: what `model.vault.unlock` gave for the PIN of an encrypted one; a plain one needs none.
        kind: what to open it as.

    Raises:
        StoreError: there is none and `create` is not set; it cannot be written; it is damaged; it was written by
            a newer Huoke (it is then left untouched); it is encrypted and no key is given.
    """
    folder = folder.expanduser()
    exists = present_database(folder).exists() if folder.is_dir() else False
    if not exists and not create:
        raise StoreError(
            N_("There is no store in {folder}: run “huoke” to start one, or “huoke import” to fill one."),
            folder=folder,
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            N_("The folder {folder} cannot be made: {reason}. Choose another with --store."),
            folder=folder,
            reason=error.strerror,
        ) from error
    if not os.access(folder, os.W_OK):
        raise StoreError(
            N_("The folder {folder} cannot be written: change its rights or choose another with --store."),
            folder=folder,
        )
    if not is_sealed(present_database(folder)):
        key = None
    elif key is None:
        raise StoreError(N_("The store in {folder} is locked: its PIN opens it."), folder=folder)
    store = kind(folder, key)
    with store.use():
        bring_up_to_date(store)
        if key is not None and is_conversion_unfinished(store.path):
            with store.writing():
                finish_conversion(store.path, key)
    return store


def _is_our_own(error: peewee.DatabaseError) -> bool:
    """Whether a database's complaint is of our own making, and not about the file or the disk.

    That is what we asked wrongly, which is a defect, and what we gave up.
    """
    text = str(error)
    if text == INTERRUPTED:
        return True
    asked_wrongly = "no such" in text or "syntax error" in text or "ambiguous" in text
    return type(error) not in (peewee.DatabaseError, peewee.OperationalError) or asked_wrongly


def _first_complaint(error: peewee.DatabaseError) -> peewee.DatabaseError:
    """What the database complained of, where taking its transaction back failed too.

    On a full disk SQLite has taken everything back by itself, and what peewee still does to that end finds nothing.
    """
    first, cause = error, error.__context__
    while cause is not None and any(text in str(first) for text in NOTHING_TO_TAKE_BACK):
        if isinstance(cause, peewee.DatabaseError):
            first = cause
        cause = cause.__context__
    return first


def _told(error: Exception, folder: Path) -> StoreError:
    """A database's own complaint as a sentence that says what to do."""
    text = str(error)
    if "locked" in text:
        return StoreError(N_("Another program is writing to {folder}: let it finish and try again."), folder=folder)
    if "readonly" in text or "unable to open" in text:
        return StoreError(
            N_("The store in {folder} cannot be written: change its rights or choose another with --store."),
            folder=folder,
        )
    if is_full(error, folder):
        return StoreError(N_("The disk of {folder} is full: free some space and try again."), folder=folder)
    if DISK_FAILED in text:
        return StoreError(
            N_("The disk of {folder} cannot be read or written: check it and the space you may use, and try again."),
            folder=folder,
        )
    return StoreError(
        N_("The store in {folder} is damaged ({reason}): put a backup back with “huoke restore”."),
        folder=folder,
        reason=text,
    )


def is_full(error: BaseException, folder: Path) -> bool:
    """Whether a database complains because the disk of its folder, or a quota there, takes no more."""
    causes = list(_behind(error))
    if any("full" in str(cause) or getattr(cause, "sqlite_errorname", "") == WRITE_FAILED for cause in causes):
        return True
    # Opening a file in WAL mode needs some bytes beside it; SQLite calls a lack of these a failing disk.
    return any(DISK_FAILED in str(cause) for cause in causes) and shutil.disk_usage(folder).free < LEAST_FREE_BYTES


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """A database's complaint and those it came from: after a failed write it also complains of what is put back."""
    while isinstance(error, peewee.DatabaseError | sqlite3.Error):
        yield error
        error = error.__cause__ or error.__context__


def bring_up_to_date(store: Store) -> None:
    """Make the tables that are missing in the store in use, and its company where it has none.

    Raises:
        StoreError: it was written by a newer Huoke.
    """
    runner = Runner(store.database, str(MIGRATIONS))
    pending = _pending(runner, store)
    if not pending:
        return
    with store.writing():
        # Another program may have done it while this one waited for the lock.
        if _pending(runner, store):
            runner.up()
        if Meta.get_or_none(Meta.name == "company") is None:
            Meta.create(name="company", value=new_id().hex())
            Meta.create(name="device", value=STANDALONE_DEVICE)


def _pending(runner: Runner, store: Store) -> list[str]:
    known = {migration.name for migration in runner.migrations()}
    applied = set(runner.applied())
    if applied - known:
        raise StoreError(
            N_("The store in {folder} was written by a newer Huoke: install that version to open it."),
            folder=store.folder,
        )
    return sorted(known - applied)


def current() -> Store:
    """The store in use here.

    Raises:
        RuntimeError: outside `with store.use():`.
    """
    store = _current.get()
    if store is None:
        raise RuntimeError("no store is in use: work inside `with store.use():`")
    return store


def rows(query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a hand-written query with `?` for its parameters, on either database."""
    return list(execute(query, parameters).fetchall())


def one(query: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row of a hand-written query, or None."""
    found: tuple[Any, ...] | None = execute(query, parameters).fetchone()
    return found


def execute(query: str, parameters: Sequence[Any] = ()) -> Any:
    """Run a hand-written statement; the one place that knows how each database writes a parameter."""
    database = current().database
    if database.param != "?":
        query = query.replace("?", database.param)
    return database.execute_sql(query, parameters)


def execute_many(statement: str, parameters: Sequence[Sequence[Any]]) -> None:
    """Run one statement for many rows, as bulk writing wants it."""
    database = current().database
    cursor = database.cursor()
    with errors_of_database:
        cursor.executemany(statement if database.param == "?" else statement.replace("?", database.param), parameters)


def meta(name: str, default: str = "") -> str:
    """A fact about this store itself."""
    found = one("SELECT value FROM meta WHERE name = ?", (name,))
    return default if found is None else str(found[0])


def set_meta(name: str, value: str) -> None:
    """Keep a fact about this store itself; it is no change and never leaves it."""
    execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def integrity_faults() -> list[str]:
    """What SQLite itself finds wrong in the file; empty when it is sound."""
    faults = [str(row[0]) for row in rows("PRAGMA integrity_check")]
    return [] if faults == ["ok"] else faults


SQLITE_VERSION = sqlite3.sqlite_version_info
