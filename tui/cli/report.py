"""`huoke report`: every figure that a screen shows, as rows."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from model.dates import first_day, month_of, parse_date, parse_month
from model.errors import N_, InputError, Refused
from model.money import format_amount, format_price, format_quantity, format_rate
from tui.cli.output import Cell, Column, plain_text, print_rows, tell
from tui.cli.parser import Parser, Verbs
from tui.cli.previews import QUIET_COLUMNS, RULE_COLUMNS, add_quiet_options, add_rule_options, quiet_rows, rule_rows
from tui.locale import _

if TYPE_CHECKING:
    from model.activity import ActivityRow
    from model.lost import LostRow
    from model.margin import Margin
    from model.store import Store
    from tui.paper.sheet import Sheet

TABLE_ENDINGS = (".csv", ".xlsx")
PAPER_ENDINGS = (".txt", ".html")
Rows = Iterable[Sequence[Cell]]

CUSTOMER = (Column("customer", N_("code")), Column("name", N_("customer")))
OWNER = Column("owner", N_("owner"))
SALESPERSON = (Column("salesperson", N_("code")), Column("name", N_("salesperson")))


@dataclass(frozen=True)
class Report:
    """One report: its help, its own options, its columns in order, and its rows.

    Attributes:
        paper: the same as it is sent to a customer, where there is such a paper.
    """

    help: str
    options: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Callable[[Namespace], Rows]
    paper: Callable[[Namespace], Sheet] | None = None


def add_report_parser(verbs: Verbs, common: Parser) -> None:
    """Add `report NAME` and the options of each report."""
    parser = verbs.add_parser("report", parents=[common], help=_("print a report"))
    names = parser.add_subparsers(dest="report", required=True, metavar=_("NAME"), title=_("reports"))
    for name, report in REPORTS.items():
        one = names.add_parser(name, parents=[common], help=_(report.help), description=_(report.help))
        for option in report.options:
            _OPTIONS[option](one)
        endings = (*TABLE_ENDINGS, *(PAPER_ENDINGS if report.paper is not None else ()))
        one.add_argument(
            "--output", type=Path, metavar=_("PATH"),
            help=_("a new file to write it to, in the form that its ending says: {endings}").format(
                endings=", ".join(endings)
            ),
        )  # fmt: skip


def run_report(arguments: Namespace, store: Store) -> int:
    """Print the report that was asked for from the store in use."""
    report = REPORTS[arguments.report]
    if arguments.output is not None:
        _write(report, arguments)
    else:
        print_rows(report.columns, report.rows(arguments), arguments.format)
    if "customer" in report.options and arguments.customer is None:
        _tell_of_cards()
    return 0


def _write(report: Report, arguments: Namespace) -> None:
    """Write a report to a file that is there whole or not at all.

    Raises:
        InputError: the file's ending is none of those the report can have.
        Refused: there is such a file already, or it cannot be written.
    """
    path: Path = arguments.output.expanduser()
    ending = path.suffix.lower()
    if path.exists():
        raise Refused(N_("{path} is there already: choose another name."), path=str(path))
    if report.paper is not None and ending in PAPER_ENDINGS:
        from tui.paper.sheet import is_html, write_sheet

        write_sheet(report.paper(arguments), path, html=is_html(path))
    elif ending in TABLE_ENDINGS:
        from tui.shared.table_files import write_file

        # What is read by people has their words; figures stay figures.
        arguments.format = "table"
        figures = {place for place, column in enumerate(report.columns) if column.right}
        shown = ([plain_text(cell) for cell in row] for row in report.rows(arguments))
        write_file(path, [_(column.title) for column in report.columns], shown, figures)
    else:
        allowed = (*TABLE_ENDINGS, *(PAPER_ENDINGS if report.paper is not None else ()))
        raise InputError(
            N_("{path} has no ending that this report can have: {endings}."),
            path=str(path), endings=", ".join(allowed),
        )  # fmt: skip
    tell(_("The report is in {path}.").format(path=path))


def _tell_of_cards() -> None:
    """Say on a laptop how many customers a report of all had to leave out."""
    from model.laptop import cards_count

    if left_out := cards_count():
        tell(_("Customers held here only as a card are left out: {count}.").format(count=f"{left_out:,}"))


# ── options ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--month", type=parse_month, metavar=_("MONTH"), help=_("such as 2026-03; without it, that of the day")
    )


def _period(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="from_date", type=parse_date, metavar=_("DATE"), help=_("the first day; without it, all")
    )
    parser.add_argument(
        "--to", dest="to_date", type=parse_date, metavar=_("DATE"),
        help=_("the last day; without it, the day asked for"),
    )  # fmt: skip


def _customer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customer", metavar=_("CODE"), help=_("one customer; without it, all"))


def _one_customer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customer", required=True, metavar=_("CODE"), help=_("the customer"))


def _ages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by", choices=("due", "date"), default="due", help=_("days past due, or days since the bill's date")
    )


def _margin_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by", choices=("customer", "segment", "salesperson", "product", "brand", "category", "month"),
        default="customer", help=_("whose margin each row is"),
    )  # fmt: skip


def _lost_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by", choices=("salesperson", "customer", "product", "reason"), default="salesperson",
        help=_("whose losses each row is"),
    )  # fmt: skip


_OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "month": _month,
    "period": _period,
    "customer": _customer,
    "one customer": _one_customer,
    "ages": _ages,
    "margin by": _margin_by,
    "lost by": _lost_by,
    "quiet": add_quiet_options,
    "other rule": add_rule_options,
}


def _customer_id(arguments: Namespace) -> bytes | None:
    """The customer asked for, None for all; a laptop that has only its card can report nothing of it."""
    from model.customers import customer_by_code
    from model.laptop import refuse_a_card

    if arguments.customer is None:
        return None
    customer = bytes(customer_by_code(arguments.customer).id)
    refuse_a_card(customer, arguments.as_of)
    return customer


def _month_asked(arguments: Namespace) -> str:
    month: str = arguments.month or month_of(arguments.as_of)
    if first_day(month) > arguments.as_of:
        raise InputError(
            N_("The month {month} has not begun on {date}: ask for an earlier one."),
            month=month, date=arguments.as_of.isoformat(),
        )  # fmt: skip
    return month


def _period_asked(arguments: Namespace) -> tuple[date | None, date]:
    first: date | None = arguments.from_date
    last: date = arguments.as_of if arguments.to_date is None else arguments.to_date
    if first is not None and last < first:
        raise InputError(
            N_("The period ends on {last} before it begins on {first}: exchange them."),
            first=first.isoformat(), last=last.isoformat(),
        )  # fmt: skip
    return first, last


def _sees_cost(day: date) -> bool:
    """Whether who sits at this store may see cost and margin."""
    from model.margin import may_see_cost
    from model.people import salesperson_by_code
    from model.store import meta

    code = meta("me")
    return may_see_cost(salesperson_by_code(code).id if code else None, day)


def _word(arguments: Namespace, names: Mapping[str, str], word: str) -> str:
    """A word of the data, which a table shows to a person in the language in use."""
    return _(names[word]) if arguments.format == "table" else word


def _rate(rate_bp: int | None) -> str | None:
    return None if rate_bp is None else format_rate(rate_bp)


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _activity(arguments: Namespace) -> Rows:
    from model.activity import activity_board

    board = activity_board(_month_asked(arguments), arguments.as_of)
    return [_activity_row(row) for row in (*board.rows, board.company)]


def _activity_row(row: ActivityRow) -> Sequence[Cell]:
    return (
        row.code, row.name, row.responsible, row.active, _rate(row.rate_bp), _rate(row.previous_bp), row.rank,
    )  # fmt: skip


def _performance(arguments: Namespace) -> Rows:
    from model.performance import performance_board

    sees = _sees_cost(arguments.as_of)
    board = performance_board(_month_asked(arguments), arguments.as_of)
    for row in board.rows:
        yield (row.key, row.name, row.orders, format_amount(row.revenue), *_cost_and_margin(row, sees))
    if board.late:
        tell(
            _("{amount} of it arrived for months that were closed: see “report adjustments”.").format(
                amount=format_amount(board.late_company.revenue)
            )
        )


def _cost_and_margin(row: Margin, sees: bool) -> tuple[Cell, Cell]:
    return (format_amount(row.cost), format_amount(row.margin)) if sees else (None, None)


def _adjustments(arguments: Namespace) -> Rows:
    from model.booking import LATE_NAMES, adjustments

    sees = _sees_cost(arguments.as_of)
    for row in adjustments(_month_asked(arguments), arguments.as_of):
        yield (
            row.number, row.customer, row.name, row.salesperson or None, row.date, row.recorded_month,
            format_amount(row.amount), format_amount(row.margin) if sees else None,
            _word(arguments, LATE_NAMES, row.what),
        )  # fmt: skip


def _targets(arguments: Namespace) -> Rows:
    from model.targets import ACTIVITY, MEASURE_NAMES, targets_board

    sees = _sees_cost(arguments.as_of)
    for row in targets_board(_month_asked(arguments), arguments.as_of):
        is_rate, hidden = row.measure == ACTIVITY, row.measure == "margin" and not sees
        shown = format_rate if is_rate else format_amount
        left: Cell = None if row.left is None or hidden else row.left if is_rate else format_amount(row.left)
        yield (
            row.code, row.name, _word(arguments, MEASURE_NAMES, row.measure), shown(row.target),
            None if row.reached is None or hidden else shown(row.reached), None if hidden else _rate(row.percent_bp),
            left,
        )  # fmt: skip


def _balance(arguments: Namespace) -> Rows:
    from model.balances import balances
    from model.credit import REASON_NAMES

    for row in balances(arguments.as_of, _customer_id(arguments)):
        standing = row.standing
        yield (
            row.code, row.name, row.owner or None, format_amount(row.sums.orders), format_amount(row.sums.returns),
            format_amount(row.sums.receipts), format_amount(standing.balance), standing.credit_days,
            format_amount(standing.credit_limit), format_amount(standing.credit_left), format_amount(standing.overdue),
            _word(arguments, REASON_NAMES, row.verdict),
        )  # fmt: skip


def _ageing(arguments: Namespace) -> Rows:
    from model.activity import COMPANY_CODE
    from model.ageing import ageing

    report = ageing(arguments.as_of, arguments.by, _customer_id(arguments))
    for row in report.rows:
        yield (row.code, row.name, row.owner or None, *map(format_amount, (*row.ages.columns, row.ages.balance)))
    yield (COMPANY_CODE, "", None, *map(format_amount, (*report.total.columns, report.total.balance)))


def _overdue(arguments: Namespace) -> Rows:
    from model.ageing import overdue_list

    for bill in overdue_list(arguments.as_of, _customer_id(arguments)):
        yield (
            bill.code, bill.name, bill.owner or None, bill.number, bill.issued_on, bill.due_on,
            format_amount(bill.amount), format_amount(bill.open), bill.days_overdue,
        )  # fmt: skip


def _payment_record(arguments: Namespace) -> Rows:
    from model.payment_record import payment_records

    for row in payment_records(arguments.as_of, _customer_id(arguments)):
        record, suggestion = row.record, row.suggestion
        average = record.average_late_hundredths
        yield (
            row.code, row.name, len(record.bills), record.late, record.worst_days_late,
            None if average is None else format_rate(average), format_amount(row.overdue), record.grade,
            suggestion.days, format_amount(suggestion.limit), _(suggestion.template).format(**suggestion.values),
        )  # fmt: skip


def _margin(arguments: Namespace) -> Rows:
    from model.dates import EARLIEST_BUSINESS_DATE
    from model.margin import margin

    first, last = _period_asked(arguments)
    sees = _sees_cost(arguments.as_of)
    report = margin(first or EARLIEST_BUSINESS_DATE, last, arguments.by, arguments.as_of)
    for row in (*report.rows, report.total):
        yield (
            row.key, row.name, row.orders, format_amount(row.revenue), *_cost_and_margin(row, sees),
            _rate(row.rate_bp) if sees else None, format_amount(row.uncosted),
        )  # fmt: skip


def _lost(arguments: Namespace) -> Rows:
    from model.dates import EARLIEST_BUSINESS_DATE
    from model.lost import REASON_NAMES, lost_report

    first, last = _period_asked(arguments)
    report = lost_report(first or EARLIEST_BUSINESS_DATE, last, arguments.by, arguments.as_of)
    for row in report.rows:
        reason = arguments.by == "reason"
        yield _lost_row(row, _word(arguments, REASON_NAMES, row.key) if reason else row.key, of_reason=reason)


def _lost_row(row: LostRow, key: str, *, of_reason: bool = False) -> Sequence[Cell]:
    """A line of losses; a won order has no reason, so nothing stands under what was won beside one."""
    won, won_amount = (None, None) if of_reason else (row.won, format_amount(row.won_amount))
    return (
        key, won, row.lost, _rate(row.rate_bp), won_amount, format_amount(row.lost_amount), _rate(row.amount_rate_bp),
    )  # fmt: skip


def _rhythm(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.call_board import rhythm_text
    from model.rhythm import STATE_NAMES, rhythm_report

    day = arguments.as_of
    for row in rhythm_report(day):
        rhythm = row.rhythm
        yield (
            row.code, row.name, row.owner or None, rhythm.trading_days,
            None if rhythm.half_days is None else rhythm_text(rhythm.half_days), rhythm.last, rhythm.expected_next,
            _rate(rhythm.quiet_hundredths(day)), _word(arguments, STATE_NAMES, rhythm.state_on(day)),
        )  # fmt: skip


def _stages(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.stages import STAGE_NAMES, stages_report

    for row in stages_report(arguments.as_of):
        yield (
            row.code, row.name, row.owner or None, _word(arguments, STAGE_NAMES, row.stage), row.first_trade,
            row.last_trade, row.trading_months,
        )  # fmt: skip


def _movement(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.movement import movement

    for code, moved in movement(_month_asked(arguments), arguments.as_of):
        yield (
            code, moved.start, moved.won_new, moved.to_familiar, moved.to_old, moved.gone_dormant, moved.woken,
            moved.end,
        )  # fmt: skip


def _board(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.call_board import call_board

    sees = _sees_cost(arguments.as_of)
    for call in call_board(arguments.as_of, sees_cost=sees):
        yield (
            call.code, call.name, call.owner or None, _(call.why).format(**call.params), _rate(call.quiet_hundredths),
            call.expected_next, format_amount(call.margin) if sees else None, format_amount(call.credit_left),
            format_amount(call.worth),
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

    first, last = _period_asked(arguments)
    customer = _customer_id(arguments)
    if customer is None:
        return
    for row in statement(customer, first, min(last, arguments.as_of)):
        yield (
            row.day, _word(arguments, DOCUMENT_NAMES, row.document), row.number,
            format_amount(row.debit) if row.debit else None, format_amount(row.credit) if row.credit else None,
            format_amount(row.balance),
        )  # fmt: skip


def _statement_sheet(arguments: Namespace) -> Sheet:
    from model.paper import statement_paper
    from tui.paper.statement import sheet_of_statement

    first, last = _period_asked(arguments)
    return sheet_of_statement(statement_paper(arguments.customer, first, min(last, arguments.as_of)))


def _preferences(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.preferences import preferred_products

    customer = _customer_id(arguments)
    if customer is None:
        return
    for row in preferred_products(customer, arguments.as_of):
        last = row.last
        yield (
            row.code, row.name, row.brand, row.category, row.orders, format_quantity(row.quantity_e3),
            format_amount(row.revenue), None if last is None else format_price(last.net_price_e4),
            None if last is None else last.day, _rate(row.share_bp),
        )  # fmt: skip


def _trend(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.margin import trend

    customer = _customer_id(arguments)
    if customer is None:
        return
    sees = _sees_cost(arguments.as_of)
    for row in trend(customer, arguments.as_of):
        yield (row.key, row.orders, format_amount(row.revenue), *_cost_and_margin(row, sees))


def _rule_preview(arguments: Namespace) -> Rows:
    return rule_rows(arguments, _month_asked(arguments), sees_cost=_sees_cost(arguments.as_of))


def _amount(name: str, title: str) -> Column:
    return Column(name, title, right=True)


REPORTS: dict[str, Report] = {
    "activity": Report(
        N_("of the customers each salesperson is responsible for, how many traded in a month"),
        ("month",),
        (
            *SALESPERSON, _amount("responsible", N_("responsible")), _amount("active", N_("traded")),
            _amount("rate", N_("rate %")), _amount("previous_rate", N_("last month %")), _amount("rank", N_("rank")),
        ),
        _activity,
    ),
    "performance": Report(
        N_("what each salesperson sold in a month, by the shares of the credit rule"),
        ("month",),
        (
            *SALESPERSON, _amount("orders", N_("orders")), _amount("amount", N_("amount")),
            _amount("cost", N_("cost")), _amount("margin", N_("margin")),
        ),
        _performance,
    ),
    "adjustments": Report(
        N_("what arrived for a closed month after its close, and in whose performance of which month it counts"),
        ("month",),
        (
            Column("document", N_("document")), *CUSTOMER, Column("salesperson", N_("salesperson")),
            Column("date", N_("date")), Column("recorded_month", N_("counts in")), _amount("amount", N_("amount")),
            _amount("margin", N_("margin")), Column("what", N_("what")),
        ),
        _adjustments,
    ),
    "targets": Report(
        N_("what each salesperson is to reach in a month, and how far they are"),
        ("month",),
        (
            *SALESPERSON, Column("measure", N_("of what")), _amount("target", N_("target")),
            _amount("reached", N_("reached")), _amount("percent", "%"), _amount("left", N_("left")),
        ),
        _targets,
    ),
    "rule-preview": Report(
        N_("what another rule of shares would have given everybody in a month"),
        ("month", "other rule"),
        RULE_COLUMNS,
        _rule_preview,
    ),
    "quiet-returns": Report(
        N_("which quiet customers return to the pool, now or within the days of notice"),
        ("quiet",),
        QUIET_COLUMNS,
        quiet_rows,
    ),
    "balance": Report(
        N_("what every customer owes, and how its credit stands"),
        ("customer",),
        (
            *CUSTOMER, OWNER, _amount("orders", N_("orders")), _amount("returns", N_("returns")),
            _amount("receipts", N_("receipts")), _amount("balance", N_("balance")),
            _amount("credit_days", N_("days")), _amount("credit_limit", N_("limit")),
            _amount("credit_left", N_("credit left")), _amount("overdue", N_("overdue")),
            Column("verdict", N_("verdict")),
        ),
        _balance,
    ),
    "ageing": Report(
        N_("how old the money is that customers owe"),
        ("customer", "ages"),
        (
            *CUSTOMER, OWNER, _amount("not_due", N_("not due")), _amount("d1_30", "1–30"), _amount("d31_60", "31–60"),
            _amount("d61_90", "61–90"), _amount("d90_plus", "90+"), _amount("unallocated", N_("unallocated")),
            _amount("balance", N_("balance")),
        ),
        _ageing,
    ),
    "overdue": Report(
        N_("every bill that is overdue, the oldest first"),
        ("customer",),
        (
            *CUSTOMER, OWNER, Column("order", N_("order")), Column("date", N_("date")), Column("due_date", N_("due")),
            _amount("amount", N_("amount")), _amount("open", N_("still open")),
            _amount("days_overdue", N_("days overdue")),
        ),
        _overdue,
    ),
    "payment-record": Report(
        N_("how punctually customers paid in twelve months, and the terms that suggests"),
        ("customer",),
        (
            *CUSTOMER, _amount("bills", N_("bills")), _amount("late", N_("paid late")),
            _amount("worst_days_late", N_("worst days")), _amount("average_days_late", N_("average days")),
            _amount("overdue", N_("overdue")), Column("grade", N_("grade")),
            _amount("suggested_days", N_("suggested days")), _amount("suggested_limit", N_("suggested limit")),
            Column("reason", N_("reason")),
        ),
        _payment_record,
    ),
    "margin": Report(
        N_("the margin of a period"),
        ("period", "margin by"),
        (
            Column("key", N_("key")), Column("name", N_("name")), _amount("orders", N_("orders")),
            _amount("revenue", N_("revenue")), _amount("cost", N_("cost")), _amount("margin", N_("margin")),
            _amount("rate", N_("rate %")), _amount("uncosted_revenue", N_("cost unknown")),
        ),
        _margin,
    ),
    "lost": Report(
        N_("of the orders and quotes decided in a period, how many were lost"),
        ("period", "lost by"),
        (
            Column("key", N_("key")), _amount("won", N_("won")), _amount("lost", N_("lost")),
            _amount("rate", N_("lost rate %")), _amount("won_amount", N_("won amount")),
            _amount("lost_amount", N_("lost amount")), _amount("amount_rate", N_("rate by amount %")),
        ),
        _lost,
    ),
    "rhythm": Report(
        N_("in which rhythm customers buy, and how quiet they are"),
        (),
        (
            *CUSTOMER, OWNER, _amount("trading_days", N_("trading days")), _amount("rhythm_days", N_("rhythm in days")),
            Column("last_trade", N_("last trade")), Column("expected_next", N_("expected next")),
            _amount("quiet", N_("quiet")), Column("state", N_("state")),
        ),
        _rhythm,
    ),
    "stages": Report(
        N_("how far each customer has come"),
        (),
        (
            *CUSTOMER, OWNER, Column("stage", N_("stage")), Column("first_trade", N_("first trade")),
            Column("last_trade", N_("last trade")), _amount("trading_months", N_("trading months")),
        ),
        _stages,
    ),
    "movement": Report(
        N_("what a month did to each salesperson's customers"),
        ("month",),
        (
            Column("salesperson", N_("code")), _amount("start", N_("at its start")), _amount("won_new", N_("won new")),
            _amount("to_familiar", N_("to familiar")), _amount("to_old", N_("to old")),
            _amount("gone_dormant", N_("gone dormant")), _amount("woken", N_("woken")),
            _amount("end", N_("at its end")),
        ),
        _movement,
    ),
    "board": Report(
        N_("whom to call today, the most worthwhile first"),
        (),
        (
            *CUSTOMER, OWNER, Column("why", N_("why")), _amount("quiet", N_("quiet")),
            Column("expected_next", N_("expected next")), _amount("margin_12m", N_("margin of 12 months")),
            _amount("credit_left", N_("credit left")), _amount("worth", N_("worth")),
        ),
        _board,
    ),
    "uninvoiced": Report(
        N_("bills for which no invoice was made yet"),
        (),
        (
            Column("order", N_("order")), Column("date", N_("date")), *CUSTOMER, OWNER, _amount("amount", N_("amount")),
            _amount("open", N_("open")),
        ),
        _uninvoiced,
    ),
    "statement": Report(
        N_("what raised and lowered a customer's balance"),
        ("one customer", "period"),
        (
            Column("date", N_("date")), Column("document", N_("document")), Column("number", N_("number")),
            _amount("debit", N_("debit")), _amount("credit", N_("credit")), _amount("balance", N_("balance")),
        ),
        _statement,
        _statement_sheet,
    ),
    "preferences": Report(
        N_("what a customer likes to buy"),
        ("one customer",),
        (
            Column("product", N_("product")), Column("name", N_("name")), Column("brand", N_("brand")),
            Column("category", N_("category")), _amount("orders", N_("orders")), _amount("quantity", N_("quantity")),
            _amount("revenue", N_("revenue")), _amount("last_price", N_("last price")),
            Column("last_date", N_("last date")), _amount("share", N_("share %")),
        ),
        _preferences,
    ),
    "trend": Report(
        N_("a customer's last 24 months"),
        ("one customer",),
        (
            Column("month", N_("month")), _amount("orders", N_("orders")), _amount("revenue", N_("revenue")),
            _amount("cost", N_("cost")), _amount("margin", N_("margin")),
        ),
        _trend,
    ),
}  # fmt: skip
