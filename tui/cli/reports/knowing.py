"""The reports on whom to keep and whom to wake: trends, repeat purchase, expected orders, and what credit costs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from model.errors import N_
from model.money import format_amount, format_quantity
from tui.cli.output import Cell, Column
from tui.cli.reports.form import (
    CUSTOMER,
    OWNER,
    Report,
    Rows,
    customer_asked,
    figure,
    period_asked,
    rate,
    sees_cost,
    word,
)
from tui.locale import _

if TYPE_CHECKING:
    from model.basket import BasketItem
    from model.time_machine import Replay, TimeMachine

BASKETS_PER_READ = 200


def _rising(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.trend import TREND_NAMES, trends

    sees = sees_cost(arguments.as_of)
    for row in trends(arguments.as_of, arguments.trend, sees_cost=sees):
        yield (
            row.customer.code, row.customer.name, row.customer.owner or None, format_amount(row.trend.slope),
            f"{row.trend.p:.4f}", word(arguments, TREND_NAMES, row.trend.word),
            rate(row.margin_rate_bp) if sees else None, format_amount(row.revenue),
        )  # fmt: skip


def _repeat(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.dates import EARLIEST_BUSINESS_DATE
    from model.repeat import repeat_rate

    first, last = period_asked(arguments)
    found = repeat_rate(first or EARLIEST_BUSINESS_DATE, last, arguments.as_of)
    yield found.customers, found.repeat_customers, rate(found.rate_bp)


def _cohorts(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.repeat import cohorts

    for row in cohorts(arguments.as_of):
        yield row.cohort, row.month, row.customers, row.active, rate(row.retention_bp)


def _basket(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.basket import ITEM_STATE_NAMES, basket
    from model.call_board import rhythm_text
    from model.rhythm import quiet_limits

    customer, day = customer_asked(arguments), arguments.as_of
    if customer is None:
        return
    limits = quiet_limits(day)
    for item in basket(customer, day):
        half_days = item.rhythm.half_days
        yield (
            item.code, item.name, format_quantity(item.quantity_e3),
            None if half_days is None else rhythm_text(half_days), item.rhythm.last, item.rhythm.expected_next,
            word(arguments, ITEM_STATE_NAMES, item.state_on(day, limits)),
        )  # fmt: skip


def _expected(arguments: Namespace) -> Iterator[Sequence[Cell]]:
    from model.call_board import rhythm_text
    from model.expected_orders import expected_orders, usual_items
    from model.people import salesperson_by_code

    day = arguments.as_of
    person = None if arguments.salesperson is None else bytes(salesperson_by_code(arguments.salesperson).id)
    found = expected_orders(day, arguments.days, person)
    for start in range(0, len(found), BASKETS_PER_READ):
        some = found[start : start + BASKETS_PER_READ]
        baskets = usual_items(some, day)
        for order in some:
            customer, half_days = order.customer, order.rhythm.half_days
            yield (
                customer.code, customer.name, customer.owner or None, order.expected_on, order.days_late(day),
                None if half_days is None else rhythm_text(half_days), format_amount(order.amount),
                _items(baskets.get(customer.id, ())),
            )  # fmt: skip


def _items(items: Sequence[BasketItem]) -> str:
    """Products with their usual quantities, as an order line is typed: NB001:2 MEM002:4."""
    return " ".join(f"{item.code}:{format_quantity(item.quantity_e3)}" for item in items)


def _credit_cost(arguments: Namespace) -> Rows:
    from model.credit_cost import COST_REASON_NAMES, credit_cost
    from model.dates import EARLIEST_BUSINESS_DATE

    first, last = period_asked(arguments)
    sees = sees_cost(arguments.as_of)
    report = credit_cost(first or EARLIEST_BUSINESS_DATE, last, arguments.by, arguments.as_of)
    for row in (*report.rows, report.company):
        key = word(arguments, COST_REASON_NAMES, row.key) if row.key in COST_REASON_NAMES else row.key
        yield (
            key, row.name, row.orders, format_amount(row.amount), format_amount(row.margin) if sees else None,
            rate(row.rate_bp) if sees else None, format_amount(row.uncosted),
        )  # fmt: skip


def _time_machine(arguments: Namespace) -> Rows:
    from model.time_machine import OtherTerms, last_quarter, time_machine

    quarter = last_quarter(arguments.as_of)
    arguments.from_date = arguments.from_date or quarter[0]
    arguments.to_date = arguments.to_date or max(quarter[1], arguments.from_date)
    first, last = period_asked(arguments)
    other = OtherTerms(
        days=arguments.days, days_percent=arguments.days_percent, limit_percent=arguments.limit_percent,
        grace_days=arguments.grace, suggested=arguments.suggested,
    )  # fmt: skip
    sees = sees_cost(arguments.as_of)
    found = time_machine(other, arguments.as_of, first, last)
    for name, replay in ((TERMS_NAMES["present"], found.present), (TERMS_NAMES["other"], found.other)):
        shown = _(name) if arguments.format == "table" else "present" if replay is found.present else "other"
        yield (shown, *_replay_cells(found, replay, sees))


TERMS_NAMES = {"present": N_("as they were"), "other": N_("the other ones")}


def _replay_cells(found: TimeMachine, replay: Replay, sees: bool) -> Sequence[Cell]:
    from model.time_machine import LATE_DAYS

    return (
        found.first, found.last, found.orders, format_amount(found.amount), len(replay.held),
        replay.count("overdue"), replay.count("over_limit"), format_amount(replay.amount),
        format_amount(replay.margin) if sees else None, *(format_amount(replay.late(days)) for days in LATE_DAYS),
        format_amount(replay.unpaid), format_amount(replay.forgone) if sees else None, format_amount(replay.undecided),
    )  # fmt: skip


KNOWING_REPORTS: dict[str, Report] = {
    "rising": Report(
        N_(
            "whose revenue rises: Theil–Sen slope a month and Mann–Kendall test over the last 12 full months; who"
            " traded first within them is judged by the months since, 6 at least"
        ),
        ("trend listed",),
        (
            *CUSTOMER, OWNER, figure("slope", N_("slope a month")), figure("p", N_("p")),
            Column("trend", N_("trend")), figure("margin_rate", N_("margin %")),
            figure("revenue_12m", N_("revenue of 12 months")),
        ),
        _rising,
    ),
    "repeat": Report(
        N_("how many of a period's customers bought on two days or more"),
        ("period",),
        (
            figure("customers", N_("customers")), figure("repeat_customers", N_("bought again")),
            figure("repeat_rate", N_("repeat rate %")),
        ),
        _repeat,
    ),
    "cohorts": Report(
        N_("of those who bought first in a month, how many bought in each month since"),
        (),
        (
            Column("cohort", N_("first month")), Column("month", N_("month")), figure("customers", N_("customers")),
            figure("active", N_("traded in the month")), figure("retention", N_("retention %")),
        ),
        _cohorts,
    ),
    "basket": Report(
        N_("what a customer usually buys, how often, and what of it is missing by its own interval"),
        ("one customer",),
        (
            Column("product", N_("product")), Column("name", N_("name")),
            figure("usual_quantity", N_("usual quantity")), figure("interval_days", N_("interval in days")),
            Column("last_date", N_("last date")), Column("expected_next", N_("expected next")),
            Column("state", N_("state")),
        ),
        _basket,
    ),
    "expected": Report(
        N_("who should order in the next days by rhythm, with the usual items and amount"),
        ("expected",),
        (
            *CUSTOMER, OWNER, Column("expected_on", N_("expected on")), figure("days_late", N_("days late")),
            figure("rhythm_days", N_("rhythm in days")), figure("amount", N_("usual amount")),
            Column("items", N_("usual items")),
        ),
        _expected,
    ),
    "credit-cost": Report(
        N_("what credit control itself cost: orders lost because no credit was given, and their estimated margin"),
        ("period", "credit cost by"),
        (
            Column("key", N_("key")), Column("name", N_("name")), figure("orders", N_("orders")),
            figure("amount", N_("amount")), figure("margin", N_("estimated margin")), figure("rate", N_("rate %")),
            figure("uncosted_amount", N_("cost unknown")),
        ),
        _credit_cost,
    ),
    "time-machine": Report(
        N_(
            "what other credit terms would have held, of the last three full months or a period: of the held orders,"
            " the amount later overdue for more than 30, 60 and 90 days and what is unpaid (saved), the margin of"
            " those paid after all (forgone), and what is not yet due"
        ),
        ("quarter", "other terms"),
        (
            Column("terms", N_("terms")), Column("from", N_("from")), Column("to", N_("to")),
            figure("orders", N_("orders")), figure("amount", N_("amount")), figure("held", N_("held")),
            figure("for_overdue", N_("for overdue")), figure("for_limit", N_("for the limit")),
            figure("held_amount", N_("held amount")), figure("held_margin", N_("held margin")),
            figure("late_30", N_("later 30+ days late")), figure("late_60", N_("60+ days")),
            figure("late_90", N_("90+ days")),
            figure("unpaid", N_("unpaid")), figure("forgone_margin", N_("margin forgone")),
            figure("not_yet_due", N_("not yet due")),
        ),
        _time_machine,
    ),
}  # fmt: skip
