"""The laptops of a run: each a store of its own and one process that works on it, killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.laptop import orders_in
from tests.chaos.office import Failed, Office, run_command, surroundings
from tests.sync.server_process import ROOT

JOIN_TRIES = 20


@dataclass
class Laptop:
    """One laptop.

    Attributes:
        counted: what its processes told.
        orders: how many stand in its journal.
        allowed: up to how many it may go for now.
        was_killed: whether its process ended because we killed it.
    """

    code: str
    role: str
    folder: Path
    journal: Path
    seed: int
    wanted: int
    commands_percent: int
    counted: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    allowed: int = 0
    starts: int = 0
    was_killed: bool = False
    process: asyncio.subprocess.Process | None = None

    @property
    def name(self) -> str:
        return self.code

    async def join(self, office: Office, url: str) -> None:
        """`huoke join`; where the bad line spends a code for nothing, the office gives another one."""
        for _try in range(JOIN_TRIES):
            _status, code, _err = await office.command("enrol", self.code)
            status, _out, _err = await run_command(
                office.day, "join", url, code.strip(), "--store", self.folder, allowed=(0, 1, 3)
            )
            self.counted[f"join {status}"] += 1
            if status == 0:
                return
        raise Failed(f"{self.code} could not join in {JOIN_TRIES} tries")

    async def work(self, day: Callable[[], object], an_order: Callable[[], None]) -> None:
        """Work until all its orders are recorded, started again after each kill.

        Args:
            day: the business date at each start.
            an_order: told each order.

        Raises:
            Failed: its process ended by itself before.
        """
        while True:
            self.was_killed = False
            errors = await self._run(day(), an_order)
            before, self.orders = self.orders, orders_in(self.journal)
            for _unheard in range(self.orders - before):
                an_order()
            if not self.was_killed:
                if errors is not None:
                    raise Failed(f"laptop {self.code} ended by itself: {errors}")
                return

    async def _run(self, day: object, an_order: Callable[[], None]) -> str | None:
        """One life of its process; what it complained of where it did not end well."""
        self.starts += 1
        log = self.folder.parent / f"{self.code}.log"
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.chaos.laptop", str(self.folder), "--journal", str(self.journal),
                "--seed", f"{self.seed} {self.code} {self.starts}", "--orders", str(self.wanted),
                "--commands", str(self.commands_percent), "--day", str(day),
                cwd=ROOT, env=surroundings(day), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                start_new_session=True,
            )  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        self.process, told = process, ""
        self.allow(self.allowed)
        async for line in process.stdout:
            what, *how = line.decode().rstrip("\n").split("\t")
            self.counted[" ".join((what, *how[:1]))] += 1
            if what == "order":
                self.orders += 1
                an_order()
            elif what == "defect":
                told = " ".join(how)
        await process.wait()
        self.process = None
        process.stdin.close()
        return None if process.returncode == 0 else f"{process.returncode} {told}\n{log.read_text()[-3000:]}"

    def allow(self, orders: int) -> None:
        """Let it go on up to so many orders."""
        self.allowed = orders
        if self.process is not None and self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(f"{orders}\n".encode())

    def kill(self, *, with_commands: bool) -> None:
        """SIGKILL; a command that it started goes on without it, or is killed too."""
        assert self.process is not None
        self.was_killed = True
        if with_commands:
            # Its group is its own since it began a session.
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
