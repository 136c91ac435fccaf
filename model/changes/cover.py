"""What gave the credit for an order that was confirmed is not taken away again by who may not release a held one.

Money and goods that came back lower what a customer owes; an order that is confirmed on that account stays when they
turn out to be none.
"""

from __future__ import annotations

from model.context import Context
from model.credit import standing_on
from model.errors import N_, Refused
from model.orders import Order
from model.receipts import Receipt
from model.rights import RIGHTS, may
from model.store import one

# Of one device the numbers say what came after what; two devices are told apart by their days.
_SINCE = "((c.device = ? AND c.number > ?) OR (c.device <> ? AND c.business_date >= ?))"
# Dates can be written at will: what was recorded or let through since counts too, whatever date stands on it. What was
# held and is not any more may have been freed by the office, which keeps no change of its own for each order.
_CONFIRMED_SINCE = f"""
SELECT o.number FROM orders o
WHERE o.customer_id = ? AND o.kind = 'sale' AND o.state = 'confirmed' AND o.id <> ?
    AND (o.live_from >= ? AND (o.held_for <> '' OR NOT EXISTS (
            SELECT 1 FROM change k WHERE k.uid = o.change_uid AND k.device = ? AND k.number <= ?))
        OR o.change_uid IN (SELECT c.uid FROM change c WHERE {_SINCE})
        OR o.id IN (SELECT f.id FROM former f JOIN change c ON c.uid = f.change_uid
            WHERE f.kind = 'order' AND {_SINCE}))
ORDER BY o.live_from DESC, o.number DESC LIMIT 1"""


def refuse_goods_without_cover(taken_away: Receipt | Order, ctx: Context) -> None:
    """Go on only where no order was confirmed on account of a receipt or return that has just been taken away.

    Raises:
        Refused: an order was confirmed since that would be held without it.
    """
    if may(ctx.person, "release_held"):
        return
    customer = taken_away.customer_id
    if standing_on(customer, ctx.business_date).verdict == "ok":
        return
    returned = taken_away.returns_id if isinstance(taken_away, Order) else None
    day = taken_away.date.isoformat()
    change = one("SELECT device, number, business_date FROM change WHERE uid = ?", (taken_away.change_uid,))
    device, number, recorded_on = change or ("", 0, day)
    since = (device, number, device, recorded_on)
    sold = one(_CONFIRMED_SINCE, (customer, returned or b"", day, device, number, *since, *since))
    if sold is not None:
        raise Refused(
            N_("{order} was confirmed since {number}, and would be held without it: ask someone of {roles}."),
            order=sold[0], number=taken_away.number, roles=RIGHTS["release_held"],
        )  # fmt: skip
