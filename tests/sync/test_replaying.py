"""What a laptop recorded is done again on top of what the office said, and nothing of it disappears from sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from model.changes.customers import AddCustomer
from model.changes.deciding import ReadNotices
from model.customers import Customer
from model.errors import Refused
from model.ids import new_id
from model.notices import Notice
from model.orders import Order
from model.store import one, rows
from tests.sync.offices import Company, Laptop, Wire


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    company.person("M", "manager")
    company.person("A")
    company.person("B")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    return company


class Busy(Wire):
    """A line at the end of whose answer a person at the laptop records something more."""

    def __init__(self, laptop: Laptop, work: Callable[[], object]) -> None:
        super().__init__(laptop.company.office, laptop.device)
        self.work: Callable[[], object] | None = work

    def exchange(self, request: bytes) -> Iterator[bytes]:
        *frames, head = super().exchange(request)
        yield from frames
        if self.work is not None:
            work, self.work = self.work, None
            work()
        yield head


def add(laptop: Laptop, code: str, owner: str | None = None) -> bytes:
    id_ = laptop.company.customers[code] = new_id()
    owner_id = None if owner is None else laptop.company.people[owner]
    laptop.do(
        AddCustomer(
            id=id_, code=code, date=laptop.company.day, card={"name": f"{owner or 'pool'} {code}"}, owner=owner_id
        )
    )
    return id_


def test_a_new_customer_whose_code_another_took_meanwhile_stays_in_sight_with_its_orders(company: Company) -> None:
    a, b = company.laptop("A"), company.laptop("B")
    a.sync()
    b.sync()
    of_b = add(b, "N1")
    b.sync()
    made: dict[str, bytes] = {}

    def meanwhile() -> None:
        made["customer"] = add(a, "N1", "A")
        made["order"] = a.sell("N1", "P1", 1, payment=None)

    a.wire = Busy(a, meanwhile)
    done = a.sync()
    assert done.waiting == 0
    with a.store.use():
        assert Customer.get_by_id(of_b).code == "N1"
        assert Customer.get_by_id(made["customer"]).code == "N1/2"
        assert Order.get_by_id(made["order"]).customer_id == made["customer"]
    a.sync()
    for store in (company.store, a.store):
        with store.use():
            assert Customer.get_by_id(made["customer"]).code == "N1/2"
            assert Order.get_by_id(made["order"]).customer_id == made["customer"]


def test_typed_by_a_person_a_code_that_is_taken_is_still_refused(company: Company) -> None:
    a = company.laptop("A")
    a.sync()
    with pytest.raises(Refused, match="already a customer"):
        add(a, "C1")


def test_a_notice_read_here_is_put_back_as_the_office_has_it_before_it_is_read_again(company: Company) -> None:
    a, m = company.laptop("A"), company.laptop("M")
    for laptop in (a, m, a):
        laptop.sync()
    for laptop in (a, m):
        laptop.receive("C1", 100)
        laptop.sync()
    with m.store.use():
        [notice] = Notice.select()
    m.do(ReadNotices(ids=(notice.id,)))
    with m.store.use():
        assert [bytes(id_) for (id_,) in rows("SELECT id FROM shadow WHERE kind = 'notice'")] == [notice.id]
    m.sync()
    for store in (company.store, m.store):
        with store.use():
            assert one("SELECT read_on FROM notice WHERE id = ?", (notice.id,)) == (company.day.isoformat(),)
