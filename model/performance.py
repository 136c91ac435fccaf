"""The performance of salespeople in a month, by the shares frozen on each order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.dates import first_day, last_day
from model.margin import TOTAL_KEY, Margin, margin
from model.published import PublishedMonth, PublishedRow, published_month
from model.store import rows


@dataclass(frozen=True)
class Performance:
    """A month's performance, the largest amount first; each column of the rows sums to the company's.

    A row with an empty key holds orders that have neither owner nor maker.

    Attributes:
        published: on a salesperson's laptop, when the office counted all but one's own row, which is newer than that
            and may not add up to the company's; None elsewhere.
    """

    month: str
    rows: tuple[Margin, ...]
    company: Margin
    published: str | None = None


def performance_board(month: str, as_of: date) -> Performance:
    """What everyone sold in a month, as of a day; salespeople at work stand there with zeros too."""
    report = margin(first_day(month), last_day(month), "salesperson", as_of)
    found, company = list(report.rows), report.total
    published = published_month(month)
    if published is not None:
        found, company = _published(published, found, is_present=as_of <= last_day(month))
    present = {row.key for row in found}
    for code, name in rows("SELECT code, name FROM salesperson WHERE active = 1 AND role = 'sales'"):
        if code not in present:
            found.append(Margin(code, name, 0, 0, 0, 0))
    found.sort(key=lambda row: (-row.revenue, row.key))
    return Performance(month, tuple(found), company, None if published is None else published.as_of)


def _published(published: PublishedMonth, here: list[Margin], *, is_present: bool) -> tuple[list[Margin], Margin]:
    """The office's rows of everybody else, one's own of the present month as counted here, and the company's."""
    found = []
    for id_, code, name in rows("SELECT id, code, name FROM salesperson"):
        row = published.people.get(bytes(id_))
        if bytes(id_) == published.own and (is_present or row is None):
            found += [own for own in here if own.key == code]
        elif row is not None and (row.orders or row.amount):
            found.append(_margin_of(row, code, name))
    return found, _margin_of(published.company, TOTAL_KEY, "")


def _margin_of(row: PublishedRow, key: str, name: str) -> Margin:
    return Margin(key, name, row.orders, row.amount, row.cost, row.uncosted)
