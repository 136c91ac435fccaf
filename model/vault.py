"""The key of an encrypted store, in a file beside its database, sealed under the PIN of the person.

The file is named after the database, `store-2.db.key`: whatever makes another database the present one takes its key
with it, and a backup carries its own. The PIN is proved by the seal before the database is ever opened with the key.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import msgspec

from model.connecting import is_sqlite_file
from model.errors import N_, InputError, StoreError
from model.sealing import Sealed, seal, shred, unseal, write_private

KEY_ENDING = ".key"
WRONG_ENDING = ".wrong"
SHORTEST_PIN_CHARACTERS = 6
# After so many wrong ones each further try waits; nothing is ever destroyed for a forgotten PIN.
WRONG_BEFORE_WAITING = 10
WAIT_SECONDS = 60
PURPOSE = b"huoke store key"


class KeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What lies beside an encrypted database.

    Attributes:
        company: the company's id in hexadecimal, to know another's backup by without its PIN.
        replaced: the plain database that this one was made from, as a file name; it is taken away when it is found.
    """

    wrapped: Sealed
    company: str
    replaced: str = ""
    version: int = 1


class WrongTries(msgspec.Struct, frozen=True):
    """How often a wrong PIN was given in a row, and when last, in seconds since 1970 UTC."""

    count: int = 0
    last_s: int = 0


class WrongPin(StoreError):
    """The PIN is not the one, or it may not be tried yet."""


def key_file_of(database: Path) -> Path:
    """Where the key of a database lies."""
    return database.with_name(database.name + KEY_ENDING)


def is_sealed(database: Path) -> bool:
    """Whether a PIN is needed to open a database; a plain one beside which a key was left needs none."""
    if not key_file_of(database).exists():
        return False
    return not (database.exists() and is_sqlite_file(database))


def checked_pin(pin: str) -> str:
    """A PIN that is long enough to be one.

    Raises:
        InputError: it is too short.
    """
    if len(unicodedata.normalize("NFKC", pin)) < SHORTEST_PIN_CHARACTERS:
        raise InputError(
            N_("A PIN has at least {count} characters: digits, letters or words."), count=SHORTEST_PIN_CHARACTERS
        )
    return pin


def keep_wrapped(database: Path, key: bytes, pin: str, company: str, replaced: str = "") -> None:
    """Write the key of a database beside it, sealed under a PIN."""
    kept = KeyFile(wrapped=seal(key, checked_pin(pin), PURPOSE), company=company, replaced=replaced)
    write_private(key_file_of(database), msgspec.json.encode(kept))


def read_key_file(database: Path) -> KeyFile:
    """What lies beside an encrypted database.

    Raises:
        StoreError: it cannot be read.
    """
    path = key_file_of(database)
    try:
        return msgspec.json.decode(path.read_bytes(), type=KeyFile)
    except (OSError, msgspec.MsgspecError) as error:
        raise StoreError(
            N_("The key file {path} cannot be read ({reason}): put a backup back with “huoke restore”."),
            path=path,
            reason=str(error),
        ) from error


def key_behind(database: Path, pin: str) -> bytes:
    """The key of a database, of a backup for example.

    Raises:
        WrongPin: the PIN is not the one.
        StoreError: the key file cannot be read.
    """
    key = unseal(read_key_file(database).wrapped, pin, PURPOSE)
    if key is None:
        raise WrongPin(N_("That is not the PIN of {path}."), path=database.name)
    return key


def unlock(database: Path, pin: str, now_s: int) -> bytes:
    """The key of a store's present database; wrong tries are counted and, after ten, must wait a minute each.

    Args:
        now_s: the time, in seconds since 1970 UTC.

    Raises:
        WrongPin: the PIN is not the one, or it may not be tried yet.
        StoreError: the key file cannot be read.
    """
    tries_path = _tries_path(database)
    tries = _tries(tries_path)
    if tries.last_s > now_s:
        # A clock that was set back must not lock a person out for longer than one wait.
        tries = WrongTries(tries.count, now_s)
        write_private(tries_path, msgspec.json.encode(tries))
    if (wait := _seconds_to_wait(tries, now_s)) > 0:
        raise WrongPin(N_("Too many wrong PINs: try again in {seconds} seconds."), seconds=wait)
    key = unseal(read_key_file(database).wrapped, pin, PURPOSE)
    if key is None:
        tries = WrongTries(tries.count + 1, now_s)
        write_private(tries_path, msgspec.json.encode(tries))
        if (wait := _seconds_to_wait(tries, now_s)) > 0:
            raise WrongPin(N_("That is not the PIN: try again in {seconds} seconds."), seconds=wait)
        raise WrongPin(N_("That is not the PIN."))
    tries_path.unlink(missing_ok=True)
    return key


def change_pin(database: Path, old: str, new: str, now_s: int) -> None:
    """Seal the same key under another PIN; the database stays as it is, and so do backups under their old PIN.

    Raises:
        WrongPin: the old PIN is not the one, or it may not be tried yet.
        InputError: the new one is too short.
    """
    checked_pin(new)
    key = unlock(database, old, now_s)
    keep_wrapped(database, key, new, read_key_file(database).company)


def carry_key(source: Path, target: Path) -> None:
    """Lay the key of an encrypted database beside a copy that has the same key."""
    kept = read_key_file(source)
    carried = KeyFile(wrapped=kept.wrapped, company=kept.company)
    write_private(key_file_of(target), msgspec.json.encode(carried))


def forget_store_key(database: Path) -> None:
    """Take the key of a database away: without it nobody reads the database again."""
    shred(key_file_of(database))
    _tries_path(database).unlink(missing_ok=True)


def _tries_path(database: Path) -> Path:
    path = key_file_of(database)
    return path.with_name(path.name + WRONG_ENDING)


def _tries(path: Path) -> WrongTries:
    try:
        return msgspec.json.decode(path.read_bytes(), type=WrongTries)
    except FileNotFoundError:
        return WrongTries()
    except msgspec.MsgspecError:
        # Whoever spoils the count does not win by it.
        return WrongTries(WRONG_BEFORE_WAITING)


def _seconds_to_wait(tries: WrongTries, now_s: int) -> int:
    if tries.count < WRONG_BEFORE_WAITING:
        return 0
    return max(0, tries.last_s + WAIT_SECONDS - now_s)
