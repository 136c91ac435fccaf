"""Columns of text by cell width: a Chinese character takes two cells, an amount stands to the right."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from rich.cells import cell_len, set_cell_size

from tui.locale import _

Align = Literal["left", "right"]

GAP_CELLS = 1
"""Blank cells between two columns."""
WHOLE_CELLS_AT_MOST = 20
"""A longer text is cut all the same, so that the columns beside it keep their room."""


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
        whole: Part of its text reads as another one, as of a document's number: columns of lower priority make room.
    """

    key: str
    label: str
    width: int
    align: Align = "left"
    grow: bool = False
    priority: int = 0
    sortable: bool = True
    whole: bool = False

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


def lay_out(
    columns: Sequence[Column], available_cells: int, whole_cells: Mapping[str, int] = MappingProxyType({})
) -> tuple[PlacedColumn, ...]:
    """The columns that fit, left to right, filling the width where some of them grow.

    Args:
        whole_cells: How many cells the columns take that are not to be cut, as far as they take more than others.
    """
    needed = [max(column.least_cells, whole_cells.get(column.key, 0)) for column in columns]
    kept = list(enumerate(columns))
    while len(kept) > 1 and (lacking := _needed_cells(kept, needed) - available_cells) > 0:
        # What takes more than its least is cut before it is hidden, and before another that matters as much.
        index, column = min(kept, key=lambda each: (each[1].priority, needed[each[0]] == each[1].least_cells, -each[0]))
        if (more := needed[index] - column.least_cells) > 0:
            needed[index] -= min(more, lacking)
        else:
            kept.remove((index, column))
    left_over = max(0, available_cells - _needed_cells(kept, needed))
    growing = [index for index, column in kept if column.grow]
    placed: list[PlacedColumn] = []
    start = 0
    for index, column in kept:
        cells = min(needed[index], max(1, available_cells))
        if column.grow:
            share = left_over // len(growing)
            cells += share + (left_over - share * len(growing) if index == growing[-1] else 0)
        placed.append(PlacedColumn(index, column, start, cells))
        start += cells + GAP_CELLS
    return tuple(placed)


def _needed_cells(kept: Sequence[tuple[int, Column]], needed: Sequence[int]) -> int:
    return sum(needed[index] for index, _column in kept) + GAP_CELLS * (len(kept) - 1)


def whole_cells(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> dict[str, int]:
    """How many cells the longest text takes, in each column whose texts are not to be cut.

    Args:
        rows: The cells of each row, one for each column.
    """
    longest = {at: 0 for at, column in enumerate(columns) if column.whole}
    if longest:
        for cells in rows:
            for at in longest:
                longest[at] = max(longest[at], cell_len(str(cells[at])))
    return {columns[at].key: min(cells, WHOLE_CELLS_AT_MOST) for at, cells in longest.items()}


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
