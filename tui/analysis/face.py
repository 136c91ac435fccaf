"""What the faces of the analysis have in common: figures in lists, a chart beside them, read in a thread and kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker

from model.kept_answers import KeptAnswer
from model.money import format_rate, grouped
from model.time_machine import OtherTerms
from tui import keymap
from tui.analysis.period import Period
from tui.locale import _
from tui.session import Session, StoreScreen
from tui.shared.chart import Chart, ChartData
from tui.shared.columns import printable
from tui.shared.figure_table import FigureTable
from tui.shared.paged_table import PagedTable

SEPARATOR = " · "
KEPT_AT_MOST = 2
"""So many questions of a face are kept answered in memory, this and the one before; the store keeps what took long."""

MANY_ROWS = 20_000
"""More rows than these are let go when another face is turned to; they stand in the store."""


@dataclass(frozen=True)
class Turn:
    """One of the ways in which a face shows its figures; `label` is marked text."""

    name: str
    label: str


@dataclass(frozen=True)
class Asked:
    """What a face is asked for.

    Attributes:
        turn: the name of its Turn; empty where it has none.
        day: the business date.
        person: who asks; some figures are not for everybody.
        more: what else the face lets one choose.
    """

    turn: str
    period: Period
    day: date
    person: bytes | None
    more: OtherTerms | None = None

    @property
    def question(self) -> tuple[Hashable, ...]:
        """The same on every day, so that an answer of yesterday is the last one to what is asked today."""
        days = (self.period.first, self.period.last) if self.period.name == "between" else ()
        return (self.turn, self.period.name, days, self.person, self.more)


@dataclass(eq=False)
class Reading:
    """One reading under way in a thread.

    Attributes:
        tell: says how far it is: a translated sentence.
        show: shows what is known by then, before the end, with what it was asked for and when it was read if
            that was before.
        given_up: something else is asked for by now.
        worker: the thread that reads, which is cancelled where the program ends.
        is_outdated: something was written since it began.
    """

    asked: Asked
    tell: Callable[[Reading, str], None]
    show: Callable[[Reading, Any, Asked, datetime | None], None]
    given_up: bool = False
    worker: Worker[None] | None = None
    is_outdated: bool = False

    @property
    def is_given_up(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.given_up or (self.worker is not None and self.worker.is_cancelled)

    def progress(self, sentence: str) -> Callable[[int, int], None]:
        """What tells so many of so many, with a translated sentence of `done` and `count`."""
        return lambda done, count: self.tell(self, sentence.format(done=f"{done:,}", count=f"{count:,}"))

    def show_so_far(self, read: Any) -> None:
        """Show what is known by now; better figures follow."""
        self.show(self, read, self.asked, None)

    def show_earlier(self, kept: KeptAnswer[Asked, Any]) -> None:
        """Show what was read before something was written; what is so now follows."""
        self.show(self, kept.answer, kept.asked, kept.read_at)


@dataclass
class Kept:
    """What a face has read since anything was written, by what it was asked for.

    Attributes:
        shown: what is in sight, and what it was asked for.
        shown_of: when that was read, where it is being read anew; None where it is of now.
        progress, failure: translated sentences.
    """

    read: dict[Asked, Any] = field(default_factory=dict)
    shown: tuple[Asked, Any] | None = None
    shown_of: datetime | None = None
    under_way: Reading | None = None
    progress: str = ""
    failure: str = ""

    def keep(self, asked: Asked, read: Any) -> None:
        """Keep what was read, and of what was read before the latest."""
        self.read[asked] = read
        while len(self.read) > KEPT_AT_MOST:
            del self.read[next(iter(self.read))]


class ChartPane(Vertical):
    """A chart under a title."""

    def compose(self) -> ComposeResult:
        yield Chart()

    def show(self, title: str, data: ChartData | None, empty_text: str = "") -> None:
        """Show a chart; without data, why there is none."""
        self.border_title = Content(printable(title)).markup
        chart = self.query_one(Chart)
        chart.empty_text = empty_text
        chart.data = data
        chart.refresh()


class AnalysisFace(Horizontal):
    """A face: lists to the left, a chart to the right; on a narrow screen a key turns between them."""

    TITLE: ClassVar[str] = ""
    """Marked text: the tab's name."""
    TURNS: ClassVar[tuple[Turn, ...]] = ()
    PERIOD_OF: ClassVar[frozenset[str] | None] = None
    """The turns whose figures are of a period that can be chosen; None for all of them."""
    FIRST_PERIOD: ClassVar[str] = "this_month"
    FIGURES: ClassVar[tuple[str, ...]] = ()
    """The figures shown, by their keys in tui.shared.definition."""
    READ: ClassVar[type[Any] | None] = None
    """What `read` returns, where it is kept for another run of the program."""
    FIRST_MORE: ClassVar[OtherTerms | None] = None
    """What else it is asked for at first."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.turn = self.TURNS[0].name if self.TURNS else ""
        self.kept = Kept()

    def compose(self) -> ComposeResult:
        with Vertical(classes="numbers"):
            yield from self.numbers()
        yield ChartPane()

    # What a face says of itself ---------------------------------------------------------------

    def numbers(self) -> ComposeResult:
        """Its lists."""
        yield from ()

    @classmethod
    def read(cls, asked: Asked, reading: Reading) -> Any:
        """Read what is shown; in a thread, with the store in use."""
        raise NotImplementedError

    def show(self, asked: Asked, read: Any, *, anew: bool) -> None:
        """Show what was read; `anew` where it is another list than before, which begins at its top."""
        raise NotImplementedError

    def summary(self, asked: Asked, read: Any) -> str:
        """What all of it comes to, translated."""
        return ""

    def note(self, asked: Asked, read: Any) -> str:
        """What the figures mean or of what they speak, in one line, translated."""
        return ""

    def days_words(self, asked: Asked) -> str:
        """Of which days the figures are, translated."""
        return asked.period.words()

    def more_asked(self) -> OtherTerms | None:
        """What else it is asked for."""
        return None

    def open_row(self, table: PagedTable, record: Any) -> Screen[Any] | None:
        """The rows behind a figure, or None where the face has opened something itself or there are none."""
        return None

    def customer_of(self, record: Any) -> bytes | None:
        """The customer that a row is about; None where it is about no single one."""
        return None

    def definitions(self) -> Sequence[str]:
        """The figures shown now."""
        return self.FIGURES

    # ------------------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        return cast(StoreScreen, self.screen).session

    @property
    def uses_period(self) -> bool:
        """Whether the figures shown are of a period that can be chosen."""
        return self.PERIOD_OF is None or self.turn in self.PERIOD_OF

    @property
    def table(self) -> FigureTable:
        """The list that has the cursor when the face is turned to."""
        return next(table for table in self.query(FigureTable) if table.display)

    @property
    def record(self) -> Any:
        """What the row under the cursor shows; None without one."""
        focused = self.screen.focused
        table = focused if isinstance(focused, FigureTable) and self in focused.ancestors else self.table
        return table.record

    @property
    def chart(self) -> ChartPane:
        return self.query_one(ChartPane)

    @property
    def shown(self) -> tuple[Asked, Any] | None:
        """What is shown now and what it was asked for; None before anything was read."""
        return self.kept.shown

    def count_words(self, count: int, counted: str, of_them: str) -> str:
        """How many rows there are, translated, and how many of them are shown where a filter leaves some out.

        Args:
            counted: translated text with `count`.
            of_them: translated text with `shown` and `count`.
        """
        if not self.table.filter_text:
            return counted.format(count=f"{count:,}")
        return of_them.format(shown=f"{self.table.total:,}", count=f"{count:,}")

    def leave(self) -> None:
        """Another face is shown: so many rows that they weigh are read again when the person comes back."""
        if self.READ is None or all(table.total <= MANY_ROWS for table in self.query(FigureTable)):
            return
        self.kept.read.clear()
        self.kept.shown = None
        for table in self.query(FigureTable):
            table.take((), anew=True)

    def toggle_chart(self) -> None:
        """Give the chart or the numbers the whole screen; on a narrow one they take turns."""
        self.toggle_class("-turned")


class FaceNote(Static):
    """A line below a list."""


def turned_label(face: AnalysisFace) -> str:
    """By what the face is now, translated; empty where it has one way only."""
    return next((_(turn.label) for turn in face.TURNS if turn.name == face.turn), "")


def key_of(action: str) -> str:
    """The key of an action of the analysis, as a person reads it."""
    return keymap.short_key(keymap.ACTION_OF[f"analysis.{action}"])


def money(value: int) -> str:
    """An amount in minor units as it stands in a list."""
    return grouped(value)


def count_text(value: int) -> str:
    """A count as it stands in a list."""
    return f"{value:,}"


def rate_text(value_bp: int) -> str:
    """Basis points as a percentage: 62.50%."""
    return f"{format_rate(value_bp)}%"
