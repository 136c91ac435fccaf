"""Terms that the payment record suggests where they are not those that a customer has."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from model.changes.customers import SetTerms
from model.changes.log import last_change
from model.customers import CreditTerms
from model.money import grouped
from model.payment_record import RecordRow, payment_records
from model.temporary_limits import lasting_terms
from tui.archive.words import term_words
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.face import NOT_KNOWN, Deed, FaceRead, ListFace
from tui.shared.ask import Confirm
from tui.shared.columns import Column
from tui.shared.pages import Row
from tui.suggestion_words import suggestion_reason

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

MOST_SHOWN = 2_000
NAMES_SHOWN = 5


@dataclass(frozen=True)
class Suggested:
    """What a customer has and what the record suggests."""

    row: RecordRow
    terms: CreditTerms

    @property
    def differs(self) -> bool:
        """Whether it suggests something else than what is."""
        suggestion = self.row.suggestion
        return (suggestion.days, suggestion.limit) != (self.terms.credit_days, self.terms.credit_limit)

    @property
    def weight(self) -> int:
        """By how much the limit would change, in minor units."""
        return abs(self.row.suggestion.limit - self.terms.credit_limit)

    @property
    def reason(self) -> str:
        """Why, translated."""
        return suggestion_reason(self.row.suggestion)


class SuggestionsFace(ListFace):
    """The largest changes first; nothing is applied by itself."""

    TITLE = N_("Suggested terms")
    MARKABLE = True
    ENTER = "open_archive"
    EMPTY = N_("Every customer that has a payment record has the terms that it suggests.")
    COLUMNS = (
        Column("customer", N_("Customer"), 15, priority=9),
        Column("grade", N_("Grade"), 5, priority=6),
        Column("days", N_("Term"), 4, align="right", priority=8),
        Column("new_days", N_("new term"), 5, align="right", priority=9),
        Column("limit", N_("Limit"), 13, align="right", priority=8),
        Column("new_limit", N_("new limit"), 13, align="right", priority=9),
        Column("overdue", N_("Overdue"), 11, align="right", priority=3),
        Column("reason", N_("Reason"), 12, grow=True, priority=7),
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._found: Sequence[Suggested] = ()
        self._count = 0
        self._read_at: tuple[date, bytes] | None = None

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        # The records of a hundred thousand customers take a while: they are read again when the person comes to the
        # list and something was written since; while they look at it, only what these customers have now is.
        at = (day, last_change())
        if self._read_at is None or self._read_at[0] != day or (turned_to and self._read_at != at):
            self._found, self._count = _largest(day)
            self._read_at = at
        present = lasting_terms([each.row.id for each in self._found], day)
        # Who has got other terms since it was read is done with: their suggestion starts from these.
        shown = [each for each in self._found if present.get(each.row.id, CreditTerms()) == each.terms]
        left = self._count - len(self._found) + len(shown)
        said = _("{count} customers: the payment record suggests other terms").format(count=f"{left:,}")
        if self._count > MOST_SHOWN:
            said += " · " + _("the first {count} stand here").format(count=f"{MOST_SHOWN:,}")
        return FaceRead([_entry(place, each) for place, each in enumerate(shown)], shown, said)

    @property
    def customer(self) -> bytes | None:
        return self.record.row.id if isinstance(self.record, Suggested) else None

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {"apply_terms": Deed(self._apply, "set_terms"), "open_archive": self.open_archive()}

    async def _apply(self, desk: OfficeDesk) -> None:
        """Give the marked customers, or the one under the cursor, the terms that their records suggest."""
        meant: list[Suggested] = self.meant
        lines = [f"{each.row.code} {each.row.name}: {_change(each)}" for each in meant[:NAMES_SHOWN]]
        if len(meant) == 1:
            lines.append(meant[0].reason)
        if len(meant) > NAMES_SHOWN:
            lines.append(f"+{len(meant) - NAMES_SHOWN}")
        question = _("Give {count} customers the suggested terms from today on?").format(count=len(meant))
        if await desk.ask(Confirm(question, "\n".join(lines))):
            day = desk.session.today()
            changes = [
                SetTerms(
                    customer=each.row.id, from_date=day, credit_days=each.row.suggestion.days, credit_from=None,
                    credit_limit=each.row.suggestion.limit, reason=each.reason,
                )
                for each in meant
            ]  # fmt: skip
            self.clear_marks()
            desk.decide(changes, _("{count} customers have the suggested terms."))


def _largest(day: date) -> tuple[list[Suggested], int]:
    """The suggestions that would change the most, and how many there are; of the others no record is kept."""
    terms, count = lasting_terms(None, day), 0

    def differing() -> Iterator[Suggested]:
        nonlocal count
        for row in payment_records(day):
            each = Suggested(row, terms.get(row.id, CreditTerms()))
            if each.differs:
                count += 1
                yield each

    found = heapq.nlargest(MOST_SHOWN, differing(), key=lambda each: each.weight)
    return found, count


def _change(each: Suggested) -> str:
    suggestion = each.row.suggestion
    start = each.terms.credit_from
    before, after = (
        f"{term_words(days, start if days else None)}, {grouped(limit)}"
        for days, limit in ((each.terms.credit_days, each.terms.credit_limit), (suggestion.days, suggestion.limit))
    )
    return f"{before} → {after}"


def _entry(place: int, each: Suggested) -> Entry:
    suggestion, terms = each.row.suggestion, each.terms
    customer, grade = f"{each.row.code} {each.row.name}", each.row.record.grade or NOT_KNOWN
    overdue = grouped(each.row.overdue) if each.row.overdue else ""
    cells = (
        customer, grade, str(terms.credit_days), str(suggestion.days), grouped(terms.credit_limit),
        grouped(suggestion.limit), overdue, each.reason,
    )  # fmt: skip
    values = (
        customer, grade, terms.credit_days, suggestion.days, terms.credit_limit, suggestion.limit, each.row.overdue,
        each.reason,
    )  # fmt: skip
    return Entry(Row(each.row.id, (place,), cells, "warning" if each.row.overdue else ""), values)
