"""The reports on what salespeople did in a month, and what is promised to them or awaits them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from model.errors import N_
from model.money import format_amount, format_rate
from tui.cli.output import Cell, Column, tell
from tui.cli.previews import QUIET_COLUMNS, RULE_COLUMNS, quiet_rows, rule_rows
from tui.cli.reports.form import (
    CUSTOMER,
    SALESPERSON,
    Report,
    Rows,
    cost_and_margin,
    figure,
    month_asked,
    rate,
    sees_cost,
    word,
)
from tui.locale import _

if TYPE_CHECKING:
    from model.activity import ActivityRow


def _activity(arguments: Namespace) -> Rows:
    from model.activity import activity_board

    board = activity_board(month_asked(arguments), arguments.as_of)
    return [_activity_row(row) for row in (*board.rows, board.company)]


def _activity_row(row: ActivityRow) -> Sequence[Cell]:
    return (
        row.code, row.name, row.responsible, row.active, rate(row.rate_bp), rate(row.previous_bp), row.rank,
    )  # fmt: skip


def _performance(arguments: Namespace) -> Rows:
    from model.performance import performance_board

    sees = sees_cost(arguments.as_of)
    board = performance_board(month_asked(arguments), arguments.as_of)
    for row in board.rows:
        yield (row.key, row.name, row.orders, format_amount(row.revenue), *cost_and_margin(row, sees))
    if board.late:
        tell(
            _("{amount} of it arrived for months that were closed: see “report adjustments”.").format(
                amount=format_amount(board.late_company.revenue)
            )
        )


def _adjustments(arguments: Namespace) -> Rows:
    from model.booking import LATE_NAMES, adjustments

    sees = sees_cost(arguments.as_of)
    for row in adjustments(month_asked(arguments), arguments.as_of):
        yield (
            row.number, row.customer, row.name, row.salesperson or None, row.date, row.recorded_month,
            format_amount(row.amount), format_amount(row.margin) if sees else None,
            word(arguments, LATE_NAMES, row.what),
        )  # fmt: skip


def _targets(arguments: Namespace) -> Rows:
    from model.targets import ACTIVITY, MEASURE_NAMES, targets_board

    sees = sees_cost(arguments.as_of)
    for row in targets_board(month_asked(arguments), arguments.as_of):
        is_rate, hidden = row.measure == ACTIVITY, row.measure == "margin" and not sees
        shown = format_rate if is_rate else format_amount
        left: Cell = None if row.left is None or hidden else row.left if is_rate else format_amount(row.left)
        yield (
            row.code, row.name, word(arguments, MEASURE_NAMES, row.measure), shown(row.target),
            None if row.reached is None or hidden else shown(row.reached), None if hidden else rate(row.percent_bp),
            left,
        )  # fmt: skip


def _rule_preview(arguments: Namespace) -> Rows:
    return rule_rows(arguments, month_asked(arguments), sees_cost=sees_cost(arguments.as_of))


def _movement(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.movement import movement

    for code, moved in movement(month_asked(arguments), arguments.as_of):
        yield (
            code, moved.start, moved.won_new, moved.to_familiar, moved.to_old, moved.gone_dormant, moved.woken,
            moved.end,
        )  # fmt: skip


PEOPLE_REPORTS: dict[str, Report] = {
    "activity": Report(
        N_("of the customers each salesperson is responsible for, how many traded in a month"),
        ("month",),
        (
            *SALESPERSON, figure("responsible", N_("responsible")), figure("active", N_("traded")),
            figure("rate", N_("rate %")), figure("previous_rate", N_("last month %")), figure("rank", N_("rank")),
        ),
        _activity,
    ),
    "performance": Report(
        N_("what each salesperson sold in a month, by the shares of the credit rule"),
        ("month",),
        (
            *SALESPERSON, figure("orders", N_("orders")), figure("amount", N_("amount")),
            figure("cost", N_("cost")), figure("margin", N_("margin")),
        ),
        _performance,
    ),
    "adjustments": Report(
        N_("what arrived for a closed month after its close, and in whose performance of which month it counts"),
        ("month",),
        (
            Column("document", N_("document")), *CUSTOMER, Column("salesperson", N_("salesperson")),
            Column("date", N_("date")), Column("recorded_month", N_("counts in")), figure("amount", N_("amount")),
            figure("margin", N_("margin")), Column("what", N_("what")),
        ),
        _adjustments,
    ),
    "targets": Report(
        N_("what each salesperson is to reach in a month, and how far they are"),
        ("month",),
        (
            *SALESPERSON, Column("measure", N_("of what")), figure("target", N_("target")),
            figure("reached", N_("reached")), figure("percent", "%"), figure("left", N_("missing")),
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
    "movement": Report(
        N_("what a month did to each salesperson's customers"),
        ("month",),
        (
            Column("salesperson", N_("code")), figure("start", N_("at its start")), figure("won_new", N_("won new")),
            figure("to_familiar", N_("to familiar")), figure("to_old", N_("to old")),
            figure("gone_dormant", N_("gone dormant")), figure("woken", N_("woken")),
            figure("end", N_("at its end")),
        ),
        _movement,
    ),
}  # fmt: skip
