"""Small tables as text, and verbs to import them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from model.errors import ImportRefused
from model.files.importing import import_paths
from model.store import one, open_store, rows
from tests.model.company import BUSINESS_TABLES

TODAY = date(2026, 3, 31)
BASE = {
    "salespeople": "code,name\nS1,Ann\nS2,Bo\n",
    "customers": "code,name,owner,credit_days,credit_limit\nC1,One,S1,30,5000\nC2,Two,,,\n",
    "products": "code,name,price,cost\nP1,Mouse,100,60\nP2,Cable,10,\n",
    "orders": "number,customer,date\nO1,C1,2026-01-10\n",
    "order_lines": "order,line,product,quantity,price,discount\nO1,1,P1,3,100,10\nO1,2,P2,5,9.99,\n",
    "receipts": "number,customer,date,amount,order\nR1,C1,2026-02-01,100,O1\n",
}


@contextmanager
def new_company(tmp_path: Path) -> Iterator[Path]:
    """A folder for files, with a new store in use."""
    store = open_store(tmp_path / "store", create=True)
    with store.use():
        yield tmp_path / "in"
    store.close()


def write(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def take(folder: Path, on: date = TODAY, **tables: str) -> dict[str, tuple[int, int, int]]:
    """Import tables given as text; (added, updated, unchanged) of each."""
    summary = import_paths([write(folder, **tables)], on=on)
    return {name: (each.added, each.updated, each.unchanged) for name, each in summary.tables.items()}


def refused(folder: Path, **tables: str) -> list[tuple[str, int, str, str]]:
    """The bad rows of an import that must be refused and leave the store as it was."""
    before = everything()
    with pytest.raises(ImportRefused) as told:
        import_paths([write(folder, **tables)], on=TODAY)
    assert everything() == before
    return [(bad.file, bad.row, bad.column, str(bad.error)) for bad in told.value.bad_rows]


def everything() -> dict[str, list[Any]]:
    return {table: rows(f"SELECT * FROM {table}") for table in (*BUSINESS_TABLES, "import_file", "customer_search_row")}


def id_of(table: str, code: str) -> bytes:
    column = "number" if table in ("orders", "receipt") else "code"
    found = one(f"SELECT id FROM {table} WHERE {column} = ?", (code,))
    assert found is not None
    return bytes(found[0])
