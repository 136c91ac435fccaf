"""What a salesperson's laptop sends about what is not theirs, or not theirs to decide: refused, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import msgspec
import pytest

from model.changes.company import (
    AddProduct,
    AddSalesperson,
    SetAttributionRule,
    SetCost,
    SetSetting,
    SetWorksHere,
)
from model.changes.customers import (
    AddCustomer,
    AssignCustomers,
    ClaimCustomer,
    ReleaseCustomer,
    SetBlacklisted,
    SetTerms,
)
from model.changes.deciding import DecideConflict, ReadNotices
from model.changes.imports import ImportBatch
from model.changes.keeping_apart import KeepApart
from model.changes.kind import Args, canonical
from model.changes.leasing import Grant, Lend, RecallLease, Returned, ReturnLeases
from model.changes.leaving import SeeOff
from model.changes.merging import MergeCustomers
from model.changes.orders import (
    CancelOrder,
    ConfirmOrder,
    LoseOrder,
    RejectOrder,
    ReleaseOrder,
    ReturnLine,
    ReturnOrder,
)
from model.changes.receipts import Payment, ReverseReceipt
from model.changes.rejudging import JudgeAgain
from model.changes.returning import Fall, ReturnQuiet, WarnQuiet
from model.changes.undo import UndoChange
from model.customers import Customer, owner_on
from model.errors import Refused
from model.ids import new_id
from model.orders import Order
from model.receipts import Receipt
from model.store import one, rows
from tests.sync.hostile.intruders import Ground, forged, ground, line, sent
from tests.sync.offices import FIRST_DAY

BEFORE = date(2026, 1, 1)


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ground")) as found:
        yield found
        assert found.broken() == []


def _customer(found: Ground, code: str) -> bytes:
    return found.company.customers[code]


def _product(found: Ground) -> bytes:
    return found.company.products["P"]


def _person(found: Ground, code: str) -> bytes:
    return found.company.people[code]


# What Wang, a salesperson, sends; each is refused in a sentence.
FORBIDDEN: dict[str, Callable[[Ground], Args]] = {
    # Documents and customers of Li, whose ids Wang's laptop never got.
    "another's order cancelled": lambda g: CancelOrder(order=g.of_li["order"], date=FIRST_DAY, reason="mine"),
    "another's quote confirmed": lambda g: ConfirmOrder(order=g.of_li["quote"], date=FIRST_DAY),
    "another's quote lost": lambda g: LoseOrder(order=g.of_li["quote"], date=FIRST_DAY, reason="price"),
    "another's held order released": lambda g: ReleaseOrder(order=g.of_li["held"], date=FIRST_DAY, reason="mine"),
    "another's held order rejected": lambda g: RejectOrder(order=g.of_li["held"], date=FIRST_DAY, reason="mine"),
    "another's goods taken back": lambda g: ReturnOrder(
        id=new_id(), number="X-1", order=g.of_li["order"], date=FIRST_DAY,
        lines=(ReturnLine(line=1, returns_line=1, quantity_e3=1_000),),
    ),
    "another's money reversed": lambda g: ReverseReceipt(
        id=new_id(), number="X-2", receipt=g.of_li["receipt"], date=FIRST_DAY, reason="mine"
    ),
    "a discount to another's customer": lambda g: g.wang.receipt("LIS", kind="discount"),
    "another's card edited": lambda g: g.wang.edit("LIS"),
    "another's customer closed": lambda g: g.wang.edit("LIS", after="2026-11-23", name="closed_on"),
    "a contact with another's customer": lambda g: g.wang.contact("LIS"),
    "another's customer given up": lambda g: ReleaseCustomer(customer=_customer(g, "LIS"), from_date=FIRST_DAY),
    "another's customer claimed": lambda g: ClaimCustomer(
        customer=_customer(g, "LIS"), owner=_person(g, "WANG"), from_date=FIRST_DAY
    ),
    "terms asked for another's customer": lambda g: _terms(_customer(g, "LIS")),
    "the blacklist asked for another's customer": lambda g: _blacklist(_customer(g, "LIS")),
    "another's conflict decided": lambda g: DecideConflict(conflict=g.of_li["conflict"], take=True),
    "another's order undone": lambda g: UndoChange(uid=g.of_li["change of order"]),
    "another's money undone": lambda g: UndoChange(uid=g.of_li["change of receipt"]),
    "another's contact undone": lambda g: UndoChange(uid=g.of_li["change of contact"]),
    "what the office did undone": lambda g: UndoChange(uid=_office_change(g)),
    # In another's name.
    "a contact in another's name": lambda g: g.wang.contact("WANGS", person=_person(g, "LI")),
    "a claim for another": lambda g: ClaimCustomer(
        customer=_customer(g, "POOL"), owner=_person(g, "LI"), from_date=FIRST_DAY
    ),
    # What the office alone decides.
    "a write-off": lambda g: g.wang.receipt("WANGS", kind="write_off", reason="mine"),
    "a person added": lambda g: AddSalesperson(id=new_id(), code="EVE", name="Eve", role="admin"),
    "a person seen off": lambda g: SeeOff(person=_person(g, "QIAN"), to=_person(g, "WANG"), date=FIRST_DAY),
    "customers returned to the pool": lambda g: ReturnQuiet(customers=(_customer(g, "LIS"),), after_days=1),
    "owners told of returns": lambda g: WarnQuiet(
        falls=(Fall(customer=_customer(g, "LIS"), falls_on=FIRST_DAY),), clock="any"
    ),
    "a person shut out": lambda g: SetWorksHere(person=_person(g, "QIAN"), active=False),
    "a product with a floor of nothing": lambda g: AddProduct(
        id=new_id(), code="Q", name="Q", date=BEFORE, price_e4=1, floor_e4=0, cost_e4=0
    ),
    "a cost": lambda g: SetCost(product=_product(g), from_date=BEFORE, cost_e4=1),
    "a setting": lambda g: SetSetting(name="lease_share", from_date=BEFORE, value="100"),
    "the attribution rule": lambda g: SetAttributionRule(from_date=BEFORE, owner_bp=0),
    "a merge": lambda g: MergeCustomers(loser=_customer(g, "LIS"), winner=_customer(g, "WANGS"), date=FIRST_DAY),
    "two customers kept apart": lambda g: KeepApart(
        id=new_id(), customer=_customer(g, "LIS"), other=_customer(g, "WANGS")
    ),
    "an import": lambda g: ImportBatch(sha256="0" * 64, names=("customers.csv",)),
    "credit lent to oneself": lambda g: Lend(
        device=g.wang.device,
        grants=(Grant(customer=_customer(g, "WANGS"), granted=10**9, wanted=10**9, until=FIRST_DAY),),
    ),
    "credit returned for another": lambda g: ReturnLeases(
        device=g.li.device, returns=(Returned(customer=_customer(g, "LIS"), returned=10**9),)
    ),
    "credit recalled": lambda g: RecallLease(customer=_customer(g, "LIS"), device=g.li.device),
    "orders judged again": lambda g: JudgeAgain(customers=(_customer(g, "LIS"),)),
}  # fmt: skip


def _terms(customer: bytes) -> SetTerms:
    return SetTerms(customer=customer, from_date=FIRST_DAY, credit_days=90, credit_from=None, credit_limit=10**9)


def _blacklist(customer: bytes) -> SetBlacklisted:
    return SetBlacklisted(customer=customer, from_date=FIRST_DAY, blacklisted=False, reason="mine")


def _office_change(found: Ground) -> bytes:
    """The change by which the office added a customer that has no documents."""
    with found.company.store.use():
        added = rows("SELECT uid, args FROM change WHERE device = 'S' AND kind = 'customer.add'")
    [uid] = [bytes(uid) for uid, args in added if _customer(found, "POOL") in bytes(args)]
    return uid


@pytest.mark.parametrize("case", FORBIDDEN)
def test_what_is_not_theirs_is_refused_and_nothing_changes(field: Ground, case: str) -> None:
    before = field.kept()
    [result] = field.wang.send(FORBIDDEN[case](field))
    assert result.status == "refused", result
    assert result.template.format(**result.params)
    assert field.kept() == before


@pytest.mark.parametrize("role", ["chen", "qian"])
def test_the_office_may_touch_everybodys(tmp_path_factory: pytest.TempPathFactory, role: str) -> None:
    with ground(tmp_path_factory.mktemp("office")) as found:
        laptop = found.laptops[role.upper()]
        results = laptop.send(
            laptop.edit("LIS"), laptop.contact("LIS"), laptop.contact("LIS", person=_person(found, "LI")),
            LoseOrder(order=found.of_li["quote"], date=FIRST_DAY, reason="price"),
            ReleaseOrder(order=found.of_li["held"], date=FIRST_DAY, reason="known"),
            CancelOrder(order=found.of_li["order"], date=FIRST_DAY, reason="back"),
            laptop.order("LIS", maker=_person(found, "LI")),
        )  # fmt: skip
        assert [result.status for result in results[:-1]] == ["done"] * 3 + ["done", "confirmed", "done"]
        assert results[-1].status in ("confirmed", "held")
        assert found.broken() == []


def test_what_a_salesperson_may_not_decide_becomes_a_request(field: Ground) -> None:
    own, before = _customer(field, "WANGS"), field.kept()
    results = field.wang.send(
        _terms(own), _blacklist(own),
        AssignCustomers(customers=(_customer(field, "LIS"),), owner=_person(field, "WANG"), from_date=FIRST_DAY),
    )  # fmt: skip
    assert [result.status for result in results] == ["requested"] * 3
    after = field.kept()
    assert len(after.pop("conflict")) == len(before.pop("conflict")) + 3
    assert after == before


def test_ones_own_the_pools_and_retail_customers_are_in_reach(field: Ground) -> None:
    results = field.wang.send(
        *(field.wang.contact(code) for code in ("WANGS", "POOL", "SHOP")), field.wang.edit("POOL"),
        field.wang.order("LIS"), field.wang.receipt("LIS"),
    )  # fmt: skip
    assert [result.status for result in results] == ["done"] * 4 + ["confirmed", "done"]


def test_who_made_an_order_may_end_it_whosever_the_customer_is(field: Ground) -> None:
    order = field.wang.order("LIS")
    results = field.wang.send(order, CancelOrder(order=order.id, date=FIRST_DAY, reason="typed wrong"))
    assert results[0].status in ("confirmed", "held")
    assert results[1].status == "done"


def test_what_was_theirs_until_lately_can_still_arrive_but_not_be_decided(field: Ground) -> None:
    company, wang = field.company, field.wang
    for code, since in (("LATELY", FIRST_DAY), ("LONGAGO", date(2026, 10, 1))):
        moved = company.customer(code, "WANG")
        company.at_office(AssignCustomers(customers=(moved,), owner=_person(field, "LI"), from_date=since))
    lately = wang.send(wang.contact("LATELY"), wang.edit("LATELY"), _terms(_customer(field, "LATELY")))
    assert [result.status for result in lately] == ["done", "done", "refused"]
    long_ago = wang.send(wang.contact("LONGAGO"), wang.edit("LONGAGO"))
    assert [result.status for result in long_ago] == ["refused", "refused"]


def test_an_order_in_anothers_name_is_kept_in_ones_own(field: Ground) -> None:
    order = field.wang.order("WANGS", maker=_person(field, "CHEN"), lines=(line(field.company, price_e4=1),))
    [result] = field.wang.send(order)
    assert result.status == "held"
    with field.company.store.use():
        assert Order.get_by_id(order.id).maker_id == _person(field, "WANG")


def test_a_new_customer_given_to_another_is_the_pools(field: Ground) -> None:
    id_ = new_id()
    added = AddCustomer(id=id_, code="GIFT", date=FIRST_DAY, card={"name": "A gift"}, owner=field.company.people["LI"])
    assert field.wang.send(added)[0].status == "done"
    with field.company.store.use():
        assert owner_on(id_, FIRST_DAY) is None


def test_money_that_came_with_anothers_quote_is_kept_and_the_quote_stays(field: Ground) -> None:
    payment = Payment(id=new_id(), number="X-9", amount=500)
    field.wang.send(ConfirmOrder(order=field.of_li["quote"], date=FIRST_DAY, payment=payment))
    with field.company.store.use():
        assert Order.get_by_id(field.of_li["quote"]).state == "quote"
        assert Receipt.get_by_id(payment.id).amount == 500


def test_an_order_does_not_take_anothers_quote_out(field: Ground) -> None:
    [result] = field.wang.send(field.wang.order("LIS", replaces=field.of_li["quote"]))
    assert result.status in ("confirmed", "held")
    with field.company.store.use():
        assert Order.get_by_id(field.of_li["quote"]).state == "quote"


def test_nobody_reads_anothers_notices(field: Ground) -> None:
    company = field.company
    with company.store.use():
        notices = one("SELECT COUNT(*) FROM notice WHERE read_on IS NULL AND person_id IS NULL")
        ids = tuple(bytes(row[0]) for row in company.store.database.execute_sql("SELECT id FROM notice"))
    field.wang.send(ReadNotices(ids=ids))
    with company.store.use():
        assert one("SELECT COUNT(*) FROM notice WHERE read_on IS NULL AND person_id IS NULL") == notices


@pytest.mark.parametrize("kind", ["order", "receipt", "contact"])
def test_an_id_of_another_document_is_no_new_one_and_cannot_be_undone_by_it(field: Ground, kind: str) -> None:
    wang, taken = field.wang, field.of_li[kind]
    args: Args = {
        "order": wang.order("WANGS", id=taken), "receipt": wang.receipt("WANGS", id=taken),
        "contact": wang.contact("WANGS", id=taken),
    }[kind]  # fmt: skip
    before, change = field.kept(), sent(args)
    # In one batch the undoing comes before anybody was told that the first was refused.
    results = wang.send(change, UndoChange(uid=change.uid))
    assert [result.status for result in results] == ["refused", "refused"]
    assert field.kept() == before


def test_orders_and_money_never_share_an_id(field: Ground) -> None:
    wang, before = field.wang, field.kept()
    order = wang.order("WANGS")
    results = wang.send(
        wang.order("WANGS", id=field.of_li["receipt"]), wang.receipt("WANGS", id=field.of_li["order"]),
        msgspec.structs.replace(order, payment=Payment(id=order.id, number="X-3", amount=1)),
    )  # fmt: skip
    assert [result.status for result in results] == ["refused"] * 3
    assert field.kept() == before


def test_a_customer_with_the_id_of_another_is_none_and_cannot_be_undone_by_it(field: Ground) -> None:
    change = sent(AddCustomer(id=_customer(field, "POOL"), code="NEW", date=FIRST_DAY, card={"name": "New"}))
    before = field.kept()
    results = field.wang.send(change, UndoChange(uid=change.uid))
    assert [result.status for result in results] == ["refused", "refused"]
    assert field.kept() == before


def test_the_same_order_under_another_change_is_refused(field: Ground) -> None:
    order = field.wang.order("WANGS")
    assert [result.status for result in field.wang.send(order, order)] == ["confirmed", "refused"]


def test_a_number_that_another_document_has_gets_a_suffix(field: Ground) -> None:
    number = f"X-{new_id().hex()[-6:]}"
    first, second = (field.wang.order("WANGS", number=number) for _place in range(2))
    squatting = field.wang.order("WANGS", number=f"{number}/2")
    assert [result.status for result in field.wang.send(first, squatting, second)] == ["confirmed"] * 3
    with field.company.store.use():
        assert Order.get_by_id(second.id).number == f"{number}/3"


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("customer.terms", canonical(_terms(bytes(16)))[:-3]),
        (
            "customer.edit",
            msgspec.msgpack.encode({"customer": bytes(16), "version": 1, "edits": {}, "owner": bytes(16)}),
        ),
        ("order.record", msgspec.msgpack.encode({"id": 5})),
        ("order.record", b""), ("order.record", b"\xc1" * 50), ("order.record", b"\x91" * 100_000),
        ("contact.log", b"\x81\xa4note\xa2\xff\xfe"), ("no.such_kind", b"\x80"), ("change.undo", b"\x81\xa3uid\xa1x"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_put_aside_the_office_is_told_and_the_rest_goes_on(
    field: Ground, kind: str, args: bytes
) -> None:
    before, broken = field.kept(), forged(kind, args)
    results = field.wang.send(broken, UndoChange(uid=broken.uid), field.wang.contact("WANGS"))
    assert [result.status for result in results] == ["quarantined", "refused", "done"]
    with field.company.store.use():
        assert one("SELECT kind FROM quarantine WHERE uid = ?", (broken.uid,)) == (kind,)
        about = f"{field.wang.device} {results[0].number}"
        assert one("SELECT COUNT(*) FROM notice WHERE about = ? AND person_id IS NULL", (about,)) == (1,)
    after = field.kept()
    changed = {table for table in before if after[table] != before[table]}
    assert changed == {"contact_log"} or changed == {"contact_log", "customer_total"}


def test_a_salesperson_of_a_laptop_is_told_at_once(field: Ground) -> None:
    laptop = field.company.laptop("WANG")
    laptop.sync()
    card = laptop.one("SELECT COUNT(*) FROM customer WHERE id = ?", (_customer(field, "LIS"),))
    assert card == (1,)
    for args in (
        field.wang.edit("LIS"), field.wang.contact("LIS"), field.wang.order("WANGS", maker=_person(field, "LI")),
        AddCustomer(id=new_id(), code="LOCAL", date=FIRST_DAY, card={"name": "x"}, owner=_person(field, "LI")),
    ):  # fmt: skip
        with pytest.raises(Refused):
            laptop.do(args)
    laptop.do(field.wang.order("LIS"))
    with laptop.store.use():
        assert Customer.get_by_id(_customer(field, "LIS")).phone == ""
