"""The verbs on a joined laptop: what a role may not do is asked for, and the log says how each change fared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from model.conflicts import Conflict
from model.customers import customer_by_code, terms_on
from model.fields import iso
from model.store import Store, execute, open_store, set_meta
from tests.tui.cli.conftest import TODAY, Run


@pytest.fixture
def laptop(company: Run, folder: Path) -> Iterator[tuple[Run, Store]]:
    """The company as the laptop of WANG, C1's salesperson, has it; the office has all that was done so far."""
    assert company("customer", "assign", "C1", "--to", "WANG").status == 0
    store = open_store(folder)
    with store.use(), store.writing():
        [(last,)] = execute("SELECT MAX(number) FROM change").fetchall()
        for name, value in {
            "server": "https://office.invalid", "me": "WANG", "acknowledged": str(last),
            "last_exchange": f"{TODAY}T08:00:00+00:00",
        }.items():  # fmt: skip
            set_meta(name, value)
    yield company, store
    store.close()


def test_terms_owner_and_blacklist_become_requests(laptop: tuple[Run, Store]) -> None:
    run, store = laptop
    for words in (
        ("terms", "C1", "--limit", "5000"),
        ("assign", "C1", "--to", "LI"),
        ("block", "C1", "--reason", "cheque bounced"),
    ):
        [row] = run("customer", *words, "--format", "json").rows
        assert (row["code"], row["status"]) == ("C1", "requested")
        assert (row["credit_limit"], row["owner"], row["blacklisted"]) == ("1000.00", "WANG", False)
    assert "requested" in run("customer", "terms", "C1", "--limit", "6000").out
    with store.use():
        assert terms_on(customer_by_code("C1").id, date.fromisoformat(TODAY)).credit_limit == 100_000
        assert Conflict.select().where(Conflict.kind == "request").count() == 4


def test_what_a_role_may_do_has_no_status(laptop: tuple[Run, Store]) -> None:
    run, _store = laptop
    [row] = run("customer", "edit", "C1", "--phone", "010-1", "--format", "json").rows
    assert "status" not in row


def test_the_log_says_how_each_change_of_this_laptop_fared(laptop: tuple[Run, Store]) -> None:
    run, store = laptop
    run("customer", "edit", "C1", "--phone", "010-1")
    run("customer", "edit", "C1", "--phone", "010-2")
    run("customer", "edit", "C1", "--phone", "010-3")
    with store.use(), store.writing():
        uids = [bytes(uid) for (uid,) in execute("SELECT uid FROM change ORDER BY number DESC LIMIT 3").fetchall()]
        for uid, status in zip(uids[1:], ("refused", "done"), strict=True):
            execute(
                "INSERT INTO arrival (uid, v, place, status, result, received_at, seen) VALUES (?, 1, 0, ?, ?, '', 0)",
                (uid, status, msgspec.msgpack.encode(("", {}))),
            )
        [(number,)] = execute("SELECT MAX(number) - 1 FROM change").fetchall()
        set_meta("acknowledged", str(number))
    fared = [row["office"] for row in run("log", "--limit", "4", "--format", "json").rows]
    assert fared == ["unsent", "refused", "done", None]
    assert run("log", "--limit", "4").out.splitlines()[3].endswith("confirmed")


def test_a_store_of_its_own_has_no_office_in_its_log(company: Run) -> None:
    assert "office" not in company("log", "--format", "json").rows[0]


def test_an_edit_names_what_else_was_seen_of_the_card(laptop: tuple[Run, Store]) -> None:
    run, store = laptop
    run("customer", "edit", "C1", "--city", "Beijing")
    with store.use():
        [(args,)] = execute("SELECT args FROM change ORDER BY number DESC LIMIT 1").fetchall()
        assert set(msgspec.msgpack.decode(bytes(args))["edits"]) == {"address", "city", "closed_on"}
        assert iso(customer_by_code("C1").closed_on) is None


def test_a_month_is_closed_by_the_office_when_a_laptop_asks(laptop: tuple[Run, Store]) -> None:
    run, store = laptop
    assert run("close", "2026-02").is_one_sentence("close a month")
    with store.use(), store.writing():
        set_meta("me", "LI")
    asked = run("close", "2026-02")
    assert (asked.status, asked.out) == (0, "")
    assert "The office will close 2026-02 at the next sync" in asked.err
    with store.use():
        assert execute("SELECT COUNT(*) FROM month_close").fetchone() == (0,)
