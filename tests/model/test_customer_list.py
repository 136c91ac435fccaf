"""The list of customers: whatever is filtered and sorted, its pages put together are the whole list in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import customer_list
from model.changes.company import AddProduct, AddSalesperson
from model.changes.customers import AddCustomer, SetBlacklisted, SetTerms
from model.changes.orders import LineArgs, RecordOrder
from model.changes.receipts import RecordReceipt
from model.changes.recording import record
from model.customer_list import SORTS, CustomerFilter, CustomerList, Key
from model.customers import Customer
from model.ids import new_id
from model.payment_grades import grades_of
from model.payment_record import payment_record
from model.stages import STAGES, stage_condition, stage_of
from model.store import Store, execute, open_store, rows
from tests.model.company import company

TODAY = date(2026, 3, 31)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, create=True)
    with opened.use():
        yield opened


def make_salesperson(code: str) -> bytes:
    args = AddSalesperson(id=new_id(), code=code, name=f"销售{code}")
    record(args, person=None, on=TODAY)
    return args.id


def make_customer(code: str, name: str, owner: bytes | None = None, retail: bool = False) -> bytes:
    args = AddCustomer(id=new_id(), code=code, date=TODAY, card={"name": name}, retail=retail, owner=owner)
    record(args, person=None, on=TODAY)
    return args.id


# Few different values, so that many rows are equal in what is sorted by.
made = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["联想", "华强", "a", "A", "b"]),
        "owner": st.sampled_from([None, 0, 1, "retail"]),
        "balance": st.sampled_from([0, 0, -500, 100, 700]),
        "limit": st.sampled_from([None, 0, 100, 1_000]),
        "quiet": st.sampled_from([None, None, 0, 45, 200]),
        "closed": st.booleans(),
        "blacklisted": st.booleans(),
        "waiting": st.sampled_from(["", "", "held", "quote"]),
    }
)
filters = st.builds(
    CustomerFilter,
    owner=st.sampled_from(["", "", "pool", "retail", b"first"]),
    stage=st.sampled_from(["", "", *STAGES]),
    quiet_days=st.sampled_from([0, 0, 30, 180]),
    blacklisted=st.booleans(),
    held=st.booleans(),
    with_closed=st.booleans(),
    text=st.sampled_from(["", "", "a", "联想"]),
)


@given(
    customers=st.lists(made, max_size=24),
    chosen=filters,
    page_rows=st.integers(1, 7),
    limits=st.sampled_from([(3_000, 4_000), (0, 4_000), (0, 0), (4, 2)]),
)
def test_pages_in_either_direction_are_the_whole_list_in_order(customers, chosen, page_rows, limits) -> None:
    before = (customer_list.GATHERED_KEYS, customer_list.SORTED_ON_THE_SPOT, customer_list.FAR_OFFSET_ROWS)
    customer_list.GATHERED_KEYS, customer_list.SORTED_ON_THE_SPOT = limits
    customer_list.FAR_OFFSET_ROWS = 5
    try:
        with TemporaryDirectory() as folder, open_store(Path(folder), create=True).use() as opened:
            owners = [make_salesperson("S02"), make_salesperson("S01")]
            with opened.writing():
                for number, facts in enumerate(customers):
                    fill(number, facts, owners)
                # Nothing can be ordered for a closed customer.
                wait(["" if facts["closed"] else facts["waiting"] for facts in customers])
            if chosen.owner == b"first":
                chosen = replace(chosen, owner=owners[0])
            for sort in SORTS:
                for descending in (False, True):
                    check_pages(CustomerList(chosen, sort, descending, TODAY), page_rows)
            opened.close()
    finally:
        customer_list.GATHERED_KEYS, customer_list.SORTED_ON_THE_SPOT, customer_list.FAR_OFFSET_ROWS = before


def fill(number: int, facts: dict, owners: list[bytes]) -> None:
    owner, retail = facts["owner"], facts["owner"] == "retail"
    owner_id = owners[owner] if isinstance(owner, int) else None
    # Codes run against the order of making.
    id_ = make_customer(f"C{99 - number:02}", facts["name"], owner_id, retail)
    traded = None if facts["quiet"] is None else (TODAY - timedelta(days=facts["quiet"])).isoformat()
    execute(
        "UPDATE customer_total SET balance = ?, first_trade = ?, last_trade = ? WHERE customer_id = ?",
        (facts["balance"], traded, traded, id_),
    )
    if facts["limit"] is not None:
        terms = SetTerms(
            customer=id_, from_date=TODAY, credit_days=30, credit_from="order", credit_limit=facts["limit"]
        )
        record(terms, person=None, on=TODAY)
    if facts["closed"]:
        execute("UPDATE customer SET closed_on = ? WHERE id = ?", (TODAY.isoformat(), id_))
    if facts["blacklisted"]:
        record(SetBlacklisted(customer=id_, from_date=TODAY, blacklisted=True, reason="x"), person=None, on=TODAY)


def wait(states: list[str]) -> None:
    """Give each customer, in the order of making, a quote or a held order; empty for none."""
    product = AddProduct(id=new_id(), code="P1", name="Mouse", date=date(2026, 1, 1), price_e4=100_000)
    record(product, person=None, on=TODAY)
    line = LineArgs(line=1, product=product.id, quantity_e3=1_000, price_e4=100_000)
    for number, state in enumerate(states):
        if state:
            [(customer,)] = rows("SELECT id FROM customer WHERE code = ?", (f"C{99 - number:02}",))
            id_ = new_id()
            args = RecordOrder(id=id_, number=f"A-{number}", customer=customer, date=TODAY, quote=True, lines=(line,))
            record(args, person=None, on=TODAY)
            execute("UPDATE orders SET state = ? WHERE id = ?", (state, id_))


def check_pages(listed: CustomerList, page_rows: int) -> None:
    whole = listed.page(1_000)
    keys = [row.key for row in whole]
    assert listed.count() == len(whole)
    assert keys == sorted(keys, reverse=listed.descending)
    assert len(set(keys)) == len(keys)
    assert {row.id for row in whole} == expected_ids(listed)
    values = [shown_value(row, listed.sort) for row in whole]
    assert values == sorted(values, reverse=listed.descending)

    forwards: list[Key] = []
    while page := listed.page(page_rows, after=forwards[-1] if forwards else None):
        forwards += [row.key for row in page]
    assert forwards == keys
    backwards: list[Key] = keys[-1:]
    while backwards and (page := listed.page(page_rows, before=backwards[0])):
        backwards = [row.key for row in page] + backwards
    assert backwards == keys
    for offset in range(0, len(keys) + 1, page_rows):
        assert [row.key for row in listed.page(page_rows, offset=offset)] == keys[offset : offset + page_rows]


def shown_value(row: customer_list.ListedCustomer, sort: str) -> tuple[object, ...]:
    if sort == "last_trade":
        return (row.last_trade or date.min, row.code)
    if sort == "owner":
        place = {"shared": 0, "retail": 1, "owned": 2}[row.kind]
        return (place, row.owner, row.code)
    return (getattr(row, sort), row.code)


def expected_ids(listed: CustomerList) -> set[bytes]:
    """The same filter over every row, without any SQL of its own but for the text."""
    chosen = listed.filter
    all_rows = CustomerList(CustomerFilter(with_closed=True, text=chosen.text), "code", False, TODAY).page(1_000)
    owner_names = {bytes(id_): name for id_, name in rows("SELECT id, name FROM salesperson")}
    kind = {"pool": "shared", "retail": "retail"}
    held = {bytes(id_) for (id_,) in rows("SELECT customer_id FROM orders WHERE state = 'held'")}
    return {
        row.id
        for row in all_rows
        if (chosen.with_closed or not row.closed)
        and (not isinstance(chosen.owner, bytes) or row.owner == owner_names[chosen.owner])
        and (not isinstance(chosen.owner, str) or not chosen.owner or row.kind == kind[chosen.owner])
        and (not chosen.stage or row.stage == chosen.stage)
        and (not chosen.blacklisted or row.blacklisted)
        and (not chosen.held or row.id in held)
        and (
            not chosen.quiet_days or (row.last_trade is not None and (TODAY - row.last_trade).days >= chosen.quiet_days)
        )
    }


@given(
    first_days_ago=st.none() | st.sampled_from([0, 89, 90, 91, 364, 365, 366, 500]),
    trading_months=st.integers(0, 8),
)
def test_the_stage_in_sql_is_the_stage_in_words(first_days_ago: int | None, trading_months: int) -> None:
    with TemporaryDirectory() as folder, open_store(Path(folder), create=True).use() as opened:
        id_ = make_customer("C1", "联想")
        first = None if first_days_ago is None else TODAY - timedelta(days=first_days_ago)
        with opened.writing():
            execute("UPDATE customer_total SET first_trade = ?", (None if first is None else first.isoformat(),))
            for month in range(trading_months):
                execute("INSERT INTO customer_month VALUES (?, ?, 1, 100, 0, 0)", (id_, f"2025-{month + 1:02}"))
        stage = stage_of(first, trading_months, TODAY)
        for each in STAGES:
            condition, parameters = stage_condition(each, TODAY)
            found = rows(f"SELECT 1 FROM customer_total t WHERE {condition}", parameters)
            assert bool(found) == (each == stage), each
        opened.close()


@pytest.mark.parametrize(
    ("first", "months", "stage"),
    [
        (None, 0, "prospect"),
        (date(2025, 12, 31), 3, "new"),
        (date(2025, 12, 30), 3, "familiar"),
        (date(2025, 12, 30), 2, "new"),
        (date(2025, 4, 1), 6, "familiar"),
        (date(2025, 3, 31), 6, "old"),
        (date(2025, 3, 31), 5, "familiar"),
        (date(2025, 3, 31), 2, "occasional"),
    ],
)
def test_a_customer_goes_from_prospect_to_old(first: date | None, months: int, stage: str) -> None:
    assert stage_of(first, months, TODAY) == stage


def test_a_row_shows_what_the_customer_owes_and_may_still_buy_for(store: Store) -> None:
    owner = make_salesperson("S01")
    id_ = make_customer("C1", "联想中关村", owner)
    numbers = (f"A-{number:06}" for number in count(1))
    product = AddProduct(id=new_id(), code="P1", name="Mouse", date=date(2026, 1, 1), price_e4=100_000)
    record(product, person=None, on=TODAY)
    record(
        SetTerms(customer=id_, from_date=date(2026, 1, 1), credit_days=30, credit_from="order", credit_limit=50_000),
        person=None,
        on=TODAY,
    )
    for day in (date(2026, 1, 10), TODAY):
        lines = (LineArgs(line=1, product=product.id, quantity_e3=10_000, price_e4=100_000, discount_bp=0),)
        order = RecordOrder(
            id=new_id(), number=next(numbers), customer=id_, date=day, lines=lines, maker=owner, payment=None
        )
        record(order, person=None, on=day)
    record(
        RecordReceipt(id=new_id(), number=next(numbers), customer=id_, date=date(2026, 1, 20), amount=4_000),
        person=None,
        on=date(2026, 1, 20),
    )
    (row,) = CustomerList(CustomerFilter(overdue=True), "balance", True, TODAY).page(10)
    # 100.00 in January, of which 40.00 are paid, is overdue; the order of today is held for that.
    assert (row.code, row.owner, row.kind, row.stage) == ("C1", "销售S01", "owned", "new")
    assert (row.balance, row.overdue, row.credit_left) == (6_000, 6_000, 44_000)
    assert (row.last_trade, row.traded_this_month) == (date(2026, 1, 10), False)


def test_a_temporary_limit_counts_in_the_order_too(store: Store) -> None:
    ids = [make_customer(f"C{number}", "x") for number in range(3)]
    for id_, limit in zip(ids, (300, 200, 100), strict=True):
        record(
            SetTerms(customer=id_, from_date=TODAY, credit_days=30, credit_from="order", credit_limit=limit),
            person=None,
            on=TODAY,
        )
    temporary = SetTerms(
        customer=ids[2], from_date=TODAY, credit_days=None, credit_from=None, credit_limit=900, until=TODAY
    )
    record(temporary, person=None, on=TODAY)
    today = CustomerList(CustomerFilter(), "credit_left", True, TODAY).page(10)
    tomorrow = CustomerList(CustomerFilter(), "credit_left", True, TODAY + timedelta(days=1)).page(10)
    assert [row.code for row in today] == ["C2", "C0", "C1"]
    assert [row.code for row in tomorrow] == ["C0", "C1", "C2"]


def test_every_row_is_streamed_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(11):
        make_customer(f"C{number:02}", "x")
    monkeypatch.setattr(customer_list, "PAGE_ROWS", 4)
    listed = CustomerList(CustomerFilter(), "name", True, TODAY)
    assert [row.code for page in listed.all() for row in page] == [f"C{number:02}" for number in range(10, -1, -1)]


def test_the_grades_of_a_page_are_those_of_the_payment_record(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as made:
        made.product("P")
        # Days after the due date on which each of three bills is paid; None leaves the last one open.
        habits: dict[str, tuple[int | None, ...]] = {
            "A": (0, 0, 0), "B": (3, 7, 1), "C": (20, 30, 40), "D": (80, 70, 5), "late": (0, 0, 0, None), "few": (0, 0)
        }  # fmt: skip
        for code, days_late in habits.items():
            made.customer(code, days=10, limit="10000")
            for place, late in enumerate(days_late):
                sold = date(2025, 9, 1) + timedelta(days=place)
                bill = made.sell(code, sold, "100")
                if late is not None:
                    made.pay(code, sold + timedelta(days=10 + late), "100", bill)
        grades = grades_of([made.ids[code] for code in habits], TODAY)
        records = {code: payment_record(made.ids[code], TODAY).grade for code in habits}
        assert records == {"A": "A", "B": "B", "C": "C", "D": "D", "late": "D", "few": None}
        assert {code: grades.get(made.ids[code]) for code in habits} == records
        Customer.update(label="重点").where(Customer.code << ["A", "few"]).execute()
        listed = CustomerList(CustomerFilter(), "name", False, TODAY)
        shown = {row.code: row.grade for page in listed.all() for row in page}
        assert (shown["A"], shown["B"], shown["few"]) == ("A 重点", "B", "重点")


def test_a_held_order_is_found_by_the_index_of_those_that_wait(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as made:
        made.product("P")
        for code in ("C1", "C2", "C3"):
            made.customer(code)
        # Without credit an order that is not paid is held, twice here; a quote waits but is not held.
        held = [made.sell("C1", TODAY, "100"), made.sell("C1", TODAY, "50")]
        made.sell("C2", TODAY, "100", quote=True)
        made.sell("C3", TODAY, "100", paid="100")
        listed = CustomerList(CustomerFilter(held=True), "code", False, TODAY)
        assert [row.code for row in listed.page(10)] == ["C1"]
        assert listed.count() == 1
        plan = rows(f"EXPLAIN QUERY PLAN {customer_list.WITH_HELD_ORDER}")
        assert ["orders_waiting" in step[-1] for step in plan] == [True]
        for order in held:
            made.reject(order, TODAY)
        assert listed.page(10) == []
