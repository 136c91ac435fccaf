"""Who is responsible, from the command line: claims, returns to the pool, a leaving salesperson, and previews."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def quiet(company: Any) -> Any:
    """A customer of WANG's that nobody has served since January."""
    company("customer", "add", "C2", "--name", "海龙大厦电脑城", "--owner", "WANG", "--date", "2026-01-05")
    return company


def test_a_quota_refuses_a_claim_and_says_until_when(company: Any) -> None:
    for code in ("P1", "P2"):
        company("customer", "add", f"X{code}", "--name", f"Pool {code}")
    company("setting", "set", "claim_quota", "1", "--from", "2026-01-01")
    assert company("customer", "claim", "XP1", "--by", "WANG").status == 0
    refused = company("customer", "claim", "XP2", "--by", "WANG")
    assert refused.status == 1
    assert refused.is_one_sentence("2026-04-01", "manager")


def test_nobody_returns_by_hand_until_the_company_has_a_rule(quiet: Any) -> None:
    refused = quiet("customer", "return-quiet")
    assert refused.status == 1
    assert refused.is_one_sentence("return_after_days")
    assert quiet("report", "quiet-returns").is_one_sentence("--days")


def test_a_preview_shows_who_would_return_by_a_rule_not_made_yet(quiet: Any) -> None:
    rows = quiet("report", "quiet-returns", "--days", "60", "--clock", "trade", "--format", "json").rows
    assert rows == [
        {
            "customer": "C2", "name": "海龙大厦电脑城", "owner": "WANG", "clock": "trade", "last": None, "days": 85,
            "falls_on": "2026-03-06",
        }
    ]  # fmt: skip
    assert quiet("report", "quiet-returns", "--days", "120").out.count("\n") <= 2


def test_return_quiet_shows_returns_and_can_be_undone(quiet: Any) -> None:
    quiet("setting", "set", "return_after_days", "60", "--from", "2026-01-01")
    [row] = quiet("customer", "return-quiet", "--dry-run", "--format", "json").rows
    assert (row["customer"], row["owner"]) == ("C2", "WANG")
    assert quiet("customer", "return-quiet").status == 0
    assert quiet("customer", "return-quiet", "--format", "json").rows == []
    assert quiet("undo").status == 0
    assert len(quiet("customer", "return-quiet", "--dry-run", "--format", "json").rows) == 1


def test_a_leaving_salesperson_gives_all_customers_on_in_one_go(quiet: Any) -> None:
    done = quiet("salesperson", "leave", "WANG", "--to", "LI", "--on", "2026-03-30", "--format", "json")
    assert done.rows == [{"code": "WANG", "name": "王芳", "role": "sales", "team": "", "active": False}]
    assert "1" in done.err
    assert quiet("salesperson", "leave", "WANG", "--to", "LI").is_one_sentence("has left already")
    assert quiet("customer", "claim", "C2", "--by", "LI").is_one_sentence("李伟")
    assert quiet("undo").status == 0
    assert quiet("salesperson", "list", "--format", "json").rows[1]["active"] is True
    assert quiet("salesperson", "leave", "WANG", "--to", "WANG").status == 2


def test_another_rule_is_previewed_in_basis_points_or_percent(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:1", "--maker", "WANG")
    rows = company("report", "rule-preview", "--month", "2026-03", "--owner-share", "2500", "--format", "json").rows
    assert rows == [
        {
            "salesperson": "LI", "name": "李伟", "amount_now": "100.00", "amount_then": "25.00", "margin_now": "30.00",
            "margin_then": "7.50",
        },
        {
            "salesperson": "WANG", "name": "王芳", "amount_now": "0.00", "amount_then": "75.00", "margin_now": "0.00",
            "margin_then": "22.50",
        },
    ]  # fmt: skip
    assert company("report", "rule-preview", "--owner-share", "25%", "--format", "json").rows == rows
    assert company("report", "rule-preview", "--owner-share", "12000").status == 2


def test_a_new_customer_that_may_be_there_already_is_added_and_named(company: Any) -> None:
    added = company("customer", "add", "C9", "--name", "北京联想中关村店有限公司")
    assert added.status == 0
    assert "C1 北京联想中关村店" in added.err
    assert company("customer", "add", "C10", "--name", "远航物流").err == ""


def test_two_cards_that_are_one_customer_are_merged_and_parted_again(quiet: Any) -> None:
    def balances() -> list[tuple[str, str]]:
        return [(row["customer"], row["balance"]) for row in quiet("report", "balance", "--format", "json").rows]

    assert quiet("receipt", "add", "--customer", "C2", "--amount", "100").status == 0
    assert ("C2", "-100.00") in balances()
    merged = quiet("customer", "merge", "C2", "--into", "C1", "--format", "json")
    assert merged.status == 0
    assert [row["code"] for row in merged.rows] == ["C1"]
    assert ("C1", "-100.00") in balances()
    assert "C2" not in dict(balances())
    assert quiet("undo").status == 0
    assert ("C2", "-100.00") in balances()


def test_a_merge_that_cannot_be_is_refused_in_one_sentence(quiet: Any) -> None:
    itself = quiet("customer", "merge", "C2", "--into", "C2")
    assert itself.status == 1
    assert itself.is_one_sentence("C2")
    nobody = quiet("customer", "merge", "C2", "--into", "C99")
    assert nobody.status in (1, 2)
    assert nobody.is_one_sentence("C99")
    assert quiet("customer", "merge", "C2").status == 2
    quiet("me", "WANG")
    refused = quiet("customer", "merge", "C2", "--into", "C1")
    assert refused.status == 1
    assert refused.is_one_sentence("finance")


@pytest.mark.parametrize("kind", ["terms", "block", "assign", "release", "setting"])
def test_what_was_decided_by_mistake_is_undone(company: Any, kind: str) -> None:
    before = company("find", "C1", "--format", "json").out
    words = {
        "terms": ("customer", "terms", "C1", "--limit", "5"),
        "block": ("customer", "block", "C1", "--reason", "wrong one"),
        "assign": ("customer", "assign", "C1", "--to", "WANG"),
        "release": ("customer", "release", "C1"),
        "setting": ("setting", "set", "grace_days", "9"),
    }[kind]
    assert company(*words).status == 0
    assert company("undo").status == 0
    assert company("find", "C1", "--format", "json").out == before
    balance = company("report", "balance", "--format", "json").rows[0]
    assert (balance["credit_limit"], balance["verdict"]) == ("1000.00", "ok")
