"""Amounts in Chinese capitals are written as banks want them and can never be taken for each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.capitals import chinese_capitals
from model.money import LARGEST_AMOUNT_MINOR, parse_amount


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("0.00", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("0.55", "人民币伍角伍分"),
        ("10.00", "人民币壹拾元整"),
        ("10.05", "人民币壹拾元零伍分"),
        ("105.30", "人民币壹佰零伍元叁角整"),
        ("1000.10", "人民币壹仟元壹角整"),
        ("12340.00", "人民币壹万贰仟叁佰肆拾元整"),
        ("100200.30", "人民币壹拾万零贰佰元叁角整"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("1000000.00", "人民币壹佰万元整"),
        ("100000001.01", "人民币壹亿零壹元零壹分"),
        ("100005000.00", "人民币壹亿零伍仟元整"),
        ("100100000.00", "人民币壹亿零壹拾万元整"),
        ("100000000000.00", "人民币壹仟亿元整"),
        ("-1409.50", "人民币负壹仟肆佰零玖元伍角整"),
    ],
)
def test_an_amount_is_written_in_capitals(amount: str, capitals: str) -> None:
    assert chinese_capitals(parse_amount(amount)) == capitals


def test_an_amount_beyond_every_document_has_capitals_too() -> None:
    assert chinese_capitals(1_000_000_000_000_00) == "人民币壹万亿元整"


AMOUNTS = st.integers(-LARGEST_AMOUNT_MINOR, LARGEST_AMOUNT_MINOR)


@given(AMOUNTS, AMOUNTS)
def test_distinct_amounts_have_distinct_capitals(one: int, other: int) -> None:
    assert (chinese_capitals(one) == chinese_capitals(other)) == (one == other)


@given(st.integers(0, LARGEST_AMOUNT_MINOR), st.integers(0, 13))
def test_a_digit_moved_by_a_place_changes_the_capitals(amount: int, places: int) -> None:
    moved = amount // 10**places
    assert (chinese_capitals(amount) == chinese_capitals(moved)) == (amount == moved)


@given(AMOUNTS)
def test_no_two_zeros_stand_beside_each_other(amount: int) -> None:
    assert "零零" not in chinese_capitals(amount)
