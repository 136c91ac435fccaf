"""The form of a report: its columns and options, and what was asked for."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from model.dates import first_day, month_of, parse_date, parse_month
from model.errors import N_, InputError
from model.money import format_amount, format_rate
from tui.cli.output import Cell, Column
from tui.cli.previews import add_quiet_options, add_rule_options
from tui.cli.reports.knowing_options import (
    add_board_options,
    add_credit_cost_options,
    add_expected_options,
    add_other_terms_options,
    add_quarter_options,
    add_trend_options,
)
from tui.locale import _

if TYPE_CHECKING:
    from model.margin import Margin
    from tui.paper.sheet import Sheet

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


OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "month": _month,
    "period": _period,
    "customer": _customer,
    "one customer": _one_customer,
    "ages": _ages,
    "margin by": _margin_by,
    "lost by": _lost_by,
    "quiet": add_quiet_options,
    "other rule": add_rule_options,
    "trend listed": add_trend_options,
    "board": add_board_options,
    "expected": add_expected_options,
    "credit cost by": add_credit_cost_options,
    "quarter": add_quarter_options,
    "other terms": add_other_terms_options,
}


def figure(name: str, title: str) -> Column:
    """A column whose cells stand to the right."""
    return Column(name, title, right=True)


def customer_asked(arguments: Namespace) -> bytes | None:
    """The customer asked for, None for all; a laptop that has only its card can report nothing of it."""
    from model.customers import customer_by_code
    from model.laptop import refuse_a_card

    if arguments.customer is None:
        return None
    customer = bytes(customer_by_code(arguments.customer).id)
    refuse_a_card(customer, arguments.as_of)
    return customer


def month_asked(arguments: Namespace) -> str:
    month: str = arguments.month or month_of(arguments.as_of)
    if first_day(month) > arguments.as_of:
        raise InputError(
            N_("The month {month} has not begun on {date}: ask for an earlier one."),
            month=month, date=arguments.as_of.isoformat(),
        )  # fmt: skip
    return month


def period_asked(arguments: Namespace) -> tuple[date | None, date]:
    first: date | None = arguments.from_date
    last: date = arguments.as_of if arguments.to_date is None else arguments.to_date
    if first is not None and last < first:
        raise InputError(
            N_("The period ends on {last} before it begins on {first}: exchange them."),
            first=first.isoformat(), last=last.isoformat(),
        )  # fmt: skip
    return first, last


def sees_cost(day: date) -> bool:
    """Whether who sits at this store may see cost and margin."""
    from model.margin import may_see_cost
    from model.people import salesperson_by_code
    from model.store import meta

    code = meta("me")
    return may_see_cost(salesperson_by_code(code).id if code else None, day)


def word(arguments: Namespace, names: Mapping[str, str], word: str) -> str:
    """A word of the data, which a table shows to a person in the language in use."""
    return _(names[word]) if arguments.format == "table" else word


def rate(rate_bp: int | None) -> str | None:
    return None if rate_bp is None else format_rate(rate_bp)


def cost_and_margin(row: Margin, sees: bool) -> tuple[Cell, Cell]:
    return (format_amount(row.cost), format_amount(row.margin)) if sees else (None, None)
