"""What laptops did apart is put together by one rule for each kind of thing: nothing lost, nothing overwritten unseen.

Every test is a line of the table of merge rules, played through with real laptops and a real office.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model import totals
from model.aliases import resolved
from model.changes.arrivals import Arrival
from model.changes.assigning import AssignCustomers, ClaimCustomer
from model.changes.company import SetCost
from model.changes.customers import AddCustomer, SetBlacklisted, SetTerms
from model.changes.deciding import DecideConflict, present_value
from model.changes.documents import next_number
from model.changes.editing import edit_of
from model.changes.log import Change
from model.changes.orders import LineArgs, RecordOrder
from model.changes.undo import UndoChange
from model.conflicts import Conflict, Requested
from model.customers import Customer, blacklisted_on, owner_on, terms_on
from model.duplicates import pooled_with
from model.errors import Refused
from model.ids import new_id
from model.notices import Notice
from model.orders import Order
from model.outbox import told as sentence_of
from model.store import Store, one, rows
from sync.server.scope import feed_faults
from tests.sync.offices import Company, Laptop, state_of

TAX_ID = "91110108MA01"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    company.person("M", "manager")
    company.person("F", "finance")
    company.person("A")
    company.person("B")
    company.product("P1")
    company.product("FLOORED", price=100, floor=90)
    company.customer("C1", "A", limit=1000)
    company.customer("POOL", limit=1000)
    return company


def laptops(company: Company, *people: str) -> list[Laptop]:
    """A laptop for each of these people, up to date."""
    joined = [company.laptop(person) for person in people]
    for laptop in joined:
        laptop.sync()
    return joined


def card(store: Store, customer: bytes) -> Customer:
    with store.use():
        found: Customer = Customer.get_by_id(customer)
    return found


def edit(laptop: Laptop, customer: str, **after: str) -> None:
    """Edit a card as it is shown on this laptop."""
    args = edit_of(card(laptop.store, laptop.company.customers[customer]), after)
    assert args is not None
    laptop.do(args)


def told(store: Store, person: bytes | None) -> list[str]:
    """The notices for a person, or for the office, that a store holds, in English."""
    with store.use():
        found = Notice.select().where(Notice.person.is_null() if person is None else Notice.person == person)
        return sorted(notice.template.format(**notice.values) for notice in found)


def open_conflicts(store: Store, kind: str) -> list[Conflict]:
    with store.use():
        return list(Conflict.select().where(Conflict.kind == kind, Conflict.state == "open").order_by(Conflict.id))


def fate(laptop: Laptop) -> tuple[str, str]:
    """What became of this laptop's last change, and the sentence it was told."""
    with laptop.store.use():
        found = Arrival.select().join(Change, on=(Change.uid == Arrival.uid)).order_by(Change.number.desc()).first()
        [(result,)] = rows("SELECT result FROM arrival WHERE uid = ?", (found.uid,))
    return found.status, str(sentence_of(bytes(result)))


def sound(company: Company) -> bool:
    with company.store.use():
        return totals.faults() == [] and feed_faults(company.day) == []


def terms(customer: bytes, company: Company, limit: int) -> SetTerms:
    return SetTerms(
        customer=customer, from_date=company.day, credit_days=30, credit_from="order", credit_limit=limit * 100
    )


# ── orders ──


def test_an_order_is_a_fact_and_is_held_where_its_customer_was_closed_meanwhile(company: Company) -> None:
    a, m = laptops(company, "A", "M")
    order = a.sell("C1", "P1", 3)
    assert a.state_of(order) == "confirmed"
    edit(m, "C1", closed_on=company.day.isoformat())
    m.sync()
    assert a.sync().held == 1
    with a.store.use():
        kept = Order.get_by_id(order)
        assert (kept.state, kept.held_for, kept.amount) == ("held", "closed", 30_000)
    assert sound(company)


def test_the_price_told_to_the_customer_stands_and_one_below_the_floor_is_held(company: Company) -> None:
    a, m = laptops(company, "A", "M")
    order = a.sell("C1", "FLOORED", 1, price=85)
    a.sync()
    m.sync()
    for laptop in (a, m):
        with laptop.store.use():
            kept = Order.get_by_id(order)
            assert (kept.state, kept.held_for, kept.amount) == ("held", "below_floor", 8_500)
    allowed = m.sell("POOL", "FLOORED", 1, price=85)
    m.sync()
    assert state_of(company.store, allowed) == "confirmed"


def test_nobody_with_more_rights_is_named_to_go_below_the_floor(company: Company) -> None:
    (a,) = laptops(company, "A")
    line = LineArgs(line=1, product=company.products["FLOORED"], quantity_e3=1000, price_e4=850_000)
    with a.store.use():
        number = next_number()
    order = RecordOrder(
        id=new_id(), number=number, customer=company.customers["C1"], date=company.day, lines=(line,),
        maker=company.people["M"],
    )  # fmt: skip
    with pytest.raises(Refused, match="in another's name"):
        a.do(order)


# ── money ──


def test_money_is_always_posted_and_what_looks_entered_twice_is_told_to_finance(company: Company) -> None:
    a, m, f = laptops(company, "A", "M", "F")
    first, second = a.receive("C1", 250), m.receive("C1", 250)
    a.sync()
    m.sync()
    f.sync()
    for store in (company.store, f.store):
        with store.use():
            assert rows("SELECT voided FROM receipt WHERE id IN (?, ?)", (first, second)) == [(0,), (0,)]
            assert one("SELECT balance FROM customer_total WHERE customer_id = ?", (company.customers["C1"],)) == (
                -50_000,
            )
        assert any("was it entered twice?" in sentence for sentence in told(store, None))
    assert sound(company)


def test_money_named_for_a_bill_that_others_settled_meanwhile_waits_for_the_next_and_its_maker_is_told(
    company: Company,
) -> None:
    a, m = laptops(company, "A", "M")
    order = a.sell("C1", "P1", 3)
    a.sync()
    m.sync()
    m.receive("C1", 200, order)
    m.sync()
    company.day += timedelta(days=1)
    late = a.receive("C1", 250, order)
    assert a.one("SELECT unallocated FROM receipt WHERE id = ?", (late,)) == (0,)
    a.sync()
    for store in (company.store, a.store):
        with store.use():
            assert one("SELECT unallocated FROM receipt WHERE id = ?", (late,)) == (15_000,)
            assert one("SELECT open_amount FROM orders WHERE id = ?", (order,)) == (0,)
    [sentence] = told(a.store, a.person)
    assert "took 100.00 of the 250.00 meant for it" in sentence
    assert sound(company)


# ── a customer's card ──


def test_different_fields_edited_apart_are_both_written(company: Company) -> None:
    a, m = laptops(company, "A", "M")
    edit(a, "C1", bank_account="6222-1")
    edit(m, "C1", label="VIP")
    m.sync()
    a.sync()
    m.sync()
    for store in (company.store, a.store, m.store):
        kept = card(store, company.customers["C1"])
        assert (kept.bank_account, kept.label) == ("6222-1", "VIP")
    assert open_conflicts(company.store, "field") == []


def test_of_one_field_edited_apart_the_offices_value_stays_and_one_decision_takes_the_other(company: Company) -> None:
    a, m = laptops(company, "A", "M")
    edit(a, "C1", short_name="Ann's")
    edit(m, "C1", short_name="Max's")
    m.sync()
    assert a.sync().conflicts == 1
    assert card(a.store, company.customers["C1"]).short_name == "Max's"
    [waiting] = open_conflicts(a.store, "field")
    assert (waiting.mine, waiting.theirs) == ("Ann's", "Max's")
    with a.store.use():
        theirs = present_value(waiting)
    a.do(DecideConflict(conflict=waiting.id, take=True, theirs=theirs))
    a.sync()
    m.sync()
    for store in (company.store, a.store, m.store):
        assert card(store, company.customers["C1"]).short_name == "Ann's"
        assert open_conflicts(store, "field") == []


def test_street_and_city_are_one_address(company: Company) -> None:
    company.at_office(edit_of(card(company.store, company.customers["C1"]), {"address": "1 Old St", "city": "Jinan"}))  # type: ignore[arg-type]
    a, m = laptops(company, "A", "M")
    edit(a, "C1", address="2 New St")
    edit(m, "C1", city="Qingdao")
    m.sync()
    assert a.sync().conflicts == 1
    kept = card(company.store, company.customers["C1"])
    assert (kept.address, kept.city) == ("1 Old St", "Qingdao")


def test_telephones_are_a_set_and_remarks_are_appended(company: Company) -> None:
    company.at_office(edit_of(card(company.store, company.customers["C1"]), {"phone": "111, 222", "note": "old"}))  # type: ignore[arg-type]
    a, m = laptops(company, "A", "M")
    edit(a, "C1", phone="111, 222, 333", note="old · from A")
    edit(m, "C1", phone="222, 444", note="old · from M")
    m.sync()
    a.sync()
    m.sync()
    for store in (company.store, a.store, m.store):
        kept = card(store, company.customers["C1"])
        assert kept.phone == "222, 444, 333"
        assert kept.note == "old · from M · from A"
    assert open_conflicts(company.store, "field") == []


def test_an_edit_beats_a_closing_and_the_office_is_told(company: Company) -> None:
    a, m = laptops(company, "A", "M")
    edit(a, "C1", label="VIP")
    edit(m, "C1", closed_on=company.day.isoformat())
    m.sync()
    assert card(company.store, company.customers["C1"]).closed_on == company.day
    a.sync()
    m.sync()
    for store in (company.store, a.store, m.store):
        kept = card(store, company.customers["C1"])
        assert (kept.closed_on, kept.label) == (None, "VIP")
    assert any("it is open again" in sentence for sentence in told(m.store, None))


# ── terms, owner, the pool ──


def test_terms_that_a_salesperson_asks_for_hold_once_the_manager_decides(company: Company) -> None:
    a, m = laptops(company, "A", "M")
    customer = company.customers["C1"]
    outcome = a.do(terms(customer, company, 2000))
    assert isinstance(outcome, Requested)
    with a.store.use():
        assert terms_on(customer, company.day).credit_limit == 100_000
    a.sync()
    assert fate(a)[0] == "requested"
    m.sync()
    [asked] = open_conflicts(m.store, "request")
    m.do(DecideConflict(conflict=asked.id, take=True))
    m.sync()
    a.sync()
    for store in (company.store, a.store):
        with store.use():
            assert terms_on(customer, company.day).credit_limit == 200_000
        assert open_conflicts(store, "request") == []
    assert told(a.store, a.person) == ["C1: the office has done what you asked."]


def test_an_owner_asked_for_and_refused_stays_as_it_was(company: Company) -> None:
    a, m = laptops(company, "A", "M")
    customer = company.customers["C1"]
    a.do(AssignCustomers(customers=(customer,), owner=company.people["B"], from_date=company.day))
    a.sync()
    m.sync()
    [asked] = open_conflicts(m.store, "request")
    m.do(DecideConflict(conflict=asked.id, take=False))
    m.sync()
    a.sync()
    with a.store.use():
        assert owner_on(customer, company.day) == company.people["A"]
    assert len(told(a.store, a.person)) == 1


def test_of_two_who_claim_one_customer_the_first_to_arrive_has_it_and_the_other_is_told_why(company: Company) -> None:
    a, b = laptops(company, "A", "B")
    customer = company.customers["POOL"]
    for laptop in (a, b):
        laptop.do(ClaimCustomer(customer=customer, owner=laptop.person, from_date=company.day))
    b.sync()
    assert a.sync().refused == 1
    status, sentence = fate(a)
    assert status == "refused"
    assert "Person B" in sentence
    for store in (company.store, a.store, b.store):
        with store.use():
            assert owner_on(customer, company.day) == company.people["B"]
    assert sound(company)


# ── the same customer twice ──


def made_twice(company: Company, a: Laptop, b: Laptop) -> tuple[bytes, bytes]:
    """The same customer added on two laptops under two codes, each with its own limit of 1,000."""
    ids = []
    for laptop, code in ((a, "N1"), (b, "N2")):
        id_ = company.customers[code] = new_id()
        laptop.do(
            AddCustomer(
                id=id_, code=code, date=company.day, card={"name": f"Lenovo {code}", "tax_id": TAX_ID},
                owner=laptop.person,
            )
        )  # fmt: skip
        laptop.sync()
        company.at_office(terms(id_, company, 1000), "M")
        ids.append(id_)
    for laptop in (a, b):
        laptop.sync()
    return ids[0], ids[1]


def test_a_customer_made_twice_is_kept_twice_and_both_share_one_limit_until_somebody_decides(company: Company) -> None:
    a, b, m = laptops(company, "A", "B", "M")
    first, second = made_twice(company, a, b)
    m.sync()
    [task] = open_conflicts(m.store, "duplicate")
    assert (task.customer_id, task.field, task.before_value) == (second, first.hex(), "tax_id")
    with company.store.use():
        assert pooled_with(first) == (second,)
        # Who shares a limit is lent nothing of it.
        held = "SELECT COALESCE(SUM(granted - used - returned), 0) FROM lease WHERE customer_id = ?"
        assert one(held, (second,)) == (0,)
    of_a, of_b = a.sell("N1", "P1", 8), b.sell("N2", "P1", 8)
    a.sync()
    assert b.sync().held == 1
    assert (state_of(company.store, of_a), state_of(company.store, of_b)) == ("confirmed", "held")
    m.sync()
    m.do(DecideConflict(conflict=task.id, take=False))
    m.sync()
    b.sync()
    # They are two: the order that waited has a limit of its own.
    assert state_of(company.store, of_b) == b.state_of(of_b) == "confirmed"
    assert sound(company)


def test_merged_customers_are_one_everywhere_also_for_what_is_still_offline_and_a_merge_can_be_taken_back(
    company: Company,
) -> None:
    a, b, m = laptops(company, "A", "B", "M")
    first, second = made_twice(company, a, b)
    before = b.sell("N2", "P1", 2)
    b.sync()
    m.sync()
    [task] = open_conflicts(m.store, "duplicate")
    offline = b.sell("N2", "P1", 1)
    m.do(DecideConflict(conflict=task.id, take=True))
    m.sync()
    with company.store.use():
        assert resolved(second) == first
    for laptop in (b, a, m):
        laptop.sync()
    for store in (company.store, a.store, m.store):
        with store.use():
            assert {bytes(Order.get_by_id(order).customer_id) for order in (before, offline)} == {first}
            assert one("SELECT COUNT(*) FROM orders WHERE customer_id = ?", (second,)) == (0,)
            assert totals.faults() == []
    assert b.state_of(offline) == state_of(company.store, offline) == "confirmed"
    assert sound(company)

    with m.store.use():
        decided = Change.select().where(Change.kind == "conflict.decide").order_by(Change.number.desc()).first()
    m.do(UndoChange(uid=decided.uid))
    for laptop in (m, a, b):
        laptop.sync()
    for store in (company.store, m.store):
        with store.use():
            assert resolved(second) == second
            assert bytes(Order.get_by_id(before).customer_id) == second
            # What was made for the winner since stays there.
            assert bytes(Order.get_by_id(offline).customer_id) == first
            assert totals.faults() == []
    assert len(open_conflicts(m.store, "duplicate")) == 1
    assert sound(company)


def test_what_two_of_the_office_decide_apart_is_put_before_a_person(company: Company) -> None:
    m, f = laptops(company, "M", "F")
    c1 = company.customers["C1"]
    day = company.day

    def terms(limit: int | None = None, days: int | None = None) -> SetTerms:
        return SetTerms(customer=c1, from_date=day, credit_days=days, credit_from=None, credit_limit=limit)

    m.do(terms(limit=500_00))
    f.do(terms(limit=2000_00))
    m.do(SetBlacklisted(customer=c1, from_date=day, blacklisted=True, reason="pays nobody"))
    m.sync()
    f.sync()
    # What finance wanted is not written over what they had not seen; both see it in the inbox.
    with company.store.use():
        assert terms_on(c1, day).credit_limit == 500_00
    [asked] = open_conflicts(company.store, "request")
    assert "credit_limit=2000.00" in asked.mine
    assert "credit_limit=500.00" in asked.theirs
    assert fate(f)[0] == "requested"
    m.sync()
    assert [each.id for each in open_conflicts(m.store, "request")] == [asked.id]
    m.do(DecideConflict(conflict=asked.id, take=True))
    m.sync()
    with company.store.use():
        assert terms_on(c1, day).credit_limit == 2000_00
    # The limit of one and the days of another do not touch each other.
    f.sync()
    f.do(terms(limit=3000_00))
    m.do(terms(days=45))
    f.sync()
    m.sync()
    with company.store.use():
        assert (terms_on(c1, day).credit_limit, terms_on(c1, day).credit_days) == (3000_00, 45)
    assert open_conflicts(company.store, "request") == []


def test_an_owner_given_apart_by_two_of_the_office_is_put_before_a_person(company: Company) -> None:
    m, f = laptops(company, "M", "M")
    c1, pool, day = company.customers["C1"], company.customers["POOL"], company.day
    m.do(AssignCustomers(customers=(c1,), owner=company.people["B"], from_date=day))
    f.do(AssignCustomers(customers=(pool, c1), owner=company.people["M"], from_date=day))
    m.sync()
    f.sync()
    with company.store.use():
        assert (owner_on(c1, day), owner_on(pool, day)) == (company.people["B"], company.people["M"])
    [asked] = open_conflicts(company.store, "request")
    assert (asked.customer_id, asked.field) == (c1, "customer.assign")


def test_a_blacklisting_lifted_meanwhile_is_asked_about_again(company: Company) -> None:
    c1, day = company.customers["C1"], company.day
    company.at_office(SetBlacklisted(customer=c1, from_date=day, blacklisted=True, reason="owes"))
    m, f = laptops(company, "M", "F")
    m.do(SetBlacklisted(customer=c1, from_date=day, blacklisted=False, reason="has paid"))
    f.do(SetBlacklisted(customer=c1, from_date=day, blacklisted=True, reason="owes more"))
    m.sync()
    f.sync()
    with company.store.use():
        assert not blacklisted_on(c1, day)
    [asked] = open_conflicts(company.store, "request")
    assert "reason=owes more" in asked.mine


def test_a_cost_set_by_two_people_apart_is_told_to_the_office(company: Company) -> None:
    m, f = laptops(company, "M", "M")
    p1, day = company.products["P1"], company.day
    m.do(SetCost(product=p1, from_date=day, cost_e4=70_0000))
    f.do(SetCost(product=p1, from_date=day, cost_e4=75_0000))
    m.sync()
    assert told(company.store, None) == []
    f.sync()
    [sentence] = told(company.store, None)
    assert "P1" in sentence
    assert "set by two people" in sentence
