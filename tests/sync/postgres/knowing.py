"""What every report on knowing customers says of a store, to be compared between databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from model.basket import baskets
from model.call_board import call_board
from model.credit_cost import COST_KEYS, credit_cost
from model.expected_orders import expected_orders
from model.held_orders import held_orders
from model.preferences import preferred_groups, preferred_products
from model.repeat import cohorts, repeat_by_customer, repeat_rate, retention
from model.rhythm import rhythms
from model.stages import stage_counts, stages_report
from model.time_machine import OtherTerms, time_machine
from model.trading_year import trading_year
from model.trend import LISTED, trend_of_customer, trends

EARLIER = timedelta(days=20)


def knowing_reports(day: date, people: Sequence[bytes], customers: Sequence[bytes]) -> Iterator[tuple[str, Any]]:
    """Each report by name, of a day and of one before it."""
    first = day - timedelta(days=200)
    for on in (day, day - EARLIER):
        yield f"trends {on}", [trends(on, listed) for listed in LISTED]
        yield f"repeat {on}", [repeat_rate(first, on, on), sorted(repeat_by_customer(first, on, on).items())]
        yield f"cohorts {on}", [cohorts(on), retention("2026-01", "2026-12", on)]
        yield f"year {on}", [trading_year(on), trading_year(on, customers)]
        yield f"board {on}", [call_board(on), call_board(on, most=3), [call_board(on, person) for person in people]]
        yield f"expected {on}", [expected_orders(on, 30), [expected_orders(on, 30, person) for person in people]]
        yield f"baskets {on}", baskets(customers, on)
        yield f"credit cost {on}", [credit_cost(first, on, by, on) for by in COST_KEYS]
        yield f"held {on}", [list(held_orders(on)), [list(held_orders(on, person)) for person in people]]
        yield f"stages {on}", [list(stages_report(on)), sorted(stage_counts(on).items())]
        yield f"rhythms {on}", [rhythms(on), rhythms(on, customers)]
        for terms in (OtherTerms(limit_percent=50, grace_days=3), OtherTerms(days=5), OtherTerms(suggested=True)):
            yield f"time machine {on} {terms}", time_machine(terms, on, first, on)
    for customer in customers:
        yield f"trend {customer.hex()}", trend_of_customer(customer, day)
        yield f"likes {customer.hex()}", [preferred_products(customer, day), preferred_groups(customer, "brand", day)]
