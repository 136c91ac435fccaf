"""A plain database becomes an encrypted one, or the other way round, always by a copy beside it.

What is converted stays whole until the copy has taken its place. What a machine that died left to do is done when the
store is opened next: drafts that are still plain are encrypted, and the plain database that was replaced is taken away.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from model.connecting import complaints, connect, is_sqlite_file, key_text, sqlcipher
from model.drafts import DRAFTS_FILE
from model.errors import N_, StoreError
from model.sealing import UNFINISHED_ENDING
from model.vault import read_key_file

# What SQLite lays beside a database.
COMPANION_ENDINGS = ("-wal", "-shm", "-journal")


def write_converted(source: Path, source_key: bytes | None, target: Path, target_key: bytes | None) -> None:
    """Copy a database to a new file under another key; None is plain.

    Raises:
        StoreError: what reads encrypted files is not installed.
    """
    remove_database(target)
    # A plain file is opened by SQLCipher too, because only it can attach an encrypted one.
    if source_key is None:
        reading = sqlcipher().connect(str(source), isolation_level=None)
    else:
        reading = connect(source, source_key, isolation_level=None)
    with closing(reading) as connection:
        attached_key = "" if target_key is None else key_text(target_key)
        connection.execute("ATTACH DATABASE ? AS converted KEY ?", (str(target), attached_key))
        connection.execute("SELECT sqlcipher_export('converted')").fetchone()
        (version,) = connection.execute("PRAGMA main.user_version").fetchone()
        connection.execute(f"PRAGMA converted.user_version = {int(version)}")
        connection.execute("DETACH DATABASE converted")


def convert_drafts(folder: Path, from_key: bytes | None, to_key: bytes | None) -> None:
    """Put the drafts of a store under another key; nobody may have them open."""
    drafts = folder / DRAFTS_FILE
    if not drafts.exists():
        return
    with closing(connect(drafts, from_key)) as connection:
        # Nothing may be left in a log that the converted file would then take for its own.
        connection.execute("PRAGMA journal_mode = DELETE")
    unfinished = drafts.with_name(drafts.name + UNFINISHED_ENDING)
    try:
        write_converted(drafts, from_key, unfinished, to_key)
        os.replace(unfinished, drafts)
    finally:
        remove_database(unfinished)


def is_conversion_unfinished(database: Path) -> bool:
    """Whether something plain is left beside an encrypted database."""
    return _are_drafts_plain(database.parent) or _replaced_by(database) is not None


def finish_conversion(database: Path, key: bytes) -> None:
    """Let nothing plain be left beside an encrypted database that has just become the present one.

    Raises:
        StoreError: it cannot be done, on a full disk for example.
    """
    folder = database.parent
    try:
        if _are_drafts_plain(folder):
            convert_drafts(folder, None, key)
        if (replaced := _replaced_by(database)) is not None:
            remove_database(replaced)
    except complaints(OSError) as error:
        raise StoreError(
            N_("The drafts and the former store in {folder} cannot be encrypted ({reason}): free space and try again."),
            folder=folder,
            reason=str(error),
        ) from error


def remove_database(path: Path) -> None:
    """Take a database away with all that SQLite laid beside it."""
    path.unlink(missing_ok=True)
    for ending in COMPANION_ENDINGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _are_drafts_plain(folder: Path) -> bool:
    drafts = folder / DRAFTS_FILE
    return drafts.exists() and is_sqlite_file(drafts)


def _replaced_by(database: Path) -> Path | None:
    """The plain database that an encrypted one was made from, where it is still there."""
    name = read_key_file(database).replaced
    if not name or Path(name).name != name or name == database.name:
        return None
    replaced = database.with_name(name)
    return replaced if replaced.exists() and is_sqlite_file(replaced) else None
