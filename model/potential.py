"""How often a customer will still buy, and what each time will earn: the formulas, evaluated from a few parameters.

BG/NBD: Fader, Hardie & Lee 2005, “Counting Your Customers” the Easy Way. While a customer lives it buys at a rate of
its own (gamma: r, alpha); after each purchase it may leave for good with a chance of its own (beta: a, b).
Gamma-Gamma: Fader & Hardie 2013, The Gamma-Gamma Model of Monetary Value. What purchases earn varies around a mean of
the customer's own (p, q, v).

Nothing here needs SciPy: a laptop evaluates what the office has fitted. Times are weeks, amounts currency units. These
are expectations and therefore floats; whoever shows one as money rounds it at the very end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from model.record import Record

DAYS_PER_WEEK = 7
# Twelve months ahead, of which no calendar is asked.
YEAR_WEEKS = 365 / DAYS_PER_WEEK
SERIES_PRECISION = 1e-14
MOST_TERMS = 200_000
# Closer than this to where it is zero divided by zero, the expectation is taken from both sides.
NEAR_LIMIT = 1e-5
# exp() of more is beyond a float.
LARGEST_EXPONENT = 700.0


class History(Record, frozen=True):
    """How a customer bought until a day.

    Attributes:
        repeats: trading days after the first, x.
        last_days, days: from the first trading day to the last, t_x, and until the day asked for, T.
        earning_days: of the repeats, those of which a cost is known.
        earned: the margin of the repeats together, minor units.
    """

    repeats: int
    last_days: int
    days: int
    earning_days: int = 0
    earned: int = 0


@dataclass(frozen=True)
class Purchases:
    """The parameters of BG/NBD; alpha in weeks."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, repeats: int, last_week: float, weeks: float) -> float:
        """The chance that a customer has not left for good, P(alive).

        Args:
            repeats: trading days after the first, x.
            last_week: from the first trading day to the last, t_x.
            weeks: from the first trading day until now, T.
        """
        if repeats == 0:
            # In this model a customer can leave only after a repeat purchase.
            return 1.0
        odds = self._log_odds_gone(repeats, last_week, weeks)
        return 0.0 if odds > LARGEST_EXPONENT else 1 / (1 + math.exp(odds))

    def _log_odds_gone(self, repeats: int, last_week: float, weeks: float) -> float:
        waited = math.log((self.alpha + weeks) / (self.alpha + last_week))
        return math.log(self.a / (self.b + repeats - 1)) + (self.r + repeats) * waited

    def expected(self, repeats: int, last_week: float, weeks: float, ahead: float) -> float:
        """On how many days a customer is expected to buy in so many weeks ahead; arguments as for `alive`."""
        return self.alive(repeats, last_week, weeks) * self.expected_alive(repeats, weeks, ahead)

    def expected_alive(self, repeats: int, weeks: float, ahead: float) -> float:
        """The same of a customer that has not left by now, whenever it bought last.

        The paper's (10), its hypergeometric function by Euler's transformation: the form there overflows for many
        repeats, this one has small parameters and converges for every z < 1.
        """
        if min(abs(self.a - 1), abs(self.a + self.b + repeats - 1)) >= NEAR_LIMIT:
            return self._expected_alive(self.a, repeats, weeks, ahead)
        sides = (self._expected_alive(self.a + side * 2 * NEAR_LIMIT, repeats, weeks, ahead) for side in (-1, 1))
        return sum(sides) / 2

    def _expected_alive(self, a: float, repeats: int, weeks: float, ahead: float) -> float:
        z = ahead / (self.alpha + weeks + ahead)
        c = a + self.b + repeats - 1
        still = math.exp((a - 1) * math.log1p(-z)) * hypergeometric(a - 1, a + self.b - 1 - self.r, c, z)
        return c / (a - 1) * (1 - still)


@dataclass(frozen=True)
class Earnings:
    """The parameters of Gamma-Gamma; v in currency units."""

    p: float
    q: float
    v: float

    @property
    def of_all(self) -> float:
        """What a purchase earns in the mean of all customers; q is above 1."""
        return self.p * self.v / (self.q - 1)

    def expected(self, repeats: int, mean: float) -> float:
        """What a customer's purchases are expected to earn each.

        Args:
            repeats: on how many days the mean stands; with 0 it is that of all customers.
            mean: what these days earned in the mean, above 0.
        """
        if repeats == 0:
            return self.of_all
        return self.p * (self.v + repeats * mean) / (self.p * repeats + self.q - 1)


def hypergeometric(a: float, b: float, c: float, z: float) -> float:
    """Gauss's function 2F1(a, b; c; z) by its series, for 0 <= z < 1.

    Raises:
        ArithmeticError: it does not converge, so near is z to 1.
    """
    if not 0 <= z < 1:
        raise ArithmeticError(f"2F1 at {z} is not reckoned by its series")
    total = term = 1.0
    for n in range(MOST_TERMS):
        ratio = (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        term *= ratio
        total += term
        # The ratios tend to z: what follows is about a geometric series of the larger of both.
        falling = max(z, abs(ratio))
        if falling < 1 and abs(term) * falling <= SERIES_PRECISION * abs(total) * (1 - falling):
            return total
    raise ArithmeticError(f"2F1 does not converge at {z}")
