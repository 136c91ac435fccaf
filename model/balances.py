"""What each customer owed on a day: the sum of its documents as of that day, and how its credit stood then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.ageing import open_bills_query
from model.credit import Standing, overdue_before, tolerance_on
from model.customers import terms_of
from model.fields import iso
from model.laptop import held_in_full
from model.store import rows

_ORDERS = """
SELECT o.customer_id, CAST(SUM(CASE WHEN o.kind = 'return' THEN 0 ELSE o.amount END) AS BIGINT),
    CAST(SUM(CASE WHEN o.kind = 'return' THEN o.amount ELSE 0 END) AS BIGINT)
FROM orders o WHERE o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?) {one} GROUP BY o.customer_id
"""
# A reversal goes the other way than what it reverses.
_RECEIPTS = """
SELECT r.customer_id, CAST(SUM(CASE
    WHEN r.kind = 'refund' THEN -r.amount
    WHEN r.kind = 'reversal' THEN CASE WHEN b.kind = 'refund' THEN r.amount ELSE -r.amount END
    ELSE r.amount END) AS BIGINT)
FROM receipt r LEFT JOIN receipt b ON b.id = r.reverses_id WHERE r.voided = 0 AND r.date <= ? {one}
GROUP BY r.customer_id
"""
_CUSTOMERS = f"""
SELECT c.id, c.code, c.name, COALESCE(s.code, ''), c.created_on FROM customer c
LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)
LEFT JOIN salesperson s ON s.id = a.owner_id WHERE c.id NOT IN (SELECT loser_id FROM alias)
    AND {held_in_full("c.id")} {{one}} ORDER BY c.code
"""
_BLACKLIST = """
SELECT b.customer_id, b.blacklisted FROM blacklisting b WHERE b.from_date <= ? {one} ORDER BY b.from_date
"""


@dataclass(frozen=True)
class Sums:
    """A customer's documents as of a day, in minor units.

    Attributes:
        orders: live sales and opening items.
        receipts: what came in net of refunds and reversals, with write-offs and settlement discounts.
    """

    orders: int = 0
    returns: int = 0
    receipts: int = 0

    @property
    def balance(self) -> int:
        return self.orders - self.returns - self.receipts


@dataclass(frozen=True)
class BalanceRow:
    """A customer's line of the balance report; `owner` is a salesperson's code, empty for the pool and retail."""

    id: bytes
    code: str
    name: str
    owner: str
    sums: Sums
    standing: Standing

    @property
    def verdict(self) -> str:
        return self.standing.verdict


def sums_on(day: date, customer: bytes | None = None) -> dict[bytes, Sums]:
    """Every customer's documents as of a day, or one's; customers without any are left out."""
    until = iso(day)
    sold = {
        customer_id: (orders, returns)
        for customer_id, orders, returns in _selected(_ORDERS, "o.customer_id", customer, until, until)
    }
    received = dict(_selected(_RECEIPTS, "r.customer_id", customer, until))
    return {
        customer_id: Sums(*sold.get(customer_id, (0, 0)), received.get(customer_id, 0))
        for customer_id in sold.keys() | received.keys()
    }


def balance_on(customer: bytes, day: date) -> int:
    """What a customer owed on a day, in minor units, from its documents."""
    return sums_on(day, customer).get(customer, Sums()).balance


def overdue_on(day: date, customer: bytes | None = None) -> dict[bytes, int]:
    """What was overdue on a day by customer, in minor units, with the grace and tolerance of that day."""
    bills, parameters = open_bills_query(day, customer)
    return dict(
        rows(
            "SELECT b.customer_id, CAST(SUM(b.open) AS BIGINT) FROM (" + bills + ") b"
            " WHERE b.refund = 0 AND b.open > ? AND b.due_date < ? GROUP BY b.customer_id",
            (*parameters, tolerance_on(day), iso(overdue_before(day))),
        )
    )


def balances(day: date, customer: bytes | None = None) -> Iterator[BalanceRow]:
    """The balance report as of a day, by customer code: every customer there was, or one.

    Merged ones are left out, and on a laptop those held as a card. Its standings name no single bills: the overdue
    list does.
    """
    sums, overdue = sums_on(day, customer), overdue_on(day, customer)
    terms = terms_of(None if customer is None else [customer], day)
    blacklisted = dict(_selected(_BLACKLIST, "b.customer_id", customer, iso(day)))
    for id_, code, name, owner, created_on in _selected(_CUSTOMERS, "c.id", customer, iso(day), iso(day)):
        own = sums.get(id_)
        if own is None and created_on is not None and created_on > day.isoformat():
            continue
        own, held = own or Sums(), terms.get(id_)
        standing = Standing(
            balance=own.balance,
            credit_days=0 if held is None else held.credit_days,
            credit_from="order" if held is None else held.credit_from,
            credit_limit=0 if held is None else held.credit_limit,
            limit_until=None if held is None else held.until,
            blacklisted=bool(blacklisted.get(id_, 0)),
            overdue=overdue.get(id_, 0),
            overdue_bills=(),
        )
        yield BalanceRow(id_, code, name, owner, own, standing)


def _selected(query: str, column: str, customer: bytes | None, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query about every customer, or narrowed to one."""
    if customer is None:
        return rows(query.format(one=""), parameters)
    return rows(query.format(one=f"AND {column} = ?"), (*parameters, customer))
