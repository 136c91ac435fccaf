"""Figures that took long to read are kept for the next run, and shown as what they are."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from model import kept_answers
from model.changes.company import SetSetting
from model.changes.recording import record
from model.errors import StoreError
from model.store import Store, execute, open_store, rows, set_meta
from tests.conftest import SAMPLE_DAY
from tests.tui.analysis_desk import (
    analysis,
    opened,
    press,
    settle,
    shown,
    table,
    text_of,
)
from tests.tui.waiting import until
from tui import app as huoke
from tui.analysis import answers, face
from tui.analysis.face import Asked, Reading
from tui.analysis.margins import MarginsFace, MarginsRead
from tui.analysis.screen import FACES, AnalysisScreen
from tui.analysis.trends import TrendsFace
from tui.app import HuokeApp
from tui.cli.main import main
from tui.clock import TODAY_VARIABLE

pytestmark = pytest.mark.usefixtures("english", "home")
TODAY = SAMPLE_DAY


@pytest.fixture(autouse=True)
def everything_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What took no time at all too."""
    monkeypatch.setattr(answers, "KEPT_FROM_SECONDS", 0)


@pytest.mark.parametrize("face", range(len(FACES)))
async def test_each_way_of_a_face_is_kept_for_the_next_run(
    store: Store, monkeypatch: pytest.MonkeyPatch, face: int
) -> None:
    ways, pressed = range(len(FACES[face].TURNS)) or range(1), list[object]()
    for _run in range(2):
        # In the second run whatever is read anew would hold it up for good.
        read: dict[Asked, object] = {}
        app = HuokeApp(store, first_mode="customers")
        async with app.run_test(size=(120, 40)) as pilot:
            await opened(pilot, app, face)
            for way in ways:
                if len(ways) > 1:
                    await press(pilot, app, "b", str(way + 1))
                now = analysis(app).face.shown
                assert now is not None
                read[now[0]] = now[1]
        pressed.append(read)
        monkeypatch.setattr(FACES[face], "read", lambda *_args: pytest.fail("it was kept"))
    assert len(read) == len(ways)
    assert pressed[0] == pressed[1]


async def test_what_was_read_before_something_was_written_stands_until_it_is_read_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        [before] = [shown(app, 0)]
        assert "as of" not in text_of(app, ".summary")
    with store.use():
        record(SetSetting(name="company_name", from_date=SAMPLE_DAY, value="Another"), person=None, on=SAMPLE_DAY)
    may_go_on, reading = Event(), MarginsFace.read

    def late(asked: Asked, under_way: Reading) -> MarginsRead:
        may_go_on.wait(60)
        return reading(asked, under_way)

    monkeypatch.setattr(MarginsFace, "read", late)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, AnalysisScreen) and table(app).total > 0)
        await until(pilot, lambda: shown(app, 0) == before)
        assert "as of 20" in text_of(app, ".summary")
        assert "reading …" in text_of(app, ".summary")
        may_go_on.set()
        await settle(pilot, app)
        assert shown(app, 0) == before
        assert "as of" not in text_of(app, ".summary")


async def test_who_may_see_cost_no_more_is_not_shown_what_was_kept_with_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.use():
        set_meta("me", rows("SELECT code FROM salesperson WHERE role = 'sales' ORDER BY code")[0][0])
    seen, show = list[bool](), MarginsFace.show

    def watched(margins: MarginsFace, asked: Asked, read: MarginsRead, *, anew: bool) -> None:
        seen.append(read.sees_cost)
        show(margins, asked, read, anew=anew)

    monkeypatch.setattr(MarginsFace, "show", watched)
    for sees_cost in (True, False):
        with store.use():
            args = SetSetting(
                name="cost_visible_to_sales", from_date=SAMPLE_DAY, value="yes" if sees_cost else "no"
            )  # fmt: skip
            record(args, person=None, on=SAMPLE_DAY)
        seen.clear()
        app = HuokeApp(store, first_mode="customers")
        async with app.run_test(size=(120, 40)) as pilot:
            await opened(pilot, app)
        assert set(seen) == {sees_cost}


async def test_last_months_figures_are_no_earlier_ones_of_this_month(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        assert table(app).total > 0
    monkeypatch.setenv(TODAY_VARIABLE, "2026-12-01")
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, AnalysisScreen) and analysis(app).face.shown is not None)
        assert "as of" not in text_of(app, ".summary")
        assert table(app).total == 0


async def test_what_cannot_be_kept_is_shown_all_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:

    def full(*_args: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(answers, "keep_answers", full)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        assert table(app).total > 0
        assert "full" not in text_of(app, ".summary")


async def test_earlier_figures_keep_their_time_where_they_cannot_be_read_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
    with store.use():
        record(SetSetting(name="company_name", from_date=SAMPLE_DAY, value="Another"), person=None, on=SAMPLE_DAY)

    def broken(*_args: object) -> None:
        raise StoreError("The store is broken.")

    monkeypatch.setattr(MarginsFace, "read", broken)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        said = text_of(app, ".summary")
        assert "as of 20" in said
        assert "broken" in said
        assert table(app).total > 0


async def test_very_many_rows_are_let_go_with_their_face_and_are_there_again_with_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face, "MANY_ROWS", 10)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        margins, before = analysis(app).face, shown(app, 0)
        assert len(before) > 10
        await press(pilot, app, "right_square_bracket")
        assert margins.table.total == 0
        monkeypatch.setattr(MarginsFace, "read", lambda *_args: pytest.fail("it was kept"))
        await press(pilot, app, "left_square_bracket")
        assert shown(app, 0) == before


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every company counts as large, and its analysis is read ahead at once."""
    monkeypatch.setattr(kept_answers, "READ_AHEAD_FROM_CUSTOMERS", 1)
    monkeypatch.setattr(huoke, "READ_AHEAD_AFTER_SECONDS", 0.01)


def kept_count(store: Store) -> int:
    with store.use():
        return int(rows("SELECT COUNT(*) FROM kept_answer")[0][0])


async def test_what_is_usually_asked_is_read_before_anybody_asks(
    store: Store, monkeypatch: pytest.MonkeyPatch, large: None
) -> None:
    ways = [max(1, len(face.TURNS)) for face in FACES]
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: kept_count(store) == sum(ways))
        await all_ways_shown(pilot, app, monkeypatch)


async def all_ways_shown(pilot: Pilot[None], app: HuokeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at everything the analysis shows first; nothing of it may be read now."""
    for each in FACES:
        monkeypatch.setattr(each, "read", lambda *_args: pytest.fail("it was read ahead"))
    await opened(pilot, app)
    for each in FACES:
        for way in range(len(each.TURNS) or 1):
            if len(each.TURNS) > 1:
                await press(pilot, app, "b", str(way + 1))
            assert analysis(app).face.shown is not None
        await press(pilot, app, "right_square_bracket")


async def test_a_large_sample_is_made_with_its_figures_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "READ_AHEAD_FROM_CUSTOMERS", 1)
    assert main(["demo", "--no-open", "--lang", "en", "--store", str(tmp_path / "sample")]) == 0
    with closing(open_store(tmp_path / "sample")) as made:
        app = HuokeApp(made, first_mode="customers")
        async with app.run_test(size=(120, 40)) as pilot:
            await all_ways_shown(pilot, app, monkeypatch)


async def test_what_can_be_shown_first_is_not_read_ahead_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, large: None
) -> None:
    count = sum(max(1, len(face.TURNS)) for face in FACES)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: kept_count(store) == count)
    with store.use(), store.writing():
        execute("DELETE FROM kept_answer WHERE question LIKE ?", (f"{TrendsFace.TITLE}%",))
        record(SetSetting(name="company_name", from_date=SAMPLE_DAY, value="Another"), person=None, on=SAMPLE_DAY)
    for each in FACES:
        if each is not TrendsFace:
            monkeypatch.setattr(each, "read", lambda *_args: pytest.fail("the earlier one can be shown"))
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: kept_count(store) == count)


async def test_a_reading_that_nobody_waits_for_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    began, left, ended, reading = Event(), Event(), list[bool](), MarginsFace.read

    def long(asked: Asked, under_way: Reading) -> MarginsRead:
        if asked.turn == "customer":
            began.set()
            try:
                rows(
                    "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT 200000000)"
                    " SELECT COUNT(*) FROM number"
                )
                ended.append(True)
            finally:
                left.set()
        return reading(asked, under_way)

    monkeypatch.setattr(MarginsFace, "read", long)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f8")
        await until(pilot, began.is_set)
        # Something else is asked for.
        await pilot.press("b", "2")
        await settle(pilot, app)
        shown = analysis(app).face.shown
        assert shown is not None
        assert shown[0].turn == "segment"
        began.clear()
        left.clear()
        await pilot.press("b", "1")
        await until(pilot, began.is_set)
    # The program ends.
    assert left.wait(60)
    assert not ended
