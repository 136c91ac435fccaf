"""Which imported orders amend others: the tables say it in the reason, by the number of the other one.

An order that was amended is written as cancelled, for the reason of its successor's number. One that waits to amend
another is written as held, with the number of that one behind what it is held for; one that was rejected or cancelled
before it counted has its reason behind that (see `reason_told`).
"""

from __future__ import annotations

from model.errors import N_
from model.files.batch import Batch
from model.files.order_rows import OrderRows
from model.store import execute_many, one, rows

# What came from the same tables, of one customer and day, where the one took effect when the other ended or later.
_IN_PLACE_OF = """
SELECT o.id, o.date, o.decided_on, a.id, a.state, a.decided_on FROM orders o JOIN orders a ON a.number = o.reason
WHERE o.state = 'cancelled' AND o.kind = 'sale' AND o.reason <> '' AND o.change_uid = ?
    AND a.kind = 'sale' AND a.state IN ('confirmed', 'cancelled') AND a.change_uid = o.change_uid AND a.id <> o.id
    AND a.customer_id = o.customer_id AND a.date = o.date AND a.decided_on >= o.decided_on
ORDER BY o.decided_on, o.number"""
_AMENDED = "SELECT id FROM orders WHERE number = ? AND customer_id = ? AND kind = 'sale' AND id <> ?"
_MOVE = "UPDATE orders SET live_from = ?, live_to = ? WHERE id = ?"
_NAME = "UPDATE orders SET replaces_id = ? WHERE id = ?"
_NAME_ENDED = "UPDATE orders SET replaces_id = ?, held_for = ?, reason = ? WHERE id = ?"


class AmendmentRows:
    """The orders that stand, or shall stand, in the place of others; called when all orders are written."""

    def __init__(self, batch: Batch, orders: OrderRows) -> None:
        self.batch = batch
        self.orders = orders

    def finish(self) -> None:
        self._let_stand()
        self._let_wait()
        self._let_end()

    def _let_stand(self) -> None:
        """An amendment counts from the day on which its order ended, and takes over the money that settled that one."""
        begins: dict[bytes, str] = {}
        ends: dict[bytes, str | None] = {}
        named = []
        for original, day, ended_on, amendment, state, decided_on in rows(_IN_PLACE_OF, (self.batch.change_uid,)):
            original, amendment = bytes(original), bytes(amendment)
            if amendment in begins:
                # Nothing stands in the place of two orders; the one that ended first is amended.
                continue
            # Amended on its own day it counted on no day at all.
            begins.setdefault(original, day)
            ends[original] = ended_on
            begins[amendment], ends[amendment] = ended_on, decided_on if state == "cancelled" else None
            named.append((original, amendment))
        execute_many(_MOVE, [(begin, ends[id_], id_) for id_, begin in begins.items()])
        execute_many(_NAME, named)

    def _let_wait(self) -> None:
        named = []
        for amendment, number in self.orders.waiting_amendments:
            original = one(_AMENDED, (number, amendment.customer, amendment.id))
            if original is not None:
                named.append((bytes(original[0]), amendment.id))
            elif number not in self.batch.orders.spoiled:
                self.batch.faults.tell(
                    amendment.source, "reason",
                    N_("There is no order {number} of this customer, which this one is to amend."), number=number,
                )  # fmt: skip
        execute_many(_NAME, named)

    def _let_end(self) -> None:
        """An amendment that came to nothing was no order lost while the one that it was to amend stood."""
        named = []
        for amendment, told in self.orders.ended_amendments:
            original = one(_AMENDED, (told.amends, amendment.customer, amendment.id))
            if original is not None:
                named.append((bytes(original[0]), told.held_for, told.reason, amendment.id))
        execute_many(_NAME_ENDED, named)
