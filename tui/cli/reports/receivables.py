"""The reports on what customers owe, and how they pay."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from model.errors import N_
from model.money import format_amount, format_rate
from tui.cli.output import Cell, Column
from tui.cli.reports.form import CUSTOMER, OWNER, Report, Rows, customer_asked, figure, period_asked, word

if TYPE_CHECKING:
    from tui.paper.sheet import Sheet


def _balance(arguments: Namespace) -> Rows:
    from model.balances import balances
    from model.credit import REASON_NAMES

    for row in balances(arguments.as_of, customer_asked(arguments)):
        standing = row.standing
        yield (
            row.code, row.name, row.owner or None, format_amount(row.sums.orders), format_amount(row.sums.returns),
            format_amount(row.sums.receipts), format_amount(standing.balance), standing.credit_days,
            format_amount(standing.credit_limit), format_amount(standing.credit_left), format_amount(standing.overdue),
            word(arguments, REASON_NAMES, row.verdict),
        )  # fmt: skip


def _ageing(arguments: Namespace) -> Rows:
    from model.activity import COMPANY_CODE
    from model.ageing import ageing

    report = ageing(arguments.as_of, arguments.by, customer_asked(arguments))
    for row in report.rows:
        yield (row.code, row.name, row.owner or None, *map(format_amount, (*row.ages.columns, row.ages.balance)))
    yield (COMPANY_CODE, "", None, *map(format_amount, (*report.total.columns, report.total.balance)))


def _overdue(arguments: Namespace) -> Rows:
    from model.ageing import overdue_list

    for bill in overdue_list(arguments.as_of, customer_asked(arguments)):
        yield (
            bill.code, bill.name, bill.owner or None, bill.number, bill.issued_on, bill.due_on,
            format_amount(bill.amount), format_amount(bill.open), bill.days_overdue,
        )  # fmt: skip


def _held(arguments: Namespace) -> Rows:
    from model.held_orders import held_orders
    from tui.cli.order import reasons_told

    wanted = customer_asked(arguments)
    for order in held_orders(arguments.as_of):
        if wanted not in (None, order.customer):
            continue
        verdict = order.verdict
        yield (
            order.number, order.date, order.code, order.name, order.owner or None, order.maker or None,
            format_amount(order.amount), reasons_told(verdict) if arguments.format == "table" else verdict.held_for,
            format_amount(verdict.cure) if verdict.cure else None,
        )  # fmt: skip


def _payment_record(arguments: Namespace) -> Rows:
    from model.payment_record import payment_records
    from tui.suggestion_words import suggestion_reason

    for row in payment_records(arguments.as_of, customer_asked(arguments)):
        record, suggestion = row.record, row.suggestion
        average = record.average_late_hundredths
        yield (
            row.code, row.name, len(record.bills), record.late, record.worst_days_late,
            None if average is None else format_rate(average), format_amount(row.overdue), record.grade,
            suggestion.days, format_amount(suggestion.limit), suggestion_reason(suggestion),
        )  # fmt: skip


def _uninvoiced(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.invoices import uninvoiced

    for bill in uninvoiced(arguments.as_of):
        yield (
            bill.number, bill.date, bill.customer, bill.name, bill.owner or None, format_amount(bill.amount),
            format_amount(bill.open),
        )  # fmt: skip


def _statement(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.statement import DOCUMENT_NAMES, statement

    first, last = period_asked(arguments)
    customer = customer_asked(arguments)
    if customer is None:
        return
    for row in statement(customer, first, min(last, arguments.as_of)):
        yield (
            row.day, word(arguments, DOCUMENT_NAMES, row.document), row.number,
            format_amount(row.debit) if row.debit else None, format_amount(row.credit) if row.credit else None,
            format_amount(row.balance),
        )  # fmt: skip


def _statement_sheet(arguments: Namespace) -> Sheet:
    from model.paper import statement_paper
    from tui.paper.statement import sheet_of_statement

    first, last = period_asked(arguments)
    return sheet_of_statement(statement_paper(arguments.customer, first, min(last, arguments.as_of)))


RECEIVABLES_REPORTS: dict[str, Report] = {
    "balance": Report(
        N_("what every customer owes, and how its credit stands"),
        ("customer",),
        (
            *CUSTOMER, OWNER, figure("orders", N_("orders")), figure("returns", N_("returns")),
            figure("receipts", N_("receipts")), figure("balance", N_("balance")),
            figure("credit_days", N_("days")), figure("credit_limit", N_("limit")),
            figure("credit_left", N_("credit left")), figure("overdue", N_("overdue")),
            Column("verdict", N_("verdict")),
        ),
        _balance,
    ),
    "ageing": Report(
        N_("how old the money is that customers owe"),
        ("customer", "ages"),
        (
            *CUSTOMER, OWNER, figure("not_due", N_("not due")), figure("d1_30", "1–30"), figure("d31_60", "31–60"),
            figure("d61_90", "61–90"), figure("d90_plus", "90+"), figure("unallocated", N_("unallocated")),
            figure("balance", N_("balance")),
        ),
        _ageing,
    ),
    "overdue": Report(
        N_("every bill that is overdue, the oldest first"),
        ("customer",),
        (
            *CUSTOMER, OWNER, Column("order", N_("order")), Column("date", N_("date")), Column("due_date", N_("due")),
            figure("amount", N_("amount")), figure("open", N_("still open")),
            figure("days_overdue", N_("days overdue")),
        ),
        _overdue,
    ),
    "held": Report(
        N_("orders that wait for the office, the oldest first, and everything that stops them"),
        ("customer",),
        (
            Column("order", N_("order")), Column("date", N_("date")), *CUSTOMER, OWNER, Column("maker", N_("maker")),
            figure("amount", N_("amount")), Column("reasons", N_("held for")), figure("cure", N_("cure")),
        ),
        _held,
    ),
    "payment-record": Report(
        N_("how punctually customers paid in twelve months, and the terms that suggests"),
        ("customer",),
        (
            *CUSTOMER, figure("bills", N_("bills")), figure("late", N_("paid late")),
            figure("worst_days_late", N_("worst days")), figure("average_days_late", N_("average days")),
            figure("overdue", N_("overdue")), Column("grade", N_("grade")),
            figure("suggested_days", N_("suggested days")), figure("suggested_limit", N_("suggested limit")),
            Column("reason", N_("reason")),
        ),
        _payment_record,
    ),
    "uninvoiced": Report(
        N_("bills for which no invoice was made yet"),
        (),
        (
            Column("order", N_("order")), Column("date", N_("date")), *CUSTOMER, OWNER, figure("amount", N_("amount")),
            figure("open", N_("still open")),
        ),
        _uninvoiced,
    ),
    "statement": Report(
        N_("what raised and lowered a customer's balance"),
        ("one customer", "period"),
        (
            Column("date", N_("date")), Column("document", N_("document")), Column("number", N_("number")),
            figure("debit", N_("debit")), figure("credit", N_("credit")), figure("balance", N_("balance")),
        ),
        _statement,
        _statement_sheet,
    ),
}  # fmt: skip
