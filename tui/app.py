"""The app: one store, its screens as modes, and the ways between them. No flow lives here."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from model.store import Store
from tui import keymap
from tui.locale import _

# Terminals that drop what an input method types under Textual's Kitty keyboard flags.
TERMINALS_WITHOUT_KITTY_KEYS = ("iTerm.app", "WezTerm", "ghostty")
if os.environ.get("TERM_PROGRAM") in TERMINALS_WITHOUT_KITTY_KEYS:
    # Textual reads this when it is imported.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")

from textual import on, work  # noqa: E402
from textual.worker import get_current_worker  # noqa: E402

from model.errors import HuokeError  # noqa: E402
from model.giving_up import GivenUp, given_up_when  # noqa: E402
from model.search import find_customers  # noqa: E402
from model.store import one  # noqa: E402
from tui.analysis.answers import read_ahead  # noqa: E402
from tui.analysis.screen import FACES, AnalysisScreen  # noqa: E402
from tui.archive.screen import CREDIT_TAB, ArchiveScreen  # noqa: E402
from tui.cli.output import tell  # noqa: E402
from tui.customers.screen import CustomersScreen  # noqa: E402
from tui.exchange.screen import ExchangeScreen  # noqa: E402
from tui.leaderboard.screen import LeaderboardScreen  # noqa: E402
from tui.money.screen import MoneyScreen  # noqa: E402
from tui.office.screen import OfficeScreen  # noqa: E402
from tui.order_entry.reading import read_waiting  # noqa: E402
from tui.order_entry.screen import OrderScreen  # noqa: E402
from tui.receivables.receipt_form import ReceiptForm  # noqa: E402
from tui.session import Session, StoreScreen, StoreWatch  # noqa: E402
from tui.shared.ask import Confirm  # noqa: E402
from tui.shared.desk_screen import desk_screen_of  # noqa: E402
from tui.shared.keys_ahead import WAY_GROUP  # noqa: E402
from tui.today.screen import TodayScreen  # noqa: E402
from tui.undoing import UndoingApp  # noqa: E402

STORE_WATCH_SECONDS = 1.0
# The first screen has its rows by then.
READ_AHEAD_AFTER_SECONDS = 3.0
# Where a day begins there is no step back.
BEGINNINGS = ("today", "customers")
# The exit status where the office took the store back while it was open.
REVOKED = 1


class HuokeApp(UndoingApp):
    """The desk over one store."""

    MODES: ClassVar[dict[str, type[StoreScreen]]] = {  # type: ignore[assignment]
        "today": TodayScreen,
        "customers": CustomersScreen,
        "archive": ArchiveScreen,
        "order": OrderScreen,
        "leaderboard": LeaderboardScreen,
        "money": MoneyScreen,
        "analysis": AnalysisScreen,
        "office": OfficeScreen,
        "sync": ExchangeScreen,
    }

    def __init__(self, store: Store, settings: Path | None = None, first_mode: str = "") -> None:
        """
        Args:
            store: An open store; the caller holds its screen lock.
            settings: The settings file with a person's own keys; none takes none.
            first_mode: The screen to begin with; without one, today's list where there are customers to work with.
        """
        super().__init__(settings)
        self.session = Session(store)
        self._first_mode = first_mode or first_mode_of(store)
        self._watch = StoreWatch(store)
        self._came_from: dict[str, str] = {}

    def on_mount(self) -> None:
        self._tell_of_waiting_order(self.switch_mode(self._first_mode))
        self.set_interval(STORE_WATCH_SECONDS, self._follow_store)
        self.set_timer(READ_AHEAD_AFTER_SECONDS, self._read_ahead)

    def on_unmount(self) -> None:
        self._watch.close()

    @work
    async def _tell_of_waiting_order(self, shown: Awaitable[None]) -> None:
        """Say on the first screen, when it is shown, that an order was left unfinished."""
        await shown
        draft = await asyncio.to_thread(read_waiting, self.session)
        # Whoever leaves at once leaves no screen to say it on.
        screen = desk_screen_of(self) if self.screen_stack else None
        if draft is None or not isinstance(screen, StoreScreen) or isinstance(screen, OrderScreen):
            return
        screen.say(
            _("An order for {customer} waits, lines: {count}. {key} takes it up.").format(
                customer=draft.customer_name or _("nobody yet"),
                count=len(draft.lines),
                key=keymap.short_key(keymap.ACTION_OF["app.open_order"]),
            )
        )

    @work(thread=True, exclusive=True, group="read_ahead")
    def _read_ahead(self) -> None:
        """Read what the analysis of a large company is usually asked for before somebody waits for it."""
        worker, session = get_current_worker(), self.session
        # Whoever opens the analysis reads for himself, and is told then why he cannot.
        with suppress(GivenUp, HuokeError), session.store.use(), given_up_when(lambda: worker.is_cancelled):
            read_ahead(FACES, session.today(), session.person_id, worker=worker)

    @on(UndoingApp.ExchangeFinished)
    def _read_what_came(self) -> None:
        self._read_ahead()

    def _follow_store(self) -> None:
        if self._watch.changed():
            for mode in self.MODES:
                for screen in self._screen_stacks.get(mode, ()):
                    if isinstance(screen, StoreScreen):
                        screen.store_changed()

    # --- the ways between screens

    def action_open_today(self) -> None:
        self._go_to("today")

    def action_open_customers(self) -> None:
        self._go_to("customers")

    def action_open_archive(self) -> None:
        order = self.screen
        if isinstance(order, OrderScreen) and order.order.customer is not None:
            # Whoever goes there from an order means its customer, and asks why where something stops it.
            self.open_customer(order.order.customer, CREDIT_TAB if order.customer_is_stopped else None)
        else:
            self._go_to("archive")

    def action_open_order(self) -> None:
        self._go_to("order")

    def action_open_leaderboard(self) -> None:
        self._go_to("leaderboard")

    def action_open_money(self) -> None:
        self._go_to("money")

    def action_open_analysis(self) -> None:
        self._go_to("analysis")

    def action_open_office(self) -> None:
        self._go_to("office")

    def action_open_sync(self) -> None:
        self._go_to("sync")

    def _go_to(self, mode: str) -> None:
        """Go to a screen for its own sake."""
        self._came_from.pop(mode, None)
        self.switch_mode(mode)

    def action_go_back(self) -> None:
        """One step back: from a question to its screen, from what a list opened to that list, else to the customers."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self.current_mode not in BEGINNINGS:
            self.switch_mode(self._came_from.pop(self.current_mode, "customers"))

    async def _go_on_to(self, mode: str) -> None:
        """Go to another screen for what is on this one, so that a step back leads here again."""
        if self.current_mode != mode:
            self._came_from[mode] = self.current_mode
        await self.switch_mode(mode)

    @work(group=WAY_GROUP)
    async def open_customer(self, customer_id: Hashable, tab: int | None = None) -> None:
        """Show a customer's archive at a tab; without one, at the one that was shown last."""
        await self._go_on_to("archive")
        if isinstance(self.screen, ArchiveScreen) and isinstance(customer_id, bytes):
            self.screen.show_customer(customer_id, tab)

    @work(group=WAY_GROUP)
    async def begin_order(self, customer_id: bytes) -> None:
        """Begin an order for a customer; what was being typed is put aside, never lost."""
        await self._go_on_to("order")
        if isinstance(self.screen, OrderScreen):
            self.screen.begin_for(customer_id)

    def receive_money(self, customer_id: bytes, amount_minor: int | None = None, order_id: bytes | None = None) -> None:
        """Open the receipt form for a customer, with an amount and an order it is meant for where known."""
        self.push_screen(ReceiptForm(customer_id, amount_minor, order_id))

    def search_customers(self, text: str) -> Sequence[tuple[str, Hashable]]:
        """Customers for the palette; called in a thread."""
        with self.session.store.use():
            found = find_customers(text, person=self.session.person_id, day=self.session.today())
        return [(f"{customer.code} {customer.short_name or customer.name}", customer.id) for customer in found]

    # --- undo

    def tell_undone(self, what: str) -> None:
        for orders in self._screen_stacks.get("order", ()):
            if isinstance(orders, OrderScreen):
                # What it says of the order recorded last may no longer be so.
                orders.say("")
        super().tell_undone(what)

    @work
    async def action_quit(self) -> None:
        """Quit; a draft is on disk at each field and is offered again."""
        order = next((s for s in self._screen_stacks.get("order", ()) if isinstance(s, OrderScreen)), None)
        question = _("An order is being typed. Quit? It is kept and offered next time.")
        if order is None or not order.is_being_typed or await self.push_screen_wait(Confirm(question)):
            self.exit()


def first_mode_of(store: Store) -> str:
    """The screen that a day begins with: what is worth doing, where there is anybody to do it with."""
    with store.use():
        return "today" if one("SELECT 1 FROM customer LIMIT 1") is not None else "customers"


def read_figures(store: Store, progress: Callable[[int, int], None]) -> None:
    """Read what the analysis of a large company is usually asked for, and keep it; call it inside `with store.use():`.

    Args:
        progress: told how many questions are answered, of how many.
    """
    session = Session(store)
    read_ahead(FACES, session.today(), session.person_id, progress=progress)


def run(folder: Path) -> int:
    """Open the store in a folder, asking what to do where there is none yet or for its PIN, and show it.

    Raises:
        StoreError: the store cannot be opened, or is open in another screen.
    """
    from tui.first_run.screen import choose_beginning
    from tui.lock.screen import open_at_the_lock

    chosen = choose_beginning(folder)
    if chosen is None:
        return 0
    store = open_at_the_lock(chosen)
    if store is None:
        return 0
    _end_with_the_terminal()
    with store.screen():
        app = HuokeApp(store, keymap.settings_path())
        app.run()
    if app.farewell:
        tell(app.farewell)
        return REVOKED
    return 0


def _end_with_the_terminal() -> None:
    """Let a closed terminal end the program, also where whoever started it had that ignored.

    Without a terminal the app would read its end for ever and keep the store's one screen; drafts are on disk.
    """
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
