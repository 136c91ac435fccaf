"""Money that a laptop gave back without the right to: it is posted everywhere and told to the office."""

from __future__ import annotations

from pathlib import Path

import pytest

import model.changes.receipts
from model.changes.receipts import RecordReceipt
from model.ids import new_id
from model.store import rows
from tests.sync.offices import Company


def test_a_refund_of_a_laptop_that_did_not_ask_for_the_right_stays_in_both_stores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company(tmp_path)
    company.person("A")
    customer = company.customer("C1", "A")
    laptop = company.laptop("A")
    laptop.sync()
    with monkeypatch.context() as earlier:
        earlier.setattr(model.changes.receipts, "RIGHT_FOR_KIND", {})
        laptop.do(
            RecordReceipt(
                id=new_id(), number="B-77", customer=customer, date=company.day, amount=5_000, kind="refund",
                reason="paid twice",
            )
        )  # fmt: skip
    laptop.sync()
    assert laptop.one("SELECT status FROM arrival") == ("done",)
    for store in (company.store, laptop.store):
        with store.use():
            assert rows("SELECT number, amount FROM receipt WHERE voided = 0") == [("B-77", 5_000)]
    with company.store.use():
        assert rows("SELECT person_id, about FROM notice") == [(None, "B-77")]
