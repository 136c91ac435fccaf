"""Charts: a curve by plotext, everything else by characters. The only place that imports plotext.

plotext has one figure for the whole process, so charts are drawn on the screen's own thread only.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rich.cells import cell_len
from rich.text import Text
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.shared.charts.heat import HeatData, draw_heat
from tui.shared.charts.scale import SCALES, TICKS_AT_MOST, Unit, short, value_ticks
from tui.shared.charts.scatter import Point, ScatterData, draw_scatter
from tui.shared.columns import fit, printable

__all__ = [
    "SCALES", "TICKS_AT_MOST", "BarData", "Chart", "ChartData", "CurveData", "HeatData", "Point", "ScatterData", "bar",
    "short", "value_ticks",
]  # fmt: skip

SERIES_SIGNS = ("braille", "*", "+")
"""Each curve has its own sign, so that curves differ without colour."""
LEGEND_SIGNS = ("⠒", "*", "+")
SERIES_COLOURS = ("blue", "green", "orange")
LEAST_CURVE_CELLS = (24, 6)
AXIS_LINES = 2
"""The line below a curve, and the labels below that."""
# From so many times larger on one curve presses the other to the ground.
FAR_APART = 4
BAR_CHARACTERS = " ▏▎▍▌▋▊▉█"
LABEL_CELLS_AT_MOST = 16


@dataclass(frozen=True)
class CurveData:
    """Curves over the same labels.

    Args:
        labels: One for each point, shown below as many as fit.
        series: Name and values of each curve, at most three.
        unit: What the integers are.
    """

    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]
    unit: Unit = "money"


@dataclass(frozen=True)
class BarData:
    """A bar for each label.

    Args:
        labels: One for each bar.
        values: As many integers.
        unit: What the integers are.
        shown: The values as text; without them, in short form.
        label_cells: The most cells that a label takes.
        more: How many there are besides these, smaller ones that no screen has the lines for.
    """

    labels: tuple[str, ...]
    values: tuple[int, ...]
    unit: Unit = "money"
    shown: tuple[str, ...] = ()
    label_cells: int = LABEL_CELLS_AT_MOST
    more: int = 0


ChartData: TypeAlias = CurveData | BarData | HeatData | ScatterData


class Chart(Widget):
    """A chart that fills its widget."""

    DEFAULT_CSS = "Chart { height: 1fr; width: 1fr; }"
    ALLOW_SELECT = False

    data: reactive[ChartData | None] = reactive(None)

    def __init__(self, data: ChartData | None = None, *, empty_text: str = "") -> None:
        super().__init__()
        self.set_reactive(Chart.data, data)
        self.empty_text = empty_text

    def render(self) -> Content:
        width, height = self.size
        if self.data is None or not self.data.labels:
            return Content(self.empty_text)
        if isinstance(self.data, BarData):
            return draw_bars(self.data, width, height)
        if isinstance(self.data, HeatData):
            return draw_heat(self.data, width, height)
        if isinstance(self.data, ScatterData):
            return draw_scatter(self.data, width, height)
        return draw_curves(self.data, width, height, in_colour=not os.environ.get("NO_COLOR"))


def draw_curves(data: CurveData, width: int, height: int, in_colour: bool = True) -> Content:
    """The curves in so many cells, with a line above that names them.

    Where one would lie flat at zero beside another that is many times larger, they stand one below the other, each by
    its own scale.
    """
    least_width, least_height = LEAST_CURVE_CELLS
    if width < least_width or height < least_height:
        return Content(fit(_legend(data.series), max(1, width)))
    count = len(data.series)
    if height < count * (least_height - AXIS_LINES) + AXIS_LINES or not _is_far_apart(data):
        return _drawn(data, width, height, in_colour)
    if height < count * least_height:
        return _sharing_an_axis(data, width, height, in_colour)
    # The first is what the others are part of: it has what the division leaves over.
    each = height // count
    heights = [height - each * (count - 1), *[each] * (count - 1)]
    drawn = [
        _drawn(CurveData(data.labels, (one,), data.unit), width, own, in_colour)
        for one, own in zip(data.series, heights, strict=True)
    ]
    return Content("").join(drawn)


def _sharing_an_axis(data: CurveData, width: int, height: int, in_colour: bool) -> Content:
    """The curves one below the other where there is room for the labels of only the last."""
    count = len(data.series)
    cells = max(cell_len(short(tick, data.unit)) for _name, values in data.series for tick in value_ticks(values))
    each = (height - AXIS_LINES) // count
    heights = [height - AXIS_LINES - each * (count - 1), *[each] * (count - 1)]
    lines: list[Content] = []
    for at, (one, own) in enumerate(zip(data.series, heights, strict=True), start=1):
        alone = CurveData(data.labels, (one,), data.unit)
        drawn = _drawn(alone, width, own + AXIS_LINES, in_colour, cells).split("\n")
        lines += drawn if at == count else drawn[:own]
    return Content("\n").join(lines)


def _is_far_apart(data: CurveData) -> bool:
    if len(data.series) < 2 or data.unit == "percent":
        # Rates are there to be compared.
        return False
    largest = [max((abs(value) for value in values), default=0) for _name, values in data.series]
    return min(largest) * FAR_APART <= max(largest) and min(largest) > 0


def _legend(series: Sequence[tuple[str, tuple[int, ...]]]) -> str:
    return "  ".join(f"{sign} {printable(name)}" for sign, (name, _values) in zip(LEGEND_SIGNS, series, strict=False))


def _drawn(data: CurveData, width: int, height: int, in_colour: bool, tick_cells: int = 0) -> Content:
    """The curves by one scale.

    Args:
        tick_cells: The labels of the values take at least so many, so that curves below each other begin together.
    """
    # Importing plotext takes a tenth of a second, which only a screen with a chart should pay.
    import plotext  # type: ignore[import-untyped]

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.canvas("default")
    figure.plot_size(width, height - 1)
    figure.axes(False, side=1)
    points = list(range(len(data.labels)))
    for sign, colour, (_name, values) in zip(SERIES_SIGNS, SERIES_COLOURS, data.series, strict=False):
        marker = plotext.marker(sign, colour) if in_colour else plotext.marker(sign)
        signal = figure.signal(points, list(values), marker=marker)
        figure.draw(signal.lines() if sign == SERIES_SIGNS[0] else signal)
    ticks = value_ticks([value for _name, values in data.series for value in values])
    labels = [short(tick, data.unit) for tick in ticks]
    tick_labels = [fit(label, max(tick_cells, cell_len(label)), "right") for label in labels]
    figure.ruler("y").lim(ticks[0], ticks[-1])
    figure.ruler("y").ticks(ticks, tick_labels)
    shown = label_indexes(data.labels, width - max(map(cell_len, tick_labels)) - 2)
    figure.ruler("x").ticks(shown, [printable(data.labels[index]) for index in shown])
    drawing = Text.from_ansi(figure.build().string())
    return Content(fit(_legend(data.series), width) + "\n") + Content.from_rich_text(drawing)


def draw_bars(data: BarData, width: int, height: int) -> Content:
    """A line for each bar: label, bar, value; the last line says how many more there are."""
    count = len(data.labels) + data.more
    lines_shown = min(len(data.labels), height if count <= height else max(0, height - 1))
    shown = [*data.shown] if data.shown else [short(value, data.unit) for value in data.values]
    label_cells = min(data.label_cells, max(cell_len(printable(label)) for label in data.labels))
    value_cells = max(map(cell_len, shown))
    bar_cells = max(1, width - label_cells - value_cells - 2)
    most = max(1, *map(abs, data.values))
    lines = [
        f"{fit(label, label_cells)} {bar(value, most, bar_cells)} {fit(text, value_cells, 'right')}"
        for label, value, text in zip(data.labels, data.values, shown, strict=True)
    ]
    hidden = count - lines_shown
    return Content("\n".join([*lines[:lines_shown], *([f"… +{hidden}"] if hidden else [])]))


def bar(value: int, most: int, cells: int) -> str:
    """A bar in so many cells, to an eighth of a cell; a value below zero is drawn with minus signs."""
    if value < 0:
        return fit("-" * max(1, -value * cells // most), cells)
    eighths = value * cells * 8 // most
    if value and not eighths:
        eighths = 1
    full, rest = divmod(eighths, 8)
    return fit(BAR_CHARACTERS[8] * full + (BAR_CHARACTERS[rest] if rest else ""), cells)


def label_indexes(labels: Sequence[str], cells: int) -> list[int]:
    """Which labels can stand side by side in so many cells, evenly apart."""
    widest = max(cell_len(printable(label)) for label in labels) + 2
    fitting = max(1, cells // widest)
    step = -(-len(labels) // fitting)
    return list(range(0, len(labels), step))
