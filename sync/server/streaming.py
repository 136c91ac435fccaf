"""An answer that is made in a worker thread while it is sent, never further ahead than a few pieces.

A store's connection and the context that says which store is in use belong to one thread, so the whole of an answer is
made in one, and the event loop takes the pieces from a short queue.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Executor
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

PIECES_AHEAD = 32
# A laptop that takes nothing for so long holds a thread and a connection no longer.
STALLED_SECONDS = 60

Pieces = Generator[bytes, None, None]


class Making:
    """The pieces of an answer as a worker thread makes them; leave it in the end, so that the thread ends too."""

    def __init__(self, workers: Executor, make: Callable[[], Pieces]) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(PIECES_AHEAD)
        self._left = threading.Event()
        self._make = make
        workers.submit(self._run)

    def leave(self) -> None:
        """Want no more pieces: the thread ends at the next one."""
        self._left.set()
        # Whoever waits to put a piece finds room, and then that nobody is there any more.
        while not self._queue.empty():
            self._queue.get_nowait()

    async def next(self) -> bytes | None:
        """The next piece; None after the last.

        Raises:
            Exception: what went wrong in making it.
        """
        piece = await self._queue.get()
        if isinstance(piece, Exception):
            raise piece
        return piece

    def _run(self) -> None:
        ended: Exception | None = None
        try:
            pieces = self._make()
            try:
                for piece in pieces:
                    self._put(piece)
                    if self._left.is_set():
                        return
            finally:
                # Here and now, in the thread whose context and connection it uses.
                pieces.close()
        except Exception as error:  # whatever it is, it is told where the answer is awaited
            ended = error
        self._put(ended)

    def _put(self, piece: bytes | Exception | None) -> None:
        asyncio.run_coroutine_threadsafe(self._queue.put(piece), self._loop).result(2 * STALLED_SECONDS)


@dataclass(frozen=True)
class Streamed:
    """An answer of status 200 whose first piece is known already.

    A later piece that cannot be made cuts the answer: the laptop then sees that its end is missing.
    """

    making: Making
    first: bytes | None
    headers: list[tuple[bytes, bytes]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Raises:
            ConnectionError: the laptop went away or takes nothing any more.
            Exception: what went wrong in making a later piece.
        """
        gone = asyncio.create_task(_gone(receive))
        try:
            await _sent(send, {"type": "http.response.start", "status": 200, "headers": self.headers})
            piece = self.first
            while piece is not None:
                if gone.done():
                    raise ConnectionError("the laptop went away")
                await _sent(send, {"type": "http.response.body", "body": piece, "more_body": True})
                piece = await self.making.next()
            await _sent(send, {"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            self.making.leave()


async def _sent(send: Send, message: dict[str, object]) -> None:
    try:
        async with asyncio.timeout(STALLED_SECONDS):
            await send(message)
    except TimeoutError as error:
        raise ConnectionError("the laptop takes nothing any more") from error


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        """The body was read already."""


def scope_path(scope: Scope) -> str:
    """The path of a request as it was sent, with its query: what a signature covers."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (raw + (b"?" + query if query else b"")).decode("latin-1")
