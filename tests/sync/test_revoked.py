"""A laptop is shut out: what was done on it is kept at the office before it destroys itself, and nothing is lent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.null import Keyring as NoKeyring

import sync.client
from model.backup import back_up, restore
from model.changes.arrivals import UNEXPECTED, Arrival, arrive
from model.changes.company import SetWorksHere
from model.changes.customers import LogContact
from model.changes.log import Change
from model.errors import InputError, Refused, StoreError, UnreachableError
from model.ids import new_id
from model.notices import Notice
from model.store import execute, one, open_store, rows
from model.synced import all_ids, read_documents
from sync.connection import Truncated
from sync.errors import Revoked
from sync.protocol import MOST_CHANGES
from sync.server.accounts import disable_person, revoke
from sync.server.exchange import Office
from sync.server.quarantine import DEVICE_REVOKED_KIND, PutAside, all_put_aside, open_among
from sync.server.scope import feed_faults
from sync.server.storage import open_office
from tests.sync.offices import Company, Laptop, Wire, state_of


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that destroys itself must not look into the keyring of who runs this."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", NoKeyring())


@pytest.fixture
def company(empty_company: Company) -> Company:
    company = empty_company
    company.person("M", "manager")
    company.person("A")
    company.person("B")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    return company


def shut_out(laptop: Laptop) -> None:
    company = laptop.company
    with company.store.use():
        revoke(laptop.device.rstrip("0123456789"), company.office.record_here)


def put_aside(company: Company) -> list[PutAside]:
    with company.store.use():
        return all_put_aside()


def notices(company: Company) -> list[str]:
    with company.store.use():
        found = Notice.select().where(Notice.kind == DEVICE_REVOKED_KIND)
        return [str(notice.sentence) for notice in found]


def uids_of(laptop: Laptop) -> list[bytes]:
    with laptop.store.use():
        return [bytes(uid) for (uid,) in rows("SELECT uid FROM change ORDER BY number")]


def is_destroyed(folder: Path) -> bool:
    return not list(folder.glob("store*.db"))


def log_contacts(laptop: Laptop, count: int) -> None:
    """So many small changes, in one transaction of the disk."""
    with laptop.store.use(), laptop.store.writing():
        for place in range(count):
            laptop.do(
                LogContact(
                    id=new_id(), customer=laptop.company.customers["C1"], date=laptop.company.day, note=f"call {place}",
                    person=laptop.person,
                )
            )  # fmt: skip


class CutAtRequest(Wire):
    """A line that breaks before one of its requests reaches the office."""

    def __init__(self, office: Office, device: str, request: int) -> None:
        super().__init__(office, device)
        self.request = request

    def exchange(self, request: bytes) -> Iterator[bytes]:
        if self.round_trips + 1 == self.request:
            raise Truncated("The connection was cut: sync again.")
        return super().exchange(request)


def test_everything_unsent_is_put_aside_in_several_batches_before_the_store_is_destroyed(company: Company) -> None:
    a = company.laptop("A")
    a.sync()
    log_contacts(a, MOST_CHANGES + 20)
    order = a.sell("C1", "P1", 1)
    recorded, folder = uids_of(a), a.store.folder
    shut_out(a)
    with pytest.raises(Revoked):
        a.sync()
    assert is_destroyed(folder)
    found = put_aside(company)
    assert [row.uid for row in found] == recorded
    assert [row.number for row in found] == list(range(1, MOST_CHANGES + 22))
    assert {(row.device, row.person, row.status) for row in found} == {("B", "A", "quarantined")}
    assert notices(company) == [
        f"{MOST_CHANGES + 21} changes that B sent after it was shut out are put aside: “huoke server quarantine list”"
        " shows them."
    ]
    assert state_of(company.store, order) is None
    with company.store.use():
        assert feed_faults(company.day) == []


@pytest.mark.parametrize("broken_request", [1, 2, 3])
def test_a_line_that_is_cut_leaves_the_store_until_all_was_taken(company: Company, broken_request: int) -> None:
    a = company.laptop("A")
    a.sync()
    log_contacts(a, MOST_CHANGES + 1)
    recorded, folder = uids_of(a), a.store.folder
    shut_out(a)
    a.wire = CutAtRequest(company.office, a.device, broken_request)
    with pytest.raises(UnreachableError):
        a.sync()
    assert uids_of(a) == recorded
    a.wire = Wire(company.office, a.device)
    with pytest.raises(Revoked):
        a.sync()
    assert is_destroyed(folder)
    assert [row.uid for row in put_aside(company)] == recorded


def test_an_office_that_does_not_say_it_has_all_gets_nothing_destroyed(company: Company) -> None:
    class Curt(Wire):
        def exchange(self, request: bytes) -> Iterator[bytes]:
            raise Revoked("The office has revoked this device.")

    a = company.laptop("A")
    a.sync()
    a.sell("C1", "P1", 1)
    a.wire = Curt(company.office, a.device)
    with pytest.raises(UnreachableError, match="nothing of it is removed"):
        a.sync()
    assert len(uids_of(a)) == 1


def test_a_shut_out_laptop_put_back_from_an_older_copy_hands_over_what_the_office_has_not_got(
    company: Company, tmp_path: Path
) -> None:
    a = company.laptop("A")
    a.sync()
    first = a.sell("C1", "P1", 1)
    a.sync()
    with a.store.use():
        back_up(a.store, tmp_path / "copy")
    known = a.sell("C1", "P1", 1)
    a.sync()
    restore(a.store.folder, tmp_path / "copy")
    a.store = open_store(a.store.folder)
    a.wire = Wire(company.office, a.device)
    # Its second change has the number of the one that the office knows.
    a.sell("C1", "P1", 2)
    after = uids_of(a)[-1]
    shut_out(a)
    with pytest.raises(Revoked):
        a.sync()
    assert [row.uid for row in put_aside(company)] == [after]
    assert state_of(company.store, first) == state_of(company.store, known) == "confirmed"


def test_an_incarnation_that_is_shut_out_is_told_of_once_with_its_former_names(
    company: Company, tmp_path: Path
) -> None:
    a = company.laptop("A")
    a.sync()
    with a.store.use():
        back_up(a.store, tmp_path / "copy")
    a.sell("C1", "P1", 1)
    a.sync()
    restore(a.store.folder, tmp_path / "copy")
    a.store = open_store(a.store.folder)
    a.wire = Wire(company.office, a.device)
    a.sync()
    assert a.device == "B2"
    a.sell("C1", "P1", 1)
    shut_out(a)
    with pytest.raises(Revoked):
        a.sync()
    assert [(row.device, row.reason) for row in put_aside(company)] == [("B2", "revoked device")]
    assert len(notices(company)) == 1


def test_a_laptop_with_nothing_to_hand_over_is_destroyed_at_once(company: Company) -> None:
    a = company.laptop("A")
    a.sync()
    folder = a.store.folder
    shut_out(a)
    with pytest.raises(Revoked):
        a.sync()
    assert is_destroyed(folder)
    assert put_aside(company) == []
    assert notices(company) == []


def test_what_was_put_aside_is_judged_once_a_person_says_so(company: Company) -> None:
    a, m = company.laptop("A"), company.laptop("M")
    for laptop in (a, m):
        laptop.sync()
    order = a.sell("C1", "P1", 3)
    receipt = a.receive("C1", 100, order)
    shut_out(a)
    with pytest.raises(Revoked):
        a.sync()
    m.sync()
    assert m.one("SELECT COUNT(*) FROM notice WHERE kind = ?", (DEVICE_REVOKED_KIND,)) == (1,)
    with company.store.use():
        assert company.office.judge_put_aside(1).status == "confirmed"
        assert company.office.judge_put_aside(2).status not in UNEXPECTED
        with pytest.raises(Refused, match="judged since"):
            company.office.judge_put_aside(1)
        with pytest.raises(InputError, match="under the number 7"):
            company.office.judge_put_aside(7)
        assert [row.status for row in all_put_aside()] == ["confirmed", "done"]
        assert open_among(all_put_aside()) == []
        assert one("SELECT amount FROM receipt WHERE id = ?", (receipt,)) == (10_000,)
        assert feed_faults(company.day) == []
    m.sync()
    assert m.state_of(order) == "confirmed"


def test_what_could_not_be_judged_is_judged_again_in_its_own_place(company: Company) -> None:
    a = company.laptop("A")
    a.sync()
    log_contacts(a, 2)
    with company.store.use():
        # A fault of the office's database that whoever keeps it will mend.
        execute("CREATE UNIQUE INDEX broken ON contact_log (customer_id)")
    assert a.sync().refused == 1
    with company.store.use():
        with pytest.raises(Refused, match="still cannot be judged"):
            company.office.judge_put_aside(1)
        [row] = all_put_aside()
        assert (row.number, row.status) == (2, "quarantined")
        assert one("SELECT COUNT(*) FROM contact_log") == (1,)
        execute("DROP INDEX broken")
        assert company.office.judge_put_aside(1).status == "done"
        assert one("SELECT COUNT(*) FROM contact_log") == (2,)
        assert rows("SELECT number FROM change WHERE device = ? ORDER BY number", (a.device,)) == [(1,), (2,)]
    after = a.sell("C1", "P1", 1)
    a.sync()
    assert a.state_of(after) == "confirmed"
    told = a.one("SELECT template FROM notice WHERE kind = 'contact.log'")
    assert told is not None
    assert "was judged now" in told[0]


def test_who_is_disabled_has_no_lease_any_more_and_the_credit_is_free_at_once(company: Company) -> None:
    a, b = company.laptop("A"), company.laptop("B")
    a.sync()
    b.sync()
    order = b.sell("C1", "P1", 9)
    b.sync()
    assert state_of(company.store, order) == "held"
    with company.store.use():
        disable_person("A", company.office.record_here)
        assert one("SELECT COUNT(*) FROM lease WHERE granted > used + returned") == (0,)
        # The order that waited for the credit is judged again in the same transaction.
    assert state_of(company.store, order) == "confirmed"
    a.sell("C1", "P1", 1)
    with pytest.raises(Revoked, match="no longer works here"):
        a.sync()
    assert len(put_aside(company)) == 1


def test_who_is_disabled_by_a_manager_at_a_laptop_has_no_lease_either(company: Company) -> None:
    company.person("ADMIN", "admin")
    a, admin = company.laptop("A"), company.laptop("ADMIN")
    a.sync()
    admin.sync()
    admin.do(SetWorksHere(person=company.people["A"], active=False))
    admin.sync()
    with company.store.use():
        assert one("SELECT COUNT(*), SUM(granted - used - returned) FROM lease") == (1, 0)


def test_replaying_the_log_takes_the_leases_of_who_was_disabled_back_too(company: Company, tmp_path: Path) -> None:
    a = company.laptop("A")
    a.sync()
    with company.store.use():
        disable_person("A", company.office.record_here)
        log = list(Change.select().join(Arrival, on=(Arrival.uid == Change.uid)).order_by(Arrival.v, Arrival.place))
        leases = read_documents("lease", all_ids("lease"))
    again = open_office(f"sqlite:///{tmp_path / 'again'}", create=True)
    with again.use():
        for change in log:
            with again.writing():
                arrive(change)
        assert read_documents("lease", all_ids("lease")) == leases


def test_a_device_revoked_between_its_signature_and_the_transaction_gets_nothing(company: Company) -> None:
    class Late(Wire):
        """The device is shut out after the server has checked its signature."""

        def exchange(self, request: bytes) -> Iterator[bytes]:
            answer = super().exchange(request)
            shut_out(a)
            return answer

    a = company.laptop("A")
    a.sync()
    order = a.sell("C1", "P1", 1)
    a.wire = Late(company.office, a.device)
    with pytest.raises(Revoked):
        a.sync()
    assert state_of(company.store, order) is None
    assert len(put_aside(company)) == 1


def test_an_order_recorded_at_the_last_moment_is_handed_over_too(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = company.laptop("A")
    laptop.sync()
    laptop.sell("C1", "P1", 1)
    shut_out(laptop)
    sold: list[bytes] = []
    given = sync.client._all_given

    def meanwhile(last: int) -> Callable[[], bool]:
        if not sold:
            sold.append(laptop.sell("C1", "P1", 2))
        return given(last)

    monkeypatch.setattr(sync.client, "_all_given", meanwhile)
    with pytest.raises(Revoked):
        laptop.sync()
    with company.store.use():
        kept = {row.number for row in all_put_aside()}
    assert kept == {1, 2}


def test_no_other_program_writes_into_or_makes_anew_a_store_that_was_taken_back(company: Company) -> None:
    laptop = company.laptop("A")
    laptop.sync()
    beside = open_store(laptop.store.folder)
    shut_out(laptop)
    with pytest.raises(Revoked):
        laptop.sync()
    with pytest.raises(StoreError, match="was removed"), beside.use():
        pass
    assert not list(laptop.store.folder.glob("store*.db*"))
