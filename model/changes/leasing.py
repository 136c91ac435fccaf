"""Credit lent to devices, given back by them, recalled by the office."""

from __future__ import annotations

from datetime import date

from model.changes.customers import customer_with_id
from model.changes.kind import Args, Kind
from model.context import Context
from model.credit import standing_on
from model.duplicates import pooled_with
from model.errors import N_, InputError, Refused
from model.leases import Lease, committed, keep_lease, lease_of, lent_in_all, on_a_laptop
from model.rights import require


class Grant(Args, frozen=True):
    """What a device shall hold of one customer's credit; amounts in minor units.

    Attributes:
        granted: in all, since the beginning.
        wanted: what the office would lend now; the device gives back what it holds beyond it.
        until: the last day on which it also covers an overdue bill.
    """

    customer: bytes
    granted: int
    wanted: int
    until: date


class Lend(Args, frozen=True):
    """Credit lent to one device."""

    device: str
    grants: tuple[Grant, ...]


class Returned(Args, frozen=True):
    """What a device gave back of one customer's credit in all, in minor units."""

    customer: bytes
    returned: int


class ReturnLeases(Args, frozen=True):
    """Credit that one device gives back."""

    device: str
    returns: tuple[Returned, ...]


class RecallLease(Args, frozen=True):
    """The office takes back what a device still holds of a customer's credit."""

    customer: bytes
    device: str


def office_only(ctx: Context) -> None:
    """Refuse what only the office itself records.

    Raises:
        Refused: a laptop recorded it.
    """
    if ctx.arrived or on_a_laptop():
        raise Refused(N_("Only the office itself lends credit and judges orders again."))


def lend(args: Lend, ctx: Context) -> None:
    """Lend what the limit still has room for; a grant beyond it is lowered.

    Customers that may be one share one limit until somebody has decided: of their credit nothing is lent.
    """
    office_only(ctx)
    for grant in args.grants:
        if min(grant.granted, grant.wanted) < 0:
            raise InputError(N_("Credit that is lent cannot be below zero."))
        customer = customer_with_id(grant.customer).id
        held = lease_of(customer, args.device)
        lease = held or Lease(
            customer=customer, device=args.device, granted=0, used=0, returned=0, wanted=0, until_date=grant.until
        )
        standing = standing_on(customer, ctx.business_date)
        may_lend = not (standing.blacklisted or standing.overdue or pooled_with(customer))
        room = max(0, standing.credit_limit - committed(customer) - lent_in_all(customer)) if may_lend else 0
        before = (lease.granted, lease.wanted, lease.until_date)
        # A device may be out of reach, so what was promised to it is never made less but by a recall.
        if may_lend:
            lease.until_date = max(lease.until_date, grant.until) if lease.left else grant.until
        lease.granted = max(lease.granted, min(grant.granted, lease.granted + room))
        lease.wanted = grant.wanted if may_lend else 0
        if (held is not None or lease.granted) and before != (lease.granted, lease.wanted, lease.until_date):
            keep_lease(lease)


def return_leases(args: ReturnLeases, ctx: Context) -> tuple[bytes, ...]:
    """Take back what a device gives back; a message that is late or comes twice changes nothing.

    Returns:
        The customers that have more credit for others now.
    """
    office_only(ctx)
    freed = []
    for given in args.returns:
        customer = customer_with_id(given.customer).id
        lease = lease_of(customer, args.device)
        if lease is None:
            continue
        returned = max(lease.returned, min(given.returned, lease.granted - lease.used))
        if returned > lease.returned:
            lease.returned = returned
            keep_lease(lease)
            freed.append(customer)
    return tuple(freed)


def recall_lease(args: RecallLease, ctx: Context) -> None:
    """Take back all that is left: what the device has not sent yet is provisional again."""
    require(ctx, "set_terms")
    lease = lease_of(customer_with_id(args.customer).id, args.device)
    if lease is None or not lease.left:
        # A laptop of the office knows of no other device's lease: the office itself will tell.
        if on_a_laptop():
            return
        raise Refused(N_("Nothing is lent to {device} of this customer's credit."), device=args.device)
    lease.returned = lease.granted - lease.used
    keep_lease(lease)


LEASING_KINDS = (
    Kind("lease.lend", Lend, lend),
    Kind("lease.return", ReturnLeases, return_leases),
    Kind("lease.recall", RecallLease, recall_lease),
)
