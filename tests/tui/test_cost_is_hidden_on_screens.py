"""No screen lets a salesperson tell two companies apart that differ in nothing but what their goods cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from model.changes.company import SetSetting
from model.changes.recording import record
from model.store import Store
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.archive.screen import ArchiveScreen
from tui.order_entry.screen import OrderScreen

pytestmark = pytest.mark.usefixtures("english")

COSTS = ("70", "31.5")
SCREENS = [mode for mode in HuokeApp.MODES if mode not in ("sync", "archive", "order")]
# Keys that turn each of these screens to all its faces, one after the other.
FACES = {"leaderboard": ("f", "l", "c"), "analysis": ("]",) * 8, "money": ("]",) * 4, "office": ("]",) * 8}


@pytest.fixture
def two_stores(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    with (
        small_company(tmp_path / "one", lambda made: fill(made, COSTS[0]), me="S1") as (first, _made),
        small_company(tmp_path / "two", lambda made: fill(made, COSTS[1]), me="S1") as (second, _other),
    ):
        yield first, second


def fill(made: Company, cost: str) -> None:
    made.setting("cost_visible_to_sales", "no")
    made.salesperson("S1")
    made.product("P", price="100", cost=cost)
    made.customer("C1", "S1", days=30, limit="9000")
    made.customer("C2", "S1", days=30, limit="9000")
    for month in (1, 2, 3):
        made.sell("C1", date(2026, month, 5), [("P", str(month), "100")], maker="S1", paid=f"{month}00")
    made.sell("C2", date(2026, 3, 20), [("P", "4", "90")], maker="S1")


async def settled(pilot: Pilot[None]) -> str:
    """What is painted once nothing is being read any more."""
    for _round in range(3):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    lines = pilot.app.screen._compositor.render_strips(pilot.app.size)
    return "\n".join("".join(segment.text for segment in line) for line in lines)


async def shown(store: Store, mode: str) -> list[str]:
    app = HuokeApp(store, first_mode=mode)
    async with app.run_test(size=(120, 40)) as pilot:
        painted = [await settled(pilot)]
        for key in FACES.get(mode, ()):
            await pilot.press(key)
            painted.append(await settled(pilot))
    return painted


@pytest.mark.parametrize("mode", SCREENS)
async def test_no_face_of_a_screen_tells_a_cost(mode: str, two_stores: tuple[Store, Store]) -> None:
    first, second = two_stores
    assert await shown(first, mode) == await shown(second, mode)


async def archive_shown(store: Store) -> list[str]:
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen))
        painted = [await settled(pilot)]
        await pilot.press("enter")
        painted.append(await settled(pilot))
        await pilot.press("escape")
        for _tab in range(4):
            await pilot.press("]")
            painted.append(await settled(pilot))
    return painted


async def test_no_tab_and_no_document_of_the_archive_tells_a_cost(two_stores: tuple[Store, Store]) -> None:
    first, second = two_stores
    assert await archive_shown(first) == await archive_shown(second)


async def test_the_same_tabs_tell_the_cost_where_the_company_lets_them(two_stores: tuple[Store, Store]) -> None:
    for store in two_stores:
        with store.use():
            record(SetSetting(name="cost_visible_to_sales", from_date=TODAY, value="yes"), person=None, on=TODAY)
    first, second = two_stores
    assert await archive_shown(first) != await archive_shown(second)


async def order_shown(store: Store) -> str:
    app = HuokeApp(store, first_mode="order")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, OrderScreen))
        await pilot.press(*"C1", "enter", *"P", "enter", *"3", "enter", "enter")
        await until(pilot, lambda: bool(app.screen.order.lines))  # type: ignore[attr-defined]
        return await settled(pilot)


async def test_an_order_being_typed_tells_no_cost(two_stores: tuple[Store, Store]) -> None:
    first, second = two_stores
    assert await order_shown(first) == await order_shown(second)
