"""A company in PostgreSQL, and further servers over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.server.exchange import Office
from sync.server.storage import open_office
from tests.sync.offices import Company


@pytest.fixture
def company(postgresql_url: str, tmp_path: Path) -> Iterator[Company]:
    """An office in PostgreSQL with a manager, four salespeople and one product."""
    company = Company(tmp_path, postgresql_url)
    company.person("M", "manager")
    for code in "ABCD":
        company.person(code)
    company.product("P1")
    yield company
    company.store.close()


@pytest.fixture
def another_server(company: Company, postgresql_url: str) -> Iterator[Callable[[], Office]]:
    """Makes further servers over the same database, each with connections of its own."""
    made = []

    def make() -> Office:
        office = Office(open_office(postgresql_url), now=company.now, day=lambda: company.day)
        made.append(office)
        return office

    yield make
    for office in made:
        office.store.close()
