"""What a customer ordered before can be ordered again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.order_history import FormerLine, last_order, last_order_lines
from tests.model.company import Company, company

TODAY = date(2026, 3, 31)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as desk:
        for product in ("P", "Q"):
            desk.product(product)
        desk.customer("A", days=90, limit="100000")
        desk.customer("B", days=90, limit="100000")
        yield desk


def test_a_customer_without_orders_has_no_history(desk: Company) -> None:
    assert last_order(desk.ids["A"]) is None
    assert last_order_lines(desk.ids["A"]) == []


def test_the_last_order_is_this_customers_latest_live_one(desk: Company) -> None:
    last = desk.sell("A", date(2026, 3, 2), [("P", "1", "90"), ("Q", "2", "91")])
    desk.sell("A", date(2026, 3, 1), [("P", "1", "95")])
    desk.sell("B", date(2026, 3, 9), [("P", "1", "70")])
    desk.cancel(desk.sell("A", date(2026, 3, 8), [("P", "1", "60")]), TODAY)
    desk.sell("A", date(2026, 3, 10), [("P", "1", "85")], quote=True)
    found = last_order(desk.ids["A"])
    assert found is not None
    assert (found.id, found.date, found.amount) == (last.id, date(2026, 3, 2), 27_200)
    assert last_order_lines(desk.ids["A"]) == [
        FormerLine(desk.ids["P"], 1000, 900_000, 0),
        FormerLine(desk.ids["Q"], 2000, 910_000, 0),
    ]
