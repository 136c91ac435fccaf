"""A desk with the customers on it and nothing else, over a small company."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from model.store import Store, set_meta
from tests.model.company import Company, company
from tui.customers.screen import CustomersScreen
from tui.receivables.receipt_form import ReceiptForm
from tui.session import Session
from tui.shared.desk_app import DeskApp
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine

TODAY = date(2026, 3, 31)


class CustomersDesk(DeskApp):
    """The customers alone; where other screens would open, it only remembers that."""

    MODES: ClassVar[dict[str, type[Screen[Any]]]] = {"customers": CustomersScreen}  # type: ignore[assignment]

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.session = Session(store)
        self.went: list[tuple[str, Hashable]] = []

    def on_mount(self) -> None:
        self.switch_mode("customers")

    def open_customer(self, customer_id: Hashable) -> None:
        self.went.append(("archive", customer_id))

    def begin_order(self, customer_id: bytes) -> None:
        self.went.append(("order", customer_id))

    def receive_money(self, customer_id: bytes, amount_minor: int | None = None, order_id: bytes | None = None) -> None:
        self.push_screen(ReceiptForm(customer_id, amount_minor, order_id))

    @property
    def table(self) -> PagedTable:
        return self._screen_stacks["customers"][0].query_one(PagedTable)

    def shown(self) -> list[str]:
        """The codes of the rows in sight, top to bottom."""
        rows = [self.table._pages.row(index) for index in range(min(self.table.total, 100))]
        return [str(row.cells[1]) for row in rows if row is not None]

    def line(self, y: int) -> str:
        return self.table.render_line(y).text

    def said(self) -> str:
        return self._screen_stacks["customers"][0].query_one(StatusLine).standing.said

    def filtered(self) -> str:
        return str(self._screen_stacks["customers"][0].query_one(".filtered", Static).content)

    def objection(self) -> str:
        return str(self.screen.query_one(".objection", Static).content)

    def notices(self) -> list[str]:
        return [str(notice.message) for notice in self._notifications]


async def settle(pilot: Pilot[None]) -> None:
    """Wait until no worker runs and what they posted is handled."""
    for _round in range(3):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@contextmanager
def small_company(folder: Path, fill: Callable[[Company], None], me: str = "") -> Iterator[tuple[Store, Company]]:
    """A company filled by a test; its store is no longer in use when the desk opens it."""
    from model.store import current

    with company(folder, TODAY) as made:
        fill(made)
        set_meta("me", me)
        store = current()
    yield store, made
    store.close()
