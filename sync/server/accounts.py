"""Who may come to the office: its people, their devices, and the one-time codes by which a device joins."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from model.changes.company import AddSalesperson, SetSetting, SetWorksHere
from model.changes.devices import NoteDevice
from model.changes.kind import Args
from model.changes.leasing import RecallLease
from model.errors import N_, InputError, Refused
from model.ids import new_id
from model.people import salesperson_by_code
from model.settings import setting_on
from model.store import current, execute, meta, one, rows
from sync.errors import CodeRefused, RequestUnreadable
from sync.server.storage import OFFICE_DEVICE, retrying

# How a deed of the office is recorded, so that the feed tells it: Office.record_here, or record on a store alone.
Do = Callable[[Args], Any]

ACTIVE = "active"
REVOKED = "revoked"
# A company's name holds for every document it ever had.
NAMED_FROM = date(2000, 1, 1)
# Crockford's base 32: no I, L, O and U, so that a code read aloud or copied by hand comes out right.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 16
CODE_GROUP_CHARACTERS = 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})
# The stand-alone store's code, and the office's own.
NEVER_GIVEN = ("A", OFFICE_DEVICE)


@dataclass(frozen=True)
class Enrolled:
    """What a laptop learns when it joins.

    Attributes:
        renewed: it goes on as the device it was, with its numbers and what was lent to it; only its key is new.
    """

    device: str
    company: str
    company_name: str
    person: str
    name: str
    role: str
    epoch: str
    renewed: bool = False


@dataclass(frozen=True)
class DeviceRow:
    """A device as the office lists it; times in UTC, None where it never came."""

    code: str
    person: str
    name: str
    status: str
    enrolled_at: str
    last_seen: str | None
    unsent: int


def make_company(name: str, do: Do) -> None:
    """Give the company of this store its name.

    Raises:
        Refused: it has one.
    """
    present = company_name()
    if present:
        raise Refused(
            N_("This server already keeps the company {name}: another needs a database of its own."), name=present
        )
    if not name.strip():
        raise InputError(N_("The company needs a name."))
    do(SetSetting(name="company_name", from_date=NAMED_FROM, value=name.strip()))


def company_name() -> str:
    """The company's name; empty while it has none."""
    return setting_on("company_name", date.max)


def add_person(code: str, name: str, role: str, team: str, do: Do) -> None:
    """Someone who works here and may get a device."""
    do(AddSalesperson(id=new_id(), code=code, name=name, role=role, team=team))


def disable_person(code: str, do: Do) -> None:
    """Someone no longer works here: all devices of this person are shut out.

    Raises:
        InputError: nobody has this code.
    """
    do(SetWorksHere(person=bytes(salesperson_by_code(code).id), active=False))


def enrolment_code(person_code: str, now: datetime, hours: int = 48) -> str:
    """A new code by which one device of this person may join, once; only its hash is kept.

    Raises:
        InputError: nobody has this code.
        Refused: the person no longer works here.
    """
    person = salesperson_by_code(person_code)
    if not person.active:
        raise Refused(N_("{name} no longer works here: choose someone who does."), name=person.name)
    text = "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_CHARACTERS))
    with current().writing():
        execute(
            "INSERT INTO enrolment (code_hash, person_id, expires_at, used_at, device) VALUES (?, ?, ?, NULL, '')",
            (_hash(text), person.id, moment(now + timedelta(hours=hours))),
        )
    groups = range(0, CODE_CHARACTERS, CODE_GROUP_CHARACTERS)
    return "-".join(text[start : start + CODE_GROUP_CHARACTERS] for start in groups)


def enrol(
    code: str,
    public_key: bytes,
    now: datetime,
    *,
    company: str = "",
    person: str = "",
    device: str = "",
    former_key: bytes = b"",
    do: Do = lambda _args: None,
) -> Enrolled:
    """Let a device join by its code; the same device may ask again, for its answer may have been lost.

    Args:
        do: records that it joined.
        company, person: whose the store is that joins again; empty for a new one.
        device, former_key: the code and the public key that this store had; empty for a new one. Where the office knows
            them, the device stays the one it was and its key is renewed: what was lent to it is lent to it still. Any
            copy of the store that has the old key is then no device any more, so that one lease is never used twice.

    Raises:
        CodeRefused: the code is wrong, used by another device, or too old, or its person no longer works here; or it
            is not for the company and the person of the store that joins again. Then the code is not used up.
        RequestUnreadable: the key is none.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError as error:
        raise RequestUnreadable(N_("The device's key cannot be read: join again.")) from error
    hashed = _hash(code)

    def join() -> tuple[Enrolled, bytes | None]:
        with current().writing():
            found = one(
                "SELECT e.code_hash, e.person_id, e.expires_at, e.device, p.active, p.code, e.used_at FROM enrolment e"
                " JOIN salesperson p ON p.id = e.person_id WHERE e.code_hash = ?",
                (hashed,),
            )
            if (
                found is None
                or not hmac.compare_digest(bytes(found[0]), hashed)
                or found[2] < moment(now)
                or not found[4]
            ):
                raise CodeRefused(N_("This code opens nothing: it is wrong or too old. Ask the office for a new one."))
            _require_own_store(company, person, found[5])
            invited = bytes(found[1])
            joins = None if found[3] else invited
            joined = found[3] or _renewed_device(device, former_key, invited, public_key)
            if not found[3]:
                joined = joined or _new_device(invited, public_key, now)
                _use_up(hashed, joined, now)
            if not hmac.compare_digest(_key_of(joined), public_key):
                raise CodeRefused(N_("This code was used by another device: ask the office for a new one."))
            return _enrolled(joined, hashed), joins

    enrolled, joins = retrying(join)
    if joins is not None:
        do(NoteDevice(device=enrolled.device, person=joins, what="joined"))
    return enrolled


def _require_own_store(company: str, person: str, invited: str) -> None:
    """Refuse to let a store go on as another company's or another person's: what was done in it would be theirs.

    Args:
        company, person: whose the store is; empty where it is new.
        invited: the person whose code it is.

    Raises:
        CodeRefused: it would.
    """
    if company and company != meta("company"):
        raise CodeRefused(
            N_("This code is of another company than this laptop's store: join with it in another folder (--store).")
        )
    if person and person != invited:
        raise CodeRefused(
            N_("This code is for {invited}, and the store of this laptop is {person}'s: ask for a code for {person}."),
            invited=invited, person=person,
        )  # fmt: skip


def _renewed_device(device: str, former_key: bytes, person: bytes, public_key: bytes) -> str:
    """A device that this person has already, its key replaced in all its incarnations; empty where there is none."""
    found = one(
        "SELECT incarnation_of FROM device WHERE code = ? AND public_key = ? AND person_id = ? AND status = ?",
        (device, former_key, person, ACTIVE),
    )
    if found is None:
        return ""
    origin = found[0] or device
    execute("UPDATE device SET public_key = ? WHERE code = ? OR incarnation_of = ?", (public_key, origin, origin))
    return device


def _use_up(hashed: bytes, device: str, now: datetime) -> None:
    # Two that bring the same code at once must not both become devices.
    used = execute(
        "UPDATE enrolment SET used_at = ?, device = ? WHERE code_hash = ? AND device = ''",
        (moment(now), device, hashed),
    )
    if used.rowcount != 1:
        raise CodeRefused(N_("This code was used by another device: ask the office for a new one."))


def _new_device(person: bytes, public_key: bytes, now: datetime) -> str:
    taken = {str(code) for (code,) in rows("SELECT code FROM device")}
    device = next(code for code in _codes() if code not in taken and code not in NEVER_GIVEN)
    execute(
        "INSERT INTO device (code, person_id, public_key, status, last_number, chain, enrolled_at, last_seen, unsent,"
        " cursor_v, incarnation_of) VALUES (?, ?, ?, ?, 0, ?, ?, NULL, 0, 0, '')",
        (device, person, public_key, ACTIVE, b"", moment(now)),
    )
    return device


def devices() -> list[DeviceRow]:
    """Every device, in the order in which they joined."""
    found = rows(
        "SELECT d.code, p.code, p.name, d.status, d.enrolled_at, d.last_seen, d.unsent FROM device d"
        " JOIN salesperson p ON p.id = d.person_id ORDER BY d.enrolled_at, d.code"
    )
    return [DeviceRow(*row) for row in found]


def revoke(device: str, do: Do) -> None:
    """Shut a device out, in all its incarnations: it gets nothing more, and what it still sends is put aside.

    What was lent to it is taken back, for nobody will return it.

    Raises:
        InputError: there is no such device.
    """
    with current().writing():
        found = one("SELECT incarnation_of, person_id FROM device WHERE code = ?", (device,))
        if found is None:
            raise InputError(N_("There is no device {code}: “huoke server devices” lists them."), code=device)
        origin = found[0] or device
        execute("UPDATE device SET status = ? WHERE code = ? OR incarnation_of = ?", (REVOKED, origin, origin))
    recall(origin, do)
    do(NoteDevice(device=origin, person=bytes(found[1]), what="revoked"))


def recall(device: str, do: Do) -> int:
    """Take back all that a device holds of customers' credit; what it has not sent yet is provisional again.

    Returns:
        Of how many customers.
    """
    held = rows(
        "SELECT customer_id FROM lease WHERE device = ? AND granted > used + returned ORDER BY customer_id", (device,)
    )
    for (customer,) in held:
        do(RecallLease(customer=bytes(customer), device=device))
    return len(held)


def moment(at: datetime) -> str:
    """A time as the databases keep it, UTC; as text these sort."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _hash(code: str) -> bytes:
    """A code has 80 bits of chance, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(code.upper().translate(_READ_AS).encode()).digest()


def _key_of(device: str) -> bytes:
    [(key,)] = rows("SELECT public_key FROM device WHERE code = ?", (device,))
    return bytes(key)


def _enrolled(device: str, hashed: bytes) -> Enrolled:
    [(person, name, role, enrolled_at, used_at)] = rows(
        "SELECT p.code, p.name, p.role, d.enrolled_at, e.used_at FROM device d"
        " JOIN salesperson p ON p.id = d.person_id JOIN enrolment e ON e.device = d.code"
        " WHERE d.code = ? AND e.code_hash = ?",
        (device, hashed),
    )
    # A device that was there before its code was used is an old one with a new key.
    renewed = enrolled_at != used_at
    return Enrolled(device, meta("company"), company_name(), person, name, role, meta("epoch"), renewed)


def _codes() -> Iterator[str]:
    """A, B … Z, AA, AB … and so on for ever."""
    letters = [chr(place) for place in range(ord("A"), ord("Z") + 1)]
    shorter = [""]
    while True:
        shorter = [start + letter for start in shorter for letter in letters]
        yield from shorter
