"""Returns as they are imported: what came back is worth what it was sold for.

They are taken in the order of their dates, after every sale, because each part depends on what came back before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from model.attribution import OwnerShare
from model.errors import N_
from model.files.batch import Batch
from model.files.faults import SourceRow
from model.files.order_rows import Line, OrderRows, PendingOrder, Whose, WrittenLine, totals_of
from model.files.tables import UNKNOWN_COST
from model.money import format_price, format_quantity
from model.returns import (
    ReturnedBefore,
    ReturnedTotals,
    and_also,
    returned_before,
    returned_part,
    returned_share,
    returned_totals,
)
from model.store import one, rows


@dataclass
class Original:
    """An order that is taken back, with what came back of it until now."""

    id: bytes
    number: str
    customer: bytes
    date: str
    maker: bytes | None
    owner: bytes | None
    owner_bp: int
    was_live: bool
    lines: dict[int, WrittenLine] = field(default_factory=dict)
    before: dict[int, ReturnedBefore] = field(default_factory=dict)
    totals_before: ReturnedTotals = field(default_factory=ReturnedTotals)


class ReturnRows:
    """The returns that OrderRows left over."""

    def __init__(self, batch: Batch, orders: OrderRows) -> None:
        self.batch = batch
        self.orders = orders
        self._originals: dict[str, Original | None] = {}

    def finish(self) -> None:
        for order in sorted(self.orders.returns, key=lambda each: (each.values["date"], each.values["number"])):
            number = order.values.get("returns")
            if number is None:
                lines = [self.orders.valued(order, line) for line in order.lines]
                totals = totals_of(lines)
                self.orders.add(order, lines, totals, self.orders.whose(order, totals))
            else:
                self._take_back(order, str(number))
        self.orders.write()

    def _take_back(self, order: PendingOrder, number: str) -> None:
        original = self._original(order, number)
        if original is None or not self._fits(order, original):
            return
        lines: list[WrittenLine] = []
        taken = dict(original.before)
        for line in order.lines:
            sold = self._sold_line(order, line, original)
            if sold is None:
                return
            before = taken.get(sold.line, ReturnedBefore())
            if before.quantity_e3 + line.quantity_e3 > sold.quantity_e3:
                self._tell(
                    order, line, "quantity", N_("Only {left} of line {line} of {number} can still come back."),
                    left=format_quantity(sold.quantity_e3 - before.quantity_e3), line=sold.line, number=number,
                )  # fmt: skip
                return
            part = returned_part(sold.quantity_e3, sold.amount, sold.cost, before, line.quantity_e3)
            taken[sold.line] = and_also(before, line.quantity_e3, part)
            lines.append(
                sold._replace(
                    line=line.line,
                    quantity_e3=line.quantity_e3,
                    amount=part.amount,
                    cost=part.cost,
                    returns_line=sold.line,
                )
            )
        totals = totals_of(lines)
        share = returned_share(original.owner_bp, original.totals_before, *totals)
        whose = Whose(original.owner, original.maker, original.owner_bp, share)
        self.orders.add(order, lines, totals, whose, original.id)
        if order.state == "confirmed":
            original.before = taken
            original.totals_before = _with(original.totals_before, totals, share)

    def _original(self, order: PendingOrder, number: str) -> Original | None:
        if number not in self._originals:
            batch = self.batch
            id_ = one("SELECT id FROM orders WHERE number = ? AND kind = 'sale'", (number,))
            if id_ is None and number not in batch.orders.spoiled:
                batch.faults.tell(order.source, "returns", N_("There is no sale {number} to take back."), number=number)
            self._originals[number] = None if id_ is None else _original_with(bytes(id_[0]))
        return self._originals[number]

    def _fits(self, order: PendingOrder, original: Original) -> bool:
        faults, before = self.batch.faults, len(self.batch.faults.bad_rows)
        if original.customer != order.customer:
            faults.tell(order.source, "returns", N_("{number} is another customer's order."), number=original.number)
        if not original.was_live:
            faults.tell(
                order.source, "returns", N_("{number} was never confirmed: nothing of it can come back."),
                number=original.number,
            )  # fmt: skip
        if order.values["date"].isoformat() < original.date:
            faults.tell(
                order.source, "date", N_("The return is before the order {number} itself."), number=original.number
            )
        return len(faults.bad_rows) == before

    def _sold_line(self, order: PendingOrder, line: Line, original: Original) -> WrittenLine | None:
        """The line of the original that a line takes back, and a fault where it is none or another price."""
        if line.returns_line is None:
            same = [sold for sold in original.lines.values() if sold.product == line.product]
            if len(same) != 1:
                self._tell(
                    order, line, "returns_line",
                    N_("Say which line of {number} comes back: {count} have this product."),
                    number=original.number, count=len(same),
                )  # fmt: skip
                return None
            sold = same[0]
        else:
            found = original.lines.get(line.returns_line)
            if found is None or found.product != line.product:
                self._tell(
                    order, line, "returns_line", N_("{number} has no line {line} with this product."),
                    number=original.number, line=line.returns_line,
                )  # fmt: skip
                return None
            sold = found
        if line.price_e4 != sold.price_e4 or line.discount_bp not in (None, sold.discount_bp):
            self._tell(
                order, line, "price", N_("{number} was sold at {price}: a return is worth what was paid."),
                number=original.number, price=format_price(sold.price_e4),
            )  # fmt: skip
            return None
        if line.cost_e4 is not None and line.cost_e4 != (UNKNOWN_COST if sold.cost_e4 is None else sold.cost_e4):
            self._tell(
                order, line, "cost", N_("The line of {number} has another cost: leave it empty."),
                number=original.number,
            )  # fmt: skip
            return None
        return sold

    def _tell(self, order: PendingOrder, line: Line, column: str, template: str, /, **params: Any) -> None:
        self.batch.faults.tell(SourceRow(order.lines_file, line.row, {}), column, template, **params)


def _with(before: ReturnedTotals, totals: tuple[int, int, int], share: OwnerShare) -> ReturnedTotals:
    """What came back of an order once another return did too."""
    amount, cost, uncosted = totals
    owners = OwnerShare(
        before.share.amount + share.amount, before.share.cost + share.cost, before.share.uncosted + share.uncosted
    )
    return ReturnedTotals(before.amount + amount, before.cost + cost, before.uncosted + uncosted, owners)


def _original_with(id_: bytes) -> Original:
    ((number, customer, day, live_from, maker, owner, owner_bp),) = rows(
        "SELECT number, customer_id, date, live_from, maker_id, owner_id, owner_bp FROM orders WHERE id = ?", (id_,)
    )
    lines = {
        row[0]: WrittenLine(row[0], bytes(row[1]), *row[2:])
        for row in rows(
            "SELECT line, product_id, quantity_e3, price_e4, discount_bp, amount, cost_e4, cost, tax_rate_bp,"
            " returns_line FROM order_line WHERE order_id = ?",
            (id_,),
        )
    }
    return Original(
        id_, number, bytes(customer), day, None if maker is None else bytes(maker),
        None if owner is None else bytes(owner), owner_bp, live_from is not None, lines, returned_before(id_),
        returned_totals(id_),
    )  # fmt: skip
