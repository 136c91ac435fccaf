"""A copy of a store that is whole although others work, and putting such a copy back.

A copy is taken by SQLite's own online backup in one read transaction. Putting one back never writes over the database
in use: the copy is laid beside it and the generation pointer moved, so that the former database stays as it was.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from model.errors import N_, InputError, Refused, StoreError
from model.store import (
    DATABASE_FILE,
    GENERATION_FILE,
    MIGRATIONS,
    SCREEN_LOCK_FILE,
    WRITER_LOCK_FILE,
    WRITER_PATIENCE_SECONDS,
    Store,
    is_sqlite_file,
)

_GENERATION = re.compile(r"store-([0-9]+)\.db")
UNFINISHED_ENDING = ".unfinished"


@dataclass(frozen=True)
class Contents:
    """What a database holds, as far as a person must know to tell it from another.

    Attributes:
        company: the company's id in hexadecimal.
        changes: how many changes its log has.
        last_change: when the last one was recorded, UTC; empty where there is none.
    """

    company: str
    customers: int
    orders: int
    changes: int
    last_change: str


@dataclass(frozen=True)
class Restored:
    """A backup put back. `kept_aside` is the former database, None where there was none."""

    contents: Contents
    kept_aside: Path | None


def back_up(store: Store, target: Path, *, overwrite: bool = False) -> Contents:
    """Write a consistent copy of the store in use to a file of its own.

    Raises:
        Refused: the file is there already and `overwrite` is not set.
        StoreError: it cannot be written, or the store is damaged.
    """
    target = target.expanduser()
    if target.is_dir():
        raise InputError(N_("{path} is a folder: name the file to write the backup to."), path=target)
    if target.exists() and not overwrite:
        raise Refused(N_("{path} is there already: choose another name, or overwrite it with --force."), path=target)
    unfinished = target.with_name(target.name + UNFINISHED_ENDING)
    try:
        with _removed_if_not_finished(unfinished):
            _copy(store.database.connection(), unfinished)
            contents = verified(unfinished)
            _sync(unfinished)
            os.replace(unfinished, target)
            _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            N_("The backup cannot be written to {path} ({reason}): choose another place."),
            path=target,
            reason=_reason(error),
        ) from error
    return contents


def restore(folder: Path, source: Path, *, other_company: bool = False) -> Restored:
    """Make a backup the present database of a store's folder; the former one is kept beside it.

    Args:
        other_company: whether it may be another company's than the one that is there.

    Raises:
        InputError: the file is no backup of a Huoke store.
        Refused: it is another company's.
        StoreError: it is damaged or of a newer Huoke; the store is open in a screen or being written; the folder
            cannot be written.
    """
    folder, source = folder.expanduser(), source.expanduser()
    if not source.is_file():
        raise InputError(N_("There is no file {path}: check the name."), path=source)
    try:
        if not is_sqlite_file(source):
            raise InputError(N_("{path} is not a backup of a Huoke store."), path=source)
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder), _removed_if_not_finished(folder / (DATABASE_FILE + UNFINISHED_ENDING)) as unfinished:
            return _put_back(folder, source, unfinished, other_company)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            N_("{path} cannot be put back into {folder} ({reason}): the store is as it was."),
            path=source,
            folder=folder,
            reason=_reason(error),
        ) from error


def _put_back(folder: Path, source: Path, unfinished: Path, other_company: bool) -> Restored:
    # What is verified is the copy that will be used, not a file that somebody may still change.
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        _copy(connection, unfinished)
    contents = verified(unfinished, named=source)
    former = Store(folder).path
    had_one = former.exists()
    if had_one and not other_company and _company_of(former) not in ("", contents.company):
        raise Refused(
            N_("{path} is another company's backup: name another folder with --store, or insist with --force."),
            path=source,
        )
    present = folder / _next_generation(folder)
    _sync(unfinished)
    os.replace(unfinished, present)
    pointer = folder / GENERATION_FILE
    with _removed_if_not_finished(folder / (GENERATION_FILE + UNFINISHED_ENDING)) as new_pointer:
        new_pointer.write_text(present.name)
        _sync(new_pointer)
        # From this moment on, and not before, the copy is the store.
        os.replace(new_pointer, pointer)
    _sync(folder)
    return Restored(contents, former if had_one else None)


def verified(path: Path, named: Path | None = None) -> Contents:
    """What a database file holds, if it is a sound store that this Huoke can open.

    Args:
        named: what an error calls it, where a person knows another name.

    Raises:
        InputError: it is no store of Huoke.
        StoreError: it is damaged, or a newer Huoke wrote it.
    """
    shown = named or path
    try:
        with closing(sqlite3.connect(path)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            if faults != ["ok"]:
                raise StoreError(N_("{path} is damaged ({reason}): take another backup."), path=shown, reason=faults[0])
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            if not tables >= {"meta", "schema_migration", "change", "customer", "orders"}:
                raise InputError(N_("{path} is not a backup of a Huoke store."), path=shown)
            applied = {row[0] for row in connection.execute("SELECT name FROM schema_migration")}
            if applied - {migration.stem for migration in MIGRATIONS.glob("[0-9]*.py")}:
                raise StoreError(
                    N_("{path} was written by a newer Huoke: install that version to put it back."), path=shown
                )
            return _contents(connection)
    except sqlite3.DatabaseError as error:
        raise StoreError(
            N_("{path} is damaged ({reason}): take another backup."), path=shown, reason=str(error)
        ) from error


def _contents(connection: sqlite3.Connection) -> Contents:
    company = connection.execute("SELECT value FROM meta WHERE name = 'company'").fetchone()
    (customers,) = connection.execute("SELECT COUNT(*) FROM customer").fetchone()
    (orders,) = connection.execute("SELECT COUNT(*) FROM orders").fetchone()
    changes, last = connection.execute("SELECT COUNT(*), MAX(recorded_at) FROM change").fetchone()
    return Contents("" if company is None else company[0], customers, orders, changes, last or "")


def _company_of(path: Path) -> str:
    """The company of a database; empty where it is too damaged to say, for then a backup is just what it needs."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("SELECT value FROM meta WHERE name = 'company'").fetchone()
    except sqlite3.DatabaseError:
        return ""
    return "" if found is None else str(found[0])


def _copy(source: sqlite3.Connection, target: Path) -> None:
    """All pages in one step: one read transaction sees one moment, and in WAL mode it stops no writer."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        # A copy is one file that can be carried away, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _next_generation(folder: Path) -> str:
    numbers = [int(found[1]) for path in folder.iterdir() if (found := _GENERATION.fullmatch(path.name))]
    return f"store-{max(numbers, default=1) + 1}.db"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a store against every screen and writer; a screen would go on showing the former database as if it lived."""
    screen = FileLock(str(folder / SCREEN_LOCK_FILE), thread_local=False)
    writer = FileLock(str(folder / WRITER_LOCK_FILE), thread_local=False)
    try:
        screen.acquire(timeout=0)
    except Timeout:
        raise StoreError(N_("The store in {folder} is open in a screen: close it first."), folder=folder) from None
    try:
        writer.acquire(timeout=WRITER_PATIENCE_SECONDS)
    except Timeout:
        screen.release()
        raise StoreError(
            N_("Another program is writing to {folder}: let it finish and try again."), folder=folder
        ) from None
    try:
        yield
    finally:
        writer.release()
        screen.release()


@contextmanager
def _removed_if_not_finished(path: Path) -> Iterator[Path]:
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        path.with_name(path.name + "-journal").unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Let the disk have a file, or a folder's names, before going on."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
