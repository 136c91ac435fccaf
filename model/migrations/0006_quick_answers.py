"""Answers of the analysis that took long to read are kept for the next time, and who gave customers back is found."""

from typing import Any

TABLES = """
CREATE TABLE kept_answer (
    question TEXT NOT NULL PRIMARY KEY, asked {bytes} NOT NULL, of TEXT NOT NULL, kept_at {int} NOT NULL,
    body {bytes} NOT NULL);

CREATE INDEX assignment_released ON assignment (to_date) WHERE ended_by = 'release'
"""

SQLITE_WORDS = {"bytes": "BLOB", "int": "INTEGER"}
POSTGRESQL_WORDS = {"bytes": "BYTEA", "int": "BIGINT"}


def up(migrator: Any, db: Any) -> None:
    sqlite = db.param == "?"
    for statement in TABLES.format(**(SQLITE_WORDS if sqlite else POSTGRESQL_WORDS)).split(";\n"):
        db.execute_sql(statement if sqlite else statement.replace(" TEXT", ' TEXT COLLATE "C"'))
