"""What stays in the folder of a laptop that was shut out: a few words for whoever opens Huoke there again."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from model.errors import N_, StoreError
from model.store import present_database

SHUT_OUT_FILE = "shut-out.json"
# What a laptop pinned when it joined stays there too, for it is no secret and is wanted to join again.
CA_FILE = "office-ca.pem"


@dataclass(frozen=True)
class ShutOut:
    """That a laptop was shut out; no key and nothing of a customer stands in it.

    Attributes:
        company: its name, empty where the laptop never learned it.
        server: the address of its server.
        handed_over: how many changes the office had not got and has now.
    """

    company: str
    server: str
    on: date
    handed_over: int


def note_shut_out(folder: Path, note: ShutOut) -> None:
    """Leave the note in a folder.

    Raises:
        StoreError: it cannot be written.
    """
    written = msgspec.json.format(msgspec.json.encode(note))
    unfinished = folder / (SHUT_OUT_FILE + ".unfinished")
    try:
        unfinished.write_bytes(written + b"\n")
        os.replace(unfinished, folder / SHUT_OUT_FILE)
    except OSError as error:
        raise StoreError(
            N_("{file} cannot be written: {reason}."), file=folder / SHUT_OUT_FILE, reason=error.strerror
        ) from error


def forget_shut_out(folder: Path) -> None:
    """Take the note away: there is a store in the folder again."""
    (folder / SHUT_OUT_FILE).unlink(missing_ok=True)


def told_of_shut_out(folder: Path) -> StoreError | None:
    """What is said instead of opening a folder whose store its office took back; None where that did not happen."""
    folder = folder.expanduser()
    note = _read(folder / SHUT_OUT_FILE)
    if note is None or present_database(folder).exists():
        return None
    return StoreError(
        N_(
            "This laptop was shut out by {company} on {date}; unsent changes that were handed over: {count}."
            " To use it again ask for a code: {command}"
        ),
        company=note.company or note.server, date=note.on, count=note.handed_over, command=_join_command(folder, note),
    )  # fmt: skip


def _read(path: Path) -> ShutOut | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=ShutOut)
    except (OSError, msgspec.MsgspecError):
        # No note, or none that is ours: then there is nothing to say.
        return None


def _join_command(folder: Path, note: ShutOut) -> str:
    authority = ["--ca", str(folder / CA_FILE)] if (folder / CA_FILE).exists() else []
    return shlex.join(["huoke", "join", note.server, "CODE", *authority, "--store", str(folder)])
