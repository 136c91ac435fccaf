"""A laptop that its office has shut out leaves: what was done on it goes to the office first, then it may be wiped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from model.changes.log import SCHEMA
from model.errors import N_, UnreachableError
from model.store import Store, meta, one
from sync.errors import RequestTooLarge, Revoked
from sync.exchanging import Batch, Line, batch_after, fewer_than
from sync.protocol import PROTOCOL, Position, SyncRequest, encode_request

KEPT = "kept"


def hand_over(store: Store, line: Line, now: Callable[[], datetime]) -> int:
    """Give the office every change that is still kept here, for it to put aside what it has not got.

    What it acknowledged once is sent too: it may have been put back since, and there is no later time to ask.

    Returns:
        The number of the last change that it was given.

    Raises:
        UnreachableError: it did not take everything: this laptop must keep its store and try again.
        OfficeError: the same, and it says why.
    """
    with store.use():
        first = one("SELECT MIN(number) FROM change WHERE device = ?", (meta("device"),))
    # Numbers follow each other without a gap: what is no longer kept are the first ones.
    most = None
    after = (first[0] if first and first[0] else 1) - 1
    while True:
        with store.use():
            batch = batch_after(after, most)
            request = encode_request(_request(line, batch, now()))
        if not batch.sent:
            # Nothing was recorded meanwhile either.
            return after
        try:
            _give(line, request)
        except RequestTooLarge as refusal:
            most = fewer_than(batch, refusal)
            continue
        after += len(batch.sent)


def _request(line: Line, batch: Batch, now: datetime) -> SyncRequest:
    return SyncRequest(
        protocol=PROTOCOL, schema=batch.schema, device=line.device, epoch=bytes.fromhex(meta("epoch")), view="",
        position=Position(), cursor=0, clock=int(now.timestamp() * 1000), chain=batch.chain, first=batch.first,
        changes=batch.sent, returned=[], unsent=len(batch.sent), pull=False, reads=SCHEMA,
    )  # fmt: skip


def _give(line: Line, request: bytes) -> None:
    """Give the office the changes of a request.

    Raises:
        UnreachableError: it does not say that it has all of them.
    """
    try:
        for _some in line.exchange(request):
            pass
    except Revoked as told:
        if KEPT in told.params:
            return
    raise UnreachableError(
        N_("The office has not taken what was done on this laptop: nothing of it is removed, sync again.")
    )
