"""Which money settled which bill: the replay of a customer's documents in their order.

Documents are taken by (date; bills, then returns and endings, then receipts; number). A receipt settles the bills it
names, then the oldest due; what is left over waits and is taken by the next bill on that bill's date; money that names
an order not yet confirmed is reserved for it; an order that replaces another takes over its money. What a document did
is never undone by a later one, except where the later one says so: a reversal takes its receipt's allocations back, a
cancellation its bill's.

Because the replay is a fold, the state as of an earlier day is the sum of the allocations dated until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

BILLS, RETURNS, RECEIPTS = 0, 1, 2
# Sorts an event behind the document of a number, and before the next number.
AFTER = "~"


@dataclass(frozen=True)
class Bill:
    """A sale, an opening item, or a refund the customer's own money did not cover.

    Attributes:
        replaces: the order whose money it takes over.
    """

    id: bytes
    date: str
    number: str
    due: str
    amount: int
    replaces: bytes | None = None


@dataclass(frozen=True)
class Wish:
    """A bill that money names; without an amount, as much as the bill is."""

    order: bytes
    amount: int | None
    order_amount: int


@dataclass(frozen=True)
class Money:
    """A receipt, write-off, discount or return; `first` is the bill it takes back or names."""

    id: bytes
    date: str
    number: str
    amount: int
    wishes: tuple[Wish, ...] = ()


@dataclass(frozen=True)
class Event:
    """One document's entry or exit; events sort by (date, rank, number)."""

    date: str
    rank: int
    number: str
    what: str
    document: Bill | Money | bytes

    @property
    def key(self) -> str:
        return f"{self.date}|{self.rank}|{self.number}"


@dataclass
class Ledger:
    """The state of one customer's money between two events. Amounts are minor units.

    Attributes:
        open: what each live bill still owes, only bills that owe something.
        waiting: what each source has left for the next bill.
        reserved: what each source keeps for orders that are not confirmed yet.
        pending: orders that may still be confirmed: money may be reserved for them.
        allocated: bill → source → amount now allocated.
        entries: (source, bill, date) → amount, the record that is kept.
        settled: bill → the date of its closing allocation.
        successors: an order that ended → the one that replaced it.
    """

    bills: dict[bytes, Bill] = field(default_factory=dict)
    open: dict[bytes, int] = field(default_factory=dict)
    sources: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    waiting: dict[bytes, int] = field(default_factory=dict)
    reserved: dict[bytes, dict[bytes, int]] = field(default_factory=dict)
    pending: set[bytes] = field(default_factory=set)
    allocated: dict[bytes, dict[bytes, int]] = field(default_factory=dict)
    entries: dict[tuple[bytes, bytes, str], int] = field(default_factory=dict)
    settled: dict[bytes, str] = field(default_factory=dict)
    successors: dict[bytes, bytes] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take one event."""
        steps: dict[str, Callable[[Any, str], None]] = {
            "bill": self._bill,
            "end bill": self._end_bill,
            "close order": self._close_order,
            "money": self._money,
            "refund": self._refund,
            "end source": self._end_source,
        }
        steps[event.what](event.document, event.date)
        if self.waiting and self.open:
            self._match(event.date)

    def unallocated(self, source: bytes) -> int:
        """What of a source waits or is reserved."""
        return self.waiting.get(source, 0) + sum(self.reserved.get(source, {}).values())

    def _bill(self, bill: Bill, day: str) -> None:
        self.bills[bill.id] = bill
        self.pending.discard(bill.id)
        if bill.amount > 0:
            self.open[bill.id] = bill.amount
        else:
            self.settled[bill.id] = day
        if bill.replaces is not None:
            self._hand_over(bill.replaces, bill.id, day)
        self._free_reserved(bill.id, day)

    def _hand_over(self, former: bytes, bill: bytes, day: str) -> None:
        """Give what settled a bill to the one that replaces it; what is too much waits."""
        self.successors[former] = bill
        for source, amount in list(self.allocated.get(former, {}).items()):
            self._give_back(source, former, amount, day)
            self._wait(source, amount - self._take(source, bill, amount, day))
        self.open.pop(former, None)
        self.settled.pop(former, None)

    def _standing_for(self, order: bytes) -> bytes:
        """The order that stands for one now: itself, or the last of those that replaced it."""
        while order in self.successors:
            order = self.successors[order]
        return order

    def _close_order(self, order: bytes, day: str) -> None:
        self.pending.discard(order)
        self._free_reserved(order, day)

    def _free_reserved(self, order: bytes, day: str) -> None:
        holders = [source for source, kept in self.reserved.items() if order in kept]
        for source in sorted(holders, key=self.sources.__getitem__):
            amount = self.reserved[source].pop(order)
            if not self.reserved[source]:
                del self.reserved[source]
            self._wait(source, amount - self._take(source, self._standing_for(order), amount, day))

    def _end_bill(self, bill: bytes, day: str) -> None:
        for source, amount in list(self.allocated.get(bill, {}).items()):
            self._give_back(source, bill, amount, day)
            self._wait(source, amount)
        self.open.pop(bill, None)
        self.settled.pop(bill, None)

    def _money(self, money: Money, day: str) -> None:
        self.sources[money.id] = (money.date, money.number)
        left = money.amount
        for wish in money.wishes:
            order = self._standing_for(wish.order)
            if order in self.open:
                wished = left if wish.amount is None else min(left, wish.amount)
                left -= self._take(money.id, order, wished, day)
            elif order in self.pending:
                kept = min(left, wish.order_amount if wish.amount is None else wish.amount)
                if kept > 0:
                    orders = self.reserved.setdefault(money.id, {})
                    orders[order] = orders.get(order, 0) + kept
                    left -= kept
        self._wait(money.id, left)

    def _refund(self, refund: Bill, day: str) -> None:
        self.bills[refund.id] = refund
        self.open[refund.id] = refund.amount
        for source in self._waiting_in_order():
            self._wait(source, -self._take(source, refund.id, self.waiting[source], day))

    def _end_source(self, source: bytes, day: str) -> None:
        for bill, sources in list(self.allocated.items()):
            if source in sources:
                amount = sources[source]
                self._give_back(source, bill, amount, day)
                self.open[bill] = self.open.get(bill, 0) + amount
                self.settled.pop(bill, None)
        self.waiting.pop(source, None)
        self.reserved.pop(source, None)

    def _wait(self, source: bytes, amount: int) -> None:
        left = self.waiting.get(source, 0) + amount
        if left:
            self.waiting[source] = left
        else:
            self.waiting.pop(source, None)

    def _waiting_in_order(self) -> list[bytes]:
        return sorted(self.waiting, key=self.sources.__getitem__)

    def _match(self, day: str) -> None:
        """Let what waits settle what is open, the oldest due first."""
        due = sorted(self.open, key=lambda bill: (self.bills[bill].due, self.bills[bill].date, self.bills[bill].number))
        for source in self._waiting_in_order():
            for bill in due:
                if bill in self.open and source in self.waiting:
                    self._wait(source, -self._take(source, bill, self.waiting[source], day))

    def _take(self, source: bytes, bill: bytes, at_most: int, day: str) -> int:
        amount = min(at_most, self.open.get(bill, 0))
        if amount <= 0:
            return 0
        self.open[bill] -= amount
        if not self.open[bill]:
            del self.open[bill]
            self.settled[bill] = day
        sources = self.allocated.setdefault(bill, {})
        sources[source] = sources.get(source, 0) + amount
        self._record(source, bill, day, amount)
        return amount

    def _give_back(self, source: bytes, bill: bytes, amount: int, day: str) -> None:
        del self.allocated[bill][source]
        self._record(source, bill, day, -amount)

    def _record(self, source: bytes, bill: bytes, day: str, amount: int) -> None:
        key = (source, bill, day)
        total = self.entries.get(key, 0) + amount
        if total:
            self.entries[key] = total
        else:
            del self.entries[key]


# --- reading a customer's documents as events


def order_events(row: Sequence[Any]) -> tuple[list[Event], bytes | None]:
    """One order's events, and its id where money may be reserved for it before it becomes a bill.

    Args:
        row: id, kind, state, number, date, live_from, live_to, decided_on, due_date, amount, returns_id, replaces_id.
    """
    id_, kind, _state, number, _date, live_from, live_to, decided_on, due, amount, returns, replaces = row
    if live_from is None:
        closed = _state in ("rejected", "cancelled", "lost")
        events = [Event(decided_on, RETURNS, number, "close order", id_)] if closed and kind == "sale" else []
        return events, id_ if kind == "sale" else None
    if kind == "return" or amount < 0:
        wishes = (Wish(returns, None, amount),) if returns is not None else ()
        events = [Event(live_from, RETURNS, number, "money", Money(id_, live_from, number, abs(amount), wishes))]
        ending = "end source"
    else:
        events = [Event(live_from, BILLS, number, "bill", Bill(id_, live_from, number, due, amount, replaces))]
        ending = "end bill"
    if live_to is not None:
        events.append(Event(live_to, RETURNS, number, ending, id_))
    return events, id_ if kind == "sale" else None


def receipt_event(row: Sequence[Any], wishes: tuple[Wish, ...], reversed_kind: str | None) -> Event:
    """One receipt's event.

    Args:
        row: id, kind, number, date, amount, reverses_id.
        wishes: the bills it names.
        reversed_kind: for a reversal, the kind of what it reverses.
    """
    id_, kind, number, day, amount, reverses = row
    if kind == "reversal":
        return Event(day, RECEIPTS, number, "end bill" if reversed_kind == "refund" else "end source", reverses)
    if kind == "refund":
        return Event(day, RECEIPTS, number, "refund", Bill(id_, day, number, day, amount))
    return Event(day, RECEIPTS, number, "money", Money(id_, day, number, amount, wishes))


def customer_events(
    orders: Iterable[Sequence[Any]],
    receipts: Sequence[Sequence[Any]],
    wishes: Iterable[tuple[bytes, bytes, int | None, int]],
) -> tuple[list[Event], set[bytes]]:
    """All of one customer's events in order, and the orders for which money may be reserved."""
    events: list[Event] = []
    pending: set[bytes] = set()
    replaced: dict[bytes, bytes] = {}
    for row in orders:
        own, reservable = order_events(row)
        events += own
        if reservable is not None:
            pending.add(reservable)
        if row[11] is not None:
            replaced[row[11]] = row[0]
    named: dict[bytes, list[Wish]] = {}
    for receipt, order, amount, order_amount in wishes:
        while order not in pending and order in replaced:
            # It was voided for the one that replaced it, whatever became of that one.
            order = replaced[order]
        named.setdefault(receipt, []).append(Wish(order, amount, order_amount))
    by_id = {row[0]: row for row in receipts}
    for row in receipts:
        reversed_ = by_id.get(row[5])
        event = receipt_event(row, tuple(named.get(row[0], ())), None if reversed_ is None else reversed_[1])
        if reversed_ is not None and event.number < reversed_[2]:
            # Another device numbered it: on the same day too, a reversal comes after what it takes back.
            event = replace(event, number=reversed_[2] + AFTER)
        events.append(event)
    events.sort(key=lambda event: (event.date, event.rank, event.number))
    return events, pending


def replayed(events: Iterable[Event], pending: set[bytes]) -> Ledger:
    """The ledger after all these events, in their order."""
    ledger = Ledger(pending=set(pending))
    for event in events:
        ledger.apply(event)
    return ledger


def open_of_order(ledger: Ledger, id_: bytes) -> int:
    """What an order still owes; of a return, minus what waits to be taken."""
    return ledger.open.get(id_, 0) - ledger.unallocated(id_)


def balance_of(ledger: Ledger) -> int:
    """What the customer owes; negative is the customer's money."""
    return (
        sum(ledger.open.values())
        - sum(ledger.waiting.values())
        - sum(sum(orders.values()) for orders in ledger.reserved.values())
    )
