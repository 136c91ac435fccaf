"""A laptop joins again: its office does not know it any more, or its key is lost, and what it did is still sent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import keyring
import pytest

from model.changes.customers import AddCustomer, AssignCustomers, SetTerms
from model.changes.receipts import RecordReceipt
from model.changes.recording import record
from model.customers import customer_by_code
from model.errors import Refused
from model.ids import new_id
from model.laptop import unsent_count
from model.leases import machine_of, remaining
from model.people import salesperson_by_code
from model.store import Store, meta, one, open_store, rows
from sync.client import Exchanged, exchange, join, line_of
from sync.connection import OfficeConnection
from sync.credentials import CredentialError, base64url, make_key, public_key, read_key
from sync.errors import CodeRefused, DeviceUnknown, SignatureWrong
from sync.server.accounts import add_person, devices, enrolment_code
from sync.server.backups import back_up_office, restore_office
from sync.server.exchange import Office
from sync.server.scope import feed_faults
from sync.server.storage import open_office
from tests.sync.server_process import Server, fresh_server, serving
from tests.sync.test_credentials import RingInMemory

PASSPHRASE = "a passphrase of several words"


@pytest.fixture
def ring() -> Iterator[RingInMemory]:
    former, ring = keyring.get_keyring(), RingInMemory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(former)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with fresh_server(tmp_path / "office") as running:
        yield running


def nobody_asks() -> str:
    raise AssertionError("the keyring keeps the key")


def joined(folder: Path, server: Server, code: str) -> Store:
    return join(folder, server.url, code, ca=None, passphrase=nobody_asks)


def line(store: Store) -> OfficeConnection:
    with store.use():
        return line_of(store, passphrase=nobody_asks)


def sync(store: Store) -> Exchanged:
    with closing(line(store)) as connection:
        return exchange(store, connection)


def sync_in(store: Store) -> Exchanged:
    """Exchange with the key that a file in the store's folder keeps."""
    with store.use():
        connection = line_of(store, passphrase=lambda: PASSPHRASE)
    with closing(connection):
        return exchange(store, connection)


def code_for(office: Path, person: str) -> str:
    store = open_office(f"sqlite:///{office}")
    with store.use():
        code = enrolment_code(person, datetime.now(UTC))
    store.close()
    return code


def work(store: Store, customer: str) -> None:
    """A new customer who pays at once: two changes, and money that shall not come twice."""
    today = datetime.now(UTC).date()
    with store.use():
        person = salesperson_by_code(meta("me")).id
        id_ = new_id()
        record(AddCustomer(id=id_, code=customer, date=today, card={"name": customer}), person=person, on=today)
        record(
            RecordReceipt(id=new_id(), number=f"{meta('device')}-{customer}", customer=id_, date=today, amount=5_000),
            person=person, on=today,
        )  # fmt: skip


def of_office(folder: Path) -> tuple[list[str], int]:
    """Its customers' codes and the money it received in all, minor units."""
    store = open_office(f"sqlite:///{folder}")
    with store.use():
        codes = [code for (code,) in rows("SELECT code FROM customer ORDER BY code")]
        found = one("SELECT COALESCE(SUM(amount), 0) FROM receipt")
        assert feed_faults(datetime.now(UTC).date()) == []
    store.close()
    assert found is not None
    return codes, found[0]


def device_of(store: Store) -> str:
    with store.use():
        return meta("device")


def former_line(server: Server, store: Store) -> OfficeConnection:
    """The line of a laptop as it had joined another server before."""
    with store.use():
        seed = read_key(store.folder, meta("company"), meta("key_device"), passphrase=nobody_asks)
        return OfficeConnection(server.url, device=meta("device"), public_key=meta("public_key"), seed=seed)


@pytest.mark.usefixtures("ring")
def test_a_laptop_that_a_put_back_office_never_knew_joins_again_and_sends_all_it_kept(tmp_path: Path) -> None:
    office, url = tmp_path / "office", f"sqlite:///{tmp_path / 'office'}"
    with fresh_server(office) as server:
        first_code = server.code
        early = open_office(url)
        with early.use():
            person = salesperson_by_code(rows("SELECT code FROM salesperson")[0][0]).code
            back_up_office(early, tmp_path / "copy")
        early.close()
        store = joined(tmp_path / "laptop", server, first_code)
        sync(store)
        work(store, "SENT")
        sync(store)
        work(store, "UNSENT")
        server.end()
    restore_office(url, tmp_path / "copy")
    with serving(url) as server:
        former = former_line(server, store)
        with closing(former), pytest.raises(DeviceUnknown, match="join again"):
            exchange(store, former)
        again = joined(tmp_path / "laptop", server, code_for(office, person))
        with again.use():
            assert unsent_count() == 4
        assert sync(again).pushed == 4
        assert sync(again).pushed == 0
        assert of_office(office) == (["SENT", "UNSENT"], 10_000)
        with again.use():
            assert rows("SELECT code FROM customer ORDER BY code") == [("SENT",), ("UNSENT",)]
            assert unsent_count() == 0


@pytest.mark.usefixtures("ring")
def test_whose_name_a_put_back_office_gave_to_another_laptop_joins_again_too(tmp_path: Path) -> None:
    office, url = tmp_path / "office", f"sqlite:///{tmp_path / 'office'}"
    with fresh_server(office) as server:
        early = open_office(url)
        with early.use():
            person = salesperson_by_code(rows("SELECT code FROM salesperson")[0][0]).code
            back_up_office(early, tmp_path / "copy")
        early.close()
        store = joined(tmp_path / "laptop", server, server.code)
        sync(store)
        work(store, "MINE")
        server.end()
    restore_office(url, tmp_path / "copy")
    with serving(url) as server:
        former = former_line(server, store)
        other = joined(tmp_path / "other", server, code_for(office, person))
        assert device_of(other) == device_of(store) == former.device
        sync(other)
        with closing(former), pytest.raises(SignatureWrong, match="join again"):
            exchange(store, former)
        again = joined(tmp_path / "laptop", server, code_for(office, person))
        assert device_of(again) != device_of(other)
        sync(again)
        assert of_office(office) == (["MINE"], 5_000)


def test_a_laptop_whose_key_is_lost_goes_on_as_it_was_and_nothing_comes_twice(
    server: Server, tmp_path: Path, ring: RingInMemory
) -> None:
    office = tmp_path / "office"
    store = joined(tmp_path / "laptop", server, server.code)
    sync(store)
    work(store, "SENT")
    sync(store)
    work(store, "UNSENT")
    former = device_of(store)
    ring.kept.clear()
    with pytest.raises(CredentialError, match="join again"):
        line(store)
    with store.use():
        person = meta("me")
    again = joined(tmp_path / "laptop", server, code_for(office, person))
    assert device_of(again) == former
    with again.use():
        assert unsent_count() == 2
    assert sync(again).pushed == 2
    work(again, "AFTER")
    assert sync(again).pushed == 2
    assert of_office(office) == (["AFTER", "SENT", "UNSENT"], 15_000)
    at_office = open_office(f"sqlite:///{office}")
    with at_office.use():
        assert [row.code for row in devices()] == [former]
    at_office.close()


def test_what_was_lent_is_still_lent_to_a_laptop_that_joined_again(
    server: Server, tmp_path: Path, ring: RingInMemory
) -> None:
    office = tmp_path / "office"
    store = joined(tmp_path / "laptop", server, server.code)
    sync(store)
    work(store, "C1")
    today = datetime.now(UTC).date()
    with store.use():
        person, customer = salesperson_by_code(meta("me")), customer_by_code("C1").id
        record(AssignCustomers(customers=(customer,), owner=person.id, from_date=today), person=person.id, on=today)
        terms = SetTerms(customer=customer, from_date=today, credit_days=30, credit_from="order", credit_limit=100_000)
        record(terms, person=person.id, on=today)
    sync(store)
    sync(store)
    with store.use():
        lent = remaining(customer, meta("device"))
        assert lent > 0
    ring.kept.clear()
    again = joined(tmp_path / "laptop", server, code_for(office, person.code))
    sync(again)
    with again.use():
        assert remaining(customer, meta("device")) == lent
    at_office = open_office(f"sqlite:///{office}")
    with at_office.use():
        assert rows("SELECT device FROM lease") == [(device_of(again),)]
    at_office.close()


def test_a_copy_of_the_store_that_has_the_former_key_does_not_share_the_lease(server: Server, tmp_path: Path) -> None:
    office = tmp_path / "office"
    store = join(tmp_path / "laptop", server.url, server.code, ca=None, passphrase=lambda: PASSPHRASE)
    sync_in(store)
    work(store, "C1")
    store.close()
    shutil.copytree(tmp_path / "laptop", tmp_path / "copy")
    with store.use():
        person = meta("me")
    again = join(tmp_path / "laptop", server.url, code_for(office, person), ca=None, passphrase=lambda: PASSPHRASE)
    sync_in(again)
    copy = open_store(tmp_path / "copy")
    with pytest.raises(SignatureWrong, match="join again"):
        sync_in(copy)
    copy = join(tmp_path / "copy", server.url, code_for(office, person), ca=None, passphrase=lambda: PASSPHRASE)
    assert machine_of(device_of(copy)) != machine_of(device_of(again))
    sync_in(copy)
    sync_in(again)
    assert of_office(office) == (["C1"], 5_000)


def test_the_office_may_be_asked_again_by_a_laptop_that_keeps_its_name(server: Server, tmp_path: Path) -> None:
    office = tmp_path / "office"
    first, second = make_key(), make_key()
    with OfficeConnection(server.url) as wire:
        enrolled = wire.enrol(server.code, public_key(first))
        assert not enrolled.renewed
        code = code_for(office, enrolled.person)
        former = {
            "company": enrolled.company, "person": enrolled.person, "device": enrolled.device,
            "former_key": base64url(public_key(first)),
        }  # fmt: skip
        answers = [wire.enrol(code, public_key(second), **former) for _time in range(2)]
        assert [(each.device, each.renewed) for each in answers] == [(enrolled.device, True)] * 2
        # The key that was replaced opens nothing any more, not even with a new code.
        other = wire.enrol(code_for(office, enrolled.person), public_key(make_key()), **former)
        assert (other.device != enrolled.device, other.renewed) == (True, False)


def test_the_former_key_leaves_the_keyring(server: Server, tmp_path: Path, ring: RingInMemory) -> None:
    store = joined(tmp_path / "laptop", server, server.code)
    sync(store)
    with store.use():
        person = meta("me")
    again = joined(tmp_path / "laptop", server, code_for(tmp_path / "office", person))
    assert len(ring.kept) == 1
    assert device_of(again) in next(iter(str(key) for key in ring.kept))
    sync(again)


@pytest.mark.usefixtures("ring")
def test_a_line_that_began_before_is_not_used_under_the_new_name(server: Server, tmp_path: Path) -> None:
    store = joined(tmp_path / "laptop", server, server.code)
    sync(store)
    with store.use():
        person = meta("me")
    with closing(line(store)) as former:
        joined(tmp_path / "laptop", server, code_for(tmp_path / "office", person))
        with pytest.raises(Refused, match="joined again"):
            exchange(store, former)
    sync(store)


@pytest.mark.usefixtures("ring")
def test_a_code_of_another_company_is_refused_and_stays_good(server: Server, tmp_path: Path) -> None:
    store = joined(tmp_path / "laptop", server, server.code)
    sync(store)
    work(store, "MINE")
    before = device_of(store)
    with fresh_server(tmp_path / "other") as other:
        with pytest.raises(CodeRefused, match=r"another company.*another folder"):
            joined(tmp_path / "laptop", other, other.code)
        joined(tmp_path / "elsewhere", other, other.code)
    assert device_of(store) == before
    sync(store)
    assert of_office(tmp_path / "office") == (["MINE"], 5_000)


@pytest.mark.usefixtures("ring")
def test_a_code_of_another_person_is_refused_and_stays_good(server: Server, tmp_path: Path) -> None:
    store = joined(tmp_path / "laptop", server, server.code)
    sync(store)
    office = open_office(f"sqlite:///{tmp_path / 'office'}")
    with office.use():
        add_person("OTHER", "Other", "sales", "", Office(office).record_here)
    office.close()
    code = code_for(tmp_path / "office", "OTHER")
    with pytest.raises(CodeRefused, match="for OTHER"):
        joined(tmp_path / "laptop", server, code)
    joined(tmp_path / "elsewhere", server, code)
    sync(store)


def test_work_of_ones_own_is_not_given_away_by_joining(tmp_path: Path) -> None:
    store = open_store(tmp_path / "own", create=True)
    with store.use():
        record(
            AddCustomer(id=new_id(), code="C1", date=date(2026, 3, 31), card={"name": "Own"}), person=None,
            on=date(2026, 3, 31),
        )  # fmt: skip
    with pytest.raises(Refused, match="work of its own"):
        join(tmp_path / "own", "https://office.invalid", "0000", ca=None, passphrase=nobody_asks)
