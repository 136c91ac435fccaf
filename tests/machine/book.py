"""The book: every rule of credit, allocation, returns, amendments and boards once more, in the plainest way.

It shares no code with the product and keeps no totals: each figure is reckoned anew from all documents. Amounts are
minor units, quantities whole pieces, shares basis points.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

FULL = 10_000
NOBODY = ""


@dataclass
class BookLine:
    product: str
    pieces: int
    price: int
    cost: int | None

    @property
    def amount(self) -> int:
        return self.pieces * self.price


@dataclass
class BookOrder:
    """A sale, or a return where `returns` names the sale."""

    number: str
    customer: str
    state: str
    date: date
    first_date: date
    decided_on: date
    lines: list[BookLine]
    maker: str
    due: date
    owner: str = NOBODY
    owner_bp: int = 0
    live_from: date | None = None
    live_to: date | None = None
    returns: str = ""
    returned: dict[int, int] = field(default_factory=dict)
    replaces: str = ""
    amends: bool = False
    owner_amount: int = 0
    owner_cost: int = 0
    owner_uncosted: int = 0

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def cost(self) -> int:
        return sum(line.pieces * line.cost for line in self.lines if line.cost is not None)

    @property
    def uncosted(self) -> int:
        return sum(line.amount for line in self.lines if line.cost is None)

    def lived_on(self, day: date) -> bool:
        return self.live_from is not None and self.live_from <= day and (self.live_to is None or self.live_to > day)


@dataclass
class BookReceipt:
    number: str
    customer: str
    date: date
    amount: int
    kind: str
    names: tuple[str, ...] = ()
    reverses: str = ""
    voided: bool = False


@dataclass
class BookCustomer:
    owners: dict[date, str] = field(default_factory=dict)
    terms: dict[date, tuple[int, int]] = field(default_factory=dict)
    blacklisted: dict[date, bool] = field(default_factory=dict)
    merged_into: str = ""
    retail: bool = False
    month_end: dict[date, bool] = field(default_factory=dict)
    # First and last day of a temporary limit, and how much it is.
    temporary: dict[tuple[date, date], int] = field(default_factory=dict)
    claimed_on: set[date] = field(default_factory=set)
    # The day on which someone gave it back to the pool, and who.
    given_back: dict[date, str] = field(default_factory=dict)

    def limit_on(self, day: date) -> int:
        holding = [span for span in self.temporary if span[0] <= day <= span[1]]
        return self.temporary[max(holding)] if holding else int(latest(self.terms, day, (0, 0))[1])


def latest(history: dict[date, Any], day: date, otherwise: Any) -> Any:
    """What holds on a day of a dated history."""
    days = [since for since in history if since <= day]
    return history[max(days)] if days else otherwise


@dataclass
class Settled:
    """What became of a customer's money until a day."""

    open: dict[str, int] = field(default_factory=dict)
    due: dict[str, date] = field(default_factory=dict)
    waits: dict[str, int] = field(default_factory=dict)
    reserved: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        return sum(self.open.values()) - sum(self.waits.values()) - sum(self.reserved.values())


def half_up(numerator: int, denominator: int) -> int:
    assert numerator >= 0
    return (2 * numerator + denominator) // (2 * denominator)


class Book:
    def __init__(self) -> None:
        self.customers: dict[str, BookCustomer] = {}
        self.orders: dict[str, BookOrder] = {}
        self.receipts: dict[str, BookReceipt] = {}
        self.costs: dict[str, dict[date, int]] = {}
        self.owner_bp: dict[date, int] = {}
        self.grace_days: dict[date, int] = {}
        self.tolerance: dict[date, int] = {}
        self.blacklisted_may_prepay: dict[date, bool] = {}

    def copy(self) -> Book:
        return copy.deepcopy(self)

    # --- what holds on a day

    def owner_on(self, customer: str, day: date) -> str:
        return str(latest(self.customers[customer].owners, day, NOBODY))

    def theirs(self, customer: str) -> tuple[list[BookOrder], list[BookReceipt]]:
        return (
            [order for order in self.orders.values() if order.customer == customer and order.state != "voided"],
            [receipt for receipt in self.receipts.values() if receipt.customer == customer and not receipt.voided],
        )

    # --- money

    def settled(self, customer: str, until: date) -> Settled:
        """Play all documents of a customer until a day."""
        orders, receipts = self.theirs(customer)
        found = Settled()
        taken: dict[tuple[str, str], int] = defaultdict(int)
        since: dict[str, tuple[date, str]] = {}
        pending = {order.number for order in orders if not order.returns}
        successor: dict[str, str] = {}

        def stands_for(number: str) -> str:
            while number in successor:
                number = successor[number]
            return number

        def take(source: str, bill: str, most: int) -> int:
            amount = min(most, found.open.get(bill, 0))
            if amount > 0:
                found.open[bill] -= amount
                taken[source, bill] += amount
            return amount

        def wait(source: str, amount: int) -> None:
            found.waits[source] = found.waits.get(source, 0) + amount

        def free(order: str) -> None:
            for source in sorted((key[0] for key in found.reserved if key[1] == order), key=since.__getitem__):
                amount = found.reserved.pop((source, order))
                wait(source, amount - take(source, stands_for(order), amount))

        def match() -> None:
            for source in sorted(found.waits, key=since.__getitem__):
                for bill in sorted(found.open, key=lambda each: (found.due[each], begun[each], each)):
                    found.waits[source] -= take(source, bill, found.waits[source])

        def end_bill(bill: str, heir: str = "") -> None:
            for source, of in [key for key in taken if key[1] == bill]:
                amount = taken.pop((source, of))
                wait(source, amount - (take(source, heir, amount) if heir else 0))
            found.open.pop(bill, None)

        def end_source(source: str) -> None:
            for of, bill in [key for key in taken if key[0] == source]:
                found.open[bill] = found.open.get(bill, 0) + taken.pop((of, bill))
            found.waits.pop(source, None)
            for key in [key for key in found.reserved if key[0] == source]:
                del found.reserved[key]

        begun: dict[str, date] = {}
        for day, _rank, number, what in sorted(self._events(orders, receipts)):
            if day > until:
                continue
            order, receipt = self.orders.get(number), self.receipts.get(number)
            if what == "bill" and order is not None:
                found.open[number], found.due[number], begun[number] = order.amount, order.due, day
                pending.discard(number)
                if order.replaces:
                    successor[order.replaces] = number
                    end_bill(order.replaces, number)
                free(number)
            elif what == "end bill":
                end_bill(number)
            elif what == "close":
                pending.discard(number)
                free(number)
            elif what == "end source":
                end_source(number)
            elif what == "return" and order is not None:
                since[number] = (day, number)
                bill = stands_for(order.returns)
                wait(number, order.amount - take(number, bill, order.amount))
            elif what == "refund" and receipt is not None:
                found.open[number], found.due[number], begun[number] = receipt.amount, day, day
                for source in sorted(found.waits, key=since.__getitem__):
                    found.waits[source] -= take(source, number, found.waits[source])
            elif what == "money" and receipt is not None:
                since[number] = (day, number)
                left = receipt.amount
                for named in receipt.names:
                    bill = stands_for(self._unvoided(named))
                    if found.open.get(bill, 0) > 0:
                        left -= take(number, bill, left)
                    elif bill in pending:
                        kept = min(left, self.orders[named].amount)
                        if kept:
                            found.reserved[number, bill] = found.reserved.get((number, bill), 0) + kept
                        left -= kept
                wait(number, left)
            elif what == "reversal" and receipt is not None:
                reversed_ = self.receipts[receipt.reverses]
                if reversed_.kind == "refund":
                    end_bill(reversed_.number)
                else:
                    end_source(reversed_.number)
            match()
        return found

    def _unvoided(self, number: str) -> str:
        """A quote or held order that was taken out for another stands for that one."""
        while self.orders[number].state == "voided":
            heirs = [order.number for order in self.orders.values() if order.replaces == number]
            heirs = [heir for heir in heirs if self.orders[heir].state != "voided" or self._has_heir(heir)]
            if not heirs:
                return number
            number = heirs[-1]
        return number

    def _has_heir(self, number: str) -> bool:
        return any(order.replaces == number and order.state != "voided" for order in self.orders.values())

    def _events(
        self, orders: Iterable[BookOrder], receipts: Iterable[BookReceipt]
    ) -> Iterable[tuple[date, int, str, str]]:
        for order in orders:
            if order.live_from is None:
                if order.state in ("rejected", "cancelled", "lost") and not order.returns:
                    yield order.decided_on, 1, order.number, "close"
                continue
            rank, begins, ends = (1, "return", "end source") if order.returns else (0, "bill", "end bill")
            yield order.live_from, rank, order.number, begins
            if order.live_to is not None:
                yield order.live_to, 1, order.number, ends
        for receipt in receipts:
            what = receipt.kind if receipt.kind in ("refund", "reversal") else "money"
            yield receipt.date, 2, receipt.number, what

    def ageing(self, customer: str, day: date, by: str = "due") -> tuple[int, ...]:
        """not due, 1–30, 31–60, 61–90, 91 and more days past due or since the date, unallocated."""
        found = self.settled(customer, day)
        buckets = [0] * 6
        for bill, amount in found.open.items():
            since = found.due[bill] if by == "due" or bill not in self.orders else self.orders[bill].date
            late = (day - since).days
            buckets[0 if late <= 0 else min(4, 1 + (late - 1) // 30)] += amount
        buckets[5] = -(sum(found.waits.values()) + sum(found.reserved.values()))
        return tuple(buckets)

    # --- credit

    def held_for(
        self, customer: str, total: int, day: date, *, paid: int = 0, waiting: str = "", instead_of: int = 0,
        carried: int = 0,
    ) -> set[str]:  # fmt: skip
        """Why an order would be held, judged on a day with all documents there are.

        Args:
            waiting: the number of the order, where money may be reserved for it.
            instead_of: what the order amounts to that it amends.
            carried: money that waited for what it replaces.
        """
        found = self.settled(customer, date.max)
        limit = self.customers[customer].limit_on(day)
        reserved = sum(amount for (_source, order), amount in found.reserved.items() if order == waiting)
        elsewhere = sum(found.reserved.values()) - reserved
        reserved = min(reserved, total)
        need = max(0, total - instead_of - paid - reserved - carried)
        reasons = set()
        may_prepay = need == 0 and latest(self.blacklisted_may_prepay, day, False)
        if latest(self.customers[customer].blacklisted, day, False) and not may_prepay:
            reasons.add("blacklisted")
        if need > 0 and self.overdue(customer, day):
            reasons.add("overdue")
        if need > 0 and found.balance + total - instead_of - min(paid, total) + elsewhere > limit:
            reasons.add("over_limit")
        if instead_of:
            reasons.add("amended")
        return reasons

    def overdue(self, customer: str, day: date) -> int:
        """What a customer owes past due and grace, as known now; residues that are tolerated left out."""
        found = self.settled(customer, date.max)
        last = day - timedelta(days=latest(self.grace_days, day, 0))
        tolerated = latest(self.tolerance, day, 0)
        return sum(
            amount for bill, amount in found.open.items()
            if bill in self.orders and amount > tolerated and found.due[bill] < last
        )  # fmt: skip

    # --- orders

    def freeze(self, order: BookOrder) -> None:
        """Write what holds on the order's date into it."""
        days, _limit = latest(self.customers[order.customer].terms, order.date, (0, 0))
        start = order.date
        if latest(self.customers[order.customer].month_end, order.date, False):
            start = (start.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        order.due = start + timedelta(days=days)
        owner = self.owner_on(order.customer, order.date)
        order.owner, order.owner_bp = owner, 0
        if owner and order.maker in (NOBODY, owner):
            order.maker = owner
        elif owner:
            order.owner_bp = latest(self.owner_bp, order.date, FULL)
        for line in order.lines:
            line.cost = latest(self.costs[line.product], order.date, None)
        self.share(order)

    def share(self, order: BookOrder) -> None:
        order.owner_amount, order.owner_cost, order.owner_uncosted = (
            half_up(whole * order.owner_bp, FULL) for whole in (order.amount, order.cost, order.uncosted)
        )

    def freeze_as(self, original: BookOrder, order: BookOrder) -> None:
        """Write into an amendment what was frozen with its order."""
        order.due, order.owner, order.maker = original.due, original.owner, original.maker
        order.owner_bp = original.owner_bp
        frozen = {line.product: line.cost for line in original.lines}
        for line in order.lines:
            line.cost = (
                frozen[line.product]
                if line.product in frozen
                else latest(self.costs[line.product], original.date, None)
            )
        self.share(order)

    def share_return(self, order: BookOrder) -> None:
        """The owner's part of a return: that of all that came back, less that of what came back before."""
        original = self.orders[order.returns]
        earlier = [
            each for each in self.orders.values()
            if each.returns == order.returns and each.state == "confirmed" and each is not order
        ]  # fmt: skip

        def part(of: Callable[[BookOrder], int], owners: Callable[[BookOrder], int]) -> int:
            together = half_up((sum(map(of, earlier)) + of(order)) * original.owner_bp, FULL)
            return together - sum(map(owners, earlier))

        order.owner_amount, order.owner_cost, order.owner_uncosted = (
            part(lambda each: each.amount, lambda each: each.owner_amount),
            part(lambda each: each.cost, lambda each: each.owner_cost),
            part(lambda each: each.uncosted, lambda each: each.owner_uncosted),
        )

    def still_out(self, number: str, line: int) -> int:
        """How many pieces of a line have not come back."""
        back = sum(
            order.returned.get(line, 0)
            for order in self.orders.values()
            if order.returns == number and order.state == "confirmed"
        )
        return self.orders[number].lines[line - 1].pieces - back

    # --- boards

    def performance(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        """(salesperson, month) → orders, amount, cost, uncosted; only where one of them is not zero."""
        found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for order in self.orders.values():
            if order.state != "confirmed":
                continue
            sign, month = (-1 if order.returns else 1), str(order.date)[:7]
            counts = 1 if not order.returns and order.amount > 0 else 0
            whole = (order.amount, order.cost, order.uncosted)
            owners = (order.owner_amount, order.owner_cost, order.owner_uncosted) if order.owner_bp else (0, 0, 0)
            larger = order.owner_bp >= FULL // 2 and order.owner_bp > 0
            for person, parts, head in (
                (order.owner, owners, counts if larger else 0),
                (order.maker, [all_ - own for all_, own in zip(whole, owners, strict=True)], 0 if larger else counts),
            ):
                for at, value in enumerate((head, *(sign * part for part in parts))):
                    found[person, month][at] += value
        return {key: (s[0], s[1], s[2], s[3]) for key, s in found.items() if any(s)}

    def traded_in(self, customer: str, month: str) -> bool:
        return any(
            order.state == "confirmed" and not order.returns and order.amount > 0 and str(order.date)[:7] == month
            for order in self.orders.values()
            if order.customer == customer
        )

    def activity(self, day: date) -> dict[str, tuple[int, int]]:
        """Salesperson → responsible, active, in the month of a day until it; `*` is the company."""
        found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for code, customer in self.customers.items():
            if customer.merged_into or customer.retail:
                continue
            traded = self.traded_in(code, str(day)[:7])
            counted = dict.fromkeys(self._responsible(customer, day, traded), traded)
            for person, active in (counted | {"*": traded}).items():
                responsible, all_active = found[person]
                found[person] = responsible + 1, all_active + active
        return dict(found)

    def _responsible(self, customer: BookCustomer, day: date, traded: bool) -> set[str]:
        """Whose it is, unless claimed this month; and who gave it back this month without a trade."""
        first = day.replace(day=1)

        def counts(start: date) -> bool:
            return not (start in customer.claimed_on and start >= first)

        start = max(since for since in customer.owners if since <= day)
        found = {customer.owners[start]} if customer.owners[start] and counts(start) else set()
        for gone, person in customer.given_back.items():
            if first <= gone <= day and not traded and counts(max(since for since in customer.owners if since < gone)):
                found.add(person)
        return found

    def revenue(self, month: str) -> dict[str, int]:
        """Customer → what was sold in a month less what came back in it, by the date of each."""
        found: dict[str, int] = defaultdict(int)
        for order in self.orders.values():
            if order.state == "confirmed" and str(order.date)[:7] == month:
                found[order.customer] += -order.amount if order.returns else order.amount
        return {customer: amount for customer, amount in found.items() if amount}
