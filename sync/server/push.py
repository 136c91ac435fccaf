"""A laptop's changes arrive: each exactly once, in its device's order, judged under its customers' locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import msgspec
import peewee

from model.changes import KINDS
from model.changes.about import customers_about
from model.changes.arrivals import Arrival, Judged, arrive, context_of, entered
from model.changes.bounds import check_bounds
from model.changes.lifting import lifted
from model.changes.log import Change
from model.changes.recording import chained
from model.errors import N_, InputError
from model.notices import notify
from model.store import current, execute, one, rows
from model.touched import Touched, collecting
from sync.protocol import ChangeSent, Result
from sync.server.scope import feed_rows, write_feed
from sync.server.storage import MOST_ATTEMPTS, is_transient, lock_customers, next_v, on_postgresql

LONGEST_REASON = 500
# Never a laptop's: whatever customers they name, there is nothing to lock for them.
KINDS_OF_THE_OFFICE = ("lease.lend", "lease.return", "credit.rejudge", "import.batch", "pool.return", "pool.warn")


@dataclass
class DeviceRow:
    """A device as the server knows it, its row locked.

    Attributes:
        last_number, chain: the last of its changes that the server has, and the chain there.
        status, active: of the device, and whether its person works here.
        lent_v, lent_on: up to which version, and on which business date, its leases were last reckoned.
    """

    code: str
    person: bytes
    role: str
    status: str
    last_number: int
    chain: bytes
    incarnation_of: str
    lent_v: int
    lent_on: str
    active: bool


@dataclass(frozen=True)
class Pushed:
    """What became of a batch: `ok`, `need` (changes before it are missing) or `fork` (the device's past differs)."""

    standing: str
    results: list[Result]
    touched: Touched
    judged: list[tuple[Change, Judged]]


class LargerSetOfCustomers(Exception):
    """A rule met customers that were not locked: the transaction begins again with these too."""

    def __init__(self, customers: set[bytes]) -> None:
        self.customers = customers
        super().__init__(f"{len(customers)} more customers to lock")


def push(
    device: DeviceRow,
    *,
    first: int,
    chain: bytes,
    sent: Sequence[ChangeSent],
    schema: int,
    day: date,
    also_lock: set[bytes],
) -> Pushed:
    """Take a batch of changes, inside a transaction that holds the device's row.

    Args:
        chain: of the change before the first.
        schema: the form of their arguments.
        day: the office's business date, on which they are judged.
        also_lock: customers that an earlier try met, or that the same transaction will need.

    Raises:
        LargerSetOfCustomers: begin the transaction again, locking these too.
    """
    if first > device.last_number + 1:
        return Pushed("need", [], Touched(), [])
    if first < 1 or chain != _chain_at(device, first - 1):
        return Pushed("fork", [], Touched(), [])
    changes = _changes(device, first, chain, sent, schema, day)
    known = [change for change in changes if change.number <= device.last_number]
    results = []
    for change in known:
        stored = _stored_result(change)
        if stored is None:
            return Pushed("fork", [], Touched(), [])
        results.append(stored)
    fresh = changes[len(known) :]
    locked = customers_of(fresh) | also_lock
    lock_customers(locked)
    if on_postgresql():
        # While the locks were waited for, a merge or a new duplicate may have made them too few.
        require_locked(customers_of(fresh), locked)
    touched = Touched()
    judged: list[tuple[Change, Judged]] = []
    _judge_all(fresh, touched, judged, results)
    require_locked(touched.customers, locked)
    if fresh:
        device.last_number, device.chain = fresh[-1].number, fresh[-1].chain
    return Pushed("ok", results, touched, judged)


def _judge_all(
    fresh: Sequence[Change], touched: Touched, judged: list[tuple[Change, Judged]], results: list[Result]
) -> None:
    """Judge changes one after another; what each wrote and how it fared is added to what is given."""
    known = _uids_known(fresh)
    for change in fresh:
        before = _recorded(change.uid) if change.uid in known else None
        known.add(change.uid)
        if before is not None:
            # The laptop pushes again what it did under another number: known, so nothing is done.
            execute(
                "INSERT INTO repeated (device, number, uid, chain) VALUES (?, ?, ?, ?)",
                (change.device, change.number, change.uid, change.chain),
            )
            results.append(Result(change.number, *before))
            continue
        fared = judged_alone(change)
        touched.documents |= fared.touched.documents
        touched.customers |= fared.touched.customers
        judged.append((change, fared))
        results.append(Result(change.number, fared.status, fared.template, fared.params))


def judged_alone(change: Change) -> Judged:
    """Judge one change in a savepoint of its own: what goes wrong unexpectedly puts it into quarantine.

    Raises:
        Exception: what another try can mend (a serialization failure, a lost connection).
    """
    try:
        for _attempt in range(MOST_ATTEMPTS - 1):
            try:
                with current().database.atomic():
                    return _seen_to(change)
            except peewee.IntegrityError:
                # Another transaction took the same code or number a moment ago: now the rule sees it.
                continue
        with current().database.atomic():
            return _seen_to(change)
    except Exception as error:
        if is_transient(error):
            raise
        return quarantined(change, f"{type(error).__name__}: {error}")


def _seen_to(change: Change) -> Judged:
    """Judge a change, and put one that cannot be read before the office's people."""
    fared = arrive(change)
    if fared.status != "quarantined":
        return fared
    put_aside(change, fared.template.format(**fared.params))
    return replace(fared, touched=_told_of(change))


def quarantined(change: Change, reason: str) -> Judged:
    """Keep a change that could not be judged, for a person; its number counts, its effect does not."""
    put_aside(change, reason)
    change.insert_new()
    fared = Judged("quarantined", N_("The office could not judge this: it is kept, and a person will look at it."))
    entered(change, fared, v=0, place=0, received_at="")
    return replace(fared, touched=_told_of(change))


def _told_of(change: Change) -> Touched:
    """Tell the office's people that a change was put aside."""
    with collecting() as touched:
        notify(
            context_of(change), None, change.kind,
            N_("{change} of device {device} could not be judged and was put aside: its number is {number}."),
            about=f"{change.device} {change.number}", change=change.kind, device=change.device, number=change.number,
        )  # fmt: skip
    return touched


def put_aside(change: Change, reason: str) -> None:
    """Keep a change for a person, under the next place in the quarantine."""
    readable = "".join(sign if sign.isprintable() else "?" for sign in reason[:LONGEST_REASON])
    # Two at once take the same place; the later transaction is done again, as where two take one number.
    execute(
        "INSERT INTO quarantine (place, uid, device, number, kind, args, schema, recorded_at, reason, received_at)"
        " SELECT COALESCE(MAX(place), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM quarantine",
        (
            change.uid, change.device, change.number, change.kind, change.args, change.schema, change.recorded_at,
            readable, datetime.now(UTC).isoformat(timespec="seconds"),
        ),
    )  # fmt: skip


def publish(touched: Touched, judged: Sequence[tuple[Change, Judged]], *, day: date, received_at: str) -> int | None:
    """Write the feed and how each change fared; the last statements of a transaction.

    Returns:
        The new version; None where there is nothing to tell.
    """
    if not touched.documents and not touched.customers and not judged:
        return None
    found = feed_rows(touched, day)
    v = next_v()
    write_feed(found, v)
    for place, (change, fared) in enumerate(judged):
        entered(change, fared, v=v, place=place, received_at=received_at)
    return v


def _changes(
    device: DeviceRow, first: int, chain: bytes, sent: Sequence[ChangeSent], schema: int, day: date
) -> list[Change]:
    changes = []
    for place, one_sent in enumerate(sent):
        number = first + place
        chain = chained(chain, number, one_sent.kind, one_sent.args)
        changes.append(
            Change(
                uid=one_sent.uid, device=device.code, number=number, kind=one_sent.kind, args=one_sent.args,
                person=device.person, business_date=day, recorded_at=moment_of(one_sent.recorded_at), chain=chain,
                schema=schema,
            )
        )  # fmt: skip
    return changes


def moment_of(milliseconds: int) -> str:
    """A laptop's clock as text; whatever it says, it is only shown."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return ""


def _chain_at(device: DeviceRow, number: int) -> bytes | None:
    """The chain of this device at one of its changes; None where the server does not have it."""
    if number == device.last_number:
        return device.chain
    if number == 0:
        return b""
    found = one(
        "SELECT chain FROM change WHERE device = ? AND number = ?"
        " UNION ALL SELECT chain FROM repeated WHERE device = ? AND number = ?",
        (device.code, number, device.code, number),
    )
    return None if found is None else bytes(found[0])


def _stored_result(change: Change) -> Result | None:
    """The result of a change that is known under this number; None where another one is."""
    found = one("SELECT uid, chain FROM change WHERE device = ? AND number = ?", (change.device, change.number)) or one(
        "SELECT uid, chain FROM repeated WHERE device = ? AND number = ?", (change.device, change.number)
    )
    if found is None or bytes(found[0]) != change.uid or bytes(found[1]) != change.chain:
        return None
    recorded = _recorded(change.uid)
    return None if recorded is None else Result(change.number, *recorded)


def _uids_known(changes: Sequence[Change]) -> set[bytes]:
    """Of these changes, those that are recorded here, under whatever number."""
    uids = [change.uid for change in changes]
    if not uids:
        return set()
    return {bytes(row[0]) for row in rows(f"SELECT uid FROM change WHERE uid IN ({', '.join('?' * len(uids))})", uids)}


def _recorded(uid: bytes) -> tuple[str, str, dict[str, object]] | None:
    """How a change fared that the server has: status, template, params."""
    if one("SELECT 1 FROM change WHERE uid = ?", (uid,)) is None:
        return None
    arrival = Arrival.with_id(uid)
    if arrival is None:
        return "repeated", "", {}
    template, params = msgspec.msgpack.decode(arrival.result)
    return arrival.status, template, params


def customers_of(changes: Sequence[Change]) -> set[bytes]:
    """The customers to lock before these changes are judged."""
    found: set[bytes] = set()
    for change in changes:
        if change.kind in KINDS and change.kind not in KINDS_OF_THE_OFFICE:
            try:
                args = lifted(change)
                check_bounds(args)
                found |= customers_about(args)
            except InputError:
                continue  # it will be judged unreadable or refused; there is nothing to lock for it
    return found


def require_locked(met: set[bytes], locked: set[bytes]) -> None:
    """Begin again with more locks where a rule met a customer that another transaction may be judging.

    Raises:
        LargerSetOfCustomers: it did.
    """
    missing = met - locked
    # One that is not there, or was made here, cannot be contended for.
    if missing and on_postgresql():
        there = {bytes(row[0]) for row in rows("SELECT id FROM customer WHERE id = ANY(?)", (sorted(missing),))}
        if there:
            raise LargerSetOfCustomers(there)
