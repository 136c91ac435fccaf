"""Files taken in at the office: one change of the office itself, told to every laptop that may see its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from model.changes.imports import ImportBatch
from model.changes.kind import Args
from model.errors import HuokeError
from model.files.batch import ImportSummary, Progress
from model.files.importing import contents_of, import_paths, keep_files
from model.store import Store, execute


def import_at_office(
    store: Store,
    paths: Sequence[Path],
    do: Callable[[Args], Any],
    *,
    on: date,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportSummary:
    """Import files and folders into the office's store in use: all of their rows, or nothing.

    Args:
        do: records the change and tells the laptops (Office.record_here).

    Raises:
        ImportRefused: some rows are bad.
        InputError: there is no such file.
    """
    # Looking at every row first gives each bad one its name, and finds out whether there is anything to do at all.
    looked = import_paths(paths, on=on, dry_run=True, progress=progress)
    if dry_run or not looked.changed:
        return replace(looked, dry_run=dry_run)
    sha256, contents = contents_of(paths)
    # The change reads the files from the store, in a transaction of its own.
    with store.writing():
        keep_files(sha256, contents)
    try:
        do(ImportBatch(sha256=sha256, names=tuple(sorted(contents))))
    except HuokeError:
        with store.writing():
            execute("DELETE FROM import_file WHERE sha256 = ?", (sha256,))
        raise
    return replace(looked, dry_run=False)
