"""Many laptops and several servers at once: nothing is lost, nothing happens twice, no limit is passed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from model.changes.assigning import AssignCustomers
from model.leases import committed, lent_in_all
from model.store import one, rows
from sync.protocol import Position
from sync.server import checking
from sync.server.exchange import Office
from sync.server.storage import repeats
from tests.sync.offices import Company
from tests.sync.postgres.sellers import Deeds, Device, together

BATCHES, READERS = 8, 2
LIMIT = 1_500


def test_a_crowd_selling_to_the_same_customers_leaves_everything_in_order(
    company: Company, another_server: Callable[[], Office]
) -> None:
    for code, owner in (("X1", None), ("X2", None), ("X3", "A"), ("X4", "B")):
        company.customer(code, owner, limit=LIMIT)
    sellers = [Device(company, person, another_server()) for person in "ABCD"]
    readers = [Device(company, "M", another_server()) for _place in range(READERS)]
    for device in (*sellers, *readers):
        device.pull()
    left = [*sellers]

    def sell(device: Device, seed: int) -> None:
        deeds = Deeds(company, device.person, seed)
        try:
            for _batch in range(BATCHES):
                some = [deeds.order(deeds.chance.choice(("X1", "X2", "X3", "X4"))) for _order in range(3)]
                device.push(*some, deeds.contact("X1"), repeated=deeds.chance.randrange(2), pull=bool(seed % 2))
        finally:
            left.remove(device)

    def read(device: Device) -> None:
        while left:
            device.pull()
        device.pull()

    def reassign() -> None:
        for turn in range(6):
            owner = company.people["AB"[turn % 2]]
            company.at_office(
                AssignCustomers(customers=(company.customers["X3"],), owner=owner, from_date=company.day), "M"
            )

    together(
        *(partial(sell, device, seed) for seed, device in enumerate(sellers)),
        *(partial(read, device) for device in readers),
        reassign,
    )

    with company.store.use():
        assert rows("SELECT kind, reason FROM quarantine") == []
        assert checking.faults(company.day) == []
        assert one("SELECT COUNT(*) FROM orders") == (len(sellers) * BATCHES * 3,)
        assert one("SELECT COUNT(*) FROM contact_log") == (len(sellers) * BATCHES,)
        for code in ("X1", "X2", "X3", "X4"):
            customer = company.customers[code]
            assert committed(customer) + lent_in_all(customer) <= LIMIT * 100, code
        for code in ("X1", "X2"):
            # Every order is of the same amount, so that the limit is used up to the last of it.
            assert committed(company.customers[code]) == LIMIT * 100
    statuses = [status for device in sellers for status in device.statuses.values()]
    assert set(statuses) == {"confirmed", "held", "done"}
    for device in (*sellers, *readers):
        device.pull()
        received, device.held, device.position = device.held, {}, Position()
        device.pull()
        assert received == device.held
    print("done again:", repeats(), "busy:", [device.busy for device in sellers])
