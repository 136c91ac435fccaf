"""The sample company, table by table: the same rows for the same day, size and seed.

    for table, row in generate(date.today()):
        ...

The trade of all customers is made first, in compact columns (see books.py), because a limit follows the trade
and a number follows the date; then the tables are given in the order in which one refers to another.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Literal

from sample_db import documents, master
from sample_db.books import Books
from sample_db.catalogue import make_catalogue
from sample_db.contacts import log_contacts
from sample_db.credit import keep_credit
from sample_db.customers import Customer, Person, make_customers, make_people
from sample_db.money_in import Paying, opening_bills
from sample_db.seasons import Period
from sample_db.trade import Buying, Shop

SEED = 20260101
Row = dict[str, str]
Size = Literal["small", "large"]
Progress = Callable[[int, int], None]
CUSTOMERS_PER_REPORT = 500


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a company is made; `interval_percent` stretches every customer's interval between orders."""

    salespeople: int
    customers: int
    interval_percent: int
    lines_typical: int
    contacts_per_customer: int


SMALL = Scale(salespeople=12, customers=600, interval_percent=136, lines_typical=4, contacts_per_customer=3)
LARGE = Scale(salespeople=120, customers=100_000, interval_percent=286, lines_typical=8, contacts_per_customer=1)
SCALES: dict[Size, Scale] = {"small": SMALL, "large": LARGE}

COLUMNS: dict[str, tuple[str, ...]] = {**master.COLUMNS, **documents.COLUMNS}
"""Every table in the order it is given, with the columns each of its rows has (empty text where unknown)."""

ROWS_EXPECTED: dict[Size, dict[str, int]] = {
    "small": {
        "salespeople": 15,
        "customers": 600,
        "assignments": 560,
        "terms": 480,
        "products": 300,
        "costs": 1_940,
        "rules": 2,
        "orders": 11_600,
        "order_lines": 46_500,
        "receipts": 10_400,
        "allocations": 190,
        "contacts_log": 1_600,
    },
    "large": {
        "salespeople": 123,
        "customers": 100_000,
        "assignments": 90_000,
        "terms": 74_500,
        "products": 300,
        "costs": 1_940,
        "rules": 2,
        "orders": 1_008_000,
        "order_lines": 7_600_000,
        "receipts": 924_000,
        "allocations": 8_200,
        "contacts_log": 88_500,
    },
}
"""About how many rows each table gets, for a bar of progress; the day it is made moves them by some percent."""


def generate(
    today: date,
    size: Size = "small",
    seed: int = SEED,
    on_customers_made: Progress | None = None,
) -> Iterator[tuple[str, Row]]:
    """Give every row of the sample company as (table, row), in the order of COLUMNS.

    Args:
        today: the day the history ends; nothing is dated after it but what is due, valid or planned later.
        size: 600 customers and some 10,000 orders, or 100,000 and some 1,000,000.
        seed: another seed is another company.
        on_customers_made: told (made, of all) while the trade is made, before the customers are given.
    """
    return generate_scaled(today, SCALES[size], seed, on_customers_made)


def generate_scaled(
    today: date, scale: Scale, seed: int = SEED, on_customers_made: Progress | None = None
) -> Iterator[tuple[str, Row]]:
    """Give the rows of a company of any scale."""
    period = Period(today)
    people = make_people(_rng(seed, "people"), scale.salespeople)
    yield from (("salespeople", row) for row in master.salespeople(people))
    products = make_catalogue(_rng(seed, "products"), period)
    customers = make_customers(
        _rng(seed, "customers"), period, people, scale.customers, scale.interval_percent, scale.lines_typical
    )
    books = Books()
    sellers = [position for position, person in enumerate(people) if person.role == "sales"]
    counter = sellers[-max(2, len(sellers) // 6) :]
    shop = Shop(_rng(seed, "trade"), period, products, sellers, counter, books)
    _trade_with_all(shop, customers, people, _rng(seed, "money"), scale.contacts_per_customer, on_customers_made)

    yield from (("customers", row) for row in master.customers(period, people, customers))
    yield from (("assignments", row) for row in master.assignments(period, people, customers))
    yield from (("terms", row) for row in master.terms(period, customers))
    yield from (("products", row) for row in master.products(period, products))
    yield from (("costs", row) for row in master.costs(period, products))
    yield from (("rules", row) for row in master.rules(period))
    papers = documents.Papers(period, people, customers, products, books)
    yield from (("orders", row) for row in papers.orders())
    yield from (("order_lines", row) for row in papers.order_lines())
    yield from (("receipts", row) for row in papers.receipts())
    yield from (("allocations", row) for row in papers.allocations())
    yield from (("contacts_log", row) for row in papers.contacts_log())


def _rng(seed: int, part: str) -> Random:
    """A source of chance for one part, so that a change of one part leaves the others as they are."""
    return Random(f"{seed}:{part}")


def _trade_with_all(
    shop: Shop,
    customers: list[Customer],
    people: list[Person],
    rng: Random,
    contacts_per_customer: int,
    on_customers_made: Progress | None,
) -> None:
    for position, customer in enumerate(customers):
        finance = next(place for place, person in enumerate(people) if person.role == "finance")
        openings = opening_bills(rng, shop.period, shop.books, position, customer, finance)
        buying = Buying(shop, position, customer)
        paying = Paying(rng, shop.period, shop.books, position, customer)
        paying.run(openings + buying.run())
        keep_credit(rng, shop.period, customer, buying, paying)
        log_contacts(rng, shop, position, customer, contacts_per_customer)
        if on_customers_made is not None and (position + 1) % CUSTOMERS_PER_REPORT == 0:
            on_customers_made(position + 1, len(customers))


def write_csv(
    folder: Path,
    today: date,
    size: Size = "small",
    seed: int = SEED,
    on_customers_made: Progress | None = None,
) -> dict[str, int]:
    """Write every table as a CSV file into a folder and give the rows of each."""
    folder.mkdir(parents=True, exist_ok=True)
    written = dict.fromkeys(COLUMNS, 0)
    with ExitStack() as files:
        writers: dict[str, Any] = {}
        for table, columns in COLUMNS.items():
            file = files.enter_context((folder / f"{table}.csv").open("w", encoding="utf-8", newline=""))
            writers[table] = csv.writer(file)
            writers[table].writerow(columns)
        for table, row in generate(today, size, seed, on_customers_made):
            writers[table].writerow(row.values())
            written[table] += 1
    return written
