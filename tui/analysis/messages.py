"""What the readings of the analysis tell their screen."""

from __future__ import annotations

from typing import Any

from textual.message import Message

from model.errors import HuokeError
from tui.analysis.face import AnalysisFace, Reading


class FigureMessage(Message, bubble=False):
    """A reading of a face tells something."""

    def __init__(self, face: AnalysisFace, reading: Reading) -> None:
        self.face, self.reading = face, reading
        super().__init__()


class FiguresCame(FigureMessage):
    """Figures came from the store; `is_final` tells whether better ones still come."""

    def __init__(self, face: AnalysisFace, reading: Reading, read: Any, *, is_final: bool) -> None:
        self.read, self.is_final = read, is_final
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
