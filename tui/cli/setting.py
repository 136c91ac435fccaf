"""`huoke setting`: what the company decided about itself, each from a day on."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import date

from model.changes.company import SetSetting
from model.errors import N_
from model.settings import DEFAULTS, setting_on
from tui.cli.desk import Desk
from tui.cli.output import Column, print_rows
from tui.cli.parser import Parser, Verbs, add_date, day_or
from tui.locale import _

COLUMNS = (Column("name", N_("name")), Column("value", N_("value")))


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("setting", parents=[common], help=_("list or set the company's settings"))
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    acts.add_parser("list", parents=[common], help=_("every setting and its value")).set_defaults(run=_list)
    setting = acts.add_parser("set", parents=[common], help=_("a setting's value from a day on"))
    setting.add_argument("name", metavar=_("NAME"), help=", ".join(DEFAULTS))
    setting.add_argument("value", metavar=_("VALUE"))
    add_date(setting, "--from", "from_date")
    setting.set_defaults(run=_set)


def _list(arguments: Namespace, desk: Desk) -> int:
    with desk.opened():
        _print(DEFAULTS, desk.as_of, desk)
    return 0


def _set(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.from_date, desk.today)
    with desk.writing():
        desk.record(SetSetting(name=arguments.name, from_date=day, value=arguments.value))
        _print([arguments.name], day, desk)
    return 0


def _print(names: Iterable[str], day: date, desk: Desk) -> None:
    print_rows(COLUMNS, [(name, setting_on(name, day)) for name in names], desk.form)
