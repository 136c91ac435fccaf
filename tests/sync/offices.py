"""A real office and real laptops in one process: real stores on disk, the real rules, client and server between them.

Only the network is left out: a request's bytes are handed to the server, the answer's bytes to the client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from model.changes.company import AddProduct, AddSalesperson, SetSetting
from model.changes.customers import AddCustomer
from model.changes.documents import next_number
from model.changes.kind import Args
from model.changes.orders import LineArgs, RecordOrder
from model.changes.receipts import NamedBill, RecordReceipt
from model.changes.recording import record
from model.changes.terms import SetTerms
from model.ids import new_id
from model.orders import Order
from model.store import Store, meta, one, open_store, set_meta
from sync.client import Exchanged, exchange
from sync.connection import Truncated
from sync.credentials import make_key, public_key
from sync.errors import DeviceUnknown
from sync.protocol import decode_request, encode_frame
from sync.server.accounts import enrol, enrolment_code
from sync.server.exchange import Office
from sync.server.storage import open_office

FIRST_DAY = date(2026, 11, 23)


class Wire:
    """A line without a network. What cuts, repeats or loses stands in its place."""

    def __init__(self, office: Office, device: str) -> None:
        self.office, self.device, self.public_key = office, device, ""
        self.round_trips = self.bytes_up = self.bytes_down = self.skew_ms = 0

    def exchange(self, request: bytes) -> Iterator[bytes]:
        self.round_trips += 1
        self.bytes_up += len(request)
        with self.office.store.use():
            # What a server does before anything else.
            if one("SELECT 1 FROM device WHERE code = ?", (self.device,)) is None:
                raise DeviceUnknown("This device is not known here.")
        for frame in self.office.exchange(self.device, decode_request(request)):
            encoded = encode_frame(frame)
            self.bytes_down += len(encoded)
            yield encoded


class Cut(Wire):
    """A line that breaks after so many frames of an answer."""

    def __init__(self, office: Office, device: str, frames: int) -> None:
        super().__init__(office, device)
        self.frames = frames

    def exchange(self, request: bytes) -> Iterator[bytes]:
        for place, frame in enumerate(super().exchange(request)):
            if place == self.frames:
                raise Truncated("The connection was cut: sync again.")
            yield frame


class Company:
    """An office with people and goods.

    Args:
        folder: where the office and the laptops keep their stores.
        url: of the office's database; its own SQLite by default.
    """

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder = folder
        self.day = FIRST_DAY
        self.store = open_office(url or f"sqlite:///{folder / 'office'}", create=True)
        self.office = Office(self.store, now=self.now, day=lambda: self.day)
        self.people: dict[str, bytes] = {}
        self.products: dict[str, bytes] = {}
        self.customers: dict[str, bytes] = {}
        self.at_office(SetSetting(name="company_name", from_date=date(2026, 1, 1), value="Test Trading"))

    def reopen(self) -> None:
        """Open the office's store again, as a server does that was put back from a copy."""
        self.store = open_office(f"sqlite:///{self.store.folder}")
        self.office = Office(self.store, now=self.now, day=lambda: self.day)

    def now(self) -> datetime:
        return datetime.combine(self.day, time(9, 0), UTC)

    def at_office(self, args: Args, person: str | None = None) -> Any:
        with self.store.use():
            return self.office.record_here(args, None if person is None else self.people[person])

    def person(self, code: str, role: str = "sales") -> bytes:
        self.people[code] = new_id()
        self.at_office(AddSalesperson(id=self.people[code], code=code, name=f"Person {code}", role=role))
        return self.people[code]

    def product(self, code: str, price: int = 100, cost: int | None = 80, floor: int | None = None) -> bytes:
        self.products[code] = new_id()
        self.at_office(
            AddProduct(
                id=self.products[code], code=code, name=f"Product {code}", date=date(2026, 1, 1),
                price_e4=price * 10_000, cost_e4=None if cost is None else cost * 10_000,
                floor_e4=None if floor is None else floor * 10_000,
            )
        )  # fmt: skip
        return self.products[code]

    def customer(
        self, code: str, owner: str | None = None, *, limit: int = 0, days: int = 30, retail: bool = False
    ) -> bytes:
        """A customer of this owner, or the pool's; limit in whole units of money."""
        self.customers[code] = new_id()
        self.at_office(
            AddCustomer(
                id=self.customers[code], code=code, date=date(2026, 1, 1), card={"name": f"Customer {code}"},
                retail=retail, owner=None if owner is None else self.people[owner],
            )
        )  # fmt: skip
        if limit:
            self.at_office(
                SetTerms(
                    customer=self.customers[code], from_date=date(2026, 1, 1), credit_days=days, credit_from="order",
                    credit_limit=limit * 100,
                )
            )  # fmt: skip
        return self.customers[code]

    def laptop(self, person: str, name: str = "") -> Laptop:
        return Laptop(self, person, self.folder / (name or f"laptop-{person}-{len(list(self.folder.iterdir()))}"))


class Laptop:
    """A salesperson's laptop that has joined the office."""

    def __init__(self, company: Company, person: str, folder: Path) -> None:
        self.company, self.person = company, company.people[person]
        self.store: Store = open_store(folder, create=True)
        with company.store.use():
            code = enrolment_code(person, company.now())
            enrolled = enrol(code, public_key(make_key()), company.now())
        with self.store.use(), self.store.writing():
            for fact, value in {
                "company": enrolled.company, "device": enrolled.device, "key_device": enrolled.device,
                "me": enrolled.person, "person_role": enrolled.role, "server": "https://office.invalid",
            }.items():  # fmt: skip
                set_meta(fact, value)
        self.wire: Any = Wire(company.office, enrolled.device)

    @property
    def device(self) -> str:
        with self.store.use():
            return meta("device")

    def sync(self, progress: Callable[[Any], None] = lambda _progress: None) -> Exchanged:
        return exchange(self.store, self.wire, now=self.company.now, progress=progress)

    def do(self, args: Args, day: date | None = None) -> Any:
        with self.store.use():
            return record(args, person=self.person, on=day or self.company.day)

    def sell(self, customer: str, product: str, quantity: int, price: int = 100, **more: Any) -> bytes:
        """An order of one line, today; price in whole units of money."""
        id_ = new_id()
        with self.store.use():
            number = next_number()
        self.do(
            RecordOrder(
                id=id_, number=number, customer=self.company.customers[customer], date=self.company.day,
                lines=(
                    LineArgs(
                        line=1, product=self.company.products[product], quantity_e3=quantity * 1000,
                        price_e4=price * 10_000,
                    ),
                ),
                maker=self.person, **more,
            )
        )  # fmt: skip
        return id_

    def receive(self, customer: str, amount: int, *bills: bytes) -> bytes:
        id_ = new_id()
        with self.store.use():
            number = next_number()
        self.do(
            RecordReceipt(
                id=id_, number=number, customer=self.company.customers[customer], date=self.company.day,
                amount=amount * 100, bills=tuple(NamedBill(order=bill) for bill in bills),
            )
        )  # fmt: skip
        return id_

    def state_of(self, order: bytes) -> str | None:
        return state_of(self.store, order)

    def one(self, query: str, parameters: tuple[Any, ...] = ()) -> Any:
        with self.store.use():
            return one(query, parameters)


def state_of(store: Store, order: bytes) -> str | None:
    """An order's state in a store; None where it does not have it."""
    with store.use():
        found = Order.get_or_none(Order.id == order)
    return None if found is None else str(found.state)
