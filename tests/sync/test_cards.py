"""Of another's customer a laptop has a card, and every figure of its credit there is the office's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from model.ageing import ageing, open_bills, overdue_list
from model.archive import head_of
from model.balances import balances
from model.credit import judge, standing_on
from model.customer_list import CustomerFilter, CustomerList, ListedCustomer
from model.errors import Refused
from model.laptop import cards_count
from model.money import grouped
from model.payment_record import payment_records, suggestion_for
from model.stages import STAGES
from model.statement import statement
from tests.sync.offices import Company, Laptop
from tui import locale
from tui.archive.head import credit_line, name_line, verdict_line
from tui.customers.listed import COLUMNS, row_of


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    locale.use("en")
    yield
    locale.use("en")


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


def test_reports_leave_out_those_of_whom_only_the_card_is_here(company: Company, of_b: Laptop) -> None:
    company.customer("OWN", "B", limit=1000)
    of_b.sync()
    of_b.sell("OWN", "P1", 2)
    # An order for another's customer is here, but it is not all there is of that customer.
    of_b.sell("C2", "P1", 1)
    day, card = company.day, company.customers["C1"]
    with of_b.store.use():
        assert cards_count() == 2
        assert [row.code for row in balances(day)] == ["OWN"]
        assert list(balances(day, card)) == []
        aged = ageing(day)
        assert ([row.code for row in aged.rows], aged.total.balance) == (["OWN"], 20_000)
        late = day + timedelta(days=100)
        assert {bill.code for bill in open_bills(late)} == {bill.code for bill in overdue_list(late)} == {"OWN"}
        assert [row.code for row in payment_records(late)] == ["OWN"]
        assert list(payment_records(late, card)) == []


def test_the_office_and_a_store_of_its_own_leave_nobody_out(company: Company, of_b: Laptop) -> None:
    with company.store.use():
        assert cards_count() == 0
        assert [row.code for row in balances(company.day)] == ["C1", "C2"]


def test_nothing_is_stated_of_a_customer_held_as_a_card(company: Company, of_b: Laptop) -> None:
    company.customer("POOL")
    of_b.sync()
    day = company.day
    with of_b.store.use():
        for ask in (
            lambda: statement(company.customers["C1"], None, day),
            lambda: suggestion_for(company.customers["C1"], day),
        ):
            with pytest.raises(Refused) as refused:
                ask()
            assert refused.value.params == {"code": "C1", "owner": "Person A"}
        assert len(statement(company.customers["POOL"], None, day)) == 1
    with company.store.use():
        assert len(statement(company.customers["C1"], None, day)) == 2


@pytest.mark.parametrize("sort", ["balance", "last_trade"])
@pytest.mark.parametrize("chosen", [CustomerFilter(), CustomerFilter(text="Customer")], ids=["walked", "gathered"])
def test_what_a_card_does_not_say_stays_last_either_way(
    company: Company, of_b: Laptop, sort: str, chosen: CustomerFilter
) -> None:
    for code, quantity in (("B1", 1), ("B2", 3), ("D1", 0)):
        company.customer(code, "B", limit=1000)
        of_b.sync()
        if quantity:
            of_b.sell(code, "P1", quantity)
            company.day += timedelta(days=1)
    of_b.sell("C2", "P1", 2)
    for descending, expected in ((False, ["D1", "B1", "B2", "C1", "C2"]), (True, ["B2", "B1", "D1", "C2", "C1"])):
        with of_b.store.use():
            listing = CustomerList(chosen, sort, descending, company.day)
            whole = listing.page(10)
            assert [row.code for row in whole] == expected
            for place, row in enumerate(whole):
                # Page by page from either side it is the same list.
                assert listing.page(2, after=row.key) == whole[place + 1 : place + 3]
                assert listing.page(2, before=row.key) == whole[max(0, place - 2) : place]
                assert listing.page(2, offset=place) == whole[place : place + 2]


def test_filters_by_trade_pass_only_those_whose_trades_are_here(company: Company, of_b: Laptop) -> None:
    of_b.sell("C2", "P1", 1)
    company.day += timedelta(days=40)
    assert listed(of_b, CustomerFilter(quiet_days=30)) == []
    assert [row.code for stage in STAGES for row in listed(of_b, CustomerFilter(stage=stage))] == []


@pytest.mark.parametrize("width", [80, 120])
def test_the_head_of_a_card_shows_what_the_card_says_and_dashes_for_the_rest(
    company: Company, of_b: Laptop, width: int
) -> None:
    with of_b.store.use():
        head = head_of(company.customers["C1"], company.day)
        left = standing_on(company.customers["C1"], company.day).credit_left
    assert head is not None
    assert (head.last_trade, head.trades, head.trading_months) == (None, 0, 0)
    assert " – · card only" in name_line(head, "prospect", width).plain
    assert credit_line(head, width).plain.rstrip() == f"limit –  used –  left {grouped(left)}"
    told = verdict_line(head, width).plain
    assert told.startswith("verdict: overdue · overdue 300.00 · ")


def test_the_list_of_customers_shows_and_filters_what_cards_say(company: Company, of_b: Laptop) -> None:
    shown = {row.code: row for row in listed(of_b, CustomerFilter())}
    with of_b.store.use():
        left = standing_on(company.customers["C1"], company.day).credit_left
    assert (shown["C1"].overdue, shown["C1"].credit_left, shown["C1"].only_card) == (30_000, left, True)
    assert (shown["C2"].overdue, shown["C2"].only_card) == (0, True)
    assert [row.code for row in listed(of_b, CustomerFilter(overdue=True))] == ["C1"]
    unknown = shown["C1"]
    assert (unknown.balance, unknown.stage, unknown.last_trade, unknown.grade) == (None, "", None, "")
    cells = dict(zip((column.key for column in COLUMNS), row_of(unknown).cells, strict=True))
    assert {name: cells[name] for name in ("balance", "stage", "last_trade", "this_month", "grade")} == dict.fromkeys(
        ("balance", "stage", "last_trade", "this_month", "grade"), "–"
    )
    assert (cells["overdue"], cells["credit_left"]) == ("300.00", grouped(left))
