"""What `huoke server check` finds in a store that somebody or something has damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from model.store import execute, rows
from sync.server.checking import faults
from tests.sync.offices import Company


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path)
    company.person("A")
    company.product("P1")
    company.customer("C1", "A", limit=1000)
    laptop = company.laptop("A")
    laptop.sync()
    for quantity in (1, 2, 3):
        laptop.sell("C1", "P1", quantity)
    laptop.sync()
    with company.store.use():
        assert faults(company.day) == []
        yield company


def broken(company: Company) -> set[str]:
    return {fault.rule for fault in faults(company.day)}


def test_a_change_that_was_altered_afterwards(company: Company) -> None:
    [(device,)] = rows("SELECT code FROM device")
    execute("UPDATE change SET kind = 'order.confirm' WHERE device = ? AND number = 2", (device,))
    [fault] = [each for each in faults(company.day) if "chain" in each.rule]
    assert fault.row == f"{device} 2"


def test_an_order_that_was_made_twice(company: Company) -> None:
    (first, second, *_others) = rows("SELECT id, change_uid FROM orders ORDER BY number")
    execute("UPDATE orders SET change_uid = ? WHERE id = ?", (bytes(first[1]), bytes(second[0])))
    assert "a change that was applied twice" in broken(company)


def test_a_feed_that_forgot_a_document(company: Company) -> None:
    execute("DELETE FROM feed WHERE kind = 'order' AND v = (SELECT MAX(v) FROM feed WHERE kind = 'order')")
    assert broken(company) == {"the feed is what the documents say"}


def test_a_total_that_is_not_its_documents(company: Company) -> None:
    execute("UPDATE customer_total SET balance = balance + 1")
    assert broken(company) == {"a total is what the documents say"}
