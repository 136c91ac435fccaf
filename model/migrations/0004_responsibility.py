"""What stood before a change, so that it can be put back; and tax numbers, found while a customer is typed."""

from typing import Any

# Only of kinds that can be undone so, and as long as the change itself is kept. It is no document and is never sent.
FORMER = """
CREATE TABLE former (
    change_uid {id} NOT NULL, kind TEXT NOT NULL, id {bytes} NOT NULL, part TEXT NOT NULL,
    before {bytes} NOT NULL, after {bytes} NOT NULL, PRIMARY KEY (change_uid, kind, id, part)) {clustered};
CREATE INDEX customer_tax_id ON customer (tax_id) WHERE tax_id <> '';
"""

SQLITE_WORDS = {"id": "BLOB", "bytes": "BLOB", "clustered": "WITHOUT ROWID"}
POSTGRESQL_WORDS = {"id": "BYTEA", "bytes": "BYTEA", "clustered": ""}


def up(migrator: Any, db: Any) -> None:
    sqlite = db.param == "?"
    for statement in FORMER.format(**(SQLITE_WORDS if sqlite else POSTGRESQL_WORDS)).split(";\n"):
        if statement.strip():
            db.execute_sql(statement if sqlite else statement.replace(" TEXT", ' TEXT COLLATE "C"'))
