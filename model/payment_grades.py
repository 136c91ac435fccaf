"""The payment grades of the few customers on a page, as known now: the same definition as the payment record's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from model.credit import overdue_before, tolerance_on
from model.fields import iso
from model.payment_record import PaidBill, PaymentRecord, record_since
from model.store import rows

_BILLS = """
SELECT o.id, o.customer_id, o.number, o.due_date, o.settled_on, o.amount FROM orders o
WHERE o.customer_id IN ({marks}) AND o.kind <> 'return' AND o.state = 'confirmed' AND o.amount > 0
    AND ((o.settled_on > ? AND o.settled_on <= ?) OR (o.open_amount > ? AND o.due_date < ?))
"""
_RETURNED = """
SELECT a.bill_id, CAST(SUM(a.amount) AS BIGINT) FROM orders q
JOIN allocation a ON a.customer_id = q.customer_id AND a.source_id = q.id
WHERE q.customer_id IN ({marks}) AND q.kind = 'return' GROUP BY a.bill_id
"""


def grades_of(customer_ids: Sequence[bytes], day: date) -> dict[bytes, str]:
    """The grade of each of these customers on a day; those with too few settled bills are left out."""
    marks = ", ".join("?" * len(customer_ids))
    window = (iso(record_since(day)), iso(day), tolerance_on(day), iso(overdue_before(day)))
    returned = dict(rows(_RETURNED.format(marks=marks), customer_ids))
    bills: dict[bytes, list[PaidBill]] = {}
    for id_, customer_id, number, due, settled, whole in rows(_BILLS.format(marks=marks), (*customer_ids, *window)):
        amount = whole - returned.get(id_, 0)
        if amount > 0:
            due_on, settled_on = date.fromisoformat(due), date.fromisoformat(settled) if settled else None
            late = max(((settled_on or day) - due_on).days, 0)
            bills.setdefault(bytes(customer_id), []).append(PaidBill(number, due_on, settled_on, amount, late))
    grades = {customer_id: PaymentRecord(tuple(own)).grade for customer_id, own in bills.items()}
    return {customer_id: grade for customer_id, grade in grades.items() if grade is not None}
