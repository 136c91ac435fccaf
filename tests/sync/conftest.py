"""The databases on which the office's behaviour is tested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.offices import Company
from tests.sync.postgres.server import postgresql, postgresql_url

__all__ = ["postgresql", "postgresql_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    """An office on each kind of database, with nobody in it yet."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    company = Company(tmp_path, url)
    yield company
    company.store.close()
