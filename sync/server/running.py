"""The server as a process: its socket, its first line, its log, and an end that finishes what is under way."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from model.errors import N_, InputError, Refused

# Exchanges under way at the end of the server may go on for so long.
LONGEST_ENDING_SECONDS = 30
IDLE_CONNECTION_SECONDS = 30
FAREWELL_SECONDS = 1
WAITING_CONNECTIONS = 1024


@dataclass(frozen=True)
class Address:
    """Where the server listens; without a certificate it speaks plain HTTP, and that only to this machine."""

    host: str = "127.0.0.1"
    port: int = 8787
    certificate: Path | None = None
    key: Path | None = None

    def url(self, port: int) -> str:
        """How a laptop reaches it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.certificate is None else 'https'}://{host}:{port}"


def serve(app: ASGIApp, address: Address, ready: Callable[[str], None]) -> None:
    """Serve until a signal ends it.

    Args:
        ready: told the URL once the server answers there.

    Raises:
        Refused: plain HTTP was asked for beyond this machine.
        InputError: it cannot listen there, or the certificate cannot be read.
    """
    if address.certificate is None and not _is_this_machine(address.host):
        raise Refused(
            N_(
                "Beyond this machine a server speaks only TLS: give --tls-cert and --tls-key;"
                " “huoke server certificate HOST” makes them."
            )
        )
    _check_certificate(address)
    listening = _listening(address)
    url = address.url(listening.getsockname()[1])
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=LONGEST_ENDING_SECONDS,
        timeout_keep_alive=IDLE_CONNECTION_SECONDS,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
    )
    _Server(config, lambda: ready(url)).run(sockets=[listening])


def log_to_stderr() -> None:
    """Write the server's log, one JSON object a line, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("huoke.server")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


class _Server(uvicorn.Server):
    """Tells when it answers, and ends by a signal as by its own will."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        hanging_up = asyncio.create_task(self._hang_up())
        try:
            await super().shutdown(sockets)
        finally:
            hanging_up.cancel()

    async def _hang_up(self) -> None:
        """Cut what has nothing more to say: under TLS a laptop that is idle does not answer the server's farewell."""
        while True:
            await asyncio.sleep(FAREWELL_SECONDS)
            for connection in list(self.server_state.connections):
                transport = connection.transport
                if transport.is_closing() and not transport.get_write_buffer_size():
                    transport.abort()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own raises the signal again afterwards, and the process would end as if it had been killed.
        ends = (signal.SIGINT, signal.SIGTERM)
        former = {end: signal.signal(end, self.handle_exit) for end in ends}
        try:
            yield
        finally:
            for end, handler in former.items():
                signal.signal(end, handler)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_certificate(address: Address) -> None:
    if address.certificate is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(address.certificate, address.key)
    except (OSError, ssl.SSLError) as error:
        raise InputError(
            N_("The certificate {path} cannot be used ({reason}): “huoke server certificate HOST” makes one."),
            path=address.certificate,
            reason=error.strerror or str(error),
        ) from error


def _listening(address: Address) -> socket.socket:
    try:
        [(family, kind, protocol, _name, place), *_others] = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(place)
            listening.listen(WAITING_CONNECTIONS)
        except OSError:
            listening.close()
            raise
    except (OSError, OverflowError) as error:
        raise InputError(
            N_("The server cannot listen on {host}:{port} ({reason}): choose another with --host and --port."),
            host=address.host,
            port=address.port,
            reason=getattr(error, "strerror", None) or str(error),
        ) from error
    return listening
