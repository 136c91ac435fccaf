"""A public sample company whose customers paid four fifths, or a tenth too much: who owes what, to the cent.

What is expected is reckoned from the original files alone, document by document in plain Python: money settles the
oldest due bill first, what is over waits and is taken by the next bill on the date of that bill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from model import totals
from model.ageing import AgeBy, ageing, open_bills
from model.balances import balances
from model.files.importing import import_paths
from model.store import Store, open_store, rows
from tests.model.classicmodels import (
    TERM_DAYS,
    classicmodels_tables,
    needs_classicmodels,
    read_source,
    write_tables,
)

pytestmark = needs_classicmodels

LAST_DAY = date(2005, 6, 30)
# The second is a day on which bills were written and money came.
DAYS = (date(2003, 6, 30), date(2004, 11, 19), date(2005, 5, 31), LAST_DAY)
CENT = Decimal("0.01")
NOT_SOLD = ("Cancelled", "On Hold")


@dataclass
class Account:
    """What a customer bought and paid until a day, in cents.

    Attributes:
        bills: number → date and what is still open.
        settled_on: number → the day on which a bill was paid up.
        waits: money that no bill has taken.
    """

    bills: dict[str, tuple[date, int]] = field(default_factory=dict)
    settled_on: dict[str, date] = field(default_factory=dict)
    waits: int = 0
    sold: int = 0
    paid: int = 0

    def bill(self, number: str, day: date, cents: int) -> None:
        self.sold += cents
        self.bills[number] = (day, cents)
        self._match(day)

    def money(self, day: date, cents: int) -> None:
        self.paid += cents
        self.waits += cents
        self._match(day)

    def _match(self, day: date) -> None:
        """All customers have the same term: the oldest due is the oldest."""
        for number, (since, open_) in sorted(self.bills.items(), key=lambda bill: (bill[1][0], bill[0])):
            taken = min(open_, self.waits)
            self.waits -= taken
            self.bills[number] = (since, open_ - taken)
            if open_ and taken == open_:
                self.settled_on[number] = day

    def ages(self, day: date, days_until_old: int) -> tuple[int, ...]:
        buckets = [0] * 6
        for since, open_ in self.bills.values():
            old = (day - since).days - days_until_old
            buckets[0 if old <= 0 else 1 if old <= 30 else 2 if old <= 60 else 3 if old <= 90 else 4] += open_
        buckets[5] = -self.waits
        return tuple(buckets)


def scaled(amount: str, factor: str) -> Decimal:
    return (Decimal(amount) * Decimal(factor)).quantize(CENT, ROUND_HALF_UP)


def cents(amount: Decimal) -> int:
    assert amount == amount.quantize(CENT)
    return int(amount * 100)


def accounts(day: date, factor: str) -> dict[str, Account]:
    """Every customer's account as of a day, from the original files."""
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for line in read_source("orderdetails"):
        amounts[line["orderNumber"]] += int(line["quantityOrdered"]) * Decimal(line["priceEach"])
    documents: list[tuple[str, int, str, str, int]] = [
        (row["orderDate"], 0, row["orderNumber"], row["customerNumber"], cents(amounts[row["orderNumber"]]))
        for row in read_source("orders")
        if row["status"] not in NOT_SOLD
    ]
    documents += [
        (row["paymentDate"], 1, row["checkNumber"], row["customerNumber"], cents(scaled(row["amount"], factor)))
        for row in read_source("payments")
    ]
    found = {row["customerNumber"]: Account() for row in read_source("customers")}
    for dated, is_money, number, customer, amount in sorted(documents):
        on = date.fromisoformat(dated)
        if on <= day and is_money:
            found[customer].money(on, amount)
        elif on <= day:
            found[customer].bill(number, on, amount)
    return found


@pytest.fixture(scope="module", params=["0.8", "1.1"])
def paid(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    """The company with every payment multiplied, and by what."""
    factor = request.param
    folder = tmp_path_factory.mktemp("classicmodels")
    tables = classicmodels_tables()
    for receipt in tables["receipts"]:
        receipt["amount"] = str(scaled(receipt["amount"], factor))
    write_tables(folder / "tables", tables)
    opened = open_store(folder / "store", create=True)
    with opened.use():
        import_paths([folder / "tables"], on=LAST_DAY)
    yield opened, factor
    opened.close()


def test_the_totals_are_those_of_the_documents(paid: tuple[Store, str]) -> None:
    with paid[0].use():
        assert totals.faults() == []


@pytest.mark.parametrize("day", DAYS)
def test_balances(paid: tuple[Store, str], day: date) -> None:
    store, factor = paid
    expected = {code: (kept.sold, kept.paid, kept.sold - kept.paid) for code, kept in accounts(day, factor).items()}
    with store.use():
        found = {row.code: (row.sums.orders, row.sums.receipts, row.standing.balance) for row in balances(day)}
    assert found == expected


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(("by", "days_until_old"), [("due", TERM_DAYS), ("date", 0)])
def test_ageing_and_unallocated_money(paid: tuple[Store, str], day: date, by: AgeBy, days_until_old: int) -> None:
    store, factor = paid
    ages = {code: kept.ages(day, days_until_old) for code, kept in accounts(day, factor).items()}
    expected = {code: columns for code, columns in ages.items() if any(columns)}
    with store.use():
        report = ageing(day, by)
    assert {row.code: row.ages.columns for row in report.rows} == expected
    assert report.total.columns == tuple(map(sum, zip(*expected.values(), strict=True)))


@pytest.mark.parametrize("day", DAYS)
def test_what_every_bill_still_owes(paid: tuple[Store, str], day: date) -> None:
    store, factor = paid
    expected = {
        number: (code, since, since + timedelta(days=TERM_DAYS), open_)
        for code, kept in accounts(day, factor).items()
        for number, (since, open_) in kept.bills.items()
        if open_
    }
    with store.use():
        found = {bill.number: (bill.code, bill.issued_on, bill.due_on, bill.open) for bill in open_bills(day)}
    assert found == expected


def test_when_every_bill_was_paid_up(paid: tuple[Store, str]) -> None:
    store, factor = paid
    expected = {
        number: str(day) for kept in accounts(LAST_DAY, factor).values() for number, day in kept.settled_on.items()
    }
    with store.use():
        found = dict(rows("SELECT number, settled_on FROM orders WHERE settled_on IS NOT NULL"))
    assert found == expected


def test_the_two_companies_are_what_they_are_for(paid: tuple[Store, str]) -> None:
    """Part payments leave bills half paid, over-payments leave money waiting, which the next bill takes."""
    _store, factor = paid
    found = accounts(LAST_DAY, factor).values()
    if factor == "0.8":
        assert sum(1 for kept in found for _since, open_ in kept.bills.values() if open_) > 90
    else:
        assert sum(1 for kept in found if kept.waits) > 50
        days_of_money = {row["paymentDate"] for row in read_source("payments")}
        taken_at_once = [day for kept in found for day in kept.settled_on.values() if str(day) not in days_of_money]
        assert taken_at_once
