"""The fifteen invariants of the synchronisation, each a function that raises `Violated` where it does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import msgspec

import sync.server.pull
from model import synced, totals
from model.ageing import ageing
from model.changes.orders import judge_order, lines_of
from model.credit import REASONS_FOR_A_PERSON
from model.customers import closed_by
from model.laptop import held_in_full
from model.leases import lent_of, machine_of
from model.orders import Order
from model.rights import OFFICE
from model.shadows import NOT_SHADOWED, kept_aside
from model.store import meta, rows
from sync.client import unsent_count
from sync.protocol import Page, Position
from sync.server.exchange import locked_device
from sync.server.pull import pages
from sync.server.scope import CARD_KIND, feed_faults, scope_of, view_of
from tests.simulation.machines import Machine, OfficeMachine

LARGE_PAGE = 1_000
Documents = dict[tuple[str, bytes], bytes]


class Violated(AssertionError):
    """An invariant does not hold.

    Args:
        number: of the invariant; 0 for an error that nothing explains.
    """

    def __init__(self, number: int, what: str) -> None:
        self.number, self.what = number, what
        super().__init__(f"invariant {number}: {what}")

    def __reduce__(self) -> tuple[type[Violated], tuple[int, str]]:
        return type(self), (self.number, self.what)


def _hold(number: int, faults: Iterable[Any], what: str) -> None:
    found = list(faults)
    if found:
        raise Violated(number, f"{what}: " + "; ".join(str(fault) for fault in found[:6]))


def acknowledged_is_kept(office: OfficeMachine, acknowledged: set[bytes]) -> None:
    """1: Every change that a laptop was told the office has stands in the office's log."""
    with office.store.use():
        there = {bytes(uid) for (uid,) in rows("SELECT uid FROM change")}
    _hold(1, sorted(uid.hex() for uid in acknowledged - there), "acknowledged changes are gone")


def applied_once(office: OfficeMachine) -> None:
    """2: Every change stands in the log once, with one outcome, and made its own documents once."""
    with office.store.use():
        without = rows(
            "SELECT hex(c.uid), c.kind, c.device FROM change c LEFT JOIN arrival a ON a.uid = c.uid WHERE a.uid IS NULL"
        )
        orders = rows(
            "SELECT hex(change_uid), COUNT(*) FROM orders WHERE change_uid <> ? GROUP BY change_uid"
            " HAVING COUNT(*) > 1", (b"",),
        )  # fmt: skip
        receipts = rows("SELECT hex(change_uid), COUNT(*) FROM receipt GROUP BY change_uid HAVING COUNT(*) > 1")
        numbers = rows("SELECT device, number FROM change GROUP BY device, number HAVING COUNT(*) > 1")
        both = rows(
            "SELECT c.device, c.number FROM change c JOIN repeated r ON r.device = c.device AND r.number = c.number"
        )
        gaps = rows(
            "SELECT d.code, d.last_number, (SELECT COUNT(*) FROM change c WHERE c.device = d.code)"
            " + (SELECT COUNT(*) FROM repeated r WHERE r.device = d.code) AS known FROM device d"
            " WHERE d.last_number <> known"
        )
    _hold(2, without, "changes without an outcome")
    _hold(2, orders + receipts, "documents made twice")
    _hold(2, numbers + both, "one number for two changes")
    _hold(2, gaps, "numbers of a device that are not accounted for")


def outcomes_are_told(machine: Machine, office: OfficeMachine) -> None:
    """1: Of every change that a laptop keeps it knows what the office made of it, in the same words."""
    query = "SELECT a.uid, a.status, a.result FROM arrival a JOIN change c ON c.uid = a.uid"
    with machine.store.use():
        mine = {bytes(row[0]) for row in rows("SELECT uid FROM change")}
        told = {bytes(uid): (status, bytes(result)) for uid, status, result in rows(query)}
    with office.store.use():
        judged = {bytes(uid): (status, bytes(result)) for uid, status, result in rows(query)}
    faults = [f"{uid.hex()} {judged.get(uid)} told {told.get(uid)}" for uid in mine if told.get(uid) != judged.get(uid)]
    _hold(1, sorted(faults), f"{machine.name} does not know how its changes fared")


def nothing_waits_in_vain(office: OfficeMachine, day: date) -> None:
    """9: No order is held that nothing but an old verdict holds."""
    with office.store.use():
        held = [
            order.number
            for order in Order.select().where(Order.state == "held").order_by(Order.number)
            if not set(order.held_for.split(",")) & set(REASONS_FOR_A_PERSON)
            and not closed_by(order.customer_id, day)
            and judge_order(order, lines_of(order), day).ok
        ]
    _hold(9, held, "held orders that nothing holds")


def nothing_unexpected(office: OfficeMachine) -> None:
    """0: No change was put into quarantine: every one of these rules can judge every one of these changes."""
    with office.store.use():
        _hold(0, rows("SELECT kind, reason FROM quarantine"), "changes in quarantine")


@contextmanager
def page_sizes(documents: int, readings: int) -> Iterator[None]:
    """Inside, a page has so many documents, and so many rows of the feed are read at once."""
    pull = sync.server.pull
    before = pull.DOCUMENTS_PER_PAGE, pull.ROWS_PER_READING
    pull.DOCUMENTS_PER_PAGE, pull.ROWS_PER_READING = documents, readings
    try:
        yield
    finally:
        pull.DOCUMENTS_PER_PAGE, pull.ROWS_PER_READING = before


def laptop_is_projection(machine: Machine, office: OfficeMachine, day: date) -> None:
    """3 and 8: A laptop without its unsent changes holds just what the office shows its device; its totals fit."""
    expected, held = projection(machine, office, day), documents_of(machine)
    with machine.store.use():
        unsent = bool(unsent_count())
        if unsent:
            held = _without_unsent(held)
            expected = {key: body for key, body in expected.items() if key[0] not in NOT_SHADOWED}
        left_over = [
            f"{table} {count}"
            for table in (("stage",) if unsent else ("stage", "shadow", "lease_use"))
            for (count,) in rows(f"SELECT COUNT(*) FROM {table}")
            if count
        ]
        faults = totals.faults()
    _hold(3, _differences(expected, held), f"{machine.name} ({machine.device}) is not the office's projection")
    _hold(15, faults, f"totals at {machine.name}")
    _hold(3, left_over, f"{machine.name} has left over")


def _without_unsent(held: Documents) -> Documents:
    """A laptop's documents with the office's version put back under every own edit."""
    stand_ins = {bytes(row[0]) for row in rows("SELECT customer_id FROM customer_card WHERE shown = 1")}
    beneath = {key: body for key, body in held.items() if key[0] not in NOT_SHADOWED}
    for (kind, id_), body in kept_aside().items():
        if body is None:
            beneath.pop((kind, id_), None)
        elif kind != "customer" or id_ not in stand_ins:
            beneath[kind, id_] = body
    return beneath


def projection(machine: Machine, office: OfficeMachine, day: date) -> Documents:
    """What the office would give a laptop from the beginning, as the laptop can keep it."""
    with machine.store.use():
        code = meta("device")
    found: Documents = {}
    with office.store.use():
        device = locked_device(code)
        view = view_of(machine_of(code), device.person, device.role, day)
    with page_sizes(LARGE_PAGE, LARGE_PAGE):
        for frame in pages(office.store, view, Position(), day):
            for document in frame.documents if isinstance(frame, Page) else ():
                if document.body is not None:
                    found[document.kind, document.id] = document.body
    return _as_kept(found)


def _as_kept(documents: Documents) -> Documents:
    """Without references to documents that are not among them."""
    orders = {id_ for kind, id_ in documents if kind == "order"}
    receipts = {id_ for kind, id_ in documents if kind == "receipt"}
    kept = dict(documents)
    for (kind, id_), body in documents.items():
        if kind not in ("order", "receipt"):
            continue
        parts = synced.rows_in(body)
        for column in ("returns_id", "replaces_id") if kind == "order" else ("reverses_id",):
            place = synced.column_at(kind, column)
            for row in parts[0]:
                if row[place] is not None and row[place] not in (orders if kind == "order" else receipts):
                    row[place] = None
        if kind == "receipt":
            named = synced.column_at(kind, "order_id", 1)
            parts[1] = [row for row in parts[1] if row[named] in orders]
        kept[kind, id_] = msgspec.msgpack.encode(parts)
    return kept


def documents_of(machine: Machine) -> Documents:
    """Every document that a laptop holds from the office."""
    found: Documents = {}
    with machine.store.use():
        stand_ins = {bytes(row[0]) for row in rows("SELECT customer_id FROM customer_card WHERE shown = 1")}
        for kind in synced.KINDS:
            for id_, body in synced.read_documents(kind, synced.all_ids(kind)).items():
                if kind != "customer" or id_ not in stand_ins:
                    found[kind, id_] = body
        for id_, body in rows("SELECT customer_id, body FROM customer_card"):
            found[CARD_KIND, bytes(id_)] = bytes(body)
    return found


def _differences(expected: Documents, held: Documents) -> list[str]:
    found = []
    for key in sorted(expected.keys() | held.keys()):
        one_side, other = expected.get(key), held.get(key)
        if one_side != other:
            shown = [None if body is None else msgspec.msgpack.decode(body) for body in (one_side, other)]
            found.append(f"{key[0]} {key[1].hex()} office {shown[0]} laptop {shown[1]}")
    return found


def feed_is_scope(office: OfficeMachine, day: date) -> None:
    """4: The feed equals the scope recomputed from the business tables."""
    with office.store.use():
        _hold(4, feed_faults(day), "the feed is not the scope")


def merged_are_empty(store: Any, whose: str) -> None:
    """6: No order, receipt, contact, allocation and no lease with anything left points at a merged customer."""
    with store.use():
        found = [
            (table, *row)
            for table in ("orders", "receipt", "contact_log", "allocation")
            for row in rows(
                f"SELECT hex(customer_id), COUNT(*) FROM {table} WHERE customer_id IN (SELECT loser_id FROM alias)"
                " GROUP BY customer_id"
            )
        ]
        found += [
            ("lease", *row)
            for row in rows(
                "SELECT hex(customer_id), device, granted, used, returned FROM lease"
                " WHERE customer_id IN (SELECT loser_id FROM alias) AND granted > used + returned"
            )
        ]
    _hold(6, found, f"rows of merged customers at {whose}")


def money_adds_up(store: Any, day: date, whose: str) -> None:
    """10: What came in is allocated or unallocated, and the ageing buckets of a customer are its balance."""
    with store.use():
        money = rows(
            "SELECT r.number, r.amount, r.unallocated,"
            " COALESCE((SELECT SUM(a.amount) FROM allocation a WHERE a.source_id = r.id), 0) AS allocated"
            " FROM receipt r WHERE r.kind IN ('receipt', 'write_off', 'discount') AND r.voided = 0 AND r.amount <>"
            " r.unallocated + allocated AND NOT EXISTS"
            " (SELECT 1 FROM receipt v WHERE v.reverses_id = r.id AND v.voided = 0)"
        )
        balances = {
            bytes(id_): balance
            for id_, balance in rows(
                f"SELECT customer_id, balance FROM customer_total WHERE {held_in_full('customer_total.customer_id')}"
            )
        }
        aged = {row.id: row.ages.balance for row in ageing(day).rows}
        buckets = [
            f"{id_.hex()} ages {aged.get(id_, 0)} balance {balance}"
            for id_, balance in balances.items()
            if aged.get(id_, 0) != balance
        ]
    _hold(10, money, f"receipts at {whose}")
    _hold(10, buckets, f"ageing at {whose}")


def totals_are_recomputed(store: Any, whose: str) -> None:
    """15: Every running total equals its recomputation from the documents."""
    with store.use():
        _hold(15, totals.faults(), f"totals at {whose}")
    late_entries_are_of_closed_months(store, whose)


def late_entries_are_of_closed_months(store: Any, whose: str) -> None:
    """15: Only an order of a closed month counts elsewhere than in its own, and only in a later one."""
    with store.use():
        found = rows(
            "SELECT hex(order_id), dated_on, what, recorded_on FROM late_entry"
            " WHERE substr(dated_on, 1, 7) > (SELECT COALESCE(MAX(month), '') FROM month_close)"
            " OR substr(recorded_on, 1, 7) <= substr(dated_on, 1, 7)"
        )
    _hold(15, found, f"late entries at {whose}")


def nothing_out_of_scope(machine: Machine, office: OfficeMachine, day: date) -> None:
    """11: A laptop holds no document that the business tables do not let its person see."""
    with machine.store.use():
        code = meta("device")
    with office.store.use():
        device = locked_device(code)
        view = view_of(machine_of(code), device.person, device.role, day)
    held = documents_of(machine)
    by_kind: dict[str, list[bytes]] = {}
    for kind, id_ in held:
        by_kind.setdefault(kind, []).append(id_)
    found = []
    with office.store.use():
        for kind, ids in by_kind.items():
            for id_, buckets in scope_of(kind, ids, day).items():
                if not buckets & set(view.buckets):
                    found.append(f"{kind} {id_.hex()} is in {sorted(buckets)}")
        if machine.role not in OFFICE:
            found += _seen_of_others(machine, device.person, day, by_kind)
    _hold(11, found, f"{machine.name} holds what it may not see")
    if not view.costs:
        with machine.store.use():
            _hold(11, rows("SELECT number, cost FROM orders WHERE cost <> 0"), f"{machine.name} sees costs")
            _hold(11, rows("SELECT hex(product_id) FROM cost"), f"{machine.name} sees costs")


def _seen_of_others(machine: Machine, person: bytes, day: date, by_kind: dict[str, list[bytes]]) -> list[str]:
    """The same said anew, without the feed's words: of whom a salesperson may have orders, money and cards."""
    theirs = {
        bytes(row[0])
        for row in rows(
            "SELECT customer_id FROM assignment WHERE owner_id <> ? AND from_date <= ?"
            " AND (to_date IS NULL OR to_date > ?)",
            (person, day.isoformat(), day.isoformat()),
        )
    }
    found = [f"customer {id_.hex()} of another in full" for id_ in by_kind.get("customer", []) if id_ in theirs]
    for kind, query in {
        "order": "SELECT id, customer_id, maker_id FROM orders",
        "receipt": "SELECT r.id, r.customer_id, c.person FROM receipt r LEFT JOIN change c ON c.uid = r.change_uid",
        "contact": "SELECT id, customer_id, person_id FROM contact_log",
    }.items():
        ids = set(by_kind.get(kind, []))
        found += [
            f"{kind} {bytes(id_).hex()} of another"
            for id_, customer, maker in rows(query)
            if bytes(id_) in ids and bytes(customer) in theirs and (maker is None or bytes(maker) != person)
        ]
    return found


def leases_agree(machine: Machine, office: OfficeMachine) -> None:
    """5: At rest a laptop believes to hold just what the office has lent it, so neither lends it twice."""
    with machine.store.use():
        code = meta("device")
        customers = [bytes(row[0]) for row in rows("SELECT customer_id FROM lease")]
        here = {customer: lent_of(customer, code).own for customer in customers}
    with office.store.use():
        found = [
            f"{customer.hex()} laptop {own} office {lent_of(customer, code).own}"
            for customer, own in here.items()
            if own != lent_of(customer, code).own
        ]
    _hold(5, found, f"leases of {machine.name}")
