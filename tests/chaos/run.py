"""Real processes on a bad line, killed again and again, and afterwards everything that must hold.

    python -m tests.chaos.run --laptops 8 --orders 10000 --kills 200 [--database postgresql://…|pgserver] --seed N

An office and laptops are made with the real commands; each laptop is a process that records a day's work, journals
what it promised, and exchanges through a proxy that cuts, delays, truncates and repeats. Servers, laptops and, where
it is the run's own, PostgreSQL are killed by SIGKILL at moments that the seed chooses. Then the trouble stops, all
sync until nothing moves, and the stores are asked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.chaos.inquiry import Findings, inquire, reported_balance
from tests.chaos.laptops import Laptop
from tests.chaos.office import OWN_POSTGRESQL, Failed, Office, PostgreSQL, Served, run_command
from tests.chaos.proxy import HOST, Proxy

DAYS = 5
CUSTOMERS_PER_LAPTOP = 30
POOL_CUSTOMERS = 20
GOODS = 25
MOST_QUIET_ROUNDS = 20
# What `huoke sync` ends with where the office does not answer.
UNREACHED = 3
# A kill waits for a request to be under way, but not for one that never comes.
REQUEST_PATIENCE_SECONDS = 2.0
LATEST_IN_REQUEST_SECONDS = 0.12
POSTGRESQL_KILLS = 4
POSTGRESQL_KILLED = "killed PostgreSQL"
# The laptops wait when so many kills are due that were not made.
KILLS_BEHIND = 6
TOLD_EVERY_SECONDS = 15


@dataclass(frozen=True)
class Plan:
    """What a run does.

    Attributes:
        database: a URL; empty for SQLite in the run's folder; `pgserver` for a PostgreSQL of the run's own.
        commands_percent: of what is done at a laptop, so much by the real command.
    """

    laptops: int
    orders: int
    kills: int
    seed: int
    database: str = ""
    servers: int = 1
    commands_percent: int = 1


@dataclass
class Outcome:
    """How a run ended."""

    findings: Findings
    counted: Counter[str]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        return self.findings.faults

    def __str__(self) -> str:
        lines = [f"{name}: {count}" for name, count in sorted(self.counted.items())]
        lines += [f"{name}: {count}" for name, count in self.findings.numbers.items()]
        lines += [f"{name}: {spent:.0f} s" for name, spent in self.seconds.items()]
        lines += [f"FAULT {fault}" for fault in self.faults] or ["everything holds"]
        return "\n".join(lines)


class Run:
    """One run in a folder.

    Args:
        tell: is told how far it is.
    """

    def __init__(self, plan: Plan, folder: Path, tell: Callable[[str], None]) -> None:
        self.plan, self.folder, self.tell = plan, folder, tell
        self.chance = random.Random(f"kills {plan.seed}")
        self.first_day, self.orders = date.today(), 0
        self.postgresql = PostgreSQL() if plan.database == OWN_POSTGRESQL else None
        url = self.postgresql.url if self.postgresql else plan.database or f"sqlite:///{folder / 'office'}"
        self.office = Office(url, folder, self.day)
        self.proxy = Proxy(self.office.ports, plan.seed)
        self.counted: Counter[str] = Counter()
        self.faults: list[str] = []
        self._order_came = asyncio.Event()
        self._database_up = asyncio.Event()
        self._database_up.set()
        self._restarting: set[asyncio.Task[None]] = set()
        self.laptops = [
            Laptop(
                code, "manager" if place == 0 else "sales", folder / code, folder / f"{code}.journal", plan.seed,
                plan.orders // plan.laptops + (place < plan.orders % plan.laptops), plan.commands_percent,
            )
            for place, code in enumerate(f"P{place}" for place in range(plan.laptops))
        ]  # fmt: skip

    @property
    def day(self) -> date:
        """The business date: it goes on with the work."""
        return self.first_day + timedelta(days=min(self.orders * DAYS // self.plan.orders, DAYS))

    async def whole(self) -> Outcome:
        """All of it."""
        seconds: dict[str, float] = {}
        try:
            for part in (self.found, self.work, self.quiet):
                began = time.monotonic()
                await part()
                seconds[part.__name__] = time.monotonic() - began
            began = time.monotonic()
            findings = await self.look()
            seconds["look"] = time.monotonic() - began
        finally:
            await self.close()
        findings.faults += self.faults
        return Outcome(findings, self.counted, seconds)

    async def found(self) -> None:
        """Begin the company, and let every laptop join."""
        await self.proxy.open()
        tables = self.folder / "tables"
        write_tables(tables, self.laptops, random.Random(f"tables {self.plan.seed}"))
        await self.office.command("company", "Chaos Trading")
        await self.office.command("import", tables)
        await self.office.open(self.plan.servers)
        url = f"http://{HOST}:{self.proxy.port}"
        await asyncio.gather(*(laptop.join(self.office, url) for laptop in self.laptops))
        self.tell(f"{len(self.laptops)} laptops joined on port {self.proxy.port}")

    async def work(self) -> None:
        """Work and kill until every laptop has done its orders and every kill was made."""
        telling = asyncio.create_task(self._tell_now_and_then())
        try:
            async with asyncio.TaskGroup() as self._working:
                self._working.create_task(self._kill_now_and_then())
                for laptop in self.laptops:
                    self._working.create_task(laptop.work(lambda: self.day, self._an_order))
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    def _an_order(self) -> None:
        self.orders += 1
        self._order_came.set()

    async def _tell_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(TOLD_EVERY_SECONDS)
            kills = sum(count for what, count in self.counted.items() if what.startswith("killed"))
            self.tell(f"{self.orders} orders, {kills} kills, {sum(self.proxy.counted.values())} requests")

    async def _kill_now_and_then(self) -> None:
        """Kill so often, spread over the orders."""
        plan, chance = self.plan, self.chance
        moments = sorted(chance.randrange(plan.orders) for _kill in range(plan.kills))
        of_postgresql = set(chance.sample(range(plan.kills), min(POSTGRESQL_KILLS, plan.kills)))
        for place, moment in enumerate(moments):
            self._allow([*moments, plan.orders][min(place + KILLS_BEHIND, plan.kills)])
            while self.orders < moment:
                self._order_came.clear()
                await self._order_came.wait()
            await self._some_moment()
            if self.postgresql is not None and place in of_postgresql:
                await self._kill_postgresql()
            else:
                await self._kill_one()
        self._allow(plan.orders)

    def _allow(self, orders: int) -> None:
        """Let the laptops work, but not so far that the kills come too late to disturb anything."""
        for laptop in self.laptops:
            laptop.allow(-(-laptop.wanted * orders // self.plan.orders))

    async def _some_moment(self) -> None:
        """At once, or while a request is under way."""
        if self.chance.random() < 0.3:
            return
        try:
            async with asyncio.timeout(REQUEST_PATIENCE_SECONDS):
                await self.proxy.next_request()
            await asyncio.sleep(self.chance.uniform(0, LATEST_IN_REQUEST_SECONDS))
        except TimeoutError:
            return

    async def _kill_one(self) -> None:
        served = [served for served in self.office.servers if served.process is not None]
        alive = [laptop for laptop in self.laptops if laptop.process is not None and not laptop.was_killed]
        if not alive or (served and self.chance.random() < 0.35):
            # With nobody left at work there is only the office, and it may be about to start.
            await asyncio.gather(*self._restarting)
            victim = self.chance.choice(self.office.servers)
            await self.office.kill(victim)
            self.counted["killed server"] += 1
            self._restarting = {self._working.create_task(self._start(victim))}
            return
        laptop = self.chance.choice(alive)
        with_commands = self.chance.random() < 0.5
        laptop.kill(with_commands=with_commands)
        self.counted["killed laptop with what it ran" if with_commands else "killed laptop"] += 1

    async def _start(self, served: Served) -> None:
        self.office.day = self.day
        while True:
            await self._database_up.wait()
            kills = self.counted[POSTGRESQL_KILLED]
            try:
                await self.office.start(served)
                return
            except Failed:
                # It needs its database to start; whoever runs one starts it again then.
                if self.counted[POSTGRESQL_KILLED] == kills:
                    raise

    async def _kill_postgresql(self) -> None:
        assert self.postgresql is not None
        self._database_up.clear()
        self.counted[POSTGRESQL_KILLED] += 1
        await self.postgresql.kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REQUEST_PATIENCE_SECONDS):
                await self.proxy.next_request()
        await self.postgresql.start()
        self._database_up.set()
        self.tell("PostgreSQL was killed and runs again")

    async def quiet(self) -> None:
        """No more trouble: the office ends well and starts again, and all sync until nothing moves."""
        self.proxy.troubled = False
        self.office.day = self.day
        for served in self.office.servers:
            await self.office.end(served)
            await self.office.start(served)
        for round_ in range(MOST_QUIET_ROUNDS):
            moved = sum(await asyncio.gather(*(self._synced(laptop) for laptop in self.laptops)))
            self.tell(f"quiet round {round_ + 1}: {moved} things moved")
            if not moved:
                return
        raise Failed(f"still moving after {MOST_QUIET_ROUNDS} rounds")

    async def _synced(self, laptop: Laptop) -> int:
        """`huoke sync`: how much it sent and received; an office too busy to answer in time counts as one more."""
        status, printed, _err = await run_command(
            self.day, "sync", "--store", laptop.folder, "--format", "json", allowed=(0, UNREACHED)
        )
        if status == UNREACHED:
            self.counted["syncs in the quiet that did not reach the office"] += 1
            return 1
        done = json.loads(printed)
        return int(done["pushed"] + done["rows_pulled"])

    async def look(self) -> Findings:
        """Ask the commands, then the stores."""
        for laptop in self.laptops:
            status, printed, told = await run_command(self.day, "check", "--store", laptop.folder, allowed=(0, 1))
            if status:
                self.faults.append(f"huoke check of {laptop.code}: {told}{printed[:1000]}")
            _status, printed, _err = await run_command(self.day, "status", "--store", laptop.folder, "--format", "json")
            if json.loads(printed)["unsent"]:
                self.faults.append(f"huoke status of {laptop.code}: {printed}")
            self.counted.update({f"laptops: {what}": count for what, count in laptop.counted.items()})
            self.counted["laptops: starts"] += laptop.starts
        status, printed, told = await self.office.command("check", allowed=(0, 1))
        if status:
            self.faults.append(f"huoke server check: {told}{printed[:2000]}")
        _status, printed, _err = await self.office.command("report", "balance", "--format", "json")
        self.faults += [f"defect in the server's log: {text}" for text in self.office.tracebacks()]
        self.counted.update({f"office answered {what}": count for what, count in self.office.answers().items()})
        self.counted.update({f"proxy: {what}": count for what, count in self.proxy.counted.items()})
        for served in self.office.servers:
            await self.office.end(served)
        findings = await asyncio.to_thread(inquire, self.office.url, self.laptops, self.day, self.folder, self.tell)
        reported = reported_balance(printed)
        if reported != findings.numbers["owed in all, minor units"]:
            findings.faults.append(f"the report says {reported} is owed in all")
        return findings

    async def close(self) -> None:
        for laptop in self.laptops:
            if laptop.process is not None:
                laptop.kill(with_commands=True)
                await laptop.process.wait()
        await self.office.close()
        await self.proxy.close()
        if self.postgresql is not None:
            self.postgresql.close()


def write_tables(folder: Path, laptops: list[Laptop], chance: random.Random) -> None:
    """The company's files: a person for each laptop, customers with little and with much credit, goods."""
    folder.mkdir()
    people = ["code,name,role", *(f"{laptop.code},Person {laptop.code},{laptop.role}" for laptop in laptops)]
    customers = ["code,name,owner,kind,credit_days,credit_limit,created_on"]
    for laptop in laptops:
        customers += [
            f"{laptop.code}-{place},Customer {place} of {laptop.code},{laptop.code},owned,{chance.choice((3, 10, 30))},"
            f"{chance.choice((0, 2_000, 20_000, 200_000))},2026-01-01"
            for place in range(CUSTOMERS_PER_LAPTOP)
        ]
    customers += [f"POOL-{place},Pool customer {place},,shared,10,5000,2026-01-01" for place in range(POOL_CUSTOMERS)]
    customers.append("WALKIN,Walk-in,,retail,,,2026-01-01")
    goods = ["code,name,unit,price,floor,cost"]
    for place in range(GOODS):
        price = chance.randrange(10, 400)
        goods.append(f"G{place},Good {place},piece,{price},{price * 8 // 10},{price * 7 // 10}")
    for name, lines in (("salespeople", people), ("customers", customers), ("products", goods)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")


async def run(plan: Plan, folder: Path, tell: Callable[[str], None]) -> Outcome:
    """One run, from its plan to its outcome."""
    return await Run(plan, folder, tell).whole()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run")
    parser.add_argument("--laptops", type=int, default=8)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--servers", type=int, default=1, help="several only over PostgreSQL")
    parser.add_argument("--commands", type=int, default=1, help="percent of what is done by the real command")
    parser.add_argument("--database", default="", help="postgresql://…, or pgserver for one of the run's own")
    parser.add_argument("--folder", type=Path, help="where the stores go, kept afterwards; else a temporary folder")
    given = parser.parse_args()
    plan = Plan(given.laptops, given.orders, given.kills, given.seed, given.database, given.servers, given.commands)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="huoke-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    # Whatever ends a run early, no process of it is left behind; in the background an interrupt is ignored otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda _number, _frame: os.kill(os.getpid(), signal.SIGINT))
    outcome = asyncio.run(
        run(plan, folder, lambda text: print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True))
    )
    print(outcome)
    if given.folder is None and not outcome.faults:
        shutil.rmtree(folder)
    else:
        print(f"the stores are in {folder}")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
