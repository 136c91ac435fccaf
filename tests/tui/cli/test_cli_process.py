"""The command as its own process: what a shell sees."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pexpect

ROOT = Path(__file__).parents[3]
LONGEST_SECONDS = 120
PROCESSES = 4
COMMAND = (sys.executable, "-m", "tui.cli.main")


def environment(**more: str) -> dict[str, str]:
    """A fixed day, and no language in particular."""
    return {**os.environ, "HUOKE_TODAY": "2026-03-31", "LC_ALL": "C", **more}


def huoke(*words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command in the repository."""
    options.setdefault("env", environment())
    return subprocess.run(
        [*COMMAND, *words], cwd=ROOT, capture_output=True, timeout=LONGEST_SECONDS, check=False, **options
    )


def test_output_is_utf8_whatever_the_locale(tmp_path: Path) -> None:
    added = huoke(
        "salesperson",
        "add",
        "LI",
        "李伟",
        "--format",
        "json",
        "--store",
        str(tmp_path / "store"),
        env=environment(PYTHONIOENCODING="latin-1"),
    )
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout.decode("utf-8"))[0]["name"] == "李伟"


def test_an_error_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    refused = huoke("find", "x", "--store", str(tmp_path / "none"))
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.count(b"\n") == 1


def test_the_screens_are_not_opened_where_nobody_can_see_them(tmp_path: Path) -> None:
    opened = huoke("--store", str(tmp_path / "none"), stdin=subprocess.DEVNULL)
    assert opened.returncode == 2
    assert not (tmp_path / "none").exists()


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    assert huoke("salesperson", "add", "LI", "李伟", "--store", store).returncode == 0
    reader, writer = os.pipe()
    os.close(reader)
    left = subprocess.run(
        [*COMMAND, "log", "--store", store],
        stdout=writer, stderr=subprocess.PIPE, cwd=ROOT, timeout=LONGEST_SECONDS, check=False,
    )  # fmt: skip
    os.close(writer)
    assert left.stderr == b""


def test_the_sample_company_is_made_and_made_again(tmp_path: Path) -> None:
    store = str(tmp_path / "demo")
    for _ in range(2):
        made = huoke("demo", "--no-open", "--store", store)
        assert made.returncode == 0, made.stderr
        assert made.stderr == b""
    assert huoke("check", "--store", store).returncode == 0
    balances = json.loads(huoke("report", "balance", "--format", "json", "--store", store).stdout)
    assert len(balances) == 600


def test_several_processes_may_record_at_once(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    for words in (
        ("salesperson", "add", "LI", "李伟"),
        ("product", "add", "P1", "x", "--price", "1"),
        ("customer", "add", "C1", "--name", "x"),
        ("customer", "terms", "C1", "--limit", "1000"),
    ):
        assert huoke(*words, "--store", store).returncode == 0
    command = [*COMMAND, "order", "add", "--customer", "C1", "--line", "P1:1", "--store", store]
    together = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment()) for _ in range(PROCESSES)
    ]
    assert [process.wait(LONGEST_SECONDS) for process in together] == [0] * PROCESSES
    assert json.loads(huoke("report", "balance", "--format", "json", "--store", store).stdout)[0]["orders"] == "4.00"


def test_a_sample_that_was_killed_half_made_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    # A terminal, because only somebody who watches is told how far it is.
    making = pexpect.spawn(
        COMMAND[0], [*COMMAND[1:], "demo", "--no-open", "--store", str(folder)],
        cwd=str(ROOT), env=environment(), timeout=LONGEST_SECONDS,
    )  # fmt: skip
    making.expect("\r")
    making.kill(signal.SIGKILL)
    making.wait()
    making.close()
    assert _demo_mark(folder / "store.db") is not None
    made = huoke("demo", "--no-open", "--store", str(folder))
    assert made.returncode == 0, made.stderr


def _demo_mark(path: Path) -> str | None:
    """What marks the store as a sample, as soon as it is there."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            found = connection.execute("SELECT value FROM meta WHERE name = 'demo'").fetchone()
        except sqlite3.OperationalError:
            return None
    return None if found is None else str(found[0])
