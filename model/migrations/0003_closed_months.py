"""Months that are closed, what arrives for them later, and targets."""

from typing import Any

import msgspec

# A line of a closed board may be the company's own, so that it names nobody who is there.
CLOSED_LINES_ON_SQLITE = """
CREATE TABLE month_close_now (
    month TEXT NOT NULL, person_id {id} NOT NULL, responsible {int} NOT NULL, active {int} NOT NULL,
    closed_with TEXT NOT NULL, PRIMARY KEY (month, person_id)) {clustered};
INSERT INTO month_close_now SELECT month, person_id, responsible, active, '' FROM month_close;
DROP TABLE month_close;
ALTER TABLE month_close_now RENAME TO month_close;
"""
CLOSED_LINES_ON_POSTGRESQL = """
ALTER TABLE month_close DROP CONSTRAINT month_close_person_id_fkey;
ALTER TABLE month_close ADD COLUMN closed_with TEXT NOT NULL DEFAULT '';
"""

TABLES = """
CREATE TABLE late_entry (
    order_id {id} NOT NULL REFERENCES orders (id), place {int} NOT NULL, person_id {id} NOT NULL, what TEXT NOT NULL,
    dated_on TEXT NOT NULL, effective_on TEXT NOT NULL, recorded_on TEXT NOT NULL, orders {int} NOT NULL,
    amount {int} NOT NULL, cost {int} NOT NULL, uncosted {int} NOT NULL, PRIMARY KEY (order_id, place)) {clustered};
CREATE INDEX late_entry_recorded ON late_entry (recorded_on);
CREATE INDEX late_entry_dated ON late_entry (dated_on);

CREATE TABLE target (
    month TEXT NOT NULL, person_id {id} NOT NULL REFERENCES salesperson (id), activity_bp {int}, sales {int},
    margin {int}, receipts {int}, PRIMARY KEY (month, person_id)) {clustered};

DELETE FROM snapshot_chunk;
DELETE FROM snapshot;
"""

SQLITE_WORDS = {"id": "BLOB", "int": "INTEGER", "clustered": "WITHOUT ROWID"}
POSTGRESQL_WORDS = {"id": "BYTEA", "int": "BIGINT", "clustered": ""}


def up(migrator: Any, db: Any) -> None:
    sqlite = db.param == "?"
    words = SQLITE_WORDS if sqlite else POSTGRESQL_WORDS
    lines = CLOSED_LINES_ON_SQLITE if sqlite else CLOSED_LINES_ON_POSTGRESQL
    for statement in (lines + TABLES).format(**words).split(";\n"):
        if statement.strip():
            db.execute_sql(statement if sqlite else statement.replace(" TEXT", ' TEXT COLLATE "C"'))
    if sqlite:
        for table in ("shadow", "stage"):
            _lift_bodies(table, db)


def _lift_bodies(table: str, db: Any) -> None:
    """Bring documents that a laptop keeps aside or has received to their present form."""
    kept = db.execute_sql(f"SELECT kind, id, body FROM {table} WHERE kind IN ('order', 'close')").fetchall()
    for kind, id_, body in kept:
        if body is None:
            continue
        parts = msgspec.msgpack.decode(body)
        if kind == "order":
            parts.append([])
        else:
            parts[0] = [[*row, ""] for row in parts[0]]
        db.execute_sql(
            f"UPDATE {table} SET body = ? WHERE kind = ? AND id = ?", (msgspec.msgpack.encode(parts), kind, id_)
        )
