"""Sync: what is unsent, how the exchange goes, what came back otherwise than expected, and what is to be decided."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, Static
from textual.worker import get_current_worker

from model.archive import DocumentRef
from model.changes.deciding import ReadNotices
from model.errors import HuokeError
from tui import keymap
from tui.archive.documents import DocumentScreen
from tui.archive.sources import Desk
from tui.exchange.deciding import decision, why_not_decide
from tui.exchange.exchanging import ExchangingApp
from tui.exchange.messages import EntrySettled, OfficeRead
from tui.exchange.office_head import OfficeHead
from tui.exchange.reading import ExchangeRead, InboxEntry, UnsentRow, read_exchange
from tui.leaderboard.short_table import Entry, ShortTable
from tui.locale import N_, _, translate_error
from tui.session import StoreScreen
from tui.shared.columns import Column, printable
from tui.shared.paged_table import PagedTable, Row
from tui.shared.pages import Tone
from tui.shared.status import StatusLine

INBOX_COLUMNS = (
    Column("what", N_("Kind"), 9, priority=9),
    Column("about", N_("Concerns"), 9, priority=8, whole=True),
    Column("sentence", N_("What there is to say"), 30, grow=True, priority=9),
    Column("day", N_("Date"), 10, priority=5),
)
UNSENT_COLUMNS = (
    Column("number", "#", 5, align="right", priority=5),
    Column("time", N_("Recorded"), 11, priority=8),
    Column("what", N_("Kind"), 18, priority=9),
    Column("about", N_("Concerns"), 9, priority=9, whole=True),
    Column("details", N_("Details"), 16, grow=True, priority=6),
)
TONES: dict[str, Tone] = {"result": "warning", "conflict": "warning", "notice": ""}


class Inbox(ShortTable):
    """What there is to look at."""


class Outbox(ShortTable):
    """What the office has not got yet."""


class ExchangeScreen(StoreScreen):
    """How this laptop stands with its office."""

    DESK = "exchange"
    CSS_PATH = "exchange.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("exchange")]

    def __init__(self) -> None:
        super().__init__()
        self._read: ExchangeRead | None = None

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="office", id="face"):
            with Vertical(id="no-office"):
                yield Static(_nothing_joined_words(self.session.store.folder), markup=False)
            with Vertical(id="office"):
                yield OfficeHead()
                with Container(id="lists"):
                    with Vertical(id="inbox-part", classes="part"):
                        yield Inbox(INBOX_COLUMNS, empty_text=_("Nothing to look at: all went as expected."))
                        yield Static("", id="details", markup=False)
                    with Vertical(id="outbox-part", classes="part"):
                        yield Outbox(UNSENT_COLUMNS, empty_text=_("The office has everything that was done here."))
        yield StatusLine()

    def on_mount(self) -> None:
        self.query_one(Inbox).focus()
        self._title()
        self.refresh_data()

    @property
    def office_app(self) -> ExchangingApp:
        return cast(ExchangingApp, self.app)

    # --- reading

    def refresh_data(self) -> None:
        self._read_office()

    @work(thread=True, exclusive=True, group="office")
    def _read_office(self) -> None:
        worker = get_current_worker()
        with self.session.store.use():
            read = read_exchange(self.session)
        if not worker.is_cancelled:
            self.post_message(OfficeRead(read))

    @on(OfficeRead)
    def _show(self, message: OfficeRead) -> None:
        self._read = message.read
        face = self.query_one("#face", ContentSwitcher)
        face.current = "no-office" if message.read is None else "office"
        if message.read is not None:
            today = self.session.today().isoformat()
            self.query_one(Inbox).take([_inbox_row(entry) for entry in message.read.inbox])
            self.query_one(Outbox).take([_unsent_row(row, today) for row in message.read.unsent])
        self._title()
        self._show_details()
        self.show_syncing()

    def _title(self) -> None:
        inbox, outbox = self.query_one("#inbox-part"), self.query_one("#outbox-part")
        seen = 0 if self._read is None else len(self._read.inbox)
        unsent = 0 if self._read is None else self._read.facts.unsent
        inbox.border_title = Content(_("To look at: {count}").format(count=seen)).markup
        outbox.border_title = Content(_("Unsent: {count}").format(count=f"{unsent:,}")).markup

    def show_syncing(self) -> None:
        super().show_syncing()
        head, app = self.query_one(OfficeHead), self.office_app
        head.facts = None if self._read is None else self._read.facts
        head.today = self.session.today()
        head.is_exchanging = app.is_exchanging
        head.progress, head.last = app.exchange_progress, app.last_exchange
        head.refresh()

    # --- the row under the cursor

    @property
    def entry(self) -> InboxEntry | None:
        """What of the inbox is under the cursor, where the cursor is in the inbox."""
        inbox = self.query_one(Inbox)
        row = inbox.cursor_row
        if row is None or self._read is None or self.query_one(Outbox).has_focus:
            return None
        return next((entry for entry in self._read.inbox if entry.id == row.key), None)

    @property
    def _unsent(self) -> UnsentRow | None:
        row = self.query_one(Outbox).cursor_row
        if row is None or self._read is None or not self.query_one(Outbox).has_focus:
            return None
        return next((unsent for unsent in self._read.unsent if unsent.change.uid == row.key), None)

    @on(PagedTable.RowHighlighted)
    def _row_highlighted(self) -> None:
        self._show_details()
        self.query_one(StatusLine).refresh()

    @on(PagedTable.Loaded)
    def _rows_came(self) -> None:
        self._show_details()

    def on_descendant_focus(self) -> None:
        self._show_details()
        self.query_one(StatusLine).refresh()

    def _show_details(self) -> None:
        """Say in full below the inbox what its row has no room for."""
        lines: list[str] = []
        if (entry := self.entry) is not None:
            lines = list(entry.details or (entry.sentence,))
        elif (unsent := self._unsent) is not None:
            lines = [unsent.waits or unsent.details or unsent.word]
        self.query_one("#details", Static).update("\n".join(map(printable, lines)))

    @on(PagedTable.RowChosen)
    def _row_chosen(self) -> None:
        self.action_open_subject()

    def action_open_subject(self) -> None:
        """Open the order or the customer that the row is about."""
        subject = self.entry or self._unsent
        if subject is None:
            return
        if subject.document is not None:
            way = subject.way if isinstance(subject, InboxEntry) else ""
            self._open_document(subject.document, subject.customer, way)
        elif subject.customer is not None:
            self.app.open_customer(subject.customer)  # type: ignore[attr-defined]

    def _open_document(self, document: DocumentRef, customer: bytes | None, way: str) -> None:
        desk = Desk(self.session.store, self.session.person_id, self.session.today(), customer or b"")
        self.app.push_screen(DocumentScreen(desk, document, way))

    @on(ShortTable.Exported)
    def _tell_exported(self, message: ShortTable.Exported) -> None:
        self.say(message.sentence)

    # --- what is done with it

    def why_not(self, action_id: str) -> str:
        place, _dot, verb = action_id.partition(".")
        if verb in ("sync_again", "sync_now"):
            return self.office_app.why_not("app.sync_now")
        if place != "exchange":
            return ""
        if verb == "stop_syncing":
            return "" if self.office_app.is_exchanging else _("Nothing is being synced now.")
        entry = self.entry
        if verb == "open_subject":
            subject = entry or self._unsent
            if subject is None or (subject.document is None and subject.customer is None):
                return _("There is nothing here that could be opened.")
            return ""
        if entry is None:
            return _("There is nothing here to look at.")
        if verb == "mark_seen":
            keys = [keymap.shown_keys(keymap.ACTION_OF[f"exchange.{each}"]) for each in ("take_mine", "keep_theirs")]
            if entry.kind == "conflict":
                return _("This waits for a decision: {take} takes, {keep} keeps.").format(take=keys[0], keep=keys[1])
            return ""
        return self._why_not_decide(entry)

    def _why_not_decide(self, entry: InboxEntry) -> str:
        if entry.conflict is None:
            key = keymap.shown_keys(keymap.ACTION_OF["exchange.mark_seen"])
            return _("There is nothing to decide here: {key} marks it as seen.").format(key=key)
        person = self.session.person
        return why_not_decide(entry.conflict, "" if person is None else person.role)

    def action_sync_again(self) -> None:
        self.office_app.action_sync_now()

    def action_stop_syncing(self) -> None:
        self.office_app.stop_exchange()
        self.say(_("Stopping…"))

    def action_take_mine(self) -> None:
        self._decide(take=True)

    def action_keep_theirs(self) -> None:
        self._decide(take=False)

    def _decide(self, *, take: bool) -> None:
        entry = self.entry
        if entry is None or entry.conflict is None:
            return
        args, said = decision(entry.conflict, take=take)
        self._settle(lambda: self.session.record(args), said)

    def action_mark_seen(self) -> None:
        """Mark a result or a notice as seen; it leaves the list."""
        entry = self.entry
        if entry is None:
            return
        if entry.kind == "notice":
            self._settle(lambda: self.session.record(ReadNotices(ids=(entry.id,))), _("Read."))
        elif entry.kind == "result":
            self._settle(lambda: self._see(entry.id), _("Seen."))

    def _see(self, uid: bytes) -> None:
        from sync.client import seen

        with self.session.store.writing():
            seen([uid])

    @work(thread=True, group="settle")
    def _settle(self, deed: Callable[[], Any], said: str) -> None:
        try:
            with self.session.store.use():
                deed()
        except HuokeError as error:
            said = translate_error(error)
        self.post_message(EntrySettled(said))

    @on(EntrySettled)
    def _settled(self, message: EntrySettled) -> None:
        self.say(message.sentence)
        self.store_changed()


def _inbox_row(entry: InboxEntry) -> Entry:
    cells = (entry.word, entry.about, entry.sentence, entry.day)
    return Entry(Row(entry.id, (entry.day, entry.id), cells, TONES[entry.kind]), cells)


def _unsent_row(row: UnsentRow, today: str) -> Entry:
    change = row.change
    waits = _("! waits: {reason}").format(reason=row.waits) if row.waits else row.details
    cells = (str(change.number), _moment(change.recorded_at, today), row.word, change.about, waits)
    values = (change.number, change.recorded_at, row.word, change.about, waits)
    return Entry(Row(change.uid, (change.number,), cells, "warning" if row.waits else ""), values)


def _moment(recorded_at: str, today: str) -> str:
    """When it was done: the time, and the day where that is not today."""
    local = datetime.fromisoformat(recorded_at).astimezone()
    return f"{local:%H:%M}" if local.date().isoformat() == today else f"{local:%m-%d %H:%M}"


def _nothing_joined_words(folder: Path) -> str:
    """How a laptop or a server is made; the commands can be run as they stand, but for what is in capitals."""
    return _(
        "This store has joined no office: it is a company of its own, and nothing leaves it.\n\n"
        "To make this laptop one of a company's, ask its office for a code and the certificate ca.pem, then run:\n"
        "huoke join https://OFFICE:8787 CODE --ca ca.pem --store NEW-FOLDER\n"
        "or start “huoke --store NEW-FOLDER” and choose “join a company's server”.\n\n"
        "To make a copy of this store the company's, run on the machine of the server:\n"
        "huoke server adopt {folder} --store SERVER-FOLDER"
    ).format(folder=shlex.quote(str(folder)))
