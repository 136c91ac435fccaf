"""An office in a store of its own, to which changes arrive as if a laptop had recorded them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from model.changes import KIND_OF_ARGS
from model.changes.arrivals import Judged, arrive, entered
from model.changes.company import AddSalesperson
from model.changes.customers import AddCustomer
from model.changes.editing import edit_of
from model.changes.kind import Args, canonical
from model.changes.log import Change
from model.conflicts import Conflict
from model.customers import Customer
from model.ids import new_id
from model.notices import Notice
from model.store import current, open_store, set_meta
from tests.model.company import Company

TODAY = date(2026, 6, 30)
ROLES = {"S1": "sales", "S2": "sales", "M": "manager", "F": "finance"}


class Office(Company):
    """The verbs of a company, and what its salespeople's laptops send."""

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self.arrived = 0
        self.last_uid = b""

    def hire(self) -> None:
        for code, role in ROLES.items():
            self.ids[code] = new_id()
            self.do(AddSalesperson(id=self.ids[code], code=code, name=f"Person {code}", role=role))

    def arrive(self, args: Args, by: str) -> Judged:
        """Let a change arrive from this person's laptop."""
        self.arrived += 1
        self.last_uid = new_id()
        change = Change(
            uid=self.last_uid, device="B", number=self.arrived, kind=KIND_OF_ARGS[type(args)].name,
            args=canonical(args), person=self.ids[by], business_date=self.today, recorded_at="", chain=b"", schema=1,
        )  # fmt: skip
        with current().writing():
            judged = arrive(change)
            entered(change, judged, v=self.arrived, place=0, received_at="")
        return judged

    def add(self, code: str, by: str, *, id_: bytes | None = None, owner: str | None = None, **card: str) -> Judged:
        """Let a new customer arrive; it is known here by the code it was given on the laptop, or by `id_`."""
        key = id_ or new_id()
        self.ids.setdefault(code, key)
        return self.arrive(
            AddCustomer(
                id=key, code=code, date=self.today, card={"name": f"Customer {code}"} | card,
                owner=None if owner is None else self.ids[owner],
            ),
            by,
        )  # fmt: skip

    def card(self, code: str) -> Customer:
        customer: Customer = Customer.get_by_id(self.ids[code])
        return customer

    def edit(self, seen: Customer, by: str, **after: str) -> Judged:
        """Let an edit arrive of a card as somebody saw it."""
        args = edit_of(seen, after)
        assert args is not None
        return self.arrive(args, by)


@contextmanager
def office(folder: Path, today: date = TODAY) -> Iterator[Office]:
    """An office with salespeople S1 and S2, manager M and finance F, in use."""
    store = open_store(folder, create=True)
    with store.use():
        set_meta("role", "server")
        set_meta("device", "S")
        desk = Office(today)
        desk.hire()
        yield desk
    store.close()


def conflicts(kind: str = "field", state: str = "open") -> list[Conflict]:
    return list(Conflict.select().where(Conflict.kind == kind, Conflict.state == state).order_by(Conflict.id))


def told(person: bytes | None) -> list[str]:
    """The notices of a person, or of the office, in English."""
    kept = Notice.select().where(Notice.person.is_null() if person is None else Notice.person == person)
    return sorted(notice.template.format(**notice.values) for notice in kept)
