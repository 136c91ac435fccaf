"""How far a customer has come: from prospect to old acquaintance, by first trade and trading months.

A trading month is a month with at least one trade (a live sale over zero).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from model.aliases import not_merged
from model.dates import last_day, month_of, shifted
from model.errors import N_
from model.fields import iso
from model.laptop import held_in_full
from model.store import rows

STAGES = ("prospect", "new", "familiar", "old", "occasional")
STAGE_NAMES = {
    "prospect": N_("prospect"),
    "new": N_("new"),
    "familiar": N_("familiar"),
    "old": N_("old"),
    "occasional": N_("occasional"),
}

_STAGES = f"""
SELECT c.code, COALESCE(NULLIF(c.short_name, ''), c.name), COALESCE(p.code, ''), d.first, d.last,
    COALESCE(d.months, 0)
FROM customer c LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ?
    AND (a.to_date IS NULL OR a.to_date > ?) LEFT JOIN salesperson p ON p.id = a.owner_id
LEFT JOIN (
    SELECT o.customer_id, MIN(o.date) AS first, MAX(o.date) AS last, COUNT(DISTINCT substr(o.date, 1, 7)) AS months
    FROM orders o WHERE o.kind = 'sale' AND o.amount > 0 AND o.date <= ? AND o.live_from <= ?
        AND (o.live_to IS NULL OR o.live_to > ?) GROUP BY o.customer_id
) d ON d.customer_id = c.id
WHERE (c.created_on IS NULL OR c.created_on <= ?) AND (c.closed_on IS NULL OR c.closed_on > ?)
    AND {held_in_full("c.id")} AND {not_merged("c.id")}
ORDER BY c.code
"""

NEW_AT_MOST_DAYS = 90
OLD_FROM_MONTHS = 12
OLD_FROM_TRADING_MONTHS = 6
FAMILIAR_FROM_TRADING_MONTHS = 3


def stage_of(first_trade: date | None, trading_months: int, day: date) -> str:
    """The stage of a customer on a day: the first of the definitions that fits.

    Args:
        first_trade: the day of the first trade; None for a customer that never traded.
        trading_months: months with a trade, until the day.
        day: as of when.
    """
    if first_trade is None or first_trade > day:
        return "prospect"
    if first_trade >= new_since(day):
        return "new"
    if first_trade <= old_until(day) and trading_months >= OLD_FROM_TRADING_MONTHS:
        return "old"
    if trading_months >= FAMILIAR_FROM_TRADING_MONTHS:
        return "familiar"
    return "new" if first_trade > old_until(day) else "occasional"


def new_since(day: date) -> date:
    """Whoever traded first on this date or later is new on `day`, however often."""
    return day - timedelta(days=NEW_AT_MOST_DAYS)


def old_until(day: date) -> date:
    """Whoever traded first on this date or earlier did so a full year before `day`."""
    end = last_day(shifted(month_of(day), -OLD_FROM_MONTHS))
    return end.replace(day=min(day.day, end.day))


def trading_months_of(customer_ids: Sequence[bytes], day: date) -> dict[bytes, int]:
    """How many months with a trade each of these customers has until a day; those without any are left out."""
    marks = ", ".join("?" * len(customer_ids))
    found = rows(
        "SELECT customer_id, COUNT(*) FROM customer_month"
        f" WHERE customer_id IN ({marks}) AND orders > 0 AND month <= ? GROUP BY customer_id",
        (*customer_ids, month_of(day)),
    )
    return {bytes(customer_id): int(months) for customer_id, months in found}


def stage_condition(stage: str, day: date) -> tuple[str, list[Any]]:
    """A condition that a customer is in a stage, and its parameters.

    It speaks of `t`, the customer's row of `customer_total`.
    """
    recent, year_ago = new_since(day).isoformat(), old_until(day).isoformat()
    months = (
        "(SELECT COUNT(*) FROM customer_month m WHERE m.customer_id = t.customer_id AND m.orders > 0 AND m.month <= ?)"
    )
    month = month_of(day)
    today = day.isoformat()
    conditions: dict[str, tuple[str, list[Any]]] = {
        "prospect": ("(t.first_trade IS NULL OR t.first_trade > ?)", [today]),
        "new": (
            f"t.first_trade <= ? AND (t.first_trade >= ? OR (t.first_trade > ? AND {months} < ?))",
            [today, recent, year_ago, month, FAMILIAR_FROM_TRADING_MONTHS],
        ),
        "old": (f"t.first_trade <= ? AND {months} >= ?", [year_ago, month, OLD_FROM_TRADING_MONTHS]),
        "familiar": (
            f"t.first_trade < ? AND {months} >= ? AND NOT (t.first_trade <= ? AND {months} >= ?)",
            [recent, month, FAMILIAR_FROM_TRADING_MONTHS, year_ago, month, OLD_FROM_TRADING_MONTHS],
        ),
        "occasional": (
            f"t.first_trade <= ? AND {months} < ?",
            [year_ago, month, FAMILIAR_FROM_TRADING_MONTHS],
        ),
    }
    return conditions[stage]


@dataclass(frozen=True)
class CustomerStage:
    """How far a customer has come; `owner` is a salesperson's code as of the day, empty for the pool and retail."""

    code: str
    name: str
    owner: str
    stage: str
    first_trade: date | None
    last_trade: date | None
    trading_months: int


def stages_report(day: date) -> Iterator[CustomerStage]:
    """The stage of every customer on a day, by code; prospects too."""
    for code, name, owner, first, last, months in rows(_STAGES, (iso(day),) * 7):
        first_trade, last_trade = (date.fromisoformat(text) if text else None for text in (first, last))
        stage = stage_of(first_trade, int(months), day)
        yield CustomerStage(code, name, owner, stage, first_trade, last_trade, int(months))
