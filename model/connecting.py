"""Connections to a database file, plain or encrypted; the one place that knows both drivers.

An encrypted file is SQLCipher's, under a raw key: no word is derived at opening, so a connection costs nothing more.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import peewee

from model.errors import N_, StoreError

# SQLCipher would print what it dislikes about a damaged file to standard error, over the screen.
SILENCE = ("cipher_log_level", "NONE")
MS_PER_SECOND = 1000


def connect(
    path: Path,
    key: bytes | None,
    *,
    timeout: float = 5.0,
    isolation_level: Any = "",
    check_same_thread: bool = True,
    read_only: bool = False,
) -> sqlite3.Connection:
    """A connection of its own to a database file.

    Args:
        key: the raw key of an encrypted one; None where it is plain.
        timeout: seconds to wait for another connection's lock.

    Raises:
        StoreError: it is encrypted, and what reads it is not installed.
    """
    name, as_uri = (f"{path.absolute().as_uri()}?mode=ro", True) if read_only else (str(path), False)
    options = {"isolation_level": isolation_level, "check_same_thread": check_same_thread, "uri": as_uri}
    if key is None:
        return sqlite3.connect(name, timeout=timeout, **options)
    connection = cast(sqlite3.Connection, sqlcipher().connect(name, timeout=timeout, **options))
    connection.execute(f"PRAGMA {SILENCE[0]} = {SILENCE[1]}")
    connection.execute(f'PRAGMA key = "{key_text(key)}"')
    return connection


def peewee_database(
    path: Path, key: bytes | None, pragmas: Mapping[str, Any], patience_seconds: int
) -> peewee.SqliteDatabase:
    """A database file as Peewee works with it.

    Raises:
        StoreError: it is encrypted, and what reads it is not installed.
    """
    if key is None:
        return peewee.SqliteDatabase(str(path), pragmas=dict(pragmas), timeout=patience_seconds)
    sqlcipher()
    from playhouse.sqlcipher_ext import SqlCipherDatabase

    # This class does not hand the timeout on.
    every = [SILENCE, ("busy_timeout", patience_seconds * MS_PER_SECOND), *pragmas.items()]
    return SqlCipherDatabase(str(path), passphrase=key_text(key), pragmas=every)


def key_text(key: bytes) -> str:
    """A raw key as SQLCipher is told it."""
    return f"x'{key.hex()}'"


def complaints(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """The errors of every driver in use, and others, to be caught."""
    loaded = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error, *others) if loaded is None else (sqlite3.Error, loaded.Error, *others)


def is_sqlite_file(path: Path) -> bool:
    """Whether a file begins as every plain SQLite database does."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def sqlcipher() -> Any:
    """The driver of encrypted files.

    Raises:
        StoreError: it is not installed.
    """
    try:
        import sqlcipher3.dbapi2
    except ImportError as error:
        raise StoreError(
            N_("An encrypted store needs one part more: install it with “pip install 'huoke[encrypted]'”.")
        ) from error
    return sqlcipher3.dbapi2
