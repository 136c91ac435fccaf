"""The customers: found by typing, filtered, sorted, and one key from whatever is to be done with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from model.changes.customers import ClaimCustomer, ReleaseCustomer
from model.changes.kind import Args
from model.conflicts import Requested
from model.customer_list import QUIET_DAYS, CustomerFilter
from model.errors import HuokeError
from model.stages import STAGE_NAMES, STAGES
from tui import keymap
from tui.customers.card_form import CustomerForm, KnownCustomer
from tui.customers.export import write_customers
from tui.customers.forms import AssignForm, ContactForm, done_or_asked
from tui.customers.listed import COLUMNS, SEPARATOR, Chosen, CustomerPages, customer_list
from tui.customers.people import Colleague, colleagues, meant_by
from tui.locale import _, translate_error
from tui.session import StoreScreen
from tui.shared.ask import AskText, Choice, Choose
from tui.shared.columns import printable
from tui.shared.export import free_path, objection_to
from tui.shared.paged_table import PagedTable
from tui.shared.status import StatusLine


@dataclass(frozen=True)
class Done:
    """What became of a deed done with several customers."""

    count: int
    refusal: str


class CustomersScreen(StoreScreen):
    """All customers of the store."""

    DESK = "customers"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("customers")]

    class PeopleRead(Message, bubble=False):
        """Everyone who works here was read, to choose an owner from."""

        def __init__(self, people: tuple[Colleague, ...]) -> None:
            super().__init__()
            self.people = people

    class CustomersClaimed(Message, bubble=False):
        """Customers were taken from the pool."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    class CustomersReleased(Message, bubble=False):
        """Customers were given to the pool."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    class ExportAdvanced(Message, bubble=False):
        """An export has come so far, is finished, or failed; the sentence says which."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self) -> None:
        super().__init__()
        self._chosen = Chosen()
        self._shown_on: date | None = None

    def compose(self) -> ComposeResult:
        yield Static("", classes="filtered", markup=False)
        yield Input(placeholder=_("code, name, pinyin initials, phone, order number"), compact=True, classes="search")
        yield PagedTable(COLUMNS, markable=True)
        yield StatusLine()

    def on_mount(self) -> None:
        self._show()
        self._table.focus()

    @property
    def _table(self) -> PagedTable:
        return self.query_one(PagedTable)

    @property
    def _search(self) -> Input:
        return self.query_one(".search", Input)

    def refresh_data(self) -> None:
        if self._shown_on == self.session.today():
            self._table.reload()
        else:
            # The desk was open over midnight: what is overdue or quiet is another question now.
            self._show()

    def why_not(self, action_id: str) -> str:
        if action_id in ("customers.show_own", "customers.claim_customers") and self.session.person is None:
            return _("Nobody has signed in here: say who you are with “huoke me CODE”.")
        if action_id == "customers.assign_owner":
            return self.reason_against_right("assign_customer")
        return ""

    # What is shown ------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show the rows that are chosen now."""
        self._shown_on = self.session.today()
        listed = customer_list(self._chosen, self._shown_on)
        empty = _("No customer matches: Esc takes the filter away.")
        if self._chosen.filter == CustomerFilter():
            empty = _("There are no customers yet: N makes one, “huoke import” reads them from files.")
            if self.session.joined:
                key = keymap.shown_keys(keymap.ACTION_OF["app.sync_now"])
                empty = _("There are no customers here: {key} asks the office for what this laptop may hold.").format(
                    key=key
                )
        self._table.show(CustomerPages(self.session.store, listed), sort=self._chosen.sort, empty_text=empty)
        self._say_filter()

    def _say_filter(self) -> None:
        """Say above the list what is shown and how many."""
        said = [self._chosen.words() or _("all customers")]
        if self._chosen.filter.text.strip():
            said.append(f"“{printable(self._chosen.filter.text.strip())}”")
        if not self._table.is_loading:
            said.append(_("{count} shown").format(count=f"{self._table.total:,}"))
        if marked := len(self._table.selected):
            said.append(_("{count} marked").format(count=marked))
        self.query_one(".filtered", Static).update(SEPARATOR.join(said))

    def _choose(self, owner_name: str | None = None, **parts: Any) -> None:
        """Change parts of the filter; what is set already is taken away again."""
        now = self._chosen.filter
        blank = CustomerFilter()
        changed = {
            name: getattr(blank, name) if getattr(now, name) == value else value for name, value in parts.items()
        }
        name = self._chosen.owner_name if owner_name is None else owner_name
        self._chosen = replace(self._chosen, filter=replace(now, **changed), owner_name=name)
        self._show()

    @on(PagedTable.Loaded)
    @on(PagedTable.SelectionChanged)
    def _rows_came(self) -> None:
        self._say_filter()

    @on(PagedTable.SortRequested)
    def _sort(self, message: PagedTable.SortRequested) -> None:
        self._chosen = replace(self._chosen, sort=message.sort)
        self._show()

    # Searching ----------------------------------------------------------------------------------

    @on(PagedTable.FilterRequested)
    def _open_search(self) -> None:
        self._search.add_class("-shown")
        self._search.focus()

    @on(Input.Changed, ".search")
    def _search_typed(self, message: Input.Changed) -> None:
        message.stop()
        if message.value != self._chosen.filter.text:
            self._chosen = replace(self._chosen, filter=replace(self._chosen.filter, text=message.value))
            self._show()

    @on(Input.Submitted, ".search")
    def _search_done(self, message: Input.Submitted) -> None:
        message.stop()
        self._table.focus()

    def on_key(self, event: events.Key) -> None:
        """Escape takes the text away first, then the filter; only then it goes back. ↓ leaves the box for the list."""
        if event.key in keymap.keys_of(keymap.ACTION_OF["app.go_back"]):
            if self._search.has_class("-shown") or self._chosen.filter.text:
                event.stop()
                self._close_search()
            elif self._chosen.filter != CustomerFilter():
                event.stop()
                self._clear_filter()
        elif event.key == "down" and self._search.has_focus:
            event.stop()
            self._table.focus()

    def _close_search(self) -> None:
        self._search.remove_class("-shown")
        self._search.value = ""
        self._table.focus()

    def _clear_filter(self) -> None:
        self._chosen = Chosen(sort=self._chosen.sort)
        self._show()

    # Filters ------------------------------------------------------------------------------------

    def action_choose_filter(self) -> None:
        choices: list[Choice[Callable[[], None]]] = [
            Choice(self._ask_owner, _("owner…"), "w"),
            Choice(lambda: self._choose(owner="pool"), _("the pool"), "p"),
            Choice(lambda: self._choose(owner="retail"), _("retail"), "r"),
            Choice(self._ask_stage, _("stage…"), "g"),
            Choice(self._ask_quiet, _("no trade for…"), "q"),
            Choice(lambda: self._choose(overdue=True), _("overdue"), "d"),
            Choice(lambda: self._choose(held=True), _("with a held order"), "h"),
            Choice(lambda: self._choose(blacklisted=True), _("blacklisted"), "b"),
            Choice(lambda: self._choose(with_closed=True), _("closed ones too"), "c"),
            Choice(self._clear_filter, _("all customers"), "a"),
        ]
        if self.session.person is not None:
            choices.insert(0, Choice(self.action_show_own, _("only mine"), "m"))
        self._ask(_("Show which customers?"), choices)

    def _ask(self, question: str, choices: list[Choice[Callable[[], None]]]) -> None:
        def chosen(deed: Callable[[], None] | None) -> None:
            if deed is not None:
                deed()

        self.app.push_screen(Choose(question, choices, self._chosen.words()), chosen)

    def _ask_stage(self) -> None:
        def only(stage: str) -> Callable[[], None]:
            return lambda: self._choose(stage=stage)

        self._ask(_("Customers in which stage?"), [Choice(only(stage), _(STAGE_NAMES[stage])) for stage in STAGES])

    def _ask_quiet(self) -> None:
        def only(days: int) -> Callable[[], None]:
            return lambda: self._choose(quiet_days=days)

        shown = _("no trade for {days} days")
        self._ask(_("Quiet for how long?"), [Choice(only(days), shown.format(days=days)) for days in QUIET_DAYS])

    def action_show_own(self) -> None:
        person = self.session.person
        if person is not None:
            self._choose(owner=person.id, owner_name=person.name)

    def _ask_owner(self) -> None:
        self._read_people()

    @work(thread=True, exclusive=True, group="people")
    def _read_people(self) -> None:
        with self.session.store.use():
            people = colleagues()
        if not get_current_worker().is_cancelled:
            self.post_message(self.PeopleRead(people))

    def on_customers_screen_people_read(self, message: CustomersScreen.PeopleRead) -> None:
        def objection(text: str) -> str:
            found = meant_by(text, message.people) if text else []
            if len(found) == 1:
                return ""
            return "  ".join(one.shown for one in (found or message.people)[:12])

        def chosen(text: str | None) -> None:
            if text:
                owner = meant_by(text, message.people)[0]
                self._choose(owner=owner.id, owner_name=owner.name)

        self.app.push_screen(AskText(_("Whose customers?"), _("Code or name."), objection=objection), chosen)

    # What is done with customers ----------------------------------------------------------------

    def _here(self) -> bytes | None:
        """The customer under the cursor."""
        row = self._table.cursor_row
        return None if row is None else cast(bytes, row.key)

    def _meant(self) -> tuple[bytes, ...]:
        """The marked customers, else the one under the cursor."""
        here = self._here()
        keys: tuple[Hashable, ...] = self._table.selected or (() if here is None else (here,))
        return tuple(cast(bytes, key) for key in keys)

    @on(PagedTable.RowChosen)
    def _open(self, message: PagedTable.RowChosen) -> None:
        self.app.open_customer(message.row.key)  # type: ignore[attr-defined]

    def action_open_archive(self) -> None:
        self._table.action_choose_row()

    def action_new_order(self) -> None:
        if (here := self._here()) is not None:
            self.app.begin_order(here)  # type: ignore[attr-defined]

    def action_record_receipt(self) -> None:
        if (here := self._here()) is not None:
            self.app.receive_money(here)  # type: ignore[attr-defined]

    def action_log_contact(self) -> None:
        def logged(contact: bytes | None) -> None:
            if contact is not None:
                self.say(_("The contact is logged."))

        if (here := self._here()) is not None:
            self.app.push_screen(ContactForm(here), logged)

    def action_new_customer(self) -> None:
        def made(customer: bytes | KnownCustomer | None) -> None:
            if isinstance(customer, KnownCustomer):
                self.app.open_customer(customer.id)  # type: ignore[attr-defined]
            elif customer is not None:
                self.say(_("The customer is made."))

        self.app.push_screen(CustomerForm(name=self._chosen.filter.text.strip()), made)

    def action_assign_owner(self) -> None:
        def assigned(count: int | Requested | None) -> None:
            if count is not None:
                self._done_with_marked(done_or_asked(count, _("{count} customers assigned.").format(count=count)))

        if meant := self._meant():
            self.app.push_screen(AssignForm(meant), assigned)

    def action_claim_customers(self) -> None:
        person = self.session.person
        if person is not None and (meant := self._meant()):
            today = self.session.today()
            self._claim([ClaimCustomer(customer=id_, owner=person.id, from_date=today) for id_ in meant])

    @work(thread=True, group="deeds")
    def _claim(self, deeds: list[Args]) -> None:
        self.post_message(self.CustomersClaimed(self._do_each(deeds)))

    def action_release_customers(self) -> None:
        if meant := self._meant():
            self._release([ReleaseCustomer(customer=id_, from_date=self.session.today()) for id_ in meant])

    @work(thread=True, group="deeds")
    def _release(self, deeds: list[Args]) -> None:
        self.post_message(self.CustomersReleased(self._do_each(deeds)))

    def _do_each(self, deeds: list[Args]) -> Done:
        """Do what can be done, in a thread; the first refusal is told."""
        count, refusal = 0, ""
        with self.session.store.use():
            for deed in deeds:
                try:
                    self.session.record(deed)
                    count += 1
                except HuokeError as error:
                    refusal = refusal or translate_error(error)
        return Done(count, refusal)

    def on_customers_screen_customers_claimed(self, message: CustomersScreen.CustomersClaimed) -> None:
        self._tell(_("{count} customers taken from the pool."), message.done)

    def on_customers_screen_customers_released(self, message: CustomersScreen.CustomersReleased) -> None:
        self._tell(_("{count} customers given to the pool."), message.done)

    def _tell(self, sentence: str, done: Done) -> None:
        said = [sentence.format(count=done.count)] if done.count else []
        self._done_with_marked(" ".join([*said, done.refusal]).strip())

    def _done_with_marked(self, sentence: str) -> None:
        self._table.clear_marks()
        self.refresh_data()
        self.say(sentence)

    # Export -------------------------------------------------------------------------------------

    @on(PagedTable.ExportRequested)
    def _ask_path(self) -> None:
        if not self._table.total:
            self.say(_("There is nothing here to export."))
            return
        name = free_path(f"huoke-customers-{self.session.today().isoformat()}")

        def chosen(text: str | None) -> None:
            if text:
                self._export(Path(text).expanduser(), self._chosen)

        question = _("Write {count} customers to which file?").format(count=f"{self._table.total:,}")
        self.app.push_screen(AskText(question, value=str(name), objection=objection_to), chosen)

    @work(thread=True, exclusive=True, group="export")
    def _export(self, path: Path, chosen: Chosen) -> None:
        worker = get_current_worker()

        def progress(written: int) -> None:
            self.post_message(self.ExportAdvanced(_("{count} customers written…").format(count=f"{written:,}")))

        try:
            with self.session.store.use():
                listed = customer_list(chosen, self.session.today())
                written = write_customers(listed, path, progress, lambda: worker.is_cancelled)
            said = _("{count} customers written to {path}.").format(count=f"{written:,}", path=path)
        except HuokeError as error:
            said = translate_error(error)
        if not worker.is_cancelled:
            self.post_message(self.ExportAdvanced(said))

    def on_customers_screen_export_advanced(self, message: CustomersScreen.ExportAdvanced) -> None:
        self.say(message.sentence)
