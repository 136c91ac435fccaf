"""What a salesperson is to reach in a month: activity rate, sales, margin, receipts; and how far they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import peewee

from model.activity import ActivityRow, Board, activity_board
from model.dates import first_day, last_day
from model.errors import N_
from model.fields import IdField, iso
from model.money import format_percent, rate_bp
from model.performance import performance_board
from model.store import Table, rows

# Activity is a rate in basis points, the others are amounts in minor units.
ACTIVITY = "activity"
MEASURES = (ACTIVITY, "sales", "margin", "receipts")
MEASURE_NAMES = {
    ACTIVITY: N_("activity rate"),
    "sales": N_("sales amount"),
    "margin": N_("margin"),
    "receipts": N_("receipts"),
}
# Money that customers of theirs paid in the month, by the owner on the day; what is paid back or bounces lowers it.
_RECEIPTS = """
SELECT a.owner_id,
    CAST(SUM(CASE WHEN r.kind = 'receipt' OR v.kind = 'refund' THEN r.amount ELSE -r.amount END) AS BIGINT)
FROM receipt r LEFT JOIN receipt v ON v.id = r.reverses_id
JOIN assignment a ON a.customer_id = r.customer_id AND a.from_date <= r.date
    AND (a.to_date IS NULL OR a.to_date > r.date)
WHERE r.voided = 0 AND r.date >= ? AND r.date <= ?
    AND (r.kind IN ('receipt', 'refund') OR (r.kind = 'reversal' AND v.kind IN ('receipt', 'refund')))
GROUP BY a.owner_id"""


class Target(Table):
    """A salesperson's targets of a month; empty where there is none."""

    month = peewee.TextField()
    person_id = IdField()
    activity_bp = peewee.IntegerField(null=True)
    sales = peewee.BigIntegerField(null=True)
    margin = peewee.BigIntegerField(null=True)
    receipts = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "target"
        primary_key = peewee.CompositeKey("month", "person_id")


@dataclass(frozen=True)
class Progress:
    """One target and how much of it is reached; a rate in basis points, or minor units.

    Attributes:
        measure: one of MEASURES.
        reached: None for a rate without any responsible customer.
        left: what is missing; of activity, how many more customers have to trade. None where that cannot be reached.
    """

    code: str
    name: str
    measure: str
    target: int
    reached: int | None
    left: int | None

    @property
    def percent_bp(self) -> int | None:
        """How much of the target is reached, in basis points; None where that is undefined."""
        return None if self.reached is None else rate_bp(self.reached, self.target)


def targets_of(person: bytes, month: str) -> dict[str, int | None]:
    """A salesperson's targets of a month by measure."""
    found = rows(
        "SELECT activity_bp, sales, margin, receipts FROM target WHERE month = ? AND person_id = ?", (month, person)
    )
    return dict(zip(MEASURES, found[0] if found else (None,) * len(MEASURES), strict=True))


def receipts_by_owner(month: str, as_of: date) -> dict[bytes, int]:
    """The money of a month by the salesperson whose customer paid it, in minor units."""
    until = min(last_day(month), as_of)
    return {bytes(owner): amount for owner, amount in rows(_RECEIPTS, (iso(first_day(month)), iso(until)))}


def targets_board(month: str, as_of: date) -> list[Progress]:
    """Every target of a month and how far it is, by salesperson, as of a day."""
    people = rows(
        "SELECT t.person_id, s.code, s.name FROM target t JOIN salesperson s ON s.id = t.person_id WHERE t.month = ?"
        " ORDER BY s.code",
        (month,),
    )
    if not people:
        return []
    activity = {row.person: row for row in activity_board(month, as_of).rows}
    sold = {row.key: row for row in performance_board(month, as_of).rows}
    received = receipts_by_owner(month, as_of)
    found: list[Progress] = []
    for id_, code, name in people:
        person, sales = bytes(id_), sold.get(code)
        reached = {
            "sales": 0 if sales is None else sales.revenue,
            "margin": 0 if sales is None else sales.margin,
            "receipts": received.get(person, 0),
        }
        row = activity.get(person) or ActivityRow(person, code, name, 0, 0)
        found += _progress_of(row, targets_of(person, month), reached)
    return found


def _progress_of(row: ActivityRow, wanted: dict[str, int | None], reached: dict[str, int]) -> Iterator[Progress]:
    for measure, target in wanted.items():
        if target is None:
            continue
        if measure == ACTIVITY:
            yield Progress(row.code, row.name, measure, target, row.rate_bp, row.more_to_rate(target))
        else:
            done = reached[measure]
            yield Progress(row.code, row.name, measure, target, done, max(target - done, 0))


@dataclass(frozen=True)
class Ahead:
    """What a salesperson is told of the board: how many more customers reach their target and the next rank.

    Attributes:
        target_bp: the target of activity in basis points; None without one.
        to_target: 0 when it is reached; None without a target, or where it cannot be reached.
        to_next_rank: None for the first, or where it cannot be reached.
        next_rank: the rank meant.
    """

    to_target: int | None
    to_next_rank: int | None
    next_rank: int | None
    target_bp: int | None = None

    def sentences(self) -> Iterator[tuple[str, dict[str, int | str]]]:
        """Each as an English template to be translated, and what fills it."""
        if self.to_target == 0:
            yield N_("target reached"), {}
        elif self.to_target is not None and self.target_bp is not None:
            yield N_("{count} more → {rate} %"), {"count": self.to_target, "rate": format_percent(self.target_bp)}
        if self.to_next_rank is not None and self.next_rank is not None:
            yield N_("{count} more → no. {rank}"), {"count": self.to_next_rank, "rank": self.next_rank}


def ahead_of(row: ActivityRow, board: Board) -> Ahead:
    """What is ahead of one salesperson on a board."""
    target = None if row.person is None else targets_of(row.person, board.month)[ACTIVITY]
    more = board.more_to_next_rank(row)
    return Ahead(
        None if target is None else row.more_to_rate(target), more,
        None if more is None or row.rank is None else row.rank - 1, target,
    )  # fmt: skip
