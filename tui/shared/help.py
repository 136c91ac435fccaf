"""What can be done here: every key of the screen, made from the key registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui import keymap
from tui.keymap import PLACES, Action
from tui.locale import _
from tui.shared.columns import fit
from tui.shared.desk_screen import actions_under, reason_against


class HelpScreen(ModalScreen[None]):
    """The keys of the screen below, with the reason where one cannot act now."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 76; max-width: 95%; height: 92%;
            padding: 1 2; background: $panel; border: round $primary;
        }
        & VerticalScroll { height: 1fr; }
        & Static { width: 1fr; height: auto; }
        & .closing { color: $text-muted; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("help")]

    def compose(self) -> ComposeResult:
        with Vertical():
            with VerticalScroll():
                yield Static(Content("\n").join(self.lines()))
            yield Static(_("↑ ↓: more · Esc: back"), classes="closing", markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def lines(self) -> Iterator[Content]:
        """A heading for each place and a line for each action."""
        actions = actions_under(self.app, self)
        key_cells = max(cell_len(keymap.shown_keys(action)) for action in actions)
        title = ""
        for action in actions:
            if (place_title := _(PLACES[action.bound_in].title)) != title:
                if title:
                    yield Content("")
                title = place_title
                yield Content.styled(title, "bold")
            yield self._line(action, key_cells)

    def _line(self, action: Action, key_cells: int) -> Content:
        keys = fit(keymap.shown_keys(action), key_cells)
        line = Content(f"  {keys}  {_(action.label)}")
        reason = reason_against(self.app, action)
        return line + Content.styled(f" ({reason})", "dim") if reason else line

    def action_close(self) -> None:
        self.dismiss(None)
