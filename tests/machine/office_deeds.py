"""More of what people do, for the machine: quotes, temporary limits, terms from the month's end, settings, the pool."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from model.activity import activity_board
from model.ageing import ageing
from model.balances import balances
from model.changes.company import SetSetting
from model.changes.customers import ClaimCustomer, ReleaseCustomer, SetTerms
from model.changes.documents import next_number
from model.changes.orders import ConfirmOrder, LoseOrder, RecordOrder
from model.changes.receipts import Payment
from model.credit import standing_on
from model.dates import month_of
from model.ids import new_id
from model.margin import margin
from model.orders import LOST_REASONS
from model.statement import statement
from model.store import rows
from tests.machine.book import NOBODY, BookOrder, BookReceipt

DAY = timedelta(days=1)
choice = st.integers(0, 10_000)
some_lines = st.lists(st.tuples(st.sampled_from(("P", "Q", "R")), st.integers(1, 6)), min_size=1, max_size=2)
PEOPLE = ("S1", "S2", "S3")


class OfficeDeeds(RuleBasedStateMachine):
    """Rules beside those of the machine, whose book, company and helpers they use."""

    book: Any
    desk: Any
    day: Any
    _try: Any
    _order: Any
    _customer: Any
    _customers: Any
    _id: Any
    _line_args: Any
    _book_lines: Any
    _judge_again: Any
    _confirm: Any

    # --- quotes

    @rule(at=choice, lines=some_lines, maker=st.sampled_from(("", *PEOPLE)))
    def quote(self, at: int, lines: list[tuple[str, int]], maker: str) -> None:
        customer, number = self._customer(at), next_number()
        args = RecordOrder(
            id=new_id(), number=number, customer=self.desk.ids[customer], date=self.day, quote=True,
            lines=self._line_args(lines), maker=self.desk.ids[maker] if maker else None,
        )  # fmt: skip
        recorded = self._try("quote", args)
        assert (recorded.state, recorded.verdict) == ("quote", None)
        order = BookOrder(
            number, customer, "quote", self.day, self.day, self.day, self._book_lines(lines), maker, self.day
        )
        self.book.freeze(order)
        self.book.orders[number] = order
        self._judge_again(customer, but=(number,))

    @rule(at=choice, paid=choice)
    def win_quote(self, at: int, paid: int) -> None:
        order = self._order(at, "quote")
        if order is None:
            return
        paid = {0: order.amount, 1: order.amount // 2, 2: order.amount * 2}.get(paid % 5, 0)
        money = next_number() if paid else ""
        expected = self.book.held_for(order.customer, order.amount, self.day, paid=paid, waiting=order.number)
        payment = Payment(id=new_id(), number=money, amount=paid) if paid else None
        confirmed = self._try("win quote", ConfirmOrder(order=self._id(order), date=self.day, payment=payment))
        assert set(confirmed.verdict.held_for.split(",")) - {""} == expected
        if expected:
            order.state, order.decided_on = "held", self.day
        else:
            self._confirm(order)
        if paid:
            self.book.receipts[money] = BookReceipt(money, order.customer, self.day, paid, "receipt", (order.number,))
        self._judge_again(order.customer, but=(order.number,))

    @rule(at=choice, reason=st.sampled_from(LOST_REASONS))
    def lose(self, at: int, reason: str) -> None:
        order = self._order(at, "quote", "held")
        if order is None:
            return
        self._try("lose", LoseOrder(order=self._id(order), date=self.day, reason=reason))
        order.state, order.decided_on = "lost", self.day
        self._judge_again(order.customer, but=(order.number,))

    # --- terms and settings

    @rule(at=choice, days=st.sampled_from((0, 15, 30)), limit=st.sampled_from((0, 60_000, 200_000)))
    def count_terms_from_the_months_end(self, at: int, days: int, limit: int) -> None:
        customer = self._customer(at)
        kept = self.book.customers[customer]
        from_month_end = not kept.month_end.get(max(kept.month_end, default=self.day), False)
        self._try("month end", SetTerms(
            customer=self.desk.ids[customer], from_date=self.day, credit_days=days, credit_limit=limit,
            credit_from="month_end" if from_month_end else "order",
        ))  # fmt: skip
        kept.terms[self.day], kept.month_end[self.day] = (days, limit), from_month_end
        self._judge_again(customer)

    @rule(at=choice, lasts=st.integers(0, 25), limit=st.sampled_from((0, 30_000, 100_000, 300_000)))
    def limit_for_a_while(self, at: int, lasts: int, limit: int) -> None:
        customer, until = self._customer(at), self.day + lasts * DAY
        self._try("temporary limit", SetTerms(
            customer=self.desk.ids[customer], from_date=self.day, until=until, credit_days=None, credit_from=None,
            credit_limit=limit,
        ))  # fmt: skip
        self.book.customers[customer].temporary[self.day, until] = limit
        self._judge_again(customer)

    @rule(what=st.sampled_from(("grace", "tolerance", "prepay")), much=st.integers(0, 3))
    def change_a_setting(self, what: str, much: int) -> None:
        if what == "grace":
            name, value = "grace_days", str(much * 4)
            self.book.grace_days[self.day] = much * 4
        elif what == "tolerance":
            name, value = "tolerance", f"{much * 20}.00"
            self.book.tolerance[self.day] = much * 2_000
        else:
            name, value = "blacklisted_may_prepay", "yes" if much % 2 else "no"
            self.book.blacklisted_may_prepay[self.day] = bool(much % 2)
        assert self._try("setting", SetSetting(name=name, from_date=self.day, value=value)) is None

    # --- the pool

    @rule(at=choice, person=st.sampled_from(PEOPLE))
    def claim(self, at: int, person: str) -> None:
        kept = self.book.customers[self._customer(at)]
        if self.day in kept.owners or kept.retail or self.book.owner_on(self._customer(at), self.day):
            return
        self._try("claim", ClaimCustomer(
            customer=self.desk.ids[self._customer(at)], owner=self.desk.ids[person], from_date=self.day
        ))  # fmt: skip
        kept.owners[self.day] = person
        kept.claimed_on.add(self.day)
        self._judge_again(self._customer(at))

    @rule(at=choice)
    def give_back(self, at: int) -> None:
        kept = self.book.customers[self._customer(at)]
        owner = self.book.owner_on(self._customer(at), self.day)
        if self.day in kept.owners or not owner:
            return
        self._try("give back", ReleaseCustomer(customer=self.desk.ids[self._customer(at)], from_date=self.day))
        kept.owners[self.day], kept.given_back[self.day] = NOBODY, owner
        self._judge_again(self._customer(at))

    # --- what must hold besides

    @invariant()
    def everything_else_is_as_booked(self) -> None:
        if not hasattr(self, "last_change"):
            return
        for day in (self.day, self.day - 17 * DAY):
            aged = {row.code: row.ages.columns for row in ageing(day, "date").rows}
            booked = {code: self.book.ageing(code, day, "date") for code in self._customers()}
            assert aged == {code: ages for code, ages in booked.items() if any(ages)}
        month = month_of(self.day)
        sold = {row.key: row.revenue for row in margin(self.day.replace(day=1), self.day, "customer", self.day).rows}
        assert {code: amount for code, amount in sold.items() if amount} == self.book.revenue(month)
        company = activity_board(month, self.day).company
        assert (company.responsible, company.active) == self.book.activity(self.day)["*"]
        self._standings_are_as_booked()

    def _standings_are_as_booked(self) -> None:
        due = dict(rows("SELECT number, due_date FROM orders WHERE kind = 'sale' AND state = 'confirmed'"))
        assert due == {
            order.number: str(order.due)
            for order in self.book.orders.values()
            if order.state == "confirmed" and not order.returns
        }
        standings = {row.code: row.standing for row in balances(self.day)}
        for code in self._customers():
            standing, settled = standings[code], self.book.settled(code, date.max)
            assert standing.balance == settled.balance
            # Also as it will be when nothing is done: some bills will be overdue, some limits have ended.
            for day in (self.day, self.day + 9 * DAY, self.day + 33 * DAY):
                later = standing_on(self.desk.ids[code], day)
                expected = (self.book.customers[code].limit_on(day), self.book.overdue(code, day))
                assert (later.credit_limit, later.overdue) == expected
            assert (standing.credit_limit, standing.overdue) == (
                self.book.customers[code].limit_on(self.day), self.book.overdue(code, self.day)
            )  # fmt: skip
            lines = statement(self.desk.ids[code], None, self.day)
            assert (lines[-1].balance if lines else 0) == settled.balance
