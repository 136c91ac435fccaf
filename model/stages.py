"""How far a customer has come: from prospect to old acquaintance, by first trade and trading months.

A trading month is a month with at least one trade (a live sale over zero). Where one stage ends and the next begins
are settings of the company.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from model.ageing import anything_after
from model.aliases import not_merged
from model.dates import last_day, month_of, shifted
from model.errors import N_
from model.fields import iso
from model.laptop import held_in_full
from model.record import Record
from model.settings import DEFAULTS, setting_on
from model.store import execute, rows

DAYS_REMEMBERED = 1_000
STAGES = ("prospect", "new", "familiar", "old", "occasional")
STAGE_NAMES = {
    "prospect": N_("prospect"),
    "new": N_("new"),
    "familiar": N_("familiar"),
    "old": N_("old"),
    "occasional": N_("occasional"),
}

# How every customer traded: from the running totals, or as of an earlier day from the documents.
_TRADED_KEPT = """
SELECT t.customer_id, t.first_trade AS first, t.last_trade AS last, (
    SELECT COUNT(*) FROM customer_month m WHERE m.customer_id = t.customer_id AND m.orders > 0 AND m.month <= ?
) AS months FROM customer_total t"""
_TRADED_THEN = """
SELECT o.customer_id, MIN(o.date) AS first, MAX(o.date) AS last, COUNT(DISTINCT substr(o.date, 1, 7)) AS months
FROM orders o WHERE o.kind = 'sale' AND o.amount > 0 AND o.date <= ? AND o.live_from <= ?
    AND (o.live_to IS NULL OR o.live_to > ?) GROUP BY o.customer_id"""
_HERE = f"""(c.created_on IS NULL OR c.created_on <= ?) AND (c.closed_on IS NULL OR c.closed_on > ?)
    AND {held_in_full("c.id")} AND {not_merged("c.id")}"""
_STAGES = f"""
SELECT c.code, COALESCE(NULLIF(c.short_name, ''), c.name), COALESCE(p.code, ''), d.first, d.last,
    COALESCE(d.months, 0), COALESCE(p.name, '')
FROM customer c LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ?
    AND (a.to_date IS NULL OR a.to_date > ?) LEFT JOIN salesperson p ON p.id = a.owner_id
LEFT JOIN ({{traded}}) d ON d.customer_id = c.id WHERE {_HERE} ORDER BY c.code
"""
_COUNTS = f"""
SELECT d.first, COALESCE(d.months, 0), COUNT(*) FROM customer c LEFT JOIN ({{traded}}) d ON d.customer_id = c.id
WHERE {_HERE} GROUP BY d.first, COALESCE(d.months, 0)
"""


@dataclass(frozen=True)
class StageLimits:
    """Where the stages begin and end.

    Attributes:
        new_days: whoever traded first so many days ago or later is new, however often.
        old_months: so many months after the first trade a customer may be old.
        old_trading_months, familiar_trading_months: how many trading months make it old and familiar.
    """

    new_days: int
    old_months: int
    old_trading_months: int
    familiar_trading_months: int

    def new_since(self, day: date) -> date:
        """Whoever traded first on this date or later is new on `day`."""
        return _new_since(self.new_days, day)

    def old_until(self, day: date) -> date:
        """Whoever traded first on this date or earlier did so long enough before `day` to be old."""
        return _old_until(self.old_months, day)


# A report asks for the same few days once for every customer.
@lru_cache(maxsize=DAYS_REMEMBERED)
def _new_since(new_days: int, day: date) -> date:
    return day - timedelta(days=min(new_days, (day - date.min).days))


@lru_cache(maxsize=DAYS_REMEMBERED)
def _old_until(old_months: int, day: date) -> date:
    end = last_day(shifted(month_of(day), -old_months))
    return end.replace(day=min(day.day, end.day))


LIMIT_SETTINGS = ("stage_new_days", "stage_old_months", "stage_old_trading_months", "stage_familiar_trading_months")
DEFAULT_STAGE_LIMITS = StageLimits(*(int(DEFAULTS[name]) for name in LIMIT_SETTINGS))


def stage_limits(day: date) -> StageLimits:
    """The company's limits as of a day; read once for a whole report."""
    return StageLimits(*(int(setting_on(name, day)) for name in LIMIT_SETTINGS))


def stage_of(
    first_trade: date | None, trading_months: int, day: date, limits: StageLimits = DEFAULT_STAGE_LIMITS
) -> str:
    """The stage of a customer on a day: the first of the definitions that fits.

    Args:
        first_trade: the day of the first trade; None for a customer that never traded.
        trading_months: months with a trade, until the day.
        day: as of when.
        limits: the company's `stage_limits`.
    """
    if first_trade is None or first_trade > day:
        return "prospect"
    if first_trade >= limits.new_since(day):
        return "new"
    long_ago = first_trade <= limits.old_until(day)
    if long_ago and trading_months >= limits.old_trading_months:
        return "old"
    if trading_months >= limits.familiar_trading_months:
        return "familiar"
    return "occasional" if long_ago else "new"


def trading_months(trading_days: Sequence[date]) -> int:
    """In how many months these days are."""
    return len({(day.year, day.month) for day in trading_days})


def trading_months_of(customer_ids: Sequence[bytes], day: date) -> dict[bytes, int]:
    """How many months with a trade each of these customers has until a day; those without any are left out."""
    marks = ", ".join("?" * len(customer_ids))
    found = rows(
        "SELECT customer_id, COUNT(*) FROM customer_month"
        f" WHERE customer_id IN ({marks}) AND orders > 0 AND month <= ? GROUP BY customer_id",
        (*customer_ids, month_of(day)),
    )
    return {bytes(customer_id): int(months) for customer_id, months in found}


def stage_condition(stage: str, day: date, limits: StageLimits = DEFAULT_STAGE_LIMITS) -> tuple[str, list[Any]]:
    """A condition that a customer is in a stage, and its parameters.

    It speaks of `t`, the customer's row of `customer_total`.
    """
    today, recent, long_ago = iso(day), iso(limits.new_since(day)), iso(limits.old_until(day))
    months = (
        "(SELECT COUNT(*) FROM customer_month m WHERE m.customer_id = t.customer_id AND m.orders > 0 AND m.month <= ?)"
    )
    month = month_of(day)
    old, familiar = limits.old_trading_months, limits.familiar_trading_months
    conditions: dict[str, tuple[str, list[Any]]] = {
        "prospect": ("(t.first_trade IS NULL OR t.first_trade > ?)", [today]),
        "new": (
            f"t.first_trade <= ? AND (t.first_trade >= ? OR (t.first_trade > ? AND {months} < ?))",
            [today, recent, long_ago, month, familiar],
        ),
        "old": (
            f"t.first_trade < ? AND t.first_trade <= ? AND {months} >= ?", [recent, long_ago, month, old]
        ),
        "familiar": (
            f"t.first_trade < ? AND {months} >= ? AND NOT (t.first_trade <= ? AND {months} >= ?)",
            [recent, month, familiar, long_ago, month, old],
        ),
        "occasional": (
            f"t.first_trade < ? AND t.first_trade <= ? AND {months} < ?",
            [recent, long_ago, month, min(old, familiar)],
        ),
    }  # fmt: skip
    return conditions[stage]


class CustomerStage(Record, frozen=True):
    """How far a customer has come; `owner` is a salesperson's code as of the day, empty like the name for the pool and
    retail."""

    code: str
    name: str
    owner: str
    stage: str
    first_trade: date | None
    last_trade: date | None
    trading_months: int
    owner_name: str


def stages_report(day: date) -> Iterator[CustomerStage]:
    """The stage of every customer on a day, by code; prospects too."""
    limits = stage_limits(day)
    traded, parameters = _traded(day)
    query = _STAGES.format(traded=traded)
    found = execute(query, [iso(day), iso(day), *parameters, *[iso(day)] * 2])
    for code, name, owner, first, last, months, owner_name in found:
        first_trade, last_trade = (date.fromisoformat(text) if text else None for text in (first, last))
        stage = stage_of(first_trade, int(months), day, limits)
        yield CustomerStage(code, name, owner, stage, first_trade, last_trade, int(months), owner_name)


def stage_counts(day: date) -> dict[str, int]:
    """How many customers are in each stage on a day, prospects too; a stage without any is left out."""
    limits = stage_limits(day)
    traded, parameters = _traded(day)
    found: Counter[str] = Counter()
    # The database counts those that began on the same day and traded in as many months.
    for first, months, count in rows(_COUNTS.format(traded=traded), [*parameters, *[iso(day)] * 2]):
        found[stage_of(date.fromisoformat(first) if first else None, int(months), day, limits)] += int(count)
    return found


def _traded(day: date) -> tuple[str, list[Any]]:
    """How every customer traded until a day, as a query and its parameters."""
    if anything_after(day):
        return _TRADED_THEN, [iso(day)] * 3
    return _TRADED_KEPT, [month_of(day)]
