"""What nobody waits for ends in the middle of a statement, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import peewee
import pytest

from model.giving_up import GivenUp, given_up_when
from model.store import Store, execute, meta, one, open_store, rows, set_meta

NUMBERS = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number)"
ENDLESS = f"{NUMBERS} SELECT COUNT(*) FROM number"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, create=True)
    with opened.use():
        yield opened
    opened.close()


def test_a_statement_without_end_ends(store: Store) -> None:
    asked = count()
    with pytest.raises(GivenUp), given_up_when(lambda: next(asked) >= 3):
        one(ENDLESS)
    assert one("SELECT 1") == (1,)


def test_rows_that_come_one_by_one_end(store: Store) -> None:
    came = list[int]()
    with pytest.raises(GivenUp), given_up_when(lambda: len(came) > 1_000):
        came.extend(n for (n,) in execute(f"{NUMBERS} SELECT n FROM number"))


def test_what_was_being_written_is_taken_back(store: Store) -> None:

    def write() -> None:
        set_meta("name", "half")
        execute(f"INSERT INTO meta (name, value) {NUMBERS} SELECT n, n FROM number")

    with pytest.raises(GivenUp), given_up_when(lambda: True), store.writing():
        write()
    assert meta("name") == ""
    with store.writing():
        set_meta("name", "whole")
    assert meta("name") == "whole"


def test_what_is_wrong_is_no_giving_up(store: Store) -> None:
    with pytest.raises(peewee.OperationalError, match="no such table"), given_up_when(lambda: False):
        rows("SELECT * FROM nowhere")


def test_nothing_ends_once_the_reading_is_over(store: Store) -> None:
    with given_up_when(lambda: True):
        pass
    assert one(f"{NUMBERS} SELECT COUNT(*) FROM (SELECT n FROM number LIMIT 1000000)") == (1_000_000,)
