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
from sync.server.accounts import ACTIVE, REVOKED, company_name
from sync.server.quarantine import QUARANTINED
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
PASSING_TABLES = ("nonce", "rate", "snapshot_chunk", "snapshot", "kept_answer")
ROWS_AT_ONCE = 5_000
_STILL_PUT_ASIDE = (
    "SELECT q.uid FROM quarantine q LEFT JOIN arrival a ON a.uid = q.uid WHERE COALESCE(a.status, ?) = ?",
    (QUARANTINED, QUARANTINED),
)


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


@dataclass(frozen=True)
class OfficeRestored:
    """A backup of an office put back.

    Attributes:
        kept_aside: the former database, None where there was none in a folder.
        unknown: the laptops that the former office admitted and the backup has not, each with its person's code.
        lost: how many changes of laptops that were shut out the backup lacks: one that is wiped cannot send them again.
        to_judge: how many changes that the former office had judged are put aside once more.
    """

    contents: Contents
    kept_aside: Path | None
    unknown: tuple[tuple[str, str], ...]
    lost: int
    to_judge: int


def restore_office(url: str, source: Path, *, other_company: bool = False) -> OfficeRestored:
    """Put a backup of an office back, under a new epoch: laptops then send again what it has forgotten.

    Who was shut out since the backup stays shut out, and a code that was used stays used.

    Raises:
        InputError: the file is no backup of a Huoke store.
        Refused: it is another company's, or a stand-alone store's.
        StoreError: it is damaged, or a server has it open.
    """
    _require_backup(source)
    former = _former_office(url)
    unknown: tuple[tuple[str, str], ...] = ()
    lost = to_judge = 0

    def renew() -> None:
        nonlocal unknown, lost, to_judge
        if meta(ROLE) != SERVER_ROLE:
            raise Refused(
                N_("{path} is a stand-alone store's backup: restore it, then “huoke server adopt”."), path=source
            )
        renew_epoch()
        former.shut_out()
        # Of another company's office this one forgets nothing.
        if former.company == meta("company"):
            unknown, lost, to_judge = former.unknown_here(), former.lost_here(), former.to_judge_here()

    with _prepared(source, renew) as prepared:
        restored = _put_in_place(url, prepared, other_company=other_company)
    return OfficeRestored(restored.contents, restored.kept_aside, unknown, lost, to_judge)


@dataclass(frozen=True)
class _Former:
    """What an office knows that a backup of it may lack.

    Attributes:
        revoked: the devices it has shut out.
        used: the enrolment codes that were used: when, by which device, and their hashes.
        admitted: the devices that may come, each under the name it has now, with their persons' codes.
        of_shut_out: the changes of laptops that were shut out, and of those whose person left.
        judged: the changes that were put aside and judged since.
    """

    company: str = ""
    revoked: tuple[str, ...] = ()
    used: tuple[tuple[str, str, bytes], ...] = ()
    admitted: tuple[tuple[str, str], ...] = ()
    of_shut_out: frozenset[bytes] = frozenset()
    judged: frozenset[bytes] = frozenset()

    def shut_out(self) -> None:
        """Close in the store in use what this office has closed."""
        execute_many("UPDATE device SET status = ? WHERE code = ?", [(REVOKED, code) for code in self.revoked])
        execute_many("UPDATE enrolment SET used_at = ?, device = ? WHERE code_hash = ?", self.used)

    def unknown_here(self) -> tuple[tuple[str, str], ...]:
        """The devices that may come and that the store in use does not know."""
        known = {str(code) for (code,) in rows("SELECT code FROM device")}
        return tuple((code, person) for code, person in self.admitted if code not in known)

    def lost_here(self) -> int:
        """How many changes the store in use lacks that perhaps nobody has any more."""
        return len(self.of_shut_out - _uids("SELECT uid FROM change UNION SELECT uid FROM quarantine"))

    def to_judge_here(self) -> int:
        """How many changes are put aside in the store in use that this office had judged."""
        return len(self.judged & _uids(*_STILL_PUT_ASIDE))


def _former_office(url: str) -> _Former:
    """What the present office knows; nothing where there is none, or where it cannot be read any more."""
    try:
        store = open_office(url)
        with closing(store), store.use():
            return _Former(
                company=meta("company"),
                revoked=tuple(str(code) for (code,) in rows("SELECT code FROM device WHERE status = ?", (REVOKED,))),
                used=tuple(
                    (str(at), str(code), bytes(hashed))
                    for at, code, hashed in rows(
                        "SELECT used_at, device, code_hash FROM enrolment WHERE used_at IS NOT NULL"
                    )
                ),
                admitted=_admitted(),
                of_shut_out=_uids(
                    "SELECT c.uid FROM change c JOIN device d ON d.code = c.device JOIN salesperson p"
                    " ON p.id = d.person_id WHERE d.status = ? OR p.active = ? UNION SELECT q.uid FROM quarantine q"
                    " JOIN device d ON d.code = q.device JOIN salesperson p ON p.id = d.person_id"
                    " WHERE d.status = ? OR p.active = ?",
                    (REVOKED, 0, REVOKED, 0),
                ),
                judged=_uids("SELECT uid FROM quarantine") - _uids(*_STILL_PUT_ASIDE),
            )
    except (StoreError, Refused):
        return _Former()


def _admitted() -> tuple[tuple[str, str], ...]:
    """The devices that may come, each laptop under the last of the names it went on under."""
    found = rows(
        "SELECT d.code, d.incarnation_of, p.code FROM device d JOIN salesperson p ON p.id = d.person_id"
        " WHERE d.status = ? AND p.active = ? ORDER BY d.enrolled_at, d.code",
        (ACTIVE, 1),
    )
    latest = {origin or code: (str(code), str(person)) for code, origin, person in found}
    return tuple(latest.values())


def _uids(query: str, parameters: tuple[Any, ...] = ()) -> frozenset[bytes]:
    return frozenset(bytes(uid) for (uid,) in rows(query, parameters))


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
