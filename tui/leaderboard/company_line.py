"""The company's own line, apart from the list and under its columns."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.shared.columns import Column, fit, lay_out
from tui.shared.paged_table import GUTTER_CELLS

SCROLLBAR_CELLS = 1
RULE = "─"


class CompanyLine(Widget):
    """A rule, and a row of cells that stand under the columns of the list above."""

    DEFAULT_CSS = "CompanyLine { height: 2; width: 1fr; text-style: bold; }"
    ALLOW_SELECT = False

    cells: reactive[tuple[str, ...]] = reactive(())

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)

    def render(self) -> Content:
        width = self.size.width
        if not self.cells:
            return Content("")
        placed = lay_out(self.columns, width - GUTTER_CELLS - SCROLLBAR_CELLS)
        row = " ".join(fit(self.cells[each.index], each.cells, each.column.align) for each in placed)
        return Content(f"{RULE * (width - SCROLLBAR_CELLS)}\n{' ' * GUTTER_CELLS}{row}")
