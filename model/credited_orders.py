"""The orders behind a salesperson's performance: each with the part that is theirs, by the shares frozen on it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import date

from model.dates import first_day, last_day
from model.fields import iso
from model.store import rows
from model.totals import NOBODY

_SIGN = "CASE WHEN o.kind = 'return' THEN -1 ELSE 1 END"
_IN_MONTH = (
    "o.kind IN ('sale', 'return') AND o.date >= ? AND o.date <= ? AND o.live_from <= ?"
    " AND (o.live_to IS NULL OR o.live_to > ?)"
)
# Owner and maker of one order are two people here: one who is both has the whole as its maker.
_OWNERS_PARTS = f"""
SELECT o.id, o.owner_bp AS share_bp, o.owner_amount AS amount,
    o.owner_amount - o.owner_uncosted - o.owner_cost AS margin
FROM orders o WHERE {_IN_MONTH} AND o.owner_id = ? AND o.owner_bp > 0"""
_MAKERS_PARTS = f"""
SELECT o.id, 10000, o.amount, o.amount - o.uncosted - o.cost
FROM orders o WHERE {_IN_MONTH} AND COALESCE(o.maker_id, ?) = ? AND (o.owner_id IS NULL OR o.owner_bp = 0)
UNION ALL
SELECT o.id, 10000 - o.owner_bp, o.amount - o.owner_amount,
    o.amount - o.owner_amount - (o.uncosted - o.owner_uncosted) - (o.cost - o.owner_cost)
FROM orders o WHERE {_IN_MONTH} AND COALESCE(o.maker_id, ?) = ? AND o.owner_id IS NOT NULL
    AND o.owner_bp > 0 AND o.owner_bp < 10000"""
_CREDITED = f"""
SELECT o.id, o.number, o.kind, o.date, o.customer_id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name),
    {_SIGN} * o.amount, p.share_bp, {_SIGN} * p.amount, {_SIGN} * p.margin
FROM ({_OWNERS_PARTS} UNION ALL {_MAKERS_PARTS}) p JOIN orders o ON o.id = p.id JOIN customer c ON c.id = o.customer_id
ORDER BY o.date, o.number
"""


@dataclass(frozen=True)
class CreditedOrder:
    """An order or return and a salesperson's part of it; minor units, below zero for returns.

    Attributes:
        kind: sale or return.
        share_bp: their share in basis points.
        margin: the part's margin, lines of unknown cost left out.
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


def credited_orders(person: bytes | None, month: str, as_of: datetime.date) -> list[CreditedOrder]:
    """The orders and returns of a month of which someone has a part; without a person, those that are nobody's."""
    period = (iso(first_day(month)), iso(min(last_day(month), as_of)), iso(as_of), iso(as_of))
    whose = NOBODY if person is None else person
    return [
        CreditedOrder(id_, number, kind, datetime.date.fromisoformat(day), *rest)
        for id_, number, kind, day, *rest in rows(
            _CREDITED, (*period, whose, *period, NOBODY, whose, *period, NOBODY, whose)
        )
    ]
