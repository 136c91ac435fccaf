"""Two customers that are one, made one: the loser's documents become the winner's, and its id means the winner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from model import search, totals
from model.aliases import Alias, BlacklistedBefore, Moved, resolved
from model.batches import batches, marks
from model.changes.closed_months import refuse_closed_month
from model.changes.customers import customer_with_id, judged_day
from model.changes.kind import Args, Kind
from model.conflicts import Conflict, close_conflict, reopen_conflict
from model.context import Context
from model.customers import Blacklisting, Customer, blacklisted_on, owner_on
from model.duplicates import pair_of
from model.errors import N_, Refused
from model.leases import Lease, keep_lease, on_a_laptop
from model.notices import notify
from model.rights import require
from model.store import execute, execute_many, rows
from model.touched import touch

_ASSIGNMENT_COLUMNS = "from_date, to_date, owner_id, started_by, ended_by"


class MergeCustomers(Args, frozen=True):
    """A customer that turns out to be another one, from a date on."""

    loser: bytes
    winner: bytes
    date: date


# Every table whose rows belong to a customer and go with it, and the document that each row is or belongs to.
_MOVING = {"orders": "order", "receipt": "receipt", "contact_log": "contact"}


def merge_customers(args: MergeCustomers, ctx: Context) -> None:
    require(ctx, "merge_customers")
    loser, winner = _pair(args)
    day = judged_day(args.date, ctx)
    refuse_closed_month(day)
    for customer in (loser, winner):
        touch("customer", customer.id, customer=customer.id)
    touch("alias", loser.id)
    _tell_owner(loser, winner, ctx)
    blacklisted_before = _carry_blacklisting(loser, winner, day, ctx)
    moved = Moved(
        orders=_move("orders", loser.id, winner.id),
        receipts=_move("receipt", loser.id, winner.id),
        contacts=_move("contact_log", loser.id, winner.id),
        lease_uses=_move_lease_uses(loser.id, winner.id),
        conflicts=_settle_conflicts(loser.id, winner.id, ctx),
        assignments=_end_assignments(loser.id, day),
        closed_on=loser.closed_on,
        blacklisted_on=None if blacklisted_before is None else day,
        blacklisted_before=blacklisted_before[0] if blacklisted_before else None,
    )
    _recall_leases(loser.id)
    loser.closed_on = day if loser.closed_on is None else min(day, loser.closed_on)
    loser.version += 1
    loser.save()
    Alias.create(loser_id=loser.id, winner_id=winner.id, moved=msgspec.msgpack.encode(moved), change_uid=ctx.change_uid)
    _recompute(loser.id, winner.id)
    search.forget_customers([loser.id])


def _pair(args: MergeCustomers) -> tuple[Customer, Customer]:
    """The loser and the winner.

    Raises:
        Refused: they cannot be merged.
    """
    loser, winner = customer_with_id(args.loser), customer_with_id(args.winner)
    if loser.id != args.loser:
        raise Refused(
            N_("{code} was merged into {winner} already."), code=Customer.get_by_id(args.loser).code, winner=loser.code
        )
    if loser.id == winner.id:
        raise Refused(N_("{code} cannot be merged with itself: choose another customer."), code=loser.code)
    if loser.retail != winner.retail:
        raise Refused(
            N_("{code} and {other} cannot be merged: one of them is a walk-in customer."),
            code=loser.code, other=winner.code,
        )  # fmt: skip
    return loser, winner


def _tell_owner(loser: Customer, winner: Customer, ctx: Context) -> None:
    owner = owner_on(loser.id, ctx.business_date)
    if owner is not None and owner != ctx.person:
        notify(
            ctx, owner, "customer.merge", N_("{code} was merged into {winner}: its documents are there now."),
            customer=winner.id, about=winner.code, code=loser.code, winner=winner.code,
        )  # fmt: skip


def _move(table: str, loser: bytes, winner: bytes) -> tuple[bytes, ...]:
    """Give every row of the loser to the winner, announcing each document to both."""
    ids = tuple(bytes(id_) for (id_,) in rows(f"SELECT id FROM {table} WHERE customer_id = ? ORDER BY id", (loser,)))
    _announce(_MOVING[table], ids, loser, winner)
    execute(f"UPDATE {table} SET customer_id = ? WHERE customer_id = ?", (winner, loser))
    return ids


def _announce(kind: str, ids: Iterable[bytes], *customers: bytes) -> None:
    for id_ in ids:
        for customer in customers:
            touch(kind, id_, customer=customer)


def _move_lease_uses(loser: bytes, winner: bytes) -> tuple[bytes, ...]:
    """What orders of this laptop took of the loser's lease goes with the orders."""
    found = rows("SELECT order_id FROM lease_use WHERE customer_id = ? ORDER BY order_id", (loser,))
    execute("UPDATE lease_use SET customer_id = ? WHERE customer_id = ?", (winner, loser))
    return tuple(bytes(order) for (order,) in found)


def _recall_leases(loser: bytes) -> None:
    """Take back what devices hold of the loser's credit; orders that have not arrived are judged without it."""
    if on_a_laptop():
        return
    for lease in Lease.select().where(Lease.customer == loser).order_by(Lease.device):
        lease.returned, lease.wanted = max(lease.returned, lease.granted - lease.used), 0
        keep_lease(lease)


def _end_assignments(loser: bytes, day: date) -> tuple[tuple[str, str | None, bytes, str, str], ...]:
    """End whose the loser is, also from later days on.

    Returns:
        Its assignments as they were.
    """
    before = rows(f"SELECT {_ASSIGNMENT_COLUMNS} FROM assignment WHERE customer_id = ? ORDER BY from_date", (loser,))
    execute("DELETE FROM assignment WHERE customer_id = ? AND from_date >= ?", (loser, day.isoformat()))
    execute(
        "UPDATE assignment SET to_date = ?, ended_by = 'office' WHERE customer_id = ?"
        " AND (to_date IS NULL OR to_date > ?)",
        (day.isoformat(), loser, day.isoformat()),
    )
    return tuple((first, end, bytes(owner), started, ended) for first, end, owner, started, ended in before)


def _carry_blacklisting(
    loser: Customer, winner: Customer, day: date, ctx: Context
) -> tuple[BlacklistedBefore | None] | None:
    """Blacklist the winner where only the loser was.

    Returns:
        What the winner's blacklist said of that day; None where nothing was written.
    """
    if not blacklisted_on(loser.id, day) or blacklisted_on(winner.id, day):
        return None
    held = (
        Blacklisting.select()
        .where(Blacklisting.customer == loser.id, Blacklisting.from_date <= day)
        .order_by(Blacklisting.from_date.desc())
        .first()
    )
    before = Blacklisting.get_or_none((Blacklisting.customer == winner.id) & (Blacklisting.from_date == day))
    _write_blacklisting(winner.id, day, BlacklistedBefore(blacklisted=True, reason=held.reason, person=ctx.person))
    if before is None:
        return (None,)
    person = None if before.person is None else bytes(before.person.id)
    return (BlacklistedBefore(blacklisted=before.blacklisted, reason=before.reason, person=person),)


def _write_blacklisting(customer: bytes, day: date, said: BlacklistedBefore | None) -> None:
    """What the blacklist says of a customer from a day on; None takes away what it said."""
    Blacklisting.delete().where(Blacklisting.customer == customer, Blacklisting.from_date == day).execute()
    if said is not None:
        Blacklisting.create(
            customer=customer, from_date=day, blacklisted=said.blacklisted, reason=said.reason, person=said.person
        )


def _settle_conflicts(loser: bytes, winner: bytes, ctx: Context) -> tuple[bytes, ...]:
    """Close the open questions whether these two are one: they are."""
    settled = []
    for conflict in Conflict.select().where(Conflict.kind == "duplicate", Conflict.state == "open"):
        if set(pair_of(conflict)) == {loser, winner}:
            close_conflict(conflict, "taken", ctx, (loser, winner))
            settled.append(bytes(conflict.id))
    return tuple(sorted(settled))


def _recompute(loser: bytes, winner: bytes) -> None:
    """Both customers' totals from their documents. Nobody's performance moves: shares are frozen on each order."""
    execute("DELETE FROM customer_total WHERE customer_id IN (?, ?)", (loser, winner))
    totals.rebuild_customers([loser, winner], ())


def undo_merge_customers(args: MergeCustomers, ctx: Context) -> None:
    undo_merge(args.loser, ctx)


def merge_that_settled(conflict: Conflict) -> bytes | None:
    """The loser of the merge that closed an open question; None where none did."""
    loser = conflict.customer_id
    while loser is not None and (alias := Alias.get_or_none(Alias.loser_id == loser)) is not None:
        if conflict.id in msgspec.msgpack.decode(alias.moved, type=Moved).conflicts:
            return bytes(loser)
        loser = alias.winner_id
    return None


def undo_merge(loser_id: bytes, ctx: Context) -> None:
    """Take a merge back: what it moved returns, what was made for the winner since stays there.

    Raises:
        Refused: there is no such merge, its winner was itself merged since, or it ended whose the loser was in a month
            that is closed by now.
    """
    require(ctx, "merge_customers")
    alias = Alias.get_or_none(Alias.loser_id == loser_id)
    if alias is None:
        raise Refused(N_("There is nothing left to undo."))
    loser, winner = Customer.get_by_id(loser_id), Customer.get_by_id(alias.winner_id)
    if resolved(winner.id) != winner.id:
        raise Refused(
            N_("{code} was merged into {winner}: take the merge back first."),
            code=winner.code, winner=customer_with_id(winner.id).code,
        )  # fmt: skip
    moved = msgspec.msgpack.decode(alias.moved, type=Moved)
    for day in _days_owned_again(loser.id, moved):
        refuse_closed_month(day)
    for customer in (loser, winner):
        touch("customer", customer.id, customer=customer.id)
    touch("alias", loser.id)
    execute("DELETE FROM alias WHERE loser_id = ?", (loser.id,))
    _put_back_documents(moved, loser.id, winner.id, ctx)
    _put_back_assignments(loser.id, moved)
    if moved.blacklisted_on is not None:
        _write_blacklisting(winner.id, moved.blacklisted_on, moved.blacklisted_before)
    loser.closed_on = moved.closed_on
    loser.version += 1
    loser.save()
    for conflict in moved.conflicts:
        reopen_conflict(conflict, (loser.id, winner.id))
    _recompute(loser.id, winner.id)
    search.index_customers([loser])


def _put_back_documents(moved: Moved, loser: bytes, winner: bytes, ctx: Context) -> None:
    # What was made since of a document that goes back cannot stay behind: a return belongs to the bill it lowers,
    # a reversal to the money it takes back.
    orders = (*moved.orders, *_referring("orders", "returns_id", moved.orders))
    receipts = (*moved.receipts, *_referring("receipt", "reverses_id", moved.receipts))
    _give("orders", orders, winner, loser)
    _give("receipt", receipts, winner, loser)
    _give("contact_log", moved.contacts, winner, loser)
    for some in batches(moved.lease_uses):
        execute(f"UPDATE lease_use SET customer_id = ? WHERE order_id IN ({marks(some)})", (loser, *some))
    _drop_foreign_wishes((loser, winner), ctx)


def _give(table: str, ids: Sequence[bytes], before: bytes, after: bytes) -> None:
    """Give rows to another customer, those that still belong to the one before."""
    _announce(_MOVING[table], ids, before, after)
    for some in batches(ids):
        execute(
            f"UPDATE {table} SET customer_id = ? WHERE customer_id = ? AND id IN ({marks(some)})",
            (after, before, *some),
        )


def _referring(table: str, column: str, ids: Sequence[bytes]) -> tuple[bytes, ...]:
    found: set[bytes] = set()
    for some in batches(ids):
        found |= {bytes(id_) for (id_,) in rows(f"SELECT id FROM {table} WHERE {column} IN ({marks(some)})", some)}
    return tuple(sorted(found - set(ids)))


def _drop_foreign_wishes(customers: tuple[bytes, bytes], ctx: Context) -> None:
    """Money settles bills of its own customer only: what it named of the other's waits for the next bill."""
    foreign = rows(
        "SELECT r.id, r.number, w.position, o.number, r.customer_id FROM receipt r"
        " JOIN receipt_order w ON w.receipt_id = r.id JOIN orders o ON o.id = w.order_id"
        " WHERE r.customer_id IN (?, ?) AND o.customer_id <> r.customer_id ORDER BY r.id, w.position",
        customers,
    )
    for receipt, number, position, order, customer in foreign:
        touch("receipt", bytes(receipt), customer=bytes(customer))
        execute("DELETE FROM receipt_order WHERE receipt_id = ? AND position = ?", (receipt, position))
        notify(
            ctx, None, "customer.merge",
            N_("{number} no longer names {order}: they belong to two customers again."),
            customer=bytes(customer), about=number, number=number, order=order,
        )  # fmt: skip


def _days_owned_again(loser: bytes, moved: Moved) -> list[date]:
    """The days from which somebody is responsible for the loser again; none where the merge changed no ownership."""
    kept = dict(rows("SELECT from_date, to_date FROM assignment WHERE customer_id = ?", (loser,)))
    days = {kept.get(first, first) for first, end, *_span in moved.assignments if kept.get(first, "") != end}
    return sorted(date.fromisoformat(day) for day in days)


def _put_back_assignments(loser: bytes, moved: Moved) -> None:
    execute("DELETE FROM assignment WHERE customer_id = ?", (loser,))
    execute_many(
        f"INSERT INTO assignment (customer_id, {_ASSIGNMENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
        [(loser, *assignment) for assignment in moved.assignments],
    )


MERGING_KINDS = (Kind("customer.merge", MergeCustomers, merge_customers, undo_merge_customers),)
