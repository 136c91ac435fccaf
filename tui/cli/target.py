"""`huoke target`: what a salesperson is to reach in a month."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from model.dates import parse_month
from model.errors import N_
from model.money import format_amount, format_percent, parse_amount, parse_percent
from tui.cli.desk import Desk
from tui.cli.output import Cell, Column, print_rows
from tui.cli.parser import Parser, Verbs
from tui.locale import _

if TYPE_CHECKING:
    from model.people import Salesperson

# What an option holds that was not given: its target stays.
NOT_NAMED = object()
COLUMNS = (
    Column("salesperson", N_("code")),
    Column("month", N_("month")),
    Column("measure", N_("of what")),
    Column("target", N_("target"), right=True),
)


def _or_none(read: Callable[[str], int]) -> Callable[[str], int | None]:
    """How an option is read that takes a target away when it is empty."""
    return lambda text: read(text) if text.strip() else None


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser(
        "target", parents=[common], help=_("set or show what a salesperson is to reach in a month")
    )
    parser.add_argument("salesperson", metavar=_("SALESPERSON"), help=_("their code"))
    parser.add_argument("month", type=parse_month, metavar=_("MONTH"), help=_("such as 2026-03"))
    empty = _("empty takes the target away")
    parser.add_argument(
        "--activity", type=_or_none(parse_percent), metavar=_("PERCENT"), default=NOT_NAMED,
        help=_("of their customers, how many shall trade") + _("; ") + empty,
    )  # fmt: skip
    for name, told in (
        ("sales", _("amount of their sales")),
        ("margin", _("margin of their sales")),
        ("receipts", _("money their customers pay")),
    ):
        parser.add_argument(
            f"--{name}", type=_or_none(parse_amount), metavar=_("AMOUNT"), default=NOT_NAMED,
            help=told + _("; ") + empty,
        )  # fmt: skip
    parser.set_defaults(run=_run)


def _run(arguments: Namespace, desk: Desk) -> int:
    from model.changes.targets import SetTarget
    from model.people import salesperson_by_code
    from model.targets import MEASURES

    named = {measure: getattr(arguments, measure) for measure in MEASURES}
    values: dict[str, int | None] = {measure: value for measure, value in named.items() if value is not NOT_NAMED}
    with desk.writing():
        person = salesperson_by_code(arguments.salesperson)
        if values:
            desk.record(SetTarget(person=person.id, month=arguments.month, values=values))
        print_rows(COLUMNS, list(_targets(person, arguments.month, desk)), desk.form)
    return 0


def _targets(person: Salesperson, month: str, desk: Desk) -> Iterator[Sequence[Cell]]:
    from model.targets import ACTIVITY, MEASURE_NAMES, targets_of

    for measure, value in targets_of(person.id, month).items():
        if value is not None:
            shown = format_percent(value) if measure == ACTIVITY else format_amount(value)
            yield person.code, month, desk.word(MEASURE_NAMES, measure), shown
