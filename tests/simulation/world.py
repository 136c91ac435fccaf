"""One run of the simulator: a seed decides who does what, what goes wrong, and when; the invariants watch."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import sync.exchanging
from model import synced
from model.changes.company import SetSetting
from model.changes.customers import EditCustomer, FieldEdit
from model.changes.log import SCHEMA
from model.errors import HuokeError, UnreachableError
from model.store import Store, execute, meta, one, rows
from sync.exchanging import LaptopTooOld
from sync.protocol import decode_request
from sync.server.storage import open_office
from tests.simulation import invariants
from tests.simulation.deeds import OFFICE, SALES, WITHOUT_LAPTOP, Desk, some_deed
from tests.simulation.history import replayed_state
from tests.simulation.invariants import Violated
from tests.simulation.machines import (
    NEXT_RELEASE,
    OFFICE_FOLDER,
    Machine,
    OfficeMachine,
    PowerCut,
    ShownClock,
    Trouble,
    later_release,
    own_chance,
)
from tests.sync.offices import FIRST_DAY, Company

STEPS = 70
MOST_ROUNDS = 14
MOST_CLONES = 2
SALESPEOPLE = ("A", "B", "C")
MANAGER = "M"
# Small, so that a few documents already are several pages, batches and readings.
SMALL_PAGE, SMALL_READING = 4, 9
SMALL_BATCH = 3
FOUNDING = -1
# In one run of so many what laptops wrote is of a release before the office's, and one of them is updated too late.
EVERY_LATER_RELEASE = 6
# In one run of so many nothing but credit moves, and every promise counts.
EVERY_TRADING = 3
YEARS_DAYS = 365
TROUBLES = (
    "request lost", "answer lost", "cut", "repeated", "repeated later", "between", "working", "laptop dies",
    "office dies",
)  # fmt: skip


@dataclass
class Founded:
    """A company as it begins, kept to be copied for every run.

    Attributes:
        empty: an office's folder in which nothing happened yet.
    """

    folder: Path
    empty: Path
    laptops: dict[str, Path]


def scratch() -> Path:
    """A folder for runs, in memory where the machine has such a place."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="huoke-simulation-", dir=memory if memory.is_dir() else None))


def found_company(folder: Path) -> Founded:
    """Begin the simulated company: people, goods, customers of every sort, four laptops that never synced."""
    with own_chance(FOUNDING):
        company = Company(folder / "company")
        for code in SALESPEOPLE:
            company.person(code)
        company.person(MANAGER, "manager")
        company.person(WITHOUT_LAPTOP)
        company.product("P1", price=100, cost=80, floor=90)
        company.product("P2", price=50, cost=30)
        company.product("P3", price=200, cost=None)
        for code, owner, limit in (
            ("A1", "A", 1000), ("A2", "A", 5000), ("B1", "B", 1000), ("B2", "B", 0), ("C1", "C", 3000),
            ("D1", WITHOUT_LAPTOP, 1000), ("POOL1", None, 1000), ("POOL2", None, 0),
        ):  # fmt: skip
            company.customer(code, owner, limit=limit, days=10)
        company.customer("WALKIN", retail=True)
        # Two of the pool that are probably one: until somebody decides, they share one limit.
        for code in ("TWIN1", "TWIN2"):
            twin = company.customer(code, limit=1000, days=10)
            company.at_office(
                EditCustomer(customer=twin, version=1, edits={"phone": FieldEdit(before="", after="010-62559999")})
            )
        company.at_office(SetSetting(name="offline_days", from_date=date(2026, 1, 1), value="365"))
        laptops = {}
        for code in (*SALESPEOPLE, MANAGER):
            laptop = company.laptop(code, name=f"laptop-{code}")
            with laptop.store.use(), laptop.store.writing():
                # What the first exchange tells it; a simulated laptop is opened before that.
                execute("UPDATE meta SET value = ? WHERE name = 'me'", (code,))
            laptop.store.close()
            laptops[code] = laptop.store.folder
        company.store.close()
        open_office(f"sqlite:///{folder / 'empty'}", create=True).close()
    return Founded(folder / "company", folder / "empty", laptops)


@dataclass
class World:
    """One run.

    Args:
        skewed: whether the laptops' clocks are wrong.
        troubled: whether anything goes wrong between the machines.
        only_trades: whether a few customers buy and pay all the time, from machines of which there are no copies.
        two_releases: whether the office is of a later release, and one laptop for a while too old to pull.
    """

    founded: Founded
    folder: Path
    seed: int
    clock: ShownClock
    skewed: bool = True
    troubled: bool = True
    only_trades: bool = False
    two_releases: bool = False
    day: date = FIRST_DAY
    told: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    acknowledged: set[bytes] = field(default_factory=set)
    recorded: dict[str, set[bytes]] = field(default_factory=dict)
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    promised: dict[bytes, Machine] = field(default_factory=dict)
    # A copy of a laptop holds the same leases: what these promise may not hold.
    copied: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"run {self.seed}")
        self.skews = random.Random(f"skews {self.seed}")
        shutil.copytree(self.founded.folder, self.folder)
        self.office = OfficeMachine(self.folder / OFFICE_FOLDER, lambda: self.day)
        self.machines = [self._machine(code, self.folder / path.name) for code, path in self.founded.laptops.items()]
        self.backups: dict[str, Path] = {}
        self.releases = random.Random(f"releases {self.seed}")
        self._update_all()
        self.seen_people = {machine.person_code: machine.person for machine in self.machines}

    def _machine(self, name: str, folder: Path) -> Machine:
        skew = timedelta(days=self.skews.choice((0, 0, 1, -1, 3, -3)) * YEARS_DAYS, seconds=self.skews.randrange(999))
        return Machine(name, folder, self.office, self.kept, skew if self.skewed else timedelta())

    def run(self, steps: int) -> None:
        """Let things happen, then let everybody sync until nothing moves, and look at everything."""
        for machine in self.machines:
            if self.chance.randrange(10) < 7:
                self.sync(machine, Trouble())
        if self.troubled and self.chance.randrange(2):
            self._back_up(self.chance.choice(self.machines))
            self._back_up_office()
        falls_behind, is_updated = self.releases.randrange(steps // 2), steps // 2 + self.releases.randrange(steps // 2)
        for step in range(steps):
            if self.two_releases and step == falls_behind:
                self.releases.choice(self.machines).release = SCHEMA
            if step == is_updated:
                self._update_all()
            self._step()
        self._update_all()
        self.drain()
        self.look_at_rest()

    def _update_all(self) -> None:
        """Every laptop gets the office's release."""
        for machine in self.machines:
            machine.release = NEXT_RELEASE if self.two_releases else SCHEMA

    # --- what happens

    def _step(self) -> None:
        copies = self.troubled and not self.only_trades
        [happening] = self.chance.choices(
            [self._laptop_deed, self._office_deed, self._sync, self._next_day, self._rare, self._stale],
            [46, 14, 28, 4, 6 if copies else 0, 3 if self.troubled else 0],
        )
        happening()

    def _laptop_deed(self) -> None:
        self._deed_at(self.chance.choice(self.machines))

    def _deed_at(self, machine: Machine) -> None:
        role = OFFICE if machine.role != SALES else SALES
        with machine.store.use():
            if meta("cursor") == "":
                self._tell(machine.name, "has never synced")
                return
            desk = Desk(machine.person, role, self.day, self.chance, only_trades=self.only_trades)
            name, args = self._made(desk)
        if args is None:
            return
        try:
            self.recorded.setdefault(machine.name, set()).add(machine.do(args, self.day, self.clock))
            self.promised.update(dict.fromkeys(machine.promised(), machine))
            self._tell(machine.name, name, "done")
        except HuokeError as refusal:
            self._tell(machine.name, name, f"refused: {refusal}")

    def _office_deed(self) -> bool:
        with self.office.store.use():
            person = self.seen_people[MANAGER] if self.chance.randrange(2) else None
            desk = Desk(person, OFFICE, self.day, self.chance, is_server=True, only_trades=self.only_trades)
            name, args = self._made(desk)
        if args is None:
            return False
        try:
            self.office.do(args, person)
            self._tell("office", name, "done")
        except HuokeError as refusal:
            self._tell("office", name, f"refused: {refusal}")
        return True

    def _made(self, desk: Desk):  # type: ignore[no-untyped-def]
        try:
            return some_deed(desk)
        except HuokeError as refusal:
            return f"nothing ({refusal})", None

    def _sync(self) -> None:
        machine = self.chance.choice(self.machines)
        trouble = Trouble()
        if self.troubled and self.chance.randrange(100) < 45:
            what = self.chance.choice(TROUBLES)
            most = {"cut": 6000, "laptop dies": 500, "office dies": 400}.get(what, 1)
            trouble = Trouble(what, 1 + int(most ** self.chance.random()))
        self.sync(machine, trouble)

    def sync(self, machine: Machine, trouble: Trouble) -> bool:
        """One exchange of a laptop; whether anything moved."""
        v = self.office.v()
        try:
            done, disturbed = machine.sync(trouble, lambda: self._between(machine, trouble))
        except PowerCut:
            self._tell(machine.name, "sync", f"{trouble.what} at {trouble.at}: died")
            return True
        except LaptopTooOld:
            self._tell(machine.name, "only push", f"{trouble.what}: too old to pull")
            self._hear(machine)
            return True
        except UnreachableError as error:
            if trouble.what == "none":
                raise Violated(9, f"{machine.name} does not get through: {error}") from error
            self._tell(machine.name, "sync", f"{trouble.what} at {trouble.at}: {error}")
            return True
        self._tell(machine.name, "sync", f"{trouble.what}: pushed {done.pushed}, pulled {done.rows_pulled}")
        self._hear(machine)
        if not disturbed and trouble.what != "repeated later":
            invariants.laptop_is_projection(machine, self.office, self.day)
        # The first exchange gives what changed; the laptop's own push comes back to it once more.
        return bool(done.pushed or done.rows_pulled or self.office.v() != v)

    def _between(self, machine: Machine, trouble: Trouble) -> bool:
        """While an answer is on its way the office goes on, or whoever sits at the laptop does."""
        if self.chance.randrange(3):
            return False
        if trouble.what == "between":
            return self._office_deed()
        self._deed_at(machine)
        return False

    def _hear(self, machine: Machine) -> None:
        with machine.store.use():
            heard = {
                bytes(row[0])
                for row in rows(
                    "SELECT uid FROM change WHERE device = ? AND number <= ?",
                    (meta("device"), int(meta("acknowledged", "0"))),
                )
            }
        invariants.acknowledged_is_kept(self.office, heard)
        self.acknowledged |= heard

    def _next_day(self) -> None:
        self.day += timedelta(days=self.chance.choice((1, 1, 1, 2, 7, 12)))
        self._tell("everybody", "next day", self.day.isoformat())

    def _stale(self) -> None:
        """A request of long ago arrives once more."""
        if not self.kept:
            return
        device, request = self.chance.choice(self.kept)
        if not self.office.knows(device):
            return
        for _frame in self.office.office.exchange(device, decode_request(request)):
            pass
        self._tell(device, "stale request", "arrives again")

    def _rare(self) -> None:
        machine = self.chance.choice(self.machines)
        what = self.chance.choice(
            ("back up laptop", "put back laptop", "put back laptop", "clone laptop", "back up office",
             "put back office")
        )  # fmt: skip
        if what == "put back laptop":
            machine = self.chance.choice([each for each in self.machines if each.name in self.backups] or [machine])
            what = what if machine.name in self.backups else "back up laptop"
        if what == "back up laptop":
            self._back_up(machine)
        elif what == "put back laptop" and machine.name in self.backups:
            machine.put_back(self.backups[machine.name])
            self.copied.add(machine.person_code)
            # What was done since and not sent went with the disk.
            self.recorded[machine.name] = self.recorded.get(machine.name, set()) & machine.changes()
            self._tell(machine.name, what)
            if self.chance.randrange(2):
                # Whoever puts a copy back looks first whether the office is reached.
                self.sync(machine, Trouble())
            return
        elif what == "clone laptop" and len(self.machines) < 4 + MOST_CLONES:
            name = f"{machine.name}'"
            if any(each.name == name for each in self.machines):
                return
            machine.back_up(self.folder / name)
            self.copied.add(machine.person_code)
            copy = self._machine(name, self.folder / name)
            copy.release = machine.release
            self.machines.append(copy)
        elif what == "back up office":
            self._back_up_office()
        elif what == "put back office" and "office" in self.backups:
            self.office.put_back(self.backups["office"])
            self.copied |= {each.person_code for each in self.machines}
            with self.office.store.use():
                there = {bytes(row[0]) for row in rows("SELECT uid FROM change")}
            # What is gone counts again from when a laptop that still has it was told so again.
            self.acknowledged &= there
        else:
            return
        self._tell(machine.name, what, "")

    def _back_up(self, machine: Machine) -> None:
        backup = self.folder / f"backup-{machine.name}"
        machine.back_up(backup)
        self.backups[machine.name] = backup

    def _back_up_office(self) -> None:
        self.office.back_up(self.folder / "backup-office")
        self.backups["office"] = self.folder / "backup-office"

    # --- when all is quiet

    def drain(self) -> None:
        """9: Everybody syncs in turn until nothing moves any more."""
        for _round in range(MOST_ROUNDS):
            moved = [machine.name for machine in self.machines if self.sync(machine, Trouble())]
            if not moved:
                return
        raise Violated(9, f"still moving after {MOST_ROUNDS} rounds: {moved}")

    def look_at_rest(self) -> None:
        """Every invariant that can be looked at when nothing moves."""
        office, day = self.office, self.day
        invariants.nothing_unexpected(office)
        for machine in self.machines:
            with machine.store.use():
                unsent = one(
                    "SELECT COUNT(*) FROM change WHERE device <> ? OR number > ?",
                    (meta("device"), int(meta("acknowledged", "0"))),
                )
            if unsent != (0,):
                raise Violated(9, f"{machine.name} still has {unsent} changes to send")
            invariants.acknowledged_is_kept(office, machine.changes() | self.recorded.get(machine.name, set()))
            invariants.outcomes_are_told(machine, office)
            invariants.nothing_out_of_scope(machine, office, day)
            invariants.leases_agree(machine, office)
            invariants.merged_are_empty(machine.store, machine.name)
            invariants.money_adds_up(machine.store, day, machine.name)
            invariants.totals_are_recomputed(machine.store, machine.name)
        invariants.acknowledged_is_kept(office, self.acknowledged)
        invariants.applied_once(office)
        invariants.nothing_waits_in_vain(office, day)
        invariants.feed_is_scope(office, day)
        invariants.merged_are_empty(office.store, "the office")
        invariants.money_adds_up(office.store, day, "the office")
        invariants.totals_are_recomputed(office.store, "the office")
        promised = {id_ for id_, machine in self.promised.items() if machine.person_code not in self.copied}
        self.counted["promised orders"] += len(promised)
        replayed_state(office, self.founded.empty, self.folder / "again", promised)

    def close(self) -> None:
        for machine in self.machines:
            machine.store.close()
        self.office.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tell(self, who: str, what: str, how: str = "") -> None:
        self.counted[what] += 1
        self.told.append(f"{len(self.told):03} {who:9} {what:16} {how}")


@contextmanager
def small_pages() -> Iterator[None]:
    """Inside, pages, readings and batches are small, so that few documents already make several."""
    before = sync.exchanging.MOST_CHANGES
    sync.exchanging.MOST_CHANGES = SMALL_BATCH
    try:
        with invariants.page_sizes(SMALL_PAGE, SMALL_READING):
            yield
    finally:
        sync.exchanging.MOST_CHANGES = before


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `fault` is None where everything held."""

    seed: int
    operations: int
    counted: Counter[str]
    told: tuple[str, ...]
    fault: BaseException | None
    state: dict[tuple[str, bytes], bytes] = field(default_factory=dict)

    def without_state(self) -> Outcome:
        """What another process is told; an error goes as its words."""
        fault = None if self.fault is None else Violated(getattr(self.fault, "number", 0), repr(self.fault))
        return replace(self, state={}, fault=fault)

    def __str__(self) -> str:
        story = "\n".join(self.told)
        return f"seed {self.seed}\n{story}\n{type(self.fault).__name__}: {self.fault}"


def run_seed(
    founded: Founded, folder: Path, seed: int, *, steps: int = STEPS, skewed: bool = True, troubled: bool = True
) -> Outcome:
    """One run from its seed; whatever does not hold is its fault."""
    two_releases = seed % EVERY_LATER_RELEASE == 0
    release = later_release() if two_releases else nullcontext()
    with own_chance(seed) as clock, small_pages(), release:
        only_trades = seed % EVERY_TRADING == EVERY_TRADING - 1
        world = World(founded, folder / f"run-{seed}", seed, clock, skewed, troubled, only_trades, two_releases)
        fault: BaseException | None = None
        state: dict[tuple[str, bytes], bytes] = {}
        try:
            world.run(steps)
            state = state_of(world.office.store)
        except (Exception, PowerCut) as error:
            fault = error
        finally:
            world.close()
    return Outcome(seed, len(world.told), world.counted, tuple(world.told), fault, state)


def state_of(store: Store) -> dict[tuple[str, bytes], bytes]:
    """Every document of a store."""
    with store.use():
        return {
            (kind, id_): body
            for kind in synced.KINDS
            for id_, body in synced.read_documents(kind, synced.all_ids(kind)).items()
        }
