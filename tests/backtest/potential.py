"""How well potential foretells: `python -m tests.backtest.potential [folder of a store …]`.

The model is fitted to the first part of each company's history and judged on the rest, in days with a purchase and in
margin, beside two simple rules: the same stretch before again, and for everybody the mean of that. CDNOW, ClassicModels
(margin over its buying prices) and Northwind (which has no costs: revenue) are taken where they are at hand.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from model.potential import DAYS_PER_WEEK, History
from model.potential_fit import fit_potential
from model.potential_model import HELD_OUT_PART, MOST_HELD_OUT_DAYS, Expectations
from model.store import open_store, rows
from tests.model import cdnow, classicmodels

# Cents earned on each day on which a customer bought.
Days = Mapping[date, int]
NORTHWIND = Path(os.environ.get("HUOKE_TEST_NORTHWIND", cdnow.FOLDER.parent / "northwind"))
TENTH = 10
RULES = ("model", "the same again", "the mean")


@dataclass(frozen=True)
class Judged:
    """How far a rule was off, per customer: in units of what it foretells.

    Attributes:
        rank: Spearman's correlation of the foretold order with what came; None where all were foretold the same.
        captured: the share of everything that came which fell to the tenth foretold the most.
        foretold_share: everything foretold ÷ everything that came.
    """

    rule: str
    mean_error: float
    root_square_error: float
    rank: float | None
    captured: float
    foretold_share: float


@dataclass(frozen=True)
class BackTest:
    """One company's; `why_not` says why there was no model, and then the two simple rules stand alone."""

    name: str
    customers: int
    cut: date
    days: int
    why_not: str
    purchases: tuple[Judged, ...]
    margin: tuple[Judged, ...]


def back_test(name: str, bought: Iterable[Days], last_day: date, cut: date | None = None) -> BackTest:
    """Fit on what was until a day, judge on the days after it; by default as the store itself does."""
    everybody = [days for days in bought if days]
    if cut is None:
        first = min(min(days) for days in everybody)
        cut = last_day - timedelta(days=min((last_day - first).days // HELD_OUT_PART, MOST_HELD_OUT_DAYS))
    until, seen = cut, [days for days in everybody if min(days) <= cut]
    length = last_day - until
    fit = fit_potential(history(days, until) for days in seen)
    came = [_between(days, until, last_day) for days in seen]
    before = [_between(days, until - length, until) for days in seen]
    foretold: list[tuple[float, float]] | None = None
    if fit.purchases is not None and fit.earnings is not None:
        expected = Expectations(fit.purchases, fit.earnings, until, length.days / DAYS_PER_WEEK)
        foretold = [
            (expected.orders(past), again[1] if (margin := expected.margin(past)) is None else margin)
            for past, again in ((history(days, until), again) for days, again in zip(seen, before, strict=True))
        ]
    return BackTest(
        name, len(seen), until, length.days, fit.why_not.format(count=fit.repeat_customers, fewest=50),
        *(tuple(_judge(place, came, before, foretold)) for place in (0, 1)),
    )  # fmt: skip


def history(days: Days, until: date) -> History:
    """A customer's history until a day on which it had bought."""
    past = sorted(day for day in days if day <= until)
    first, again = past[0], past[1:]
    return History(len(again), (past[-1] - first).days, (until - first).days, len(again), sum(days[d] for d in again))


def _between(days: Days, after: date, until: date) -> tuple[float, float]:
    inside = [earned for day, earned in days.items() if after < day <= until]
    return len(inside), sum(inside)


def _judge(
    place: int, came: Sequence[tuple[float, float]], before: Sequence[tuple[float, float]],
    foretold: Sequence[tuple[float, float]] | None,
) -> Iterator[Judged]:  # fmt: skip
    actual = np.array([each[place] for each in came], dtype=float)
    again = np.array([each[place] for each in before], dtype=float)
    said = {"the same again": again, "the mean": np.full(len(again), again.mean())}
    if foretold is not None:
        said = {"model": np.array([each[place] for each in foretold], dtype=float), **said}
    unit = 100 if place else 1
    for rule, values in said.items():
        # A stable order: who is foretold the same stays as it stands.
        most = np.argsort(-values, kind="stable")[: max(1, len(values) // TENTH)]
        rank = None if np.ptp(values) == 0 else float(np.corrcoef(rankdata(values), rankdata(actual))[0, 1])
        yield Judged(
            rule, float(np.abs(values - actual).mean()) / unit, float(np.sqrt(((values - actual) ** 2).mean())) / unit,
            rank, float(actual[most].sum() / actual.sum()), float(values.sum() / actual.sum()),
        )  # fmt: skip


def cdnow_back_test() -> BackTest:
    """The papers' own: 39 weeks to fit, 39 to judge."""
    return back_test("CDNOW", cdnow.cdnow_days().values(), cdnow.LAST_DAY, cdnow.CALIBRATED_UNTIL)


def _classicmodels() -> BackTest:
    products = {row["productCode"]: Decimal(row["buyPrice"]) for row in classicmodels.read_source("products")}
    earned: dict[str, Decimal] = {}
    for line in classicmodels.read_source("orderdetails"):
        margin = int(line["quantityOrdered"]) * (Decimal(line["priceEach"]) - products[line["productCode"]])
        earned[line["orderNumber"]] = earned.get(line["orderNumber"], Decimal(0)) + margin
    orders = [
        (row["customerNumber"], date.fromisoformat(row["orderDate"]), earned[row["orderNumber"]])
        for row in classicmodels.read_source("orders") if row["status"] not in classicmodels.STATES
    ]  # fmt: skip
    return back_test("ClassicModels", _by_customer(orders), max(day for _customer, day, _margin in orders))


def _northwind() -> BackTest:
    earned: dict[str, Decimal] = {}
    for line in _csv(NORTHWIND / "order_details.csv"):
        amount = Decimal(line["UnitPrice"]) * Decimal(line["Quantity"]) * (1 - Decimal(line["Discount"]))
        earned[line["OrderID"]] = earned.get(line["OrderID"], Decimal(0)) + amount
    orders = [
        (row["CustomerID"], datetime.strptime(row["OrderDate"], "%m/%d/%Y").date(), earned[row["OrderID"]])
        for row in _csv(NORTHWIND / "orders.csv")
    ]
    return back_test("Northwind", _by_customer(orders), max(day for _customer, day, _amount in orders))


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def _by_customer(orders: Iterable[tuple[str, date, Decimal]]) -> list[Days]:
    found: dict[str, dict[date, int]] = {}
    for customer, day, earned in orders:
        days = found.setdefault(customer, {})
        days[day] = days.get(day, 0) + round(earned * 100)
    return list(found.values())


def _store(folder: Path) -> BackTest:
    """A store's live sales; what came back is left out of all three alike."""
    store = open_store(folder)
    with store.use():
        found: dict[bytes, dict[date, int]] = {}
        for customer, day, earned in rows(
            "SELECT customer_id, date, CAST(SUM(amount - uncosted - cost) AS BIGINT) FROM orders WHERE kind = 'sale'"
            " AND amount > 0 AND live_from IS NOT NULL AND live_to IS NULL GROUP BY customer_id, date"
        ):
            found.setdefault(bytes(customer), {})[date.fromisoformat(day)] = earned
    store.close()
    return back_test(str(folder), found.values(), max(max(days) for days in found.values()))


def show(test: BackTest) -> None:
    """Print a back-test as two small tables."""
    print(f"\n{test.name}: {test.customers:,} customers, fitted until {test.cut}, judged on the {test.days} days after")
    if test.why_not:
        print(f"  no model: {test.why_not}")
    for what, judged in (("days with a purchase", test.purchases), ("margin", test.margin)):
        print(f"  {what:<22}{'MAE':>11}{'RMSE':>11}{'rank':>7}{'top tenth has':>15}{'foretold ÷ came':>17}")
        for each in judged:
            rank = "–" if each.rank is None else f"{each.rank:.3f}"
            print(
                f"    {each.rule:<20}{each.mean_error:>11,.2f}{each.root_square_error:>11,.2f}{rank:>7}"
                f"{each.captured:>15.1%}{each.foretold_share:>17.2f}"
            )


def main(folders: Sequence[str]) -> None:
    """Print every back-test for which there is data."""
    sources = (
        (cdnow.FOLDER, cdnow_back_test), (classicmodels.FOLDER, _classicmodels), (NORTHWIND, _northwind),
    )  # fmt: skip
    for folder, test in sources:
        if folder.is_dir():
            show(test())
        else:
            print(f"{folder} is not at hand")
    for name in folders:
        show(_store(Path(name)))


if __name__ == "__main__":
    main(sys.argv[1:])
