"""A backup is whole, and putting it back never costs what was there."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from model.store import open_store


@pytest.fixture
def backup(company: Any, tmp_path: Path) -> Path:
    """A backup taken before an order that was cancelled again."""
    path = tmp_path / "copy.db"
    assert company("backup", path).status == 0
    return path


def test_a_backup_is_one_file_and_never_overwrites_another(company: Any, backup: Path) -> None:
    assert sorted(path.name for path in backup.parent.iterdir()) == ["copy.db", "store"]
    before = backup.read_bytes()
    company("order", "add", "--customer", "C1", "--line", "P1:1")
    again = company("backup", backup)
    assert again.status == 1
    assert again.is_one_sentence(str(backup)[:20], "--force")
    assert backup.read_bytes() == before
    assert company("backup", backup, "--force", "--format", "json").rows[0]["orders"] == 1


def test_a_backup_is_put_back_and_the_former_store_kept(company: Any, backup: Path, folder: Path) -> None:
    company("order", "add", "--customer", "C1", "--line", "P1:1")
    [restored] = company("restore", backup, "--format", "json").rows
    assert restored["orders"] == 0
    assert company("report", "balance", "--format", "json").rows[0]["balance"] == "0.00"
    former = sqlite3.connect(restored["kept_aside"])
    assert former.execute("SELECT COUNT(*) FROM orders").fetchone() == (1,)
    former.close()
    assert company("restore", restored["kept_aside"], "--format", "json").rows[0]["orders"] == 1
    assert company("check").status == 0


def test_a_backup_mends_a_damaged_store(company: Any, backup: Path, folder: Path) -> None:
    (folder / "store.db").write_bytes(b"\0" * 8192)
    broken = company("find", "C1")
    assert broken.status == 1
    assert broken.is_one_sentence("damaged", "huoke restore")
    assert company("restore", backup).status == 0
    assert company("find", "C1", "--format", "json").rows


def test_a_backup_begins_a_store_where_there_is_none(company: Any, backup: Path, tmp_path: Path, capsys: Any) -> None:
    from tui.cli.main import main

    assert main(["restore", str(backup), "--store", str(tmp_path / "new")]) == 0
    assert main(["find", "C1", "--store", str(tmp_path / "new")]) == 0


def test_what_is_no_sound_backup_is_refused_and_leaves_the_store(
    company: Any, backup: Path, folder: Path, tmp_path: Path, rows_of: Any
) -> None:
    before = rows_of()
    text = tmp_path / "text.db"
    text.write_text("hello")
    foreign = tmp_path / "foreign.db"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    torn = tmp_path / "torn.db"
    whole = bytearray(backup.read_bytes())
    whole[8192 : 8192 * 4] = b"\xff" * (8192 * 3)
    torn.write_bytes(whole)
    newer = tmp_path / "newer.db"
    newer.write_bytes(backup.read_bytes())
    connection = sqlite3.connect(newer)
    connection.execute("CREATE TEMP TABLE x AS SELECT * FROM schema_migration LIMIT 1")
    connection.execute("UPDATE x SET name = '9999_of_tomorrow'" + ", id = 9999" * _has_id(connection))
    connection.execute("INSERT INTO schema_migration SELECT * FROM x")
    connection.commit()
    connection.close()
    for path, status in ((text, 2), (foreign, 2), (torn, 1), (newer, 1), (tmp_path / "none.db", 2)):
        refused = company("restore", path)
        assert (refused.status, refused.out) == (status, ""), path
        assert len(refused.err.splitlines()) == 1
    assert rows_of() == before
    assert not (folder / "generation").exists()
    assert not list(folder.glob("*.unfinished*"))


def _has_id(connection: sqlite3.Connection) -> bool:
    return any(row[1] == "id" for row in connection.execute("PRAGMA table_info(schema_migration)"))


def test_another_companys_backup_is_refused(company: Any, tmp_path: Path, capsys: Any) -> None:
    from tui.cli.main import main

    other = tmp_path / "other"
    assert main(["salesperson", "add", "X", "Xu", "--store", str(other)]) == 0
    assert main(["backup", str(tmp_path / "other.db"), "--store", str(other)]) == 0
    refused = company("restore", tmp_path / "other.db")
    assert refused.status == 1
    assert refused.is_one_sentence("another company", "--force")
    assert company("restore", tmp_path / "other.db", "--force").status == 0


def test_a_store_open_in_a_screen_is_not_swapped(company: Any, backup: Path, folder: Path) -> None:
    with open_store(folder).screen():
        refused = company("restore", backup)
    assert refused.status == 1
    assert refused.is_one_sentence("screen")
