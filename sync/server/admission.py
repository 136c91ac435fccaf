"""Whether a request comes from a device of this company, comes once, and not too often.

Nothing is kept in the process: nonces and tokens stand in the database, so that servers multiply behind a balancer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from model.errors import N_
from model.store import execute, one
from sync.credentials import (
    DEVICE_HEADER,
    NONCE_BYTES,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    from_base64url,
    verify,
)
from sync.errors import (
    ClockWrong,
    DeviceUnknown,
    NotAdmitted,
    OfficeError,
    RequestRepeated,
    Revoked,
    SignatureWrong,
    TooManyRequests,
)
from sync.server.accounts import ACTIVE, moment
from sync.server.storage import on_postgresql, retrying, writing_lightly

CLOCK_WINDOW_MS = 5 * 60 * 1000
# A nonce need not be remembered once its time is outside the window.
NONCE_KEPT_MS = 2 * CLOCK_WINDOW_MS + 60_000
RATE_KEPT_MS = 24 * 3600 * 1000
LONGEST_TIME_DIGITS = 15
LONGEST_DEVICE_CHARACTERS = 16
# A request costs one token, in thousandths. A laptop that sends a day's work order by order stays below.
TOKEN = 1000


@dataclass(frozen=True)
class Allowance:
    """How many requests may come at once, and how many a second for long; in thousandths of a request."""

    burst: int
    per_second: int


DEVICE_ALLOWANCE = Allowance(240 * TOKEN, 20 * TOKEN)
# An enrolment code has 80 bits; this keeps a guesser from loading the database.
ENROLMENT_ALLOWANCE = Allowance(10 * TOKEN, TOKEN // 6)


@dataclass(frozen=True)
class Device:
    """A device that proved itself. `person` is the salesperson's id, `barred` why it may not read, None if it may."""

    code: str
    person: bytes
    barred: Revoked | None


@dataclass(frozen=True)
class _Signed:
    device: str
    time_ms: int
    nonce: bytes
    signature: bytes


def milliseconds(at: datetime) -> int:
    """A time in milliseconds since 1970, as it stands in headers."""
    return int(at.timestamp() * 1000)


def authenticate(
    headers: Mapping[str, str], method: str, path: str, body_sha256: bytes, now: datetime, cost: int = TOKEN
) -> Device:
    """The device that signed a request, its nonce used up and its token taken.

    Args:
        path: as it was sent, with its query.
        cost: how much of its allowance the request takes.

    Raises:
        NotAdmitted: who asks has not proved who it is; which of them says why.
        TooManyRequests: this device's allowance is used up.
    """
    signed = _read(headers)
    now_ms = milliseconds(now)
    if abs(now_ms - signed.time_ms) > CLOCK_WINDOW_MS:
        raise ClockWrong(N_("This laptop's clock differs from the server's by more than five minutes."), time=now_ms)
    found = one(
        "SELECT d.code, d.person_id, d.public_key, d.status, p.active FROM device d"
        " JOIN salesperson p ON p.id = d.person_id WHERE d.code = ?",
        (signed.device,),
    )
    if found is None:
        raise DeviceUnknown(
            N_(
                "The server does not know this device: ask the office for a code and join again."
                " What was recorded here is kept and is sent then."
            )
        )
    code, person, public_key, status, active = found
    if not verify(bytes(public_key), method, path, signed.time_ms, signed.nonce, body_sha256, signed.signature):
        raise SignatureWrong(
            N_(
                "The server knows another key of this device: ask the office for a code and join again."
                " What was recorded here is kept and is sent then."
            )
        )

    def admit() -> OfficeError | None:
        with writing_lightly():
            refused = take_token(code, now, cost) or _nonce_used(code, signed.nonce, now_ms)
            if refused is None:
                _note_seen(code, now)
        return refused

    refused = retrying(admit)
    if refused is not None:
        raise refused
    return Device(code, bytes(person), barred(status, active=bool(active)))


def _note_seen(code: str, now: datetime) -> None:
    # An exchange of the same device that is under way holds its row, and notes it itself: nobody waits for that here.
    which = "(SELECT code FROM device WHERE code = ? FOR NO KEY UPDATE SKIP LOCKED)" if on_postgresql() else "?"
    execute(f"UPDATE device SET last_seen = ? WHERE code = {which}", (moment(now), code))


def barred(status: str, *, active: bool) -> Revoked | None:
    """Why a device may not read any more; None where it may.

    Args:
        active: whether its person works here.
    """
    if status != ACTIVE:
        return Revoked(N_("The office has revoked this device."))
    return None if active else Revoked(N_("Whose device this is no longer works here."))


def _read(headers: Mapping[str, str]) -> _Signed:
    device, time_ms = headers.get(DEVICE_HEADER, ""), headers.get(TIME_HEADER, "")
    nonce = from_base64url(headers.get(NONCE_HEADER, ""))
    signature = from_base64url(headers.get(SIGNATURE_HEADER, ""))
    readable_time = time_ms.isascii() and time_ms.isdigit() and len(time_ms) <= LONGEST_TIME_DIGITS
    readable_device = device.isascii() and device.isalnum() and len(device) <= LONGEST_DEVICE_CHARACTERS
    if not readable_time or not readable_device or nonce is None or len(nonce) != NONCE_BYTES or signature is None:
        raise NotAdmitted(N_("The request is not signed as this server reads it."))
    return _Signed(device, int(time_ms), nonce, signature)


def _nonce_used(device: str, nonce: bytes, now_ms: int) -> RequestRepeated | None:
    written = execute(
        "INSERT INTO nonce (device, nonce, at) VALUES (?, ?, ?) ON CONFLICT (device, nonce) DO NOTHING",
        (device, nonce, now_ms),
    )
    if written.rowcount == 0:
        return RequestRepeated(N_("This request came before: it was not done again."))
    # One in 256, for the clearing away needs no hurry and shall not be what two requests meet at.
    if nonce[0] == 0:
        execute("DELETE FROM nonce WHERE at < ?", (now_ms - NONCE_KEPT_MS,))
        execute("DELETE FROM rate WHERE at < ?", (now_ms - RATE_KEPT_MS,))
    return None


def take_token(
    who: str, now: datetime, cost: int = TOKEN, allowance: Allowance = DEVICE_ALLOWANCE
) -> TooManyRequests | None:
    """Take a request off someone's allowance, in the transaction around; give the refusal where nothing is left."""
    now_ms = milliseconds(now)
    execute(
        "INSERT INTO rate (device, tokens, at) VALUES (?, ?, ?) ON CONFLICT (device) DO NOTHING",
        (who, allowance.burst, now_ms),
    )
    # Writing first takes the row's lock, so that two requests at once cannot take the same token.
    execute("UPDATE rate SET at = at WHERE device = ?", (who,))
    found = one("SELECT tokens, at FROM rate WHERE device = ?", (who,))
    assert found is not None
    tokens, at = found
    tokens = min(allowance.burst, tokens + max(0, now_ms - at) * allowance.per_second // 1000)
    if tokens < cost:
        wait = -(-(cost - tokens) // allowance.per_second)
        return TooManyRequests(N_("Too many requests: the laptop tries again by itself."), max(1, wait))
    execute("UPDATE rate SET tokens = ?, at = ? WHERE device = ?", (tokens - cost, max(at, now_ms), who))
    return None
