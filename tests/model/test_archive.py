"""A customer's archive, page by page: the same rows whichever way a page is reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from model.account import (
    allocations_of,
    count_late_bills,
    count_ledger,
    count_open_bills,
    page_of_late_bills,
    page_of_ledger,
    page_of_open_bills,
)
from model.archive import (
    blacklist_history,
    count_orders,
    head_of,
    lines_of,
    owner_history,
    page_of_orders,
    terms_history,
)
from model.change_history import count_changes, page_of_changes
from model.changes.customers import EditCustomer, FieldEdit
from model.changes.log import Change
from model.changes.orders import LoseOrder
from model.changes.undo import UndoChange
from model.document_cards import order_card, receipt_card
from model.statement import statement
from model.store import one
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)


def busy(desk: Company) -> bytes:
    """A customer with every kind of movement; 5 bills, one of them cancelled, one late."""
    desk.salesperson("S1", "manager")
    desk.product("P")
    desk.setting("grace_days", "365")
    customer = desk.customer("C", "S1", days=30, limit="1000000")
    first = desk.sell("C", date(2026, 1, 5), [("P", "4", "100")], maker="S1")
    desk.pay("C", date(2026, 2, 20), "400", first)
    second = desk.sell("C", date(2026, 3, 1), [("P", "3", "100")], maker="S1")
    desk.take_back(second, date(2026, 3, 5), "1")
    bounced = desk.pay("C", date(2026, 3, 10), "150")
    desk.reverse(bounced, date(2026, 3, 12))
    cancelled = desk.sell("C", date(2026, 4, 1), "30")
    desk.cancel(cancelled, date(2026, 4, 3))
    desk.sell("C", date(2026, 6, 1), "70", maker="S1")
    desk.sell("C", date(2026, 6, 2), "90", quote=True)
    desk.pay("C", date(2026, 6, 3), "20", kind="discount")
    return customer


def walked(read: Callable[..., Sequence[Any]], size: int) -> list[Any]:
    """Everything, a page after the other by the key of the last row."""
    found = list(read(size))
    while found:
        page = read(size, after=found[-1].key)
        if not page:
            return found
        found += page
    return found


def test_orders_are_the_same_by_offset_and_by_either_neighbour(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)

        def read(size: int, **where: Any) -> list[Any]:
            return page_of_orders(customer, size, **where)

        everything = read(100)
        assert len(everything) == count_orders(customer) == 6
        assert [row.key for row in everything] == sorted((row.key for row in everything), reverse=True)
        assert walked(read, 2) == everything
        assert read(2, offset=2) == everything[2:4]
        assert read(2, before=everything[4].key) == everything[2:4]
        kinds = [(row.document.kind, row.document.state) for row in everything]
        assert kinds == [
            ("sale", "quote"), ("sale", "confirmed"), ("sale", "cancelled"), ("return", "confirmed"),
            ("sale", "confirmed"), ("sale", "confirmed"),
        ]  # fmt: skip
        assert everything[3].returns == everything[4].document.number


def test_the_account_carries_the_balance_of_the_statement_on_every_page(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        rows = statement(customer, None, TODAY)[1:]
        wanted = [(row.day, row.number, row.debit - row.credit, row.balance) for row in reversed(rows)]

        def read(size: int, **where: Any) -> list[Any]:
            return page_of_ledger(customer, size, **where)

        everything = read(100)
        assert [(row.day, row.document.number, row.change, row.balance) for row in everything] == wanted
        assert count_ledger(customer) == len(wanted)
        for size in (1, 2, 3):
            assert walked(read, size) == everything
        for at in range(1, len(everything)):
            assert read(3, offset=at) == everything[at : at + 3]
            assert read(1, before=everything[at].key) == everything[at - 1 : at]


def test_money_taken_back_is_marked(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        states = [
            (row.document.kind, row.document.state, row.ends)
            for row in page_of_ledger(customer, 100)
            if row.document.state not in ("confirmed", "")
        ]
        assert states == [("sale", "cancelled", True), ("sale", "cancelled", False), ("receipt", "reversed", False)]


def test_open_and_late_bills_are_told_apart(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        bills = page_of_open_bills(customer, 10)
        # 300 − 100 returned − 20 discount, due 2026-03-31; then 70, due 2026-07-01.
        assert [(bill.open_amount, bill.due_date) for bill in bills] == [
            (18_000, date(2026, 3, 31)),
            (7_000, date(2026, 7, 1)),
        ]
        assert count_open_bills(customer) == 2
        assert page_of_open_bills(customer, 1, after=bills[0].key) == bills[1:]
        late = page_of_late_bills(customer, TODAY, 10)
        assert count_late_bills(customer, TODAY) == 2
        # Still open on June 30; paid on February 20 although due on February 4.
        assert [(bill.days_late(TODAY), bill.settled_on) for bill in late] == [(91, None), (16, date(2026, 2, 20))]


def test_allocations_are_found_from_the_bill_and_from_the_money(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        second = page_of_orders(customer, 10)[4].document
        from_bill = allocations_of(customer, second.id)
        assert sum(row.amount for row in from_bill) == 12_000
        assert {row.source.kind for row in from_bill} == {"return", "receipt", "discount"}
        returned = next(row for row in from_bill if row.source.kind == "return")
        assert allocations_of(customer, returned.source.id) == [returned]


def test_lines_say_what_came_back(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        second = page_of_orders(customer, 10)[4].document
        [line] = lines_of(second.id)
        assert (line.quantity_e3, line.returned_e3, line.returnable_e3) == (3_000, 1_000, 2_000)


def test_the_head_knows_owner_and_credit(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        desk.blacklist("C", date(2026, 6, 20))
        head = head_of(customer, TODAY)
        assert head is not None
        assert (head.code, head.owner, head.kind, head.trades, head.trading_months) == ("C", "Person S1", "owned", 3, 3)
        assert (head.standing.balance, head.standing.blacklisted) == (25_000, True)
        assert head_of(b"\0" * 16, TODAY) is None


def test_histories_begin_with_the_latest(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        desk.terms("C", days=60, limit="5000", since=date(2026, 5, 1))
        desk.blacklist("C", date(2026, 5, 2))
        desk.blacklist("C", date(2026, 5, 9), blacklisted=False)
        desk.assign("C", None, date(2026, 5, 3))
        assert [row.credit_days for row in terms_history(customer)] == [60, 30]
        assert [row.blacklisted for row in blacklist_history(customer)] == [False, True]
        assert [(row.owner, row.to_date) for row in owner_history(customer)] == [("Person S1", date(2026, 5, 3))]


def test_a_held_order_is_judged_now_and_a_receipt_knows_its_reversal(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        customer = desk.customer("C", days=30, limit="100")
        held = desk.sell("C", TODAY, "150")
        card = order_card(held.id, TODAY)
        assert card is not None
        assert card.verdict is not None
        assert (card.verdict.name, card.verdict.cure) == ("over_limit", 5_000)
        receipt = desk.pay("C", TODAY, "50", held)
        named = receipt_card(receipt.id)
        assert named is not None
        assert named.named == ((held.number, None),)
        released = order_card(held.id, TODAY)
        assert released is not None
        assert released.verdict is not None
        assert released.verdict.ok
        reversal = desk.reverse(receipt, TODAY)
        reversed_ = receipt_card(receipt.id)
        assert reversed_ is not None
        assert reversed_.reversed_by == reversal.number
        assert count_ledger(customer) == 2


def test_changes_are_those_that_touch_the_customer(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        desk.customer("D", days=30, limit="1000")
        desk.sell("D", TODAY, "10")
        quote = page_of_orders(customer, 1)[0].document
        desk.do(LoseOrder(order=quote.id, date=TODAY, reason="price"), by="S1")
        edits = {"phone": FieldEdit(before="", after="123")}
        desk.do(EditCustomer(customer=customer, version=1, edits=edits), by="S1")
        found = page_of_changes(customer, 100)
        assert len(found) == count_changes(customer)
        assert [(row.kind, row.person, row.about) for row in found[:2]] == [
            ("customer.edit", "Person S1", ""),
            ("order.lose", "Person S1", quote.number),
        ]
        assert {row.kind for row in found} == {
            "customer.add", "customer.edit", "customer.terms", "order.record", "order.return", "order.cancel",
            "order.lose", "receipt.record", "receipt.reverse",
        }  # fmt: skip
        assert page_of_changes(customer, 3, after=found[1].key) == found[2:5]
        assert page_of_changes(customer, 3, offset=2) == found[2:5]
        uid = one("SELECT uid FROM change ORDER BY number DESC LIMIT 1")
        assert uid is not None
        desk.do(UndoChange(uid=uid[0]), by="S1")
        assert [row.undone for row in page_of_changes(customer, 2)] == [True, False]
        assert Change.get_by_id(uid[0]).kind == "customer.edit"


def test_a_page_reads_no_more_than_it_shows(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        customer = desk.customer("C", days=300, limit="1000000")
        for day in range(30):
            desk.sell("C", date(2026, 1, 1) + timedelta(days=day), "10")
        assert len(page_of_orders(customer, 5, offset=10)) == 5
        assert len(page_of_ledger(customer, 5, offset=10)) == 5
        assert page_of_ledger(customer, 1, offset=29)[0].balance == 1_000
