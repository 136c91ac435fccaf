"""Bad input gives one sentence, the right exit status, and the store as it was."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

ORDER = ("order", "add", "--customer", "C1", "--line", "P1:1")
HUGE = "联想" * 200_000


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        # dates
        ((*ORDER, "--date", "2026-02-30"), 2, "2026-02-30"),
        ((*ORDER, "--date", "yesterday"), 2, "yesterday"),
        ((*ORDER, "--date", "2026-04-01"), 1, "2026-04-01"),
        (("receipt", "add", "--customer", "C1", "--amount", "1", "--date", "2026-04-01"), 1, "2026-04-01"),
        (("customer", "add", "C9", "--name", "x", "--date", "2026-04-01"), 1, "2026-04-01"),
        (("find", "x", "--as-of", "31.3.2026"), 2, "31.3.2026"),
        ((*ORDER, "--valid-until", "2026-05-01"), 2, "quote"),
        # numbers
        (("receipt", "add", "--customer", "C1", "--amount", "1.234"), 2, "1.234"),
        (("receipt", "add", "--customer", "C1", "--amount", "0"), 2, "above zero"),
        (("receipt", "add", "--customer", "C1", "--amount", "-5"), 2, "above zero"),
        (("receipt", "add", "--customer", "C1", "--amount", "1e3"), 2, "1e3"),
        (("receipt", "add", "--customer", "C1", "--amount", "9" * 5000), 2, "999"),
        (("order", "add", "--customer", "C1", "--line", "P1:0"), 2, "above zero"),
        (("order", "add", "--customer", "C1", "--line", "P1:-2"), 2, "above zero"),
        (("order", "add", "--customer", "C1", "--line", "P1:1.2345"), 2, "1.2345"),
        (("order", "add", "--customer", "C1", "--line", "P1:1@-3"), 2, "below zero"),
        (("order", "add", "--customer", "C1", "--line", "P1:1%101"), 2, "discount"),
        (("order", "add", "--customer", "C1", "--line", "P1"), 2, "P1"),
        (("order", "add", "--customer", "C1", "--line", "P1:1@"), 2, "P1:1@"),
        (("order", "add", "--customer", "C1", "--line", "P1:900000000@900000000"), 2, "too large"),
        (("customer", "terms", "C1", "--days", "ten"), 2, "ten"),
        (("customer", "terms", "C1", "--days", "99999"), 2, "99999"),
        (("customer", "terms", "C1", "--limit", "-1"), 2, "below zero"),
        (("customer", "terms", "C1"), 2, "limit"),
        # codes and numbers of documents
        (("order", "add", "--customer", "C2", "--line", "P1:1"), 2, "C2"),
        (("order", "add", "--customer", "C1", "--line", "P9:1"), 2, "P9"),
        ((*ORDER, "--maker", "ZHAO"), 2, "ZHAO"),
        (("order", "cancel", "A-000099", "--reason", "x"), 2, "A-000099"),
        (("order", "release", "A-000099"), 2, "A-000099"),
        (("receipt", "add", "--customer", "C1", "--amount", "1", "--order", "A-000099"), 2, "A-000099"),
        (("receipt", "reverse", "A-000099", "--reason", "x"), 2, "A-000099"),
        (("customer", "assign", "C1", "C2", "--to", "LI"), 2, "C2"),
        (("customer", "assign", "C1", "--to", "ZHAO"), 2, "ZHAO"),
        (("customer", "add", "C1", "--name", "twice"), 1, "C1"),
        (("customer", "add", "C 9", "--name", "x"), 2, "C 9"),
        (("customer", "add", "C9", "--name", ""), 2, "C9"),
        (("salesperson", "add", "LI", "twice"), 1, "LI"),
        (("product", "add", "P1", "twice"), 1, "P1"),
        (("me", "ZHAO"), 2, "ZHAO"),
        (("setting", "set", "no_such", "1"), 2, "no_such"),
        (("setting", "set", "grace_days", "-1"), 2, "grace"),
        (("rule", "set", "--owner-share", "101"), 2, "100"),
        (("report", "statement", "--customer", "C2"), 2, "C2"),
        # what no keyboard types
        (("order", "add", "--customer", "C1\x1b[2J", "--line", "P1:1"), 2, "C1"),
        (("customer", "edit", "C1", "--note", "a\x07b"), 2, "note"),
        (("customer", "edit", "C1", "--note", "a\x00b"), 2, "note"),
        (("customer", "edit", "C1", "--note", "\udce9"), 2, "UTF-8"),
        (("customer", "edit", "C1", "--note", HUGE), 2, "note"),
        (("customer", "edit", HUGE, "--note", "x"), 2, "联想"),
        (("order", "add", "--customer", HUGE, "--line", "P1:1"), 2, "联想"),
        (("order", "add", "--customer", "C1", "--line", HUGE), 2, "联想"),
        (("order", "add", "--customer", "C1", "--line", f"P1:{HUGE}"), 2, "联想"),
        ((*ORDER, "--date", HUGE), 2, "联想"),
        # wrong use
        (("order", "add", "--customer", "C1"), 2, "--line"),
        (("order", "frob"), 2, "frob"),
        (("frob",), 2, "frob"),
        (("find", "x", "--format", "xml"), 2, "xml"),
        (("find", "x", "--frob"), 2, "--frob"),
        (("import", "/nowhere/at/all"), 2, "/nowhere/at/all"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_leaves_every_row(
    company: Any, rows_of: Any, words: tuple[str, ...], status: int, named: str
) -> None:
    before = rows_of()
    outcome = company(*words)
    assert outcome.status == status, outcome.err
    assert outcome.is_one_sentence(named), outcome.err
    assert len(outcome.err) < 1_000
    assert outcome.err.rstrip("\n").isprintable()
    assert rows_of() == before


def test_a_closed_customer_takes_no_order(company: Any, rows_of: Any) -> None:
    company("customer", "edit", "C1", "--closed-on", "2026-03-01")
    before = rows_of()
    outcome = company(*ORDER)
    assert outcome.status == 1
    assert outcome.is_one_sentence("C1", "closed")
    assert rows_of() == before


def test_a_huge_paste_finds_nothing(company: Any) -> None:
    assert company("find", HUGE, "--format", "json").status == 0
    assert company("find", "\x00\x1b[2J'\"*(", "--format", "json").status == 0


def test_a_malformed_file_is_told_row_by_row_and_nothing_is_written(company: Any, rows_of: Any, tmp_path: Path) -> None:
    before = rows_of()
    bad = tmp_path / "customers.csv"
    bad.write_text(
        "code,name,created_on,credit_limit\nC7,新店,2026-13-01,5\nC8,旧店,2026-01-01,1.234\nC9,好店,2026-01-01,1\n",
        encoding="utf-8",
    )
    outcome = company("import", bad)
    assert (outcome.status, outcome.out) == (1, "")
    first, second, last = outcome.err.splitlines()
    assert first.startswith("customers.csv, row 2, column created_on:")
    assert second.startswith("customers.csv, row 3, column credit_limit:")
    assert last.startswith("Rows that cannot be imported: 2.")
    assert rows_of() == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"code,name\n\xff\xfe\xff", b'code,name\n"C7,x\n'])
@pytest.mark.parametrize("name", ["customers.csv", "customers.xlsx"])
def test_a_file_that_is_no_table_is_refused(
    company: Any, rows_of: Any, tmp_path: Path, name: str, content: bytes
) -> None:
    before = rows_of()
    (tmp_path / name).write_bytes(content)
    outcome = company("import", tmp_path / name)
    assert (outcome.status, outcome.out) == (1, "")
    assert name in outcome.err
    assert rows_of() == before


def test_a_refused_import_begins_no_store(run: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("code\nC1\n")
    assert run("import", tmp_path / "customers.csv").status == 1
    assert not folder.exists()


def test_reading_verbs_begin_no_store(run: Any, folder: Path) -> None:
    for words in (("find", "x"), ("check",), ("log",), ("undo",), ORDER, ("backup", "copy.db"), ("report", "balance")):
        outcome = run(*words)
        assert outcome.status == 1
        assert outcome.is_one_sentence("no store", "huoke import")
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_folder_is_refused(company: Any, folder: Path, rows_of: Any) -> None:
    before = rows_of()
    folder.chmod(0o555)
    try:
        outcome = company(*ORDER)
    finally:
        folder.chmod(0o755)
    assert outcome.status == 1
    assert outcome.is_one_sentence("cannot be written")
    assert rows_of() == before


def test_a_file_where_the_folder_should_be_is_refused(run: Any, folder: Path) -> None:
    folder.write_text("a file")
    outcome = run("salesperson", "add", "LI", "李伟")
    assert outcome.status == 1
    assert outcome.is_one_sentence("store")
    assert folder.read_text() == "a file"


@pytest.mark.parametrize("words", [("find", "C1"), ORDER, ("check",), ("report", "balance"), ("log",)])
def test_a_store_with_overwritten_bytes_is_named_damaged(company: Any, folder: Path, words: tuple[str, ...]) -> None:
    path = folder / "store.db"
    spoiled = b"\xff" * 4096 + path.read_bytes()[4096:]
    path.write_bytes(spoiled)
    outcome = company(*words)
    assert outcome.status == 1
    assert outcome.is_one_sentence("damaged", "huoke restore")
    assert path.read_bytes() == spoiled


def test_bytes_overwritten_inside_are_found_by_the_check(company: Any, folder: Path) -> None:
    path = folder / "store.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    outcome = company("check")
    assert outcome.status == 1
    assert "damaged" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_newer_store_is_refused_untouched(company: Any, folder: Path, rows_of: Any) -> None:
    connection = sqlite3.connect(folder / "store.db")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(schema_migration)")]
    values = ", ".join("'9999_of_tomorrow'" if name == "name" else "9999" if name == "id" else name for name in columns)
    connection.execute(f"INSERT INTO schema_migration SELECT {values} FROM schema_migration LIMIT 1")
    connection.commit()
    connection.close()
    before = rows_of()
    for words in (ORDER, ("find", "C1"), ("check",)):
        outcome = company(*words)
        assert outcome.status == 1
        assert outcome.is_one_sentence("newer Huoke")
    assert rows_of() == before


def test_a_day_that_is_none_in_the_environment_is_told(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUOKE_TODAY", "soon")
    outcome = company("find", "C1")
    assert outcome.status == 2
    assert outcome.is_one_sentence("soon")


def test_an_output_that_cannot_be_written_is_told(company: Any, tmp_path: Path) -> None:
    outcome = company("backup", tmp_path / "none" / "copy.db")
    assert outcome.status == 1
    assert outcome.is_one_sentence("copy.db")
    assert company("backup", tmp_path).status == 2


def test_a_pointer_that_is_no_text_is_no_store_and_no_traceback(company: Any, folder: Path) -> None:
    (folder / "generation").write_bytes(b"\xff\xfe")
    outcome = company("report", "balance")
    assert outcome.status == 1
    assert outcome.is_one_sentence(str(folder.name))


def test_a_name_too_long_for_the_disk_is_named_short(run: Any) -> None:
    outcome = run("import", "x" * 5000 + ".csv")
    assert outcome.status != 0
    assert outcome.is_one_sentence("xxx")
    assert len(outcome.err) < 300
