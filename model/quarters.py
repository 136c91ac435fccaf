"""Four quarters of customers by value and potential, and the key accounts among them.

High is the top fifth: of the customers with a positive figure the first fifth, rounded up. A key account is in the top
fifth by value or by potential.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.errors import N_
from model.trading_year import top_fifth

BOTH, VALUE, POTENTIAL, NEITHER = "high-high", "high-low", "low-high", "low-low"
# The value is named first, the potential second.
QUARTER_NAMES = {
    BOTH: N_("high value, high potential"),
    VALUE: N_("high value, low potential"),
    POTENTIAL: N_("low value, high potential"),
    NEITHER: N_("low value, low potential"),
}


def quarters(
    value: Mapping[bytes, int], potential: Mapping[bytes, int], codes: Mapping[bytes, str]
) -> dict[bytes, str]:
    """The quarter of each customer, one of QUARTER_NAMES.

    Args:
        value, potential: minor units; of the same customers.
        codes: of each, by which ties are broken.
    """
    by_value, by_potential = top_fifth(dict(value), dict(codes)), top_fifth(dict(potential), dict(codes))
    named = {(True, True): BOTH, (True, False): VALUE, (False, True): POTENTIAL, (False, False): NEITHER}
    return {id_: named[id_ in by_value, id_ in by_potential] for id_ in value}


def is_key_account(quarter: str) -> bool:
    """Whether customers of a quarter are key accounts."""
    return quarter != NEITHER
