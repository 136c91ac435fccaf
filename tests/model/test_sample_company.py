"""The sample company is a valid import by itself: complete, consistent, and never ahead of today."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from model.files.importing import import_generated
from model.search import find_customers
from model.store import open_store
from sample_db.company import (
    COLUMNS,
    LARGE,
    ROWS_EXPECTED,
    SMALL,
    Row,
    Scale,
    generate,
    generate_scaled,
    write_csv,
)
from sample_db.names import SHOWN_CUSTOMER

TODAY = date(2026, 3, 18)
LARGE_SCALED_DOWN = replace(LARGE, customers=1_500, salespeople=24)
Tables = dict[str, list[Row]]

# The columns of the import tables; what the sample leaves out is not known of it.
IMPORT_COLUMNS = {
    "salespeople": "code name role team active",
    "customers": "code name short_name kind owner segment contact phone address city bank_account tax_id "
    "credit_days credit_from credit_limit blacklisted label created_on closed_on note",
    "assignments": "customer owner from to by",
    "terms": "customer from credit_days credit_from credit_limit until reason",
    "products": "code name brand category unit price floor cost tax_rate stock stock_on active",
    "costs": "product from cost",
    "rules": "from kind owner_share maker_share",
    "orders": "number customer date maker kind state returns credit_days due_date valid_until invoice_number "
    "invoiced_on decided_on reason note amount",
    "order_lines": "order line product quantity price discount cost returns_line",
    "receipts": "number customer date amount kind method reference order reverses",
    "allocations": "receipt order amount",
    "contacts_log": "customer date salesperson note next_on",
}


def tables_of(scale: Scale, today: date = TODAY) -> Tables:
    """Every table of a company as lists of rows."""
    tables: Tables = {table: [] for table in COLUMNS}
    for table, row in generate_scaled(today, scale):
        tables[table].append(row)
    return tables


@pytest.fixture(scope="module", params=[SMALL, LARGE_SCALED_DOWN], ids=["small", "large_scaled_down"])
def company(request: pytest.FixtureRequest) -> Tables:
    """One company for all the questions below."""
    scale: Scale = request.param
    return tables_of(scale)


def test_tables_come_in_the_order_in_which_one_refers_to_another() -> None:
    seen = list(dict.fromkeys(table for table, _ in generate(TODAY)))
    assert seen == list(IMPORT_COLUMNS)
    assert list(COLUMNS) == list(IMPORT_COLUMNS)


def test_every_row_has_the_columns_of_its_table_and_no_others(company: Tables) -> None:
    for table, rows in company.items():
        assert set(COLUMNS[table]) <= set(IMPORT_COLUMNS[table].split())
        assert all(tuple(row) == COLUMNS[table] for row in rows)


def test_codes_numbers_and_names_are_unique(company: Tables) -> None:
    for table, column in (
        ("salespeople", "code"),
        ("customers", "code"),
        ("customers", "name"),
        ("products", "code"),
        ("products", "name"),
    ):
        values = [row[column] for row in company[table]]
        assert len(values) == len(set(values)), (table, column)
    numbers = [row["number"] for table in ("orders", "receipts") for row in company[table]]
    assert len(numbers) == len(set(numbers))


def test_every_reference_resolves(company: Tables) -> None:
    keys = {
        "person": {row["code"] for row in company["salespeople"]},
        "customer": {row["code"] for row in company["customers"]},
        "product": {row["code"] for row in company["products"]},
        "order": {row["number"] for row in company["orders"]},
        "receipt": {row["number"] for row in company["receipts"]},
    }
    for table, column, target in (
        ("customers", "owner", "person"),
        ("assignments", "customer", "customer"),
        ("assignments", "owner", "person"),
        ("terms", "customer", "customer"),
        ("costs", "product", "product"),
        ("orders", "customer", "customer"),
        ("orders", "maker", "person"),
        ("orders", "returns", "order"),
        ("order_lines", "order", "order"),
        ("order_lines", "product", "product"),
        ("receipts", "customer", "customer"),
        ("receipts", "order", "order"),
        ("receipts", "reverses", "receipt"),
        ("allocations", "receipt", "receipt"),
        ("allocations", "order", "order"),
        ("contacts_log", "customer", "customer"),
        ("contacts_log", "salesperson", "person"),
    ):
        missing = {row[column] for row in company[table]} - keys[target] - {""}
        assert not missing, (table, column)


def test_nothing_has_happened_after_today(company: Tables) -> None:
    for table, columns in (
        ("customers", ("created_on", "closed_on")),
        ("assignments", ("from", "to")),
        ("terms", ("from",)),
        ("products", ("stock_on",)),
        ("costs", ("from",)),
        ("rules", ("from",)),
        ("orders", ("date", "invoiced_on", "decided_on")),
        ("receipts", ("date",)),
        ("contacts_log", ("date",)),
    ):
        for column in columns:
            dates = [date.fromisoformat(row[column]) for row in company[table] if row[column]]
            assert max(dates) <= TODAY, (table, column)


def test_orders_come_by_increasing_date_up_to_this_week(company: Tables) -> None:
    dates = [row["date"] for row in company["orders"]]
    assert dates == sorted(dates)
    assert (TODAY - date.fromisoformat(dates[-1])).days < 7


def test_every_order_has_lines_or_is_an_opening_with_an_amount_and_a_due_date(company: Tables) -> None:
    with_lines = {row["order"] for row in company["order_lines"]}
    for row in company["orders"]:
        if row["kind"] == "opening":
            assert row["number"] not in with_lines
            assert Decimal(row["amount"]) > 0
            assert row["due_date"]
        else:
            assert row["number"] in with_lines
            assert not row["amount"]


def test_nothing_comes_back_that_was_not_sold(company: Tables) -> None:
    order_of = {row["number"]: row for row in company["orders"]}
    sold = {(row["order"], row["line"]): row for row in company["order_lines"]}
    back: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in company["order_lines"]:
        returning = order_of[line["order"]]
        assert Decimal(line["quantity"]) > 0
        assert bool(line["returns_line"]) == (returning["kind"] == "return")
        if line["returns_line"]:
            source = order_of[returning["returns"]]
            assert (source["kind"], source["state"]) == ("sale", "confirmed")
            assert source["customer"] == returning["customer"]
            assert source["date"] <= returning["date"]
            original = sold[(source["number"], line["returns_line"])]
            assert (original["product"], original["price"]) == (line["product"], line["price"])
            back[(source["number"], line["returns_line"])] += Decimal(line["quantity"])
    assert back
    assert all(quantity <= Decimal(sold[place]["quantity"]) for place, quantity in back.items())


def test_ownership_never_overlaps_and_ends_at_the_present_owner(company: Tables) -> None:
    spans: dict[str, list[Row]] = defaultdict(list)
    for row in company["assignments"]:
        spans[row["customer"]].append(row)
    for customer in company["customers"]:
        history = sorted(spans[customer["code"]], key=lambda row: row["from"])
        for earlier, later in pairwise(history):
            assert earlier["to"]
            assert earlier["to"] <= later["from"]
        assert all(not row["to"] or row["from"] < row["to"] for row in history)
        present = [row["owner"] for row in history if not row["to"]]
        assert present == ([customer["owner"]] if customer["owner"] else [])
        assert (customer["kind"] == "owned") == bool(customer["owner"])


def test_a_history_of_terms_ends_at_the_customers_present_term(company: Tables) -> None:
    lasting = {row["customer"]: row for row in company["terms"] if not row["until"]}
    for customer in company["customers"]:
        row = lasting.get(customer["code"])
        if row is not None:
            for column in ("credit_days", "credit_from", "credit_limit"):
                assert row[column] == customer[column]


def test_allocations_share_a_receipt_exactly_among_orders_of_its_customer(company: Tables) -> None:
    receipts = {row["number"]: row for row in company["receipts"]}
    customer_of = {row["number"]: row["customer"] for row in company["orders"]}
    shared: dict[str, Decimal] = defaultdict(Decimal)
    for row in company["allocations"]:
        assert customer_of[row["order"]] == receipts[row["receipt"]]["customer"]
        shared[row["receipt"]] += Decimal(row["amount"])
    assert shared
    assert all(amount == Decimal(receipts[number]["amount"]) for number, amount in shared.items())
    assert all(Decimal(row["amount"]) > 0 for row in company["receipts"])


def test_a_reversal_takes_back_its_whole_receipt(company: Tables) -> None:
    receipts = {row["number"]: row for row in company["receipts"]}
    for row in company["receipts"]:
        assert bool(row["reverses"]) == (row["kind"] == "reversal")
        if row["reverses"]:
            reversed_one = receipts[row["reverses"]]
            assert reversed_one["amount"] == row["amount"]
            assert reversed_one["customer"] == row["customer"]
            assert reversed_one["date"] <= row["date"]


def test_every_kind_and_state_of_document_is_there(company: Tables) -> None:
    assert {row["kind"] for row in company["orders"]} == {"sale", "return", "opening"}
    states = {"confirmed", "quote", "held", "rejected", "cancelled", "lost"}
    assert {row["state"] for row in company["orders"]} == states
    kinds = {"receipt", "refund", "write_off", "discount", "reversal"}
    assert {row["kind"] for row in company["receipts"]} == kinds
    assert {row["by"] for row in company["assignments"]} == {"office", "claim", "release"}


def test_a_stopped_order_says_why_and_a_lost_one_too(company: Tables) -> None:
    for row in company["orders"]:
        assert bool(row["reason"]) == (row["state"] in ("held", "rejected", "cancelled", "lost"))


def test_the_small_company_is_of_the_promised_size() -> None:
    company = tables_of(SMALL)
    assert [row["role"] for row in company["salespeople"]].count("sales") == 12
    assert len(company["customers"]) == 600
    assert len(company["products"]) == 300
    assert 9_000 <= len(company["orders"]) <= 13_000
    assert any(row["short_name"] == "联想中关村" and row["owner"] for row in company["customers"])
    for table, expected in ROWS_EXPECTED["small"].items():
        assert abs(len(company[table]) - expected) <= max(60, expected // 4), table


def test_the_same_day_and_seed_give_the_same_company_and_another_seed_another() -> None:
    tiny = replace(SMALL, customers=80)
    first = list(generate_scaled(TODAY, tiny))
    assert first == list(generate_scaled(TODAY, tiny))
    assert first != list(generate_scaled(TODAY, tiny, seed=7))


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 1, 1), date(2026, 12, 31)])
def test_the_history_may_end_on_any_day(today: date) -> None:
    company = tables_of(replace(SMALL, customers=120), today)
    assert max(row["date"] for row in company["orders"]) <= today.isoformat()
    assert max(row["date"] for row in company["receipts"]) <= today.isoformat()


def test_progress_is_told_while_the_trade_is_made() -> None:
    told: list[tuple[int, int]] = []
    scale = replace(LARGE_SCALED_DOWN, customers=1_000)
    for _ in generate_scaled(TODAY, scale, on_customers_made=lambda made, of: told.append((made, of))):
        pass
    assert told == [(500, 1_000), (1_000, 1_000)]


def test_csv_files_hold_the_same_rows(tmp_path: Path) -> None:
    written = write_csv(tmp_path, TODAY)
    company = tables_of(SMALL)
    assert written == {table: len(rows) for table, rows in company.items()}
    with (tmp_path / "orders.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == company["orders"]


def test_the_shown_customer_is_what_its_initials_find_first(tmp_path: Path) -> None:
    store = open_store(tmp_path, create=True)
    with store.use():
        import_generated(generate(TODAY), on=TODAY)
        assert [found.short_name for found in find_customers("lxzg", day=TODAY)] == [SHOWN_CUSTOMER]
