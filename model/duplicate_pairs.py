"""All pairs of customers that are probably one: those that the office asks about, and those that a scan finds.

The scan compares what `model.duplicates` compares of one customer: tax number, telephone numbers, plain name. It reads
every card once and groups equal ones, so that it takes a second for a hundred thousand customers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.aliases import not_merged, resolved
from model.batches import batches
from model.conflicts import Conflict
from model.duplicates import MOST_QUESTIONS, pair_of, phone_numbers, plain_name, plain_tax_number
from model.fields import iso
from model.store import one, rows

# In this order a pair is named by what makes it the surest.
REASONS = ("tax_id", "phone", "name")

_CARDS = f"""
SELECT c.id, c.code, c.name, c.phone, c.tax_id FROM customer c LEFT JOIN customer_total t ON t.customer_id = c.id
WHERE c.retail = 0 AND (c.closed_on IS NULL OR c.closed_on > ? OR t.balance > 0) AND {not_merged("c.id")}
ORDER BY c.code"""
_TWINS = """
SELECT c.id, c.code, c.name, c.phone, COALESCE(p.name, ''), COALESCE(t.balance, 0), t.last_trade
FROM customer c LEFT JOIN customer_total t ON t.customer_id = c.id
LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)
LEFT JOIN salesperson p ON p.id = a.owner_id WHERE c.id IN ({marks})"""


@dataclass(frozen=True)
class Twin:
    """One of two; balance in minor units.

    Attributes:
        owner: the responsible salesperson's name; empty in the pool.
    """

    id: bytes
    code: str
    name: str
    phone: str
    owner: str
    balance: int
    last_trade: date | None


@dataclass(frozen=True)
class FoundPair:
    """Two customers, by id, and the key of `model.duplicates.REASON_NAMES` that says why.

    Attributes:
        conflict: the question of the office about them; None where a scan found them.
    """

    first: bytes
    second: bytes
    reason: str
    conflict: bytes | None = None


@dataclass(frozen=True)
class LikelyPair:
    """Two customers that are probably one, the smaller code first."""

    first: Twin
    second: Twin
    reason: str
    conflict: bytes | None


def cards_now() -> tuple[Any, ...]:
    """What changes whenever a customer's card does, or a merge: while it is the same a scan finds the same."""
    cards = one("SELECT COUNT(*), COALESCE(SUM(version), 0) FROM customer")
    merged = one("SELECT COUNT(*) FROM alias")
    return (*(cards or ()), *(merged or ()))


def scanned_pairs(day: date) -> list[FoundPair]:
    """The pairs of customers with the same tax number, telephone or plain name, by the code of the first.

    Of many that are alike each is a pair with the first of them, at most `MOST_QUESTIONS` of these.
    """
    alike: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for id_, _code, name, phone, tax_id in rows(_CARDS, (iso(day),)):
        for key in _compared(name, phone, tax_id):
            alike[key].append(bytes(id_))
    found: dict[tuple[bytes, bytes], str] = {}
    for reason in REASONS:
        for (kind, _text), ids in alike.items():
            if kind == reason:
                for other in ids[1 : MOST_QUESTIONS + 1]:
                    found.setdefault((ids[0], other), reason)
    return [FoundPair(first, second, reason) for (first, second), reason in found.items()]


def _compared(name: str, phone: str, tax_id: str) -> Iterator[tuple[str, str]]:
    if tax := plain_tax_number(tax_id):
        yield "tax_id", tax
    for number in phone_numbers(phone):
        yield "phone", number
    if plain := plain_name(name):
        yield "name", plain


def asked_pairs() -> tuple[list[FoundPair], set[frozenset[bytes]]]:
    """The pairs that the office asks about, and those that a person has decided to keep apart."""
    waiting: list[FoundPair] = []
    apart: set[frozenset[bytes]] = set()
    for conflict in Conflict.select().where(Conflict.kind == "duplicate").order_by(Conflict.made_on, Conflict.id):
        later, other = pair_of(conflict)
        if conflict.state == "open" and later != other:
            waiting.append(FoundPair(other, later, conflict.before_value, bytes(conflict.id)))
        elif conflict.state == "kept":
            apart.add(frozenset((later, other)))
    return waiting, apart


def likely_pairs(scanned: Iterable[FoundPair], day: date, limit: int) -> tuple[list[LikelyPair], int]:
    """The pairs to be decided, those that the office asks about first.

    Args:
        scanned: what a scan found (see `cards_now`).
        limit: no more than so many.

    Returns:
        Them, and how many there are in all.
    """
    waiting, apart = asked_pairs()
    known = apart | {frozenset((pair.first, pair.second)) for pair in waiting}
    found = [*waiting, *(pair for pair in scanned if frozenset((pair.first, pair.second)) not in known)]
    return _with_twins(found[:limit], day), len(found)


def pairs_kept_apart(day: date, limit: int) -> tuple[list[LikelyPair], int]:
    """The pairs of which a person has said that they are two customers, the latest first.

    Args:
        limit: no more than so many.

    Returns:
        Them, and how many there are in all.
    """
    kept = Conflict.select().where(Conflict.kind == "duplicate", Conflict.state == "kept")
    found: dict[frozenset[bytes], FoundPair] = {}
    for conflict in kept.order_by(Conflict.decided_on.desc(), Conflict.id):
        later, other = pair_of(conflict)
        if later != other:
            found.setdefault(frozenset((later, other)), FoundPair(other, later, conflict.before_value))
    return _with_twins(list(found.values())[:limit], day), len(found)


def _with_twins(found: Sequence[FoundPair], day: date) -> list[LikelyPair]:
    twins = _twins([id_ for pair in found for id_ in (pair.first, pair.second)], day)
    pairs = []
    for pair in found:
        if (first := twins.get(pair.first)) is not None and (second := twins.get(pair.second)) is not None:
            first, second = sorted((first, second), key=lambda twin: twin.code)
            pairs.append(LikelyPair(first, second, pair.reason, pair.conflict))
    return pairs


def _twins(ids: Sequence[bytes], day: date) -> dict[bytes, Twin]:
    found: dict[bytes, Twin] = {}
    wanted = [id_ for id_ in dict.fromkeys(ids) if resolved(id_) == id_]
    for some in batches(wanted):
        query = _TWINS.format(marks=", ".join("?" * len(some)))
        for id_, code, name, phone, owner, balance, last in rows(query, (iso(day), iso(day), *some)):
            last_trade = None if last is None else date.fromisoformat(last)
            found[bytes(id_)] = Twin(bytes(id_), code, name, phone, owner, balance, last_trade)
    return found
