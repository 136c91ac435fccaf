"""Keys typed while an answer is on its way: held, and given out in their order, so that nobody waits."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static


class TypeAhead(Static):
    """The sign before the fields. While an answer is on its way it has the focus and keeps what is typed.

    Textual gives a key to whatever has the focus when the key arrives, not when the key before it has been dealt
    with. Whoever types a whole line at once would write the quantity into the product box.
    """

    def __init__(self) -> None:
        super().__init__("›", markup=False)
        self._kept: list[events.Key | events.Paste | Callable[[], None]] = []
        self.is_holding = False

    def hold(self) -> None:
        """From now on keep every key."""
        self.is_holding = True
        # Only now, so that Tab never comes here.
        self.can_focus = True
        self.screen.set_focus(self)

    def keep(self, deed: Callable[[], None]) -> None:
        """Keep a deed whose key comes before all fields, behind the keys typed before it."""
        self._kept.append(deed)

    def forget(self) -> None:
        """Drop what was kept."""
        self._kept.clear()

    def post_message(self, message: Message) -> bool:
        """Keep a key in the moment in which it comes.

        In the queue of messages it would still be on its way while the focus goes on to a field, and the field would
        get the keys behind it first. How many wait in that queue cannot be asked: Textual takes the next one out
        before it deals with the present one.
        """
        if self.is_holding and isinstance(message, events.Key | events.Paste):
            self._kept.append(message)
            return True
        return super().post_message(message)

    def let_go(self, field: Widget) -> None:
        """Give the focus to a field, and to it the keys that were kept, until one of them holds again."""
        self.is_holding = False
        self.screen.set_focus(field)
        self.can_focus = False
        while self._kept and not self.is_holding:
            each = self._kept.pop(0)
            if not isinstance(each, events.Key | events.Paste):
                each()
            elif self.screen.focused is not None:
                self.screen.focused.post_message(each)
