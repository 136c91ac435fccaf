"""Rows of long lists stay out of the search for cycles."""

from __future__ import annotations

import gc

import pytest

from model.named_customers import NamedCustomer
from model.record import Record
from model.trend import CustomerTrend, Trend


def test_a_row_is_passed_by_with_all_that_it_holds() -> None:
    customer = NamedCustomer(b"1", "C1", "One", "S1", retail=False, owner_name="Li")
    trend = Trend(12, 100, 0.5, "steady")
    row = CustomerTrend(customer, trend, 1, 1, 0, 0, 0, top_fifth=False)
    assert not any(gc.is_tracked(each) for each in (customer, trend, row))
    assert (row, hash(row)) == (CustomerTrend(customer, trend, 1, 1, 0, 0, 0, top_fifth=False), hash(row))


def test_a_row_is_never_changed() -> None:
    assert issubclass(NamedCustomer, Record)
    with pytest.raises(AttributeError):
        NamedCustomer(b"1", "C1", "One", "S1", retail=False, owner_name="Li").code = "C2"  # type: ignore[misc]
