"""Copies of the office's store, putting one back, and making a stand-alone store a company's.

A backup is the same file whichever database it was taken from, so that a company may move from one to the other.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from model import search_index
from model.backup import Contents, Restored, back_up, restore, verified
from model.connecting import is_sqlite_file
from model.errors import N_, InputError, Refused, StoreError
from model.store import DATABASE_FILE, Store, execute, execute_many, meta, one, open_store, rows, set_meta
from sync.server.accounts import REVOKED, company_name
from sync.server.scope import rebuild_feed
from sync.server.storage import (
    ROLE,
    SERVER_ROLE,
    OfficeDatabase,
    become_office,
    folder_of,
    is_postgresql,
    open_office,
    renew_epoch,
    snapshot,
    write_rows,
)

# Worth nothing later, or made again when wanted.
PASSING_TABLES = ("nonce", "rate", "snapshot_chunk", "snapshot")
ROWS_AT_ONCE = 5_000


def back_up_office(store: Store, target: Path, *, overwrite: bool = False) -> Contents:
    """Write a consistent copy of the office's store in use to a file, while others work.

    Raises:
        Refused: the file is there already and `overwrite` is not set.
        StoreError: it cannot be written.
    """
    if not isinstance(store, OfficeDatabase):
        return back_up(store, target, overwrite=overwrite)
    target = target.expanduser()
    if target.exists() and not target.is_dir() and not overwrite:
        raise Refused(N_("{path} is there already: choose another name, or overwrite it with --force."), path=target)
    with _folder_for_a_copy() as folder:
        copy = open_store(folder, create=True)
        _copy_tables(store, copy)
        with copy.use():
            return back_up(copy, target, overwrite=overwrite)


def restore_office(url: str, source: Path, *, other_company: bool = False) -> Restored:
    """Put a backup of an office back, under a new epoch: laptops then send again what it has forgotten.

    Who was shut out since the backup stays shut out, and a code that was used stays used.

    Raises:
        InputError: the file is no backup of a Huoke store.
        Refused: it is another company's, or a stand-alone store's.
        StoreError: it is damaged, or a server has it open.
    """
    _require_backup(source)
    shut_out = _shut_out_at(url)

    def renew() -> None:
        if meta(ROLE) != SERVER_ROLE:
            raise Refused(
                N_("{path} is a stand-alone store's backup: restore it, then “huoke server adopt”."), path=source
            )
        renew_epoch()
        shut_out.apply()

    with _prepared(source, renew) as prepared:
        return _put_in_place(url, prepared, other_company=other_company)


@dataclass(frozen=True)
class _ShutOut:
    """What an office has closed: devices that it revoked, and enrolment codes that were used."""

    devices: tuple[str, ...] = ()
    used: tuple[tuple[str, str, bytes], ...] = ()

    def apply(self) -> None:
        """Close the same in the store in use."""
        execute_many("UPDATE device SET status = ? WHERE code = ?", [(REVOKED, code) for code in self.devices])
        execute_many("UPDATE enrolment SET used_at = ?, device = ? WHERE code_hash = ?", self.used)


def _shut_out_at(url: str) -> _ShutOut:
    """What the present office has closed; nothing where there is none, or where it cannot be read any more."""
    try:
        store = open_office(url)
        with store.use():
            devices = rows("SELECT code FROM device WHERE status = ?", (REVOKED,))
            used = rows("SELECT used_at, device, code_hash FROM enrolment WHERE used_at IS NOT NULL")
        store.close()
    except (StoreError, Refused):
        return _ShutOut()
    return _ShutOut(
        tuple(str(code) for (code,) in devices), tuple((str(at), str(code), bytes(hashed)) for at, code, hashed in used)
    )


def adopt(url: str, folder: Path, day: date, key: bytes | None = None) -> Contents:
    """Make a copy of a stand-alone store the company's; the store itself stays as it is.

    Args:
        day: the business date as of which laptops may see what.
        key: of an encrypted store.

    Raises:
        Refused: the store belongs to a server already, or the database keeps a company with data of its own.
        StoreError: a store cannot be opened.
    """
    source = open_store(folder, key=key)
    with source.use():
        if meta(ROLE) == SERVER_ROLE or meta("server"):
            raise Refused(N_("The store in {folder} belongs to a server already."), folder=folder)
        _require_no_company(url)

        def become() -> None:
            become_office()
            set_meta("me", "")
            rebuild_feed(day)

        with _folder_for_a_copy() as copied:
            if key is None:
                back_up(source, copied / "adopted.db")
            else:
                _plain_copy(source, copied / "adopted.db")
            with _prepared(copied / "adopted.db", become) as prepared:
                return _put_in_place(url, prepared, other_company=True).contents


def _plain_copy(source: Store, target: Path) -> None:
    """A copy that needs no key: a server's store is protected by who may enter its machine."""
    plain = open_store(target.parent / "plain", create=True)
    _copy_tables(source, plain)
    with plain.use():
        back_up(plain, target)


def _require_no_company(url: str) -> None:
    store = open_office(url, create=True)
    with closing(store), store.use():
        if any(one(f"SELECT 1 FROM {table} LIMIT 1") for table in ("customer", "orders", "product", "device")):
            if not company_name():
                raise Refused(N_("This server keeps imported tables already: a store is adopted before anything else."))
            raise Refused(
                N_("This server already keeps the company {name}: another needs a database of its own."),
                name=company_name(),
            )


def _require_backup(source: Path) -> None:
    if not source.expanduser().is_file():
        raise InputError(N_("There is no file {path}: check the name."), path=source)
    if not is_sqlite_file(source.expanduser()):
        raise InputError(N_("{path} is not a backup of a Huoke store."), path=source)
    verified(source.expanduser())


def _put_in_place(url: str, prepared: Path, *, other_company: bool) -> Restored:
    if not is_postgresql(url):
        return restore(folder_of(url), prepared, other_company=other_company)
    contents = verified(prepared)
    store = open_office(url, create=True)
    with closing(store), store.use():
        empty = one("SELECT 1 FROM change LIMIT 1") is None
        if not empty and not other_company and meta("company") != contents.company:
            raise Refused(N_("The backup is another company's: name another database, or insist with --force."))
        _copy_tables(open_store(prepared.parent), store)
    return Restored(contents, None)


@contextmanager
def _prepared(source: Path, prepare: Callable[[], None]) -> Iterator[Path]:
    """A copy of a backup, brought up to date and with some work done in it, so that it is put in place complete."""
    with _folder_for_a_copy() as folder:
        shutil.copyfile(source.expanduser(), folder / DATABASE_FILE)
        store = open_store(folder)
        with store.use(), store.writing():
            prepare()
            for table in PASSING_TABLES:
                execute(f"DELETE FROM {table}")
        yield folder / DATABASE_FILE


@contextmanager
def _folder_for_a_copy() -> Iterator[Path]:
    with TemporaryDirectory(prefix="huoke-") as folder:
        yield Path(folder)


def _copy_tables(source: Store, target: Store) -> None:
    """Make the rows of one store those of the other, as of one moment and in one transaction."""
    on_sqlite = target if isinstance(source, OfficeDatabase) else source
    with on_sqlite.use():
        tables = {table: _columns(table) for table in _tables()}
    with source.use(), snapshot(), target.use(), target.writing():
        _empty(target, list(tables))
        for table, columns in tables.items():
            if table not in PASSING_TABLES:
                write_rows(table, columns, _rows_of(source, table, columns))
        if not isinstance(target, OfficeDatabase):
            search_index.rebuild()


def _empty(target: Store, tables: list[str]) -> None:
    if isinstance(target, OfficeDatabase):
        execute(f"TRUNCATE {', '.join(tables)}")
        return
    execute("PRAGMA defer_foreign_keys = on")
    for table in reversed(tables):
        execute(f"DELETE FROM {table}")


def _tables() -> list[str]:
    """The tables of a store in a file, those that others refer to before them; not those of search and migrations."""
    found = rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
    return [
        name
        for (name,) in found
        if "_search" not in name and name != "schema_migration" and not name.startswith("sqlite_")
    ]


def _columns(table: str) -> tuple[str, ...]:
    return tuple(str(row[1]) for row in rows(f"PRAGMA table_info({table})"))


def _rows_of(store: Store, table: str, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    query = f"SELECT {', '.join(columns)} FROM {table}"
    connection = store.database.connection()
    if isinstance(store, OfficeDatabase):
        # A cursor of the database's own gives the rows some at a time instead of all at once.
        with connection.cursor(name="huoke_copy") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute(query)
            yield from cursor
    else:
        with closing(connection.execute(query)) as cursor:
            yield from cursor
