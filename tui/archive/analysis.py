"""Analysis: the figures of a customer with their reasons, two years as curve and numbers, what it likes and takes."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.worker import get_current_worker

from model.margin import Margin
from tui import keymap
from tui.archive.behind import Behind, BehindFigure
from tui.archive.behind_orders import month_behind
from tui.archive.figure_words import FIGURE_COLUMNS, FigureShown, figure_rows
from tui.archive.figures import figures_of
from tui.archive.figures_behind import behind_figure
from tui.archive.months import MONTH_COLUMNS, Curve, curve_data, curve_of, month_rows
from tui.archive.pane import ArchivePane, Section
from tui.archive.preferred import (
    BASKET_COLUMNS,
    PREFERRED_COLUMNS,
    PREFERRED_NAMES,
    PREFERRED_TITLES,
    Preferred,
    basket_rows,
    behind_preferred,
    next_preferred,
    preferred_rows,
)
from tui.archive.reckoning import reckon_values
from tui.archive.sources import Desk, RecordRow, ShortList
from tui.locale import N_, _
from tui.shared.chart import Chart
from tui.shared.paged_table import PagedTable

# With less room than this the parts stand below each other and only the focused one is open.
ROOMY_CELLS = (98, 28)


class AnalysisPane(ArchivePane):
    """The fifth tab."""

    TITLE: ClassVar[str] = N_("Analysis")
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("archive.analysis")]

    class CurveRead(Message, bubble=False):
        """The months came from the store."""

        def __init__(self, customer: bytes, curve: Curve) -> None:
            self.customer = customer
            self.curve = curve
            super().__init__()

    class ValuesReckoned(Message, bubble=False):
        """All customers' values were reckoned anew."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._preferred: Preferred = "product"

    def compose(self) -> ComposeResult:
        yield Section(
            _("Figures and their reasons"),
            PagedTable(FIGURE_COLUMNS, id="figures", empty_text=_("Of this customer only the card is on this laptop.")),
            id="figure-section",
        )
        with Container(classes="part curve"):
            yield Section(_("Revenue and margin of 24 months"), Chart(empty_text=""), id="curve-section")
            yield Section(_("By year and month"), PagedTable(MONTH_COLUMNS, id="months"), id="month-section")
        with Container(classes="part goods"):
            yield Section(
                self._preferred_title(),
                PagedTable(PREFERRED_COLUMNS, id="products", empty_text=_("Nothing was bought yet.")),
                id="preferred-section",
            )
            yield Section(
                _("Usual basket"),
                PagedTable(
                    BASKET_COLUMNS, id="basket", empty_text=_("Nothing stood in two of the last ten orders.")
                ),
                id="basket-section",
            )  # fmt: skip

    def on_resize(self, event: events.Resize) -> None:
        width, height = ROOMY_CELLS
        self.set_class(event.size.width < width or event.size.height < height, "-stacked")

    # --- reading

    def fill(self) -> None:
        desk = self.desk
        self.query_one(Chart).data = None
        self._read_curve(desk)
        self.query_one("#figures", PagedTable).show(ShortList(desk, lambda: figure_rows(figures_of(desk))))
        self.query_one("#months", PagedTable).show(ShortList(desk, lambda: month_rows(desk)))
        self.query_one("#basket", PagedTable).show(ShortList(desk, lambda: basket_rows(desk)))
        self._show_preferred(desk)
        # It goes on for whoever is shown next.
        self.app.run_worker(lambda: self._reckon(desk), thread=True, group="values")

    def refresh_data(self) -> None:
        super().refresh_data()
        self._read_curve(self.desk)

    def _show_preferred(self, desk: Desk) -> None:
        by = self._preferred
        self.query_one("#preferred-section", Section).set_title(self._preferred_title())
        self.query_one("#products", PagedTable).show(ShortList(desk, lambda: preferred_rows(desk, by)))

    def _preferred_title(self) -> str:
        key = keymap.short_key(keymap.ACTION_OF["archive.turn_preferred"])
        other = _(PREFERRED_NAMES[next_preferred(self._preferred)])
        return f"{_(PREFERRED_TITLES[self._preferred])} ({key}: {other})"

    @work(thread=True, exclusive=True, group="curve")
    def _read_curve(self, desk: Desk) -> None:
        worker = get_current_worker()
        with desk.store.use():
            curve = curve_of(desk)
        if not worker.is_cancelled:
            self.post_message(self.CurveRead(desk.customer, curve))

    def on_analysis_pane_curve_read(self, message: AnalysisPane.CurveRead) -> None:
        if message.customer == self.customer:
            self.query_one(Chart).data = curve_data(message.curve)

    def _reckon(self, desk: Desk) -> None:
        """Where the customer stands among all is reckoned once a day."""
        worker = get_current_worker()
        if reckon_values(desk.store, desk.today, lambda: worker.is_cancelled) and not worker.is_cancelled:
            self.post_message(self.ValuesReckoned())

    def on_analysis_pane_values_reckoned(self) -> None:
        self.query_one("#figures", PagedTable).reload()

    # --- what Enter and the key for brands do

    def action_turn_preferred(self) -> None:
        """Turn from products to brands, to categories, and back to products."""
        self._preferred = next_preferred(self._preferred)
        if self.customer is not None:
            self._show_preferred(self.desk)

    @property
    def behind(self) -> Behind | None:
        """What stands behind the highlighted row."""
        record = self.record
        if isinstance(record, FigureShown):
            return behind_figure(self.desk, record)
        if isinstance(record, Margin):
            return month_behind(self.desk, record.key)
        return behind_preferred(self.desk, record)

    @on(PagedTable.RowChosen)
    def _open_behind(self, message: PagedTable.RowChosen) -> None:
        if isinstance(message.row, RecordRow) and (behind := self.behind) is not None:
            message.stop()
            self.app.push_screen(BehindFigure(self.desk, behind))
