"""Lost orders: of all orders and quotes decided in a period, how many were not won.

Each order or quote counts once, at its latest decision until the as-of day. *Won* is a live sale, on its date. *Lost*
is one that was lost, rejected or cancelled, on the day of that, or a quote that expired, on the day after it was last
valid. What still waits (open quotes, held orders) has no decision, and what was voided or replaced never counts.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

from model.errors import N_
from model.fields import iso
from model.money import rate_bp
from model.monthly_parts import monthly_parts, summed
from model.orders import LOST_REASONS
from model.record import Record
from model.store import rows

LostBy = Literal["salesperson", "customer", "product", "reason"]
LOST_KEYS: tuple[LostBy, ...] = get_args(LostBy)
COMPANY_KEY = "*"
# Who ends an order may write any reason; those that nobody gave a known reason stand under what became of them.
REASON_NAMES = {
    "price": N_("on price"),
    "stock": N_("no stock"),
    "credit": N_("no credit"),
    "late": N_("too late"),
    "competitor": N_("to a competitor"),
    "other": N_("other reason"),
    "expired": N_("quote expired"),
    "rejected": N_("rejected"),
    "cancelled": N_("cancelled"),
}

# An order that another took the place of was not lost, and neither was what was to amend one that still stands.
_ENDED = (
    "o.state IN ('lost', 'rejected', 'cancelled')"
    " AND NOT EXISTS (SELECT 1 FROM orders n WHERE n.replaces_id = o.id AND n.live_from IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM orders b WHERE b.id = o.replaces_id AND b.live_from IS NOT NULL"
    " AND o.live_from IS NULL)"
)
_KNOWN_REASONS = ", ".join(f"'{reason}'" for reason in LOST_REASONS)
_REASON = f"CASE WHEN o.reason IN ({_KNOWN_REASONS}) THEN o.reason WHEN o.state = 'lost' THEN 'other' ELSE o.state END"
# Every decision has the same columns: id, won, decided, reason, and of the order what is counted, so that a million of
# them need not be looked up twice.
_COUNTED = "o.amount, o.customer_id, COALESCE(o.maker_id, o.owner_id) AS person_id"
_WON = f"""
SELECT o.id, 1 AS won, o.date AS decided, '' AS reason, {_COUNTED} FROM orders o
WHERE o.kind = 'sale' AND o.date >= ? AND o.date <= ? AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"""
_LOST = f"""
SELECT o.id, 0 AS won, o.decided_on AS decided, {_REASON} AS reason, {_COUNTED} FROM orders o
WHERE {_ENDED} AND o.kind = 'sale' AND o.decided_on >= ? AND o.decided_on <= ?"""
# The waiting orders have an index of their own, which is found by their two states.
_EXPIRED = f"""
SELECT o.id, 0, o.valid_until, 'expired', {_COUNTED} FROM orders o
WHERE o.state IN ('held', 'quote') AND o.state = 'quote' AND o.kind = 'sale'
    AND o.valid_until >= ? AND o.valid_until <= ?"""
# A quote that was ended later had already expired on the as-of day; one that was ever judged was a quote no more.
_EXPIRED_THEN = f"""
SELECT o.id, 0, o.valid_until, 'expired', {_COUNTED} FROM orders o
WHERE {_ENDED} AND o.kind = 'sale' AND o.held_for = '' AND o.live_from IS NULL AND o.decided_on > ?
    AND o.valid_until >= ? AND o.valid_until <= ?"""
_LOSSES = f"{_LOST} UNION ALL {_EXPIRED} UNION ALL {_EXPIRED_THEN}"
_DECISIONS = f"{_WON} UNION ALL {_LOSSES}"

_COUNTS = (
    "CAST(SUM(d.won) AS BIGINT) AS won, CAST(SUM(1 - d.won) AS BIGINT) AS lost,"
    " CAST(SUM(d.won * d.amount) AS BIGINT) AS won_amount, CAST(SUM((1 - d.won) * d.amount) AS BIGINT) AS lost_amount"
)
_ADDED_UP = "t.won, t.lost, t.won_amount, t.lost_amount"
# Decisions are added up by what they are grouped by, which is a short key, and only the sums are given names.
_GROUPED: dict[LostBy, str] = {
    "salesperson": f"SELECT s.id, COALESCE(s.code, ''), COALESCE(s.name, ''), {_ADDED_UP}"
    f" FROM (SELECT d.person_id, {_COUNTS} FROM ({{decisions}}) d GROUP BY d.person_id) t"
    " LEFT JOIN salesperson s ON s.id = t.person_id",
    "customer": f"SELECT c.id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name), {_ADDED_UP}"
    f" FROM (SELECT d.customer_id, {_COUNTS} FROM ({{decisions}}) d GROUP BY d.customer_id) t"
    " JOIN customer c ON c.id = t.customer_id",
    # An order with a product on two lines is one order with that product.
    "product": f"SELECT p.id, p.code, p.name, {_ADDED_UP}"
    f" FROM (SELECT d.product_id, {_COUNTS}"
    " FROM (SELECT e.id, e.won, l.product_id, CAST(SUM(l.amount) AS BIGINT) AS amount"
    " FROM ({decisions}) e JOIN order_line l ON l.order_id = e.id GROUP BY e.id, e.won, l.product_id) d"
    " GROUP BY d.product_id) t JOIN product p ON p.id = t.product_id",
    "reason": f"SELECT NULL, d.reason, '', {_COUNTS} FROM ({{decisions}}) d WHERE d.won = 0 GROUP BY d.reason",
}
_COMPANY = f"SELECT {_COUNTS} FROM ({{decisions}}) d"
_LOST_ORDERS = """
SELECT o.id, o.number, d.person_id, o.customer_id, c.code,
    COALESCE(NULLIF(c.short_name, ''), c.name),
    o.date, d.decided, d.reason, o.reason, o.amount
FROM ({decisions}) d JOIN orders o ON o.id = d.id JOIN customer c ON c.id = o.customer_id
WHERE d.won = 0 ORDER BY o.amount DESC, o.number
"""


class LostRow(Record, frozen=True):
    """What was won and lost by someone, or of something; amounts in minor units.

    Attributes:
        id: the salesperson, customer or product; None for a reason, the company, or orders without a salesperson.
        key: a code or a reason; `*` for the company; empty for orders without a salesperson.
        decided, decided_amount: what the rates are taken of. A won order has no reason, so that a reason is measured
            against all that was decided: its rates add up to the company's.
    """

    id: bytes | None
    key: str
    name: str
    won: int
    lost: int
    won_amount: int
    lost_amount: int
    decided: int
    decided_amount: int

    @property
    def rate_bp(self) -> int | None:
        """Lost ÷ decided by count, in basis points; None where nothing was decided."""
        return rate_bp(self.lost, self.decided)

    @property
    def amount_rate_bp(self) -> int | None:
        """Lost ÷ decided by amount, in basis points; None where no amount was decided."""
        return rate_bp(self.lost_amount, self.decided_amount)


@dataclass(frozen=True)
class LostReport:
    """The lost orders of a period: the most lost first, and the company's."""

    rows: tuple[LostRow, ...]
    company: LostRow


class LostOrder(Record, frozen=True):
    """One lost order or quote.

    Attributes:
        salesperson: who took it; None for nobody.
        decided_on: the day it was lost.
        reason: a key of REASON_NAMES.
        note: what was written when it ended.
        amount: minor units.
    """

    id: bytes
    number: str
    salesperson: bytes | None
    customer_id: bytes
    customer_code: str
    customer_name: str
    date: date
    decided_on: datetime.date
    reason: str
    note: str
    amount: int


def lost_report(from_date: date, to_date: date, by: LostBy, as_of: date) -> LostReport:
    """What was won and lost in a period, both days included, as known of a day.

    By product, an order counts once for each product on it, with that product's amount; the company's line still
    counts it once.
    """
    company = company_lost(from_date, to_date, as_of)

    def grouped(first: date, last: date) -> list[tuple[Any, ...]]:
        decisions, parameters = decisions_query(first, last, as_of)
        return rows(_GROUPED[by].format(decisions=decisions), parameters)

    # An order is decided on one day, so that those of each month add up to those of all.
    parts = monthly_parts(from_date, min(to_date, as_of)) if by == "product" else [(from_date, to_date)]
    found = []
    for id_, key, name, won, lost, won_amount, lost_amount in summed(parts, grouped, 3):
        decided, amount = won + lost, won_amount + lost_amount
        if by == "reason":
            decided, amount = company.decided, company.decided_amount
        found.append(LostRow(id_, key, name, won, lost, won_amount, lost_amount, decided, amount))
    return LostReport(tuple(sorted(found, key=lambda row: (-row.lost, -row.lost_amount, row.key))), company)


def company_lost(from_date: date, to_date: date, as_of: date) -> LostRow:
    """The company's line of a period: each decided order once."""
    decisions, parameters = decisions_query(from_date, to_date, as_of)
    [sums] = rows(_COMPANY.format(decisions=decisions), parameters)
    won, lost, won_amount, lost_amount = (value or 0 for value in sums)
    return LostRow(
        None, COMPANY_KEY, "", won, lost, won_amount, lost_amount, won + lost, won_amount + lost_amount
    )  # fmt: skip


def lost_orders(from_date: date, to_date: date, as_of: date) -> list[LostOrder]:
    """The orders and quotes that were lost in a period, the largest first."""
    decisions, parameters = decisions_query(from_date, to_date, as_of)
    return [
        LostOrder(
            id_, number, salesperson, customer, code, name, date.fromisoformat(day), _lost_on(decided, reason),
            reason, note, amount,
        )
        for id_, number, salesperson, customer, code, name, day, decided, reason, note, amount in rows(
            _LOST_ORDERS.format(decisions=decisions), parameters
        )
    ]  # fmt: skip


def _lost_on(decided: str, reason: str) -> date:
    """The day of a loss; a quote is decided by its last valid day and lost on the next."""
    day = date.fromisoformat(decided)
    return day + timedelta(days=1) if reason == "expired" else day


def decisions_query(from_date: date, to_date: date, as_of: date) -> tuple[str, list[Any]]:
    """The decisions that fall into a period, as a query of id, won, decided, reason, amount, customer_id and
    person_id, and its parameters."""
    first, last, today = iso(from_date), iso(min(to_date, as_of)), iso(as_of)
    return _DECISIONS, [first, last, today, today, *losses_query(from_date, to_date, as_of)[1]]


def losses_query(from_date: date, to_date: date, as_of: date) -> tuple[str, list[Any]]:
    """Those of the decisions that lost an order, as a query with the same columns, and its parameters."""
    first, last, today = iso(from_date), iso(min(to_date, as_of)), iso(as_of)
    # A quote is lost the day after it was last valid.
    one_day = timedelta(days=1)
    valid = [iso(from_date - one_day), iso(min(to_date, as_of) - one_day)]
    return _LOSSES, [first, last, *valid, today, *valid]
