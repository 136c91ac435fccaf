"""What is exported is the company: imported into a new store it is the same again."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from model import totals
from model.changes.orders import ConfirmOrder, LineArgs, RecordOrder
from model.changes.receipts import NamedBill, RecordReceipt
from model.errors import InputError
from model.files.exporting import export_tables
from model.files.importing import import_paths
from model.files.tables import TABLES
from model.ids import new_id
from model.store import open_store, rows
from tests.model.classicmodels import write_classicmodels
from tests.model.company import Company, company

TODAY = date(2026, 3, 31)
# What a store says about the business, without its own ids and without what the tables cannot carry.
FACTS = {
    "salespeople": "SELECT code, name, role, team, active FROM salesperson",
    "customers": "SELECT code, name, retail, created_on, closed_on, note FROM customer",
    "assignments": "SELECT c.code, p.code, a.from_date, a.to_date, a.started_by, a.ended_by FROM assignment a"
    " JOIN customer c ON c.id = a.customer_id JOIN salesperson p ON p.id = a.owner_id",
    "terms": "SELECT c.code, t.from_date, t.until_date, t.credit_days, t.credit_from, t.credit_limit, t.reason"
    " FROM terms t JOIN customer c ON c.id = t.customer_id",
    "products": "SELECT code, name, price_e4, floor_e4, tax_rate_bp, stock_e3, active FROM product",
    "costs": "SELECT p.code, c.from_date, c.cost_e4 FROM cost c JOIN product p ON p.id = c.product_id",
    "orders": "SELECT o.number, c.code, o.kind, o.date, o.live_from, o.live_to, o.decided_on, m.code, w.code,"
    " o.owner_bp, o.amount, o.cost, o.uncosted, o.owner_amount, o.owner_cost, o.owner_uncosted, o.credit_days,"
    " o.due_date, r.number, o.open_amount, o.settled_on FROM orders o JOIN customer c ON c.id = o.customer_id"
    " LEFT JOIN salesperson m ON m.id = o.maker_id LEFT JOIN salesperson w ON w.id = o.owner_id"
    " LEFT JOIN orders r ON r.id = o.returns_id",
    "lines": "SELECT o.number, l.line, p.code, l.quantity_e3, l.price_e4, l.discount_bp, l.amount, l.cost_e4, l.cost,"
    " l.tax_rate_bp, l.returns_line FROM order_line l JOIN orders o ON o.id = l.order_id"
    " JOIN product p ON p.id = l.product_id",
    "receipts": "SELECT r.number, c.code, r.date, r.amount, r.kind, b.number, r.unallocated FROM receipt r"
    " JOIN customer c ON c.id = r.customer_id LEFT JOIN receipt b ON b.id = r.reverses_id",
    "allocations": "SELECT COALESCE(r.number, s.number), COALESCE(o.number, f.number), a.date, a.amount"
    " FROM allocation a LEFT JOIN receipt r ON r.id = a.source_id LEFT JOIN orders s ON s.id = a.source_id"
    " LEFT JOIN orders o ON o.id = a.bill_id LEFT JOIN receipt f ON f.id = a.bill_id",
    "balances": "SELECT c.code, t.balance, t.trades, t.first_trade, t.last_trade, t.last_contact, t.money_until"
    " FROM customer_total t JOIN customer c ON c.id = t.customer_id",
    "months": "SELECT c.code, t.month, t.orders, t.revenue, t.cost, t.uncosted FROM customer_month t"
    " JOIN customer c ON c.id = t.customer_id",
    "performance": "SELECT p.code, t.month, t.orders, t.amount, t.cost, t.uncosted FROM person_month t"
    " LEFT JOIN salesperson p ON p.id = t.person_id",
}


def facts() -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(rows(query), key=repr) for name, query in FACTS.items()}


def trade(one: Company) -> None:
    """Everything that a document can become, done the way people do it."""
    one.salesperson("S1")
    one.salesperson("S2")
    one.product("P")
    one.product("Q", price="33.33", cost=None)
    one.rule(date(2025, 1, 1), 60)
    one.customer("C1", "S1", days=30, limit="5000", since=date(2025, 1, 1))
    one.customer("C2", days=0, limit="0")
    one.customer("C3", "S2", days=30, limit="9000", credit_from="month_end")
    one.customer("R", retail=True)
    one.terms("C1", days=None, limit="8000", since=date(2025, 2, 1), until=date(2025, 4, 30))
    shared = one.sell("C1", date(2025, 1, 10), [("P", "3", "100"), ("Q", "2.5", "33.33")], maker="S2")
    one.take_back(shared, date(2025, 1, 20), "1")
    one.take_back(shared, date(2025, 1, 21), "1")
    bills = [one.sell("C1", date(2025, 2, day), "1000") for day in (1, 2, 3)]
    one.pay("C1", date(2025, 2, 9), "100", kind="write_off")
    one.pay("C1", date(2025, 2, 10), "1500", bills[2], bills[0])
    one.pay("C1", date(2025, 2, 11), "200", bills[1])
    one.reverse(one.pay("C1", date(2025, 2, 12), "77"), date(2025, 2, 13))
    one.cost("P", date(2025, 3, 1), "85.5")
    one.assign("C1", "S2", date(2025, 3, 1))
    one.cancel(bills[1], date(2025, 2, 20))
    one.sell("C1", date(2025, 3, 5), "640", maker="S1")
    held = one.sell("C2", date(2025, 3, 7), "500")
    assert held.state == "held"
    one.cancel(held, date(2025, 3, 9))
    one.reject(one.sell("C2", date(2025, 3, 8), "501"), date(2025, 3, 10))
    one.sell("C2", date(2025, 3, 9), "400", quote=True)
    waiting = one.sell("C2", date(2025, 3, 9), "300")
    one.pay("C2", date(2025, 3, 10), "300", waiting)
    one.release(one.sell("C2", date(2025, 3, 11), "5000"), date(2025, 3, 12))
    paid = one.sell("C3", date(2025, 3, 15), "70", paid="70")
    # It names a bill that is paid already, and keeps everything for an order that is still held.
    one.terms("C3", days=0, limit="0", since=date(2025, 3, 16))
    late = one.sell("C3", date(2025, 3, 16), "200")
    one.do(
        RecordReceipt(
            id=new_id(), number="NAMED", customer=one.ids["C3"], date=date(2025, 3, 17), amount=15_000,
            bills=(NamedBill(order=paid.id, amount=6_000), NamedBill(order=late.id)),
        )
    )  # fmt: skip
    # A quote is won on its last day, held, and released after it.
    won = one.do(
        RecordOrder(
            id=new_id(), number="QUOTE", customer=one.ids["C2"], date=date(2025, 3, 15), quote=True,
            valid_until=date(2025, 3, 16),
            lines=(LineArgs(line=1, product=one.ids["P"], quantity_e3=1_000, price_e4=1_000_000),),
        )
    )  # fmt: skip
    one.do(ConfirmOrder(order=won.id, date=date(2025, 3, 16)))
    one.release(won, date(2025, 3, 18))
    one.sell("R", date(2025, 3, 15), "12.34", maker="S1", paid="12.34")
    one.blacklist("C3", date(2025, 3, 20))
    one.assign("C3", None, date(2025, 3, 25))


@pytest.mark.parametrize("target", ["tables", "tables.xlsx"])
def test_an_export_imported_into_a_new_store_is_the_same_company(tmp_path: Path, target: str) -> None:
    with company(tmp_path / "one", TODAY) as one:
        trade(one)
        before = facts()
        export_tables(tmp_path / target)
    with company(tmp_path / "two", TODAY):
        import_paths([tmp_path / target], on=TODAY)
        after = facts()
        assert totals.faults() == []
    for name in FACTS:
        assert after[name] == before[name], name


def test_an_export_imported_into_its_own_store_changes_nothing(tmp_path: Path) -> None:
    with company(tmp_path / "one", TODAY) as one:
        trade(one)
        before = facts()
        changes = rows("SELECT COUNT(*) FROM change")
        export_tables(tmp_path / "tables")
        summary = import_paths([tmp_path / "tables"], on=TODAY)
        assert not summary.changed
        assert facts() == before
        assert rows("SELECT COUNT(*) FROM change") == changes


def test_every_table_has_the_columns_that_an_import_reads(tmp_path: Path) -> None:
    with company(tmp_path / "one", TODAY):
        written = export_tables(tmp_path / "tables")
    assert [path.stem for path in written] == list(TABLES)
    for path in written:
        with path.open(encoding="utf-8", newline="") as file:
            assert tuple(next(csv.reader(file))) == TABLES[path.stem].column_names


def test_one_table_is_one_file(tmp_path: Path) -> None:
    with company(tmp_path / "one", TODAY) as one:
        one.salesperson("S1")
        assert export_tables(tmp_path / "people.csv", "salespeople") == [tmp_path / "people.csv"]
        assert (tmp_path / "people.csv").read_text().splitlines()[1] == "S1,Person S1,sales,,yes"
        with pytest.raises(InputError, match="nothing"):
            export_tables(tmp_path / "x.csv", "nothing")
        with pytest.raises(InputError, match="--table"):
            export_tables(tmp_path / "all.csv")


def test_a_name_that_looks_like_a_formula_is_text_in_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("code,name\nC1,=1+1\n")
    with open_store(tmp_path / "store", create=True).use():
        import_paths([tmp_path / "customers.csv"], on=TODAY)
        export_tables(tmp_path / "all.xlsx")
    cell = load_workbook(tmp_path / "all.xlsx")["customers"]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with open_store(tmp_path / "store", create=True).use(), pytest.raises(InputError, match="cannot be written"):
        export_tables(tmp_path / "file" / "tables")


def test_classicmodels_comes_back_as_it_went_out(tmp_path: Path) -> None:
    write_classicmodels(tmp_path / "in")
    with open_store(tmp_path / "one", create=True).use():
        import_paths([tmp_path / "in"], on=TODAY)
        before = facts()
        export_tables(tmp_path / "out")
    with open_store(tmp_path / "two", create=True).use():
        import_paths([tmp_path / "out"], on=TODAY)
        assert facts() == before


def test_the_readme_names_every_table_and_column() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        columns = ", ".join(column.name + ("*" if column.required else "") for column in table.columns)
        assert f"| `{table.name}` | {columns} |" in readme
