"""`huoke report` on knowing customers: columns, numbers, options and refusals."""

from __future__ import annotations

import csv
import io

import pytest

from model.dates import months_between
from tests.tui.cli.conftest import Run

COLUMNS = {
    "rising": "customer, name, owner, slope, p, trend, margin_rate, revenue_12m",
    "repeat": "customers, repeat_customers, repeat_rate",
    "cohorts": "cohort, month, customers, active, retention",
    "basket": "product, name, usual_quantity, interval_days, last_date, expected_next, state",
    "expected": "customer, name, owner, expected_on, days_late, rhythm_days, amount, items",
    "credit-cost": "key, name, orders, amount, margin, rate, uncosted_amount",
    "time-machine": "terms, from, to, orders, amount, held, for_overdue, for_limit, held_amount, held_margin, late_30,"
    " late_60, late_90, unpaid, forgone_margin, not_yet_due",
    "board": "customer, name, owner, why, quiet, expected_next, margin_12m, credit_left, worth",
    "stages": "customer, name, owner, stage, first_trade, last_trade, trading_months",
    "rhythm": "customer, name, owner, trading_days, rhythm_days, last_trade, expected_next, quiet, state",
}


def _done(run: Run, *words: object) -> None:
    outcome = run(*words)
    assert outcome.status == 0, outcome.err


@pytest.fixture
def sold(company: Run) -> Run:
    """C1 took one ThinkPad more each month for a year until February 2026, and one mouse every time; all was paid."""
    _done(company, "product", "cost", "P1", "70", "--from", "2025-01-01")
    for count, month in enumerate(months_between("2025-03", "2026-02"), 1):
        _done(
            company, "order", "add", "--customer", "C1", "--line", f"P1:{count}", "--line", "P2:1",
            "--date", f"{month}-10", "--paid", f"{100 * count + 10}.50",
        )  # fmt: skip
    return company


def test_the_columns_of_every_report(sold: Run) -> None:
    for name, columns in COLUMNS.items():
        options = ("--customer", "C1") if name == "basket" else ()
        printed = sold("report", name, *options, "--format", "csv")
        assert printed.status == 0, printed.err
        header, *rows = csv.reader(io.StringIO(printed.out))
        assert header == columns.split(", ")
        assert len(sold("report", name, *options, "--format", "json").rows) == len(rows)
        assert sold("report", name, *options).status == 0


def test_who_rises(sold: Run) -> None:
    # Alone, it is the top fifth by value itself.
    assert sold("report", "rising", "--format", "json").rows == []
    [row] = sold("report", "rising", "--trend", "rising", "--format", "json").rows
    # Eleven steps of 100 from 110.50 to 1210.50; March is not over on its last day.
    assert (row["customer"], row["owner"], row["slope"], row["trend"]) == ("C1", "LI", "100.00", "rising")
    assert (row["revenue_12m"], row["p"]) == ("7926.00", "0.0000")
    assert sold("report", "rising", "--trend", "falling", "--format", "json").rows == []
    assert sold("report", "rising", "--trend", "up").status == 2


def test_repeat_and_cohorts(sold: Run) -> None:
    [row] = sold("report", "repeat", "--format", "json").rows
    assert row == {"customers": 1, "repeat_customers": 1, "repeat_rate": "100.00"}
    [row] = sold("report", "repeat", "--from", "2026-02-01", "--to", "2026-02-28", "--format", "json").rows
    assert row == {"customers": 1, "repeat_customers": 0, "repeat_rate": "0.00"}
    [row] = sold("report", "repeat", "--from", "2026-03-01", "--format", "json").rows
    assert row == {"customers": 0, "repeat_customers": 0, "repeat_rate": None}
    first, *_between, last = sold("report", "cohorts", "--format", "json").rows
    assert first == {"cohort": "2025-03", "month": "2025-03", "customers": 1, "active": 1, "retention": "100.00"}
    assert last == {"cohort": "2025-03", "month": "2026-03", "customers": 1, "active": 0, "retention": "0.00"}


def test_the_basket_and_who_is_expected(sold: Run) -> None:
    thinkpad, mouse = sold("report", "basket", "--customer", "C1", "--as-of", "2026-03-13", "--format", "json").rows
    assert (thinkpad["product"], thinkpad["usual_quantity"], thinkpad["interval_days"]) == ("P1", "7", "31")
    assert (mouse["usual_quantity"], mouse["last_date"], mouse["expected_next"], mouse["state"]) == (
        "1", "2026-02-10", "2026-03-13", "due",
    )  # fmt: skip
    [row] = sold("report", "expected", "--as-of", "2026-03-10", "--format", "json").rows
    assert (row["customer"], row["expected_on"], row["days_late"], row["amount"], row["items"]) == (
        "C1", "2026-03-13", 0, "710.50", "P1:7 P2:1",
    )  # fmt: skip
    assert sold("report", "expected", "--as-of", "2026-03-10", "--days", "2", "--format", "json").rows == []
    assert sold("report", "expected", "--salesperson", "WANG", "--as-of", "2026-03-10", "--format", "json").rows == []
    refused = sold("report", "expected", "--salesperson", "NOBODY")
    assert refused.status == 2
    assert refused.is_one_sentence("NOBODY")


def test_the_time_machine(sold: Run) -> None:
    _done(sold, "order", "add", "--customer", "C1", "--line", "P1:8", "--date", "2026-02-20")
    rows = sold("report", "time-machine", "--limit-percent", "50", "--format", "json").rows
    assert [(row["terms"], row["held"], row["held_amount"]) for row in rows] == [
        ("present", 0, "0.00"), ("other", 1, "800.00"),
    ]  # fmt: skip
    assert (rows[1]["from"], rows[1]["to"], rows[1]["orders"]) == ("2025-12-01", "2026-02-28", 4)
    assert (rows[1]["for_limit"], rows[1]["held_margin"], rows[1]["unpaid"]) == (1, "240.00", "800.00")
    assert sold("report", "time-machine", "--limit-percent", "half").status == 2
    assert sold("report", "time-machine", "--from", "2026-03-01", "--to", "2026-02-01").status == 2
    [_present, other] = sold(
        "report", "time-machine", "--grace", "5", "--days", "0", "--from", "2026-02-01", "--to", "2026-02-15",
        "--format", "json",
    ).rows  # fmt: skip
    assert (other["orders"], other["held"]) == (1, 0)


def test_what_credit_control_cost(sold: Run) -> None:
    [held] = sold(
        "order", "add", "--customer", "C1", "--line", "P1:20", "--date", "2026-03-02", "--format", "json"
    ).rows  # fmt: skip
    _done(sold, "order", "reject", held["number"], "--reason", "pays too late", "--date", "2026-03-03")
    row, company_line = sold("report", "credit-cost", "--by", "reason", "--format", "json").rows
    assert row == {
        "key": "over_limit", "name": "", "orders": 1, "amount": "2000.00", "margin": "600.00", "rate": "30.00",
        "uncosted_amount": "0.00",
    }  # fmt: skip
    assert company_line["key"] == "*"
    assert "held: over the limit" in sold("report", "credit-cost", "--by", "reason").out


def test_who_may_not_see_cost_is_told_no_margin(sold: Run) -> None:
    _done(sold, "setting", "set", "cost_visible_to_sales", "no", "--from", "2026-01-01")
    _done(sold, "me", "WANG")
    [row] = sold("report", "rising", "--trend", "all", "--format", "json").rows
    assert row["margin_rate"] is None
    assert sold("report", "credit-cost", "--format", "json").rows[-1]["margin"] is None
    [present, _other] = sold("report", "time-machine", "--format", "json").rows
    assert (present["held_margin"], present["forgone_margin"]) == (None, None)


def test_the_board_of_one_and_of_the_best_few(sold: Run) -> None:
    _done(sold, "customer", "add", "C2", "--name", "海龙", "--owner", "WANG")
    _done(sold, "order", "add", "--customer", "C2", "--line", "P1:1", "--date", "2026-02-01", "--paid", "100")
    whole = [row["customer"] for row in sold("report", "board", "--format", "json").rows]
    assert whole == ["C1", "C2"]
    assert [row["customer"] for row in sold("report", "board", "--limit", "1", "--format", "json").rows] == ["C1"]
    theirs = sold("report", "board", "--salesperson", "WANG", "--format", "json").rows
    assert [row["customer"] for row in theirs] == ["C2"]


def test_the_limits_of_stages_and_quiet_are_settings(sold: Run) -> None:
    [row] = sold("report", "stages", "--format", "json").rows
    assert row["stage"] == "old"
    _done(sold, "setting", "set", "stage_old_months", "24")
    [row] = sold("report", "stages", "--format", "json").rows
    assert row["stage"] == "familiar"
    # Every 31 days, 49 days quiet: 1.58.
    [row] = sold("report", "rhythm", "--format", "json").rows
    assert (row["quiet"], row["state"]) == ("1.58", "cooling")
    _done(sold, "setting", "set", "cooling_from", "1.6")
    [row] = sold("report", "rhythm", "--format", "json").rows
    assert row["state"] == "steady"
    refused = sold("setting", "set", "dormant_from", "never")
    assert refused.status == 2
    assert refused.is_one_sentence("dormant_from")
