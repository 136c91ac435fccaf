"""All documents and rules at random, and after every step each figure as the book reckons it.

`HUOKE_MACHINE_STEPS` and `HUOKE_MACHINE_RUNS` set how long it runs; the steps done are printed at the end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from model import totals
from model.activity import activity_board
from model.ageing import ageing
from model.changes.closing import CloseMonth
from model.changes.documents import next_number
from model.changes.merging import MergeCustomers
from model.changes.order_amending import AmendOrder
from model.changes.orders import (
    CancelOrder,
    LineArgs,
    RecordOrder,
    RejectOrder,
    ReleaseOrder,
    ReturnLine,
    ReturnOrder,
)
from model.changes.receipts import NamedBill, Payment, RecordReceipt, ReverseReceipt
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.closing import is_closed
from model.dates import month_of, shifted
from model.errors import HuokeError
from model.ids import new_id
from model.orders import Order
from model.performance import performance_board
from model.store import Store, open_store, rows
from tests.machine.book import NOBODY, Book, BookCustomer, BookLine, BookOrder, BookReceipt
from tests.machine.office_deeds import OfficeDeeds
from tests.model.company import Company

FIRST_DAY = date(2026, 3, 2)
DAY = timedelta(days=1)
PEOPLE = ("S1", "S2", "S3")
# What lowers a debt or raises what may be owed frees held orders; of money the release is only offered.
FREES = {
    "customer.terms", "customer.terms_end", "customer.blacklist", "order.cancel", "order.return", "order.release",
    "change.undo",
}  # fmt: skip
PRODUCTS = {"P": (10_000, 7_000), "Q": (3_333, 2_111), "R": (999, None)}
RUNS = int(os.environ.get("HUOKE_MACHINE_RUNS", "12"))
STEPS = int(os.environ.get("HUOKE_MACHINE_STEPS", "40"))
# Making a failure small takes minutes: wanted where somebody looks at it.
PHASES = (Phase.generate, Phase.shrink) if os.environ.get("HUOKE_MACHINE_SHRINK") else (Phase.generate,)
DONE: Counter[str] = Counter()

pieces = st.integers(1, 6)
choice = st.integers(0, 10_000)
some_lines = st.lists(st.tuples(st.sampled_from(sorted(PRODUCTS)), pieces), min_size=1, max_size=2)


@dataclass(frozen=True)
class Judging:
    """Whose held orders were judged again after a change, which of them not, and which were confirmed."""

    customers: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()


class Machine(OfficeDeeds):
    """A company and the book beside it."""

    store: Store
    desk: Company
    book: Book

    @initialize()
    def open_company(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="huoke-machine-"))
        self.store = open_store(self.folder, create=True)
        self.used = self.store.use()
        self.used.__enter__()
        self.desk, self.book = Company(FIRST_DAY), Book()
        # By month, its boards as they were when it was closed.
        self.closed: dict[str, Any] = {}
        # By change, the book as it was before it.
        self.books: dict[bytes, Book] = {}
        self.judgings: dict[bytes, Judging] = {}
        for person in PEOPLE:
            self.desk.salesperson(person)
        for product, (price, cost) in PRODUCTS.items():
            self.desk.product(product, f"{price / 100:.2f}", None if cost is None else f"{cost / 100:.2f}")
            self.book.costs[product] = {} if cost is None else {date(2020, 1, 1): cost}
        for number, owner in enumerate((*PEOPLE, NOBODY)):
            self._add_customer(f"C{number}", owner, 30 * (number % 3), 50_000 * number)
        self._add_customer("W", NOBODY, 0, 0, retail=True)
        self.last_change, self.last_book = self._newest_change(), self.book.copy()

    def teardown(self) -> None:
        if hasattr(self, "used"):
            self.used.__exit__(None, None, None)
            self.store.close()
            shutil.rmtree(self.folder)

    # --- helpers

    @property
    def day(self) -> date:
        return self.desk.today

    def _add_customer(self, code: str, owner: str, days: int, limit: int, *, retail: bool = False) -> None:
        since = date(2020, 1, 1)
        self.desk.customer(code, owner or None, days=days, limit=f"{limit / 100:.2f}", since=since, retail=retail)
        kept = BookCustomer(owners={since: owner}, retail=retail)
        if days or limit:
            kept.terms[since] = (days, limit)
        self.book.customers[code] = kept

    def _customers(self) -> list[str]:
        return [code for code, kept in self.book.customers.items() if not kept.merged_into]

    def _customer(self, at: int) -> str:
        return self._customers()[at % len(self._customers())]

    def _order(self, at: int, *states: str, amended: bool | None = None) -> BookOrder | None:
        found = [
            order for order in self.book.orders.values()
            if order.state in states and not order.returns and (amended is None or order.amends is amended)
        ]  # fmt: skip
        return found[at % len(found)] if found else None

    def _id(self, order: BookOrder) -> bytes:
        return self.ids[order.number]

    @property
    def ids(self) -> dict[str, bytes]:
        return {number: bytes(id_) for number, id_ in rows("SELECT number, id FROM orders")}

    def _try(self, name: str, args: Any) -> Any:
        """Do something; what is refused must have changed nothing, which the invariants see."""
        try:
            outcome = self.desk.do(args)
        except HuokeError:
            DONE[f"{name} refused"] += 1
            return None
        DONE[name] += 1
        return outcome

    def _line_args(self, lines: list[tuple[str, int]]) -> tuple[LineArgs, ...]:
        return tuple(
            LineArgs(
                line=at, product=self.desk.ids[product], quantity_e3=count * 1_000, price_e4=PRODUCTS[product][0] * 100
            )
            for at, (product, count) in enumerate(lines, 1)
        )

    def _book_lines(self, lines: list[tuple[str, int]]) -> list[BookLine]:
        return [BookLine(product, count, PRODUCTS[product][0], None) for product, count in lines]

    def _newest_change(self) -> bytes:
        [(uid,)] = rows("SELECT uid FROM change ORDER BY number DESC LIMIT 1")
        return bytes(uid)

    def _judge_again(self, *customers: str, but: tuple[str, ...] = ()) -> None:
        """Confirm what nothing stops any more after a change, the order that was recorded first before the next.

        Args:
            customers: those the change is about.
            but: the numbers of the orders that it wrote itself.
        """
        freed = []
        [(uid, kind)] = rows("SELECT uid, kind FROM change ORDER BY number DESC LIMIT 1")
        for number, order in self.book.orders.items() if kind in FREES else ():
            if order.state != "held" or order.customer not in customers or order.amends or number in but:
                continue
            if not self.book.held_for(order.customer, order.amount, self.day, waiting=number):
                self._confirm(order)
                freed.append(number)
        DONE["freed"] += len(freed)
        self.judgings[bytes(uid)] = Judging(customers, but, tuple(freed))

    def _confirm(self, order: BookOrder) -> None:
        order.state, order.date, order.live_from, order.decided_on = "confirmed", self.day, self.day, self.day
        self.book.freeze(order)

    # --- time

    @rule(days=st.integers(1, 20))
    def days_pass(self, days: int) -> None:
        self.desk.today += days * DAY

    # --- selling

    @rule(at=choice, lines=some_lines, ago=st.integers(0, 12), maker=st.sampled_from(("", *PEOPLE)), paid=choice)
    def sell(self, at: int, lines: list[tuple[str, int]], ago: int, maker: str, paid: int) -> None:
        customer, day = self._customer(at), max(FIRST_DAY, self.day - ago * DAY)
        total = sum(PRODUCTS[product][0] * count for product, count in lines)
        payment = {0: total, 1: total // 2, 2: total * 2}.get(paid % 7, 0)
        number, money = next_number(), ""
        args = RecordOrder(
            id=new_id(), number=number, customer=self.desk.ids[customer], date=day, lines=self._line_args(lines),
            maker=self.desk.ids[maker] if maker else None,
        )  # fmt: skip
        if payment:
            money = number[:-6] + f"{int(number[-6:]) + 1:06d}"
            args = RecordOrder(**{**_fields(args), "payment": Payment(id=new_id(), number=money, amount=payment)})
        order = BookOrder(number, customer, "held", day, day, day, self._book_lines(lines), maker, day)
        expected = self.book.held_for(customer, total, max(day, self.day), paid=payment)
        recorded = self._try("sell", args)
        assert recorded is not None
        assert set(recorded.verdict.held_for.split(",")) - {""} == expected
        self.book.freeze(order)
        if not expected:
            order.state, order.live_from = "confirmed", day
        self.book.orders[number] = order
        if payment:
            self.book.receipts[money] = BookReceipt(money, customer, day, payment, "receipt", (number,))
        self._judge_again(customer, but=(number,))

    @rule(at=choice, lines=some_lines)
    def sell_on_credit_today(self, at: int, lines: list[tuple[str, int]]) -> None:
        """What is done most; the other rules need confirmed orders."""
        self.sell(at, lines, 0, NOBODY, 3)

    @rule(at=choice)
    def pay_all_that_is_owed(self, at: int) -> None:
        owed = self.book.settled(self._customer(at), date.max).balance
        if owed > 0:
            self.pay(at, owed, 0, [], "receipt")

    @rule(at=choice)
    def release(self, at: int) -> None:
        order = self._order(at, "held", amended=False)
        if order is None or not self._try(
            "release", ReleaseOrder(order=self._id(order), date=self.day, reason="known")
        ):
            return
        self._confirm(order)
        self._judge_again(order.customer, but=(order.number,))

    @rule(at=choice, how=st.sampled_from((CancelOrder, CancelOrder, RejectOrder)))
    def end(self, at: int, how: type[CancelOrder] | type[RejectOrder]) -> None:
        order = self._order(at, "confirmed", "held") if how is CancelOrder else self._order(at, "held")
        if order is None:
            return
        try:
            self.desk.do(how(order=self._id(order), date=self.day, reason="no more"))
        except HuokeError:
            DONE["end refused"] += 1
            assert any(each.returns == order.number and each.state == "confirmed" for each in self.book.orders.values())
            return
        DONE["end"] += 1
        written = [order.number]
        if order.state == "confirmed":
            for each in self.book.orders.values():
                if each.replaces == order.number and each.state == "held":
                    each.state = "voided"
                    written.append(each.number)
            order.live_to = self.day
            if order.live_to == order.live_from:
                order.live_from = order.live_to = None
        order.state, order.decided_on = "cancelled" if how is CancelOrder else "rejected", self.day
        self._judge_again(order.customer, but=tuple(written))

    @rule(at=choice, lines=some_lines)
    def replace_held(self, at: int, lines: list[tuple[str, int]]) -> None:
        held = self._order(at, "held", "quote", amended=False)
        if held is None:
            return
        total = sum(PRODUCTS[product][0] * count for product, count in lines)
        waiting = self.book.settled(held.customer, date.max).reserved
        carried = min(held.amount, sum(amount for (_source, order), amount in waiting.items() if order == held.number))
        number = next_number()
        held.state = "voided"
        expected = self.book.held_for(held.customer, total, self.day, carried=carried)
        recorded = self._try("replace", RecordOrder(
            id=new_id(), number=number, customer=self.desk.ids[held.customer], date=self.day,
            lines=self._line_args(lines), replaces=self._id(held),
        ))  # fmt: skip
        assert recorded is not None
        assert set(recorded.verdict.held_for.split(",")) - {""} == expected
        order = BookOrder(
            number, held.customer, "held", self.day, self.day, self.day, self._book_lines(lines), NOBODY, self.day,
            replaces=held.number,
        )  # fmt: skip
        self.book.freeze(order)
        if not expected:
            order.state, order.live_from = "confirmed", self.day
        self.book.orders[number] = order
        self._judge_again(held.customer, but=(number, held.number))

    # --- amending

    @rule(at=choice, lines=some_lines)
    def amend(self, at: int, lines: list[tuple[str, int]]) -> None:
        original = self._order(at, "confirmed")
        if original is None:
            return
        number = next_number()
        recorded = self._try("amend", AmendOrder(
            id=new_id(), number=number, order=self._id(original), date=self.day, lines=self._line_args(lines),
            version=Order.get_by_id(self._id(original)).version,
        ))  # fmt: skip
        blocked = any(
            (each.replaces == original.number and each.state == "held")
            or (each.returns == original.number and each.state == "confirmed")
            for each in self.book.orders.values()
        )
        assert (recorded is None) == blocked
        if recorded is None:
            return
        order = BookOrder(
            number, original.customer, "held", self.day, self.day, self.day, self._book_lines(lines), original.maker,
            original.due, replaces=original.number, amends=True,
        )  # fmt: skip
        self.book.freeze_as(original, order)
        expected = self.book.held_for(original.customer, order.amount, self.day, instead_of=original.amount)
        assert set(recorded.verdict.held_for.split(",")) == expected
        self.book.orders[number] = order
        self._judge_again(original.customer, but=(number,))

    @rule(at=choice)
    def agree_to_amendment(self, at: int) -> None:
        order = self._order(at, "held", amended=True)
        if order is None:
            return
        original = self.book.orders[order.replaces]
        recorded = self._try("agree", ReleaseOrder(order=self._id(order), date=self.day, reason="agreed"))
        came_back = any(
            each.returns == original.number and each.state == "confirmed" for each in self.book.orders.values()
        )
        assert (recorded is None) == came_back
        if recorded is None:
            return
        original.state, original.live_to, original.decided_on = "cancelled", self.day, self.day
        order.state, order.live_from, order.decided_on = "confirmed", self.day, self.day
        order.date, order.first_date = original.date, original.first_date
        self.book.freeze_as(original, order)
        self._judge_again(order.customer, but=(order.number, original.number))

    # --- goods that come back

    @rule(at=choice, line=choice, count=pieces)
    def bring_back(self, at: int, line: int, count: int) -> None:
        original = self._order(at, "confirmed")
        if original is None:
            return
        place = line % len(original.lines) + 1
        number = next_number()
        recorded = self._try("return", ReturnOrder(
            id=new_id(), number=number, order=self._id(original), date=self.day,
            lines=(ReturnLine(line=1, returns_line=place, quantity_e3=count * 1_000),),
        ))  # fmt: skip
        assert (recorded is None) == (count > self.book.still_out(original.number, place))
        if recorded is None:
            return
        sold = original.lines[place - 1]
        order = BookOrder(
            number, original.customer, "confirmed", self.day, self.day, self.day,
            [BookLine(sold.product, count, sold.price, sold.cost)], original.maker, self.day, original.owner,
            original.owner_bp, self.day, returns=original.number, returned={place: count},
        )  # fmt: skip
        self.book.orders[number] = order
        self.book.share_return(order)
        self._judge_again(order.customer, but=(number,))

    # --- money

    @rule(
        at=choice, amount=st.integers(1, 60_000), ago=st.integers(0, 12), named=st.lists(choice, max_size=2),
        kind=st.sampled_from(("receipt",) * 6 + ("refund", "discount", "write_off")),
    )  # fmt: skip
    def pay(self, at: int, amount: int, ago: int, named: list[int], kind: str) -> None:
        customer, day = self._customer(at), max(FIRST_DAY, self.day - ago * DAY)
        bills = [
            order for order in self.book.orders.values()
            if order.customer == customer and not order.returns and order.state in ("confirmed", "held", "quote")
        ]  # fmt: skip
        names = () if kind == "refund" or not bills else tuple(
            dict.fromkeys(bills[place % len(bills)].number for place in named)
        )  # fmt: skip
        number = next_number()
        owed = max(0, self.book.settled(customer, date.max).balance)
        recorded = self._try(kind, RecordReceipt(
            id=new_id(), number=number, customer=self.desk.ids[customer], date=day, amount=amount, kind=kind,
            reason="" if kind == "receipt" else "agreed",
            bills=tuple(NamedBill(order=self.ids[name]) for name in names),
        ))  # fmt: skip
        assert (recorded is None) == (kind in ("discount", "write_off") and amount > owed)
        if recorded is not None:
            self.book.receipts[number] = BookReceipt(number, customer, day, amount, kind, names)
            # Who enters money is offered the release; only taking it back is judged like any change.
            self.judgings[self._newest_change()] = Judging((customer,))

    @rule(at=choice)
    def reverse(self, at: int) -> None:
        taken_back = {receipt.reverses for receipt in self.book.receipts.values() if not receipt.voided}
        found = [
            receipt for receipt in self.book.receipts.values()
            if not receipt.voided and receipt.kind != "reversal" and receipt.number not in taken_back
        ]  # fmt: skip
        if not found:
            return
        receipt, number = found[at % len(found)], next_number()
        [(id_,)] = rows("SELECT id FROM receipt WHERE number = ?", (receipt.number,))
        reversal = ReverseReceipt(id=new_id(), number=number, receipt=bytes(id_), date=self.day, reason="bounced")
        assert self._try("reverse", reversal) is not None
        self.book.receipts[number] = BookReceipt(
            number, receipt.customer, self.day, receipt.amount, "reversal", reverses=receipt.number
        )
        self._judge_again(receipt.customer)

    # --- decisions about customers and the company

    @rule(at=choice, days=st.sampled_from((0, 7, 30, 60)), limit=st.sampled_from((0, 20_000, 60_000, 200_000)))
    def set_terms(self, at: int, days: int, limit: int) -> None:
        customer = self._customer(at)
        self.desk.terms(customer, days=days, limit=f"{limit / 100:.2f}", since=self.day)
        self.book.customers[customer].terms[self.day] = (days, limit)
        self.book.customers[customer].month_end[self.day] = False
        self._judge_again(customer)
        DONE["terms"] += 1

    @rule(at=choice, blacklisted=st.booleans())
    def blacklist(self, at: int, blacklisted: bool) -> None:
        customer = self._customer(at)
        try:
            self.desk.blacklist(customer, self.day, blacklisted)
        except HuokeError:
            DONE["blacklist refused"] += 1
            return
        self.book.customers[customer].blacklisted[self.day] = blacklisted
        self._judge_again(customer)
        DONE["blacklist"] += 1

    @rule(at=choice, owner=st.sampled_from(("", *PEOPLE)))
    def reassign(self, at: int, owner: str) -> None:
        customer = self._customer(at)
        if self.day in self.book.customers[customer].claimed_on | self.book.customers[customer].given_back.keys():
            return
        try:
            self.desk.assign(customer, owner or None, self.day)
        except HuokeError:
            DONE["assign refused"] += 1
            return
        self.book.customers[customer].owners[self.day] = owner
        self._judge_again(customer)
        DONE["assign"] += 1

    @rule(percent=st.sampled_from((0, 30, 50, 70, 100)))
    def set_rule(self, percent: int) -> None:
        self.desk.rule(self.day, percent)
        self.book.owner_bp[self.day] = percent * 100
        DONE["rule"] += 1

    @rule(product=st.sampled_from(sorted(PRODUCTS)), cost=st.integers(1, 9_000))
    def set_cost(self, product: str, cost: int) -> None:
        self.desk.cost(product, self.day, f"{cost / 100:.2f}")
        self.book.costs[product][self.day] = cost
        DONE["cost"] += 1

    @precondition(lambda self: len(self._customers()) > 2)
    @rule(one=choice, other=choice)
    def merge(self, one: int, other: int) -> None:
        loser, winner = self._customer(one), self._customer(other)
        if loser == winner:
            return
        wanted = MergeCustomers(loser=self.desk.ids[loser], winner=self.desk.ids[winner], date=self.day)
        try:
            self.desk.do(wanted)
        except HuokeError:
            DONE["merge refused"] += 1
            return
        DONE["merge"] += 1
        if self.book_blacklisted(loser) and not self.book_blacklisted(winner):
            self.book.customers[winner].blacklisted[self.day] = True
        moved = tuple(order.number for order in self.book.orders.values() if order.customer == loser)
        for document in (*self.book.orders.values(), *self.book.receipts.values()):
            if document.customer == loser:
                document.customer = winner
        self.book.customers[loser].merged_into = winner
        self._judge_again(winner, but=moved)

    # --- closing

    @rule()
    def close_the_last_month(self) -> None:
        """Close the month before this one; from then on its boards are what they were at that moment."""
        month = shifted(month_of(self.day), -1)
        if month in self.closed or self._try("close", CloseMonth(month=month)) is None:
            return
        self.closed[month] = _closed_boards(month, self.day)

    # --- undo

    @rule()
    def undo_the_last(self) -> None:
        """Take back what was done last: all is as before it, but for the numbers that were used."""
        try:
            last = bytes(last_undoable(None).uid)
        except HuokeError:
            return
        if last != self._newest_change() or last not in self.books:
            return
        if self._try("undo", UndoChange(uid=last)) is None:
            return
        after, self.book = self.book, self.books[last]
        judging = self.judgings.get(last, Judging())
        self.closed = {month: boards for month, boards in self.closed.items() if is_closed(month)}
        for number, order in after.orders.items():
            if number not in self.book.orders:
                self.book.orders[number] = order
                order.state = "voided"
        for number, receipt in after.receipts.items():
            if number not in self.book.receipts:
                self.book.receipts[number] = receipt
                receipt.voided = True
        # What it freed waits again.
        self._judge_again(*judging.customers, but=(*judging.but, *judging.freed))

    def book_blacklisted(self, customer: str) -> bool:
        kept = self.book.customers[customer].blacklisted
        return bool(kept) and kept[max(kept)]

    # --- what must hold after every step

    @invariant()
    def everything_is_as_booked(self) -> None:
        if not hasattr(self, "last_change"):
            return
        self._orders_are_as_booked()
        self._every_balance_and_age_is_as_booked()
        self._boards_are_as_booked()
        newest = self._newest_change()
        if newest != self.last_change:
            self.books[newest] = self.last_book
        self.last_change, self.last_book = newest, self.book.copy()

    def _orders_are_as_booked(self) -> None:
        kept = {
            number: (state, day, begun, ended)
            for number, state, day, begun, ended in rows("SELECT number, state, date, live_from, live_to FROM orders")
        }
        booked = {
            order.number: (order.state, str(order.date), *(None if each is None else str(each) for each in life))
            for order in self.book.orders.values()
            for life in [(order.live_from, order.live_to) if order.state != "voided" else (None, None)]
        }
        assert kept == booked

    def _every_balance_and_age_is_as_booked(self) -> None:
        kept = dict(rows("SELECT c.code, t.balance FROM customer_total t JOIN customer c ON c.id = t.customer_id"))
        for code in self._customers():
            assert kept.get(code, 0) == self.book.settled(code, date.max).balance
        for day in (self.day, self.day - 17 * DAY):
            aged = {row.code: row.ages.columns for row in ageing(day).rows}
            booked = {code: self.book.ageing(code, day) for code in self._customers()}
            assert aged == {code: ages for code, ages in booked.items() if any(ages)}
        open_bills = dict(rows("SELECT number, open_amount FROM orders WHERE open_amount > 0"))
        assert open_bills == {
            bill: amount
            for code in self._customers()
            for bill, amount in self.book.settled(code, date.max).open.items()
            if amount and bill in self.book.orders
        }

    def _boards_are_as_booked(self) -> None:
        codes = {bytes(id_): code for id_, code in rows("SELECT id, code FROM salesperson")}
        kept = {
            (codes.get(bytes(person), NOBODY), month): (orders, amount, cost, uncosted)
            for person, month, orders, amount, cost, uncosted in rows(
                "SELECT person_id, month, orders, amount, cost, uncosted FROM person_month"
            )
        }
        assert {key: sums for key, sums in kept.items() if any(sums)} == self.book.performance()
        board = activity_board(month_of(self.day), self.day)
        counted = {row.code: (row.responsible, row.active) for row in board.rows if row.responsible}
        assert counted == {code: counts for code, counts in self.book.activity(self.day).items() if code != "*"}
        for month, boards in self.closed.items():
            assert _closed_boards(month, self.day) == boards
        # What arrived for a closed month counts in another, and nothing is lost or counted twice.
        months = {month for _person, month in self.book.performance()} | {month_of(self.day)} | set(self.closed)
        together = sum(performance_board(month, self.day).company.revenue for month in months)
        assert together == sum(sums[1] for sums in self.book.performance().values())
        assert totals.faults() == []


def _closed_boards(month: str, day: date) -> Any:
    """Who was responsible for how many and how many of them traded, and what everyone sold."""
    activity, sold = activity_board(month, day), performance_board(month, day)
    return (
        [(row.code, row.responsible, row.active) for row in (*activity.rows, activity.company)],
        [(row.key, row.orders, row.revenue, row.cost, row.uncosted) for row in (*sold.rows, sold.company)],
    )


def _fields(args: Any) -> dict[str, Any]:
    return {name: getattr(args, name) for name in args.__struct_fields__}


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=RUNS, stateful_step_count=STEPS, deadline=None, phases=PHASES,
    suppress_health_check=list(HealthCheck), print_blob=True,
)  # fmt: skip


def test_the_steps_are_told(capsys: Any) -> None:
    with capsys.disabled():
        print(f"\nsteps done: {sum(DONE.values())}: " + ", ".join(f"{what} {n}" for what, n in DONE.most_common()))
