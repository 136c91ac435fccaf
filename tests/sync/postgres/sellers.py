"""Devices without a store of their own, that send and receive by hand, so that many can be at the office at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

from model.changes import KIND_OF_ARGS
from model.changes.customers import LogContact
from model.changes.kind import Args, canonical
from model.changes.log import SCHEMA
from model.changes.orders import LineArgs, RecordOrder
from model.changes.receipts import RecordReceipt
from model.changes.recording import chained
from model.ids import new_id
from sync.credentials import make_key, public_key
from sync.errors import OfficeBusy
from sync.protocol import PROTOCOL, Answer, ChangeSent, Frame, Head, Page, Position, SyncRequest
from sync.server.accounts import enrol, enrolment_code
from sync.server.exchange import Office
from tests.sync.offices import Company

MOST_TRIES = 30


@dataclass
class Device:
    """One enrolled device: what it sent, and what it holds.

    Attributes:
        office: the server that it speaks with just now.
        held: the documents it has received, as (kind, id) → body.
    """

    company: Company
    person: str
    office: Office
    code: str = ""
    number: int = 0
    chain: bytes = b""
    epoch: bytes = b""
    view: str = ""
    position: Position = field(default_factory=Position)
    held: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    busy: int = 0

    def __post_init__(self) -> None:
        with self.company.store.use():
            code = enrolment_code(self.person, self.company.now())
            self.code = enrol(code, public_key(make_key()), self.company.now()).device

    def request(self, changes: Sequence[ChangeSent], *, pull: bool = True) -> SyncRequest:
        return SyncRequest(
            protocol=PROTOCOL, schema=SCHEMA, device=self.code, epoch=self.epoch, view=self.view,
            position=self.position, cursor=0, clock=0, chain=self.chain, first=self.number + 1,
            changes=list(changes), returned=[], unsent=len(changes), pull=pull, reads=SCHEMA,
        )  # fmt: skip

    def sent(self, *some: Args) -> list[ChangeSent]:
        return [ChangeSent(new_id(), KIND_OF_ARGS[type(args)].name, canonical(args), 0) for args in some]

    def push(self, *some: Args, repeated: int = 0, pull: bool = False) -> list[str]:
        """Send changes until the office has them, and then as often again; how each fared."""
        changes = self.sent(*some)
        request = self.request(changes, pull=pull)
        answer = self._answered(request)
        for _again in range(repeated):
            # Late and twice: the same request, which still asks from where the device stood then.
            self.position = request.position
            assert self._answered(request).results == answer.results
        for change in changes:
            self.number += 1
            self.chain = chained(self.chain, self.number, change.kind, change.args)
        assert (answer.standing, answer.acknowledged, answer.chain) == ("ok", self.number, self.chain)
        self.statuses |= {result.number: result.status for result in answer.results}
        return [result.status for result in answer.results]

    def pull(self) -> None:
        """Take what is new since the last time."""
        self._answered(self.request([]))

    def _answered(self, request: SyncRequest) -> Answer:
        """The answer, its documents taken; asked again where the office is busy, as a laptop does."""
        for _try in range(MOST_TRIES):
            try:
                return self._take(self.office.exchange(self.code, request))
            except OfficeBusy:
                self.busy += 1
        raise AssertionError(f"the office stayed busy for {MOST_TRIES} tries")

    def _take(self, frames: object) -> Answer:
        answer: Answer | None = None
        for frame in frames:  # type: ignore[attr-defined]
            if isinstance(frame, Answer):
                answer = frame
                if answer.whole:
                    self.held, self.position = {}, Position()
                self.epoch, self.view = answer.epoch, answer.view
            else:
                self._receive(frame)
        assert answer is not None
        return answer

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Page):
            assert _key(frame.position) > _key(self.position), "a position went back"
            self.position = frame.position
            for document in frame.documents:
                if document.body is None:
                    self.held.pop((document.kind, document.id), None)
                else:
                    self.held[document.kind, document.id] = document.body
        elif isinstance(frame, Head):
            self.position = Position(frame.v + 1)


def _key(position: Position) -> tuple[int, str, bytes]:
    return position.v, position.kind, position.id


class Deeds:
    """What a salesperson does all day, as arguments of changes."""

    def __init__(self, company: Company, person: str, seed: int) -> None:
        self.company, self.person, self.chance = company, person, random.Random(seed)
        self.series, self.made = f"{person}{seed}", 0

    def order(self, customer: str, quantity: int = 1, product: str = "P1", price: int = 100) -> RecordOrder:
        self.made += 1
        return RecordOrder(
            id=new_id(), number=f"{self.series}-{self.made}", customer=self.company.customers[customer],
            date=self.company.day, maker=self.company.people[self.person],
            lines=(
                LineArgs(line=1, product=self.company.products[product], quantity_e3=quantity * 1000,
                         price_e4=price * 10_000),
            ),
        )  # fmt: skip

    def receipt(self, customer: str, amount: int) -> RecordReceipt:
        self.made += 1
        return RecordReceipt(
            id=new_id(), number=f"{self.series}-{self.made}", customer=self.company.customers[customer],
            date=self.company.day, amount=amount * 100,
        )  # fmt: skip

    def contact(self, customer: str, day: date | None = None) -> LogContact:
        return LogContact(
            id=new_id(), customer=self.company.customers[customer], date=day or self.company.day,
            person=self.company.people[self.person], note="called",
        )  # fmt: skip


def together(*works: Callable[[], object]) -> None:
    """Do some work at the same time, each in a thread of its own; whatever goes wrong in one is raised here."""
    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(work) for work in works]:
            future.result()
