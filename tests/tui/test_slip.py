"""The slip of an order fits its paper, says every figure rightly, and is printed by a key or a command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widgets import Input

from model.changes.company import AddProduct
from model.changes.customers import AddCustomer
from model.changes.documents import next_number
from model.changes.orders import LineArgs, OrderRecorded, RecordOrder
from model.errors import Refused
from model.ids import new_id
from model.money import LARGEST_AMOUNT_MINOR, LARGEST_PRICE_E4, LARGEST_QUANTITY_E3
from model.paper import Slip, SlipLine, slip
from model.store import open_store
from tests.model.company import Company, company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.order_desk import OrderDesk, distributor, pressed, ready, said, type_keys
from tests.tui.test_archive import ArchiveDesk, id_of, settle
from tests.tui.test_archive import fill as archive_company
from tests.tui.waiting import until
from tui import keymap, locale
from tui.order_entry.aside_list import AsideList
from tui.paper import printing
from tui.paper.sheet import PAPER_CELLS, sheet_html, sheet_text, wrapped, write_sheet
from tui.paper.slip import sheet_of_slip
from tui.shared.ask import AskText
from tui.shared.export import free_path

pytestmark = pytest.mark.usefixtures("english")

LONG_NAME = "联想ThinkPad超极本十四英寸商务办公笔记本电脑标准版三年上门保修（含鼠标与电脑包）"
LONG_CUSTOMER = "北京中关村海龙大厦二层东区第一百二十八号联合众诚计算机系统集成技术服务有限责任公司第三分公司"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Company]:
    """A company in use with a customer of a long name and two products, of 13 % and of 9 % tax."""
    with company(tmp_path / "store", TODAY) as desk:
        desk.setting("company_name", "北京活客科贸有限公司")
        desk.salesperson("LI")
        for code, name, rate in (("X1", LONG_NAME, 1300), ("P<2>", "墨盒 & 墨粉", 900)):
            desk.ids[code] = new_id()
            desk.do(
                AddProduct(
                    id=desk.ids[code], code=code, name=name, date=date(2020, 1, 1), unit="台", price_e4=0,
                    tax_rate_bp=rate,
                )
            )  # fmt: skip
        desk.ids["C1"] = new_id()
        card = {"name": LONG_CUSTOMER, "contact": "王芳", "phone": "010-62511234", "address": LONG_CUSTOMER * 2}
        desk.do(AddCustomer(id=desk.ids["C1"], code="C1", date=date(2020, 1, 1), card=card, owner=desk.ids["LI"]))
        desk.terms("C1", days=30, limit="100000", since=date(2020, 1, 1))
        yield desk


def ordered(desk: Company, *, quote: bool = False) -> OrderRecorded:
    """3 × 4,999.995 less 10 % = 13,499.99 (13 % tax) and 2.5 × 40 = 100.00 (9 % tax)."""
    recorded: OrderRecorded = desk.do(
        RecordOrder(
            id=new_id(), number=next_number(), customer=desk.ids["C1"], date=date(2026, 3, 2), maker=desk.ids["LI"],
            quote=quote, valid_until=date(2026, 3, 20) if quote else None,
            lines=(
                LineArgs(line=1, product=desk.ids["X1"], quantity_e3=3000, price_e4=49_999_950, discount_bp=1000),
                LineArgs(line=2, product=desk.ids["P<2>"], quantity_e3=2500, price_e4=400_000),
            ),
        )
    )  # fmt: skip
    return recorded


def slip_of(recorded: OrderRecorded) -> Slip:
    return slip(recorded.id, TODAY)


def slip_text(found: Slip) -> str:
    return sheet_text(sheet_of_slip(found))


def slip_html(found: Slip) -> str:
    return sheet_html(sheet_of_slip(found))


def without_blanks(text: str) -> str:
    return "".join(text.split())


def test_the_sums_of_a_slip(made: Company) -> None:
    order = ordered(made)
    made.pay("C1", date(2026, 3, 5), "3599.99", order)
    found = slip_of(order)
    assert (found.title, found.mark) == ("sale", "")
    assert [line.amount for line in found.lines] == [1_349_999, 10_000]
    # 13,499.99 × 13/113 = 1,553.096 and 100 × 9/109 = 8.257
    assert [line.tax for line in found.lines] == [155_310, 826]
    assert (found.total, found.tax) == (1_359_999, 156_136)
    assert (found.settled, found.open) == (359_999, 1_000_000)
    assert found.due_date == date(2026, 4, 1)
    assert found.capitals == "人民币壹万叁仟伍佰玖拾玖元玖角玖分"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_fits_the_paper_and_cuts_nothing(made: Company, language: locale.Language) -> None:
    found = slip_of(ordered(made))
    locale.use(language)
    lines = slip_text(found).splitlines()
    assert all(cell_len(line) <= PAPER_CELLS for line in lines)
    assert max(map(cell_len, lines)) == PAPER_CELLS
    assert all(line == line.rstrip() for line in lines)
    assert not any(0x2500 <= ord(character) <= 0x259F for line in lines for character in line)
    # A name that goes on in the next line stands there in the column of its own.
    first = next(at for at, line in enumerate(lines) if "X1" in line)
    last = next(at for at, line in enumerate(lines) if "P<2>" in line)
    begin = lines[first].index("X1")
    assert without_blanks(lines[first])[:3] == "1X1"
    column = "".join(_column(line, begin, begin + name_cells(lines[first], begin)) for line in lines[first:last])
    assert without_blanks(LONG_NAME) in without_blanks(column)
    assert without_blanks(LONG_CUSTOMER * 2) in without_blanks("".join(lines))
    assert [line for line in lines if line.endswith(" 13,499.99")]


def name_cells(line: str, begin: int) -> int:
    """How wide the column of the product is: up to the quantity of the first line."""
    return cell_len(line[: line.rindex(" 3 ")]) - begin


def _column(line: str, begin: int, end: int) -> str:
    """What stands in some cells of a line."""
    found, at = "", 0
    for character in line:
        if begin <= at < end:
            found += character
        at += cell_len(character)
    return found


def test_the_figures_stand_on_the_text(made: Company) -> None:
    text = slip_text(slip_of(ordered(made)))
    for said_ in (
        "北京活客科贸有限公司", "Sales slip", "Number: A-000001", "Date: 2026-03-02", "Contact: 王芳",
        "Salesperson: Person LI", "Due: 2026-04-01", "4999.995", "10%", "Total: 13,599.99", "Of which tax: 1,561.36",
        "Total in words: 人民币壹万叁仟伍佰玖拾玖元玖角玖分", "Paid or offset so far: 0.00", "Still open: 13,599.99",
        "Received by: ____",
    ):  # fmt: skip
        assert text.count(said_) == 1, said_


def test_a_quote_says_until_when_it_holds_and_owes_nothing(made: Company) -> None:
    quote = ordered(made, quote=True)
    text = slip_text(slip_of(quote))
    assert "Quotation" in text
    assert "Valid until: 2026-03-20" in text
    assert "*** expired ***" in text
    assert "Still open" not in text
    assert slip(quote.id, date(2026, 3, 20)).mark == ""


def test_a_held_order_is_marked_not_released(made: Company) -> None:
    made.terms("C1", days=30, limit="10", since=date(2026, 1, 1))
    text = slip_text(slip_of(ordered(made)))
    assert "*** not released ***" in text
    assert "Due:" not in text


def test_a_return_names_its_order(made: Company) -> None:
    order = ordered(made)
    text = slip_text(slip_of(made.take_back(order, date(2026, 3, 10), "1")))
    assert "Return slip" in text
    assert f"Returns goods of: {order.number}" in text
    assert "Total: 4,500.00" in text
    assert "Offset so far: 4,500.00" in text


def test_an_order_that_ended_is_marked(made: Company) -> None:
    order = ordered(made)
    made.cancel(order, date(2026, 3, 3))
    assert "*** cancelled ***" in slip_text(slip_of(order))


@given(
    names=st.lists(st.text(max_size=90), min_size=1, max_size=4),
    unit=st.text(max_size=20),
    quantity_e3=st.integers(1, LARGEST_QUANTITY_E3),
    price_e4=st.integers(0, LARGEST_PRICE_E4),
    amount=st.integers(0, LARGEST_AMOUNT_MINOR),
)
def test_whatever_is_sold_fits_the_paper(
    names: list[str], unit: str, quantity_e3: int, price_e4: int, amount: int
) -> None:
    found = replace(
        PLAIN,
        company=names[0], customer=names[-1], contact=names[0], phone=names[-1],
        lines=tuple(
            SlipLine(at, "P", name, unit, quantity_e3, price_e4, 1025, amount, 0) for at, name in enumerate(names)
        ),
    )  # fmt: skip
    assert all(cell_len(line) <= PAPER_CELLS for line in slip_text(found).split("\n"))


PLAIN = Slip(
    company="", title="sale", mark="", number="A-1", day=TODAY, returns="", customer_code="C", customer="", contact="",
    phone="", address="", salesperson="", lines=(), total=0, capitals="", tax=0, settled=None, open=None,
    due_date=None, valid_until=None,
)  # fmt: skip


def test_words_are_broken_at_blanks_and_characters_anywhere() -> None:
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("中关村a店", 4) == ["中关", "村a", "店"]
    assert wrapped("P1 中关村大街", 8) == ["P1 中关", "村大街"]
    assert wrapped("", 4) == [""]


def test_the_page_escapes_what_people_typed(made: Company) -> None:
    page = slip_html(replace(slip_of(ordered(made)), company='<script>alert("x")</script>', phone="\x1b[2J"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "P&lt;2&gt; 墨盒 &amp; 墨粉" in page
    assert "\x1b" not in page
    assert "13,599.99" in page
    assert "http" not in page


def test_a_slip_replaces_no_file(made: Company, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("mine")
    with pytest.raises(Refused, match="there already"):
        write_sheet(sheet_of_slip(slip_of(ordered(made))), path, html=False)
    assert path.read_text() == "mine"
    with pytest.raises(Refused, match="cannot be written"):
        write_sheet(sheet_of_slip(PLAIN), path / "inside.txt", html=False)
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a.txt"]


def test_a_slip_printed_again_gets_a_name_of_its_own(tmp_path: Path) -> None:
    assert free_path("A/1", tmp_path, ".txt") == tmp_path / "A-1.txt"
    (tmp_path / "A-1.txt").touch()
    assert free_path("A/1", tmp_path, ".txt") == tmp_path / "A-1-2.txt"


# With keys -------------------------------------------------------------------------------------


async def test_p_in_the_archive_writes_the_slip_of_the_highlighted_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "SLIPS_FOLDER", tmp_path / "slips")
    with small_company(tmp_path / "store", archive_company, me="S1") as (store, _company):
        app = ArchiveDesk(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            app.archive.show_customer(id_of(store, "C1"))
            await settle(pilot)
            document = app.archive.document
            assert document is not None
            assert app.archive.why_not("archive.print_slip") == ""
            await pilot.press("p")
            await until(pilot, lambda: isinstance(app.screen, AskText))
            path = tmp_path / "slips" / f"{document.number}.txt"
            assert app.screen.query_one(Input).value == str(path)
            await pilot.press("enter")
            await until(pilot, lambda: app.said() == f"The slip of {document.number} is in {path}.")
            assert f"Number: {document.number}" in path.read_text(encoding="utf-8")


async def test_ctrl_b_prints_the_order_just_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SLIPS_FOLDER", tmp_path / "slips")
    keymap.load_own_keys(tmp_path / "none.toml")
    distributor(tmp_path / "store")
    app = OrderDesk(open_store(tmp_path / "store"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        assert screen.why_not("order.print_slip") == "Confirm the order first: then its slip can be printed."
        await type_keys(pilot, "C001", "enter", "M2070*1", "enter", "f10")
        number = said(screen).split()[0]
        await pilot.press(*pressed("ctrl+b"))
        await until(pilot, lambda: isinstance(app.screen, AskText))
        page = tmp_path / "page.html"
        app.screen.query_one(Input).value = str(page)
        await pilot.press("enter")
        await until(pilot, lambda: said(screen) == f"The slip of {number} is in {page}.")
        assert number in page.read_text(encoding="utf-8")
    app.session.store.close()


async def test_p_prints_the_held_order_of_the_card_and_the_quote_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slips = tmp_path / "slips"
    monkeypatch.setattr(printing, "SLIPS_FOLDER", slips)
    keymap.load_own_keys(tmp_path / "none.toml")
    distributor(tmp_path / "store")
    app = OrderDesk(open_store(tmp_path / "store"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        await type_keys(pilot, "C002", "enter", "M2070*1", "enter", "f10")
        number = said(screen).split()[0]
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("enter")
        await until(pilot, lambda: (slips / f"{number}.txt").exists())
        assert "*** not released ***" in (slips / f"{number}.txt").read_text(encoding="utf-8")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("escape", "ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, AsideList))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press("enter")
        await until(pilot, lambda: len(list(slips.glob("*.txt"))) == 2)
        [quote] = set(slips.iterdir()) - {slips / f"{number}.txt"}
        assert "Quotation" in quote.read_text(encoding="utf-8")
    app.session.store.close()
