"""Margin, performance, curves and preferences, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.margin import MARGIN_KEYS, Margin, margin, margin_by_year, margin_total, may_see_cost, monthly_curve, trend
from model.performance import performance_board
from model.preferences import last_price, last_quote, preferred_groups, preferred_products, usual_basket
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as opened:
        for code in ("ann", "bob"):
            opened.salesperson(code)
        opened.product("P", cost="80")
        opened.product("Q", cost="30")
        opened.product("X", cost=None)
        opened.setting("grace_days", "365")  # so that no order is held
        opened.customer("C", "ann", days=30, limit="1000000")
        opened.customer("D", "bob", days=30, limit="1000000")
        yield opened


def shown(row: Margin) -> tuple[str, int, int, int, int, int | None, int]:
    return (row.key, row.orders, row.revenue, row.cost, row.margin, row.rate_bp, row.uncosted)


def test_margin_leaves_lines_of_unknown_cost_out_and_shows_their_revenue(desk: Company) -> None:
    desk.sell("C", date(2026, 3, 1), [("P", "2", "100"), ("X", "1", "50")])
    desk.sell("D", date(2026, 3, 31), [("Q", "1", "40")])
    desk.sell("D", date(2026, 4, 1), [("X", "1", "7")])
    report = margin(*MARCH, "customer", TODAY)
    assert [shown(row) for row in report.rows] == [
        ("C", 1, 25_000, 16_000, 4_000, 2000, 5_000),
        ("D", 1, 4_000, 3_000, 1_000, 2500, 0),
    ]
    assert shown(report.total) == ("*", 2, 29_000, 19_000, 5_000, 2083, 5_000)
    unknown = margin(date(2026, 4, 1), date(2026, 4, 30), "customer", TODAY).rows[0]
    assert shown(unknown) == ("D", 1, 700, 0, 0, None, 700)


def test_the_same_margin_by_every_key(desk: Company) -> None:
    desk.sell("C", date(2026, 3, 1), [("P", "2", "100"), ("X", "1", "50"), ("P", "1", "90")])
    desk.sell("D", date(2026, 3, 31), [("P", "1", "100")])
    by_product = margin(*MARCH, "product", TODAY)
    assert [shown(row) for row in by_product.rows] == [
        ("P", 2, 39_000, 32_000, 7_000, 1795, 0),
        ("X", 1, 5_000, 0, 0, None, 5_000),
    ]
    assert [row.key for row in margin(*MARCH, "brand", TODAY).rows] == ["Brand P", "Brand X"]
    assert [shown(row)[:3] for row in margin(*MARCH, "category", TODAY).rows] == [("Goods", 2, 44_000)]
    assert [shown(row)[:3] for row in margin(*MARCH, "segment", TODAY).rows] == [("", 2, 44_000)]
    assert [shown(row)[:3] for row in margin(*MARCH, "month", TODAY).rows] == [("2026-03", 2, 44_000)]
    by_person = margin(*MARCH, "salesperson", TODAY)
    assert [shown(row)[:3] for row in by_person.rows] == [("ann", 1, 34_000), ("bob", 1, 10_000)]


def test_a_return_counts_in_its_own_month_and_lowers_no_head_count(desk: Company) -> None:
    order = desk.sell("C", date(2026, 2, 10), [("P", "2", "100")])
    desk.take_back(order, date(2026, 3, 10), "1")
    rows = margin(date(2026, 2, 1), date(2026, 3, 31), "month", TODAY).rows
    assert [shown(row) for row in rows] == [
        ("2026-02", 1, 20_000, 16_000, 4_000, 2000, 0),
        ("2026-03", 0, -10_000, -8_000, -2_000, 2000, 0),
    ]


def test_margin_as_of_a_day_knows_neither_later_orders_nor_later_cancellations(desk: Company) -> None:
    order = desk.sell("C", date(2026, 3, 5), "100")
    desk.sell("C", date(2026, 3, 20), "200")
    desk.cancel(order, date(2026, 4, 1))
    assert margin_total(*MARCH, date(2026, 3, 10)).revenue == 10_000
    assert margin_total(*MARCH, date(2026, 3, 31)).revenue == 30_000
    assert margin_total(*MARCH, TODAY).revenue == 20_000


def test_a_shared_order_is_divided_and_counted_once(desk: Company) -> None:
    desk.rule(date(2026, 1, 1), 60)
    order = desk.sell("C", date(2026, 3, 5), [("P", "1", "100.01")], maker="bob")
    desk.take_back(order, date(2026, 3, 20), "0.5")
    by_person = {row.key: shown(row) for row in margin(*MARCH, "salesperson", TODAY).rows}
    # 100.01 less the 50.01 that came back; ann's 60 % is 60.01 − 30.01.
    assert by_person["ann"] == ("ann", 1, 3_000, 2_400, 600, 2000, 0)
    assert by_person["bob"] == ("bob", 0, 2_000, 1_600, 400, 2000, 0)
    board = performance_board("2026-03", TODAY)
    assert [(row.key, row.orders, row.revenue, row.margin) for row in board.rows] == [
        ("ann", 1, 3_000, 600), ("bob", 0, 2_000, 400),
    ]  # fmt: skip
    before = performance_board("2026-03", date(2026, 3, 6))
    assert [(row.key, row.orders, row.revenue) for row in before.rows] == [("ann", 1, 6_001), ("bob", 0, 4_000)]
    assert [(row.key, row.revenue) for row in performance_board("2026-05", TODAY).rows] == [("ann", 0), ("bob", 0)]


SALES = st.lists(
    st.tuples(
        st.sampled_from("CD"), st.sampled_from("PQX"), st.integers(1, 9_999), st.integers(0, 90), st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@given(sales=SALES, share=st.integers(0, 100), days=st.integers(0, 100))
def test_every_key_sums_to_the_company_on_every_day(
    tmp_path_factory: pytest.TempPathFactory, sales: list[tuple[str, str, int, int, bool, bool]], share: int, days: int
) -> None:
    with company(tmp_path_factory.mktemp("store"), TODAY) as desk:
        for code in ("ann", "bob"):
            desk.salesperson(code)
        for code, cost in (("P", "8.33"), ("Q", "0.07"), ("X", None)):
            desk.product(code, cost=cost)
        desk.rule(date(2026, 1, 1), share)
        desk.setting("grace_days", "365")
        desk.customer("C", "ann", days=30, limit="1000000")
        desk.customer("D", days=30, limit="1000000")
        start = date(2026, 3, 15)
        for customer, product, price, after, other, back in sales:
            day = date.fromordinal(start.toordinal() + after)
            lines = [(product, "3", f"{price / 100:.2f}"), ("Q", "1", "1.11")]
            order = desk.sell(customer, day, lines, maker="bob" if other else None)
            if back:
                desk.take_back(order, day, "1")
        until = date.fromordinal(start.toordinal() + days)
        for as_of in (TODAY, until):
            for by in MARGIN_KEYS:
                report = margin(start, until, by, as_of)
                for column in ("revenue", "cost", "uncosted", "margin"):
                    total = sum(getattr(row, column) for row in report.rows)
                    assert total == getattr(report.total, column), (by, column)
            assert sum(row.orders for row in margin(start, until, "salesperson", as_of).rows) == report.total.orders
        kept = margin(date(2026, 1, 1), TODAY, "salesperson", TODAY)
        assert kept == margin(date(2026, 1, 2), TODAY, "salesperson", TODAY)


def test_a_customers_months_and_years(desk: Company) -> None:
    desk.sell("C", date(2025, 12, 5), "100")
    desk.sell("C", date(2026, 3, 5), "100")
    cancelled = desk.sell("C", date(2026, 3, 6), "50")
    desk.cancel(cancelled, date(2026, 4, 2))
    curve = monthly_curve(desk.ids["C"], "2026-03", 4)
    assert [(row.key, row.revenue, row.margin) for row in curve] == [
        ("2025-12", 10_000, 2_000), ("2026-01", 0, 0), ("2026-02", 0, 0), ("2026-03", 10_000, 2_000),
    ]  # fmt: skip
    assert trend(desk.ids["C"], date(2026, 3, 31), 1)[0].revenue == 15_000
    assert trend(desk.ids["C"], TODAY, 4)[0].revenue == 10_000
    years = margin_by_year(desk.ids["C"])
    assert [(row.key, row.orders, row.revenue) for row in years] == [("2026", 1, 10_000), ("2025", 1, 10_000)]


def test_a_company_may_keep_cost_from_its_salespeople(desk: Company) -> None:
    desk.salesperson("boss", role="manager")
    desk.setting("cost_visible_to_sales", "no", since=date(2026, 3, 1))
    assert may_see_cost(desk.ids["ann"], date(2026, 2, 28))
    assert not may_see_cost(desk.ids["ann"], date(2026, 3, 1))
    assert may_see_cost(desk.ids["boss"], TODAY)
    assert may_see_cost(None, TODAY)


def test_what_a_customer_likes(desk: Company) -> None:
    first = desk.sell("C", date(2026, 1, 5), [("P", "2", "100"), ("Q", "10", "4")])
    desk.sell("C", date(2026, 2, 5), [("Q", "20", "3.50")])
    desk.sell("C", date(2026, 3, 5), [("Q", "30", "3"), ("X", "1", "1")])
    desk.take_back(first, date(2026, 3, 6), "1")
    desk.sell("C", date(2026, 4, 5), [("P", "1", "95")], quote=True)
    products = preferred_products(desk.ids["C"], TODAY)
    found = [(each.code, each.orders, each.quantity_e3, each.revenue, each.share_bp) for each in products]
    # 300.00 in all: Q 40 + 70 + 90, P 200 − 100, X 1.
    assert found == [
        ("Q", 3, 60_000, 20_000, 6645),
        ("P", 1, 1_000, 10_000, 3322),
        ("X", 1, 1_000, 100, 33),
    ]
    assert products[0].last is not None
    assert (products[0].last.net_price_e4, products[0].last.day) == (30_000, date(2026, 3, 5))
    brands = preferred_groups(desk.ids["C"], "brand", TODAY)
    assert (brands[0].key, brands[0].orders, brands[0].share_bp) == ("Brand Q", 3, 6645)
    price, quote = last_price(desk.ids["C"], desk.ids["P"], TODAY), last_quote(desk.ids["C"], desk.ids["P"], TODAY)
    assert price is not None
    assert (price.price_e4, price.day) == (1_000_000, date(2026, 1, 5))
    assert quote is not None
    assert (quote.price_e4, quote.day) == (950_000, date(2026, 4, 5))
    assert last_price(desk.ids["D"], desk.ids["P"], TODAY) is None
    basket = usual_basket(desk.ids["C"], TODAY)
    assert [(item.code, item.orders, item.quantity_e3) for item in basket] == [("Q", 3, 20_000)]
    assert preferred_products(desk.ids["D"], TODAY) == []
