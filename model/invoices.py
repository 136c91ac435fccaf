"""Bills for which no invoice was made yet."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from model.fields import iso
from model.store import rows

_UNINVOICED = """
SELECT o.number, o.date, c.code, COALESCE(NULLIF(c.short_name, ''), c.name), COALESCE(p.code, ''),
    o.amount - COALESCE((SELECT CAST(SUM(r.amount) AS BIGINT) FROM orders r
        WHERE r.returns_id = o.id AND r.state = 'confirmed' AND r.date <= ?), 0),
    o.open_amount
FROM orders o JOIN customer c ON c.id = o.customer_id LEFT JOIN salesperson p ON p.id = o.owner_id
WHERE o.kind = 'sale' AND o.state = 'confirmed' AND o.amount > 0 AND o.invoice_number = '' AND o.date <= ?
ORDER BY c.code, o.date, o.number
"""


@dataclass(frozen=True)
class Uninvoiced:
    """A bill without an invoice; amounts in minor units.

    Attributes:
        amount: what the invoice would be made out for: what came back is taken off.
        open: what is still owed of it.
    """

    number: str
    date: datetime.date
    customer: str
    name: str
    owner: str
    amount: int
    open: int


def uninvoiced(until: date) -> Iterator[Uninvoiced]:
    """Bills dated until a day for which no invoice was made yet, by customer; what came back whole is left out."""
    for number, day, customer, name, owner, amount, open_amount in rows(_UNINVOICED, (iso(until), iso(until))):
        if amount > 0:
            yield Uninvoiced(number, date.fromisoformat(day), customer, name, owner, amount, open_amount)
