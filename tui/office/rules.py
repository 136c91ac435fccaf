"""Whose an order is that another than the owner took: since when, and what another rule would have given."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from model.attribution import OWNER_BP_WITHOUT_RULE, owner_bp_on, rules_by_date
from model.changes.company import SetAttributionRule
from model.dates import month_of, shifted
from model.errors import N_, HuokeError, InputError
from model.money import FULL_BP, format_percent, grouped, parse_percent
from model.rule_preview import PreviewRow, rule_preview
from tui.customers.forms import day_words
from tui.entry_form import Entries, EntryForm, FormField
from tui.leaderboard.short_table import Entry
from tui.locale import _, translate_error
from tui.office.face import Deed, FaceRead, ListFace
from tui.shared.ask import Confirm
from tui.shared.columns import Column, fit
from tui.shared.pages import Row

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

PREVIEWED_ROWS = 8
NAME_CELLS, AMOUNT_CELLS = 13, 13


@dataclass(frozen=True)
class Rule:
    """The owner's share from a date on, in basis points; without a date, from the beginning."""

    from_date: date | None
    owner_bp: int


class RuleForm(EntryForm[Rule]):
    """A rule as it is wanted; it is not set before the person has seen what it does."""

    def __init__(self, owner_bp: int) -> None:
        super().__init__()
        self._owner_bp = owner_bp

    def title_text(self) -> str:
        return _("Orders that another salesperson than the owner took")

    def fields(self) -> Sequence[FormField]:
        return [
            FormField("owner_bp", _("owner's share"), format_percent(self._owner_bp), hint=_("percent, 0 to 100")),
            FormField("from_date", _("from"), self.session.today().isoformat()),
        ]

    def field_changed(self, name: str) -> None:
        if name == "from_date":
            self.note("from_date", day_words(self.entries(), "from_date"))

    def record(self, entries: Entries) -> Rule:
        day = entries.day("from_date") or entries.today
        text = entries.text("owner_bp").removesuffix("%")
        if not text:
            raise InputError(N_("Write the owner's share in percent."))
        return Rule(day, parse_percent(text))


class RulesFace(ListFace):
    """The rule in force and those before it."""

    TITLE = N_("Shares")
    ENTER = "new_entry"
    EMPTY = N_("There is no rule.")
    COLUMNS = (
        Column("from", N_("From"), 10, priority=9),
        Column("owner", N_("owner's share"), 14, align="right", priority=9),
        Column("maker", N_("maker's share"), 14, align="right", priority=9),
        Column("state", N_("State"), 14, grow=True, priority=8),
    )

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        dated = [Rule(since, owner_bp) for since, owner_bp in rules_by_date()]
        found = [*reversed(dated), Rule(None, OWNER_BP_WITHOUT_RULE)]
        holding = next(rule for rule in found if rule.from_date is None or rule.from_date <= day)
        said = _("an order that another took is its owner's by {owner} % and its maker's by {maker} %").format(
            owner=format_percent(holding.owner_bp), maker=format_percent(FULL_BP - holding.owner_bp)
        )
        entries = [_entry(place, rule, holding, day) for place, rule in enumerate(found)]
        return FaceRead(entries, found, said)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {"new_entry": Deed(self._set, "change_settings", needs_row=False, label=N_("new rule"))}

    async def _set(self, desk: OfficeDesk) -> None:
        """Ask for a rule, show what it would have given last month, and set it."""
        today = desk.session.today()
        wanted = await desk.ask(RuleForm(await asyncio.to_thread(_share_now, desk)))
        if wanted is None:
            return
        month = shifted(month_of(today), -1)
        details = await asyncio.to_thread(_preview, desk, month, wanted.owner_bp)
        question = _("From {date} on the owner has {owner} % and the maker {maker} %?").format(
            date=wanted.from_date,
            owner=format_percent(wanted.owner_bp),
            maker=format_percent(FULL_BP - wanted.owner_bp),
        )
        if await desk.ask(Confirm(question, details)):
            args = SetAttributionRule(from_date=wanted.from_date or today, owner_bp=wanted.owner_bp)
            desk.decide([args], _("The rule is set; orders that are recorded keep their shares."))


def _share_now(desk: OfficeDesk) -> int:
    with desk.session.store.use():
        return owner_bp_on(desk.session.today())


def _preview(desk: OfficeDesk, month: str, owner_bp: int) -> str:
    """What a rule would have given in a month, in lines; in a thread."""
    try:
        with desk.session.store.use():
            found = rule_preview(month, owner_bp, desk.session.today())
    except HuokeError as refusal:
        return translate_error(refusal)
    changed = sorted(
        (row for row in found if row.amount_then != row.amount_now),
        key=lambda row: (-abs(row.amount_then - row.amount_now), row.code),
    )
    if not changed:
        return _("In {month} it would have changed nothing.").format(month=month)
    head = _("What it would have given in {month}:").format(month=month)
    lines = [_line(_("salesperson"), _("amount"), _("amount then"), "±"), *(_previewed(row) for row in changed)]
    shown, more = lines[: PREVIEWED_ROWS + 1], len(lines) - PREVIEWED_ROWS - 1
    return "\n".join([head, *shown, *([f"+{more}"] if more > 0 else [])])


def _previewed(row: PreviewRow) -> str:
    difference = row.amount_then - row.amount_now
    sign = "+" if difference > 0 else ""
    name = row.name or _("nobody")
    return _line(name, grouped(row.amount_now), grouped(row.amount_then), f"{sign}{grouped(difference)}")


def _line(name: str, *amounts: str) -> str:
    return " ".join([fit(name, NAME_CELLS), *(fit(amount, AMOUNT_CELLS, "right") for amount in amounts)])


def _entry(place: int, rule: Rule, holding: Rule, day: date) -> Entry:
    begun = _("always") if rule.from_date is None else rule.from_date.isoformat()
    shares = (f"{format_percent(rule.owner_bp)} %", f"{format_percent(FULL_BP - rule.owner_bp)} %")
    later = rule.from_date is not None and rule.from_date > day
    state = _("in force") if rule is holding else _("later") if later else _("until the next one")
    cells = (begun, *shares, state)
    values = (begun, rule.owner_bp, FULL_BP - rule.owner_bp, state)
    return Entry(Row(begun, (place,), cells, "" if rule is holding or later else "muted"), values)
