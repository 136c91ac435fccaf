"""The credit time machine: what other credit terms would have held in a past period, and what that would have changed.

Every order that became a live sale in the period, and still is one, is judged again on its date: once by the terms
that held then, once by the other ones. The documents are those that are known now; what a customer owed is replayed
order by order. An order that would have been held is taken out, with the money that paid it, before the customer's
next order is judged, so that a bill which would not be there neither fills the limit nor is overdue.

*Held*: some of it was not paid with it (nor by money that waited), and the customer had a bill overdue beyond the
grace, or the exposure was above the limit; `overdue` names it first. Receipts and returns of the same day are counted
as if they had come before it, orders of the same day by their numbers. Other days count from the period's own orders
on: bills from before keep the due dates they had. The blacklist, floors and leases are the same under any terms, so
they are left out; that is why the present terms are judged again too: the two are compared with each other, not with
what people then held and released.

*Saved*: of the held orders, the amount whose bill was later paid, or is still unpaid, more than 30, 60 and 90 days
after its due date, and what of them is overdue and unpaid as of today. *Forgone*: the margin of those held whose bill
was paid after all, however late. What is held and not yet due is neither: it stands apart as undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Literal, TypeAlias

from model.batches import batches
from model.credit import overdue_before, tolerance_on
from model.dates import first_day, last_day, shifted
from model.fields import iso
from model.laptop import held_in_full
from model.money import half_up
from model.payment_record import payment_records
from model.record import Record
from model.store import execute, rows
from model.trend import last_full_month

QUARTER_MONTHS = 3
LATE_DAYS = (30, 60, 90)
FULL_PERCENT = 100
BILLS_PER_STATEMENT = 500
Why: TypeAlias = Literal["overdue", "over_limit"]

# In the order of customers, but not by the index of theirs: SQLite would go through all orders along it, one by one.
_BILLS = f"""
SELECT o.customer_id, o.id, o.number, o.kind, o.live_from, o.live_to, o.due_date, o.credit_days, o.amount,
    o.amount - o.uncosted - o.cost, o.settled_on
FROM orders o
WHERE o.kind <> 'return' AND o.amount > 0 AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)
    AND (o.settled_on IS NULL OR o.settled_on >= ?) AND {held_in_full("o.customer_id")}
ORDER BY COALESCE(o.customer_id, o.id), o.live_from, o.number
"""
_ALLOCATED = """
SELECT a.bill_id, a.date, a.amount, COALESCE(r.date, q.live_from) FROM allocation a
LEFT JOIN receipt r ON r.id = a.source_id LEFT JOIN orders q ON q.id = a.source_id
WHERE a.bill_id IN ({marks}) AND a.date <= ?
"""
# Money that waits to this day has waited since its own date.
_WAITING = """
SELECT r.customer_id, r.date, r.unallocated FROM receipt r WHERE r.unallocated <> 0 AND r.unallocated > 0
UNION ALL
SELECT o.customer_id, o.live_from, -o.open_amount FROM orders o WHERE o.open_amount <> 0 AND o.open_amount < 0
"""
_TERMS = """
SELECT customer_id, from_date, until_date, credit_limit FROM terms WHERE credit_limit IS NOT NULL
ORDER BY CASE WHEN until_date = '' THEN 0 ELSE 1 END, from_date, until_date
"""


@dataclass(frozen=True)
class OtherTerms:
    """What else the company might have granted; whatever is not named stays as it was.

    Attributes:
        days: everyone's credit days.
        days_percent, limit_percent: of the days and limits that each customer had; 100 leaves them.
        grace_days: after the due date, before a bill stops an order.
        suggested: the days and limits that each customer's payment record suggested when the period began, in place
            of all of the above but the grace.
    """

    days: int | None = None
    days_percent: int = FULL_PERCENT
    limit_percent: int = FULL_PERCENT
    grace_days: int | None = None
    suggested: bool = False


class HeldThen(Record, frozen=True):
    """An order that would have been held; amounts in minor units.

    Attributes:
        margin: estimated by the cost frozen on it; lines without a cost add nothing.
        days_late: paid, or today, less due; at least 0.
        unpaid: what of it is still open today.
        due: whether it is due by today.
    """

    id: bytes
    number: str
    customer: bytes
    day: date
    why: Why
    amount: int
    margin: int
    days_late: int
    unpaid: int
    due: bool


@dataclass
class Replay:
    """What some terms would have held."""

    held: list[HeldThen] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return sum(order.amount for order in self.held)

    @property
    def margin(self) -> int:
        return sum(order.margin for order in self.held)

    def late(self, days: int) -> int:
        """Saved: the amount of those held that became overdue for longer than so many days."""
        return sum(order.amount for order in self.held if order.days_late > days)

    @property
    def unpaid(self) -> int:
        """Saved: what of those held is due and unpaid today."""
        return sum(order.unpaid for order in self.held if order.due)

    @property
    def forgone(self) -> int:
        """The margin of those held whose bill was paid after all."""
        return sum(order.margin for order in self.held if not order.unpaid)

    @property
    def undecided(self) -> int:
        """What of those held is open and not yet due."""
        return sum(order.unpaid for order in self.held if not order.due)

    def count(self, why: Why) -> int:
        return sum(1 for order in self.held if order.why == why)


@dataclass(frozen=True)
class TimeMachine:
    """The orders of a period by the terms that held, and by others; amounts in minor units."""

    first: date
    last: date
    orders: int
    amount: int
    present: Replay
    other: Replay


class _Bill(Record, frozen=True):
    id: bytes
    number: str
    day: str
    until: str | None
    due: date
    days: int
    amount: int
    margin: int
    settled_on: str | None
    judged: bool


@dataclass(frozen=True)
class _Rule:
    """By what orders are judged; `suggestions` are days and limits by customer, where they are what holds."""

    terms: OtherTerms
    suggestions: dict[bytes, tuple[int, int]]

    def of(self, customer: bytes, own: tuple[int, int]) -> tuple[int, int]:
        """Credit days and limit for an order that had its own."""
        if self.terms.suggested:
            return self.suggestions.get(customer, (0, 0))
        days = half_up(own[0] * self.terms.days_percent, FULL_PERCENT) if self.terms.days is None else self.terms.days
        return days, half_up(own[1] * self.terms.limit_percent, FULL_PERCENT)


def last_quarter(day: date) -> tuple[date, date]:
    """The first and last day of the last three full months."""
    until = last_full_month(day)
    return first_day(shifted(until, 1 - QUARTER_MONTHS)), last_day(until)


def time_machine(
    other: OtherTerms,
    as_of: date,
    first: date | None = None,
    last: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TimeMachine:
    """What other terms would have held in a period, the last quarter where none is given.

    Args:
        progress: told how many customers are judged, and of how many.
    """
    quarter = last_quarter(as_of)
    first, last = first or quarter[0], min(last or quarter[1], as_of)
    bills = _bills(first, last, as_of)
    suggestions = {}
    if other.suggested:
        suggestions = {
            bytes(row.id): (row.suggestion.days, row.suggestion.limit)
            for row in payment_records(first - timedelta(days=1))
        }
    judge = _Judge(first, last, as_of, _terms(), _waiting(as_of))
    rules = (_Rule(OtherTerms(), {}), _Rule(other, suggestions))
    replays = (Replay(), Replay())
    done = 0
    same = other == OtherTerms()
    for some in _batches(bills):
        allocated = _allocated([bill.id for theirs in some.values() for bill in theirs], as_of)
        for customer, theirs in some.items():
            for rule, replay in zip(rules[: 1 if same else 2], replays, strict=False):
                replay.held.extend(judge.held(customer, theirs, allocated, rule))
        done += len(some)
        if progress is not None:
            progress(done, len(bills))
    if same:
        replays[1].held.extend(replays[0].held)
    judged = [bill for theirs in bills.values() for bill in theirs if bill.judged]
    return TimeMachine(first, last, len(judged), sum(bill.amount for bill in judged), *replays)


# Date, amount, and the date of the money or return it comes from.
_Part: TypeAlias = tuple[str, int, str]


@dataclass
class _Judge:
    """What is known of all customers while the orders of a period are judged again."""

    first: date
    last: date
    as_of: date
    terms: dict[bytes, list[tuple[str, str, int]]]
    waiting: dict[bytes, list[tuple[str, int]]]
    limits: dict[str, tuple[int, date]] = field(default_factory=dict)

    def held(
        self, customer: bytes, bills: Sequence[_Bill], allocated: dict[bytes, list[_Part]], rule: _Rule
    ) -> Iterator[HeldThen]:
        """Those of a customer's orders, in their order, that a rule would have held."""
        present: list[tuple[_Bill, date]] = []
        for bill in bills:
            due = bill.due
            if bill.judged:
                # What was settled before is owed no more, and no later allocation changes it.
                present = [each for each in present if each[0].settled_on is None or each[0].settled_on >= bill.day]
                days, limit = rule.of(customer, (bill.days, self._limit(customer, bill.day)))
                due += timedelta(days=days - bill.days)
                why = self._why(customer, bill, present, allocated, limit, rule.terms.grace_days)
                if why is not None:
                    yield self._held(customer, bill, allocated.get(bill.id, ()), why)
                    continue
            present.append((bill, due))

    def _why(
        self, customer: bytes, order: _Bill, before: Sequence[tuple[_Bill, date]], allocated: dict[bytes, list[_Part]],
        limit: int, grace: int | None,
    ) -> Why | None:  # fmt: skip
        day = order.day
        unpaid = _open(order, allocated, day)
        if unpaid <= 0:
            return None
        tolerance, late_before = self._limits(day)
        if grace is not None:
            late_before = date.fromisoformat(day) - timedelta(days=grace)
        exposure, overdue = unpaid - self._waited(customer, before, order, allocated, day), 0
        for bill, due in before:
            if bill.until is None or bill.until > day:
                owed = _open(bill, allocated, day)
                exposure += owed
                if owed > tolerance and due < late_before:
                    overdue += owed
        if overdue:
            return "overdue"
        return "over_limit" if exposure > limit else None

    def _waited(
        self, customer: bytes, before: Sequence[tuple[_Bill, date]], order: _Bill, allocated: dict[bytes, list[_Part]],
        day: str,
    ) -> int:  # fmt: skip
        """Money that had come by a day and was taken later, or waits still."""
        taken = sum(
            amount
            for bill in (*(each for each, _due in before), order)
            for on, amount, came in allocated.get(bill.id, ())
            if came <= day < on and amount > 0
        )
        return taken + sum(amount for came, amount in self.waiting.get(customer, ()) if came <= day)

    def _limit(self, customer: bytes, day: str) -> int:
        limit = 0
        for since, until, own in self.terms.get(customer, ()):
            if since <= day and (until == "" or until >= day):
                limit = own
        return limit

    def _limits(self, day: str) -> tuple[int, date]:
        """The tolerance of a day, and the date before which bills were overdue."""
        if day not in self.limits:
            on = date.fromisoformat(day)
            self.limits[day] = (tolerance_on(on), overdue_before(on))
        return self.limits[day]

    def _held(self, customer: bytes, bill: _Bill, parts: Sequence[_Part], why: Why) -> HeldThen:
        unpaid = bill.amount - sum(amount for _on, amount, _came in parts)
        ended = self.as_of
        if unpaid <= 0:
            ended = date.fromisoformat(max((on for on, _amount, _came in parts), default=bill.day))
        return HeldThen(
            bill.id, bill.number, customer, date.fromisoformat(bill.day), why, bill.amount, bill.margin,
            max(0, (ended - bill.due).days), max(0, unpaid), bill.due < self.as_of,
        )  # fmt: skip


def _open(bill: _Bill, allocated: dict[bytes, list[_Part]], day: str) -> int:
    return bill.amount - sum(amount for on, amount, _came in allocated.get(bill.id, ()) if on <= day)


def _bills(first: date, last: date, as_of: date) -> dict[bytes, list[_Bill]]:
    """The bills that were open or taken in the period, of the customers that took one, in the order of their dates."""
    found: dict[bytes, list[_Bill]] = {}
    until = iso(as_of) or ""
    bills = execute(_BILLS, (iso(last), iso(first), iso(first)))
    for customer, theirs in groupby(bills, key=itemgetter(0)):
        mine = [
            _Bill(
                bytes(id_), number, day, ended, date.fromisoformat(due), days, amount, margin, settled,
                kind == "sale" and day >= first.isoformat() and (ended is None or ended > until),
            )
            for _customer, id_, number, kind, day, ended, due, days, amount, margin, settled in theirs
        ]  # fmt: skip
        if any(bill.judged for bill in mine):
            found[bytes(customer)] = mine
    return found


def _batches(bills: dict[bytes, list[_Bill]]) -> Iterator[dict[bytes, list[_Bill]]]:
    """The customers in parts whose bills fit one statement, or one customer with more."""
    some: dict[bytes, list[_Bill]] = {}
    count = 0
    for customer, theirs in bills.items():
        if some and count + len(theirs) > BILLS_PER_STATEMENT:
            yield some
            some, count = {}, 0
        some[customer] = theirs
        count += len(theirs)
    if some:
        yield some


def _allocated(ids: Sequence[bytes], as_of: date) -> dict[bytes, list[_Part]]:
    found: dict[bytes, list[_Part]] = {}
    for some in batches(ids, BILLS_PER_STATEMENT):
        query = _ALLOCATED.format(marks=", ".join("?" * len(some)))
        for bill, on, amount, came in rows(query, (*some, iso(as_of))):
            found.setdefault(bytes(bill), []).append((on, int(amount), came or on))
    return found


def _waiting(as_of: date) -> dict[bytes, list[tuple[str, int]]]:
    found: dict[bytes, list[tuple[str, int]]] = {}
    for customer, came, amount in rows(_WAITING):
        if came <= as_of.isoformat():
            found.setdefault(bytes(customer), []).append((came, int(amount)))
    return found


def _terms() -> dict[bytes, list[tuple[str, str, int]]]:
    """Every customer's history of limits; whatever is read last of those that hold on a day holds."""
    found: dict[bytes, list[tuple[str, str, int]]] = {}
    for customer, since, until, limit in rows(_TERMS):
        found.setdefault(bytes(customer), []).append((since, until, int(limit)))
    return found
