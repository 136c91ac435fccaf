"""Why a customer may not buy on credit stands in its archive, with what cures it and the key that receives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from model.archive import terms_history
from model.conflicts import Conflict
from model.credit import standing_on
from model.customers import terms_on
from model.payment_record import suggestion_for
from model.store import Store, set_meta
from tests.model.company import Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.archive.pane import Section, TabLine
from tui.archive.screen import CREDIT_TAB, ArchiveScreen
from tui.archive.why_blocked import WhyBlocked
from tui.order_entry.screen import OrderScreen
from tui.receivables.receipt_form import ReceiptForm
from tui.shared.ask import Confirm
from tui.shared.status import StatusLine

pytestmark = pytest.mark.usefixtures("english")

DAY = timedelta(days=1)


def fill(made: Company) -> None:
    """LATE owes three overdue bills and is over its limit, OVER is only over, BAD is blacklisted, GOOD pays at once."""
    made.salesperson("S1", "manager")
    made.salesperson("S2")
    made.product("P")
    made.customer("LATE", "S1", days=30, limit="5000")
    made.setting("grace_days", "90", since=TODAY)
    for ago, amount in ((90, "300"), (80, "200"), (70, "100")):
        made.sell("LATE", TODAY - ago * DAY, amount, maker="S1")
    made.setting("grace_days", "0", since=TODAY)
    made.terms("LATE", days=30, limit="50", since=TODAY)
    made.customer("OVER", "S1", days=30, limit="1000")
    made.sell("OVER", TODAY - 5 * DAY, "900", maker="S1")
    made.terms("OVER", days=30, limit="800", since=TODAY)
    made.customer("BAD", "S1", days=30, limit="1000")
    made.blacklist("BAD", TODAY - 3 * DAY)
    made.customer("GOOD", "S2", days=30, limit="1000")
    for month in (9, 10, 11, 12):
        made.sell("GOOD", date(2025, month, 1), "600", paid="600", maker="S2")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Store, Company]]:
    with small_company(tmp_path, fill, me="S1") as found:
        yield found


async def show(pilot: Pilot[None], customer: bytes) -> ArchiveScreen:
    app = pilot.app
    assert isinstance(app, HuokeApp)
    app.open_customer(customer)
    await until(pilot, lambda: isinstance(app.screen, ArchiveScreen) and app.screen._head is not None)
    screen = app.screen
    assert isinstance(screen, ArchiveScreen)
    return screen


def why(screen: ArchiveScreen) -> list[str]:
    """What stands in the card; nothing where it is not shown."""
    if not screen.query_one("#why-section", Section).has_class("-blocked"):
        return []
    return [line.strip() for line in screen.query_one(WhyBlocked).render().plain.splitlines()]


async def test_one_key_shows_the_bills_the_days_and_the_cure_and_another_begins_its_receipt(
    opened: tuple[Store, Company],
) -> None:
    store, made = opened
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await show(pilot, made.ids["LATE"])
        await pilot.press("w")
        await until(pilot, lambda: bool(why(screen)))
        assert screen.query_one(TabLine).at == CREDIT_TAB
        shown = why(screen)
        assert len(shown) == 6, shown
        first, second, bill, _bill, more, cure = shown
        assert first == "! overdue 600.00 (bills: 3, up to 60 days)"
        assert second == "! owes 600.00, over the limit of 50.00 by 550.00"
        assert bill.endswith("60 days late, 300.00 of 300.00 open")
        assert more == "… and 1 more bills"
        assert cure == "f  receive 600.00: then nothing stops it"
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, ReceiptForm))
        await until(pilot, lambda: app.screen.control("amount").value == "600.00")  # type: ignore[attr-defined]
        await pilot.press("f10")
        await until(pilot, lambda: app.screen is screen and why(screen) == [])
    with store.use():
        assert standing_on(made.ids["LATE"], TODAY).verdict == "ok"


async def test_over_the_limit_says_by_how_much(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await show(pilot, made.ids["OVER"])
        await pilot.press("w")
        await until(pilot, lambda: bool(why(screen)))
        assert why(screen) == [
            "! owes 900.00, over the limit of 800.00 by 100.00",
            "f  receive 100.00: then nothing stops it",
        ]


async def test_no_money_is_asked_for_where_only_a_person_can_help(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await show(pilot, made.ids["BAD"])
        await pilot.press("w")
        await until(pilot, lambda: bool(why(screen)))
        [reason, way] = why(screen)
        assert reason.startswith("! blacklisted since 2026-03-28: ")
        assert way == "b  lift it from the blacklist: no money does"
        await pilot.press("f")
        await until(pilot, lambda: any("no money lifts it" in str(each.message) for each in app._notifications))
        assert app.screen is screen


async def test_who_may_buy_is_told_so(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(120, 40)) as pilot:
        await show(pilot, made.ids["GOOD"])
        await pilot.press("w")
        await until(pilot, lambda: any("it may buy up to 1,000.00" in str(each.message) for each in app._notifications))


async def test_from_an_order_the_archive_opens_where_it_says_why(opened: tuple[Store, Company]) -> None:
    store, made = opened
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        app.begin_order(made.ids["LATE"])
        await until(pilot, lambda: isinstance(app.screen, OrderScreen) and app.screen.customer_is_stopped)
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, ArchiveScreen) and bool(why(app.screen)))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, OrderScreen))
        assert app.screen.order.customer == made.ids["LATE"]  # type: ignore[attr-defined]


async def test_the_suggestion_is_taken_over_with_its_reason(opened: tuple[Store, Company]) -> None:
    store, made = opened
    good = made.ids["GOOD"]
    with store.use():
        suggestion = suggestion_for(good, TODAY)
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await show(pilot, good)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: screen.query_one(StatusLine).standing.said == "The terms are set.")
    with store.use():
        held, latest = terms_on(good, TODAY), terms_history(good)[0]
    assert (held.credit_days, held.credit_limit) == (suggestion.days, suggestion.limit)
    assert (latest.reason, latest.person) == (
        "limit 0: what it buys in 45 days is under 1,000.00; pays every bill on time: 15 days more, at most 60",
        "Person S1",
    )


async def test_who_may_not_set_terms_is_told_who_may_and_asks_the_office_on_a_laptop(
    opened: tuple[Store, Company],
) -> None:
    store, made = opened
    with store.use():
        set_meta("me", "S2")
    app = HuokeApp(store, first_mode="customers")
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, made.ids["GOOD"])
        await pilot.press("u")
        await until(pilot, lambda: any("Your role may not" in str(each.message) for each in app._notifications))
    app = HuokeApp(store, first_mode="customers")
    app.session.joined = True
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, made.ids["GOOD"])
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
    with store.use():
        assert Conflict.select().count() == 0
