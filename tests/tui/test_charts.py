"""Heat tables and scatters: every line within its cells, in both languages, and readable without any colour."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from tui import locale
from tui.locale import Language
from tui.shared.chart import Chart, HeatData, Point, ScatterData
from tui.shared.charts.heat import draw_heat, shade
from tui.shared.charts.scatter import MARKED_SIGN, draw_scatter, gathered

LANGUAGES: tuple[Language, ...] = ("en", "zh")
SIZES = [(40, 12), (80, 24), (120, 40), (24, 6), (10, 3)]
HEAT = HeatData(
    ("2026-01", "一月的客户群体", "2026-03"),
    ("+1", "+2", "+3"),
    ((0, 2_500, 10_000), (1, 5_000, None), (7_449, None, None)),
)
SCATTER = ScatterData(
    "客户价值", "potential",
    (Point(1_000, 1_000), Point(5_000_000, 80_000, True), Point(-5, 20_000, False, 30), Point(700_000, 3)),
    100_000, 50_000, "重点客户", "others",
)  # fmt: skip


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    yield
    locale.use("en")


@pytest.mark.parametrize("language_used", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_line_is_wider_than_its_cells_and_none_is_too_many(language_used: Language, width: int, height: int) -> None:
    locale.use(language_used)
    for drawn in (draw_heat(HEAT, width, height), draw_scatter(SCATTER, width, height)):
        lines = drawn.plain.split("\n")
        assert len(lines) <= height
        assert all(cell_len(line) <= width for line in lines)


def test_a_heat_cell_has_its_shade_and_its_number() -> None:
    legend, head, january, february, march = draw_heat(HEAT, 40, 12).plain.split("\n")
    assert legend.split() == ["░", "0%+", "▒", "25%+", "▓", "50%+", "█", "75%+"]
    assert head.split() == ["+1", "+2", "+3"]
    assert january.split() == ["2026-01", "0", "▒", "25", "█100"]
    assert february.split()[-4:] == ["░", "0", "▓", "50"]
    assert march.split() == ["2026-03", "▓", "74"]
    # The cells stand under their heads, whatever the labels are made of.
    assert {cell_len(line.rstrip()) for line in (head, january)} == {cell_len(head.rstrip())}


def test_only_nothing_at_all_is_blank() -> None:
    assert [shade(value, 10_000) for value in (0, 1, 2_500, 5_000, 7_500, 10_000)] == [" ", "░", "▒", "▓", "█", "█"]


def test_a_heat_table_too_high_shows_its_last_rows_and_says_how_many_are_hidden() -> None:
    tall = HeatData(tuple(f"r{at}" for at in range(20)), ("+1",), tuple((100 * at,) for at in range(20)))
    lines = draw_heat(tall, 30, 8).plain.split("\n")
    assert len(lines) == 8
    assert lines[2] == "… +15"
    assert lines[-1].startswith("r19")


def test_a_marked_point_stands_out_by_its_sign_above_and_right_of_the_lines() -> None:
    lines = draw_scatter(SCATTER, 60, 16).plain.split("\n")
    grid = lines[1:-2]
    [row] = [at for at, line in enumerate(grid) if MARKED_SIGN in line]
    level = next(at for at, line in enumerate(grid) if "───" in line)
    assert row < level
    upright = grid[-1].index("│", grid[-1].index("│") + 1)
    assert grid[row].index(MARKED_SIGN) > upright
    # What is not above zero stands on the edge, and as many as there are.
    assert "%" in lines[level + 1] or any("│%" in line for line in grid)
    assert "重点客户" in "".join(lines[:2])
    assert "potential" in lines[0]


def test_points_that_no_screen_can_tell_apart_are_one() -> None:
    points = gathered((1_000_000 + at, 500_000 + at, False) for at in range(1_000))
    assert len(points) == 1
    assert points[0].count == 1_000
    assert len(gathered([(10, 10, False), (10, 10, True), (-3, 10, False)])) == 3


@pytest.mark.parametrize("no_colour", ["", "1"])
async def test_both_are_drawn_by_the_chart_without_any_colour(monkeypatch: pytest.MonkeyPatch, no_colour: str) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)

    class Drawn(App[None]):
        def compose(self) -> ComposeResult:
            yield Chart(HEAT)
            yield Chart(SCATTER)

    app = Drawn()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for chart in app.query(Chart):
            assert chart.render().plain.strip()
            assert not chart.render().spans
