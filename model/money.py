"""Money, prices, quantities and percentages as integers, and their only roundings.

amount    integer minor units (fen), two decimals when printed
price     integer 1/10000 units (`_e4`): unit prices and unit costs, tax included
quantity  integer 1/1000 (`_e3`)
percent   integer basis points (`_bp`): 10 % = 1000
"""

from __future__ import annotations

import re
from functools import partial

from model.errors import N_, InputError

MINOR_PER_UNIT = 100
PRICE_PER_UNIT = 10_000
QUANTITY_PER_UNIT = 1_000
FULL_BP = 10_000
# The largest amount a document may carry, in minor units: a hundred billion units. Sums of a million such
# documents still fit the 64 bits of a database integer.
LARGEST_AMOUNT_MINOR = 10_000_000_000_000
LARGEST_PRICE_E4 = 10_000_000_000_000
LARGEST_QUANTITY_E3 = 1_000_000_000_000

# A comma only parts thousands: 12,50 would otherwise become twelve hundred and fifty.
_DECIMAL = re.compile(r"([+-]?)([0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]*))?")
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９．，－＋％", "0123456789.,-+%")


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero, as tax offices and the reports do."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def line_amount(quantity_e3: int, price_e4: int, discount_bp: int = 0) -> int:
    """Quantity × unit price × (1 − discount), in minor units, rounded half-up once."""
    return half_up(
        quantity_e3 * price_e4 * (FULL_BP - discount_bp) * MINOR_PER_UNIT,
        QUANTITY_PER_UNIT * PRICE_PER_UNIT * FULL_BP,
    )


def line_cost(quantity_e3: int, cost_e4: int) -> int:
    """Quantity × unit cost in minor units, rounded half-up."""
    return half_up(quantity_e3 * cost_e4 * MINOR_PER_UNIT, QUANTITY_PER_UNIT * PRICE_PER_UNIT)


def share_of(amount_minor: int, share_bp: int) -> int:
    """The part of an amount that a share in basis points gives, rounded half-up."""
    return half_up(amount_minor * share_bp, FULL_BP)


def tax_included(amount_minor: int, tax_rate_bp: int) -> int:
    """The tax inside an amount that includes it."""
    return half_up(amount_minor * tax_rate_bp, FULL_BP + tax_rate_bp)


def _parse(text: str, decimals: int, largest: int, what: str) -> int:
    cleaned = text.strip().translate(_WIDE_DIGITS).lstrip("¥￥")
    found = _DECIMAL.fullmatch(cleaned)
    shown = text if len(text) <= 40 else text[:39] + "…"
    if found is None:
        raise InputError(what, value=shown)
    sign, whole, fraction = found[1], found[2].replace(",", ""), found[3] or ""
    if len(fraction.rstrip("0")) > decimals:
        raise InputError(N_("{value} has more than {decimals} decimals."), value=shown, decimals=decimals)
    value = int(whole) * 10**decimals + int((fraction + "0" * decimals)[:decimals] or "0")
    if value > largest:
        raise InputError(N_("{value} is too large: check the number."), value=shown)
    return -value if sign == "-" else value


def parse_amount(text: str) -> int:
    """An amount such as 1234.50 in minor units; at most two decimals.

    Raises:
        InputError: not a number, too many decimals, or too large.
    """
    return _parse(text, 2, LARGEST_AMOUNT_MINOR, N_("“{value}” is not an amount: write it like 1234.50."))


def parse_price(text: str) -> int:
    """A unit price or cost with at most four decimals, in 1/10000 units."""
    return _parse(text, 4, LARGEST_PRICE_E4, N_("“{value}” is not a price: write it like 12.50."))


def parse_quantity(text: str) -> int:
    """A quantity with at most three decimals, in 1/1000."""
    return _parse(text, 3, LARGEST_QUANTITY_E3, N_("“{value}” is not a quantity: write it like 12."))


def parse_percent(text: str) -> int:
    """A percentage with at most two decimals, in basis points; a trailing % is allowed."""
    cleaned = text.strip().translate(_WIDE_DIGITS).removesuffix("%")
    return _parse(cleaned, 2, 100 * FULL_BP, N_("“{value}” is not a percentage: write it like 10 or 2.5."))


def _format(value: int, decimals: int, keep: int) -> str:
    sign = "-" if value < 0 else ""
    whole, fraction = divmod(abs(value), 10**decimals)
    digits = f"{fraction:0{decimals}d}"
    while len(digits) > keep and digits.endswith("0"):
        digits = digits[:-1]
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


format_amount = partial(_format, decimals=2, keep=2)
format_price = partial(_format, decimals=4, keep=2)
format_quantity = partial(_format, decimals=3, keep=0)
format_percent = partial(_format, decimals=2, keep=0)
format_rate = partial(_format, decimals=2, keep=2)


def format_change(change_bp: int) -> str:
    """A change in basis points as a percentage with its sign: +12.50%."""
    return f"{'+' if change_bp > 0 else ''}{format_rate(change_bp)}%"


def grouped(amount_minor: int) -> str:
    """An amount for reading on a screen: 1,234,567.80."""
    sign = "-" if amount_minor < 0 else ""
    whole, fraction = divmod(abs(amount_minor), MINOR_PER_UNIT)
    return f"{sign}{whole:,}.{fraction:02d}"


def rate_bp(part: int, whole: int) -> int | None:
    """part ÷ whole as basis points (percent with two decimals), or None where the whole is zero."""
    return None if whole == 0 else half_up(part * FULL_BP, whole)
