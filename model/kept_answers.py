"""Answers that took long to read, kept so that they are in sight at once the next time, in another run too.

An answer is of all that was written until it was read. Once anything was written it is no more than the last that is
known: whoever shows it says so, and reads anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from model.garbage import without_collecting
from model.store import current, execute, meta, one, set_meta
from model.written import written

# Raised where a figure that is kept comes to mean something else: what was kept before is read anew then.
MEANING = 4
_MEANS = f"{MEANING} "
_IT_IS = f"question = ? AND substr(of, 1, {len(_MEANS)}) = ?"
# Of a large company one takes some megabytes.
KEPT_AT_MOST = 40
# Of fewer customers everything is read in no time.
READ_AHEAD_FROM_CUSTOMERS = 5_000
# They shrink to a third; more would take longer than it saves.
COMPRESSION_LEVEL = 1

# How often all of them were forgotten: what is read meanwhile is not kept.
FORGOTTEN = "answers_forgotten"

Answer = TypeVar("Answer")
Asked = TypeVar("Asked", bound=Hashable)


@dataclass(frozen=True)
class KeptAnswer(Generic[Asked, Answer]):
    """An answer that was read before.

    Attributes:
        asked: what exactly was asked then; the days in it may be others than today's.
        read_at: when, in local time; what was written by then is in it.
        is_of_now: whether the same was asked, and nothing was written since.
    """

    asked: Asked
    answer: Answer
    read_at: datetime
    is_of_now: bool


@dataclass(frozen=True)
class KnownBy:
    """What an answer that is read from here on is of.

    Attributes:
        written: all that was written.
        at: when that was.
        since: of which database, and how often all answers had been forgotten in it.
    """

    written: str
    at: datetime
    since: str


@dataclass(frozen=True)
class PackedAnswer:
    """An answer that is to be kept."""

    question: str
    asked: bytes
    body: bytes
    by: KnownBy


def is_worth_reading_ahead() -> bool:
    """Whether a company is so large that its answers should be there before somebody asks."""
    return one("SELECT 1 FROM customer LIMIT 1 OFFSET ?", (READ_AHEAD_FROM_CUSTOMERS - 1,)) is not None


def known_now() -> KnownBy:
    """Asked before an answer is read: what is written while it is read may be missing in it."""
    return KnownBy(f"{_MEANS}{written()}", datetime.now(UTC), _since())


def _since() -> str:
    return f"{current().path} {meta(FORGOTTEN, '0')}"


def kept_answer(
    question: str, asked: Asked, asked_as: type[Asked], answered_as: type[Answer]
) -> KeptAnswer[Asked, Answer] | None:
    """The last answer to a question; None where there is none, or one in another form.

    Args:
        question: which answer takes the place of which.
        asked: the question as it is put now.
    """
    found = one(f"SELECT asked, of, kept_at, body FROM kept_answer WHERE {_IT_IS}", (question, _MEANS))
    if found is None:
        return None
    packed, of, kept_at, body = found
    try:
        then = msgspec.msgpack.decode(packed, type=asked_as)
        with without_collecting():
            answer = msgspec.msgpack.decode(zlib.decompress(body), type=answered_as)
    except (msgspec.MsgspecError, zlib.error):
        # Another release kept it in another form: as good as none.
        return None
    at = datetime.fromtimestamp(kept_at / 1000, UTC).astimezone()
    return KeptAnswer(then, answer, at, is_of_now=then == asked and of == known_now().written)


def kept_asked(question: str, asked_as: type[Asked]) -> Asked | None:
    """What was asked when the last answer to a question was kept; None where there is none, or one in another form."""
    found = one(f"SELECT asked FROM kept_answer WHERE {_IT_IS}", (question, _MEANS))
    try:
        return None if found is None else msgspec.msgpack.decode(found[0], type=asked_as)
    except msgspec.MsgspecError:
        return None


def packed_answer(question: str, asked: Hashable, answer: Any, by: KnownBy) -> PackedAnswer:
    """An answer as it is kept; it takes a fraction of the room.

    Args:
        by: `known_now()` from before it was read.
    """
    with without_collecting():
        body = zlib.compress(msgspec.msgpack.encode(answer), COMPRESSION_LEVEL)
    return PackedAnswer(question, msgspec.msgpack.encode(asked), body, by)


def keep_answers(answers: Sequence[PackedAnswer]) -> None:
    """Keep answers, each in the place of the one before, and of all no more than KEPT_AT_MOST.

    What was read before all were forgotten, or of another database, is not kept: it may tell what must not be told.
    """
    with current().writing():
        since = _since()
        for answer in answers:
            if answer.by.since == since:
                execute(
                    "INSERT INTO kept_answer (question, asked, of, kept_at, body) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT (question) DO UPDATE SET asked = excluded.asked, of = excluded.of,"
                    " kept_at = excluded.kept_at, body = excluded.body",
                    (
                        answer.question, answer.asked, answer.by.written, int(answer.by.at.timestamp() * 1000),
                        answer.body,
                    ),
                )  # fmt: skip
        execute(
            "DELETE FROM kept_answer WHERE question NOT IN"
            " (SELECT question FROM kept_answer ORDER BY kept_at DESC, question LIMIT ?)",
            (KEPT_AT_MOST,),
        )


def forget_answers() -> None:
    """Forget all of them, in the present transaction: what they tell must not be told here any more."""
    execute("DELETE FROM kept_answer")
    set_meta(FORGOTTEN, str(int(meta(FORGOTTEN, "0")) + 1))
