"""Months are texts that compare; however they were typed."""

from __future__ import annotations

from model.dates import months_between, parse_month


def test_a_month_in_wide_digits_is_the_same_month() -> None:
    assert parse_month("２０２６-０３") == "2026-03"


def test_the_months_of_a_period_end_with_it_even_with_the_last_month_there_is() -> None:
    assert months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert months_between("9999-11", "9999-12") == ["9999-11", "9999-12"]
    assert months_between("2026-02", "2026-01") == []
