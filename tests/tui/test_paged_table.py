"""A list of a hundred thousand rows moves like one of a hundred."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content
from textual.message import Message
from textual.pilot import Pilot

from model.errors import StoreError
from tui import locale
from tui.shared.columns import Column, Sort, fit, lay_out, printable
from tui.shared.paged_table import PagedTable, Row
from tui.shared.pages import PAGE_ROWS, PAGES_KEPT

COLUMNS = (
    Column("code", "Code", 8, priority=9),
    Column("name", "Name", 12, grow=True, priority=9),
    Column("city", "City", 10, priority=1),
    Column("balance", "Balance", 12, align="right", priority=8),
)


@dataclass
class Listed:
    """Rows in memory, paged as a database would page them, remembering how it was asked."""

    rows: list[Row]
    asked: list[tuple[int, Any, Any]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def count(self) -> int:
        return len(self.rows)

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        self.asked.append((offset, after, before))
        self.threads.add(threading.get_ident())
        if after is not None:
            assert self.rows[offset - 1].sort_key == after
        if before is not None:
            assert self.rows[offset + size].sort_key == before
        return self.rows[offset : offset + size]


def row(number: int, name: str = "") -> Row:
    return Row(
        key=f"k{number}",
        sort_key=(number,),
        cells=(f"C{number:06}", name or f"客户{number}", "北京", f"{number}.00"),
    )


class Desk(App[None]):
    """A list alone on the screen."""

    def __init__(self, source: Any, **settings: Any) -> None:
        super().__init__()
        self.table = PagedTable(COLUMNS, source, **settings)
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_paged_table_row_highlighted(self, message: PagedTable.RowHighlighted) -> None:
        self.heard.append(message)

    def on_paged_table_row_chosen(self, message: PagedTable.RowChosen) -> None:
        self.heard.append(message)

    def on_paged_table_selection_changed(self, message: PagedTable.SelectionChanged) -> None:
        self.heard.append(message)

    def on_paged_table_sort_requested(self, message: PagedTable.SortRequested) -> None:
        self.heard.append(message)

    def last(self, kind: type[Message]) -> Any:
        return [message for message in self.heard if type(message) is kind][-1]


@pytest.fixture(autouse=True)
def english() -> None:
    locale.use("en")


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()
    while pilot.app.query_one(PagedTable).is_loading:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def line(app: Desk, y: int) -> str:
    return app.table.render_line(y).text


async def test_moving_to_the_end_of_100_000_rows_keeps_few_in_memory() -> None:
    source = Listed([row(number) for number in range(100_000)])
    app = Desk(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.table.total == 100_000
        await pilot.press(">")
        await settle(pilot)
        assert app.table.cursor_row is not None
        assert app.table.cursor_row.key == "k99999"
        assert "C099999" in line(app, 23)
        await pilot.press("<")
        for _step in range(120):
            app.table.action_page_down()
            await settle(pilot)
        assert app.table.cursor == 120 * 23
        assert app.table.rows_in_memory <= PAGE_ROWS * PAGES_KEPT
    assert threading.get_ident() not in source.threads


async def test_neighbouring_pages_are_asked_by_key() -> None:
    source = Listed([row(number) for number in range(1_000)])
    app = Desk(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for _step in range(12):
            await pilot.press("pagedown")
        await settle(pilot)
        assert (100, (99,), None) in source.asked
        await pilot.press(">")
        await settle(pilot)
        app.table.move_to(850)
        await settle(pilot)
        assert (800, None, (900,)) in source.asked


async def test_the_cursor_moves_by_arrows_and_letters() -> None:
    app = Desk(Listed([row(number) for number in range(300)]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("j", "down", "k", "pagedown", "up", "enter")
        await pilot.pause()
        assert app.table.cursor == 23
        assert app.last(PagedTable.RowChosen).row.key == "k23"
        assert app.last(PagedTable.RowHighlighted).index == 23


async def test_the_cursor_row_is_told_by_a_sign_not_only_by_colour() -> None:
    app = Desk(Listed([row(number) for number in range(3)]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        assert [line(app, y)[0] for y in (1, 2, 3)] == [" ", ">", " "]


async def test_marked_rows_are_signed_and_told_by_key() -> None:
    app = Desk(Listed([row(number) for number in range(10)]), markable=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("space", "down", "space")
        await pilot.pause()
        assert app.last(PagedTable.SelectionChanged).keys == ("k0", "k2")
        assert [line(app, y)[1] for y in (1, 2, 3)] == ["*", " ", "*"]
        await pilot.press("u")
        await pilot.pause()
        assert app.table.selected == ()


async def test_every_line_is_as_wide_as_the_list_and_amounts_end_together() -> None:
    rows = [row(1, "联想中关村"), row(22, "x" * 200), row(333, "中" * 200), row(4444, "a中b")]
    app = Desk(Listed(rows))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        lines = [line(app, y) for y in range(6)]
        assert {cell_len(text) for text in lines} == {app.table.scrollable_content_region.width} == {79}
        ends = {cell_len(text.rstrip()) for text in lines[:5]}
        assert len(ends) == 1
        assert "…" in lines[2]
        assert "…" in lines[3]


async def test_data_is_shown_as_it_is() -> None:
    rows = [
        Row("a", 1, ("[red]", "[/] [b", "tab\there", "1.00")),
        Row("b", 2, ("x", "new\nline", "\x1b[31mred", Content.styled("2.00", "bold"))),
    ]
    app = Desk(Listed(rows))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "[red]" in line(app, 1)
        assert "[/] [b" in line(app, 1)
        assert "tab here" in line(app, 1)
        assert "new line" in line(app, 2)
        assert "\x1b" not in line(app, 2)
        assert line(app, 2).rstrip().endswith("2.00")


async def test_the_head_shows_the_sort_and_s_asks_for_the_next_column() -> None:
    app = Desk(Listed([row(1)]), sort=Sort("balance", descending=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "▾Balance" in line(app, 0)
        await pilot.press("s", "S")
        await pilot.pause()
        asked = [each.sort for each in app.heard if isinstance(each, PagedTable.SortRequested)]
        assert asked == [Sort("code"), Sort("balance", descending=False)]
        app.table.show(Listed([row(2)]), sort=asked[0])
        await settle(pilot)
        assert "Code▴" in line(app, 0)


async def test_the_sign_of_the_sorting_cuts_no_head() -> None:
    columns = (Column("name", "Short name", 10), Column("rank", "Rank", 3, align="right"), Column("x", "X", 3))
    for key, head in (("name", "Short name▴Rank"), ("rank", "Short name Rank▴X")):
        app = Desk(Listed([]), sort=Sort(key))
        app.table.columns = columns
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            assert line(app, 0).strip().startswith(head)


async def test_keys_for_sorting_and_marking_act_only_where_they_mean_something() -> None:
    app = Desk(Listed([row(1)]))
    app.table.columns = tuple(replace(column, sortable=False) for column in COLUMNS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("s", "S", "space", "u")
        await pilot.pause()
        assert {type(message) for message in app.heard} == {PagedTable.RowHighlighted}


async def test_the_first_cell_copied_is_the_first_with_a_head() -> None:
    app = Desk(Listed([Row("a", 1, ("✕", "C1", "", "1.00"))]))
    app.table.columns = (Column("sign", "", 1), *COLUMNS[:2], COLUMNS[3])
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("Y")
        await pilot.pause()
        assert app.clipboard == "C1"


async def test_a_reload_keeps_the_cursor_on_its_row_at_the_same_height() -> None:
    source = Listed([row(number) for number in range(10, 1_000)])
    app = Desk(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.table.move_to(250)
        await settle(pilot)
        height = app.table.cursor - round(app.table.scroll_y)
        source.rows = [row(number) for number in range(7, 1_000)]
        app.table.reload()
        await settle(pilot)
        assert app.table.cursor_row is not None
        assert app.table.cursor_row.key == "k260"
        assert app.table.cursor == 253
        assert app.table.cursor - round(app.table.scroll_y) == height


async def test_rows_that_come_above_the_first_are_seen_and_the_cursor_stays_on_its_row() -> None:
    source = Listed([row(number) for number in range(10, 1_000)])
    app = Desk(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        source.rows = [row(number) for number in range(8, 1_000)]
        app.table.reload()
        await settle(pilot)
        assert app.table.cursor_row is not None
        assert app.table.cursor_row.key == "k10"
        assert "C000008" in line(app, 1)


async def test_a_reload_after_the_rows_became_few_leaves_the_cursor_on_the_last() -> None:
    source = Listed([row(number) for number in range(1_000)])
    app = Desk(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(">")
        await settle(pilot)
        source.rows = source.rows[:5]
        app.table.reload()
        await settle(pilot)
        assert app.table.total == 5
        assert app.table.cursor == 4
        assert "C000004" in line(app, 5)


async def test_an_empty_list_says_what_to_do() -> None:
    app = Desk(Listed([]), empty_text="No customers yet: N makes one.")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "No customers yet: N makes one." in line(app, 2)
        await pilot.press("enter", "space", "down", ">", "y", "s")
        assert app.table.cursor == 0


async def test_rows_not_yet_here_are_dots_and_nothing_moves_when_they_come() -> None:
    gate = threading.Event()

    class Slow(Listed):
        def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
            if offset:
                assert gate.wait(timeout=30)
            return super().page(offset, size, after, before)

    app = Desk(Slow([row(number) for number in range(1_000)]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.table.move_to(600)
        await pilot.pause()
        top = app.table.scroll_y
        assert app.table.cursor_row is None
        assert set(line(app, 5).split()) == {"·"}
        gate.set()
        await settle(pilot)
        assert app.table.scroll_y == top
        assert app.table.cursor_row is not None
        assert app.table.cursor_row.key == "k600"


async def test_a_store_that_cannot_be_read_is_told_in_the_list() -> None:
    class Broken(Listed):
        def count(self) -> int:
            raise StoreError("The store is damaged: run huoke check.")

    app = Desk(Broken([]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "The store is damaged" in line(app, 2)


async def test_narrow_lists_hide_the_least_columns_first() -> None:
    app = Desk(Listed([row(1)]))
    async with app.run_test(size=(42, 24)) as pilot:
        await settle(pilot)
        assert [column.key for column in app.table.shown_columns] == ["code", "name", "balance"]


async def test_a_number_is_shown_whole_and_columns_of_lower_priority_make_room() -> None:
    columns = (
        Column("number", "Number", 10, priority=8, whole=True),
        Column("name", "Name", 10, grow=True, priority=9),
        Column("city", "City", 10, priority=1),
    )
    short, long = (
        Listed([Row(f"k{at}", (at,), (f"{device}-{at:06}", f"客户{at}", "北京")) for at in range(3)])
        for device in ("S01", "S1200")
    )
    app = Desk(short)
    app.table = PagedTable(columns, short)
    async with app.run_test(size=(35, 24)) as pilot:
        await settle(pilot)
        assert [column.key for column in app.table.shown_columns] == ["number", "name", "city"]
        app.table.show(long)
        await settle(pilot)
        assert [column.key for column in app.table.shown_columns] == ["number", "name"]
        assert "S1200-000000" in line(app, 1)
        app.table.show(short)
        await settle(pilot)
        assert [column.key for column in app.table.shown_columns] == ["number", "name", "city"]


def test_a_number_is_cut_before_its_column_is_hidden() -> None:
    columns = (Column("number", "Number", 10, priority=8, whole=True), Column("name", "Name", 10, priority=9))
    placed = lay_out(columns, 22, {"number": 15})
    assert [(each.column.key, each.cells) for each in placed] == [("number", 11), ("name", 10)]
    # And before another column that matters as much.
    alike = (columns[0], Column("name", "Name", 10, priority=8))
    assert [(each.column.key, each.cells) for each in lay_out(alike, 22, {"number": 15})] == [
        ("number", 11),
        ("name", 10),
    ]


def test_columns_fill_the_width_exactly() -> None:
    placed = lay_out(COLUMNS, 77)
    assert placed[-1].start + placed[-1].cells == 77


def test_a_number_that_does_not_fit_is_never_cut() -> None:
    assert fit("1,234,567.00", 8, "right") == "########"
    assert fit("中文字", 5) == "中文…"
    assert fit("中文字", 4) == "中 …"
    assert fit("中", 4, "right") == "  中"


def test_control_characters_become_blanks_or_dots() -> None:
    assert printable("a\tb\x07c\u3000d") == "a b·c\u3000d"
