"""The office in PostgreSQL: the same rules, backups that fit either database, and a database that goes away."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from model.backup import Contents
from model.changes.recording import record
from model.store import Store, execute, meta, one, rows
from model.totals import faults
from sync.errors import OfficeBusy
from sync.server import accounts
from sync.server.backups import adopt, back_up_office, restore_office
from sync.server.storage import (
    lock_customers,
    lock_device,
    next_v,
    on_postgresql,
    open_office,
    retrying,
    writing_lightly,
)
from tests.model.company import Company, company
from tests.sync.postgres.server import PostgreSQL
from tests.sync.server_process import LONGEST_SECONDS, ROOT, command, environment, serving

DAY = date(2026, 11, 23)


@pytest.fixture
def url(postgresql_url: str) -> str:
    """A database of the test's own."""
    return postgresql_url


def trade(here: Company) -> None:
    """A company in which a customer bought, paid, was held and gave goods back."""
    here.salesperson("LI")
    here.product("P")
    here.customer("C1", "LI", days=30, limit="1000")
    sold = here.sell("C1", DAY, "500")
    here.pay("C1", DAY, "200", sold)
    here.release(here.sell("C1", DAY, "900"), DAY)
    here.take_back(sold, DAY, "1")


@pytest.fixture
def office(url: str) -> Iterator[Store]:
    store = open_office(url, create=True)
    with store.use():
        accounts.make_company("测试公司", lambda args: record(args, person=None, on=DAY))
        trade(Company(DAY))
    yield store
    store.close()


def everything(store: Store) -> list[list[tuple[object, ...]]]:
    """Rows of every kind of column, in an order that both databases keep."""
    queries = (
        "SELECT number, amount, open_amount, state, due_date FROM orders ORDER BY number",
        "SELECT customer_id, balance, trades FROM customer_total ORDER BY customer_id",
        "SELECT uid, kind, args, chain FROM change ORDER BY number",
        "SELECT source_id, bill_id, amount FROM allocation ORDER BY source_id, bill_id",
    )
    with store.use():
        return [[tuple(map(_plain, row)) for row in rows(query)] for query in queries]


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_the_rules_work_there_and_the_totals_are_right(office: Store) -> None:
    with office.use():
        assert on_postgresql()
        assert one("SELECT balance FROM customer_total") == (70_000,)
        assert faults() == []
        assert meta("role") == "server"


def test_locks_and_versions_and_light_transactions_work_there(office: Store) -> None:
    with office.use():
        with office.writing():
            lock_device("S")
            lock_device("B")
            lock_customers([bytes(row[0]) for row in rows("SELECT id FROM customer")])
            assert (next_v(), next_v()) == (1, 2)
        with writing_lightly():
            execute("INSERT INTO rate (device, tokens, at) VALUES ('x', 1, 1)")


def test_what_another_transaction_prevented_is_done_again(office: Store) -> None:
    with office.use():
        tries = []

        def work() -> None:
            with office.writing():
                tries.append(1)
                if len(tries) < 3:
                    execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")

        retrying(work)
        assert len(tries) == 3


def test_a_backup_fits_either_database(office: Store, url: str, tmp_path: Path) -> None:
    before = everything(office)
    with office.use():
        saved: Contents = back_up_office(office, tmp_path / "copy.db")
    assert (saved.customers, saved.orders) == (1, 3)
    restore_office(f"sqlite:///{tmp_path / 'office'}", tmp_path / "copy.db")
    in_a_folder = open_office(f"sqlite:///{tmp_path / 'office'}")
    assert everything(in_a_folder) == before
    with in_a_folder.use():
        back_up_office(in_a_folder, tmp_path / "back.db")
        epoch = meta("epoch")
    with office.use():
        execute("UPDATE orders SET note = 'after the backup'")
    restore_office(url, tmp_path / "back.db")
    assert everything(office) == before
    with office.use():
        assert one("SELECT 1 FROM orders WHERE note <> ''") is None
        assert meta("epoch") != epoch
        assert faults() == []


def test_a_stand_alone_store_is_adopted_into_it(url: str, tmp_path: Path) -> None:
    with company(tmp_path / "alone", DAY) as here:
        trade(here)
    adopt(url, tmp_path / "alone", DAY)
    store = open_office(url)
    with store.use():
        assert one("SELECT balance FROM customer_total") == (70_000,)
        assert meta("device") == "S"
        assert one("SELECT 1 FROM feed WHERE kind = 'order'") is not None
    store.close()


def test_texts_sort_as_in_a_file(office: Store) -> None:
    with office.use():
        for code in ("b", "A-2", "a", "A/1", "中", "B"):
            execute("INSERT INTO salesperson VALUES (?, ?, '', 'sales', '', 1)", (os.urandom(16), code))
        found = [code for (code,) in rows("SELECT code FROM salesperson WHERE code <> 'LI' ORDER BY code")]
    assert found == sorted(found)


def test_a_server_says_when_its_database_is_gone_and_goes_on_when_it_is_back(url: str, postgresql: PostgreSQL) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    with serving(url) as server, psycopg.connect(postgresql.url, autocommit=True) as connection:
        assert server.client.get("/healthz").status_code == 200
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        gone = server.client.get("/healthz")
        assert (gone.status_code, gone.json()["error"]) == (503, "busy")
        assert int(gone.headers["retry-after"]) > 0
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert server.client.get("/healthz").status_code == 200


def test_two_servers_that_start_at_once_make_one_company(url: str) -> None:
    begun = [
        subprocess.Popen(
            command("server", "company", f"Company {place}", "--database", url),
            cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for place in range(2)
    ]  # fmt: skip
    ended = [process.communicate(timeout=LONGEST_SECONDS) for process in begun]
    assert sorted(process.returncode for process in begun) == [0, 1], ended
    store = open_office(url)
    with store.use():
        assert rows("SELECT COUNT(*) FROM setting WHERE name = 'company_name'") == [(1,)]
    store.close()


def test_two_servers_begin_together_on_one_database(url: str) -> None:
    with serving(url) as one_server, serving(url) as other:
        assert one_server.client.get("/healthz").status_code == other.client.get("/healthz").status_code == 200


def test_a_database_without_a_store_is_not_filled_by_looking(url: str) -> None:
    with pytest.raises(Exception, match="huoke serve"):
        open_office(url)
    with pytest.raises(OfficeBusy):
        open_office("postgresql://nobody@127.0.0.1:1/huoke")
