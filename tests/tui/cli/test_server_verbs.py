"""What is done on the server's own machine: people, codes, import, adopting a store, backup, check, reports."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sync.credentials import make_key, public_key
from sync.server.accounts import enrol
from sync.server.storage import open_office, sqlstate
from tests.sync.server_process import serving
from tests.tui.cli.conftest import Outcome, Run
from tui.cli.invitation import remember_address

NO_DATABASE = "postgresql://nobody:secret@127.0.0.1:1/huoke"


@pytest.fixture
def server(run: Run) -> Run:
    """A server with a company and a manager."""
    assert run("server", "company", "测试公司").status == 0
    assert run("server", "people", "add", "LI", "李伟", "--role", "manager").status == 0
    return run


def write_tables(folder: Path) -> Path:
    folder.mkdir()
    (folder / "salespeople.csv").write_text("code,name\nWANG,王芳\n", encoding="utf-8")
    (folder / "customers.csv").write_text("code,name,owner,credit_limit\nC1,北京联想,WANG,1000\n", encoding="utf-8")
    return folder


def test_a_company_is_named_once(server: Run) -> None:
    again = server("server", "company", "Another")
    assert again.status == 1
    assert again.is_one_sentence("测试公司")


def test_people_are_added_listed_and_disabled(server: Run) -> None:
    assert server("server", "people", "add", "WANG", "王芳", "--team", "北区").status == 0
    people = server("server", "people", "list", "--format", "json").rows
    assert [(row["code"], row["role"], row["team"], row["active"]) for row in people] == [
        ("LI", "manager", "", True), ("WANG", "sales", "北区", True),
    ]  # fmt: skip
    [gone] = server("server", "people", "disable", "WANG", "--format", "json").rows
    assert gone["active"] is False
    refused = server("server", "enrol", "WANG")
    assert refused.status == 1
    assert refused.is_one_sentence("王芳")
    assert server("server", "people", "disable", "NOBODY").is_one_sentence("NOBODY")


def test_who_is_disabled_with_customers_is_named_and_leaving_gives_them_on(server: Run, tmp_path: Path) -> None:
    server("server", "people", "add", "WANG", "王芳")
    (tmp_path / "customers.csv").write_text("code,name,owner\nC1,海龙电脑,WANG\nC2,科贸,WANG\n", encoding="utf-8")
    assert server("server", "import", tmp_path / "customers.csv").status == 0
    told = server("server", "people", "disable", "WANG").err
    assert "2" in told
    assert "server people leave WANG --to" in told
    assert server("server", "people", "leave", "WANG", "--to", "WANG").status == 1
    left = server("server", "people", "leave", "WANG", "--to", "LI", "--format", "json")
    assert left.rows[0]["active"] is False
    assert "2" in left.err
    assert server("server", "people", "disable", "WANG").err == ""
    assert server("server", "check").status == 0


def test_a_code_is_printed_alone_and_opens_the_company(server: Run, folder: Path) -> None:
    for form in ("csv", "json"):
        assert server("server", "enrol", "LI", "--format", form).err == ""
    printed = server("server", "enrol", "LI")
    assert printed.status == 0
    assert printed.err.splitlines()[0] == f"On the laptop: huoke join URL {printed.out.strip()}"
    assert "good once, until" in printed.err
    [code] = printed.out.splitlines()
    store = open_office(f"sqlite:///{folder / 'server'}")
    with store.use():
        assert enrol(code, public_key(make_key()), datetime.now(UTC)).company_name == "测试公司"
    [device] = server("server", "devices", "--format", "json").rows
    assert device == {
        "device": "B", "person": "LI", "name": "李伟", "last_seen": None, "unsent": 0, "status": "active",
    }  # fmt: skip
    [revoked] = server("server", "revoke", "B", "--format", "json").rows
    assert revoked["status"] == "revoked"
    assert server("server", "revoke", "Q").is_one_sentence("Q", "huoke server devices")


def test_a_code_is_told_with_the_address_at_which_the_server_was_reached_last(
    server: Run, folder: Path, tmp_path: Path
) -> None:
    server("server", "certificate", "127.0.0.1", "office.lan", "--folder", tmp_path / "tls")
    (tmp_path / "bought").mkdir()
    bought = Path(shutil.copy(tmp_path / "tls" / "server.pem", tmp_path / "bought"))
    store = open_office(f"sqlite:///{folder / 'server'}")
    for certificate, rest in ((tmp_path / "tls" / "server.pem", " --ca ca.pem"), (bought, "")):
        with store.use(), store.writing():
            remember_address("https://0.0.0.0:8787", certificate)
        printed = server("server", "enrol", "LI")
        code = printed.out.strip()
        assert printed.err.splitlines()[0] == f"On the laptop: huoke join https://office.lan:8787 {code}{rest}"
    store.close()


def test_a_server_that_was_never_begun_says_how_to(run: Run) -> None:
    for words in (("people", "list"), ("devices",), ("enrol", "LI"), ("check",), ("report", "balance")):
        outcome = run("server", *words)
        assert outcome.status == 1
        assert outcome.is_one_sentence("huoke serve")


@pytest.mark.parametrize("words", [("server", "devices"), ("server", "check"), ("serve",)])
def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(run: Run, words: tuple[str, ...]) -> None:
    outcome = run(*words, "--database", NO_DATABASE)
    assert outcome.status == 3
    assert outcome.is_one_sentence("does not answer")
    assert "secret" not in outcome.err


def test_the_database_may_be_named_by_the_environment(
    server: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUOKE_DATABASE", f"sqlite:///{folder / 'server' / 'store.db'}")
    assert server("server", "people", "list", "--format", "json").rows[0]["code"] == "LI"
    monkeypatch.setenv("HUOKE_DATABASE", "server.db")
    assert server("server", "people", "list").is_one_sentence("sqlite:///")


def test_an_import_is_all_or_nothing_and_twice_is_once(server: Run, tmp_path: Path) -> None:
    tables = write_tables(tmp_path / "tables")
    looked = server("server", "import", tables, "--dry-run")
    assert looked.status == 0
    assert server("server", "report", "balance", "--format", "json").rows == []
    added = {row["table"]: row["added"] for row in server("server", "import", tables, "--format", "json").rows}
    assert added == {"salespeople": 1, "customers": 1}
    [balance] = server("server", "report", "balance", "--format", "json").rows
    assert (balance["customer"], balance["owner"], balance["credit_limit"]) == ("C1", "WANG", "1000.00")
    again = server("server", "import", tables, "--format", "json").rows
    assert [row["added"] for row in again] == [0, 0]
    (tables / "customers.csv").write_text("code,name,owner\nC2,New,WANG\nC3,Bad,NOBODY\n", encoding="utf-8")
    bad = server("server", "import", tables)
    assert bad.status == 1
    assert "customers.csv" in bad.err
    assert "NOBODY" in bad.err
    assert [row["customer"] for row in server("server", "report", "balance", "--format", "json").rows] == ["C1"]
    assert server("server", "check").status == 0


def test_a_stand_alone_store_becomes_a_companys_and_stays_as_it_was(
    company: Run, folder: Path, tmp_path: Path, rows_of: Callable[[], dict[str, list[tuple[Any, ...]]]]
) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:2")
    balance = company("report", "balance", "--format", "json").rows
    before = rows_of()
    url = f"sqlite:///{tmp_path / 'office'}"
    [adopted] = company("server", "adopt", folder, "--database", url, "--format", "json").rows
    assert (adopted["customers"], adopted["orders"]) == (1, 1)
    assert company("server", "report", "balance", "--database", url, "--format", "json").rows == balance
    assert company("server", "check", "--database", url, "--format", "json").rows == []
    assert rows_of() == before
    assert company("server", "adopt", folder, "--database", url).status == 1
    refused = company("server", "adopt", tmp_path / "office", "--database", f"sqlite:///{tmp_path / 'third'}")
    assert refused.is_one_sentence("belongs to a server")
    assert company("server", "devices", "--database", f"sqlite:///{folder}").is_one_sentence("huoke server adopt")


def test_a_backup_is_put_back_under_a_new_epoch(server: Run, folder: Path, tmp_path: Path) -> None:
    def epoch() -> str:
        store = open_office(f"sqlite:///{folder / 'server'}")
        with store.use():
            return str(store.database.execute_sql("SELECT value FROM meta WHERE name = 'epoch'").fetchone()[0])

    before = epoch()
    copy = tmp_path / "copy.db"
    assert server("server", "backup", copy).status == 0
    assert server("server", "backup", copy).is_one_sentence("--force")
    server("server", "people", "add", "LATE", "Late")
    [restored] = server("server", "restore", copy, "--format", "json").rows
    assert sqlite3.connect(restored["kept_aside"]).execute("SELECT COUNT(*) FROM salesperson").fetchone() == (2,)
    assert [row["code"] for row in server("server", "people", "list", "--format", "json").rows] == ["LI"]
    assert epoch() != before
    assert server("server", "check").status == 0


def test_putting_back_a_copy_names_the_laptops_that_must_join_again(server: Run, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    server("server", "backup", copy)
    assert "needs a new code" in server("server", "restore", copy).err
    join_by(server("server", "enrol", "LI").out.strip(), folder)
    [told] = server("server", "restore", copy).err.splitlines()
    assert "need a new code each: B (LI)" in told
    assert f"huoke server enrol PERSON --store {folder}" in told
    assert "is kept there and is sent then" in told
    out = server("server", "restore", copy).out.splitlines()
    assert [line.split()[0] for line in out] == ["file", "customers", "orders", "changes", "last", "former"]


def join_by(code: str, folder: Path) -> None:
    store = open_office(f"sqlite:///{folder / 'server'}")
    with store.use():
        enrol(code, public_key(make_key()), datetime.now(UTC))
    store.close()


def test_who_is_not_there_is_looked_for_at_the_office(server: Run, folder: Path) -> None:
    for words in (("enrol", "NOBODY"), ("people", "disable", "NOBODY")):
        refused = server("server", *words)
        assert refused.status == 2
        assert refused.is_one_sentence("NOBODY", f"huoke server people list --store {folder}")
    url = f"sqlite:///{folder / 'server'}"
    assert f"list --database {url} --store" in server("server", "enrol", "NOBODY", "--database", url).err


def test_a_server_without_anyone_who_leads_says_how_to_add_one(run: Run, folder: Path, tmp_path: Path) -> None:
    run("server", "import", write_tables(tmp_path / "tables"))
    with serving(f"sqlite:///{folder / 'server'}") as running:
        running.process.send_signal(signal.SIGINT)
        out, err = running.process.communicate(timeout=60)
    assert running.process.returncode == 0
    assert out.splitlines() == ["The server has stopped."]
    [told] = err.splitlines()
    assert f"huoke server people add PERSON NAME --role admin --database sqlite:///{folder / 'server'}" in told
    assert "huoke server enrol PERSON" in told


def test_only_an_offices_backup_is_put_back(company: Run, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "alone.db"
    company("backup", copy)
    assert company("server", "restore", copy).is_one_sentence("huoke server adopt")
    assert company("server", "restore", tmp_path / "nothing.db").is_one_sentence("nothing.db")
    (tmp_path / "text.db").write_text("no database")
    assert company("server", "restore", tmp_path / "text.db").is_one_sentence("not a backup")


def test_what_is_broken_is_named_and_the_status_says_so(server: Run, folder: Path, tmp_path: Path) -> None:
    server("server", "import", write_tables(tmp_path / "tables"))
    with sqlite3.connect(folder / "server" / "store.db") as connection:
        connection.execute("DELETE FROM feed WHERE kind = 'customer'")
        connection.execute("UPDATE customer_total SET balance = 5")
    outcome: Outcome = server("server", "check", "--format", "json")
    assert outcome.status == 1
    rules = {row["rule"] for row in json.loads(outcome.out)}
    assert rules == {"the feed is what the documents say", "a total is what the documents say"}


def test_the_reason_of_an_error_without_one_is_none() -> None:
    assert sqlstate(ValueError()) is None
