"""The bodies of requests: read no further than allowed, however they come, and unpacked no larger than allowed."""

from __future__ import annotations

import asyncio
import io

import zstandard
from starlette.requests import ClientDisconnect, Request

from model.errors import N_
from sync.errors import RequestCut, RequestTooLarge, RequestUnreadable
from sync.protocol import MOST_BODY_BYTES

LONGEST_BODY_SECONDS = 60
# What a laptop packs needs no larger window; a frame that claims one is not unpacked.
MOST_WINDOW_BYTES = MOST_BODY_BYTES


async def body_of(request: Request, most_bytes: int) -> bytes:
    """The body of a request as it was sent.

    Raises:
        RequestTooLarge: it has more bytes, or says so.
        RequestCut: it ended before its end, or comes too slowly.
    """
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > most_bytes:
        raise _too_large(most_bytes)
    received = bytearray()
    try:
        async with asyncio.timeout(LONGEST_BODY_SECONDS):
            async for some in request.stream():
                received += some
                if len(received) > most_bytes:
                    raise _too_large(most_bytes)
    except (ClientDisconnect, TimeoutError) as error:
        raise RequestCut(N_("The request was cut short: nothing of it was done.")) from error
    return bytes(received)


def unpacked(body: bytes) -> bytes:
    """What a zstandard frame holds.

    Raises:
        RequestTooLarge: more than a request may hold; no more than that was unpacked.
        RequestUnreadable: it is no such frame.
    """
    decompressor = zstandard.ZstdDecompressor(max_window_size=MOST_WINDOW_BYTES)
    try:
        with decompressor.stream_reader(io.BytesIO(body)) as reader:
            found = reader.read(MOST_BODY_BYTES + 1)
    except zstandard.ZstdError as error:
        raise RequestUnreadable(N_("The request cannot be unpacked: it is damaged.")) from error
    if len(found) > MOST_BODY_BYTES:
        raise _too_large(MOST_BODY_BYTES)
    return found


def _too_large(most_bytes: int) -> RequestTooLarge:
    return RequestTooLarge(N_("The request has more than {most} bytes: send fewer changes at once."), most=most_bytes)
