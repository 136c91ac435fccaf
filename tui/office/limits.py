"""Temporary limits: who has one, for how long and why; one is set, or ended before its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from model.changes.customers import EndTemporaryTerms, SetTerms
from model.conflicts import Requested
from model.customers import CreditTerms
from model.errors import InputError
from model.money import grouped
from model.temporary_limits import DAYS_SHOWN, TemporaryLimit, lasting_terms, temporary_limits
from tui.archive.search import CustomerSearch
from tui.archive.words import term_words
from tui.customers.forms import day_words, done_or_asked, name_of
from tui.entry_form import Entries, EntryForm, FormField
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.face import Deed, FaceRead, ListFace
from tui.shared.ask import Confirm
from tui.shared.columns import Column
from tui.shared.pages import Row, Tone

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk


class LimitForm(EntryForm[bytes | Requested]):
    """A limit for a while; dismisses with the customer's id, or with what the office is asked."""

    def __init__(self, customer: bytes) -> None:
        super().__init__()
        self._customer = customer

    def title_text(self) -> str:
        return _("A temporary limit")

    def fields(self) -> Sequence[FormField]:
        return [
            FormField("credit_limit", _("limit"), hint=_("the whole limit while it lasts")),
            FormField("credit_days", _("days"), hint=_("empty: as they are")),
            FormField("until", _("until"), hint=_("a date, or +30")),
            FormField("reason", _("reason")),
        ]

    def load(self) -> tuple[str, CreditTerms]:
        today = self.session.today()
        lasting = lasting_terms([self._customer], today).get(self._customer, CreditTerms())
        return name_of(self._customer), lasting

    def begin_with(self, begins_with: Any) -> None:
        name, lasting = begins_with
        self.retitle(f"{_('A temporary limit')} · {name}")
        term = term_words(lasting.credit_days, lasting.credit_from)
        self.note("credit_limit", _("lastingly: {term}, limit {limit}").format(
            term=term, limit=grouped(lasting.credit_limit)
        ))  # fmt: skip

    def field_changed(self, name: str) -> None:
        if name == "until":
            self.note("until", day_words(self.entries(), "until"))

    def record(self, entries: Entries) -> bytes | Requested:
        days, limit = entries.whole_number("credit_days"), entries.amount("credit_limit")
        if limit is None:
            raise InputError(N_("Write the limit that holds meanwhile."))
        until = entries.day("until")
        if until is None:
            raise InputError(N_("Say until when: a temporary limit has an end."))
        reason = entries.text("reason")
        if not reason:
            raise InputError(N_("Say why: a temporary limit keeps a reason."))
        if until < entries.today:
            entries.reading = "until"
        args = SetTerms(
            customer=self._customer, from_date=entries.today, credit_days=days, credit_from=None, credit_limit=limit,
            until=until, reason=reason,
        )  # fmt: skip
        outcome = self.session.record(args)
        return outcome if isinstance(outcome, Requested) else self._customer


class LimitsFace(ListFace):
    """Those in force, the first to end first; below them those that ended of late."""

    TITLE = N_("Temporary limits")
    ENTER = "open_archive"
    EMPTY = N_("Nobody has a temporary limit: n sets one.")
    COLUMNS = (
        Column("customer", N_("Customer"), 14, grow=True, priority=9),
        Column("limit", N_("Limit"), 12, align="right", priority=9),
        Column("days", N_("Term"), 8, priority=4),
        Column("from", N_("From"), 10, priority=5),
        Column("until", N_("Until"), 10, priority=9),
        Column("state", N_("State"), 8, priority=8),
        Column("lasting", N_("Afterwards"), 12, align="right", priority=6),
        Column("person", N_("Who"), 6, priority=3),
        Column("reason", N_("Reason"), 10, grow=True, priority=7),
    )

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        found = temporary_limits(day)
        holding = sum(each.holds_on(day) for each in found)
        said = _("{count} in force; those that ended in the last {days} days stand below").format(
            count=holding, days=DAYS_SHOWN
        )
        return FaceRead([_entry(place, each, day) for place, each in enumerate(found)], found, said, day)

    @property
    def customer(self) -> bytes | None:
        return self.record.customer if isinstance(self.record, TemporaryLimit) else None

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "new_entry": Deed(self._set, "set_terms", needs_row=False, label=N_("temporary limit")),
            "end_limit": Deed(self._end, "set_terms", hindrance=self._ended_already),
            "open_archive": self.open_archive(),
        }

    def _ended_already(self) -> str:
        limit: TemporaryLimit = self.record
        ended = _("That temporary limit of {code} has ended already.").format(code=limit.code)
        return ended if limit.until < self.about else ""

    async def _set(self, desk: OfficeDesk) -> None:
        """Ask for whom, and set a temporary limit."""
        customer = await desk.ask(CustomerSearch(desk.session, _("A temporary limit for whom?")))
        outcome = None if customer is None else await desk.ask(LimitForm(customer))
        if outcome is not None:
            desk.done(done_or_asked(outcome, _("The temporary limit is set.")))

    async def _end(self, desk: OfficeDesk) -> None:
        """End the temporary limit under the cursor today."""
        limit: TemporaryLimit = self.record
        question = _("End the temporary limit of {customer} today?").format(customer=f"{limit.code} {limit.name}")
        details = _("From today on {term} and a limit of {amount} hold again.").format(
            term=term_words(limit.lasting.credit_days, limit.lasting.credit_from),
            amount=grouped(limit.lasting.credit_limit),
        )
        if await desk.ask(Confirm(question, details)):
            args = EndTemporaryTerms(
                customer=limit.customer, from_date=limit.from_date, until=limit.until, date=desk.session.today()
            )
            desk.decide([args], _("The temporary limit of {code} has ended.").format(code=limit.code))


def _entry(place: int, limit: TemporaryLimit, day: date) -> Entry:
    ended = limit.until < day
    state = _("ended") if ended else _("in force") if limit.holds_on(day) else _("later")
    tone: Tone = "muted" if ended else ""
    customer = f"{limit.code} {limit.name}"
    shown = "" if limit.limit is None else grouped(limit.limit)
    begun, until = limit.from_date.isoformat(), limit.until.isoformat()
    term, lasting = term_words(limit.days, "order"), limit.lasting.credit_limit
    cells = (customer, shown, term, begun, until, state, grouped(lasting), limit.person, limit.reason)
    values: tuple[Any, ...] = (
        customer, limit.limit, limit.days, begun, until, state, lasting, limit.person, limit.reason
    )  # fmt: skip
    return Entry(Row((limit.customer, limit.from_date, limit.until), (place,), cells, tone), values)
