"""Ageing, overdue bills and balances as of any day, by hand and as properties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import totals
from model.ageing import Ages, ageing, open_bills, overdue_list
from model.balances import Sums, balance_on, balances, sums_on
from model.changes.orders import OrderRecorded
from model.changes.receipts import ReceiptRecorded
from model.errors import Refused
from model.orders import Order
from model.statement import statement
from model.store import rows
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as opened:
        opened.salesperson("ann")
        opened.product("P")
        opened.customer("C", "ann", days=30, limit="1000000")
        yield opened


def ages(day: date, **options: str) -> Ages:
    return ageing(day, **options).total  # type: ignore[arg-type]


def test_a_bill_moves_through_the_buckets_by_days_past_due(desk: Company) -> None:
    desk.sell("C", date(2026, 1, 1), "100")  # due on the 31st of January
    due = date(2026, 1, 31)
    for name, first, last in (("d1_30", 1, 30), ("d31_60", 31, 60), ("d61_90", 61, 90), ("d90_plus", 91, 150)):
        assert ages(due + first * DAY) == ages(due + last * DAY) == Ages(**{name: 10_000})
    assert ages(due) == Ages(not_due=10_000)
    assert ages(date(2025, 12, 31)) == Ages()


def test_by_date_counts_the_days_since_the_bill(desk: Company) -> None:
    desk.sell("C", date(2026, 1, 1), "100")
    assert ages(date(2026, 1, 1), by="date") == Ages(not_due=10_000)
    assert ages(date(2026, 1, 31), by="date") == Ages(d1_30=10_000)
    assert ages(date(2026, 2, 1), by="date") == Ages(d31_60=10_000)


def test_money_returns_and_refunds_of_a_row_add_up_to_the_balance(desk: Company) -> None:
    desk.setting("grace_days", "365")  # so that no order is held
    first = desk.sell("C", date(2026, 1, 1), [("P", "3", "100")])
    desk.sell("C", date(2026, 2, 20), "50")
    desk.pay("C", date(2026, 2, 1), "120")
    desk.take_back(first, date(2026, 2, 10), "1")
    assert ages(date(2026, 1, 31)) == Ages(not_due=30_000)
    assert ages(date(2026, 2, 9)) == Ages(d1_30=18_000)
    assert ages(date(2026, 2, 19)) == Ages(d1_30=8_000)
    assert ages(TODAY) == Ages(d90_plus=13_000)
    desk.pay("C", date(2026, 3, 1), "200")
    assert ages(date(2026, 3, 1)) == Ages(unallocated=-7_000)
    # 70.00 of the refund is the customer's own money, 30.00 are owed from its date.
    desk.pay("C", date(2026, 3, 5), "100", kind="refund")
    assert ages(date(2026, 3, 5)) == Ages(not_due=3_000)
    assert ages(date(2026, 3, 6)) == Ages(d1_30=3_000)
    assert ages(date(2026, 3, 1)) == Ages(unallocated=-7_000)


def test_a_reversal_ages_the_bill_again_only_from_its_day(desk: Company) -> None:
    desk.sell("C", date(2026, 1, 1), "100")
    receipt = desk.pay("C", date(2026, 1, 20), "100")
    desk.reverse(receipt, date(2026, 3, 20))
    assert ages(date(2026, 3, 19)) == Ages()
    assert ages(date(2026, 3, 20)) == Ages(d31_60=10_000)


def test_a_cancelled_order_is_owed_until_its_cancellation(desk: Company) -> None:
    order = desk.sell("C", date(2026, 1, 1), "100")
    desk.pay("C", date(2026, 1, 5), "40")
    desk.cancel(order, date(2026, 2, 5))
    assert ages(date(2026, 2, 4)) == Ages(d1_30=6_000)
    assert ages(date(2026, 2, 5)) == Ages(unallocated=-4_000)


def test_grace_and_tolerance_stop_overdue_but_no_bucket(desk: Company) -> None:
    desk.setting("grace_days", "5")
    desk.setting("tolerance", "1.00")
    desk.sell("C", date(2026, 1, 1), "100")
    assert ages(date(2026, 2, 5)) == Ages(d1_30=10_000)
    assert list(overdue_list(date(2026, 2, 5))) == []
    (bill,) = overdue_list(date(2026, 2, 6))
    assert (bill.code, bill.owner, bill.open) == ("C", "ann", 10_000)
    assert (bill.days_overdue, bill.due_on) == (6, date(2026, 1, 31))
    desk.pay("C", date(2026, 2, 7), "99")
    assert list(overdue_list(date(2026, 2, 7))) == []
    assert ages(date(2026, 2, 7)) == Ages(d1_30=100)
    assert [each.open for each in overdue_list(date(2026, 2, 6))] == [10_000]


def test_the_balance_report_says_how_credit_stood_that_day(desk: Company) -> None:
    desk.customer("none", None)
    order = desk.sell("C", date(2026, 1, 1), [("P", "2", "100")])
    desk.take_back(order, date(2026, 1, 5), "1")
    desk.pay("C", date(2026, 1, 6), "30")
    desk.pay("C", date(2026, 1, 7), "5", kind="discount")
    bounced = desk.pay("C", date(2026, 1, 8), "10")
    desk.reverse(bounced, date(2026, 1, 9))
    desk.terms("C", days=30, limit="20", since=date(2026, 4, 1))
    desk.blacklist("C", date(2026, 5, 1))
    by_code = {row.code: row for row in balances(date(2026, 1, 9))}
    row = by_code["C"]
    assert row.sums == Sums(orders=20_000, returns=10_000, receipts=3_500)
    assert row.standing.balance == 6_500
    assert (row.owner, row.standing.credit_days, row.standing.credit_left, row.verdict) == (
        "ann", 30, 100_000_000 - 6_500, "ok",
    )  # fmt: skip
    assert by_code["none"].standing.credit_left == 0
    verdicts = {day: next(balances(day, desk.ids["C"])).verdict for day in (date(2026, 2, 1), date(2026, 5, 1))}
    assert verdicts == {date(2026, 2, 1): "overdue", date(2026, 5, 1): "blacklisted"}
    desk.pay("C", date(2026, 4, 5), "40")
    limited = next(balances(date(2026, 4, 5), desk.ids["C"]))
    assert (limited.standing.balance, limited.standing.credit_limit, limited.verdict) == (2_500, 2_000, "overdue")
    assert sums_on(date(2025, 12, 31)) == {}


def test_only_customers_that_owe_or_have_something_stand_in_the_ageing(desk: Company) -> None:
    desk.customer("B", days=30, limit="1000")
    desk.sell("C", date(2026, 1, 1), "100", paid="100")
    desk.sell("B", date(2026, 1, 1), "100")
    assert [row.code for row in ageing(TODAY).rows] == ["B"]
    assert ageing(TODAY, customer=desk.ids["B"]).total == ageing(TODAY).total
    assert ageing(TODAY, customer=desk.ids["C"]).rows == ()


documents = st.lists(
    st.tuples(
        st.sampled_from(["sell", "pay", "refund", "return", "reverse", "cancel", "discount", "reserve", "opening"]),
        st.integers(0, 25),
        st.integers(1, 900),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=14,
)


@given(documents)
def test_whatever_happened_every_day_adds_up(done: list[tuple[str, int, int, int]]) -> None:
    with TemporaryDirectory() as folder, company(Path(folder), TODAY) as desk:
        desk.salesperson("ann")
        desk.product("P")
        desk.setting("grace_days", "365")  # so that no order is held
        desk.customer("C", "ann", days=7, limit="1000000")
        start = date(2026, 5, 1)
        _do(desk, start, done)
        assert totals.faults() == []
        for after in range(0, 40, 3):
            day = start + after * DAY
            of_day = ageing(day)
            owed = balance_on(desk.ids["C"], day)
            assert of_day.total.balance == owed
            assert of_day.total.unallocated <= 0
            assert min(of_day.total.columns[:5]) >= 0
            assert ageing(day, by="date").total.balance == owed
            assert statement(desk.ids["C"], start + DAY, day)[-1].balance == owed
            assert sum(bill.open for bill in open_bills(day)) == of_day.total.balance - of_day.total.unallocated
        assert owed == sum(balance for (balance,) in rows("SELECT balance FROM customer_total"))
        assert (
            rows("SELECT 1 FROM orders o WHERE (SELECT SUM(amount) FROM allocation WHERE bill_id = o.id) > o.amount")
            == []
        )
        assert (
            rows("SELECT 1 FROM receipt r WHERE (SELECT SUM(amount) FROM allocation WHERE source_id = r.id) > r.amount")
            == []
        )


def _do(desk: Company, start: date, done: list[tuple[str, int, int, int]]) -> None:
    """Do what can be done of a random list; what a rule refuses is left out."""
    orders: list[OrderRecorded] = []
    receipts: list[ReceiptRecorded] = []
    for number, (what, after, amount, which) in enumerate(done):
        day, text = start + after * DAY, str(amount)
        order = orders[which % len(orders)] if orders else None
        try:
            if what == "sell":
                orders.append(desk.sell("C", day, text))
            elif what == "opening":
                _opening(desk, number, day, (amount - 450) * 100)
            elif what == "reserve":
                quote = desk.sell("C", day, text, quote=True)
                receipts.append(desk.pay("C", day, text, quote))
            elif what == "return" and order is not None:
                desk.take_back(order, day, "0.5")
            elif what == "cancel" and order is not None:
                desk.cancel(order, day)
            elif what == "reverse" and receipts:
                desk.reverse(receipts[which % len(receipts)], day)
            elif what in ("pay", "refund", "discount"):
                bills = [order] if order is not None and which % 2 and what == "pay" else []
                receipts.append(desk.pay("C", day, text, *bills, kind="receipt" if what == "pay" else what))
        except Refused:
            continue


def _opening(desk: Company, number: int, day: date, amount: int) -> None:
    """An opening item as an import writes it."""
    from model.settlement import settle

    if amount == 0:
        return
    Order.create(
        id=bytes([number]) * 16, number=f"O-{number}", customer=desk.ids["C"], kind="opening", state="confirmed",
        date=day, first_date=day, live_from=day, decided_on=day, amount=amount, due_date=day, change_uid=bytes(16),
    )  # fmt: skip
    settle(desk.ids["C"])
