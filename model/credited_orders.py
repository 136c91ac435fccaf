"""The orders behind a salesperson's performance: each with the part that is theirs, by the shares frozen on it.

What came or went when the month of its order was closed stands under the month in which it was recorded.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from model.dates import first_day, last_day
from model.fields import iso
from model.money import FULL_BP
from model.store import rows
from model.totals import NOBODY

_SIGN = "CASE WHEN o.kind = 'return' THEN -1 ELSE 1 END"
_IN_MONTH = (
    "o.kind IN ('sale', 'return') AND o.date >= ? AND o.date <= ? AND o.live_from <= ?"
    " AND (o.live_to IS NULL OR o.live_to > ?)"
)
_TRADE = "CASE WHEN o.kind = 'sale' AND o.amount > 0 THEN 1 ELSE 0 END"
# An order counts for the larger share, the owner's if equal: see totals.parts_of.
# Owner and maker of one order are two people here: one who is both has the whole as its maker.
_OWNERS_PARTS = f"""
SELECT o.id, o.owner_bp AS share_bp, o.owner_amount AS amount,
    o.owner_amount - o.owner_uncosted - o.owner_cost AS margin,
    CASE WHEN o.owner_bp >= 5000 THEN {_TRADE} ELSE 0 END AS orders
FROM orders o WHERE {_IN_MONTH} AND o.owner_id = ? AND o.owner_bp > 0"""
_MAKERS_PARTS = f"""
SELECT o.id, 10000, o.amount, o.amount - o.uncosted - o.cost, {_TRADE}
FROM orders o WHERE {_IN_MONTH} AND COALESCE(o.maker_id, ?) = ? AND (o.owner_id IS NULL OR o.owner_bp = 0)
UNION ALL
SELECT o.id, 10000 - o.owner_bp, o.amount - o.owner_amount,
    o.amount - o.owner_amount - (o.uncosted - o.owner_uncosted) - (o.cost - o.owner_cost),
    CASE WHEN o.owner_bp < 5000 THEN {_TRADE} ELSE 0 END
FROM orders o WHERE {_IN_MONTH} AND COALESCE(o.maker_id, ?) = ? AND o.owner_id IS NOT NULL
    AND o.owner_bp > 0 AND o.owner_bp < 10000"""
_CREDITED = f"""
SELECT o.id, o.number, o.kind, o.date, o.customer_id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name),
    {_SIGN} * o.amount, p.share_bp, {_SIGN} * p.amount, {_SIGN} * p.margin, p.orders
FROM ({_OWNERS_PARTS} UNION ALL {_MAKERS_PARTS}) p JOIN orders o ON o.id = p.id JOIN customer c ON c.id = o.customer_id
ORDER BY o.date, o.number
"""
# Parts of late entries: those that count in a month, and those that count no more in the month of their order.
_LATE = """
SELECT o.id, o.number, o.kind, o.date, o.customer_id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name),
    CASE WHEN o.kind = 'return' THEN -o.amount ELSE o.amount END, o.owner_id, o.owner_bp, e.amount,
    e.amount - e.uncosted - e.cost, e.orders
FROM late_entry e JOIN orders o ON o.id = e.order_id JOIN customer c ON c.id = o.customer_id
WHERE e.person_id = ? AND {when} ORDER BY o.date, o.number, e.place"""
_BOOKED = _LATE.format(when="e.recorded_on >= ? AND e.recorded_on <= ?")
_MOVED_AWAY = _LATE.format(when="e.dated_on >= ? AND e.dated_on <= ? AND e.effective_on <= ?")


@dataclass(frozen=True)
class CreditedOrder:
    """An order or return and a salesperson's part of it; minor units, below zero for returns.

    Attributes:
        kind: sale or return.
        share_bp: their share in basis points.
        margin: the part's margin, lines of unknown cost left out.
        orders: as how many orders it counts for them: 1 for the larger share of a sale, else 0; -1 where it was taken
            out of the month afterwards.
    """

    id: bytes
    number: str
    kind: str
    date: date
    customer_id: bytes
    customer_code: str
    customer_name: str
    total: int
    share_bp: int
    amount: int
    margin: int
    orders: int


def credited_orders(person: bytes | None, month: str, as_of: datetime.date) -> list[CreditedOrder]:
    """The orders and returns of a month of which someone has a part; without a person, those that are nobody's."""
    period = (iso(first_day(month)), iso(min(last_day(month), as_of)), iso(as_of), iso(as_of))
    whose = NOBODY if person is None else person
    dated = [
        CreditedOrder(id_, number, kind, datetime.date.fromisoformat(day), *rest)
        for id_, number, kind, day, *rest in rows(
            _CREDITED, (*period, whose, *period, NOBODY, whose, *period, NOBODY, whose)
        )
    ]
    booked = list(_late(_BOOKED, (whose, period[0], period[1]), whose, sign=1))
    moved_away = list(_late(_MOVED_AWAY, (whose, period[0], iso(last_day(month)), iso(as_of)), whose, sign=-1))
    return _together([*dated, *booked, *moved_away]) if booked or moved_away else dated


def _late(
    query: str, parameters: tuple[bytes | str | None, ...], whose: bytes, *, sign: int
) -> Iterator[CreditedOrder]:
    for id_, number, kind, day, customer, code, name, total, owner, owner_bp, *figures in rows(query, parameters):
        owns = owner is not None and bytes(owner) == whose and owner_bp
        share = owner_bp if owns else FULL_BP - (owner_bp if owner is not None else 0)
        yield CreditedOrder(
            id_, number, kind, datetime.date.fromisoformat(day), customer, code, name, total, share,
            *(sign * figure for figure in figures),
        )  # fmt: skip


def _together(parts: list[CreditedOrder]) -> list[CreditedOrder]:
    """The parts of each order as one; what comes to nothing is left out."""
    by_order: dict[tuple[str, int], CreditedOrder] = {}
    for part in parts:
        key = (part.number, part.share_bp)
        before = by_order.get(key)
        by_order[key] = part if before is None else replace(
            before, amount=before.amount + part.amount, margin=before.margin + part.margin,
            orders=before.orders + part.orders,
        )  # fmt: skip
    found = [each for each in by_order.values() if each.amount or each.margin or each.orders]
    return sorted(found, key=lambda each: (each.date, each.number))
