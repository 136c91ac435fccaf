"""What the readings of the analysis tell their screen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from textual.message import Message

from model.errors import HuokeError
from tui.analysis.face import AnalysisFace, Asked, Reading


class FigureMessage(Message, bubble=False):
    """A reading of a face tells something."""

    def __init__(self, face: AnalysisFace, reading: Reading) -> None:
        self.face, self.reading = face, reading
        super().__init__()


class FiguresCame(FigureMessage):
    """All figures came from the store."""

    def __init__(self, face: AnalysisFace, reading: Reading, read: Any) -> None:
        self.read = read
        super().__init__(face, reading)


class FiguresSoFar(FigureMessage):
    """Some came, or those that were read before; better ones follow.

    Attributes:
        asked: what they were asked for.
        read_at: when, if that was before; None where it is now.
    """

    def __init__(self, face: AnalysisFace, reading: Reading, read: Any, asked: Asked, read_at: datetime | None) -> None:
        self.read, self.asked, self.read_at = read, asked, read_at
        super().__init__(face, reading)


class FiguresRefused(FigureMessage):
    """They could not be read, or nobody waits for them any more, and then there is no error."""

    def __init__(self, face: AnalysisFace, reading: Reading, error: HuokeError | None) -> None:
        self.error = error
        super().__init__(face, reading)


class ProgressMade(FigureMessage):
    """How far a reading is; a translated sentence."""

    def __init__(self, face: AnalysisFace, reading: Reading, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(face, reading)
