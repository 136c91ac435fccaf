"""A company whose documents others want, and laptops by hand that send what no screen would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.changes import KIND_OF_ARGS
from model.changes.company import SetWorksHere
from model.changes.customers import FieldEdit, LogContact
from model.changes.editing import EditCustomer
from model.changes.kind import Args, canonical
from model.changes.log import SCHEMA
from model.changes.orders import LineArgs, RecordOrder
from model.changes.receipts import RecordReceipt
from model.conflicts import Conflict
from model.ids import new_id
from model.people import Salesperson
from model.store import rows
from sync.credentials import make_key, public_key
from sync.protocol import (
    PROTOCOL,
    Answer,
    ChangeSent,
    Position,
    Result,
    SyncRequest,
    decode_request,
    encode_request,
)
from sync.server.accounts import enrol, enrolment_code
from sync.server.checking import faults
from tests.model.company import BUSINESS_TABLES
from tests.sync.offices import Company

# What a change may write besides its own entry in the log, and what tells people of it.
KEPT_TABLES = (*(table for table in BUSINESS_TABLES if table != "change"), "lease", "alias", "conflict")
ROLE_OF = {"WANG": "sales", "LI": "sales", "CHEN": "manager", "ZHAO": "finance", "QIAN": "admin"}


def sent(args: Args, uid: bytes | None = None) -> ChangeSent:
    """A change as it stands in a request."""
    return forged(KIND_OF_ARGS[type(args)].name, canonical(args), uid)


def forged(kind: str, args: bytes, uid: bytes | None = None) -> ChangeSent:
    return ChangeSent(uid=uid or new_id(), kind=kind, args=args, recorded_at=0)


class Intruder:
    """A laptop by hand, of somebody who works here."""

    def __init__(self, company: Company, person: str) -> None:
        self.company, self.person = company, company.people[person]
        with company.store.use():
            code = enrolment_code(person, company.now())
            self.device = enrol(code, public_key(make_key()), company.now()).device
        self.last, self.chain = 0, b""

    def request(self, *changes: ChangeSent, **other: Any) -> SyncRequest:
        fields: dict[str, Any] = {
            "protocol": PROTOCOL, "schema": SCHEMA, "device": self.device, "epoch": b"", "view": "",
            "position": Position(), "cursor": 0, "clock": 0, "chain": self.chain, "first": self.last + 1,
            "changes": list(changes), "returned": [], "unsent": len(changes), "pull": False,
            "reads": SCHEMA,
        }  # fmt: skip
        return SyncRequest(**{**fields, **other})

    def exchange(self, request: SyncRequest) -> Answer:
        """What the office answers to a request, read as it comes over the wire."""
        answer, *_rest = self.company.office.exchange(self.device, decode_request(encode_request(request)))
        assert isinstance(answer, Answer)
        return answer

    def send(self, *changes: Args | ChangeSent) -> list[Result]:
        """Push changes, and what became of each."""
        wire = [one if isinstance(one, ChangeSent) else sent(one) for one in changes]
        with self.company.store.use():
            works_here = Salesperson.get_by_id(self.person).active
        if not works_here:
            # Something wild that a manager sent has shut this person out.
            self.company.at_office(SetWorksHere(person=self.person, active=True))
        answer = self.exchange(self.request(*wire))
        assert answer.standing == "ok"
        self.last, self.chain = answer.acknowledged, answer.chain
        return answer.results

    def order(self, customer: str, **other: Any) -> RecordOrder:
        """An order of one piece, today."""
        fields: dict[str, Any] = {
            "id": new_id(), "number": f"{self.device}-{new_id().hex()[-8:]}",
            "customer": self.company.customers[customer],
            "date": self.company.day, "lines": (line(self.company),), "maker": self.person,
        }  # fmt: skip
        return RecordOrder(**{**fields, **other})

    def receipt(self, customer: str, **other: Any) -> RecordReceipt:
        fields: dict[str, Any] = {
            "id": new_id(), "number": f"{self.device}-{new_id().hex()[-8:]}",
            "customer": self.company.customers[customer], "date": self.company.day, "amount": 100,
        }  # fmt: skip
        return RecordReceipt(**{**fields, **other})

    def contact(self, customer: str, **other: Any) -> LogContact:
        fields: dict[str, Any] = {
            "id": new_id(), "customer": self.company.customers[customer], "date": self.company.day, "note": "called",
            "person": self.person,
        }  # fmt: skip
        return LogContact(**{**fields, **other})

    def edit(self, customer: str, before: str = "", after: str = "13800000001", name: str = "phone") -> EditCustomer:
        return EditCustomer(
            customer=self.company.customers[customer], version=1, edits={name: FieldEdit(before=before, after=after)}
        )


def line(company: Company, **other: Any) -> LineArgs:
    fields: dict[str, Any] = {
        "line": 1, "product": company.products["P"], "quantity_e3": 1_000, "price_e4": 1_000_000,
    }  # fmt: skip
    return LineArgs(**{**fields, **other})


@dataclass
class Ground:
    """Two salespeople with customers of their own, an office, and what Li has done.

    Attributes:
        of_li: ids of Li's order, quote, held order, money and contact, and the uids of the changes that made them.
    """

    company: Company
    laptops: dict[str, Intruder] = field(default_factory=dict)
    of_li: dict[str, bytes] = field(default_factory=dict)

    @property
    def wang(self) -> Intruder:
        """A salesperson."""
        return self.laptops["WANG"]

    @property
    def li(self) -> Intruder:
        """Another salesperson."""
        return self.laptops["LI"]

    @property
    def chen(self) -> Intruder:
        """The manager."""
        return self.laptops["CHEN"]

    def kept(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every business row there is."""
        with self.company.store.use():
            return {table: sorted(rows(f"SELECT * FROM {table}"), key=repr) for table in KEPT_TABLES}

    def broken(self) -> list[Any]:
        """What must hold in the office's store and does not."""
        with self.company.store.use():
            return list(faults(self.company.day))


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    company = Company(folder)
    for code, role in ROLE_OF.items():
        company.person(code, role)
    company.product("P", price=100, cost=80, floor=90)
    company.customer("WANGS", "WANG", limit=100_000)
    company.customer("LIS", "LI", limit=1_000)
    company.customer("POOL", limit=1_000)
    company.customer("SHOP", retail=True)
    found = Ground(company, {code: Intruder(company, code) for code in ROLE_OF})
    _let_li_work(found)
    yield found
    company.store.close()


def _let_li_work(found: Ground) -> None:
    li, chen, company = found.laptops["LI"], found.laptops["CHEN"], found.company
    deeds: dict[str, Any] = {
        "order": li.order("LIS"),
        "quote": li.order("LIS", quote=True),
        "held": li.order("LIS", lines=(line(company, quantity_e3=1_000_000),)),
        "receipt": li.receipt("LIS"),
        "contact": li.contact("LIS"),
    }
    changes = {name: sent(args) for name, args in deeds.items()}
    results = li.send(*changes.values())
    assert [result.status for result in results] == ["confirmed", "quote", "held", "done", "done"]
    found.of_li = {name: args.id for name, args in deeds.items()}
    found.of_li |= {f"change of {name}": change.uid for name, change in changes.items()}
    # Two people wrote another address at once: Li's waits for a decision.
    assert chen.send(chen.edit("LIS", after="1 Suzhou Street", name="address"))[0].status == "done"
    assert li.send(li.edit("LIS", after="7 Nanjing Road", name="address"))[0].status == "conflict"
    with company.store.use():
        found.of_li["conflict"] = bytes(Conflict.get(Conflict.kind == "field").id)
    for laptop in found.laptops.values():
        # What is lent to each is lent now, and not in the middle of a test.
        laptop.send()
