"""All pairs of customers that are probably one are found in one reading of the cards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.changes.customers import AddCustomer
from model.changes.keeping_apart import KeepApart
from model.changes.merging import MergeCustomers
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.duplicate_pairs import cards_now, likely_pairs, pairs_kept_apart, scanned_pairs
from model.errors import InputError, Refused
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


def keep_apart(desk: Company, one: str, other: str, apart: bool = True, by: str | None = None) -> None:
    desk.do(
        KeepApart(id=new_id(), customer=desk.ids[one], other=desk.ids[other], reason="name", apart=apart),
        by,
    )


def kept_apart() -> list[tuple[str, str]]:
    return [(pair.first.code, pair.second.code) for pair in pairs_kept_apart(TODAY, 100)[0]]


def test_a_pair_that_is_two_customers_is_offered_no_more_until_that_is_taken_back(desk: Company) -> None:
    for code in "ABC":
        add(desk, code, "Zhongguancun Light")
    keep_apart(desk, "B", "A")
    assert (found(), kept_apart()) == ([("A", "C", "name")], [("A", "B")])
    # Once more says the same, and there is nothing of it to take back.
    keep_apart(desk, "A", "B")
    assert kept_apart() == [("A", "B")]
    desk.do(UndoChange(uid=last_undoable(None).uid))
    assert (found(), kept_apart()) == ([("A", "B", "name"), ("A", "C", "name")], [])


def test_what_was_kept_apart_may_be_asked_about_again_and_that_is_undone_too(desk: Company) -> None:
    for code in "AB":
        add(desk, code, "Zhongguancun Light")
    with pytest.raises(Refused, match="Nobody keeps A and B apart"):
        keep_apart(desk, "A", "B", apart=False)
    keep_apart(desk, "B", "A")
    keep_apart(desk, "A", "B", apart=False)
    assert (found(), kept_apart()) == ([("A", "B", "name")], [])
    desk.do(UndoChange(uid=last_undoable(None).uid))
    assert (found(), kept_apart()) == ([], [("A", "B")])


def test_a_merge_carries_along_from_whom_a_customer_is_kept_apart(desk: Company) -> None:
    for code in "ABC":
        add(desk, code, "Zhongguancun Light")
    keep_apart(desk, "C", "A")
    desk.do(MergeCustomers(loser=desk.ids["C"], winner=desk.ids["B"], date=TODAY))
    assert (found(), kept_apart()) == ([], [("A", "B")])


def test_only_who_may_merge_keeps_two_apart_and_only_two(desk: Company) -> None:
    for code in "AB":
        add(desk, code, "Zhongguancun Light")
    with pytest.raises(Refused, match="Your role may not merge customers"):
        keep_apart(desk, "A", "B", by="S1")
    with pytest.raises(Refused, match="A is one customer"):
        keep_apart(desk, "A", "A")
    with pytest.raises(InputError, match="in common"):
        desk.do(KeepApart(id=new_id(), customer=desk.ids["A"], other=desk.ids["B"], reason="gut"))
