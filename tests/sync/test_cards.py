"""Of another's customer a laptop has a card, and every figure of its credit there is the office's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model.balances import balances
from model.changes.terms import SetBlacklisted
from model.credit import judge, standing_on
from model.customer_list import CustomerFilter, CustomerList, ListedCustomer
from tests.sync.offices import Company, Laptop


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    company.person("A")
    company.person("B")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    company.customer("C2", "A", limit=500)
    return company


@pytest.fixture
def of_b(company: Company) -> Laptop:
    """B's laptop, long after A's customer C1 should have paid 300."""
    a, b = company.laptop("A"), company.laptop("B")
    a.sync()
    a.sell("C1", "P1", 3)
    a.sync()
    company.day += timedelta(days=60)
    # The first exchange asks for what was lent, the second brings it back.
    a.sync()
    a.sync()
    b.sync()
    return b


def listed(laptop: Laptop, chosen: CustomerFilter) -> list[ListedCustomer]:
    with laptop.store.use():
        return CustomerList(chosen, "code", False, laptop.company.day).page(10)


def test_a_card_says_how_much_is_overdue_and_the_cure_is_that_much(company: Company, of_b: Laptop) -> None:
    with of_b.store.use():
        standing = standing_on(company.customers["C1"], company.day)
        assert (standing.verdict, standing.overdue, standing.overdue_bills) == ("overdue", 30_000, ())
        verdict = judge(standing, total=50_000, paid=0)
        assert [(reason.name, reason.amount) for reason in verdict.reasons] == [("overdue", 30_000)]
        assert verdict.cure == 30_000


def test_the_balance_report_stands_on_cards_as_the_verdict_does(company: Company, of_b: Laptop) -> None:
    company.at_office(
        SetBlacklisted(customer=company.customers["C2"], from_date=company.day, blacklisted=True, reason="bounced")
    )
    of_b.sync()
    with of_b.store.use():
        for row in balances(company.day):
            standing = standing_on(row.id, company.day)
            assert (row.verdict, row.standing.overdue, row.standing.credit_left) == (
                standing.verdict, standing.overdue, standing.credit_left,
            )  # fmt: skip
        assert {row.code: row.verdict for row in balances(company.day)} == {"C1": "overdue", "C2": "blacklisted"}
        assert [row.verdict for row in balances(company.day, company.customers["C1"])] == ["overdue"]


def test_the_list_of_customers_shows_and_filters_what_cards_say(company: Company, of_b: Laptop) -> None:
    shown = {row.code: row for row in listed(of_b, CustomerFilter())}
    with of_b.store.use():
        left = standing_on(company.customers["C1"], company.day).credit_left
    assert (shown["C1"].overdue, shown["C1"].credit_left, shown["C1"].only_card) == (30_000, left, True)
    assert (shown["C2"].overdue, shown["C2"].only_card) == (0, True)
    assert [row.code for row in listed(of_b, CustomerFilter(overdue=True))] == ["C1"]
