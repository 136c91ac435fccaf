"""Closing a month: its board is kept as it stands and never recomputed.

The office closes. A laptop does not know all customers, so what is recorded there writes nothing: the office computes
the board when the change arrives, and its lines come back like any other documents.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.activity import board_to_freeze
from model.booking import forget_late
from model.changes.kind import Args, Kind
from model.closing import closed_through, months_to_freeze, traded_before
from model.conflicts import Requested
from model.context import Context
from model.dates import month_of, parse_month
from model.errors import N_, Refused
from model.leases import on_a_laptop
from model.rights import require
from model.settings import MonthClose
from model.store import execute, rows
from model.synced import document_id
from model.touched import touch


class CloseMonth(Args, frozen=True):
    """A month that has ended, as YYYY-MM."""

    month: str


@dataclass(frozen=True)
class MonthClosed:
    """What a close kept.

    Attributes:
        months: whose boards were kept: the month, and those before it that were still open.
    """

    month: str
    months: tuple[str, ...]


def close_month(args: CloseMonth, ctx: Context) -> MonthClosed | Requested:
    require(ctx, "close_month")
    month = parse_month(args.month)
    if month >= month_of(ctx.business_date):
        raise Refused(N_("{month} has not ended yet: close it when it is over."), month=month)
    closed = closed_through()
    if month <= closed:
        raise Refused(N_("{month} is closed already."), month=month)
    if closed and (earlier := traded_before(month)) is not None:
        raise Refused(N_("{earlier} is still open: close it before {month}."), earlier=earlier, month=month)
    if on_a_laptop():
        return Requested(())
    months = tuple(months_to_freeze(month))
    # All boards are taken before the first is written: a month is closed with everything before it.
    boards = {each: board_to_freeze(each, ctx.business_date) for each in months}
    for each, lines in boards.items():
        for line in lines:
            touch("close", document_id("close", each, line.person))
            MonthClose.create(
                month=each, person_id=line.person, responsible=line.responsible, active=line.active, closed_with=month
            )
    return MonthClosed(month, months)


def undo_close_month(args: CloseMonth, ctx: Context) -> None:
    """Open a month again, and those closed with it: what arrived for them since counts in its own month."""
    require(ctx, "close_month")
    month, closed = parse_month(args.month), closed_through()
    if closed > month:
        raise Refused(N_("{month} cannot be opened again: {later} is closed."), month=month, later=closed)
    if on_a_laptop():
        return
    kept = rows("SELECT month, person_id FROM month_close WHERE closed_with = ? ORDER BY month, person_id", (month,))
    for each, person in kept:
        touch("close", document_id("close", each, bytes(person)))
    execute("DELETE FROM month_close WHERE closed_with = ?", (month,))
    forget_late(closed_through())


CLOSING_KINDS = (Kind("month.close", CloseMonth, close_month, undo_close_month),)
