"""The parameters that fit a company's customers best, by maximum likelihood with SciPy.

The only place that needs SciPy and NumPy; both are imported when something is fitted and not before. Customers of the
same history count as one with a weight. The parameters are fitted as logarithms, within bounds, from several starts:
what is reported has been found by the best of them, and a fit that ended at a bound or on a slope says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model.errors import N_
from model.giving_up import GivenUp
from model.potential import DAYS_PER_WEEK, Earnings, History, Purchases

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]

# Fewer who ever came back tell nothing of how people come back.
FEWEST_REPEAT_CUSTOMERS = 50
SMALLEST, LARGEST = 1e-4, 1e5
# So near to a bound, as a ratio, a parameter stands at it.
AT_BOUND = 1.001
# The slope of the mean log-likelihood along each log-parameter that still counts as flat.
FLAT = 1e-5
MOST_STEPS = 500
# A first look from every start needs no more customers than this; the best two go on with all.
LOOKED_AT = 8_000
GOING_ON = 2
# In weeks for alpha and in mean earnings for v, so that every company starts from what is usual for it.
PURCHASE_STARTS = ((0.25, 0.1, 0.8, 2.5), (1.0, 0.5, 1.0, 5.0), (1.0, 1.0, 0.1, 3.0), (5.0, 1.0, 0.5, 10.0))
EARNING_STARTS = ((6.0, 4.0, 0.4), (1.0, 3.0, 2.0), (20.0, 10.0, 0.5))

TOO_FEW = N_("a model needs {fewest} customers who came back, and there are {count}")
NOT_CONVERGED = N_("the fit of the model did not converge")
AT_A_BOUND = N_("the fit of the model ran to the end of what is plausible")
NO_MEAN = N_("what purchases earn varies so much that they have no mean")
STEPS = len(PURCHASE_STARTS) + len(EARNING_STARTS) + 2 * GOING_ON

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Fit:
    """What came of fitting.

    Attributes:
        customers, repeat_customers: who ever traded, and of these who came back.
        purchases, earnings: None where they could not be fitted.
        log_likelihood: of BG/NBD.
        why_not: a template for people that says why there is no model, with `count` and `fewest`; empty where it is.
    """

    customers: int
    repeat_customers: int
    purchases: Purchases | None = None
    earnings: Earnings | None = None
    log_likelihood: float | None = None
    why_not: str = ""

    @property
    def converged(self) -> bool:
        return self.purchases is not None and self.earnings is not None


@dataclass(frozen=True)
class _Best:
    """The best point that was found, and whether it is a maximum within the bounds."""

    parameters: tuple[float, ...]
    log_likelihood: float
    why_not: str


def fit_potential(
    histories: Iterable[History],
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Fit:
    """Fit both models.

    Args:
        histories: of every customer that ever traded.
        progress: told after each start how many of how many are done.
        cancelled: asked before each start.

    Raises:
        GivenUp: it said yes.
    """
    import numpy as np

    gathered: Any = np.fromiter(
        ((h.repeats, h.last_days, h.days, h.earning_days, h.earned) for h in histories), dtype=np.dtype((np.int64, 5))
    )
    customers, back = len(gathered), int((gathered[:, 0] > 0).sum()) if len(gathered) else 0
    if back < FEWEST_REPEAT_CUSTOMERS:
        return Fit(customers, back, why_not=TOO_FEW)
    counter = _Counter(progress, cancelled)
    bought = _fit_purchases(gathered[:, :3], counter)
    earned = _fit_earnings(gathered[:, 3:], counter)
    purchases = None if bought.why_not else Purchases(*bought.parameters)
    earnings = None if earned.why_not else Earnings(*earned.parameters)
    return Fit(
        customers, back, purchases, earnings, None if bought.why_not else bought.log_likelihood,
        bought.why_not or earned.why_not,
    )  # fmt: skip


class _Counter:
    """Counts starts, tells of them and stops where nobody waits any more."""

    def __init__(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._progress, self._cancelled, self._done = progress, cancelled, 0

    def begin(self) -> None:
        if self._cancelled():
            raise GivenUp

    def end(self) -> None:
        self._done += 1
        self._progress(min(self._done, STEPS), STEPS)


def _fit_purchases(gathered: Any, counter: _Counter) -> _Best:
    import numpy as np

    distinct, weights = np.unique(gathered, axis=0, return_counts=True)
    typical_weeks = float(np.average(distinct[:, 2], weights=weights)) / DAYS_PER_WEEK
    starts = [(r, alpha * max(1.0, typical_weeks), a, b) for r, alpha, a, b in PURCHASE_STARTS]
    return _best_of(starts, _PurchaseSlope, distinct, weights.astype(np.float64), counter)


def _fit_earnings(gathered: Any, counter: _Counter) -> _Best:
    import numpy as np

    days, earned = gathered[:, 0], gathered[:, 1]
    # The model knows only means above zero.
    usable = gathered[(days > 0) & (earned > 0)]
    if len(usable) < FEWEST_REPEAT_CUSTOMERS:
        return _Best((), 0.0, TOO_FEW)
    typical = float(np.mean(usable[:, 1] / usable[:, 0])) / 100
    starts = [(p, q, v * typical) for p, q, v in EARNING_STARTS]
    best = _best_of(starts, _EarningSlope, usable, np.ones(len(usable)), counter)
    return (
        _Best(best.parameters, best.log_likelihood, NO_MEAN) if not best.why_not and best.parameters[1] <= 1 else best
    )


def _best_of(
    starts: Sequence[tuple[float, ...]], slope: type[_Slope], distinct: Any, weights: Floats, counter: _Counter
) -> _Best:
    """The best that is reached from these starts: a first look on some customers, then the best few with all."""
    import numpy as np

    every = max(1, len(distinct) // LOOKED_AT)
    looked = slope(distinct[::every], weights[::every])
    found = sorted((_climb(looked, np.log(start), counter) for start in starts), key=lambda each: float(each.fun))[
        :GOING_ON
    ]
    whole = slope(distinct, weights)
    best = min((_climb(whole, each.x, counter) for each in found), key=lambda each: float(each.fun))
    parameters = tuple(float(value) for value in np.exp(best.x))
    _value, gradient = whole.down(best.x)
    why_not = ""
    if any(value < SMALLEST * AT_BOUND or value > LARGEST / AT_BOUND for value in parameters):
        why_not = AT_A_BOUND
    elif not np.all(np.isfinite(gradient)) or float(np.max(np.abs(gradient))) > FLAT:
        why_not = NOT_CONVERGED
    return _Best(parameters, -float(best.fun) * whole.total, why_not)


def _climb(slope: _Slope, start: Floats, counter: _Counter) -> Any:
    import numpy as np
    from scipy.optimize import minimize

    counter.begin()
    bounds = [(np.log(SMALLEST), np.log(LARGEST))] * len(start)
    found = minimize(
        slope.down, start, jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": MOST_STEPS, "ftol": 1e-15, "gtol": FLAT / 100, "maxcor": 20},
    )  # fmt: skip
    counter.end()
    return found


class _Slope:
    """A negative mean log-likelihood of log-parameters, and its gradient."""

    total: float

    def __init__(self, distinct: Any, weights: Floats) -> None:
        raise NotImplementedError

    def down(self, logs: Floats) -> tuple[float, Floats]:
        """Its value and gradient."""
        raise NotImplementedError


class _PurchaseSlope(_Slope):
    """BG/NBD: Fader, Hardie & Lee 2005 (6), in the form of their note on implementing it in a spreadsheet."""

    def __init__(self, distinct: Any, weights: Floats) -> None:
        import numpy as np

        repeats = distinct[:, 0]
        self._x = repeats.astype(np.float64)
        self._came_back = repeats > 0
        self._last, self._weeks = distinct[:, 1] / DAYS_PER_WEEK, distinct[:, 2] / DAYS_PER_WEEK
        self._counts, self._of_count = np.unique(repeats, return_inverse=True)
        self.total = float(weights.sum())
        self._weights = weights / self.total
        self._of_counts = np.bincount(self._of_count, weights=self._weights)

    def down(self, logs: Floats) -> tuple[float, Floats]:
        import numpy as np
        from scipy.special import gammaln, psi

        r, alpha, a, b = np.exp(logs)
        n, x = self._counts.astype(np.float64), self._x
        # What depends on the number of repeats alone is reckoned once for each number.
        of_counts = (
            gammaln(r + n) - gammaln(r) + gammaln(a + b) + gammaln(b + n) - gammaln(b) - gammaln(a + b + n)
            + r * np.log(alpha)
        )  # fmt: skip
        gone_share = np.where(n > 0, a / np.where(n > 0, b + n - 1, 1.0), 0.0)
        stays = -(r + x) * np.log(alpha + self._weeks)
        with np.errstate(divide="ignore"):
            leaves = np.log(gone_share)[self._of_count] - (r + x) * np.log(alpha + self._last)
        either = np.logaddexp(stays, leaves)
        gone = np.exp(leaves - either)
        value = float(self._of_counts @ of_counts + self._weights @ either)

        gone_of_counts = np.bincount(self._of_count, weights=self._weights * gone)
        logs_waited = (1 - gone) * np.log(alpha + self._weeks) + gone * np.log(alpha + self._last)
        inverse_waited = (1 - gone) / (alpha + self._weeks) + gone / (alpha + self._last)
        leaving = gone_of_counts / np.where(n > 0, b + n - 1, 1.0)
        both = psi(a + b) - psi(a + b + n)
        gradient = np.array([
            self._of_counts @ (psi(r + n) - psi(r) + np.log(alpha)) - self._weights @ logs_waited,
            r / alpha - self._weights @ ((r + x) * inverse_waited),
            self._of_counts @ both + gone_of_counts.sum() / a,
            self._of_counts @ (both + psi(b + n) - psi(b)) - leaving.sum(),
        ])  # fmt: skip
        return -value, -gradient * np.array([r, alpha, a, b])


class _EarningSlope(_Slope):
    """Gamma-Gamma: Fader & Hardie 2013 (1a), on each customer's mean."""

    def __init__(self, distinct: Any, weights: Floats) -> None:
        import numpy as np

        self._x = distinct[:, 0].astype(np.float64)
        self._sum = distinct[:, 1] / 100
        self._log_mean = np.log(self._sum / self._x)
        self._log_x = np.log(self._x)
        self.total = float(weights.sum())
        self._weights = weights / self.total

    def down(self, logs: Floats) -> tuple[float, Floats]:
        import numpy as np
        from scipy.special import gammaln, psi

        p, q, v = np.exp(logs)
        x, w = self._x, self._weights
        px, both = p * x, v + self._sum
        log_both = np.log(both)
        each = (
            gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v) + (px - 1) * self._log_mean + px * self._log_x
            - (px + q) * log_both
        )  # fmt: skip
        psi_all = psi(px + q)
        gradient = np.array([
            w @ (x * (psi_all - psi(px) + self._log_mean + self._log_x - log_both)),
            w @ (psi_all - psi(q) + np.log(v) - log_both),
            w @ (q / v - (px + q) / both),
        ])  # fmt: skip
        return -float(w @ each), -gradient * np.array([p, q, v])
