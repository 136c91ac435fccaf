"""What comes back is worth what is left of what was sold, to the minor unit."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from model import totals
from model.errors import Refused
from model.orders import Order
from tests.model.company import company

TODAY = date(2026, 3, 31)


def test_returns_around_a_cancelled_one_still_make_the_whole(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        for person in ("S1", "S2"):
            one.salesperson(person)
        one.rule(date(2025, 1, 1), 33)
        one.product("P", cost="0.1111")
        one.customer("C", "S1", days=30, limit="1000")
        # Three pieces at 0.3333 come to 1.00, and parts of it to 0.33, 0.34 and 0.33.
        sold = one.sell("C", date(2026, 3, 1), [("P", "3", "0.3333")], maker="S2")
        first = one.take_back(sold, date(2026, 3, 2), "1")
        one.take_back(sold, date(2026, 3, 3), "1")
        one.cancel(first, date(2026, 3, 4))
        for _ in range(2):
            one.take_back(sold, date(2026, 3, 5), "1")
        kept = list(Order.select().where(Order.kind == "return", Order.state == "confirmed"))
        original = one.order(sold)
        for column in ("amount", "cost", "owner_amount", "owner_cost"):
            assert sum(getattr(order, column) for order in kept) == getattr(original, column)
        assert original.open_amount == 0
        # Nothing of a share is left to be found as a total without documents.
        assert totals.faults() == []


def test_nothing_comes_back_before_the_day_its_order_was_released(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        one.product("P")
        one.customer("C")
        held = one.sell("C", date(2026, 3, 1), "100")
        one.release(held, date(2026, 3, 10))
        with pytest.raises(Refused, match="2026-03-10"):
            one.take_back(held, date(2026, 3, 5), "1")
