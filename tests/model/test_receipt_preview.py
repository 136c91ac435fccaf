"""What the receipt form shows while an amount is typed is what recording it then does."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from model.allocation import Wish
from model.changes.documents import next_number
from model.changes.receipts import NamedBill, RecordReceipt
from model.ids import new_id
from model.settlement import preview_receipt
from model.store import rows
from tests.model.company import company

TODAY = date(2026, 3, 31)


@given(
    amounts=st.lists(st.integers(1, 60), max_size=5),
    paid_before=st.integers(0, 120),
    amount=st.integers(1, 250),
    named=st.none() | st.integers(0, 5),
)
def test_the_preview_is_what_recording_does(
    amounts: list[int], paid_before: int, amount: int, named: int | None
) -> None:
    with TemporaryDirectory() as folder, company(Path(folder), TODAY) as made:
        made.product("P")
        customer = made.customer("C", days=30, limit="1000")
        bills = [made.sell("C", TODAY - timedelta(days=place % 3), str(units)) for place, units in enumerate(amounts)]
        # Beyond the limit: it waits, and money that names it is reserved.
        bills.append(made.sell("C", TODAY, "5000"))
        if paid_before:
            made.pay("C", TODAY, str(paid_before))
        order = None if named is None or named >= len(bills) else made.order(bills[named])
        wishes = () if order is None else (Wish(order.id, None, order.amount),)
        preview = preview_receipt(customer, amount * 100, wishes)
        receipt = made.do(
            RecordReceipt(
                id=new_id(), number=next_number(), customer=customer, date=TODAY, amount=amount * 100,
                bills=() if order is None else (NamedBill(order=order.id),),
            )
        )  # fmt: skip
        settled = [(bill.number, bill.settled) for bill in preview.bills if bill.settled]
        assert sorted(settled) == sorted((part.bill, part.amount) for part in receipt.parts)
        assert preview.left + preview.reserved == receipt.unallocated
        left_open = dict(rows("SELECT number, open_amount FROM orders WHERE open_amount > 0"))
        shown = {bill.number: bill.open - bill.settled for bill in preview.bills if bill.open > bill.settled}
        assert left_open == shown
