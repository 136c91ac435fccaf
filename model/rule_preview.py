"""What another rule of shares would have given everybody in a month: nothing of it is written.

Only orders that somebody else than the customer's owner took are divided, so only they would be divided otherwise; and
goods that came back are divided as their order would have been. Orders count in the month of their own date.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.attribution import OwnerShare, owner_share
from model.dates import first_day, last_day
from model.errors import N_, InputError, Refused
from model.fields import iso
from model.money import FULL_BP
from model.published import counts_from_office
from model.returns import NO_SHARE, ReturnedTotals, returned_share
from model.store import rows
from model.totals import NOBODY

# The kinds of customers whose orders a rule divides.
DIVIDED_KINDS = ("owned",)

_COLUMNS = (
    "o.id, o.returns_id, o.kind, o.owner_id, o.maker_id, o.amount, o.cost, o.uncosted, o.owner_bp,"
    " o.owner_amount, o.owner_cost, o.owner_uncosted"
)
_LIVE = "o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)"
_OF_THE_MONTH = f"""
SELECT {_COLUMNS} FROM orders o WHERE o.kind IN ('sale', 'return') AND o.date >= ? AND o.date <= ? AND {_LIVE}
ORDER BY o.date, o.number"""
# What came back of the same orders before the month: each return is the rest of all that came back until then.
_BEFORE = f"""
SELECT {_COLUMNS} FROM orders o WHERE o.kind = 'return' AND o.date < ? AND {_LIVE}
    AND o.returns_id IN (SELECT r.returns_id FROM orders r WHERE r.kind = 'return' AND r.date >= ? AND r.date <= ?)
ORDER BY o.date, o.number"""


@dataclass(frozen=True)
class PreviewRow:
    """A salesperson's month by the rule that held and by the other one, in minor units; an empty code is nobody."""

    code: str
    name: str
    amount_now: int
    amount_then: int
    margin_now: int
    margin_then: int


@dataclass
class _Sums:
    amount_now: int = 0
    amount_then: int = 0
    margin_now: int = 0
    margin_then: int = 0


@dataclass(frozen=True)
class _Divided:
    """An order as it is divided.

    Attributes:
        returns: the order that came back; None for a sale.
    """

    id: bytes
    returns: bytes | None
    owner: bytes | None
    maker: bytes | None
    whole: OwnerShare
    owner_bp: int
    share: OwnerShare

    @property
    def is_shared(self) -> bool:
        """Whether the rule divides it: one's own order, a shared or a retail customer's is its maker's wholly."""
        return self.owner is not None and self.maker is not None and self.maker != self.owner


def rule_preview(month: str, owner_bp: int, as_of: date, kind: str = DIVIDED_KINDS[0]) -> list[PreviewRow]:
    """What everybody sold in a month, and what it would be with another share of the owner; the most first.

    Args:
        owner_bp: the owner's share by the other rule, in basis points.
        kind: of the customers whose orders it divides.

    Raises:
        InputError: the share is none, or no rule divides the orders of such customers.
        Refused: this laptop holds only a part of the month's orders.
    """
    if not 0 <= owner_bp <= FULL_BP:
        raise InputError(N_("The owner's share is between 0 and 100 percent."))
    if kind not in DIVIDED_KINDS:
        raise InputError(N_("A rule divides the orders of these customers: {names}."), names=", ".join(DIVIDED_KINDS))
    if counts_from_office():
        raise Refused(N_("This laptop holds only your own orders: ask the office what another rule would give."))
    sums: dict[bytes, _Sums] = defaultdict(_Sums)
    came_back: dict[bytes, ReturnedTotals] = {}
    first, today = iso(first_day(month)), iso(as_of)
    until = iso(min(last_day(month), as_of))
    for row in rows(_BEFORE, (first, today, today, first, until)):
        _share_then(_divided(row), owner_bp, came_back)
    for row in rows(_OF_THE_MONTH, (first, until, today, today)):
        _add(_divided(row), owner_bp, came_back, sums)
    people = {bytes(id_): (code, name) for id_, code, name in rows("SELECT id, code, name FROM salesperson")}
    found = [
        PreviewRow(*people.get(person, ("", "")), each.amount_now, each.amount_then, each.margin_now, each.margin_then)
        for person, each in sums.items()
        if each != _Sums()
    ]
    return sorted(found, key=lambda row: (-row.amount_now, row.code))


def _divided(row: tuple[Any, ...]) -> _Divided:
    id_, returns, kind, owner, maker, amount, cost, uncosted, owner_bp, *share = row
    return _Divided(
        bytes(id_), bytes(returns) if kind == "return" and returns is not None else None,
        None if owner is None else bytes(owner), None if maker is None else bytes(maker),
        OwnerShare(amount, cost, uncosted), owner_bp, OwnerShare(*share),
    )  # fmt: skip


def _share_then(order: _Divided, owner_bp: int, came_back: dict[bytes, ReturnedTotals]) -> OwnerShare:
    """The owner's part by the other rule; of a return, it is noted for the next one of the same order."""
    then_bp = owner_bp if order.is_shared else order.owner_bp
    whole = order.whole
    if order.returns is None:
        return owner_share(then_bp, whole.amount, whole.cost, whole.uncosted)
    before = came_back.get(order.returns, ReturnedTotals(share=NO_SHARE))
    part = returned_share(then_bp, before, whole.amount, whole.cost, whole.uncosted)
    came_back[order.returns] = ReturnedTotals(
        before.amount + whole.amount, before.cost + whole.cost, before.uncosted + whole.uncosted,
        OwnerShare(
            before.share.amount + part.amount, before.share.cost + part.cost, before.share.uncosted + part.uncosted
        ),
    )  # fmt: skip
    return part


def _add(order: _Divided, owner_bp: int, came_back: dict[bytes, ReturnedTotals], sums: dict[bytes, _Sums]) -> None:
    sign = 1 if order.returns is None else -1
    then = _share_then(order, owner_bp, came_back)
    now = order.share if order.owner is not None and order.owner_bp else NO_SHARE
    owner, maker = sums[order.owner or NOBODY], sums[order.maker or NOBODY]
    owner.amount_now += sign * now.amount
    owner.margin_now += sign * _margin(now)
    owner.amount_then += sign * then.amount
    owner.margin_then += sign * _margin(then)
    maker.amount_now += sign * (order.whole.amount - now.amount)
    maker.margin_now += sign * (_margin(order.whole) - _margin(now))
    maker.amount_then += sign * (order.whole.amount - then.amount)
    maker.margin_then += sign * (_margin(order.whole) - _margin(then))


def _margin(part: OwnerShare) -> int:
    return part.amount - part.uncosted - part.cost
