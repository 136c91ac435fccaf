"""When all is quiet: what must hold of the office, of every laptop and of every journal, asked from the outside."""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from model.changes.arrivals import entered
from model.changes.lifting import lifted
from model.changes.log import Change
from model.credit import standing_on
from model.customers import blacklisted_on, terms_on
from model.duplicates import pooled_with
from model.leases import device_of
from model.settings import setting_on
from model.store import Store, execute_many, meta, open_store, rows, set_meta
from sync.server.push import judged_alone
from sync.server.storage import open_office
from tests.chaos.laptop import entries
from tests.chaos.laptops import Laptop
from tests.simulation import invariants
from tests.simulation.invariants import Violated
from tests.simulation.machines import quick
from tests.simulation.world import state_of

CHANGES_PER_TRANSACTION = 500
MINOR = 100
_MONEY = """
    SELECT r.number, r.amount, r.unallocated, a.taken FROM receipt r
    LEFT JOIN (SELECT source_id, SUM(amount) AS taken FROM allocation GROUP BY source_id) a ON a.source_id = r.id
    WHERE r.kind IN ('receipt', 'write_off', 'discount') AND r.voided = 0
        AND r.amount <> r.unallocated + COALESCE(a.taken, 0)
        AND NOT EXISTS (SELECT 1 FROM receipt v WHERE v.reverses_id = r.id AND v.voided = 0)
"""


@dataclass
class StoreOf:
    """A laptop's or the office's store, as the simulator's invariants look at one."""

    name: str
    role: str
    store: Store

    @property
    def device(self) -> str:
        with self.store.use():
            return meta("device")


@dataclass
class Findings:
    """What an inquiry found: numbers, and faults, of which there must be none."""

    numbers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def asking(self, what: str) -> Iterator[None]:
        """Whatever does not hold inside is a fault of this name; the inquiry goes on."""
        try:
            yield
        except (Violated, AssertionError) as fault:
            self.faults.append(f"{what}: {str(fault)[:1500]}")

    def none_of(self, what: str, found: list[Any]) -> None:
        if found:
            self.faults.append(f"{what}: {len(found)}, such as {found[:4]}")


def inquire(url: str, laptops: list[Laptop], day: date, folder: Path, tell: Callable[[str], None]) -> Findings:
    """Ask everything that can be asked of the stores themselves."""
    found = Findings()
    office = StoreOf("office", "server", open_office(url))
    machines = [StoreOf(laptop.code, laptop.role, open_store(laptop.folder)) for laptop in laptops]
    try:
        tell("the journals and the logs")
        _changes(office, machines, laptops, found)
        tell("the documents and the sums")
        _documents(office, laptops, found)
        tell("what each laptop holds")
        for machine in machines:
            _laptop(machine, office, day, found)
        tell("the log done again")
        with found.asking("the log done again"):
            _done_again(office.store, folder / "again", found)
    finally:
        for machine in machines:
            machine.store.close()
        office.store.close()
    return found


def _changes(office: StoreOf, machines: list[StoreOf], laptops: list[Laptop], found: Findings) -> None:
    """Every change that was promised is at the office once, with its outcome, and no other is."""
    with office.store.use():
        log = {
            bytes(uid): (device, number, bytes(chain), status)
            for uid, device, number, chain, status in rows(
                "SELECT c.uid, c.device, c.number, c.chain, a.status FROM change c LEFT JOIN arrival a ON a.uid = c.uid"
            )
        }
        counted = rows("SELECT COUNT(*) FROM change")[0][0]
        repeated = rows("SELECT device, number FROM repeated")
        quarantined = rows("SELECT kind, reason FROM quarantine")
        again = rows("SELECT code, incarnation_of FROM device WHERE incarnation_of <> ''")
    found.numbers["changes at the office"] = counted
    for status, count in Counter(entry[3] for entry in log.values()).items():
        found.numbers[f"of them {status}"] = count
    found.none_of("changes that stand twice", [] if counted == len(log) else [counted - len(log)])
    found.none_of("changes without an outcome", [uid.hex() for uid, entry in log.items() if entry[3] is None])
    found.none_of("changes pushed again under another number", repeated)
    found.none_of("changes in quarantine", quarantined)
    found.none_of("laptops that had to begin another past", again)
    for laptop in laptops:
        promised = [bytes.fromhex(entry["uid"]) for entry in entries(laptop.journal)]
        found.numbers["changes in the journals"] += len(promised)
        found.none_of(f"{laptop.code}: promised twice", [uid.hex() for uid, n in Counter(promised).items() if n > 1])
        found.none_of(f"{laptop.code}: promised and lost", [uid.hex() for uid in promised if uid not in log])
    for machine in machines:
        with machine.store.use():
            device = meta("device")
            own = {
                bytes(uid): (device, number, bytes(chain))
                for uid, number, chain in rows("SELECT uid, number, chain FROM change WHERE device = ?", (device,))
            }
        there = {uid: entry[:3] for uid, entry in log.items() if entry[0] == device}
        found.none_of(f"{machine.name}: its log is not the office's", sorted(own.items() ^ there.items())[:4])


def _documents(office: StoreOf, laptops: list[Laptop], found: Findings) -> None:
    """The orders and the money are those of the journals, and the balances are their sums."""
    with office.store.use():
        orders = {bytes(id_): amount for id_, amount in rows("SELECT id, amount FROM orders")}
        receipts = {bytes(id_): amount for id_, amount in rows("SELECT id, amount FROM receipt")}
        refused = {bytes(uid) for (uid,) in rows("SELECT uid FROM arrival WHERE status = 'refused'")}
        made_twice = rows(
            "SELECT change_uid, COUNT(*) FROM orders WHERE change_uid NOT IN (SELECT uid FROM change"
            " WHERE kind = 'import.batch') GROUP BY change_uid HAVING COUNT(*) > 1"
        )
        paid_twice = rows("SELECT change_uid, COUNT(*) FROM receipt GROUP BY change_uid HAVING COUNT(*) > 1")
        kept = {bytes(id_): balance for id_, balance in rows("SELECT customer_id, balance FROM customer_total")}
        summed = _balances()
        not_adding_up = rows(_MONEY)
    found.none_of("money that is neither allocated nor unallocated", not_adding_up)
    found.none_of("orders made twice by one change", made_twice)
    found.none_of("receipts made twice by one change", paid_twice)
    found.numbers["orders at the office"] = len(orders)
    found.numbers["receipts at the office"] = len(receipts)
    for laptop in laptops:
        for what, there in (("order", orders), ("receipt", receipts)):
            told = [entry for entry in entries(laptop.journal) if what in entry]
            found.numbers[f"{what}s in the journals"] += len(told)
            wrong = [
                entry
                for entry in told
                if there.get(bytes.fromhex(entry[what])) != entry["amount"]
                and bytes.fromhex(entry["uid"]) not in refused
            ]
            found.none_of(f"{laptop.code}: {what}s that are not as promised", wrong)
            found.numbers[f"{what}s promised, minor units"] += sum(entry["amount"] for entry in told)
    differing = [
        (id_.hex(), kept.get(id_, 0), summed.get(id_, 0))
        for id_ in kept.keys() | summed.keys()
        if kept.get(id_, 0) != summed.get(id_, 0)
    ]
    found.none_of("balances that are not the sum of the documents", differing)
    found.numbers["owed in all, minor units"] = sum(kept.values())


def _balances() -> dict[bytes, int]:
    """What every customer owes, added up from the bare documents."""
    found: dict[bytes, int] = defaultdict(int)
    for customer, kind, amount in rows("SELECT customer_id, kind, amount FROM orders WHERE state = 'confirmed'"):
        found[bytes(customer)] += -amount if kind == "return" else amount
    money = rows("SELECT id, customer_id, kind, amount, reverses_id FROM receipt WHERE voided = 0")
    out = {bytes(id_) for id_, _customer, kind, _amount, _reverses in money if kind == "refund"}
    for _id, customer, kind, amount, reverses in money:
        if kind == "refund":
            found[bytes(customer)] += amount
        elif kind == "reversal":
            found[bytes(customer)] += -amount if bytes(reverses) in out else amount
        else:
            found[bytes(customer)] -= amount
    return found


def _laptop(machine: StoreOf, office: StoreOf, day: date, found: Findings) -> None:
    with machine.store.use():
        unsent = rows("SELECT number FROM change WHERE number > ?", (int(meta("acknowledged", "0")),))
    found.none_of(f"{machine.name}: still to be sent", unsent)
    with found.asking(f"{machine.name} is the office's projection"):
        invariants.laptop_is_projection(machine, office, day)  # type: ignore[arg-type]
    with found.asking(f"{machine.name} holds only what it may see"):
        invariants.nothing_out_of_scope(machine, office, day)  # type: ignore[arg-type]
    with found.asking(f"{machine.name}'s leases"):
        invariants.leases_agree(machine, office)  # type: ignore[arg-type]
    with found.asking(f"{machine.name}'s money"):
        invariants.money_adds_up(machine.store, day, machine.name)


@dataclass
class Credit:
    """What the log, done again, has confirmed and lent so far; amounts in minor units."""

    confirmed: set[bytes] = field(default_factory=set)
    used: dict[bytes, int] = field(default_factory=dict)
    granted: dict[bytes, int] = field(default_factory=dict)


def _done_again(office: Store, folder: Path, found: Findings) -> None:
    """The office's log done again gives the office's documents, and no step of it gave credit that was not there."""
    shutil.rmtree(folder, ignore_errors=True)
    with office.use():
        log = rows(
            "SELECT c.uid, a.status, a.v, a.place FROM change c JOIN arrival a ON a.uid = c.uid ORDER BY a.v, a.place"
        )
        changes = {change.uid: change for change in Change.select()}
        company = meta("company")
        files = rows("SELECT sha256, name, content FROM import_file")
    store = quick(open_office(f"sqlite:///{folder}", create=True))
    with store.use(), store.writing():
        set_meta("company", company)
        execute_many("INSERT INTO import_file (sha256, name, content) VALUES (?, ?, ?)", files)
    credit = Credit()
    for start in range(0, len(log), CHANGES_PER_TRANSACTION):
        with store.use(), store.writing():
            for uid, status, v, place in log[start : start + CHANGES_PER_TRANSACTION]:
                change = changes[bytes(uid)]
                fared = judged_alone(change)
                # Which of two orders came first counts for what follows.
                entered(change, fared, v=v, place=place, received_at="")
                if fared.status != status:
                    raise Violated(14, f"{change.kind} {change.uid.hex()} fared {status}, done again {fared.status}")
                _credit_was_there(change, fared.touched, credit, found)
    with store.use():
        unnoticed = {bytes(row[0]) for row in rows("SELECT id FROM orders WHERE state = 'confirmed'")}
    found.none_of("orders confirmed without being announced", sorted(unnoticed - credit.confirmed)[:4])
    found.numbers["changes done again"] = len(log)
    there, again = (
        {key: body for key, body in state_of(each).items() if key[0] != "figure"} for each in (office, store)
    )
    store.close()
    differing = [key for key in there.keys() | again.keys() if there.get(key) != again.get(key)]
    found.none_of("documents that the log does not give", [(kind, id_.hex()) for kind, id_ in differing])


def _credit_was_there(change: Change, touched: Any, credit: Credit, found: Findings) -> None:
    """Invariant 5 after one change: nobody became a debtor beyond limit and leases but by a person's release."""
    released = lifted(change).order if change.kind == "order.release" else None
    fresh: dict[bytes, list[tuple[bytes, int]]] = defaultdict(list)
    for kind, id_ in sorted(touched.documents):
        if kind != "order":
            continue
        [(customer, state, what, open_amount)] = rows(
            "SELECT customer_id, state, kind, open_amount FROM orders WHERE id = ?", (id_,)
        ) or [(b"", "", "", 0)]
        if state != "confirmed":
            credit.confirmed.discard(id_)
        elif id_ not in credit.confirmed:
            credit.confirmed.add(id_)
            if what == "sale" and open_amount > 0 and id_ != released and change.kind != "import.batch":
                fresh[bytes(customer)].append((id_, open_amount))
    for customer, orders in fresh.items():
        _not_beyond(change, customer, orders, credit, found)
    for customer in touched.customers:
        [(used, granted)] = rows(
            "SELECT COALESCE(SUM(used), 0), COALESCE(SUM(granted), 0) FROM lease WHERE customer_id = ?", (customer,)
        )
        if granted > credit.granted.get(customer, 0):
            _not_lent_beyond(change, customer, found)
        credit.used[customer], credit.granted[customer] = used, granted


def _not_beyond(
    change: Change, customer: bytes, orders: list[tuple[bytes, int]], credit: Credit, found: Findings
) -> None:
    day = change.business_date
    found.numbers["orders confirmed on credit"] += len(orders)
    if blacklisted_on(customer, day) and setting_on("blacklisted_may_prepay", day) != "yes":
        found.faults.append(f"{change.kind} {change.uid.hex()} gave credit to the blacklisted {customer.hex()}")
    [(used,)] = rows("SELECT COALESCE(SUM(used), 0) FROM lease WHERE customer_id = ?", (customer,))
    lent_now = used - credit.used.get(customer, 0)
    if sum(amount for _id, amount in orders) <= lent_now:
        return
    pool = pooled_with(customer)
    others = min(_left(customer, device_of(_recording(id_))) for id_, _amount in orders)
    limit = max(terms_on(each, day).credit_limit for each in (customer, *pool))
    exposure = _balance(customer) + others + sum(max(0, _balance(each)) for each in pool)
    if exposure > max(limit, 0) + lent_now:
        found.faults.append(f"{change.kind} {change.uid.hex()} took {customer.hex()} to {exposure} over {limit}")


def _not_lent_beyond(change: Change, customer: bytes, found: Findings) -> None:
    found.numbers["times credit was lent"] += 1
    standing = standing_on(customer, change.business_date)
    lent = _left(customer, "")
    if standing.blacklisted or standing.overdue or max(0, standing.balance) + lent > standing.credit_limit:
        found.faults.append(f"{change.kind} lent {lent} of {customer.hex()}, who stands at {standing}")


def _left(customer: bytes, without: str) -> int:
    [(left,)] = rows(
        "SELECT COALESCE(SUM(granted - used - returned), 0) FROM lease WHERE customer_id = ? AND device <> ?"
        " AND granted > used + returned",
        (customer, without),
    )
    return int(left)


def _balance(customer: bytes) -> int:
    found = rows("SELECT balance FROM customer_total WHERE customer_id = ?", (customer,))
    return int(found[0][0]) if found else 0


def _recording(order: bytes) -> bytes:
    [(uid,)] = rows("SELECT change_uid FROM orders WHERE id = ?", (order,))
    return bytes(uid)


def reported_balance(printed: str) -> int:
    """The sum of the balances that `huoke server report balance --format json` printed, in minor units."""
    total = 0
    for row in json.loads(printed):
        whole, _point, part = row["balance"].partition(".")
        minor = abs(int(whole)) * MINOR + int(part or 0)
        total += -minor if whole.startswith("-") else minor
    return total
