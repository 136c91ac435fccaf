"""The server's entrances: who asks is proved, what it sends is read, and the office is asked; nothing is decided here.

A request is worked on in a worker thread, for the database blocks. Its log line tells method, path, status, device,
milliseconds, bytes and what went wrong by its code; never a key, a code or a body.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import msgspec
import peewee
import zstandard
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.changes.kind import Args
from model.errors import N_, HuokeError, InputError, Refused, StoreError
from model.store import Store, rows
from sync.credentials import from_base64url
from sync.errors import (
    NothingThere,
    OfficeBusy,
    OfficeError,
    ProtocolUnknown,
    RequestRefused,
    RequestUnreadable,
)
from sync.protocol import (
    CONTENT_TYPE,
    MOST_COMPRESSED_BYTES,
    PROTOCOL,
    Frame,
    SyncRequest,
    decode_request,
    encode_frame,
)
from sync.server import metrics, openapi
from sync.server.accounts import Enrolled, enrol
from sync.server.admission import (
    ENROLMENT_ALLOWANCE,
    TOKEN,
    Device,
    authenticate,
    milliseconds,
    take_token,
)
from sync.server.bodies import body_of, unpacked
from sync.server.storage import OfficeFolder, retrying, writing_lightly
from sync.server.streaming import Making, Pieces, Streamed, scope_path

COMPRESSION_LEVEL = 3
MOST_ENROLMENT_BYTES = 4096
# SQLite has one writer; each thread keeps a connection with its cache. PostgreSQL's writers work beside each other.
FOLDER_WORKERS = 6
DATABASE_WORKERS = 16
# The chunks of a snapshot come by the hundred.
CHUNK_COST = TOKEN // 10
NOTES = "huoke"
DEFECT = N_("The server met a defect: its log tells more.")

log = logging.getLogger("huoke.server")
Answer = TypeVar("Answer")
Endpoint = Callable[[Request], Awaitable[Any]]


class OfficeDesk(Protocol):
    """What is asked of the office."""

    def exchange(self, device_code: str, request: SyncRequest) -> Iterator[Frame]:
        """Take a laptop's changes, durable before the first frame, and give it what it has not got.

        Raises:
            Revoked: it was shut out; what it sent is put aside.
        """

    def record_here(self, args: Args, person: bytes | None = None) -> Any:
        """Do something at the office itself."""


class Snapshots(Protocol):
    """What a new laptop fetches; both answers are bytes to be sent as they are, None where there is no such thing."""

    def manifest(self, device_code: str, bucket: str) -> bytes | None: ...

    def chunk(self, device_code: str, bucket: str, chunk: str) -> bytes | None: ...


class _EnrolmentAsked(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    public_key: str
    company: str = ""
    person: str = ""
    device: str = ""
    former_key: str = ""


def make_app(
    store: Store,
    office: OfficeDesk,
    snapshots: Snapshots | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ASGIApp:
    """The server over one store, as an ASGI application."""
    entrances = Entrances(store, office, snapshots, now)
    routes = [Route(path, answering(endpoint), methods=[method]) for path, method, endpoint in entrances.all()]
    handlers = {HTTPException: _no_entrance}
    return Recorded(Starlette(routes=routes, exception_handlers=handlers), entrances.counters)  # type: ignore[arg-type]


class Entrances:
    """Every entrance; each is a method that takes a request and gives its answer."""

    def __init__(
        self, store: Store, office: OfficeDesk, snapshots: Snapshots | None, now: Callable[[], datetime]
    ) -> None:
        self.counters = metrics.Counters()
        self._store = store
        self._office = office
        self._snapshots = snapshots
        self._now = now
        self._keeps_connections = isinstance(store, OfficeFolder)
        self._workers = ThreadPoolExecutor(
            FOLDER_WORKERS if self._keeps_connections else DATABASE_WORKERS, thread_name_prefix="huoke-office"
        )

    def all(self) -> list[tuple[str, str, Endpoint]]:
        """Path, method and endpoint of each."""
        return [
            ("/v1/sync", "POST", self.sync),
            ("/v1/enrol", "POST", self.enrol),
            ("/v1/snapshot/{bucket}", "GET", self.snapshot),
            ("/v1/snapshot/{bucket}/{chunk}", "GET", self.snapshot),
            ("/v1/time", "GET", self.time),
            ("/healthz", "GET", self.healthz),
            ("/metrics", "GET", self.metrics),
            ("/openapi.json", "GET", self.openapi),
        ]

    async def sync(self, request: Request) -> Streamed:
        body = await body_of(request, MOST_COMPRESSED_BYTES)
        _notes(request.scope)["in"] = len(body)
        making = Making(self._workers, lambda: self._exchange(request, body))
        try:
            first = await making.next()
        except BaseException:
            making.leave()
            raise
        return Streamed(making, first, [(b"content-type", CONTENT_TYPE.encode())])

    def _exchange(self, request: Request, body: bytes) -> Pieces:
        with self._in_store():
            device = self._authenticated(request, body)
            asked = _request_in(unpacked(body), device)
        packer = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compressobj()
        for frame in self._office.exchange(device.code, asked):
            # Flushed after each, so that a laptop can keep what has come when the line breaks.
            yield packer.compress(encode_frame(frame)) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        yield packer.flush()

    async def enrol(self, request: Request) -> Response:
        body = await body_of(request, MOST_ENROLMENT_BYTES)
        try:
            asked = msgspec.json.decode(body, type=_EnrolmentAsked)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RequestUnreadable(N_("The request cannot be read: {reason}."), reason=str(error)) from error
        address = request.client.host if request.client else ""
        enrolled = await self._worked(lambda: self._enrolled(asked, address))
        _notes(request.scope)["device"] = enrolled.device
        return JSONResponse(asdict(enrolled))

    def _enrolled(self, asked: _EnrolmentAsked, address: str) -> Enrolled:
        now = self._now()

        def take() -> OfficeError | None:
            with writing_lightly():
                return take_token(f"@{address}", now, allowance=ENROLMENT_ALLOWANCE)

        with self._in_store():
            refused = retrying(take)
            if refused is not None:
                raise refused
            key = from_base64url(asked.public_key) or b""
            return enrol(
                asked.code, key, now, company=asked.company, person=asked.person, device=asked.device,
                former_key=from_base64url(asked.former_key) or b"", do=self._office.record_here,
            )  # fmt: skip

    async def snapshot(self, request: Request) -> Response:
        bucket, chunk = request.path_params["bucket"], request.path_params.get("chunk")

        def found() -> bytes | None:
            with self._in_store():
                device = self._authenticated(request, b"", TOKEN if chunk is None else CHUNK_COST)
                if device.barred is not None:
                    raise device.barred
                if self._snapshots is None:
                    return None
                if chunk is None:
                    return self._snapshots.manifest(device.code, bucket)
                return self._snapshots.chunk(device.code, bucket, chunk)

        body = await self._worked(found)
        if body is None:
            raise NothingThere(N_("The server has no such snapshot: begin again."))
        return Response(body, media_type=CONTENT_TYPE)

    async def time(self, _request: Request) -> Response:
        return JSONResponse({"time": milliseconds(self._now())})

    async def healthz(self, _request: Request) -> Response:
        def look() -> None:
            with self._in_store():
                rows("SELECT v FROM head")

        await self._worked(look)
        return JSONResponse({"status": "ok"})

    async def metrics(self, _request: Request) -> Response:
        def count() -> list[str]:
            with self._in_store():
                return metrics.lines_of_store()

        lines = [*self.counters.lines(), *await self._worked(count)]
        return PlainTextResponse("\n".join(lines) + "\n", media_type=metrics.CONTENT_TYPE)

    async def openapi(self, _request: Request) -> Response:
        return JSONResponse(openapi.DOCUMENT)

    async def _worked(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    def _authenticated(self, request: Request, body: bytes, cost: int = TOKEN) -> Device:
        hashed = hashlib.sha256(body).digest()
        device = authenticate(request.headers, request.method, scope_path(request.scope), hashed, self._now(), cost)
        _notes(request.scope)["device"] = device.code
        return device

    @contextmanager
    def _in_store(self) -> Iterator[None]:
        """The store in use in this worker thread, which keeps its connection to a file, and so its cache."""
        with self._store.use():
            yield
        if self._keeps_connections and self._store.database.is_closed():
            self._store.database.connect()


def _request_in(packed: bytes, device: Device) -> SyncRequest:
    """A sync request, if it is one of this protocol and of the device that signed it."""
    try:
        [protocol, *_others] = msgspec.msgpack.decode(packed, type=list[msgspec.Raw])
        version = msgspec.msgpack.decode(protocol, type=int)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RequestUnreadable(N_("The request cannot be read: {reason}."), reason=str(error)) from error
    if version != PROTOCOL:
        raise ProtocolUnknown()
    asked = decode_request(packed)
    if asked.device != device.code:
        raise RequestUnreadable(N_("The request speaks of another device than the one that signed it."))
    return asked


def as_office_error(error: Exception) -> OfficeError | None:
    """What a laptop is told of an error; None where it is a defect."""
    if isinstance(error, OfficeError):
        return error
    if isinstance(error, InputError):
        return RequestUnreadable(error.template, **error.params)
    if isinstance(error, Refused):
        return RequestRefused(error.template, **error.params)
    if isinstance(error, StoreError):
        # It names folders of the server, which are for its log.
        return OfficeBusy(N_("The office's store cannot be used: the server's log tells more."))
    if isinstance(error, HuokeError):
        return OfficeBusy(error.template, **error.params)
    return OfficeBusy(N_("The office's database does not answer: try again in a moment.")) if _lost(error) else None


def _lost(error: Exception) -> bool:
    return isinstance(error, peewee.OperationalError | peewee.InterfaceError)


def answering(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose errors become answers."""

    async def answered(request: Request) -> Any:
        try:
            return await endpoint(request)
        except Exception as error:  # the border: whatever it is, the laptop is told and the log knows
            told = as_office_error(error)
            if isinstance(error, StoreError):
                log.error("%s", json.dumps({"path": request.scope["path"], "store": str(error)}))
            if told is None:
                log.exception("defect at %s", request.scope["path"])
            return _told(request.scope, told or OfficeError(DEFECT))

    return answered


async def _no_entrance(request: Request, error: HTTPException) -> Response:
    told = NothingThere(N_("The server has no such entrance."))
    answer = _told(request.scope, told)
    answer.status_code = error.status_code
    return answer


def _told(scope: Scope, error: OfficeError) -> Response:
    _notes(scope)["error"] = error.code
    body = {"error": error.code, "message": error.template, "params": {k: _plain(v) for k, v in error.params.items()}}
    headers = {} if error.retry_after_seconds is None else {"retry-after": str(error.retry_after_seconds)}
    return JSONResponse(body, status_code=error.status, headers=headers)


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, int) else str(value)


def _notes(scope: Scope) -> dict[str, Any]:
    """What the log line of a request shall say besides what every one says."""
    notes: dict[str, Any] = scope.setdefault(NOTES, {})
    return notes


class Recorded:
    """The application with each of its answers logged and counted."""

    def __init__(self, app: ASGIApp, counters: metrics.Counters) -> None:
        self._app = app
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, sent = time.monotonic_ns(), 0, 0
        notes = _notes(scope)

        async def counted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception as error:
            # The answer was cut; the server closes the connection, by which the laptop knows.
            notes["error"] = "gone" if isinstance(error, OSError) else "cut"
            if as_office_error(error) is None and not isinstance(error, OSError):
                log.exception("defect at %s", scope["path"])
            raise
        finally:
            spent = time.monotonic_ns() - began
            route = scope["route"].path if "route" in scope else "other"
            self._counters.count(route, status, spent, notes.get("in", 0), sent)
            line = {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "method": scope["method"],
                "path": scope["path"], "status": status, "device": notes.get("device", ""),
                "ms": spent // 1_000_000, "in": notes.get("in", 0), "out": sent, "error": notes.get("error", ""),
            }  # fmt: skip
            log.info("%s", json.dumps(line))
