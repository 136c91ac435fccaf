"""Repeat rate, retention and cohorts, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.repeat import CohortMonth, Repeat, cohorts, repeat_by_customer, repeat_rate, retention
from tests.model.company import Company, company

TODAY = date(2026, 6, 15)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.product("P")
        for code in ("A", "B", "C", "W"):
            made.customer(code, days=30, limit="100000", retail=code == "W")
        yield made


def test_two_days_in_the_period_are_a_repeat_and_two_orders_on_one_day_are_not(desk: Company) -> None:
    assert repeat_rate(*MARCH, TODAY) == Repeat(0, 0)
    assert repeat_rate(*MARCH, TODAY).rate_bp is None
    for customer, *days in (("A", 1, 31), ("B", 10, 10), ("C", 5), ("W", 3, 4)):
        for day in days:
            desk.sell(str(customer), date(2026, 3, int(day)), "100", paid="100")
    # Outside of the period, and a trade that did not stay.
    desk.sell("C", date(2026, 4, 1), "100", paid="100")
    desk.cancel(desk.sell("B", date(2026, 3, 20), "100"), date(2026, 4, 2))
    found = repeat_rate(*MARCH, TODAY)
    assert (found, found.rate_bp) == (Repeat(4, 2), 5_000)
    assert repeat_rate(*MARCH, date(2026, 4, 1)) == Repeat(4, 3)
    assert repeat_rate(MARCH[0], TODAY, TODAY) == Repeat(4, 3)
    days = {code: repeat_by_customer(*MARCH, TODAY)[desk.ids[code]] for code in "ABCW"}
    assert days == {"A": 2, "B": 1, "C": 1, "W": 2}


def test_cohorts_and_retention_month_by_month(desk: Company) -> None:
    for customer, *months in (("A", 3, 4, 6), ("B", 3, 5), ("C", 4, 5, 6)):
        for month in months:
            desk.sell(str(customer), date(2026, int(month), 2), "100", paid="100")
    assert cohorts(TODAY) == [
        CohortMonth("2026-03", "2026-03", 2, 2), CohortMonth("2026-03", "2026-04", 2, 1),
        CohortMonth("2026-03", "2026-05", 2, 1), CohortMonth("2026-03", "2026-06", 2, 1),
        CohortMonth("2026-04", "2026-04", 1, 1), CohortMonth("2026-04", "2026-05", 1, 1),
        CohortMonth("2026-04", "2026-06", 1, 1),
    ]  # fmt: skip
    assert [row.retention_bp for row in cohorts(TODAY)[:2]] == [10_000, 5_000]
    assert cohorts(TODAY, "2026-04") == cohorts(TODAY)[4:]
    # Of A and B in March, A in April; of A and C in April, C in May; of B and C in May, C in June.
    months = [(row.month, row.customers, row.retained) for row in retention("2026-03", "2026-06", TODAY)]
    assert months == [("2026-03", 2, 1), ("2026-04", 2, 1), ("2026-05", 2, 1)]
    # As of an earlier day, from the documents.
    assert cohorts(date(2026, 4, 30)) == [
        CohortMonth("2026-03", "2026-03", 2, 2), CohortMonth("2026-03", "2026-04", 2, 1),
        CohortMonth("2026-04", "2026-04", 1, 1),
    ]  # fmt: skip
