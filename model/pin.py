"""A PIN on a store: from then on what lies on the disk is encrypted, and the PIN opens it.

The steps stand apart because a machine may die between any two of them: before the pointer is moved the former store is
the store, and from then on the new one is.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from model.backup import Contents, alone, lay_down, make_present, next_generation, removed_if_not_finished, verified
from model.connecting import complaints, connect, sqlcipher
from model.conversion import convert_drafts, finish_conversion, remove_database, write_converted
from model.errors import N_, Refused, StoreError
from model.sealing import UNFINISHED_ENDING, make_secret_key
from model.store import present_database
from model.vault import checked_pin, forget_store_key, is_sealed, keep_wrapped


def set_pin(folder: Path, pin: str) -> bytes:
    """Encrypt a plain store and its drafts under a new key, sealed under a PIN, and give the key.

    Raises:
        InputError: the PIN is too short.
        Refused: the store has a PIN already.
        StoreError: there is no store; it is open in a screen or being written; it is damaged; what encrypts is not
            installed; the disk is full. The store is then as it was.
    """
    folder = folder.expanduser()
    checked_pin(pin)
    sqlcipher()
    if is_sealed(_there(folder)):
        raise Refused(N_("This store has a PIN already: change it with “huoke pin change”."))
    key = make_secret_key()
    with alone(folder):
        unfinished = folder / (present_database(folder).name + UNFINISHED_ENDING)
        with removed_if_not_finished(unfinished):
            contents = write_checked(folder, None, unfinished, key)
            present = lay_beside(folder, unfinished, key, pin, contents)
        make_present(present)
        finish_conversion(present, key)
    return key


def remove_pin(folder: Path, key: bytes) -> None:
    """Make an encrypted store and its drafts plain again.

    Raises:
        Refused: the store has no PIN.
        StoreError: it is open in a screen or being written; it is damaged; the disk is full. It is then as it was.
    """
    folder = folder.expanduser()
    former = _there(folder)
    if not is_sealed(former):
        raise Refused(N_("This store has no PIN."))
    with alone(folder):
        unfinished = folder / (former.name + UNFINISHED_ENDING)
        with removed_if_not_finished(unfinished):
            write_checked(folder, key, unfinished, None)
            present = next_generation(folder)
            lay_down(unfinished, present)
        # Plain drafts beside an encrypted store are encrypted again when it is opened; the other way round nobody
        # could open them.
        convert_drafts(folder, key, None)
        make_present(present)
        remove_database(former)
        forget_store_key(former)


def write_checked(folder: Path, from_key: bytes | None, unfinished: Path, to_key: bytes | None) -> Contents:
    """Write the present database under another key to a file beside it, and hold that nothing is missing in it."""
    former = present_database(folder)
    try:
        with closing(connect(former, from_key)) as connection:
            expected = _rows_of_tables(connection)
        write_converted(former, from_key, unfinished, to_key)
        contents = verified(unfinished, named=former, key=to_key)
        with closing(connect(unfinished, to_key)) as connection:
            written = _rows_of_tables(connection)
    except complaints(OSError) as error:
        raise StoreError(
            N_("The store in {folder} cannot be converted ({reason}): it is as it was."),
            folder=folder,
            reason=str(error),
        ) from error
    if written != expected:
        raise StoreError(
            N_("The store in {folder} cannot be converted ({reason}): it is as it was."),
            folder=folder,
            reason=", ".join(sorted(name for name in expected if expected[name] != written.get(name))),
        )
    return contents


def lay_beside(folder: Path, unfinished: Path, key: bytes, pin: str, contents: Contents) -> Path:
    """Give an encrypted copy its name and its key file beside the present database, which it replaces next."""
    present = next_generation(folder)
    keep_wrapped(present, key, pin, contents.company, replaced=present_database(folder).name)
    lay_down(unfinished, present)
    return present


def _there(folder: Path) -> Path:
    present = present_database(folder)
    if not present.exists():
        raise StoreError(
            N_("There is no store in {folder}: run “huoke” to start one, or “huoke import” to fill one."),
            folder=folder,
        )
    return present


def _rows_of_tables(connection: sqlite3.Connection) -> dict[str, int]:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in tables}
