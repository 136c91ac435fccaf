"""The performance of salespeople in a month, by the shares frozen on each order.

It is the margin of the month's orders by salesperson, except for what came or went when the month of an order was
closed: that counts in the month in which it was recorded (model.booking).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from model.booking import Moved, booked_late, moved
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
        late: what of the rows arrived in this month for months that were closed, as far as it is known here.
    """

    month: str
    rows: tuple[Margin, ...]
    company: Margin
    published: str | None = None
    late: tuple[Margin, ...] = ()

    @property
    def late_company(self) -> Margin:
        """What of the company's arrived for closed months."""
        return _with(Margin(TOTAL_KEY, "", 0, 0, 0, 0), (_moved_of(row) for row in self.late))


def performance_board(month: str, as_of: date) -> Performance:
    """What everyone sold in a month, as of a day; salespeople at work stand there with zeros too."""
    report = margin(first_day(month), last_day(month), "salesperson", as_of)
    moves = moved(month, as_of)
    found, company = _rows_with(report.rows, moves), _with(report.total, moves.values())
    published = published_month(month)
    if published is not None:
        found, company = _published(published, found, is_present=as_of <= last_day(month))
    present = {row.key for row in found}
    for code, name in rows("SELECT code, name FROM salesperson WHERE active = 1 AND role = 'sales'"):
        if code not in present:
            found.append(Margin(code, name, 0, 0, 0, 0))
    found.sort(key=lambda row: (-row.revenue, row.key))
    return Performance(
        month, tuple(found), company, None if published is None else published.as_of,
        tuple(_rows_with((), booked_late(month, as_of))),
    )  # fmt: skip


def _rows_with(counted: Iterable[Margin], moves: dict[bytes, Moved]) -> list[Margin]:
    """The rows by date with what is moved between months; a row of which nothing is left is left out."""
    by_key = {row.key: row for row in counted}
    if not moves:
        return list(by_key.values())
    people = {bytes(id_): (code, name) for id_, code, name in rows("SELECT id, code, name FROM salesperson")}
    for person, move in moves.items():
        # What is nobody's stands in a row without a key.
        code, name = people.get(person, ("", ""))
        by_key[code] = _with(by_key.get(code, Margin(code, name, 0, 0, 0, 0)), [move])
    return [row for row in by_key.values() if row.orders or row.revenue or row.cost or row.uncosted]


def _with(row: Margin, moves: Iterable[Moved]) -> Margin:
    orders, revenue, cost, uncosted = row.orders, row.revenue, row.cost, row.uncosted
    for move in moves:
        orders, revenue = orders + move.orders, revenue + move.amount
        cost, uncosted = cost + move.cost, uncosted + move.uncosted
    return Margin(row.key, row.name, orders, revenue, cost, uncosted)


def _moved_of(row: Margin) -> Moved:
    return Moved(row.orders, row.revenue, row.cost, row.uncosted)


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
