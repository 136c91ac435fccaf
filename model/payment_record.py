"""How punctually a customer has paid over twelve months, what grade that is, and which terms it suggests.

A bill counts when it was settled within the twelve months, or is overdue on the day (after its grace, beyond the
tolerance). It weighs with its amount less what returns took of it. Grace shortens no days late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.ageing import anything_after, open_bills_query
from model.balances import overdue_on
from model.credit import overdue_before, tolerance_on
from model.customers import CreditTerms, terms_of
from model.dates import first_day, last_day, month_of, shifted
from model.errors import N_
from model.fields import iso
from model.laptop import held_in_full, refuse_a_card
from model.margin import revenue_by_customer
from model.money import format_rate, grouped, half_up
from model.store import rows

RECORD_MONTHS = 12
FEWEST_SETTLED_BILLS = 3
GRADE_B_DAYS = 7
GRADE_C_DAYS = 30
# A bill overdue for longer makes the grade D whatever else was paid.
BAD_DEBT_DAYS = 60
RAISE_DAYS = 15
LONGEST_SUGGESTED_DAYS = 60
REVENUE_MONTHS = 6
DAYS_PER_MONTH = 30
# Limits are suggested in whole thousands, down.
LIMIT_STEP_MINOR = 100_000
HUNDREDTHS = 100

REASONS = {
    "A": N_("pays every bill on time: {raise_days} days more, at most {longest}"),
    "B": N_("pays {late} days late on average: the same days as now"),
    "C": N_("pays {late} days late on average: half the days"),
    "D": N_("pays {late} days late on average: no credit"),
    "overdue": N_("a bill is {worst} days late: no credit"),
    None: N_("fewer than {fewest} settled bills in {months} months: no credit yet"),
}
# Where a limit comes from, and why it is 0 where the record itself does not rule credit out.
OF_REVENUE = N_("limit: what it buys in {days} days, of {monthly} a month")
NO_DAYS = N_("limit 0: with 0 days there is none")
NO_REVENUE = N_("limit 0: no net revenue in the last {revenue_months} full months")
UNDER_A_STEP = N_("limit 0: what it buys in {days} days is under {step}")

_RETURNED = (
    "(SELECT COALESCE(CAST(SUM(a.amount) AS BIGINT), 0) FROM allocation a JOIN orders q ON q.id = a.source_id"
    " WHERE a.bill_id = {bill} AND q.kind = 'return' AND a.date <= ?)"
)
_SETTLED = f"""
SELECT o.customer_id, o.number, o.due_date, o.settled_on, o.amount - {_RETURNED.format(bill="o.id")} AS amount
FROM orders o
WHERE o.kind <> 'return' AND o.amount > 0 AND o.state = 'confirmed' AND o.settled_on > ? AND o.settled_on <= ?"""
# Bills settled by the day whose closing allocation was taken back, or closed again, after it.
_SETTLED_THEN = f"""
SELECT s.customer_id, s.number, s.due_date, s.closed_on, s.amount FROM (
    SELECT o.customer_id, o.number, o.due_date, MAX(a.date) AS closed_on, o.amount AS whole,
        CAST(SUM(a.amount) AS BIGINT) AS settled, o.amount - {_RETURNED.format(bill="o.id")} AS amount
    FROM orders o JOIN allocation a ON a.bill_id = o.id AND a.date <= ?
    WHERE o.kind <> 'return' AND o.amount > 0 AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?)
        AND (o.settled_on IS NULL OR o.settled_on > ?) {{one}}
    GROUP BY o.id, o.customer_id, o.number, o.due_date, o.amount
) s WHERE s.settled = s.whole AND s.closed_on > ?"""
_OVERDUE = f"""
SELECT b.customer_id, b.number, b.due_date, NULL, b.amount - {_RETURNED.format(bill="b.id")}
FROM ({{bills}}) b WHERE b.refund = 0 AND b.open > ? AND b.due_date < ?"""


@dataclass(frozen=True)
class PaidBill:
    """A bill of the record; amount in minor units without what returns took of it.

    Attributes:
        settled_on: None where it is still overdue.
        days_late: settled, or the day asked about, less due; at least 0.
    """

    number: str
    due_on: date
    settled_on: date | None
    amount: int
    days_late: int


@dataclass(frozen=True)
class PaymentRecord:
    """A customer's record of twelve months."""

    bills: tuple[PaidBill, ...]

    @property
    def settled(self) -> int:
        return sum(1 for bill in self.bills if bill.settled_on is not None)

    @property
    def settled_late(self) -> int:
        return sum(1 for bill in self.bills if bill.settled_on is not None and bill.days_late)

    @property
    def overdue(self) -> int:
        """How many are not settled yet; in the record they are because they are overdue."""
        return len(self.bills) - self.settled

    @property
    def late(self) -> int:
        """How many were settled late or are overdue."""
        return sum(1 for bill in self.bills if bill.days_late)

    @property
    def worst_days_late(self) -> int:
        return max((bill.days_late for bill in self.bills), default=0)

    @property
    def _weighted(self) -> tuple[int, int]:
        return (
            sum(bill.amount * bill.days_late for bill in self.bills),
            sum(bill.amount for bill in self.bills),
        )

    @property
    def average_late_hundredths(self) -> int | None:
        """Days late on average, weighted by amount, in hundredths of a day; None without bills."""
        days, amount = self._weighted
        return half_up(days * HUNDREDTHS, amount) if amount else None

    @property
    def badly_overdue(self) -> bool:
        return any(bill.settled_on is None and bill.days_late > BAD_DEBT_DAYS for bill in self.bills)

    @property
    def grade(self) -> str | None:
        """A, B, C or D; None under three settled bills."""
        days, amount = self._weighted
        if self.settled < FEWEST_SETTLED_BILLS:
            return None
        if self.badly_overdue or days > GRADE_C_DAYS * amount:
            return "D"
        if days == 0:
            return "A"
        return "B" if days <= GRADE_B_DAYS * amount else "C"


@dataclass(frozen=True)
class Suggestion:
    """Terms that a record suggests, never applied by themselves; limit in minor units.

    Attributes:
        template: the reason, a marked text with `values`.
        about_limit: where the limit comes from, or why it is 0 where the reason does not say so; a marked text with the
            same values, else empty.
    """

    days: int
    limit: int
    template: str
    values: dict[str, object]
    about_limit: str = ""


@dataclass(frozen=True)
class RecordRow:
    """A customer's line of the report; overdue in minor units."""

    id: bytes
    code: str
    name: str
    record: PaymentRecord
    overdue: int
    suggestion: Suggestion


def payment_record(customer: bytes, day: date) -> PaymentRecord:
    """How a customer has paid, as of a day."""
    return _records(day, customer).get(customer, PaymentRecord(()))


def suggested(record: PaymentRecord, terms: CreditTerms, monthly_revenue: tuple[int, int]) -> Suggestion:
    """The terms a record suggests.

    Args:
        terms: what holds now.
        monthly_revenue: revenue of the last full months in minor units, and how many months that is.
    """
    grade = record.grade
    days = {
        "A": min(terms.credit_days + RAISE_DAYS, LONGEST_SUGGESTED_DAYS),
        "B": terms.credit_days,
        "C": terms.credit_days // 2,
    }.get(grade or "", 0)
    revenue, months = monthly_revenue
    limit = max(revenue, 0) * days // (months * DAYS_PER_MONTH) // LIMIT_STEP_MINOR * LIMIT_STEP_MINOR
    return Suggestion(
        days, limit, REASONS["overdue" if grade == "D" and record.badly_overdue else grade],
        {
            "raise_days": RAISE_DAYS, "longest": LONGEST_SUGGESTED_DAYS,
            "late": format_rate(record.average_late_hundredths or 0),
            "worst": max((bill.days_late for bill in record.bills if bill.settled_on is None), default=0),
            "fewest": FEWEST_SETTLED_BILLS, "months": RECORD_MONTHS, "revenue_months": months, "days": days,
            "step": grouped(LIMIT_STEP_MINOR), "monthly": grouped(max(revenue, 0) // months),
        },
        OF_REVENUE if limit else "" if grade in (None, "D") else _why_no_limit(days, revenue),
    )  # fmt: skip


def _why_no_limit(days: int, revenue: int) -> str:
    if not days:
        return NO_DAYS
    return UNDER_A_STEP if revenue > 0 else NO_REVENUE


def payment_records(day: date, customer: bytes | None = None) -> Iterator[RecordRow]:
    """The record and suggestion of every customer that has bills in it, or of one, by code.

    On a laptop those held as a card are left out.
    """
    records, overdue = _records(day, customer), overdue_on(day, customer)
    terms = terms_of(None if customer is None else [customer], day)
    revenue = _revenue(day, customer)
    named = rows(
        f"SELECT c.id, c.code, c.name FROM customer c WHERE {held_in_full('c.id')}"
        + ("" if customer is None else " AND c.id = ?")
        + " ORDER BY c.code",
        () if customer is None else (customer,),
    )
    for id_, code, name in named:
        if id_ in records or customer is not None:
            record = records.get(id_, PaymentRecord(()))
            suggestion = suggested(record, terms.get(id_, CreditTerms()), (revenue.get(id_, 0), REVENUE_MONTHS))
            yield RecordRow(id_, code, name, record, overdue.get(id_, 0), suggestion)


def suggestion_for(customer: bytes, day: date) -> Suggestion:
    """The terms a customer's record suggests as of a day.

    Raises:
        Refused: only the customer's card is on this laptop.
    """
    refuse_a_card(customer, day)
    return next(payment_records(day, customer)).suggestion


def record_since(day: date) -> date:
    """The day after which a bill must have been settled to count."""
    month = shifted(month_of(day), -RECORD_MONTHS)
    return first_day(month).replace(day=min(day.day, last_day(month).day))


def _records(day: date, customer: bytes | None) -> dict[bytes, PaymentRecord]:
    until, since = iso(day), iso(record_since(day))
    one = "" if customer is None else " AND o.customer_id = ?"
    own: list[Any] = [] if customer is None else [customer]
    found = rows(_SETTLED + one, (until, since, until, *own))
    if anything_after(day):
        # The first `?` is the returned part's, in the select list.
        found += rows(_SETTLED_THEN.format(one=one), (until, until, until, until, until, *own, since))
    bills, parameters = open_bills_query(day, customer)
    found += rows(_OVERDUE.format(bills=bills), (until, *parameters, tolerance_on(day), iso(overdue_before(day))))
    bills_of: dict[bytes, list[PaidBill]] = {}
    for customer_id, number, due, settled, amount in found:
        if amount > 0:
            due_on, settled_on = date.fromisoformat(due), date.fromisoformat(settled) if settled else None
            late = max(((settled_on or day) - due_on).days, 0)
            bills_of.setdefault(customer_id, []).append(PaidBill(number, due_on, settled_on, amount, late))
    return {
        id_: PaymentRecord(tuple(sorted(bills, key=lambda bill: (bill.due_on, bill.number))))
        for id_, bills in bills_of.items()
    }


def _revenue(day: date, customer: bytes | None) -> dict[bytes, int]:
    """The revenue of the last full months before a day by customer, in minor units."""
    month = month_of(day)
    first, last = first_day(shifted(month, -REVENUE_MONTHS)), last_day(shifted(month, -1))
    return revenue_by_customer(first, last, day, customer)
