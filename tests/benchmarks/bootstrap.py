"""How many times its floor a laptop takes to begin: `HUOKE_BENCH_ORDERS=100000 python -m tests.benchmarks.bootstrap`.

The floor is measured in the same run on the same disk: the very rows of the finished laptop, with their totals,
allocations and search tokens already known, written by raw sqlite3 without durability, and the same indexes made last.
The laptop must check, unpack and lay the documents, recompute what is derived, and take every name apart for search.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from model.backup import sync_to_disk
from model.changes.company import AddSalesperson
from model.files.importing import import_generated
from model.ids import new_id
from model.pinyin import sounds_of
from model.store import Store, open_store, rows, set_meta
from model.totals import faults
from sample_db.company import LARGE, Scale, generate_scaled
from sync import bootstrap
from sync.credentials import make_key, public_key
from sync.protocol import OWN_VIEW
from sync.server.accounts import enrol, enrolment_code
from sync.server.exchange import Office
from sync.server.scope import rebuild_feed
from sync.server.snapshot import OfficeSnapshots
from sync.server.storage import become_office, open_office

ORDERS_VARIABLE = "HUOKE_BENCH_ORDERS"
# A stand-alone store, of which a copy is measured, instead of a sample company made for it.
STORE_VARIABLE = "HUOKE_BENCH_STORE"
SMALL_ORDERS = 5_000
ORDERS_PER_CUSTOMER = 10
TODAY = date(2026, 11, 23)
ROWS_AT_ONCE = 20_000
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Stopwatch:
    """Seconds by the clock, and those this process worked: only the latter are its own on a machine with company."""

    wall: float = 0.0
    worked: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        wall, worked = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.wall += time.perf_counter() - wall
            self.worked += time.process_time() - worked

    def without(self, other: Stopwatch) -> Stopwatch:
        return Stopwatch(self.wall - other.wall, self.worked - other.worked)


class Direct:
    """A line without a network: what is measured is the laptop."""

    def __init__(self, store: Store, snapshots: OfficeSnapshots, device: str) -> None:
        self.store, self.snapshots, self.device = store, snapshots, device
        self.office_time = Stopwatch()
        self.bytes_down = 0

    def snapshot(self, chunk: str = "") -> bytes:
        with self.office_time.running(), self.store.use():
            if chunk:
                found = self.snapshots.chunk(self.device, OWN_VIEW, chunk)
            else:
                found = self.snapshots.manifest(self.device, OWN_VIEW)
        assert found is not None
        self.bytes_down += len(found)
        return found


def made_office(folder: Path, orders: int) -> Store:
    """The office of a company like the large sample, with so many orders."""
    scale = Scale(
        max(6, LARGE.salespeople * orders // 1_000_000),
        max(50, orders // ORDERS_PER_CUSTOMER),
        LARGE.interval_percent,
        LARGE.lines_typical,
        LARGE.contacts_per_customer,
    )
    given = os.environ.get(STORE_VARIABLE)
    if given:
        shutil.copytree(given, folder)
    else:
        with open_store(folder, create=True).use():
            import_generated(generate_scaled(TODAY, scale), on=TODAY, keep=False)
    with open_store(folder).use() as store, store.writing():
        become_office()
        rebuild_feed(TODAY)
    return open_office(f"sqlite:///{folder}")


def enrolled_manager(office: Office) -> str:
    """The device of someone who may see all."""
    with office.store.use():
        office.record_here(AddSalesperson(id=new_id(), code="BENCH", name="Bench", role="manager"))
        code = enrolment_code("BENCH", office.now())
        return enrol(code, public_key(make_key()), office.now()).device


def begun(folder: Path, line: Direct) -> tuple[Store, Stopwatch]:
    """A new laptop that has begun, and how long it took without the office's share."""
    store = open_store(folder, create=True)
    with store.use(), store.writing():
        for name, value in {"device": line.device, "me": "BENCH", "server": "https://office.invalid"}.items():
            set_meta(name, value)
    line.office_time = Stopwatch()
    took, parts = Stopwatch(), dict[str, float]()
    started = time.perf_counter()
    with took.running():
        assert bootstrap.begin(
            store, line, lambda doing, _done, _left: parts.setdefault(doing, time.perf_counter() - started)
        )
    print(", ".join(f"{part} from {begun:.1f} s" for part, begun in parts.items()))
    return store, took.without(line.office_time)


def floor_of(source: Path, target: Path) -> Stopwatch:
    """The same database by raw sqlite3."""
    took = Stopwatch()
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target, isolation_level=None)) as writing:
        for pragma in ("journal_mode = off", "synchronous = off", "locking_mode = exclusive", "cache_size = -262144"):
            writing.execute(f"PRAGMA {pragma}")
        schema = reading.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        tables = [(name, sql) for kind, name, sql in schema if kind == "table" and "_search_" not in name]
        row_tables = [(name, sql) for kind, name, sql in schema if name.endswith("_search_row")]
        writing.execute("BEGIN")
        for name, sql in (*tables, *row_tables):
            if name.startswith("sqlite_"):
                continue
            writing.execute(sql)
            searched = "VIRTUAL" in sql
            found = reading.execute(f"SELECT {'rowid, ' if searched else ''}* FROM {name}")
            columns = [column[0] for column in found.description]
            insert = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            while some := found.fetchmany(ROWS_AT_ONCE):
                with took.running():
                    writing.executemany(insert, some)
        with took.running():
            for name, sql in tables:
                if "VIRTUAL" in sql:
                    writing.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")
            for kind, _name, sql in schema:
                if kind == "index":
                    writing.execute(sql)
            writing.execute("COMMIT")
    with took.running():
        sync_to_disk(target)
    return took


def report(orders: int) -> list[tuple[str, float, float]]:
    """Measure a new manager's laptop, that holds all of the company.

    Returns:
        By the clock and as worked: its name, its seconds and its floor's.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = Office(made_office(folder / "office", orders), now=lambda: NOON, day=lambda: TODAY)
        snapshots = OfficeSnapshots(office, packed_at_once_documents=1 << 40)
        line = Direct(office.store, snapshots, enrolled_manager(office))
        line.snapshot()
        print(f"packed at the office in {line.office_time.wall:.1f} s")
        # The dictionary of readings is read once in a process, whatever is begun.
        sounds_of(["活"])
        store, took = begun(folder / "laptop", line)
        with store.use():
            counted = {
                table: rows(f"SELECT COUNT(*) FROM {table}")[0][0]
                for table in ("customer", "orders", "order_line", "receipt", "allocation")
            }
            print(", ".join(f"{count:,} {table}" for table, count in counted.items()), f"{line.bytes_down:,} bytes")
            if orders <= SMALL_ORDERS:
                assert faults() == []
        floor = floor_of(store.path, folder / "floor.db")
        return [
            ("new laptop / raw rows, by the clock", took.wall, floor.wall),
            ("new laptop / raw rows, worked", took.worked, floor.worked),
        ]


def main() -> None:
    for name, seconds, floor in report(int(os.environ.get(ORDERS_VARIABLE, SMALL_ORDERS))):
        print(f"{name:42} {seconds:9.2f} s {floor:9.2f} s  ratio {seconds / floor:6.2f}")


if __name__ == "__main__":
    main()
