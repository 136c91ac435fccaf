"""How one customer pays: on time or late, bill by bill, several at once or on account."""

from __future__ import annotations

from random import Random

from sample_db.books import (
    NONE,
    OPENING,
    REFUND,
    REVERSAL,
    SETTLEMENT_DISCOUNT,
    WRITE_OFF,
    Books,
)
from sample_db.customers import Customer, Habit
from sample_db.seasons import Period
from sample_db.trade import Bill

PARTIAL_SHARE = 0.05
NAMED_SHARE = 0.25
DISCOUNT_SHARE = 0.02
REVERSED_SHARE = 0.003
REFUNDED_SHARE = 0.75
DEPOSIT_SHARE = 0.03
WHOLE_TEN_YUAN_MINOR = 1_000
BY_TRANSFER, BY_CHEQUE, BY_DRAFT = 1, 5, 6
CREDIT_METHODS = (1, 1, 1, 1, 1, 2, 5, 6)
COUNTER_METHODS = (1, 1, 2, 2, 2, 3, 4)


def _days_late(rng: Random, habit: Habit) -> int:
    """How many days after the due day a bill is paid; negative is early."""
    chance = rng.random()
    if habit == "A":
        return -int(chance * 6)
    if habit == "B":
        return int(chance * 7) + 1 if chance > 0.55 else -int(chance * 4)
    if habit == "C":
        return int(rng.random() * 26) + 3 if chance > 0.5 else int(chance * 8)
    return int(rng.random() * 60) + 6 if chance > 0.35 else int(chance * 30)


class Paying:
    """One customer's money, bill by bill; money in fen.

    After `run`, `open_bills` are (due day, open amount) at today and `movements` the (day, change) of the
    balance.
    """

    def __init__(self, rng: Random, period: Period, books: Books, position: int, customer: Customer) -> None:
        self.rng = rng
        self.period = period
        self.books = books
        self.position = position
        self.customer = customer
        self.open_bills: list[tuple[int, int]] = []
        self.movements: list[tuple[int, int]] = []
        self._surpluses: list[tuple[int, int]] = []
        self._group: list[tuple[Bill, int]] = []
        self._group_day = 0
        self._rest_is_open = False
        self._cycle = rng.choice((5, 7, 10, 15))

    @property
    def balance_minor(self) -> int:
        """What the customer owes today, negative when the money is the customer's."""
        return sum(change for _, change in self.movements)

    @property
    def overdue_minor(self) -> int:
        """What of it should have been paid before today."""
        late = sum(amount for due, amount in self.open_bills if due < self.period.last)
        return max(0, late - sum(amount for _, amount in self._surpluses))

    def peak_minor(self, since: int) -> int:
        """The highest balance at the end of any day from a day on."""
        peak = balance = 0
        by_day: dict[int, int] = {}
        for day, change in self.movements:
            by_day[day] = by_day.get(day, 0) + change
        for day in sorted(by_day):
            balance += by_day[day]
            if day >= since:
                peak = max(peak, balance)
        return peak

    def run(self, bills: list[Bill]) -> None:
        """Pay the bills as this customer does, up to today."""
        last_paid_on = 0
        stops_paying = self.customer.stops_paying_on
        for bill in bills:
            self.movements.append((bill.day, bill.amount_minor))
            if bill.returned_on is not None:
                self.movements.append((bill.returned_on, -bill.returned_minor))
            if bill.prepaid:
                self._flush()
                self._pay_at_once(bill)
                continue
            if stops_paying is not None and bill.day >= stops_paying:
                self._leave_open(bill)
                continue
            pay_on = self._pay_day(bill, last_paid_on)
            last_paid_on = pay_on
            if self._group and pay_on != self._group_day:
                self._flush()
            self._group_day = pay_on
            self._group.append((bill, self._owed(bill, pay_on)))
            if self.customer.pays_by == "bill":
                self._flush()
        self._flush()

    def write_off_part(self) -> None:
        """Give up part of what a customer on the blacklist never paid."""
        owed = self.balance_minor
        stopped = self.customer.stops_paying_on
        if owed <= 0 or stopped is None:
            return
        given_up = owed * self.rng.randint(20, 60) // 100 // 100 * 100
        day = min(self.period.last, stopped + 150)
        if given_up:
            self._record(day, given_up, 0, kind=WRITE_OFF)

    def _pay_day(self, bill: Bill, not_before: int) -> int:
        day = max(bill.day, bill.due + _days_late(self.rng, self.customer.habit))
        if self.customer.pays_by == "batch":
            # Pays on its own payment days: one who is never late pays on the one before the due day.
            early = day - day % self._cycle
            day = early if early >= bill.day else day
        return max(day, not_before)

    def _owed(self, bill: Bill, pay_on: int) -> int:
        """What is to be paid for a bill, less what came back before."""
        if bill.returned_on is None:
            return bill.amount_minor
        if bill.returned_on <= pay_on:
            return bill.amount_minor - bill.returned_minor
        if pay_on <= self.period.last:
            self._give_back(bill)
        return bill.amount_minor

    def _give_back(self, bill: Bill) -> None:
        """Goods came back that were already paid: the money goes back too, or stays for the next bill."""
        assert bill.returned_on is not None
        # Only to one who pays at once: with other bills open the goods brought back settle those first.
        if bill.prepaid and self.rng.random() < REFUNDED_SHARE:
            day = bill.returned_on + self.rng.randint(0, 3)
            if day <= self.period.last:
                self._record(day, bill.returned_minor, self.rng.choice(COUNTER_METHODS), kind=REFUND)
                return
        self._surpluses.append((bill.returned_on, bill.returned_minor))

    def _pay_at_once(self, bill: Bill) -> None:
        owed = bill.amount_minor - self._use_surplus(bill.day, bill.amount_minor)
        if owed:
            method = self.rng.choice(COUNTER_METHODS)
            if self.rng.random() < DEPOSIT_SHARE and bill.day > 6:
                self._record(bill.day - self.rng.randint(1, 6), owed, method)
            else:
                self._record(bill.day, owed, method, order=bill.order)
        if bill.returned_on is not None:
            self._give_back(bill)

    def _use_surplus(self, day: int, at_most_minor: int) -> int:
        """Take the customer's own money that is there on a day."""
        used = 0
        kept: list[tuple[int, int]] = []
        for since, amount in self._surpluses:
            take = min(amount, at_most_minor - used) if since <= day else 0
            used += take
            if amount > take:
                kept.append((since, amount - take))
        self._surpluses = kept
        return used

    def _flush(self) -> None:
        """Pay the bills gathered for one day, or leave them open when that day is still to come."""
        group, self._group = self._group, []
        if not group:
            return
        day = self._group_day
        if day > self.period.last:
            for bill, _ in group:
                self._leave_open(bill)
            return
        owed = sum(amount for _, amount in group)
        used = self._use_surplus(day, owed)
        owed -= used
        if owed <= 0:
            return
        if self.customer.pays_by == "round":
            self._pay_on_account(day, owed)
        elif len(group) > 1:
            self._pay_several(day, owed, group, may_name=not used)
        else:
            self._pay_one(day, owed, group[0][0])

    def _leave_open(self, bill: Bill) -> None:
        open_minor = bill.amount_minor
        if bill.returned_on is not None:
            open_minor -= bill.returned_minor
        open_minor -= self._use_surplus(self.period.last, open_minor)
        if open_minor > 0:
            self.open_bills.append((bill.due, open_minor))

    def _pay_on_account(self, day: int, owed: int) -> None:
        """Pay a round sum above what is due: the rest waits for the next bill."""
        step = 100_000 if owed > 1_000_000 else 10_000
        paid = -(-owed // step) * step
        self._record(day, paid, self._method(paid))
        if paid > owed:
            self._surpluses.append((day, paid - owed))

    def _pay_several(self, day: int, owed: int, group: list[tuple[Bill, int]], may_name: bool) -> None:
        receipt = self._record(day, owed, self._method(owed))
        if may_name and (self._rest_is_open or self.rng.random() < 0.5):
            for bill, amount in group:
                if amount > 0:
                    self.books.allocations.add(receipt, bill.order, amount)

    def _pay_one(self, day: int, owed: int, bill: Bill) -> None:
        rng, last = self.rng, self.period.last
        method = self._method(owed)
        chance = rng.random()
        if chance < PARTIAL_SHARE and owed > 100_000:
            part = owed * rng.randint(4, 7) // 10 // 10_000 * 10_000
            if part:
                self._record(day, part, method, order=bill.order)
                rest_on = day + rng.randint(5, 25)
                if rest_on <= last:
                    self._record(rest_on, owed - part, method, order=bill.order)
                else:
                    # What is paid after this names its bill: unnamed money would settle the rest first.
                    self._rest_is_open = True
                    self.open_bills.append((bill.due, owed - part))
                return
        tail = owed % WHOLE_TEN_YUAN_MINOR
        if chance > 1 - DISCOUNT_SHARE and tail and owed > 100 * tail:
            self._record(day, owed - tail, method, order=bill.order)
            self._record(day, tail, 0, kind=SETTLEMENT_DISCOUNT, order=bill.order)
            return
        if rng.random() < REVERSED_SHARE and day + 3 <= last:
            # A cheque that came back: taken out again and paid by transfer.
            bounced = self._record(day, owed, BY_CHEQUE, order=bill.order)
            self._record(day + 2, owed, BY_CHEQUE, kind=REVERSAL, reverses=bounced)
            self._record(day + 3, owed, BY_TRANSFER, order=bill.order)
            return
        named = self._rest_is_open or rng.random() < NAMED_SHARE
        self._record(day, owed, method, order=bill.order if named else NONE)

    def _method(self, amount_minor: int) -> int:
        if amount_minor > 5_000_000 and self.rng.random() < 0.15:
            return BY_DRAFT
        return self.rng.choice(CREDIT_METHODS)

    def _record(
        self, day: int, amount: int, method: int, kind: int = 0, order: int = NONE, reverses: int = NONE
    ) -> int:
        self.movements.append((day, amount if kind in (REFUND, REVERSAL) else -amount))
        return self.books.receipts.add(self.position, day, amount, method, kind, order, reverses)


def opening_bills(
    rng: Random, period: Period, books: Books, position: int, customer: Customer, maker: int
) -> list[Bill]:
    """What an old customer still owed when the books were opened, by item with its due day."""
    bills: list[Bill] = []
    term = customer.terms[0]
    if customer.created >= 0 or (term.days == 0 and not term.month_end) or rng.random() > 0.6:
        return bills
    for _ in range(rng.choice((1, 1, 2))):
        amount = rng.randint(8, 220) * (1, 2, 4, 8, 16)[customer.size] * 5_000 + rng.randint(0, 99) * 100
        due = rng.randint(-12, max(1, term.days))
        order = books.orders.add(position, 0, maker, 0, 0, amount, kind=OPENING, due=due)
        bills.append(Bill(order, 0, due, amount, prepaid=False))
    return sorted(bills, key=lambda bill: bill.due)
