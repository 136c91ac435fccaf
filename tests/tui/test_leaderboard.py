"""The leaderboard by its keys: rates, months, performance, lost orders, and the rows behind each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from model.changes.closing import CloseMonth
from model.changes.documents import next_number
from model.changes.orders import LineArgs, LoseOrder, RecordOrder
from model.changes.targets import SetTarget
from model.ids import new_id
from model.money import parse_price
from model.store import Store, current, set_meta
from tests.model.company import Company, company
from tests.tui.waiting import until
from tui import locale
from tui.app import HuokeApp
from tui.customers.forms import ContactForm
from tui.leaderboard.company_line import CompanyLine
from tui.leaderboard.face import Face
from tui.leaderboard.inactive import InactiveCustomers
from tui.leaderboard.lost import ReasonTable
from tui.leaderboard.rates_pane import RatesPane
from tui.leaderboard.rows_behind import CreditedOrders, Definition, Heading, LostOrders
from tui.leaderboard.screen import LeaderboardScreen, Note
from tui.leaderboard.short_table import ShortTable
from tui.shared.ask import AskText
from tui.shared.chart import Chart, CurveData
from tui.shared.figure_table import FigureTable
from tui.shared.status import StatusLine

pytestmark = pytest.mark.usefixtures("english")

TODAY = date(2026, 3, 20)


def fill(shop: Company) -> None:
    """S1 has four customers and S2 two; in March two of S1's and one of S2's traded, in February one of S1's."""
    for code in ("S1", "S2"):
        shop.salesperson(code)
    shop.salesperson("S3")
    shop.product("P", cost="0.5")
    shop.rule(date(2026, 1, 1), 70)
    for code in ("A1", "A2", "A3", "A4"):
        shop.customer(code, "S1", days=60, limit="10000")
    for code in ("B1", "B2"):
        shop.customer(code, "S2", days=60, limit="10000")
    shop.customer("POOL")
    shop.sell("A1", date(2026, 2, 10), "100")
    shop.sell("A1", date(2026, 3, 2), "500")
    shop.sell("A2", date(2026, 3, 3), "1000", maker="S2")
    shop.sell("B1", date(2026, 3, 4), "200")
    lost = shop.do(
        RecordOrder(
            id=new_id(), number=next_number(), customer=shop.ids["A3"], date=date(2026, 3, 5), quote=True,
            lines=(LineArgs(line=1, product=shop.ids["P"], quantity_e3=1_000, price_e4=parse_price("340")),),
        )
    )  # fmt: skip
    shop.do(LoseOrder(order=lost.id, date=date(2026, 3, 6), reason="price"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    with company(tmp_path / "store", TODAY) as made:
        fill(made)
        store = current()
    yield store, made
    store.close()


@pytest.fixture
def store(shop: tuple[Store, Company]) -> Store:
    return shop[0]


class Board:
    """What a person sees of the leaderboard."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    @property
    def screen(self) -> LeaderboardScreen:
        screen = self.pilot.app.screen
        assert isinstance(screen, LeaderboardScreen)
        return screen

    @property
    def face(self) -> Face:
        return self.screen.face

    def rows(self) -> dict[str, tuple[str, ...]]:
        return rows_of(self.face.table, 1 if self.face.table.columns[0].key == "rank" else 0)

    def company(self) -> tuple[str, ...]:
        return self.face.query_one(CompanyLine).cells

    def head(self) -> str:
        return str(self.screen.query_one(Heading).content)

    def note(self) -> str:
        return str(self.screen.query_one(Note).content)


def rows_of(table: ShortTable, name_at: int) -> dict[str, tuple[str, ...]]:
    """The rows in sight by the cell that names them, from top to bottom."""
    found = [table._pages.row(index) for index in range(table.total)]
    return {str(row.cells[name_at]): tuple(map(str, row.cells)) for row in found if row is not None}


async def opened(pilot: Pilot[None]) -> Board:
    board = Board(pilot)
    await until(pilot, lambda: isinstance(pilot.app.screen, LeaderboardScreen) and bool(board.rows()))
    return board


def app_over(store: Store) -> HuokeApp:
    return HuokeApp(store, first_mode="leaderboard")


async def test_the_board_ranks_by_rate_and_says_what_it_takes_to_rise(store: Store) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        rows = board.rows()
        assert list(rows) == ["Person S1", "Person S2", "Person S3"]
        rank, _name, rate, _bar, active, change, to_rise = rows["Person S1"]
        # February was 1 of 4.
        assert (rank, rate, active, change, to_rise) == ("1", "50.00%", "2/4", "▲ +25.00", "leads")
        rank, _name, rate, _bar, active, change, to_rise = rows["Person S2"]
        assert (rank, rate, active, change, to_rise) == ("2", "50.00%", "1/2", "▲ +50.00", "1 more → no. 1")
        # Without a responsible customer there is no rate, not even zero.
        assert rows["Person S3"][2:6] == ("–", "", "0/0", "–")
        # The pool's customer counts for the company: 3 of 7.
        assert board.company()[2] == "42.86%"
        assert board.company()[4] == "3/7"
        assert board.head() == "Activity · 2026-03 · as of 2026-03-20"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_board_says_what_it_takes_to_reach_the_target_also_to_the_first(
    shop: tuple[Store, Company], size: tuple[int, int]
) -> None:
    store, made = shop
    with store.use():
        for code, rate in (("S1", 7000), ("S2", 10_000)):
            made.do(SetTarget(person=made.ids[code], month="2026-03", values={"activity": rate}))
    async with app_over(store).run_test(size=size) as pilot:
        board = await opened(pilot)
        rows = board.rows()
        assert rows["Person S1"][-1] == "1 more → 70 % · leads"
        assert rows["Person S2"][-1] == "1 more → 100 % · 1 more → no. 1"
        assert rows["Person S3"][-1] == "–"
        table = board.face.table
        # All of it is in sight, also where the terminal is narrow.
        await until(pilot, lambda: "1 more → 100 % · 1 more → no. 1" in table.render_line(2).text)
        assert "To the target and next rank" in table.render_line(0).text


async def test_a_fresh_order_changes_the_board_at_once_and_the_cursor_stays(
    shop: tuple[Store, Company],
) -> None:
    store, made = shop
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("j")
        assert board.face.highlighted is not None
        assert board.face.highlighted.name == "Person S2"
        with store.use():
            made.sell("B2", TODAY, "50")
        await until(pilot, lambda: next(iter(board.rows())) == "Person S2")
        assert board.rows()["Person S2"][2] == "100.00%"
        assert board.face.highlighted.name == "Person S2"
        assert board.company()[4] == "4/7"


async def test_months_go_back_and_forth_and_not_beyond_the_present(store: Store) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: board.rows()["Person S1"][2] == "25.00%")
        assert board.head() == "Activity · 2026-02"
        # A month that is over cannot be caught up with.
        assert board.rows()["Person S2"][-1] == ""
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: board.rows()["Person S1"][2] == "50.00%")
        await pilot.press("right_square_bracket")
        assert [str(notice.message) for notice in pilot.app._notifications] == ["This is the present month."]
        await pilot.press("left_square_bracket", "left_square_bracket", "t")
        await until(pilot, lambda: board.head().startswith("Activity · 2026-03"))


async def test_a_closed_month_keeps_its_numbers_and_says_what_came_after(shop: tuple[Store, Company]) -> None:
    store, made = shop
    with store.use():
        made.do(CloseMonth(month="2026-02"))
        assert made.sell("A3", date(2026, 2, 20), "10").state == "confirmed"
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: board.rows()["Person S1"][4] == "1/4")
        assert board.rows()["Person S1"][-1] == "+1 after the close"


async def test_the_performance_face_shares_orders_by_the_rule_and_adds_up(store: Store) -> None:
    async with app_over(store).run_test(size=(120, 40)) as pilot:
        board = await opened(pilot)
        await pilot.press("f")
        await until(pilot, lambda: "Person S1" in board.rows() and bool(board.company()))
        # S1 has 500 and 70 % of 1000; S2 30 % of it and 200. The product costs 0.50.
        assert board.rows()["Person S1"][2:6] == ("2", "1,200.00", "70.59%", "1,199.15")
        assert board.rows()["Person S2"][2:6] == ("1", "500.00", "29.41%", "499.35")
        assert board.company()[2:6] == ("3", "1,700.00", "100.00%", "1,698.50")
        assert board.note() == "owner 70 % · maker 30 % since 2026-01-01"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CreditedOrders))
        table = pilot.app.screen.query_one(ShortTable)

        def head() -> str:
            found = pilot.app.screen.query(Heading)
            return str(found.first().content) if found else ""

        await until(pilot, lambda: table.total == 2)
        assert [row[5:7] for row in rows_of(table, 1).values()] == [("100%", "500.00"), ("70%", "700.00")]
        assert "counts 2 orders, has a part in 2 documents" in head()
        await pilot.press("escape", "down", "enter")
        await until(pilot, lambda: "counts 1 orders, has a part in 2 documents" in head())


async def test_margin_is_empty_for_whom_the_company_hides_it_from(shop: tuple[Store, Company]) -> None:
    store, made = shop
    with store.use():
        made.setting("cost_visible_to_sales", "no")
        set_meta("me", "S2")
    async with app_over(store).run_test(size=(120, 40)) as pilot:
        board = await opened(pilot)
        await pilot.press("f")
        await until(pilot, lambda: "Person S1" in board.rows() and bool(board.company()))
        assert board.rows()["Person S1"][5:] == ("", "")
        assert board.company()[5:] == ("", "")
        assert board.note().endswith("margin is not shown to your role")


async def test_lost_orders_stand_by_salesperson_and_by_reason(store: Store) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("l")
        await until(pilot, lambda: "Person S1" in board.rows())
        # S1 won 500 and lost 340; the order for A2 was taken by S2.
        assert board.rows()["Person S1"][1:] == ("1", "1", "50.00%", "500.00", "340.00", "40.48%")
        assert board.company()[1:4] == ("3", "1", "25.00%")
        reasons = board.face.query_one(ReasonTable)
        await until(pilot, lambda: reasons.total == 1)
        assert rows_of(reasons, 0)["on price"][2:4] == ("1", "25.00%")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, LostOrders))
        table = pilot.app.screen.query_one(ShortTable)
        await until(pilot, lambda: table.total == 1)
        assert rows_of(table, 2)["Customer A3"][3] == "340.00"
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, LeaderboardScreen)


async def test_enter_shows_the_inactive_customers_with_the_definition(store: Store) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, InactiveCustomers))
        screen = pilot.app.screen
        table = screen.query_one(ShortTable)
        await until(pilot, lambda: table.total == 2)
        assert rows_of(table, 0)["A3"] == ("A3", "Customer A3", "never", "", "0.00", "10,000.00")
        assert str(screen.query_one(Heading).content) == "Person S1 · 2026-03 · 2 of 4 customers without a trade"
        assert str(screen.query_one(Definition).content).startswith("Activity rate = active ÷ responsible.")
        await pilot.press("a")
        await until(pilot, lambda: list(rows_of(table, 0)) == ["A1", "A2"])
        assert rows_of(table, 0)["A1"][2:] == ("2026-03-02", "18", "600.00", "9,400.00")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ContactForm))


async def test_from_an_inactive_customer_one_goes_to_the_order_and_to_the_archive(store: Store) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        await until(
            pilot,
            lambda: isinstance(pilot.app.screen, InactiveCustomers) and pilot.app.screen.customer_at_cursor is not None,
        )
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.current_mode == "order")
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(pilot.app.screen, InactiveCustomers))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "archive")


async def test_the_chart_follows_the_highlighted_salesperson(store: Store) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("c")
        pane = board.screen.query_one(RatesPane)

        def names() -> list[str]:
            data = pane.query_one(Chart).data
            return [name for name, _values in data.series] if isinstance(data, CurveData) else []

        await until(pilot, lambda: names() == ["Company", "Person S1"])
        await pilot.press("j")
        await until(pilot, lambda: names() == ["Company", "Person S2"])
        table = pane.query_one(FigureTable)
        await until(pilot, lambda: "50.00%" in table.render_line(1).text)
        assert table.render_line(1).text.split() == ["2026-03", "42.86%", "50.00%"]
        assert table.render_line(2).text.split() == ["2026-02", "14.29%", "0.00%"]
        assert pane.border_title == "Activity rate, twelve months: company and Person S2"
        await pilot.press("c")
        assert not pane.display


async def test_the_twelve_months_are_exported_and_lead_to_their_month(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("c")
        table = board.screen.query_one(FigureTable)
        await until(pilot, lambda: table.total == 12)
        await pilot.press("tab")
        await until(pilot, lambda: table.has_focus)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await pilot.press("ctrl+u", *"rates.csv", "enter")
        await until(pilot, lambda: (tmp_path / "rates.csv").exists() and pilot.app.screen is board.screen)
        await until(pilot, lambda: "12 rows" in board.screen.query_one(StatusLine).standing.said)
        assert (tmp_path / "rates.csv").read_text(encoding="utf-8-sig").splitlines()[
            0
        ] == '"Year, month",Company,Salesperson'
        await pilot.press("down", "enter")
        await until(pilot, lambda: board.screen.wanted.month == "2026-02")
        await pilot.press("c")
        assert board.screen.face.table.has_focus


async def test_escape_puts_the_chart_away_before_it_leads_back(store: Store) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        pane = board.screen.query_one(RatesPane)
        await pilot.press("c")
        assert pane.display
        await pilot.press("escape")
        await until(pilot, lambda: not pane.display)
        assert pilot.app.screen is board.screen
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, LeaderboardScreen))


@pytest.mark.parametrize("turn", ["f", "l"])
async def test_other_faces_have_no_chart_and_say_why(store: Store, turn: str) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        pane = board.screen.query_one(RatesPane)
        await pilot.press("c", turn)
        await until(pilot, lambda: not pane.display)
        await pilot.press("c")
        await pilot.pause()
        assert not pane.display
        [notice] = [str(notice.message) for notice in pilot.app._notifications]
        assert notice == f"The twelve months are those of the activity rate: {turn} turns back to it."


async def test_a_salesperson_without_customers_has_no_curve(store: Store) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("c", "j", "j")
        pane = board.screen.query_one(RatesPane)
        await until(pilot, lambda: "Person S3" in str(pane.border_title))
        data = pane.query_one(Chart).data
        assert isinstance(data, CurveData)
        assert [name for name, _values in data.series] == ["Company"]
        assert pane.query_one(FigureTable).render_line(1).text.split()[-1] == "–"


async def test_the_board_filters_sorts_and_is_written_to_a_file(store: Store, tmp_path: Path) -> None:
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("s", "s", "S")
        await until(pilot, lambda: list(board.rows()) == ["Person S3", "Person S2", "Person S1"])
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await pilot.press("s", "2", "enter")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, LeaderboardScreen) and list(board.rows()) == ["Person S2"]
        )
        assert board.head().endswith("only “s2”")
        path = tmp_path / "board.csv"
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        pilot.app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, path.exists)
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file)) == [
                ["Rank", "Salesperson", "Activity", "Active/of", "vs last month", "To the next rank"],
                ["2", "Person S2", "50.00%", "1/2", "▲ +50.00", "1 more → no. 1"],
            ]
        await pilot.press("escape")
        await until(pilot, lambda: len(board.rows()) == 3)
        assert pilot.app.current_mode == "leaderboard"


async def test_the_company_can_be_shown_without_its_blacklist(shop: tuple[Store, Company]) -> None:
    store, made = shop
    with store.use():
        made.blacklist("A4", date(2026, 3, 1))
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        board = await opened(pilot)
        await pilot.press("b")
        await until(pilot, lambda: board.company()[4] == "3/6")
        assert "blacklist" in board.note()


async def test_without_salespeople_the_board_says_what_to_do(tmp_path: Path) -> None:
    with company(tmp_path / "empty", TODAY):
        store = current()
    async with app_over(store).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LeaderboardScreen))
        table = Board(pilot).face.table
        await until(pilot, lambda: "huoke salesperson add" in table.render_line(2).text)
    store.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_company_stands_under_its_columns(
    store: Store, size: tuple[int, int], language: locale.Language
) -> None:
    locale.use(language)
    async with app_over(store).run_test(size=size) as pilot:
        board = await opened(pilot)
        for key in ("f", "l", "l"):
            table, line = board.face.table, board.face.query_one(CompanyLine)
            await until(pilot, lambda table=table, line=line: table.total > 0 and bool(line.cells))
            row, company_row = table.render_line(1).text, str(line.render()).splitlines()[1]
            assert cell_len(row) == table._width
            for placed in table._placed:
                if placed.column.align == "right" and line.cells[placed.index]:
                    end = placed.start + placed.cells + 2
                    assert not company_row_cell(company_row, end - 1).isspace()
            await pilot.press(key)


def company_row_cell(text: str, cell: int) -> str:
    """The character that stands in a cell of a line."""
    width = 0
    for character in text:
        width += cell_len(character)
        if width > cell:
            return character
    return " "
