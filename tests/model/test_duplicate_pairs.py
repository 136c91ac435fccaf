"""All pairs of customers that are probably one are found in one reading of the cards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.changes.customers import AddCustomer
from model.changes.merging import MergeCustomers
from model.duplicate_pairs import cards_now, likely_pairs, scanned_pairs
from model.ids import new_id
from tests.model.company import Company, company

TODAY = date(2026, 3, 10)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        made.salesperson("S1")
        made.product("P")
        yield made


def add(desk: Company, code: str, name: str, phone: str = "", tax_id: str = "", retail: bool = False) -> None:
    desk.ids[code] = new_id()
    card = {"name": name, "phone": phone, "tax_id": tax_id}
    desk.do(AddCustomer(id=desk.ids[code], code=code, date=TODAY, card=card, retail=retail, owner=None))


def found() -> list[tuple[str, str, str]]:
    pairs, count = likely_pairs(scanned_pairs(TODAY), TODAY, 100)
    assert count == len(pairs)
    return [(pair.first.code, pair.second.code, pair.reason) for pair in pairs]


def test_what_is_alike_makes_a_pair_once_by_its_surest_reason(desk: Company) -> None:
    add(desk, "A", "中关村灯具有限公司", "138 0000 0001", "91110X")
    add(desk, "B", "中关村灯具", "+86 13800000001")
    add(desk, "C", "Haidian Cables", "010-62550001; 13900000002", "91110x")
    add(desk, "D", "Cables", "13900000002")
    add(desk, "W", "中关村灯具", "13800000001", retail=True)
    assert found() == [("A", "C", "tax_id"), ("A", "B", "phone"), ("C", "D", "phone")]


def test_many_that_are_alike_are_each_a_pair_with_the_first(desk: Company) -> None:
    for code in "ABC":
        add(desk, code, "Zhongguancun Light")
    assert found() == [("A", "B", "name"), ("A", "C", "name")]
    assert len(likely_pairs(scanned_pairs(TODAY), TODAY, 1)[0]) == 1


def test_a_merge_changes_what_a_scan_would_find(desk: Company) -> None:
    add(desk, "A", "Zhongguancun Light")
    add(desk, "B", "Zhongguancun Light Ltd")
    before = cards_now()
    desk.do(MergeCustomers(loser=desk.ids["B"], winner=desk.ids["A"], date=TODAY))
    assert cards_now() != before
    assert found() == []
