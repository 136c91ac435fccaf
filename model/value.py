"""What customers are worth and may become: RFM, value, potential, quarters and key accounts, as of a day.

Value is the margin of the twelve months up to the day. Potential is the expected margin of the next twelve: by the
company's model where it holds, else the last twelve months again (see model.potential_model).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from model.customers import Customer, all_blacklisted_on
from model.named_customers import NamedCustomer, named_customers
from model.potential_model import Expectations, PotentialModel, Progress, latest_model, model_on
from model.quarters import is_key_account, quarters
from model.rfm import Bought, Rfm, scores
from model.trading_history import Traded, trading_histories
from model.trading_year import YearSums, trading_year

Source = Literal["model", "history"]
MODEL: Source = "model"
HISTORY: Source = "history"
NO_YEAR = YearSums()


@dataclass(frozen=True)
class Potential:
    """What is expected of a customer in the next twelve months.

    Attributes:
        alive: P(alive); None without a model.
        orders: on how many days it buys.
        margin: minor units.
        source: `history` where the last twelve months stand in.
    """

    alive: float | None
    orders: float
    margin: int
    source: Source


@dataclass(frozen=True)
class CustomerValue:
    """A customer that ever traded; amounts in minor units.

    Attributes:
        owner, owner_name: a salesperson's code and name as of the day, empty for the pool and retail.
        recency_days: since its last trading day.
        trading_days, revenue, margin: of the twelve months up to the day.
        rfm: None without a trade in them.
        quarter: one of model.quarters.QUARTER_NAMES.
        blacklisted: whether it is on the day.
    """

    id: bytes
    code: str
    name: str
    owner: str
    recency_days: int
    trading_days: int
    revenue: int
    margin: int
    rfm: Rfm | None
    potential: Potential
    quarter: str
    blacklisted: bool
    owner_name: str

    @property
    def is_key_account(self) -> bool:
        return is_key_account(self.quarter)


@dataclass(frozen=True)
class ValueReport:
    """Customers by code, and the model that was reckoned with; None on a laptop whose office has none."""

    rows: tuple[CustomerValue, ...]
    model: PotentialModel | None


def value_report(
    day: date,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ValueReport:
    """Every customer that trades here and ever traded; the model is fitted anew where anything was written since.

    Raises:
        GivenUp: `cancelled` said yes.
    """
    return valued(day, model_on(day, progress, cancelled))


def valued(day: date, model: PotentialModel | None) -> ValueReport:
    """The same, reckoned with a model that is at hand."""
    named = named_customers(day)
    traded = {id_: each for id_, each in trading_histories(day).items() if id_ in named}
    years = trading_year(day)
    found = scores(
        {
            id_: Bought((day - each.last).days, each.year_days, years.get(id_, NO_YEAR).revenue)
            for id_, each in traded.items()
            if each.year_days
        }
    )
    expected = _expectations(model, day)
    potential = {id_: _potential(each, years.get(id_, NO_YEAR), model, expected) for id_, each in traded.items()}
    quarter = quarters(
        {id_: years.get(id_, NO_YEAR).margin for id_ in traded},
        {id_: each.margin for id_, each in potential.items()},
        {id_: named[id_].code for id_ in traded},
    )
    barred = all_blacklisted_on(day)
    lines = (
        _line(
            day, named[id_], each, years.get(id_, NO_YEAR), found.get(id_), potential[id_], quarter[id_], id_ in barred
        )
        for id_, each in traded.items()
    )
    return ValueReport(tuple(sorted(lines, key=lambda line: line.code)), model)


def potential_of(customer: bytes, day: date) -> Potential | None:
    """One customer's potential by the model that was fitted last, at once; None for one that never traded."""
    found = trading_histories(day, customer).get(customer)
    if found is None:
        return None
    model = latest_model()
    year = trading_year(day, [customer]).get(customer, NO_YEAR)
    potential = _potential(found, year, model, _expectations(model, day))
    closed = Customer.with_id(customer).closed_on
    # Of a customer that was closed nothing is expected.
    return Potential(0.0, 0.0, 0, HISTORY) if closed is not None and closed <= day else potential


def _expectations(model: PotentialModel | None, day: date) -> Expectations | None:
    if model is None or model.purchases is None or not model.converged:
        return None
    return Expectations(model.purchases, model.earnings, day)


def _potential(
    traded: Traded, year: YearSums, model: PotentialModel | None, expected: Expectations | None
) -> Potential:
    alive = None if expected is None else expected.alive(traded.history)
    if expected is not None and model is not None and model.holds:
        # Who may not see cost has no parameters of earnings, and no margin either; how often is no secret.
        margin = year.margin if expected.earnings is None else expected.margin(traded.history)
        if margin is not None:
            return Potential(alive, expected.orders(traded.history), margin, MODEL)
    return Potential(alive, float(traded.year_days), year.margin, HISTORY)


def _line(
    day: date,
    named: NamedCustomer,
    traded: Traded,
    year: YearSums,
    rfm: Rfm | None,
    potential: Potential,
    quarter: str,
    blacklisted: bool,
) -> CustomerValue:
    return CustomerValue(
        named.id, named.code, named.name, named.owner, (day - traded.last).days, traded.year_days, year.revenue,
        year.margin, rfm, potential, quarter, blacklisted, named.owner_name,
    )  # fmt: skip
