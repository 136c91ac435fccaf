"""The model of customers that the office publishes, kept values of customers, and the days on which they traded."""

from typing import Any

import msgspec

TABLES = """
CREATE TABLE published_potential (
    month TEXT NOT NULL, person_id {id} NOT NULL, body {bytes} NOT NULL, PRIMARY KEY (month, person_id)) {clustered};

CREATE TABLE customer_value (
    generation {int} NOT NULL, customer_id {id} NOT NULL, recency_days {int} NOT NULL, trading_days {int} NOT NULL,
    revenue {int} NOT NULL, margin {int} NOT NULL, r {int}, f {int}, m {int}, alive DOUBLE PRECISION,
    orders DOUBLE PRECISION NOT NULL, potential {int} NOT NULL, source TEXT NOT NULL, quarter TEXT NOT NULL,
    PRIMARY KEY (generation, customer_id)) {clustered};

CREATE INDEX orders_trades ON orders (customer_id, date, live_from, live_to, amount)
    WHERE kind = 'sale' AND amount > 0 AND live_from IS NOT NULL;

DELETE FROM snapshot_chunk;
DELETE FROM snapshot;
"""

SQLITE_WORDS = {"id": "BLOB", "bytes": "BLOB", "int": "INTEGER", "clustered": "WITHOUT ROWID"}
POSTGRESQL_WORDS = {"id": "BYTEA", "bytes": "BYTEA", "int": "BIGINT", "clustered": ""}


def up(migrator: Any, db: Any) -> None:
    sqlite = db.param == "?"
    for statement in TABLES.format(**(SQLITE_WORDS if sqlite else POSTGRESQL_WORDS)).split(";\n"):
        if statement.strip():
            db.execute_sql(statement if sqlite else statement.replace(" TEXT", ' TEXT COLLATE "C"'))
    if sqlite:
        for table in ("shadow", "stage"):
            _lift_bodies(table, db)


def _lift_bodies(table: str, db: Any) -> None:
    """Bring figures that a laptop keeps aside or has received to their present form."""
    kept = db.execute_sql(f"SELECT id, body FROM {table} WHERE kind = 'figure' AND body IS NOT NULL").fetchall()
    for id_, body in kept:
        lifted = msgspec.msgpack.encode([*msgspec.msgpack.decode(body), []])
        db.execute_sql(f"UPDATE {table} SET body = ? WHERE kind = 'figure' AND id = ?", (lifted, id_))
