"""What each role may do. A refusal says who could do it."""

from __future__ import annotations

from datetime import date, timedelta

from model.aliases import resolved
from model.context import Context
from model.customers import owner_on
from model.errors import N_, Refused
from model.people import Salesperson
from model.remembering import remembered
from model.settings import setting_on
from model.store import meta, one

OFFICE = ("manager", "finance", "admin")
LEADERS = ("manager", "admin")
ADMIN = ("admin",)

# The right, and the roles that have it. What is not listed anybody may do.
RIGHTS: dict[str, tuple[str, ...]] = {
    "release_held": OFFICE,
    "reject_held": OFFICE,
    "set_terms": OFFICE,
    "block_customer": OFFICE,
    "assign_customer": LEADERS,
    "sell_below_floor": LEADERS,
    "cancel_confirmed": OFFICE,
    "give_discount": OFFICE,
    "write_off": OFFICE,
    "give_back": OFFICE,
    "reverse_receipt": OFFICE,
    "change_settings": LEADERS,
    "appoint_admin": ADMIN,
    "import_tables": OFFICE,
    "merge_customers": OFFICE,
    "close_month": OFFICE,
    "set_target": LEADERS,
    "invoice_orders": OFFICE,
}
RIGHT_NAMES = {
    "release_held": N_("release a held order"),
    "reject_held": N_("reject a held order"),
    "set_terms": N_("set credit terms"),
    "block_customer": N_("change the blacklist"),
    "assign_customer": N_("assign customers"),
    "sell_below_floor": N_("sell below the floor"),
    "cancel_confirmed": N_("cancel an order that was confirmed on an earlier day"),
    "give_discount": N_("give a settlement discount"),
    "write_off": N_("write off a debt"),
    "give_back": N_("give a customer money back"),
    "reverse_receipt": N_("reverse a receipt"),
    "change_settings": N_("change the company's settings"),
    "appoint_admin": N_("make somebody an admin, or take that from them"),
    "import_tables": N_("import tables"),
    "merge_customers": N_("merge customers"),
    "close_month": N_("close a month"),
    "set_target": N_("set targets"),
    "invoice_orders": N_("enter invoices"),
}


# What everybody may do, because an order or money is a fact, and a claim keeps to its quota.
ANYBODYS = (
    N_("record orders, quotes and receipts"),
    N_("add a customer, for oneself or the pool"),
    N_("take a customer from the pool, within the quota"),
    N_("give one's own customer back to the pool"),
)
# What a role may see. What it may not is not refused but left out.
SIGHTS: dict[str, tuple[str, ...]] = {
    "see_all_customers": OFFICE,
    "see_all_targets": OFFICE,
    "see_cost": OFFICE,
}
SIGHT_NAMES = {
    "see_all_customers": N_("see orders and money of others' customers on a laptop"),
    "see_all_targets": N_("see others' targets on a laptop"),
    "see_cost": N_("see cost and margin"),
}

# What a salesperson may do only with their own customers, the pool's and retail ones, and with orders they made.
# What is not listed is either anybody's, because an order or money is a fact and a claim only asks, or needs a right.
WITHIN_REACH = frozenset(
    {
        "order.confirm", "order.release", "order.cancel", "order.lose", "order.return", "order.replace",
        "order.amend",
        "customer.edit", "customer.terms", "customer.blacklist", "contact.log", "conflict.decide",
    }
)  # fmt: skip
REACH_NAMES = {
    "customer.edit": N_("change a customer's card, log a contact"),
    "order.cancel": N_("confirm, cancel, lose, amend and return an order"),
}
# Of these, what a laptop may have recorded before it heard that the customer was given to another.
ALSO_WHAT_WAS_THEIRS = frozenset({"customer.edit", "contact.log", "order.confirm", "order.return", "conflict.decide"})


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


def is_salesperson_of_an_office(ctx: Context) -> bool:
    """Whether a salesperson's laptop recorded the change: in a store of its own nobody's customers are hidden."""
    if ctx.person is None or not (ctx.arrived or meta("server")):
        return False
    person = ctx.person
    found = remembered(("person", person), lambda: Salesperson.with_id(person))
    return found is None or found.role not in OFFICE


def may_touch(ctx: Context, kind: str, customer: bytes, *, maker: bytes | None = None) -> bool:
    """Whether someone may do this with a customer or one of its documents.

    Args:
        kind: of the change, or one of WITHIN_REACH.
        maker: who made the document that it is about.
    """
    if kind not in WITHIN_REACH or not is_salesperson_of_an_office(ctx):
        return True
    if maker is not None and maker == ctx.person:
        return True
    meant = resolved(customer)
    if owner_on(meant, ctx.business_date) in (None, ctx.person):
        return True
    return kind in ALSO_WHAT_WAS_THEIRS and _was_theirs(meant, ctx)


def _was_theirs(customer: bytes, ctx: Context) -> bool:
    """Whether a customer was the acting person's within the days that a laptop may go without an exchange."""
    since = earliest_unheard(ctx)
    found = one(
        "SELECT 1 FROM assignment WHERE customer_id = ? AND owner_id = ? AND from_date <= ?"
        " AND (to_date IS NULL OR to_date > ?)",
        (customer, ctx.person, ctx.business_date.isoformat(), since.isoformat()),
    )
    return found is not None


def earliest_unheard(ctx: Context) -> date:
    """The first day of which a laptop may still bring something that the office has not heard."""
    return ctx.business_date - timedelta(days=int(setting_on("offline_days", ctx.business_date)))


def require_touch(ctx: Context, kind: str, customer: bytes, *, maker: bytes | None = None) -> None:
    """Go on only where `may_touch`.

    Raises:
        Refused: it is another salesperson's.
    """
    if not may_touch(ctx, kind, customer, maker=maker):
        raise Refused(N_("That is another salesperson's customer: ask them or the office."))


def acts_for_another(ctx: Context, person: bytes | None) -> bool:
    """Whether a salesperson names somebody else as who did it."""
    return person is not None and person != ctx.person and is_salesperson_of_an_office(ctx)


def require_own_name(ctx: Context, person: bytes | None) -> None:
    """Go on only for what someone does in their own name.

    Raises:
        Refused: a salesperson names somebody else.
    """
    if acts_for_another(ctx, person):
        raise Refused(N_("Only the office records in another's name: name yourself."))
