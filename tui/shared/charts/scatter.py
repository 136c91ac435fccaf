"""A scatter of points by characters, both axes logarithmic, with the lines that part it into quarters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from tui.shared.charts.scale import ONE_OF, Unit, short
from tui.shared.columns import fit, printable

ONE_SIGN, SEVERAL_SIGN, MANY_SIGN, MARKED_SIGN = "·", ":", "%", "#"
"""One point, some, many; and a marked one, which is never hidden by others."""
SEVERAL, MANY = 2, 20
UPRIGHT, LEVEL, CORNER = "│", "─", "└"
LEAST_SCATTER_CELLS = (24, 6)
TICK_FACTOR = 10
# Points are gathered to so many steps a decade before they are drawn; no screen has more cells for it.
STEPS_PER_DECADE = 24


@dataclass(frozen=True)
class Point:
    """One or several points in the same place; only what is above zero has a place on a logarithmic axis."""

    x: int
    y: int
    marked: bool = False
    count: int = 1


@dataclass(frozen=True)
class ScatterData:
    """Points by two figures of the same unit.

    Args:
        x_title, y_title: Translated, what the axes are.
        points: Those at or below zero stand on the edge.
        x_line, y_line: Where the quarters part; None for no line.
        marked_title: Translated, what a marked point is.
        point_title: Translated, what any other point is.
    """

    x_title: str
    y_title: str
    points: tuple[Point, ...]
    x_line: int | None = None
    y_line: int | None = None
    marked_title: str = ""
    point_title: str = ""
    unit: Unit = "money"

    @property
    def labels(self) -> tuple[Point, ...]:
        """What there is to draw."""
        return self.points


def gathered(points: Iterable[tuple[int, int, bool]]) -> tuple[Point, ...]:
    """Points x, y, marked, with those that no screen could tell apart made one; for a hundred thousand of them."""
    found: dict[tuple[int, int, bool], list[int]] = {}
    for x, y, marked in points:
        place = (_step(x), _step(y), marked)
        here = found.get(place)
        if here is None:
            found[place] = [x, y, 1]
        else:
            here[2] += 1
    return tuple(Point(x, y, place[2], count) for place, (x, y, count) in found.items())


def draw_scatter(data: ScatterData, width: int, height: int) -> Content:
    """The points in so many cells, with a line above that names the axes and the signs."""
    legend = _legend(data, width)
    if width < LEAST_SCATTER_CELLS[0] or height < LEAST_SCATTER_CELLS[1] or not data.points:
        return Content("\n".join(legend[: max(1, height)]))
    xs = _Axis.over([point.x for point in data.points], data.unit)
    ys = _Axis.over([point.y for point in data.points], data.unit)
    tick_cells = max(cell_len(short(tick, data.unit)) for tick in ys.ticks)
    columns, lines = width - tick_cells - 1, height - 2 - len(legend)
    grid = _grid(data, xs, ys, columns, lines)
    names = {lines - 1 - ys.place(tick, lines): short(tick, data.unit) for tick in ys.ticks}
    drawn = [f"{fit(names.get(at, ''), tick_cells, 'right')}{UPRIGHT}{''.join(line)}" for at, line in enumerate(grid)]
    foot = f"{' ' * tick_cells}{CORNER}{LEVEL * columns}"
    return Content("\n".join([*legend, *drawn, foot, " " * (tick_cells + 1) + _x_ticks(xs, columns, data)]))


def _legend(data: ScatterData, width: int) -> list[str]:
    """What the axes and the signs are: one line, or two where one is too narrow."""
    axes = f"↑ {printable(data.y_title)}  → {printable(data.x_title)}"
    signs = "  ".join(
        part
        for part in (
            f"{ONE_SIGN}{SEVERAL_SIGN}{MANY_SIGN} {printable(data.point_title)}" if data.point_title else "",
            f"{MARKED_SIGN} {printable(data.marked_title)}" if data.marked_title else "",
        )
        if part
    )
    if cell_len(axes) + cell_len(signs) + 2 <= width:
        return [fit(f"{axes}  {signs}", width)]
    return [fit(axes, max(1, width)), fit(signs, max(1, width))]


def _grid(data: ScatterData, xs: _Axis, ys: _Axis, columns: int, lines: int) -> list[list[str]]:
    grid = [[" "] * columns for _line in range(lines)]
    if data.y_line is not None:
        grid[lines - 1 - ys.place(data.y_line, lines)] = [LEVEL] * columns
    if data.x_line is not None:
        for line in grid:
            line[xs.place(data.x_line, columns)] = UPRIGHT
    counts: dict[tuple[int, int], int] = {}
    marked = set()
    for point in data.points:
        place = (lines - 1 - ys.place(point.y, lines), xs.place(point.x, columns))
        counts[place] = counts.get(place, 0) + point.count
        if point.marked:
            marked.add(place)
    for (line, column), count in counts.items():
        grid[line][column] = MARKED_SIGN if (line, column) in marked else _sign(count)
    return grid


def _sign(count: int) -> str:
    if count >= MANY:
        return MANY_SIGN
    return SEVERAL_SIGN if count >= SEVERAL else ONE_SIGN


def _x_ticks(axis: _Axis, columns: int, data: ScatterData) -> str:
    """The names of the ticks below their places, as many as stand apart."""
    line = ""
    for tick in axis.ticks:
        name, at = short(tick, data.unit), axis.place(tick, columns)
        at = min(at, columns - cell_len(name))
        if at >= cell_len(line) + (1 if line else 0):
            line += " " * (at - cell_len(line)) + name
    return fit(line, columns)


def _step(value: int) -> int:
    return -1 if value <= 0 else int(math.log10(value) * STEPS_PER_DECADE)


@dataclass(frozen=True)
class _Axis:
    """A logarithmic axis; whatever is not above its least value stands on its edge."""

    least: int
    greatest: int
    ticks: tuple[int, ...]

    @classmethod
    def over(cls, values: list[int], unit: Unit) -> _Axis:
        above = [value for value in values if value > 0] or [ONE_OF[unit]]
        least, greatest = TICK_FACTOR ** int(math.log10(min(above))), TICK_FACTOR
        while greatest < max(above):
            greatest *= TICK_FACTOR
        greatest = max(greatest, least * TICK_FACTOR)
        ticks = [least]
        while ticks[-1] < greatest:
            ticks.append(ticks[-1] * TICK_FACTOR)
        return cls(least, greatest, tuple(ticks))

    def place(self, value: int, cells: int) -> int:
        """The cell of a value, the least first."""
        if value <= self.least:
            return 0
        part = math.log10(value / self.least) / math.log10(self.greatest / self.least)
        return min(cells - 1, max(0, round(part * (cells - 1))))
