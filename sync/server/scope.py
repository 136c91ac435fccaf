"""Who may hold which document: every document stands in one or more buckets, and every device reads some of them.

`shared`: everybody. `card`: what it takes to sell to a customer of another. `cost`: those who may see costs.
`person:…`: in full, of one's own customers, and one's own orders. `all` and `office`: manager, finance, admin.
`device:…`: one laptop's leases. A document of a customer follows the customer: to its owner, or to everybody while it
is the pool's.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from model import synced
from model.aliases import resolved
from model.batches import batches
from model.fields import iso
from model.rights import SIGHTS
from model.settings import setting_on
from model.store import execute, execute_many, rows
from model.touched import Touched
from sync.server.storage import next_v

SHARED, CARD, COST, ALL, OFFICE_BUCKET = "shared", "card", "cost", "all", "office"
CARD_KIND = "card"
FEED_KINDS = (*synced.KINDS, CARD_KIND)
_OF_CUSTOMER = {"order": "orders", "receipt": "receipt", "contact": "contact_log", "conflict": "conflict"}
# Raised when what a bucket holds changes its meaning: every laptop then reads everything anew.
VIEW_VERSION = 1


@dataclass(frozen=True)
class View:
    """What a device may read.

    Attributes:
        buckets: their names.
        costs: whether it may see what goods cost.
        person: whose device it is.
    """

    buckets: tuple[str, ...]
    costs: bool
    person: bytes

    @property
    def name(self) -> str:
        """The same for the same right to see; a laptop whose view has another name reads everything anew."""
        digest = hashlib.blake2b(repr((VIEW_VERSION, self.buckets, self.costs)).encode(), digest_size=8)
        return digest.hexdigest()


def view_of(device: str, person: bytes, role: str, day: date) -> View:
    """What a person's device may read on a day."""
    costs = role in SIGHTS["see_cost"] or setting_on("cost_visible_to_sales", day) == "yes"
    own = (_of_person(person), _of_device(device))
    buckets = (SHARED, ALL, OFFICE_BUCKET, *own) if role in SIGHTS["see_all_customers"] else (SHARED, CARD, *own)
    return View((*buckets, COST) if costs else buckets, costs, person)


def _of_person(person: bytes) -> str:
    return f"person:{person.hex()}"


def _of_device(device: str) -> str:
    return f"device:{device}"


def scope_of(kind: str, ids: Iterable[bytes], day: date) -> dict[bytes, set[str]]:
    """In which buckets these documents belong on a day; a document that is not there belongs in none."""
    wanted = sorted({bytes(id_) for id_ in ids})
    found: dict[bytes, set[str]] = {}
    for some in batches(wanted):
        found.update(_scope(kind, some, day))
    return {id_: found.get(id_, set()) for id_ in wanted}


def _scope(kind: str, ids: Sequence[bytes], day: date) -> dict[bytes, set[str]]:
    marks = ", ".join("?" * len(ids))
    if kind in ("customer", CARD_KIND):
        homes = _homes(ids, day)
        if kind == "customer":
            return homes
        return {id_: {CARD} for id_, home in homes.items() if SHARED not in home}
    if kind == "order":
        return _with_homes(
            rows(f"SELECT id, customer_id, maker_id FROM orders WHERE id IN ({marks})", ids),
            day,
        )
    if kind == "receipt":
        return _with_homes(
            rows(
                "SELECT r.id, r.customer_id, c.person FROM receipt r LEFT JOIN change c ON c.uid = r.change_uid"
                f" WHERE r.id IN ({marks})",
                ids,
            ),
            day,
        )
    if kind == "contact":
        return _with_homes(
            rows(f"SELECT id, customer_id, person_id FROM contact_log WHERE id IN ({marks})", ids),
            day,
        )
    if kind == "notice":
        return {
            bytes(id_): {OFFICE_BUCKET if person is None else _of_person(bytes(person))}
            for id_, person in rows(f"SELECT id, person_id FROM notice WHERE id IN ({marks})", ids)
        }
    if kind == "conflict":
        query = f"SELECT id, customer_id, person_id, kind FROM conflict WHERE id IN ({marks})"
        return _of_conflicts(rows(query, ids), day)
    there = synced.read_documents(kind, ids)
    if kind == "lease":
        return {id_: {_of_device(synced.key_of(kind, id_)[1])} for id_ in there}
    if kind == "target":
        return {id_: {OFFICE_BUCKET, _of_person(synced.key_of(kind, id_)[1])} for id_ in there}
    return {id_: {COST if kind == "cost" else SHARED} for id_ in there}


def _of_conflicts(found: list[tuple[bytes, bytes | None, bytes | None, str]], day: date) -> dict[bytes, set[str]]:
    """With the office, with who wants it, and a field of a card with the customer's owner, who may decide it too."""
    owned = sorted({bytes(customer) for _id, customer, _person, kind in found if kind == "field" and customer})
    homes: dict[bytes, set[str]] = {}
    for some in batches(owned):
        homes.update(_homes(some, day))
    scopes = {}
    for id_, customer, person, kind in found:
        home = homes.get(bytes(customer), set()) if kind == "field" and customer else set()
        owners = {bucket for bucket in home if bucket.startswith("person:")}
        scopes[bytes(id_)] = {OFFICE_BUCKET} | owners | (set() if person is None else {_of_person(bytes(person))})
    return scopes


def _homes(customers: Sequence[bytes], day: date) -> dict[bytes, set[str]]:
    """Where each customer's documents belong: with its owner and the office, or with everybody.

    What is left of a merged one belongs to the owner of the one it was merged into.
    """
    marks = ", ".join("?" * len(customers))
    there = {bytes(row[0]) for row in rows(f"SELECT id FROM customer WHERE id IN ({marks})", customers)}
    meant = {id_: resolved(id_) for id_ in there}
    ids = sorted(set(meant.values()))
    owners = {
        bytes(customer): bytes(owner)
        for customer, owner in rows(
            f"SELECT customer_id, owner_id FROM assignment WHERE customer_id IN ({', '.join('?' * len(ids))})"
            " AND from_date <= ? AND (to_date IS NULL OR to_date > ?)",
            (*ids, iso(day), iso(day)),
        )
    }
    return {id_: {_of_person(owners[now]), ALL} if now in owners else {SHARED} for id_, now in meant.items()}


def _with_homes(documents: list[tuple[bytes, bytes, bytes | None]], day: date) -> dict[bytes, set[str]]:
    customers = sorted({bytes(customer) for _id, customer, _person in documents})
    homes: dict[bytes, set[str]] = {}
    for some in batches(customers):
        homes.update(_homes(some, day))
    found = {}
    for id_, customer, person in documents:
        home = homes[bytes(customer)]
        of_maker = set() if person is None or SHARED in home else {_of_person(bytes(person))}
        found[bytes(id_)] = home | of_maker
    return found


def feed_rows(touched: Touched, day: date) -> list[tuple[str, str, bytes, int]]:
    """What the feed must say after these documents were written: (bucket, kind, id, gone)."""
    by_kind = _by_kind(touched, day)
    found = []
    for kind in sorted(by_kind):
        ids = sorted(by_kind[kind])
        wanted = scope_of(kind, ids, day)
        before = _standing(kind, ids)
        for id_ in ids:
            found += [(bucket, kind, id_, 0) for bucket in sorted(wanted[id_])]
            found += [(bucket, kind, id_, 1) for bucket in sorted(before.get(id_, set()) - wanted[id_])]
    return found


def _by_kind(touched: Touched, day: date) -> dict[str, set[bytes]]:
    """What was touched, with the cards it changes and the documents of customers that moved to another home."""
    by_kind: dict[str, set[bytes]] = defaultdict(set)
    for kind, id_ in touched.documents:
        by_kind[kind].add(id_)
    if by_kind.get("customer"):
        by_kind["customer"] |= _merged_into(by_kind["customer"])
    customers = sorted(by_kind.get("customer", set()))
    # Whatever is written of a customer may change what another needs to know to sell to it.
    by_kind[CARD_KIND] |= touched.customers | by_kind.get("customer", set())
    homes = scope_of("customer", customers, day)
    before = _standing("customer", customers)
    moved = [id_ for id_ in customers if id_ in before and before[id_] != homes[id_]]
    for some in batches(moved):
        marks = ", ".join("?" * len(some))
        for kind, table in _OF_CUSTOMER.items():
            by_kind[kind] |= {
                bytes(row[0]) for row in rows(f"SELECT id FROM {table} WHERE customer_id IN ({marks})", some)
            }
    return {kind: ids for kind, ids in by_kind.items() if ids}


def _merged_into(winners: set[bytes]) -> set[bytes]:
    """The customers that were merged into these, whose own documents go where theirs go."""
    found: set[bytes] = set()
    for some in batches(sorted(winners)):
        marks = ", ".join("?" * len(some))
        losers = rows(f"SELECT loser_id FROM alias WHERE winner_id IN ({marks})", some)
        found |= {bytes(row[0]) for row in losers}
    return found if found <= winners else found | _merged_into(found - winners)


def _standing(kind: str, ids: list[bytes]) -> dict[bytes, set[str]]:
    """In which buckets the feed has these documents now."""
    found: dict[bytes, set[str]] = defaultdict(set)
    for some in batches(ids):
        marks = ", ".join("?" * len(some))
        for bucket, id_ in rows(
            f"SELECT bucket, id FROM feed WHERE kind = ? AND gone = 0 AND id IN ({marks})", (kind, *some)
        ):
            found[bytes(id_)].add(bucket)
    return found


def write_feed(found: Iterable[tuple[str, str, bytes, int]], v: int) -> None:
    """Write rows of the feed at a version."""
    execute_many(
        "INSERT INTO feed (bucket, kind, id, gone, v) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (bucket, kind, id) DO UPDATE SET gone = excluded.gone, v = excluded.v",
        [(*row, v) for row in found],
    )


def head_v() -> int:
    """The present version."""
    return int(rows("SELECT v FROM head WHERE one = 1")[0][0])


def recomputed(day: date) -> Iterator[tuple[str, Mapping[bytes, set[str]]]]:
    """Every kind with the buckets its documents belong in, computed from the business tables alone."""
    for kind in FEED_KINDS:
        yield kind, scope_of(kind, synced.all_ids("customer" if kind == CARD_KIND else kind), day)


def rebuild_feed(day: date) -> None:
    """Make the feed anew from the business tables, at the next version: for a store that was just adopted."""
    found = [
        (bucket, kind, id_, 0)
        for kind, scopes in recomputed(day)
        for id_, buckets in scopes.items()
        for bucket in sorted(buckets)
    ]
    execute("DELETE FROM feed")
    write_feed(found, next_v())


def feed_faults(day: date) -> list[tuple[str, str, str, str]]:
    """Where the feed is not what the business tables say: (kind, id, in the feed, recomputed)."""
    found = []
    for kind, scopes in recomputed(day):
        ids = sorted(set(scopes) | {bytes(row[0]) for row in rows("SELECT id FROM feed WHERE kind = ?", (kind,))})
        standing = _standing(kind, ids)
        for id_ in ids:
            kept, wanted = standing.get(id_, set()), set(scopes.get(id_, set()))
            if kept != wanted:
                found.append((kind, id_.hex(), " ".join(sorted(kept)), " ".join(sorted(wanted))))
    return found
