"""`huoke report value` and `huoke report potential-model`: the columns, CDNOW, and what is said without a model."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from tests.model.cdnow import CALIBRATED_UNTIL, needs_cdnow, write_cdnow
from tests.tui.cli.conftest import Run

COLUMNS = {
    "value": "customer, name, owner, recency_days, trading_days, revenue, margin_12m, r, f, m, p_alive,"
    " expected_orders_12m, expected_margin_12m, potential_source, quarter, key_account",
    "potential-model": "customers, repeat_customers, r, alpha, a, b, log_likelihood, p, q, v, converged",
}
WITHIN = 0.01


@pytest.fixture
def sold(company: Run) -> Run:
    for words in (
        ("product", "cost", "P1", "70", "--from", "2026-01-01"),
        ("order", "add", "--customer", "C1", "--line", "P1:4", "--date", "2026-01-10"),
        ("receipt", "add", "--customer", "C1", "--amount", "400", "--date", "2026-01-11"),
        ("order", "add", "--customer", "C1", "--line", "P1:2", "--date", "2026-03-01"),
    ):
        outcome = company(*words)
        assert outcome.status == 0, outcome.err
    return company


@pytest.fixture
def cdnow(run: Run, tmp_path: Path) -> Run:
    assert run("import", write_cdnow(tmp_path / "cdnow")).status == 0
    return run


def test_the_columns_of_both_reports(sold: Run) -> None:
    for name, columns in COLUMNS.items():
        header, *rows = csv.reader(io.StringIO(sold("report", name, "--format", "csv").out))
        assert header == columns.split(", ")
        assert len(rows) == 1
        assert sold("report", name).status == 0


def test_a_small_company_is_told_why_there_is_no_model(sold: Run) -> None:
    printed = sold("report", "potential-model", "--format", "json")
    (row,) = printed.rows
    assert (row.pop("customers"), row.pop("repeat_customers"), row.pop("converged")) == (1, 1, False)
    assert set(row.values()) == {None}
    assert "a model needs 50 customers who came back, and there are 1" in printed.err
    printed = sold("report", "value", "--format", "json")
    (row,) = printed.rows
    assert "there are 1" in printed.err
    assert row | {"name": ""} == {
        "customer": "C1", "name": "", "owner": "LI", "recency_days": 30, "trading_days": 2, "revenue": "600.00",
        "margin_12m": "180.00", "r": 5, "f": 1, "m": 1, "p_alive": None, "expected_orders_12m": "2.000",
        "expected_margin_12m": "180.00", "potential_source": "history", "quarter": "high-high", "key_account": True,
    }  # fmt: skip


def test_what_is_written_later_is_reckoned_with(sold: Run) -> None:
    (before,) = sold("report", "value", "--format", "json").rows
    assert sold("order", "add", "--customer", "C1", "--line", "P1:1", "--date", "2026-03-20").status == 0
    (after,) = sold("report", "value", "--format", "json").rows
    assert (before["trading_days"], after["trading_days"]) == (2, 3)


def test_who_may_not_see_cost_gets_no_margin(sold: Run) -> None:
    assert sold("setting", "set", "cost_visible_to_sales", "no", "--from", "2026-01-01").status == 0
    assert sold("me", "WANG").status == 0
    (row,) = sold("report", "value", "--format", "json").rows
    assert row["revenue"] == "600.00"
    assert [row[name] for name in ("margin_12m", "expected_margin_12m", "quarter", "key_account")] == [None] * 4


@needs_cdnow
def test_cdnow_gives_the_published_estimates(cdnow: Run) -> None:
    (row,) = cdnow("report", "potential-model", "--as-of", CALIBRATED_UNTIL.isoformat(), "--format", "json").rows
    assert (row["repeat_customers"], row["converged"]) == (946, True)
    published = {
        "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "log_likelihood": -9582.4, "p": 6.25, "q": 3.74, "v": 15.44,
    }  # fmt: skip
    assert {name: float(row[name]) for name in published} == pytest.approx(published, rel=WITHIN)
    valued = cdnow("report", "value", "--as-of", CALIBRATED_UNTIL.isoformat(), "--format", "json")
    assert valued.err == ""
    first = valued.rows[0]
    assert (first["customer"], first["potential_source"]) == ("0001", "model")
    assert float(first["p_alive"]) == pytest.approx(0.7266, abs=0.002)
    # 1.226 of these fall into the first 39 of the 52 weeks.
    assert 1.226 < float(first["expected_orders_12m"]) < 1.226 * 52 / 39


def test_the_command_line_starts_without_scipy() -> None:
    """What only a fit needs is not paid for by every command."""
    asked = (
        "import sys, tui.cli.main, tui.cli.report, model.value; print('scipy' in sys.modules, 'numpy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]
