"""What the office's screen decides on a laptop reaches the office and everybody who may see it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model import totals
from model.changes.company import SetRole, SetSetting
from model.changes.customers import EndTemporaryTerms, SetBlacklisted, SetTerms
from model.changes.editing import EditCustomer, FieldEdit
from model.changes.keeping_apart import KeepApart
from model.changes.receipts import Payment
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.customers import Customer, terms_on
from model.duplicate_pairs import likely_pairs, scanned_pairs
from model.duplicates import pooled_with
from model.ids import new_id
from model.people import Salesperson
from model.store import Store, meta, rows
from sync.client import unseen_results
from sync.server.scope import feed_faults
from tests.sync.offices import Company, Laptop

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
    company.customer("C2", "B", limit=1000)
    return company


def laptops(company: Company, *people: str) -> list[Laptop]:
    joined = [company.laptop(person) for person in people]
    for laptop in joined:
        laptop.sync()
    return joined


def limit(store: Store, company: Company) -> int:
    with store.use():
        return terms_on(company.customers["C1"], company.day).credit_limit


def test_a_temporary_limit_that_ends_ends_for_all_and_once(company: Company) -> None:
    m, n, a = laptops(company, "M", "N", "A")
    c1, until = company.customers["C1"], company.day + 10 * DAY
    before = limit(company.store, company)
    m.do(SetTerms(customer=c1, from_date=company.day, credit_days=None, credit_from=None, credit_limit=7, until=until))
    for laptop in (m, n, a):
        laptop.sync()
    assert limit(a.store, company) == 7
    ended = EndTemporaryTerms(customer=c1, from_date=company.day, until=until, date=company.day)
    m.do(ended)
    n.do(ended)
    for laptop in (m, n, a):
        laptop.sync()
    assert {limit(store, company) for store in (company.store, m.store, n.store, a.store)} == {before}
    with n.store.use():
        assert [(kind, status) for _uid, kind, status, _result in unseen_results()] == [
            ("customer.terms_end", "refused")
        ]
    with company.store.use():
        assert feed_faults(company.day) == []


def test_who_gets_another_role_holds_what_it_may_see(company: Company) -> None:
    m, n, a = laptops(company, "M", "N", "A")
    with a.store.use():
        assert rows("SELECT COUNT(*) FROM customer_card WHERE shown = 1") == [(1,)]
    m.do(SetRole(person=company.people["A"], role="finance"))
    n.do(SetRole(person=company.people["A"], role="manager"))
    for laptop in (m, n, a):
        laptop.sync()
    a.sync()
    with company.store.use():
        # The later one had not seen what the first has decided.
        assert Salesperson.get_by_id(company.people["A"]).role == "finance"
        assert feed_faults(company.day) == []
    with a.store.use():
        assert Salesperson.get_by_id(company.people["A"]).role == "finance"
        assert meta("person_role") == "finance"
        assert rows("SELECT COUNT(*) FROM customer_card WHERE shown = 1") == [(0,)]
    with n.store.use():
        assert [(kind, status) for _uid, kind, status, _result in unseen_results()] == [("salesperson.role", "refused")]


def with_phone(company: Company, code: str, phone: str) -> EditCustomer:
    customer = Customer.get_by_id(company.customers[code])
    edits = {"phone": FieldEdit(customer.phone, phone)}
    return EditCustomer(customer=customer.id, edits=edits, version=customer.version)


def pairs_offered(store: Store, company: Company) -> int:
    with store.use():
        return likely_pairs(scanned_pairs(company.day), company.day, 10)[1]


def test_who_is_kept_apart_at_one_desk_is_offered_at_no_other_and_the_office_does_not_ask(company: Company) -> None:
    c1, c2 = company.customers["C1"], company.customers["C2"]
    with company.store.use():
        same = [with_phone(company, code, "138 0000 0001") for code in ("C1", "C2")]
    company.at_office(same[0])
    m, n, a = laptops(company, "M", "N", "A")
    # A scan at one desk finds them; the office asks by itself, as what makes them alike arrives there.
    m.do(same[1])
    m.do(KeepApart(id=new_id(), customer=c1, other=c2, reason="phone"))
    assert pairs_offered(m.store, company) == 0
    for laptop in (m, n, a):
        laptop.sync()
    assert {pairs_offered(store, company) for store in (company.store, m.store, n.store)} == {0}
    with company.store.use():
        assert rows("SELECT state FROM conflict WHERE kind = 'duplicate'") == [("kept",)]
        again = with_phone(company, "C2", "138 0000 0001; 010-6255 0001")
        assert feed_faults(company.day) == []
    company.at_office(again)
    n.do(KeepApart(id=new_id(), customer=c1, other=c2, apart=False))
    for laptop in (n, m, a):
        laptop.sync()
    assert {pairs_offered(store, company) for store in (company.store, m.store, n.store)} == {1}
    with company.store.use():
        # The office had asked about them, so it asks again.
        assert rows("SELECT state FROM conflict WHERE kind = 'duplicate'") == [("open",)]
        assert feed_faults(company.day) == []


def test_a_pair_asked_about_again_shares_a_limit_again_until_that_is_undone(company: Company) -> None:
    c1, c2 = company.customers["C1"], company.customers["C2"]
    with company.store.use():
        same = [with_phone(company, code, "138 0000 0001") for code in ("C1", "C2")]
    for edit in same:
        company.at_office(edit)
    [m] = laptops(company, "M")

    def shared() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        found = []
        for store in (company.store, m.store):
            with store.use():
                found.append(pooled_with(c1))
        return found[0], found[1]

    assert shared() == ((c2,), (c2,))
    m.do(KeepApart(id=new_id(), customer=c1, other=c2))
    m.sync()
    assert shared() == ((), ())
    m.do(KeepApart(id=new_id(), customer=c1, other=c2, apart=False))
    m.sync()
    assert shared() == ((c2,), (c2,))
    with m.store.use():
        again = last_undoable(None).uid
    m.do(UndoChange(uid=again))
    m.sync()
    assert shared() == ((), ())
    with company.store.use():
        assert rows("SELECT state FROM conflict WHERE kind = 'duplicate'") == [("kept",)]
        assert feed_faults(company.day) == []


def prepaid_and_blacklisted(m: Laptop, a: Laptop) -> bytes:
    """An order of a blacklisted customer that is paid in advance, and held all the same."""
    company = a.company
    c1 = company.customers["C1"]
    m.do(SetBlacklisted(customer=c1, from_date=company.day, blacklisted=True, reason="word was broken"))
    m.sync()
    a.sync()
    held = a.sell("C1", "P1", 2, payment=Payment(id=new_id(), number="B-000099", amount=20_000))
    a.sync()
    assert a.state_of(held) == "held"
    return held


def let_prepay(m: Laptop) -> bytes:
    """Let the blacklisted prepay.

    Returns:
        The uid of that change.
    """
    m.do(SetSetting(name="blacklisted_may_prepay", from_date=m.company.day, value="yes"))
    with m.store.use():
        uid = last_undoable(None).uid
    # The laptop leaves it to the office, which does it in the same change.
    m.sync()
    return uid


def test_a_setting_frees_what_it_no_longer_stops_for_everybody(company: Company) -> None:
    m, n, a = laptops(company, "M", "N", "A")
    held = prepaid_and_blacklisted(m, a)
    let_prepay(m)
    for laptop in (m, n, a):
        laptop.sync()
    assert {laptop.state_of(held) for laptop in (m, n, a)} == {"confirmed"}
    with company.store.use():
        assert rows("SELECT state FROM orders") == [("confirmed",)]
        assert rows("SELECT kind FROM change WHERE kind = 'credit.rejudge'") == []
        assert feed_faults(company.day) == []


def test_the_undo_of_a_setting_holds_again_for_everybody_what_it_has_freed(company: Company) -> None:
    m, n, a = laptops(company, "M", "N", "A")
    held = prepaid_and_blacklisted(m, a)
    set_ = let_prepay(m)
    m.do(UndoChange(uid=set_))
    for laptop in (m, n, a):
        laptop.sync()
    assert {laptop.state_of(held) for laptop in (m, n, a)} == {"held"}
    with company.store.use():
        assert rows("SELECT state, live_from FROM orders") == [("held", None)]
        assert rows("SELECT 1 FROM setting WHERE name = 'blacklisted_may_prepay'") == []
        assert totals.faults() == []
        assert feed_faults(company.day) == []
    told = "SELECT COUNT(*) FROM notice WHERE template LIKE '%held again%'"
    assert a.one(told) == (1,)


def test_on_a_later_day_what_a_setting_has_freed_stays_and_so_does_the_setting(company: Company) -> None:
    m, a = laptops(company, "M", "A")
    held = prepaid_and_blacklisted(m, a)
    set_ = let_prepay(m)
    company.day += DAY
    m.do(UndoChange(uid=set_))
    m.sync()
    with m.store.use():
        [(_uid, kind, status, _result)] = unseen_results()
    assert (kind, status) == ("change.undo", "refused")
    assert m.state_of(held) == "confirmed"
    for store in (company.store, m.store):
        with store.use():
            assert rows("SELECT value FROM setting WHERE name = 'blacklisted_may_prepay'") == [("yes",)]
