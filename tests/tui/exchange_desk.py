"""The whole app on a laptop of a real office; only the network is left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from textual.pilot import Pilot

from tests.sync.offices import Company, Laptop
from tests.tui.waiting import until
from tui.app import HuokeApp
from tui.exchange.office_head import OfficeHead
from tui.exchange.screen import ExchangeScreen, Inbox, Outbox
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine


@contextmanager
def laptop_app(laptop: Laptop, first_mode: str = "sync") -> Iterator[HuokeApp]:
    """The app over a laptop's store, its exchanges over the laptop's own wire and the office's clock."""
    app = HuokeApp(laptop.store, first_mode=first_mode)
    laptop.wire.close = lambda: None
    app.session.line = lambda _store, _passphrase: laptop.wire
    app.session.now = laptop.company.now
    yield app


def company_of_two(company: Company) -> None:
    """A manager, two salespeople, goods, a customer of each and one of the pool."""
    company.person("M", "manager")
    company.person("A")
    company.person("B")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    company.customer("C2", "B", limit=1000)
    company.customer("POOL", limit=1000)


async def synced(pilot: Pilot[None]) -> None:
    """Press the key and wait for the end of the exchange."""
    app = pilot.app
    assert isinstance(app, HuokeApp)
    app.last_exchange = None
    await pilot.press("R")
    await until(pilot, lambda: app.last_exchange is not None and not app.is_exchanging)
    await settled(pilot)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing is being read or written and every list has its rows."""

    def still() -> bool:
        screen = pilot.app.screen
        return all(worker.is_finished for worker in pilot.app.workers) and not any(
            table.is_loading for table in screen.query(PagedTable) if table.source is not None and table.display
        )

    for _round in range(2):
        await until(pilot, still)
        await pilot.pause()


def exchange_screen(pilot: Pilot[None]) -> ExchangeScreen:
    return next(screen for screen in reversed(pilot.app.screen_stack) if isinstance(screen, ExchangeScreen))


def inbox(pilot: Pilot[None]) -> list[tuple[str, ...]]:
    return [tuple(map(str, row.cells)) for row in exchange_screen(pilot).query_one(Inbox).shown_rows]


def outbox(pilot: Pilot[None]) -> list[tuple[str, ...]]:
    return [tuple(map(str, row.cells)) for row in exchange_screen(pilot).query_one(Outbox).shown_rows]


def head(pilot: Pilot[None]) -> str:
    return exchange_screen(pilot).query_one(OfficeHead).render().plain


def foot(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(StatusLine).render().plain.splitlines()[0]


def screen_text(pilot: Pilot[None]) -> str:
    return " | ".join(str(widget.render()) for widget in pilot.app.screen.query(StatusLine))
