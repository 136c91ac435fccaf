"""The desk's lists of money say what the figures say, sorted and filtered."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from model import money_lists
from model.ageing import ageing, overdue_list
from model.changes.invoicing import InvoiceOrder
from model.changes.receipts import RecordReceipt
from model.ids import new_id
from model.invoices import uninvoiced
from model.money_lists import (
    listed_ages,
    listed_bills,
    listed_receipts,
    listed_uninvoiced,
    releasable_orders,
    waiting_money,
)
from model.store import execute
from tests.model.company import Company, company

TODAY = date(2026, 3, 31)


def fill(desk: Company) -> None:
    """C1 owes 1,000.00 overdue and 500.00 not yet due; C2 owes 300.00 overdue."""
    desk.salesperson("S1")
    desk.product("P")
    for code in ("C1", "C2"):
        desk.customer(code, "S1", days=30, limit="10000")
    desk.sell("C1", date(2026, 3, 20), "500", maker="S1")
    desk.sell("C1", date(2026, 1, 10), "1000", maker="S1")
    desk.sell("C2", date(2026, 2, 1), "300", maker="S1")


def test_open_bills_come_to_the_ageing_and_to_the_overdue_list(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        listed = listed_bills(TODAY)
        assert [(bill.code, bill.open_amount, bill.days_late) for bill in listed.rows] == [
            ("C1", 100_000, 50), ("C2", 30_000, 28), ("C1", 50_000, 0),
        ]  # fmt: skip
        assert (listed.count, listed.amount, listed.part) == (3, 180_000, 130_000)
        assert listed.part == sum(bill.open for bill in overdue_list(TODAY))
        ages, total = listed_ages(TODAY)
        assert total == ageing(TODAY).total
        assert [(row.code, row.overdue) for row in ages.rows] == [("C1", 100_000), ("C2", 30_000)]
        # On the day before anything was due, nothing was late.
        assert listed_bills(date(2026, 2, 5)).part == 0


def test_the_bills_of_one_customer_are_those_its_ages_are_made_of(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        desk.customer("C10", "S1", days=30, limit="10000")
        desk.sell("C10", date(2026, 2, 1), "70", maker="S1")
        for ages in listed_ages(TODAY)[0].rows:
            listed = listed_bills(TODAY, customer=ages.customer_id)
            assert (listed.amount, listed.part) == (ages.ages.balance, ages.overdue)
            assert {bill.code for bill in listed.rows} == {ages.code}


@pytest.mark.parametrize(("text", "codes"), [("c2", {"C2"}), ("customer c1", {"C1"}), ("50%", set()), ("_", set())])
def test_a_text_means_a_customer_or_is_part_of_a_row(tmp_path: Path, text: str, codes: set[str]) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        assert {bill.code for bill in listed_bills(TODAY, text).rows} == codes
        assert {bill.code for bill in listed_uninvoiced(TODAY, text).rows} == codes
        assert {bill.owner for bill in listed_bills(TODAY, "person s").rows} == {"Person S1"}


def test_every_column_sorts_both_ways(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        desk.pay("C1", TODAY, "100")
        desk.pay("C2", TODAY - timedelta(days=1), "50")
        for column in money_lists._BILL_ORDER:
            up, down = (listed_bills(TODAY, "", column, way).rows for way in (False, True))
            assert up == down[::-1]
        assert [bill.days_late for bill in listed_bills(TODAY, "", "late", True).rows] == [50, 28, 0]
        for column in money_lists._RECEIPT_VALUES:
            assert listed_receipts("", column, False).rows == listed_receipts("", column, True).rows[::-1]
        for column in money_lists._UNINVOICED_VALUES:
            up_, down_ = (listed_uninvoiced(TODAY, "", column, way).rows for way in (False, True))
            assert up_ == down_[::-1]
        for column in ("customer", "code", "owner", "balance", "overdue", *money_lists.AGE_COLUMNS):
            assert listed_ages(TODAY, "", column, False)[0].rows == listed_ages(TODAY, "", column, True)[0].rows[::-1]


def test_a_reversed_receipt_is_listed_and_counts_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        desk.pay("C2", TODAY, "900")
        desk.reverse(desk.pay("C1", TODAY, "100"), TODAY)
        listed = listed_receipts()
        assert [(row.document.kind, row.document.state, row.amount) for row in listed.rows] == [
            ("reversal", "", 10_000), ("receipt", "reversed", 10_000), ("receipt", "", 90_000),
        ]  # fmt: skip
        assert (listed.count, listed.amount, listed.part) == (3, 90_000, 60_000)
        assert waiting_money(desk.ids["C2"]) == 60_000
        # Of the newest three one is undone: that the others are not all is said all the same.
        monkeypatch.setattr(money_lists, "MOST_LISTED", 2)
        assert listed_receipts().is_cut
        undone = desk.pay("C2", TODAY, "1")
        execute("UPDATE receipt SET voided = 1 WHERE id = ?", (undone.id,))
        found = listed_receipts()
        assert (len(found.rows), found.is_cut) == (2, True)
        # Money that is reserved is the customer's; what was given back besides is owed out of it.
        desk.customer("C9", "S1")
        desk.pay("C9", TODAY, "30", desk.sell("C9", TODAY, "50"))
        assert waiting_money(desk.ids["C9"]) == 3_000
        desk.pay("C9", TODAY, "20", kind="refund")
        assert waiting_money(desk.ids["C9"]) == 1_000
        desk.pay("C9", TODAY, "20", kind="refund")
        assert waiting_money(desk.ids["C9"]) == 0


def test_bills_without_an_invoice_are_those_of_the_report(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        desk.customer("C3", "S1", days=90, limit="10000")
        desk.take_back(desk.sell("C3", date(2026, 1, 3), "400", maker="S1"), TODAY, "1")
        first = listed_uninvoiced(TODAY).rows[0]
        desk.do(InvoiceOrder(order=first.document.id, invoice_number="1", date=TODAY))
        listed = listed_uninvoiced(TODAY)
        assert {(row.document.number, row.amount) for row in listed.rows} == {
            (row.number, row.amount) for row in uninvoiced(TODAY)
        }
        assert (listed.count, listed.amount) == (2, 80_000)


def test_a_list_of_open_bills_is_cut_but_its_sums_are_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(money_lists, "MOST_LISTED", 2)
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        listed = listed_bills(TODAY)
        assert (len(listed.rows), listed.count, listed.amount, listed.is_cut) == (2, 3, 180_000, False)


def test_of_what_grows_for_ever_the_newest_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(money_lists, "MOST_LISTED", 2)
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        for days in (9, 1, 5):
            desk.pay("C2", TODAY - timedelta(days=days), str(days))
        listed = listed_receipts()
        assert [row.amount for row in listed.rows] == [100, 500]
        assert (listed.amount, listed.is_cut) == (600, True)
        bills = listed_uninvoiced(TODAY, "", "day")
        assert [row.amount for row in bills.rows] == [30_000, 50_000]
        assert bills.is_cut
        assert not listed_uninvoiced(TODAY, "c1").is_cut


def test_receipts_are_found_by_number_customer_and_reference(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        first, second = desk.pay("C1", TODAY, "10"), desk.pay("C2", TODAY, "20")
        desk.do(
            RecordReceipt(
                id=new_id(), number="X-1", customer=desk.ids["C1"], date=TODAY, amount=3_000, reference="Bank 77%"
            )
        )

        def found(text: str) -> list[str]:
            return [row.document.number for row in listed_receipts(text, "number", False).rows]

        assert found(first.number.lower()) == [first.number]
        assert found("c2") == [second.number]
        assert found("c1") == [first.number, "X-1"]
        assert found("nk 77%") == ["X-1"]
        assert found("nothing") == []


def test_only_what_nothing_stops_any_more_can_be_released(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        fill(desk)
        held = desk.sell("C2", TODAY, "400", maker="S1")
        assert held.state == "held"
        assert releasable_orders(desk.ids["C2"], TODAY) == []
        desk.pay("C2", TODAY, "300")
        assert [order.number for order in releasable_orders(desk.ids["C2"], TODAY)] == [held.number]
