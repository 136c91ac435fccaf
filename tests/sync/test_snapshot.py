"""A laptop that begins with a snapshot holds what one that took every page holds, whatever came between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from model import totals
from model.backup import back_up, restore
from model.changes.customers import AssignCustomers
from model.laptop import unsent_count
from model.pin import set_pin
from model.search import find_customers
from model.store import Store, execute, integrity_faults, meta, one, open_store, rows
from model.synced import KINDS, all_ids, read_documents
from sync import bootstrap, exchanging
from sync.connection import Truncated
from sync.errors import NothingThere
from sync.protocol import OWN_VIEW, Manifest
from sync.server.scope import view_of
from sync.server.snapshot import OfficeSnapshots, _buckets
from sync.server.storage import renew_epoch
from tests.sync.offices import Company, Laptop, Wire, state_of


class SnapshotWire(Wire):
    """A line that gives snapshots too.

    Attributes:
        fetched: the names of the chunks that were asked for, in order.
        cut_at: breaks instead of giving the chunk of this place in `fetched`.
        damaged: whether the next chunk is damaged on its way.
        meanwhile: what happens at the office before each chunk.
    """

    def __init__(self, company: Company, device: str, snapshots: OfficeSnapshots) -> None:
        super().__init__(company.office, device)
        self.company, self.snapshots = company, snapshots
        self.fetched: list[str] = []
        self.cut_at: int | None = None
        self.damaged = False
        self.meanwhile: list[Any] = []

    def snapshot(self, chunk: str = "") -> bytes:
        self.round_trips += 1
        if chunk and self.cut_at == len(self.fetched):
            raise Truncated("The connection was cut: sync again.")
        with self.company.store.use():
            if not chunk:
                found = self.snapshots.manifest(self.device, OWN_VIEW)
            else:
                self.fetched.append(chunk)
                found = self.snapshots.chunk(self.device, OWN_VIEW, chunk)
        if self.meanwhile:
            self.meanwhile.pop()()
        if found is None:
            raise NothingThere("The server has no such snapshot: begin again.")
        self.bytes_down += len(found)
        if chunk and self.damaged:
            self.damaged = False
            return found[:-1] + bytes([found[-1] ^ 1])
        return found


@pytest.fixture(autouse=True)
def everything_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """A company of a test is small: whatever it has comes as a snapshot, in chunks of a few documents."""
    monkeypatch.setattr(exchanging, "MOST_WHOLE_BY_PAGES", 0)
    monkeypatch.setattr("sync.server.snapshot.CHUNK_BODY_BYTES", 1_000)


@pytest.fixture
def company(empty_company: Company) -> Company:
    company = empty_company
    for code, role in (("M", "manager"), ("A", "sales"), ("B", "sales")):
        company.person(code, role)
    for code in ("P1", "P2"):
        company.product(code)
    for number in range(6):
        company.customer(f"A{number}", "A", limit=1000)
        company.customer(f"B{number}", "B", limit=1000)
    company.customer("POOL")
    busy = by_pages(company, "A")
    busy.sync()
    for number in range(6):
        bill = busy.sell(f"A{number}", "P1", 2)
        busy.receive(f"A{number}", 150, bill)
    busy.sell("B1", "P2", 1)
    busy.sell("POOL", "P2", 1)
    busy.sync()
    other = by_pages(company, "B")
    other.sync()
    other.sell("B2", "P1", 5)
    other.sync()
    return company


def fetching(laptop: Laptop, snapshots: OfficeSnapshots | None = None) -> SnapshotWire:
    """Let a laptop have a line that gives snapshots, by default with every bucket packed for all its readers."""
    line = SnapshotWire(
        laptop.company, laptop.device, snapshots or OfficeSnapshots(laptop.company.office, shared_from_documents=1)
    )
    laptop.wire = line
    return line


def by_pages(company: Company, person: str) -> Laptop:
    laptop = company.laptop(person)
    laptop.wire = NoSnapshots(company.office, laptop.device)
    return laptop


class NoSnapshots(Wire):
    """The line to an office that gives no snapshots."""

    def snapshot(self, chunk: str = "") -> bytes:
        raise NothingThere("The server has no such snapshot: begin again.")


def documents(store: Store, but: Iterable[str] = ("lease",)) -> dict[str, Any]:
    """What a store holds, but what is lent to its own device alone."""
    with store.use():
        held: dict[str, Any] = {kind: read_documents(kind, all_ids(kind)) for kind in KINDS if kind not in but}
        held["cards"] = rows("SELECT * FROM customer_card ORDER BY customer_id")
        held["totals"] = rows("SELECT * FROM customer_total ORDER BY customer_id")
        held["allocations"] = rows("SELECT * FROM allocation ORDER BY customer_id, source_id, bill_id, date")
        held["months"] = rows("SELECT * FROM person_month ORDER BY person_id, month")
        held["open"] = rows("SELECT id, open_amount, settled_on FROM orders ORDER BY id")
        return held


def assert_sound(store: Store) -> None:
    with store.use():
        assert totals.faults() == []
        assert integrity_faults() == []
        assert rows("PRAGMA foreign_key_check") == []
        made = {name for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'index'")}
    with open_store(store.folder / "empty", create=True).use():
        assert made == {name for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'index'")}


@pytest.mark.parametrize("person", ["A", "M"])
@pytest.mark.parametrize("shared_from", [1, 1_000])
def test_a_snapshot_makes_the_laptop_that_the_pages_make(company: Company, person: str, shared_from: int) -> None:
    taught = by_pages(company, person)
    taught.sync()
    begun = company.laptop(person)
    line = fetching(begun, OfficeSnapshots(company.office, shared_from_documents=shared_from))
    begun.sync()
    assert line.fetched
    assert begun.store.path.name != "store.db"
    # Its own begin may have lent it credit: what the cards of others say follows in the next exchange.
    taught.sync()
    begun.sync()
    assert documents(begun.store) == documents(taught.store)
    assert_sound(begun.store)
    with begun.store.use():
        assert find_customers("POOL", day=company.day)
    assert not (begun.store.folder / bootstrap.FOLDER).exists()
    assert [path.name for path in begun.store.folder.glob("store*.db")] == [begun.store.path.name]


def test_whatever_breaks_the_line_no_chunk_is_fetched_twice(company: Company) -> None:
    begun = company.laptop("M")
    line = fetching(begun)
    for place in range(1_000):
        line.cut_at = place
        try:
            begun.sync()
            break
        except Truncated:
            with begun.store.use():
                assert meta("cursor") == ""
    assert len(line.fetched) == len(set(line.fetched)) == place > 5
    assert_sound(begun.store)


def test_a_damaged_chunk_is_fetched_again(company: Company) -> None:
    begun = company.laptop("A")
    line = fetching(begun)
    line.damaged = True
    begun.sync()
    assert line.fetched[0] == line.fetched[1]
    assert_sound(begun.store)


def test_a_chunk_damaged_on_the_laptops_disk_is_fetched_again(company: Company) -> None:
    begun = company.laptop("A")
    line = fetching(begun)
    line.cut_at = 3
    with pytest.raises(Truncated):
        begun.sync()
    chunks = begun.store.folder / bootstrap.FOLDER / bootstrap.CHUNKS_FILE
    chunks.write_bytes(chunks.read_bytes()[:5_000] + bytes(500) + chunks.read_bytes()[5_500:])
    line.cut_at = None
    begun.sync()
    assert_sound(begun.store)


def test_common_buckets_are_packed_once_for_all_who_read_them(company: Company) -> None:
    first, second = company.laptop("A"), company.laptop("B")
    lines = [fetching(each) for each in (first, second)]
    for each in (first, second):
        each.sync()
    common = set(lines[0].fetched) & set(lines[1].fetched)
    assert len(common) >= 3
    assert_sound(second.store)


def test_unsent_changes_survive_and_reach_the_office(company: Company) -> None:
    laptop = by_pages(company, "A")
    laptop.sync()
    sent = laptop.sell("A0", "P1", 1)
    laptop.sync()
    unsent = laptop.sell("A1", "P1", 1)
    with company.store.use(), company.store.writing():
        renew_epoch()
    line = fetching(laptop)
    line.cut_at = 2
    with pytest.raises(Truncated):
        laptop.sync()
    later = laptop.sell("A2", "P1", 1)
    line.cut_at = None
    laptop.sync()
    for order in (sent, unsent, later):
        assert laptop.state_of(order) == state_of(company.store, order) == "confirmed"
    assert_sound(laptop.store)
    with laptop.store.use():
        assert rows("SELECT COUNT(*) FROM change") == [(3,)]
        assert unsent_count() == 0


def test_what_is_recorded_while_it_fetches_survives_even_if_the_line_then_breaks(company: Company) -> None:
    laptop = by_pages(company, "A")
    laptop.sync()
    with company.store.use(), company.store.writing():
        renew_epoch()
    line = fetching(laptop)
    orders: list[bytes] = []
    # Done between two chunks, as a person goes on selling.
    line.meanwhile = [lambda: orders.append(laptop.sell("A3", "P1", 1)), lambda: None]
    assert bootstrap.begin(laptop.store, line)
    assert laptop.state_of(orders[0]) == "confirmed"
    assert laptop.store.path.name != "store.db"
    laptop.sync()
    assert state_of(company.store, orders[0]) == "confirmed"
    assert_sound(laptop.store)


def test_what_a_snapshot_brought_is_counted_as_received(company: Company) -> None:
    laptop = company.laptop("A")
    line = fetching(laptop)
    manifest = msgspec.msgpack.decode(line.snapshot(), type=Manifest)
    done = laptop.sync()
    assert done.rows_pulled >= sum(chunk.documents for chunk in (*manifest.own, *manifest.common)) > 20


def test_what_the_office_writes_meanwhile_is_there_after_the_exchange(company: Company) -> None:
    begun = company.laptop("M")
    line = fetching(begun)
    line.meanwhile = [lambda: company.customer("LATE", "A", limit=5), lambda: company.customer("LATER")]
    begun.sync()
    with begun.store.use():
        assert rows("SELECT code FROM customer WHERE code IN ('LATE', 'LATER') ORDER BY code") == [
            ("LATE",),
            ("LATER",),
        ]
    assert_sound(begun.store)


def test_what_changed_since_a_bucket_was_packed_is_packed_for_who_asks(company: Company) -> None:
    snapshots = OfficeSnapshots(company.office, shared_from_documents=1)
    earlier = company.laptop("B")
    fetching(earlier, snapshots)
    earlier.sync()
    assign(company, "A0", "B")
    assign(company, "A1", None)
    assign(company, "B0", "A")
    taught, begun = by_pages(company, "B"), company.laptop("B")
    fetching(begun, snapshots)
    for each in (begun, taught, begun):
        each.sync()
    assert documents(begun.store) == documents(taught.store)
    assert_sound(begun.store)


def assign(company: Company, customer: str, owner: str | None) -> None:
    args = AssignCustomers(
        customers=(company.customers[customer],), owner=None if owner is None else company.people[owner],
        from_date=company.day,
    )  # fmt: skip
    company.at_office(args, "M")


def test_a_device_reads_no_bucket_but_its_own(company: Company) -> None:
    snapshots = OfficeSnapshots(company.office, shared_from_documents=1)
    manager, seller = company.laptop("M"), company.laptop("A")
    line = fetching(manager, snapshots)
    manager.sync()
    allowed = manifest_of(snapshots, company, seller)
    names = {chunk.name for chunk in (*allowed.own, *allowed.common)}
    alien = [name for name in line.fetched if name not in names]
    with company.store.use():
        assert alien
        assert all(snapshots.chunk(seller.device, OWN_VIEW, name) is None for name in alien)
        assert all(snapshots.chunk(seller.device, OWN_VIEW, name) is not None for name in names)
        for name in ("", "x", "-", "-1", f"{'g' * 32}-0", f"{'0' * 32}-0", f"{'0' * 32}-²"):
            assert snapshots.chunk(seller.device, OWN_VIEW, name) is None
        for bucket in ("all", "shared", "office", f"person:{company.people['A'].hex()}"):
            assert snapshots.manifest(seller.device, bucket) is None


def manifest_of(snapshots: OfficeSnapshots, company: Company, laptop: Laptop) -> Manifest:
    with company.store.use():
        return msgspec.msgpack.decode(snapshots.manifest(laptop.device, OWN_VIEW) or b"", type=Manifest)


def test_a_large_bucket_is_packed_while_the_laptop_asks_again(company: Company) -> None:
    begun = company.laptop("M")
    line = fetching(begun, OfficeSnapshots(company.office, shared_from_documents=1, packed_at_once_documents=0))
    told: list[str] = []
    asked: list[float] = []
    assert bootstrap.begin(
        begun.store, line, lambda doing, _done, _left: told.append(doing), wait=lambda _s: asked.append(packed(company))
    )
    assert asked
    assert told[0] == "waiting"
    begun.sync()
    assert_sound(begun.store)


def packed(company: Company) -> float:
    """Wait until no bucket is being packed."""
    with company.store.use():
        while rows("SELECT 1 FROM snapshot WHERE v < 0"):
            pass
    return 0.0


def test_an_encrypted_laptop_begins_encrypted(company: Company) -> None:
    pytest.importorskip("sqlcipher3")
    begun = company.laptop("A")
    begun.store.close()
    key = set_pin(begun.store.folder, "日进斗金2026")
    begun.store = open_store(begun.store.folder, key=key)
    line = fetching(begun)
    line.cut_at = 3
    with pytest.raises(Truncated):
        begun.sync()
    name = b"Customer B1"
    assert all(name not in path.read_bytes() for path in begun.store.folder.rglob("*") if path.is_file())
    line.cut_at = None
    begun.sync()
    assert_sound(begun.store)
    assert all(name not in path.read_bytes() for path in begun.store.folder.rglob("*.db*"))
    assert open_store(begun.store.folder, key=key).path == begun.store.path


def test_a_screen_of_another_program_keeps_the_store_as_it_is(company: Company) -> None:
    begun = company.laptop("A")
    line = fetching(begun)
    with open_store(begun.store.folder).screen():
        begun.sync()
    assert line.fetched == []
    assert begun.store.path.name == "store.db"
    assert_sound(begun.store)


def test_power_loss_at_the_swap_leaves_the_former_store(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    class PowerLostError(BaseException):
        pass

    def lose_power(*_paths: Path) -> None:
        raise PowerLostError

    begun = company.laptop("A")
    fetching(begun)
    for step in ("lay_down", "make_present"):
        with monkeypatch.context() as patch:
            patch.setattr(bootstrap, step, lose_power)
            with pytest.raises(PowerLostError):
                begun.sync()
        with open_store(begun.store.folder).use():
            assert meta("cursor") == ""
            assert meta("device") == begun.device
    begun.sync()
    assert_sound(begun.store)


def test_what_a_killed_server_was_packing_is_packed_by_another(company: Company) -> None:
    begun = company.laptop("A")
    line = fetching(begun)
    long_ago = (company.now() - timedelta(minutes=5)).isoformat(timespec="seconds")
    with company.store.use(), company.store.writing():
        for bucket in _buckets(view_of(begun.device, company.people["A"], "sales", company.day)):
            # What its process entered before it was killed.
            execute("UPDATE snapshot SET made_at = ? WHERE id = ?", (long_ago, line.snapshots._entered(bucket.key())))
    begun.sync()
    assert_sound(begun.store)
    taught = by_pages(company, "A")
    taught.sync()
    assert documents(begun.store) == documents(taught.store)


def test_a_laptop_under_a_new_name_begins_with_the_snapshot_of_its_own_view(company: Company, tmp_path: Path) -> None:
    laptop = by_pages(company, "A")
    laptop.sync()
    with laptop.store.use():
        back_up(laptop.store, tmp_path / "copy")
    laptop.sell("A1", "P1", 1)
    laptop.sync()
    restore(laptop.store.folder, tmp_path / "copy")
    laptop.store = open_store(laptop.store.folder)
    laptop.wire = NoSnapshots(company.office, first := laptop.device)
    laptop.sell("A2", "P1", 1)
    laptop.sync()
    assert laptop.device == f"{first}2"
    with company.store.use(), company.store.writing():
        renew_epoch()
    line = fetching(laptop)
    laptop.sync()
    assert len([chunk for chunk in line.fetched if chunk]) == len(set(line.fetched))
    assert_sound(laptop.store)
    lent = "SELECT COUNT(*) FROM lease WHERE device = ?"
    with company.store.use():
        expected = one(lent, (first,))
    assert laptop.one(lent, (first,)) == expected != (0,)
