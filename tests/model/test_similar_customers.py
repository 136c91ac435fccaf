"""While a customer is typed, those that it may be already are found and ranked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.changes.customers import AddCustomer
from model.changes.editing import edit_of
from model.customers import Customer
from model.duplicates import REASON_NAMES, similar_customers
from model.ids import new_id
from tests.model.company import Company, company

TODAY = date(2026, 3, 10)
NAMES = {
    "C1": {"name": "北京华信恒业科技有限公司", "short_name": "华信恒业"},
    "C2": {"name": "北京联想中关村店", "phone": "010-62560001"},
    "C3": {"name": "中科蓝天信息技术有限公司", "tax_id": "91110108ma01x"},
    "C4": {"name": "北京天地数码科技有限公司"},
    "C5": {"name": "Haidian Cables Ltd"},
    "C6": {"name": "上海盛大贸易有限公司", "phone": "13800000001"},
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, TODAY) as made:
        for code, card in NAMES.items():
            made.ids[code] = new_id()
            made.do(AddCustomer(id=made.ids[code], code=code, date=TODAY, card=card))
        yield made


def codes(**typed: str) -> list[tuple[str, str]]:
    found = similar_customers(**typed)
    assert all(0 <= score <= 100 and reason in REASON_NAMES for _id, _code, _name, score, reason in found)
    assert [score for *_rest, score, _reason in found] == sorted((each[3] for each in found), reverse=True)
    return [(code, reason) for _id, code, _name, _score, reason in found]


def test_the_same_name_without_the_words_for_company_comes_first(desk: Company) -> None:
    assert codes(name="北京华信恒业科技")[0] == ("C1", "name")


def test_a_name_with_one_character_wrong_is_similar(desk: Company) -> None:
    assert codes(name="北京华信恒叶商贸有限公司")[0][0] == "C1"
    assert codes(name="北京华信恒业网络公司") == [("C1", "similar_name")]


def test_a_name_said_alike_is_found_though_no_character_is_the_same(desk: Company) -> None:
    assert codes(name="北京华鑫衡业科技有限公司")[0] == ("C1", "same_sound")


def test_a_short_name_counts(desk: Company) -> None:
    assert codes(name="华信恒业")[0] == ("C1", "name")


def test_city_and_trade_alone_make_nobody_similar(desk: Company) -> None:
    assert codes(name="北京远航科技有限公司") == []


def test_numbers_find_whatever_the_name_is(desk: Company) -> None:
    assert codes(phone="62560001") == []
    assert codes(name="别的公司", phone="010 6256-0001") == [("C2", "phone")]
    assert codes(name="某某", tax_id="91110108MA01X") == [("C3", "tax_id")]
    assert codes(phone="+86 138 0000 0001") == [("C6", "phone")]


def test_latin_names_are_compared_too(desk: Company) -> None:
    assert codes(name="Haidian Cable")[0][0] == "C5"


def test_nothing_typed_finds_nothing_and_there_are_no_more_than_asked_for(desk: Company) -> None:
    assert codes() == []
    assert len(similar_customers(name="北京华信恒业科技", phone="13800000001", limit=1)) == 1


def test_who_is_closed_is_left_out(desk: Company) -> None:
    args = edit_of(Customer.get_by_id(desk.ids["C1"]), {"closed_on": TODAY.isoformat()})
    assert args is not None
    desk.do(args)
    assert similar_customers(name="北京华信恒业科技", day=TODAY) == []
