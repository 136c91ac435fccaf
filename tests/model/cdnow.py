"""CDNOW, the public tenth of a music shop's customers by which the papers on BG/NBD and Gamma-Gamma are read."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.potential import History

Row = dict[str, str]
_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "cdnow"
FOLDER = Path(os.environ.get("HUOKE_TEST_CDNOW", _BESIDE))
REASON = "the CDNOW files are not beside this repository"
# The papers fit the first 39 weeks and judge on the 39 after them.
CALIBRATED_UNTIL = date(1997, 9, 30)
LAST_DAY = date(1998, 6, 30)

needs_cdnow = pytest.mark.skipif(not FOLDER.is_dir(), reason=REASON)


def purchases() -> Iterator[tuple[str, date, str]]:
    """Customer, day and dollars of each purchase, as the file has them."""
    with (FOLDER / "CDNOW_sample.txt").open(encoding="ascii") as file:
        for line in file:
            _number, customer, day, _disks, dollars = line.split()
            yield customer, date(int(day[:4]), int(day[4:6]), int(day[6:])), dollars


def cdnow_tables() -> dict[str, list[Row]]:
    """Its import tables: every purchase an order of one product at cost 0."""
    bought = list(purchases())
    return {
        "customers": [{"code": code, "name": f"Customer {code}"} for code in sorted({row[0] for row in bought})],
        "products": [{"code": "CD", "name": "Disks", "price": "1", "cost": "0"}],
        "orders": [
            {"number": f"O{place}", "customer": customer, "date": day.isoformat()}
            for place, (customer, day, _dollars) in enumerate(bought)
        ],
        "order_lines": [
            {"order": f"O{place}", "line": "1", "product": "CD", "quantity": "1", "price": dollars}
            for place, (_customer, _day, dollars) in enumerate(bought)
        ],
    }


def write_cdnow(folder: Path) -> Path:
    """The same as CSV files in a new folder."""
    folder.mkdir()
    for name, table in cdnow_tables().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    return folder


def cdnow_days() -> dict[str, dict[date, int]]:
    """The cents each customer spent on each day it bought for more than nothing."""
    found: dict[str, dict[date, int]] = {}
    for customer, day, dollars in purchases():
        whole, _point, cents = dollars.partition(".")
        spent = int(whole) * 100 + int(cents)
        if spent:
            days = found.setdefault(customer, {})
            days[day] = days.get(day, 0) + spent
    return found


def history_until(days: dict[date, int], until: date) -> History | None:
    """A customer's history until a day; None where it had not bought by then."""
    bought = sorted(day for day in days if day <= until)
    if not bought:
        return None
    first, again = bought[0], bought[1:]
    return History(
        len(again), (bought[-1] - first).days, (until - first).days, len(again), sum(days[day] for day in again)
    )
