"""What tests of screens share: a language, a day, a folder for files, and the sample company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from model.store import Store, open_store
from tests.tui import customers_desk
from tui import locale
from tui.clock import TODAY_VARIABLE


@pytest.fixture
def english(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Screens speak English, on the day that the test's file calls TODAY; where it calls none so, on the desks'."""
    day: date = getattr(request.module, "TODAY", customers_desk.TODAY)
    monkeypatch.setenv(TODAY_VARIABLE, day.isoformat())
    locale.use("en")
    yield
    locale.use("en")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where exported files go: the test's own folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def store(sample_company: Path, tmp_path: Path) -> Iterator[Store]:
    """The sample company, to be written to; a file with a company of its own has a `store` of its own."""
    opened = open_store(Path(copytree(sample_company, tmp_path / "store")))
    yield opened
    opened.close()
