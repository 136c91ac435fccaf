"""What salespeople are to reach in a month, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from model.changes.targets import SetTarget, target_text
from model.dates import month_of, parse_month
from model.errors import InputError
from model.margin import may_see_cost
from model.money import format_amount, format_percent, format_rate, grouped, parse_amount, parse_percent
from model.people import salesperson_by_code
from model.store import meta
from model.targets import ACTIVITY, MEASURE_NAMES, MEASURES, Progress, targets_board, targets_of
from tui.customers.people import colleagues
from tui.entry_form import Entries, EntryForm, FormField
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _, translate_error
from tui.office.face import NOT_KNOWN, Deed, FaceRead, ListFace
from tui.shared.ask import AskText
from tui.shared.columns import Column
from tui.shared.pages import Row, Tone

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk


@dataclass(frozen=True)
class PersonsTarget:
    """One target of somebody, or that they have none."""

    code: str
    name: str
    progress: Progress | None


class TargetForm(EntryForm[int]):
    """All targets of one person in a month; dismisses with how many were changed."""

    def __init__(self, code: str, month: str) -> None:
        super().__init__()
        self._code, self._month = code, month
        self._person = b""
        self._before: dict[str, int | None] = {}

    def title_text(self) -> str:
        return _("Targets of {name} for {month}").format(name=self._code, month=self._month)

    def fields(self) -> Sequence[FormField]:
        hints = {ACTIVITY: _("percent of their customers; empty: none")}
        return [
            FormField(measure, _(MEASURE_NAMES[measure]), hint=hints.get(measure, _("an amount; empty: none")))
            for measure in MEASURES
        ]

    def load(self) -> tuple[bytes, str, dict[str, int | None]]:
        person = salesperson_by_code(self._code)
        return bytes(person.id), person.name, targets_of(person.id, self._month)

    def begin_with(self, begins_with: Any) -> None:
        self._person, name, self._before = begins_with
        self.retitle(_("Targets of {name} for {month}").format(name=name, month=self._month))
        for measure, value in self._before.items():
            if value is not None:
                self.fill(measure, format_percent(value) if measure == ACTIVITY else format_amount(value))

    def record(self, entries: Entries) -> int:
        values: dict[str, int | None] = {}
        for measure in MEASURES:
            text = entries.text(measure).removesuffix("%")
            read = parse_percent if measure == ACTIVITY else parse_amount
            value = read(text) if text else None
            if value != self._before.get(measure):
                values[measure] = value
        if values:
            entries.reading = next(iter(values))
            self.session.record(SetTarget(person=self._person, month=self._month, values=values))
        return len(values)


class TargetsFace(ListFace):
    """Each target on a line of its own; who has none yet stands below."""

    TITLE = N_("Targets")
    ENTER = "change_row"
    EMPTY = N_("Nobody sells here yet: the list of people enters someone.")
    COLUMNS = (
        Column("code", N_("Code"), 6, priority=5),
        Column("name", N_("Salesperson"), 10, grow=True, priority=9),
        Column("measure", N_("of what"), 14, priority=9),
        Column("target", N_("target"), 13, align="right", priority=9),
        Column("reached", N_("reached"), 13, align="right", priority=9),
        Column("percent", N_("of it %"), 7, align="right", priority=8),
        Column("left", N_("missing"), 13, align="right", priority=7),
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._month = ""

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        month = self._month or month_of(day)
        board = targets_board(month, day)
        me = meta("me")
        if not may_see_cost(salesperson_by_code(me).id if me else None, day):
            board = [each for each in board if each.measure != "margin"]
        found = [PersonsTarget(each.code, each.name, each) for each in board]
        having = {each.code for each in board}
        found += [PersonsTarget(each.code, each.name, None) for each in colleagues() if each.code not in having]
        reached = sum(each.left == 0 for each in board)
        said = _("{month}: {count} targets, {reached} reached").format(month=month, count=len(board), reached=reached)
        return FaceRead([_entry(place, each) for place, each in enumerate(found)], found, said, month)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "change_row": Deed(self._set, "set_target", label=N_("set targets")),
            "choose_shown": Deed(self._choose, needs_row=False, label=N_("other month")),
        }

    async def _set(self, desk: OfficeDesk) -> None:
        """Set or take away the targets of the person under the cursor."""
        person: PersonsTarget = self.record
        changed = await desk.ask(TargetForm(person.code, self.about))
        if changed:
            desk.done(_("The targets of {name} for {month} are set.").format(name=person.name, month=self.about))

    async def _choose(self, desk: OfficeDesk) -> None:
        text = await desk.ask(AskText(_("The targets of which month?"), value=self.about, objection=_no_month))
        if text is not None:
            self._month = parse_month(text)
            self.fill_from(desk, turned_to=False)


def _no_month(text: str) -> str:
    try:
        parse_month(text)
    except InputError as error:
        return translate_error(error)
    return ""


def _entry(place: int, target: PersonsTarget) -> Entry:
    key = (target.code, "" if target.progress is None else target.progress.measure)
    each = target.progress
    if each is None:
        cells = (target.code, target.name, _("no target yet"), "", "", "", "")
        return Entry(Row(key, (place,), cells, "muted"), (target.code, target.name, "", None, None, None, None))
    percent = NOT_KNOWN if each.percent_bp is None else format_rate(each.percent_bp)
    tone: Tone = "good" if each.left == 0 else ""
    cells = (
        each.code, each.name, _(MEASURE_NAMES[each.measure]), _shown(each.measure, each.target),
        _shown(each.measure, each.reached), percent, _left(each),
    )  # fmt: skip
    values = (each.code, each.name, each.measure, each.target, each.reached, each.percent_bp, each.left)
    return Entry(Row(key, (place,), cells, tone), values)


def _shown(measure: str, value: int | None) -> str:
    return target_text(measure, value) if measure == ACTIVITY or value is None else grouped(value)


def _left(each: Progress) -> str:
    if each.left is None:
        return NOT_KNOWN
    if each.left == 0:
        return "✓"
    return _("{count} customers").format(count=each.left) if each.measure == ACTIVITY else grouped(each.left)
