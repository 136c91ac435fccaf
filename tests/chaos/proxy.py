"""A bad line: a TCP proxy that by a seed cuts, delays, truncates and repeats what laptops and office say to each other.

It reads the laptops' bytes as far as to know where a request ends, so that it can send a whole one again; what the
office answers is bytes to it.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

HOST = "127.0.0.1"
LONGEST_HEADER_BYTES = 65_536
PIECE_BYTES = 16_384
# Of the requests that passed so many are kept, to be sent again when nobody expects them.
REQUESTS_KEPT = 40
LONGEST_DELAY_SECONDS = 0.25
# A repeated request is not waited for any longer than this; its answer is nobody's.
REPEAT_PATIENCE_SECONDS = 20.0
# What happens to a request and its answer, and how often in a hundred.
FATES = (
    ("pass", 62),
    ("delay", 8),
    ("cut request", 6),
    ("lose answer", 5),
    ("cut answer", 6),
    ("truncate answer", 3),
    ("repeat first", 2),
    ("repeat after", 3),
    ("repeat later", 3),
    ("dribble", 2),
)


@dataclass
class Answering:
    """What shall become of the answer on one connection.

    Attributes:
        left: after so many more bytes it ends; None where all of it passes.
        politely: whether it then ends as if it were whole, instead of by a reset.
        slowly: whether it comes in small pieces.
        began: set when the first byte of an answer came.
    """

    left: int | None = None
    politely: bool = False
    slowly: bool = False


class Proxy:
    """The line of all laptops.

    Args:
        ports: where the office listens just now; empty while it does not.
    """

    def __init__(self, ports: Callable[[], list[int]], seed: int) -> None:
        self.counted: Counter[str] = Counter()
        self.troubled = True
        self.port = 0
        self._ports = ports
        self._chance = random.Random(f"proxy {seed}")
        self._kept: deque[bytes] = deque(maxlen=REQUESTS_KEPT)
        self._waiting: list[asyncio.Future[None]] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, HOST, 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._server.wait_closed()

    async def next_request(self) -> None:
        """Wait until the office has been handed the next request."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._begin(self._serve(reader, writer))

    def _begin(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, to_office = await self._connected()
        except OSError:
            self.counted["office not there"] += 1
            writer.transport.abort()
            return
        answering = Answering()
        back = asyncio.ensure_future(self._answers(there, writer, answering))
        try:
            while request := await whole_message(reader):
                if not await self._carry(request, to_office, writer, answering):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            if answering.left is None:
                back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            to_office.transport.abort()
            writer.transport.abort()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        ports = self._ports()
        if not ports:
            raise ConnectionRefusedError
        return await asyncio.open_connection(HOST, self._chance.choice(ports))

    def _fate(self) -> str:
        if not self.troubled:
            return "pass"
        [fate] = self._chance.choices([name for name, _ in FATES], [weight for _, weight in FATES])
        self.counted[fate] += 1
        return fate

    async def _carry(
        self, request: bytes, to_office: asyncio.StreamWriter, to_laptop: asyncio.StreamWriter, answering: Answering
    ) -> bool:
        """Bring a request to the office; whether the connection goes on after it."""
        fate, chance = self._fate(), self._chance
        if fate == "delay":
            await asyncio.sleep(chance.uniform(0, LONGEST_DELAY_SECONDS))
        elif fate == "cut request":
            await send(to_office, request[: chance.randrange(len(request))])
            return False
        elif fate == "repeat first":
            await self._repeat(request)
        elif fate == "lose answer":
            answering.left = 0
        elif fate in ("cut answer", "truncate answer"):
            answering.left = chance.choice((1, 200, 300, 500, 1_000, 4_000, 20_000, 100_000))
            answering.left = chance.randrange(answering.left) + 1
            answering.politely = fate == "truncate answer"
        answering.slowly = fate == "dribble"
        await send(to_office, request)
        self._tell_waiting()
        self._kept.append(request)
        if fate == "repeat after":
            self._begin(self._repeat(request))
        elif fate == "repeat later":
            self._begin(self._repeat(chance.choice(self._kept)))
        return True

    def _tell_waiting(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def _answers(self, there: asyncio.StreamReader, to: asyncio.StreamWriter, answering: Answering) -> None:
        try:
            while some := await there.read(PIECE_BYTES):
                if answering.left is not None and len(some) >= answering.left:
                    await send(to, some[: answering.left])
                    break
                if answering.left is not None:
                    answering.left -= len(some)
                for piece in pieces(some, 64) if answering.slowly else (some,):
                    await send(to, piece)
                    if answering.slowly:
                        await asyncio.sleep(0)
            if answering.politely:
                to.close()
            else:
                to.transport.abort()
        except OSError:
            to.transport.abort()

    async def _repeat(self, request: bytes) -> None:
        """Send a whole request once more, on a connection of its own, and hear the answer to its end."""
        try:
            async with asyncio.timeout(REPEAT_PATIENCE_SECONDS):
                reader, writer = await self._connected()
                try:
                    await send(writer, request)
                    await whole_message(reader)
                finally:
                    writer.transport.abort()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.counted["repeat that found no office"] += 1


async def send(to: asyncio.StreamWriter, some: bytes) -> None:
    to.write(some)
    await to.drain()


def pieces(some: bytes, size: int) -> list[bytes]:
    return [some[start : start + size] for start in range(0, len(some), size)]


async def whole_message(reader: asyncio.StreamReader) -> bytes:
    """A whole HTTP request or answer with its head; empty where the other side has ended."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as ended:
        if ended.partial:
            raise
        return b""
    fields = {
        name.strip().lower(): value.strip()
        for name, _colon, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return head + await _chunks(reader)
    return head + await reader.readexactly(int(fields.get(b"content-length", b"0")))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        found += size + await reader.readexactly(int(size.split(b";")[0], 16) + 2)
        if int(size.split(b";")[0], 16) == 0:
            return found
