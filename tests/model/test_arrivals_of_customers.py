"""What laptops say of customers arrives: merged field by field, never lost, never silently overwritten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model.changes import KIND_OF_ARGS
from model.changes.company import AddSalesperson
from model.changes.customers import AddCustomer, AssignCustomers, ClaimCustomer, LogContact, SetBlacklisted, SetTerms
from model.changes.editing import edit_of
from model.changes.kind import Args
from model.changes.undo import UndoChange
from model.conflicts import parts_of
from model.context import Context
from model.customers import ContactLog, Customer, blacklisted_on, owner_on, terms_on
from model.errors import Refused
from model.ids import new_id
from model.people import Salesperson
from model.store import one, open_store, set_meta
from model.touched import collecting
from tests.model.company import Company, company
from tests.model.office import TODAY, conflicts, office, told

DAY = timedelta(days=1)


def test_a_code_that_two_laptops_chose_gets_a_suffix_and_its_maker_is_told(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1")
        later = new_id()
        judged = desk.add("C1", "S2", id_=later, name="Another company")
        assert judged.status == "done"
        assert Customer.get_by_id(later).code == "C1/2"
        assert told(desk.ids["S2"]) == ["There was already a customer C1: yours has the code C1/2 now."]
        assert told(desk.ids["S1"]) == []


def test_a_new_customer_of_one_who_left_goes_to_the_pool(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        Salesperson.update(active=False).where(Salesperson.code == "S1").execute()
        assert desk.add("C1", "S1", owner="S1").status == "done"
        assert owner_on(desk.ids["C1"], TODAY) is None
        assert told(desk.ids["S1"]) == ["C1 is the pool's: its owner could not be set."]


def test_a_date_from_a_fast_clock_becomes_today(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        args = AddCustomer(id=new_id(), code="C1", date=TODAY + 3 * DAY, card={"name": "n"}, owner=desk.ids["S1"])
        assert desk.arrive(args, "S1").status == "done"
        assert Customer.get_by_id(args.id).created_on == TODAY
        assert owner_on(args.id, TODAY) == desk.ids["S1"]


def test_edits_of_different_fields_merge(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", segment="retail shop", tax_id="911")
        seen_first, seen_second = desk.card("C1"), desk.card("C1")
        assert desk.edit(seen_first, "S1", segment="school").status == "done"
        assert desk.edit(seen_second, "S2", tax_id="912").status == "done"
        assert (desk.card("C1").segment, desk.card("C1").tax_id) == ("school", "912")
        assert conflicts() == []


def test_the_same_field_keeps_what_arrived_first_and_the_other_waits(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", segment="shop")
        seen = desk.card("C1")
        version = seen.version
        desk.edit(desk.card("C1"), "S1", segment="school")
        judged = desk.edit(seen, "S2", segment="hospital")
        assert (judged.status, judged.params) == ("conflict", {"fields": ["segment"]})
        assert desk.card("C1").segment == "school"
        assert desk.card("C1").version == version + 1
        [waiting] = conflicts()
        [part] = parts_of(waiting)
        assert (part.name, part.before, part.mine, part.theirs) == ("segment", "shop", "hospital", "school")
        assert waiting.person_id == desk.ids["S2"]


def test_the_same_value_from_two_is_no_conflict(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", segment="shop")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "S1", segment="school")
        version = desk.card("C1").version
        assert desk.edit(seen, "S2", segment="school").status == "done"
        assert desk.card("C1").version == version


def test_address_and_city_are_decided_as_one(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", address="Road 1", city="Beijing")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "S1", city="Tianjin")
        assert desk.edit(seen, "S2", address="Road 2").status == "conflict"
        assert (desk.card("C1").address, desk.card("C1").city) == ("Road 1", "Tianjin")


def test_phones_merge_as_sets(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", phone="010-1、010-2、010-3")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "S1", phone="010-1、010-3、010-4")
        assert desk.edit(seen, "S2", phone="010-2；010-3;010-5").status == "done"
        assert desk.card("C1").phone == "010-3、010-4、010-5"
        assert conflicts() == []


def test_notes_are_appended(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", note="likes tea")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "S1", note="likes tea · pays late")
        desk.edit(seen, "S2", note="likes tea · has moved")
        assert desk.card("C1").note == "likes tea · pays late · has moved"


def test_a_second_wish_for_the_same_field_replaces_the_first(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", segment="shop")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "S1", segment="school")
        desk.edit(seen, "S2", segment="hospital")
        seen.segment = "hospital"
        desk.edit(seen, "S2", segment="clinic")
        [waiting] = conflicts()
        assert (waiting.before_value, waiting.mine, waiting.theirs) == ("shop", "clinic", "school")
        assert len(conflicts(state="withdrawn")) == 1


def test_an_edit_beats_a_closing_its_maker_did_not_see(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "M", closed_on=TODAY.isoformat())
        closed = desk.card("C1")
        desk.edit(closed, "S1", segment="a")
        assert desk.card("C1").closed_on == TODAY
        desk.edit(seen, "S2", tax_id="911")
        assert desk.card("C1").closed_on is None
        assert told(None) == ["C1 was closed while its card was being edited elsewhere: it is open again."]


def test_undoing_an_edit_withdraws_what_waits_and_takes_back_what_was_added(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", segment="shop", phone="1")
        seen = desk.card("C1")
        desk.edit(desk.card("C1"), "S1", segment="school", phone="1, 2")
        desk.edit(seen, "S2", segment="hospital", phone="1, 3")
        assert desk.card("C1").phone == "1, 2, 3"
        assert desk.arrive(UndoChange(uid=desk.last_uid), "S2").status == "done"
        assert (desk.card("C1").segment, desk.card("C1").phone) == ("school", "1, 2")
        assert conflicts() == []


def test_nobody_undoes_what_another_did(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1")
        desk.edit(desk.card("C1"), "S1", segment="school")
        edit = desk.last_uid
        assert desk.arrive(UndoChange(uid=edit), "S2").status == "refused"
        assert desk.card("C1").segment == "school"
        assert desk.arrive(UndoChange(uid=edit), "M").status == "done"
        assert desk.card("C1").segment == ""


def test_undoing_a_new_customer_at_the_office_closes_it(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1")
        assert desk.arrive(UndoChange(uid=desk.last_uid), "S1").status == "done"
        assert desk.card("C1").closed_on == TODAY


def _requests(desk: Company) -> list[tuple[Args, str]]:
    terms = SetTerms(
        customer=desk.ids["C1"], from_date=TODAY, credit_days=30, credit_from="order", credit_limit=500_000
    )
    assign = AssignCustomers(customers=(desk.ids["C1"],), owner=desk.ids["S2"], from_date=TODAY)
    block = SetBlacklisted(customer=desk.ids["C1"], from_date=TODAY, blacklisted=True, reason="does not pay")
    return [(terms, "customer.terms"), (assign, "customer.assign"), (block, "customer.blacklist")]


def test_what_a_role_may_not_do_arrives_as_a_request(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", owner="S1")
        for args, kind in _requests(desk):
            assert desk.arrive(args, "S1").status == "requested"
            assert [one for one in conflicts("request") if one.field == kind]
        assert terms_on(desk.ids["C1"], TODAY).credit_limit == 0
        assert owner_on(desk.ids["C1"], TODAY) == desk.ids["S1"]
        assert not blacklisted_on(desk.ids["C1"], TODAY)
        [asked] = [one for one in conflicts("request") if one.field == "customer.terms"]
        assert [(part.name, part.mine, part.theirs) for part in parts_of(asked)][:3] == [
            ("credit_days", "30", "0"),
            ("credit_from", "order", "order"),
            ("credit_limit", "5000.00", "0.00"),
        ]


def test_a_request_on_a_joined_laptop_writes_nothing_else(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as laptop:
        for code, role in (("S1", "sales"), ("S2", "sales")):
            laptop.ids[code] = new_id()
            laptop.do(AddSalesperson(id=laptop.ids[code], code=code, name=code, role=role))
        laptop.customer("C1", "S1")
        for args, _kind in _requests(laptop):
            with pytest.raises(Refused, match="Your role may not"):
                laptop.do(args, by="S1")
        set_meta("server", "https://office.example")
        for args, _kind in _requests(laptop):
            assert laptop.do(args, by="S1").status == "requested"
        assert len(conflicts("request")) == 3
        assert terms_on(laptop.ids["C1"], TODAY).credit_limit == 0
        assert one("SELECT COUNT(*) FROM notice") == (0,)


def test_a_contact_arrives_whatever_the_clock_and_whoever_left(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1")
        Salesperson.update(active=False).where(Salesperson.code == "S1").execute()
        contact = LogContact(
            id=new_id(), customer=desk.ids["C1"], date=TODAY + DAY, note="visited", person=desk.ids["S1"],
            next_on=TODAY + 5 * DAY,
        )  # fmt: skip
        assert desk.arrive(contact, "S1").status == "done"
        assert ContactLog.get_by_id(contact.id).date == TODAY


def test_the_first_claim_to_arrive_has_the_customer(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "M")
        assert desk.arrive(ClaimCustomer(customer=desk.ids["C1"], owner=desk.ids["S2"], from_date=TODAY), "S2")
        earlier = ClaimCustomer(customer=desk.ids["C1"], owner=desk.ids["S1"], from_date=TODAY - 5 * DAY)
        judged = desk.arrive(earlier, "S1")
        assert judged.status == "refused"
        assert judged.params == {"code": "C1", "owner": "Person S2"}
        assert owner_on(desk.ids["C1"], TODAY) == desk.ids["S2"]


def test_every_document_is_announced_before_it_is_written(tmp_path: Path) -> None:
    class Witness:
        """Remembers whether each document stood in the store already."""

        def __init__(self) -> None:
            self.seen: list[tuple[str, bool]] = []

        def about_to_write(self, kind: str, id_: bytes) -> None:
            table = {"customer": "customer", "contact": "contact_log", "person": "salesperson"}[kind]
            self.seen.append((kind, one(f"SELECT 1 FROM {table} WHERE id = ?", (id_,)) is not None))

    def do(args: Args) -> None:
        KIND_OF_ARGS[type(args)].rule(args, Context(None, "A", new_id(), TODAY))

    witness, person, customer = Witness(), new_id(), new_id()
    store = open_store(tmp_path, create=True)
    with store.use(), collecting(witness) as touched:
        do(AddSalesperson(id=person, code="S1", name="n"))
        do(AddCustomer(id=customer, code="C1", date=TODAY, card={"name": "n"}, owner=person))
        do(SetTerms(customer=customer, from_date=TODAY, credit_days=3, credit_from="order", credit_limit=1))
        do(LogContact(id=new_id(), customer=customer, date=TODAY, note="v", person=person))
        assert witness.seen == [("person", False), ("customer", False), ("contact", False)]
        assert touched.customers == {customer}
    store.close()


def test_the_edit_a_form_makes_says_what_was_seen_of_the_address(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.customer("C1")
        customer = Customer.get_by_id(desk.ids["C1"])
        assert edit_of(customer, {"name": customer.name, "city": ""}) is None
        args = edit_of(customer, {"city": "Beijing"})
        assert args is not None
        assert set(args.edits) == {"address", "city", "closed_on"}
        assert args.edits["closed_on"].before == args.edits["closed_on"].after == ""
