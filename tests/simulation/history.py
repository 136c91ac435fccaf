"""The office's log done again, change by change, in an empty store: the same state, and every step of it allowed."""

from __future__ import annotations

import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from model import synced
from model.changes import KINDS
from model.changes.arrivals import Judged, entered
from model.changes.customers import EditCustomer
from model.changes.editing import SET_SEPARATOR, SETS, shown_field
from model.changes.leasing import Lend
from model.changes.lifting import lifted
from model.changes.log import Change
from model.conflicts import Conflict
from model.credit import standing_on
from model.customers import Customer, blacklisted_on, terms_on
from model.duplicates import pooled_with
from model.leases import device_of
from model.settings import setting_on
from model.store import Store, rows
from sync.server.push import judged_alone
from sync.server.storage import open_office
from tests.simulation.invariants import OfficeMachine, Violated
from tests.simulation.machines import quick


@dataclass
class Before:
    """What stood before a change.

    Attributes:
        used, granted: of all leases of a customer, in minor units.
        fields: the card that a change edits.
    """

    confirmed: set[bytes]
    held: set[bytes]
    used: dict[bytes, int]
    granted: dict[tuple[bytes, str], int]
    fields: dict[str, str] = field(default_factory=dict)


def replayed_state(office: OfficeMachine, empty: Path, folder: Path, promised: set[bytes]) -> None:
    """14: Doing the log again in an empty store, in the order in which it was judged, gives the same documents.

    Args:
        promised: the orders that a laptop called guaranteed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(empty, folder)
    store = quick(open_office(f"sqlite:///{folder}"))
    log = _log(office.store)
    recalled: set[bytes] = set()
    try:
        for change, status, v, place in log:
            with store.use(), store.writing():
                before = _before(change)
                fared = judged_alone(change)
                # Which of two orders came first counts for what follows.
                entered(change, fared, v=v, place=place, received_at="")
                after_each(change, fared, before)
                recalled |= _recalled_by(change, fared)
                promises_are_kept(change, fared, promised, recalled)
            if fared.status != status:
                raise Violated(14, f"{change.kind} {change.uid.hex()} fared {status}, done again {fared.status}")
        _compare(office.store, store)
    finally:
        store.close()


def _log(store: Store) -> list[tuple[Change, str, int, int]]:
    """The changes in the order in which they were judged, each with how it fared, its version and its place in it."""
    with store.use():
        order = rows(
            "SELECT c.uid, a.status, a.v, a.place FROM change c JOIN arrival a ON a.uid = c.uid ORDER BY a.v, a.place"
        )
        changes = {change.uid: change for change in Change.select()}
    return [(changes[bytes(uid)], status, v, place) for uid, status, v, place in order]


def _compare(store: Store, again: Store) -> None:
    for kind in synced.KINDS:
        if kind == "figure":
            continue
        with store.use():
            kept = synced.read_documents(kind, synced.all_ids(kind))
        with again.use():
            done = synced.read_documents(kind, synced.all_ids(kind))
        different = sorted(id_ for id_ in kept.keys() | done.keys() if kept.get(id_) != done.get(id_))
        if different:
            shown = [
                None if found is None else msgspec.msgpack.decode(found)
                for found in (kept.get(different[0]), done.get(different[0]))
            ]
            raise Violated(14, f"{kind} {different[0].hex()}: the office has {shown[0]}, its log gives {shown[1]}")


def _before(change: Change) -> Before:
    before = Before(_in_state("confirmed"), _in_state("held"), _used(), _granted())
    if change.kind == "customer.edit":
        args = _args(change)
        card = Customer.get_or_none(Customer.id == _meant(args.customer))
        if card is not None:
            before.fields = {name: shown_field(card, name) for name in args.edits}
    return before


def after_each(change: Change, fared: Judged, before: Before) -> None:
    """What must hold after every single change of the log."""
    no_credit_beyond_the_limit(change, before)
    nothing_lent_beyond_the_limit(change, before)
    freed_orders_are_told(change, before)
    if change.kind == "customer.edit" and fared.status in ("done", "conflict"):
        no_unseen_value_overwritten(change, before)


def _recalled_by(change: Change, fared: Judged) -> set[bytes]:
    """Whose leases the office took back by a change: what laptops promised within them is provisional again."""
    if fared.status in ("refused", "quarantined"):
        return set()
    if change.kind == "lease.recall":
        return {_args(change).customer}
    if change.kind == "customer.merge":
        return {_args(change).loser}
    if change.kind == "conflict.decide" and _args(change).take:
        # A merge, if it was about likely duplicates.
        return {bytes(row[0]) for row in rows("SELECT loser_id FROM alias WHERE change_uid = ?", (change.uid,))}
    return set()


def promises_are_kept(change: Change, fared: Judged, promised: set[bytes], recalled: set[bytes]) -> None:
    """5: What a laptop called guaranteed is confirmed, unless something that is no matter of credit stops it.

    Args:
        recalled: whose leases the office took back at some time before.
    """
    if change.kind not in ("order.record", "order.confirm"):
        return
    args = _args(change)
    id_ = args.id if change.kind == "order.record" else args.order
    if id_ not in promised or fared.status in ("confirmed", "conflict"):
        return
    found = rows("SELECT number, customer_id, state, held_for FROM orders WHERE id = ?", (id_,))
    if not found:
        raise Violated(5, f"{change.uid.hex()} was guaranteed and is {fared.status}: {fared.template} {fared.params}")
    [(number, customer, state, held_for)] = found
    reasons = set(held_for.split(","))
    was_merged = rows("SELECT 1 FROM alias WHERE winner_id = ?", (customer,))
    taken_back = was_merged or bytes(customer) in recalled
    if state == "held" and reasons <= {"overdue", "over_limit"} and not taken_back:
        raise Violated(5, f"{number} was guaranteed and is held: {held_for}")


def no_credit_beyond_the_limit(change: Change, before: Before) -> None:
    """5: No order becomes confirmed beyond limit and leases, or for the blacklisted, but by a person's release."""
    released = _args(change).order if change.kind == "order.release" else None
    fresh = sorted(_in_state("confirmed") - before.confirmed - {released})
    if not fresh:
        return
    used_after = _used()
    unpaid: dict[bytes, list[tuple[bytes, int]]] = defaultdict(list)
    for id_ in fresh:
        [(customer, open_amount, amount, kind, number)] = rows(
            "SELECT customer_id, open_amount, amount, kind, number FROM orders WHERE id = ?", (id_,)
        )
        if kind != "sale":
            continue
        day = change.business_date
        may_prepay = setting_on("blacklisted_may_prepay", day) == "yes" and open_amount <= 0
        if blacklisted_on(bytes(customer), day) and not may_prepay and open_amount > 0:
            raise Violated(5, f"{number} was confirmed for a blacklisted customer by {change.kind}")
        # Money that names the order pays for it, whichever bill it settles in the end.
        needed = min(open_amount, amount - _named(id_))
        if needed > 0:
            unpaid[bytes(customer)].append((id_, needed))
    for customer, orders in unpaid.items():
        pool = pooled_with(customer)
        lent_now = used_after.get(customer, 0) - before.used.get(customer, 0)
        if sum(amount for _id, amount in orders) <= lent_now:
            continue
        devices = {_device(id_) for id_, _amount in orders}
        lent_to_others = min(_left(customer, without=device) for device in devices)
        limit = max(terms_on(each, change.business_date).credit_limit for each in (customer, *pool))
        exposure = _balance(customer) + lent_to_others + sum(max(0, _balance(each)) for each in pool)
        if exposure > max(limit, 0) + lent_now:
            raise Violated(
                5, f"{change.kind} confirmed {len(orders)} orders of {customer.hex()}: {exposure} over {limit}"
            )


def freed_orders_are_told(change: Change, before: Before) -> None:
    """9: Who took an order that was held hears that it is confirmed, where no person released it."""
    if change.kind == "order.release":
        return
    for id_ in sorted(_in_state("confirmed") & before.held):
        [(number, seller)] = rows("SELECT number, COALESCE(maker_id, owner_id) FROM orders WHERE id = ?", (id_,))
        told = rows("SELECT 1 FROM notice WHERE about = ? AND person_id = ?", (number, seller))
        if seller is not None and not told:
            raise Violated(9, f"nobody was told that {number}, which was held, is confirmed")


def nothing_lent_beyond_the_limit(change: Change, before: Before) -> None:
    """5: Lending never takes what is owed and lent over the limit, and nothing is lent to who may not buy."""
    for (customer, device), granted in _granted().items():
        if granted <= before.granted.get((customer, device), 0):
            continue
        standing = standing_on(customer, change.business_date)
        lent = _left(customer, without="")
        if change.kind != "lease.lend" or not isinstance(_args(change), Lend):
            raise Violated(5, f"{change.kind} granted {device} more credit of {customer.hex()}")
        if standing.blacklisted or standing.overdue or max(0, standing.balance) + lent > standing.credit_limit:
            raise Violated(5, f"{lent} lent of {customer.hex()}, who stands at {standing}")


def no_unseen_value_overwritten(change: Change, before: Before) -> None:
    """7: A value that the editor had not seen stays, or is merged; and what the editor wanted is not lost either."""
    if change.device == "S":
        return
    args: EditCustomer = _args(change)
    card = Customer.get_or_none(Customer.id == _meant(args.customer))
    wanted = {
        name
        for conflict in Conflict.select().where(Conflict.change_uid == change.uid, Conflict.kind == "field")
        for name in conflict.field.split(",")
    }
    for name, edit in args.edits.items():
        saw, meant = edit.before.strip(), edit.after.strip()
        prior, now = before.fields.get(name, ""), shown_field(card, name)
        if saw == meant:
            continue
        if prior not in (saw, meant):
            kept = all(thing in now for thing in _unseen(name, saw, prior))
            if not kept and name != "closed_on":
                raise Violated(7, f"{name} of {card.code}: {prior!r} became {now!r}, the editor saw {saw!r}")
        if name not in wanted and any(thing not in now for thing in _unseen(name, saw, meant)):
            raise Violated(7, f"{name} of {card.code}: {meant!r} was wanted, it says {now!r} and nobody is asked")


def _unseen(name: str, saw: str, text: str) -> list[str]:
    """What of a field's text is new to somebody who saw another one."""
    if name in SETS:
        seen = SET_SEPARATOR.split(saw)
        return [thing for thing in SET_SEPARATOR.split(text) if thing and thing not in seen]
    if name == "note" and saw and text.startswith(saw):
        return [part for part in text.removeprefix(saw).split(" · ") if part]
    return [text]


def _args(change: Change) -> Any:
    assert change.kind in KINDS
    return lifted(change)


def _meant(customer: bytes) -> bytes:
    meant = customer
    while found := rows("SELECT winner_id FROM alias WHERE loser_id = ?", (meant,)):
        meant = bytes(found[0][0])
    return meant


def _in_state(state: str) -> set[bytes]:
    return {bytes(row[0]) for row in rows("SELECT id FROM orders WHERE state = ?", (state,))}


def _used() -> dict[bytes, int]:
    return {bytes(id_): used for id_, used in rows("SELECT customer_id, SUM(used) FROM lease GROUP BY customer_id")}


def _granted() -> dict[tuple[bytes, str], int]:
    return {
        (bytes(id_), device): granted for id_, device, granted in rows("SELECT customer_id, device, granted FROM lease")
    }


def _left(customer: bytes, without: str) -> int:
    return sum(
        max(0, left)
        for (left,) in rows(
            "SELECT granted - used - returned FROM lease WHERE customer_id = ? AND device <> ?", (customer, without)
        )
    )


def _balance(customer: bytes) -> int:
    found = rows("SELECT balance FROM customer_total WHERE customer_id = ?", (customer,))
    return int(found[0][0]) if found else 0


def _named(order: bytes) -> int:
    [(named,)] = rows(
        "SELECT COALESCE(SUM(COALESCE(w.amount, r.amount)), 0) FROM receipt_order w"
        " JOIN receipt r ON r.id = w.receipt_id WHERE w.order_id = ? AND r.voided = 0",
        (order,),
    )
    return int(named)


def _device(order: bytes) -> str:
    [(uid,)] = rows("SELECT change_uid FROM orders WHERE id = ?", (order,))
    return device_of(bytes(uid))
