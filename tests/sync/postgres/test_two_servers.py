"""Two server processes over one database are one office: what one has seen the other knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import psycopg
import pytest

from model.changes import KIND_OF_ARGS
from model.changes.customers import AddCustomer
from model.changes.kind import canonical
from model.ids import new_id
from model.store import rows
from sync.protocol import Answer, ChangeSent, Manifest, Page
from sync.server.accounts import enrolment_code
from sync.server.storage import open_office
from tests.sync.offices import FIRST_DAY
from tests.sync.postgres.server import PostgreSQL
from tests.sync.server_process import Device, Server, serving

AN_HOUR_MS = 3_600_000


@dataclass
class Office:
    """One database with two servers."""

    url: str
    first: Server
    second: Server
    person: str

    def device(self) -> tuple[Device, Device]:
        """A new device as it speaks with the one server, and with the other."""
        store = open_office(self.url)
        with store.use():
            code = enrolment_code(self.person, datetime.now(UTC))
        store.close()
        device = self.first.device(code)
        return device, Device(self.second, device.code, device.seed)


@pytest.fixture(scope="module")
def office(postgresql: PostgreSQL) -> Iterator[Office]:
    with postgresql.database() as url, serving(url) as first, serving(url) as second:
        store = open_office(url)
        with store.use():
            [(person,)] = rows("SELECT code FROM salesperson")
        store.close()
        yield Office(url, first, second, person)


def _customer() -> ChangeSent:
    args = AddCustomer(id=new_id(), code="C1", date=FIRST_DAY, card={"name": "Customer"})
    return ChangeSent(new_id(), KIND_OF_ARGS[AddCustomer].name, canonical(args), 0)


def test_what_one_server_took_the_other_gives_and_takes_no_second_time(office: Office) -> None:
    device, there = office.device()
    change = _customer()
    [taken, *_rest] = device.exchange(change)
    [again, *pages] = there.exchange(change)
    assert isinstance(taken, Answer)
    assert isinstance(again, Answer)
    assert (taken.results, taken.acknowledged) == (again.results, again.acknowledged)
    documents = [document for page in pages if isinstance(page, Page) for document in page.documents]
    assert [document.kind for document in documents].count("customer") == 1
    assert office.first.client.get("/healthz").status_code == office.second.client.get("/healthz").status_code == 200


def test_a_request_that_one_server_took_is_refused_by_the_other(office: Office) -> None:
    device, _there = office.device()
    body = device.packed()
    answer = device.send(body)
    assert answer.status_code == 200
    headers = {name: value for name, value in answer.request.headers.items() if name.startswith("huoke-")}
    repeated = office.second.client.post("/v1/sync", content=body, headers=headers)
    assert (repeated.status_code, repeated.json()["error"]) == (401, "nonce")


def test_one_allowance_holds_for_both_servers(office: Office) -> None:
    device, there = office.device()
    assert device.send(device.packed()).status_code == 200
    with psycopg.connect(office.url) as connection:
        # One request is left, and for an hour none is added.
        connection.execute("UPDATE rate SET tokens = 1000, at = at + %s WHERE device = %s", (AN_HOUR_MS, device.code))
    assert there.send(there.packed()).status_code == 200
    assert device.send(device.packed()).status_code == there.send(there.packed()).status_code == 429


def test_a_snapshot_that_one_server_packed_is_fetched_from_the_other(office: Office) -> None:
    device, there = office.device()
    device.exchange(_customer())
    packed = device.send(b"", method="GET", path="/v1/snapshot/view")
    if packed.status_code == 404:
        pytest.skip("this server packs no snapshots")
    manifest = msgspec.msgpack.decode(packed.content, type=Manifest)
    chunks = [*manifest.own, *manifest.common]
    assert chunks
    for chunk in chunks:
        path = f"/v1/snapshot/view/{chunk.name}"
        here, over_there = device.send(b"", method="GET", path=path), there.send(b"", method="GET", path=path)
        assert (here.status_code, over_there.status_code) == (200, 200)
        assert here.content == over_there.content
