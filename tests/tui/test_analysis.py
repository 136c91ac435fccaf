"""The analysis: each face shows its figures with a chart, says what they mean, and opens the rows behind them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from model.changes.customers import SetBlacklisted
from model.changes.recording import record
from model.kept_values import kept_values, refresh_values
from model.margin import margin
from model.money import grouped
from model.quarters import BOTH
from model.settings import Setting
from model.stages import stages_report
from model.store import Store, open_store, rows, set_meta
from model.trend import trends
from tests.conftest import SAMPLE_DAY
from tests.tui.analysis_desk import (
    LIFE,
    LOSSES,
    MARGIN,
    QUARTERS,
    TERMS,
    TRENDS,
    analysis,
    behind,
    chart,
    opened,
    press,
    settle,
    shown,
    table,
    text_of,
)
from tests.tui.waiting import until
from tui.analysis.face import ChartPane, money
from tui.analysis.screen import FACES, AnalysisScreen
from tui.analysis.trends import TrendsFace, why
from tui.app import HuokeApp
from tui.archive.screen import ArchiveScreen
from tui.customers.listed import BLACKLISTED_SIGN
from tui.shared.chart import BarData, CurveData, HeatData, ScatterData
from tui.shared.definition import DefinitionCard
from tui.shared.figure_table import FigureTable
from tui.shared.status import StatusLine

pytestmark = pytest.mark.usefixtures("english", "home")
TODAY = SAMPLE_DAY


async def test_a_question_begins_at_what_is_shown(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await press(pilot, app, "b", "3")
        shown_before = analysis(app).face.shown
        assert shown_before is not None
        assert shown_before[0].turn == "salesperson"
        # Enter alone changes nothing.
        for question in ("b", "p"):
            await press(pilot, app, question, "enter")
            shown_now = analysis(app).face.shown
            assert shown_now is not None
            assert shown_now[0] == shown_before[0]


async def test_margin_stands_by_whatever_is_chosen_with_its_total_and_bars(store: Store) -> None:
    with store.use():
        by_customer = margin(date(2026, 11, 1), SAMPLE_DAY, "customer", SAMPLE_DAY)
        by_brand = margin(date(2026, 10, 1), date(2026, 10, 31), "brand", SAMPLE_DAY)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        assert shown(app, 0) == [row.key for row in by_customer.rows[:100]]
        bars = chart(app).data
        assert isinstance(bars, BarData)
        assert len(bars.labels) + bars.more == len(by_customer.rows) > len(bars.labels)
        assert by_customer.total.uncosted > 0
        assert f"in no margin: {grouped(by_customer.total.uncosted)}" in text_of(app, ".summary")
        await press(pilot, app, "b", "5")
        await press(pilot, app, "p", "l")
        assert shown(app, 1) == [row.key for row in by_brand.rows]
        assert "by brand · last month · 2026-10-01 – 2026-10-31" in text_of(app, ".summary")
        await press(pilot, app, "s")
        assert table(app).sort is not None
        assert table(app).sort.column == "name"


@pytest.mark.parametrize(("face", "unit"), [(MARGIN, "lines"), (TRENDS, "customers")])
async def test_the_head_counts_the_rows_that_a_filter_leaves(store: Store, face: int, unit: str) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, face)
        count = table(app).total
        assert f"{count} {unit}" in text_of(app, ".summary")
        table(app).filter_rows(shown(app, 1)[0])
        await settle(pilot, app)
        assert 0 < table(app).total < count
        assert f"{table(app).total} of {count} {unit}" in text_of(app, ".summary")
        await press(pilot, app, "escape")
        assert f" {count} {unit}" in text_of(app, ".summary")
        assert f"of {count} {unit}" not in text_of(app, ".summary")


async def test_by_month_two_years_stand_as_curves_and_in_numbers(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await press(pilot, app, "b", "7")
        data = chart(app).data
        assert isinstance(data, CurveData)
        assert len(data.labels) == 24
        assert len(data.series) == 2
        assert shown(app, 1)[0] == "2026-11"
        await press(pilot, app, "j")
        screen = await behind(pilot, app)
        assert "2026-10 · 2026-10-01 – 2026-10-31 · " in text_of(app, ".heading")
        assert {day[:7] for day in shown(app, 0, screen.query_one(FigureTable))} == {"2026-10"}


async def test_enter_opens_the_orders_behind_a_line_and_they_add_up_to_it(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await press(pilot, app, "b", "4")
        revenue = table(app).record.revenue
        screen = await behind(pilot, app)
        listed = screen.query_one(FigureTable)
        orders = [listed._pages.row(index).record for index in range(listed.total)]  # type: ignore[union-attr]
        assert sum(order.revenue for order in orders) == revenue
        assert "Revenue:" in text_of(app, "DefinitionLine")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen))


async def test_other_days_can_be_typed_and_what_is_wrong_is_said(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("p", "f")
        await until(pilot, lambda: bool(app.screen.query("#first")))
        await until(pilot, lambda: app.screen.focused is not None)
        # Nothing is recorded by it.
        assert "F10 ^j: show it" in text_of(app, ".keys")
        await pilot.press("ctrl+u", *"2026-08-01", "enter", "ctrl+u", *"2026-07-01", "enter")
        await until(pilot, lambda: "exchange them" in text_of(app, ".objection"))
        await pilot.press("ctrl+u", *"2026-08-31", "enter")
        await until(pilot, lambda: isinstance(app.screen, AnalysisScreen))
        await settle(pilot, app)
        assert "2026-08-01 – 2026-08-31" in text_of(app, ".summary")


async def test_who_may_not_see_cost_sees_revenue_and_no_margin(store: Store) -> None:
    with store.use():
        [(code,)] = rows("SELECT code FROM salesperson WHERE role = 'sales' ORDER BY code LIMIT 1")
        with store.writing():
            Setting.create(name="cost_visible_to_sales", from_date=date(2020, 1, 1), value="no")
            set_meta("me", code)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        assert set(shown(app, 5)) == {""}
        revenue = shown(app, 3)
        assert revenue == sorted(revenue, key=lambda text: -float(text.replace(",", "")))
        await press(pilot, app, "b", "7")
        data = chart(app).data
        assert isinstance(data, CurveData)
        assert len(data.series) == 1
        await press(pilot, app, "right_square_bracket")
        await press(pilot, app, "b", "2")
        slopes = [float(text.replace(",", "")) for text in shown(app, 3)]
        assert slopes == sorted(slopes, reverse=True)
        assert len(set(slopes)) > 1
        assert "by slope, the steepest first" in text_of(app, ".summary")
        await press(pilot, app, "right_square_bracket")
        assert chart(app).data is None
        assert [each for each in shown(app, 2) if each] == []


async def test_potential_big_customers_stand_first_with_their_reason_and_their_curve(store: Store) -> None:
    with store.use():
        expected = [row.customer.name for row in trends(SAMPLE_DAY, "potential")]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, TRENDS)
        assert expected
        assert shown(app, 1) == expected
        face = analysis(app).face
        assert isinstance(face, TrendsFace)
        assert "rises by" in text_of(app, "TrendsFace FaceNote")
        assert "customers · by slope × margin rate" in text_of(app, ".summary")
        assert text_of(app, ".meaning") == "Trend of the 12 full months up to 2026-10; curve: 24 months with this one."
        await until(pilot, lambda: isinstance(chart(app).data, CurveData))
        curve = chart(app).data
        assert isinstance(curve, CurveData)
        assert len(curve.labels) == 24
        await press(pilot, app, "b", "3")
        assert "falls by" in text_of(app, "TrendsFace FaceNote")
        assert "by slope × margin rate, the largest fall first" in text_of(app, ".summary")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen))


def test_a_slope_of_nothing_is_told_without_a_number(store: Store) -> None:
    with store.use():
        falling = trends(SAMPLE_DAY, "falling")[0]
    assert "revenue falls by " in why(falling)
    flat = replace(falling, trend=replace(falling.trend, slope_parts=-1))
    assert f"{falling.customer.name}: revenue falls more often than it rises over " in why(flat)
    assert "0.00 a month" not in why(flat)


async def test_the_four_quarters_stand_as_a_scatter_and_open_their_customers(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, QUARTERS)
        face = analysis(app).face
        quarters = [row.record for row in map(table(app)._pages.row, range(4)) if row is not None]  # type: ignore[attr-defined]
        assert isinstance(chart(app).data, ScatterData)
        assert sum(quarter.count for quarter in quarters) > 500
        assert "12 months stand for potential" in text_of(app, ".meaning") or "BG/NBD" in text_of(app, ".meaning")
        customers = face.query_one("#quarter-customers", FigureTable)
        assert customers.total == quarters[0].count
        assert set(shown(app, 0, customers)) == {"#"}
        assert table(app).columns[0].label == "Quadrant"
        screen = await behind(pilot, app)
        assert screen.query_one(FigureTable).total == quarters[0].count


async def test_the_blacklisted_among_key_accounts_carry_their_sign(store: Store) -> None:
    with store.use():
        refresh_values(SAMPLE_DAY)
        first = kept_values(quarter=BOTH, count=1)[0]
        record(
            SetBlacklisted(customer=first.id, from_date=SAMPLE_DAY, blacklisted=True, reason="does not pay"),
            person=None, on=SAMPLE_DAY,
        )  # fmt: skip
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, QUARTERS)
        customers = analysis(app).face.query_one("#quarter-customers", FigureTable)
        assert shown(app, 1, customers)[:2] == [BLACKLISTED_SIGN, ""]
        screen = await behind(pilot, app)
        cells = [shown(app, at, screen.query_one(FigureTable))[0] for at in range(3)]
        assert cells == ["#", BLACKLISTED_SIGN, first.code]


async def test_stages_are_counted_and_open_their_customers(store: Store) -> None:
    with store.use():
        old = [row.code for row in stages_report(SAMPLE_DAY) if row.stage == "old"]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, LIFE)
        counts = dict(zip(shown(app, 0), shown(app, 1), strict=True))
        assert counts["old"] == str(len(old))
        await press(pilot, app, "j", "j", "j")
        screen = await behind(pilot, app)
        assert screen.query_one(FigureTable).total == len(old)


async def test_movement_cohorts_and_repeat_rate_have_their_numbers_and_charts(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, LIFE)
        await press(pilot, app, "b", "2")
        for row in (table(app)._pages.row(at) for at in range(table(app).total)):
            assert row is not None
            moved = row.record.moved  # type: ignore[attr-defined]
            assert moved.start + moved.won_new + moved.woken - moved.gone_dormant == moved.end
        moved = table(app).record.moved
        screen = await behind(pilot, app)
        what = [word for words in shown(app, 2, screen.query_one(FigureTable)) for word in words.split(", ")]
        counted = {
            "won new": moved.won_new, "woken": moved.woken, "gone dormant": moved.gone_dormant,
            "grown old": moved.to_old, "grown familiar": moved.to_familiar,
        }  # fmt: skip
        assert any(counted.values())
        assert {word: what.count(word) for word in counted} == counted
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, AnalysisScreen))
        await press(pilot, app, "b", "3")
        data = chart(app).data
        assert isinstance(data, HeatData)
        assert len(data.labels) == table(app).total
        screen = await behind(pilot, app)
        assert "first trade in" in text_of(app, ".heading")
        assert screen.query_one(FigureTable).total == int(shown(app, 1)[0])
        await pilot.press("escape")
        await press(pilot, app, "b", "4")
        assert "repeat rate" in text_of(app, ".summary")
        assert isinstance(chart(app).data, CurveData)
        month = table(app).record
        screen = await behind(pilot, app)
        listed = screen.query_one(FigureTable)
        # Those who were closed since are not listed.
        assert 0 < listed.total <= month.customers
        assert shown(app, 4, listed)[0] == "no"
        assert {(each.next_days > 0, listed.cells_of(each)[4]) for each in listed._records} == {
            (False, "no"), (True, "yes"),
        }  # fmt: skip


async def test_lost_orders_open_behind_each_reason_customer_and_product(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, LOSSES)
        for by in ("1", "2", "3", "4"):
            await press(pilot, app, "b", by)
            line = table(app).record
            screen = await behind(pilot, app)
            assert screen.query_one(FigureTable).total == line.lost
            assert text_of(app, ".heading").endswith(f"{line.lost} lost orders, {grouped(line.lost_amount)}")
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, AnalysisScreen))
        await press(pilot, app, "b", "5")
        assert "Credit control lost" in text_of(app, ".meaning")
        line = table(app).record
        screen = await behind(pilot, app)
        assert screen.query_one(FigureTable).total == line.orders
        amounts = [
            row.record.amount for row in map(screen.query_one(FigureTable)._pages.row, range(line.orders)) if row
        ]  # type: ignore[attr-defined]
        assert sum(amounts) == line.amount


async def test_other_terms_are_tried_and_open_what_they_would_have_held(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, TERMS)
        assert "80 % of the limits" in shown(app, 0)[0]
        # Beside the chart the difference makes room for the two amounts that it is of.
        assert [column.key for column in table(app).shown_columns] == ["name", "present", "other"]
        await press(pilot, app, "j")
        before = table(app).record
        await press(pilot, app, "k")
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query("#limit")))
        await until(pilot, lambda: app.screen.focused is not None)
        await pilot.press("ctrl+u", *"20", "f10")
        await until(pilot, lambda: isinstance(app.screen, AnalysisScreen))
        await settle(pilot, app)
        assert "20 % of the limits" in shown(app, 0)[0]
        await press(pilot, app, "j")
        after = table(app).record
        assert after.present == before.present
        assert after.other > before.other
        screen = await behind(pilot, app)
        assert screen.query_one(FigureTable).total == after.other


async def test_the_heading_behind_an_amount_is_the_amount_that_was_opened(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, TERMS)
        seen = set()
        for _row in range(table(app).total - 1):
            await press(pilot, app, "j")
            outcome = table(app).record
            await behind(pilot, app)
            if not outcome.is_count:
                assert text_of(app, ".heading").startswith(f"{outcome.name} {money(outcome.other)} · ")
                seen.add(outcome.key)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, AnalysisScreen))
        assert {"amount", "late_30", "unpaid", "forgone", "undecided"} <= seen


async def test_what_other_terms_hold_fewer_is_said_as_fewer(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, TERMS)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query("#limit")))
        await until(pilot, lambda: app.screen.focused is not None)
        await pilot.press("ctrl+u", *"1000", "tab", "tab", "tab", *"300", "f10")
        await until(pilot, lambda: isinstance(app.screen, AnalysisScreen))
        await settle(pilot, app)
        await press(pilot, app, "j")
        held = table(app).record
        assert held.other < held.present
        assert f"{held.present - held.other} orders fewer would have been held" in text_of(app, ".summary")


async def test_a_customer_of_the_margin_opens_its_archive(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        with store.use():
            [[customer]] = rows("SELECT id FROM customer WHERE code = ?", (shown(app, 0)[0],))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen) and app.screen.customer == bytes(customer))


async def test_a_narrow_screen_turns_between_chart_and_numbers(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        pane = analysis(app).face.query_one(ChartPane)
        assert not pane.display
        await press(pilot, app, "c")
        assert pane.display
        assert not table(app).region.width
        await press(pilot, app, "escape")
        assert isinstance(app.screen, AnalysisScreen)
        assert not pane.display
        assert table(app).has_focus


async def test_the_figures_are_explained_and_exported(store: Store, tmp_path: Path) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DefinitionCard))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, AnalysisScreen))
        await pilot.press("e", "enter")
        line = analysis(app).query_one(StatusLine)
        await until(pilot, lambda: "rows written" in line.standing.said)
        # Another list of the same figures finds its file taken, and is proposed a name that is free.
        await press(pilot, app, "b", "2")
        await pilot.press("e", "enter")
        await until(pilot, lambda: f"huoke-margin-{TODAY}-2.csv" in line.standing.said)
    path = tmp_path / f"huoke-margin-{TODAY}.csv"
    with path.open(encoding="utf-8-sig") as file:
        written = list(csv.reader(file))
    assert written[0][:4] == ["Code", "Name", "Orders", "Revenue"]
    with store.use():
        assert len(written) - 1 == len(margin(date(2026, 11, 1), SAMPLE_DAY, "customer", SAMPLE_DAY).rows)


async def test_what_was_read_is_kept_until_something_is_written(store: Store) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await press(pilot, app, "b", "2")
        await press(pilot, app, "b", "1")
        kept = analysis(app).face.kept
        assert len(kept.read) == 2
        with store.use(), store.writing():
            set_meta("note", "something")
        await until(pilot, lambda: len(kept.read) == 1)
        await settle(pilot, app)
        assert kept.shown is not None
        assert kept.shown[0].turn == "customer"


@pytest.mark.parametrize("face", range(len(FACES)))
async def test_an_empty_store_says_what_to_do(tmp_path: Path, face: int) -> None:
    store = open_store(tmp_path / "empty", create=True)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, face)
        assert table(app).total == 0 or face == LIFE
        assert table(app).empty_text
    store.close()
