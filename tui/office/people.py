"""Who works here: someone begins, someone leaves and their customers go to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from model.changes.company import AddSalesperson, SetRole, SetWorksHere
from model.changes.leaving import SeeOff, customers_left_with
from model.ids import new_id
from model.people import ROLE_NAMES, ROLES
from model.store import rows
from tui.customers.forms import day_words
from tui.customers.people import Colleague, colleague_meant, colleagues, means_pool, meant_words, some_of
from tui.entry_form import Entries, EntryForm, FormField, Option
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.face import Deed, FaceRead, ListFace
from tui.shared.ask import Choice, Choose, Confirm
from tui.shared.columns import Column
from tui.shared.pages import Row

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

_PEOPLE = """
SELECT s.id, s.code, s.name, s.role, s.team, s.active, (SELECT COUNT(*) FROM assignment a
    JOIN customer c ON c.id = a.customer_id WHERE a.owner_id = s.id AND a.from_date <= ?
    AND (a.to_date IS NULL OR a.to_date > ?) AND (c.closed_on IS NULL OR c.closed_on > ?))
FROM salesperson s ORDER BY s.active DESC, s.code"""


@dataclass(frozen=True)
class Worker:
    """Someone who works here, or did."""

    id: bytes
    code: str
    name: str
    role: str
    works_here: bool


class PersonForm(EntryForm[str]):
    """Someone who begins to work here; dismisses with their code."""

    def title_text(self) -> str:
        return _("Someone who works here from now on")

    def fields(self) -> Sequence[FormField]:
        roles = tuple(Option(role, _(ROLE_NAMES[role])) for role in ROLES)
        return [
            FormField("code", _("code")),
            FormField("name", _("name")),
            FormField("role", _("role"), "sales", options=roles),
            FormField("team", _("team")),
        ]

    def record(self, entries: Entries) -> str:
        name, role, team, code = (entries.text(field) for field in ("name", "role", "team", "code"))
        self.session.record(AddSalesperson(id=new_id(), code=code, name=name, role=role, team=team))
        return code


class LeaveForm(EntryForm[int]):
    """To whom the customers of someone go who leaves; dismisses with how many."""

    def __init__(self, leaver: Worker) -> None:
        super().__init__()
        self._leaver = leaver
        self._people: tuple[Colleague, ...] = ()

    def title_text(self) -> str:
        return _("{name} leaves the company").format(name=self._leaver.name)

    def fields(self) -> Sequence[FormField]:
        return [
            FormField("to", _("customers go to"), hint=_("code or name, or - for the pool")),
            FormField("date", _("from"), self.session.today().isoformat()),
        ]

    def load(self) -> tuple[Colleague, ...]:
        return tuple(each for each in colleagues() if each.id != self._leaver.id)

    def begin_with(self, begins_with: Any) -> None:
        self._people = begins_with
        self.note("to", some_of(self._people))

    def field_changed(self, name: str) -> None:
        if name == "to":
            self.note("to", meant_words(self.control("to").value, self._people, pool=True))
        else:
            self.note("date", day_words(self.entries(), "date"))

    def _meant(self, entries: Entries) -> tuple[Colleague | None, date]:
        typed = entries.text("to")
        heir = None if means_pool(typed) else colleague_meant(typed, self._people)
        return heir, entries.day("date") or entries.today

    def doubt(self, entries: Entries) -> str:
        heir, day = self._meant(entries)
        question = _(
            "{name} works here no more, their laptops are shut out, and {count} customers go to {owner} from {date} on?"
        )
        return question.format(
            name=self._leaver.name, count=customers_left_with(self._leaver.id, entries.today, day),
            owner=_("the pool") if heir is None else heir.shown, date=day.isoformat(),
        )  # fmt: skip

    def record(self, entries: Entries) -> int:
        heir, day = self._meant(entries)
        count = customers_left_with(self._leaver.id, entries.today, day)
        self.session.record(SeeOff(person=self._leaver.id, to=None if heir is None else heir.id, date=day))
        return count


class PeopleFace(ListFace):
    """Everyone with their role and how many customers are theirs."""

    TITLE = N_("People")
    ENTER = "change_row"
    EMPTY = N_("Nobody works here yet: n enters someone.")
    COLUMNS = (
        Column("code", N_("Code"), 8, priority=9),
        Column("name", N_("Name"), 12, grow=True, priority=9),
        Column("role", N_("Role"), 12, priority=8),
        Column("team", N_("team"), 8, priority=4),
        Column("customers", N_("Customers"), 10, align="right", priority=8),
        Column("state", N_("State"), 12, priority=7),
    )

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        entries, people = [], []
        for place, (id_, code, name, role, team, active, customers) in enumerate(rows(_PEOPLE, (day.isoformat(),) * 3)):
            state = _("works here") if active else _("has left")
            values = (code, name, _(ROLE_NAMES[role]), team, customers, state)
            entries.append(Entry(Row(code, (place,), tuple(map(str, values)), "" if active else "muted"), values))
            people.append(Worker(bytes(id_), code, name, role, bool(active)))
        at_work = sum(worker.works_here for worker in people)
        return FaceRead(entries, people, _("{count} work here").format(count=at_work))

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "new_entry": Deed(self._add, "change_settings", needs_row=False, label=N_("someone new")),
            "change_row": Deed(self._change_role, "change_settings", label=N_("change the role")),
            "see_off": Deed(self._see_off, "change_settings", hindrance=self._gone_already),
            "toggle_work": Deed(self._toggle, "change_settings"),
        }

    def _gone_already(self) -> str:
        worker: Worker = self.record
        return "" if worker.works_here else _("{name} has left already.").format(name=worker.name)

    async def _add(self, desk: OfficeDesk) -> None:
        """Enter someone who begins to work here."""
        code = await desk.ask(PersonForm())
        if code is None:
            return
        said = _("{code} works here now.").format(code=code)
        if desk.session.joined:
            # A laptop's code is the server's alone to give.
            said += " " + _("At the server “huoke server enrol {code}” prints the code for a laptop.").format(code=code)
        desk.done(said)

    async def _change_role(self, desk: OfficeDesk) -> None:
        """Let the person under the cursor do and see more, or less."""
        worker: Worker = self.record
        choices = [Choice(role, _(ROLE_NAMES[role])) for role in ROLES]
        now = _("Now: {role}.").format(role=_(ROLE_NAMES[worker.role]))
        question = _("Which role has {name} from now on?").format(name=worker.name)
        # Enter alone changes nothing.
        role = await desk.ask(Choose(question, choices, now, at=ROLES.index(worker.role)))
        if role is not None and role != worker.role:
            said = _("{name} has the role {role} now.").format(name=worker.name, role=_(ROLE_NAMES[role]))
            desk.decide([SetRole(person=worker.id, role=role)], said)

    async def _see_off(self, desk: OfficeDesk) -> None:
        """Someone leaves, and their customers go to another or the pool."""
        worker: Worker = self.record
        count = await desk.ask(LeaveForm(worker))
        if count is not None:
            said = _("{name} has left; customers given away: {count}.").format(name=worker.name, count=count)
            desk.done(said)

    async def _toggle(self, desk: OfficeDesk) -> None:
        """Someone works here no more and keeps their customers, or works here again."""
        worker: Worker = self.record
        if worker.works_here:
            question = _("{name} works here no more?").format(name=worker.name)
            details = _("Their laptops are shut out; their customers stay theirs. “leaves” gives them to another.")
            said = _("{name} works here no more.").format(name=worker.name)
        else:
            question = _("{name} works here again?").format(name=worker.name)
            details = _("A laptop of theirs has to join again.")
            said = _("{name} works here again.").format(name=worker.name)
        if await desk.ask(Confirm(question, details)):
            desk.decide([SetWorksHere(person=worker.id, active=not worker.works_here)], said)
