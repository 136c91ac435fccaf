"""The usual basket with its intervals, what is missing of it, and who is expected to order. All numbers by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from model.basket import basket, missing_items
from model.expected_orders import expected_orders, usual_items
from model.preferences import preferred_groups, preferred_products
from model.rhythm import quiet_limits
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.salesperson("S2")
        for code in ("P", "Q", "R", "X"):
            made.product(code)
        yield made


def bought(desk: Company, customer: str, days_ago: int, *lines: tuple[str, str]) -> None:
    desk.sell(customer, TODAY - days_ago * DAY, [(product, quantity, "10") for product, quantity in lines])


@pytest.fixture
def usual(desk: Company) -> Company:
    """C takes P every 10 days, Q every 20 until two months ago, R twice, and X once."""
    desk.customer("C", "S1", days=3650, limit="1000000")
    for ago, lines in (
        (100, [("P", "1"), ("Q", "5")]), (90, [("P", "2")]), (80, [("P", "3"), ("Q", "7")]), (70, [("P", "2")]),
        (60, [("P", "4"), ("Q", "6")]), (50, [("P", "2"), ("R", "1")]), (40, [("P", "2")]),
        (30, [("P", "2"), ("R", "3")]), (20, [("P", "9")]), (9, [("P", "2"), ("X", "1")]),
    ):  # fmt: skip
        bought(desk, "C", ago, *lines)
    return desk


def test_each_usual_product_has_its_own_interval(usual: Company) -> None:
    limits = quiet_limits(TODAY)
    found = {item.code: item for item in basket(usual.ids["C"], TODAY)}
    assert [item.code for item in basket(usual.ids["C"], TODAY)] == ["P", "Q", "R"]
    said = {
        code: (item.orders, item.quantity_e3, item.rhythm.half_days, item.rhythm.expected_next)
        for code, item in found.items()
    }
    assert said == {
        "P": (10, 2_000, 20, TODAY + DAY),
        "Q": (3, 6_000, 40, TODAY - 40 * DAY),
        "R": (2, 1_000, None, None),
    }
    assert {code: item.state_on(TODAY, limits) for code, item in found.items()} == {
        "P": "usual", "Q": "missing", "R": "rare",
    }  # fmt: skip
    assert found["P"].state_on(TODAY + DAY, limits) == "due"
    assert [item.code for item in missing_items(usual.ids["C"], TODAY)] == ["Q"]
    # Half as much again after 20 days makes 30: on the 30th day after the last.
    assert missing_items(usual.ids["C"], TODAY - 31 * DAY) == []
    assert [item.code for item in missing_items(usual.ids["C"], TODAY - 30 * DAY)] == ["Q"]


def test_the_company_may_say_from_when_on_something_is_missing(usual: Company) -> None:
    usual.setting("cooling_from", "4")
    assert missing_items(usual.ids["C"], TODAY) == []


def test_products_brands_and_categories_tell_how_long_ago(usual: Company) -> None:
    recency = {each.code: each.days_since(TODAY) for each in preferred_products(usual.ids["C"], TODAY)}
    assert recency == {"P": 9, "Q": 60, "R": 30, "X": 9}
    brands = {each.key: each.days_since(TODAY) for each in preferred_groups(usual.ids["C"], "brand", TODAY)}
    assert brands == {"Brand P": 9, "Brand Q": 60, "Brand R": 30, "Brand X": 9}
    [category] = preferred_groups(usual.ids["C"], "category", TODAY)
    assert (category.key, category.days_since(TODAY)) == ("Goods", 9)


def test_who_should_order_in_the_next_days(desk: Company) -> None:
    rhythms = {"SOON": (35, 25, 15, 5), "LATE": (41, 31, 21, 11), "COOL": (45, 35, 25, 15), "FAR": (61, 41, 21, 1)}
    for code, days in rhythms.items():
        desk.customer(code, "S1" if code != "LATE" else "S2", days=3650, limit="1000000")
        for ago in days:
            bought(desk, code, ago, ("P", "2" if ago == days[0] else "1"))
    desk.customer("WALK", retail=True)
    for ago in (30, 20, 10):
        desk.sell("WALK", TODAY - ago * DAY, "10", paid="10")
    found = expected_orders(TODAY)
    # Every 10 days: 5 days ago is due in 5; 11 days ago is a day late; 15 is cooling; every 20 is due in 19.
    assert [(order.customer.code, order.expected_on, order.days_late(TODAY), order.amount) for order in found] == [
        ("LATE", TODAY - DAY, 1, 1_000), ("SOON", TODAY + 5 * DAY, 0, 1_000),
    ]  # fmt: skip
    assert [order.customer.code for order in expected_orders(TODAY, person=desk.ids["S1"])] == ["SOON"]
    assert [order.customer.code for order in expected_orders(TODAY, 4)] == ["LATE"]
    assert "FAR" in [order.customer.code for order in expected_orders(TODAY, 19)]
    items = usual_items(found, TODAY)
    assert [(item.code, item.quantity_e3) for item in items[desk.ids["LATE"]]] == [("P", 1_000)]
