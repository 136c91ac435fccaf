"""A laptop at work, as a process of its own: it records and exchanges by the functions that `huoke` calls.

    python -m tests.chaos.laptop FOLDER --journal FILE --seed TEXT --orders N --day YYYY-MM-DD

After each change that was recorded its id goes into the journal, on disk before anything else is done: what stands
there was promised to a person. On stdout stands one line for each thing worth telling; from stdin it reads up to how
many orders it may go. It may be killed at any moment.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

from model.changes.orders import OrderRecorded, RecordOrder
from model.changes.receipts import RecordReceipt
from model.changes.recording import record
from model.errors import HuokeError, InputError, Refused, StoreError, UnreachableError
from model.laptop import unsent_count
from model.people import salesperson_by_code
from model.store import REPLACED, Store, meta, one, open_store, rows
from sync.client import exchange_patiently, line_of
from sync.errors import OfficeError
from tests.chaos.deeds import Clerk
from tests.simulation.deeds import Desk
from tests.sync.server_process import command, environment

PASSPHRASE = "a passphrase for chaos"
# What the office may say to an exchange in a bad hour; anything else is a defect.
PASSING = ("busy", "cut", "full", "nonce", "rate")
LONGEST_COMMAND_SECONDS = 180
ANY_NUMBER = 1_000_000
# Beyond so many it waits for the office, or the office of a long run would never catch up between two kills.
MOST_UNSENT = 300


class Laptop:
    """One laptop's work."""

    def __init__(self, folder: Path, journal: IO[str], chance: random.Random, day: date) -> None:
        self.folder, self.journal, self.chance, self.day = folder, journal, chance, day
        self.store: Store = open_store(folder)
        self.orders = self.most = 0

    def work(self, orders: int, commands_percent: int, wanted: int, allowed: Iterator[int]) -> None:
        """Record so many orders and what belongs to a day besides them, exchanging now and then.

        Args:
            orders: how many there are already.
            allowed: up to how many it may go before it waits to be told the next.
        """
        self.orders = orders
        while self.orders < wanted:
            try:
                self._work_in_store(commands_percent, wanted, allowed)
            except StoreError as error:
                if error.template != REPLACED:
                    raise
                # A command that began anew from the office did so beside this program, which does as it is told.
                self.store.close()
                self.store = open_store(self.folder)
                tell("store", "opened again")

    def _work_in_store(self, commands_percent: int, wanted: int, allowed: Iterator[int]) -> None:
        with self.store.use():
            line = line_of(self.store, passphrase=lambda: PASSPHRASE)
        with line:
            while not self._knows_who_sits_here():
                self._exchange(line, tries=ANY_NUMBER)
            with self.store.use():
                clerk = Clerk(self._desk())
            while self.orders < wanted:
                while self.orders >= self.most:
                    self.most = next(allowed)
                with self.store.use():
                    for _deed in range(self.chance.choice((1, 3, 8, 8, 20, 20, 60))):
                        if self.chance.randrange(100) < commands_percent:
                            self._by_command()
                        else:
                            self._do(clerk)
                self._exchange(line)
                while self._unsent() > MOST_UNSENT:
                    self._exchange(line, tries=ANY_NUMBER)

    def _unsent(self) -> int:
        with self.store.use():
            return unsent_count()

    def _knows_who_sits_here(self) -> bool:
        """Whether it has had its first exchange; before, a laptop knows nobody and nothing."""
        with self.store.use():
            return one("SELECT 1 FROM salesperson WHERE code = ?", (meta("me"),)) is not None

    def _desk(self) -> Desk:
        me = salesperson_by_code(meta("me"))
        return Desk(me.id, "sales" if me.role == "sales" else "office", self.day, self.chance)

    def _do(self, clerk: Clerk) -> None:
        try:
            name, args = clerk.next()
            if args is None:
                return
            outcome = record(args, person=clerk.desk.person, on=self.day)
        except (Refused, InputError):
            return
        self._write(self._last_change(args, outcome))
        if isinstance(args, RecordOrder):
            self.orders += 1
            tell("order")
        else:
            tell("change", name)

    def _last_change(self, args: object, outcome: Any) -> dict[str, Any]:
        found = one("SELECT uid, kind FROM change WHERE device = ? ORDER BY number DESC LIMIT 1", (meta("device"),))
        assert found is not None, "a change was recorded and there is none"
        entry: dict[str, Any] = {"uid": bytes(found[0]).hex(), "kind": found[1]}
        if isinstance(args, RecordOrder):
            assert isinstance(outcome, OrderRecorded)
            entry |= {"order": args.id.hex(), "amount": outcome.amount}
        elif isinstance(args, RecordReceipt):
            entry |= {"receipt": args.id.hex(), "amount": args.amount}
        return entry

    def _write(self, entry: dict[str, Any]) -> None:
        """Put a change that was just recorded into the journal, and wait for the disk."""
        self.journal.write(json.dumps(entry) + "\n")
        self.journal.flush()
        os.fsync(self.journal.fileno())

    def _exchange(self, line: Any, tries: int = 1) -> None:
        try:
            done = exchange_patiently(self.store, line, tries=tries)
        except OfficeError as error:
            if error.code not in PASSING:
                raise
            tell("office", error.code)
        except (UnreachableError, Refused) as error:
            tell("unreached", type(error).__name__)
        else:
            tell("synced", str(done.pushed), str(done.waiting))

    def _by_command(self) -> None:
        """The same by the real command: an order, an exchange, a look."""
        verb = self.chance.choice(("order", "order", "sync", "status"))
        if verb != "order":
            self._run(verb, "--format", "json")
            return
        customers = rows("SELECT code FROM customer ORDER BY code")
        products = rows("SELECT code FROM product ORDER BY code")
        if not customers or not products:
            return
        printed = self._run(
            "order", "add", "--customer", self.chance.choice(customers)[0], "--line",
            f"{self.chance.choice(products)[0]}:{self.chance.randrange(1, 9)}", "--format", "json",
        )  # fmt: skip
        if printed is not None:
            [order] = json.loads(printed)
            self._write(self._last_order(order["number"]))
            self.orders += 1
            tell("order", "by command")

    def _last_order(self, number: str) -> dict[str, Any]:
        found = one("SELECT change_uid, id, amount FROM orders WHERE number = ?", (number,))
        assert found is not None, f"order {number} was recorded and is not there"
        uid, id_, amount = found
        return {"uid": bytes(uid).hex(), "kind": "order.record", "order": bytes(id_).hex(), "amount": amount}

    def _run(self, *words: object) -> str | None:
        """What a command printed; None where it was refused or the office not reached."""
        ended = subprocess.run(
            command(*words, "--store", self.folder), env=environment(), capture_output=True, text=True,
            stdin=subprocess.DEVNULL, encoding="utf-8", timeout=LONGEST_COMMAND_SECONDS, check=False,
        )  # fmt: skip
        if ended.returncode not in (0, 1, 3) or "Traceback" in ended.stderr:
            raise AssertionError(f"{words} ended with {ended.returncode}:\n{ended.stderr}")
        tell("command", str(words[0]), str(ended.returncode), ended.stderr.strip().replace("\n", " ")[-160:])
        return ended.stdout if ended.returncode == 0 else None


def tell(*words: str) -> None:
    print("\t".join(words), flush=True)


def orders_in(journal: Path) -> int:
    """How many orders stand in a journal, whose last line may be half of one."""
    return sum("order" in entry for entry in entries(journal))


def entries(journal: Path) -> Iterator[dict[str, Any]]:
    """What stands in a journal; a line on which its writer was killed counts as not written."""
    if not journal.exists():
        return
    for line in journal.read_text().splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--orders", type=int, required=True)
    parser.add_argument("--commands", type=int, default=1, help="percent of what is done by the real command")
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    given = parser.parse_args()
    done = orders_in(given.journal)
    with given.journal.open("a") as journal:
        if given.journal.stat().st_size:
            # A half line of one who was killed ends here.
            journal.write("\n")
        laptop = Laptop(given.folder, journal, random.Random(given.seed), given.day)
        try:
            laptop.work(done, given.commands, given.orders, map(int, sys.stdin))
        except HuokeError as error:
            tell("defect", type(error).__name__, error.template.format(**error.params))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
