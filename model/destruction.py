"""Nothing of a store is left in its folder, because its office took it back."""

from __future__ import annotations

from pathlib import Path

from model.errors import N_, StoreError
from model.sealing import shred
from model.store import GENERATION_FILE, LEFT_FILE

# First what opens the databases, so that whatever is left after a power cut can no longer be read.
KEY_FILES = ("*.key", "*.key.unfinished", "*.key.wrong")
CONTENTS = ("store*.db*", "drafts*.db*", "*.unfinished", GENERATION_FILE)


def destroy_store(folder: Path) -> None:
    """Take away the keys, databases and drafts of a store; only its lock files stay, which hold nothing.

    A plain database may still be read from the disk's free blocks; an encrypted one is gone with its key.

    Raises:
        StoreError: a file could not be taken away, because a program holds it open.
    """
    for pattern in KEY_FILES:
        for path in folder.glob(pattern):
            shred(path)
    left: list[str] = []
    for pattern in CONTENTS:
        for path in folder.glob(pattern):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                left.append(path.name)
    if left:
        raise StoreError(
            N_("The store in {folder} must be removed, but these are in use: {files}. Close Huoke and try again."),
            folder=folder,
            files=tuple(left),
        )
    (folder / LEFT_FILE).unlink(missing_ok=True)
