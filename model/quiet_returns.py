"""Customers that nobody serves return to the pool by themselves, by a clock that the company names; off by default.

The clocks stand apart: the last trade, the last contact, the assignment, or whichever of the three came last (`any`).
Whatever the clock, an owner has the whole time from the day the customer was given to them; and where there is an
office no customer falls before its owner could be told: not within the days of notice after the setting was made.

Who owes overdue money does not fall: its owner sold on credit and still has to collect. A debt that is not due yet
keeps nobody. A customer that returned so counts on the month's board like one given back, or waiting until it falls
would better a rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from model.ageing import anything_after
from model.aliases import not_merged
from model.credit import overdue_before, tolerance_on
from model.errors import N_, InputError
from model.fields import iso
from model.laptop import held_in_full
from model.settings import CLOCKS, NO_LIMIT, setting_on
from model.store import meta, one, rows

WARNING = "pool.warn"

_SALE = "o.kind = 'sale' AND o.amount > 0 AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"
_TRADE_THEN = f"(SELECT MAX(o.date) FROM orders o WHERE o.customer_id = c.id AND o.date <= ? AND {_SALE})"
_CONTACT_THEN = "(SELECT MAX(l.date) FROM contact_log l WHERE l.customer_id = c.id AND l.date <= ?)"
_OWNED = f"""
SELECT c.id, c.code, c.name, p.id, p.code, p.name, a.from_date, {{trade}}, {{contact}}
FROM assignment a JOIN customer c ON c.id = a.customer_id JOIN salesperson p ON p.id = a.owner_id
LEFT JOIN customer_total t ON t.customer_id = c.id
WHERE a.from_date <= ? AND {{quiet}} AND (a.to_date IS NULL OR a.to_date > ?) AND c.retail = 0
    AND (c.closed_on IS NULL OR c.closed_on > ?) AND {not_merged("c.id")} AND {held_in_full("c.id")}
    AND NOT EXISTS (SELECT 1 FROM assignment n WHERE n.customer_id = a.customer_id AND n.from_date > ?)
    AND NOT EXISTS (SELECT 1 FROM orders d
        WHERE d.customer_id = c.id AND d.open_amount <> 0 AND d.open_amount > ? AND d.due_date < ?)"""
_SETTING_MADE = """
SELECT MAX(from_date) FROM setting WHERE name IN ('return_after_days', 'return_clock') AND from_date <= ?"""
_WARNED = """
SELECT customer_id, person_id, MAX(made_on) FROM notice WHERE kind = ? AND customer_id IS NOT NULL
    AND person_id IS NOT NULL GROUP BY customer_id, person_id"""


@dataclass(frozen=True)
class ReturnRule:
    """By what a quiet customer returns.

    Attributes:
        after_days: of quiet.
        clock: one of CLOCKS.
        notice_days: so many days before, its owner is told.
        not_before: nobody falls earlier.
    """

    after_days: int
    clock: str
    notice_days: int
    not_before: date


@dataclass(frozen=True)
class QuietCustomer:
    """A customer that returns to the pool, unless something breaks its quiet before.

    Attributes:
        owner: their id; `owner_code` is what the command line shows, `owner_name` what a person reads.
        last: when the clock last began; None where that never was.
        days: since then, or since it was assigned.
    """

    id: bytes
    code: str
    name: str
    owner: bytes
    owner_code: str
    owner_name: str
    clock: str
    last: date | None
    days: int
    falls_on: date


def return_rule(day: date, after_days: int | None = None, clock: str | None = None) -> ReturnRule | None:
    """The company's rule on a day; None while it has none.

    Args:
        after_days, clock: of a rule that is not made yet, as if it were made on this day.

    Raises:
        InputError: there is no such clock, or no days.
    """
    notice_days = int(setting_on("return_notice_days", day))
    kept = int(setting_on("return_after_days", day))
    if after_days is None and kept == NO_LIMIT:
        return None
    chosen = clock or setting_on("return_clock", day)
    if chosen not in CLOCKS:
        raise InputError(N_("The clock is one of these: {names}."), names=", ".join(CLOCKS))
    if after_days is not None and after_days < 1:
        raise InputError(N_("A quiet customer returns after 1 day or more."))
    made = one(_SETTING_MADE, (iso(day),)) if after_days is None and clock is None else None
    made_on = day if made is None or made[0] is None else date.fromisoformat(made[0])
    return ReturnRule(
        kept if after_days is None else after_days, chosen, notice_days,
        made_on + timedelta(days=notice_days) if _has_office() else date.min,
    )  # fmt: skip


def _has_office() -> bool:
    return meta("role") == "server" or bool(meta("server"))


def quiet_customers(rule: ReturnRule, day: date, until: date) -> list[QuietCustomer]:
    """Who returns to the pool up to a day, as things stand on an earlier one; the first to fall first."""
    trade, contact, parameters = "t.last_trade", "t.last_contact", []
    if anything_after(day):
        trade, contact, parameters = _TRADE_THEN, _CONTACT_THEN, [iso(day)] * 4
    # Whoever was served since falls later: most customers are left out before anything else is asked of them.
    since = iso(until - timedelta(days=rule.after_days))
    kept_by = {"trade": ("last_trade",), "contact": ("last_contact",), "any": ("last_trade", "last_contact")}
    clocks = kept_by.get(rule.clock, ()) if not parameters else ()
    quiet = " AND ".join(["a.from_date <= ?", *(f"(t.{clock} IS NULL OR t.{clock} <= ?)" for clock in clocks)])
    query = _OWNED.format(trade=trade, contact=contact, quiet=quiet)
    owed: list[Any] = [tolerance_on(day), iso(overdue_before(day))]
    of_quiet = [since] * (1 + len(clocks))
    found = [
        _quiet(rule, day, row)
        for row in rows(query, (*parameters, iso(day), *of_quiet, iso(day), iso(day), iso(day), *owed))
    ]
    return sorted((one_ for one_ in found if one_.falls_on <= until), key=lambda quiet: (quiet.falls_on, quiet.code))


def _quiet(rule: ReturnRule, day: date, row: tuple[Any, ...]) -> QuietCustomer:
    id_, code, name, owner, owner_code, owner_name, *clocks = row
    assigned, trade, contact = (date.fromisoformat(text) if text else None for text in clocks)
    assert assigned is not None
    last = {
        "trade": trade,
        "contact": contact,
        "assignment": assigned,
        "any": max(clock for clock in (assigned, trade, contact) if clock is not None),
    }[rule.clock]
    begun = max(assigned, last or assigned)
    falls_on = max(begun + timedelta(days=rule.after_days), rule.not_before)
    return QuietCustomer(
        bytes(id_), code, name, bytes(owner), owner_code, owner_name, rule.clock, last,
        (day - (last or assigned)).days, falls_on,
    )  # fmt: skip


def not_yet_warned(soon: Iterable[QuietCustomer], rule: ReturnRule) -> list[QuietCustomer]:
    """Those of these customers whose owners were not told of the same fall before."""
    warned = {
        (bytes(customer), bytes(owner)): date.fromisoformat(last) for customer, owner, last in rows(_WARNED, (WARNING,))
    }
    notice = timedelta(days=rule.notice_days)
    return [quiet for quiet in soon if warned.get((quiet.id, quiet.owner), date.min) < quiet.falls_on - notice]
