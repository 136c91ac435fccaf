"""Values of a chart in few cells, and the round values beside its axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tui.locale import language

Unit = Literal["money", "count", "percent"]
"""What the integers are: minor units, whole things, or basis points."""

ONE_OF: dict[Unit, int] = {"money": 100, "count": 1, "percent": 100}
"""How many of the stored integers make one of what is shown."""

SCALES: dict[str, tuple[tuple[int, str], ...]] = {
    "zh": ((100_000_000, "亿"), (10_000, "万")),
    "en": ((1_000_000, "M"), (1_000, "k")),
}
TICKS_AT_MOST = 5


def value_ticks(values: Sequence[int]) -> list[int]:
    """Round values, evenly apart, from at or below the least (or zero) to at or above the greatest."""
    low, high = min(0, *values, 0), max(1, *values, 1)
    step = 1
    while True:
        for factor in (1, 2, 5):
            size = step * factor
            first, last = low // size, -(-high // size)
            if last - first < TICKS_AT_MOST:
                return [size * number for number in range(first, last + 1)]
        step *= 10


def short(value: int, unit: Unit) -> str:
    """A value in few cells, rounded for reading only: 1.2万, 35k, 40%."""
    sign = "-" if value < 0 else ""
    size = abs(value)
    for scale, name in SCALES[language()] if unit != "percent" else ():
        whole = scale * ONE_OF[unit]
        if size >= whole:
            return f"{sign}{_with_one_decimal(size, whole)}{name}"
    return f"{sign}{_with_one_decimal(size, ONE_OF[unit])}{'%' if unit == 'percent' else ''}"


def _with_one_decimal(size: int, whole: int) -> str:
    tenths = (size * 10 + whole // 2) // whole
    if tenths >= 1_000:
        return str((size + whole // 2) // whole)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
