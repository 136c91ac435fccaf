"""Values that no screen makes: far too large, too long, before the calendar, with characters that are no text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from model.changes.company import AddProduct, AddSalesperson, SetAttributionRule, SetCost, SetSetting
from model.changes.customers import AddCustomer, AssignCustomers, FieldEdit, SetTerms
from model.changes.deciding import DecideConflict, ReadNotices
from model.changes.editing import EditCustomer
from model.changes.kind import Args
from model.changes.merging import MergeCustomers
from model.changes.orders import CancelOrder, ReturnLine, ReturnOrder
from model.changes.receipts import NamedBill, Payment
from model.conflicts import UNIT_SEPARATOR
from model.customers import Customer
from model.ids import new_id
from model.orders import Order
from tests.sync.hostile.intruders import Ground, ground, line
from tests.sync.offices import FIRST_DAY

TOO_LARGE = 1 << 63
YEAR_ONE, LAST_YEAR = date(1, 1, 1), date(9999, 12, 31)
NO_TEXTS = ("nul\0", "bell\x07", "li\u2028ne", "x" * 2_001, "x" * 1_000_000)


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ground")) as found:
        yield found
        assert found.broken() == []


def _sell(found: Ground, **other: Any) -> Args:
    return found.wang.order("WANGS", **other)


def _lines(found: Ground, **other: Any) -> Args:
    return _sell(found, lines=(line(found.company, **other),))


# What Wang sends of a customer of his own; each is refused in a sentence.
REFUSED: dict[str, Callable[[Ground], Args]] = {
    "an amount of nothing": lambda g: g.wang.receipt("WANGS", amount=0),
    "an amount below zero": lambda g: g.wang.receipt("WANGS", amount=-1),
    "an amount beyond the database": lambda g: g.wang.receipt("WANGS", amount=TOO_LARGE),
    "a payment beyond the database": lambda g: _sell(g, payment=Payment(id=new_id(), number="X", amount=TOO_LARGE)),
    "a payment below zero": lambda g: _sell(g, payment=Payment(id=new_id(), number="X", amount=-5)),
    "a bill's part below zero": lambda g: g.wang.receipt(
        "WANGS", kind="discount", bills=(NamedBill(order=g.of_li["order"], amount=-5),)
    ),
    "no lines": lambda g: _sell(g, lines=()),
    "a hundred thousand lines": lambda g: _sell(g, lines=(line(g.company),) * 100_000),
    "a thousand and one lines": lambda g: _sell(g, lines=tuple(line(g.company, line=n + 1) for n in range(1_001))),
    "two lines of one number": lambda g: _sell(g, lines=(line(g.company), line(g.company))),
    "a line's number below one": lambda g: _lines(g, line=0),
    "a line's number beyond the database": lambda g: _lines(g, line=TOO_LARGE),
    "a quantity below zero": lambda g: _lines(g, quantity_e3=-1_000),
    "a quantity beyond the database": lambda g: _lines(g, quantity_e3=TOO_LARGE),
    "a price below zero": lambda g: _lines(g, price_e4=-1),
    "a price beyond the database": lambda g: _lines(g, price_e4=TOO_LARGE),
    "a discount of more than all": lambda g: _lines(g, discount_bp=10_001),
    "a total beyond the sums": lambda g: _lines(g, quantity_e3=10**12, price_e4=10**13),
    "a product of no length": lambda g: _lines(g, product=b""),
    "a product that is none": lambda g: _lines(g, product=new_id()),
    "a customer that is an order": lambda g: msgspec.structs.replace(_sell(g), customer=g.of_li["order"]),
    "an order that is a customer": lambda g: CancelOrder(
        order=g.company.customers["WANGS"], date=FIRST_DAY, reason="x"
    ),
    "an id of fifteen bytes": lambda g: _sell(g, id=bytes(15)),
    "an id of a megabyte": lambda g: _sell(g, id=bytes(1 << 20)),
    "a maker that nobody is": lambda g: g.chen.order("WANGS", maker=new_id()),
    "an order of the year one": lambda g: _sell(g, date=YEAR_ONE),
    "money of the year one": lambda g: g.wang.receipt("WANGS", date=YEAR_ONE),
    "a quote that ends before it begins": lambda g: _sell(g, quote=True, valid_until=date(2026, 1, 1)),
    "a receipt of a kind there is not": lambda g: g.wang.receipt("WANGS", kind="gift"),
    "a reversal that names none": lambda g: g.wang.receipt("WANGS", kind="reversal"),
    "ten thousand bills": lambda g: g.wang.receipt(
        "WANGS", bills=tuple(NamedBill(order=new_id()) for _place in range(10_000))
    ),
    "a number of nothing": lambda g: _sell(g, number=""),
    "a number with a space": lambda g: _sell(g, number="X 1"),
    "a number that nobody can read": lambda g: _sell(g, number="X\u200b1"),
    "a number of a megabyte": lambda g: _sell(g, number="9" * (1 << 20)),
    "a field that a card has not": lambda g: g.wang.edit("WANGS", name="owner_id"),
    "a limit in a card": lambda g: g.wang.edit("WANGS", name="credit_limit", after="999999"),
    "a day that is none": lambda g: g.wang.edit("WANGS", name="closed_on", after="2026-13-01"),
    "a name of nothing": lambda g: g.wang.edit("WANGS", name="name", before="Customer WANGS", after=" "),
    "a new customer without a name": lambda g: AddCustomer(id=new_id(), code="N", date=FIRST_DAY, card={}),
    "a new customer with a limit": lambda g: AddCustomer(
        id=new_id(), code="N", date=FIRST_DAY, card={"name": "n", "credit_limit": "9"}
    ),
    "a code with a space": lambda g: AddCustomer(id=new_id(), code="A B", date=FIRST_DAY, card={"name": "n"}),
    "a request for ten thousand customers": lambda g: AssignCustomers(
        customers=(g.company.customers["POOL"],) * 10_000, owner=g.company.people["WANG"], from_date=FIRST_DAY
    ),
    "a request for a limit beyond the database": lambda g: SetTerms(
        customer=g.company.customers["WANGS"], from_date=FIRST_DAY, credit_days=None, credit_from=None,
        credit_limit=TOO_LARGE,
    ),
    "a hundred thousand notices": lambda g: ReadNotices(ids=(bytes(16),) * 100_000),
    "goods of a line twice under one number": lambda g: ReturnOrder(
        id=new_id(), number="X-5", order=_bought(g), date=FIRST_DAY,
        lines=(ReturnLine(line=1, returns_line=1, quantity_e3=1), ReturnLine(line=1, returns_line=1, quantity_e3=1)),
    ),
    "more goods than were sold": lambda g: ReturnOrder(
        id=new_id(), number="X-6", order=_bought(g), date=FIRST_DAY,
        lines=(ReturnLine(line=1, returns_line=1, quantity_e3=1 << 62),),
    ),
    **{f"a note of {text[:8]!r} and {len(text)}": lambda g, text=text: _sell(g, note=text) for text in NO_TEXTS},
    **{
        f"a wish of {text[:8]!r} and {len(text)}": lambda g, text=text: g.wang.edit("WANGS", after=text, name="city")
        for text in NO_TEXTS
    },
    **{
        f"a memory of {text[:8]!r} and {len(text)}": lambda g, text=text: g.wang.edit("WANGS", before=text, name="city")
        for text in (*NO_TEXTS, f"a{UNIT_SEPARATOR}b")
    },
}  # fmt: skip


def _bought(found: Ground) -> bytes:
    """An order of Wang's that stands already."""
    order = found.wang.order("WANGS", id=bytes(15) + b"\x01")
    with found.company.store.use():
        if Order.get_or_none(Order.id == order.id) is None:
            raise AssertionError("the ground has no such order")
    return order.id


# What an office's laptop sends; a wrong value there would stop the company, or everybody's orders.
REFUSED_OF_THE_OFFICE: dict[str, Callable[[Ground], Args]] = {
    "a time zone that is none": lambda g: _setting("time_zone", "Mars/Base"),
    "a time zone that is a path": lambda g: _setting("time_zone", "../../../etc/passwd"),
    "a time zone that is a folder": lambda g: _setting("time_zone", "Asia"),
    "a share of more than all": lambda g: _setting("lease_share", "101"),
    "a share that is no number": lambda g: _setting("lease_share", "many"),
    "a share in other digits": lambda g: _setting("lease_share", "٨٠"),
    "days beyond the calendar": lambda g: _setting("lease_days", "9" * 20),
    "days below zero": lambda g: _setting("offline_days", "-1"),
    "grace beyond a year": lambda g: _setting("grace_days", "366"),
    "a tolerance below zero": lambda g: _setting("tolerance", "-0.01"),
    "a setting there is not": lambda g: _setting("password", "x"),
    "a cost beyond the sums": lambda g: SetCost(product=g.company.products["P"], from_date=FIRST_DAY, cost_e4=1 << 50),
    "a cost below zero": lambda g: SetCost(product=g.company.products["P"], from_date=FIRST_DAY, cost_e4=-1),
    "a price beyond the sums": lambda g: AddProduct(id=new_id(), code="Q", name="Q", date=FIRST_DAY, price_e4=1 << 50),
    "a tax of more than all": lambda g: AddProduct(
        id=new_id(), code="Q", name="Q", date=FIRST_DAY, tax_rate_bp=10_001
    ),
    "a product with the id of another": lambda g: AddProduct(
        id=g.company.products["P"], code="Q", name="Q", date=FIRST_DAY
    ),
    "a person with the id of another": lambda g: AddSalesperson(id=g.company.people["LI"], code="EVE", name="Eve"),
    "a role there is not": lambda g: AddSalesperson(id=new_id(), code="EVE", name="Eve", role="owner"),
    "a share of the owner below zero": lambda g: SetAttributionRule(from_date=FIRST_DAY, owner_bp=-1),
    "a term of a hundred years": lambda g: SetTerms(
        customer=g.company.customers["WANGS"], from_date=FIRST_DAY, credit_days=36_500, credit_from=None,
        credit_limit=None,
    ),
    "a customer merged with itself": lambda g: MergeCustomers(
        loser=g.company.customers["WANGS"], winner=g.company.customers["WANGS"], date=FIRST_DAY
    ),
    "a decision that does not say what it saw": lambda g: DecideConflict(
        conflict=g.of_li["conflict"], take=True, theirs=UNIT_SEPARATOR * 3
    ),
}  # fmt: skip


def _setting(name: str, value: str) -> SetSetting:
    return SetSetting(name=name, from_date=date(2026, 1, 1), value=value)


@pytest.fixture(scope="module")
def bought(field: Ground) -> Ground:
    [result] = field.wang.send(field.wang.order("WANGS", id=bytes(15) + b"\x01"))
    assert result.status == "confirmed"
    return field


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_salesperson_cannot_mean_is_refused_and_nothing_changes(bought: Ground, case: str) -> None:
    before, args = bought.kept(), REFUSED[case](bought)
    laptop = bought.chen if "nobody is" in case else bought.wang
    [result] = laptop.send(args)
    assert result.status == "refused", result
    assert len(result.template.format(**result.params)) < 1_000
    assert bought.kept() == before


@pytest.mark.parametrize("case", REFUSED_OF_THE_OFFICE)
def test_what_the_office_cannot_mean_is_refused_and_nothing_changes(field: Ground, case: str) -> None:
    before = field.kept()
    [result] = field.chen.send(REFUSED_OF_THE_OFFICE[case](field))
    assert result.status == "refused", result
    assert result.template.format(**result.params)
    assert field.kept() == before


def test_a_clock_that_runs_ahead_by_ages_loses_nothing(field: Ground) -> None:
    wang = field.wang
    order, money, contact = (
        wang.order("WANGS", date=LAST_YEAR), wang.receipt("WANGS", date=LAST_YEAR),
        wang.contact("WANGS", date=LAST_YEAR),
    )  # fmt: skip
    assert [result.status for result in wang.send(order, money, contact)] == ["confirmed", "done", "done"]
    with field.company.store.use():
        assert Order.get_by_id(order.id).date == FIRST_DAY


def test_what_stands_in_a_conflict_can_be_shown_and_decided(field: Ground) -> None:
    company = field.company
    customer = company.customers["WANGS"]
    field.chen.send(EditCustomer(customer=customer, version=1, edits={"tax_id": FieldEdit(before="", after="91A")}))
    edit = EditCustomer(customer=customer, version=1, edits={"tax_id": FieldEdit(before="", after="91B" + "x" * 1_900)})
    [result] = field.wang.send(edit)
    assert result.status == "conflict"
    with company.store.use():
        assert Customer.get_by_id(customer).tax_id == "91A"


def test_the_answer_to_a_long_word_is_short(field: Ground) -> None:
    [result] = field.chen.send(AddSalesperson(id=new_id(), code="EVE", name="Eve", role="r" * 9_000))
    assert result.status == "refused"
    assert len(msgspec.msgpack.encode(result)) < 500
