"""A laptop that gave up waiting and asks again finds its first request still under way: it is told to come later."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
import zstandard

from model.store import one
from sync.credentials import make_key, public_key, signed_headers
from sync.errors import OfficeBusy
from sync.protocol import encode_request
from sync.server import checking, storage
from sync.server.accounts import enrol, enrolment_code
from sync.server.app import make_app
from sync.server.exchange import Office
from tests.sync.offices import Company
from tests.sync.postgres.sellers import Deeds, Device
from tests.sync.postgres.waiting import HEAD, holding, until_waiting
from tests.sync.server_process import listening, now_ms

SHORT_MILLISECONDS = 100


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "DEVICE_PATIENCE_MILLISECONDS", SHORT_MILLISECONDS)


def test_a_second_request_of_a_device_does_not_queue_behind_its_first(
    company: Company, another_server: Callable[[], Office], postgresql_url: str
) -> None:
    company.customer("X1", limit=1000)
    device, there = Device(company, "A", another_server()), another_server()
    device.pull()
    order = Deeds(company, "A", 1).order("X1")
    changes = device.sent(order)
    request = device.request(changes)
    with ThreadPoolExecutor(1) as pool, holding(postgresql_url, HEAD) as other:
        first = pool.submit(lambda: list(device.office.exchange(device.code, request)))
        until_waiting(postgresql_url, 1)
        with pytest.raises(OfficeBusy) as busy:
            list(there.exchange(device.code, request))
        assert busy.value.retry_after_seconds
        other.rollback()
        first.result()
    [answer, *_pages] = there.exchange(device.code, request)
    assert [result.status for result in answer.results] == ["confirmed"]  # type: ignore[union-attr]
    with company.store.use():
        assert one("SELECT COUNT(*) FROM orders") == (1,)
        assert checking.faults(company.day) == []


def test_only_a_device_is_waited_for_so_shortly(company: Company) -> None:
    company.laptop("A")
    with company.store.use(), company.store.writing():
        before = one("SHOW lock_timeout")
        storage.lock_device("B")
        assert one("SHOW lock_timeout") == before


def test_over_http_it_is_a_503_that_says_when_to_come_again(company: Company, postgresql_url: str) -> None:
    seed = make_key()
    with company.store.use():
        code = enrol(enrolment_code("A", datetime.now(UTC)), public_key(seed), datetime.now(UTC)).device
    by_hand = Device(company, "B", company.office)
    by_hand.pull()
    by_hand.code = code
    body = zstandard.compress(encode_request(by_hand.request([])))

    def send(url: str) -> httpx.Response:
        headers = signed_headers(code, seed, "POST", "/v1/sync", body, now_ms())
        return httpx.post(f"{url}/v1/sync", content=body, headers=headers, trust_env=False)

    with listening(make_app(company.store, company.office)) as url:
        with holding(postgresql_url, "SELECT 1 FROM device WHERE code = %s FOR UPDATE", code):
            refused = send(url)
        assert (refused.status_code, refused.json()["error"]) == (503, "busy")
        assert int(refused.headers["retry-after"]) > 0
        assert send(url).status_code == 200
