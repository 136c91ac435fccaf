"""The reports that look ahead: who would return to the pool, and what another rule of shares would give."""

from __future__ import annotations

import argparse
import re
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import timedelta

from model.errors import N_, InputError
from model.money import FULL_BP, format_amount, parse_percent
from tui.cli.output import Cell, Column
from tui.cli.parser import days
from tui.locale import _

QUIET_COLUMNS = (
    Column("customer", N_("code")),
    Column("name", N_("customer")),
    Column("owner", N_("owner")),
    Column("clock", N_("clock")),
    Column("last", N_("last")),
    Column("days", N_("quiet days"), right=True),
    Column("falls_on", N_("returns on")),
)
RULE_COLUMNS = (
    Column("salesperson", N_("code")),
    Column("name", N_("salesperson")),
    Column("amount_now", N_("amount"), right=True),
    Column("amount_then", N_("amount then"), right=True),
    Column("margin_now", N_("margin"), right=True),
    Column("margin_then", N_("margin then"), right=True),
)


def add_quiet_options(parser: argparse.ArgumentParser) -> None:
    """The rule by which customers would return, where it is not the company's."""
    from model.settings import CLOCKS

    parser.add_argument(
        "--days", type=days, metavar=_("DAYS"), help=_("as if so many quiet days were set; without it, as they are")
    )
    parser.add_argument("--clock", choices=CLOCKS, help=_("as if the days counted from this; without it, as set"))


def add_rule_options(parser: argparse.ArgumentParser) -> None:
    """The other rule of shares."""
    parser.add_argument(
        "--owner-share", required=True, type=basis_points, metavar="BP",
        help=_("the owner's share by the other rule in basis points, such as 7000, or in percent with its sign"),
    )  # fmt: skip
    parser.add_argument(
        "--kind", choices=("owned",), default="owned", help=_("the customers whose orders the rule divides")
    )


def basis_points(text: str) -> int:
    """A share in basis points, or in percent with its sign.

    Raises:
        InputError: it is neither.
    """
    given = text.strip()
    if given.endswith("%"):
        return parse_percent(given.removesuffix("%"))
    if re.fullmatch(r"[0-9]{1,5}", given) is None or int(given) > FULL_BP:
        raise InputError(N_("“{value}” is no share: write basis points from 0 to 10000, or 70%."), value=text)
    return int(given)


def quiet_rows(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    """Who returns to the pool within the days of notice, the first to fall first."""
    from model.quiet_returns import quiet_customers, return_rule

    day = arguments.as_of
    rule = return_rule(day, arguments.days, arguments.clock)
    if rule is None:
        raise InputError(
            N_("Quiet customers stay with their owners: give --days, or set return_after_days by “huoke setting set”.")
        )
    for quiet in quiet_customers(rule, day, day + timedelta(days=rule.notice_days)):
        yield (quiet.code, quiet.name, quiet.owner_code, quiet.clock, quiet.last, quiet.days, quiet.falls_on)


def rule_rows(arguments: Namespace, month: str, *, sees_cost: bool) -> Iterator[Sequence[Cell]]:
    """What everybody sold in a month, and what it would be by the other rule."""
    from model.rule_preview import rule_preview

    for row in rule_preview(month, arguments.owner_share, arguments.as_of, arguments.kind):
        margins = (format_amount(row.margin_now), format_amount(row.margin_then)) if sees_cost else (None, None)
        yield (row.code, row.name, format_amount(row.amount_now), format_amount(row.amount_then), *margins)
