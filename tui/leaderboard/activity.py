"""The activity face: everyone's rate of the month, how it moved, and what it takes to rise."""

from __future__ import annotations

from textual.app import ComposeResult

from model.activity import ActivityRow, Board, activity_board
from tui.leaderboard.company_line import SCROLLBAR_CELLS, CompanyLine
from tui.leaderboard.face import Face, Someone, Wanted, published_words
from tui.leaderboard.figures import NO_FIGURE, change_text, rate_bar, rate_text
from tui.leaderboard.short_table import Entry, ShortTable
from tui.locale import N_, _
from tui.session import Session
from tui.shared.columns import Column, lay_out
from tui.shared.paged_table import GUTTER_CELLS, Row

COLUMNS = (
    Column("rank", N_("Rank"), 3, align="right", priority=9),
    Column("name", N_("Salesperson"), 10, grow=True, priority=9),
    Column("rate", N_("Activity"), 7, align="right", priority=9),
    Column("bar", "", 8, grow=True, priority=1, sortable=False),
    Column("active", N_("Active/of"), 9, align="right", priority=8),
    Column("change", N_("vs last month"), 9, align="right", priority=7),
    Column("next", N_("To the next rank"), 16, priority=6),
)
BAR_AT = 3


class ActivityFace(Face):
    """Who activated which part of the customers they are responsible for."""

    TITLE = N_("Activity")

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._wanted: Wanted | None = None

    def compose(self) -> ComposeResult:
        yield ShortTable(
            COLUMNS, empty_text=_("No salespeople yet: “huoke salesperson add” adds one, “huoke import” many.")
        )
        yield CompanyLine(COLUMNS)

    @property
    def note(self) -> str:
        if self._board is not None and self._board.published is not None:
            return published_words(self._board.published)
        if self._wanted is not None and self._wanted.without_blacklisted:
            return _("Customers that traded ÷ customers one is responsible for; the company without its blacklist.")
        return _("Customers that traded ÷ customers one is responsible for; retail apart.")

    def read(self, session: Session, wanted: Wanted) -> tuple[Wanted, Board]:
        return wanted, activity_board(
            wanted.month, wanted.as_of, without_blacklisted=wanted.without_blacklisted
        )  # fmt: skip

    def show(self, read: tuple[Wanted, Board]) -> None:
        self._wanted, self._board = read
        self._fill()

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        if self._board is None or self._wanted is None:
            return
        bar_cells = self._bar_cells()
        self.table.take([self._entry(row, self._board, bar_cells) for row in self._board.rows])
        company = self._board.company
        self.query_one(CompanyLine).cells = (
            "", _("Company"), rate_text(company.rate_bp), rate_bar(company.rate_bp, bar_cells),
            f"{company.active}/{company.responsible}", change_text(company.change_bp), "",
        )  # fmt: skip

    def _bar_cells(self) -> int:
        available = self.size.width - GUTTER_CELLS - SCROLLBAR_CELLS
        return next((each.cells for each in lay_out(COLUMNS, available) if each.index == BAR_AT), 0)

    def _entry(self, row: ActivityRow, board: Board, bar_cells: int) -> Entry:
        rank = 0 if row.rank is None else row.rank
        cells = (
            str(rank), row.name, rate_text(row.rate_bp), rate_bar(row.rate_bp, bar_cells),
            f"{row.active}/{row.responsible}", change_text(row.change_bp), self._next_rank(row, board),
        )  # fmt: skip
        values = (rank, row.name, row.rate_bp, None, row.active, row.change_bp, board.more_to_next_rank(row))
        return Entry(Row(Someone(row.person, row.name), (rank,), cells), values)

    def _next_rank(self, row: ActivityRow, board: Board) -> str:
        """What it takes to rise; of a closed month, what came in after the close."""
        if row.frozen:
            return _("{count} after the close").format(count=f"{row.late:+d}") if row.late else ""
        if self._wanted is None or not self._wanted.is_present:
            return ""
        if row.rank == 1:
            return _("leads") if row.rate_bp is not None else NO_FIGURE
        more = board.more_to_next_rank(row)
        if more is None or row.rank is None:
            return NO_FIGURE
        return _("{count} more → no. {rank}").format(count=more, rank=row.rank - 1)
