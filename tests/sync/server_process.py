"""A server of its own process on a loopback port, and devices that sign their requests by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
import zstandard
from starlette.types import ASGIApp

from model.changes.log import SCHEMA
from sync.credentials import base64url, make_key, public_key, signed_headers
from sync.protocol import PROTOCOL, ChangeSent, Frame, Frames, Position, SyncRequest, encode_request

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 60
READY = "huoke serving on "


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "tui.cli.main", *map(str, words)]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "LANGUAGE": "en", "LC_ALL": "C.UTF-8", **more}


@dataclass
class Server:
    """A running server; `lines` is what it printed when it began, `log` what it wrote, once it has ended."""

    process: subprocess.Popen[str]
    url: str
    client: httpx.Client
    code: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)
    log_text: str = ""

    def end(self) -> int:
        """End it by SIGTERM and read its log."""
        self.process.terminate()
        _out, self.log_text = self.process.communicate(timeout=LONGEST_SECONDS)
        self.log = [json.loads(line) for line in self.log_text.splitlines()]
        return self.process.returncode

    def device(self, code: str | None = None) -> Device:
        """A device that joins by a code, the first one's if none is given."""
        seed = make_key()
        answer = self.client.post(
            "/v1/enrol", json={"code": code or self.code, "public_key": base64url(public_key(seed))}
        )
        assert answer.status_code == 200, answer.text
        return Device(self, answer.json()["device"], seed)


@dataclass
class Device:
    """A device by hand."""

    server: Server
    code: str
    seed: bytes

    def request(self, *changes: ChangeSent, **other: Any) -> SyncRequest:
        fields: dict[str, Any] = {
            "protocol": PROTOCOL, "schema": SCHEMA, "device": self.code, "epoch": b"", "view": "",
            "position": Position(), "cursor": 0, "clock": now_ms(), "chain": b"", "first": 1,
            "changes": list(changes), "returned": [], "unsent": len(changes), "pull": True,
            "reads": SCHEMA,
        }  # fmt: skip
        return SyncRequest(**{**fields, **other})

    def packed(self, *changes: ChangeSent, **other: Any) -> bytes:
        return zstandard.compress(encode_request(self.request(*changes, **other)))

    def send(
        self, body: bytes, *, method: str = "POST", path: str = "/v1/sync", at_ms: int | None = None
    ) -> httpx.Response:
        headers = signed_headers(self.code, self.seed, method, path, body, at_ms or now_ms())
        return self.server.client.request(method, path, content=body, headers=headers)

    def exchange(self, *changes: ChangeSent, **other: Any) -> list[Frame]:
        answer = self.send(self.packed(*changes, **other))
        assert answer.status_code == 200, answer.text
        return list(Frames().take(zstandard.ZstdDecompressor().decompressobj().decompress(answer.content)))


@contextmanager
def serving(database: str, *words: object, verify: Any = True, **more: str) -> Iterator[Server]:
    """`huoke serve` on a free port of this machine."""
    process = subprocess.Popen(
        command("serve", "--database", database, "--port", 0, *words),
        cwd=ROOT, env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    assert process.stdout is not None
    try:
        first = process.stdout.readline().strip()
        if not first.startswith(READY):
            process.kill()
            raise AssertionError(process.communicate(timeout=LONGEST_SECONDS)[1])
        url = first.removeprefix(READY)
        with httpx.Client(base_url=url, verify=verify, timeout=LONGEST_SECONDS, trust_env=False) as client:
            yield Server(process, url, client)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=LONGEST_SECONDS)
        else:
            process.stdout.close()
            assert process.stderr is not None
            process.stderr.close()


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """An application on a free port of this machine, in a thread of this process; its address."""
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
            await super().startup(None)
            started.set()

    server = Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert started.wait(LONGEST_SECONDS)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(LONGEST_SECONDS)


@contextmanager
def fresh_server(folder: Path, *words: object, **more: Any) -> Iterator[Server]:
    """A server that began everything by itself; its first code is read from its second line."""
    with serving(f"sqlite:///{folder}", *words, **more) as server:
        assert server.process.stdout is not None
        server.code = server.process.stdout.readline().split("join ")[1].split()[1]
        yield server
