"""Stages, the movement of a month, cohorts as a heat table, and how many customers buy again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from model.dates import month_of, shifted
from model.errors import N_
from model.money import half_up
from model.movement import COMPANY_CODE, Movement, movement
from model.people import Salesperson
from model.repeat import CohortMonth, Repeat, Retained, cohorts, repeat_rate, retention
from model.stages import STAGE_NAMES, STAGES, stage_counts
from tui.analysis.face import AnalysisFace, Asked, Reading, Turn, count_text, rate_text
from tui.analysis.life_behind import CustomersOfCohort, CustomersOfMonth, CustomersOfStage, MovedCustomers
from tui.leaderboard.company_line import CompanyLine
from tui.locale import _
from tui.shared.chart import BarData, ChartData, CurveData, HeatData
from tui.shared.columns import Column
from tui.shared.definition import DefinitionCard
from tui.shared.figure_table import Figure, FigureTable
from tui.shared.paged_table import PagedTable

COHORT_MONTHS = 24
"""So many cohorts are shown, and each for so many months after its first."""
BP = 10_000


@dataclass(frozen=True)
class StageCount:
    """How many customers are in a stage; of all customers `of`."""

    stage: str
    customers: int
    of: int

    @property
    def share_bp(self) -> int | None:
        return half_up(self.customers * BP, self.of) if self.of else None


@dataclass(frozen=True)
class Moved:
    """What a month did to a salesperson's customers."""

    code: str
    name: str
    moved: Movement


@dataclass(frozen=True)
class Cohort:
    """The customers that traded first in a month, and what of them traded so many months later, the first month left
    out; basis points, None where that month has not come."""

    month: str
    customers: int
    later: tuple[int | None, ...]


def _moved(name: str) -> Callable[[Moved], int]:
    return lambda row: int(getattr(row.moved, name))


def _later(months: int) -> Callable[[Cohort], int | None]:
    return lambda row: row.later[months - 1]


STAGE_FIGURES = (
    Figure(Column("stage", N_("Stage"), 12, grow=True, priority=9), lambda row: _(STAGE_NAMES[row.stage])),
    Figure(Column("customers", N_("Customers"), 9, "right", priority=9), lambda row: row.customers, count_text),
    Figure(Column("share", N_("Share"), 8, "right", priority=8), lambda row: row.share_bp, rate_text),
)
MOVEMENT_FIGURES = (
    Figure(Column("code", N_("Code"), 6, priority=3), lambda row: row.code),
    Figure(Column("name", N_("Salesperson"), 10, grow=True, priority=9), lambda row: row.name),
    Figure(Column("start", N_("Start"), 6, "right", priority=9), _moved("start"), count_text),
    Figure(Column("won_new", N_("Won new"), 5, "right", priority=9), _moved("won_new"), count_text),
    Figure(Column("woken", N_("Woken"), 6, "right", priority=8), _moved("woken"), count_text),
    Figure(Column("dormant", N_("Dormant"), 8, "right", priority=8), _moved("gone_dormant"), count_text),
    Figure(Column("end", N_("At the end"), 6, "right", priority=9), _moved("end"), count_text),
    Figure(Column("familiar", N_("To familiar"), 6, "right", priority=6), _moved("to_familiar"), count_text),
    Figure(Column("old", N_("To old"), 6, "right", priority=6), _moved("to_old"), count_text),
)
COHORT_FIGURES = (
    Figure(Column("month", N_("First trade"), 8, priority=30), lambda row: row.month),
    Figure(Column("customers", N_("Customers"), 6, "right", priority=30), lambda row: row.customers, count_text),
    *(
        Figure(Column(f"m{months}", f"+{months}", 7, "right", priority=28 - months), _later(months), rate_text)
        for months in range(1, COHORT_MONTHS + 1)
    ),
)
RETENTION_FIGURES = (
    Figure(Column("month", N_("Month of trade"), 8, grow=True, priority=9), lambda row: row.month),
    Figure(Column("customers", N_("Traded"), 9, "right", priority=9), lambda row: row.customers, count_text),
    Figure(Column("retained", N_("Next month too"), 9, "right", priority=8), lambda row: row.retained, count_text),
    Figure(Column("rate", N_("Retention"), 8, "right", priority=9), lambda row: row.rate_bp, rate_text),
)


@dataclass(frozen=True)
class LifeRead:
    """What is read of one of the ways to see it; of the others nothing."""

    stages: tuple[StageCount, ...] = ()
    moved: tuple[Moved, ...] = ()
    company: Moved | None = None
    cohorts: tuple[Cohort, ...] = ()
    months: tuple[Retained, ...] = ()
    repeat: Repeat | None = None

    @property
    def rows(self) -> tuple[Any, ...]:
        """The rows of the way that was read."""
        return self.stages or self.moved or self.cohorts or self.months


class LifeFace(AnalysisFace):
    """How far customers have come, and whether they come again."""

    TITLE = N_("Stages")
    FIRST_PERIOD = "12_months"
    PERIOD_OF = frozenset({"movement", "retention"})
    TURNS = (
        Turn("stages", N_("stages")),
        Turn("movement", N_("movement of the month")),
        Turn("cohorts", N_("cohorts")),
        Turn("retention", N_("repeat rate and retention")),
    )
    READ = LifeRead
    MEANINGS: ClassVar[dict[str, tuple[str, ...]]] = {
        "stages": ("stage",),
        "movement": ("movement", "dormant", "stage"),
        "cohorts": ("cohort",),
        "retention": ("repeat", "retention"),
    }

    def numbers(self) -> ComposeResult:
        nobody = _("Nobody has bought yet: an order begins the first life of a customer.")
        yield FigureTable(
            STAGE_FIGURES,
            lambda row: row.stage,
            empty_text=_("There is no customer yet."),
            file_name="stages",
            classes="stages",
        )
        yield FigureTable(
            MOVEMENT_FIGURES,
            lambda row: row.code,
            empty_text=_("No salespeople yet."),
            file_name="movement",
            classes="movement",
        )
        yield CompanyLine([figure.column for figure in MOVEMENT_FIGURES])
        yield FigureTable(
            COHORT_FIGURES, lambda row: row.month, empty_text=nobody, file_name="cohorts", classes="cohorts"
        )
        yield FigureTable(
            RETENTION_FIGURES, lambda row: row.month, empty_text=nobody, file_name="retention", classes="retention"
        )  # fmt: skip

    def on_mount(self) -> None:
        self._show_table(self.turn)

    def _show_table(self, turn: str) -> None:
        for table in self.query(FigureTable):
            table.display = table.has_class(turn)
        self.query_one(CompanyLine).display = turn == "movement"
        self.set_class(turn == "cohorts", "-cohorts")

    @classmethod
    def read(cls, asked: Asked, reading: Reading) -> LifeRead:
        period, day = asked.period, asked.day
        if asked.turn == "stages":
            return LifeRead(stages=_stages(asked))
        if asked.turn == "movement":
            names = {person.code: person.name for person in Salesperson.select()}
            moved = [Moved(code, names.get(code, code), each) for code, each in movement(period.month, day)]
            return LifeRead(
                moved=tuple(each for each in moved if each.code != COMPANY_CODE),
                company=next((each for each in moved if each.code == COMPANY_CODE), None),
            )
        if asked.turn == "cohorts":
            return LifeRead(cohorts=_cohorts(cohorts(day, shifted(month_of(day), 1 - COHORT_MONTHS))))
        months = retention(month_of(period.first), period.month, day)
        return LifeRead(months=tuple(reversed(months)), repeat=repeat_rate(period.first, period.last, day))

    def show(self, asked: Asked, read: LifeRead, *, anew: bool) -> None:
        had_focus = any(table.has_focus for table in self.query(FigureTable))
        self._show_table(asked.turn)
        self.table.take(read.rows, anew=anew)
        if had_focus and not self.table.has_focus:
            self.table.focus()
        if read.company is not None:
            cells = self.table.cells_of(read.company)
            self.query_one(CompanyLine).cells = ("", _("Company"), *cells[2:])
        self.chart.show(_chart_title(asked.turn), _chart(asked.turn, read), _("There is nothing to draw yet."))

    def summary(self, asked: Asked, read: LifeRead) -> str:
        if asked.turn == "stages":
            return _("{count} customers").format(count=f"{sum(row.customers for row in read.rows):,}")
        if read.repeat is None:
            return ""
        rate = "–" if read.repeat.rate_bp is None else rate_text(read.repeat.rate_bp)
        return _("repeat rate {rate}: {repeat} of {count} customers").format(
            rate=rate, repeat=count_text(read.repeat.repeat_customers), count=count_text(read.repeat.customers)
        )

    def days_words(self, asked: Asked) -> str:
        return asked.period.month if asked.turn == "movement" else asked.period.words()

    def note(self, asked: Asked, read: LifeRead) -> str:
        return {
            "stages": _("By first trade and trading months, as of today; prospects never traded."),
            "movement": _("Of {month}: start + won + woken − dormant = end.").format(month=asked.period.month),
            "cohorts": _(
                "Who of those who traded first in a month traded so many months later; this month still lasts."
            ),
            "retention": _("Of the customers of a month, who traded in the next one too."),
        }[asked.turn]

    def definitions(self) -> tuple[str, ...]:
        return self.MEANINGS[self.turn]

    def open_row(self, table: PagedTable, record: Any) -> Screen[Any] | None:
        if isinstance(record, StageCount) and self.shown is not None:
            return CustomersOfStage(self.shown[0].day, record.stage)
        if isinstance(record, Cohort) and self.shown is not None:
            return CustomersOfCohort(self.shown[0].day, record.month)
        if isinstance(record, Moved) and self.shown is not None:
            asked = self.shown[0]
            return MovedCustomers(asked.period.month, record.code, record.name, asked.day)
        if isinstance(record, Retained) and self.shown is not None:
            return CustomersOfMonth(self.shown[0].day, record.month)
        return DefinitionCard(_(self.TITLE), self.definitions())


def _stages(asked: Asked) -> tuple[StageCount, ...]:
    counts = stage_counts(asked.day)
    count = sum(counts.values())
    return tuple(StageCount(stage, counts.get(stage, 0), count) for stage in STAGES) if counts else ()


def _cohorts(months: Sequence[CohortMonth]) -> tuple[Cohort, ...]:
    """The cohorts, the latest first, each with its months after the first."""
    found: dict[str, list[CohortMonth]] = {}
    for month in months:
        found.setdefault(month.cohort, []).append(month)
    rows = []
    for cohort, theirs in found.items():
        later = [each.retention_bp for each in theirs[1 : COHORT_MONTHS + 1]]
        later += [None] * (COHORT_MONTHS - len(later))
        rows.append(Cohort(cohort, theirs[0].customers, tuple(later)))
    return tuple(reversed(rows))


def _chart_title(turn: str) -> str:
    return {
        "stages": _("Customers by stage"),
        "movement": _("Alive at the end of the month"),
        "cohorts": _("Who of a cohort traded so many months later, %"),
        "retention": _("Retention by month"),
    }[turn]


def _chart(turn: str, read: LifeRead) -> ChartData | None:
    rows = read.rows
    if not rows:
        return None
    if turn == "stages":
        return BarData(
            tuple(_(STAGE_NAMES[row.stage]) for row in rows), tuple(row.customers for row in rows), "count",
            tuple(count_text(row.customers) for row in rows),
        )  # fmt: skip
    if turn == "movement":
        return BarData(tuple(row.name for row in rows), tuple(row.moved.end for row in rows), "count")
    if turn == "cohorts":
        every = [value for row in rows for value in row.later if value is not None]
        labels = tuple(f"+{months}" for months in range(1, COHORT_MONTHS + 1))
        # The oldest on top, as one reads a triangle.
        old_first = tuple(reversed(rows))
        return HeatData(
            tuple(row.month for row in old_first), labels, tuple(row.later for row in old_first),
            max([1, *every]),
        )  # fmt: skip
    old_first = tuple(reversed(rows))
    rates = tuple(row.rate_bp or 0 for row in old_first)
    return CurveData(tuple(row.month[2:] for row in old_first), ((_("retention"), rates),), "percent")
