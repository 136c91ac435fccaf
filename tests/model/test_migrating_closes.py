"""A store from before months could be closed: what it holds is brought to its present form."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import msgspec

from model import synced
from model.closing import closed_through, frozen_lines
from model.store import execute, open_store, rows
from tests.model.company import Company

TODAY = date(2026, 3, 31)


def as_before() -> None:
    """Take a store back to the form it had before its third migration; it holds no document of a later form."""
    for table in ("late_entry", "target", "month_close"):
        execute(f"DROP TABLE {table}")
    execute(
        "CREATE TABLE month_close (month TEXT NOT NULL, person_id BLOB NOT NULL REFERENCES salesperson (id),"
        " responsible INTEGER NOT NULL, active INTEGER NOT NULL, PRIMARY KEY (month, person_id)) WITHOUT ROWID"
    )
    execute("DELETE FROM schema_migration WHERE name = '0003_closed_months'")


def test_closes_and_what_is_kept_aside_are_brought_to_the_present_form(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", create=True)
    with store.use():
        desk = Company(TODAY)
        ann = desk.salesperson("ann")
        desk.product("P")
        desk.customer("C", "ann", days=30, limit="1000")
        order = desk.sell("C", TODAY, "10")
        present = synced.read_document("order", order.id)
        assert present is not None
        with store.writing():
            as_before()
            execute("INSERT INTO month_close VALUES ('2026-01', ?, 3, 2)", (ann,))
            former = msgspec.msgpack.encode(synced.rows_in(present)[:2])
            execute("INSERT INTO shadow (kind, id, body) VALUES ('order', ?, ?)", (order.id, former))
            close = synced.document_id("close", "2026-01", ann)
            line = msgspec.msgpack.encode([[[3, 2]]])
            execute("INSERT INTO stage (kind, id, body) VALUES ('close', ?, ?)", (close, line))
    store.close()
    shutil.copytree(tmp_path / "store", tmp_path / "copy")
    again = open_store(tmp_path / "copy")
    with again.use():
        assert closed_through() == "2026-01"
        assert [(line.person, line.responsible, line.active) for line in frozen_lines("2026-01")] == [(ann, 3, 2)]
        assert rows("SELECT kind, body FROM shadow") == [("order", present)]
        [(body,)] = rows("SELECT body FROM stage")
        assert bytes(body) == synced.read_document("close", close)
    again.close()
