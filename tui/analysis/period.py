"""Which days an analysis is of: a month, a quarter, a year, twelve months, or from one day to another."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date

from model.dates import first_day, last_day, month_of, shifted
from model.errors import N_, InputError
from tui.customers.forms import day_words
from tui.entry_form import Entries, EntryForm, FormField
from tui.locale import _

YEAR_MONTHS = 12
QUARTER_MONTHS = 3
PERIOD_NAMES = {
    "this_month": N_("this month"),
    "last_month": N_("last month"),
    "quarter": N_("this quarter"),
    "year": N_("this year"),
    "12_months": N_("12 months"),
    "between": N_("from … to …"),
}
PERIOD_KEYS = {"this_month": "m", "last_month": "l", "quarter": "q", "year": "y", "12_months": "t", "between": "f"}


@dataclass(frozen=True)
class Period:
    """The days from first to last, both included; `name` is a key of PERIOD_NAMES."""

    name: str
    first: date
    last: date

    @property
    def month(self) -> str:
        """The month in which it ends."""
        return month_of(self.last)

    def words(self) -> str:
        """The period as a person reads it, translated."""
        days = f"{self.first.isoformat()} – {self.last.isoformat()}"
        return days if self.name == "between" else f"{_(PERIOD_NAMES[self.name])} · {days}"


def period_on(name: str, day: date) -> Period:
    """The period of a name, other than `between`, as it is on a day; it ends on that day at the latest."""
    month = month_of(day)
    firsts = {
        "this_month": month,
        "quarter": shifted(month, -((int(month[5:]) - 1) % QUARTER_MONTHS)),
        "year": f"{month[:4]}-01",
        "12_months": shifted(month, 1 - YEAR_MONTHS),
    }
    if name == "last_month":
        before = shifted(month, -1)
        return Period(name, first_day(before), last_day(before))
    return Period(name, first_day(firsts[name]), day)


class PeriodForm(EntryForm[Period]):
    """From one day to another; nothing is written."""

    ACCEPTING = N_("show it")

    def __init__(self, period: Period) -> None:
        super().__init__()
        self._period = period

    def title_text(self) -> str:
        return _("From which day to which?")

    def fields(self) -> Sequence[FormField]:
        return [
            FormField("first", _("from"), self._period.first.isoformat()),
            FormField("last", _("to"), self._period.last.isoformat()),
        ]

    def writing_store(self) -> AbstractContextManager[object]:
        return nullcontext()

    def field_changed(self, name: str) -> None:
        self.note(name, day_words(self.entries(), name))

    def record(self, entries: Entries) -> Period:
        first = entries.day("first")
        last = min(entries.day("last") or entries.today, entries.today)
        first = first or last
        if first > last:
            raise InputError(N_("The first day lies behind the last: exchange them."))
        return Period("between", first, last)
