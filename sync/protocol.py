"""What a laptop and the server say to each other: one request with its own changes, one streamed answer.

The request is one msgpack struct. The answer is a stream of frames, each a length (4 bytes, big-endian) and a msgpack
struct: an `Answer`, any number of `Page`s, and at last a `Head`, without which nothing of it counts. Both go through
zstandard; the frames of an answer through one stream that is flushed after each.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from model.errors import N_, InputError

PROTOCOL = 1
CONTENT_TYPE = "application/vnd.huoke.sync"
MOST_COMPRESSED_BYTES = 1 << 20
MOST_BODY_BYTES = 8 << 20
MOST_CHANGES = 500
MOST_FRAME_BYTES = 32 << 20
DOCUMENTS_PER_PAGE = 50
# The oldest form (SCHEMA of a laptop's Huoke) in which this server still sends documents: raised by a release whose
# documents earlier ones cannot read. Whoever reads only older ones may still push.
OLDEST_READER = 2
# What a snapshot's manifest is asked for by: everything that this device may hold.
OWN_VIEW = "view"
MOST_CHUNK_BYTES = 1 << 20
_LENGTH = struct.Struct(">I")
# What a request may say; whatever is larger is no request, and no database keeps it.
_Id: TypeAlias = Annotated[bytes, Meta(min_length=16, max_length=16)]
_Count: TypeAlias = Annotated[int, Meta(ge=0, le=(1 << 53))]
_Form: TypeAlias = Annotated[int, Meta(ge=1, le=(1 << 31))]
_Hash: TypeAlias = Annotated[bytes, Meta(max_length=64)]
_Word: TypeAlias = Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z._ -]*$")]
_Kind: TypeAlias = Annotated[str, Meta(max_length=40, pattern=r"^[a-z_]+(\.[a-z_]+)*$")]


class _Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Sent as an array: names cost nothing on the wire."""


class ChangeSent(_Wire, frozen=True):
    """One change of a laptop; its number is its place in the batch.

    Attributes:
        args: canonical bytes, over which chain and signature are computed.
        recorded_at: milliseconds since 1970 by the laptop's clock; for display only.
    """

    uid: _Id
    kind: _Kind
    args: bytes
    recorded_at: int


class Position(_Wire, frozen=True):
    """Where a laptop stands in the stream of documents, which is ordered by (v, kind, id)."""

    v: _Count = 0
    kind: _Word = ""
    id: Annotated[bytes, Meta(max_length=256)] = b""


class Returned(_Wire, frozen=True):
    """How much of a customer's lease this device has given back in all, in minor units."""

    customer: _Id
    returned: _Count


class SyncRequest(_Wire, frozen=True):
    """Everything a laptop asks in one exchange.

    Attributes:
        schema: the form of the arguments of these changes.
        epoch: of the server this laptop last heard; empty before.
        view: of what this laptop holds (see `Answer.view`); empty before.
        position: up to where it has durably received documents.
        cursor: up to which v the documents are in its store.
        clock: milliseconds since 1970 by its clock; decides nothing.
        chain: of the change before the first one sent.
        first: number of the first change sent.
        unsent: how many changes it has not sent, these included.
        pull: whether documents are wanted; not while more changes follow.
        reads: the form of documents that this laptop can read: the SCHEMA of its Huoke.
    """

    protocol: int
    schema: _Form
    device: _Word
    epoch: _Hash
    view: _Word
    position: Position
    cursor: _Count
    clock: int
    chain: _Hash
    first: Annotated[int, Meta(ge=1, le=(1 << 53))]
    changes: list[ChangeSent]
    returned: list[Returned]
    unsent: _Count
    pull: bool
    reads: _Form


class Result(_Wire, frozen=True):
    """What became of one change.

    Attributes:
        status: `done`, `confirmed`, `held`, `quote`, `conflict`, `requested`, `refused`, `quarantined` or `repeated`.
        template, params: the sentence for a person, to be translated; empty where there is nothing to say.
    """

    number: int
    status: str
    template: str = ""
    params: dict[str, Any] = {}


class Answer(_Wire, frozen=True, tag="answer"):
    """The first frame.

    Attributes:
        standing: `ok`; `need`: changes are missing from `acknowledged` on; `fork`: this device's past differs, it
            goes on as `device`; `old`: the changes are taken as with `ok`, but no documents follow, for this laptop
            cannot read the server's.
        acknowledged, chain: the last change of this device that the server has, and the chain there.
        view: what the device may see; where it differs from the request's, all documents follow from the beginning.
        whole: whether what follows is everything, so that what is not in it is gone.
        time: milliseconds since 1970 by the server's clock. today: its business date.
    """

    standing: str
    device: str
    epoch: bytes
    acknowledged: int
    chain: bytes
    results: list[Result]
    view: str
    whole: bool
    time: int
    today: str
    person: str
    role: str


class Document(_Wire, frozen=True):
    """One document, or None for its body where this laptop may not hold it any more."""

    kind: str
    id: bytes
    body: bytes | None


class Page(_Wire, frozen=True, tag="page"):
    """Some documents, and the position after them."""

    documents: list[Document]
    position: Position
    left: int = 0


class Head(_Wire, frozen=True, tag="head"):
    """The end: with these documents the laptop is at version `v`."""

    v: int


class Chunk(_Wire, frozen=True):
    """Some documents of a snapshot, packed once and never changed.

    Attributes:
        name: by which it is asked for.
        sha256: of its bytes as they are sent.
    """

    name: str
    sha256: bytes
    size_bytes: int
    documents: int


class Manifest(_Wire, frozen=True):
    """What a laptop fetches to begin with everything it may hold, as it was at version `v`.

    Attributes:
        making: how many documents the office is still packing; while it is not 0 the rest is empty: ask again.
        acknowledged, chain: the last change of this device whose effects are in the snapshot, and the chain there.
        own: what is packed for this device; a document of these stands in the place of any of `common`.
        common: what is packed for everybody who may read it.
    """

    v: int
    epoch: bytes
    view: str
    acknowledged: int
    chain: bytes
    own: list[Chunk]
    common: list[Chunk]
    making: int = 0


class Card(_Wire, frozen=True):
    """The body of a document of kind `card`: what a salesperson may know of another's customer.

    Amounts in minor units, dates ISO.

    Attributes:
        verdict: how it stands without a new order.
        credit_left: of the limit, what is neither owed nor lent to anybody's laptop.
        overdue: open amount of the bills that are overdue.
    """

    code: str
    name: str
    short_name: str
    city: str
    closed_on: str | None
    owner: bytes | None
    credit_days: int
    credit_from: str
    verdict: str
    credit_left: int
    overdue: int


Frame = Answer | Page | Head
_request = msgspec.msgpack.Decoder(SyncRequest)
_frame = msgspec.msgpack.Decoder(Frame)


def encode_request(request: SyncRequest) -> bytes:
    """A request's bytes, before compression."""
    return msgspec.msgpack.encode(request)


def decode_request(body: bytes) -> SyncRequest:
    """A request from its bytes.

    Raises:
        InputError: they are no request of this protocol.
    """
    try:
        request = _request.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(N_("The request cannot be read: {reason}."), reason=str(error)) from error
    if len(request.changes) > MOST_CHANGES:
        raise InputError(N_("The request has more than {most} changes: send fewer at once."), most=MOST_CHANGES)
    return request


def encode_frame(frame: Frame) -> bytes:
    """A frame with its length before it."""
    encoded = msgspec.msgpack.encode(frame)
    return _LENGTH.pack(len(encoded)) + encoded


class Frames:
    """Takes the bytes of an answer as they come and gives the frames that are whole."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def take(self, some: bytes) -> Iterator[Frame]:
        """
        Raises:
            InputError: the bytes are no frames.
        """
        self._waiting += some
        while len(self._waiting) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._waiting)
            if length > MOST_FRAME_BYTES:
                raise InputError(N_("The server's answer cannot be read: is this a Huoke server of this version?"))
            if len(self._waiting) < _LENGTH.size + length:
                return
            encoded = bytes(self._waiting[_LENGTH.size : _LENGTH.size + length])
            del self._waiting[: _LENGTH.size + length]
            try:
                yield _frame.decode(encoded)
            except msgspec.MsgspecError as error:
                raise InputError(
                    N_("The server's answer cannot be read: is this a Huoke server of this version?")
                ) from error
