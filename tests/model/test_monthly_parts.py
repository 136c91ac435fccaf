"""A period cut where months begin: nothing falls between two parts, and nothing into both."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from model.lost import lost_report
from model.margin import BY_LINES, margin
from model.monthly_parts import monthly_parts, summed
from tests.model.company import company

TODAY = date(2026, 3, 31)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2026, 1, 10), date(2026, 3, 20), 3),
        (date(1, 1, 1), date(9999, 12, 31), 3),
        (date(2026, 2, 3), date(2026, 2, 3), 1),
        (date(2020, 1, 1), date(2021, 1, 1), 1),
        (date(2030, 1, 1), date(2031, 1, 1), 1),
        (date(2026, 3, 2), date(2026, 1, 1), 1),
    ],
)
def test_the_parts_are_the_whole(tmp_path: Path, first: date, last: date, count: int) -> None:
    with company(tmp_path / "store", TODAY) as desk:
        desk.product("P")
        desk.customer("C", days=365, limit="100000")
        assert monthly_parts(first, last) == [(first, last)]
        for day in (date(2026, 1, 31), date(2026, 3, 5)):
            desk.sell("C", day, "100")
        parts = monthly_parts(first, last)
        assert len(parts) == count
        assert (parts[0][0], parts[-1][1]) == (first, last)
        assert all(begin == end + DAY for (_before, end), (begin, _after) in pairwise(parts))


def test_rows_of_the_same_key_are_one() -> None:
    read = {date(2026, 1, 1): [("a", "x", 1, 2), ("b", "x", 3, 4)], date(2026, 2, 1): [("a", "x", 10, 20)]}
    parts = [(day, day) for day in read]
    assert summed(parts, lambda first, _last: read[first], 2) == [("a", "x", 11, 22), ("b", "x", 3, 4)]


def test_a_report_by_lines_over_months_is_that_of_each_month_together(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as desk:
        desk.product("P", cost="60")
        desk.customer("C", days=365, limit="100000")
        for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 5)):
            desk.sell("C", day, "100")
        first = date(2026, 1, 1)
        for by in BY_LINES:
            report = margin(first, TODAY, by, TODAY)  # type: ignore[arg-type]
            [line] = report.rows
            assert (line.orders, line.revenue, line.cost) == (4, 40_000, 24_000) == (
                report.total.orders, report.total.revenue, report.total.cost,
            )  # fmt: skip
        lost = lost_report(first, TODAY, "product", TODAY)
        assert [(row.key, row.won, row.won_amount) for row in lost.rows] == [("P", 4, 40_000)]
