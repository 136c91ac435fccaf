"""Drafts are on disk when they are kept, and an older state never comes back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from model.drafts import DRAFTS_FILE, Draft, DraftLine, Drafts
from model.errors import StoreError

LONGEST_SECONDS = 10


def draft(id_: str, *quantities_e3: int | None, begun_at: str = "2026-03-31 14:02") -> Draft:
    lines = tuple(
        DraftLine(product="0a", quantity_e3=quantity_e3, price_e4=12_990_000) for quantity_e3 in quantities_e3
    )
    return Draft(id=id_, customer="0b", customer_name="联想中关村", begun_at=begun_at, lines=lines)


def test_what_was_kept_is_there_for_another_process(tmp_path: Path) -> None:
    drafts, other = Drafts(tmp_path), Drafts(tmp_path)
    assert drafts.being_typed() is None
    drafts.keep(draft("01", 3000, None), 1)
    assert other.being_typed() == draft("01", 3000, None)
    drafts.close()
    other.close()


def test_a_slow_thread_does_not_write_an_older_state(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.keep(draft("01", 2000), 2)
    drafts.keep(draft("01", 1000), 1)
    assert drafts.being_typed() == draft("01", 2000)
    drafts.drop("01")
    drafts.keep(draft("01", 3000), 3)
    assert drafts.being_typed() is None
    drafts.close()


def test_only_one_is_being_typed_and_the_others_are_aside(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.keep(draft("01", begun_at="2026-03-31 09:00"), 1)
    drafts.keep(draft("02", begun_at="2026-03-31 10:00"), 2)
    assert [each.id for each in drafts.aside()] == ["01"]
    drafts.put_aside("02")
    assert drafts.being_typed() is None
    assert [each.id for each in drafts.aside()] == ["02", "01"]
    drafts.keep(draft("01"), 3)
    assert [each.id for each in drafts.aside()] == ["02"]
    drafts.close()


def test_every_write_is_synced_to_disk(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    assert drafts._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert drafts._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    drafts.close()


def test_it_is_closed_behind_what_is_being_written_and_whoever_closes_does_not_wait(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    inside, is_closed = threading.Event(), threading.Event()

    def in_the_middle() -> int:
        # Again and again while it is written, which goes on only when closing has returned.
        inside.set()
        is_closed.wait(LONGEST_SECONDS)
        return 0

    drafts._connection.set_progress_handler(in_the_middle, 1)
    writing = threading.Thread(target=lambda: drafts.keep(draft("01", 1000), 1))
    closing = threading.Thread(target=drafts.close)
    writing.start()
    assert inside.wait(LONGEST_SECONDS)
    closing.start()
    closing.join(LONGEST_SECONDS)
    assert writing.is_alive()
    assert not closing.is_alive()
    assert drafts._connection is not None
    is_closed.set()
    writing.join(LONGEST_SECONDS)
    assert drafts._connection is None
    assert drafts.being_typed() == draft("01", 1000)
    # A thread that began before the screen was left, and came to it only then.
    drafts.keep(draft("01", 2000), 2)
    assert drafts.being_typed() == draft("01", 2000)


def test_where_the_files_were_taken_away_nothing_comes_back(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.close()
    for path in tmp_path.iterdir():
        path.unlink()
    drafts.keep(draft("01", 1000), 1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_draft_file_is_told(tmp_path: Path) -> None:
    (tmp_path / DRAFTS_FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError):
        Drafts(tmp_path)
