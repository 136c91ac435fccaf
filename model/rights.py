"""What each role may do. A refusal says who could do it."""

from __future__ import annotations

from model.context import Context
from model.errors import N_, Refused
from model.people import Salesperson
from model.remembering import remembered

OFFICE = ("manager", "finance", "admin")
LEADERS = ("manager", "admin")

# The right, and the roles that have it. What is not listed anybody may do.
RIGHTS: dict[str, tuple[str, ...]] = {
    "release_held": OFFICE,
    "reject_held": OFFICE,
    "set_terms": OFFICE,
    "block_customer": OFFICE,
    "assign_customer": LEADERS,
    "sell_below_floor": LEADERS,
    "write_off": OFFICE,
    "reverse_receipt": OFFICE,
    "change_settings": LEADERS,
    "import_tables": OFFICE,
    "merge_customers": OFFICE,
}
RIGHT_NAMES = {
    "release_held": N_("release a held order"),
    "reject_held": N_("reject a held order"),
    "set_terms": N_("set credit terms"),
    "block_customer": N_("change the blacklist"),
    "assign_customer": N_("assign customers"),
    "sell_below_floor": N_("sell below the floor"),
    "write_off": N_("write off a debt"),
    "reverse_receipt": N_("reverse a receipt"),
    "change_settings": N_("change the company's settings"),
    "import_tables": N_("import tables"),
    "merge_customers": N_("merge customers"),
}


def may(person: bytes | None, right: str) -> bool:
    """Whether someone has a right; a store in which nobody has signed in lets everything be done."""
    if person is None:
        return True
    found = remembered(("person", person), lambda: Salesperson.with_id(person))
    return found is not None and found.role in RIGHTS[right]


def require(ctx: Context, right: str) -> None:
    """Go on only with a right.

    Raises:
        Refused: the person's role does not have it.
    """
    if not may(ctx.person, right):
        raise Refused(
            N_("Your role may not {what}: ask someone whose role is {roles}."),
            what=RIGHT_NAMES[right],
            roles=RIGHTS[right],
        )
