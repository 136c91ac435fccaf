"""The performance of salespeople in a month, by the shares frozen on each order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.dates import first_day, last_day
from model.margin import Margin, margin
from model.store import rows


@dataclass(frozen=True)
class Performance:
    """A month's performance, the largest amount first; each column of the rows sums to the company's.

    A row with an empty key holds orders that have neither owner nor maker.
    """

    month: str
    rows: tuple[Margin, ...]
    company: Margin


def performance_board(month: str, as_of: date) -> Performance:
    """What everyone sold in a month, as of a day; salespeople at work stand there with zeros too."""
    report = margin(first_day(month), last_day(month), "salesperson", as_of)
    found = list(report.rows)
    present = {row.key for row in found}
    for code, name in rows("SELECT code, name FROM salesperson WHERE active = 1 AND role = 'sales'"):
        if code not in present:
            found.append(Margin(code, name, 0, 0, 0, 0))
    found.sort(key=lambda row: (-row.revenue, row.key))
    return Performance(month, tuple(found), report.total)
