"""The orders that wait for someone of the office, with everything that stops them now."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from model.batches import batches
from model.changes.order_judging import judge_order, judge_priced, stops_the_unsold
from model.changes.order_lines import lines_of, priced_lines_of
from model.credit import PricedLine, Verdict
from model.fields import iso
from model.orders import IS_HELD, Order
from model.remembering import remembering
from model.store import rows

_WAITING = f"""
SELECT o.id, o.number, o.first_date, c.id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name), COALESCE(w.code, ''),
    COALESCE(m.code, ''), COALESCE(m.name, ''), o.amount, o.held_for
FROM orders o JOIN customer c ON c.id = o.customer_id
LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)
LEFT JOIN salesperson w ON w.id = a.owner_id LEFT JOIN salesperson m ON m.id = o.maker_id
WHERE {IS_HELD.replace("state", "o.state")} {{among}}
ORDER BY o.first_date, o.number
"""


@dataclass(frozen=True)
class WaitingOrder:
    """An order that was held; amount in minor units.

    Attributes:
        owner, maker: codes, empty where there is none; `maker_name` is what a person reads.
        held_for: why it was held when it was recorded, as the verdict's names joined by commas.
    """

    id: bytes
    number: str
    date: datetime.date
    customer: bytes
    code: str
    name: str
    owner: str
    maker: str
    maker_name: str
    amount: int
    held_for: str


@dataclass(frozen=True)
class HeldOrder(WaitingOrder):
    """An order that waits, judged.

    Attributes:
        verdict: as it would be judged now, with the money that names it.
    """

    verdict: Verdict


def orders_that_wait(day: date, person: bytes | None = None) -> list[WaitingOrder]:
    """Every held order, the oldest first, not judged; owners as of a day.

    Args:
        person: only what this salesperson made or is credited with; None for everybody's.
    """
    among, mine = ("", ()) if person is None else ("AND (o.maker_id = ? OR o.owner_id = ?)", (person, person))
    return [
        WaitingOrder(
            bytes(id_), number, date.fromisoformat(first), bytes(customer), code, name, owner, maker, maker_name,
            int(amount), held_for,
        )
        for id_, number, first, customer, code, name, owner, maker, maker_name, amount, held_for in rows(
            _WAITING.format(among=among), (iso(day), iso(day), *mine)
        )
    ]  # fmt: skip


def held_orders(day: date, person: bytes | None = None) -> Iterator[HeldOrder]:
    """Every held order, the oldest first, judged as of a day.

    Args:
        person: as of `orders_that_wait`.
    """
    return judged(orders_that_wait(day, person), day)


def judged(waiting: Sequence[WaitingOrder], day: date) -> Iterator[HeldOrder]:
    """Orders that wait with their verdicts as of a day, in their order."""
    for some in batches(waiting):
        yield from _judged_together(some, day)


def _judged_together(waiting: Sequence[WaitingOrder], day: date) -> list[HeldOrder]:
    """Read one by one they would take five times as long."""
    ids = [each.id for each in waiting]
    orders = {bytes(order.id): order for order in Order.select().where(Order.id.in_(ids))}
    lines = priced_lines_of(ids)
    with remembering():
        return [
            HeldOrder(**vars(each), verdict=_verdict(orders[each.id], lines[each.id], day))
            for each in waiting
        ]  # fmt: skip


def _verdict(order: Order, lines: Sequence[PricedLine], day: date) -> Verdict:
    if not stops_the_unsold(order):
        lines = [replace(line, sold=True) for line in lines]
    return judge_priced(order, lines, max(day, order.date))


def verdict_now(order: Order, day: date) -> Verdict:
    """How a held order is judged on a day, whatever it was held for when it was recorded."""
    return judge_order(order, lines_of(order), max(day, order.date))
