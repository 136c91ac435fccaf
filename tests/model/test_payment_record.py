"""Payment records, grades and suggested terms, by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from model.customers import CreditTerms
from model.payment_record import (
    NO_DAYS,
    NO_REVENUE,
    PaidBill,
    PaymentRecord,
    payment_record,
    payment_records,
    record_since,
    suggested,
)
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as opened:
        opened.product("P")
        opened.setting("grace_days", "365")  # so that no order is held
        opened.customer("C", days=30, limit="1000000")
        yield opened


def record(*bills: tuple[int, int] | tuple[int, int, bool]) -> PaymentRecord:
    """Bills as (amount, days late), settled unless a third part says otherwise."""
    return PaymentRecord(
        tuple(
            PaidBill(str(place), TODAY, None if bill[2:] else TODAY, bill[0], bill[1])
            for place, bill in enumerate(bills)
        )
    )


@pytest.mark.parametrize(
    ("bills", "grade"),
    [
        ([(100, 0), (100, 0), (100, 0)], "A"),
        ([(100, 0), (100, 0), (100, 21)], "B"),
        ([(100, 0), (100, 0), (101, 21)], "C"),
        ([(100, 30), (100, 30), (100, 30)], "C"),
        ([(100, 30), (100, 30), (100, 31)], "D"),
        ([(9_900, 0), (9_900, 0), (9_900, 0), (1, 60, True)], "B"),
        ([(9_900, 0), (9_900, 0), (9_900, 0), (1, 61, True)], "D"),
        ([(9_900, 0), (9_900, 0), (9_900, 0), (1, 61)], "B"),
        ([(100, 0), (100, 0)], None),
        ([(100, 0), (100, 0), (100, 61, True)], None),
        ([], None),
    ],
)
def test_grades(bills: Sequence[tuple[int, int]], grade: str | None) -> None:
    assert record(*bills).grade == grade


def test_what_is_overdue_still_is_told_apart_from_what_was_settled_late() -> None:
    paid = record((100, 0), (100, 3), (100, 9), (100, 5, True))
    assert (paid.settled, paid.settled_late, paid.overdue, paid.late) == (3, 2, 1, 3)


def test_the_average_weighs_each_bill_with_its_amount() -> None:
    # (300 × 10 + 100 × 0) ÷ 400 = 7.5 days
    paid = record((300, 10), (100, 0))
    assert (paid.average_late_hundredths, paid.late, paid.worst_days_late) == (750, 1, 10)
    assert record().average_late_hundredths is None


def test_a_bill_is_late_from_its_due_day_until_its_closing_money(desk: Company) -> None:
    order = desk.sell("C", date(2026, 1, 1), [("P", "2", "100")])  # due on the 31st of January
    desk.pay("C", date(2026, 1, 31), "60")
    desk.take_back(order, date(2026, 2, 1), "1")
    desk.pay("C", date(2026, 2, 10), "40")
    desk.setting("grace_days", "0", since=date(2026, 3, 1))
    on_time = desk.sell("C", date(2026, 3, 1), "30")
    desk.pay("C", date(2026, 3, 2), "30", on_time)
    desk.sell("C", date(2026, 5, 1), "10")  # due on the 31st of May, still open
    bills = payment_record(desk.ids["C"], TODAY).bills
    # Returns took 100.00 of the first one.
    assert [(bill.amount, bill.days_late, bill.settled_on is None) for bill in bills] == [
        (10_000, 10, False), (3_000, 0, False), (1_000, 30, True),
    ]  # fmt: skip
    then = payment_record(desk.ids["C"], date(2026, 3, 1)).bills
    assert [(bill.amount, bill.days_late, bill.settled_on) for bill in then] == [(10_000, 10, date(2026, 2, 10))]
    assert [bill.days_late for bill in payment_record(desk.ids["C"], date(2027, 2, 9)).bills] == [10, 0, 254]
    assert [bill.days_late for bill in payment_record(desk.ids["C"], date(2027, 2, 10)).bills] == [0, 255]


def test_a_reversal_later_does_not_change_what_was_known(desk: Company) -> None:
    desk.sell("C", date(2026, 1, 1), "100")
    receipt = desk.pay("C", date(2026, 2, 3), "100")
    desk.reverse(receipt, date(2026, 4, 1))
    desk.pay("C", date(2026, 5, 1), "100")
    known = payment_record(desk.ids["C"], date(2026, 3, 1)).bills
    assert [(bill.settled_on, bill.days_late) for bill in known] == [(date(2026, 2, 3), 3)]
    assert [bill.days_late for bill in payment_record(desk.ids["C"], TODAY).bills] == [90]


def test_suggested_terms_follow_the_grade() -> None:
    good, fair, late, bad = (record(*[(100, days)] * 3) for days in (0, 7, 30, 31))
    terms, revenue = CreditTerms(credit_days=30), (6 * 5_000_000, 6)
    # 50,000.00 a month × 45 ÷ 30 = 75,000.00
    of_each = [suggested(paid, terms, revenue) for paid in (good, fair, late, bad)]
    assert [(each.days, each.limit) for each in of_each] == [
        (45, 7_500_000), (30, 5_000_000), (15, 2_500_000), (0, 0),
    ]  # fmt: skip
    assert suggested(good, CreditTerms(credit_days=50), revenue).days == 60
    assert suggested(record(), terms, revenue).days == 0
    assert suggested(fair, terms, (6 * 5_012_345, 6)).limit == 5_000_000
    assert suggested(late, terms, revenue).template.format(**suggested(late, terms, revenue).values) == (
        "pays 30.00 days late on average: half the days"
    )


def test_a_suggested_limit_says_where_it_comes_from() -> None:
    good, fair, bad = (record(*[(100, days)] * 3) for days in (0, 7, 31))
    month, none, some = CreditTerms(credit_days=30), CreditTerms(), (6 * 5_000_000, 6)
    assert suggested(fair, none, some).about_limit == NO_DAYS
    assert suggested(good, month, (0, 6)).about_limit == NO_REVENUE
    assert suggested(good, month, (-100, 6)).about_limit == NO_REVENUE
    small = suggested(good, none, (6 * 100_000, 6))
    assert (small.days, small.limit) == (15, 0)
    assert small.about_limit.format(**small.values) == "limit 0: what it buys in 15 days is under 1,000.00"
    # "No credit" says it already, and of a limit there is nothing to say.
    assert [suggested(each, month, some).about_limit for each in (bad, record())] == ["", ""]
    raised = suggested(good, month, some)
    assert raised.about_limit.format(**raised.values) == "limit: what it buys in 45 days, of 50,000.00 a month"


def test_the_limit_comes_from_the_revenue_of_six_full_months(desk: Company) -> None:
    for month in range(1, 7):
        order = desk.sell("C", date(2026, month, 1), "60000")
        desk.pay("C", date(2026, month, 2), "60000", order)
    (row,) = payment_records(TODAY)
    # January to May are 300,000.00 of six full months: 50,000.00 a month, 45 days of it 75,000.00.
    assert (row.record.grade, row.suggestion.days, row.suggestion.limit) == ("A", 45, 7_500_000)


def test_the_twelve_months_end_on_the_day() -> None:
    assert record_since(date(2026, 6, 30)) == date(2025, 6, 30)
    assert record_since(date(2024, 2, 29)) == date(2023, 2, 28)
