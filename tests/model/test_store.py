"""The store folder: one writer at a time, one screen, numbered migrations, a newer store left untouched."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import peewee
import pytest

from model import customers, orders, people, products, receipts, settings, store, totals
from model.backup import back_up, restore
from model.changes import log
from model.customers import Customer
from model.errors import StoreError
from model.ids import new_id
from model.store import Store, open_store

MODELS = [
    people.Salesperson, customers.Customer, customers.Assignment, customers.Terms, customers.Blacklisting,
    customers.ContactLog, products.Product, products.Cost, orders.Order, orders.OrderLine, receipts.Receipt,
    receipts.ReceiptOrder, receipts.Allocation, settings.Setting, settings.AttributionRule, settings.MonthClose,
    totals.CustomerTotal, totals.CustomerMonth, totals.PersonMonth, log.Change, store.Meta,
]  # fmt: skip


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", create=True)


def add_customer(code: str) -> None:
    with store.current().writing():
        Customer.create(id=new_id(), code=code, name=code)


def add_and_fail(code: str) -> None:
    with store.current().writing():
        add_customer(code)
        raise ZeroDivisionError


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_model_has_the_columns_of_its_table(opened: Store, model: type[peewee.Model]) -> None:
    with opened.use():
        columns = {row[1] for row in store.rows(f"PRAGMA table_info({model._meta.table_name})")}
        assert columns == {field.column_name for field in model._meta.sorted_fields}


def test_the_database_survives_power_loss_by_its_settings(opened: Store) -> None:
    with opened.use():
        assert store.one("PRAGMA journal_mode") == ("wal",)
        assert store.one("PRAGMA synchronous") == (2,)
        assert store.one("PRAGMA foreign_keys") == (1,)


def test_threads_in_two_stores_never_write_into_the_others(tmp_path: Path) -> None:
    stores = [open_store(tmp_path / name, create=True) for name in ("one", "two")]

    def work(mine: Store, prefix: str) -> None:
        for number in range(100):
            with mine.use():
                add_customer(f"{prefix}{number}")

    threads = [threading.Thread(target=work, args=(stores[i % 2], f"{'ab'[i % 2]}{i}-")) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for mine, letter in zip(stores, "ab", strict=True):
        with mine.use():
            codes = [row[0] for row in store.rows("SELECT code FROM customer")]
        assert len(codes) == 200
        assert all(code.startswith(letter) for code in codes)


def test_a_failed_transaction_leaves_nothing(opened: Store) -> None:
    with opened.use():
        with pytest.raises(ZeroDivisionError):
            add_and_fail("C1")
        assert store.rows("SELECT 1 FROM customer") == []
        add_customer("C1")
        assert store.rows("SELECT code FROM customer") == [("C1",)]


def test_a_second_screen_is_refused_and_the_command_line_writes_beside_the_first(opened: Store) -> None:
    beside = open_store(opened.folder)
    with opened.screen():
        with pytest.raises(StoreError, match="open already"), beside.screen():
            pass
        with opened.use():
            before = opened.data_version()
            with beside.use():
                add_customer("C1")
            # Both share this thread, but each store has a connection of its own: the screen notices.
            assert opened.data_version() != before
    with beside.screen():
        pass


def test_another_process_waits_for_the_writer(opened: Store) -> None:
    script = (
        "import sys; from pathlib import Path; from model.store import open_store; from tests.model import test_store\n"
        "store = open_store(Path(sys.argv[1]))\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "with store.use(): test_store.add_customer('from the other')\n"
    )
    with opened.use():
        other = subprocess.Popen(
            [sys.executable, "-c", script, str(opened.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "ready\n"
        with opened.writing():
            other.stdin.write("go\n")
            other.stdin.flush()
            add_customer("mine")
        _, _ = other.communicate(timeout=60)
        assert other.returncode == 0
        assert store.rows("SELECT code FROM customer ORDER BY code") == [("from the other",), ("mine",)]


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.suffix == ".db"
    }


def test_a_newer_store_is_refused_untouched(opened: Store) -> None:
    with sqlite3.connect(opened.path) as raw:
        raw.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_from_the_future', '2030-01-01')")
    raw.close()
    before = fingerprint(opened.folder)
    with pytest.raises(StoreError, match="newer Huoke"):
        open_store(opened.folder)
    assert fingerprint(opened.folder) == before


def test_a_damaged_store_is_told_as_such(opened: Store) -> None:
    opened.path.write_bytes(b"this is no database at all" * 1000)
    before = fingerprint(opened.folder)
    with pytest.raises(StoreError, match="damaged"):
        open_store(opened.folder)
    assert fingerprint(opened.folder) == before


def test_no_store_is_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        open_store(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_store_replaced_by_a_backup_is_not_written_any_more(opened: Store, tmp_path: Path) -> None:
    with opened.use():
        add_customer("C1")
    kept = tmp_path / "kept.huoke"
    back_up(opened, kept)
    before = open_store(opened.folder)
    restore(opened.folder, kept)
    with before.use(), pytest.raises(StoreError, match="was replaced since"):
        add_customer("C2")
    with open_store(opened.folder).use():
        add_customer("C3")
        assert store.rows("SELECT code FROM customer ORDER BY code") == [("C1",), ("C3",)]
