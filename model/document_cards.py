"""One document in full: an order with its lines and its verdict, a receipt with the bills it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.account import AllocationRow, allocations_of
from model.archive import ORDER_ROWS, DocumentRef, LineRow, OrderRow, lines_of, marked, order_row_of
from model.credit import Verdict
from model.held_orders import verdict_now
from model.orders import Order
from model.receipts import Receipt
from model.store import one, rows

MOST_NAMED_BILLS = 500


@dataclass(frozen=True)
class OrderCard:
    """An order in full.

    Attributes:
        verdict: for a held order, how it is judged now.
        returns: the number of the order whose goods came back.
    """

    order: Order
    row: OrderRow
    owner: str
    lines: tuple[LineRow, ...]
    allocations: tuple[AllocationRow, ...]
    verdict: Verdict | None


@dataclass(frozen=True)
class ReceiptCard:
    """A movement of money in full, with the bills it names (number and amount in minor units, where one was said)."""

    receipt: Receipt
    document: DocumentRef
    reverses: str
    reversed_by: str
    named: tuple[tuple[str, int | None], ...]
    allocations: tuple[AllocationRow, ...]


def order_card(order_id: bytes, day: date) -> OrderCard | None:
    """An order in full, a held one judged as of a day; None where it is not in this store."""
    order = Order.get_or_none(Order.id == order_id)
    if order is None:
        return None
    [row] = marked([order_row_of(rows(ORDER_ROWS + " AND o.id = ?", (order.customer_id, order_id))[0])])
    owner = one("SELECT name FROM salesperson WHERE id = ?", (order.owner_id,)) if order.owner_id is not None else None
    verdict = verdict_now(order, day) if order.state == "held" else None
    return OrderCard(
        order, row, "" if owner is None else str(owner[0]), tuple(lines_of(order_id)),
        tuple(allocations_of(order.customer_id, order_id)), verdict,
    )  # fmt: skip


def receipt_card(receipt_id: bytes) -> ReceiptCard | None:
    """A movement of money in full; None where it is not in this store."""
    receipt = Receipt.get_or_none(Receipt.id == receipt_id)
    if receipt is None:
        return None
    reverses = one("SELECT number FROM receipt WHERE id = ?", (receipt.reverses_id,)) if receipt.reverses_id else None
    reversal = one("SELECT number FROM receipt WHERE reverses_id = ? AND voided = 0", (receipt_id,))
    named = rows(
        "SELECT o.number, w.amount FROM receipt_order w JOIN orders o ON o.id = w.order_id"
        " WHERE w.receipt_id = ? ORDER BY w.position LIMIT ?",
        (receipt_id, MOST_NAMED_BILLS),
    )
    state = "" if reversal is None else "reversed"
    return ReceiptCard(
        receipt,
        DocumentRef(receipt_id, receipt.number, receipt.kind, state),
        "" if reverses is None else str(reverses[0]),
        "" if reversal is None else str(reversal[0]),
        tuple((number, amount) for number, amount in named),
        tuple(allocations_of(receipt.customer_id, receipt_id)),
    )
