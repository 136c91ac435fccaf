"""Transactions that get in each other's way: done again, counted, and right in the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import psycopg
import pytest

from model.changes.customers import AddCustomer
from model.changes.merging import MergeCustomers
from model.changes.terms import SetTerms
from model.ids import new_id
from model.leases import committed
from model.store import execute, one, rows
from sync.server import checking
from sync.server.exchange import Office
from sync.server.storage import DEADLOCK, SERIALIZATION_FAILURE, repeats, retrying
from tests.sync.offices import Company, state_of
from tests.sync.postgres.sellers import Deeds, Device, together
from tests.sync.postgres.waiting import HEAD, holding, until_waiting


def test_of_two_that_wait_for_each_other_one_is_done_again(company: Company) -> None:
    company.customer("X1")
    company.customer("X2")
    met, before = Barrier(2), repeats().get(DEADLOCK, 0)

    def work(*order: str) -> None:
        tries = []

        def transaction() -> None:
            with company.store.writing():
                tries.append(1)
                for code in order:
                    execute("UPDATE customer SET version = version + 1 WHERE code = ?", (code,))
                    if len(tries) == 1 and code == order[0]:
                        met.wait()

        with company.store.use():
            retrying(transaction)

    together(lambda: work("X1", "X2"), lambda: work("X2", "X1"))
    with company.store.use():
        assert rows("SELECT version FROM customer WHERE code IN ('X1', 'X2')") == [(3,), (3,)]
    assert repeats()[DEADLOCK] == before + 1


def test_a_push_that_waits_for_one_who_waits_for_it_is_done_once(
    company: Company, another_server: Callable[[], Office], postgresql_url: str
) -> None:
    company.customer("X1", limit=1000)
    device = Device(company, "A", another_server())
    device.pull()
    order = Deeds(company, "A", 1).order("X1")
    with (
        ThreadPoolExecutor(1) as pool,
        holding(postgresql_url, "SELECT 1 FROM customer WHERE code = 'X1' FOR UPDATE") as other,
    ):
        pushing = pool.submit(device.push, order)
        until_waiting(postgresql_url, 1)
        # PostgreSQL chooses which of the two gives way.
        with suppress(psycopg.errors.DeadlockDetected):
            other.execute("UPDATE device SET unsent = 0 WHERE code = %s", (device.code,))
        other.rollback()
        assert pushing.result() == ["confirmed"]
    with company.store.use():
        assert one("SELECT COUNT(*) FROM orders") == (1,)
        assert checking.faults(company.day) == []


def test_servers_whose_sessions_are_serializable_do_again_what_fails(
    company: Company, another_server: Callable[[], Office], postgresql_url: str
) -> None:
    company.customer("X1", limit=500)
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")  # type: ignore[arg-type]
    devices = [Device(company, person, another_server()) for person in "AB"]
    before = repeats().get(SERIALIZATION_FAILURE, 0)
    with ThreadPoolExecutor(2) as pool, holding(postgresql_url, HEAD) as other:
        pushing = [pool.submit(device.push, Deeds(company, device.person, 1).order("X1", 4)) for device in devices]
        until_waiting(postgresql_url, 2)
        other.rollback()
        assert sorted(status for future in pushing for status in future.result()) == ["confirmed", "held"]
    assert repeats()[SERIALIZATION_FAILURE] > before
    with company.store.use():
        assert committed(company.customers["X1"]) == 40_000
        assert checking.faults(company.day) == []


def test_the_same_new_code_from_many_laptops_at_once_is_kept_for_each(
    company: Company, another_server: Callable[[], Office], postgresql_url: str
) -> None:
    devices = [Device(company, person, another_server()) for person in "ABCD"]
    for device in devices:
        device.pull()
    with ThreadPoolExecutor(len(devices)) as pool, holding(postgresql_url, HEAD) as other:
        # The first is held back after it has written its customer, the others at the code.
        pushing = [pool.submit(device.push, _customer(company, "NEW", device.person)) for device in devices]
        until_waiting(postgresql_url, len(devices))
        other.rollback()
        assert [future.result() for future in pushing] == [["done"]] * len(devices)
    with company.store.use():
        assert rows("SELECT code FROM customer ORDER BY code") == [("NEW",), ("NEW/2",), ("NEW/3",), ("NEW/4",)]
        assert checking.faults(company.day) == []


def _customer(company: Company, code: str, person: str) -> AddCustomer:
    return AddCustomer(id=new_id(), code=code, date=company.day, card={"name": f"Found by {person}"})


def test_an_order_that_waits_for_a_merge_is_the_winners(
    company: Company, another_server: Callable[[], Office], postgresql_url: str
) -> None:
    winner, loser = company.customer("X1", limit=1000), company.customer("X2", limit=1000)
    device = Device(company, "A", another_server())
    device.pull()
    order = Deeds(company, "A", 1).order("X2")
    merge = MergeCustomers(loser=loser, winner=winner, date=company.day)
    with ThreadPoolExecutor(2) as pool, holding(postgresql_url, HEAD) as other:
        merging = pool.submit(company.at_office, merge, "M")
        until_waiting(postgresql_url, 1)
        pushing = pool.submit(device.push, order)
        until_waiting(postgresql_url, 2)
        other.rollback()
        merging.result()
        assert pushing.result() == ["confirmed"]
    with company.store.use():
        assert one("SELECT customer_id FROM orders WHERE id = ?", (order.id,)) == (winner,)
        assert checking.faults(company.day) == []


@pytest.mark.parametrize("phone", ["13900000001", ""])
def test_likely_duplicates_take_turns_on_their_one_limit(
    company: Company, another_server: Callable[[], Office], postgresql_url: str, phone: str
) -> None:
    for code in ("X1", "X2"):
        company.customers[code] = new_id()
        company.at_office(
            AddCustomer(id=company.customers[code], code=code, date=company.day, card={"name": code, "phone": phone})
        )
        company.at_office(
            SetTerms(
                customer=company.customers[code], from_date=company.day, credit_days=30, credit_from="order",
                credit_limit=100_000,
            )
        )  # fmt: skip
    devices = {"X1": Device(company, "A", another_server()), "X2": Device(company, "B", another_server())}
    for device in devices.values():
        device.pull()
    orders = {code: Deeds(company, device.person, 1).order(code, 8) for code, device in devices.items()}
    with ThreadPoolExecutor(2) as pool, holding(postgresql_url, HEAD) as other:
        pushing = [pool.submit(devices[code].push, orders[code]) for code in devices]
        until_waiting(postgresql_url, 2)
        other.rollback()
        for future in pushing:
            future.result()
    states = sorted(state_of(company.store, order.id) or "" for order in orders.values())
    assert states == (["confirmed", "held"] if phone else ["confirmed", "confirmed"])
