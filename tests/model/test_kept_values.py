"""Values that are kept for a screen: reckoned once, the same as the report's, and new when something was written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from model import kept_values as kept_values_module
from model.giving_up import GivenUp
from model.kept_values import kept_value_of, kept_values, quarter_sums, refresh_values, values_as_of
from model.value import value_report
from tests.model.company import company

TODAY = date(2026, 3, 31)


def test_kept_values_are_the_reports_until_something_is_written(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as desk:
        desk.product("P", cost="60")
        for code, amount in (("A", "100"), ("B", "300"), ("C", "200")):
            desk.customer(code, days=365, limit="100000")
            desk.sell(code, date(2026, 2, 1), amount)
        assert values_as_of() is None
        assert kept_values() == []
        assert refresh_values(TODAY)
        assert not refresh_values(TODAY)
        assert values_as_of() == TODAY
        by_code = {row.code: row for row in value_report(TODAY).rows}
        assert [row.code for row in kept_values()] == ["B", "C", "A"]
        assert {row.code: row for row in kept_values("potential")} == by_code
        assert [row.code for row in kept_values(quarter="high-high")] == ["B"]
        assert [row.code for row in kept_values(first=1, count=1)] == ["C"]
        assert kept_value_of(by_code["A"].id) == by_code["A"]
        both, *_mixed, neither = quarter_sums()
        assert (both.quarter, both.customers, both.value) == ("high-high", 1, 24_000)
        assert (neither.customers, neither.potential) == (2, 18_000)

        desk.sell("A", date(2026, 3, 1), "900")
        assert [row.code for row in kept_values()] == ["B", "C", "A"]
        assert refresh_values(TODAY)
        assert [row.code for row in kept_values()] == ["A", "B", "C"]


def test_who_is_blacklisted_is_told_from_the_others(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as desk:
        desk.product("P", cost="60")
        for code in "ABC":
            desk.customer(code, days=365, limit="100000")
            desk.sell(code, date(2026, 2, 1), "100")
            desk.blacklist(code, date(2026, 3, 1), blacklisted=code != "A")
        desk.blacklist("C", date(2026, 3, 30), blacklisted=False)
        refresh_values(TODAY)
        assert [row.code for row in kept_values() if row.blacklisted] == ["B"]
        assert [row.code for row in value_report(TODAY).rows if row.blacklisted] == ["B"]


def test_who_waits_for_another_thread_to_reckon_them_may_give_up(tmp_path: Path) -> None:
    with company(tmp_path, TODAY):
        with kept_values_module._reckoning, pytest.raises(GivenUp):
            refresh_values(TODAY, cancelled=lambda: True)
        assert refresh_values(TODAY)
