"""Who on the board of a past day then bought, per call, beside lists by last trade alone.

`python -m tests.backtest.board --store FOLDER [--day D …]` reads a store; without one, the public files beside the
repository are imported into new stores. Each list of a past day knows only what was dated until that day.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from model.call_board import call_board
from model.fields import iso
from model.files.importing import import_paths
from model.named_customers import named_customers
from model.store import Store, one, open_store, rows
from tests.model.classicmodels import FOLDER as CLASSICMODELS
from tests.model.classicmodels import write_classicmodels

CALLS = 100
WITHIN_DAYS = (14, 30)
CDNOW = CLASSICMODELS.parent / "cdnow" / "CDNOW_sample.txt"
QUIET_FOR_DAYS = 30

_LAST_TRADES = """
SELECT o.customer_id, MAX(o.date) FROM orders o WHERE o.kind = 'sale' AND o.amount > 0 AND o.date <= ?
    AND o.live_from <= ? AND (o.live_to IS NULL OR o.live_to > ?) GROUP BY o.customer_id
"""
_NEXT_TRADES = """
SELECT o.customer_id, MIN(o.date), CAST(SUM(o.amount - o.uncosted - o.cost) AS BIGINT) FROM orders o
WHERE o.kind = 'sale' AND o.amount > 0 AND o.date > ? AND o.date <= ? AND o.live_to IS NULL GROUP BY o.customer_id
"""
_BLACKLISTED = "SELECT customer_id, blacklisted FROM blacklisting WHERE from_date <= ? ORDER BY from_date"


@dataclass(frozen=True)
class Judged:
    """How a list fared: its calls, how many of them bought within each of WITHIN_DAYS, and the margin they brought."""

    name: str
    calls: int
    bought: tuple[int, ...]
    margin_minor: tuple[int, ...]

    def per_call(self, place: int) -> float:
        """Buyers per call within one of WITHIN_DAYS, for printing only."""
        return self.bought[place] / self.calls if self.calls else 0.0


def judged(day: date, calls: int = CALLS) -> list[Judged]:
    """The board of a past day and the lists by last trade, by what their customers then did."""
    then = [
        {
            bytes(id_): margin
            for id_, _first, margin in rows(_NEXT_TRADES, (iso(day), iso(day + timedelta(days=within))))
        }
        for within in WITHIN_DAYS
    ]
    return [
        Judged(
            name, len(ids), tuple(sum(id_ in bought for id_ in ids) for bought in then),
            tuple(sum(bought.get(id_, 0) for id_ in ids) for bought in then),
        )
        for name, ids in _lists(day, calls)
    ]  # fmt: skip


def _lists(day: date, calls: int) -> Iterator[tuple[str, list[bytes]]]:
    yield "board", [call.id for call in call_board(day, most=calls)]
    bad = {bytes(id_): is_bad for id_, is_bad in rows(_BLACKLISTED, (iso(day),))}
    named = named_customers(day)
    last = {
        bytes(id_): found
        for id_, found in rows(_LAST_TRADES, (iso(day),) * 3)
        if bytes(id_) in named and not named[bytes(id_)].retail and not bad.get(bytes(id_))
    }
    longest = sorted(last, key=lambda id_: (last[id_], named[id_].code))
    latest = sorted(last, key=lambda id_: named[id_].code)
    latest.sort(key=lambda id_: last[id_], reverse=True)
    yield "longest quiet first", longest[:calls]
    yield "latest trade first", latest[:calls]
    quiet_since = (day - timedelta(days=QUIET_FOR_DAYS)).isoformat()
    yield (
        f"latest trade first, quiet for {QUIET_FOR_DAYS} days",
        [id_ for id_ in latest if last[id_] <= quiet_since][:calls],
    )


def print_judged(title: str, days: Sequence[date], calls: int) -> None:
    """Print how the lists of some past days fared together."""
    print(f"{title}: top {calls} as of {', '.join(map(str, days))}")
    by_name: dict[str, list[Judged]] = {}
    for day in days:
        for each in judged(day, calls):
            by_name.setdefault(each.name, []).append(each)
    totals = [
        Judged(
            name, sum(each.calls for each in several),
            tuple(map(sum, zip(*(each.bought for each in several), strict=True))),
            tuple(map(sum, zip(*(each.margin_minor for each in several), strict=True))),
        )
        for name, several in by_name.items()
    ]  # fmt: skip
    board = totals[0]
    for each in totals:
        told = []
        for place, within in enumerate(WITHIN_DAYS):
            rate = each.per_call(place)
            times = f"{board.per_call(place) / rate:5.2f}" if rate else "    –"
            told.append(
                f"{within} days: {each.bought[place]:5} of {each.calls} ({rate:6.1%}), board × {times},"
                f" margin {each.margin_minor[place] // 100:>12,}"
            )
        print(f"  {each.name:40} " + " | ".join(told))


def cdnow_store(folder: Path) -> Store:
    """CDNOW's sample of 2,357 customers as orders of one product at cost 0."""
    tables = folder / "tables"
    tables.mkdir()
    orders: list[tuple[str, str, str, str]] = []
    with CDNOW.open(encoding="ascii") as file:
        for number, line in enumerate(file, 1):
            _master, customer, day, _count, amount = line.split()
            orders.append((f"T{number}", customer, f"{day[:4]}-{day[4:6]}-{day[6:]}", amount))
    _write(tables / "products.csv", ("code", "name", "price", "cost"), [("CD", "CD", "1", "0")])
    customers = sorted({customer for _, customer, _, _ in orders})
    _write(tables / "customers.csv", ("code", "name"), [(code, f"Customer {code}") for code in customers])
    _write(
        tables / "orders.csv", ("number", "customer", "date"),
        [(number, customer, day) for number, customer, day, _ in orders],
    )  # fmt: skip
    _write(
        tables / "order_lines.csv", ("order", "line", "product", "quantity", "price"),
        [(number, "1", "CD", "1", amount) for number, _, _, amount in orders],
    )  # fmt: skip
    return _imported(tables, folder / "store", date(1998, 12, 31))


def classicmodels_store(folder: Path) -> Store:
    """ClassicModels, a wholesaler of 98 customers that bought."""
    return _imported(write_classicmodels(folder / "tables"), folder / "store", date(2005, 6, 30))


def _write(path: Path, header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(lines)


def _imported(tables: Path, folder: Path, today: date) -> Store:
    store = open_store(folder, create=True)
    with store.use():
        import_paths([tables], on=today)
    return store


def last_traded(before_days: int) -> date:
    """The day so long before the last trade of the store in use."""
    found = one("SELECT MAX(date) FROM orders WHERE kind = 'sale' AND state = 'confirmed'")
    assert found is not None, "the store has no orders"
    return date.fromisoformat(found[0]) - timedelta(days=before_days)


def main() -> None:
    """Judge a store, or the public files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, help="the store to judge; without it, CDNOW and ClassicModels")
    parser.add_argument("--day", type=date.fromisoformat, action="append", help="a past day; several are added up")
    parser.add_argument("--calls", type=int, default=CALLS)
    arguments = parser.parse_args()
    if arguments.store is not None:
        with open_store(arguments.store).use() as store:
            days = arguments.day or [last_traded(before) for before in (31, 122, 213)]
            print_judged(str(arguments.store.name), days, arguments.calls)
            store.close()
        return
    with TemporaryDirectory() as folder:
        made = Path(folder) / "cdnow"
        made.mkdir()
        with cdnow_store(made).use() as store:
            days = arguments.day or [date(1997, 9, 30), date(1997, 12, 31), date(1998, 3, 31), date(1998, 5, 31)]
            print_judged("CDNOW, 2,357 customers", days, arguments.calls)
            store.close()
    with TemporaryDirectory() as folder, classicmodels_store(Path(folder)).use() as store:
        days = [date(2004, 6, 30), date(2004, 9, 30), date(2004, 12, 31), date(2005, 3, 31)]
        print_judged("ClassicModels, 98 customers", arguments.day or days, min(arguments.calls, 20))
        store.close()


if __name__ == "__main__":
    main()
