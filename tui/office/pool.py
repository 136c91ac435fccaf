"""Whose customers are: those of the pool, or of one salesperson, and many of them given to another at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from textual import events, on

from model.conflicts import Requested
from model.customer_list import CustomerFilter
from tui import keymap
from tui.customers.forms import AssignForm, done_or_asked
from tui.customers.listed import COLUMNS as LISTED_COLUMNS
from tui.customers.listed import SEPARATOR, Chosen, CustomerPages, customer_list
from tui.customers.people import Colleague, colleagues, meant_by
from tui.locale import N_, _
from tui.office.face import Deed, OfficeFace
from tui.shared.ask import AskText, Choice, Choose
from tui.shared.columns import Column, Sort
from tui.shared.paged_table import PagedTable

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

PEOPLE_SHOWN = 12
POOL = "pool"
# What the office looks at first when it gives customers away.
PRIORITIES = {"last_trade": 9, "balance": 9, "overdue": 9, "credit_left": 5}
COLUMNS: tuple[Column, ...] = tuple(
    replace(column, priority=PRIORITIES.get(column.key, column.priority)) for column in LISTED_COLUMNS
)


async def assign(desk: OfficeDesk, face: OfficeFace, customers: tuple[bytes, ...]) -> None:
    """Ask to whom these customers go and from when, and give them."""
    outcome: int | Requested | None = await desk.ask(AssignForm(customers))
    if outcome is not None:
        face.clear_marks()
        desk.done(done_or_asked(outcome, _("{count} customers assigned.").format(count=outcome)))


async def ask_for_colleague(desk: OfficeDesk, question: str) -> Colleague | None:
    """One of those who work here; None where the person has left the question."""
    people = await asyncio.to_thread(_people, desk)

    def objection(text: str) -> str:
        found = meant_by(text, people) if text else []
        return "" if len(found) == 1 else "  ".join(one.shown for one in (found or people)[:PEOPLE_SHOWN])

    text = await desk.ask(AskText(question, _("Code or name."), objection=objection))
    return meant_by(text, people)[0] if text else None


def _people(desk: OfficeDesk) -> tuple[Colleague, ...]:
    with desk.session.store.use():
        return colleagues()


class PoolFace(OfficeFace):
    """Customers by whose they are, read page by page."""

    TITLE = N_("Pool")
    MARKABLE = True
    ENTER = "open_archive"

    def __init__(self, **more: Any) -> None:
        super().__init__(COLUMNS, markable=self.MARKABLE, **more)
        self._chosen = Chosen(CustomerFilter(owner=POOL), sort=Sort("last_trade"))
        self._shown_by: tuple[Chosen, object] | None = None
        self._desk: OfficeDesk | None = None

    @property
    def customer(self) -> bytes | None:
        row = self.cursor_row
        return None if row is None else cast(bytes, row.key)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "assign_customers": Deed(self._assign, "assign_customer"),
            "choose_shown": Deed(self._choose, needs_row=False, label=N_("whose")),
            "open_archive": self.open_archive(),
        }

    def fill_from(self, desk: OfficeDesk, *, turned_to: bool) -> None:
        self._desk = desk
        shown_by = (self._chosen, desk.session.today())
        if shown_by == self._shown_by:
            self.reload()
        else:
            self._shown_by = shown_by
            listed = customer_list(self._chosen, desk.session.today())
            empty = _("Nobody is in the pool: f shows the customers of a salesperson.")
            if self._chosen.filter.owner != POOL:
                empty = _("There are no customers here: f shows those of somebody else.")
            if self._chosen.filter.text:
                empty = _("No row has “{text}” in it: Esc shows all.").format(text=self._chosen.filter.text)
            self.show(CustomerPages(desk.session.store, listed), sort=self._chosen.sort, empty_text=empty)
        self._sum_up()

    @on(PagedTable.Loaded)
    def _sum_up(self) -> None:
        said = [_("in the pool") if self._chosen.filter.owner == POOL else self._chosen.words()]
        if self._chosen.filter.text:
            said.append(f"“{self._chosen.filter.text}”")
        if not self.is_loading:
            said.append(_("{count} shown").format(count=f"{self.total:,}"))
        self.summary = SEPARATOR.join(said)
        if self._desk is not None:
            self._desk.show_standing()

    def _show(self, chosen: Chosen) -> None:
        self._chosen = chosen
        if self._desk is not None:
            self.fill_from(self._desk, turned_to=False)

    # What is shown ------------------------------------------------------------------------------

    @on(PagedTable.SortRequested)
    def _sort(self, message: PagedTable.SortRequested) -> None:
        message.stop()
        self._show(replace(self._chosen, sort=message.sort))

    @on(PagedTable.FilterRequested)
    def _filter(self, message: PagedTable.FilterRequested) -> None:
        message.stop()

        def answered(text: str | None) -> None:
            if text is not None:
                self.filter_rows(text)

        question = _("Show only rows with which text?")
        self.app.push_screen(AskText(question, value=self._chosen.filter.text, objection=lambda text: ""), answered)

    def filter_rows(self, text: str) -> None:
        """Show only customers that a text finds."""
        self._show(replace(self._chosen, filter=replace(self._chosen.filter, text=text)))

    def on_key(self, event: events.Key) -> None:
        """Escape first takes away what narrows the list; only then it leads back."""
        narrowed = self._chosen.filter.text or self._chosen.filter.overdue
        if narrowed and event.key in keymap.keys_of(keymap.ACTION_OF["app.go_back"]):
            event.stop()
            self._show(replace(self._chosen, filter=replace(self._chosen.filter, text="", overdue=False)))

    @property
    def filter_text(self) -> str:
        """What the customers are found by; empty where all are shown."""
        return self._chosen.filter.text

    async def _choose(self, desk: OfficeDesk) -> None:
        choices = [
            Choice("pool", _("the pool"), "p"),
            Choice("owner", _("owner…"), "w"),
            Choice("overdue", _("only overdue ones, or all again"), "d"),
        ]
        chosen = await desk.ask(Choose(_("Show which customers?"), choices))
        now = self._chosen
        if chosen == "pool":
            self._show(replace(now, filter=replace(now.filter, owner=POOL), owner_name=""))
        elif chosen == "overdue":
            self._show(replace(now, filter=replace(now.filter, overdue=not now.filter.overdue)))
        elif chosen == "owner" and (owner := await ask_for_colleague(desk, _("Whose customers?"))) is not None:
            self._show(replace(now, filter=replace(now.filter, owner=owner.id), owner_name=owner.name))

    # What is done -------------------------------------------------------------------------------

    async def _assign(self, desk: OfficeDesk) -> None:
        """Give the marked customers, or the one under the cursor, to a salesperson or the pool."""
        marked = tuple(cast(bytes, key) for key in self.selected)
        here = () if self.customer is None else (self.customer,)
        await assign(desk, self, marked or here)
