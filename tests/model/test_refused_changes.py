"""What would leave documents that contradict themselves is refused when it is entered, not found at an export."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from model.changes.customers import AddCustomer
from model.changes.orders import LineArgs, RecordOrder
from model.changes.receipts import ReverseReceipt
from model.changes.undo import UndoChange
from model.customers import Customer
from model.errors import InputError, Refused
from model.ids import new_id
from model.store import execute, one
from model.totals import faults
from tests.model.company import Company, company

TODAY = date(2026, 3, 31)


def test_money_names_each_bill_once_and_no_return(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        one.product("P")
        one.customer("C", days=30, limit="1000")
        sold = one.sell("C", date(2026, 3, 1), "100")
        returned = one.take_back(sold, date(2026, 3, 2), "0.5")
        with pytest.raises(Refused, match="is a return"):
            one.pay("C", date(2026, 3, 3), "10", returned)
        with pytest.raises(InputError, match="twice"):
            one.pay("C", date(2026, 3, 3), "10", sold, sold)
        with pytest.raises(InputError, match="settles no bill"):
            one.pay("C", date(2026, 3, 3), "10", sold, kind="refund")


def test_the_recording_of_an_order_that_was_released_is_not_undone(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        one.product("P")
        one.customer("C")
        held = one.sell("C", date(2026, 3, 1), "100")
        one.release(held, date(2026, 3, 2))
        with pytest.raises(Refused, match="cannot be undone"):
            one.do(UndoChange(uid=one.order(held).change_uid))
        assert one.order(held).state == "confirmed"


def order_of(one: Company, *, quote: bool, valid_until: date | None = None, quantity_e3: int = 1_000) -> RecordOrder:
    return RecordOrder(
        id=new_id(), number="N1", customer=one.ids["C"], date=TODAY, quote=quote, valid_until=valid_until,
        lines=(LineArgs(line=1, product=one.ids["P"], quantity_e3=quantity_e3, price_e4=0),),
    )  # fmt: skip


def test_only_a_quote_has_a_last_valid_day(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        one.product("P")
        one.customer("C")
        with pytest.raises(InputError, match="Only a quote"):
            one.do(order_of(one, quote=False, valid_until=TODAY))
        assert one.do(order_of(one, quote=True, valid_until=TODAY)).state == "quote"


def test_a_cost_beyond_what_a_store_can_sum_is_told(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        one.product("P", cost="900000000")
        one.customer("C")
        with pytest.raises(InputError, match="too large"):
            one.do(order_of(one, quote=False, quantity_e3=10**12))


def test_nobodys_customers_change_in_a_closed_month(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        one.salesperson("S1")
        one.customer("C")
        execute("INSERT INTO month_close VALUES ('2026-02', ?, 1, 1, '')", (one.ids["S1"],))
        with pytest.raises(Refused, match="2026-02 is closed"):
            one.assign("C", "S1", date(2026, 2, 28))
        one.assign("C", "S1", date(2026, 3, 1))


def test_a_wide_space_is_text_and_no_control_character(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        one.do(AddCustomer(id=new_id(), code="C1", date=TODAY, card={"name": "北京　公司"}))
        assert Customer.get(Customer.code == "C1").name == "北京　公司"
        for code in ("C　1", "C\u200b1", "C 1"):
            with pytest.raises(InputError, match="cannot be a code"):
                one.do(AddCustomer(id=new_id(), code=code, date=TODAY, card={"name": "x"}))


def test_an_order_whose_payment_was_reversed_is_not_undone_under_the_reversal(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        desk.customer("C", limit="1000")
        order = desk.sell("C", TODAY, "250", paid="250")
        change = one("SELECT uid FROM change WHERE kind = 'order.record'")
        assert change is not None
        payment = one("SELECT id FROM receipt")
        assert payment is not None
        desk.do(ReverseReceipt(id=new_id(), number="A-R1", receipt=payment[0], date=TODAY, reason="bounced"))
        with pytest.raises(Refused, match="cancel the order instead"):
            desk.do(UndoChange(uid=change[0]))
        assert desk.order(order).state == "confirmed"
        assert faults() == []
