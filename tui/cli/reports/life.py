"""The reports on how far customers have come, how they buy, and whom to call."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence

from model.errors import N_
from model.money import format_amount
from tui.cli.output import Cell, Column
from tui.cli.reports.form import CUSTOMER, OWNER, Report, figure, rate, sees_cost, word
from tui.locale import _


def _stages(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.stages import STAGE_NAMES, stages_report

    for row in stages_report(arguments.as_of):
        yield (
            row.code, row.name, row.owner or None, word(arguments, STAGE_NAMES, row.stage), row.first_trade,
            row.last_trade, row.trading_months,
        )  # fmt: skip


def _rhythm(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.call_board import rhythm_text
    from model.rhythm import STATE_NAMES, quiet_limits, rhythm_report

    day = arguments.as_of
    limits = quiet_limits(day)
    for row in rhythm_report(day):
        rhythm = row.rhythm
        yield (
            row.code, row.name, row.owner or None, rhythm.trading_days,
            None if rhythm.half_days is None else rhythm_text(rhythm.half_days), rhythm.last, rhythm.expected_next,
            rate(rhythm.quiet_hundredths(day)), word(arguments, STATE_NAMES, rhythm.state_on(day, limits)),
        )  # fmt: skip


def _board(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.call_board import call_board
    from model.people import salesperson_by_code

    sees = sees_cost(arguments.as_of)
    person = None if arguments.salesperson is None else bytes(salesperson_by_code(arguments.salesperson).id)
    for call in call_board(arguments.as_of, person, sees_cost=sees, most=arguments.limit):
        yield (
            call.code, call.name, call.owner or None, _(call.why).format(**call.params), rate(call.quiet_hundredths),
            call.expected_next, format_amount(call.margin) if sees else None, format_amount(call.credit_left),
            format_amount(call.worth),
        )  # fmt: skip


LIFE_REPORTS: dict[str, Report] = {
    "stages": Report(
        N_("how far each customer has come"),
        (),
        (
            *CUSTOMER, OWNER, Column("stage", N_("stage")), Column("first_trade", N_("first trade")),
            Column("last_trade", N_("last trade")), figure("trading_months", N_("trading months")),
        ),
        _stages,
    ),
    "rhythm": Report(
        N_("in which rhythm customers buy, and how quiet they are"),
        (),
        (
            *CUSTOMER, OWNER, figure("trading_days", N_("trading days")), figure("rhythm_days", N_("rhythm in days")),
            Column("last_trade", N_("last trade")), Column("expected_next", N_("expected next")),
            figure("quiet", N_("quiet")), Column("state", N_("state")),
        ),
        _rhythm,
    ),
    "board": Report(
        N_("whom to call today, the most worthwhile first"),
        ("board",),
        (
            *CUSTOMER, OWNER, Column("why", N_("why")), figure("quiet", N_("quiet")),
            Column("expected_next", N_("expected next")), figure("margin_12m", N_("margin of 12 months")),
            figure("credit_left", N_("credit left")), figure("worth", N_("worth")),
        ),
        _board,
    ),
}  # fmt: skip
