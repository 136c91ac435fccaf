"""Columns of text by cell width: a Chinese character takes two cells, an amount stands to the right."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size

from tui.locale import _

Align = Literal["left", "right"]

GAP_CELLS = 1
"""Blank cells between two columns."""


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Args:
        key: What the screen calls it, for sorting and export.
        label: Marked text; it is translated when drawn.
        width: The fewest cells in which it is readable.
        align: Amounts and numbers to the right.
        grow: Takes a share of the cells that are left over.
        priority: When the list is too narrow, columns with the lowest priority are hidden first.
        sortable: Whether the list can be sorted by it.
    """

    key: str
    label: str
    width: int
    align: Align = "left"
    grow: bool = False
    priority: int = 0
    sortable: bool = True

    @property
    def least_cells(self) -> int:
        """Its width, or that of its head in the language in use where that is wider."""
        return max(self.width, cell_len(_(self.label)))


@dataclass(frozen=True)
class Sort:
    """The column a list is sorted by."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class PlacedColumn:
    """A column that is shown: its index among all columns, where it begins and how wide it is."""

    index: int
    column: Column
    start: int
    cells: int


def lay_out(columns: Sequence[Column], available_cells: int) -> tuple[PlacedColumn, ...]:
    """The columns that fit, left to right, filling the width where some of them grow."""
    kept = list(enumerate(columns))
    while len(kept) > 1 and _needed_cells(kept) > available_cells:
        kept.remove(min(kept, key=lambda each: (each[1].priority, -each[0])))
    left_over = max(0, available_cells - _needed_cells(kept))
    growing = [index for index, column in kept if column.grow]
    placed: list[PlacedColumn] = []
    start = 0
    for index, column in kept:
        cells = min(column.least_cells, max(1, available_cells))
        if column.grow:
            share = left_over // len(growing)
            cells += share + (left_over - share * len(growing) if index == growing[-1] else 0)
        placed.append(PlacedColumn(index, column, start, cells))
        start += cells + GAP_CELLS
    return tuple(placed)


def _needed_cells(kept: Sequence[tuple[int, Column]]) -> int:
    return sum(column.least_cells for _index, column in kept) + GAP_CELLS * (len(kept) - 1)


def fit(text: str, cells: int, align: Align = "left") -> str:
    """The text in exactly so many cells.

    A text that is too long ends in an ellipsis. A number that is too long is shown as `###`, because
    part of a number reads as another number.
    """
    text = printable(text)
    length = cell_len(text)
    if length > cells:
        if align == "right":
            return "#" * cells
        return set_cell_size(text, cells - 1) + "…" if cells > 0 else ""
    blank = " " * (cells - length)
    return blank + text if align == "right" else text + blank


def printable(text: str) -> str:
    """The text with each character that would disturb a line replaced by one that does not."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _stand_in(character) for character in text)


def _stand_in(character: str) -> str:
    if character == "\u3000":
        return character
    return " " if unicodedata.category(character) == "Zs" or character in "\t\n\r" else "·"
