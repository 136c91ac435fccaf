"""What a person types finds whom they mean, from one letter on, and nothing typed is ever an error."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from model import search
from model.customers import Assignment, Customer
from model.ids import new_id
from model.orders import Order
from model.people import Salesperson
from model.pinyin import cuts
from model.products import Product
from model.search import find_customers, find_products, index_customers, index_products, matching_customer_ids_sql
from model.store import Store, execute, open_store, rows

POLYPHONIC_WORDS = Path(__file__).parents[2] / "../shared/data/chinese/words_polyphonic.csv"
DAY = date(2026, 3, 2)
_numbers = count(1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(tmp_path_factory.mktemp("store"), create=True)


@pytest.fixture
def company(store: Store) -> Iterator[None]:
    """A store of a few customers and products, left as it was found."""
    with store.use(), store.database.atomic() as transaction:
        customer("C000101", "北京联想中关村科技有限公司", "联想中关村", phone="010-62551234 / 10012345678")
        customer("C000102", "重庆长安数码商贸有限公司", "长安数码")
        customer("C000103", "Land of Toys Inc.", "Toys")
        customer("K9-AB/7", "TCL（廊坊）电脑　经营部", "TCL廊坊")
        product("P-2070", "LaserJet M2070 黑色", "惠普", "打印机")
        product("P-0001", "ThinkPad X1 Carbon", "联想", "笔记本电脑")
        product("P-0002", "ThinkPad E14", "联想", "笔记本电脑", active=False)
        yield
        transaction.rollback()


def customer(code: str, name: str, short_name: str, *, phone: str = "", last_trade: str | None = None) -> Customer:
    made = Customer.create(id=new_id(), code=code, name=name, short_name=short_name, phone=phone)
    execute("INSERT INTO customer_total VALUES (?, 0, 0, ?, ?, NULL, '')", (made.id, last_trade, last_trade))
    index_customers([made])
    return made


def product(code: str, name: str, brand: str, category: str, *, active: bool = True) -> Product:
    made = Product.create(id=new_id(), code=code, name=name, brand=brand, category=category, active=active)
    index_products([made])
    return made


def salesperson(name: str) -> bytes:
    person = new_id()
    Salesperson.create(id=person, code=f"S{next(_numbers)}", name=name, role="sales", team="", active=True)
    return person


def order(of: Customer, number: str) -> None:
    Order.create(
        id=new_id(), number=number, customer=of.id, state="confirmed", date=DAY, first_date=DAY, decided_on=DAY,
        amount=0, due_date=DAY, change_uid=new_id(),
    )  # fmt: skip


def codes(text: str) -> list[str]:
    """The codes found, after checking that the list's filter finds the same customers."""
    found = [each.code for each in find_customers(text, day=DAY)]
    query, parameters = matching_customer_ids_sql(text)
    listed = rows(f"SELECT code FROM customer WHERE customer.id IN ({query})", parameters)
    assert sorted(found) == sorted(code for (code,) in listed)
    return found


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    "typed",
    [
        "C000101", "c000101", "000101", "0101", "联", "中关", "联想中关村", "关村科技", "有限 联想", "l",
        "lxzg", "LXZG", "zgc",
        "bjlx", "lian", "lianx", "lianxi", "lianxiang", "zhongg", "lianxiangzhongguancun", "guancunkeji", "lianxzg",
        "lxzhong",
        "联想zgc", "lx 中关", "6255", "62551234", "01062551234", "1234", "5678", "10012345678", "100 1234", "ｌｘｚｇ",
        "beijinglianxiangzhongguancunkejiyouxiangongsi",
    ],
)  # fmt: skip
def test_a_customer_is_found_by_all_that_people_type(typed: str) -> None:
    if typed == "100 1234":
        assert codes(typed) == ["C000101"]
    assert "C000101" in codes(typed)


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("typed", ["land", "toy", "lot", "loti", "land inc", "Land of Toys", "ti"])
def test_a_latin_name_is_found_by_its_words_and_their_initials(typed: str) -> None:
    assert codes(typed) == ["C000103"]


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    "typed",
    ["tcl", "TCL廊", "tcllf", "廊坊电脑", "（廊坊）", "坊）电", "tcllangfang", "lfdn", "K9-AB", "k9ab7", "ab/7"],
)
def test_punctuation_and_mixed_writing_do_not_hide_a_customer(typed: str) -> None:
    assert codes(typed) == ["K9-AB/7"]


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("typed", ["", "  ", "!!", "😀", '"', "lxzgx", "联想长安", "AND", "xyz NEAR("])
def test_what_nobody_has_finds_nobody(typed: str) -> None:
    assert find_customers(typed, day=DAY) == []
    query, parameters = matching_customer_ids_sql(typed)
    assert len(rows(query, parameters)) == (0 if typed.strip() else 4)


def polyphonic_words() -> list[tuple[str, str]]:
    if not POLYPHONIC_WORDS.exists():
        return []
    with POLYPHONIC_WORDS.open(encoding="utf-8") as file:
        return [
            (row["word"], initials.lower())
            for row in csv.DictReader(file)
            for initials in row["initials"].split("/")
            if initials
        ]


@pytest.mark.skipif(not POLYPHONIC_WORDS.exists(), reason="the shared list of words read in several ways is not here")
@pytest.mark.usefixtures("company")
def test_every_attested_reading_of_a_word_finds_it() -> None:
    words = polyphonic_words()
    assert words
    for word, initials in words:
        before = customer(f"W{next(_numbers)}", f"天津{word}伟业贸易有限公司", word)
        alone = [each.code for each in find_customers(initials, limit=500, day=DAY)]
        inside = [each.code for each in find_customers(initials + "wy", limit=500, day=DAY)]
        assert before.code in alone, (word, initials)
        assert before.code in inside, (word, initials)


@pytest.mark.usefixtures("company")
def test_a_name_of_many_readings_is_found_as_the_dictionary_says_it() -> None:
    # Every character has several readings: all combinations together would be thousands.
    made = customer("C7", "长乐重行朝藏单调都会长重", "")
    usual = "".join(syllable[0] for syllable in lazy_pinyin(made.name))
    assert "C7" in codes(usual)


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("typed", ["lvliang", "luliang", "lyuliang", "ll"])
def test_the_u_with_dots_may_be_typed_in_each_common_way(typed: str) -> None:
    customer("C8", "吕梁数码", "")
    assert "C8" in codes(typed)


@pytest.mark.usefixtures("company")
def test_exact_comes_first_then_ones_own_then_the_latest() -> None:
    mine, other = salesperson("王经理"), salesperson("李经理")
    old = customer("D1", "恒通甲", "恒通甲", last_trade="2024-01-01")
    own = customer("D2", "恒通乙", "恒通乙", last_trade="2023-01-01")
    new = customer("D3", "恒通丙", "恒通丙", last_trade="2026-01-01")
    never = customer("D0", "恒通丁", "恒通丁")
    once = customer("D4", "恒通戊", "恒通", last_trade="2020-01-01")
    for whose, owner in ((own, mine), (new, other)):
        Assignment.create(customer=whose.id, from_date=date(2020, 1, 1), owner=owner)
    Assignment.create(customer=old.id, from_date=date(2020, 1, 1), to_date=DAY, owner=mine, ended_by="office")

    found = find_customers("恒通", person=mine, day=DAY)

    assert [each.code for each in found] == [once.code, own.code, new.code, old.code, never.code]
    assert [each.owner_name for each in found] == ["", "王经理", "李经理", "", ""]
    assert found[1].last_trade == date(2023, 1, 1)
    assert [each.code for each in find_customers("恒通", person=mine, day=DAY, limit=2)] == ["D4", "D2"]


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(("fetched", "ranked"), [(1_000, 20), (0, 20)])
def test_the_order_holds_where_very_many_match(monkeypatch: pytest.MonkeyPatch, fetched: int, ranked: int) -> None:
    mine = salesperson("王经理")
    for place in range(60):
        made = customer(f"E{place:03d}", f"恒通{place}号", "", last_trade=f"20{20 + place % 5}-01-{1 + place % 28:02d}")
        if place % 20 == 7:
            Assignment.create(customer=made.id, from_date=date(2020, 1, 1), owner=mine)
    few = [each.code for each in find_customers("恒", person=mine, day=DAY)]
    monkeypatch.setattr(search, "FETCHED_MATCHES", fetched)
    monkeypatch.setattr(search, "RANKED_MATCHES", ranked)
    many = [each.code for each in find_customers("恒", person=mine, day=DAY)]
    assert set(many[:3]) == {"E007", "E027", "E047"}
    assert [each.last_trade for each in find_customers("恒", person=mine, day=DAY)][3:] == [
        Customer.get(Customer.code == code) and _last_trade(code) for code in few[3:]
    ]


def _last_trade(code: str) -> date:
    [(day,)] = rows(
        "SELECT last_trade FROM customer_total t JOIN customer c ON c.id = t.customer_id WHERE code = ?", (code,)
    )
    return date.fromisoformat(day)


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("typed", ["XJ-000777", "xj-000777", "XJ-00", "XJ-000"])
def test_the_number_of_a_past_order_finds_its_customer(typed: str) -> None:
    made = customer("D9", "瑞丰", "瑞丰")
    order(made, "XJ-000777")
    order(made, "XJ-000778")
    assert codes(typed) == ["D9"]


@pytest.mark.usefixtures("company")
def test_a_renamed_customer_is_found_by_the_new_name_only_and_a_forgotten_one_not_at_all() -> None:
    made = customer("D5", "九州通讯", "九州", phone="10000004321")
    made.name, made.short_name = "银河通讯", "银河"
    made.save()
    index_customers([made])
    assert codes("jiuzhou") == []
    assert codes("yhtx") == ["D5"]
    search.forget_customers([made.id])
    assert codes("yhtx") == codes("4321") == []


@pytest.mark.usefixtures("company")
def test_the_index_made_anew_finds_the_same() -> None:
    execute("DELETE FROM customer_search")
    assert codes("lxzg") == []
    search.rebuild()
    assert codes("lxzg") == ["C000101"]
    assert [each.code for each in find_products("m2070")] == ["P-2070"]


@pytest.mark.usefixtures("company")
def test_a_customer_closed_by_the_day_is_told() -> None:
    made = customer("D6", "博远", "博远")
    made.closed_on = DAY
    made.save()
    assert [each.closed for each in find_customers("博远", day=DAY)] == [True]
    assert [each.closed for each in find_customers("博远", day=date(2026, 3, 1))] == [False]


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    "typed",
    ["M2070", "m20", "2070", "070", "hp", "惠普 m2070", "dyj", "dayinji", "laser", "jet", "P-2070", "黑色", "hs"],
)
def test_a_product_is_found_by_model_fragments_brand_category_and_pinyin(typed: str) -> None:
    assert [each.code for each in find_products(typed)] == ["P-2070"]


@pytest.mark.usefixtures("company")
def test_products_sold_no_longer_come_last_and_the_customers_usual_ones_first() -> None:
    buyer = customer("D7", "卓越", "卓越")
    usual = product("P-0009", "ThinkPad T14", "联想", "笔记本电脑")
    assert [each.code for each in find_products("thinkpad")] == ["P-0001", "P-0009", "P-0002"]
    order(buyer, "Q-1")
    [(order_id,)] = rows("SELECT id FROM orders WHERE number = 'Q-1'")
    execute(
        "INSERT INTO order_line (order_id, line, product_id, quantity_e3, price_e4, discount_bp, amount, tax_rate_bp)"
        " VALUES (?, 1, ?, 1000, 0, 0, 0, 0)",
        (order_id, usual.id),
    )
    assert [each.code for each in find_products("thinkpad", customer=buyer.id)] == ["P-0009", "P-0001", "P-0002"]
    assert [each.active for each in find_products("thinkpad")] == [True, True, False]
    assert find_products("P-0002")[0].code == "P-0002"


@pytest.mark.usefixtures("company")
def test_a_server_without_the_index_answers_from_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "searches_by_index", lambda: False)
    assert codes("关村") == codes("c000101") == codes("6255") == codes("关村 010") == ["C000101"]
    assert codes("50%_") == codes("!!") == []
    assert [each.code for each in find_products("m2070")] == ["P-2070"]


def test_letters_are_cut_into_syllables_and_initials() -> None:
    assert next([piece.initial for piece in way] for way in cuts("lianxzg")) == ["l", "x", "z", "g"]
    assert any([piece.syllables for piece in way[:2]] == [("xi",), ("an",)] for way in cuts("xian"))
    assert cuts("lxg") == []


# Characters of everyday names, many of them read in several ways.
CHINESE = "联想中关村北京重庆长安乐都行单会朝阳吕绿安西恩欧儿大厦数码科技有限公司"
texts = (
    st.text()
    | st.text(alphabet="\"*():^-+{}[]'\\/%_ ANDORNEAR联x1\x00😀")
    | st.text(alphabet="aeioughnxz", max_size=60)
)


@given(text=texts)
@pytest.mark.usefixtures("company")
def test_nothing_typed_is_an_error(text: str) -> None:
    for typed in (text, text * 200):
        find_customers(typed, day=DAY)
        find_products(typed)
        query, parameters = matching_customer_ids_sql(typed)
        rows(query, parameters)


@pytest.mark.usefixtures("company")
def test_half_a_character_and_ten_thousand_of_them_are_no_error() -> None:
    for typed in ("\ud800联想", "联" * 10_000, "xian" * 2_500, "a " * 5_000, "1" * 10_000):
        find_customers(typed, day=DAY)
        find_products(typed)
    assert "C000101" in codes("\ud800联想")


@given(
    code=st.from_regex(r"[A-Z][A-Z0-9/-]{0,9}[0-9]", fullmatch=True),
    name=st.text(CHINESE, min_size=2, max_size=14),
    data=st.data(),
    phone=st.from_regex(r"1[0-9]{10}", fullmatch=True),
)
def test_any_customer_is_found_by_every_part_of_it(
    store: Store, code: str, name: str, phone: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    short_name = name[start:end]
    said = lazy_pinyin(short_name)
    with store.use(), store.database.atomic() as transaction:
        made = customer(code, name, short_name, phone=phone)
        typed = [code[:length] for length in range(1, len(code) + 1)]
        typed += [short_name, "".join(syllable[0] for syllable in said), "".join(said), phone, phone[-4:], name]
        typed += ["".join(said[:-1]) + said[-1][0], " ".join(said)]
        for each in typed:
            assert [found.id for found in find_customers(each, day=DAY)] == [made.id], each
        transaction.rollback()
