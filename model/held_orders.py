"""The orders that wait for someone of the office, with everything that stops them now."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from model.changes.order_judging import judge_order
from model.changes.order_lines import lines_of
from model.credit import Verdict
from model.fields import iso
from model.orders import IS_HELD, Order
from model.store import rows

_HELD = f"""
SELECT o.id, c.id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name), COALESCE(w.code, ''), COALESCE(m.code, '')
FROM orders o JOIN customer c ON c.id = o.customer_id
LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)
LEFT JOIN salesperson w ON w.id = a.owner_id LEFT JOIN salesperson m ON m.id = o.maker_id
WHERE {IS_HELD.replace("state", "o.state")} ORDER BY o.first_date, o.number
"""


@dataclass(frozen=True)
class HeldOrder:
    """An order that waits; amount in minor units.

    Attributes:
        owner, maker: codes, empty where there is none.
        verdict: as it would be judged now, with the money that names it.
    """

    id: bytes
    number: str
    date: datetime.date
    customer: bytes
    code: str
    name: str
    owner: str
    maker: str
    amount: int
    verdict: Verdict


def held_orders(day: date) -> Iterator[HeldOrder]:
    """Every held order, the oldest first, judged as of a day."""
    for id_, customer, code, name, owner, maker in rows(_HELD, (iso(day), iso(day))):
        order: Order = Order.get_by_id(id_)
        yield HeldOrder(
            bytes(id_), order.number, order.first_date, bytes(customer), code, name, owner, maker, order.amount,
            judge_order(order, lines_of(order), max(day, order.date)),
        )  # fmt: skip
