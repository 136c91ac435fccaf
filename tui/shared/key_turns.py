"""Keys in turn: each is given out when all that the key before it brings about is done."""

from __future__ import annotations

from collections import deque
from typing import Any

from textual import events
from textual.message import Message
from textual.screen import Screen


class KeyDealt(Message):
    """Goes behind a key on its way up to the screen: when it is there, so was the key.

    The screen answers with `KeyTurns.key_passed`.
    """


class KeyTurns:
    """The keys of a screen whose fields hand each other the focus.

    Textual gives a key to whatever has the focus when the key arrives, and a key that moves the focus does so only
    when it has gone up from its field to the app: what follows it closely would be written into the field before.
    """

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._kept: deque[events.Key | events.Paste] = deque()
        self._given: events.Key | events.Paste | None = None
        self._is_open = False

    @property
    def are_pending(self) -> bool:
        """Whether a key that came has not been dealt with yet."""
        return bool(self._kept) or self._given is not None

    def open(self) -> None:
        """The focus is where the first key belongs: from now on keys are given out."""
        self._is_open = True
        self._give()

    def close(self) -> None:
        """Keep every key until it is opened again: what the last one brings about takes longer than the key itself."""
        self._is_open = False

    def keep(self, message: Message) -> bool:
        """Keep a message if it is a key whose turn has not come."""
        # On its way up a key that was given comes to the screen once more.
        if not isinstance(message, events.Key | events.Paste) or message is self._given:
            return False
        self._kept.append(message)
        self._give()
        return True

    def key_passed(self) -> None:
        """The key given has gone by the screen: the next one follows when the app has dealt with it."""
        self._screen.app.call_later(self._end_turn)

    def _end_turn(self) -> None:
        self._given = None
        self._give()

    def _give(self) -> None:
        if not self._is_open or self._given is not None:
            return
        while self._kept and not self._screen.is_current:
            # The screen was left, or a question lies over it: what was typed behind is for what is there now.
            over = self._screen.app.screen
            (over.focused or over).post_message(self._kept.popleft())
        if self._kept:
            self._given = self._kept.popleft()
            field = self._screen.focused or self._screen
            field.post_message(self._given)
            field.post_message(KeyDealt())
