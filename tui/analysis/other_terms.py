"""The credit time machine: what other terms would have held, what that had saved, and what it had cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen

from model.errors import N_, InputError
from model.giving_up import GivenUp
from model.margin import may_see_cost
from model.named_customers import NamedCustomer, named_customers
from model.time_machine import FULL_PERCENT, LATE_DAYS, HeldThen, OtherTerms, Replay, TimeMachine, time_machine
from tui.analysis.behind import OrdersBehind
from tui.analysis.face import AnalysisFace, Asked, Reading, count_text, money
from tui.entry_form import Entries, EntryForm, FormField, Option
from tui.locale import _
from tui.shared.chart import BarData
from tui.shared.columns import Column
from tui.shared.figure_table import Figure, FigureTable
from tui.shared.paged_table import PagedTable, Sort

FIRST_TERMS = OtherTerms(limit_percent=80)
"""What is tried before anybody says otherwise: a fifth less limit."""
MOST_PERCENT = 1_000
MOST_DAYS = 365
NAME_CELLS = 26
TERMS_KEY = "terms"


@dataclass(frozen=True)
class Outcome:
    """A figure of the present and of the other terms.

    Attributes:
        label: marked text; of the row that says what is tried, translated text.
        of: which of the held orders it counts.
        adds: what of such an order adds up to it, where it is an amount.
        is_count: a number of orders, else an amount in minor units.
    """

    key: str
    label: str
    present: int
    other: int
    of: Callable[[HeldThen], bool]
    is_count: bool = False
    is_secret: bool = False
    days: int = 0
    adds: Callable[[HeldThen], int] = attrgetter("amount")

    @property
    def name(self) -> str:
        return self.label if self.key == TERMS_KEY else _(self.label).format(days=self.days)


OUTCOME_FIGURES = (
    Figure(Column("name", N_("Figure"), 25, grow=True, priority=9, sortable=False), lambda row: row.name),
    Figure(
        Column("present", N_("Present terms"), 16, "right", priority=8, sortable=False),
        lambda row: shown(row, row.present),
    ),
    Figure(
        Column("other", N_("Other terms"), 16, "right", priority=9, sortable=False), lambda row: shown(row, row.other)
    ),
    Figure(
        Column("change", N_("Difference"), 17, "right", priority=7, sortable=False),
        lambda row: shown(row, row.other - row.present, sign=True),
    ),
)  # fmt: skip


def shown(row: Outcome, value: int, *, sign: bool = False) -> str:
    """A value of a figure; with its sign where it is a difference."""
    if row.key == TERMS_KEY:
        return ""
    text = count_text(value) if row.is_count else money(value)
    return f"+{text}" if sign and value > 0 else text


@dataclass(frozen=True)
class OutcomesRead:
    """The orders judged again, for whom."""

    machine: TimeMachine
    sees_cost: bool

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What came out, figure by figure."""
        return _outcomes(self.machine, self.sees_cost)


class OtherTermsFace(AnalysisFace):
    """The orders of the last three full months by the present terms and by others."""

    TITLE = N_("Time machine")
    PERIOD_OF = frozenset()
    FIGURES = ("held_then", "saved", "forgone", "undecided")
    READ = OutcomesRead
    FIRST_MORE = FIRST_TERMS

    class TermsChosen(Message):
        """Other terms are to be tried."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.terms = FIRST_TERMS

    def numbers(self) -> ComposeResult:
        yield FigureTable(
            OUTCOME_FIGURES, lambda row: row.key, file_name="other-terms",
            empty_text=_("There was no order on credit in the last three full months."),
        )  # fmt: skip

    def more_asked(self) -> OtherTerms:
        return self.terms

    @classmethod
    def read(cls, asked: Asked, reading: Reading) -> OutcomesRead:
        tell = reading.progress(_("judging again: customer {done} of {count} …"))

        def progress(done: int, count: int) -> None:
            if reading.is_given_up:
                raise GivenUp
            tell(done, count)

        machine = time_machine(asked.more or FIRST_TERMS, asked.day, progress=progress)
        return OutcomesRead(machine, may_see_cost(asked.person, asked.day))

    def show(self, asked: Asked, read: OutcomesRead, *, anew: bool) -> None:
        # What is tried stands on top, so that Enter changes it.
        asked_for = Outcome(TERMS_KEY, terms_words(asked.more or FIRST_TERMS), 0, 0, lambda _order: False)
        outcomes = read.outcomes
        self.table.take((asked_for, *outcomes) if read.machine.orders else (), anew=False)
        drawn = [row for row in outcomes if not row.is_count and row.key != TERMS_KEY]
        labels = [part for row in drawn for part in (row.name, _("  by other terms"))]
        values = [value for row in drawn for value in (row.present, row.other)]
        data = BarData(tuple(labels), tuple(values), label_cells=NAME_CELLS) if read.machine.orders else None
        self.chart.show(_("Present and other terms"), data, _("There is nothing to draw yet."))

    def note(self, asked: Asked, read: OutcomesRead) -> str:
        machine = read.machine
        return _("{first} – {last}: {count} orders, {amount}, judged again.").format(
            first=machine.first.isoformat(), last=machine.last.isoformat(), count=f"{machine.orders:,}",
            amount=money(machine.amount),
        )  # fmt: skip

    def summary(self, asked: Asked, read: OutcomesRead) -> str:
        return difference_words(len(read.machine.other.held) - len(read.machine.present.held))

    def open_row(self, table: PagedTable, record: Outcome) -> Screen[Any] | None:
        if record.key == TERMS_KEY:
            self.ask_terms()
            return None
        return None if self.shown is None else HeldBehind(self.shown[1], record)

    def ask_terms(self) -> None:
        """Ask for other terms."""

        def answered(terms: OtherTerms | None) -> None:
            if terms is not None:
                self.terms = terms
                self.post_message(self.TermsChosen())

        self.app.push_screen(OtherTermsForm(self.terms), answered)


def difference_words(more: int) -> str:
    """How many orders more other terms would have held, or fewer, translated."""
    if more == 0:
        return _("as many orders would have been held")
    text = _("{count} orders more would have been held") if more > 0 else _("{count} orders fewer would have been held")
    return text.format(count=f"{abs(more):,}")


def terms_words(terms: OtherTerms) -> str:
    """Other terms in words, translated."""
    said = []
    if terms.suggested:
        said.append(_("as the payment records suggested"))
    if terms.days is not None:
        said.append(_("{days} days for everyone").format(days=terms.days))
    elif terms.days_percent != FULL_PERCENT:
        said.append(_("{percent} % of the days").format(percent=terms.days_percent))
    if terms.limit_percent != FULL_PERCENT:
        said.append(_("{percent} % of the limits").format(percent=terms.limit_percent))
    if terms.grace_days is not None:
        said.append(_("{days} days of grace").format(days=terms.grace_days))
    return _("with {terms}").format(terms=_(", ").join(said)) if said else _("with nothing changed")


def _outcomes(machine: TimeMachine, sees_cost: bool) -> tuple[Outcome, ...]:
    def outcome(
        key: str, label: str, figure: Callable[[Replay], int], of: Callable[[HeldThen], bool], **more: Any
    ) -> Outcome:
        return Outcome(key, label, figure(machine.present), figure(machine.other), of, **more)

    found = [
        outcome("held", N_("orders held"), lambda replay: len(replay.held), lambda order: True, is_count=True),
        outcome("amount", N_("held amount"), lambda replay: replay.amount, lambda order: True),
        outcome(
            "overdue", N_("of it for overdue bills"), lambda replay: replay.count("overdue"),
            lambda order: order.why == "overdue", is_count=True,
        ),
        outcome(
            "over_limit", N_("of it over the limit"), lambda replay: replay.count("over_limit"),
            lambda order: order.why == "over_limit", is_count=True,
        ),
        *(
            outcome(
                f"late_{days}", N_("saved: over {days} days late"), _late(days), _is_late(days), days=days
            )
            for days in LATE_DAYS
        ),
        outcome(
            "unpaid", N_("saved: due and unpaid now"), lambda replay: replay.unpaid, _is_unpaid,
            adds=attrgetter("unpaid"),
        ),
        outcome(
            "forgone", N_("forgone margin"), lambda replay: replay.forgone, lambda order: not order.unpaid,
            is_secret=True, adds=attrgetter("margin"),
        ),
        outcome(
            "undecided", N_("undecided: not yet due"), lambda replay: replay.undecided, _is_undecided,
            adds=attrgetter("unpaid"),
        ),
    ]  # fmt: skip
    return tuple(row for row in found if sees_cost or not row.is_secret)


def _late(days: int) -> Callable[[Replay], int]:
    return lambda replay: replay.late(days)


def _is_late(days: int) -> Callable[[HeldThen], bool]:
    return lambda order: order.days_late > days


def _is_unpaid(order: HeldThen) -> bool:
    return order.due and order.unpaid > 0


def _is_undecided(order: HeldThen) -> bool:
    return not order.due and order.unpaid > 0


class OtherTermsForm(EntryForm[OtherTerms]):
    """Which other terms are tried; nothing is written."""

    ACCEPTING = N_("show it")

    def __init__(self, terms: OtherTerms) -> None:
        super().__init__()
        self._terms = terms

    def title_text(self) -> str:
        return _("Which terms should have held in the last 3 full months?")

    def fields(self) -> Sequence[FormField]:
        terms, empty = self._terms, _("as it was")
        return [
            FormField("limit", _("limits in %"), str(terms.limit_percent), _("100 leaves them")),
            FormField("days_percent", _("days in %"), str(terms.days_percent), _("100 leaves them")),
            FormField("days", _("days for all"), "" if terms.days is None else str(terms.days), empty),
            FormField("grace", _("days of grace"), "" if terms.grace_days is None else str(terms.grace_days), empty),
            FormField(
                "suggested", _("by suggestion"), "yes" if terms.suggested else "no",
                options=(Option("no", _("no")), Option("yes", _("yes, in place of days and limits"))),
            ),
        ]  # fmt: skip

    def writing_store(self) -> AbstractContextManager[object]:
        return nullcontext()

    def record(self, entries: Entries) -> OtherTerms:
        limit, share = entries.whole_number("limit"), entries.whole_number("days_percent")
        for percent in (limit, share):
            if percent is not None and percent > MOST_PERCENT:
                raise InputError(N_("{percent} % is too much: at most {most} %."), percent=percent, most=MOST_PERCENT)
        days, grace = entries.whole_number("days"), entries.whole_number("grace")
        for each in (days, grace):
            if each is not None and each > MOST_DAYS:
                raise InputError(N_("{days} days are too many: at most {most}."), days=each, most=MOST_DAYS)
        return OtherTerms(
            days, FULL_PERCENT if share is None else share, FULL_PERCENT if limit is None else limit, grace,
            entries.text("suggested") == "yes",
        )  # fmt: skip


@dataclass(frozen=True)
class HeldRow:
    """An order that the other terms would have held, and whose it is."""

    order: HeldThen
    customer: NamedCustomer | None


class HeldBehind(OrdersBehind):
    """The orders that the other terms would have held."""

    FIGURES: ClassVar[tuple[Figure, ...]] = (
        Figure(Column("date", N_("Date"), 10, priority=7), lambda row: row.order.day.isoformat()),
        Figure(Column("number", N_("Number"), 10, priority=8, whole=True), lambda row: row.order.number),
        Figure(
            Column("customer", N_("Customer"), 10, grow=True, priority=9),
            lambda row: None if row.customer is None else row.customer.name,
        ),
        Figure(Column("amount", N_("Amount"), 13, "right", priority=9), lambda row: row.order.amount, money),
        Figure(
            Column("why", N_("Why"), 10, priority=8),
            lambda row: _("overdue") if row.order.why == "overdue" else _("over the limit"),
        ),
        Figure(Column("late", N_("Days late"), 5, "right", priority=7), lambda row: row.order.days_late, count_text),
        Figure(Column("unpaid", N_("Unpaid now"), 13, "right", priority=6), lambda row: row.order.unpaid, money),
        Figure(
            Column("margin", N_("Margin"), 13, "right", priority=5), lambda row: row.order.margin, money, secret=True
        ),
    )
    EMPTY = N_("These terms would have held no such order.")
    MEANING = ("held_then",)

    def __init__(self, read: OutcomesRead, outcome: Outcome) -> None:
        super().__init__()
        self._read = read
        self._outcome = outcome

    def read_rows(self) -> list[HeldRow]:
        held = [order for order in self._read.machine.other.held if self._outcome.of(order)]
        names = named_customers(self._read.machine.last, among=sorted({order.customer for order in held}))
        return [HeldRow(order, names.get(order.customer)) for order in held]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(FigureTable).sort = Sort("amount", descending=True)

    def heading(self, read: list[HeldRow]) -> str:
        outcome = self._outcome
        # An amount stands with its name: it may be another than what the orders come to.
        text = _("{name} · {count} orders, {amount}") if outcome.is_count else _("{name} {amount} · {count} orders")
        amount = sum(outcome.adds(row.order) for row in read)
        return text.format(name=outcome.name, count=f"{len(read):,}", amount=money(amount))

    def records(self, read: list[HeldRow]) -> list[HeldRow]:
        return read

    def sees_cost(self, read: list[HeldRow]) -> bool:
        return self._read.sees_cost

    def key_of(self, record: HeldRow) -> bytes:
        return record.order.id

    def customer_of(self, record: HeldRow) -> bytes:
        return record.order.customer

    def meaning(self) -> tuple[str, ...]:
        of = {"forgone": "forgone", "undecided": "undecided", "unpaid": "saved"}
        key = self._outcome.key
        return tuple(dict.fromkeys(("held_then", "saved" if key.startswith("late_") else of.get(key, "held_then"))))

    def file_name(self) -> str:
        return "held-then"
