"""The activity face: everyone's rate of the month, how it moved, and what it takes to rise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rich.cells import cell_len
from textual.app import ComposeResult

from model.activity import ActivityRow, Board, activity_board
from model.targets import Ahead, ahead_of
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
SEPARATOR = " · "
NEXT_AT = 6
PRIORITY_WITH_TARGETS = 8


class ActivityFace(Face):
    """Who activated which part of the customers they are responsible for."""

    TITLE = N_("Activity")

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._wanted: Wanted | None = None
        self._ahead: Mapping[bytes | None, Ahead] = {}

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

    def read(self, session: Session, wanted: Wanted) -> tuple[Wanted, Board, Mapping[bytes | None, Ahead]]:
        board = activity_board(wanted.month, wanted.as_of, without_blacklisted=wanted.without_blacklisted)
        ahead = {row.person: ahead_of(row, board) for row in board.rows} if wanted.is_present else {}
        return wanted, board, ahead

    def show(self, read: tuple[Wanted, Board, Mapping[bytes | None, Ahead]]) -> None:
        self._wanted, self._board, self._ahead = read
        self._make_room()
        self._fill()

    def _make_room(self) -> None:
        """Widen the last column where it tells of targets too: what is ahead is worth more than last month."""
        columns = list(COLUMNS)
        if self._board is not None and any(ahead.target_bp is not None for ahead in self._ahead.values()):
            cells = max(cell_len(self._next_rank(row, self._board)) for row in self._board.rows)
            label = N_("To the target and next rank")
            columns[NEXT_AT] = replace(COLUMNS[NEXT_AT], label=label, width=cells, priority=PRIORITY_WITH_TARGETS)
        self.table.lay_out_as(columns)
        company_line = self.query_one(CompanyLine)
        company_line.columns = tuple(columns)
        company_line.refresh()

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
        return next((each.cells for each in lay_out(self.table.columns, available) if each.index == BAR_AT), 0)

    def _entry(self, row: ActivityRow, board: Board, bar_cells: int) -> Entry:
        rank = 0 if row.rank is None else row.rank
        cells = (
            str(rank), row.name, rate_text(row.rate_bp), rate_bar(row.rate_bp, bar_cells),
            f"{row.active}/{row.responsible}", change_text(row.change_bp), self._next_rank(row, board),
        )  # fmt: skip
        values = (rank, row.name, row.rate_bp, None, row.active, row.change_bp, board.more_to_next_rank(row))
        return Entry(Row(Someone(row.person, row.name), (rank,), cells), values)

    def _next_rank(self, row: ActivityRow, board: Board) -> str:
        """What it takes to reach the target and to rise; of a closed month, what came in after the close."""
        if row.frozen:
            return _("{count} after the close").format(count=f"{row.late:+d}") if row.late else ""
        if self._wanted is None or not self._wanted.is_present:
            return ""
        ahead = self._ahead.get(row.person)
        said = [] if ahead is None else [_(template).format(**values) for template, values in ahead.sentences()]
        if row.rank == 1 and row.rate_bp is not None:
            said.append(_("leads"))
        return SEPARATOR.join(said) or NO_FIGURE
