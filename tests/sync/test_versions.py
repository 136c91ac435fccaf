"""Laptops and offices of different releases: what was done reaches the office, or stays where it is, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import sync.exchanging
import sync.server.exchange
from model import totals
from model.backup import back_up, restore
from model.changes.log import SCHEMA
from model.leases import remaining
from model.store import execute, meta, one, rows
from sync.client import unseen_results
from sync.errors import OfficeOlder
from sync.exchanging import LaptopTooOld
from sync.protocol import SyncRequest, decode_request
from sync.server import checking
from sync.server.quarantine import all_put_aside
from sync.server.storage import OfficeFolder, renew_epoch
from tests.sync.offices import Company, Laptop, Wire, state_of


@pytest.fixture
def company(empty_company: Company) -> Company:
    company = empty_company
    company.person("M", "manager")
    company.person("A")
    company.person("B")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    company.customer("POOL", limit=1000)
    return company


@dataclass
class Releases:
    """Which release the laptops have that sync next, and what the office still serves."""

    monkeypatch: pytest.MonkeyPatch

    def office_needs(self, form: int) -> None:
        self.monkeypatch.setattr(sync.server.exchange, "OLDEST_READER", form)
        self.monkeypatch.setattr(sync.server.exchange, "SCHEMA", form)

    def laptops_have(self, form: int) -> None:
        self.monkeypatch.setattr(sync.exchanging, "SCHEMA", form)


@pytest.fixture
def releases(monkeypatch: pytest.MonkeyPatch) -> Releases:
    return Releases(monkeypatch)


class Overheard(Wire):
    """A line of which every request is kept."""

    def __init__(self, laptop: Laptop) -> None:
        super().__init__(laptop.company.office, laptop.device)
        self.requests: list[SyncRequest] = []

    def exchange(self, request: bytes) -> Iterator[bytes]:
        self.requests.append(decode_request(request))
        return super().exchange(request)


def documents_of(laptop: Laptop) -> list[tuple[bytes, str]]:
    with laptop.store.use():
        return [(bytes(id_), state) for id_, state in rows("SELECT id, state FROM orders ORDER BY id")]


def test_a_laptop_too_old_to_receive_still_hands_over_what_was_done_on_it(company: Company, releases: Releases) -> None:
    a, b = company.laptop("A"), company.laptop("B")
    a.sync()
    b.sync()
    of_b = b.sell("POOL", "P1", 8)
    b.sync()
    releases.office_needs(SCHEMA + 1)
    too_much, enough = a.sell("POOL", "P1", 8), a.sell("C1", "P1", 3)
    cursor = a.one("SELECT value FROM meta WHERE name = 'cursor'")
    with pytest.raises(LaptopTooOld, match="is at the office"):
        a.sync()
    assert (state_of(company.store, too_much), state_of(company.store, enough)) == ("held", "confirmed")
    with a.store.use():
        assert (meta("acknowledged"), meta("cursor")) == ("2", cursor[0])
        assert [(kind, status) for _uid, kind, status, _result in unseen_results()] == [("order.record", "held")]
        # What was done here stands over what the office last said, and its credit is counted as used.
        assert remaining(company.customers["C1"], a.device) == 50_000
        assert totals.faults() == []
    assert documents_of(a) == sorted([(too_much, "confirmed"), (enough, "confirmed")])
    after = a.sell("C1", "P1", 1)
    with pytest.raises(LaptopTooOld):
        a.sync()
    assert state_of(company.store, after) == "confirmed"

    releases.laptops_have(SCHEMA + 1)
    done = a.sync()
    assert (done.pushed, done.waiting) == (0, 0)
    assert documents_of(a) == sorted(
        [(too_much, "held"), (enough, "confirmed"), (after, "confirmed"), (of_b, "confirmed")]
    )
    with a.store.use():
        assert remaining(company.customers["C1"], a.device) == 40_000
        assert totals.faults() == []
    with company.store.use():
        assert checking.faults(company.day) == []


def test_a_laptop_too_old_sends_all_its_batches_and_nothing_twice(
    company: Company, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = company.laptop("A")
    a.sync()
    releases.office_needs(SCHEMA + 1)
    monkeypatch.setattr(sync.exchanging, "MOST_CHANGES", 2)
    orders = [a.sell("C1", "P1", 1) for _order in range(5)]
    a.wire = Overheard(a)
    for _time in range(2):
        with pytest.raises(LaptopTooOld):
            a.sync()
    assert [len(request.changes) for request in a.wire.requests] == [2, 2, 1, 0]
    assert {state_of(company.store, order) for order in orders} == {"confirmed"}
    with company.store.use():
        assert one("SELECT COUNT(*) FROM orders") == (5,)


def test_a_laptop_that_never_received_anything_says_that_it_is_too_old(company: Company, releases: Releases) -> None:
    a = company.laptop("A")
    releases.office_needs(SCHEMA + 1)
    with pytest.raises(LaptopTooOld):
        a.sync()
    with a.store.use():
        assert one("SELECT COUNT(*) FROM customer") == (0,)
    releases.laptops_have(SCHEMA + 1)
    a.sync()
    with a.store.use():
        assert one("SELECT COUNT(*) FROM customer") == (2,)


def test_what_a_restored_office_forgot_comes_again_from_a_laptop_too_old(company: Company, releases: Releases) -> None:
    a = company.laptop("A")
    a.sync()
    releases.office_needs(SCHEMA + 1)
    if not isinstance(company.store, OfficeFolder):
        pytest.skip("a copy of the office is put back in its folder")
    with company.store.use():
        back_up(company.store, company.folder / "copy")
    order = a.sell("C1", "P1", 2)
    with pytest.raises(LaptopTooOld):
        a.sync()
    restore(company.store.folder, company.folder / "copy")
    company.reopen()
    with company.store.use(), company.store.writing():
        renew_epoch()
    assert state_of(company.store, order) is None
    a.wire = Wire(company.office, a.device)
    with pytest.raises(LaptopTooOld):
        a.sync()
    assert state_of(company.store, order) == "confirmed"
    releases.laptops_have(SCHEMA + 1)
    a.sync()
    assert a.state_of(order) == "confirmed"


def test_a_laptop_newer_than_the_office_keeps_everything_until_the_office_is_updated(
    company: Company, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = company.laptop("A")
    a.sync()
    before = a.sell("C1", "P1", 1)
    releases.laptops_have(SCHEMA + 1)
    after = a.sell("C1", "P1", 2)
    with a.store.use(), a.store.writing():
        # A later release writes its own form.
        execute("UPDATE change SET schema = ? WHERE number = 2", (SCHEMA + 1,))
    with pytest.raises(OfficeOlder, match="update it first") as refusal:
        a.sync()
    assert refusal.value.retry_after_seconds
    assert (state_of(company.store, before), state_of(company.store, after)) == (None, None)
    with company.store.use():
        assert all_put_aside() == []
        assert one("SELECT last_number FROM device WHERE code = ?", (a.device,)) == (0,)
    with a.store.use():
        assert rows("SELECT number, schema FROM change ORDER BY number") == [(1, SCHEMA), (2, SCHEMA + 1)]
        assert meta("acknowledged", "0") == "0"

    # The office is updated: it lifts the one and knows the other.
    monkeypatch.setattr("model.changes.lifting.lifted.__defaults__", ({}, SCHEMA + 1))
    releases.office_needs(SCHEMA + 1)
    assert a.sync().pushed == 2
    assert a.state_of(before) == a.state_of(after) == state_of(company.store, after) == "confirmed"


def test_a_newer_laptop_with_nothing_to_send_is_told_the_same(company: Company, releases: Releases) -> None:
    a = company.laptop("A")
    releases.laptops_have(SCHEMA + 1)
    with pytest.raises(OfficeOlder):
        a.sync()
