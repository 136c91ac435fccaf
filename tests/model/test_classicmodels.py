"""The figures of a public sample company against SQL that knows nothing of Huoke: only its original files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

import pytest

from model import totals
from model.activity import activity_board
from model.ageing import AgeBy, ageing
from model.balances import balances
from model.files.importing import import_paths
from model.margin import MarginBy, margin
from model.performance import performance_board
from model.store import Store, open_store
from tests.model.classicmodels import TERM_DAYS, needs_classicmodels, read_source, write_classicmodels

pytestmark = needs_classicmodels

LAST_DAY = date(2005, 6, 30)
DAYS = (date(2003, 6, 30), date(2004, 8, 15), date(2005, 5, 31), LAST_DAY)
SOURCES = ("customers", "employees", "orders", "orderdetails", "payments", "products")
# Cents, and only orders that were neither cancelled nor put on hold.
VIEWS = """
CREATE VIEW line AS SELECT orderNumber, productCode, CAST(quantityOrdered AS INTEGER) AS quantity,
    CAST(quantityOrdered AS INTEGER) * CAST(ROUND(priceEach * 100) AS INTEGER) AS amount FROM orderdetails;
CREATE VIEW live AS SELECT orderNumber, customerNumber, orderDate,
    (SELECT SUM(amount) FROM line WHERE line.orderNumber = orders.orderNumber) AS amount
    FROM orders WHERE status NOT IN ('Cancelled', 'On Hold');
CREATE VIEW paid AS SELECT customerNumber, paymentDate, CAST(ROUND(amount * 100) AS INTEGER) AS amount FROM payments;
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("classicmodels")
    opened = open_store(folder / "store", create=True)
    with opened.use():
        import_paths([write_classicmodels(folder / "tables")], on=LAST_DAY)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def raw() -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(":memory:")
    for source in SOURCES:
        found = read_source(source)
        columns = list(found[0])
        database.execute(f"CREATE TABLE {source} ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO {source} VALUES ({marks})", [tuple(row.values()) for row in found])
    database.executescript(VIEWS)
    yield database
    database.close()


def test_the_totals_are_those_of_the_documents(store: Store) -> None:
    with store.use():
        assert totals.faults() == []


@pytest.mark.parametrize("month", [f"2004-{number:02d}" for number in range(1, 13)])
@pytest.mark.parametrize("as_of", [LAST_DAY, date(2004, 12, 31)])
def test_activity_of_every_salesperson(store: Store, raw: sqlite3.Connection, month: str, as_of: date) -> None:
    expected = {
        code: (responsible, active)
        for code, responsible, active in raw.execute(
            "SELECT COALESCE(NULLIF(salesRepEmployeeNumber, ''), '-'), COUNT(*), SUM(customerNumber IN"
            " (SELECT customerNumber FROM live WHERE substr(orderDate, 1, 7) = ? AND amount > 0))"
            " FROM customers GROUP BY 1",
            (month,),
        )
    }
    company = tuple(map(sum, zip(*expected.values(), strict=True)))
    expected.pop("-", None)
    for (code,) in raw.execute("SELECT employeeNumber FROM employees WHERE jobTitle = 'Sales Rep'"):
        expected.setdefault(code, (0, 0))
    with store.use():
        board = activity_board(month, as_of)
    assert {row.code: (row.responsible, row.active) for row in board.rows} == expected
    assert (board.company.responsible, board.company.active) == company
    rates = [row.rate_bp for row in board.rows]
    assert rates == sorted(rates, key=lambda rate: -1 if rate is None else rate, reverse=True)


KEYS: dict[MarginBy, str] = {
    "customer": "live.customerNumber",
    "segment": "TRIM(customers.country)",
    "salesperson": "customers.salesRepEmployeeNumber",
    "product": "line.productCode",
    "brand": "products.productVendor",
    "category": "products.productLine",
    "month": "substr(live.orderDate, 1, 7)",
}
MARGIN = """
SELECT {key}, COUNT(DISTINCT live.orderNumber), SUM(line.amount),
    SUM(line.quantity * CAST(ROUND(products.buyPrice * 100) AS INTEGER))
FROM live JOIN line ON line.orderNumber = live.orderNumber JOIN products ON products.productCode = line.productCode
JOIN customers ON customers.customerNumber = live.customerNumber
WHERE live.orderDate BETWEEN ? AND ? GROUP BY 1
"""


@pytest.mark.parametrize("by", KEYS)
@pytest.mark.parametrize(
    ("first", "last", "as_of"),
    [
        (date(2004, 1, 1), date(2004, 12, 31), LAST_DAY),
        (date(2004, 1, 1), date(2004, 12, 31), date(2004, 12, 31)),
        (date(2003, 1, 1), LAST_DAY, LAST_DAY),
        (date(2004, 2, 3), date(2004, 11, 17), LAST_DAY),
    ],
)
def test_margin(store: Store, raw: sqlite3.Connection, by: MarginBy, first: date, last: date, as_of: date) -> None:
    period = (first.isoformat(), last.isoformat())
    expected = {key: tuple(sums) for key, *sums in raw.execute(MARGIN.format(key=KEYS[by]), period)}
    ((_, *total),) = raw.execute(MARGIN.format(key="'*'"), period)
    with store.use():
        report = margin(first, last, by, as_of)
    assert {row.key: (row.orders, row.revenue, row.cost) for row in report.rows} == expected
    assert [report.total.orders, report.total.revenue, report.total.cost] == total
    assert all(row.uncosted == 0 and row.margin == row.revenue - row.cost for row in report.rows)


def test_performance_of_a_month(store: Store, raw: sqlite3.Connection) -> None:
    query = MARGIN.format(key=KEYS["salesperson"])
    expected = {key: tuple(sums) for key, *sums in raw.execute(query, ("2004-11-01", "2004-11-30"))}
    with store.use():
        board = performance_board("2004-11", LAST_DAY)
    assert {row.key: (row.orders, row.revenue, row.cost) for row in board.rows if row.revenue} == expected


# Every receipt settles the oldest due, and all terms are equal: what is open is what the sum of payments leaves.
AGEING = """
WITH bill AS (
    SELECT customerNumber, {since} AS since, amount,
        SUM(amount) OVER (PARTITION BY customerNumber ORDER BY orderDate, orderNumber) AS until_here
    FROM live WHERE orderDate <= :day),
money AS (SELECT customerNumber, SUM(amount) AS amount FROM paid WHERE paymentDate <= :day GROUP BY customerNumber),
owed AS (
    SELECT bill.customerNumber AS customer, julianday(:day) - julianday(since) AS days,
        MIN(bill.amount, MAX(0, until_here - COALESCE(money.amount, 0))) AS open
    FROM bill LEFT JOIN money ON money.customerNumber = bill.customerNumber
    UNION ALL
    SELECT customers.customerNumber, -1, 0 FROM customers)
SELECT customer, SUM(CASE WHEN days <= 0 THEN open ELSE 0 END),
    SUM(CASE WHEN days BETWEEN 1 AND 30 THEN open ELSE 0 END),
    SUM(CASE WHEN days BETWEEN 31 AND 60 THEN open ELSE 0 END),
    SUM(CASE WHEN days BETWEEN 61 AND 90 THEN open ELSE 0 END),
    SUM(CASE WHEN days > 90 THEN open ELSE 0 END),
    MIN(0, COALESCE((SELECT SUM(amount) FROM bill WHERE customerNumber = customer), 0)
        - COALESCE((SELECT amount FROM money WHERE customerNumber = customer), 0))
FROM owed GROUP BY customer
"""


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(("by", "since"), [("due", f"date(orderDate, '+{TERM_DAYS} days')"), ("date", "orderDate")])
def test_ageing(store: Store, raw: sqlite3.Connection, day: date, by: AgeBy, since: str) -> None:
    found = raw.execute(AGEING.format(since=since), {"day": day.isoformat()})
    expected = {customer: tuple(columns) for customer, *columns in found if any(columns)}
    with store.use():
        report = ageing(day, by)
    assert {row.code: row.ages.columns for row in report.rows} == expected
    assert report.total.columns == tuple(map(sum, zip(*expected.values(), strict=True)))


@pytest.mark.parametrize("day", DAYS)
def test_balances(store: Store, raw: sqlite3.Connection, day: date) -> None:
    expected = {
        customer: (sold, received, sold - received)
        for customer, sold, received in raw.execute(
            "SELECT customerNumber, COALESCE((SELECT SUM(amount) FROM live WHERE live.customerNumber ="
            " customers.customerNumber AND orderDate <= :day), 0), COALESCE((SELECT SUM(amount) FROM paid WHERE"
            " paid.customerNumber = customers.customerNumber AND paymentDate <= :day), 0) FROM customers",
            {"day": day.isoformat()},
        )
    }
    with store.use():
        found = {row.code: (row.sums.orders, row.sums.receipts, row.standing.balance) for row in balances(day)}
        aged = {row.code: row.ages.balance for row in ageing(day).rows}
    assert found == expected
    assert aged.items() <= {code: balance for code, (_, _, balance) in expected.items()}.items()
