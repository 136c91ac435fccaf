"""How fast a day's orders are taken, on either database; printed, for a time depends on the machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from time import perf_counter

import pytest

from model.store import one
from sync.server.exchange import Office
from tests.sync.offices import Company
from tests.sync.postgres.sellers import Deeds, Device, together

PUSHES, ORDERS, CUSTOMERS = 3, 50, 10


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_days_orders_are_taken(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("postgresql_url")
    company = Company(tmp_path, url)
    company.product("P1")
    people = ("A", "B")
    for person in people:
        company.person(person)
        for number in range(CUSTOMERS):
            company.customer(f"{person}{number}", person, limit=100_000)
    devices = [Device(company, person, Office(company.store, now=company.now, day=lambda: company.day))
               for person in people]  # fmt: skip
    for device in devices:
        device.pull()

    def send(device: Device, seed: int) -> None:
        deeds = Deeds(company, device.person, seed)
        for _push in range(PUSHES):
            device.push(*(deeds.order(f"{device.person}{number % CUSTOMERS}") for number in range(ORDERS)))

    for crowd in (devices[:1], devices):
        begun = perf_counter()
        together(*(partial(send, device, len(crowd)) for device in crowd))
        orders = len(crowd) * PUSHES * ORDERS
        print(f"{database}, {len(crowd)} at once: {orders / (perf_counter() - begun):.0f} orders a second")
    with company.store.use():
        assert one("SELECT COUNT(*) FROM orders WHERE state = 'confirmed'") == (3 * PUSHES * ORDERS,)
    company.store.close()
