"""`huoke rule`: whose an order is that another salesperson than the owner took."""

from __future__ import annotations

from argparse import Namespace

from model.changes.company import SetAttributionRule
from model.errors import N_
from model.money import FULL_BP, format_percent, parse_percent
from tui.cli.desk import Desk
from tui.cli.output import Column, print_rows
from tui.cli.parser import Parser, Verbs, add_date, day_or
from tui.locale import _

COLUMNS = (
    Column("from", N_("from")),
    Column("owner_share", N_("owner's share"), right=True),
    Column("maker_share", N_("maker's share"), right=True),
)


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("rule", parents=[common], help=_("set whose an order is that another took"))
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    setting = acts.add_parser(
        "set", parents=[common], help=_("the owner's share from a day on; the maker has the rest")
    )
    setting.add_argument(
        "--owner-share", required=True, type=parse_percent, metavar=_("PERCENT"), help=_("from 0 to 100")
    )
    add_date(setting, "--from", "from_date")
    setting.set_defaults(run=_set)


def _set(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.from_date, desk.today)
    with desk.writing():
        desk.record(SetAttributionRule(from_date=day, owner_bp=arguments.owner_share))
    shares = (format_percent(arguments.owner_share), format_percent(FULL_BP - arguments.owner_share))
    print_rows(COLUMNS, [(day, *shares)], desk.form)
    return 0
