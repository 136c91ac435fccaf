"""A laptop at the command line: it joins a real server process, exchanges with it, and says how it stands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.sync.server_process import Server, command, environment, fresh_server

LONGEST_SECONDS = 120
SYNC_KEYS = [
    "pushed", "confirmed", "held", "refused", "conflicts", "rows_pulled", "bytes_up", "bytes_down", "round_trips",
    "seconds",
]  # fmt: skip
STATUS_KEYS = ["device", "person", "unsent", "held", "refused", "conflicts", "notices", "as_of", "key"]
# No test may put a key into the keyring of who runs it.
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "HUOKE_PASSPHRASE": "several words are best"}


@dataclass
class Desk:
    """The command line over one folder."""

    folder: Path

    def run(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words, "--store", self.folder), env=environment(**NO_KEYRING, **more), capture_output=True,
            text=True, encoding="utf-8", timeout=LONGEST_SECONDS, check=False,
        )  # fmt: skip

    def done(self, *words: object) -> str:
        ran = self.run(*words)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def told(self, *words: object) -> dict[str, Any]:
        """The one line of JSON that a verb prints."""
        [line] = self.done(*words, "--format", "json").splitlines()
        told: dict[str, Any] = json.loads(line)
        return told


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with fresh_server(tmp_path / "office") as running:
        yield running


@pytest.fixture
def laptop(server: Server, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "laptop")
    desk.done("join", server.url, server.code)
    return desk


def test_a_laptop_joins_sends_and_says_how_it_stands(laptop: Desk) -> None:
    status = laptop.told("status")
    assert list(status) == STATUS_KEYS
    assert (status["device"], status["unsent"], status["as_of"], status["key"]) == ("B", 0, None, "file")
    first = laptop.told("sync")
    assert list(first) == SYNC_KEYS
    assert first["rows_pulled"] > 0
    laptop.done("product", "add", "P1", "ThinkPad", "--price", "100")
    laptop.done("customer", "add", "C1", "--name", "Acme")
    laptop.done("order", "add", "--customer", "C1", "--line", "P1:1", "--paid", "100")
    assert laptop.told("status")["unsent"] == 3
    sent = laptop.told("sync")
    assert (sent["pushed"], sent["confirmed"], sent["refused"]) == (3, 1, 0)
    assert sent["round_trips"] >= 1
    assert sent["bytes_up"] > 0
    status = laptop.told("status")
    assert status["unsent"] == 0
    assert status["as_of"].endswith("+00:00")


def test_a_wrong_code_is_refused_and_nothing_is_left(server: Server, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "laptop")
    refused = desk.run("join", server.url, "0000-0000-0000-0000")
    assert refused.returncode == 1
    assert "Ask the office for a new one" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not desk.folder.exists()


def test_what_one_laptop_has_is_a_line_for_each_name(laptop: Desk) -> None:
    for verb, names in (("sync", SYNC_KEYS), ("status", [*STATUS_KEYS[:-1], "device key"])):
        lines = laptop.done(verb).splitlines()
        assert [line.split("  ")[0] for line in lines] == names
        assert max(map(len, lines)) < 80


def test_a_laptop_that_was_shut_out_says_why_it_is_empty_and_joins_again_in_its_folder(
    laptop: Desk, server: Server, tmp_path: Path
) -> None:
    office = ("--database", f"sqlite:///{tmp_path / 'office'}")
    laptop.done("sync")
    laptop.done("customer", "add", "C1", "--name", "Acme")
    at_office = Desk(tmp_path / "nothing")
    at_office.done("server", "revoke", "B", *office)
    refused = laptop.run("sync")
    assert refused.returncode == 1
    assert refused.stderr == (
        "The office has revoked this device. Unsent changes that were handed over: 1."
        " Everything of the company was removed from this laptop.\n"
    )
    for verb in ("status", "sync"):
        told = laptop.run(verb)
        assert told.returncode == 1
        assert "This laptop was shut out by Huoke on " in told.stderr
        assert (
            f"handed over: 1. To use it again ask for a code: huoke join {server.url} CODE --store {laptop.folder}\n"
            in told.stderr
        )
    assert laptop.run("join", server.url, "0000-0000-0000-0000").returncode == 1
    assert "was shut out by" in laptop.run("status").stderr
    laptop.done("join", server.url, at_office.done("server", "enrol", "ADMIN", *office).strip())
    assert laptop.told("status")["device"] == "C"
    assert not list(laptop.folder.glob("shut-out*"))


def test_a_passphrase_that_is_too_short_spends_no_code(server: Server, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "laptop")
    refused = subprocess.run(
        command("join", server.url, server.code, "--store", desk.folder),
        env=environment(**{**NO_KEYRING, "HUOKE_PASSPHRASE": "short"}), capture_output=True, text=True,
        timeout=LONGEST_SECONDS, check=False,
    )  # fmt: skip
    assert refused.returncode == 2
    assert not desk.folder.exists()
    assert desk.run("join", server.url, server.code).returncode == 0


def test_a_server_that_cannot_be_reached_is_status_3(laptop: Desk, server: Server) -> None:
    server.end()
    silent = laptop.run("sync")
    assert silent.returncode == 3
    assert silent.stdout == ""
    assert len(silent.stderr.splitlines()) == 1
    assert "cannot be reached" in silent.stderr


def test_a_store_of_its_own_cannot_sync_and_says_how_to_join(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "own")
    desk.done("salesperson", "add", "LI", "Li")
    refused = desk.run("sync")
    assert refused.returncode == 1
    assert "huoke join" in refused.stderr
    status = desk.told("status")
    assert (status["device"], status["unsent"], status["as_of"], status["key"]) == ("A", 0, None, None)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_watching_exchanges_again_and_again_until_a_signal_ends_it(laptop: Desk, end: signal.Signals) -> None:
    watching = subprocess.Popen(
        command("sync", "--watch", "1", "--format", "json", "--store", laptop.folder),
        env=environment(**NO_KEYRING), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watching.stdout is not None
    told = [json.loads(watching.stdout.readline()) for _time in range(2)]
    assert [list(each) for each in told] == [SYNC_KEYS, SYNC_KEYS]
    os.kill(watching.pid, end)
    _rest, errors = watching.communicate(timeout=LONGEST_SECONDS)
    assert (watching.returncode, errors) == (0, "")


def test_watching_waits_for_a_server_that_went_away(laptop: Desk, server: Server) -> None:
    laptop.done("sync")
    server.end()
    watching = subprocess.Popen(
        command("sync", "--watch", "1", "--store", laptop.folder),
        env=environment(**NO_KEYRING), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watching.stderr is not None
    assert "cannot be reached" in watching.stderr.readline()
    watching.terminate()
    watching.communicate(timeout=LONGEST_SECONDS)
    assert watching.returncode == 0
