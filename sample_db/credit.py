"""The limits the sample company grants, and the orders it holds back when a customer is over them."""

from __future__ import annotations

from random import Random

from sample_db.books import REASONS
from sample_db.customers import DAYS_PER_YEAR, Customer, Term
from sample_db.money_in import Paying
from sample_db.seasons import Period
from sample_db.trade import Buying

OVER_LIMIT_SHARE = 0.12
HELD_WHEN_OVERDUE_SHARE = 0.45
HELD_WHEN_OVER_LIMIT_SHARE = 0.6
OPEN_QUOTE_SHARE = 0.035
TEMPORARY_LIMIT_SHARE = 0.06
WRITTEN_OFF_SHARE = 0.6
THOUSAND_YUAN_MINOR = 100_000
OVERDUE, OVER_LIMIT = REASONS.index("overdue"), REASONS.index("over_limit")
QUIET_AFTER_DAYS = 60


def _round_limit(minor: int, up: bool) -> int:
    """A limit as a manager would say it: whole thousands, or five or ten thousands when it is large."""
    step = THOUSAND_YUAN_MINOR * (1 if minor < 20 * THOUSAND_YUAN_MINOR else 5 if minor < 10_000_000 else 10)
    return (-(-minor // step) if up else minor // step) * step


def keep_credit(rng: Random, period: Period, customer: Customer, buying: Buying, paying: Paying) -> None:
    """Set a customer's limits by its trade, and leave the held orders and open quotes of today."""
    if customer.blacklisted:
        if rng.random() < WRITTEN_OFF_SHARE:
            paying.write_off_part()
        _set_limits(customer, _round_limit(paying.peak_minor(0) * 3 // 4, up=True))
        return
    owed, overdue = paying.balance_minor, paying.overdue_minor
    over_limit = _grant(rng, period, customer, paying, owed)
    buys = any(bill.day > period.last - QUIET_AFTER_DAYS for bill in buying.bills)
    if not buys or customer.closed_on is not None:
        return
    day = period.last - rng.choice((0, 0, 1, 1, 2, 3))
    if overdue and rng.random() < HELD_WHEN_OVERDUE_SHARE:
        buying.held(day, OVERDUE)
    elif over_limit and rng.random() < HELD_WHEN_OVER_LIMIT_SHARE:
        buying.held(day, OVER_LIMIT)
    elif rng.random() < OPEN_QUOTE_SHARE:
        buying.open_quote(period.last - rng.randint(0, 5))


def _grant(rng: Random, period: Period, customer: Customer, paying: Paying, owed: int) -> bool:
    """Give the lasting limits, and to some a temporary one; tell whether the balance is over it."""
    present = customer.present_term
    if present.days == 0 and not present.month_end:
        return False
    if owed > 2 * THOUSAND_YUAN_MINOR and rng.random() < OVER_LIMIT_SHARE:
        _set_limits(customer, _round_limit(owed * rng.randint(70, 94) // 100, up=False))
        return True
    peak = paying.peak_minor(max(0, period.last - DAYS_PER_YEAR))
    limit = _round_limit(max(5 * THOUSAND_YUAN_MINOR, peak * rng.randint(105, 150) // 100), up=True)
    _set_limits(customer, limit)
    if customer.size >= 1 and rng.random() < TEMPORARY_LIMIT_SHARE:
        since = period.last - rng.choice((8, 15, 120, 350))
        if since > present.since:
            until = since + rng.choice((30, 45))
            customer.terms.append(
                Term(since, present.days, present.month_end, limit * 3 // 2, until, "旺季备货，临时增加额度")
            )
    return False


def _set_limits(customer: Customer, present_minor: int) -> None:
    """The present limit on the last term, smaller ones on the terms before it."""
    limit = present_minor
    for term in reversed(customer.terms):
        if term.days or term.month_end:
            term.limit_minor = limit
            limit = _round_limit(limit * 6 // 10, up=True)
