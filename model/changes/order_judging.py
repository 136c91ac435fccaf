"""The verdict on an order as it stands: typed, recorded, waiting, or just being confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from model.changes.order_lines import priced_lines
from model.changes.receipts import Payment, paid_for
from model.context import Context
from model.credit import Amended, PricedLine, Verdict, judge, standing_on
from model.customers import closed_by, owner_on
from model.duplicates import pool_standing
from model.leases import lent_of
from model.orders import Order, OrderLine
from model.rights import may
from model.settings import setting_on
from model.settlement import reserved_money
from model.store import meta, one


@dataclass(frozen=True)
class OrderRecorded:
    """What became of an order.

    Attributes:
        state: `confirmed`, `held` or `quote`.
        amount: minor units.
        verdict: how it was judged; None for a quote, which uses no credit.
    """

    id: bytes
    number: str
    state: str
    amount: int
    verdict: Verdict | None


def verdict_of(
    customer_id: bytes,
    lines: Sequence[PricedLine],
    *,
    total: int,
    paid: int,
    reserved: int = 0,
    maker: bytes | None,
    day: date,
    device: str | None = None,
    recorder: bytes | None = None,
    closed: bool = False,
    promised_on: date | None = None,
    amends: Amended | None = None,
    carried: int = 0,
) -> Verdict:
    """The verdict on an order as it stands now, written or still being typed.

    Args:
        day: the later of the order date and the judge's business date.
        paid: what is paid with it, in minor units.
        maker: whose right to go below a floor counts; without one, the owner's.
        reserved: money posted earlier that waits for it.
        device: the one whose lease may cover it, "" where none may; None for this store's own.
        recorder: who must have the right to go below a floor too; None where only the maker's counts.
        closed: whether its customer trades no more.
        promised_on: when it was promised to its customer, so that a lease which still covered overdue bills then
            covers it; without one, `day`.
        amends: the confirmed order in whose place it shall stand.
        carried: money that waited for what it replaces, and waits for nothing just now.
    """
    seller = maker if maker is not None else owner_on(customer_id, day)
    lent = lent_of(customer_id, meta("device") if device is None else device)
    return judge(
        pool_standing(customer_id, standing_on(customer_id, day), lambda other: standing_on(other, day)),
        total=total,
        paid=paid,
        reserved=reserved,
        reserved_elsewhere=max(0, reserved_money(customer_id) - reserved),
        lines=lines,
        below_floor_allowed=all(may(person, "sell_below_floor") for person in (seller, recorder)),
        blacklisted_may_prepay=setting_on("blacklisted_may_prepay", day) == "yes",
        lent=lent,
        lease_covers_overdue=lent.covers_overdue_on(promised_on or day),
        closed=closed,
        amends=amends,
        carried=carried,
    )


def judge_order(order: Order, lines: Sequence[OrderLine], day: date) -> Verdict:
    """The present verdict on an order that waits, with the money that names it counted as paid.

    No lease covers it: what a laptop holds may be promised to somebody already, whom the office will hear of later.
    """
    return judge_priced(order, priced_lines(lines, only_sold=stops_the_unsold(order)), day)


def stops_the_unsold(order: Order) -> bool:
    """Whether goods that are no longer sold stop an order that waits: those stopped it when it was recorded."""
    return "not_sold" in order.held_for.split(",")


def judge_priced(order: Order, lines: Sequence[PricedLine], day: date) -> Verdict:
    """What `judge_order` says, of lines that were read as the verdict needs them."""
    held_for = order.held_for.split(",")
    return verdict_of(
        order.customer_id,
        lines,
        total=order.amount,
        paid=0,
        reserved=paid_for(order),
        maker=order.maker_id,
        day=day,
        device="",
        recorder=_recorder_of(order),
        closed="closed" in held_for and closed_by(order.customer_id, day),
        amends=amended_by(order),
    )


def amended_by(order: Order) -> Amended | None:
    """The confirmed order in whose place a waiting one shall stand; None where it is an order by itself."""
    if order.replaces_id is None:
        return None
    found = one("SELECT number, amount FROM orders WHERE id = ? AND state = 'confirmed'", (order.replaces_id,))
    return None if found is None else Amended(*found)


def judge_confirming(
    order: Order,
    lines: Sequence[OrderLine],
    day: date,
    payment: Payment | None,
    ctx: Context,
    *,
    device: str,
    carried: int = 0,
) -> Verdict:
    """The verdict on an order that is being confirmed as of a day, with the money paid with it.

    Args:
        carried: money that waited for what it replaces.
    """
    judged_on, recorded_now = max(day, ctx.business_date), order.change_uid == ctx.change_uid
    return verdict_of(
        order.customer_id,
        priced_lines(lines, only_sold=ctx.arrived and recorded_now),
        total=order.amount,
        paid=0 if payment is None else payment.amount,
        # Nothing can name an order before it is recorded.
        reserved=0 if recorded_now else paid_for(order),
        maker=order.maker_id,
        day=judged_on,
        device=device,
        recorder=ctx.person if ctx.arrived else None,
        closed=ctx.arrived and closed_by(order.customer_id, judged_on),
        # However long the laptop was away since: what it promised within its lease holds.
        promised_on=day if ctx.arrived else judged_on,
        carried=carried,
    )


def _recorder_of(order: Order) -> bytes | None:
    """Who recorded an order on a laptop: naming a maker with more rights gives nobody more rights at the office."""
    if meta("role") != "server":
        return None
    found = one("SELECT person FROM change WHERE uid = ?", (order.change_uid,))
    return None if found is None or found[0] is None else bytes(found[0])
