"""The company's model of its customers: fitted, tried on its own last months, and kept until something is written.

A model that does not foretell better than simply repeating what was is not used: it is fitted to all but the last
months, and what it expected of them is compared with what came, beside the margin of as many days before. Only where
it misses by less in all does it stand for potential; elsewhere the margin of the last twelve months does, and the
reason is told.

A laptop of a company with a server reckons with what the office has fitted, for it does not hold all customers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from model.errors import N_
from model.money import MINOR_PER_UNIT, grouped
from model.potential import DAYS_PER_WEEK, YEAR_WEEKS, Earnings, History, Purchases
from model.published import published_potential
from model.store import current, meta, set_meta
from model.trading_history import WHOLE, first_trading_day, margins_between, trading_histories
from model.written import written

# Raised when the same documents give another fit.
VERSION = 1
KEPT_AS = "potential_fit"
# Held out is the last third of what the company has, but at most a year.
HELD_OUT_PART = 3
MOST_HELD_OUT_DAYS = 365
# Of a large company a sample of about so many customers is tried.
TRIED_ON = 20_000

NOT_SHOWN = N_("no trial has shown the model to foretell better")
NO_BETTER = N_("on the last {days} days the model missed by {model}, repeating the {days} before by {simple}")
NOT_PUBLISHED = N_("the office has no model of the customers yet")

Progress = Callable[[int, int], None]


class Trial(msgspec.Struct, frozen=True):
    """How the model did on days it had not seen, for all customers or, of very many, a sample.

    Attributes:
        days: how many days were held out.
        model_missed, simple_missed: the sum over customers of |expected - earned| in minor units; `simple` expects the
            margin of as many days before.
    """

    days: int
    model_missed: int
    simple_missed: int


class PotentialModel(msgspec.Struct, frozen=True):
    """What was fitted as of a day, and how it fared.

    Attributes:
        purchases, earnings: None where they could not be fitted, or cost may not be seen.
        log_likelihood: of BG/NBD.
        better: whether the trial showed it to foretell better than the simple rule.
        trial: None where there was nothing to try, or cost may not be seen.
        not_fitted: why it could not be fitted, a template with `count` and `fewest`; empty where it was.
    """

    as_of: date
    customers: int
    repeat_customers: int
    fewest: int
    purchases: Purchases | None = None
    earnings: Earnings | None = None
    log_likelihood: float | None = None
    better: bool = False
    trial: Trial | None = None
    not_fitted: str = ""

    @property
    def converged(self) -> bool:
        return not self.not_fitted

    @property
    def holds(self) -> bool:
        """Whether it stands for potential."""
        return self.converged and self.better

    def why_not(self) -> tuple[str, dict[str, Any]] | None:
        """Why the last twelve months stand for potential: a template and its parameters; None where the model does."""
        if self.not_fitted:
            return self.not_fitted, {"count": self.repeat_customers, "fewest": self.fewest}
        if self.better:
            return None
        if self.trial is None:
            return NOT_SHOWN, {}
        return NO_BETTER, {
            "days": self.trial.days,
            "model": grouped(self.trial.model_missed),
            "simple": grouped(self.trial.simple_missed),
        }


class _Kept(msgspec.Struct, frozen=True):
    of: str
    model: PotentialModel


def model_on(
    day: date,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PotentialModel | None:
    """The model as of a day: this store's own, or on a laptop the office's; arguments as for `own_model`.

    Returns:
        None on a laptop whose office has published none.
    """
    return published_model() if meta("server") else own_model(day, progress, cancelled)


def own_model(
    day: date,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PotentialModel:
    """The model of a store that holds all customers: the one kept, fitted anew where anything was written since.

    Fitting a large company takes seconds; run it in a thread of its own, inside its own `with store.use():`.

    Args:
        progress: told how many steps of how many are done.
        cancelled: asked between steps.

    Raises:
        GivenUp: it said yes.
    """
    of = f"{VERSION} {day} {written()}"
    kept = _kept()
    if kept is not None and kept.of == of:
        return kept.model
    model = fitted_model(day, progress, cancelled)
    with current().writing():
        set_meta(KEPT_AS, msgspec.json.encode(_Kept(of, model)).decode())
    return model


def latest_model() -> PotentialModel | None:
    """The model that was fitted last, whatever was written since: at once, for a screen while a new one is fitted."""
    if meta("server"):
        return published_model()
    kept = _kept()
    return None if kept is None else kept.model


def published_model() -> PotentialModel | None:
    """The office's, on a laptop; None where it has published none."""
    found = published_potential()
    return None if found is None else decoded(found)


def decoded(body: bytes) -> PotentialModel:
    """A model from what `encoded` made of it."""
    return msgspec.json.decode(body, type=PotentialModel)


def encoded(model: PotentialModel) -> bytes:
    """A model as it is kept and sent."""
    return msgspec.json.encode(model)


def _kept() -> _Kept | None:
    text = meta(KEPT_AS)
    return msgspec.json.decode(text, type=_Kept) if text and f'"of":"{VERSION} ' in text else None


def fitted_model(
    day: date,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PotentialModel:
    """Fit the model to the documents as of a day and try it; arguments as for `own_model`."""
    from model.potential_fit import FEWEST_REPEAT_CUSTOMERS, STEPS, fit_potential

    both = 2 * STEPS
    histories = [traded.history for traded in trading_histories(day).values()]
    fit = fit_potential(histories, lambda done, _of: progress(done, both), cancelled)
    trial = None
    if fit.converged:
        part = -(-WHOLE * TRIED_ON // fit.customers)
        trial = _tried(day, min(part, WHOLE), lambda done, _of: progress(STEPS + done, both), cancelled)
    progress(both, both)
    return PotentialModel(
        as_of=day, customers=fit.customers, repeat_customers=fit.repeat_customers, fewest=FEWEST_REPEAT_CUSTOMERS,
        purchases=fit.purchases, earnings=fit.earnings, log_likelihood=fit.log_likelihood,
        better=trial is not None and trial.model_missed < trial.simple_missed, trial=trial, not_fitted=fit.why_not,
    )  # fmt: skip


def _tried(day: date, part: int, progress: Progress, cancelled: Callable[[], bool]) -> Trial | None:
    """How a model fitted without the last months does on them; None where none could be fitted without them."""
    from model.potential_fit import fit_potential

    first = first_trading_day(day)
    days = 0 if first is None else min((day - first).days // HELD_OUT_PART, MOST_HELD_OUT_DAYS)
    if days <= 0:
        return None
    cut = day - timedelta(days=days)
    seen = trading_histories(cut, part=part)
    fit = fit_potential([traded.history for traded in seen.values()], progress, cancelled)
    if fit.purchases is None or fit.earnings is None:
        return None
    expected = Expectations(fit.purchases, fit.earnings, cut, days / DAYS_PER_WEEK)
    before, came = margins_between(cut - timedelta(days=days), cut, cut), margins_between(cut, day, day)
    model = simple = 0
    for id_, traded in seen.items():
        earned, repeated = came.get(id_, 0), before.get(id_, 0)
        foretold = expected.margin(traded.history)
        model += abs((repeated if foretold is None else foretold) - earned)
        simple += abs(repeated - earned)
    return Trial(days, model, simple)


@dataclass
class Expectations:
    """What a model expects of customers in the weeks after a day; remembers what customers have in common."""

    purchases: Purchases
    earnings: Earnings | None
    day: date
    ahead_weeks: float = YEAR_WEEKS

    def __post_init__(self) -> None:
        self._alive: dict[tuple[int, int], float] = {}

    def alive(self, history: History) -> float:
        """P(alive)."""
        return self.purchases.alive(
            history.repeats, history.last_days / DAYS_PER_WEEK, history.days / DAYS_PER_WEEK
        )  # fmt: skip

    def orders(self, history: History) -> float:
        """On how many days it is expected to buy."""
        key = (history.repeats, history.days)
        while_alive = self._alive.get(key)
        if while_alive is None:
            while_alive = self.purchases.expected_alive(
                history.repeats, history.days / DAYS_PER_WEEK, self.ahead_weeks
            )  # fmt: skip
            self._alive[key] = while_alive
        return self.alive(history) * while_alive

    def margin(self, history: History) -> int | None:
        """What it is expected to earn in minor units, rounded once at the very end.

        None for a customer whose repeat purchases earned nothing in the mean, which the model does not know, and where
        the parameters of earnings are not seen.
        """
        if self.earnings is None or (history.earning_days and history.earned <= 0):
            return None
        mean = history.earned / history.earning_days / MINOR_PER_UNIT if history.earning_days else 0.0
        return round(self.orders(history) * self.earnings.expected(history.earning_days, mean) * MINOR_PER_UNIT)
