"""The reports on what customers are worth and may become, and on the model that foretells it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from model.errors import N_
from model.money import format_amount
from tui.cli.output import Cell, Column, ProgressLine, tell
from tui.cli.reports.form import CUSTOMER, OWNER, Report, figure, sees_cost, word
from tui.locale import _

if TYPE_CHECKING:
    from model.potential_model import PotentialModel
    from model.value import CustomerValue

SOURCE_NAMES = {"model": N_("the model"), "history": N_("the last 12 months")}


def _value(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.value import value_report

    sees = sees_cost(arguments.as_of)
    line = ProgressLine()
    report = value_report(arguments.as_of, _fitting(line))
    line.clear()
    _tell_why_not(report.model)
    for row in report.rows:
        yield _value_row(arguments, row, sees)


def _value_row(arguments: Namespace, row: CustomerValue, sees: bool) -> Sequence[Cell]:
    from model.quarters import QUARTER_NAMES

    potential, scores = row.potential, row.rfm
    r, f, m = (None, None, None) if scores is None else (scores.r, scores.f, scores.m)
    margins = (format_amount(row.margin), format_amount(potential.margin)) if sees else (None, None)
    return (
        row.code, row.name, row.owner or None, row.recency_days, row.trading_days, format_amount(row.revenue),
        margins[0], r, f, m, None if potential.alive is None else f"{potential.alive:.4f}", f"{potential.orders:.3f}",
        margins[1], word(arguments, SOURCE_NAMES, potential.source),
        word(arguments, QUARTER_NAMES, row.quarter) if sees else None, row.is_key_account if sees else None,
    )  # fmt: skip


def _potential_model(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.potential_model import model_on

    line = ProgressLine()
    model = model_on(arguments.as_of, _fitting(line))
    line.clear()
    _tell_why_not(model)
    if model is None:
        return
    if model.as_of != arguments.as_of:
        tell(_("The office fitted this model as of {date}.").format(date=model.as_of.isoformat()))
    sees = sees_cost(arguments.as_of)
    bought, earned = model.purchases, model.earnings if sees else None
    yield (
        model.customers, model.repeat_customers,
        *(4 * (None,) if bought is None else map(_number, (bought.r, bought.alpha, bought.a, bought.b))),
        None if model.log_likelihood is None else _number(model.log_likelihood),
        *(3 * (None,) if earned is None else map(_number, (earned.p, earned.q, earned.v))),
        model.converged,
    )  # fmt: skip


def _number(value: float) -> str:
    """A parameter to six digits, which is more than any company's customers determine, never with an exponent."""
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return f"{value:.{max(2, 6 - whole)}f}"


def _fitting(line: ProgressLine) -> Callable[[int, int], None]:
    """Tells whoever watches how far a fit is."""
    return lambda done, of: line.show(_("fitting the model"), done, of)


def _tell_why_not(model: PotentialModel | None) -> None:
    from model.potential_model import NOT_PUBLISHED

    why = (NOT_PUBLISHED, {}) if model is None else model.why_not()
    if why is not None:
        template, params = why
        reason = _(template).format(**params)
        tell(_("The last 12 months stand for potential: {reason}.").format(reason=reason))


VALUE_REPORTS: dict[str, Report] = {
    "value": Report(
        N_("what customers are worth and may become: recency, frequency, money, value and potential"),
        (),
        (
            *CUSTOMER, OWNER, figure("recency_days", N_("days since")), figure("trading_days", N_("trading days")),
            figure("revenue", N_("revenue")), figure("margin_12m", N_("margin of 12 months")), figure("r", "R"),
            figure("f", "F"), figure("m", "M"), figure("p_alive", N_("P(alive)")),
            figure("expected_orders_12m", N_("orders expected")), figure("expected_margin_12m", N_("margin expected")),
            Column("potential_source", N_("expected by")), Column("quarter", N_("value × potential")),
            Column("key_account", N_("key account")),
        ),
        _value,
    ),
    "potential-model": Report(
        N_("the parameters of the model of customers; times in weeks, amounts in currency units"),
        (),
        (
            figure("customers", N_("customers")), figure("repeat_customers", N_("repeat customers")), figure("r", "r"),
            figure("alpha", "alpha"), figure("a", "a"), figure("b", "b"),
            figure("log_likelihood", N_("log-likelihood")), figure("p", "p"), figure("q", "q"), figure("v", "v"),
            Column("converged", N_("converged")),
        ),
        _potential_model,
    ),
}  # fmt: skip
