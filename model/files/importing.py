"""Importing files a person names, or the rows of a generated company, as one change."""

from __future__ import annotations

import csv
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from model.changes.imports import ImportBatch
from model.changes.recording import record
from model.errors import N_, InputError, Refused
from model.files.batch import ImportSummary, Progress
from model.files.faults import SourceRow
from model.files.intake import import_rows, progress_of
from model.files.reading import files_at
from model.ids import new_id
from model.store import current, execute, meta

COMPRESSION_LEVEL = 6


class _GivenUp(Exception):
    """Leaves the transaction behind: nothing of it shall be kept."""


def import_paths(
    paths: Sequence[Path],
    *,
    on: date,
    person: bytes | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportSummary:
    """Import files and folders: all of their rows, or nothing.

    Args:
        on: the business date; documents may not be dated after it.
        person: who imports.
        dry_run: look at everything and write nothing.
        progress: told (table, rows done, rows expected or None) now and then.

    Raises:
        ImportRefused: some rows are bad; it carries each with file, row, column and reason.
        InputError: there is no such file.
        Refused: this store belongs to a server.
    """
    _refuse_where_joined()
    sha256, contents = contents_of(paths)
    with _followed_by(progress):
        return _import_contents(sha256, contents, on=on, person=person, dry_run=dry_run)


def contents_of(paths: Sequence[Path]) -> tuple[str, dict[str, bytes]]:
    """Files and folders as they are kept: the hash that names them together, and each one's compressed content.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    files = files_at(paths)
    names = _names_of(files)
    contents: dict[str, bytes] = {}
    digest = hashlib.sha256()
    for name, path in sorted(zip(names, files, strict=True)):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(N_("{path} cannot be read: {reason}."), path=path, reason=error.strerror) from error
        _add_to(digest, name, content)
        contents[name] = zlib.compress(content, COMPRESSION_LEVEL)
    return digest.hexdigest(), contents


def keep_files(sha256: str, contents: Mapping[str, bytes]) -> None:
    """Keep the files that an import reads."""
    for name, content in contents.items():
        execute(
            "INSERT INTO import_file (sha256, name, content) VALUES (?, ?, ?) ON CONFLICT (sha256, name) DO NOTHING",
            (sha256, name, content),
        )


def import_generated(
    rows: Iterable[tuple[str, Mapping[str, str]]],
    *,
    on: date,
    person: bytes | None = None,
    keep: bool = True,
    progress: Progress | None = None,
    expected: Mapping[str, int] | None = None,
) -> ImportSummary:
    """Import rows that a program makes, each table's together and in the order of the tables.

    Args:
        keep: keep the rows as files and record a change. Without it nothing is kept but the rows' effect, for a
            company so large that its files would double the store; such a store has a beginning but no history of it.
        expected: rows of each table, where that is known.
    """
    _refuse_where_joined()
    with _followed_by(progress):
        if keep:
            digest, contents = hashlib.sha256(), {}
            for name, content in sorted(_as_csv(rows).items()):
                _add_to(digest, name, content)
                contents[name] = zlib.compress(content, COMPRESSION_LEVEL)
            return _import_contents(digest.hexdigest(), contents, on=on, person=person, dry_run=False)
        with current().writing():
            return import_rows(_placed(rows), on=on, change_uid=new_id(), expected=expected)


def _import_contents(
    sha256: str, contents: Mapping[str, bytes], *, on: date, person: bytes | None, dry_run: bool
) -> ImportSummary:
    """Keep the files, record the change that reads them, and give both up where nothing comes of it."""
    summary: ImportSummary | None = None
    try:
        with current().writing():
            keep_files(sha256, contents)
            summary = record(ImportBatch(sha256=sha256, names=tuple(sorted(contents))), person=person, on=on)
            if dry_run or not summary.changed:
                raise _GivenUp
    except _GivenUp:
        pass
    assert summary is not None
    return replace(summary, dry_run=dry_run)


def _refuse_where_joined() -> None:
    if meta("server"):
        raise Refused(
            N_("This laptop belongs to a company's server: import there with “huoke server import PATH”."),
        )


@contextmanager
def _followed_by(progress: Progress | None) -> Iterator[None]:
    token = progress_of.set(progress)
    try:
        yield
    finally:
        progress_of.reset(token)


def _names_of(files: Sequence[Path]) -> list[str]:
    """A name for each file by which a person knows it: its own, or with its folder where two are called the same."""
    own = [path.name for path in files]
    return [name if own.count(name) == 1 else str(path) for name, path in zip(own, files, strict=True)]


def _add_to(digest: hashlib._Hash, name: str, content: bytes) -> None:
    for part in (name.encode(), content):
        digest.update(len(part).to_bytes(8) + part)


def _placed(rows: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[tuple[str, SourceRow]]:
    """Generated rows with a place, as if each table were a file."""
    present, number = "", 0
    for table, cells in rows:
        number = number + 1 if table == present else 2
        present = table
        yield table, SourceRow(table, number, cells)  # type: ignore[arg-type]


def _as_csv(rows: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, bytes]:
    """Generated rows as the files they would be."""
    texts: dict[str, io.StringIO] = {}
    columns: dict[str, list[str]] = {}
    writers = {}
    for table, cells in rows:
        if table not in texts:
            texts[table] = io.StringIO()
            columns[table] = list(cells)
            writers[table] = csv.writer(texts[table])
            writers[table].writerow(columns[table])
        writers[table].writerow(cells.values())
    return {f"{table}.csv": text.getvalue().encode() for table, text in texts.items()}
