"""The performance face: what everyone sold in the month, by the shares frozen on each order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from textual.app import ComposeResult

from model.margin import Margin, may_see_cost
from model.money import FULL_BP, format_percent, grouped, rate_bp
from model.people import Salesperson
from model.performance import Performance, performance_board
from model.settings import AttributionRule
from tui.leaderboard.company_line import CompanyLine
from tui.leaderboard.face import Face, Someone, Wanted, published_words
from tui.leaderboard.figures import rate_text
from tui.leaderboard.short_table import Entry, ShortTable
from tui.locale import N_, _
from tui.session import Session
from tui.shared.columns import Column
from tui.shared.paged_table import Row

COLUMNS = (
    Column("rank", N_("Rank"), 3, align="right", priority=9),
    Column("name", N_("Salesperson"), 10, grow=True, priority=9),
    Column("orders", N_("Orders"), 6, align="right", priority=6),
    Column("amount", N_("Amount"), 15, align="right", priority=9),
    Column("share", N_("Share"), 7, align="right", priority=5),
    Column("margin", N_("Margin"), 15, align="right", priority=8),
    Column("margin_rate", N_("Margin rate"), 7, align="right", priority=4),
)


@dataclass(frozen=True)
class Rule:
    """The owner's share in basis points of orders another took, and since when; no date where no rule was ever set."""

    owner_bp: int
    since: date | None


@dataclass(frozen=True)
class PerformanceRead:
    """What the face shows; margin only to those who may see cost."""

    board: Performance
    people: dict[str, bytes]
    with_margin: bool
    rule: Rule


class PerformanceFace(Face):
    """Whose sales the month's orders are; every column adds up to the company's."""

    TITLE = N_("Performance")

    def __init__(self) -> None:
        super().__init__()
        self._read: PerformanceRead | None = None

    def compose(self) -> ComposeResult:
        yield ShortTable(
            COLUMNS, empty_text=_("No salespeople yet: “huoke salesperson add” adds one, “huoke import” many.")
        )
        yield CompanyLine(COLUMNS)

    @property
    def note(self) -> str:
        if self._read is None:
            return ""
        said = published_words(self._read.board.published) or _rule_sentence(self._read.rule)
        return said if self._read.with_margin else said + " · " + _("margin is not shown to your role")

    def read(self, session: Session, wanted: Wanted) -> PerformanceRead:
        return PerformanceRead(
            performance_board(wanted.month, wanted.as_of),
            {person.code: person.id for person in Salesperson.select()},
            may_see_cost(session.person_id, wanted.as_of),
            _rule_on(wanted.as_of),
        )

    def show(self, read: PerformanceRead) -> None:
        self._read = read
        company = read.board.company
        self.table.take([self._entry(rank, row, company.revenue, read) for rank, row in enumerate(read.board.rows, 1)])
        self.query_one(CompanyLine).cells = _cells("", _("Company"), company, company.revenue, read.with_margin)

    def _entry(self, rank: int, row: Margin, whole: int, read: PerformanceRead) -> Entry:
        name = row.name or _("nobody")
        margin = (row.margin, row.rate_bp) if read.with_margin else (None, None)
        values = (rank, name, row.orders, row.revenue, row.revenue, *margin)
        cells = _cells(str(rank), name, row, whole, read.with_margin)
        return Entry(Row(Someone(read.people.get(row.key), name), (rank,), cells), values)


def _cells(rank: str, name: str, row: Margin, whole: int, with_margin: bool) -> tuple[str, ...]:
    margin = (grouped(row.margin), rate_text(row.rate_bp)) if with_margin else ("", "")
    return (rank, name, str(row.orders), grouped(row.revenue), rate_text(rate_bp(row.revenue, whole)), *margin)


def _rule_on(day: date) -> Rule:
    found = (
        AttributionRule.select()
        .where(AttributionRule.kind == "owned", AttributionRule.from_date <= day)
        .order_by(AttributionRule.from_date.desc())
        .first()
    )
    return Rule(FULL_BP, None) if found is None else Rule(found.owner_bp, found.from_date)


def _rule_sentence(rule: Rule) -> str:
    if rule.since is None:
        return _("No rule is set: an order is its customer's owner's, whoever took it.")
    return _("owner {owner} % · maker {maker} % since {date}").format(
        owner=format_percent(rule.owner_bp),
        maker=format_percent(FULL_BP - rule.owner_bp),
        date=rule.since.isoformat(),
    )
