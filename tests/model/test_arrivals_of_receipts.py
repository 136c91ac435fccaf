"""Money that laptops took: always posted, whatever became of the bills it names. All amounts by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from model.changes.receipts import NamedBill, RecordReceipt, ReverseReceipt
from model.changes.recording import record
from model.changes.undo import UndoChange
from model.credit import standing_on
from model.errors import InputError, Refused
from model.ids import new_id
from model.store import rows
from model.touched import collecting
from tests.model.judging_office import judging_office, notices, told

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


def test_a_receipt_dated_ahead_gets_the_offices_date(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1")
        receipt = desk.money_from("B", "C", "100", on=TODAY + 2 * DAY)
        assert desk.receipt(receipt).date == TODAY
        with pytest.raises(Refused, match="after today"):
            desk.pay("C", TODAY + DAY, "100")


def test_a_bill_that_takes_no_money_any_more_is_left_out_and_its_maker_is_told(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        desk.customer("D", "S1", days=30, limit="1000")
        kept, oldest = desk.order_from("B", "C", "100"), desk.sell("C", TODAY - DAY, "70")
        cancelled, others = desk.order_from("B", "C", "200"), desk.order_from("B", "D", "300")
        desk.cancel(cancelled, TODAY)
        missing = new_id()
        receipt = desk.money_from("B", "C", "150", cancelled.id, others.id, missing, kept.id, by="S1")
        # 100 for the bill named, 50 for the oldest due.
        assert {part.bill: part.amount for part in receipt.parts} == {kept.number: 10_000, oldest.number: 5_000}
        assert [bytes(row[0]) for row in rows("SELECT order_id FROM receipt_order")] == [kept.id]
        sentences = [told(notice) for notice in notices() if notice.person_id == desk.ids["S1"]]
        assert len(sentences) == 3
        assert all(
            any(name in sentence for sentence in sentences) for name in (cancelled.number, others.number, missing.hex())
        )
        assert all(receipt.number in sentence for sentence in sentences)


def test_at_the_office_itself_such_a_bill_is_refused(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        cancelled = desk.order_from("B", "C", "200")
        desk.cancel(cancelled, TODAY)
        with pytest.raises(Refused, match="takes no money"):
            desk.pay("C", TODAY, "10", cancelled)
        assert rows("SELECT 1 FROM receipt") == []


def test_the_same_amount_on_the_same_day_is_posted_and_the_office_asked(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        first = desk.money_from("B", "C", "100")
        assert notices() == []
        second = desk.money_from("D", "C", "100")
        assert second.same_day == (first.number,)
        [notice] = notices()
        assert (notice.person_id, notice.about, notice.customer_id) == (None, second.number, desk.ids["C"])
        assert first.number in told(notice)
        # Money that comes with an order is money too.
        desk.order_from("E", "C", "500", paid="100")
        assert len(notices()) == 2
        assert standing_on(desk.ids["C"], TODAY).balance == 20_000


def test_a_write_off_or_a_discount_may_be_refused(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1", days=30, limit="1000")
        cancelled = desk.order_from("B", "C", "100")
        desk.order_from("B", "C", "50")
        desk.cancel(cancelled, TODAY)
        with pytest.raises(Refused, match="Your role"):
            desk.money_from("B", "C", "50", kind="write_off", by="S1")
        with pytest.raises(Refused, match="owes only"):
            desk.money_from("B", "C", "60", kind="discount")
        with pytest.raises(Refused, match="takes no money"):
            desk.money_from("B", "C", "50", cancelled.id, kind="discount")


def test_money_that_a_salesperson_gave_back_is_posted_and_the_office_is_told(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        assert desk.money_from("B", "C", "40", kind="refund").balance == 4_000
        assert notices() == []
        given = desk.money_from("B", "C", "50", kind="refund", by="S1")
        assert given.balance == 9_000
        [notice] = notices()
        assert (notice.person_id, notice.about, notice.customer_id) == (None, given.number, c)
        sentence = told(notice)
        assert all(word in sentence for word in (given.number, "whose role may not", "50.00", "C"))


def test_where_it_is_entered_only_the_office_gives_money_back(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1")
        refund = RecordReceipt(id=new_id(), number="R-1", customer=c, date=TODAY, amount=10, kind="refund", reason="x")
        with pytest.raises(Refused, match="give a customer money back"):
            record(refund, person=desk.ids["S1"], on=TODAY)
        assert rows("SELECT 1 FROM receipt") == []


def test_what_no_laptop_could_have_recorded_is_refused(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1")
        twice = (NamedBill(order=c), NamedBill(order=c))
        with pytest.raises(InputError, match="twice"):
            desk.arrive("B", RecordReceipt(id=new_id(), number="B-1", customer=c, date=TODAY, amount=10, bills=twice))
        with pytest.raises(InputError, match="above zero"):
            desk.arrive("B", RecordReceipt(id=new_id(), number="B-1", customer=c, date=TODAY, amount=0))


def test_a_reversal_takes_the_nearest_possible_date(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        desk.customer("C", "S1")
        receipt = desk.money_from("B", "C", "100")
        reversal = ReverseReceipt(id=new_id(), number="B-R", receipt=receipt.id, date=TODAY - 4 * DAY, reason="bounced")
        assert desk.receipt(desk.arrive("B", reversal, by="M")).date == TODAY
        assert standing_on(desk.ids["C"], TODAY).balance == 0


def test_posting_reversing_and_undoing_announce_the_receipt(tmp_path: Path) -> None:
    with judging_office(tmp_path, TODAY) as desk:
        c = desk.customer("C", "S1", days=30, limit="1000")
        with collecting() as posted:
            receipt = desk.money_from("B", "C", "100")
        assert (posted.documents, posted.customers) == ({("receipt", receipt.id)}, {c})
        with collecting() as undone:
            desk.arrive("B", UndoChange(uid=desk.receipt(receipt).change_uid))
        assert (undone.documents, undone.customers) == ({("receipt", receipt.id)}, {c})
        order = desk.order_from("B", "C", "100", paid="30")
        [payment] = [bytes(row[0]) for row in rows("SELECT id FROM receipt WHERE voided = 0")]
        with collecting() as taken_back:
            desk.arrive("B", UndoChange(uid=desk.order(order).change_uid))
        assert taken_back.documents == {("order", order.id), ("receipt", payment)}
