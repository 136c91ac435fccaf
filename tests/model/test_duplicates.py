"""The same customer added twice is kept twice, noticed, and judged as one until a person has decided."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model.aliases import resolved
from model.changes.about import customers_about
from model.changes.customers import SetTerms
from model.changes.deciding import DecideConflict
from model.changes.leasing import Grant, Lend
from model.changes.order_lines import LineArgs
from model.changes.orders import RecordOrder
from model.changes.undo import UndoChange
from model.conflicts import Conflict
from model.credit import standing_on
from model.customers import Customer
from model.duplicates import likely_duplicates, phone_numbers, plain_name, pool_standing, pooled_with
from model.ids import new_id
from model.leases import lent_in_all
from sync.server.leases import what_to_lend
from tests.model.company import company
from tests.model.office import TODAY, Office, conflicts, office


@pytest.mark.parametrize(
    ("one_name", "other_name"),
    [
        ("北京联想有限公司", "北京 联想（有限公司）"),
        ("北京联想公司", "北京联想股份有限公司"),
        ("Acme Co., Ltd.", "ACME"),
        ("Ａｃｍｅ Trading Limited", "acme-trading"),
    ],
)
def test_names_are_the_same_without_what_every_company_is_called(one_name: str, other_name: str) -> None:
    assert plain_name(one_name) == plain_name(other_name) != ""


def test_names_of_different_companies_differ() -> None:
    assert plain_name("北京联想有限公司") != plain_name("北京联想科技有限公司")
    assert plain_name("公司") == ""


def test_phone_numbers_are_compared_without_country_and_punctuation() -> None:
    assert phone_numbers("+86 138-0000-1111、010 6255 1234; 转 801") == {"13800001111", "01062551234"}


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"name": "A1", "tax_id": "91110108 ma01"}, "tax_id"),
        ({"name": "A2", "phone": "王 138 0000 1111"}, "phone"),
        ({"name": "A2", "phone": "１３８ ００００ １１１１"}, "phone"),
        ({"name": "北京联想"}, "name"),
    ],
)
def test_a_customer_that_is_there_already_is_noticed_as_it_arrives(
    tmp_path: Path, card: dict[str, str], reason: str
) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", name="北京联想有限公司", tax_id="91110108MA01", phone="138-0000-1111")
        assert desk.add("C2", "S2", **card).status == "done"
        [waiting] = conflicts("duplicate")
        assert (waiting.customer_id, waiting.field) == (desk.ids["C2"], desk.ids["C1"].hex())
        assert waiting.before_value == reason
        assert pooled_with(desk.ids["C1"]) == (desk.ids["C2"],)


def test_a_telephone_kept_in_full_width_digits_is_the_same_telephone(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", phone="１３８－００００－１１１１", tax_id="９１１１０１０８MA01")
        desk.add("C2", "S2", phone="138 0000 1111")
        desk.add("C3", "S2", tax_id="91110108ma01")
        assert [waiting.before_value for waiting in conflicts("duplicate")] in (
            ["phone", "tax_id"],
            ["tax_id", "phone"],
        )


def test_an_edit_that_makes_a_duplicate_is_noticed_once(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", tax_id="91110108MA01")
        desk.add("C2", "S2")
        desk.edit(desk.card("C2"), "S2", tax_id="91110108MA01")
        desk.edit(desk.card("C2"), "S2", name="Another name")
        assert len(conflicts("duplicate")) == 1


def test_what_arrived_first_is_freed_first_over_all_that_share_a_limit(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.product("P")
        for code in ("C1", "C2"):
            desk.add(code, "S1", name="北京联想", owner="S1")
        # Neither has a limit; the customer that was added later bought first, and wrote the later date.
        taken = [
            desk.arrive(
                RecordOrder(
                    id=new_id(), number=f"B-{code}", customer=desk.ids[code], date=day,
                    lines=(LineArgs(line=1, product=desk.ids["P"], quantity_e3=1_000, price_e4=4_000_000),),
                ),
                "S1",
            ).outcome
            for code, day in (("C2", TODAY), ("C1", TODAY - timedelta(days=1)))
        ]  # fmt: skip
        assert [order.state for order in taken] == ["held", "held"]
        terms = SetTerms(
            customer=desk.ids["C1"], from_date=TODAY, credit_days=30, credit_from="order", credit_limit=50_000
        )
        assert desk.arrive(terms, "F").status == "done"
        assert [desk.order(order).state for order in taken] == ["confirmed", "held"]


def test_a_store_of_its_own_makes_no_tasks(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.customer("C1")
        desk.customer("C2")
        Customer.update(name="the same").execute()
        second = Customer.get_by_id(desk.ids["C2"])
        assert [reason for _id, reason in likely_duplicates(second, TODAY.isoformat())] == ["name"]
        assert Conflict.select().count() == 0


def two_with_credit(desk: Office) -> Conflict:
    desk.product("P")
    for code, limit in (("C1", 50_000), ("C2", 30_000)):
        desk.add(code, "S1", name="北京联想", owner="S1")
        desk.do(
            SetTerms(customer=desk.ids[code], from_date=TODAY, credit_days=30, credit_from="order", credit_limit=limit)
        )
    [waiting] = conflicts("duplicate")
    return waiting


def test_likely_duplicates_share_one_limit_until_somebody_decides(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        waiting = two_with_credit(desk)
        assert desk.sell("C1", TODAY, "400").state == "confirmed"
        pooled = pool_standing(
            desk.ids["C2"], standing_on(desk.ids["C2"], TODAY), lambda other: standing_on(other, TODAY)
        )
        assert (pooled.balance, pooled.credit_limit) == (40_000, 50_000)
        held = desk.sell("C2", TODAY, "200")
        assert held.state == "held"
        desk.arrive(DecideConflict(conflict=waiting.id, take=False), "F")
        assert pooled_with(desk.ids["C1"]) == ()
        # Once they are known to be two, the order that waited has its own limit again.
        assert desk.order(held).state == "confirmed"


def test_nothing_is_lent_to_customers_that_may_be_one_until_somebody_decides(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        waiting = two_with_credit(desk)
        pair, until = [desk.ids["C1"], desk.ids["C2"]], TODAY + timedelta(days=14)
        assert what_to_lend("B", desk.ids["S1"], pair, TODAY) is None
        grant = Grant(customer=desk.ids["C1"], granted=10_000, wanted=10_000, until=until)
        desk.do(Lend(device="B", grants=(grant,)))
        assert lent_in_all(desk.ids["C1"]) == 0
        desk.arrive(DecideConflict(conflict=waiting.id, take=False), "F")
        lend = what_to_lend("B", desk.ids["S1"], pair, TODAY)
        assert lend is not None
        desk.do(lend)
        assert [lent_in_all(customer) for customer in pair] == [40_000, 24_000]


def test_what_was_lent_before_they_were_seen_to_be_one_is_asked_back(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", name="北京联想", owner="S1")
        desk.do(
            SetTerms(customer=desk.ids["C1"], from_date=TODAY, credit_days=30, credit_from="order", credit_limit=50_000)
        )
        before = what_to_lend("B", desk.ids["S1"], [desk.ids["C1"]], TODAY)
        assert before is not None
        desk.do(before)
        desk.add("C2", "S2", name="北京联想")
        asked = what_to_lend("B", desk.ids["S1"], [desk.ids["C1"]], TODAY)
        assert asked is not None
        assert [(grant.granted, grant.wanted) for grant in asked.grants] == [(40_000, 0)]


def test_a_decision_about_two_customers_is_about_both(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        waiting = two_with_credit(desk)
        assert customers_about(DecideConflict(conflict=waiting.id, take=False)) == {desk.ids["C1"], desk.ids["C2"]}


def test_one_that_is_blacklisted_stops_the_other(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        two_with_credit(desk)
        desk.blacklist("C1", TODAY)
        assert desk.sell("C2", TODAY, "1").state == "held"


def test_a_pool_reaches_from_neighbour_to_neighbour(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.add("C1", "S1", tax_id="91110108MA01")
        desk.add("C2", "S1", tax_id="91110108MA01", phone="13800001111")
        desk.add("C3", "S1", phone="13800001111")
        assert set(pooled_with(desk.ids["C1"])) == {desk.ids["C2"], desk.ids["C3"]}


def test_taking_a_duplicate_merges_the_later_into_the_earlier_and_can_be_undone(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        waiting = two_with_credit(desk)
        assert desk.arrive(DecideConflict(conflict=waiting.id, take=True), "S1").status == "refused"
        assert desk.arrive(DecideConflict(conflict=waiting.id, take=True), "F").status == "done"
        assert resolved(desk.ids["C2"]) == desk.ids["C1"]
        assert len(conflicts("duplicate", "taken")) == 1
        assert desk.arrive(UndoChange(uid=desk.last_uid), "F").status == "done"
        assert resolved(desk.ids["C2"]) == desk.ids["C2"]
        assert pooled_with(desk.ids["C1"]) == (desk.ids["C2"],)
