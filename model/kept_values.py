"""The values of all customers, reckoned in the background and kept, so that a screen reads them at once.

To reckon them takes seconds in a large company, for all that was ever bought counts. They are kept as of a day, with
what was written until then; what is shown may be older than the last order, and says as of when it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Literal

from model.batches import batches
from model.customers import all_blacklisted_on
from model.giving_up import GivenUp
from model.named_customers import NamedCustomer, named_customers
from model.potential_model import Progress
from model.quarters import QUARTER_NAMES
from model.rfm import Rfm
from model.store import current, execute, execute_many, meta, rows, set_meta
from model.value import CustomerValue, Potential, value_report
from model.written import written

Ranked = Literal["margin", "potential", "recency_days"]
KEPT_AS = "values_kept"
# Written some at a time, so that whoever saves an order meanwhile hardly waits.
ROWS_PER_TRANSACTION = 2_000
SECONDS_BETWEEN_ASKING = 0.1
_COLUMNS = (
    "customer_id, recency_days, trading_days, revenue, margin, r, f, m, alive, orders, potential, source, quarter"
)
_INSERT = f"INSERT INTO customer_value (generation, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_reckoning = Lock()
_SUMS = """
SELECT quarter, CAST(COUNT(*) AS BIGINT), CAST(SUM(margin) AS BIGINT), CAST(SUM(potential) AS BIGINT)
FROM customer_value WHERE generation = ? GROUP BY quarter"""


@dataclass(frozen=True)
class QuarterSums:
    """All customers of a quarter; value and potential in minor units."""

    quarter: str
    customers: int
    value: int
    potential: int


def refresh_values(
    day: date,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Reckon the values as of a day and keep them, unless those kept are of this day and nothing was written since.

    Who asks while another thread reckons them waits for it, as long as they want them.

    Run it in a thread of its own, inside its own `with store.use():`.

    Returns:
        Whether there are new ones.

    Raises:
        GivenUp: `cancelled` said yes.
    """
    # A store is open in one process; two of its threads at once would write the same rows.
    while not _reckoning.acquire(timeout=SECONDS_BETWEEN_ASKING):
        if cancelled():
            raise GivenUp
    try:
        return _refreshed(day, progress, cancelled)
    finally:
        _reckoning.release()


def _refreshed(day: date, progress: Progress, cancelled: Callable[[], bool]) -> bool:
    of = f"{day} {written()}"
    generation, kept_of = _kept()
    if kept_of == of:
        return False
    report = value_report(day, progress, cancelled)
    store = current()
    fresh = generation + 1
    with store.writing():
        # What another began and did not finish.
        execute("DELETE FROM customer_value WHERE generation <> ?", (generation,))
    for some in batches(report.rows, ROWS_PER_TRANSACTION):
        with store.writing():
            execute_many(_INSERT, [_row(fresh, value) for value in some])
    with store.writing():
        set_meta(KEPT_AS, f"{fresh} {of}")
        execute("DELETE FROM customer_value WHERE generation <> ?", (fresh,))
    return True


def forget_values(*, only_gone: bool) -> None:
    """Forget what must not be kept here any more, in the present transaction.

    Args:
        only_gone: of customers that are not here any more; else all of them.
    """
    if only_gone:
        execute("DELETE FROM customer_value WHERE customer_id NOT IN (SELECT id FROM customer)")
        return
    execute("DELETE FROM customer_value")
    set_meta(KEPT_AS, "0 ")


def values_as_of() -> date | None:
    """The day of the values that are kept; None while there are none."""
    _generation, of = _kept()
    return date.fromisoformat(of[:10]) if of else None


def quarter_sums() -> list[QuarterSums]:
    """The kept values by quarter, in the order of QUARTER_NAMES; a quarter without customers has zeros."""
    found = {quarter: sums for quarter, *sums in rows(_SUMS, (_kept()[0],))}
    return [QuarterSums(quarter, *found.get(quarter, (0, 0, 0))) for quarter in QUARTER_NAMES]


def kept_values(
    ranked: Ranked = "margin", quarter: str | None = None, first: int = 0, count: int = 200
) -> list[CustomerValue]:
    """Some of the kept values, the largest first, ties by code; customers that were closed since are left out.

    Args:
        quarter: only those of one.
        first, count: which of the ranked.
    """
    if ranked not in ("margin", "potential", "recency_days"):
        raise ValueError(ranked)
    among, parameters = ("", []) if quarter is None else (" AND v.quarter = ?", [quarter])
    columns = ", ".join(f"v.{column}" for column in _COLUMNS.split(", "))
    found = rows(
        f"SELECT {columns} FROM customer_value v JOIN customer c ON c.id = v.customer_id WHERE v.generation = ?{among}"
        f" ORDER BY v.{ranked} DESC, c.code LIMIT ? OFFSET ?",
        (_kept()[0], *parameters, count, first),
    )
    return _named(found)


def kept_value_of(customer: bytes) -> CustomerValue | None:
    """One customer's kept value; None where there is none."""
    found = _named(
        rows(f"SELECT {_COLUMNS} FROM customer_value WHERE generation = ? AND customer_id = ?", (_kept()[0], customer))
    )
    return found[0] if found else None


def _kept() -> tuple[int, str]:
    """The generation that is kept, and what it is of."""
    generation, _, of = meta(KEPT_AS, "0 ").partition(" ")
    return int(generation), of


def _row(generation: int, value: CustomerValue) -> tuple[Any, ...]:
    scores = (None, None, None) if value.rfm is None else (value.rfm.r, value.rfm.f, value.rfm.m)
    expected = value.potential
    return (
        generation, value.id, value.recency_days, value.trading_days, value.revenue, value.margin, *scores,
        expected.alive, expected.orders, expected.margin, expected.source, value.quarter,
    )  # fmt: skip


def _named(found: list[tuple[Any, ...]]) -> list[CustomerValue]:
    day = values_as_of()
    named = {} if day is None else named_customers(day, among=[bytes(row[0]) for row in found])
    barred = frozenset() if day is None else all_blacklisted_on(day)
    return [_value(named[bytes(row[0])], row, bytes(row[0]) in barred) for row in found if bytes(row[0]) in named]


def _value(named: NamedCustomer, row: tuple[Any, ...], blacklisted: bool) -> CustomerValue:
    id_, recency_days, trading_days, revenue, margin, r, f, m, alive, orders, potential, source, quarter = row
    return CustomerValue(
        bytes(id_), named.code, named.name, named.owner, recency_days, trading_days, revenue, margin,
        None if r is None else Rfm(r, f, m), Potential(alive, orders, potential, source), quarter,
        blacklisted, named.owner_name,
    )  # fmt: skip
