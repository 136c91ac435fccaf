"""Held orders judged again: what came in, a new limit or a cancellation may have freed them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from model.changes.company import SetSetting
from model.changes.customers import customer_with_id
from model.changes.forms import lifted_as
from model.changes.freed import freed_by
from model.changes.kind import Args, Kind
from model.changes.leasing import office_only
from model.changes.log import Change
from model.changes.order_judging import judge_order
from model.changes.orders import confirm_waiting, lines_of
from model.changes.undo import UndoChange
from model.context import Context
from model.credit import REASONS_FOR_A_PERSON
from model.customers import closed_by
from model.duplicates import pooled_with
from model.errors import N_
from model.former import keep
from model.notices import notify
from model.orders import IS_HELD, Order
from model.settings import CREDIT_SETTINGS
from model.store import STANDALONE_DEVICE, meta, one, rows
from model.synced import key_of, read_part
from model.touched import touched_now

FREEING_KINDS = frozenset(
    {
        "customer.terms", "customer.terms_end", "customer.blacklist", "order.cancel", "order.return", "order.release",
        "setting.set", "change.undo",
    }
)  # fmt: skip


class JudgeAgain(Args, frozen=True):
    """Customers whose held orders are judged again."""

    customers: tuple[bytes, ...]


def waiting_orders(customer: bytes, day: date) -> list[Order]:
    """A customer's held orders that need no person."""
    held = Order.select().where(
        Order.customer == customer,
        # The condition of the index of waiting orders, or a customer's whole history is read.
        Order.state.in_(("held", "quote")),
        Order.state == "held",
        Order.first_date <= day,
    )
    return [order for order in held if not set(order.held_for.split(",")) & set(REASONS_FOR_A_PERSON)]


def customers_who_wait() -> set[bytes]:
    """Of the customers the present change touched, and those who share a limit with them, who has held orders.

    A setting that decides what is stopped touches them all.
    """
    touched = touched_now()
    customers = touched.customers.union(*(pooled_with(customer) for customer in touched.customers))
    of_all = any(kind == "setting" and key_of(kind, id_)[0] in CREDIT_SETTINGS for kind, id_ in touched.documents)
    if not customers and not of_all:
        return set()
    waiting = _who_has_held_orders()
    return waiting if of_all else waiting & customers


def free_before(args: Args, day: date) -> frozenset[bytes]:
    """The held orders that nothing stops already, before a setting is changed in a store of its own.

    Somebody was offered their release and has not taken it; a change for the whole company does not take it for them.
    """
    if not _changes_credit(args) or _has_an_office():
        return frozenset()
    waiting = (order for customer in sorted(_who_has_held_orders()) for order in waiting_orders(customer, day))
    return frozenset(bytes(order.id) for order in waiting if judge_order(order, lines_of(order), day).ok)


def _who_has_held_orders() -> set[bytes]:
    return {bytes(row[0]) for row in rows(f"SELECT DISTINCT customer_id FROM orders WHERE {IS_HELD}")}


def _has_an_office() -> bool:
    return bool(meta("server")) or meta("role") == "server"


def _changes_credit(args: Args) -> bool:
    if isinstance(args, UndoChange):
        undone = Change.get_or_none(Change.uid == args.uid)
        if undone is None or undone.kind != "setting.set":
            return False
        args = lifted_as(undone, SetSetting)
    return isinstance(args, SetSetting) and args.name in CREDIT_SETTINGS


def judge_again_here(kind: str, ctx: Context, but: Collection[bytes] = ()) -> list[Order]:
    """Confirm what a change in a store of its own has freed; a laptop leaves that to its office, which does it itself.

    Only what lowers a debt or raises what may be owed frees by itself; whoever enters money is offered the release. An
    order that the change itself wrote stays as it left it, or a release could not be undone. What stood before is kept,
    so that an undo of the change holds again what it has freed.

    Args:
        kind: of the change.
        but: orders that it did not free (see `free_before`).

    Returns:
        The orders that are confirmed now.
    """
    if _has_an_office() or kind not in FREEING_KINDS:
        return []
    written = {id_ for document, id_ in touched_now().documents if document == "order"}
    return _freed_and_kept(customers_who_wait(), ctx, written.union(but))


def judge_again_at_office(kind: str, ctx: Context) -> list[Order]:
    """Confirm what a change that arrived, or was done at the office itself, has freed; whatever it was, it may.

    What stood before one of FREEING_KINDS is kept, so that its undo holds again what it has freed. What other changes
    free stays free, as money that came in is not undone by what it paid for.

    Returns:
        The orders that are confirmed now.
    """
    customers = customers_who_wait()
    return _freed_and_kept(customers, ctx) if kind in FREEING_KINDS else judge_again(customers, ctx)


def _freed_and_kept(customers: Collection[bytes], ctx: Context, but: Collection[bytes] = ()) -> list[Order]:
    """As `judge_again`, and how what it confirms stood before is kept beside the change."""
    waiting = [bytes(order.id) for each in sorted(customers) for order in waiting_orders(each, ctx.business_date)]
    documents = [("order", table, waiting) for table in ("orders", "order_line")]
    before = [read_part(*each) for each in documents]
    freed = judge_again(customers, ctx, but)
    if freed:
        keep(freed_by(ctx.change_uid), documents, before)
    return freed


def judge_again(customers: Iterable[bytes], ctx: Context, but: Collection[bytes] = ()) -> list[Order]:
    """Confirm what nothing stops any more of these customers' held orders, each as by a release.

    The one that arrived first comes first, whatever date stands on it and whichever of several customers that share a
    limit it is of: a date can be written at will.

    Args:
        but: orders that are not judged.

    Returns:
        The orders that are confirmed now.
    """
    day = ctx.business_date
    open_ones = [customer for customer in sorted(customers) if not closed_by(customer, day)]
    waiting = [order for each in open_ones for order in waiting_orders(each, day) if order.id not in but]
    # Mostly nothing is free, and then nobody needs to know who came first.
    if not any(judge_order(order, lines_of(order), day).ok for order in waiting):
        return []
    freed = []
    for order in sorted(waiting, key=_arrival_of):
        lines = lines_of(order)
        # Each one freed takes credit from the next.
        verdict = judge_order(order, lines, day)
        if verdict.ok:
            confirm_waiting(order, lines, day, ctx)
            _tell_its_maker(order, ctx)
            freed.append(order)
    return freed


def _arrival_of(order: Order) -> tuple[int, int, int, int, date, str]:
    """When an order came to the office, as something to sort by: of those in one import, the earliest date first."""
    found = one(
        "SELECT a.v, a.place, c.number, c.device FROM change c"
        " LEFT JOIN arrival a ON a.uid = c.uid AND a.status <> 'quarantined' WHERE c.uid = ?",
        (order.change_uid,),
    )
    v, place, number, device = found or (None, None, 0, STANDALONE_DEVICE)
    if v is None:
        # From before the company had a server; or from the present exchange, which has no version yet.
        stage = 0 if device == STANDALONE_DEVICE else 2
    else:
        stage = 1
    return (stage, v or 0, place or 0, number, order.first_date, order.number)


def _tell_its_maker(order: Order, ctx: Context) -> None:
    maker = order.maker_id or order.owner_id
    if maker is not None:
        notify(
            ctx, maker, "credit.rejudge", N_("{number} was held and is confirmed now."),
            customer=order.customer_id, about=order.number, number=order.number,
        )  # fmt: skip


def rejudge(args: JudgeAgain, ctx: Context) -> list[Order]:
    office_only(ctx)
    return judge_again([customer_with_id(customer).id for customer in args.customers], ctx)


REJUDGING_KINDS = (Kind("credit.rejudge", JudgeAgain, rejudge),)
