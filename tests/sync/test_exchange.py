"""Laptops and office meet: what was done offline is merged once, judged once, and seen by whoever may see it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model import totals
from model.backup import back_up, restore
from model.changes.arrivals import Arrival, arrive
from model.changes.assigning import AssignCustomers
from model.changes.company import SetSetting
from model.changes.log import Change
from model.credit import standing_on
from model.errors import Refused
from model.kept_answers import keep_answers, known_now, packed_answer
from model.kept_values import kept_values, refresh_values, values_as_of
from model.store import meta, one, open_store, rows
from model.synced import KINDS, all_ids, read_documents
from sync.connection import Truncated
from sync.server.accounts import devices, revoke
from sync.server.backups import back_up_office, restore_office
from sync.server.scope import feed_faults
from sync.server.storage import OfficeFolder, open_office, renew_epoch
from tests.sync.offices import Company, Cut, Wire, state_of


@pytest.fixture
def company(empty_company: Company) -> Company:
    company = empty_company
    company.person("M", "manager")
    company.person("A")
    company.person("B")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    company.customer("C2", "B", limit=1000)
    company.customer("POOL")
    return company


def test_an_order_taken_offline_reaches_the_office_and_the_other_side(company: Company) -> None:
    a, m = company.laptop("A"), company.laptop("M")
    a.sync()
    m.sync()
    order = a.sell("C1", "P1", 3)
    assert state_of(company.store, order) is None
    done = a.sync()
    assert (done.pushed, done.confirmed, done.round_trips) == (1, 1, 1 + 1)
    m.sync()
    assert state_of(company.store, order) == a.state_of(order) == m.state_of(order) == "confirmed"
    with company.store.use():
        assert feed_faults(company.day) == []


def test_of_two_offline_orders_over_the_limit_one_is_held(company: Company) -> None:
    company.customer("C3", limit=1000)  # the pool's, so nobody holds a lease on it
    a, b, m = company.laptop("A"), company.laptop("B"), company.laptop("M")
    for laptop in (a, b, m):
        laptop.sync()
    of_a, of_b = a.sell("C3", "P1", 8), b.sell("C3", "P1", 8)
    assert a.state_of(of_a) == b.state_of(of_b) == "confirmed"
    b.sync()
    told = a.sync()
    assert (told.confirmed, told.held) == (0, 1)
    for laptop in (b, m, a):
        laptop.sync()
        assert (laptop.state_of(of_a), laptop.state_of(of_b)) == ("held", "confirmed")
    with a.store.use():
        assert meta("acknowledged") == "1"


def test_a_lease_makes_the_owners_order_the_confirmed_one_whichever_comes_first(company: Company) -> None:
    a, b = company.laptop("A"), company.laptop("B")
    a.sync()
    b.sync()
    of_a, of_b = a.sell("C1", "P1", 8), b.sell("C1", "P1", 8)
    assert a.one("SELECT guaranteed FROM lease_use WHERE order_id = ?", (of_a,)) == (1,)
    b.sync()
    a.sync()
    b.sync()
    assert state_of(company.store, of_a) == "confirmed"
    assert state_of(company.store, of_b) == "held" == b.state_of(of_b)


def test_customers_of_others_are_held_as_a_card(company: Company) -> None:
    b = company.laptop("B")
    b.sync()
    with b.store.use():
        standing = standing_on(company.customers["C1"], company.day)
        assert standing.credit_left == 100_000
        assert one("SELECT contact FROM customer WHERE id = ?", (company.customers["C1"],)) == ("",)
    a = company.laptop("A")
    a.sync()  # 80 percent of the limit is lent to A's laptop
    b.sync()
    with b.store.use():
        assert standing_on(company.customers["C1"], company.day).credit_left == 20_000


def test_a_reassigned_customer_moves_with_its_documents(company: Company) -> None:
    a, b = company.laptop("A"), company.laptop("B")
    a.sync()
    order = a.sell("C1", "P1", 2)
    a.sync()
    b.sync()
    assert b.state_of(order) is None
    company.at_office(
        AssignCustomers(customers=(company.customers["C1"],), owner=company.people["B"], from_date=company.day),
        "M",
    )
    a.sync()
    b.sync()
    assert b.state_of(order) == "confirmed"
    assert a.state_of(order) == "confirmed"  # its maker keeps it
    assert a.one("SELECT shown FROM customer_card WHERE customer_id = ?", (company.customers["C1"],)) == (1,)
    for laptop in (a, b):
        with laptop.store.use():
            assert totals.faults() == []


def test_a_laptop_put_back_from_a_copy_goes_on_under_a_new_name_and_nothing_is_lost(
    company: Company, tmp_path: Path
) -> None:
    a = company.laptop("A")
    a.sync()
    first = a.sell("C1", "P1", 1)
    a.sync()
    with a.store.use():
        back_up(a.store, tmp_path / "copy")
    lost_here = a.sell("C1", "P1", 2)
    a.sync()
    restore(a.store.folder, tmp_path / "copy")
    a.store = open_store(a.store.folder)
    a.wire = Wire(company.office, a.device)
    after = a.sell("C1", "P1", 3)
    a.sync()
    assert a.device == "B2"
    for order in (first, lost_here, after):
        assert state_of(company.store, order) == a.state_of(order) == "confirmed"
    with company.store.use():
        assert one("SELECT COUNT(*) FROM orders") == (3,)
        assert totals.faults() == [] == feed_faults(company.day)


def test_a_laptop_put_back_that_has_nothing_to_send_still_notices(company: Company, tmp_path: Path) -> None:
    a = company.laptop("A")
    a.sync()
    with a.store.use():
        back_up(a.store, tmp_path / "copy")
    lost_here = a.sell("C1", "P1", 2)
    a.sync()
    restore(a.store.folder, tmp_path / "copy")
    a.store = open_store(a.store.folder)
    a.sync()
    after = a.sell("C1", "P1", 3)
    a.sync()
    assert state_of(company.store, lost_here) == state_of(company.store, after) == "confirmed"
    assert a.state_of(lost_here) == "confirmed"


@pytest.mark.parametrize("empty_company", ["sqlite"], indirect=True)
def test_a_server_put_back_from_a_copy_gets_again_what_it_forgot(company: Company, tmp_path: Path) -> None:
    a, m = company.laptop("A"), company.laptop("M")
    a.sync()
    m.sync()
    with company.store.use():
        back_up(company.store, tmp_path / "copy")
    forgotten = a.sell("C1", "P1", 2)
    a.sync()
    m.sync()
    restore(company.store.folder, tmp_path / "copy")
    company.reopen()
    with company.store.use(), company.store.writing():
        renew_epoch()
    for laptop in (a, m):
        laptop.wire.office = company.office
    m.sync()
    assert m.state_of(forgotten) is None
    a.sync()
    m.sync()
    assert state_of(company.store, forgotten) == m.state_of(forgotten) == "confirmed"


def test_an_answer_cut_anywhere_is_taken_up_where_it_broke_off(company: Company) -> None:
    a = company.laptop("A")
    for number in range(60):
        company.customer(f"N{number}")
    for frames in range(3):
        a.wire = Cut(company.office, a.device, frames)
        with pytest.raises(Truncated):
            a.sync()
    a.wire = Wire(company.office, a.device)
    assert 0 < a.sync().rows_pulled < 60  # what was received before is not sent again
    assert a.one("SELECT COUNT(*) FROM customer") == (63,)
    order = a.sell("C1", "P1", 1)
    a.wire = Cut(company.office, a.device, 1)
    with pytest.raises(Truncated):
        a.sync()
    assert state_of(company.store, order) == "confirmed"
    a.wire = Wire(company.office, a.device)
    assert a.sync().pushed == 1
    with company.store.use():
        assert one("SELECT COUNT(*) FROM orders") == (1,)


def test_costs_leave_the_office_only_where_the_company_lets_them(company: Company) -> None:
    a = company.laptop("A")
    a.sync()
    order = a.sell("C1", "P1", 1)
    a.sync()
    assert a.one("SELECT cost, uncosted FROM orders WHERE id = ?", (order,)) == (8_000, 0)
    with a.store.use():
        keep_answers([packed_answer("margin", "of the month", "20.00", known_now())])
        assert refresh_values(company.day)
    company.at_office(SetSetting(name="cost_visible_to_sales", from_date=company.day, value="no"), "M")
    a.sync()
    assert a.one("SELECT cost, uncosted FROM orders WHERE id = ?", (order,)) == (0, 10_000)
    assert a.one("SELECT COUNT(*) FROM cost") == (0,)
    # Nor stands there any more what was reckoned from them.
    assert a.one("SELECT COUNT(*) FROM kept_answer") == (0,)
    with a.store.use():
        assert (kept_values(), values_as_of()) == ([], None)
    with a.store.use():
        assert totals.faults() == []


def test_replaying_the_offices_log_gives_the_same_company(company: Company, tmp_path: Path) -> None:
    a, b = company.laptop("A"), company.laptop("B")
    for laptop in (a, b):
        laptop.sync()
    of_a, _of_b = a.sell("C1", "P1", 8), b.sell("C1", "P1", 8)
    a.receive("C1", 300, of_a)
    for laptop in (b, a, b):
        laptop.sync()
    again = open_office(f"sqlite:///{tmp_path / 'again'}", create=True)
    with company.store.use():
        log = list(Change.select().join(Arrival, on=(Arrival.uid == Change.uid)).order_by(Arrival.v, Arrival.place))
        # Published figures are computed, not done by anybody.
        wanted = {kind: read_documents(kind, all_ids(kind)) for kind in KINDS if kind != "figure"}
    with again.use():
        for change in log:
            with again.writing():
                arrive(change)
        for kind in wanted:
            assert read_documents(kind, all_ids(kind)) == wanted[kind], kind


def test_a_laptop_with_a_younger_name_than_a_restored_server_knows_is_known_again(
    company: Company, tmp_path: Path
) -> None:
    if not isinstance(company.store, OfficeFolder):
        pytest.skip("a copy of the office is put back in its folder")
    a = company.laptop("A")
    a.sync()
    with a.store.use():
        back_up(a.store, tmp_path / "laptop-copy")
    with company.store.use():
        back_up(company.store, tmp_path / "office-copy")
    before = a.sell("C1", "P1", 1)
    a.sync()
    restore(a.store.folder, tmp_path / "laptop-copy")
    a.store = open_store(a.store.folder)
    a.sync()
    assert a.device == "B2"
    restore(company.store.folder, tmp_path / "office-copy")
    company.reopen()
    with company.store.use(), company.store.writing():
        renew_epoch()
    a.wire = Wire(company.office, a.device)
    after = a.sell("C1", "P1", 1)
    a.sync()
    assert state_of(company.store, after) == "confirmed"
    assert a.state_of(before) is None  # it was on neither of the two copies


def test_a_laptop_lets_go_of_what_the_office_has_had_for_ninety_days(company: Company) -> None:
    a = company.laptop("A")
    a.sync()
    for _order in range(3):
        a.sell("C1", "P1", 1)
    a.sync()
    company.day += timedelta(days=89)
    a.sync()
    assert a.one("SELECT COUNT(*) FROM change") == (3,)
    company.day += timedelta(days=3)
    a.sync()
    # The last one stays: the next number and chain go on from it.
    assert a.one("SELECT COUNT(*), MIN(number) FROM change") == (1, 3)
    order = a.sell("C1", "P1", 1)
    assert a.sync().pushed == 1
    assert state_of(company.store, order) is not None


def test_what_was_lent_to_a_revoked_laptop_is_free_for_others_again(company: Company) -> None:
    a, b = company.laptop("A"), company.laptop("B")
    a.sync()
    with company.store.use():
        revoke(a.device, company.office.record_here)
        noted = rows("SELECT device, person FROM change WHERE kind = 'device.note'")
        assert noted == [("S", None)]
    b.sync()
    order = b.sell("C1", "P1", 9)
    b.sync()
    assert b.state_of(order) == "confirmed"


def test_a_laptop_that_was_away_too_long_records_nothing_until_it_has_synced(company: Company) -> None:
    a = company.laptop("A")
    a.sync()
    company.day += timedelta(days=15)
    with pytest.raises(Refused, match="must sync"):
        a.sell("C1", "P1", 1)
    a.sync()
    a.sell("C1", "P1", 1)


def test_who_was_shut_out_since_the_backup_stays_shut_out(company: Company, tmp_path: Path) -> None:
    if not isinstance(company.store, OfficeFolder):
        pytest.skip("a copy of the office is put back in its folder")
    a, b = company.laptop("A"), company.laptop("B")
    with company.store.use():
        back_up_office(company.store, tmp_path / "office-copy", overwrite=False)
        revoke(a.device, company.office.record_here)
    url = f"sqlite:///{company.store.folder}"
    company.store.close()
    restore_office(url, tmp_path / "office-copy")
    company.reopen()
    with company.store.use():
        assert {row.code: row.status for row in devices()} == {a.device: "revoked", b.device: "active"}
