"""The laptop's side: join the office, give it what was done here, take what was done elsewhere."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from model.changes.arrivals import UNEXPECTED
from model.errors import N_, Refused, StoreError
from model.laptop import unsent_count
from model.leases import machine_of
from model.orders import IS_HELD
from model.settings import setting_on
from model.store import Store, execute, meta, one, open_store, rows, set_meta
from sync import bootstrap
from sync.connection import Enrolled, OfficeConnection, Truncated
from sync.credentials import CredentialError, base64url, destroy, forget_key, keep_key, make_key, public_key, read_key
from sync.errors import OfficeBusy, RequestCut, Revoked, TooManyRequests
from sync.exchanging import Exchange, Exchanged, Line, Progress, take_new_incarnation
from sync.leaving import hand_over
from sync.shut_out import CA_FILE, ShutOut, forget_shut_out, note_shut_out

__all__ = [
    "Exchanged",
    "Line",
    "Progress",
    "exchange",
    "exchange_patiently",
    "join",
    "line_of",
    "pauses",
    "seen",
    "status",
    "unseen_results",
]

EXCHANGE_LOCK_FILE = "exchange.lock"
ENROL_TRIES = 3
# What breaks off or is busy is tried again so often before a person is told.
EXCHANGE_TRIES = 3
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0

Passphrase = Callable[[], str]


@dataclass(frozen=True)
class Status:
    """How this laptop stands with its office.

    Attributes:
        as_of: UTC, when it last took over what the office says; empty before.
    """

    server: str
    device: str
    person: str
    unsent: int
    held: int
    conflicts: int
    notices: int
    as_of: str
    skew_ms: int


def status(store: Store) -> Status:
    """How this laptop stands; call it inside `with store.use():`."""
    held = one(f"SELECT COUNT(*) FROM orders WHERE {IS_HELD}")
    conflicts = one("SELECT COUNT(*) FROM conflict WHERE state = 'open'")
    notices = one("SELECT COUNT(*) FROM notice WHERE read_on IS NULL")
    return Status(
        server=meta("server"),
        device=meta("device"),
        person=meta("me"),
        unsent=unsent_count(),
        held=held[0] if held else 0,
        conflicts=conflicts[0] if conflicts else 0,
        notices=notices[0] if notices else 0,
        as_of=meta("last_exchange"),
        skew_ms=int(meta("skew_ms", "0")),
    )


def join(
    folder: Path,
    url: str,
    code: str,
    *,
    ca: Path | None,
    passphrase: Passphrase,
    store_key: bytes | None = None,
) -> Store:
    """Make a folder the store of a laptop of the office at `url`: enrol, keep the key, begin with an empty store.

    A laptop that has lost its key joins again with a new code and goes on as it was, with what is lent to it. One that
    its office does not know any more becomes a new device, with all that is kept of what was done on it to be sent.

    Raises:
        Refused: there is a store with documents of its own in the folder.
        OfficeError: the office does not take the code, or it is not for the company and person of this store.
        UnreachableError: it does not answer.
    """
    store = open_store(folder, create=True, key=store_key)
    with store.use(), _alone(store):
        own_work = one("SELECT 1 FROM change LIMIT 1") or one("SELECT 1 FROM customer LIMIT 1")
        if own_work and not meta("server"):
            raise Refused(
                N_("The store in {folder} has work of its own: let the office adopt it, or join in another folder."),
                folder=folder,
            )
        seed = make_key()
        authority = _authority(ca)
        pinned = ca.expanduser() if ca is not None else _pinned_ca(store)
        with OfficeConnection(url, ca=pinned) as line:
            enrolled = _enrolled(line, code, seed)
            address = line.url
        place = keep_key(folder, enrolled.company, enrolled.device, seed, passphrase=passphrase, store_key=store_key)
        if authority is not None:
            (folder / CA_FILE).write_bytes(authority)
        former = meta("key_device") if meta("server") else ""
        with store.writing():
            if former and not enrolled.renewed:
                _begin_as_another(enrolled.device)
            for name, value in {
                "company": enrolled.company,
                "device": enrolled.device,
                "key_device": enrolled.device,
                "public_key": base64url(public_key(seed)),
                "me": enrolled.person,
                "person_role": enrolled.role,
                "server": address,
                "ca": "" if pinned is None else CA_FILE,
            }.items():
                set_meta(name, value)
        # A key in a file was overwritten by the new one, and an office that was put back gives a name again.
        if former not in ("", enrolled.device) and place == "keyring":
            forget_key(folder, enrolled.company, former)
    forget_shut_out(folder)
    return store


def _begin_as_another(device: str) -> None:
    """Go on as a device that was never heard of: everything kept here is unsent, and everything is wanted anew."""
    take_new_incarnation(device)
    # What is half received, and what was given back of what was lent to the former device, is not this one's.
    execute("DELETE FROM stage")
    execute("DELETE FROM lease_return")
    for name in ("stage_position", "stage_whole", "stage_of", "view"):
        set_meta(name, "")


def _enrolled(line: OfficeConnection, code: str, seed: bytes) -> Enrolled:
    """Enrol, asking again where the answer was lost: the office knows the same key again."""
    former = {}
    if meta("server"):
        former = {
            "company": meta("company"), "person": meta("me"), "device": meta("device"),
            "former_key": meta("public_key"),
        }  # fmt: skip
    for _try in range(ENROL_TRIES - 1):
        try:
            return line.enrol(code, public_key(seed), **former)
        except Truncated:
            continue
    return line.enrol(code, public_key(seed), **former)


def _authority(ca: Path | None) -> bytes | None:
    """The certificate authority to pin, as it will be kept in the store's folder."""
    if ca is None:
        return None
    try:
        return ca.expanduser().read_bytes()
    except OSError as error:
        raise StoreError(
            N_("The certificate {file} cannot be read: {reason}."), file=ca, reason=error.strerror
        ) from error


def _pinned_ca(store: Store) -> Path | None:
    """The certificate authority that a joined laptop has pinned."""
    return store.folder / meta("ca") if meta("ca") else None


def line_of(
    store: Store, *, passphrase: Passphrase, store_key: bytes | None = None, url: str | None = None
) -> OfficeConnection:
    """The line of a joined laptop to its office; call it inside `with store.use():`.

    Args:
        url: another way to the same office, as a tunnel is; without one, the address it joined at.

    Raises:
        Refused: this store has joined no office.
        CredentialError: its key cannot be had.
    """
    if not meta("server"):
        raise Refused(N_("This store has joined no office: “huoke join URL CODE” does it."))
    seed = read_key(store.folder, meta("company"), meta("key_device"), passphrase=passphrase, store_key=store_key)
    line = OfficeConnection(
        url or meta("server"), device=meta("device"), public_key=meta("public_key"), seed=seed, ca=_pinned_ca(store)
    )
    line.skew_ms = int(meta("skew_ms", "0"))
    return line


def exchange(
    store: Store,
    line: Line,
    *,
    progress: Callable[[Progress], None] = lambda _progress: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Exchanged:
    """Give the office every unsent change and take over everything new, in one exchange.

    Whatever interrupts it, nothing is lost and nothing happens twice: call it again.

    Raises:
        UnreachableError: the office does not answer, or the answer was cut.
        OfficeError: the office refuses. Revoked: the office has all that was done here, and the store was destroyed.
        Refused: another program is exchanging for this store just now.
    """
    with _alone(store):
        _require_own(store, line)
        try:
            under_way = Exchange(store, line, progress, now)
            with store.use():
                done = under_way.run()
            while done is None:
                under_way.by_pages = not bootstrap.begin(store, line, under_way.tell_bootstrap)
                with store.use():
                    done = under_way.run()
            return done
        except Revoked as reason:
            # Whoever records something until the end of the last batch keeps the store for one more.
            while not store.leave_for_good(_all_given(hand_over(store, line, now))):
                pass
            # By its own count, for a try that broke off may have handed over some of them before.
            with store.use():
                unsent = unsent_count()
            try:
                _leave_for_good(store, unsent, now().astimezone().date())
            except CredentialError as kept:
                # The store is gone all the same: whoever sits here must hear that, and what is left of it.
                raise Revoked(N_("{reason} {left}"), reason=reason, left=kept) from kept
            if not unsent:
                raise
            raise Revoked(
                N_("{reason} Unsent changes that were handed over: {count}."), reason=reason, count=unsent
            ) from reason


def _all_given(last: int) -> Callable[[], bool]:
    """Whether nothing was recorded here since the change of this number."""

    def is_last() -> bool:
        return one("SELECT 1 FROM change WHERE device = ? AND number > ?", (meta("device"), last)) is None

    return is_last


def _leave_for_good(store: Store, handed_over: int, on: date) -> None:
    """Take the store and its key away; a note in the folder says why there is none."""
    with store.use():
        company, device = meta("company"), meta("key_device") or meta("device")
        note = ShutOut(setting_on("company_name", date.max), meta("server"), on, handed_over)
    bootstrap.discard(store.folder)
    try:
        # Before the store goes: without a store and without a note, a person would begin a company of their own here.
        note_shut_out(store.folder, note)
    finally:
        destroy(store.folder, company, device)


def _require_own(store: Store, line: Line) -> None:
    """
    Raises:
        Refused: the store has joined again since this line began; its key is another one now.
    """
    with store.use():
        device, key = meta("device"), meta("public_key")
    if machine_of(line.device) != machine_of(device) or line.public_key != key:
        raise Refused(N_("This laptop has joined again as {device} meanwhile: sync once more."), device=device)


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    lock = FileLock(str(store.folder / EXCHANGE_LOCK_FILE))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Refused(N_("This store is being synced already: wait for it to finish.")) from None
    try:
        yield
    finally:
        lock.release()


def pauses() -> Iterator[float]:
    """How many seconds to wait before each further try: longer each time, never all laptops at once."""
    longest = FIRST_PAUSE_SECONDS
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 2, LONGEST_PAUSE_SECONDS)


def exchange_patiently(
    store: Store,
    line: Line,
    *,
    tries: int = EXCHANGE_TRIES,
    progress: Callable[[Progress], None] = lambda _progress: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    wait: Callable[[float], object] = time.sleep,
) -> Exchanged:
    """The same, again after a pause where a line that broke off or a busy server came between.

    A server that does not answer at all is told at once.

    Args:
        wait: lets so many seconds go by; before it `progress` hears of a `pause`.
    """
    for attempt, pause in enumerate(pauses(), 1):
        try:
            return exchange(store, line, progress=progress, now=now)
        except (Truncated, RequestCut, OfficeBusy, TooManyRequests) as error:
            if attempt >= tries:
                raise
            progress(Progress("pause"))
            wait(max(pause, getattr(error, "retry_after_seconds", None) or 0))
    raise AssertionError("there is always a further pause")


def unseen_results() -> list[tuple[bytes, str, str, bytes]]:
    """Own changes that fared otherwise than expected and that nobody has looked at: uid, kind, status, result."""
    marks = ", ".join("?" * len(UNEXPECTED))
    return rows(
        "SELECT a.uid, c.kind, a.status, a.result FROM arrival a JOIN change c ON c.uid = a.uid"
        f" WHERE a.seen = 0 AND a.status IN ({marks}) ORDER BY c.number",
        UNEXPECTED,
    )


def seen(uids: list[bytes]) -> None:
    """Note that a person has looked at these results."""
    for uid in uids:
        execute("UPDATE arrival SET seen = 1 WHERE uid = ?", (uid,))
