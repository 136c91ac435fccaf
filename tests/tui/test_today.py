"""The morning's list: its keys lead to orders, contacts and receipts, and nothing is lost by putting it off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from model import worklist
from model.activity import Board
from model.call_board import Call
from model.money import format_amount
from model.store import Store
from model.worklist import SHOWN_OF_A_KIND, put_off
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.archive.documents import DocumentScreen
from tui.archive.screen import ArchiveScreen
from tui.customers.forms import ContactForm
from tui.customers.screen import CustomersScreen
from tui.leaderboard.short_table import ShortTable
from tui.office.screen import OfficeScreen
from tui.order_entry.screen import OrderScreen
from tui.receivables.receipt_form import ReceiptForm
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine
from tui.today import screen as today_screen
from tui.today.screen import TodayScreen

pytestmark = pytest.mark.usefixtures("english")

DAY = timedelta(days=1)


def fill(made: Company) -> None:
    made.salesperson("S1")
    made.salesperson("S2")
    made.product("P")
    for code, owner in (("C1", "S1"), ("C2", "S1"), ("C3", "S2")):
        made.customer(code, owner, days=10, limit="1000")
    for ago in (30, 20, 10):
        made.sell("C2", TODAY - ago * DAY, "100", paid="100")
    made.sell("C1", TODAY - 15 * DAY, "300")
    made.sell("C3", TODAY - 15 * DAY, "100")
    made.sell("C1", TODAY, "50", maker="S1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with small_company(tmp_path / "store", fill, me="S1") as (opened, _company):
        yield opened


async def rows(pilot: Pilot[None], count: int) -> list[str]:
    """The kinds and codes of the list, once it has so many rows."""

    def reached() -> bool:
        tables = pilot.app.screen.query(ShortTable)
        return bool(tables) and not tables.first().is_loading and len(tables.first().shown_rows) == count

    await until(pilot, reached)
    return [" ".join(map(str, row.cells[:2])) for row in pilot.app.screen.query_one(ShortTable).shown_rows]


async def opened(pilot: Pilot[None], screen: type[object]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, screen))


async def test_the_list_is_ones_own_and_can_be_everybodys(store: Store) -> None:
    app = HuokeApp(store, first_mode="today")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await rows(pilot, 3) == [
            "held order C1 Customer C1",
            "collect C1 Customer C1",
            "order due C2 Customer C2",
        ]
        standing = str(app.screen.query_one(".standing", Static).content)
        assert "S1" in standing
        assert "2 customers traded" in standing
        await pilot.press("o")
        assert "collect C3 Customer C3" in await rows(pilot, 4)


async def test_a_long_list_is_shown_as_far_as_it_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    began, may_go_on, counting = Event(), Event(), today_screen.activity_board

    def counted_slowly(month: str, as_of: date) -> Board:
        began.set()
        assert may_go_on.wait(60)
        return counting(month, as_of)

    monkeypatch.setattr(today_screen, "LONGEST_SILENCE_SECONDS", 0)
    monkeypatch.setattr(today_screen, "activity_board", counted_slowly)
    app = HuokeApp(store, first_mode="today")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, began.is_set)
        assert len(await rows(pilot, 3)) == 3
        about = app.screen.query_one(".about", Static)
        assert str(about.content).endswith(" · reading …")
        standing = app.screen.query_one(".standing", Static)
        assert not str(standing.content)
        may_go_on.set()
        await until(pilot, lambda: bool(str(standing.content)))
        assert len(await rows(pilot, 3)) == 3
        assert "reading" not in str(about.content)
        # What is read anew stays in sight until it is there.
        began.clear()
        may_go_on.clear()
        assert isinstance(app.screen, TodayScreen)
        app.screen.refresh_data()
        await until(pilot, began.is_set)
        await pilot.pause()
        assert str(standing.content)
        may_go_on.set()


async def test_it_is_said_where_more_could_be_called_than_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_another_due(made: Company) -> None:
        fill(made)
        made.customer("C4", "S1", days=10, limit="1000")
        for ago in (60, 40, 20):
            made.sell("C4", TODAY - ago * DAY, "50", paid="50")

    monkeypatch.setattr(worklist, "CALLS_SHOWN", 1)
    with small_company(tmp_path / "store", with_another_due, me="S1") as (store, _made):
        app = HuokeApp(store, first_mode="today")
        async with app.run_test(size=(80, 24)) as pilot:
            assert (await rows(pilot, 3))[-1] == "order due C2 Customer C2"
            about = app.screen.query_one(".about", Static)
            assert str(about.content).endswith("order due 1+")
            # What is put off leaves its place to the next, behind which there is none.
            await pilot.press("end", "z")
            await until(pilot, lambda: "put off: 1" in str(about.content))
            assert (await rows(pilot, 3))[-1] == "order due C4 Customer C4"
            assert "order due 1 · put off: 1" in str(about.content)


async def test_the_row_under_the_cursor_stays_while_everybodys_list_is_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_answer, calling = Event(), Event(), worklist.call_board

    def called_slowly(day: date, person: bytes | None, **more: Any) -> list[Call]:
        if person is None:
            asked.set()
            assert may_answer.wait(60)
        return calling(day, person, **more)

    monkeypatch.setattr(today_screen, "LONGEST_SILENCE_SECONDS", 0)
    monkeypatch.setattr(worklist, "call_board", called_slowly)
    app = HuokeApp(store, first_mode="today")
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(pilot, 3)
        await pilot.press("end")
        screen = app.screen
        assert isinstance(screen, TodayScreen)
        assert screen.task is not None
        before = screen.task.key
        await pilot.press("o")
        await until(pilot, asked.is_set)
        assert str(screen.query_one(".about", Static).content).endswith("reading …")
        may_answer.set()
        await rows(pilot, 4)
        assert screen.task is not None
        assert screen.task.key == before


@pytest.mark.parametrize(("me", "says"), [("S1", "ask someone whose role is"), ("M1", "F9: released or rejected")])
async def test_a_held_order_says_who_decides_it_and_where(tmp_path: Path, me: str, says: str) -> None:
    def with_manager(made: Company) -> None:
        fill(made)
        made.salesperson("M1", "manager")

    with small_company(tmp_path / "store", with_manager, me=me) as (opened_store, _company):
        app = HuokeApp(opened_store, first_mode="today")
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: bool(pilot.app.screen.query_one(ShortTable).shown_rows))
            await pilot.press("enter")
            await opened(pilot, DocumentScreen)
            assert says in str(app.screen.query_one("#way", Static).content)


async def test_today_the_office_and_the_archive_say_the_same_of_a_held_order(tmp_path: Path) -> None:
    def with_another_reason(made: Company) -> None:
        fill(made)
        made.pay("C1", TODAY, "300")
        made.terms("C1", days=10, limit="20", since=TODAY)

    says = "over limit 30.00 — receive 30.00 to release (when recorded: overdue)"
    card_says = says.replace("30.00 to release", "30.00 (above the limit) to release")
    with small_company(tmp_path / "store", with_another_reason) as (opened_store, _company):
        app = HuokeApp(opened_store, first_mode="today")
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: bool(pilot.app.screen.query_one(ShortTable).shown_rows))
            assert str(app.screen.query_one(ShortTable).shown_rows[0].cells[2]).endswith(f": {says}")
            await pilot.press("enter")
            await opened(pilot, DocumentScreen)
            card = app.screen.query_one("#document", Static)
            await until(pilot, lambda: card_says in str(card.content))
            await pilot.press("escape", "f9")
            await opened(pilot, OfficeScreen)
            await until(pilot, lambda: bool(pilot.app.screen.query_one(ShortTable).shown_rows))
            assert app.screen.query_one(ShortTable).shown_rows[0].cells[-1] == says


async def test_what_the_list_is_filtered_by_stands_above_it_until_escape(store: Store) -> None:
    app = HuokeApp(store, first_mode="today")
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(pilot, 3)
        about = app.screen.query_one(".about", Static)
        whole = str(about.content)
        await pilot.press("slash")
        await until(pilot, lambda: not isinstance(app.screen, TodayScreen))
        await pilot.press(*"C2", "enter")
        assert await rows(pilot, 1) == ["order due C2 Customer C2"]
        await until(pilot, lambda: str(about.content) == f"only “C2” · {whole}")
        await pilot.press("escape")
        await rows(pilot, 3)
        await until(pilot, lambda: str(about.content) == whole)


async def test_a_task_is_put_off_and_taken_up_again(store: Store) -> None:
    app = HuokeApp(store, first_mode="today")
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(pilot, 3)
        await pilot.press("z")
        assert await rows(pilot, 2) == ["collect C1 Customer C1", "order due C2 Customer C2"]
        assert "tomorrow" in app.screen.query_one(StatusLine).standing.said
        with store.use():
            assert len(put_off(TODAY)) == 1
        await pilot.press("Z")
        await rows(pilot, 3)


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        (("enter",), DocumentScreen),
        (("down", "enter"), ArchiveScreen),
        (("down", "down", "n"), OrderScreen),
        (("c",), ContactForm),
        (("down", "r"), ReceiptForm),
    ],
)
async def test_keys_lead_on_from_the_list(store: Store, keys: tuple[str, ...], screen: type[object]) -> None:
    app = HuokeApp(store, first_mode="today")
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(pilot, 3)
        await pilot.press(*keys)
        await opened(pilot, screen)


async def test_money_for_a_held_order_begins_with_what_lets_it_go(store: Store) -> None:
    app = HuokeApp(store, first_mode="today")
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(pilot, 3)
        assert isinstance(app.screen, TodayScreen)
        assert app.screen.task is not None
        assert app.screen.task.held is not None
        cure = app.screen.task.held.verdict.cure
        assert cure > 0
        await pilot.press("r")
        await until(pilot, lambda: bool(app.screen.query("#amount")))
        assert app.screen.query_one("#amount", Input).value == format_amount(cure)


async def test_an_empty_list_says_where_to_look(tmp_path: Path) -> None:
    with small_company(tmp_path / "empty", lambda made: made.salesperson("S1"), me="S1") as (store, _company):
        app = HuokeApp(store, first_mode="today")
        async with app.run_test(size=(80, 24)) as pilot:
            await rows(pilot, 0)
            assert isinstance(app.screen, TodayScreen)
            assert "Nothing waits" in app.screen.query_one(ShortTable).empty_text


async def test_the_day_begins_with_todays_list_where_there_are_customers(store: Store) -> None:
    app = HuokeApp(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(pilot, 3)
        assert app.current_mode == "today"
        await pilot.press("escape")
        assert app.current_mode == "today"
        await pilot.press("f3")
        await opened(pilot, CustomersScreen)


async def test_a_company_without_customers_begins_with_its_customers(tmp_path: Path) -> None:
    with small_company(tmp_path / "empty", lambda made: made.salesperson("S1"), me="S1") as (store, _company):
        app = HuokeApp(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot, CustomersScreen)


@pytest.mark.parametrize(("me", "count"), [("S1", 3), ("F1", 4), ("", 4)])
async def test_the_office_sees_everybodys_list(tmp_path: Path, me: str, count: int) -> None:
    def with_finance(made: Company) -> None:
        fill(made)
        made.salesperson("F1", "finance")

    with small_company(tmp_path / "company", with_finance, me=me) as (store, _company):
        app = HuokeApp(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await rows(pilot, count)


async def test_a_contact_with_a_next_date_stands_among_the_follow_ups_of_that_day(store: Store) -> None:
    app = HuokeApp(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await rows(pilot, 3)
        await pilot.press("down", "down", "c")
        await opened(pilot, ContactForm)
        await until(pilot, lambda: app.screen.focused is not None)
        await pilot.press(*"call again", "enter", *"+0", "f10")
        await opened(pilot, TodayScreen)
        assert (await rows(pilot, 4))[1] == "follow up C2 Customer C2"
        table = app.screen.query_one(ShortTable)
        lines = [table.render_line(y).text for y in range(5)]
        assert [line for line in lines if f"{TODAY}: call again" in line]
        # It opens what was said, and the list of it has the keys.
        await until(pilot, lambda: table.shown_rows[1].cells[0] == "follow up")
        table.move_to(1)
        await pilot.press("enter")
        await opened(pilot, ArchiveScreen)
        assert isinstance(app.screen, ArchiveScreen)
        said = app.screen.query_one("#contacts", PagedTable)
        await until(pilot, lambda: said.has_focus and said.total == 1)


async def test_of_very_many_tasks_the_first_of_each_kind_stand_in_the_list(tmp_path: Path) -> None:
    late = SHOWN_OF_A_KIND + 1

    def many(made: Company) -> None:
        made.salesperson("S1")
        made.product("P")
        for count in range(late):
            made.customer(f"C{count}", "S1", days=10, limit="1000")
            made.sell(f"C{count}", TODAY - 15 * DAY, "100")

    with small_company(tmp_path / "many", many) as (store, _company):
        app = HuokeApp(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await rows(pilot, SHOWN_OF_A_KIND)
            about = str(app.screen.query_one(".about", Static).content)
            assert f"collect {late}" in about
            assert about.endswith(f"the first {SHOWN_OF_A_KIND} of each")
