"""The answers to what faces are asked for: as they were kept where they still hold, else read; the usual ones ahead."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from textual.worker import Worker

from model.errors import HuokeError
from model.kept_answers import (
    PackedAnswer,
    is_worth_reading_ahead,
    keep_answers,
    kept_answer,
    kept_asked,
    known_now,
    packed_answer,
)
from model.margin import may_see_cost
from tui.analysis.face import AnalysisFace, Asked, Reading
from tui.analysis.period import period_on
from tui.locale import language

# What takes less is read each time.
KEPT_FROM_SECONDS = 0.1


def answer(face: type[AnalysisFace], reading: Reading, came: Callable[[Any], None]) -> None:
    """Give what a face is asked for: as it was kept where nothing was written since, else read.

    What took long is kept for the next run of the program, and shown then while it is read anew.

    Args:
        came: is given the answer, as soon as there is one.
    """
    if (packed := _answered(face, reading, came)) is not None:
        # It is in sight: where it cannot be kept, for the disk is full, the next time takes as long again.
        with suppress(HuokeError):
            keep_answers([packed])


def _answered(face: type[AnalysisFace], reading: Reading, came: Callable[[Any], None]) -> PackedAnswer | None:
    """Give what a face is asked for; what is to be kept of it, or None."""
    asked = reading.asked
    if face.READ is None:
        came(face.read(asked, reading))
        return None
    question = _question(face, asked)
    kept = kept_answer(question, asked, Asked, face.READ)
    if kept is not None and kept.is_of_now:
        came(kept.answer)
        return None
    if kept is not None and _is_earlier(kept.asked, asked):
        reading.show_earlier(kept)
    known, began = known_now(), time.monotonic()
    read = face.read(asked, reading)
    took = time.monotonic() - began
    came(read)
    return packed_answer(question, asked, read, known) if kept is not None or took >= KEPT_FROM_SECONDS else None


def read_ahead(
    faces: Sequence[type[AnalysisFace]],
    day: date,
    person: bytes | None,
    *,
    worker: Worker[None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Read what the faces of a large company are usually asked for, where nothing that was kept could be shown first.

    Args:
        day: the business date.
        person: who would ask.
        worker: the thread that reads; where it is cancelled, nobody waits for it.
        progress: told how many questions are answered, of how many.

    Raises:
        GivenUp: it was cancelled in the middle of a reading.
    """
    if not is_worth_reading_ahead():
        return
    usual = {face: list(_usual(face, day, person)) for face in faces}
    done, of_all = 0, sum(map(len, usual.values()))
    for face, questions in usual.items():
        packed = []
        for asked in questions:
            packed += _ahead(face, asked, worker)
            done += 1
            if progress is not None:
                progress(done, of_all)
        # Whatever is written is read again by the screen in use: what is kept of a face is written at once.
        if packed:
            keep_answers(packed)


def _ahead(face: type[AnalysisFace], asked: Asked, worker: Worker[None] | None) -> list[PackedAnswer]:
    """What is to be kept of an answer; nothing where an earlier one can be shown."""
    earlier = kept_asked(_question(face, asked), Asked)
    if earlier is not None and _is_earlier(earlier, asked):
        return []
    packed = _answered(face, Reading(asked, tell=_nobody, show=_nobody, worker=worker), _nobody)
    return [] if packed is None else [packed]


def _nobody(*_told: object) -> None:
    """Nobody looks yet."""


def _usual(face: type[AnalysisFace], day: date, person: bytes | None) -> Iterator[Asked]:
    """What a face shows first, and by which else it is turned."""
    if face.READ is not None:
        for turn in [turn.name for turn in face.TURNS] or [""]:
            yield Asked(turn, period_on(face.FIRST_PERIOD, day), day, person, face.FIRST_MORE)


def _question(face: type[AnalysisFace], asked: Asked) -> str:
    # Who may not see cost any more is not shown what they were shown before.
    right = "cost" if may_see_cost(asked.person, asked.day) else ""
    return f"{face.TITLE} {language()} {right} {asked.question!r}"


def _is_earlier(then: Asked, asked: Asked) -> bool:
    """Whether an answer is an earlier one to what is asked; last month's figures are none of this month's."""
    return then.period.first == asked.period.first
