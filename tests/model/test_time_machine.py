"""What other terms would have held, and what credit control cost. All numbers by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from model.changes.kind import Args
from model.changes.orders import LoseOrder
from model.credit_cost import credit_cost
from model.time_machine import OtherTerms, Replay, last_quarter, time_machine
from tests.model.company import Company, company

TODAY = date(2026, 6, 15)
QUARTER = (date(2026, 3, 1), date(2026, 5, 31))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, date(2026, 1, 1)) as opened:
        made = Desk(opened.today)
        made.salesperson("S1")
        made.salesperson("S2")
        made.product("P", price="100", cost="60")
        made.product("Q", price="100", cost=None)
        yield made


class Desk(Company):
    """Documents are recorded on their own days, and orders judged on these."""

    def do(self, args: Args, by: str | None = None) -> Any:
        self.today = getattr(args, "date", self.today)
        return super().do(args, by)


def held(replay: Replay) -> dict[str, str]:
    return {order.number: order.why for order in replay.held}


def test_the_last_quarter_is_three_full_months() -> None:
    assert last_quarter(TODAY) == QUARTER
    assert last_quarter(date(2026, 6, 1)) == QUARTER
    assert last_quarter(date(2026, 5, 31)) == (date(2026, 2, 1), date(2026, 4, 30))


def test_half_the_limit_would_have_held_what_went_above_it(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="1000")
    first = desk.sell("C", date(2026, 3, 2), "400")
    second = desk.sell("C", date(2026, 3, 10), "300")
    third = desk.sell("C", date(2026, 3, 20), "100")
    desk.pay("C", date(2026, 3, 30), "800", first, second, third)
    found = time_machine(OtherTerms(limit_percent=50), TODAY)
    assert (found.first, found.last, found.orders, found.amount) == (*QUARTER, 3, 80_000)
    assert found.present.held == []
    # 400 + 300 is above 500; without the second, 400 + 100 is not.
    assert held(found.other) == {second.number: "over_limit"}
    assert (found.other.amount, found.other.margin, found.other.forgone) == (30_000, 24_000, 24_000)
    assert [found.other.late(days) for days in (0, 30)] == [0, 0]


def test_fewer_days_make_overdue_what_was_not(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="10000")
    desk.sell("C", date(2026, 3, 2), "400")
    second = desk.sell("C", date(2026, 3, 25), "300")
    desk.pay("C", date(2026, 3, 28), "400")
    third = desk.sell("C", date(2026, 3, 29), "200")
    found = time_machine(OtherTerms(days=15), TODAY)
    # With 15 days the first bill is due on 17 March and open on the 25th; paid on the 28th it stops no third.
    assert held(found.other) == {second.number: "overdue"}
    assert held(found.present) == {}
    # The second was due on 24 April and is unpaid, 52 days late on 15 June; nothing came of it that could be forgone.
    assert (found.other.late(30), found.other.late(60), found.other.unpaid, found.other.forgone) == (
        30_000,
        0,
        30_000,
        0,
    )
    # With a grace of 10 days as well, it is overdue from 28 March on only.
    assert held(time_machine(OtherTerms(days=15, grace_days=10), TODAY).other) == {}
    assert third.number not in held(time_machine(OtherTerms(days_percent=50), TODAY).other)


def test_bills_from_before_keep_their_due_dates_and_stop_orders(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="10000")
    old = desk.sell("C", date(2026, 2, 1), "400")
    late = desk.release(desk.sell("C", date(2026, 3, 20), "100"), date(2026, 3, 20))
    desk.pay("C", date(2026, 4, 30), "500", old, late)
    # Due on 3 March, open on the 20th: people released the order, and it counts by any terms.
    found = time_machine(OtherTerms(days=90), TODAY)
    assert held(found.present) == held(found.other) == {late.number: "overdue"}
    assert held(time_machine(OtherTerms(grace_days=17), TODAY).other) == {}
    assert time_machine(OtherTerms(), TODAY).present == found.present


def test_prepaid_orders_and_money_that_waits_are_never_held(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="1000")
    desk.sell("C", date(2026, 3, 2), "900", paid="900")
    desk.pay("C", date(2026, 3, 5), "700")
    desk.sell("C", date(2026, 3, 9), "700")
    part = desk.sell("C", date(2026, 3, 12), "500", paid="400")
    found = time_machine(OtherTerms(limit_percent=0), TODAY)
    # 100 of the last were not paid with it.
    assert held(found.other) == {part.number: "over_limit"}
    assert held(time_machine(OtherTerms(limit_percent=10), TODAY).other) == {}


def test_a_temporary_limit_is_part_of_the_terms_that_held(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="1000")
    desk.terms("C", days=None, limit="3000", since=date(2026, 3, 1), until=date(2026, 3, 31), credit_from=None)
    desk.sell("C", date(2026, 3, 2), "900")
    more = desk.sell("C", date(2026, 3, 3), "900")
    found = time_machine(OtherTerms(limit_percent=50), TODAY)
    assert held(found.present) == {}
    assert held(found.other) == {more.number: "over_limit"}


def test_the_suggested_terms_of_who_has_no_record_give_nothing(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="1000")
    order = desk.sell("C", date(2026, 5, 20), "100")
    found = time_machine(OtherTerms(suggested=True), TODAY)
    assert held(found.other) == {order.number: "over_limit"}
    # Due on 19 June: neither saved nor forgone.
    assert (found.other.unpaid, found.other.forgone, found.other.undecided) == (0, 0, 10_000)


def test_progress_ends_with_all_customers(desk: Company) -> None:
    for number in range(3):
        desk.customer(f"C{number}", days=30, limit="1000")
        desk.sell(f"C{number}", date(2026, 3, 2), "100")
    told: list[tuple[int, int]] = []
    time_machine(OtherTerms(), TODAY, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (3, 3)


# --- what credit control cost


def test_what_was_lost_for_want_of_credit(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="100")
    desk.customer("D", "S2", days=30, limit="100000")
    above = desk.sell("C", date(2026, 3, 2), [("P", "10", "100"), ("Q", "1", "50")])
    desk.reject(above, date(2026, 3, 4))
    asked = desk.sell("D", date(2026, 3, 5), "200", quote=True)
    desk.do(LoseOrder(order=asked.id, date=date(2026, 3, 6), reason="credit"))
    dear = desk.sell("D", date(2026, 3, 5), "700", quote=True)
    desk.do(LoseOrder(order=dear.id, date=date(2026, 3, 6), reason="price"))
    desk.cancel(desk.sell("D", date(2026, 3, 7), "300"), date(2026, 3, 8))
    by_reason = credit_cost(*QUARTER, "reason", TODAY)
    rows = [(row.key, row.orders, row.amount, row.margin, row.uncosted) for row in by_reason.rows]
    # 10 × (100 − 60), and 50 of which nobody knows the cost; 200 − 60.
    assert rows == [("over_limit", 1, 105_000, 40_000, 5_000), ("asked", 1, 20_000, 14_000, 0)]
    company_line = by_reason.company
    assert (company_line.orders, company_line.margin, company_line.rate_bp) == (2, 54_000, 4_500)
    assert [(row.key, row.orders) for row in credit_cost(*QUARTER, "salesperson", TODAY).rows] == [("S1", 1), ("S2", 1)]
    assert [(row.key, row.orders) for row in credit_cost(*QUARTER, "customer", TODAY).rows] == [("C", 1), ("D", 1)]
    assert [(row.key, row.amount) for row in credit_cost(*QUARTER, "product", TODAY).rows] == [
        ("P", 120_000), ("Q", 5_000),
    ]  # fmt: skip
    assert credit_cost(*QUARTER, "reason", date(2026, 3, 3)).company.orders == 0


def test_a_held_order_lost_on_price_is_not_credits_cost(desk: Company) -> None:
    desk.customer("C", "S1", days=30, limit="100")
    above = desk.sell("C", date(2026, 3, 2), "500")
    desk.do(LoseOrder(order=above.id, date=date(2026, 3, 6), reason="price"))
    assert credit_cost(*QUARTER, "reason", TODAY).rows == ()
