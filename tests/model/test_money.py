"""Amounts, prices, quantities and percentages are integers, read and rounded exactly."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import money
from model.errors import InputError


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234.50", 123450),
        ("1,234.5", 123450),
        ("0", 0),
        ("-3", -300),
        ("１２．５", 1250),
        ("￥12", 1200),
        ("1.230", 123),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, minor: int) -> None:
    assert money.parse_amount(text) == minor


@pytest.mark.parametrize(
    "text", ["", "abc", "1.234", "1e5", "--1", "1.2.3", "9" * 30, "NaN", "1 2", "0x10", "\x00", "12,50", "1,2,3", ",1"]
)
def test_what_is_no_amount_is_told_so(text: str) -> None:
    with pytest.raises(InputError):
        money.parse_amount(text)


@given(st.integers(-(10**13), 10**13))
def test_an_amount_printed_is_read_back(minor: int) -> None:
    assert money.parse_amount(money.format_amount(minor)) == minor
    assert money.parse_amount(money.grouped(minor)) == minor


@given(st.integers(1, 10**9), st.integers(0, 10**10), st.integers(0, 10_000))
def test_a_line_is_rounded_half_up_once(quantity_e3: int, price_e4: int, discount_bp: int) -> None:
    exact = Decimal(quantity_e3) / 1000 * Decimal(price_e4) / 10_000 * (1 - Decimal(discount_bp) / 10_000)
    expected = int((exact * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert money.line_amount(quantity_e3, price_e4, discount_bp) == expected


def test_a_nine_tenths_discount_by_hand() -> None:
    # 3 pieces at 33.335 less 10 % = 90.0045, which is 90.00.
    assert money.line_amount(3_000, 333_350, 1_000) == 9_000
    # 1 piece at 0.005 is half a fen and goes up.
    assert money.line_amount(1_000, 50) == 1


def test_the_tax_inside_a_price() -> None:
    # 113.00 at 13 % holds 13.00 of tax.
    assert money.tax_included(11_300, 1_300) == 1_300


def test_a_rate_of_nothing_is_undefined() -> None:
    assert money.rate_bp(1, 0) is None
    assert money.rate_bp(1, 3) == 3_333
    assert money.rate_bp(2, 3) == 6_667
