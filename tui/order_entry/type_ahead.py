"""Keys typed while an answer is on its way: held, and given out in their order, so that nobody waits."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.widget import Widget
from textual.widgets import Static


class TypeAhead(Static):
    """The sign before the fields. While an answer is on its way it has the focus and keeps what is typed.

    Textual gives a key to whatever has the focus when the key arrives, not when the key before it has been dealt
    with. Whoever types a whole line at once would write the quantity into the product box.
    """

    def __init__(self) -> None:
        super().__init__("›", markup=False)
        self._kept: list[events.Key | Callable[[], None]] = []
        self.is_holding = False

    def hold(self) -> None:
        """From now on keep every key."""
        self.is_holding = True
        # Only now, so that Tab never comes here.
        self.can_focus = True
        self.screen.set_focus(self)

    def keep(self, deed: Callable[[], None]) -> None:
        """Keep a deed whose key comes before all fields, behind the keys that are still on their way here."""
        self.call_later(self._kept.append, deed)

    def forget(self) -> None:
        """Drop what was kept."""
        self._kept.clear()

    def on_key(self, event: events.Key) -> None:
        """Keep the key."""
        event.stop()
        self._kept.append(event)

    def let_go(self, field: Widget) -> None:
        """Give the focus to a field, and to it the keys that were kept, until one of them holds again."""
        self.call_later(self._let_go, field)

    def _let_go(self, field: Widget) -> None:
        if self.message_queue_size:
            # Keys are still on their way here, and the field would get later ones before them.
            self.call_later(self._let_go, field)
            return
        self.is_holding = False
        self.screen.set_focus(field)
        self.can_focus = False
        while self._kept and not self.is_holding:
            each = self._kept.pop(0)
            if not isinstance(each, events.Key):
                each()
            elif self.screen.focused is not None:
                each.stop(False)
                self.screen.focused.post_message(each)
