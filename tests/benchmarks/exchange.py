"""How an exchange stands to its floor: `python -m tests.benchmarks.exchange [laptops]`.

Bytes per change beyond its payload; round trips, and a day's work over a line of 100 ms; many laptops against the bulk
insert of the same rows. Floors are measured in the same run; ratios travel from machine to machine, times do not.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import zstandard

from model.changes.documents import next_number
from model.changes.kind import canonical
from model.changes.log import SCHEMA
from model.changes.orders import LineArgs, RecordOrder
from model.changes.recording import record
from model.ids import new_id
from model.store import Store, meta, open_store, rows
from sync.client import exchange, line_of
from sync.protocol import PROTOCOL, ChangeSent, Position, SyncRequest, encode_request
from sync.server.exchange import Office
from tests.sync.offices import Company
from tests.sync.server_process import command, environment, fresh_server

ORDERS_A_DAY = 50
LINES_PER_ORDER = 8
CUSTOMERS_A_LAPTOP = 10
RTT_SECONDS = 0.100
PASSPHRASE = "measured passphrase"


class SlowLine:
    """A proxy on loopback through which every byte arrives half a round trip late; it counts the round trips.

    Connecting costs one round trip of its own, as the handshake of TCP does.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme, self.target = parts.scheme, (parts.hostname or "127.0.0.1", parts.port or 0)
        self.flights = 0
        self._sinks: list[asyncio.StreamWriter] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._loop.close()

    async def _listen(self) -> None:
        self._ended = asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()
        for sink in self._sinks:
            sink.transport.abort()
        passing = asyncio.all_tasks() - {asyncio.current_task()}
        if passing:
            await asyncio.wait(passing)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.flights += 1
        await asyncio.sleep(RTT_SECONDS)
        there, back = await asyncio.open_connection(*self.target)
        self._sinks += [back, writer]
        last = ["server"]
        try:
            await asyncio.gather(
                self._pass(reader, back, "laptop", last), self._pass(there, writer, "server", last),
                return_exceptions=True,
            )  # fmt: skip
        finally:
            for sink in (back, writer):
                sink.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, side: str, last: list[str]) -> None:
        while some := await source.read(1 << 16):
            if side == "laptop" and last[0] == "server":
                self.flights += 1
            last[0] = side
            self._loop.call_later(RTT_SECONDS / 2, sink.write, some)
        self._loop.call_later(RTT_SECONDS / 2, sink.close)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()


def main() -> None:
    report(int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("HUOKE_BENCH_LAPTOPS", "20")))


def report(laptops: int) -> None:
    """Measure and print every ratio."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        company = _company(folder / "bytes")
        _bytes_per_change(company)
        _day_over_a_slow_line(folder / "slow")
        _many_laptops(folder / "many", laptops)


def _company(folder: Path) -> Company:
    folder.mkdir()
    company = Company(folder)
    company.person("M", "manager")
    company.person("A")
    for number in range(20):
        company.product(f"P{number}")
        company.customer(f"C{number}", "A", limit=1_000_000)
    return company


def day_of_orders(products: list[bytes], customers: list[bytes], person: bytes, day: object) -> list[RecordOrder]:
    """A day's orders; the numbers are given by whoever records them."""
    return [
        RecordOrder(
            id=new_id(), number=f"-{number:06}", customer=customers[number % len(customers)], date=day,  # type: ignore[arg-type]
            maker=person,
            lines=tuple(
                LineArgs(
                    line=line + 1, product=products[(number + line) % len(products)], quantity_e3=1000 * (line + 1),
                    price_e4=1_000_000 + 10_000 * line,
                )
                for line in range(LINES_PER_ORDER)
            ),
        )
        for number in range(ORDERS_A_DAY)
    ]  # fmt: skip


def _bytes_per_change(company: Company) -> None:
    args = [
        canonical(order)
        for order in day_of_orders(
            list(company.products.values()), list(company.customers.values()), company.people["A"], company.day
        )
    ]
    moment = time.time_ns() // 1_000_000
    request = encode_request(_request("B", [ChangeSent(new_id(), "order.record", each, moment) for each in args]))
    payload = sum(map(len, args))
    sent = len(zstandard.compress(request, 3))
    alone = len(zstandard.compress(b"".join(args), 3))
    print(
        f"a change on the wire: {sent / len(args):.1f} bytes for {payload / len(args):.0f} of payload;"
        f" beyond the payload, before compression {(len(request) - payload) / len(args):.1f},"
        f" after compression of both {(sent - alone) / len(args):.1f} (to reach: 50)"
    )


def _request(device: str, sent: list[ChangeSent], unsent: int | None = None) -> SyncRequest:
    return SyncRequest(
        protocol=PROTOCOL, schema=SCHEMA, device=device, epoch=b"", view="", position=Position(), cursor=0,
        clock=time.time_ns() // 1_000_000, chain=b"", first=1, changes=sent, returned=[],
        unsent=len(sent) if unsent is None else unsent, pull=False, reads=SCHEMA,
    )  # fmt: skip


def _day_over_a_slow_line(folder: Path) -> None:
    folder.mkdir()
    certificates = folder / "tls"
    subprocess.run(
        command("server", "certificate", "127.0.0.1", "--folder", certificates), env=environment(), check=True,
        capture_output=True,
    )  # fmt: skip
    tls = ("--tls-cert", certificates / "server.pem", "--tls-key", certificates / "server-key.pem")
    with fresh_server(folder / "office", *tls, verify=False) as server:
        laptop = _joined(folder, server.url, server.code, certificates / "ca.pem")
        _measure_day(laptop, server.url)


def _joined(folder: Path, url: str, code: str, ca: Path) -> Store:
    subprocess.run(
        command("join", url, code, "--ca", ca, "--store", folder / "laptop"),
        env=environment(HUOKE_PASSPHRASE=PASSPHRASE), check=True, capture_output=True,
    )  # fmt: skip
    return open_store(folder / "laptop")


def _measure_day(laptop: Store, url: str) -> None:
    from model.changes.company import AddProduct
    from model.changes.customers import AddCustomer
    from model.changes.terms import SetTerms
    from model.people import salesperson_by_code
    from tui.clock import today

    day = today()
    products, customers = [new_id() for _ in range(20)], [new_id() for _ in range(20)]
    with laptop.use():
        with line_of(laptop, passphrase=lambda: PASSPHRASE) as line:
            exchange(laptop, line)
        me = salesperson_by_code(meta("me")).id
        for number, (product, customer) in enumerate(zip(products, customers, strict=True)):
            record(
                AddProduct(id=product, code=f"P{number}", name=f"Product {number}", date=day, price_e4=1_000_000),
                person=me, on=day,
            )  # fmt: skip
            record(AddCustomer(id=customer, code=f"C{number}", date=day, card={"name": f"Customer {number}"}, owner=me),
                   person=me, on=day)  # fmt: skip
            record(
                SetTerms(customer=customer, from_date=day, credit_days=30, credit_from="order", credit_limit=10**11),
                person=me, on=day,
            )  # fmt: skip
        with line_of(laptop, passphrase=lambda: PASSPHRASE) as line:
            exchange(laptop, line)
    slow = SlowLine(url)
    try:
        with laptop.use(), line_of(laptop, passphrase=lambda: PASSPHRASE, url=slow.url) as line:
            for name in ("cold", "warm"):
                for order in day_of_orders(products, customers, me, day):
                    with laptop.writing():
                        record(msgspec.structs.replace(order, number=next_number()), person=me, on=day)
                slow.flights, before = 0, line.round_trips
                started = time.perf_counter()
                done = exchange(laptop, line)
                taken = time.perf_counter() - started
                print(
                    f"a day of {done.pushed} orders at {RTT_SECONDS * 1000:.0f} ms, {name}:"
                    f" {line.round_trips - before} request, {slow.flights} round trips,"
                    f" {taken / (slow.flights * RTT_SECONDS):.2f} × (round trips × RTT) (to reach: 1.3);"
                    f" {done.bytes_up} bytes up, {done.bytes_down} down so far"
                )
    finally:
        slow.close()


def _many_laptops(folder: Path, laptops: int) -> None:
    """So many laptops with a day's orders of their own customers, one after another, against the bulk insert."""
    company = _company(folder)
    for number in range(laptops):
        company.person(f"S{number}")
        for place in range(CUSTOMERS_A_LAPTOP):
            company.customer(f"S{number}-{place}", f"S{number}", limit=1_000_000)
    office = Office(company.store, day=lambda: company.day)
    requests = list(_requests(company, laptops))
    started = time.perf_counter()
    for device, request in requests:
        for _frame in office.exchange(device, request):
            pass
    taken = time.perf_counter() - started
    floor = _bulk_insert_seconds(company, folder / "floor.db")
    changes = laptops * ORDERS_A_DAY
    print(
        f"{laptops} laptops × {ORDERS_A_DAY} orders: {taken / floor:.1f} × the bulk insert of the same rows"
        f" (to reach: 3); {taken / changes * 1e6:.0f} µs an order on this machine"
    )


def _requests(company: Company, laptops: int) -> Iterator[tuple[str, SyncRequest]]:
    """Each of another person's device; numbers carry the device."""
    from sync.credentials import make_key, public_key
    from sync.server.accounts import enrol, enrolment_code

    products = list(company.products.values())
    moment = time.time_ns() // 1_000_000
    for number in range(laptops):
        with company.store.use():
            code = enrolment_code(f"S{number}", company.now())
            device = enrol(code, public_key(make_key()), company.now()).device
        customers = [company.customers[f"S{number}-{place}"] for place in range(CUSTOMERS_A_LAPTOP)]
        orders = day_of_orders(products, customers, company.people[f"S{number}"], company.day)
        sent = [
            ChangeSent(
                new_id(),
                "order.record",
                canonical(msgspec.structs.replace(order, number=device + order.number)),
                moment,
            )
            for order in orders
        ]
        # As if more were to come: what is lent at the end of a day is no part of the rows compared.
        yield device, _request(device, sent, unsent=len(sent) + 1)


def _bulk_insert_seconds(company: Company, path: Path) -> float:
    """Every row that these exchanges wrote, with the same tables and indexes, by raw sqlite3, one executemany each."""
    tables = (
        "orders", "order_line", "change", "arrival", "feed", "customer_total", "customer_month", "person_month",
        "allocation",
    )  # fmt: skip
    with company.store.use():
        schema = [
            row[0]
            for row in rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%search%'")
            if "sqlite_" not in row[0]
        ]
        contents = {table: rows(f"SELECT * FROM {table}") for table in tables}
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    for statement in schema:
        connection.execute(statement)
    started = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for table, found in contents.items():
        if found:
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(found[0]))})", found)
    connection.execute("COMMIT")
    taken = time.perf_counter() - started
    connection.close()
    return taken


if __name__ == "__main__":
    main()
