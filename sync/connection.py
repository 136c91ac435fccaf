"""The line from a laptop to its office: signed requests over HTTPS, and what can go wrong with them in one sentence."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import zstandard

from model.errors import N_, InputError, UnreachableError
from sync.credentials import base64url, signed_headers
from sync.errors import ClockWrong, RequestCut, RequestRepeated, RequestTooLarge, told_by_office
from sync.protocol import CONTENT_TYPE, OWN_VIEW

CONNECT_SECONDS = 10.0
# The server answers at once; while it takes a large batch it may be silent for longer.
SILENCE_SECONDS = 60.0
# What is asked only to say what went wrong must not take long.
PROBE_SECONDS = 2.0
COMPRESSION_LEVEL = 3
# OpenSSL's own numbers for a certificate that is not valid yet, or not any more.
NOT_YET_VALID, EXPIRED = 9, 10
# … or that is made for another name or address.
OTHER_HOST, OTHER_ADDRESS = 62, 64
# … and its word for an answer that is no TLS at all.
NOT_TLS = "WRONG_VERSION_NUMBER"
PLAIN_PORT = 80
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Truncated(UnreachableError):
    """The answer ended in the middle; what was received of it is kept."""


class Enrolled(msgspec.Struct, frozen=True):
    """What a laptop learns when it joins.

    Attributes:
        renewed: it goes on as the device it was; only its key is new.
    """

    device: str
    company: str
    company_name: str
    person: str
    name: str
    role: str
    epoch: str
    renewed: bool = False


class OfficeConnection:
    """One connection, kept open over several requests; close it.

    Args:
        url: of the server, `https://…`; plain HTTP only to this machine itself.
        device: its code; empty before it has joined.
        public_key: by which it joined, as its store notes it.
        seed: its private key.
        ca: the certificate authority that enrolment pinned, as a PEM file; without one, the system's.
        now_ms: this machine's clock.
    """

    def __init__(
        self,
        url: str,
        *,
        device: str = "",
        public_key: str = "",
        seed: bytes = b"",
        ca: Path | None = None,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.url = checked_url(url)
        self.device = device
        self.public_key = public_key
        self.round_trips = self.bytes_up = self.bytes_down = 0
        self.skew_ms = 0
        self._seed = seed
        self._now_ms = now_ms
        verify: ssl.SSLContext | bool = True
        if ca is not None:
            try:
                verify = ssl.create_default_context(cafile=str(ca))
            except (OSError, ssl.SSLError) as error:
                raise InputError(
                    N_("{file} is not a certificate: name the PEM file that the office gave you."), file=ca
                ) from error
        self._client = httpx.Client(
            base_url=self.url,
            verify=verify,
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            headers={"Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> OfficeConnection:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    def enrol(self, code: str, public_key: bytes, **former: str) -> Enrolled:
        """Join by a one-time code.

        Args:
            former: what the store that joins again was: the `company` and `person` whose it is (the office does not
                take a code of others for it), and the `device` and `former_key` that it shall go on as.
        """
        body = msgspec.json.encode({"code": code, "public_key": base64url(public_key), **former})
        with _told(self.url):
            answer = self._client.post("/v1/enrol", content=body, headers={"Content-Type": "application/json"})
            self._count(len(body), len(answer.content))
            _raise_refusal(answer.status_code, answer.content, answer.headers)
            try:
                return msgspec.json.decode(answer.content, type=Enrolled)
            except msgspec.MsgspecError as error:
                raise InputError(
                    N_("{url} does not answer as a Huoke server: check the address."), url=self.url
                ) from error

    def exchange(self, request: bytes) -> Iterator[bytes]:
        """Send a request of `/v1/sync` and give the answer's bytes as they come, decompressed.

        Raises:
            UnreachableError: the office does not answer, or its answer is cut in the middle.
            OfficeError: the office refuses.
        """
        body = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(request)
        unpack = zstandard.ZstdDecompressor().decompressobj()
        for some in self.signed("POST", "/v1/sync", body, content_type=CONTENT_TYPE):
            try:
                yield unpack.decompress(some)
            except zstandard.ZstdError as error:
                raise Truncated(N_("The answer of the server was damaged on its way: sync again.")) from error

    def snapshot(self, chunk: str = "") -> bytes:
        """A chunk of the snapshot of everything this laptop may hold; without a name, its manifest."""
        return b"".join(self.signed("GET", f"/v1/snapshot/{OWN_VIEW}" + (f"/{chunk}" if chunk else "")))

    def signed(self, method: str, path: str, body: bytes = b"", content_type: str = "") -> Iterator[bytes]:
        """Send a signed request and give the answer's bytes; once more where only the clock or the line was wrong."""
        try:
            yield from self._signed(method, path, body, content_type)
        except ClockWrong as wrong:
            self.skew_ms = int(wrong.params["time"]) - self._now_ms()
            yield from self._signed(method, path, body, content_type)
        except RequestRepeated:
            # The line said it twice and the other one came first: what it asked is done, and asking again is harmless.
            yield from self._signed(method, path, body, content_type)

    def _signed(self, method: str, path: str, body: bytes, content_type: str) -> Iterator[bytes]:
        headers = signed_headers(self.device, self._seed, method, path, body, self._now_ms() + self.skew_ms)
        if content_type:
            headers["Content-Type"] = content_type
        with _told(self.url), self._client.stream(method, path, content=body, headers=headers) as answer:
            self._count(len(body), 0)
            if answer.status_code != httpx.codes.OK:
                answer.read()
                _raise_refusal(answer.status_code, answer.content, answer.headers)
            for some in answer.iter_raw():
                self.bytes_down += len(some)
                yield some

    def _count(self, up: int, down: int) -> None:
        self.round_trips += 1
        self.bytes_up += up
        self.bytes_down += down


def checked_url(url: str) -> str:
    """The address of a server, as requests need it.

    Raises:
        InputError: it is none, or would send everything in the clear.
    """
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise InputError(N_("“{value}” is not the address of a server: write it like https://office:8787."), value=url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise InputError(
            N_("{value} would send everything in the clear: use https, and --ca FILE for the office's certificate."),
            value=url,
        )
    return f"{parts.scheme}://{parts.netloc}"


def _raise_refusal(status: int, body: bytes, headers: httpx.Headers) -> None:
    if status == httpx.codes.OK:
        return
    after = headers.get("Retry-After", "")
    told = told_by_office(body, int(after) if after.isdecimal() else None)
    if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE and not isinstance(told, RequestTooLarge):
        # A proxy before the office has a limit of its own, and says so in words of its own.
        raise RequestTooLarge(N_("A server between this laptop and the office takes no request as large as this one."))
    if status == httpx.codes.REQUEST_TIMEOUT and not isinstance(told, RequestCut):
        raise RequestCut(N_("A server between this laptop and the office did not wait for the request: sync again."))
    raise told


@contextmanager
def _told(url: str) -> Iterator[None]:
    """What the network says, as a sentence that says what to do."""
    try:
        yield
    except httpx.HTTPError as error:
        raise _unreachable(error, url) from error


def _unreachable(error: httpx.HTTPError, url: str) -> UnreachableError:
    certificate = _certificate_error(error)
    if certificate is not None and certificate.verify_code in (NOT_YET_VALID, EXPIRED):
        return UnreachableError(
            N_(
                "The certificate of {url} is not valid on {today}: set this machine's clock right,"
                " or ask the office for a new certificate."
            ),
            url=url,
            today=time.strftime("%Y-%m-%d %H:%M"),
        )
    if certificate is not None and certificate.verify_code in (OTHER_HOST, OTHER_ADDRESS):
        return UnreachableError(
            N_("The certificate of {url} is made for another name: use the address that the office gave you."), url=url
        )
    if certificate is not None:
        return UnreachableError(
            N_(
                "The certificate of {url} is not one this machine trusts: join with --ca FILE, the office's own"
                " authority (ca.pem) that signed it."
            ),
            url=url,
        )
    if any(isinstance(cause, ssl.SSLError) and cause.reason == NOT_TLS for cause in _causes(error)):
        return UnreachableError(
            N_("{url} does not speak TLS: check the port; on the server's own machine {plain} may be meant."),
            url=url,
            plain=url.replace("https://", "http://", 1),
        )
    if isinstance(error, httpx.TimeoutException):
        return UnreachableError(N_("{url} does not answer: check the network and sync again."), url=url)
    if isinstance(error, httpx.ConnectError):
        return UnreachableError(N_("{url} cannot be reached: check the network and the address."), url=url)
    if url.startswith("http://") and _speaks_tls(url):
        return UnreachableError(
            N_("{url} speaks only TLS: use {secure}, with --ca FILE for the office's own authority (ca.pem)."),
            url=url,
            secure=url.replace("http://", "https://", 1),
        )
    return Truncated(N_("The connection to {url} was cut: sync again."), url=url)


def _certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    return next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLCertVerificationError)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _speaks_tls(url: str) -> bool:
    """Whether a server that cut a plain connection takes up one under TLS; nothing is sent over it."""
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Only whether there is TLS is asked, not whose.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((parts.hostname or "", parts.port or PLAIN_PORT), PROBE_SECONDS) as wire,
            context.wrap_socket(wire),
        ):
            return True
    except OSError:
        # Whatever it is that does not come about: the answer is no, and the first error is told.
        return False
