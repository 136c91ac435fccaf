"""Rows of long lists."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """A row that comes by the ten thousand: nothing in it leads back to it, so Python's search for cycles passes it by.

    That search would take longer than to read them, again and again while they are in sight.
    """
