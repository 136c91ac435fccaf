"""Whose performance an order is, when another salesperson than the customer's owner took it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.fields import iso
from model.money import FULL_BP, share_of
from model.remembering import remembered
from model.store import one, rows

# Until the company sets a rule, an order belongs to the owner of the customer, whoever took it.
OWNER_BP_WITHOUT_RULE = FULL_BP


@dataclass(frozen=True)
class Attribution:
    """Whose an order is: the owner has `owner_bp` basis points of it, the maker the rest."""

    owner: bytes | None
    maker: bytes | None
    owner_bp: int


@dataclass(frozen=True)
class OwnerShare:
    """The owner's part of an order's amount, cost and uncosted revenue, in minor units."""

    amount: int
    cost: int
    uncosted: int


def owner_bp_on(day: date) -> int:
    """The owner's share of an order that another took, by the rule in force on a day."""
    found = remembered(
        ("rule", day),
        lambda: one(
            "SELECT owner_bp FROM attribution_rule WHERE kind = 'owned' AND from_date <= ?"
            " ORDER BY from_date DESC LIMIT 1",
            (iso(day),),
        ),
    )
    return OWNER_BP_WITHOUT_RULE if found is None else int(found[0])


def rules_by_date() -> list[tuple[date, int]]:
    """Every rule of the owner's share: since when, and the share in basis points; the oldest first."""
    found = rows("SELECT from_date, owner_bp FROM attribution_rule WHERE kind = 'owned' ORDER BY from_date")
    return [(date.fromisoformat(since), owner_bp) for since, owner_bp in found]


def attributed(owner: bytes | None, maker: bytes | None, rule_owner_bp: int) -> Attribution:
    """Whose an order is: one's own, a shared or a retail customer's order credits the maker wholly.

    Args:
        owner: the customer's owner on the order date; None for shared and retail customers.
        maker: who took it; None stands for the owner.
        rule_owner_bp: the owner's share by the rule in force (see owner_bp_on).
    """
    if owner is None:
        return Attribution(None, maker, 0)
    if maker is None or maker == owner:
        return Attribution(owner, owner, 0)
    return Attribution(owner, maker, rule_owner_bp)


def owner_share(owner_bp: int, amount: int, cost: int, uncosted: int) -> OwnerShare:
    """The owner's part of a sale; the maker takes what remains, with the rounding."""
    return OwnerShare(share_of(amount, owner_bp), share_of(cost, owner_bp), share_of(uncosted, owner_bp))
