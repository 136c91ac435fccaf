"""Many values, some at a time: one statement takes no more than so many parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

VALUES_PER_STATEMENT = 500

Value = TypeVar("Value")


def batches(values: Sequence[Value], size: int = VALUES_PER_STATEMENT) -> Iterator[Sequence[Value]]:
    """All values in their order, as many at a time as one statement takes."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def marks(values: Sequence[object]) -> str:
    """The places of values in a statement: `?, ?, ?`."""
    return ", ".join("?" * len(values))
