"""What the Sync screen is told by its own threads."""

from __future__ import annotations

from textual.message import Message

from tui.exchange.reading import ExchangeRead


class OfficeRead(Message, bubble=False):
    """How the laptop stands was read; None on a store that has joined no office."""

    def __init__(self, read: ExchangeRead | None) -> None:
        super().__init__()
        self.read = read


class EntrySettled(Message, bubble=False):
    """Something of the inbox was decided, seen or read, or could not be; a translated sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence
