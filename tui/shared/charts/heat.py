"""A heat table: a number in each cell, and before it a shade, so that it is read without colour too."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from tui.shared.columns import fit, printable

SHADES = " ░▒▓█"
NUMBER_CELLS = 3
CELL_CELLS = 1 + NUMBER_CELLS
GAP_CELLS = 1
LABEL_CELLS_AT_MOST = 16
FULL_BP = 10_000
BP_PER_PERCENT = 100


@dataclass(frozen=True)
class HeatData:
    """Percentages by row and column.

    Args:
        labels: One for each row.
        columns: One for each column, at most `NUMBER_CELLS` cells each.
        values: Basis points, a row of them for each label; None where there is no figure.
        darkest_bp: From here on a cell has the darkest shade.
    """

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[int | None, ...], ...]
    darkest_bp: int = FULL_BP


def draw_heat(data: HeatData, width: int, height: int) -> Content:
    """The table in so many cells: what each shade means, the columns that fit, then the last rows that fit."""
    label_cells = min(LABEL_CELLS_AT_MOST, max(1, width), max(cell_len(printable(label)) for label in data.labels))
    columns = max(0, min(len(data.columns), (width - label_cells) // (GAP_CELLS + CELL_CELLS)))
    room = max(1, height - 2)
    hidden = max(0, len(data.labels) - room)
    if hidden:
        # The line that tells of them takes the place of one more.
        hidden = min(len(data.labels), hidden + 1)
    head = fit("", label_cells) + "".join(
        " " * GAP_CELLS + fit(label, CELL_CELLS, "right") for label in data.columns[:columns]
    )
    lines = [fit(_legend(data.darkest_bp), max(1, width)), head]
    if hidden:
        lines.append(f"… +{hidden}")
    for label, values in list(zip(data.labels, data.values, strict=True))[hidden:]:
        cells = "".join(" " * GAP_CELLS + _cell(value, data.darkest_bp) for value in values[:columns])
        lines.append(fit(label, label_cells) + cells)
    return Content("\n".join(lines[:height]))


def shade(value_bp: int, darkest_bp: int) -> str:
    """The shade of a value: blank only for nothing at all."""
    if value_bp <= 0:
        return SHADES[0]
    steps = len(SHADES) - 1
    return SHADES[min(steps, 1 + value_bp * steps // max(1, darkest_bp))]


def percent(value_bp: int) -> int:
    """Whole percent, rounded half up, for reading only."""
    return (value_bp + BP_PER_PERCENT // 2) // BP_PER_PERCENT


def _cell(value: int | None, darkest_bp: int) -> str:
    if value is None:
        return " " * CELL_CELLS
    return shade(value, darkest_bp) + fit(str(percent(value)), NUMBER_CELLS, "right")


def _legend(darkest_bp: int) -> str:
    steps = len(SHADES) - 1
    return "  ".join(
        f"{SHADES[step]} {percent(darkest_bp * (step - 1) // steps)}%+" for step in range(1, steps + 1)
    )  # fmt: skip
