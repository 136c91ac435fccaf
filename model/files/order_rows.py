"""Orders, returns and opening items with their lines, as they are imported.

Imported orders are history: they are frozen as of their own dates and not judged. An order is held in memory until its
lines have come; where the lines are more than memory should hold, those of one order must stand together.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from model.attribution import OwnerShare, attributed, owner_share
from model.dates import due_date
from model.errors import N_
from model.files.batch import TWICE, Batch, Values, insert, text_of
from model.files.faults import SourceRow
from model.files.histories import Histories
from model.files.reasons_told import EndedAmendment, ended_told, held_told, reason_told, state_told
from model.files.tables import UNKNOWN_COST
from model.money import LARGEST_AMOUNT_MINOR, line_amount, line_cost
from model.store import one, rows

ORDER_COLUMNS = (
    "id", "number", "customer_id", "kind", "state", "date", "first_date", "live_from", "live_to", "decided_on",
    "maker_id", "owner_id", "owner_bp", "amount", "cost", "uncosted", "owner_amount", "owner_cost", "owner_uncosted",
    "credit_days", "credit_from", "due_date", "returns_id", "valid_until", "invoice_number", "invoiced_on", "reason",
    "note", "held_for", "version", "open_amount", "change_uid",
)  # fmt: skip
LINE_COLUMNS = (
    "order_id", "line", "product_id", "quantity_e3", "price_e4", "discount_bp", "amount", "cost_e4", "cost",
    "tax_rate_bp", "returns_line",
)  # fmt: skip
LINES_HELD = 300_000
ORDERS_HELD = 20_000
ENDED = ("confirmed", "cancelled")
_TOO_LARGE = N_("The total of {number} is too large: check its prices and costs.")


class Line(NamedTuple):
    """A line as its row says it; `cost_e4` None is for the product's history to say."""

    line: int
    product: bytes
    quantity_e3: int
    price_e4: int
    discount_bp: int | None
    cost_e4: int | None
    returns_line: int | None
    row: int


class WrittenLine(NamedTuple):
    """A line as the database keeps it, without its order."""

    line: int
    product: bytes
    quantity_e3: int
    price_e4: int
    discount_bp: int
    amount: int
    cost_e4: int | None
    cost: int | None
    tax_rate_bp: int
    returns_line: int | None


class PendingOrder:
    """An order whose lines are still to come."""

    __slots__ = ("customer", "file", "id", "lines", "lines_file", "row", "stored", "values")

    def __init__(self, source: SourceRow, id_: bytes, customer: bytes, values: Values, stored: bool) -> None:
        self.file, self.row = source.file, source.row
        self.id = id_
        self.customer = customer
        # Empty cells are left out: of a million orders most have nothing in most columns.
        self.values = {name: value for name, value in values.items() if value is not None}
        self.stored = stored
        self.lines: list[Line] = []
        self.lines_file = ""

    @property
    def source(self) -> SourceRow:
        return SourceRow(self.file, self.row, {})

    @property
    def kind(self) -> str:
        return str(self.values.get("kind", "sale"))

    @property
    def state(self) -> str:
        return str(self.values.get("state", "confirmed"))


class Whose(NamedTuple):
    """Owner and maker of an order, and the owner's part of it."""

    owner: bytes | None
    maker: bytes | None
    owner_bp: int
    share: OwnerShare


class OrderRows:
    """The orders; `returns` are left for model.files.return_rows, once every sale is written."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.returns: list[PendingOrder] = []
        self.waiting_amendments: list[tuple[PendingOrder, str]] = []
        """Those that wait to amend the order of a number."""
        self.ended_amendments: list[tuple[PendingOrder, EndedAmendment]] = []
        """Those that, by the words of their reason, were to amend one and never did."""
        self._pending: dict[str, PendingOrder] = {}
        self._seen: set[str] = set()
        self._makers: dict[str, bytes] = {}
        self._lines_held = 0
        self._present: str | None = None
        self._histories: Histories | None = None
        self._orders: list[tuple[Any, ...]] = []
        self._lines: list[tuple[Any, ...]] = []

    @property
    def histories(self) -> Histories:
        """What held when; complete once customers, products and rules have been read."""
        if self._histories is None:
            self._histories = Histories()
        return self._histories

    # ── reading ──

    def take(self, source: SourceRow, values: Values) -> None:
        batch, number = self.batch, values["number"]
        if number in self._seen:
            batch.faults.tell(source, "number", TWICE, code=number, row=self._row_of(number), file=source.file)
            return
        self._seen.add(number)
        customer = batch.refer(batch.customers, source, "customer", values["customer"])
        maker = values.get("maker")
        if maker is not None:
            values["maker"] = batch.refer(batch.people, source, "maker", maker)
        sound = self._is_sound(source, values)
        if customer is None or not sound or (maker is not None and values["maker"] is None):
            batch.orders.spoiled.add(number)
            return
        id_ = batch.orders.find(number)
        if id_ is not None:
            if self._is_same(source, values, id_, customer):
                self._pending[number] = PendingOrder(source, id_, customer, values, stored=True)
            else:
                batch.orders.spoiled.add(number)
            return
        self._pending[number] = PendingOrder(source, batch.id_of("orders", number), customer, values, stored=False)

    def _row_of(self, number: str) -> int:
        pending = self._pending.get(number)
        return 0 if pending is None else pending.row

    def _is_sound(self, source: SourceRow, values: Values) -> bool:
        """Whether an order's own row agrees with itself; a fault for each thing that does not."""
        faults, before = self.batch.faults, len(self.batch.faults.bad_rows)
        kind, state, day = values.get("kind") or "sale", values.get("state") or "confirmed", values["date"]
        self.batch.not_after_today(source, "date", day)
        decided = values.get("decided_on")
        if decided is not None:
            self.batch.not_after_today(source, "decided_on", decided)
            if decided < day:
                faults.tell(source, "decided_on", N_("{date} is before the order itself."), date=decided.isoformat())
        valid_until = values.get("valid_until")
        # A quote that was won late, by way of the office, is dated after it.
        if state == "quote" and valid_until is not None and valid_until < day:
            faults.tell(source, "valid_until", N_("{date} is before the order itself."), date=valid_until.isoformat())
        if kind != "sale" and state not in ENDED:
            faults.tell(source, "state", N_("Only a sale can be {state}."), state=state)
        if kind == "opening" and values.get("amount") is None:
            faults.tell(source, "amount", N_("An opening item needs its amount."))
        if kind != "opening" and values.get("amount") is not None:
            faults.tell(source, "amount", N_("Only an opening item has an amount: an order's is the sum of its lines."))
        if kind != "return" and values.get("returns") is not None:
            faults.tell(source, "returns", N_("Only a return names an order that it takes back."))
        return len(faults.bad_rows) == before

    def _is_same(self, source: SourceRow, values: Values, id_: bytes, customer: bytes) -> bool:
        """Whether the order in the store is what its row says; a fault names where it is not."""
        (kept,) = rows(
            "SELECT o.customer_id, o.kind, o.state, o.date, o.maker_id, o.credit_days, o.due_date, o.valid_until,"
            " o.invoice_number, o.invoiced_on, o.decided_on, o.reason, o.note, o.amount, r.number, o.live_from,"
            " o.held_for, b.number FROM orders o LEFT JOIN orders r ON r.id = o.returns_id"
            " LEFT JOIN orders b ON b.id = o.replaces_id AND b.state <> 'voided' WHERE o.id = ?",
            (id_,),
        )
        names = (
            "customer", "kind", "state", "date", "maker", "credit_days", "due_date", "valid_until", "invoice_number",
            "invoiced_on", "decided_on", "reason", "note", "amount", "returns", "live_from", "held_for", "replaces",
        )  # fmt: skip
        before = dict(zip(names, kept, strict=True))
        before["reason"] = _reason_as_said(values.get("reason") or "", before)
        before["state"] = state_told(
            before["state"], before["live_from"], before["date"], before["decided_on"], before["held_for"]
        )
        said = {
            **values,
            "customer": customer,
            "kind": values.get("kind") or "sale",
            "state": values.get("state") or "confirmed",
        }
        for name in ("invoice_number", "reason", "note"):
            if name in said:
                said[name] = said[name] or ""
        for name, value in said.items():
            # An empty cell of these says nothing: their default depends on what held when it was imported.
            if name == "number" or (value is None and name not in ("valid_until", "invoiced_on")):
                continue
            if (value.isoformat() if isinstance(value, date) else value) != before[name]:
                self._differs(source, name, values["number"])
                return False
        return True

    def _differs(self, source: SourceRow, column: str, number: str) -> None:
        self.batch.faults.tell(
            source, column,
            N_("{number} is already in the store and differs: documents are not changed by an import."), number=number,
        )  # fmt: skip

    def take_line(self, source: SourceRow, values: Values) -> None:
        batch, number = self.batch, values["order"]
        order = self._pending.get(number)
        if order is None:
            order = self._order_of_line(source, number)
            if order is None:
                return
        product = batch.refer(batch.products, source, "product", values["product"])
        if product is None:
            batch.orders.spoiled.add(number)
            return
        if number != self._present:
            if self._lines_held >= LINES_HELD:
                self._write_complete(number)
            self._present = number
        returns_line = values.get("returns_line")
        if returns_line is not None and "returns" not in order.values:
            batch.faults.tell(source, "returns_line", N_("The order {number} takes no order back."), number=number)
            batch.orders.spoiled.add(number)
        order.lines.append(
            Line(
                values["line"], product, values["quantity"], values["price"], values.get("discount"),
                values.get("cost"), returns_line, source.row,
            )
        )  # fmt: skip
        order.lines_file = source.file
        self._lines_held += 1

    def _order_of_line(self, source: SourceRow, number: str) -> PendingOrder | None:
        """The order in the store that a line without an order row belongs to."""
        batch = self.batch
        if number in self._seen and number not in batch.orders.spoiled:
            batch.faults.tell(
                source, "order", N_("Put the lines of {number} together: so large a file is read in one pass."),
                number=number,
            )  # fmt: skip
            return None
        id_ = batch.refer(batch.orders, source, "order", number)
        if id_ is None or number in batch.orders.spoiled:
            return None
        returned = one("SELECT returns_id FROM orders WHERE id = ?", (id_,))
        values = {} if returned is None or returned[0] is None else {"returns": ""}
        order = self._pending[number] = PendingOrder(source, id_, b"", values, stored=True)
        return order

    # ── writing ──

    def finish(self) -> None:
        """Write every sale and opening item that is still held."""
        self._write_complete(None)
        self._present = None
        self.write()

    def _write_complete(self, but: str | None) -> None:
        """Write the orders that have all their lines: all when nothing more comes, else those before the present."""
        at_end = but is None
        for number, order in list(self._pending.items()):
            if not at_end and (not order.lines or order.kind == "return" or number == but):
                continue
            del self._pending[number]
            self._complete(number, order)
        self._lines_held = sum(len(order.lines) for order in self._pending.values()) if not at_end else 0

    def _complete(self, number: str, order: PendingOrder) -> None:
        if number in self.batch.orders.spoiled or not self._lines_are_sound(number, order):
            self.batch.orders.spoiled.add(number)
        elif order.stored:
            self._compare_lines(number, order)
        elif order.kind == "return":
            self.returns.append(order)
        else:
            written = [self.valued(order, line) for line in order.lines]
            if totals_of(written)[1] > LARGEST_AMOUNT_MINOR:
                self.batch.faults.tell(order.source, "number", _TOO_LARGE, number=number)
                return
            if order.kind == "opening":
                totals = (order.values["amount"], 0, 0)
            else:
                totals = totals_of(written)
            self.add(order, written, totals, self.whose(order, totals))

    def _lines_are_sound(self, number: str, order: PendingOrder) -> bool:
        faults, before = self.batch.faults, len(self.batch.faults.bad_rows)
        if order.stored:
            return True
        if order.kind == "opening" and order.lines:
            faults.tell(order.source, "kind", N_("The opening item {number} cannot have lines."), number=number)
        if order.kind != "opening" and not order.lines:
            faults.tell(order.source, "number", N_("The order {number} has no lines."), number=number)
        if len({line.line for line in order.lines}) != len(order.lines):
            seen: set[int] = set()
            for line in order.lines:
                if line.line in seen:
                    faults.tell(
                        SourceRow(order.lines_file, line.row, {}), "line", N_("{number} has two lines {line}."),
                        number=number, line=line.line,
                    )  # fmt: skip
                seen.add(line.line)
        if sum(line_amount(line.quantity_e3, line.price_e4, line.discount_bp or 0) for line in order.lines) > (
            LARGEST_AMOUNT_MINOR
        ):
            faults.tell(order.source, "number", _TOO_LARGE, number=number)
        return len(faults.bad_rows) == before

    def valued(self, order: PendingOrder, line: Line) -> WrittenLine:
        """A line with its amount and what it cost on the order's date."""
        cost_e4 = line.cost_e4
        if cost_e4 is None:
            cost_e4 = self.histories.cost_on(line.product, order.values["date"].isoformat())
        elif cost_e4 == UNKNOWN_COST:
            cost_e4 = None
        discount = line.discount_bp or 0
        return WrittenLine(
            line.line, line.product, line.quantity_e3, line.price_e4, discount,
            line_amount(line.quantity_e3, line.price_e4, discount), cost_e4,
            None if cost_e4 is None else line_cost(line.quantity_e3, cost_e4),
            self.histories.tax_rate(line.product), line.returns_line,
        )  # fmt: skip

    def whose(self, order: PendingOrder, totals: tuple[int, int, int]) -> Whose:
        """Owner, maker and shares as of the order's date."""
        day = order.values["date"].isoformat()
        found = attributed(
            self.histories.owner_on(order.customer, day), order.values.get("maker"), self.histories.owner_bp_on(day)
        )
        return Whose(found.owner, found.maker, found.owner_bp, owner_share(found.owner_bp, *totals))

    def add(
        self,
        order: PendingOrder,
        lines: list[WrittenLine],
        totals: tuple[int, int, int],
        whose: Whose,
        returns: bytes | None = None,
    ) -> None:
        """Write a new document and its lines, as soon as enough of them have gathered."""
        values, state, day = order.values, order.state, order.values["date"]
        day_text = day.isoformat()
        decided = values.get("decided_on", day).isoformat()
        live_from, live_to = lifetime(state, day_text, decided)
        terms = self.histories.terms_on(order.customer, day_text)
        days = values.get("credit_days", terms.credit_days)
        due = values.get("due_date")
        if due is None:
            due = due_date(day, days, terms.credit_from)
        reason, held_for = values.get("reason", ""), ""
        if state == "held" and (told := held_told(reason)) is not None:
            reason, (held_for, amends) = "", told
            if amends:
                self.waiting_amendments.append((order, amends))
        elif live_from is None and order.kind == "sale" and (ended := ended_told(state, reason)) is not None:
            self.ended_amendments.append((order, ended))
        self._orders.append(
            (
                order.id, values["number"], order.customer, order.kind, state, day_text, day_text, live_from, live_to,
                decided, whose.maker, whose.owner, whose.owner_bp, *totals, whose.share.amount, whose.share.cost,
                whose.share.uncosted, days, terms.credit_from, due.isoformat(), returns,
                text_of(values.get("valid_until")), values.get("invoice_number", ""),
                text_of(values.get("invoiced_on")), reason, values.get("note", ""), held_for, 1, 0,
                self.batch.change_uid,
            )
        )  # fmt: skip
        self._lines += [(order.id, *line) for line in lines]
        self.batch.count("orders").added += 1
        if lines:
            self.batch.count("order_lines").added += len(lines)
        self.batch.customers_moved.add(order.customer)
        self.batch.months_moved.add(day_text[:7])
        if len(self._orders) >= ORDERS_HELD:
            self.write()

    def write(self) -> None:
        """Write what has gathered."""
        insert("orders", ORDER_COLUMNS, self._orders)
        insert("order_line", LINE_COLUMNS, self._lines)
        self._orders.clear()
        self._lines.clear()

    def _compare_lines(self, number: str, order: PendingOrder) -> None:
        """Note where the lines of an order in the store are not what the rows say."""
        if "date" in order.values:
            self.batch.count("orders").unchanged += 1
        if not order.lines:
            return
        kept = {
            row[0]: row[1:]
            for row in rows(
                "SELECT line, product_id, quantity_e3, price_e4, discount_bp, cost_e4, returns_line FROM order_line"
                " WHERE order_id = ?",
                (order.id,),
            )
        }
        same = len(kept) == len(order.lines) and all(_is_same_line(line, kept.get(line.line)) for line in order.lines)
        if same:
            self.batch.count("order_lines").unchanged += len(order.lines)
        else:
            self._differs(order.source, "number", number)


def _is_same_line(line: Line, kept: tuple[Any, ...] | None) -> bool:
    if kept is None:
        return False
    product, quantity_e3, price_e4, discount_bp, cost_e4, returns_line = kept
    said_cost = None if line.cost_e4 == UNKNOWN_COST else line.cost_e4
    return (
        (line.product, line.quantity_e3, line.price_e4) == (product, quantity_e3, price_e4)
        and line.discount_bp in (None, discount_bp)
        and (line.cost_e4 is None or said_cost == cost_e4)
        and line.returns_line in (None, returns_line)
    )


def _reason_as_said(said: str, kept: dict[str, Any]) -> str:
    """The reason of an order in the store as its row says it; tables of an earlier Huoke name no order amended."""
    told = [
        reason_told(kept["state"], kept["reason"], kept["held_for"], amends, kept["live_from"])
        for amends in (kept["replaces"], None)
    ]
    return said if said in told else told[0]


def totals_of(lines: list[WrittenLine]) -> tuple[int, int, int]:
    """Amount, known cost and uncosted revenue of a document, in minor units."""
    return (
        sum(line.amount for line in lines),
        sum(line.cost for line in lines if line.cost is not None),
        sum(line.amount for line in lines if line.cost is None),
    )


def lifetime(state: str, day: str, decided: str) -> tuple[str | None, str | None]:
    """From when and until when a document counts; a cancelled one did until it was cancelled."""
    if state == "confirmed":
        return day, None
    if state == "cancelled" and decided > day:
        return day, decided
    return None, None
