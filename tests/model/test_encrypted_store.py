"""A store under a PIN: the same figures, nothing plain on the disk, and no moment without a store."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from model.backup import back_up, make_present, restore
from model.connecting import connect, is_sqlite_file
from model.conversion import convert_drafts, write_converted
from model.destruction import destroy_store
from model.drafts import DRAFTS_FILE, Draft, DraftLine, Drafts
from model.errors import InputError, Refused, StoreError
from model.pin import lay_beside, remove_pin, set_pin, write_checked
from model.sealing import make_secret_key
from model.search import find_customers
from model.store import Store, integrity_faults, open_store, present_database, rows
from model.totals import faults
from model.vault import WrongPin, change_pin, is_sealed, key_behind, key_file_of, unlock
from tests.conftest import SAMPLE_DAY

pytest.importorskip("sqlcipher3", reason="encryption needs the extra “encrypted”")

PIN = "日进斗金2026"
NOW_S = 1_774_915_200
DRAFT = Draft(
    id="01",
    customer="0b",
    customer_name="联想中关村",
    begun_at="2026-03-31 14:02",
    lines=(DraftLine(product="0a", quantity_e3=3000, price_e4=12_990_000),),
)


@pytest.fixture
def folder(tmp_path: Path, sample_company: Path) -> Path:
    """The sample company, with an order being typed."""
    folder = tmp_path / "store"
    shutil.copytree(sample_company, folder)
    with closing(Drafts(folder)) as drafts:
        drafts.keep(DRAFT, 1)
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    open_store(folder, create=True).close()
    return folder


def rows_of_every_table(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.use():
        tables = [
            name
            for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
            # The index of the search in its own bytes; what it finds is compared instead.
            if not name.startswith(("customer_search_", "product_search_")) or name.endswith("_row")
        ]
        return {name: sorted(rows(f"SELECT * FROM {name}"), key=repr) for name in tables}


def found(store: Store, text: str) -> list[bytes]:
    with store.use():
        return [customer.id for customer in find_customers(text, person=None, day=SAMPLE_DAY)]


def plain_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.db*") if is_sqlite_file(path))


def test_everything_is_the_same_behind_a_pin_and_nothing_plain_is_left(folder: Path) -> None:
    before = open_store(folder)
    expected, hits = rows_of_every_table(before), found(before, "lx")
    assert hits
    before.close()

    set_pin(folder, PIN)

    assert plain_files(folder) == []
    needle = "联想".encode()
    assert not [path.name for path in folder.iterdir() if needle in path.read_bytes()]
    store = open_store(folder, key=unlock(present_database(folder), PIN, NOW_S))
    assert rows_of_every_table(store) == expected
    assert found(store, "lx") == hits
    with store.use():
        assert integrity_faults() == []
        assert list(faults()) == []
        assert rows("PRAGMA journal_mode") == [("wal",)]
    with closing(Drafts(folder, store.key)) as drafts:
        assert drafts.being_typed() == DRAFT


def test_a_plain_store_comes_back_when_the_pin_is_removed(folder: Path) -> None:
    expected = rows_of_every_table(open_store(folder))
    key = set_pin(folder, PIN)
    remove_pin(folder, key)
    assert not is_sealed(present_database(folder))
    assert list(folder.glob("*.key*")) == []
    assert rows_of_every_table(open_store(folder)) == expected
    with closing(Drafts(folder)) as drafts:
        assert drafts.being_typed() == DRAFT
    with pytest.raises(Refused, match="no PIN"):
        remove_pin(folder, key)


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def test_a_wrong_pin_opens_and_changes_nothing(empty: Path, capfd: pytest.CaptureFixture[str]) -> None:
    set_pin(empty, PIN)
    before = contents_of(empty)
    with pytest.raises(WrongPin, match="not the PIN"):
        key_behind(present_database(empty), "123456")
    with pytest.raises(StoreError, match="locked"):
        open_store(empty)
    with pytest.raises(Refused, match="already"):
        set_pin(empty, "654321")
    assert contents_of(empty) == before
    assert capfd.readouterr().err == ""


def test_a_damaged_encrypted_store_is_told_and_prints_nothing(empty: Path, capfd: pytest.CaptureFixture[str]) -> None:
    key = set_pin(empty, PIN)
    database = present_database(empty)
    database.write_bytes(bytes(4096) + database.read_bytes()[4096:])
    with pytest.raises(StoreError, match="damaged"):
        open_store(empty, key=key)
    assert capfd.readouterr().err == ""


def test_after_ten_wrong_pins_each_try_waits_a_minute(empty: Path) -> None:
    key = set_pin(empty, PIN)
    database = present_database(empty)
    for second in range(9):
        with pytest.raises(WrongPin, match=r"not the PIN\.$"):
            unlock(database, "123456", NOW_S + second)
    with pytest.raises(WrongPin, match="in 60 seconds"):
        unlock(database, "123456", NOW_S + 9)
    with pytest.raises(WrongPin, match="Too many"):
        unlock(database, PIN, NOW_S + 68)
    # A clock that was set back asks for one wait and not for years.
    with pytest.raises(WrongPin, match="in 60 seconds"):
        unlock(database, PIN, 0)
    assert unlock(database, PIN, 60) == key
    with pytest.raises(WrongPin, match=r"not the PIN\.$"):
        unlock(database, "123456", 61)


def test_another_pin_opens_the_same_store_and_full_width_digits_are_digits(empty: Path) -> None:
    key = set_pin(empty, PIN)
    database = present_database(empty)
    change_pin(database, PIN, "２０２６８８", NOW_S)
    assert unlock(database, "202688", NOW_S) == key
    with pytest.raises(WrongPin):
        unlock(database, PIN, NOW_S)
    with pytest.raises(InputError, match="at least 6"):
        change_pin(database, "202688", "12345", NOW_S)


def test_a_store_open_in_a_screen_is_not_converted(empty: Path) -> None:
    with open_store(empty).screen(), pytest.raises(StoreError, match="open in a screen or by a server"):
        set_pin(empty, PIN)
    assert not is_sealed(present_database(empty))


# A machine that dies in the middle --------------------------------------------------------------


@pytest.fixture
def halfway(folder: Path) -> tuple[Path, bytes, Path]:
    """A store, the key it is to be encrypted under, and where the copy is written."""
    return folder, make_secret_key(), folder / "store.db.unfinished"


def customers_in(folder: Path, key: bytes | None = None) -> int:
    store = open_store(folder, key=key)
    with store.use():
        ((count,),) = rows("SELECT COUNT(*) FROM customer")
    store.close()
    return int(count)


def test_death_while_copying_leaves_the_plain_store(halfway: tuple[Path, bytes, Path]) -> None:
    folder, key, unfinished = halfway
    write_checked(folder, None, unfinished, key)
    assert customers_in(folder) == 600
    set_pin(folder, PIN)
    assert not unfinished.exists()


def test_death_before_the_pointer_moves_leaves_the_plain_store(halfway: tuple[Path, bytes, Path]) -> None:
    folder, key, unfinished = halfway
    contents = write_checked(folder, None, unfinished, key)
    lay_beside(folder, unfinished, key, PIN, contents)
    assert customers_in(folder) == 600
    assert not is_sealed(present_database(folder))
    # It can be begun again, under another key.
    customers = customers_in(folder, set_pin(folder, "another pin"))
    assert customers == 600


def test_death_after_the_pointer_moved_leaves_the_encrypted_store_which_then_cleans_up(
    halfway: tuple[Path, bytes, Path],
) -> None:
    folder, key, unfinished = halfway
    contents = write_checked(folder, None, unfinished, key)
    present = lay_beside(folder, unfinished, key, PIN, contents)
    make_present(present)
    assert plain_files(folder) == [DRAFTS_FILE, "store.db"]
    assert unlock(present_database(folder), PIN, NOW_S) == key
    assert customers_in(folder, key) == 600
    assert plain_files(folder) == []
    with closing(Drafts(folder, key)) as drafts:
        assert drafts.being_typed() == DRAFT


def test_death_while_the_pin_is_being_removed_leaves_the_encrypted_store(folder: Path) -> None:
    key = set_pin(folder, PIN)
    convert_drafts(folder, key, None)
    assert customers_in(folder, key) == 600
    assert plain_files(folder) == []


def test_a_table_that_this_huoke_does_not_know_is_converted_too(empty: Path) -> None:
    database = present_database(empty)
    with closing(connect(database, None)) as connection:
        connection.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO later VALUES (1)")
        connection.commit()
    key = make_secret_key()
    target = empty / "copy.unfinished"
    write_checked(empty, None, target, key)
    with closing(connect(target, key)) as copy:
        assert copy.execute("SELECT id FROM later").fetchall() == [(1,)]


def test_the_version_number_of_a_database_is_carried_over(tmp_path: Path) -> None:
    key = make_secret_key()
    with closing(connect(tmp_path / "a.db", None)) as connection:
        connection.execute("PRAGMA user_version = 7")
    write_converted(tmp_path / "a.db", None, tmp_path / "b.db", key)
    with closing(connect(tmp_path / "b.db", key)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (7,)


# Backups ----------------------------------------------------------------------------------------


def test_a_backup_stays_encrypted_and_is_put_back_with_its_pin(folder: Path, tmp_path: Path) -> None:
    key = set_pin(folder, PIN)
    store = open_store(folder, key=key)
    target = tmp_path / "copy.db"
    with store.use():
        back_up(store, target)
    expected = rows_of_every_table(store)
    store.close()
    assert is_sealed(target)
    with pytest.raises(StoreError, match="locked"):
        restore(tmp_path / "new", target)

    # The PIN was changed since; the backup has the one it was made under.
    change_pin(present_database(folder), PIN, "another pin", NOW_S)
    restored = restore(folder, target, key=key_behind(target, PIN))
    assert restored.kept_aside is not None
    assert rows_of_every_table(open_store(folder, key=unlock(present_database(folder), PIN, NOW_S))) == expected
    with closing(Drafts(folder, key)) as drafts:
        assert drafts.being_typed() == DRAFT
    assert key_behind(restored.kept_aside, "another pin") == key


def test_drafts_under_another_key_are_kept_aside_when_a_plain_backup_comes_back(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "plain.db"
    store = open_store(folder)
    with store.use():
        back_up(store, target)
    store.close()
    key = set_pin(folder, PIN)
    former = present_database(folder)
    restore(folder, target)
    with closing(Drafts(folder)) as drafts:
        assert drafts.being_typed() is None
    with closing(connect(folder / f"drafts-of-{former.name}", key)) as aside:
        assert aside.execute("SELECT COUNT(*) FROM draft").fetchone() == (1,)


def test_another_companys_backup_is_known_without_its_pin(tmp_path: Path) -> None:
    ours, theirs, target = tmp_path / "ours", tmp_path / "theirs", tmp_path / "copy.db"
    for folder in (ours, theirs):
        open_store(folder, create=True).close()
    set_pin(ours, PIN)
    store = open_store(theirs)
    with store.use():
        back_up(store, target)
    store.close()
    with pytest.raises(Refused, match="another company"):
        restore(ours, target)


def test_a_plain_backup_over_an_encrypted_one_needs_no_key(empty: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    key = set_pin(empty, PIN)
    store = open_store(empty, key=key)
    with store.use():
        back_up(store, target)
    store.close()
    remove_pin(empty, key)
    store = open_store(empty)
    with store.use():
        back_up(store, target, overwrite=True)
    store.close()
    assert not key_file_of(target).exists()
    restore(empty, target)


def test_a_destroyed_store_leaves_neither_key_nor_rows(folder: Path) -> None:
    set_pin(folder, PIN)
    destroy_store(folder)
    assert [path.name for path in folder.iterdir() if path.suffix != ".lock"] == []
