"""Somebody else's transaction, that gets in the way of the office's at a chosen moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg

LONGEST_SECONDS = 30
HEAD = "SELECT v FROM head FOR UPDATE"


@contextmanager
def holding(url: str, statement: str, *parameters: Any) -> Iterator[psycopg.Connection]:
    """Hold the rows that a statement locks, until the end or until the connection is rolled back."""
    with psycopg.connect(url) as connection:
        connection.execute(statement, parameters)  # type: ignore[arg-type]
        yield connection
        connection.rollback()


def until_waiting(url: str, count: int) -> None:
    """Wait until so many connections of this database wait for a lock."""
    begun = monotonic()
    with psycopg.connect(url, autocommit=True) as connection:
        waiting = 0
        while waiting < count:
            assert monotonic() - begun < LONGEST_SECONDS, f"{waiting} of {count} wait"
            [(waiting,)] = connection.execute(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )


def end_connections(url: str, condition: str = "TRUE") -> int:
    """End other connections to this database, as an operator or a failing server does; how many there were.

    Args:
        condition: on a row of pg_stat_activity; all by default.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"  # type: ignore[arg-type]
            f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND ({condition})"
        ).rowcount
