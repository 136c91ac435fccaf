"""The verbs on a laptop of a real office: others' customers are told of no further than their card goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.store import execute, rows
from sync.client import seen
from tests.sync.offices import FIRST_DAY, Company, Laptop
from tests.tui.cli.conftest import Outcome, Run
from tui import locale
from tui.cli.main import main


@pytest.fixture
def office(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    for code in ("A", "B"):
        company.person(code)
        company.customer(f"OF-{code}", code, limit=1000)
    company.product("P1")
    return company


@pytest.fixture
def of_a(office: Company) -> Laptop:
    laptop = office.laptop("A", "laptop")
    laptop.sync()
    laptop.sync()
    return laptop


@pytest.fixture
def on_laptop(of_a: Laptop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run `huoke` with these words on A's laptop, in English, on the office's day."""
    monkeypatch.setenv("HUOKE_TODAY", FIRST_DAY.isoformat())
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run_words(*words: object) -> Outcome:
        capsys.readouterr()
        status = main([*map(str, words), "--store", str(of_a.store.folder)])
        printed = capsys.readouterr()
        return Outcome(status, printed.out, printed.err)

    yield run_words
    locale.use("en")


@pytest.mark.parametrize("report", ["balance", "ageing", "overdue", "payment-record"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_report_says_once_how_many_it_leaves_out(on_laptop: Run, report: str, form: str) -> None:
    told = on_laptop("report", report, "--format", form)
    assert told.status == 0
    assert told.err.splitlines() == ["Customers held here only as a card are left out: 1."]
    assert "OF-B" not in told.out


def test_the_balance_of_a_card_is_not_told_after_a_receipt(on_laptop: Run) -> None:
    [own] = on_laptop("receipt", "add", "--customer", "OF-A", "--amount", "5", "--format", "json").rows
    [of_other] = on_laptop("receipt", "add", "--customer", "OF-B", "--amount", "5", "--format", "json").rows
    assert (own["balance"], of_other["balance"]) == ("-5.00", None)


def test_what_the_office_refused_is_counted_until_somebody_saw_it(on_laptop: Run, of_a: Laptop) -> None:
    def refused() -> int:
        return int(json.loads(on_laptop("status", "--format", "json").out)["refused"])

    assert refused() == 0
    on_laptop("customer", "add", "MINE", "--name", "Mine")
    with of_a.store.use(), of_a.store.writing():
        [(uid,)] = rows("SELECT uid FROM change ORDER BY number DESC LIMIT 1")
        execute("INSERT INTO arrival VALUES (?, 1, 1, 'refused', ?, '2026-11-23T09:00:00+00:00', 0)", (uid, b""))
    assert refused() == 1
    with of_a.store.use(), of_a.store.writing():
        seen([bytes(uid)])
    assert refused() == 0


def test_a_report_of_one_own_customer_leaves_nobody_out(on_laptop: Run) -> None:
    told = on_laptop("report", "balance", "--customer", "OF-A")
    assert (told.status, told.err) == (0, "")


@pytest.mark.parametrize("report", ["balance", "ageing", "payment-record", "statement", "preferences", "trend"])
def test_a_report_of_another_s_customer_is_refused(on_laptop: Run, report: str) -> None:
    told = on_laptop("report", report, "--customer", "OF-B")
    assert told.status != 0
    assert told.is_one_sentence("Only the card of OF-B is on this laptop: ask Person B or the office.")


def test_an_order_on_a_laptop_is_guaranteed_or_provisional(on_laptop: Run) -> None:
    [within] = on_laptop("order", "add", "--customer", "OF-A", "--line", "P1:5", "--format", "json").rows
    assert (within["state"], within["verdict"]) == ("confirmed", "guaranteed")
    [beyond] = on_laptop("order", "add", "--customer", "OF-B", "--line", "P1:2", "--format", "json").rows
    assert (beyond["state"], beyond["verdict"]) == ("confirmed", "provisional")
    assert "provisional" in on_laptop("order", "add", "--customer", "OF-B", "--line", "P1:1").out
    [held] = on_laptop("order", "add", "--customer", "OF-A", "--line", "P1:50", "--format", "json").rows
    assert (held["state"], held["verdict"]) == ("held", "over_limit")
    [quote] = on_laptop(
        "order", "add", "--customer", "OF-A", "--line", "P1:1", "--quote", "--format", "json"
    ).rows  # fmt: skip
    assert quote["state"] == "quote"
    assert quote["verdict"] not in ("guaranteed", "provisional")


def test_on_a_store_of_its_own_nothing_is_left_out_and_an_order_is_ok(company: Run) -> None:
    assert company("report", "balance").err == ""
    [row] = company("order", "add", "--customer", "C1", "--line", "P1:1", "--paid", "1", "--format", "json").rows
    assert row["verdict"] not in ("guaranteed", "provisional")
