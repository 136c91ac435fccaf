"""Questions, help, status line, search box, palette and charts, as a person meets them."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from tui import keymap, locale
from tui.shared import chart
from tui.shared.ask import AskText, Choice, Choose, Confirm
from tui.shared.chart import BarData, Chart, CurveData
from tui.shared.columns import Column
from tui.shared.desk_app import DeskApp
from tui.shared.desk_screen import DeskScreen
from tui.shared.help import HelpScreen
from tui.shared.paged_table import PagedTable, Row
from tui.shared.smart_input import SmartInput, Suggestion
from tui.shared.status import Standing, StatusLine, key_line, standing_line
from tui.shared.too_small import TooSmall

NAMES = ("联想中关村", "中关村电子", "[清华] 同方", "海龙大厦")
COLUMNS = (Column("code", "Code", 6), Column("name", "Name", 12, grow=True))


class Names:
    """A short list of customers."""

    def count(self) -> int:
        return len(NAMES)

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        rows = [Row(name, (at,), (f"C{at}", name)) for at, name in enumerate(NAMES)]
        return rows[offset : offset + size]


def find_names(text: str) -> Sequence[Suggestion]:
    return [Suggestion(name, (f"C{at}", name)) for at, name in enumerate(NAMES) if text in name]


class CustomersDesk(DeskScreen):
    """A customers screen with little behind it."""

    DESK = "customers"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("customers")]

    def compose(self) -> ComposeResult:
        yield SmartInput(self.search, COLUMNS)
        yield PagedTable(COLUMNS, Names())
        yield StatusLine()

    def search(self, text: str) -> Sequence[Suggestion]:
        return self.app.find(text)  # type: ignore[attr-defined]

    def why_not(self, action_id: str) -> str:
        return "Only a manager assigns." if action_id == "customers.assign_owner" else ""

    def action_new_order(self) -> None:
        self.app.done.append("new_order")  # type: ignore[attr-defined]

    def action_assign_owner(self) -> None:
        self.app.done.append("assign_owner")  # type: ignore[attr-defined]


class Desk(DeskApp):
    """One screen, with what was done on it."""

    def __init__(self, settings: Path | None = None) -> None:
        super().__init__(settings)
        self.done: list[object] = []
        self.find = find_names

    def on_mount(self) -> None:
        self.push_screen(CustomersDesk())

    def search_customers(self, text: str) -> Sequence[tuple[str, Hashable]]:
        return [(name, at) for at, name in enumerate(NAMES) if text in name]

    def open_customer(self, customer_id: Hashable) -> None:
        self.done.append(("customer", customer_id))

    def action_open_leaderboard(self) -> None:
        self.done.append("leaderboard")

    def on_smart_input_chosen(self, message: SmartInput.Chosen) -> None:
        self.done.append(("chosen", message.value))

    def on_smart_input_nothing_found(self, message: SmartInput.NothingFound) -> None:
        self.done.append(("nothing", message.text))


@pytest.fixture(autouse=True)
def delivered(tmp_path: Path) -> Iterator[None]:
    locale.use("en")
    keymap.load_own_keys(tmp_path / "none.toml")
    yield
    locale.use("en")
    keymap.load_own_keys(tmp_path / "none.toml")


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def in_the_list(pilot: Pilot[None]) -> None:
    await settle(pilot)
    pilot.app.screen.query_one(PagedTable).focus()
    await pilot.pause()


def notices(app: Desk) -> list[str]:
    return [str(notice.message) for notice in app._notifications]


async def test_a_question_is_answered_with_enter_or_escape() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("enter", "y", "escape", "n"):
            app.push_screen(Confirm("Cancel [order] 7?", "It stays in the log."), app.done.append)
            await pilot.pause()
            await pilot.press(key)
        assert app.done == [True, True, False, False]


async def test_a_reason_must_be_written() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(AskText("Why?"), app.done.append)
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.done == []
        assert str(app.screen.query_one(".objection", Static).content) == "Write something first."
        await pilot.press(*"late", "enter")
        app.push_screen(AskText("Why?"), app.done.append)
        await pilot.pause()
        await pilot.press("escape")
        assert app.done == ["late", None]


async def test_a_choice_is_made_by_key_by_number_or_with_enter() -> None:
    app = Desk()
    choices = [Choice("all", "All", "a"), Choice("mine", "[Mine]"), Choice("quiet", "Quiet")]
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (["a"], ["3"], ["j", "enter"], ["escape"]):
            app.push_screen(Choose("Show which?", choices), app.done.append)
            await pilot.pause()
            await pilot.press(*keys)
        assert app.done == ["all", "quiet", "mine", None]


async def test_help_lists_the_keys_of_the_screen_with_reasons() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await in_the_list(pilot)
        await pilot.press("?")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        text = str(app.screen.query(Static).first().content)
        assert "Enter" in text
        assert "open the archive" in text
        assert "assign (Only a manager assigns.)" in text
        await pilot.press("escape")
        assert isinstance(app.screen, CustomersDesk)


async def test_a_key_that_cannot_act_says_why() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await in_the_list(pilot)
        await pilot.press("n", "a")
        await pilot.pause()
        assert app.done == ["new_order"]
        assert notices(app) == ["Only a manager assigns."]


async def test_letters_are_text_in_an_input_and_function_keys_act() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.screen.query_one(SmartInput).focus()
        await pilot.press("n", "5", "?", "f6")
        await settle(pilot)
        assert app.done == ["leaderboard"]
        assert app.screen.query_one(Input).value == "n5?"


async def test_screens_are_reached_without_function_keys() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.screen.query_one(SmartInput).focus()
        await pilot.press("ctrl+g")
        await pilot.pause()
        await pilot.press("5")
        await pilot.pause()
        assert app.done == ["leaderboard"]


async def test_own_keys_replace_the_delivered_ones(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[keys]\n"customers.new_order" = "g"\n"customers.fly" = "x"\n')
    app = Desk(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await in_the_list(pilot)
        await pilot.press("n")
        assert app.done == []
        await pilot.press("g")
        assert app.done == ["new_order"]
        assert "customers.fly" in notices(app)[0]


async def test_the_palette_does_actions_and_opens_customers() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        for typed in ("new order", "联想"):
            await in_the_list(pilot)
            await pilot.press("ctrl+p")
            await pilot.pause()
            assert isinstance(app.screen, CommandPalette)
            app.screen.query_one(Input).value = typed
            await settle(pilot)
            while app.screen.query_one(OptionList).option_count == 0:
                await pilot.pause()
            await pilot.press("enter")
            await settle(pilot)
        assert app.done == ["new_order", ("customer", 0)]


async def test_a_window_too_small_is_covered_until_it_is_larger() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.resize_terminal(79, 24)
        await pilot.pause()
        assert isinstance(app.screen, TooSmall)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert isinstance(app.screen, CustomersDesk)


async def test_the_search_box_takes_the_first_or_the_highlighted() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        box = app.screen.query_one(SmartInput)
        box.focus()
        await pilot.press("中")
        await settle(pilot)
        assert [each.value for each in box.suggestions] == ["联想中关村", "中关村电子"]
        await pilot.press("down", "enter")
        await pilot.pause()
        box.clear()
        await pilot.press("[")
        await settle(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.done == [("chosen", "中关村电子"), ("chosen", "[清华] 同方")]


async def test_enter_pressed_before_the_search_answers_takes_what_was_typed() -> None:
    gate = threading.Event()

    def slow(text: str) -> Sequence[Suggestion]:
        assert gate.wait(timeout=30)
        return find_names(text)

    app = Desk()
    app.find = slow
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.screen.query_one(SmartInput).focus()
        await pilot.press("海", "enter")
        assert app.done == []
        gate.set()
        await settle(pilot)
        assert app.done == [("chosen", "海龙大厦")]


async def test_a_text_put_into_the_box_is_not_searched_for() -> None:
    app = Desk()
    asked: list[str] = []

    def remember(text: str) -> Sequence[Suggestion]:
        asked.append(text)
        return find_names(text)

    app.find = remember
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        box = app.screen.query_one(SmartInput)
        box.focus()
        box.set_text("海龙")
        await settle(pilot)
        assert asked == []
        await pilot.press("大")
        await settle(pilot)
        assert asked == ["海龙大"]


async def test_escape_clears_the_box_and_nothing_found_is_told() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        box = app.screen.query_one(SmartInput)
        box.focus()
        await pilot.press("z")
        await settle(pilot)
        await pilot.press("enter")
        await pilot.press("escape")
        await pilot.pause()
        assert app.done == [("nothing", "z")]
        assert box.text == ""


async def test_the_text_cursor_of_the_terminal_follows_the_input() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        box = app.screen.query_one(SmartInput)
        box.focus()
        before = app.cursor_position.x
        await pilot.press("中", "关")
        await settle(pilot)
        assert app.cursor_position.x == before + 4


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", [name for name, place in keymap.PLACES.items() if not place.covers])
def test_the_foot_shows_all_its_keys_on_80_columns(screen: str, language: Any) -> None:
    locale.use(language)
    keys = [(keymap.short_key(action), locale._(action.foot_label), True) for action in keymap.footer_actions(screen)]
    line_of_keys = key_line(keys, 80).plain
    assert cell_len(line_of_keys.rstrip()) <= 80
    assert all(f"{key} {label}" in line_of_keys for key, label, _can_act in keys)
    standing = Standing("北京中关村某某某某某某某某某某某某科技有限公司", "张三", "2026-03-31", "09:12", 3, 1)
    line = standing_line(standing, 80)
    assert cell_len(line) == 80
    assert "09:12" in line


def test_a_curve_fills_its_cells_and_reads_in_chinese() -> None:
    locale.use("zh")
    months = tuple(f"{24 + month // 12}年{month % 12 + 1}月" for month in range(24))
    revenue = tuple(1_000_000 * (month % 7 + 1) for month in range(24))
    data = CurveData(months, (("收入", revenue), ("毛利", tuple(value // 5 for value in revenue))))
    for width, height in ((40, 12), (80, 20)):
        lines = chart.draw_curves(data, width, height).plain.splitlines()
        assert len(lines) == height
        assert {cell_len(line) for line in lines} == {width}
        assert "收入" in lines[0]
        assert any("万" in line for line in lines)
        assert "24年1月" in lines[-1]


def test_curves_of_very_different_size_stand_one_below_the_other_where_there_is_room() -> None:
    locale.use("zh")
    months = tuple(f"{24 + month // 12}-{month % 12 + 1:02d}" for month in range(24))
    revenue = tuple(90_000_000 * (month % 7 + 1) for month in range(24))
    margin = tuple(value // 9 for value in revenue)
    data = CurveData(months, (("收入", revenue), ("毛利", margin)))
    lines = chart.draw_curves(data, 80, 17).plain.splitlines()
    assert len(lines) == 17
    assert {cell_len(line) for line in lines} == {80}
    second = next(place for place, line in enumerate(lines) if "毛利" in line)
    assert ("收入" in lines[0], second) == (True, 9)
    # The largest of the margin is drawn at the top of its own part, and not at the ground of the other's.
    drawn = [any("⠀" < character <= "⣿" for character in line) for line in lines]
    assert any(drawn[second + 1 : second + 3])
    # With too little room, where one is no more than some part of the other, and of rates, both stand in one.
    for shown, height in (
        (data, 9),
        (CurveData(months, (("收入", revenue), ("毛利", revenue))), 17),
        (CurveData(months, (("收入", (5_500,) * 24), ("毛利", (1_000,) * 24)), "percent"), 17),
    ):
        legend = chart.draw_curves(shown, 80, height).plain.splitlines()[0]
        assert "收入" in legend
        assert "毛利" in legend


@pytest.mark.parametrize("height", [10, 11])
def test_with_little_room_curves_of_very_different_size_share_the_labels_below_them(height: int) -> None:
    locale.use("en")
    months = tuple(f"{24 + month // 12}-{month % 12 + 1:02d}" for month in range(24))
    revenue = tuple(90_000_000 * (month % 7 + 1) for month in range(24))
    data = CurveData(months, (("revenue", revenue), ("margin", tuple(value // 9 for value in revenue))))
    lines = chart.draw_curves(data, 70, height).plain.splitlines()
    assert len(lines) == height
    assert {cell_len(line) for line in lines} == {70}
    second = next(place for place, line in enumerate(lines) if "margin" in line)
    assert "margin" not in lines[0]
    for part in (lines[1:second], lines[second + 1 : -2]):
        assert len(part) >= 3
        assert any("⠀" < character <= "⣿" for line in part[:2] for character in line)
        # Both begin in the same column, for they are read against the same labels.
        assert {line.index("┤") for line in part if "┤" in line} == {lines[1].index("┤")}
    assert [line for line in lines if "24-01" in line] == [lines[-1]]


@pytest.mark.parametrize(
    ("series", "unit", "labels"),
    [
        ((("company", (8_000,) * 24), ("S04", (1_500,) * 24)), "percent", ["80%", "60%", "40%", "20%", "0%"]),
        ((("S04", (1_500,) * 24), ("company", (8_000,) * 24)), "percent", ["80%", "60%", "40%", "20%", "0%"]),
        (
            (("revenue", (120_000_000,) * 24), ("margin", (48_000_000,) * 24)), "money",
            ["1.5M", "1M", "500k", "0"],
        ),
    ],
)  # fmt: skip
def test_curves_of_one_scale_are_read_against_labels_of_all(series: Any, unit: Any, labels: list[str]) -> None:
    locale.use("en")
    months = tuple(f"{24 + month // 12}-{month % 12 + 1:02d}" for month in range(24))
    lines = chart.draw_curves(CurveData(months, series, unit), 80, 17).plain.splitlines()
    assert [line.partition("┤")[0].strip() for line in lines if "┤" in line] == labels


def test_a_curve_without_colour_has_no_colour() -> None:
    data = CurveData(("a", "b"), (("x", (1, 2)),), "count")
    assert not [span for span in chart.draw_curves(data, 40, 10, in_colour=False).spans if "color" in str(span)]


def test_bars_end_together_and_say_how_many_are_hidden() -> None:
    data = BarData(("张三", "[李四]", "王五"), (100_00, 50_00, 0))
    lines = chart.draw_bars(data, 40, 3).plain.splitlines()
    assert {cell_len(line) for line in lines} == {40}
    assert lines[0].count("█") == 2 * lines[1].count("█") or lines[1].count("█") * 2 + 1 == lines[0].count("█")
    assert chart.draw_bars(data, 40, 2).plain.splitlines()[-1] == "… +2"
    # Those that were not even handed over are hidden too, whether the others fit or not.
    of_many = replace(data, more=216)
    assert chart.draw_bars(of_many, 40, 2).plain.splitlines()[-1] == "… +218"
    assert chart.draw_bars(of_many, 40, 3).plain.splitlines()[-1] == "… +217"
    assert chart.draw_bars(of_many, 40, 300).plain.splitlines()[3:] == ["… +216"]


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (0, "money", "0", "0"),
        (123_45, "money", "123", "123"),
        (12_50, "money", "12.5", "12.5"),
        (12_345_00, "money", "12.3k", "1.2万"),
        (-1_500_000_00, "money", "-1.5M", "-150万"),
        (250_000_000_00, "money", "250M", "2.5亿"),
        (4_250, "percent", "42.5%", "42.5%"),
        (37, "count", "37", "37"),
    ],
)
def test_values_are_shortened_for_reading(value: int, unit: Any, english: str, chinese: str) -> None:
    locale.use("en")
    assert chart.short(value, unit) == english
    locale.use("zh")
    assert chart.short(value, unit) == chinese


def test_ticks_are_round_and_hold_every_value() -> None:
    for values in ([0], [7], [-3, 12], [999_999], [1_000_000], [-1], [123_456_789, -5]):
        ticks = chart.value_ticks(values)
        assert ticks[0] <= min(0, *values, 0)
        assert ticks[-1] >= max(values)
        assert len(ticks) <= chart.TICKS_AT_MOST


async def test_a_chart_draws_in_its_widget() -> None:
    class Charted(DeskApp):
        def compose(self) -> ComposeResult:
            yield Chart(BarData(("a", "b"), (1, 2), "count"))

    app = Charted()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.query_one(Chart).data = CurveData(("a", "b"), (("x", (1, 2)),), "count")
        await pilot.pause()
        assert "x" in app.query_one(Chart).render().plain
