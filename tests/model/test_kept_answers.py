"""Answers kept for another run: the same as were read, of now until something is written, and never too many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from model import kept_answers
from model.kept_answers import MEANING, forget_answers, keep_answers, kept_answer, kept_asked, known_now, packed_answer
from model.store import execute, rows
from model.written import written
from tests.model.company import company
from tests.model.import_files import BASE, TODAY, new_company, take

QUESTION = "how much"


@dataclass(frozen=True)
class Asked:
    day: date
    person: bytes | None = None


@dataclass(frozen=True)
class Read:
    slopes: tuple[int, ...]
    name: str
    id: bytes
    on: date | None = None


READ = Read((-(10**15), 5), "联想", b"\0\xff", date(2026, 2, 28))


def test_an_answer_of_an_earlier_meaning_is_none(tmp_path: Path) -> None:
    asked = Asked(TODAY)
    with company(tmp_path / "store", TODAY):
        keep_answers([packed_answer(QUESTION, asked, READ, known_now())])
        assert kept_asked(QUESTION, Asked) == asked
        execute("UPDATE kept_answer SET of = ? || substr(of, ?)", (f"{MEANING - 1} ", len(f"{MEANING} ") + 1))
        assert kept_asked(QUESTION, Asked) is None
        assert kept_answer(QUESTION, asked, Asked, Read) is None


def test_an_answer_comes_back_as_it_was_read_and_is_of_now_until_something_is_written(tmp_path: Path) -> None:
    asked = Asked(TODAY, b"\1" * 16)
    with company(tmp_path / "store", TODAY) as desk:
        desk.product("P")
        assert kept_answer(QUESTION, asked, Asked, Read) is None
        keep_answers([packed_answer(QUESTION, asked, READ, known_now())])
        kept = kept_answer(QUESTION, asked, Asked, Read)
        assert kept is not None
        assert (kept.asked, kept.answer, kept.is_of_now) == (asked, READ, True)
        tomorrow = kept_answer(QUESTION, Asked(date(2026, 4, 1), asked.person), Asked, Read)
        assert tomorrow is not None
        assert (tomorrow.asked, tomorrow.is_of_now) == (asked, False)

        of = known_now()
        desk.customer("A", days=30, limit="1000")
        # What was written while it was read is not in it.
        for _time in range(2):
            kept = kept_answer(QUESTION, asked, Asked, Read)
            assert kept is not None
            assert not kept.is_of_now
            keep_answers([packed_answer(QUESTION, asked, READ, of)])


def test_one_of_another_form_is_as_good_as_none(tmp_path: Path) -> None:
    asked = Asked(TODAY)
    with company(tmp_path / "store", TODAY):
        keep_answers([packed_answer(QUESTION, asked, READ, known_now())])
        assert kept_answer(QUESTION, asked, Asked, int) is None
        assert kept_answer(QUESTION, asked, str, Read) is None
        execute("UPDATE kept_answer SET body = ?", (b"no zlib",))
        assert kept_answer(QUESTION, asked, Asked, Read) is None


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "KEPT_AT_MOST", 2)
    with company(tmp_path / "store", TODAY):
        for question in ("a", "b", "a", "c"):
            keep_answers([packed_answer(question, Asked(TODAY), READ, known_now())])
            execute("UPDATE kept_answer SET kept_at = kept_at - 1000")
        assert rows("SELECT question FROM kept_answer ORDER BY question") == [("a",), ("c",)]


def test_an_import_is_something_written(tmp_path: Path) -> None:
    with new_company(tmp_path) as folder:
        before = written()
        take(folder, **BASE)
        assert written() != before


def test_what_was_read_before_all_was_forgotten_is_not_kept(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY):
        began = known_now()
        forget_answers()
        keep_answers([packed_answer(QUESTION, Asked(TODAY), READ, began)])
        assert kept_answer(QUESTION, Asked(TODAY), Asked, Read) is None
        keep_answers([packed_answer(QUESTION, Asked(TODAY), READ, known_now())])
        assert kept_answer(QUESTION, Asked(TODAY), Asked, Read) is not None
