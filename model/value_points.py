"""Every customer as a point of value and potential, from the values that are kept: what a scatter is drawn from."""

from __future__ import annotations

from collections.abc import Iterator

from model.kept_values import KEPT_AS
from model.quarters import is_key_account
from model.store import execute, meta

_POINTS = "SELECT margin, potential, quarter FROM customer_value WHERE generation = ?"


def value_points() -> Iterator[tuple[int, int, bool]]:
    """Value and potential in minor units, and whether it is a key account; of every customer whose value is kept."""
    generation = int(meta(KEPT_AS, "0 ").partition(" ")[0])
    for margin, potential, quarter in execute(_POINTS, (generation,)):
        yield int(margin), int(potential), is_key_account(quarter)
