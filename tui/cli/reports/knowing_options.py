"""What the reports on knowing customers can be asked: whom to list, which days, which other credit terms."""

from __future__ import annotations

import argparse

from model.dates import parse_date
from model.errors import N_, InputError
from model.money import FULL_BP, parse_percent
from tui.cli.parser import days, rows_wanted
from tui.locale import _

LARGEST_PERCENT = 1_000


def add_trend_options(parser: argparse.ArgumentParser) -> None:
    """Whose trends are listed."""
    from model.trend import LISTED

    parser.add_argument(
        "--trend", choices=LISTED, default="potential",
        help=_("potential: who rises and is not in the top fifth by value yet; rising, falling, or all"),
    )  # fmt: skip


def add_expected_options(parser: argparse.ArgumentParser) -> None:
    """How far ahead, and whose customers."""
    parser.add_argument("--days", type=days, default=7, metavar=_("DAYS"), help=_("so many days ahead; 7 without it"))
    parser.add_argument("--salesperson", metavar=_("CODE"), help=_("only this one's customers"))


def add_board_options(parser: argparse.ArgumentParser) -> None:
    """Whose customers, and how many; few are found without reading everybody."""
    parser.add_argument("--salesperson", metavar=_("CODE"), help=_("only this one's customers"))
    parser.add_argument("--limit", type=rows_wanted, metavar=_("ROWS"), help=_("the most rows"))


def add_credit_cost_options(parser: argparse.ArgumentParser) -> None:
    """Whose losses each row is."""
    from model.credit_cost import COST_KEYS

    parser.add_argument("--by", choices=COST_KEYS, default="salesperson", help=_("whose losses each row is"))


def add_quarter_options(parser: argparse.ArgumentParser) -> None:
    """A period; the last three full months without one."""
    parser.add_argument(
        "--from", dest="from_date", type=parse_date, metavar=_("DATE"),
        help=_("the first day; without it, that of the last three full months"),
    )  # fmt: skip
    parser.add_argument(
        "--to", dest="to_date", type=parse_date, metavar=_("DATE"),
        help=_("the last day; without it, that of the last three full months"),
    )  # fmt: skip


def add_other_terms_options(parser: argparse.ArgumentParser) -> None:
    """The terms that the company might have granted instead."""
    parser.add_argument("--days", type=days, metavar=_("DAYS"), help=_("everyone's credit days"))
    parser.add_argument(
        "--days-percent", type=_whole_percent, default=100, metavar=_("PERCENT"),
        help=_("of the days that each customer had; 50 is half of them"),
    )  # fmt: skip
    parser.add_argument(
        "--limit-percent", type=_whole_percent, default=100, metavar=_("PERCENT"),
        help=_("of the limit that each customer had; 50 is half of it"),
    )  # fmt: skip
    parser.add_argument("--grace", type=days, metavar=_("DAYS"), help=_("days of grace after the due date"))
    parser.add_argument(
        "--suggested", action="store_true",
        help=_("the terms that each customer's payment record suggested when the period began"),
    )  # fmt: skip


def _whole_percent(text: str) -> int:
    percent = parse_percent(text)
    if percent % (FULL_BP // 100) or not 0 <= percent <= LARGEST_PERCENT * FULL_BP // 100:
        raise InputError(N_("{value} is not a whole percentage from 0 to {most}."), value=text, most=LARGEST_PERCENT)
    return percent * 100 // FULL_BP
