"""One exchange under way: batches of changes go up, results and documents come down, and at last they are merged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from model.changes.log import SCHEMA
from model.changes.recording import chained
from model.errors import N_, Refused, UnreachableError
from model.laptop import unsent_count
from model.leases import machine_of
from model.store import Store, execute, meta, one, rows, set_meta
from sync import bootstrap
from sync.connection import Truncated
from sync.errors import DeviceUnknown, RequestTooLarge
from sync.protocol import (
    MOST_CHANGES,
    PROTOCOL,
    Answer,
    ChangeSent,
    Frames,
    Head,
    Page,
    Position,
    Result,
    Returned,
    SyncRequest,
    encode_request,
)
from sync.rebase import Heard, begin_stage, keep_pushed, rebase, stage, staged_position

# What a batch may weigh before compression: even where nothing can be compressed the server takes it.
MOST_BATCH_BYTES = 900 << 10
# A batch, its answer, the next batch …; more than this is a server that does not make sense.
MOST_STEPS = 10_000
OTHER_PAST = b"another past"
# Of everything anew so many documents come in pages; if there are more, all of them are fetched as a snapshot.
MOST_WHOLE_BY_PAGES = 2_000


# Answers with which the office has taken the changes of a request: with all that is new, or without it, where this
# laptop cannot read the office's documents.
TAKEN, TAKEN_ONLY = ("ok", "old"), "old"


class LaptopTooOld(Refused):
    """The office has taken what was done here, but this Huoke cannot read what it sends."""


class Line(Protocol):
    """How a request reaches the office and its answer comes back.

    Attributes:
        public_key: by which the store had joined when the line began, as the store notes it.
    """

    round_trips: int
    bytes_up: int
    bytes_down: int
    skew_ms: int
    device: str
    public_key: str

    def exchange(self, request: bytes) -> Iterator[bytes]: ...

    def snapshot(self, chunk: str = "") -> bytes: ...


@dataclass(frozen=True)
class Progress:
    """How far an exchange is: what it is doing (`sending`, `receiving`, `merging …`), and how much of it.

    In a `pause` it broke off, and is tried again.

    A laptop that begins anew is `waiting`, `fetching`, `building`, at last `totals`, `search`, `indexes`.
    """

    doing: str
    changes: int = 0
    documents: int = 0
    documents_left: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


@dataclass(frozen=True)
class Exchanged:
    """What an exchange did.

    Attributes:
        pushed: changes that the office has now and had not before.
        confirmed, held, refused, conflicts: of these.
        waiting: unsent changes that cannot be done here for now; the office will judge them.
        rows_pulled: documents received.
        seconds: from the first request to the last row.
    """

    pushed: int
    confirmed: int
    held: int
    refused: int
    conflicts: int
    waiting: int
    rows_pulled: int
    bytes_up: int
    bytes_down: int
    round_trips: int
    seconds: float


@dataclass
class Batch:
    """Changes that go up in one request.

    Attributes:
        first: the number of the first of them.
        chain: of the change before it.
        sent: the changes.
        last: whether no more follow.
        schema: the form of their arguments.
    """

    first: int
    chain: bytes
    sent: list[ChangeSent]
    last: bool
    schema: int = SCHEMA


@dataclass
class Exchange:
    """One exchange under way."""

    store: Store
    line: Line
    progress: Callable[[Progress], None]
    now: Callable[[], datetime]
    begin: int = 0
    documents: int = 0
    results: dict[int, Result] = field(default_factory=dict)
    other_past: bool = False
    # The office has another epoch than before and is asked how everything kept here fared; which one was asked.
    asks_again: bool = False
    asked_of: bytes = b""
    # Everything is wanted anew, and it is more than should come in pages.
    is_much: bool = False
    by_pages: bool = False
    # Of how many changes a request may be, where the office or a proxy before it took no larger one.
    most_changes: int | None = None
    # A beginning anew between two runs is a part of it.
    started: float = field(default_factory=time.perf_counter)

    def run(self) -> Exchanged | None:
        """Exchange until nothing is left; None where the laptop shall first begin anew with a snapshot.

        Raises:
            LaptopTooOld: the office has everything that was done here, and this laptop nothing new.
        """
        self.is_much = False
        # The number after which changes are still to be sent.
        self.begin = int(meta("acknowledged", "0"))
        before = self.begin
        for _step in range(MOST_STEPS):
            batch = self._next_batch()
            try:
                heard = self._send(batch)
            except RequestTooLarge as refusal:
                self.most_changes = fewer_than(batch, refusal)
                continue
            if self.is_much:
                return None
            if heard is not None:
                rebased = rebase(self.store, heard, lambda what, count: self._tell(f"merging {what}", count))
                return self._done(before, rebased.waiting)
        raise UnreachableError(N_("The server asks for the same again and again: tell whoever keeps it."))

    def _done(self, before: int, waiting: int) -> Exchanged:
        fared = [self.results[number].status for number in sorted(self.results) if number > before]
        return Exchanged(
            pushed=len(fared),
            confirmed=fared.count("confirmed"),
            held=fared.count("held"),
            refused=fared.count("refused") + fared.count("quarantined"),
            conflicts=fared.count("conflict"),
            waiting=waiting,
            rows_pulled=self.documents,
            bytes_up=self.line.bytes_up,
            bytes_down=self.line.bytes_down,
            round_trips=self.line.round_trips,
            seconds=time.perf_counter() - self.started,
        )

    def tell_bootstrap(self, doing: str, done: int, left: int) -> None:
        """Tell how far the beginning anew is."""
        self.documents = done
        self._tell(doing, left=left)

    def _tell(self, doing: str, changes: int = 0, left: int = 0) -> None:
        self.progress(Progress(doing, changes, self.documents, left, self.line.bytes_up, self.line.bytes_down))

    def _next_batch(self) -> Batch:
        if self.other_past:
            # No chain is this one, so the office gives this laptop a name of its own.
            return Batch(1, OTHER_PAST, [], last=False)
        return batch_after(self.begin, self.most_changes)

    def _send(self, batch: Batch) -> Heard | None:
        """One request and its answer; what was heard where it came to its end and all is sent."""
        staged = staged_position()
        cursor = int(meta("cursor", "-1"))
        resumed = meta("stage_of").split(" ", 1) if staged is not None else None
        epoch, view = resumed if resumed else (meta("epoch"), meta("view"))
        request = SyncRequest(
            protocol=PROTOCOL,
            schema=batch.schema,
            device=self.line.device,
            epoch=bytes.fromhex(epoch),
            view=view,
            position=staged or Position(cursor + 1),
            cursor=max(cursor, 0),
            clock=int(self.now().timestamp() * 1000),
            chain=batch.chain,
            first=batch.first,
            changes=batch.sent,
            returned=_returned(),
            unsent=unsent_count() - (self.begin - int(meta("acknowledged", "0"))),
            pull=batch.last,
            reads=SCHEMA,
        )
        self._tell("sending", len(batch.sent))
        frames = Frames()
        answer: Answer | None = None
        head: Head | None = None
        received = 0
        for some in self._answer(encode_request(request)):
            for frame in frames.take(some):
                if isinstance(frame, Answer):
                    answer = frame
                    self._hear(answer, batch)
                    if self.other_past or self.asks_again:
                        return None
                elif isinstance(frame, Page):
                    received += len(frame.documents)
                    if self._better_by_snapshot(received):
                        self.is_much = True
                        return None
                    with self.store.writing():
                        stage(frame.documents, frame.position)
                    self.documents += len(frame.documents)
                    self._tell("receiving", left=frame.left)
                else:
                    head = frame
        if answer is None and self.other_past:
            return None
        if answer is None or (head is None and answer.standing == "ok" and batch.last):
            raise Truncated(N_("The answer of the server was cut in the middle: sync again."))
        if answer.standing == TAKEN_ONLY and batch.last:
            keep_pushed(self.store, self._heard(answer, cursor))
            raise LaptopTooOld(
                N_(
                    "What was done on this laptop is at the office. This Huoke is too old to receive what the office"
                    " has: install the newer one, then sync again."
                )
            )
        return None if head is None else self._heard(answer, head.v)

    def _heard(self, answer: Answer, v: int) -> Heard:
        return Heard(
            v=v,
            acknowledged=answer.acknowledged,
            chain=answer.chain,
            results=tuple(self.results.values()),
            view=answer.view,
            epoch=answer.epoch,
            heard_at=datetime.fromtimestamp(answer.time / 1000, UTC).isoformat(timespec="seconds"),
        )

    def _answer(self, request: bytes) -> Iterator[bytes]:
        """The answer's bytes; none where an office that was put back does not know this laptop's present name."""
        try:
            yield from self.line.exchange(request)
        except DeviceUnknown:
            enrolled = meta("key_device")
            if not enrolled or self.line.device == enrolled:
                raise
            # Under the name by which it joined the office still knows it, and gives it another.
            self.line.device, self.other_past = enrolled, True

    def _better_by_snapshot(self, received: int) -> bool:
        if self.by_pages or not meta("stage_whole"):
            return False
        return received > MOST_WHOLE_BY_PAGES or bootstrap.is_under_way(self.store.folder)

    def _hear(self, answer: Answer, batch: Batch) -> None:
        with self.store.writing():
            set_meta("skew_ms", str(answer.time - int(self.now().timestamp() * 1000)))
            set_meta("me", answer.person)
            set_meta("person_role", answer.role)
            taken = answer.standing in TAKEN
            self.other_past = taken and _chain_at(answer.acknowledged) != answer.chain
            if self.other_past:
                return
            self.asks_again = taken and self._is_another_epoch(answer)
            if self.asks_again:
                return
            if answer.standing == "fork":
                take_new_incarnation(answer.device)
                self.line.device = answer.device
                self.begin = 0
                self.results.clear()
            elif answer.standing == "ok" and batch.last:
                begin_stage(answer.view, answer.epoch, whole=answer.whole)
        if answer.standing == "need":
            # What the office forgot is sent again; where its past is another one, it will say so. It counts as unsent
            # from now on: if the line breaks before it is judged anew, its new outcome is still to be asked for.
            self.begin = answer.acknowledged
            with self.store.writing():
                set_meta("acknowledged", str(answer.acknowledged))
                set_meta("acknowledged_chain", answer.chain.hex())
        elif taken:
            self.results.update({result.number: result for result in answer.results})
            self.begin = max(self.begin, batch.first - 1 + len(batch.sent))

    def _is_another_epoch(self, answer: Answer) -> bool:
        """Whether the office was put back since it was last heard: then it is asked about everything kept here.

        It may have judged again, from a message that was late, what it had forgotten; only it knows how.
        """
        heard_of = meta("epoch")
        if self.asked_of == answer.epoch or not heard_of or bytes.fromhex(heard_of) == answer.epoch:
            return False
        self.asked_of = answer.epoch
        kept = one("SELECT MIN(number) FROM change WHERE device = ?", (meta("device"),))
        if kept is None or kept[0] is None:
            return False
        # The first one kept is the anchor of the chain, unless it is the first there ever was.
        self.begin = 0 if kept[0] == 1 else int(kept[0])
        set_meta("acknowledged", str(self.begin))
        set_meta("acknowledged_chain", _chain_at(self.begin).hex())
        self.results.clear()
        return True


def fewer_than(batch: Batch, refusal: RequestTooLarge) -> int:
    """How many changes to send at once where a batch was too large.

    Raises:
        RequestTooLarge: there is nothing to divide.
    """
    if len(batch.sent) > 1:
        return len(batch.sent) // 2
    if not batch.sent:
        raise refusal
    raise RequestTooLarge(
        N_(
            "Change {number} of this laptop ({change}) alone is larger than the office takes: tell whoever keeps the"
            " server. Nothing of it is lost."
        ),
        number=batch.first, change=batch.sent[0].kind,
    ) from refusal  # fmt: skip


def batch_after(number: int, most: int | None = None) -> Batch:
    """The changes of this laptop after one of its numbers, as many as one request takes, or at most so many."""
    most = MOST_CHANGES if most is None else min(most, MOST_CHANGES)
    found = rows(
        "SELECT uid, kind, args, recorded_at, schema FROM change WHERE device = ? AND number > ? ORDER BY number"
        " LIMIT ?",
        (meta("device"), number, most + 1),
    )
    chain = _chain_at(number)
    sent: list[ChangeSent] = []
    weight = 0
    schema = found[0][4] if found else SCHEMA
    for uid, kind, args, recorded_at, form in found[:most]:
        weight += len(args)
        # One request speaks one form: what an older version recorded goes by itself.
        if sent and (weight > MOST_BATCH_BYTES or form != schema):
            break
        moment = int(datetime.fromisoformat(recorded_at).timestamp() * 1000)
        sent.append(ChangeSent(bytes(uid), kind, bytes(args), moment))
    return Batch(number + 1, chain, sent, last=len(sent) == len(found), schema=schema)


def _chain_at(number: int) -> bytes:
    """This laptop's own chain at one of its changes; of one no longer kept, what the office said."""
    if number == 0:
        return b""
    found = one("SELECT chain FROM change WHERE device = ? AND number = ?", (meta("device"), number))
    if found is not None:
        return bytes(found[0])
    # Pruned, or never known here.
    return bytes.fromhex(meta("acknowledged_chain")) if number == int(meta("acknowledged", "0")) else b"unknown"


def _returned() -> list[Returned]:
    """What this device gave back of its leases that the office does not know yet."""
    return [
        Returned(bytes(customer), returned)
        for customer, returned in rows(
            "SELECT r.customer_id, r.returned FROM lease_return r JOIN lease l ON l.customer_id = r.customer_id"
            " AND l.device = ? WHERE r.returned > l.returned ORDER BY r.customer_id",
            (machine_of(meta("device")),),
        )
    ]


def take_new_incarnation(code: str) -> None:
    """Go on as another device: every change that is kept gets a number of its own there and is unsent again.

    Nothing is done twice: the office knows the changes it has by their ids.
    """
    kept = rows("SELECT uid, kind, args FROM change WHERE device = ? ORDER BY number", (meta("device"),))
    chain = b""
    for number, (uid, kind, args) in enumerate(kept, 1):
        chain = chained(chain, number, kind, bytes(args))
        execute("UPDATE change SET device = ?, number = ?, chain = ? WHERE uid = ?", (code, number, chain, bytes(uid)))
    set_meta("device", code)
    set_meta("acknowledged", "0")
    set_meta("acknowledged_chain", "")
