"""The typed lines below each other, with the one being typed always in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from model.money import format_percent, format_price, format_quantity, grouped
from tui.locale import N_, _
from tui.order_entry.typed_order import TypedLine
from tui.order_entry.words import price_source
from tui.shared.columns import Column, PlacedColumn, fit, lay_out

COLUMNS = (
    Column("line", N_("No."), 3, "right", priority=3),
    Column("code", N_("Code"), 7, priority=8),
    Column("name", N_("Product"), 16, grow=True, priority=9),
    Column("quantity", N_("Quantity"), 6, "right", priority=9),
    Column("unit", N_("Unit"), 4, priority=1),
    Column("price", N_("Price"), 9, "right", priority=7),
    Column("discount", N_("Off"), 4, "right", priority=5),
    Column("source", N_("Source"), 6, priority=4),
    Column("amount", N_("Amount"), 11, "right", priority=9),
)
NAME_AT = 2
"""The column of the names: they have what the others do not need."""
WIDEST_CELLS = 18
SOURCE_AT = 7
SOURCE_FROM_CELLS = 84
"""The narrowest table that says where a price comes from: in a narrower one the names need the room."""
POINTER = "▸"
FLOOR_SIGN = "!"


class LinesTable(Widget):
    """The lines of the order; a pointer stands before the one being typed."""

    DEFAULT_CSS = "LinesTable { height: 1fr; width: 1fr; }"
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[TypedLine] = ()
        self._at = 0

    def show(self, lines: Sequence[TypedLine], at: int) -> None:
        """Show the lines; `at` is the one being typed, or their number for a new one."""
        self._lines, self._at = lines, at
        self.refresh()

    def render(self) -> Content:
        width, height = self.size
        cells = [_cells_of(line, index) for index, line in enumerate(self._lines)]
        columns = _as_wide_as(cells)
        if width < SOURCE_FROM_CELLS:
            columns.pop(SOURCE_AT)
            cells = [(*row[:SOURCE_AT], *row[SOURCE_AT + 1 :]) for row in cells]
        placed = lay_out(columns, max(1, width - 2))
        head = "  " + " ".join(fit(_(each.column.label), each.cells, each.column.align) for each in placed)
        rows = [Content.styled(fit(head, width), "bold")]
        first = self._first_shown(max(1, height - 1))
        for index in range(first, min(len(self._lines), first + height - 1)):
            row = self._row(index, cells[index], placed, width)
            rows.append(Content.styled(row, "bold") if index == self._at else Content(row))
        if self._at == len(self._lines) and len(rows) < height:
            rows.append(Content(fit(f"{POINTER} " + fit(str(self._at + 1), placed[0].cells, "right"), width)))
        return Content("\n").join(rows)

    def _first_shown(self, rows: int) -> int:
        """The first line shown, so that the one being typed and what comes before it are in sight."""
        return max(0, min(self._at, len(self._lines)) - rows + 1)

    def _row(self, index: int, cells: Sequence[str], placed: Sequence[PlacedColumn], width: int) -> str:
        sign = POINTER if index == self._at else " "
        return fit(
            f"{sign} " + " ".join(fit(cells[each.index], each.cells, each.column.align) for each in placed), width
        )


def _cells_of(line: TypedLine, index: int) -> tuple[str, ...]:
    return (
        str(index + 1),
        line.product.code,
        line.product.name,
        "" if line.quantity_e3 is None else format_quantity(line.quantity_e3),
        line.product.unit,
        (FLOOR_SIGN if line.below_floor else "") + format_price(line.price_e4),
        f"{format_percent(line.discount_bp)}%" if line.discount_bp else "",
        price_source(line),
        "" if line.quantity_e3 is None else grouped(line.amount),
    )


def _as_wide_as(rows: Sequence[Sequence[str]]) -> list[Column]:
    """The columns, each but the name's wide enough for all that stands in it."""
    return [
        column
        if at == NAME_AT
        else replace(column, width=min(WIDEST_CELLS, max([column.width, *(cell_len(row[at]) for row in rows)])))
        for at, column in enumerate(COLUMNS)
    ]
