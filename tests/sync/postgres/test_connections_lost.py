"""PostgreSQL ends connections, starts again or is gone: the office says so, and nothing is half done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import psycopg
import pytest

from model.store import one, rows
from sync.errors import OfficeBusy
from sync.server import checking
from sync.server.exchange import Office
from sync.server.storage import open_office
from tests.sync.offices import Company, state_of
from tests.sync.postgres.sellers import Deeds, Device, together
from tests.sync.postgres.server import PostgreSQL
from tests.sync.postgres.waiting import HEAD, LONGEST_SECONDS, end_connections, holding, until_waiting

BATCHES, CUTS = 6, 12


def test_exchanges_whose_connections_are_ended_are_finished_by_the_next(
    company: Company, another_server: Callable[[], Office], postgresql_url: str
) -> None:
    company.customer("X1", limit=1000)
    company.customer("X2", "A", limit=1000)
    devices = [Device(company, person, another_server()) for person in "AB"]
    for device in devices:
        device.pull()
    left = [*devices]

    def sell(device: Device) -> None:
        deeds = Deeds(company, device.person, 1)
        try:
            for _batch in range(BATCHES):
                device.push(deeds.order("X1"), deeds.order("X2"), deeds.contact("X1"), pull=True)
        finally:
            left.remove(device)

    def cut() -> None:
        ended = 0
        while left and ended < CUTS:
            ended += end_connections(postgresql_url, "state = 'idle in transaction'")

    together(*(partial(sell, device) for device in devices), cut)
    assert any(device.busy for device in devices)
    end_connections(postgresql_url)
    for device in devices:
        device.pull()
        assert device.number == BATCHES * 3
    with company.store.use():
        assert one("SELECT COUNT(*) FROM orders") == (len(devices) * BATCHES * 2,)
        assert one("SELECT COUNT(*) FROM contact_log") == (len(devices) * BATCHES,)
        assert rows("SELECT reason FROM quarantine") == []
        assert checking.faults(company.day) == []


def test_a_connection_ended_in_the_middle_leaves_nothing_of_the_exchange(
    company: Company, another_server: Callable[[], Office], postgresql_url: str
) -> None:
    company.customer("X1", limit=1000)
    device = Device(company, "A", another_server())
    device.pull()
    order = Deeds(company, "A", 1).order("X1")
    request = device.request(device.sent(order))
    with ThreadPoolExecutor(1) as pool:
        with holding(postgresql_url, HEAD):
            pushing = pool.submit(lambda: list(device.office.exchange(device.code, request)))
            until_waiting(postgresql_url, 1)
            # The office's backend waits for head with everything else written.
            end_connections(postgresql_url, "wait_event_type = 'Lock'")
            with pytest.raises(OfficeBusy):
                pushing.result(timeout=LONGEST_SECONDS)
        assert state_of(company.store, order.id) is None
        [answer, *_rest] = device.office.exchange(device.code, request)
    assert [result.status for result in answer.results] == ["confirmed"]  # type: ignore[union-attr]
    assert state_of(company.store, order.id) == "confirmed"


def test_while_postgresql_is_down_the_office_is_busy_and_afterwards_goes_on(
    company: Company, another_server: Callable[[], Office], postgresql: PostgreSQL, postgresql_url: str
) -> None:
    if postgresql.own is None:
        pytest.skip("a PostgreSQL that is not the tests' own is not stopped")
    company.customer("X1", limit=1000)
    device = Device(company, "A", another_server())
    device.pull()
    deeds = Deeds(company, "A", 1)
    device.push(deeds.order("X1"))
    order = deeds.order("X1")
    request = device.request(device.sent(order))
    with ThreadPoolExecutor(1) as pool:
        # The connection that holds the exchange up goes down with the server.
        with suppress(psycopg.OperationalError), holding(postgresql_url, HEAD):
            pushing = pool.submit(lambda: list(device.office.exchange(device.code, request)))
            until_waiting(postgresql_url, 1)
            postgresql.own.stop()
        with pytest.raises(OfficeBusy):
            pushing.result(timeout=LONGEST_SECONDS)
        for attempt in (
            lambda: list(device.office.exchange(device.code, request)),
            lambda: open_office(postgresql_url),
            lambda: company.at_office(deeds.contact("X1"), "M"),
        ):
            with pytest.raises(OfficeBusy):
                pool.submit(attempt).result(timeout=LONGEST_SECONDS)
    postgresql.own.start()
    [answer, *_rest] = device.office.exchange(device.code, request)
    assert [result.status for result in answer.results] == ["confirmed"]  # type: ignore[union-attr]
    with company.store.use():
        assert one("SELECT COUNT(*) FROM orders") == (2,)
        assert one("SELECT COUNT(*) FROM contact_log") == (0,)
        assert checking.faults(company.day) == []
