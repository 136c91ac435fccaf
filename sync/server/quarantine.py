"""What the office put aside: changes that could not be judged, and what laptops sent after they were shut out.

It stays here for good. What was put aside is open until a person has it judged; then its arrival says how it fared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from model.changes.arrivals import Arrival, Judged, arrive, context_of
from model.changes.log import Change
from model.changes.recording import chained
from model.errors import N_, HuokeError, InputError, Refused
from model.notices import Notice, consequent_id, notify
from model.store import execute, one, rows
from model.touched import Touched, collecting, touch
from sync.protocol import SyncRequest
from sync.server.push import DeviceRow, moment_of, put_aside
from sync.server.storage import is_transient

SHUT_OUT = N_("revoked device")
DEVICE_REVOKED_KIND = "device.revoke"
# How a change stands that the office has and nobody has had judged yet.
QUARANTINED = "quarantined"
OPEN = f"(a.uid IS NULL OR a.status = '{QUARANTINED}')"


@dataclass(frozen=True)
class PutAside:
    """A change in quarantine.

    Attributes:
        place: 1, 2, 3… in the order in which they were put aside; it stays the same.
        received_at: UTC.
        person: whose laptop it was; the code.
        status: how it was judged since; `quarantined` while it is open.
    """

    place: int
    uid: bytes
    received_at: str
    device: str
    person: str
    number: int
    kind: str
    reason: str
    status: str


def all_put_aside() -> list[PutAside]:
    """Everything that was ever put aside, the oldest first."""
    found = rows(
        "SELECT q.place, q.uid, q.received_at, q.device, p.code, q.number, q.kind, q.reason,"
        f" COALESCE(a.status, '{QUARANTINED}') FROM quarantine q JOIN device d ON d.code = q.device"
        " JOIN salesperson p ON p.id = d.person_id LEFT JOIN arrival a ON a.uid = q.uid ORDER BY q.place"
    )
    return [PutAside(place, bytes(uid), *others) for place, uid, *others in found]


def keep_aside(device: DeviceRow, request: SyncRequest, day: date) -> tuple[int, Touched]:
    """Keep what a laptop sends that was shut out, as far as the office has not got it; none of it is judged.

    Its number and chain are not asked: what a person did is kept even where the past of laptop or office was put back.

    Returns:
        How many were kept, and what was written for people to see.
    """
    known, kept = _known(request), 0
    for place, sent in enumerate(request.changes):
        if sent.uid in known:
            continue
        known.add(sent.uid)
        put_aside(
            Change(
                uid=sent.uid, device=device.code, number=request.first + place, kind=sent.kind, args=sent.args,
                recorded_at=moment_of(sent.recorded_at), schema=request.schema,
            ),
            SHUT_OUT,
        )  # fmt: skip
        kept += 1
    with collecting() as touched:
        if kept:
            _tell_the_office(device.incarnation_of or device.code, day)
    return kept, touched


def _known(request: SyncRequest) -> set[bytes]:
    uids = [sent.uid for sent in request.changes]
    if not uids:
        return set()
    marks = ", ".join("?" * len(uids))
    return {
        bytes(uid)
        for table in ("change", "quarantine")
        for (uid,) in rows(f"SELECT uid FROM {table} WHERE uid IN ({marks})", uids)
    }


def _tell_the_office(device: str, day: date) -> None:
    """One notice for all that a device sends after it was shut out, however many requests and names that takes."""
    found = one(
        "SELECT COUNT(*) FROM quarantine q JOIN device d ON d.code = q.device LEFT JOIN arrival a ON a.uid = q.uid"
        f" WHERE (d.code = ? OR d.incarnation_of = ?) AND q.reason = ? AND {OPEN}",
        (device, device, SHUT_OUT),
    )
    assert found is not None
    id_ = consequent_id(device.encode(), b"shut out")
    touch("notice", id_)
    Notice.delete().where(Notice.id == id_).execute()
    Notice.insert(
        id=id_, person=None, kind=DEVICE_REVOKED_KIND, customer=None, about=device, made_on=day,
        template=N_(
            "{count} changes that {device} sent after it was shut out are put aside:"
            " “huoke server quarantine list” shows them."
        ),
        params=msgspec.msgpack.encode({"count": found[0], "device": device}, order="deterministic"),
    ).execute()  # fmt: skip


def device_of_put_aside(place: int) -> str:
    """The device that sent a change in quarantine.

    Raises:
        InputError: there is none at this place.
    """
    found = one("SELECT device FROM quarantine WHERE place = ?", (place,))
    if found is None:
        raise InputError(
            N_("Nothing was put aside under the number {place}: “huoke server quarantine list” shows the numbers."),
            place=place,
        )
    return str(found[0])


def taken_out(place: int, device: DeviceRow, day: date) -> Change:
    """A change in quarantine as it will be judged on a day, inside a transaction that holds its device's row.

    One that the log has keeps its place there. One of a laptop that was shut out becomes the next one of its device,
    for what that laptop's own numbers say may not fit what the office knows.

    Raises:
        Refused: it was judged since.
    """
    [(uid, kind, args, schema, recorded_at)] = rows(
        "SELECT uid, kind, args, schema, recorded_at FROM quarantine WHERE place = ?", (place,)
    )
    uid, args = bytes(uid), bytes(args)
    arrival = Arrival.with_id(uid)
    if arrival is not None and arrival.status != QUARANTINED:
        raise Refused(N_("This change was judged since: nothing is left to do."))
    logged: Change | None = Change.with_id(uid)
    if logged is not None:
        # It is judged and logged again at once, in the same transaction.
        execute("DELETE FROM change WHERE uid = ?", (uid,))
        logged.business_date = day
        return logged
    number = device.last_number + 1
    chain = chained(device.chain, number, kind, args)
    execute("UPDATE device SET last_number = ?, chain = ? WHERE code = ?", (number, chain, device.code))
    return Change(
        uid=uid, device=device.code, number=number, kind=kind, args=args, person=device.person, business_date=day,
        recorded_at=recorded_at, chain=chain, schema=schema,
    )  # fmt: skip


def judged_after_all(change: Change) -> Judged:
    """Judge a change that was taken out, and tell who made it.

    Raises:
        Refused: it cannot be judged; the transaction must be given up, and it stays in quarantine.
        Exception: what another try can mend.
    """
    try:
        fared = arrive(change)
    except HuokeError:
        raise
    except Exception as error:  # the border to rules that fail: a person is told and the change stays
        if is_transient(error):
            raise
        raise _still_not(f"{type(error).__name__}: {error}") from error
    if fared.status == QUARANTINED:
        raise _still_not(fared.template.format(**fared.params))
    with collecting() as told:
        _tell_its_maker(change, fared)
    fared.touched.documents |= told.documents
    return fared


def _still_not(reason: str) -> Refused:
    return Refused(N_("It still cannot be judged and stays put aside: {reason}"), reason=reason)


def _tell_its_maker(change: Change, fared: Judged) -> None:
    context, named = context_of(change), f"{change.device} {change.number}"
    if fared.status == "refused":
        notify(
            context, change.person, change.kind,
            N_("{change} of {device}, which the office had put aside, was judged now and is refused: {reason}"),
            about=named, change=change.kind, device=change.device, reason=fared.template.format(**fared.params),
        )  # fmt: skip
    else:
        notify(
            context, change.person, change.kind,
            N_("{change} of {device}, which the office had put aside, was judged now: the office has taken it over."),
            about=named, change=change.kind, device=change.device,
        )  # fmt: skip


def open_among(found: Sequence[PutAside]) -> list[PutAside]:
    """Those that nobody has had judged yet."""
    return [row for row in found if row.status == QUARANTINED]
