"""What is known of one customer beside its documents: stage, rhythm, trend, value and potential, read in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.archive import owner_history, page_of_contacts
from model.kept_values import kept_value_of, values_as_of
from model.laptop import cards_among
from model.margin import may_see_cost
from model.potential import History
from model.potential_model import PotentialModel, latest_model
from model.published import counts_from_office
from model.rhythm import QuietLimits, Rhythm, quiet_limits, rhythm_of, trading_days
from model.stage_since import StageSince, stage_since
from model.stages import stage_limits
from model.trading_history import trading_histories
from model.trading_year import YearSums, trading_year
from model.trend import TrendOfOne, trend_of_customer
from model.value import CustomerValue, Potential, potential_of
from tui.archive.sources import Desk


@dataclass(frozen=True)
class Clocks:
    """When a customer was last spoken to and given to somebody; None for never."""

    contact: date | None
    assigned: date | None
    owner: str


@dataclass(frozen=True)
class Figures:
    """One customer's figures as of a day.

    Attributes:
        sees_cost: whether what is reckoned from margin may be shown.
        only_here: on a salesperson's laptop: customers are compared among those that are here only.
        trading_days: all of them, in their order.
        rhythm: None for a customer that never traded.
        year: of the twelve months up to the day.
        potential, history: None for a customer that never traded.
        model: the one that was fitted last; None where none was.
        kept: its scores and quarter among all customers; None until they are reckoned.
        kept_of: the day of these.
    """

    day: date
    sees_cost: bool
    only_here: bool
    trading_days: tuple[date, ...]
    rhythm: Rhythm | None
    quiet: QuietLimits
    stage: StageSince
    clocks: Clocks
    trend: TrendOfOne
    year: YearSums
    potential: Potential | None
    history: History | None
    model: PotentialModel | None
    kept: CustomerValue | None
    kept_of: date | None


def figures_of(desk: Desk) -> Figures | None:
    """The figures of the desk's customer, in a thread with the store in use; None where only its card is here."""
    customer, day = desk.customer, desk.today
    if cards_among([customer]):
        return None
    days = next((days for _id, days in trading_days(day, [customer])), [])
    traded = trading_histories(day, customer).get(customer)
    return Figures(
        day=day,
        sees_cost=may_see_cost(desk.person, day),
        only_here=counts_from_office(),
        trading_days=tuple(days),
        rhythm=rhythm_of(days) if days else None,
        quiet=quiet_limits(day),
        stage=stage_since(days, day, stage_limits(day)),
        clocks=_clocks(customer, day),
        trend=trend_of_customer(customer, day),
        year=trading_year(day, [customer]).get(customer, YearSums()),
        potential=potential_of(customer, day),
        history=None if traded is None else traded.history,
        model=latest_model(),
        kept=kept_value_of(customer),
        kept_of=values_as_of(),
    )


def _clocks(customer: bytes, day: date) -> Clocks:
    contact = next(iter(page_of_contacts(customer, 1)), None)
    held = next((row for row in owner_history(customer) if row.from_date <= day), None)
    is_owned = held is not None and (held.to_date is None or held.to_date > day)
    return Clocks(
        None if contact is None else contact.day,
        None if held is None else held.from_date,
        held.owner if held is not None and is_owned else "",
    )
