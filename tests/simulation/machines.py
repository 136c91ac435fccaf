"""The machines of the simulated company: stores that can lose their power, laptops, the office, the line between.

Everything that a run must not leave to the world is put in here: the moments and the chance of which ids are made, the
clocks of the laptops, and the moment at which a machine dies.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import model.changes.forms
import model.changes.lifting
import model.changes.recording
import model.ids
import sync.exchanging
import sync.server.exchange
from model.changes.kind import Args
from model.changes.log import SCHEMA
from model.changes.recording import record
from model.errors import UnreachableError
from model.laptop import order_marks
from model.store import Store, meta, one, open_store, rows
from sync.client import Exchanged, exchange
from sync.errors import DeviceUnknown
from sync.protocol import decode_request, encode_frame
from sync.server.exchange import Office
from sync.server.storage import open_office, renew_epoch

OFFICE_FOLDER = "office"
# What an id is made of begins here; each further one is a millisecond later.
FIRST_ID_NS = 1_795_420_800_000_000_000
ID_STEP_NS = 1_000_000
FOUNDING_NS = 86_400_000_000_000
MOST_REQUESTS_KEPT = 40
NEXT_RELEASE = SCHEMA + 1


class PowerCut(BaseException):
    """A machine dies here. No code catches it: what was not committed is gone."""


class Ids:
    """The moments and the chance of which `model.ids` makes ids, the same in every run of a seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"ids {seed}")
        self._made = 0
        # The run goes on where the founding ended.
        self._first_ns = FIRST_ID_NS + (0 if seed < 0 else FOUNDING_NS)

    def time_ns(self) -> int:
        self._made += 1
        return self._first_ns + self._made * ID_STEP_NS

    def urandom(self, count: int) -> bytes:
        return self._chance.randbytes(count)


class ShownClock:
    """The clock from which a change is stamped with the moment at which it was recorded."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self, _zone: Any = None) -> datetime:
        return self.moment


@contextmanager
def own_chance(seed: int) -> Iterator[ShownClock]:
    """Inside, ids and recorded moments depend on the seed and on the simulated clocks alone."""
    ids, clock = Ids(seed), ShownClock()
    before = (model.ids.time, model.ids.os, model.ids._last_stamp, model.changes.recording.datetime)
    model.ids.time, model.ids.os, model.ids._last_stamp = ids, ids, 0  # type: ignore[assignment]
    model.changes.recording.datetime = clock  # type: ignore[assignment,misc]
    try:
        yield clock
    finally:
        model.ids.time, model.ids.os, model.ids._last_stamp, model.changes.recording.datetime = before


@contextmanager
def later_release() -> Iterator[None]:
    """Inside, the office is a release further than what the laptops wrote: every change is lifted.

    It sends documents only to a laptop that is as far.
    """
    lifting = (model.changes.lifting.lifted, model.changes.forms.lifted_as)
    before = [function.__defaults__ for function in lifting]
    office = (sync.server.exchange.SCHEMA, sync.server.exchange.OLDEST_READER)
    for function in lifting:
        function.__defaults__ = ({}, NEXT_RELEASE)
    sync.server.exchange.SCHEMA = sync.server.exchange.OLDEST_READER = NEXT_RELEASE
    try:
        yield
    finally:
        for function, defaults in zip(lifting, before, strict=True):
            function.__defaults__ = defaults
        sync.server.exchange.SCHEMA, sync.server.exchange.OLDEST_READER = office


@contextmanager
def of_release(form: int) -> Iterator[None]:
    """Inside, a laptop that exchanges has the Huoke of this release."""
    before = sync.exchanging.SCHEMA
    sync.exchanging.SCHEMA = form
    try:
        yield
    finally:
        sync.exchanging.SCHEMA = before


class Fuse:
    """Lets a store's power fail just before one of its next statements, a commit among them."""

    def __init__(self, store: Store) -> None:
        self._left: int | None = None
        self._cursor = store.database.cursor
        store.database.cursor = self._counted

    def arm(self, statements: int) -> None:
        self._left = statements

    def disarm(self) -> None:
        self._left = None

    @property
    def blown(self) -> bool:
        return self._left == 0

    def _counted(self, *args: Any, **named: Any) -> Any:
        if self._left is not None and self._left > 0:
            self._left -= 1
            if self._left == 0:
                raise PowerCut
        return self._cursor(*args, **named)


def quick(store: Store) -> Store:
    """Keep one connection, and do not wait for the disk: here power fails between statements, not in a write."""
    store.database._pragmas = [
        (name, 0 if name in ("synchronous", "fullfsync") else value) for name, value in store.database._pragmas
    ]
    store.database.connect(reuse_if_open=True)
    return store


def copied(store: Store, to: Path) -> None:
    """Copy a store's folder as it is at rest, everything in its one file."""
    store.close()
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(store.folder, to)
    store.database.connect()


class OfficeMachine:
    """The office's server: its store may die, and be put back from an old copy."""

    def __init__(self, folder: Path, today: Callable[[], date]) -> None:
        self.folder, self.today = folder, today
        self.restored = 0
        self._open()

    def _open(self) -> None:
        self.store = quick(open_office(f"sqlite:///{self.folder}"))
        self.fuse = Fuse(self.store)
        self.office = Office(self.store, now=self.now, day=self.today)

    def now(self) -> datetime:
        return datetime.combine(self.today(), time(9, 0), UTC)

    def reopen(self) -> None:
        """Start again after the power failed."""
        self.store.close()
        self._open()

    def back_up(self, to: Path) -> None:
        copied(self.store, to)

    def put_back(self, backup: Path) -> None:
        """Replace the store by an old copy, as an operator does: laptops must notice."""
        self.store.close()
        shutil.rmtree(self.folder)
        shutil.copytree(backup, self.folder)
        self._open()
        with self.store.use(), self.store.writing():
            renew_epoch()
        self.restored += 1

    def do(self, args: Args, person: bytes | None) -> Any:
        with self.store.use():
            return self.office.record_here(args, person)

    def knows(self, device: str) -> bool:
        """Whether a device of this code may come."""
        with self.store.use():
            return one("SELECT 1 FROM device WHERE code = ?", (device,)) is not None

    def v(self) -> int:
        with self.store.use():
            return int(rows("SELECT v FROM head")[0][0])


@dataclass
class Trouble:
    """What goes wrong in one exchange.

    Attributes:
        what: `none`, `request lost`, `answer lost`, `cut`, `repeated`, `repeated later`, `between`, `working`,
            `laptop dies`, `office dies`.
        at: after how many bytes or statements.
    """

    what: str = "none"
    at: int = 0


@dataclass
class Line:
    """The line of one laptop to the office, with its troubles.

    Attributes:
        between: what is done while an answer is on its way; whether the office has another state since.
    """

    office: OfficeMachine
    device: str
    kept: list[tuple[str, bytes]]
    trouble: Trouble = field(default_factory=Trouble)
    between: Callable[[], bool] = lambda: False
    disturbed: bool = False
    round_trips: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    skew_ms: int = 0
    public_key: str = ""

    def exchange(self, request: bytes) -> Iterator[bytes]:
        self.round_trips += 1
        self.bytes_up += len(request)
        if self.trouble.what == "request lost":
            raise UnreachableError("lost on its way")
        self.kept.append((self.device, request))
        del self.kept[:-MOST_REQUESTS_KEPT]
        if self.trouble.what == "repeated":
            for _bytes in self._answer(request):
                pass
        down = 0
        for some in self._answer(request):
            if self.trouble.what == "answer lost":
                raise UnreachableError("the answer was lost")
            if self.trouble.what == "cut" and down + len(some) > self.trouble.at:
                yield some[: self.trouble.at - down]
                raise UnreachableError("cut")
            down += len(some)
            self.bytes_down += len(some)
            yield some
            if self.trouble.what in ("between", "working") and self.between():
                self.disturbed = True
        if self.trouble.what == "repeated later":
            self.disturbed = True
            for _bytes in self._answer(request):
                pass

    def _answer(self, request: bytes) -> Iterator[bytes]:
        if not self.office.knows(self.device):
            raise DeviceUnknown("an office put back from an old copy does not know this name")
        try:
            for frame in self.office.office.exchange(self.device, decode_request(request)):
                yield encode_frame(frame)
        except PowerCut:
            if not self.office.fuse.blown:
                raise
            self.office.reopen()
            raise UnreachableError("the office died") from None


class Machine:
    """A salesperson's laptop.

    Args:
        skew: by how much its clock is wrong.

    Attributes:
        release: which its Huoke is of.
    """

    release = SCHEMA

    def __init__(
        self, name: str, folder: Path, office: OfficeMachine, kept: list[tuple[str, bytes]], skew: timedelta
    ) -> None:
        self.name, self.folder, self.office, self.skew = name, folder, office, skew
        self.kept = kept
        self._open()
        with self.store.use():
            self.person_code = meta("me")
            [(self.person, self.role)] = self._who() or [(b"", meta("person_role"))]

    def _who(self) -> list[tuple[Any, ...]]:
        with self.office.store.use():
            return rows("SELECT id, role FROM salesperson WHERE code = ?", (self.person_code,))

    def _open(self) -> None:
        self.store = quick(open_store(self.folder))
        self.fuse = Fuse(self.store)

    def reopen(self) -> None:
        """Start again after the power failed."""
        self.store.close()
        self._open()

    def now(self) -> datetime:
        return self.office.now() + self.skew

    @property
    def device(self) -> str:
        with self.store.use():
            return meta("device")

    def do(self, args: Args, day: date, clock: ShownClock) -> bytes:
        """Record a deed; the id of its change."""
        clock.moment = self.now()
        with self.store.use():
            record(args, person=self.person, on=day)
            found = one("SELECT uid FROM change WHERE device = ? ORDER BY number DESC LIMIT 1", (meta("device"),))
        assert found is not None
        return bytes(found[0])

    def changes(self) -> set[bytes]:
        """Every change that this laptop keeps."""
        with self.store.use():
            return {bytes(row[0]) for row in rows("SELECT uid FROM change")}

    def promised(self) -> set[bytes]:
        """The orders whose customers are told here that they are guaranteed."""
        with self.store.use():
            ids = [bytes(row[0]) for row in rows("SELECT order_id FROM lease_use")]
            return {id_ for id_, mark in order_marks(ids).items() if mark == "guaranteed"}

    def sync(self, trouble: Trouble, between: Callable[[], bool]) -> tuple[Exchanged, bool]:
        """One exchange.

        Returns:
            What it did, and whether the office went on meanwhile.

        Raises:
            LaptopTooOld: the office took what was done here and gave nothing.
        """
        line = Line(self.office, self.device, self.kept, trouble, between)
        try:
            if trouble.what == "laptop dies":
                self.fuse.arm(trouble.at)
            if trouble.what == "office dies":
                self.office.fuse.arm(trouble.at)
            with of_release(self.release):
                return exchange(self.store, line, now=self.now), line.disturbed
        except PowerCut:
            if self.office.fuse.blown:
                self.office.reopen()
            self.reopen()
            raise
        finally:
            self.fuse.disarm()
            self.office.fuse.disarm()

    def back_up(self, to: Path) -> None:
        copied(self.store, to)

    def put_back(self, backup: Path) -> None:
        self.store.close()
        shutil.rmtree(self.folder)
        shutil.copytree(backup, self.folder)
        self._open()
