"""What a customer ordered before, read from the latest orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.order_history import last_order, last_order_lines, last_price, last_quote, usual_basket
from tests.model.company import Company, company

TODAY = date(2026, 3, 31)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as desk:
        for product in ("P", "Q", "R"):
            desk.product(product)
        desk.customer("A", days=90, limit="100000")
        desk.customer("B", days=90, limit="100000")
        yield desk


def test_a_customer_without_orders_has_no_history(desk: Company) -> None:
    assert last_order(desk.ids["A"]) is None
    assert last_order_lines(desk.ids["A"]) == []
    assert last_price(desk.ids["A"], desk.ids["P"]) is None
    assert usual_basket(desk.ids["A"]) == []


def test_the_last_price_is_this_customers_latest_live_one(desk: Company) -> None:
    desk.sell("A", date(2026, 3, 2), [("P", "1", "90"), ("P", "1", "91")])
    desk.sell("A", date(2026, 3, 1), [("P", "1", "95")])
    desk.sell("B", date(2026, 3, 9), [("P", "1", "70")])
    desk.cancel(desk.sell("A", date(2026, 3, 8), [("P", "1", "60")]), TODAY)
    desk.sell("A", date(2026, 3, 10), [("P", "1", "85")], quote=True)
    last, quoted = last_price(desk.ids["A"], desk.ids["P"]), last_quote(desk.ids["A"], desk.ids["P"])
    assert last is not None
    assert quoted is not None
    assert (last.price_e4, last.discount_bp, last.date) == (910_000, 0, date(2026, 3, 2))
    assert (quoted.price_e4, quoted.date) == (850_000, date(2026, 3, 10))


def test_the_usual_basket_holds_what_came_at_least_twice_most_frequent_first(desk: Company) -> None:
    desk.sell("A", date(2026, 1, 1), [("Q", "1", "90"), ("P", "1", "90")])
    desk.sell("A", date(2026, 2, 1), [("Q", "1", "90"), ("R", "2", "90"), ("R", "3", "90")])
    desk.sell("A", date(2026, 3, 1), [("P", "1", "90"), ("Q", "1", "90")])
    assert usual_basket(desk.ids["A"]) == [desk.ids["Q"], desk.ids["P"]]
    assert [line.product for line in last_order_lines(desk.ids["A"])] == [desk.ids["P"], desk.ids["Q"]]
