"""Receipts and what else moves a balance, with the bills they name, as they are imported."""

from __future__ import annotations

from typing import Any

from model.batches import batches
from model.errors import N_
from model.files.batch import TWICE, Batch, Values, insert
from model.files.faults import SourceRow
from model.store import one, rows

RECEIPT_COLUMNS = (
    "id", "number", "customer_id", "date", "amount", "kind", "method", "reference", "reverses_id", "reason", "voided",
    "unallocated", "change_uid",
)  # fmt: skip
WISH_COLUMNS = ("receipt_id", "position", "order_id", "amount")
RECEIPTS_HELD = 10_000
# What settles bills; a refund is a bill itself, and a reversal takes its receipt's allocations back.
SETTLING = ("receipt", "write_off", "discount")


class ReceiptRows:
    """The receipts; reversals come after all others, because they name one."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._seen: dict[str, int] = {}
        self._held: list[tuple[SourceRow, Values, bytes]] = []
        self._reversals: list[tuple[SourceRow, Values, bytes]] = []
        self._named: dict[str, list[tuple[SourceRow, str, int]]] = {}

    def take(self, source: SourceRow, values: Values) -> None:
        batch, number = self.batch, values["number"]
        if number in self._seen:
            batch.faults.tell(source, "number", TWICE, code=number, row=self._seen[number], file=source.file)
            return
        self._seen[number] = source.row
        customer = batch.refer(batch.customers, source, "customer", values["customer"])
        if not self._is_sound(source, values) or customer is None:
            batch.receipts.spoiled.add(number)
            return
        values = {name: value for name, value in values.items() if value is not None}
        place = SourceRow(source.file, source.row, {})
        if values.get("kind") == "reversal":
            self._reversals.append((place, values, customer))
            return
        self._held.append((place, values, customer))
        if len(self._held) >= RECEIPTS_HELD:
            self._write()

    def _is_sound(self, source: SourceRow, values: Values) -> bool:
        faults, before = self.batch.faults, len(self.batch.faults.bad_rows)
        kind, order, reverses = values.get("kind") or "receipt", values.get("order"), values.get("reverses")
        self.batch.not_after_today(source, "date", values["date"])
        if kind == "reversal" and reverses is None:
            faults.tell(source, "reverses", N_("A reversal must name the receipt that it takes back."))
        if kind != "reversal" and reverses is not None:
            faults.tell(source, "reverses", N_("Only a reversal takes a receipt back."))
        if order is not None and kind not in SETTLING:
            faults.tell(source, "order", N_("A {kind} settles no bill: leave the order out."), kind=kind)
        return len(faults.bad_rows) == before

    def _write(self) -> None:
        """Write the receipts held, with the one bill that each may name."""
        new: list[tuple[Any, ...]] = []
        wishes: list[tuple[Any, ...]] = []
        orders = _bills([values["order"] for _, values, _ in self._held if "order" in values])
        for source, values, customer in self._held:
            number = values["number"]
            order = None
            if "order" in values:
                order = self._bill(source, values["order"], orders, customer)
                if order is None:
                    self.batch.receipts.spoiled.add(number)
                    continue
            id_ = self._add(source, values, customer, None, new)
            if id_ is not None and order is not None:
                wishes.append((id_, 1, order, None))
        insert("receipt", RECEIPT_COLUMNS, new)
        insert("receipt_order", WISH_COLUMNS, wishes)
        self._held.clear()

    def _bill(
        self, source: SourceRow, number: str, orders: dict[str, tuple[bytes, bytes, str]], customer: bytes
    ) -> bytes | None:
        """The id of a bill of this customer; None, and a fault, where it is none."""
        batch = self.batch
        found = orders.get(number)
        if found is None:
            if number not in batch.orders.spoiled:
                batch.faults.tell(source, "order", batch.orders.unknown, code=number)
            return None
        id_, owes, kind = found
        if owes != customer:
            batch.faults.tell(source, "order", N_("{number} is another customer's order."), number=number)
            return None
        if kind == "return":
            batch.faults.tell(source, "order", N_("{number} is a return: money settles bills."), number=number)
            return None
        return id_

    def _add(
        self, source: SourceRow, values: Values, customer: bytes, reverses: bytes | None, new: list[tuple[Any, ...]]
    ) -> bytes | None:
        """Make a new receipt; None where it is in the store already."""
        batch, number, day = self.batch, values["number"], values["date"].isoformat()
        stored = batch.receipts.find(number)
        if stored is not None:
            if self._is_same(source, values, stored, customer, reverses):
                batch.count("receipts").unchanged += 1
            return None
        id_ = batch.id_of("receipts", number)
        new.append(
            (
                id_, number, customer, day, values["amount"], values.get("kind", "receipt"), values.get("method", ""),
                values.get("reference", ""), reverses, "", 0, 0, batch.change_uid,
            )
        )  # fmt: skip
        batch.count("receipts").added += 1
        batch.customers_moved.add(customer)
        return id_

    def _is_same(self, source: SourceRow, values: Values, id_: bytes, customer: bytes, reverses: bytes | None) -> bool:
        (kept,) = rows(
            "SELECT customer_id, date, amount, kind, method, reference, reverses_id, voided FROM receipt WHERE id = ?",
            (id_,),
        )
        said = (
            customer, values["date"].isoformat(), values["amount"], values.get("kind", "receipt"),
            values.get("method", kept[4]), values.get("reference", kept[5]), reverses, 0,
        )  # fmt: skip
        same = tuple(kept) == said
        if same and "order" in values:
            named = rows(
                "SELECT o.number FROM receipt_order w JOIN orders o ON o.id = w.order_id WHERE w.receipt_id = ?", (id_,)
            )
            same = [row[0] for row in named] == [values["order"]]
        if not same:
            self._differs(source, values["number"])
        return same

    def _differs(self, source: SourceRow, number: str) -> None:
        self.batch.faults.tell(
            source, "number",
            N_("{number} is already in the store and differs: documents are not changed by an import."), number=number,
        )  # fmt: skip

    def finish(self) -> None:
        self._write()
        new: list[tuple[Any, ...]] = []
        taken: set[bytes] = set()
        for source, values, customer in self._reversals:
            reverses = self._reversed(source, values, customer, taken)
            if reverses is not None:
                taken.add(reverses)
                self._add(source, values, customer, reverses, new)
        insert("receipt", RECEIPT_COLUMNS, new)
        self._reversals.clear()

    def _reversed(self, source: SourceRow, values: Values, customer: bytes, taken: set[bytes]) -> bytes | None:
        """The receipt that a reversal takes back; None, and a fault, where it cannot."""
        faults, number, before = self.batch.faults, values["reverses"], len(self.batch.faults.bad_rows)
        found = one(
            "SELECT id, customer_id, date, amount, kind FROM receipt WHERE number = ? AND voided = 0", (number,)
        )
        if found is None:
            if number not in self.batch.receipts.spoiled:
                faults.tell(source, "reverses", self.batch.receipts.unknown, code=number)
            return None
        id_, owner, day, amount, kind = found
        if owner != customer:
            faults.tell(source, "reverses", N_("{number} is another customer's receipt."), number=number)
        if amount != values["amount"]:
            faults.tell(source, "amount", N_("A reversal takes all of {number} back, no other amount."), number=number)
        if kind == "reversal":
            faults.tell(source, "reverses", N_("{number} is itself a reversal."), number=number)
        if day > values["date"].isoformat():
            faults.tell(source, "date", N_("The reversal is before {number} itself."), number=number)
        earlier = one("SELECT number FROM receipt WHERE reverses_id = ? AND voided = 0", (id_,))
        if id_ in taken or (earlier is not None and earlier[0] != values["number"]):
            faults.tell(source, "reverses", N_("{number} is already reversed."), number=number)
        return bytes(id_) if len(faults.bad_rows) == before else None

    def take_allocation(self, source: SourceRow, values: Values) -> None:
        place = SourceRow(source.file, source.row, {})
        self._named.setdefault(values["receipt"], []).append((place, values["order"], values["amount"]))

    def finish_allocations(self) -> None:
        """Write which bills each receipt names, in the order of their rows."""
        for some in batches(list(self._named.items())):
            receipts = _receipts([number for number, _ in some])
            orders = _bills([order for _, named in some for _, order, _ in named])
            wishes: list[tuple[Any, ...]] = []
            for number, named in some:
                wishes += self._wishes(number, named, receipts, orders)
            insert("receipt_order", WISH_COLUMNS, wishes)

    def _wishes(
        self,
        number: str,
        named: list[tuple[SourceRow, str, int]],
        receipts: dict[str, tuple[Any, ...]],
        orders: dict[str, tuple[bytes, bytes, str]],
    ) -> list[tuple[Any, ...]]:
        batch, first = self.batch, named[0][0]
        receipt = receipts.get(number)
        if receipt is None:
            if number not in batch.receipts.spoiled:
                batch.faults.tell(first, "receipt", batch.receipts.unknown, code=number)
            return []
        id_, customer, amount, kind, change_uid, named_one = receipt
        if kind not in SETTLING:
            batch.faults.tell(first, "receipt", N_("A {kind} settles no bill: leave the order out."), kind=kind)
            return []
        if sum(wished for _, _, wished in named) > amount:
            batch.faults.tell(first, "amount", N_("More is allocated than the receipt {number} has."), number=number)
            return []
        if len({order for _, order, _ in named}) < len(named):
            batch.faults.tell(first, "order", N_("The receipt {number} names an order twice."), number=number)
            return []
        bills = [self._bill(source, order, orders, customer) for source, order, _ in named]
        if any(bill is None for bill in bills):
            return []
        count = batch.count("allocations")
        if change_uid != batch.change_uid:
            wished_before = [(bill, wished) for bill, (_, _, wished) in zip(bills, named, strict=True)]
            return self._compare_wishes(first, number, id_, wished_before)
        if named_one:
            batch.faults.tell(
                first, "receipt", N_("The receipt {number} names a bill in its own row: put all of them here."),
                number=number,
            )  # fmt: skip
            return []
        count.added += len(named)
        return [
            (id_, position, bill, wished)
            for position, (bill, (_, _, wished)) in enumerate(zip(bills, named, strict=True), start=1)
        ]

    def _compare_wishes(
        self, source: SourceRow, number: str, id_: bytes, wished: list[tuple[bytes | None, int]]
    ) -> list[tuple[Any, ...]]:
        kept = rows("SELECT order_id, amount FROM receipt_order WHERE receipt_id = ? ORDER BY position", (id_,))
        # The rows may tell what each bill took of what it was named for; one that took nothing is left out.
        names = iter(kept)
        same = all(
            any(order == named and (most is None or amount <= most) for named, most in names)
            for order, amount in wished
        )
        if same:
            self.batch.count("allocations").unchanged += len(wished)
        else:
            self._differs(source, number)
        return []


def _bills(numbers: list[str]) -> dict[str, tuple[bytes, bytes, str]]:
    """Id, customer and kind of orders by their number."""
    found: dict[str, tuple[bytes, bytes, str]] = {}
    for some in batches(list(dict.fromkeys(numbers))):
        marks = ", ".join("?" * len(some))
        for number, id_, customer, kind in rows(
            f"SELECT number, id, customer_id, kind FROM orders WHERE number IN ({marks}) AND state <> 'voided'", some
        ):
            found[number] = (bytes(id_), bytes(customer), kind)
    return found


def _receipts(numbers: list[str]) -> dict[str, tuple[Any, ...]]:
    """Id, customer, amount, kind, change and whether its row names a bill, by number."""
    marks = ", ".join("?" * len(numbers))
    return {
        row[0]: tuple(row[1:])
        for row in rows(
            "SELECT number, id, customer_id, amount, kind, change_uid,"
            " EXISTS (SELECT 1 FROM receipt_order w WHERE w.receipt_id = receipt.id)"
            f" FROM receipt WHERE number IN ({marks}) AND voided = 0",
            numbers,
        )
    }
