"""Any change with any well-typed arguments from anybody: judged or refused in a sentence, never a defect."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.changes import KINDS
from model.changes.kind import Args
from model.changes.orders import ConfirmOrder, RecordOrder, ReturnLine, ReturnOrder
from model.changes.receipts import RecordReceipt
from model.ids import new_id
from model.store import rows
from sync.protocol import Result
from tests.sync.hostile.any_args import any_args
from tests.sync.hostile.intruders import Ground, ground, line, sent

MOST_CHANGES_A_BATCH = 12


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ground")) as found:
        yield found


def _ids(found: Ground) -> list[bytes]:
    """Ids of rows of every kind, and of the changes that made them."""
    with found.company.store.use():
        tables = ("orders", "receipt", "contact_log", "customer", "salesperson", "product", "conflict", "notice")
        ids = [bytes(row[0]) for table in tables for row in rows(f"SELECT id FROM {table} ORDER BY id LIMIT 8")]
        return ids + [bytes(row[0]) for row in rows("SELECT uid FROM change ORDER BY device, number LIMIT 30")]


def _told(results: list[Result]) -> Counter[str]:
    """How changes fared; each refusal is a sentence that can be said."""
    for result in results:
        assert result.status != "refused" or result.template
        said = {name: ", ".join(value) if isinstance(value, list) else value for name, value in result.params.items()}
        result.template.format(**said)
    return Counter(result.status for result in results)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_arguments_are_a_defect(field: Ground, kind: str) -> None:
    ids = _ids(field)

    @given(st.lists(any_args(KINDS[kind].args, ids), min_size=1, max_size=MOST_CHANGES_A_BATCH), st.data())
    def judged(batch: list[Args], data: st.DataObject) -> None:
        laptop = field.laptops[data.draw(st.sampled_from(sorted(field.laptops)))]
        results = laptop.send(*batch)
        assert "quarantined" not in _told(results), _reasons(field)

    judged()
    assert field.broken() == []


@given(data=st.data())
def test_nothing_breaks_whatever_comes_after_whatever(field: Ground, data: st.DataObject) -> None:
    """Changes that mostly can be done, mixed with any others, of several laptops, some undone."""
    ids = _ids(field)
    laptop = field.laptops[data.draw(st.sampled_from(sorted(field.laptops)))]
    wild = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: any_args(KINDS[kind].args, ids))
    batch = data.draw(st.lists(st.one_of(_likely(field, laptop.device), wild), min_size=1, max_size=10))
    changes = [sent(args) for args in batch]
    undone = data.draw(st.lists(st.sampled_from(changes), max_size=3))
    results = laptop.send(*changes, *(sent(KINDS["change.undo"].args(uid=change.uid)) for change in undone))
    assert "quarantined" not in _told(results), _reasons(field)
    assert field.broken() == []


def _likely(found: Ground, device: str) -> st.SearchStrategy[Args]:
    company = found.company
    with company.store.use():
        orders = [bytes(row[0]) for row in rows("SELECT id FROM orders ORDER BY id DESC LIMIT 10")]
    customers = st.sampled_from(sorted(company.customers.values()))
    days = st.sampled_from([company.day - timedelta(days=days) for days in (0, 0, 1, 40)])
    numbers = st.sampled_from([f"{device}-{place}" for place in range(5)])
    lines = st.integers(1, 30).map(lambda pieces: (line(company, quantity_e3=pieces * 1_000),))
    known = st.sampled_from(orders)
    return st.one_of(
        st.builds(RecordOrder, id=st.builds(new_id), number=numbers, customer=customers, date=days, lines=lines,
                  maker=st.sampled_from([None, *company.people.values()]), quote=st.booleans(), replaces=st.none(),
                  payment=st.none(), valid_until=st.none(), note=st.just("")),
        st.builds(RecordReceipt, id=st.builds(new_id), number=numbers, customer=customers, date=days,
                  amount=st.integers(1, 300_000), kind=st.sampled_from(["receipt", "receipt", "refund", "discount"]),
                  reason=st.just("agreed"), bills=st.just(())),
        st.builds(ReturnOrder, id=st.builds(new_id), number=numbers, order=known, date=days,
                  lines=st.just((ReturnLine(line=1, returns_line=1, quantity_e3=500),))),
        st.builds(ConfirmOrder, order=known, date=days, payment=st.none()),
    )  # fmt: skip


def _reasons(found: Ground) -> str:
    with found.company.store.use():
        return json.dumps(rows("SELECT kind, reason FROM quarantine ORDER BY received_at DESC LIMIT 5"))
