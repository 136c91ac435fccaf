"""What every screen of an open store shares: the store, who sits at it, and how a screen follows its changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, cast

from textual import work
from textual.message import Message
from textual.worker import get_current_worker

from model.changes.kind import Args
from model.changes.recording import record
from model.connecting import complaints, connect
from model.laptop import days_left_offline, last_heard, refuse_at_the_office, unsent_count
from model.orders import IS_HELD
from model.people import ROLE_NAMES, Salesperson
from model.rights import RIGHT_NAMES, RIGHTS
from model.settings import setting_on
from model.store import Store, meta, one
from tui.clock import today
from tui.locale import _
from tui.shared.desk_screen import DeskScreen
from tui.shared.status import Standing, StatusLine, age_text, must_sync_text

if TYPE_CHECKING:
    from typing import Protocol

    from sync.client import Line

    class OfficeLine(Line, Protocol):
        """A line to the office that is kept open over several exchanges."""

        def close(self) -> None: ...


Passphrase = Callable[[], str]
LineFactory = Callable[[Store, Passphrase], "OfficeLine"]
# What a salesperson may not do alone becomes a request to the office on a laptop that has joined one.
REQUESTED_RIGHTS = frozenset({"set_terms", "assign_customer", "block_customer"})


@dataclass(frozen=True)
class Person:
    """Who sits here."""

    id: bytes
    code: str
    name: str
    role: str


class Session:
    """An open store and the person at it; made once per app.

    Attributes:
        store: the open store; read and write it only in thread workers, inside `with session.store.use():`.
        person: who sits here; None where nobody has signed in, and then everything is allowed.
        joined: whether this store is a laptop's that has joined an office.
        line: how a line to the office is made.
        now: this machine's clock, UTC.
        syncing: what the exchange under way is doing, translated; empty while there is none.
        freed: the numbers of held orders that were confirmed by what was done, until the status line has told them.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.person: Person | None = None
        self.line: LineFactory = line_to_office
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.syncing = ""
        self.freed: list[str] = []
        self.skew_ms = 0
        with store.use():
            self.skew_ms = int(meta("skew_ms", "0"))
            self.joined = bool(meta("server"))
            self.see_who_sits_here()

    def see_who_sits_here(self) -> None:
        """Read who the store says sits here: a laptop learns it, and any new role, from its office.

        Call it inside `with store.use():`.
        """
        found = Salesperson.get_or_none(Salesperson.code == meta("me")) if meta("me") else None
        self.person = None if found is None else Person(found.id, found.code, found.name, found.role)

    @property
    def person_id(self) -> bytes | None:
        return None if self.person is None else self.person.id

    def today(self) -> date:
        """The business date; by the office's clock, as far as this machine's is known to differ from it."""
        return today(self.skew_ms)

    def record(self, args: Args) -> Any:
        """Do a change as the person who sits here, today; call it inside `with store.use():`."""
        refuse_at_the_office()
        return record(args, person=self.person_id, on=self.today(), freed=self.freed)

    def standing(self) -> Standing:
        """What the status line says; call it inside `with store.use():`."""
        self.skew_ms = int(meta("skew_ms", "0"))
        day = self.today()
        held = one(f"SELECT COUNT(*) FROM orders WHERE {IS_HELD}")
        return Standing(
            company=setting_on("company_name", day),
            person="" if self.person is None else self.person.name,
            date=day.isoformat(),
            as_of=age_text(last_heard(), day) if self.joined else "",
            must_sync=must_sync_text(days_left_offline(day)) if self.joined else "",
            syncing=self.syncing,
            unsent=unsent_count(),
            held=0 if held is None else int(held[0]),
        )


def freed_words(numbers: Sequence[str]) -> str:
    """The held orders that something else has confirmed."""
    return _("No longer held but confirmed: {numbers}.").format(numbers=_(", ").join(numbers))


def line_to_office(store: Store, passphrase: Passphrase) -> OfficeLine:
    """The line of a joined laptop to its office; call it in a thread, inside `with store.use():`."""
    from sync.client import line_of

    return line_of(store, passphrase=passphrase, store_key=store.key)


class StoreWatch:
    """Tells when anything was written to a store, by this program or another."""

    def __init__(self, store: Store) -> None:
        # One connection of its own, because SQLite counts the writes of all others from it. It only ever asks this
        # number, which needs no lock and no disk.
        self._store = store
        self._open()

    def _open(self) -> None:
        self._path = self._store.path
        self._connection = connect(self._path, self._store.key, timeout=0, check_same_thread=False)
        self._seen = self._version()

    def _version(self) -> int | None:
        """The number; None while the file cannot be read. The screens, told so once, read it themselves and say why."""
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except complaints():
            return None

    def changed(self) -> bool:
        """Whether something was written since the last time this was asked."""
        if self._store.path != self._path:
            # A laptop that began anew from the office works in another file since.
            self._connection.close()
            self._open()
            return True
        version = self._version()
        changed, self._seen = version != self._seen, version
        return changed

    def close(self) -> None:
        self._connection.close()


class StoreScreen(DeskScreen):
    """A screen over the store. It paints at once, fills from a worker, and follows what is written.

    A screen yields a `StatusLine` at its end and overrides `refresh_data`.
    """

    class StandingRead(Message):
        """What the status line says now was read."""

        def __init__(self, standing: Standing) -> None:
            self.standing = standing
            super().__init__()

    _stale = False

    @property
    def session(self) -> Session:
        return cast(Session, self.app.session)  # type: ignore[attr-defined]

    def reason_against_right(self, right: str) -> str:
        """Why the person who sits here may not do something; empty when they may."""
        person = self.session.person
        if person is None or person.role in RIGHTS[right]:
            return ""
        if self.session.joined and right in REQUESTED_RIGHTS:
            return ""
        roles = _(", ").join(_(ROLE_NAMES[role]) for role in RIGHTS[right])
        sentence = _("Your role may not {what}: ask someone whose role is {roles}.")
        return sentence.format(what=_(RIGHT_NAMES[right]), roles=roles)

    def on_mount(self) -> None:
        self._read_standing()

    def on_screen_suspend(self) -> None:
        """Whoever turns to another screen has read what was said here; a question or the help only covers it."""
        if isinstance(self.app.screen, StoreScreen) and self.app.screen is not self:
            for line in self.query(StatusLine):
                line.standing = replace(line.standing, said="")

    def on_screen_resume(self) -> None:
        """Catch up with what was written while another screen was shown."""
        if self._stale:
            self._stale = False
            self._read_standing()
            self.refresh_data()

    def store_changed(self) -> None:
        """The app tells every screen that something was written."""
        if not self.app.is_running:
            # It closes, and what is on this screen may be gone already.
            return
        if not self.is_mounted:
            # What it shows is not decided yet.
            self.call_later(self.store_changed)
            return
        if self in self.app.screen_stack:
            # Below a question or the help its status line stays in sight.
            self._read_standing()
        if self.is_current:
            self.refresh_data()
        else:
            self._stale = True

    def refresh_data(self) -> None:
        """Read again what this screen shows, without jumping."""

    def say(self, sentence: str) -> None:
        """Let the status line say what was just done; until the next thing is done, or one turns to another screen."""
        line = self.query_one(StatusLine)
        if freed := self.session.freed:
            sentence = f"{sentence} {freed_words(freed)}"
            self.session.freed = []
        line.standing = replace(line.standing, said=sentence)

    @work(thread=True, exclusive=True, group="standing")
    def _read_standing(self) -> None:
        worker = get_current_worker()
        with self.session.store.use():
            standing = self.session.standing()
        if not worker.is_cancelled:
            self.post_message(self.StandingRead(standing))

    def on_store_screen_standing_read(self, message: StandingRead) -> None:
        for line in self.query(StatusLine):
            line.standing = replace(message.standing, said=line.standing.said, syncing=self.session.syncing)

    def show_syncing(self) -> None:
        """Let the status line say how far the exchange with the office is."""
        for line in self.query(StatusLine):
            line.standing = replace(line.standing, syncing=self.session.syncing)
