"""The customers behind a stage, a cohort, the retention of a month, or what moved in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from model.dates import first_day, last_day, month_of, shifted
from model.errors import N_
from model.movement import MOVE_NAMES, Move, MovedCustomer, moved_customers
from model.named_customers import NamedCustomer, named_customers
from model.repeat import repeat_by_customer
from model.stages import STAGE_NAMES, CustomerStage, stages_report
from tui.analysis.behind import CustomersBehind, ids_of_codes
from tui.analysis.face import count_text
from tui.locale import _
from tui.shared.columns import Column
from tui.shared.figure_table import Figure

CUSTOMER_FIGURES = (
    Figure(Column("code", N_("Code"), 8, priority=7), lambda row: row.code),
    Figure(Column("name", N_("Customer"), 12, grow=True, priority=9), lambda row: row.name),
    Figure(Column("owner", N_("Owner"), 8, priority=5), lambda row: row.owner_name),
    Figure(Column("stage", N_("Stage"), 10, priority=6), lambda row: _(STAGE_NAMES[row.stage])),
    Figure(Column("first", N_("First trade"), 10, priority=7), lambda row: row.first_trade, str),
    Figure(Column("last", N_("Last trade"), 10, priority=8), lambda row: row.last_trade, str),
    Figure(
        Column("months", N_("Trading months"), 7, "right", priority=8), lambda row: row.trading_months, count_text
    ),
)  # fmt: skip


@dataclass(frozen=True)
class StagesRead:
    """Customers with their stages, and their ids by code."""

    customers: tuple[CustomerStage, ...]
    ids: dict[str, bytes]


class CustomersOfStage(CustomersBehind):
    """The customers of a stage."""

    FIGURES: ClassVar[tuple[Figure, ...]] = CUSTOMER_FIGURES
    EMPTY = N_("Nobody is in this stage.")

    def __init__(self, day: date, of: str) -> None:
        """
        Args:
            of: The stage.
        """
        super().__init__()
        self._day = day
        self._of = of
        self._ids: dict[str, bytes] = {}

    def customers(self) -> tuple[CustomerStage, ...]:
        """Who is shown; in a thread, with the store in use."""
        return tuple(row for row in stages_report(self._day) if row.stage == self._of)

    def title_words(self) -> str:
        """What they have in common, translated."""
        return _(STAGE_NAMES[self._of])

    def read_rows(self) -> StagesRead:
        customers = self.customers()
        return StagesRead(customers, ids_of_codes([row.code for row in customers]))

    def heading(self, read: StagesRead) -> str:
        return _("{name} · {count} customers").format(name=self.title_words(), count=f"{len(read.customers):,}")

    def records(self, read: StagesRead) -> tuple[CustomerStage, ...]:
        self._ids = read.ids
        return read.customers

    def key_of(self, record: CustomerStage) -> str:
        return record.code

    def customer_of(self, record: CustomerStage) -> bytes:
        return self._ids[record.code]

    def meaning(self) -> tuple[str, ...]:
        return ("stage",)

    def file_name(self) -> str:
        return "customers"


class CustomersOfCohort(CustomersOfStage):
    """The customers that traded first in a month."""

    EMPTY = N_("Nobody traded first in this month.")

    def customers(self) -> tuple[CustomerStage, ...]:
        return tuple(
            row
            for row in stages_report(self._day)
            if row.first_trade is not None and month_of(row.first_trade) == self._of
        )

    def title_words(self) -> str:
        return _("first trade in {month}").format(month=self._of)

    def meaning(self) -> tuple[str, ...]:
        return ("cohort", "stage")


@dataclass(frozen=True)
class BoughtAgain:
    """A customer of a month, and on how many days it traded in it and in the next."""

    customer: NamedCustomer
    days: int
    next_days: int


class CustomersOfMonth(CustomersBehind):
    """The customers that traded in a month, those first who did not come again in the next."""

    FIGURES: ClassVar[tuple[Figure, ...]] = (
        Figure(Column("code", N_("Code"), 8, priority=7), lambda row: row.customer.code),
        Figure(Column("name", N_("Customer"), 12, grow=True, priority=9), lambda row: row.customer.name),
        Figure(Column("owner", N_("Owner"), 8, priority=5), lambda row: row.customer.owner_name),
        Figure(Column("days", N_("Trading days"), 8, "right", priority=8), lambda row: row.days, count_text),
        Figure(
            Column("next", N_("Next month too"), 8, priority=9),
            lambda row: row.next_days > 0,
            lambda again: _("yes") if again else _("no"),
        ),
    )
    EMPTY = N_("Nobody traded in this month.")
    MEANING = ("retention",)

    def __init__(self, day: date, month: str) -> None:
        super().__init__()
        self._day = day
        self._month = month

    def read_rows(self) -> list[BoughtAgain]:
        days, later = (
            repeat_by_customer(first_day(month), last_day(month), self._day)
            for month in (self._month, shifted(self._month, 1))
        )
        names = named_customers(self._day, among=list(days))
        found = [BoughtAgain(names[id_], count, later.get(id_, 0)) for id_, count in days.items() if id_ in names]
        return sorted(found, key=lambda row: (row.next_days, row.customer.code))

    def heading(self, read: list[BoughtAgain]) -> str:
        return _("{name} · {count} customers").format(name=self._month, count=f"{len(read):,}")

    def records(self, read: list[BoughtAgain]) -> list[BoughtAgain]:
        return read

    def key_of(self, record: BoughtAgain) -> bytes:
        return record.customer.id

    def customer_of(self, record: BoughtAgain) -> bytes:
        return record.customer.id

    def file_name(self) -> str:
        return "retention-customers"


class MovedCustomers(CustomersBehind):
    """The customers of a salesperson to which something happened in a month."""

    FIGURES: ClassVar[tuple[Figure, ...]] = (
        Figure(Column("code", N_("Code"), 8, priority=7), lambda row: row.code),
        Figure(Column("name", N_("Customer"), 12, grow=True, priority=9), lambda row: row.name),
        Figure(Column("moves", N_("What happened"), 24, priority=9), lambda row: moves_words(row.moves)),
        Figure(Column("last", N_("Last trade"), 10, priority=8), lambda row: row.last_trade, str),
    )
    EMPTY = N_("Nothing happened to any of these customers in this month.")
    MEANING = ("movement", "dormant", "stage")

    def __init__(self, month: str, code: str, name: str, day: date) -> None:
        """
        Args:
            code, name: the salesperson's.
        """
        super().__init__()
        self._month, self._code, self._name, self._day = month, code, name, day

    def read_rows(self) -> list[MovedCustomer]:
        return moved_customers(self._month, self._code, self._day)

    def heading(self, read: list[MovedCustomer]) -> str:
        return _("{name} · {days} · {count} customers moved").format(
            name=self._name, days=self._month, count=f"{len(read):,}"
        )

    def records(self, read: list[MovedCustomer]) -> list[MovedCustomer]:
        return read

    def customer_of(self, record: MovedCustomer) -> bytes:
        return record.id

    def file_name(self) -> str:
        return "moved-customers"


def moves_words(moves: Sequence[Move]) -> str:
    """What happened to a customer, translated."""
    return _(", ").join(_(MOVE_NAMES[move]) for move in moves)
