"""The typed lines below each other, with the one being typed always in sight."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from model.money import format_percent, format_price, format_quantity, grouped
from tui.locale import N_, _
from tui.order_entry.typed_order import TypedLine
from tui.shared.columns import Column, PlacedColumn, fit, lay_out

COLUMNS = (
    Column("line", N_("No."), 4, "right", priority=3),
    Column("code", N_("Code"), 10, priority=8),
    Column("name", N_("Product"), 14, grow=True, priority=9),
    Column("quantity", N_("Quantity"), 9, "right", priority=9),
    Column("unit", N_("Unit"), 4, priority=1),
    Column("price", N_("Price"), 11, "right", priority=7),
    Column("discount", N_("Off"), 6, "right", priority=5),
    Column("amount", N_("Amount"), 14, "right", priority=9),
)
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
        placed = lay_out(COLUMNS, max(1, width - 2))
        head = "  " + " ".join(fit(_(each.column.label), each.cells, each.column.align) for each in placed)
        rows = [Content.styled(fit(head, width), "bold")]
        first = self._first_shown(max(1, height - 1))
        for index in range(first, min(len(self._lines), first + height - 1)):
            row = self._row(index, placed, width)
            rows.append(Content.styled(row, "bold") if index == self._at else Content(row))
        if self._at == len(self._lines) and len(rows) < height:
            rows.append(Content(fit(f"{POINTER} " + fit(str(self._at + 1), placed[0].cells, "right"), width)))
        return Content("\n").join(rows)

    def _first_shown(self, rows: int) -> int:
        """The first line shown, so that the one being typed and what comes before it are in sight."""
        return max(0, min(self._at, len(self._lines)) - rows + 1)

    def _row(self, index: int, placed: Sequence[PlacedColumn], width: int) -> str:
        line = self._lines[index]
        cells = (
            str(index + 1),
            line.product.code,
            line.product.name,
            "" if line.quantity_e3 is None else format_quantity(line.quantity_e3),
            line.product.unit,
            (FLOOR_SIGN if line.below_floor else "") + format_price(line.price_e4),
            f"{format_percent(line.discount_bp)}%" if line.discount_bp else "",
            "" if line.quantity_e3 is None else grouped(line.amount),
        )
        sign = POINTER if index == self._at else " "
        return fit(
            f"{sign} " + " ".join(fit(cells[each.index], each.cells, each.column.align) for each in placed), width
        )
