"""ClassicModels, a public sample of a model car wholesaler, as rows of the import tables."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

Row = dict[str, str]
_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "classicmodels"
FOLDER = Path(os.environ.get("HUOKE_TEST_CLASSICMODELS", _BESIDE))
REASON = "the ClassicModels files are not beside this repository"
TERM_DAYS = 30
STATES = {"Cancelled": "cancelled", "On Hold": "held"}

needs_classicmodels = pytest.mark.skipif(not FOLDER.is_dir(), reason=REASON)


def read_source(name: str) -> list[Row]:
    """One of the original files; the test is skipped where it is not at hand."""
    if not FOLDER.is_dir():
        pytest.skip(REASON)
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def classicmodels_tables() -> dict[str, list[Row]]:
    """Every import table of ClassicModels: all customers on 30 days, cancelled and held orders kept as such."""
    return {
        "salespeople": [_salesperson(row) for row in read_source("employees")],
        "customers": [_customer(row) for row in read_source("customers")],
        "products": [_product(row) for row in read_source("products")],
        "orders": [_order(row) for row in read_source("orders")],
        "order_lines": [
            {
                "order": row["orderNumber"],
                "line": row["orderLineNumber"],
                "product": row["productCode"],
                "quantity": row["quantityOrdered"],
                "price": row["priceEach"],
            }
            for row in read_source("orderdetails")
        ],
        "receipts": [
            {
                "number": row["checkNumber"],
                "customer": row["customerNumber"],
                "date": row["paymentDate"],
                "amount": row["amount"],
                "method": "check",
            }
            for row in read_source("payments")
        ],
    }


def write_classicmodels(folder: Path) -> Path:
    """Write the tables as CSV files into a folder and give it back."""
    write_tables(folder, classicmodels_tables())
    return folder


def write_tables(folder: Path, tables: dict[str, list[Row]]) -> None:
    """Write tables as CSV files, one each, with the columns of their first row."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def _salesperson(row: Row) -> Row:
    role = "sales" if row["jobTitle"] == "Sales Rep" else "manager"
    return {"code": row["employeeNumber"], "name": f"{row['firstName']} {row['lastName']}", "role": role}


def _customer(row: Row) -> Row:
    return {
        "code": row["customerNumber"],
        "name": row["customerName"],
        "owner": row["salesRepEmployeeNumber"],
        "segment": row["country"],
        "contact": f"{row['contactFirstName'].strip()} {row['contactLastName'].strip()}",
        "phone": row["phone"],
        "address": " ".join(part for part in (row["addressLine1"], row["addressLine2"]) if part),
        "city": row["city"],
        "credit_days": str(TERM_DAYS),
        "credit_limit": row["creditLimit"],
    }


def _product(row: Row) -> Row:
    return {
        "code": row["productCode"],
        "name": row["productName"],
        "brand": row["productVendor"],
        "category": row["productLine"],
        "price": row["MSRP"],
        "cost": row["buyPrice"],
        "stock": row["quantityInStock"],
    }


def _order(row: Row) -> Row:
    return {
        "number": row["orderNumber"],
        "customer": row["customerNumber"],
        "date": row["orderDate"],
        "state": STATES.get(row["status"], "confirmed"),
        "note": row["comments"],
    }
