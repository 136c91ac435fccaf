"""Who should order today or in the next days, by their own rhythm, what they usually take, and how much it comes to.

A customer is expected when the day its rhythm names falls into the days asked about. Who is late stays on the list,
with its day in the past, until it is cooling (1.5 rhythms, the company's `cooling_from`): from then on it is left to
the call board. The amount expected is the lower median of its last ten trading days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from statistics import median_low

from model.basket import BasketItem, baskets
from model.batches import batches
from model.fields import iso
from model.named_customers import NamedCustomer, named_customers
from model.rhythm import Rhythm, quiet_limits, rhythms
from model.store import rows

DEFAULT_DAYS = 7
AMOUNT_DAYS = 10

_DAY_AMOUNTS = """
SELECT t.customer_id, t.amount FROM (
    SELECT o.customer_id, CAST(SUM(o.amount) AS BIGINT) AS amount,
        ROW_NUMBER() OVER (PARTITION BY o.customer_id ORDER BY o.date DESC) AS place
    FROM orders o WHERE o.customer_id IN ({marks}) AND o.kind = 'sale' AND o.amount > 0 AND o.date <= ?
        AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?) GROUP BY o.customer_id, o.date
) t WHERE t.place <= ? ORDER BY t.customer_id
"""


@dataclass(frozen=True)
class ExpectedOrder:
    """A customer that should order; amount in minor units.

    Attributes:
        expected_on: in the past where the customer is late already.
    """

    customer: NamedCustomer
    rhythm: Rhythm
    expected_on: date
    amount: int

    def days_late(self, day: date) -> int:
        return max(0, (day - self.expected_on).days)


def expected_orders(
    day: date,
    days: int = DEFAULT_DAYS,
    person: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[ExpectedOrder]:
    """Who should order until so many days after a day, the earliest first; walk-in customers are never waited for.

    Args:
        person: only the customers of this salesperson; without one, everybody's and the pool's.
        progress: told how many of those expected are done, and of how many.
    """
    named = {id_: each for id_, each in named_customers(day, owner=person).items() if not each.retail}
    found = rhythms(day) if person is None else rhythms(day, list(named))
    limits, until = quiet_limits(day), day + timedelta(days=days)
    due: dict[bytes, tuple[Rhythm, date]] = {}
    for id_, rhythm in found.items():
        expected = rhythm.expected_next
        if id_ not in named or expected is None or expected > until:
            continue
        if expected >= day or not rhythm.is_quiet(day, limits.cooling_hundredths):
            due[id_] = (rhythm, expected)
    amounts = _amounts(list(due), day, progress)
    orders = [ExpectedOrder(named[id_], *each, amounts[id_]) for id_, each in due.items()]
    return sorted(orders, key=lambda order: (order.expected_on, -order.amount, order.customer.code))


def usual_items(orders: Sequence[ExpectedOrder], day: date) -> dict[bytes, list[BasketItem]]:
    """The usual baskets of those expected, by customer; ask for the page that is shown, not for all."""
    return baskets([order.customer.id for order in orders], day)


def _amounts(customers: Sequence[bytes], day: date, progress: Callable[[int, int], None] | None) -> dict[bytes, int]:
    """What each of these usually buys on a trading day, in minor units."""
    found: dict[bytes, int] = {}
    done = 0
    for some in batches(customers):
        done += len(some)
        query = _DAY_AMOUNTS.format(marks=", ".join("?" * len(some)))
        days = rows(query, (*some, iso(day), iso(day), iso(day), AMOUNT_DAYS))
        for id_, theirs in groupby(days, key=lambda row: bytes(row[0])):
            found[id_] = median_low([int(amount) for _id, amount in theirs])
        if progress is not None:
            progress(done, len(customers))
    return found
