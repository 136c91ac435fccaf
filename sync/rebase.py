"""A laptop takes over what the office says: in one transaction, with its own unsent changes done again on top.

What is received waits in a staging table. Only at the end of the stream does the store change: the server's last
versions are put back under the laptop's own edits, the stage is laid over them, totals are recomputed, and the unsent
changes go through the same rules once more. Until then, and if the power fails in the middle, the store is as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from model import leases, search_index, shadows, synced, totals
from model.batches import batches
from model.changes import KINDS
from model.changes.arrivals import UNEXPECTED, Arrival, Judged, entered, plain
from model.changes.kind import Kind
from model.changes.lifting import lifted
from model.changes.log import Change
from model.context import Context
from model.customers import Customer
from model.errors import HuokeError
from model.kept_answers import forget_answers
from model.kept_values import forget_values
from model.products import Product
from model.remembering import remembering
from model.store import Store, current, execute, execute_many, meta, rows, set_meta
from model.touched import collecting
from sync.protocol import Card, Document, Position, Result

CARD_KIND = "card"
# For so long after the office acknowledged it a laptop keeps what it did, in case the office loses it.
KEPT_DAYS = 90
_UNEXPECTED_MARKS = ", ".join("?" * len(UNEXPECTED))
# Referred to first, so that what refers to them finds them.
ORDER_OF_KINDS = (
    "person", "product", "cost", "setting", "rule", "customer", "order", "receipt", "contact", "alias", "close",
    "target",
    "figure", "lease", "notice", "conflict",
)  # fmt: skip
# A card says how a customer stands now; on a laptop its terms hold since ever.
SINCE_EVER = "0001-01-01"
_CUSTOMER_OF = {"order": "orders", "receipt": "receipt", "contact": "contact_log"}

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Heard:
    """What the office said in an exchange that came to its end.

    Attributes:
        v: the version this laptop has now.
        acknowledged, chain: the last of its changes that the office has.
        results: of the changes that were sent.
        view, epoch: what this laptop may hold, of which server.
    """

    v: int
    acknowledged: int
    chain: bytes
    results: tuple[Result, ...]
    view: str
    epoch: bytes
    heard_at: str


@dataclass
class _Reach:
    """What the totals must be recomputed of."""

    customers: set[bytes] = field(default_factory=set)
    months: set[str] = field(default_factory=set)
    cards: set[bytes] = field(default_factory=set)
    named: set[bytes] = field(default_factory=set)
    products: set[bytes] = field(default_factory=set)


@dataclass(frozen=True)
class Rebased:
    """What a rebase did: documents laid over, unsent changes done again, and those that could not be."""

    documents: int
    replayed: int
    waiting: int


def begin_stage(view: str, epoch: bytes, *, whole: bool) -> None:
    """Prepare to receive: what is staged of another view, of another server or of a broken beginning is thrown away."""
    of = f"{epoch.hex()} {view}"
    if whole or meta("stage_of") not in ("", of):
        execute("DELETE FROM stage")
        set_meta("stage_position", "")
        set_meta("stage_whole", "1" if whole else "")
    set_meta("stage_of", of)


def stage(documents: Iterable[Document], position: Position) -> None:
    """Keep a page durably, with the position after it."""
    execute_many(
        "INSERT INTO stage (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
        [(document.kind, document.id, document.body) for document in documents],
    )
    set_meta("stage_position", msgspec.msgpack.encode(position).hex())


def staged_position() -> Position | None:
    """Up to where documents were received that are not in the store yet; None where there are none."""
    kept = meta("stage_position")
    return msgspec.msgpack.decode(bytes.fromhex(kept), type=Position) if kept else None


def rebase(store: Store, heard: Heard, progress: Progress = lambda _what, _count: None) -> Rebased:
    """Take over what is staged and do the unsent changes again, in one transaction."""
    with store.writing():
        execute("PRAGMA defer_foreign_keys = ON")
        incoming = _incoming()
        # Before anything moves: whose totals the rows that stand now belong to.
        reach = _reach_of(incoming)
        _write(incoming)
        _write_cards(reach)
        _drop_dangling_of(incoming)
        _keep_results(heard)
        progress("totals", len(reach.customers))
        _reach_after(incoming, reach)
        totals.rebuild_customers(sorted(_there(reach.customers)), sorted(reach.months))
        _stand_on_cards(reach)
        _index(reach)
        shadows.forget()
        execute("DELETE FROM lease_use")
        # All of it was told in this exchange, and the office took what its own count of used credit left of it.
        execute("DELETE FROM lease_return")
        with remembering():
            replayed, waiting = replay_unsent(heard.acknowledged, progress)
        leases.give_back(meta("device"))
        if meta("stage_whole") or None in incoming.values():
            # What was reckoned from what is gone, or from costs that are not told here any more, goes with it.
            forget_answers()
            forget_values(only_gone=not meta("stage_whole"))
        _finish(heard)
    return Rebased(len(incoming), replayed, waiting)


def keep_pushed(store: Store, heard: Heard) -> None:
    """Keep that the office has what was sent, and how it fared, where this Huoke cannot read the office's documents.

    What was done here stays over the last rows of the office that are here. From their version on a newer Huoke will
    receive again, and what this laptop sent comes back to it as the office judged it.
    """
    with store.writing():
        _keep_results(heard)
        # What is half received is of an earlier release of the office than what will follow.
        _forget_stage()
        _note_acknowledged(heard)


def _incoming() -> dict[tuple[str, bytes], bytes | None]:
    """What every document will be: the server's version under each own edit, and over it what was staged."""
    incoming = shadows.kept_aside()
    if meta("stage_whole"):
        # Another view, or an office put back from an old copy: what it does not name now is gone, also under own edits.
        incoming = dict.fromkeys(incoming)
    incoming.update(
        {
            (kind, bytes(id_)): None if body is None else bytes(body)
            for kind, id_, body in rows("SELECT kind, id, body FROM stage")
        }
    )
    if meta("stage_whole"):
        for kind in ORDER_OF_KINDS:
            for id_ in synced.all_ids(kind):
                incoming.setdefault((kind, id_), None)
        for (id_,) in rows("SELECT customer_id FROM customer_card"):
            incoming.setdefault((CARD_KIND, bytes(id_)), None)
    return incoming


def _by_kind(incoming: Mapping[tuple[str, bytes], bytes | None]) -> dict[str, dict[bytes, bytes | None]]:
    found: dict[str, dict[bytes, bytes | None]] = defaultdict(dict)
    for (kind, id_), body in incoming.items():
        found[kind][id_] = body
    return found


def _reach_of(incoming: Mapping[tuple[str, bytes], bytes | None]) -> _Reach:
    reach = _Reach()
    for kind, ids in _by_kind(incoming).items():
        if kind in ("customer", CARD_KIND):
            reach.customers |= set(ids)
            reach.named |= set(ids)
            reach.cards |= set(ids)
        elif kind == "product":
            reach.products |= set(ids)
        elif kind in _CUSTOMER_OF:
            _add_documents(kind, list(ids), reach)
    return reach


def _reach_after(incoming: Mapping[tuple[str, bytes], bytes | None], reach: _Reach) -> None:
    for kind, ids in _by_kind(incoming).items():
        if kind in _CUSTOMER_OF:
            _add_documents(kind, list(ids), reach)
    reach.cards |= reach.customers


def _add_documents(kind: str, ids: list[bytes], reach: _Reach) -> None:
    """Whose documents these are as they stand in the store, and in which months they count."""
    month = "substr(date, 1, 7)" if kind == "order" else "''"
    for some in batches(ids):
        marks = ", ".join("?" * len(some))
        for customer, counted in rows(
            f"SELECT DISTINCT customer_id, {month} FROM {_CUSTOMER_OF[kind]} WHERE id IN ({marks})", some
        ):
            reach.customers.add(bytes(customer))
            if counted:
                reach.months.add(counted)


def _write(incoming: Mapping[tuple[str, bytes], bytes | None]) -> None:
    by_kind = _by_kind(incoming)
    for kind in ORDER_OF_KINDS:
        if by_kind.get(kind):
            synced.write_documents(kind, by_kind[kind])
    cards = by_kind.get(CARD_KIND, {})
    shown = {bytes(row[0]) for row in rows("SELECT customer_id FROM customer_card WHERE shown = 1")}
    execute_many("DELETE FROM customer_card WHERE customer_id = ?", [(id_,) for id_ in cards])
    kept = []
    for id_, body in cards.items():
        if body is not None:
            card = msgspec.msgpack.decode(body, type=Card)
            kept.append((id_, body, card.verdict, card.credit_left, card.overdue, int(id_ in shown)))
    execute_many(
        "INSERT INTO customer_card (customer_id, body, verdict, credit_left, overdue, shown) VALUES (?, ?, ?, ?, ?, ?)",
        kept,
    )
    # A customer held in full needs no card, and one held as a card is not held in full.
    # What was kept aside of a card's stand-in is no full customer.
    execute(
        "UPDATE customer_card SET shown = 0"
        " WHERE customer_id IN (SELECT id FROM stage WHERE kind = 'customer' AND body IS NOT NULL)"
    )


def _write_cards(reach: _Reach) -> None:
    """Give customers that are held as a card only a row of their own, so that an order can name them."""
    for id_ in sorted(reach.cards):
        found = rows("SELECT body, shown FROM customer_card WHERE customer_id = ?", (id_,))
        held = rows("SELECT 1 FROM customer WHERE id = ?", (id_,))
        if not found or (held and not found[0][1]):
            continue
        card = msgspec.msgpack.decode(bytes(found[0][0]), type=Card)
        synced.write_documents("customer", {id_: standing_for(card)})
        execute("UPDATE customer_card SET shown = 1 WHERE customer_id = ?", (id_,))


def standing_for(card: Card) -> bytes:
    """A customer's document as far as its card tells it; its limit follows when its balance is known."""
    nothing = ""
    customer = [
        card.code, card.name, card.short_name, 0, nothing, nothing, nothing, nothing, card.city, nothing, nothing,
        nothing, None, card.closed_on, nothing, 0,
    ]  # fmt: skip
    owned = [] if card.owner is None else [[SINCE_EVER, None, card.owner, "office", ""]]
    terms = [[SINCE_EVER, "", card.credit_days, card.credit_from, 0, "", None]]
    blacklisted = [[SINCE_EVER, 1, "", None]] if card.verdict == "blacklisted" else []
    return msgspec.msgpack.encode([[customer], owned, terms, blacklisted])


def _stand_on_cards(reach: _Reach) -> None:
    """Set the limit of customers held as a card so that what is left of it is what the office said."""
    for customer, left, balance in rows(
        "SELECT c.customer_id, c.credit_left, COALESCE(t.balance, 0) FROM customer_card c"
        " LEFT JOIN customer_total t ON t.customer_id = c.customer_id WHERE c.shown = 1"
    ):
        if bytes(customer) in reach.cards:
            execute(
                "UPDATE terms SET credit_limit = ? WHERE customer_id = ? AND from_date = ?",
                (left + balance, customer, SINCE_EVER),
            )


def drop_dangling() -> None:
    """Forget references to documents that this laptop does not hold."""
    _drop_dangling_among_documents()
    execute("DELETE FROM receipt_order WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = receipt_order.order_id)")
    # Customers taken away leave their totals behind; those of one that stays as a card are recomputed.
    for table in ("customer_total", "customer_month", "allocation"):
        execute(f"DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM customer c WHERE c.id = {table}.customer_id)")


def _drop_dangling_among_documents() -> None:
    # Each of these columns has an index of the few rows that fill it.
    for column in ("returns_id", "replaces_id"):
        execute(
            f"UPDATE orders SET {column} = NULL WHERE {column} IS NOT NULL"
            f" AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = orders.{column})"
        )
    execute(
        "UPDATE receipt SET reverses_id = NULL WHERE reverses_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.id = receipt.reverses_id)"
    )


def _drop_dangling_of(incoming: Mapping[tuple[str, bytes], bytes | None]) -> None:
    """The same, looking only where documents came or went."""
    by_kind = _by_kind(incoming)
    _drop_dangling_among_documents()
    nowhere = "NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = receipt_order.order_id)"
    for column, kind in (("receipt_id", "receipt"), ("order_id", "order")):
        execute_many(
            f"DELETE FROM receipt_order WHERE {column} = ? AND {nowhere}", [(id_,) for id_ in by_kind.get(kind, {})]
        )
    there = _there(by_kind.get("customer", {}))
    left = [(id_,) for id_ in by_kind.get("customer", {}) if id_ not in there]
    for table in ("customer_total", "customer_month", "allocation"):
        execute_many(f"DELETE FROM {table} WHERE customer_id = ?", left)


def _there(customers: Iterable[bytes]) -> set[bytes]:
    ids = sorted(customers)
    found: set[bytes] = set()
    for some in batches(ids):
        marks = ", ".join("?" * len(some))
        found |= {bytes(row[0]) for row in rows(f"SELECT id FROM customer WHERE id IN ({marks})", some)}
    return found


def _index(reach: _Reach) -> None:
    there = _there(reach.named)
    search_index.forget_customers(sorted(reach.named - there))
    for some in batches(sorted(there)):
        search_index.index_customers(list(Customer.select().where(Customer.id.in_(some))))
    for some in batches(sorted(reach.products)):
        found = list(Product.select().where(Product.id.in_(some)))
        search_index.forget_products(sorted(set(some) - {product.id for product in found}))
        search_index.index_products(found)


def _keep_results(heard: Heard) -> None:
    """Keep what became of the changes that the office has now."""
    if not heard.results:
        return
    first = min(result.number for result in heard.results)
    uids = {
        number: bytes(uid)
        for number, uid in rows(
            "SELECT number, uid FROM change WHERE device = ? AND number >= ?", (meta("device"), first)
        )
    }
    for result in heard.results:
        uid = uids.get(result.number)
        if uid is None or result.status == "repeated":
            continue
        execute("DELETE FROM arrival WHERE uid = ?", (uid,))
        entered(
            Change(uid=uid), Judged(result.status, result.template, result.params), v=heard.v, place=result.number,
            received_at=heard.heard_at,
        )  # fmt: skip


def replay_unsent(acknowledged: int, progress: Progress = lambda _what, _count: None) -> tuple[int, int]:
    """Do the changes again that the office has not got; one that cannot be done now waits for the office to judge it.

    Returns:
        How many were done, and how many wait.
    """
    device = meta("device")
    unsent = Change.select().where(Change.device == device, Change.number > acknowledged).order_by(Change.number)
    done, waiting = 0, 0
    Arrival.delete().where(Arrival.status == "waiting").execute()
    for change in list(unsent):
        try:
            with current().database.atomic(), collecting(shadows.Shadows()):
                kind: Kind = KINDS[change.kind]
                context = Context(change.person, device, change.uid, change.business_date, replayed=True)
                kind.rule(lifted(change), context)
            done += 1
        except HuokeError as refusal:
            waiting += 1
            fared = Judged("waiting", refusal.template, plain(refusal.params))
            entered(change, fared, v=0, place=change.number, received_at="")
        progress("replay", done + waiting)
    return done, waiting


def _forget_old_changes(heard: Heard) -> None:
    """Let go of changes that the office has had for KEPT_DAYS; the last one stays, for its number and chain go on."""
    before = (datetime.fromisoformat(heard.heard_at) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
    # What a person has not looked at yet stays however old it is.
    old = (
        "SELECT c.uid FROM change c JOIN arrival a ON a.uid = c.uid WHERE c.device = ? AND c.number < ?"
        f" AND a.received_at <> '' AND a.received_at < ? AND (a.seen <> 0 OR a.status NOT IN ({_UNEXPECTED_MARKS}))"
    )
    uids = rows(old, (meta("device"), heard.acknowledged, before, *UNEXPECTED))
    execute_many("DELETE FROM change WHERE uid = ?", uids)
    execute_many("DELETE FROM arrival WHERE uid = ?", uids)
    execute_many("DELETE FROM former WHERE change_uid = ?", uids)


def _finish(heard: Heard) -> None:
    _forget_old_changes(heard)
    _forget_stage()
    _note_acknowledged(heard)
    for name, value in {
        "cursor": str(heard.v),
        "view": heard.view,
        "epoch": heard.epoch.hex(),
        "last_exchange": heard.heard_at,
    }.items():
        set_meta(name, value)


def _forget_stage() -> None:
    execute("DELETE FROM stage")
    for name in ("stage_position", "stage_whole", "stage_of"):
        set_meta(name, "")


def _note_acknowledged(heard: Heard) -> None:
    set_meta("acknowledged", str(heard.acknowledged))
    set_meta("acknowledged_chain", heard.chain.hex())


def unsent_changes() -> list[tuple[Any, ...]]:
    """The changes the office has not acknowledged: number, uid, kind, args, recorded_at, schema, chain."""
    return rows(
        "SELECT number, uid, kind, args, recorded_at, schema, chain FROM change WHERE device = ? AND number > ?"
        " ORDER BY number",
        (meta("device"), int(meta("acknowledged", "0"))),
    )
