"""Someone leaves the company: no device of theirs is heard any more, and their customers become somebody else's.

Reminders need no handing over: a follow-up is its customer's owner's (model.follow_ups).
"""

from __future__ import annotations

from datetime import date

from model.aliases import not_merged
from model.changes.closed_months import refuse_closed_month
from model.changes.customers import colleague, judged_day
from model.changes.kind import Args, Kind
from model.changes.undoing import undo_leaving
from model.context import Context
from model.customers import Assignment
from model.errors import N_, InputError, Refused
from model.former import Writes, keeping
from model.notices import notify
from model.people import Salesperson
from model.rights import require
from model.store import execute, one, rows
from model.touched import touch

_THEIRS = f"""
FROM assignment a JOIN customer c ON c.id = a.customer_id
WHERE a.owner_id = ? AND (a.to_date IS NULL OR a.to_date > ?) AND (c.closed_on IS NULL OR c.closed_on > ?)
    AND {not_merged("c.id")}"""


class SeeOff(Args, frozen=True):
    """Someone who leaves, and to whom their open customers go from a date on; None is the pool."""

    person: bytes
    to: bytes | None
    date: date


def customers_left_with(person: bytes, today: date, since: date | None = None) -> int:
    """How many customers that are open today are someone's, or will be.

    Args:
        since: also those that were until today, from this day on.
    """
    day = today if since is None else since
    found = one(f"SELECT COUNT(DISTINCT a.customer_id) {_THEIRS}", (person, day.isoformat(), today.isoformat()))
    return 0 if found is None else int(found[0])


def see_off(args: SeeOff, ctx: Context) -> Salesperson:
    require(ctx, "change_settings")
    require(ctx, "assign_customer")
    leaver = colleague(args.person, leaving_too=True)
    if ctx.person == args.person:
        raise Refused(N_("Nobody sees themselves off: ask another manager, or the office."))
    if args.to == args.person:
        raise InputError(N_("{name} cannot keep the customers: name somebody else, or the pool."), name=leaver.name)
    if args.to is not None:
        colleague(args.to)
    day = judged_day(args.date, ctx)
    given = _hand_over(args.person, args.to, day, ctx.business_date)
    touch("person", args.person)
    leaver.active = False
    leaver.save(only=[Salesperson.active])
    if args.to is not None and given:
        notify(
            ctx, args.to, "salesperson.leave", N_("{name} has left: {count} customers are yours from {date} on."),
            about=leaver.code, name=leaver.name, count=given, date=day.isoformat(),
        )  # fmt: skip
    return leaver


def _hand_over(person: bytes, to: bytes | None, day: date, today: date) -> int:
    """Give what of somebody's responsibility reaches beyond a day to another, each span with the end it has.

    Returns:
        How many customers that is.
    """
    found = rows(
        f"SELECT a.customer_id, a.from_date, a.to_date, a.ended_by {_THEIRS} ORDER BY a.customer_id, a.from_date",
        (person, day.isoformat(), today.isoformat()),
    )
    for customer, began, ends, ended_by in found:
        cut = max(date.fromisoformat(began), day)
        refuse_closed_month(cut)
        touch("customer", bytes(customer), customer=bytes(customer))
        if began < cut.isoformat():
            execute(
                "UPDATE assignment SET to_date = ?, ended_by = 'office' WHERE customer_id = ? AND from_date = ?",
                (cut.isoformat(), customer, began),
            )
        else:
            execute("DELETE FROM assignment WHERE customer_id = ? AND from_date = ?", (customer, began))
        if to is not None:
            Assignment.create(
                customer=bytes(customer), from_date=cut, to_date=ends and date.fromisoformat(ends), owner=to,
                started_by="office", ended_by=ended_by,
            )  # fmt: skip
    return len({bytes(row[0]) for row in found})


def _customers_of(args: SeeOff) -> list[bytes]:
    found = rows("SELECT DISTINCT customer_id FROM assignment WHERE owner_id = ? ORDER BY customer_id", (args.person,))
    return [bytes(row[0]) for row in found]


LEAVING_KINDS = (
    Kind(
        "salesperson.leave",
        SeeOff,
        keeping(
            see_off,
            Writes("customer", ("assignment",), _customers_of),
            Writes("person", ("salesperson",), lambda args: (args.person,)),
        ),
        undo_kept=undo_leaving,
    ),
)
