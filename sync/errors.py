"""What the office answers instead of doing what a laptop asked: each error with its HTTP status and its code.

HuokeError
└── OfficeError
    ├── RequestUnreadable   400  no msgpack, no JSON, not what this protocol says
    ├── RequestCut          408  the line broke off before its end; also an UnreachableError
    ├── ProtocolUnknown     426  of a version that this server does not speak
    ├── OfficeOlder         426  the laptop's release writes forms that this server does not know yet
    ├── NotAdmitted         401  DeviceUnknown, SignatureWrong, RequestRepeated, ClockWrong
    ├── Revoked             403  the device is, or its person no longer works here
    ├── CodeRefused         403  the enrolment code is wrong, used or too old
    ├── NothingThere        404  no entrance, no snapshot of this name
    ├── RequestRefused      409  a rule says no to the request as a whole
    ├── RequestTooLarge     413
    ├── TooManyRequests     429  carries when to come again
    ├── OfficeBusy          503  the database does not answer, or others hold it; also an UnreachableError
    └── OfficeFull          507  no space on its disk
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from model.errors import N_, HuokeError, UnreachableError


class OfficeError(HuokeError):
    """The office does not do it.

    Attributes:
        status: of HTTP.
        code: by which a laptop tells them apart.
        retry_after_seconds: when it may be asked again; None where asking again does not help.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "defect"
    retry_after_seconds: int | None = None


class RequestUnreadable(OfficeError):
    """The request cannot be read."""

    status = 400
    code = "request"


class RequestCut(OfficeError, UnreachableError):
    """Not all of the request came: the line is to blame and not who asks, so it is sent again."""

    status = 408
    code = "cut"
    retry_after_seconds = 1


class ProtocolUnknown(OfficeError):
    """The laptop speaks a version that this server does not."""

    status = 426
    code = "protocol"

    def __init__(self, template: str = N_("This laptop's Huoke is too old or too new for the server."), **params: Any):
        super().__init__(template, **params)


class OfficeOlder(OfficeError):
    """The laptop's Huoke is of a later release than the server's: nothing was taken, for it could not be judged."""

    status = 426
    code = "older"
    # Somebody updates the server meanwhile.
    retry_after_seconds = 300

    def __init__(
        self,
        template: str = N_(
            "The office's server has an older Huoke than this laptop: update it first."
            " What was done here stays unsent until then, and nothing of it is lost."
        ),
        **params: Any,
    ):
        super().__init__(template, **params)


class NotAdmitted(OfficeError):
    """Who asks has not proved who it is."""

    status = 401
    code = "unsigned"


class DeviceUnknown(NotAdmitted):
    """No device of this code was ever enrolled here."""

    code = "device"


class SignatureWrong(NotAdmitted):
    """The request was not signed by the device that it names."""

    code = "signature"


class RequestRepeated(NotAdmitted):
    """The same signed request came before."""

    code = "nonce"


class ClockWrong(NotAdmitted):
    """The request was signed too long ago or ahead of time; `time` in its parameters is the server's, milliseconds."""

    code = "clock"


class Revoked(OfficeError):
    """The device was revoked, or its person no longer works here."""

    status = 403
    code = "revoked"


class CodeRefused(OfficeError):
    """The enrolment code opens nothing."""

    status = 403
    code = "code"


class NothingThere(OfficeError):
    """There is nothing of this name."""

    status = 404
    code = "nothing"


class RequestRefused(OfficeError):
    """A rule of the office says no to the request as a whole."""

    status = 409
    code = "refused"


class RequestTooLarge(OfficeError):
    """More bytes than a request may have."""

    status = 413
    code = "size"


class TooManyRequests(OfficeError):
    """More requests than one device may send."""

    status = 429
    code = "rate"

    def __init__(self, template: str, retry_after_seconds: int, **params: Any) -> None:
        super().__init__(template, **params)
        self.retry_after_seconds = retry_after_seconds


class OfficeBusy(OfficeError, UnreachableError):
    """The office's database does not answer now."""

    status = 503
    code = "busy"
    retry_after_seconds = 5


class OfficeFull(OfficeError):
    """The office's disk is full."""

    status = 507
    code = "full"
    retry_after_seconds = 300


class _Told(msgspec.Struct):
    error: str
    message: str
    params: dict[str, Any] = {}


_BY_CODE: dict[str, type[OfficeError]] = {
    kind.code: kind
    for kind in (
        RequestUnreadable, RequestCut, ProtocolUnknown, OfficeOlder, NotAdmitted, DeviceUnknown, SignatureWrong,
        RequestRepeated, ClockWrong, Revoked, CodeRefused, NothingThere, RequestRefused, RequestTooLarge, OfficeBusy,
        OfficeFull,
    )
}  # fmt: skip


def told_by_office(body: bytes, retry_after_seconds: int | None = None) -> OfficeError:
    """The error that the body of an answer tells; a plain OfficeError where it is none of the office's.

    Args:
        retry_after_seconds: what the header Retry-After said.
    """
    try:
        told = msgspec.json.decode(body, type=_Told)
        told.message.format(**told.params)
    except (msgspec.MsgspecError, UnicodeDecodeError, LookupError, ValueError, AttributeError):
        error = OfficeError(N_("The server's answer cannot be read: is this a Huoke server of this version?"))
        error.retry_after_seconds = retry_after_seconds
        return error
    if told.error == TooManyRequests.code:
        return TooManyRequests(told.message, retry_after_seconds or 1, **told.params)
    found = _BY_CODE.get(told.error, OfficeError)(told.message, **told.params)
    if retry_after_seconds is not None:
        found.retry_after_seconds = retry_after_seconds
    return found
