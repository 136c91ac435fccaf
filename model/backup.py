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

from model.connecting import complaints, connect, is_sqlite_file
from model.conversion import COMPANION_ENDINGS
from model.drafts import DRAFTS_FILE
from model.errors import N_, InputError, Refused, StoreError
from model.sealing import UNFINISHED_ENDING
from model.store import (
    DATABASE_FILE,
    GENERATION_FILE,
    MIGRATIONS,
    SCREEN_LOCK_FILE,
    WRITER_LOCK_FILE,
    WRITER_PATIENCE_SECONDS,
    Store,
    present_database,
)
from model.vault import carry_key, is_sealed, key_file_of, read_key_file

# A database, or the key that is left of one.
_GENERATION = re.compile(r"store-([0-9]+)\.db(?:\.key)?")


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

    Of an encrypted store it is encrypted too; its key, sealed under the PIN as it is now, lies beside it.

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
        with removed_if_not_finished(unfinished):
            _copy(store.database.connection(), unfinished, store.key)
            contents = verified(unfinished, key=store.key)
            sync_to_disk(unfinished)
            if store.key is not None:
                carry_key(store.path, target)
            os.replace(unfinished, target)
            if store.key is None:
                key_file_of(target).unlink(missing_ok=True)
            sync_to_disk(target.parent)
    except complaints(OSError) as error:
        raise StoreError(
            N_("The backup cannot be written to {path} ({reason}): choose another place."),
            path=target,
            reason=_reason(error),
        ) from error
    return contents


def restore(folder: Path, source: Path, *, other_company: bool = False, key: bytes | None = None) -> Restored:
    """Make a backup the present database of a store's folder; the former one is kept beside it.

    Args:
        key: what `model.vault.key_behind` gave for the PIN of an encrypted backup.
        other_company: whether it may be another company's than the one that is there.

    Raises:
        InputError: the file is no backup of a Huoke store.
        Refused: it is another company's.
        StoreError: it is encrypted and no key is given; it is damaged or of a newer Huoke; the store is open in a
            screen or being written; the folder cannot be written.
    """
    folder, source = folder.expanduser(), source.expanduser()
    if not source.is_file():
        raise InputError(N_("There is no file {path}: check the name."), path=source)
    try:
        if not is_sealed(source):
            key = None
            if not is_sqlite_file(source):
                raise InputError(N_("{path} is not a backup of a Huoke store."), path=source)
        elif key is None:
            raise StoreError(N_("The backup {path} is locked: its PIN opens it."), path=source)
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder), removed_if_not_finished(folder / (DATABASE_FILE + UNFINISHED_ENDING)) as unfinished:
            return _put_back(folder, source, unfinished, other_company, key)
    except complaints(OSError) as error:
        raise StoreError(
            N_("{path} cannot be put back into {folder} ({reason}): the store is as it was."),
            path=source,
            folder=folder,
            reason=_reason(error),
        ) from error


def _put_back(folder: Path, source: Path, unfinished: Path, other_company: bool, key: bytes | None) -> Restored:
    # What is verified is the copy that will be used, not a file that somebody may still change.
    with closing(connect(source, key, read_only=True)) as connection:
        _copy(connection, unfinished, key)
    contents = verified(unfinished, named=source, key=key)
    former = present_database(folder)
    had_one = former.exists()
    if had_one and not other_company and _company_of(former) not in ("", contents.company):
        raise Refused(
            N_("{path} is another company's backup: name another folder with --store, or insist with --force."),
            path=source,
        )
    present = next_generation(folder)
    if key is not None:
        carry_key(source, present)
    lay_down(unfinished, present)
    make_present(present)
    _set_aside_foreign_drafts(folder, key, former)
    return Restored(contents, former if had_one else None)


def lay_down(unfinished: Path, present: Path) -> None:
    """Give a finished database the name it will be the store by."""
    sync_to_disk(unfinished)
    os.replace(unfinished, present)


def make_present(database: Path) -> None:
    """Make a database of a store's folder its present one."""
    folder = database.parent
    pointer = folder / GENERATION_FILE
    with removed_if_not_finished(folder / (GENERATION_FILE + UNFINISHED_ENDING)) as new_pointer:
        new_pointer.write_text(database.name)
        sync_to_disk(new_pointer)
        # From this moment on, and not before, the copy is the store.
        os.replace(new_pointer, pointer)
    sync_to_disk(folder)


def _set_aside_foreign_drafts(folder: Path, key: bytes | None, former: Path) -> None:
    """Keep drafts that the key of the present store does not open beside the database they were typed for."""
    drafts = folder / DRAFTS_FILE
    if not drafts.exists() or is_sqlite_file(drafts):
        # Plain ones are encrypted when an encrypted store is opened.
        return
    try:
        with closing(connect(drafts, key)) as connection:
            connection.execute("SELECT COUNT(*) FROM draft").fetchone()
    except complaints():
        aside = f"drafts-of-{former.name}"
        for ending in ("", *COMPANION_ENDINGS):
            if (path := folder / (DRAFTS_FILE + ending)).exists():
                os.replace(path, folder / (aside + ending))


def verified(path: Path, named: Path | None = None, key: bytes | None = None) -> Contents:
    """What a database file holds, if it is a sound store that this Huoke can open.

    Args:
        named: what an error calls it, where a person knows another name.

    Raises:
        InputError: it is no store of Huoke.
        StoreError: it is damaged, or a newer Huoke wrote it.
    """
    shown = named or path
    try:
        with closing(connect(path, key)) as connection:
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
    except complaints() as error:
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
    if is_sealed(path):
        return read_key_file(path).company
    try:
        with closing(connect(path, None)) as connection:
            found = connection.execute("SELECT value FROM meta WHERE name = 'company'").fetchone()
    except complaints():
        return ""
    return "" if found is None else str(found[0])


def _copy(source: sqlite3.Connection, target: Path, key: bytes | None) -> None:
    """All pages in one step: one read transaction sees one moment, and in WAL mode it stops no writer."""
    target.unlink(missing_ok=True)
    with closing(connect(target, key)) as copy:
        source.backup(copy)
        # A copy is one file that can be carried away, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def next_generation(folder: Path) -> Path:
    """A name in a store's folder that no database of it had yet."""
    numbers = [int(found[1]) for path in folder.iterdir() if (found := _GENERATION.fullmatch(path.name))]
    return folder / f"store-{max(numbers, default=1) + 1}.db"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a store against every screen and writer; a screen would go on showing the former database as if it lived."""
    screen = FileLock(str(folder / SCREEN_LOCK_FILE), thread_local=False)
    writer = FileLock(str(folder / WRITER_LOCK_FILE), thread_local=False)
    try:
        screen.acquire(timeout=0)
    except Timeout:
        raise StoreError(
            N_("The store in {folder} is open in a screen or by a server: end that first."), folder=folder
        ) from None
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
def removed_if_not_finished(path: Path) -> Iterator[Path]:
    """Leave nothing of a file that did not become what it was written for."""
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        path.with_name(path.name + "-journal").unlink(missing_ok=True)


def sync_to_disk(path: Path) -> None:
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
