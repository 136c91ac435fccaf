"""Quiet customers that return to the pool by the company's rule, and what another rule would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from model.changes.returning import MOST_AT_ONCE, ReturnQuiet
from model.quiet_returns import QuietCustomer, ReturnRule, quiet_customers, return_rule
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.company_settings import setting_name
from tui.office.face import Deed, FaceRead, ListFace
from tui.office.pool import assign
from tui.shared.ask import AskText, Confirm
from tui.shared.columns import Column
from tui.shared.pages import Row

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

CLOCK_WORDS = {
    "trade": N_("without a trade"),
    "contact": N_("without a contact"),
    "assignment": N_("since the assignment"),
    "any": N_("without trade, contact or assignment"),
}
MOST_DAYS = 3_650
MOST_SHOWN = 5_000


@dataclass(frozen=True)
class Due:
    """The rule by which customers return, and those that return on the day."""

    rule: ReturnRule
    customers: tuple[bytes, ...]


class QuietFace(ListFace):
    """Who falls to the pool today and within the days of notice."""

    TITLE = N_("Quiet")
    MARKABLE = True
    ENTER = "open_archive"
    EMPTY = N_("Nobody returns to the pool: “Days until the pool” among the settings says when somebody would.")
    COLUMNS = (
        Column("falls_on", N_("returns on"), 10, priority=9),
        Column("code", N_("Code"), 8, priority=7),
        Column("name", N_("Customer"), 12, grow=True, priority=9),
        Column("owner", N_("Owner"), 8, priority=8),
        Column("last", N_("last"), 10, priority=6),
        Column("days", N_("quiet days"), 10, align="right", priority=8),
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._as_if: int | None = None

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        rule = return_rule(day, self._as_if)
        if rule is None:
            return FaceRead((), (), _("Quiet customers stay with their owners; f shows who would return."))
        found = quiet_customers(rule, day, day + timedelta(days=rule.notice_days))
        due = tuple(quiet.id for quiet in found if quiet.falls_on <= day)
        said = _("after {days} days {clock}: {due} return now, {soon} within {notice} days").format(
            days=rule.after_days, clock=_(CLOCK_WORDS[rule.clock]), due=len(due),
            soon=len(found) - len(due), notice=rule.notice_days,
        )  # fmt: skip
        if self._as_if is not None:
            said = f"{_('as if it were set')} · {said}"
        shown = found[:MOST_SHOWN]
        return FaceRead([_entry(place, quiet, day) for place, quiet in enumerate(shown)], shown, said, Due(rule, due))

    @property
    def customer(self) -> bytes | None:
        return self.record.id if isinstance(self.record, QuietCustomer) else None

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "return_quiet": Deed(self._return, "assign_customer", hindrance=self._not_by_hand, needs_row=False),
            "assign_customers": Deed(self._assign, "assign_customer"),
            "choose_shown": Deed(self._choose, needs_row=False, label=N_("other days")),
            "open_archive": self.open_archive(),
        }

    def _not_by_hand(self) -> str:
        if self._as_if is not None:
            return _("This only shows who would return: f and nothing typed shows the rule that is set.")
        if self.about is None:
            return _("Quiet customers stay with their owners: set “{setting}” in the list “{tab}”.").format(
                setting=setting_name("return_after_days"), tab=_("Settings")
            )  # fmt: skip
        return "" if self.about.customers else _("Nobody returns today.")

    async def _return(self, desk: OfficeDesk) -> None:
        """Give to the pool who is due by the rule."""
        due: Due = self.about
        customers = due.customers[:MOST_AT_ONCE]
        question = _("Return {count} quiet customers to the pool now?").format(count=len(customers))
        if await desk.ask(Confirm(question, _("Their owners are told."))):
            args = ReturnQuiet(customers=customers, after_days=due.rule.after_days)
            desk.decide([args], _("{count} customers given to the pool.").format(count=len(customers)))

    async def _assign(self, desk: OfficeDesk) -> None:
        """Give the marked customers, or the one under the cursor, to somebody else or the pool."""
        await assign(desk, self, tuple(quiet.id for quiet in self.meant))

    async def _choose(self, desk: OfficeDesk) -> None:
        """Show who would return after other days than those that are set."""
        question = _("As if customers returned after how many quiet days?")
        kept = "" if self._as_if is None else str(self._as_if)
        text = await desk.ask(AskText(question, _("Empty: as it is set."), value=kept, objection=_no_days))
        if text is not None:
            self._as_if = int(text) if text else None
            self.fill_from(desk, turned_to=False)


def _no_days(text: str) -> str:
    if not text or (text.isascii() and text.isdecimal() and 0 < int(text) <= MOST_DAYS):
        return ""
    return _("Write a number of days from 1 to {most}.").format(most=MOST_DAYS)


def _entry(place: int, quiet: QuietCustomer, day: date) -> Entry:
    last = "" if quiet.last is None else quiet.last.isoformat()
    values = (quiet.falls_on.isoformat(), quiet.code, quiet.name, quiet.owner_name, last, quiet.days)
    cells = (*map(str, values),)
    return Entry(Row(quiet.id, (place,), cells, "warning" if quiet.falls_on <= day else ""), values)
