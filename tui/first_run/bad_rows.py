"""What is wrong with the files that were to be imported, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from model.errors import BadRow, ImportRefused
from tui import keymap
from tui.locale import N_, _, translate_error
from tui.shared.columns import Column
from tui.shared.paged_table import PagedTable
from tui.shared.pages import Row

COLUMNS = (
    Column("file", N_("File"), 18, priority=2, sortable=False),
    Column("row", N_("Row"), 6, align="right", priority=3, sortable=False),
    Column("column", N_("Column"), 12, priority=1, sortable=False),
    Column("reason", N_("Reason"), 30, grow=True, priority=4, sortable=False),
)


class BadRowPages:
    """The faults of an import as a list."""

    def __init__(self, bad_rows: Sequence[BadRow]) -> None:
        self.rows = [
            Row(
                key=place,
                sort_key=place,
                cells=(bad.file, str(bad.row) if bad.row else "", bad.column, translate_error(bad.error)),
            )
            for place, bad in enumerate(bad_rows)
        ]

    def count(self) -> int:
        """How many faults there are."""
        return len(self.rows)

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        """Faults from an offset on."""
        return self.rows[offset : offset + size]


class BadRowsScreen(ModalScreen[None]):
    """Every bad row of an import that was refused."""

    DEFAULT_CSS = """
    BadRowsScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical { width: 96%; height: 92%; padding: 0 1; background: $panel; border: round $error; }
        & Static { width: 1fr; height: auto; }
        & .keys { color: $text-muted; }
        & PagedTable { height: 1fr; margin: 1 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("ask.more")]

    def __init__(self, refused: ImportRefused) -> None:
        super().__init__()
        self.refused = refused

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(translate_error(self.refused), markup=False)
            yield PagedTable(COLUMNS, BadRowPages(self.refused.bad_rows))
            yield Static(_("↑ ↓: move · y: copy the row · Esc: back"), classes="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(PagedTable).focus()

    def action_give_up(self) -> None:
        self.dismiss(None)
