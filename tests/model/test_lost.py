"""What was won and lost, counted by hand from a small company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.changes.documents import next_number
from model.changes.orders import ConfirmOrder, LineArgs, LoseOrder, OrderRecorded, RecordOrder
from model.ids import new_id
from model.lost import LostBy, LostRow, company_lost, lost_orders, lost_report
from model.money import parse_price, parse_quantity
from tests.model.company import Company, company

TODAY = date(2026, 5, 20)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as shop:
        for code in ("S1", "S2"):
            shop.salesperson(code)
        shop.product("P")
        shop.product("Q")
        shop.customer("A", "S1", days=120, limit="10000")
        shop.customer("B", "S2", days=120, limit="10000")
        yield shop


def quote(shop: Company, customer: str, on: date, amount: str, valid_until: date | None = None) -> OrderRecorded:
    recorded: OrderRecorded = shop.do(
        RecordOrder(
            id=new_id(), number=next_number(), customer=shop.ids[customer], date=on, quote=True,
            valid_until=valid_until,
            lines=(
                LineArgs(
                    line=1, product=shop.ids["P"], quantity_e3=parse_quantity("1"), price_e4=parse_price(amount)
                ),
            ),
        )
    )  # fmt: skip
    return recorded


def lose(shop: Company, order: OrderRecorded, on: date, reason: str) -> None:
    shop.do(LoseOrder(order=order.id, date=on, reason=reason))


def march(as_of: date = TODAY) -> LostRow:
    return company_lost(*MARCH, as_of)


def keyed(by: LostBy, as_of: date = TODAY) -> dict[str, LostRow]:
    return {row.key: row for row in lost_report(*MARCH, by, as_of).rows}


def counts(row: LostRow) -> tuple[int, int, int, int]:
    return (row.won, row.lost, row.won_amount, row.lost_amount)


def test_the_rate_is_lost_of_all_decided_by_count_and_by_amount(shop: Company) -> None:
    shop.sell("A", date(2026, 3, 2), "300")
    shop.sell("A", date(2026, 3, 3), "100")
    lose(shop, quote(shop, "A", date(2026, 3, 4), "600"), date(2026, 3, 10), "price")
    row = march()
    assert counts(row) == (2, 1, 40_000, 60_000)
    # 1 of 3, and 600 of 1000.
    assert (row.rate_bp, row.amount_rate_bp) == (3_333, 6_000)


def test_nothing_decided_has_no_rate(shop: Company) -> None:
    quote(shop, "A", date(2026, 3, 4), "600")
    row = march()
    assert counts(row) == (0, 0, 0, 0)
    assert row.rate_bp is None
    assert row.amount_rate_bp is None
    assert lost_report(*MARCH, "salesperson", TODAY).rows == ()


def test_a_quote_counts_as_lost_from_the_day_after_it_was_valid(shop: Company) -> None:
    quote(shop, "A", date(2026, 3, 4), "50", valid_until=date(2026, 3, 30))
    quote(shop, "A", date(2026, 3, 4), "70", valid_until=date(2026, 3, 31))
    assert counts(march(date(2026, 3, 30))) == (0, 0, 0, 0)
    assert counts(march(date(2026, 3, 31))) == (0, 1, 0, 5_000)
    # The other one expired on the first of April.
    assert counts(march()) == (0, 1, 0, 5_000)
    assert counts(company_lost(date(2026, 4, 1), date(2026, 4, 1), TODAY)) == (0, 1, 0, 7_000)


def test_an_order_counts_once_at_its_latest_decision(shop: Company) -> None:
    order = shop.sell("A", date(2026, 3, 5), "100")
    shop.cancel(order, date(2026, 4, 2))
    assert counts(march(date(2026, 3, 31))) == (1, 0, 10_000, 0)
    assert counts(march()) == (0, 0, 0, 0)
    assert counts(company_lost(date(2026, 4, 1), date(2026, 4, 30), TODAY)) == (0, 1, 0, 10_000)


def test_a_quote_that_expired_and_was_lost_later_counts_once_at_the_loss(shop: Company) -> None:
    late = quote(shop, "A", date(2026, 3, 4), "80", valid_until=date(2026, 3, 10))
    lose(shop, late, date(2026, 4, 6), "competitor")
    assert counts(march(date(2026, 4, 5))) == (0, 1, 0, 8_000)
    assert counts(march()) == (0, 0, 0, 0)
    april = lost_report(date(2026, 4, 1), date(2026, 4, 30), "reason", TODAY)
    assert [(row.key, row.lost) for row in april.rows] == [("competitor", 1)]


def test_a_quote_won_counts_on_the_day_it_was_confirmed(shop: Company) -> None:
    won = quote(shop, "A", date(2026, 3, 4), "80", valid_until=date(2026, 4, 10))
    shop.do(ConfirmOrder(order=won.id, date=date(2026, 4, 1)))
    assert counts(march()) == (0, 0, 0, 0)
    assert counts(company_lost(date(2026, 4, 1), date(2026, 4, 30), TODAY)) == (1, 0, 8_000, 0)


def test_held_orders_returns_and_replaced_quotes_are_no_decisions(shop: Company) -> None:
    sold = shop.sell("A", date(2026, 3, 2), [("P", "2", "100")])
    shop.take_back(sold, date(2026, 3, 9), "1")
    held = shop.sell("A", date(2026, 3, 10), "50000")
    assert held.state == "held"
    replaced = quote(shop, "B", date(2026, 3, 11), "90", valid_until=date(2026, 3, 12))
    shop.do(
        RecordOrder(
            id=new_id(), number=next_number(), customer=shop.ids["B"], date=date(2026, 3, 12), quote=True,
            replaces=replaced.id,
            lines=(LineArgs(line=1, product=shop.ids["P"], quantity_e3=1_000, price_e4=parse_price("85")),),
        )
    )  # fmt: skip
    assert counts(march()) == (1, 0, 20_000, 0)


def test_a_held_order_counts_when_it_is_rejected(shop: Company) -> None:
    held = shop.sell("B", date(2026, 3, 10), "50000")
    shop.reject(held, date(2026, 3, 12))
    assert counts(march(date(2026, 3, 11))) == (0, 0, 0, 0)
    assert counts(march()) == (0, 1, 0, 5_000_000)


def test_by_salesperson_it_is_who_took_the_order(shop: Company) -> None:
    shop.sell("A", date(2026, 3, 2), "100", maker="S2")
    shop.sell("B", date(2026, 3, 2), "200")
    lose(shop, quote(shop, "A", date(2026, 3, 4), "600"), date(2026, 3, 10), "price")
    found = keyed("salesperson")
    assert counts(found["S1"]) == (0, 1, 0, 60_000)
    assert counts(found["S2"]) == (2, 0, 30_000, 0)
    # The most lost comes first, and the rows add up to the company.
    assert list(found) == ["S1", "S2"]
    assert counts(march()) == (2, 1, 30_000, 60_000)


def test_by_customer_and_by_product(shop: Company) -> None:
    shop.sell("A", date(2026, 3, 2), [("P", "1", "100"), ("Q", "1", "40"), ("P", "1", "60")])
    lose(shop, quote(shop, "B", date(2026, 3, 4), "600"), date(2026, 3, 10), "stock")
    assert {key: counts(row) for key, row in keyed("customer").items()} == {
        "B": (0, 1, 0, 60_000),
        "A": (1, 0, 20_000, 0),
    }
    # The order has P on two lines and is still one order with P.
    assert {key: counts(row) for key, row in keyed("product").items()} == {
        "P": (1, 1, 16_000, 60_000),
        "Q": (1, 0, 4_000, 0),
    }


def test_the_rates_of_the_reasons_add_up_to_the_company(shop: Company) -> None:
    shop.sell("A", date(2026, 3, 2), "100")
    shop.sell("A", date(2026, 3, 2), "100")
    lose(shop, quote(shop, "A", date(2026, 3, 4), "600"), date(2026, 3, 10), "price")
    shop.cancel(shop.sell("B", date(2026, 3, 4), "200"), date(2026, 3, 4))
    found = keyed("reason")
    assert {key: counts(row) for key, row in found.items()} == {
        "price": (0, 1, 0, 60_000),
        "cancelled": (0, 1, 0, 20_000),
    }
    assert [row.rate_bp for row in found.values()] == [2_500, 2_500]
    assert march().rate_bp == 5_000


def test_the_orders_behind_the_figure_are_the_largest_first(shop: Company) -> None:
    lose(shop, quote(shop, "A", date(2026, 3, 4), "60"), date(2026, 3, 10), "price")
    quote(shop, "B", date(2026, 3, 5), "90", valid_until=date(2026, 3, 8))
    shop.sell("A", date(2026, 3, 6), "500")
    found = lost_orders(*MARCH, TODAY)
    assert [(order.salesperson, order.amount, order.reason, order.decided_on) for order in found] == [
        (shop.ids["S2"], 9_000, "expired", date(2026, 3, 9)),
        (shop.ids["S1"], 6_000, "price", date(2026, 3, 10)),
    ]
