"""Below 80 columns or 24 lines nothing can be read, so only that is said."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.locale import _

LEAST_COLUMNS, LEAST_LINES = 80, 24
WIDE_COLUMNS = 100
"""From here on a screen shows two panes side by side."""

HORIZONTAL_BREAKPOINTS = [(0, "-one-pane"), (WIDE_COLUMNS, "-two-panes")]
"""For `Screen.HORIZONTAL_BREAKPOINTS`."""


class TooSmall(ModalScreen[None]):
    """Covers the desk until the terminal is large enough again."""

    DEFAULT_CSS = """
    TooSmall { align: center middle; background: $background; }
    TooSmall > Static { width: auto; height: auto; text-align: center; }
    """

    def compose(self) -> ComposeResult:
        yield Static(
            _("Huoke needs {columns} columns and {lines} lines: please make the window larger.").format(
                columns=LEAST_COLUMNS, lines=LEAST_LINES
            ),
            markup=False,
        )


def is_too_small(size: Size) -> bool:
    """Whether the desk cannot be shown in a terminal of this size."""
    return size.width < LEAST_COLUMNS or size.height < LEAST_LINES


def cover_when_too_small(app: App[Any], size: Size) -> None:
    """Cover or uncover the desk after the terminal changed its size."""
    covered = isinstance(app.screen, TooSmall)
    if is_too_small(size) and not covered:
        app.push_screen(TooSmall())
    elif covered and not is_too_small(size):
        app.pop_screen()
