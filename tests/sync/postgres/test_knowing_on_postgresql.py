"""The reports on knowing customers say the same on PostgreSQL as on SQLite."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from model.changes.orders import LoseOrder
from model.store import Store, open_store, rows, set_meta
from sync.server.storage import open_office
from tests.model.company import Company
from tests.sync.postgres.knowing import knowing_reports

TODAY = date(2026, 6, 15)
FIRST_DAY = date(2025, 1, 5)
CUSTOMERS = 4


def _said(store: Store, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What every report says after a year and a half of the same trade."""
    made = iter(range(1, 1_000_000))
    with store.use(), monkeypatch.context() as patched:
        for module in ("tests.model.company", "model.changes.documents"):
            patched.setattr(f"{module}.new_id", lambda: next(made).to_bytes(16, "big"), raising=False)
        # Documents are numbered by the device, which an office and a laptop do not share.
        with store.writing():
            set_meta("device", "Z")
        desk = Company(FIRST_DAY)
        for code in ("S1", "S2"):
            desk.salesperson(code)
        for code, cost in (("P", "60"), ("Q", None)):
            desk.product(code, cost=cost)
        for number in range(CUSTOMERS):
            desk.customer(f"C{number}", ("S1", "S2", None)[number % 3], days=20, limit="600", since=FIRST_DAY)
        _trade(desk, Random(7))
        people = [bytes(row[0]) for row in rows("SELECT id FROM salesperson ORDER BY code")]
        customers = [bytes(row[0]) for row in rows("SELECT id FROM customer ORDER BY code")]
        return dict(knowing_reports(TODAY, people, customers))


def _trade(desk: Company, rng: Random) -> None:
    for days in range(0, (TODAY - FIRST_DAY).days, 9):
        desk.today = FIRST_DAY + timedelta(days=days)
        customer = f"C{rng.randrange(CUSTOMERS)}"
        lines = [(code, str(rng.randint(1, 3)), "100") for code in ("P", "Q") if rng.random() < 0.8] or "100"
        chance = rng.random()
        sold = desk.sell(customer, desk.today, lines, quote=chance < 0.1)
        if chance < 0.1:
            desk.do(LoseOrder(order=sold.id, date=desk.today, reason=rng.choice(("credit", "price"))))
        elif sold.state == "held" and chance < 0.5:
            desk.reject(sold, desk.today)
        elif sold.state == "held":
            desk.release(sold, desk.today)
        elif chance < 0.2:
            desk.take_back(sold, desk.today, "1")
        if rng.random() < 0.6:
            desk.pay(customer, desk.today, str(rng.randint(1, 5) * 100))


def test_every_report_says_the_same(tmp_path: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = open_store(tmp_path, create=True), open_office(postgresql_url, create=True)
    try:
        on_sqlite, on_postgresql = _said(here, monkeypatch), _said(there, monkeypatch)
    finally:
        here.close()
        there.close()
    assert on_sqlite.keys() == on_postgresql.keys()
    for name, said in on_sqlite.items():
        assert on_postgresql[name] == said, name
