"""Today: what is worth doing now, in one list, with how the month stands above it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from model.activity import ActivityRow, activity_board
from model.archive import DocumentRef
from model.dates import month_of
from model.margin import may_see_cost
from model.money import format_rate, grouped
from model.targets import ahead_of
from model.worklist import (
    SHOWN_OF_A_KIND,
    TASK_NAMES,
    Task,
    put_off,
    put_off_until_tomorrow,
    take_up_again,
    worklist_in_parts,
)
from tui import keymap
from tui.archive.documents import DocumentScreen
from tui.archive.screen import CONTACTS_TAB
from tui.archive.sources import Desk
from tui.archive.words import held_row_words, releasing_words
from tui.customers.forms import ContactForm
from tui.leaderboard.short_table import Entry, ShortTable
from tui.locale import N_, _
from tui.session import Session, StoreScreen
from tui.shared.columns import Column, printable
from tui.shared.definition import DefinitionCard
from tui.shared.paged_table import PagedTable, Row
from tui.shared.pages import Tone
from tui.shared.status import StatusLine

COLUMNS = (
    Column("kind", N_("Matter"), 10, priority=9),
    Column("name", N_("Customer"), 14, grow=True, priority=9),
    Column("task", N_("What there is to do"), 30, grow=True, priority=8),
    Column("worth", N_("Worth"), 12, align="right", priority=7),
    Column("due", N_("Due"), 10, priority=6),
)
TONES: dict[str, Tone] = {"conflict": "warning", "held": "warning", "collect": "warning"}
SEPARATOR = " · "
FIGURES = ("worth", "call_worth", "order_of_today", "cut_list")
# A list that takes longer to read is shown as far as it is read.
LONGEST_SILENCE_SECONDS = 0.2


@dataclass(frozen=True)
class TodayRead:
    """The list and what stands above it.

    Attributes:
        standing: translated; empty until it is read.
        later: how many tasks were put off.
        cut: the kinds of which there may be more tasks.
        is_whole: whether more follows.
    """

    tasks: tuple[Task, ...]
    standing: str
    later: int
    cut: frozenset[str]
    is_whole: bool


class TodayScreen(StoreScreen):
    """What to do now."""

    DESK = "today"
    CSS_PATH = "today.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("today")]

    class ListRead(Message):
        """A list, or as much of it as was read by then, came from the store."""

        def __init__(self, whose: bytes | None, read: TodayRead) -> None:
            self.whose, self.read = whose, read
            super().__init__()

    class Settled(Message):
        """Something was done with a task; the translated sentence says what."""

        def __init__(self, sentence: str) -> None:
            self.sentence = sentence
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self._read: TodayRead | None = None
        self._read_of: bytes | None = None
        self._shows_all = False

    def compose(self) -> ComposeResult:
        yield Static("", classes="standing", markup=False)
        yield Static("", classes="about", markup=False)
        yield ShortTable(
            COLUMNS, empty_text=_("Nothing waits: look for customers to win in the leaderboard, F6, or the pool, F3.")
        )
        yield StatusLine()

    def on_mount(self) -> None:
        self.query_one(ShortTable).focus()
        self.refresh_data()

    # Reading ----------------------------------------------------------------------------------

    def refresh_data(self) -> None:
        self._read_list(self._whose())

    def _whose(self) -> bytes | None:
        """Whose list it is: a salesperson's own, and everybody's for the office or where it is asked for."""
        person = self.session.person
        return None if person is None or person.role != "sales" or self._shows_all else person.id

    @work(thread=True, exclusive=True, group="today")
    def _read_list(self, whose: bytes | None) -> None:
        worker, said = get_current_worker(), time.monotonic()
        with self.session.store.use():
            for read in read_today(self.session, whose):
                if worker.is_cancelled:
                    return
                if read.is_whole or time.monotonic() - said >= LONGEST_SILENCE_SECONDS:
                    self.post_message(self.ListRead(whose, read))
                    said = time.monotonic()

    @on(ListRead)
    def _show(self, message: ListRead) -> None:
        in_sight = self._read is not None and self._read.is_whole
        if message.whose != self._whose() or (in_sight and not message.read.is_whole):
            # Another list is asked for by now; and a part is less than the list that is in sight.
            return
        self._read, self._read_of = message.read, message.whose
        self.query_one(".standing", Static).update(printable(message.read.standing))
        self._write_about()
        if message.read.tasks or message.read.is_whole:
            shown = [_entry(place, task) for place, task in enumerate(_shown(message.read.tasks))]
            self.query_one(ShortTable).take(shown)

    @on(ShortTable.Filtered)
    def _write_about(self) -> None:
        said = [] if self._read is None else self._about(self._read)
        if text := self.query_one(ShortTable).filter_text:
            said.insert(0, _("only “{text}”").format(text=text))
        self.query_one(".about", Static).update(printable(SEPARATOR.join(said)))

    def _about(self, read: TodayRead) -> list[str]:
        said = []
        counts = Counter(task.kind for task in read.tasks if task.kind not in ("conflict", "notice"))
        for kind, count in counts.items():
            said.append(f"{_(TASK_NAMES[kind])} {count:,}{'+' if kind in read.cut else ''}")
        if counts and max(counts.values()) > SHOWN_OF_A_KIND:
            said.append(_("the first {count} of each").format(count=SHOWN_OF_A_KIND))
        if read.later:
            key = keymap.shown_keys(keymap.ACTION_OF["today.take_up_again"])
            said.append(_("put off: {count} ({key})").format(count=read.later, key=key))
        if not read.is_whole or self._read_of != self._whose():
            said.append(_("reading …"))
        return said

    # The row under the cursor -----------------------------------------------------------------

    @property
    def task(self) -> Task | None:
        row = self.query_one(ShortTable).cursor_row
        if row is None or self._read is None:
            return None
        return next((task for task in self._read.tasks if task.key == row.key), None)

    @on(PagedTable.RowHighlighted)
    def _follow_cursor(self) -> None:
        # Which keys can do something depends on the row.
        self.query_one(StatusLine).refresh()

    @on(PagedTable.RowChosen)
    def _row_chosen(self) -> None:
        task = self.task
        if task is None:
            return
        if task.customer is None:
            self.app.action_open_sync()  # type: ignore[attr-defined]
        elif task.order is not None:
            desk = Desk(self.session.store, self.session.person_id, self.session.today(), task.customer)
            self.app.push_screen(
                DocumentScreen(
                    desk, DocumentRef(task.order, str(task.params["number"]), "sale", "held"), self._way_of(task)
                )
            )
        else:
            # What was said the last time is what a promise is about.
            tab = CONTACTS_TAB if task.kind == "follow_up" else None
            self.app.open_customer(task.customer, tab)  # type: ignore[attr-defined]

    def _way_of(self, task: Task) -> str:
        """Where a held order is decided: among all of them by whom it is up to, else who that is."""
        if reason := self.reason_against_right("release_held"):
            return reason
        office = keymap.short_key(keymap.ACTION_OF["app.open_office"])
        return (
            _("{office}: released or rejected among all held orders.").format(office=office)
            + " "
            + releasing_words(task.code)
        )

    @on(ShortTable.Exported)
    def _tell_exported(self, message: ShortTable.Exported) -> None:
        self.say(message.sentence)

    # What is done with it ---------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        verb = action_id.partition(".")[2]
        if verb in ("new_order", "log_contact", "record_receipt") and (self.task is None or self.task.customer is None):
            return _("There is no customer in this row.")
        if verb == "put_off" and self.task is None:
            return _("There is nothing here to put off.")
        if verb == "take_up_again" and (self._read is None or not self._read.later):
            return _("Nothing was put off.")
        if verb == "show_all" and (self.session.person is None or self.session.person.role != "sales"):
            return _("This list is everybody's already.")
        return ""

    def action_new_order(self) -> None:
        if self.task is not None and self.task.customer is not None:
            self.app.begin_order(self.task.customer)  # type: ignore[attr-defined]

    def action_record_receipt(self) -> None:
        task = self.task
        if task is not None and task.customer is not None:
            self.app.receive_money(task.customer, _cure(task), task.order)  # type: ignore[attr-defined]

    def action_log_contact(self) -> None:
        """Log what was said; a follow-up is done by it."""
        task = self.task
        if task is None or task.customer is None:
            return

        def logged(contact: bytes | None) -> None:
            if contact is not None:
                self.say(_("The contact is logged."))
                self.refresh_data()

        self.app.push_screen(ContactForm(task.customer), logged)

    def action_put_off(self) -> None:
        """Leave the task out of today's list; it comes back tomorrow."""
        if (task := self.task) is not None:
            key = keymap.shown_keys(keymap.ACTION_OF["today.take_up_again"])
            said = _("Not today: it is here again tomorrow, or with {key}.").format(key=key)
            self._settle(lambda: put_off_until_tomorrow(task.key, self.session.today()), said)

    def action_take_up_again(self) -> None:
        self._settle(lambda: take_up_again(self.session.today()), _("All that was put off is here again."))

    def action_show_all(self) -> None:
        """Turn between one's own list and everybody's."""
        self._shows_all = not self._shows_all
        self.refresh_data()
        self._write_about()

    def action_explain(self) -> None:
        """Say what the figures of the list mean, and in which order it stands."""
        self.app.push_screen(DefinitionCard(_("Today"), FIGURES))

    @work(thread=True, group="settle")
    def _settle(self, deed: Callable[[], Any], said: str) -> None:
        with self.session.store.use(), self.session.store.writing():
            deed()
        self.post_message(self.Settled(said))

    @on(Settled)
    def _settled(self, message: Settled) -> None:
        self.say(message.sentence)
        self.refresh_data()


def read_today(session: Session, whose: bytes | None) -> Iterator[TodayRead]:
    """The list of a salesperson or of everybody as it is read, whole at last; in a thread, with the store in use."""
    day, later = session.today(), len(put_off(session.today()))
    tasks, cut = tuple[Task, ...](), frozenset[str]()
    for part in worklist_in_parts(day, whose, sees_cost=may_see_cost(session.person_id, day)):
        tasks, cut = (*tasks, *part.tasks), cut | part.cut
        yield TodayRead(tasks, "", later, cut, is_whole=False)
    yield TodayRead(tasks, _standing(session, whose), later, cut, is_whole=True)


def _standing(session: Session, whose: bytes | None) -> str:
    """How the month stands for a salesperson, or for the company."""
    day = session.today()
    board = activity_board(month_of(day), day)
    row = next((row for row in board.rows if row.person == whose), None) if whose is not None else None
    if row is None:
        company = board.company
        return _traded_words(_("Company"), board.month, company)
    text = _traded_words(row.name, board.month, row)
    ahead = [_(template).format(**params) for template, params in ahead_of(row, board).sentences()]
    return SEPARATOR.join([text, *ahead])


def _traded_words(name: str, month: str, row: ActivityRow) -> str:
    """How many of a salesperson's or the company's customers traded, and the rate where there is one."""
    words = {"name": name, "month": month, "active": f"{row.active:,}", "responsible": f"{row.responsible:,}"}
    if row.rate_bp is None:
        return _("{name} · {month}: {active} of {responsible} customers traded").format(**words)
    sentence = _("{name} · {month}: {active} of {responsible} customers traded, {rate} %")
    return sentence.format(**words, rate=format_rate(row.rate_bp))


def _cure(task: Task) -> int | None:
    """What money would let a held order go, in minor units; None where none would, or it is not about one."""
    return None if task.held is None else task.held.verdict.cure or None


def _shown(tasks: Sequence[Task]) -> list[Task]:
    """The first of each kind, in the order of the list."""
    counts: Counter[str] = Counter()
    shown = []
    for task in tasks:
        counts[task.kind] += 1
        if counts[task.kind] <= SHOWN_OF_A_KIND:
            shown.append(task)
    return shown


def _entry(place: int, task: Task) -> Entry:
    params = dict(task.params)
    if task.held is not None:
        params["reasons"] = held_row_words(task.held.verdict, task.held.held_for)
    said = _(task.template).format(**params)
    worth, due = grouped(task.worth) if task.worth else "", "" if task.due is None else task.due.isoformat()
    name = f"{task.code} {task.name}".strip()
    cells = (_(TASK_NAMES[task.kind]), name, printable(said), worth, due)
    row = Row(task.key, (place,), cells, TONES.get(task.kind, ""))
    return Entry(row, (list(TASK_NAMES).index(task.kind), name, said, task.worth or None, due or None))
