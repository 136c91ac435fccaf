"""The command line run in process on a small company of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from model.store import DATABASE_FILE
from tui import locale
from tui.cli.main import main

TODAY = "2026-03-31"


@dataclass(frozen=True)
class Outcome:
    """What a command line gave."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What it printed with --format json."""
        assert self.status == 0, self.err
        rows: list[dict[str, Any]] = json.loads(self.out)
        return rows

    def is_one_sentence(self, *named: str) -> bool:
        """Whether it printed nothing but one line on standard error, with these words in it."""
        lines = self.err.splitlines()
        return self.out == "" and len(lines) == 1 and all(word in lines[0] for word in named)


Run = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run `huoke` with these words on the test's own store, in English, on a fixed day."""
    monkeypatch.setenv("HUOKE_TODAY", TODAY)
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run_words(*words: object) -> Outcome:
        capsys.readouterr()
        status = main([*map(str, words), "--store", str(folder)])
        printed = capsys.readouterr()
        return Outcome(status, printed.out, printed.err)

    yield run_words
    locale.use("en")


@pytest.fixture(scope="session")
def company_made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two salespeople, two products and a customer with 30 days and a limit of 1,000."""
    folder = tmp_path_factory.mktemp("company") / "store"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HUOKE_TODAY", TODAY)
        environment.setenv("LANGUAGE", "en")
        for words in (
            ("salesperson", "add", "LI", "李伟", "--role", "manager"),
            ("salesperson", "add", "WANG", "王芳"),
            ("product", "add", "P1", "ThinkPad", "--brand", "联想", "--price", "100", "--floor", "80", "--cost", "70"),
            ("product", "add", "P2", "鼠标", "--price", "10.5"),
            ("customer", "add", "C1", "--name", "北京联想中关村店", "--short-name", "联想中关村", "--owner", "LI"),
            ("customer", "terms", "C1", "--days", "30", "--limit", "1000", "--from", "2026-01-01"),
        ):
            assert main([*words, "--store", str(folder)]) == 0
    return folder


@pytest.fixture
def company(run: Run, folder: Path, company_made_once: Path) -> Run:
    """Run `huoke` on a copy of that company."""
    shutil.copytree(company_made_once, folder)
    return run


def contents(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a store."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if "_search" not in name
        ]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


@pytest.fixture
def rows_of(folder: Path) -> Callable[[], dict[str, list[tuple[Any, ...]]]]:
    return lambda: contents(folder)
