"""How many times its floor each thing a person waits for takes: `python -m tests.benchmarks.desk [orders]`.

The floor is measured in the same run on the same disk: the same rows by raw sqlite3, or a bare Textual app. Ratios
travel from machine to machine; times do not, so nothing here asserts one.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from textual.app import App

from model import store as stores
from tests.model.company import Company, company

LINES_PER_ORDER = 8
TODAY = date(2026, 6, 30)


def median_seconds(times: int, work: Callable[[int], object]) -> float:
    """The median time of one of so many runs."""
    taken = []
    for run in range(times):
        start = time.perf_counter()
        work(run)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def raw_order_seconds(folder: Path, times: int) -> float:
    """One order and its lines by raw sqlite3 with the same durability."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    connection.execute("CREATE TABLE orders (id BLOB PRIMARY KEY, number TEXT, customer BLOB, total INTEGER)")
    connection.execute("CREATE TABLE line (id BLOB, line INTEGER, product BLOB, amount INTEGER)")

    def save(run: int) -> None:
        id_ = run.to_bytes(16)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO orders VALUES (?, ?, ?, ?)", (id_, f"A-{run}", id_, 80_000))
        connection.executemany(
            "INSERT INTO line VALUES (?, ?, ?, ?)", [(id_, line, id_, 10_000) for line in range(LINES_PER_ORDER)]
        )
        connection.execute("COMMIT")

    seconds = median_seconds(times, save)
    connection.close()
    return seconds


def confirmed_order_seconds(desk: Company, times: int) -> float:
    """One order and its lines through its rule: verdict, totals, allocation and log included."""
    lines = [("P", "1", "100")] * LINES_PER_ORDER

    def save(_run: int) -> None:
        # One transaction, as the screen does it: the number is given where the order is written.
        with stores.current().writing():
            desk.sell("C", TODAY, lines)

    return median_seconds(times, save)


def first_frame_seconds(make_app: Callable[[], App[object]], times: int) -> float:
    """From making an app to its first settled frame."""

    async def once() -> None:
        async with make_app().run_test(size=(120, 40)) as pilot:
            await pilot.pause()

    return median_seconds(times, lambda _run: asyncio.run(once()))


def report(orders: int) -> list[tuple[str, float, float]]:
    """Measure everything.

    Returns:
        For each thing its name, its median seconds and its floor's.
    """
    from tui.app import HuokeApp

    measured = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with company(folder / "store", TODAY) as desk:
            desk.salesperson("S1")
            desk.product("P")
            desk.customer("C", "S1", days=3650, limit="90000000")
            floor = raw_order_seconds(folder, orders)
            measured.append(("order of 8 lines confirmed / raw rows", confirmed_order_seconds(desk, orders), floor))
            store = stores.current()
        runs = max(3, orders // 40)
        bare = first_frame_seconds(App, runs)
        measured.append(
            (
                "customers on screen / bare app",
                first_frame_seconds(lambda: HuokeApp(store, first_mode="customers"), runs),
                bare,
            )  # type: ignore[return-value,arg-type]
        )
    return measured


def main() -> None:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for name, seconds, floor in report(orders):
        print(f"{name:42} {seconds * 1000:9.2f} ms {floor * 1000:9.2f} ms  ratio {seconds / floor:6.2f}")


if __name__ == "__main__":
    main()
