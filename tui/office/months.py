"""The months that are over, and which of them are closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from model.activity import activity_board
from model.changes.closing import CloseMonth
from model.closing import closed_through, is_closed
from model.dates import month_of, shifted
from model.money import format_rate
from model.store import rows
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.face import NOT_KNOWN, Deed, FaceRead, ListFace
from tui.shared.ask import Confirm
from tui.shared.columns import Column
from tui.shared.pages import Row

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

MONTHS_SHOWN = 24


@dataclass(frozen=True)
class Month:
    """A month and whether it is closed."""

    name: str
    closed: bool


class MonthsFace(ListFace):
    """A month is closed with those before it."""

    TITLE = N_("Months")
    ENTER = "close_month"
    EMPTY = N_("No month is over yet.")
    COLUMNS = (
        Column("month", N_("Period"), 8, priority=9),
        Column("state", N_("State"), 14, priority=9),
        Column("responsible", N_("responsible"), 12, align="right", priority=7),
        Column("active", N_("traded"), 10, align="right", priority=8),
        Column("rate", N_("rate %"), 8, align="right", priority=8),
        Column("late", N_("active since"), 12, align="right", priority=6),
    )

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        months = [shifted(month_of(day), -back) for back in range(1, MONTHS_SHOWN + 1)]
        first = rows("SELECT MIN(date) FROM orders")[0][0]
        found = [Month(month, is_closed(month)) for month in months if first is not None and month >= first[:7]]
        through = closed_through()
        summary = _("closed through {month}").format(month=through) if through else _("no month is closed yet")
        return FaceRead([_entry(place, month, day) for place, month in enumerate(found)], found, summary)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {"close_month": Deed(self._close, "close_month", hindrance=self._closed_already)}

    def _closed_already(self) -> str:
        month: Month = self.record
        return _("{month} is closed already.").format(month=month.name) if month.closed else ""

    async def _close(self, desk: OfficeDesk) -> None:
        """Close the month under the cursor, and those before it that are still open."""
        month: Month = self.record
        question = _("Close {month}? Its board is kept as it is and never changes again.").format(month=month.name)
        details = _("What arrives for it later counts in the month in which it is recorded.")
        if earlier := [each.name for each in self._records.values() if not each.closed and each.name < month.name]:
            # The list ends after two years; what is older and open is closed with them.
            said = _("{first} is still open and is closed with it.")
            if len(earlier) > 1:
                said = _("{first} to {last} are still open and are closed with it.")
            details = said.format(first=min(earlier), last=max(earlier)) + " " + details
        if await desk.ask(Confirm(question, details)):
            desk.decide([CloseMonth(month=month.name)], _("{month} is closed.").format(month=month.name))


def _entry(place: int, month: Month, day: date) -> Entry:
    company = activity_board(month.name, day).company
    state = _("month closed") if month.closed else _("not closed yet")
    rate = NOT_KNOWN if company.rate_bp is None else format_rate(company.rate_bp)
    late = f"+{company.late}" if company.late else ""
    cells = (month.name, state, str(company.responsible), str(company.active), rate, late)
    values = (month.name, state, company.responsible, company.active, company.rate_bp, company.late)
    return Entry(Row(month.name, (place,), cells), values)
