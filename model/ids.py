"""The outside names of rows: 16 bytes, made once by whoever records, never by a rule."""

from __future__ import annotations

import hashlib
import os
import threading
import time

ID_BYTES = 16

_lock = threading.Lock()
_last_stamp = 0


def new_id() -> bytes:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then a counter within the millisecond, then chance.

    Ids made by one process sort in the order they were made, so that a table grows at its end.
    """
    global _last_stamp
    with _lock:
        # Twelve bits below the millisecond keep the order of ids made within one.
        stamp = (time.time_ns() << 12) // 1_000_000
        stamp = max(stamp, _last_stamp + 1)
        _last_stamp = stamp
    milliseconds, within = stamp >> 12, stamp & 0xFFF
    chance = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return ((milliseconds << 80) | (0x7 << 76) | (within << 64) | (0b10 << 62) | chance).to_bytes(ID_BYTES)


def import_id(company: bytes, table: str, key: str) -> bytes:
    """The id of an imported row: the same company, table and key always give the same one (a UUIDv8)."""
    digest = hashlib.blake2b(f"{table}\0{key}".encode(), key=company, digest_size=ID_BYTES).digest()
    value = int.from_bytes(digest)
    value = value & ~(0xF << 76) | (0x8 << 76)
    value = value & ~(0b11 << 62) | (0b10 << 62)
    return value.to_bytes(ID_BYTES)
