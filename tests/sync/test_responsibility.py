"""Responsibility and undo between laptops and office: the office decides on what it has, and says so in a sentence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model.changes.arrivals import Arrival
from model.changes.company import SetSetting
from model.changes.customers import AssignCustomers, ClaimCustomer, LogContact, ReleaseCustomer, SetTerms
from model.changes.leasing import RecallLease
from model.changes.leaving import SeeOff
from model.changes.log import Change
from model.changes.orders import CancelOrder
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.customers import owner_on, terms_on
from model.errors import Refused
from model.follow_ups import follow_ups
from model.former import Former
from model.ids import new_id
from model.notices import Notice
from model.outbox import told as sentence_of
from model.people import Salesperson
from model.store import Store, rows
from sync.bootstrap import CARRIED
from sync.errors import Revoked
from sync.server.scope import feed_faults
from tests.sync.offices import FIRST_DAY, Company, Laptop

DAY = timedelta(days=1)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    for code in ("M", "N"):
        company.person(code, "manager")
    for code in ("A", "B"):
        company.person(code)
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    company.customer("C2", "A", limit=1000)
    company.customer("POOL")
    return company


def laptops(company: Company, *people: str) -> list[Laptop]:
    joined = [company.laptop(person) for person in people]
    for laptop in joined:
        laptop.sync()
    return joined


def owner(store: Store, company: Company, customer: str) -> bytes | None:
    with store.use():
        return owner_on(company.customers[customer], company.day)


def undo(laptop: Laptop) -> None:
    with laptop.store.use():
        uid = last_undoable(laptop.person).uid
    laptop.do(UndoChange(uid=uid))


def fate(laptop: Laptop) -> tuple[str, str]:
    """What became of this laptop's last change, and the sentence it was told."""
    with laptop.store.use():
        found = Arrival.select().join(Change, on=(Change.uid == Arrival.uid)).order_by(Change.number.desc()).first()
        return found.status, str(sentence_of(found.result))


def assign(laptop: Laptop, owner: str | None, *customers: str) -> None:
    company = laptop.company
    laptop.do(
        AssignCustomers(
            customers=tuple(company.customers[code] for code in customers),
            owner=None if owner is None else company.people[owner], from_date=company.day,
        )
    )  # fmt: skip


def test_an_undo_travels_with_what_it_takes_back(company: Company) -> None:
    [m] = laptops(company, "M")
    assign(m, "B", "C1", "C2")
    undo(m)
    m.sync()
    assert owner(company.store, company, "C1") == owner(m.store, company, "C1") == company.people["A"]
    with company.store.use():
        assert feed_faults(company.day) == []


def test_an_undo_of_what_was_sent_long_ago_puts_back_what_the_office_had(company: Company) -> None:
    [m] = laptops(company, "M")
    assign(m, "B", "C1")
    m.sync()
    company.day += DAY
    undo(m)
    m.sync()
    assert owner(company.store, company, "C1") == owner(m.store, company, "C1") == company.people["A"]


def test_what_somebody_else_changed_since_stays_and_nothing_is_half_undone(company: Company) -> None:
    m, n = laptops(company, "M", "N")
    assign(m, "B", "C1", "C2")
    m.sync()
    n.sync()
    assign(n, "N", "C2")
    n.sync()
    undo(m)
    m.sync()
    assert fate(m) == ("refused", "C2 was changed again since then: make the opposite change instead.")
    for store in (company.store, m.store):
        assert owner(store, company, "C1") == company.people["B"]
        assert owner(store, company, "C2") == company.people["N"]


def test_terms_that_another_set_since_are_not_overwritten_by_an_undo(company: Company) -> None:
    m, n = laptops(company, "M", "N")
    for laptop, limit in ((m, 5000), (n, 7000)):
        laptop.sync()
        laptop.do(
            SetTerms(
                customer=company.customers["C1"], from_date=company.day, credit_days=None, credit_from=None,
                credit_limit=limit * 100,
            )
        )  # fmt: skip
        laptop.sync()
    undo(m)
    m.sync()
    assert fate(m)[0] == "refused"
    with company.store.use():
        assert terms_on(company.customers["C1"], company.day).credit_limit == 700_000


def test_what_stood_before_survives_a_new_beginning_of_the_laptop(company: Company) -> None:
    [m] = laptops(company, "M")
    assign(m, "B", "C1")
    m.sync()
    with m.store.use():
        assert Former.select().count() == 1
    assert Former._meta.table_name in CARRIED


def test_a_request_wrote_nothing_and_is_passed_over_by_undo(company: Company) -> None:
    [a] = laptops(company, "A")
    a.do(ReleaseCustomer(customer=company.customers["C2"], from_date=company.day))
    assign(a, "B", "C1")
    undo(a)
    a.sync()
    assert owner(company.store, company, "C2") == company.people["A"]


def test_who_reaches_the_office_first_has_the_claim_and_the_quota_holds_there(company: Company) -> None:
    company.at_office(SetSetting(name="claim_quota", from_date=company.day, value="1"))
    company.customer("POOL2")
    a, b = laptops(company, "A", "B")
    for laptop in (a, b):
        laptop.do(ClaimCustomer(customer=company.customers["POOL"], owner=laptop.person, from_date=company.day))
    b.sync()
    a.sync()
    assert "Person B's customer" in fate(a)[1]
    with pytest.raises(Refused, match="allows"):
        b.do(ClaimCustomer(customer=company.customers["POOL2"], owner=b.person, from_date=company.day))
    a.do(ClaimCustomer(customer=company.customers["POOL2"], owner=a.person, from_date=company.day))
    a.sync()
    assert owner(company.store, company, "POOL2") == company.people["A"]


def test_a_refused_claim_is_passed_over_by_undo(company: Company) -> None:
    a, b = laptops(company, "A", "B")
    a.do(ReleaseCustomer(customer=company.customers["C2"], from_date=company.day))
    for laptop in (b, a):
        laptop.do(ClaimCustomer(customer=company.customers["POOL"], owner=laptop.person, from_date=company.day))
        laptop.sync()
    undo(a)
    a.sync()
    assert owner(company.store, company, "C2") == company.people["A"]


def test_quiet_customers_return_when_a_day_begins_and_their_owner_is_told(company: Company) -> None:
    for name, value in (("return_after_days", "20"), ("return_notice_days", "5")):
        company.at_office(SetSetting(name=name, from_date=company.day, value=value))
    [a] = laptops(company, "A")
    a.do(
        LogContact(
            id=new_id(), customer=company.customers["C1"], date=company.day, note="called", person=company.people["A"]
        )
    )
    a.sync()
    company.day += DAY
    a.sync()
    assert told(a, "A") == {f"C2 returns to the pool on {FIRST_DAY + 5 * DAY} unless it trades or a contact is noted"
                            " before."}  # fmt: skip
    company.day = FIRST_DAY + 5 * DAY
    a.sync()
    assert owner(a.store, company, "C2") is None
    assert owner(a.store, company, "C1") == company.people["A"]
    assert "C2 was quiet for 20 days and has returned to the pool." in told(a, "A")
    with company.store.use():
        assert rows("SELECT COUNT(*) FROM change WHERE kind = 'pool.return' AND device = 'S'") == [(1,)]
        assert feed_faults(company.day) == []


def told(laptop: Laptop, person: str) -> set[str]:
    with laptop.store.use():
        found = Notice.select().where(Notice.person == laptop.company.people[person])
        return {notice.template.format(**notice.values) for notice in found}


def test_whoever_leaves_is_shut_out_and_their_customers_and_reminders_are_the_heirs(company: Company) -> None:
    a, b, m = laptops(company, "A", "B", "M")
    a.do(
        LogContact(
            id=new_id(), customer=company.customers["C1"], date=company.day, note="called", person=company.people["A"],
            next_on=company.day + DAY,
        )
    )  # fmt: skip
    a.sync()
    assert company_leases(company) != []
    m.do(SeeOff(person=company.people["A"], to=company.people["B"], date=company.day))
    m.sync()
    b.sync()
    assert company_leases(company) == []
    assert owner(b.store, company, "C1") == company.people["B"]
    with b.store.use():
        assert [each.code for each in follow_ups(company.people["B"], company.day + DAY)] == ["C1"]
    with pytest.raises(Revoked):
        a.sync()
    undo(m)
    m.sync()
    with company.store.use():
        assert Salesperson.get_by_id(company.people["A"]).active
    assert owner(company.store, company, "C2") == company.people["A"]


def company_leases(company: Company) -> list[tuple[object, ...]]:
    with company.store.use():
        return rows(
            "SELECT l.customer_id FROM lease l JOIN device d ON d.code = l.device WHERE d.person_id = ?"
            " AND l.granted > l.used + l.returned",
            (company.people["A"],),
        )


def test_undoing_a_cancellation_is_judged_by_the_office(company: Company) -> None:
    [a] = laptops(company, "A")
    order = a.sell("C1", "P1", 8)
    a.do(CancelOrder(order=order, date=company.day, reason="wrong one"))
    a.sync()
    company.at_office(RecallLease(customer=company.customers["C1"], device=a.device))
    company.at_office(
        SetTerms(
            customer=company.customers["C1"],
            from_date=company.day,
            credit_days=None,
            credit_from=None,
            credit_limit=100,
        )
    )
    undo(a)
    assert a.state_of(order) == "confirmed"
    a.sync()
    assert fate(a) == ("refused", f"{number_of(company, order)} would be held now: record the order anew.")
    assert a.state_of(order) == "cancelled"


def number_of(company: Company, order: bytes) -> str:
    with company.store.use():
        return str(rows("SELECT number FROM orders WHERE id = ?", (order,))[0][0])
