"""`huoke close`: a month that is over, closed; and which months are."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Iterator, Sequence

from model.dates import parse_month
from model.errors import N_
from tui.cli.desk import Desk
from tui.cli.output import Cell, Column, print_rows, tell
from tui.cli.parser import Parser, Verbs
from tui.locale import _

LIST = "list"
LINE_COLUMNS = (
    Column("month", N_("month")),
    Column("salesperson", N_("code")),
    Column("responsible", N_("responsible"), right=True),
    Column("active", N_("traded"), right=True),
    Column("rate", N_("rate %"), right=True),
)
LIST_COLUMNS = (
    Column("month", N_("month")),
    Column("responsible", N_("responsible"), right=True),
    Column("active", N_("traded"), right=True),
    Column("rate", N_("rate %"), right=True),
    Column("late", N_("active since"), right=True),
)


def _month_or_list(text: str) -> str:
    return text if text == LIST else parse_month(text)


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser(
        "close", parents=[common], help=_("close a month: its activity board is kept and never recomputed")
    )
    _add_month(parser)
    parser.set_defaults(run=_run)


def _add_month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "month", type=_month_or_list, metavar=_("MONTH"),
        help=_("a month that is over, such as 2026-03; or “list” for the months that are closed"),
    )  # fmt: skip


def _run(arguments: Namespace, desk: Desk) -> int:
    if arguments.month == LIST:
        with desk.opened():
            print_rows(LIST_COLUMNS, _closed_months(desk), desk.form)
        return 0
    return _close(arguments.month, desk)


def _close(month: str, desk: Desk) -> int:
    from model.changes.closing import CloseMonth, MonthClosed

    with desk.writing():
        outcome = desk.record(CloseMonth(month=month))
        if not isinstance(outcome, MonthClosed):
            tell(_("The office will close {month} at the next sync: it computes the board.").format(month=month))
            return 0
        print_rows(LINE_COLUMNS, _lines(month), desk.form)
    if len(outcome.months) > 1:
        tell(
            _("The boards of the open months before it are kept too: {first} to {last}.").format(
                first=outcome.months[0], last=outcome.months[-2]
            )
        )
    tell(_("{month} is closed: this board is kept. What arrives for it later is in “report adjustments”.").format(
        month=month
    ))  # fmt: skip
    return 0


def _lines(month: str) -> Iterator[Sequence[Cell]]:
    from model.activity import COMPANY_CODE
    from model.closing import frozen_lines
    from model.money import format_rate, rate_bp
    from tui.cli.lookup import codes_of_people

    codes = codes_of_people()
    found = [(codes.get(line.person, COMPANY_CODE), line) for line in frozen_lines(month)]
    for code, line in sorted(found, key=lambda each: (each[0] == COMPANY_CODE, each[0])):
        rate = rate_bp(line.active, line.responsible)
        yield month, code, line.responsible, line.active, None if rate is None else format_rate(rate)


def _closed_months(desk: Desk) -> Iterator[Sequence[Cell]]:
    from model.activity import activity_board
    from model.money import format_rate
    from model.store import rows

    for (month,) in rows("SELECT DISTINCT month FROM month_close ORDER BY month"):
        company = activity_board(month, desk.as_of).company
        rate = company.rate_bp
        yield (
            month, company.responsible, company.active, None if rate is None else format_rate(rate), company.late,
        )  # fmt: skip
