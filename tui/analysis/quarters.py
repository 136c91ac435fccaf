"""Value × potential: a scatter of all customers, the four quarters in numbers, and who is in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from model.errors import N_
from model.kept_values import Ranked, kept_values, quarter_sums, refresh_values, values_as_of
from model.margin import may_see_cost
from model.potential_model import NOT_PUBLISHED, PotentialModel, latest_model
from model.quarters import BOTH, POTENTIAL, QUARTER_NAMES, VALUE, is_key_account
from model.value import CustomerValue
from model.value_points import value_points
from tui.analysis.behind import CustomersBehind
from tui.analysis.face import AnalysisFace, Asked, Reading, count_text, money
from tui.customers.listed import BLACKLISTED_SIGN
from tui.locale import _
from tui.shared.chart import ScatterData
from tui.shared.charts.scatter import gathered
from tui.shared.columns import Column
from tui.shared.figure_table import Figure, FigureTable
from tui.shared.paged_table import PagedTable

KEY_SIGN = "#"
PERCENT = 100
EVERYBODY = 10_000_000
# So many of a quarter stand below it; Enter opens all of them.
MOST_LISTED = 1_000
# Whoever may not see margin is not told by it who is in which quarter.
UNDIVIDED = "all"


def quarter_name(key: str) -> str:
    """What a quarter is called, translated."""
    return _(QUARTER_NAMES[key]) if key in QUARTER_NAMES else _("all customers")


def rfm_text(row: CustomerValue) -> str | None:
    """The three scores side by side; None without a trade in twelve months."""
    return None if row.rfm is None else f"{row.rfm.r} {row.rfm.f} {row.rfm.m}"


CUSTOMER_FIGURES = (
    Figure(Column("key", " ", 1, priority=8), lambda row: KEY_SIGN if row.is_key_account else "", secret=True),
    Figure(Column("blacklisted", " ", 1, priority=8), lambda row: BLACKLISTED_SIGN if row.blacklisted else ""),
    Figure(Column("code", N_("Code"), 8, priority=2), lambda row: row.code),
    Figure(Column("name", N_("Customer"), 10, grow=True, priority=9), lambda row: row.name),
    Figure(Column("owner", N_("Owner"), 8, priority=3), lambda row: row.owner_name),
    Figure(Column("value", N_("Customer value"), 13, "right", priority=9), lambda row: row.margin, money, secret=True),
    Figure(
        Column("potential", N_("Potential"), 13, "right", priority=8), lambda row: row.potential.margin, money,
        secret=True,
    ),
    Figure(
        Column("alive", N_("Alive"), 5, "right", priority=6), lambda row: row.potential.alive,
        lambda alive: f"{alive * PERCENT:.0f}%",
    ),
    Figure(
        Column("days", N_("Orders to come"), 6, "right", priority=4), lambda row: row.potential.orders,
        lambda orders: f"{orders:.1f}",
    ),
    Figure(Column("rfm", N_("R F M"), 5, priority=5), rfm_text),
    Figure(Column("quiet", N_("Days quiet"), 6, "right", priority=4), lambda row: row.recency_days, count_text),
    Figure(Column("revenue", N_("Revenue"), 13, "right", priority=1), lambda row: row.revenue, money),
)  # fmt: skip
QUARTER_FIGURES = (
    Figure(Column("name", N_("Quadrant"), 14, grow=True, priority=9), lambda row: quarter_name(row.key)),
    Figure(Column("customers", N_("Customers"), 7, "right", priority=9), lambda row: row.count, count_text),
    Figure(Column("value", N_("Customer value"), 14, "right", priority=8), lambda row: row.value, money, secret=True),
    Figure(
        Column("potential", N_("Potential"), 14, "right", priority=7), lambda row: row.potential, money, secret=True
    ),
)


@dataclass(frozen=True)
class Quarter:
    """A quarter: how many customers, and those with the most value; sums in minor units."""

    key: str
    count: int
    value: int
    potential: int
    customers: tuple[CustomerValue, ...]


@dataclass(frozen=True)
class QuartersRead:
    """The four quarters, the model that stands behind them, and what of it is drawn.

    Attributes:
        is_final: whether they are of now; else they are still being reckoned.
        as_of: of which day they are.
    """

    quarters: tuple[Quarter, ...]
    model: PotentialModel | None
    scatter: ScatterData | None
    sees_cost: bool
    is_final: bool
    as_of: date | None


class QuarterTable(FigureTable):
    """The four quarters."""


class QuartersFace(AnalysisFace):
    """Whom to keep, whom to develop, and whom to let be."""

    TITLE = N_("Value × potential")
    PERIOD_OF = frozenset()
    FIGURES = ("value", "potential", "key_account", "alive", "rfm")
    READ = QuartersRead

    def numbers(self) -> ComposeResult:
        yield QuarterTable(
            QUARTER_FIGURES,
            lambda row: row.key,
            empty_text=_("Nobody has bought yet: an order makes the first customer of value."),
            file_name="quadrants",
        )
        yield FigureTable(
            CUSTOMER_FIGURES,
            lambda row: row.id,
            empty_text=_("Nobody is in this quadrant."),
            file_name="quadrant-customers",
            id="quarter-customers",
        )

    @property
    def customers(self) -> FigureTable:
        """The customers of the quarter under the cursor."""
        return self.query_one("#quarter-customers", FigureTable)

    @classmethod
    def read(cls, asked: Asked, reading: Reading) -> QuartersRead:
        sees_cost = may_see_cost(asked.person, asked.day)
        reading.tell(reading, _("adding up …"))
        if values_as_of() is not None:
            reading.show_so_far(_read_kept(sees_cost, is_final=False))
        refresh_values(
            asked.day,
            reading.progress(_("fitting the model: step {done} of {count} …")),
            lambda: reading.is_given_up,
        )
        return _read_kept(sees_cost, is_final=True)

    def show(self, asked: Asked, read: QuartersRead, *, anew: bool) -> None:
        quarters = self.query_one(QuarterTable)
        has_any = any(quarter.count for quarter in read.quarters)
        quarters.take(read.quarters if has_any else (), with_secrets=read.sees_cost, anew=anew)
        self._show_customers(quarters.record or read.quarters[0])
        empty = "" if read.sees_cost else _("Margin is not shown to your role.")
        self.chart.show(_("Value × potential"), read.scatter, empty)

    @on(PagedTable.RowHighlighted)
    def _follow_cursor(self, message: PagedTable.RowHighlighted) -> None:
        if isinstance(message.table, QuarterTable):
            self._show_customers(message.table.record)

    def _show_customers(self, quarter: Quarter) -> None:
        read = None if self.shown is None else self.shown[1]
        if isinstance(read, QuartersRead):
            # The same quarter of what is shown now; a reading may have come since the row was drawn.
            now = next(each for each in read.quarters if each.key == quarter.key)
            self.customers.file_name = f"quadrant-{now.key}"
            self.customers.take(now.customers, with_secrets=read.sees_cost)

    def note(self, asked: Asked, read: QuartersRead) -> str:
        said = potential_words(read.model, read.sees_cost)
        if read.is_final or read.as_of is None:
            return said
        return _("As of {day}, reckoned anew now.").format(day=read.as_of.isoformat()) + " " + said

    def summary(self, asked: Asked, read: QuartersRead) -> str:
        if not read.sees_cost:
            return _("{count} customers").format(count=f"{read.quarters[0].count:,}")
        keys = sum(quarter.count for quarter in read.quarters if is_key_account(quarter.key))
        count = sum(quarter.count for quarter in read.quarters)
        return _("{count} customers, {keys} key accounts ({sign})").format(
            count=f"{count:,}", keys=f"{keys:,}", sign=KEY_SIGN
        )

    def customer_of(self, record: Any) -> bytes | None:
        return record.id if isinstance(record, CustomerValue) else None

    def open_row(self, table: PagedTable, record: Any) -> Screen[Any] | None:
        if isinstance(record, CustomerValue):
            self.app.open_customer(record.id)  # type: ignore[attr-defined]
            return None
        read: QuartersRead = self.kept.shown[1]  # type: ignore[index]
        return CustomersOfQuarter(record, read.sees_cost)


def potential_words(model: PotentialModel | None, sees_cost: bool) -> str:
    """What stands behind potential: the model with its parameters, or the last twelve months and why; translated."""
    why = (NOT_PUBLISHED, {}) if model is None else model.why_not()
    if model is None or why is not None:
        return _why_history(*why, sees_cost)
    fitted = _("fitted to {count} customers").format(count=f"{model.customers:,}")
    if not sees_cost:
        return _("By how often each bought, as of {day}; {fitted}.").format(day=model.as_of.isoformat(), fitted=fitted)
    bought, earned = model.purchases, model.earnings
    said = _("BG/NBD and Gamma-Gamma of {day}").format(day=model.as_of.isoformat())
    numbers = [] if bought is None else [("r", bought.r), ("α", bought.alpha), ("a", bought.a), ("b", bought.b)]
    numbers += [] if earned is None else [("p", earned.p), ("q", earned.q), ("v", earned.v)]
    return f"{said}: {' '.join(f'{name} {number:.3g}' for name, number in numbers)}; {fitted}"


def _why_history(template: str, params: dict[str, Any], sees_cost: bool) -> str:
    """What stands for potential without a model, and why, a sentence each; translated."""
    if not sees_cost and any(name in params for name in ("model", "simple")):
        # How far the model missed is margin.
        return _("The last 12 months stand for potential.")
    reason = _(template).format(**params)
    return _("The last 12 months stand for potential. {reason}.").format(reason=reason[:1].upper() + reason[1:])


def _read_kept(sees_cost: bool, *, is_final: bool) -> QuartersRead:
    """The values that are kept; in a thread, with the store in use."""
    sums = quarter_sums()
    if sees_cost:
        quarters = tuple(
            Quarter(each.quarter, each.customers, each.value, each.potential, _customers(each.quarter, MOST_LISTED))
            for each in sums
        )
    else:
        count = sum(each.customers for each in sums)
        quarters = (Quarter(UNDIVIDED, count, 0, 0, _customers(UNDIVIDED, MOST_LISTED)),)
    scatter = _scatter(quarters) if sees_cost and any(each.customers for each in sums) else None
    return QuartersRead(quarters, latest_model(), scatter, sees_cost, is_final, values_as_of())


def _customers(quarter: str, at_most: int) -> tuple[CustomerValue, ...]:
    """The most valuable of a quarter; undivided the quietest of all, for their value would tell margin."""
    if quarter == UNDIVIDED:
        return tuple(kept_values("recency_days", count=at_most))
    return tuple(kept_values(quarter=quarter, count=at_most))


def _scatter(quarters: Sequence[Quarter]) -> ScatterData:
    of = {quarter.key: quarter for quarter in quarters}
    return ScatterData(
        _("customer value"), _("potential"), gathered(value_points()),
        _least(of[BOTH], of[VALUE], "margin"), _least(of[BOTH], of[POTENTIAL], "potential"), _("key accounts"),
        _("others"),
    )  # fmt: skip


def _least(one: Quarter, other: Quarter, ranked: Ranked) -> int | None:
    """From which value or potential on a customer is in the top fifth; None where nobody is."""
    found = [
        value.margin if ranked == "margin" else value.potential.margin
        for quarter in (one, other)
        for value in kept_values(ranked, quarter.key, max(0, quarter.count - 1), 1)
    ]
    return min(found, default=None)


class CustomersOfQuarter(CustomersBehind):
    """The customers of a quarter."""

    FIGURES: ClassVar[tuple[Figure, ...]] = CUSTOMER_FIGURES
    EMPTY = N_("Nobody is in this quadrant.")
    MEANING = ("value", "potential", "key_account")

    def __init__(self, quarter: Quarter, sees_cost: bool) -> None:
        super().__init__()
        self._quarter = quarter
        self._sees_cost = sees_cost

    def read_rows(self) -> tuple[CustomerValue, ...]:
        found = _customers(self._quarter.key, EVERYBODY)
        return found if self._sees_cost else tuple(sorted(found, key=lambda row: row.code))

    def heading(self, read: tuple[CustomerValue, ...]) -> str:
        return _("{name} · {count} customers").format(
            name=quarter_name(self._quarter.key), count=f"{len(read):,}"
        )  # fmt: skip

    def records(self, read: tuple[CustomerValue, ...]) -> tuple[CustomerValue, ...]:
        return read

    def sees_cost(self, read: tuple[CustomerValue, ...]) -> bool:
        return self._sees_cost

    def customer_of(self, record: CustomerValue) -> bytes:
        return record.id

    def file_name(self) -> str:
        return f"quadrant-{self._quarter.key}"
