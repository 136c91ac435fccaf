"""`huoke report`: the columns, the numbers and the refusals of every report."""

from __future__ import annotations

import csv
import io

import pytest

from tests.tui.cli.conftest import Run

COLUMNS = {
    "activity": "salesperson, name, responsible, active, rate, previous_rate, rank",
    "performance": "salesperson, name, orders, amount, cost, margin",
    "balance": "customer, name, owner, orders, returns, receipts, balance, credit_days, credit_limit, credit_left,"
    " overdue, verdict",
    "ageing": "customer, name, owner, not_due, d1_30, d31_60, d61_90, d90_plus, unallocated, balance",
    "overdue": "customer, name, owner, order, date, due_date, amount, open, days_overdue",
    "payment-record": "customer, name, bills, late, worst_days_late, average_days_late, overdue, grade, suggested_days,"
    " suggested_limit, reason",
    "margin": "key, name, orders, revenue, cost, margin, rate, uncosted_revenue",
    "lost": "key, won, lost, rate, won_amount, lost_amount, amount_rate",
    "statement": "date, document, number, debit, credit, balance",
    "preferences": "product, name, brand, category, orders, quantity, revenue, last_price, last_date, share",
    "trend": "month, orders, revenue, cost, margin",
}
ONE_CUSTOMER = ("statement", "preferences", "trend")


@pytest.fixture
def sold(company: Run) -> Run:
    """C1 bought for 405.00 in January, paid 305.00 in March, and owes the rest."""
    for words in (
        ("product", "cost", "P1", "70", "--from", "2026-01-01"),
        ("order", "add", "--customer", "C1", "--line", "P1:4", "--line", "P2:1@5", "--date", "2026-01-10"),
        ("receipt", "add", "--customer", "C1", "--amount", "305", "--date", "2026-03-01"),
    ):
        outcome = company(*words)
        assert outcome.status == 0, outcome.err
    return company


def test_the_columns_of_every_report(sold: Run) -> None:
    for name, columns in COLUMNS.items():
        options = ("--customer", "C1") if name in ONE_CUSTOMER else ()
        printed = sold("report", name, *options, "--format", "csv")
        assert printed.status == 0, printed.err
        header, *rows = csv.reader(io.StringIO(printed.out))
        assert header == columns.split(", ")
        as_json = sold("report", name, *options, "--format", "json").rows
        assert len(as_json) == len(rows)
        assert all(list(row) == header for row in as_json)
        assert all(isinstance(row.get("balance", ""), str) for row in as_json)
        assert sold("report", name, *options).status == 0


def test_activity_ends_with_the_company(sold: Run) -> None:
    rows = sold("report", "activity", "--month", "2026-03", "--format", "json").rows
    assert [(row["salesperson"], row["rate"], row["previous_rate"], row["rank"]) for row in rows] == [
        ("LI", "0.00", None, 1), ("WANG", None, None, 2), ("*", "0.00", None, None),
    ]  # fmt: skip


def test_money_is_decimal_text_and_the_unknown_is_empty(sold: Run) -> None:
    (balance,) = sold("report", "balance", "--format", "json").rows
    assert (balance["orders"], balance["receipts"], balance["balance"], balance["overdue"], balance["verdict"]) == (
        "405.00", "305.00", "100.00", "100.00", "overdue",
    )  # fmt: skip
    of_product = sold("report", "margin", "--by", "product", "--format", "json").rows
    assert of_product[0] | {"name": ""} == {
        "key": "P1", "name": "", "orders": 1, "revenue": "400.00", "cost": "280.00", "margin": "120.00",
        "rate": "30.00", "uncosted_revenue": "0.00",
    }  # fmt: skip
    assert (of_product[1]["rate"], of_product[1]["uncosted_revenue"]) == (None, "5.00")
    assert of_product[2]["key"] == "*"


def test_ageing_and_overdue_as_of_a_day(sold: Run) -> None:
    row, total = sold("report", "ageing", "--as-of", "2026-02-28", "--format", "json").rows
    assert (row["customer"], row["d1_30"], row["balance"], total["customer"]) == ("C1", "405.00", "405.00", "*")
    (bill,) = sold("report", "overdue", "--format", "json").rows
    assert (bill["due_date"], bill["open"], bill["days_overdue"]) == ("2026-02-09", "100.00", 50)
    assert sold("report", "overdue", "--as-of", "2026-02-09", "--format", "json").rows == []


def test_a_statement_runs_to_the_balance(sold: Run) -> None:
    rows = sold("report", "statement", "--customer", "C1", "--from", "2026-02-01", "--format", "json").rows
    assert [(row["document"], row["debit"], row["credit"], row["balance"]) for row in rows] == [
        ("opening_balance", None, None, "405.00"), ("receipt", None, "305.00", "100.00"),
    ]  # fmt: skip


def test_a_table_is_in_the_language_and_its_amounts_end_below_each_other(sold: Run) -> None:
    head, row, *_rest = sold("report", "ageing").out.splitlines()
    assert head.endswith("balance")
    assert row.endswith("100.00")
    verdict = sold("report", "balance").out.splitlines()[1]
    assert "overdue" in verdict
    assert "over_limit" not in sold("report", "balance").out


WRONG_USES = (
    (("nonsense",), "activity"),
    (("margin", "--by", "colour"), "colour"),
    (("activity", "--month", "2026-13"), "2026-13"),
    (("activity", "--month", "2026-04"), "2026-04"),
    (("statement",), "--customer"),
    (("statement", "--customer", "NOBODY"), "NOBODY"),
    (("margin", "--from", "2026-03-01", "--to", "2026-02-01"), "2026-02-01"),
    (("balance", "--as-of", "soon"), "soon"),
)


def test_wrong_use_is_one_sentence(company: Run) -> None:
    for words, named in WRONG_USES:
        outcome = company("report", *words)
        assert outcome.status == 2, words
        assert outcome.is_one_sentence(named), outcome.err


def test_cost_can_be_kept_from_salespeople(sold: Run) -> None:
    for words in (("setting", "set", "cost_visible_to_sales", "no", "--from", "2026-01-01"), ("me", "WANG")):
        outcome = sold(*words)
        assert outcome.status == 0, outcome.err
    row = sold("report", "margin", "--format", "json").rows[0]
    assert (row["revenue"], row["cost"], row["margin"], row["rate"]) == ("405.00", None, None, None)


def test_lost_is_measured_against_all_that_was_decided(company: Run) -> None:
    """In March LI won 300.00 and lost a quote of 100.00 on price; WANG's order of 60.00 was cancelled."""
    for words in (
        ("order", "add", "--customer", "C1", "--line", "P1:3", "--date", "2026-03-02", "--maker", "LI"),
        ("order", "add", "--customer", "C1", "--line", "P1:1", "--date", "2026-03-03", "--maker", "LI", "--quote"),
        ("order", "add", "--customer", "C1", "--line", "P2:6@10", "--date", "2026-03-04", "--maker", "WANG"),
        ("order", "lose", "A-000002", "--reason", "price"),
        ("order", "cancel", "A-000003", "--reason", "wrong goods"),
        ("order", "add", "--customer", "C1", "--line", "P1:1", "--date", "2026-02-27", "--maker", "LI"),
    ):
        outcome = company(*words)
        assert outcome.status == 0, outcome.err

    def lost(by: str) -> list[list[object]]:
        period = ("--from", "2026-03-01", "--to", "2026-03-31")
        return [list(row.values()) for row in company("report", "lost", *period, "--by", by, "--format", "json").rows]

    assert lost("salesperson") == [
        ["LI", 1, 1, "50.00", "300.00", "100.00", "25.00"], ["WANG", 0, 1, "100.00", "0.00", "60.00", "100.00"],
    ]  # fmt: skip
    # 2 of 3 were lost, and 160 of 460.
    assert lost("customer") == [["C1", 1, 2, "66.67", "300.00", "160.00", "34.78"]]
    assert lost("product") == [
        ["P1", 1, 1, "50.00", "300.00", "100.00", "25.00"], ["P2", 0, 1, "100.00", "0.00", "60.00", "100.00"],
    ]  # fmt: skip
    assert lost("reason") == [
        ["price", None, 1, "33.33", None, "100.00", "21.74"], ["cancelled", None, 1, "33.33", None, "60.00", "13.04"],
    ]  # fmt: skip
