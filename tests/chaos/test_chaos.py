"""The short run for every build: real processes, a bad line, some kills; and a server whose disk is full."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO

import pytest

from tests.chaos.laptop import entries
from tests.chaos.laptops import Laptop
from tests.chaos.office import Office, run_command
from tests.chaos.run import Plan, run

SEED = 7
DISK_BYTES = 6 << 20
BLOCK_BYTES = 4096
TODAY = date.today()


async def test_nothing_is_lost_or_done_twice_when_processes_are_killed_on_a_bad_line(tmp_path: Path) -> None:
    outcome = await run(Plan(laptops=3, orders=300, kills=8, seed=SEED, commands_percent=0), tmp_path, print)
    assert not outcome.faults, str(outcome)
    assert sum(count for what, count in outcome.counted.items() if what.startswith("killed")) == 8
    assert outcome.findings.numbers["orders in the journals"] >= 300


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes; only where whoever runs this may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root mounts a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


async def test_a_full_disk_at_the_office_loses_nothing_and_work_goes_on_when_there_is_space(
    small_disk: Path, tmp_path: Path
) -> None:
    office = Office(f"sqlite:///{small_disk / 'office'}", tmp_path, TODAY)
    laptop = Laptop("L", "sales", tmp_path / "L", tmp_path / "L.journal", SEED, 40, 0)
    await begun(office, tmp_path)
    try:
        await office.open(1)
        await laptop.join(office, f"http://127.0.0.1:{office.ports()[0]}")
        await run_command(TODAY, "sync", "--store", laptop.folder)
        fill(small_disk / "filler")
        laptop.allow(laptop.wanted)
        await laptop.work(lambda: TODAY, lambda: None)
        _status, _out, told = await run_command(TODAY, "sync", "--store", laptop.folder, allowed=(1, 3))
        assert "disk of the office's database is full" in told, told
        _status, printed, _err = await run_command(TODAY, "status", "--store", laptop.folder, "--format", "json")
        assert '"unsent": 0' not in printed
        assert laptop.counted["office full"], laptop.counted
        assert "507 full" in office.answers()

        (small_disk / "filler").unlink()
        await run_command(TODAY, "sync", "--store", laptop.folder)
        assert await recorded_at(office) >= {entry["uid"] for entry in entries(laptop.journal)}
        assert (await office.command("check"))[0] == 0
        await office.end(office.servers[0])
        assert not office.tracebacks()
    finally:
        await office.close()


async def begun(office: Office, folder: Path) -> None:
    """A company with one salesperson, a customer and goods."""
    tables = folder / "tables"
    tables.mkdir()
    (tables / "salespeople.csv").write_text("code,name\nL,Li\n")
    (tables / "customers.csv").write_text("code,name,owner,credit_limit\nC1,Customer,L,100000\n")
    (tables / "products.csv").write_text("code,name,price\nG1,Good,10\n")
    await office.command("company", "Full Disk Trading")
    await office.command("import", tables)


def fill(file: Path) -> None:
    """Leave no space on a disk."""
    with file.open("wb", buffering=0) as filler:
        while not is_refused(filler):
            pass


def is_refused(file: IO[bytes]) -> bool:
    """Whether there was no space for another block."""
    try:
        return not file.write(bytes(BLOCK_BYTES))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return True


async def recorded_at(office: Office) -> set[str]:
    """The ids of all changes at the office."""
    from model.store import rows
    from sync.server.storage import open_office

    def read() -> set[str]:
        store = open_office(office.url)
        try:
            with store.use():
                return {bytes(uid).hex() for (uid,) in rows("SELECT uid FROM change")}
        finally:
            store.close()

    return await asyncio.to_thread(read)
