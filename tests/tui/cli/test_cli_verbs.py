"""Each verb does what it says, and prints it for a person and for a program."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from model.errors import InputError
from tui.cli.main import VERBS, main
from tui.cli.parser import days, rows_wanted


def test_every_verb_explains_itself(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    for verb in VERBS:
        assert f"\n    {verb}" in printed
        assert run(verb, "--help").status == 0


def test_help_is_chinese_when_asked(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "--help"]) == 0
    english = capsys.readouterr().out
    assert main(["--help", "--lang", "zh"]) == 0
    assert capsys.readouterr().out != english


def test_common_options_stand_before_or_after_the_verb(company: Any, folder: Path, capsys: Any) -> None:
    assert main(["--store", str(folder), "--format", "csv", "find", "C1"]) == 0
    before = capsys.readouterr().out
    assert company("find", "C1", "--format", "csv").out == before


def test_an_order_is_confirmed_at_the_list_price(company: Any) -> None:
    [row] = company(
        "order", "add", "--customer", "C1", "--line", "P1:2", "--line", "P2:3@10%5", "--format", "json"
    ).rows
    assert row == {
        "number": "A-000001",
        "total": "228.50",
        "state": "confirmed",
        "verdict": "ok",
        "cure": None,
        "held_for": "",
    }


@pytest.mark.parametrize("line", ["P1:２@９５.5％１０", "P1：２＠９５．５％１０", "P1:2@95.5%10％"])
def test_what_an_input_method_writes_wide_is_the_same_line(company: Any, line: str) -> None:
    [row] = company("order", "add", "--customer", "C1", "--line", line, "--format", "json").rows
    assert row["total"] == "171.90"


def test_days_and_rows_may_be_typed_in_wide_digits(company: Any) -> None:
    terms = company("customer", "terms", "C1", "--days", "３０", "--limit", "５００", "--format", "json").rows[0]
    assert (terms["credit_days"], terms["credit_limit"]) == (30, "500.00")
    assert rows_wanted("２０") == 20
    with pytest.raises(InputError, match="三十"):
        days("三十")


def test_an_order_over_the_limit_is_held_paid_and_released(company: Any) -> None:
    held = company("order", "add", "--customer", "C1", "--line", "P1:12")
    assert held.status == 0
    assert "over limit 200.00" in held.out
    assert "Receive 200.00 to release A-000001" in held.out
    paid = company("receipt", "add", "--customer", "C1", "--amount", "200", "--order", "A-000001", "--format", "json")
    assert paid.rows == [
        {
            "number": "A-000002",
            "amount": "200.00",
            "order": None,
            "allocated": None,
            "unallocated": "200.00",
            "balance": "-200.00",
        }
    ]
    [released] = company("order", "release", "A-000001", "--format", "json").rows
    assert (released["state"], released["verdict"]) == ("confirmed", "ok")
    assert company("check").status == 0


def test_money_for_a_held_order_waits_for_it_and_says_when_it_is_free(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:12")
    part = company("receipt", "add", "--customer", "C1", "--amount", "150", "--order", "A-000001")
    assert (part.out.splitlines()[-1], part.err) == ("150.00 waits for A-000001.", "")
    rest = company("receipt", "add", "--customer", "C1", "--amount", "1210", "--order", "A-000001")
    assert rest.out.splitlines()[-2:] == ["1,200.00 waits for A-000001.", "10.00 waits for the next bill."]
    assert rest.err.splitlines() == ["A-000001 is free now: “huoke order release A-000001” lets it through."]
    assert company("order", "release", "A-000001").status == 0
    settled = company("receipt", "add", "--customer", "C1", "--amount", "1")
    assert settled.err == ""


def test_money_that_names_no_order_frees_one_too(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:12")
    freed = company("receipt", "add", "--customer", "C1", "--amount", "200")
    assert "200.00 waits for the next bill." in freed.out
    assert freed.err.count("A-000001 is free now") == 1


def test_held_orders_are_listed_and_decided_several_at_once(company: Any) -> None:
    for line in ("P1:12", "P1:13", "P1:14", "P1:15"):
        company("order", "add", "--customer", "C1", "--line", line, "--maker", "WANG")
    listed = company("report", "held", "--format", "json").rows
    assert listed[0] == {
        "order": "A-000001", "date": "2026-03-31", "customer": "C1", "name": "联想中关村", "owner": "LI",
        "maker": "WANG", "amount": "1200.00", "reasons": "over_limit", "cure": "200.00",
    }  # fmt: skip
    assert [row["order"] for row in listed] == ["A-000001", "A-000002", "A-000003", "A-000004"]
    assert "over limit 200.00" in company("report", "held").out
    # None of them goes where one cannot.
    assert company("order", "reject", "A-000001", "Z-9", "--reason", "no").is_one_sentence("Z-9")
    released = company("order", "release", "A-000001", "A-000002", "--reason", "老客户", "--format", "json").rows
    assert [(row["number"], row["state"]) for row in released] == [("A-000001", "confirmed"), ("A-000002", "confirmed")]
    rejected = company("order", "reject", "A-000003", "A-000004", "--reason", "no", "--format", "json").rows
    assert [(row["number"], row["state"]) for row in rejected] == [("A-000003", "rejected"), ("A-000004", "rejected")]
    assert company("report", "held", "--format", "json").rows == []
    assert company("order", "cancel", "A-000001", "A-000002", "--reason", "no").status == 2


def test_a_held_order_is_released_with_a_reason_only(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:12")
    assert company("order", "release", "A-000001").is_one_sentence("Say why", "A-000001")
    assert (
        company("order", "release", "A-000001", "--reason", "老客户", "--format", "json").rows[0]["state"]
        == "confirmed"
    )


def test_a_confirmed_order_is_amended_at_its_own_prices_once_the_office_agrees(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:2@95%10", "P2:1")
    amended = company("order", "amend", "A-000001", "--line", "P1:3", "P2:2@9")
    assert (amended.status, "changes a confirmed order" in amended.out) == (0, True)
    # 3 × 95 less 10 % and 2 × 9.
    assert "274.50" in amended.out
    assert company("report", "balance", "--format", "json").rows[0]["balance"] == "181.50"
    assert company("order", "release", "A-000002").is_one_sentence("Say why", "A-000002")
    [released] = company("order", "release", "A-000002", "--reason", "one more", "--format", "json").rows
    assert (released["state"], released["total"]) == ("confirmed", "274.50")
    assert company("report", "balance", "--format", "json").rows[0]["balance"] == "274.50"
    assert company("check").status == 0


def test_invoices_are_written_beside_bills_and_taken_away_again(company: Any) -> None:
    for line in ("P1:2", "P1:3"):
        company("order", "add", "--customer", "C1", "--line", line)
    company("order", "return", "A-000001", "--line", "P1:1")

    def waiting() -> list[tuple[str, str, str]]:
        rows = company("report", "uninvoiced", "--format", "json").rows
        return [(row["order"], row["amount"], row["open"]) for row in rows]

    assert waiting() == [("A-000001", "100.00", "100.00"), ("A-000002", "300.00", "300.00")]
    invoiced = company("order", "invoice", "A-000001", "A-000002", "--invoice", "0441 2266", "--format", "json").rows
    assert [(row["invoice_number"], row["invoiced_on"]) for row in invoiced] == [("0441 2266", "2026-03-31")] * 2
    assert waiting() == []
    company("undo")
    assert [row[0] for row in waiting()] == ["A-000002"]
    company("order", "invoice", "A-000001", "--invoice", "")
    assert len(waiting()) == 2
    assert company("order", "invoice", "A-000003", "--invoice", "1").is_one_sentence("A-000003", "no bill")
    assert company("order", "invoice", "A-000002", "--invoice", "1", "--date", "2026-03-30").is_one_sentence("A-000002")


def test_money_paid_with_an_order_settles_it(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:12", "--paid", "1200")
    assert company("report", "balance", "--format", "json").rows[0]["balance"] == "0.00"


def test_a_quote_uses_no_credit_until_it_is_confirmed(company: Any) -> None:
    [quote] = company(
        "order",
        "add",
        "--customer",
        "C1",
        "--line",
        "P1:1",
        "--quote",
        "--valid-until",
        "2026-04-30",
        "--format",
        "json",
    ).rows
    assert (quote["state"], quote["verdict"]) == ("quote", None)
    [confirmed] = company("order", "confirm", quote["number"], "--format", "json").rows
    assert (confirmed["state"], confirmed["verdict"]) == ("confirmed", "ok")


@pytest.mark.parametrize(
    ("act", "reason", "state"),
    [("cancel", "typo", "cancelled"), ("reject", "no", "rejected"), ("lose", "price", "lost")],
)
def test_a_held_order_ends_with_a_reason(company: Any, act: str, reason: str, state: str) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:12")
    assert company("order", act, "A-000001").status == 2
    assert company("order", act, "A-000001", "--reason", reason, "--format", "json").rows[0]["state"] == state
    again = company("order", act, "A-000001", "--reason", reason)
    assert again.status == 1
    assert again.is_one_sentence("A-000001")


def test_goods_come_back_from_the_first_lines_of_their_product(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:2@90", "--line", "P2:1", "--line", "P1:3@100")
    [back] = company("order", "return", "A-000001", "--line", "P1:4", "--format", "json").rows
    assert back["total"] == "380.00"
    too_much = company("order", "return", "A-000001", "--line", "P1:2")
    assert too_much.status == 1
    assert too_much.is_one_sentence("Only 1")
    assert company("check").status == 0


def test_a_receipt_names_the_bills_it_settles(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:2", "--date", "2026-03-01")
    company("order", "add", "--customer", "C1", "--line", "P1:3", "--date", "2026-03-02")
    rows = company(
        "receipt",
        "add",
        "--customer",
        "C1",
        "--amount",
        "350",
        "--order",
        "A-000002",
        "A-000001=50",
        "--format",
        "json",
    ).rows
    assert [(row["order"], row["allocated"]) for row in rows] == [("A-000001", "50.00"), ("A-000002", "300.00")]
    assert rows[0]["balance"] == "150.00"


def test_a_receipt_entered_twice_is_told_and_reversed(company: Any) -> None:
    company("receipt", "add", "--customer", "C1", "--amount", "100")
    twice = company("receipt", "add", "--customer", "C1", "--amount", "100")
    assert "A-000001" in twice.err
    assert company("receipt", "reverse", "A-000002", "--reason", "twice").status == 0
    assert company("report", "balance", "--format", "json").rows[0]["balance"] == "-100.00"


def test_a_write_off_needs_a_reason(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:1")
    words = ("receipt", "add", "--customer", "C1", "--amount", "100", "--kind", "write_off")
    assert company(*words).status == 2
    assert company(*words, "--reason", "倒闭").status == 0


def test_a_card_is_edited_field_by_field(company: Any) -> None:
    [row] = company(
        "customer", "edit", "C1", "--name", "联想新店", "--closed-on", "2026-03-01", "--format", "json"
    ).rows
    assert (row["name"], row["closed_on"]) == ("联想新店", "2026-03-01")
    assert company("customer", "edit", "C1", "--closed-on", "", "--format", "json").rows[0]["closed_on"] is None
    assert company("customer", "edit", "C1").is_one_sentence("C1", "--phone")


def test_a_customer_goes_to_the_pool_and_is_claimed(company: Any) -> None:
    assert company("customer", "assign", "C1", "--to", "pool", "--format", "json").rows[0]["owner"] is None
    assert company("customer", "claim", "C1").is_one_sentence("--by")
    assert company("customer", "claim", "C1", "--by", "WANG", "--format", "json").rows[0]["owner"] == "WANG"
    assert company("customer", "release", "C1", "--format", "json").rows[0]["owner"] is None


def test_terms_may_be_temporary_and_counted_from_the_month_end(company: Any) -> None:
    [row] = company(
        "customer", "terms", "C1", "--days", "60", "--limit", "5000.50", "--until", "2026-04-30", "--from-month-end",
        "--reason", "旺季", "--format", "json",
    ).rows  # fmt: skip
    assert (row["credit_days"], row["credit_limit"], row["credit_from"], row["until"]) == (
        60, "5000.50", "month_end", "2026-04-30",
    )  # fmt: skip


def test_a_blacklisted_customer_is_held(company: Any) -> None:
    assert company("customer", "block", "C1", "--reason", "欠款", "--format", "json").rows[0]["blacklisted"] is True
    assert (
        company("order", "add", "--customer", "C1", "--line", "P1:1", "--format", "json").rows[0]["verdict"]
        == "blacklisted"
    )
    assert company("customer", "unblock", "C1", "--reason", "付清", "--format", "json").rows[0]["blacklisted"] is False


@pytest.mark.parametrize("typed", ["lxzgc", "联想", "C1", "lianxiang"])
def test_a_customer_is_found_by_what_people_type(company: Any, typed: str) -> None:
    assert company("find", typed, "--customers", "--format", "json").rows[0]["code"] == "C1"


def test_both_kinds_are_found_in_rows_of_the_same_columns(company: Any) -> None:
    rows = company("find", "lx", "--format", "json").rows
    assert [(row["kind"], row["code"]) for row in rows] == [("customer", "C1"), ("product", "P1")]
    assert rows[0].keys() == rows[1].keys()
    assert company("find", "shubiao", "--products", "--format", "json").rows[0]["price"] == "10.50"
    nothing = company("find", "zzzz")
    assert nothing.status == 0
    assert nothing.is_one_sentence("Nothing")


def test_undo_takes_back_the_last_thing_that_can_be_taken_back(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:1")
    company("salesperson", "add", "ZHAO", "赵敏")
    [undone] = company("undo", "--format", "json").rows
    assert (undone["kind"], undone["about"], undone["undone"]) == ("order.record", "A-000001", True)
    assert company("report", "balance", "--format", "json").rows[0]["balance"] == "0.00"
    [undone] = company("undo", "--format", "json").rows
    assert undone["kind"] == "customer.terms"
    kept = company("undo")
    assert kept.status == 1
    assert kept.is_one_sentence("C1 has documents")
    kinds = [row["kind"] for row in company("log", "--limit", "3", "--format", "json").rows]
    assert kinds == ["change.undo", "change.undo", "salesperson.add"]


def test_nothing_more_is_undone_than_was_done(run: Any) -> None:
    run("salesperson", "add", "LI", "李伟")
    run("customer", "add", "C1", "--name", "联想")
    assert run("undo", "--format", "json").rows[0]["about"] == "C1"
    assert run("find", "C1", "--format", "json").rows == []
    assert run("undo").is_one_sentence("nothing")


def test_who_sits_here_takes_the_order_and_has_a_role(company: Any) -> None:
    assert company("me", "--format", "json").rows == []
    assert company("me", "WANG", "--format", "json").rows == [{"code": "WANG", "name": "王芳", "role": "sales"}]
    refused = company("customer", "terms", "C1", "--days", "90")
    assert refused.status == 1
    assert refused.is_one_sentence("role")
    company("order", "add", "--customer", "C1", "--line", "P1:1")
    assert company("log", "--limit", "1", "--format", "json").rows[0]["who"] == "WANG"
    assert company("me", "--nobody").status == 0
    assert company("customer", "terms", "C1", "--days", "90").status == 0


def test_settings_costs_and_the_rule_hold_from_a_day(company: Any) -> None:
    assert company("setting", "set", "grace_days", "5", "--from", "2026-02-01").status == 0
    values = {
        row["name"]: row["value"]
        for row in company("setting", "list", "--as-of", "2026-01-31", "--format", "json").rows
    }
    assert values["grace_days"] == "0"
    assert company("product", "cost", "P1", "72.5", "--format", "json").rows[0]["cost"] == "72.50"
    assert company("rule", "set", "--owner-share", "60", "--format", "json").rows == [
        {"from": "2026-03-31", "owner_share": "60", "maker_share": "40"}
    ]


def test_rows_are_printed_as_csv_and_as_an_aligned_table(company: Any) -> None:
    printed = company("salesperson", "list", "--format", "csv").out
    assert list(csv.reader(io.StringIO(printed)))[1] == ["LI", "李伟", "manager", "", "yes"]
    table = company("salesperson", "list").out.splitlines()
    assert table[1].index("manager") == table[0].index("role") - len("李伟")


def test_chinese_is_printed_in_chinese(company: Any) -> None:
    english = company("order", "add", "--customer", "NOBODY", "--line", "P1:1").err
    chinese = company("order", "add", "--customer", "NOBODY", "--line", "P1:1", "--lang", "zh").err
    assert "NOBODY" in chinese
    assert chinese != english


def test_a_company_is_imported_whole_and_twice_is_once(run: Any, folder: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "salespeople.csv").write_text("code,name\nLI,李伟\n", encoding="utf-8")
    (files / "customers.csv").write_text("code,name,owner\nC1,联想,LI\nC2,华硕,LI\n", encoding="utf-8")
    dry = run("import", files, "--dry-run", "--format", "json")
    assert dry.rows == [
        {"table": "salespeople", "added": 1, "updated": 0, "unchanged": 0},
        {"table": "customers", "added": 2, "updated": 0, "unchanged": 0},
    ]
    assert not folder.exists()
    assert run("import", files).status == 0
    assert [row["unchanged"] for row in run("import", files, "--format", "json").rows] == [1, 2]
    assert run("find", "lx", "--customers", "--format", "json").rows[0]["owner"] == "李伟"


def test_the_sample_company_is_made_afresh_but_never_over_a_company(run: Any, company: Any, tmp_path: Path) -> None:
    refused = company("demo", "--no-open")
    assert refused.status == 1
    assert refused.is_one_sentence("not a sample")
    assert company("find", "C1", "--customers", "--format", "json").rows


def test_totals_that_are_not_what_the_documents_say_are_printed(company: Any, folder: Path) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:1")
    assert company("check", "--format", "json").rows == []
    import sqlite3

    connection = sqlite3.connect(folder / "store.db")
    connection.execute("UPDATE customer_total SET balance = balance + 1")
    connection.commit()
    connection.close()
    checked = company("check", "--format", "csv")
    assert checked.status == 1
    assert checked.out.splitlines()[1].startswith("balance,")


@pytest.mark.parametrize("name", ["tables", "tables.xlsx"])
def test_what_is_exported_is_imported_to_the_same_reports(
    company: Any, folder: Path, tmp_path: Path, capsys: Any, name: str
) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:2", "P2:1", "--date", "2026-01-15", "--maker", "WANG")
    company("order", "return", "A-000001", "--line", "P1:1")
    company("receipt", "add", "--customer", "C1", "--amount", "50")
    assert company("export", tmp_path / name).status == 0
    again = tmp_path / "again"
    assert main(["import", str(tmp_path / name), "--store", str(again)]) == 0
    for report in (
        ("balance",),
        ("ageing",),
        ("overdue",),
        ("margin", "--by", "product"),
        ("activity", "--month", "2026-01"),
    ):
        words = ("report", *report, "--format", "json")
        expected = company(*words).out
        assert main([*words, "--store", str(again)]) == 0
        assert capsys.readouterr().out == expected


def test_one_table_is_exported_alone(company: Any, tmp_path: Path) -> None:
    [row] = company("export", tmp_path / "out.csv", "--table", "salespeople", "--format", "json").rows
    assert Path(row["path"]).read_text(encoding="utf-8").splitlines()[1].startswith("LI,李伟,manager")
    assert company("export", tmp_path, "--table", "secrets").status == 2


def test_the_log_names_the_customer_or_document_that_each_change_is_about(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:12")
    company("order", "release", "A-000001", "--reason", "known well")
    company("order", "invoice", "A-000001", "--invoice", "1")
    company("customer", "terms", "C1", "--days", "30")
    company("order", "cancel", "A-000001", "--reason", "wrong")
    company("customer", "assign", "C1", "--to", "WANG")
    [undone] = company("undo", "--format", "json").rows
    assert (undone["kind"], undone["about"]) == ("customer.assign", "C1")
    logged = {row["kind"]: row["about"] for row in company("log", "--format", "json").rows}
    assert [logged[f"order.{deed}"] for deed in ("release", "invoice", "cancel")] == ["A-000001"] * 3
    assert (logged["customer.terms"], logged["change.undo"]) == ("C1", "C1")


def test_an_unknown_option_points_to_the_help_of_its_own_verb(company: Any) -> None:
    assert company("customer", "edit", "C1", "--colour", "red").is_one_sentence("“huoke customer edit --help”")


def test_what_is_done_already_is_said_to_be_so(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:1")
    company("order", "cancel", "A-000001", "--reason", "wrong")
    assert company("order", "cancel", "A-000001", "--reason", "wrong").is_one_sentence("is cancelled already")
    assert company("order", "add", "--customer", "", "--line", "P1:1").is_one_sentence("No customer is named")
    assert company("setting", "set", "company_name", "").is_one_sentence("needs a name")
    assert company("receipt", "add", "--customer", "C1", "--amount", "1", "--kind", "write_off").is_one_sentence(
        "a write-off keeps a reason"
    )


def test_words_of_the_data_are_words_in_a_table_only(company: Any) -> None:
    terms = ("customer", "terms", "C1", "--days", "30", "--from-month-end")
    assert "month's end" in company(*terms).out
    assert company(*terms, "--format", "json").rows[0]["credit_from"] == "month_end"
    target = ("target", "LI", "2026-03", "--sales", "100")
    assert "sales amount" in company(*target).out
    assert company(*target, "--format", "json").rows[0]["measure"] == "sales"


def test_what_cannot_be_undone_is_named_and_the_one_before_it_is_undone_by_its_number(company: Any) -> None:
    for code in ("C8", "C9"):
        company("customer", "add", code, "--name", f"海淀数码{code}")
    company("order", "add", "--customer", "C9", "--line", "P1:1")
    assert company("undo").status == 0
    stuck = company("undo")
    number = next(row["number"] for row in company("log", "--format", "json").rows if row["about"] == "C9")
    assert stuck.status == 1
    assert stuck.is_one_sentence(
        "customer.add C9 cannot be undone", "C9 has documents", f"“huoke undo --before {number}”", "customer.add C8"
    )
    [undone] = company("undo", "--before", str(number), "--format", "json").rows
    assert (undone["kind"], undone["about"]) == ("customer.add", "C8")


def test_what_no_undo_takes_back_is_told_where_it_is_passed_over(company: Any) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:1")
    company("salesperson", "add", "ZHAO", "赵敏")
    assert "salesperson.add ZHAO stays" in company("undo").err
