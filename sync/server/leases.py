"""How much of each customer's credit the office lends to its owner's laptop at an exchange."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from model.changes.leasing import Grant, Lend
from model.changes.rejudging import waiting_orders
from model.credit import Standing, standing_on
from model.customers import owner_on
from model.duplicates import pooled_with
from model.leases import Lease, committed, lease_of, lent_to_others
from model.settings import setting_on

FULL_PERCENT = 100


def what_to_lend(device_code: str, person_id: bytes, customers: Iterable[bytes], day: date) -> Lend | None:
    """What shall change in a device's leases of these customers; None where all stands as it should.

    A lease is renewed before it ends, but not at each exchange: half of its days may pass, so that a day's exchange
    does not carry a row for every customer. Nothing is lent where an order waits for credit: the one that came first
    shall have it, and no lease may cover it at the office, for its laptop may have promised all of it since.

    Args:
        person_id: whose laptop it is; of others' customers it gives back what it still holds.
        day: the office's business date.
    """
    share_percent, days = int(setting_on("lease_share", day)), int(setting_on("lease_days", day))
    grants = []
    for customer in sorted(customers):
        lease = lease_of(customer, device_code)
        standing = standing_on(customer, day)
        desired = 0
        stopped = standing.blacklisted or standing.overdue or pooled_with(customer) or waiting_orders(customer, day)
        if owner_on(customer, day) == person_id and not stopped:
            unused = standing.credit_limit - committed(customer) - lent_to_others(customer, device_code)
            desired = max(0, unused) * share_percent // FULL_PERCENT
        grant = _grant(customer, lease, desired, _until(standing, day, days))
        if grant is not None and _says_more(lease, grant, desired, day, days):
            grants.append(grant)
    return Lend(device=device_code, grants=tuple(grants)) if grants else None


def _until(standing: Standing, day: date, days: int) -> date:
    """The last day on which a lease covers overdue bills: never beyond a temporary limit."""
    until = day + timedelta(days=days)
    return until if standing.limit_until is None else min(until, standing.limit_until)


def _grant(customer: bytes, lease: Lease | None, desired: int, until: date) -> Grant | None:
    if lease is None:
        return Grant(customer=customer, granted=desired, wanted=desired, until=until) if desired else None
    granted = lease.granted + max(0, desired - lease.left)
    return Grant(customer=customer, granted=granted, wanted=desired, until=until)


def _says_more(lease: Lease | None, grant: Grant, desired: int, day: date, days: int) -> bool:
    if lease is None or grant.granted > lease.granted or grant.wanted != lease.wanted:
        return True
    ends_soon = lease.until_date < day + timedelta(days=days // 2)
    return bool(desired) and ends_soon and grant.until > lease.until_date
