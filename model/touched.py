"""Which documents a change is about to write: one announcement, which laptop and server each need.

A rule announces a document before it writes any of its rows. On a laptop that has joined a server, the server's last
version of it is kept aside first (its shadow), so that the laptop's own unsent changes can be taken off again. On a
server, what was announced is what the feed must tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from model import remembering


@dataclass
class Touched:
    """What was announced: (kind, id) of documents, and the customers whose credit or totals changed."""

    documents: set[tuple[str, bytes]] = field(default_factory=set)
    customers: set[bytes] = field(default_factory=set)


class Witness(Protocol):
    """Whoever must know of a document before it is written."""

    def about_to_write(self, kind: str, id_: bytes) -> None: ...


_touched: ContextVar[Touched | None] = ContextVar("huoke_touched", default=None)
_witness: ContextVar[Witness | None] = ContextVar("huoke_witness", default=None)


@contextmanager
def collecting(witness: Witness | None = None) -> Iterator[Touched]:
    """Collect what the rules inside announce, and let a witness see each document first."""
    touched = Touched()
    collected, witnessed = _touched.set(touched), _witness.set(witness)
    try:
        yield touched
    finally:
        remembering.change_ended()
        _touched.reset(collected)
        _witness.reset(witnessed)


def touch(kind: str, id_: bytes, customer: bytes | None = None) -> None:
    """Announce a document that is about to be written.

    Args:
        kind: its kind in model.documents.
        id_: its key there.
        customer: whose it is, where its amounts count in that customer's credit.
    """
    remembering.about_to_change(kind)
    touched = _touched.get()
    if touched is None:
        return
    key = (kind, bytes(id_))
    if customer is not None:
        touched.customers.add(bytes(customer))
    if key not in touched.documents:
        witness = _witness.get()
        if witness is not None:
            witness.about_to_write(*key)
        touched.documents.add(key)


def touched_now() -> Touched:
    """What was announced so far inside the present `collecting`."""
    touched = _touched.get()
    return Touched() if touched is None else touched
