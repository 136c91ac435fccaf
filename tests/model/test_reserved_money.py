"""Money that names an order not yet confirmed is kept for it, once, and freed with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from model.changes.orders import OrderRecorded
from model.changes.receipts import paid_for
from model.settlement import preview_receipt
from model.totals import faults
from tests.model.company import Company, company

TODAY = date(2026, 3, 31)


def two_held_orders_and_one_receipt(one: Company) -> tuple[OrderRecorded, OrderRecorded]:
    one.product("P")
    one.customer("C")
    first = one.sell("C", date(2026, 3, 1), "800")
    second = one.sell("C", date(2026, 3, 1), "800")
    one.pay("C", date(2026, 3, 2), "1000", first, second)
    return first, second


def test_one_receipt_for_two_held_orders_pays_for_each_only_what_is_left(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        first, second = two_held_orders_and_one_receipt(one)
        assert paid_for(one.order(first)) == 80_000
        assert paid_for(one.order(second)) == 20_000


def test_money_freed_by_a_rejection_is_taken_by_the_next_bill(tmp_path: Path) -> None:
    with company(tmp_path / "store", TODAY) as one:
        first, _second = two_held_orders_and_one_receipt(one)
        one.reject(first, date(2026, 3, 3))
        # 800.00 wait for any bill, 200.00 for the second order.
        preview = preview_receipt(one.ids["C"], 10_000)
        assert (preview.bills, preview.left) == ((), 10_000)
        bill = one.sell("C", date(2026, 3, 4), "500")
        assert bill.state == "confirmed"
        assert one.order(bill).open_amount == 0
        assert faults() == []
