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
from model.changes.orders import CancelOrder, ConfirmOrder, RecordOrder, ReturnLine, ReturnOrder
from model.changes.receipts import RecordReceipt
from model.changes.undo import UndoChange
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


def test_nothing_breaks_whatever_comes_after_whatever(field: Ground) -> None:
    """Changes that mostly can be done, mixed with any others, of several laptops, some undone."""
    ids, likely = _ids(field), _likely(field)
    wild = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: any_args(KINDS[kind].args, ids))

    @given(
        person=st.sampled_from(sorted(field.laptops)),
        batch=st.lists(st.one_of(likely, wild), min_size=1, max_size=10),
        undone=st.lists(st.integers(0, 9), max_size=3),
    )
    def judged(person: str, batch: list[Args], undone: list[int]) -> None:
        changes = [sent(args) for args in batch]
        taken_back = [UndoChange(uid=changes[place % len(changes)].uid) for place in undone]
        results = field.laptops[person].send(*changes, *taken_back)
        assert "quarantined" not in _told(results), _reasons(field)
        assert field.broken() == []

    judged()


def _likely(found: Ground) -> st.SearchStrategy[Args]:
    """Arguments that mostly can be done; an id that is taken is one of the ways in which they cannot."""
    company = found.company
    customers = st.sampled_from(sorted(company.customers.values()))
    days = st.sampled_from([company.day - timedelta(days=days) for days in (0, 0, 1, 40)])
    numbers = st.sampled_from([f"X-{place}" for place in range(5)])
    lines = st.integers(1, 30).map(lambda pieces: (line(company, quantity_e3=pieces * 1_000),))
    new = st.binary(min_size=16, max_size=16)
    known = st.sampled_from([found.of_li[name] for name in ("order", "quote", "held")])
    return st.one_of(
        st.builds(RecordOrder, id=new, number=numbers, customer=customers, date=days, lines=lines,
                  maker=st.sampled_from([None, *company.people.values()]), quote=st.booleans(), replaces=st.none(),
                  payment=st.none(), valid_until=st.none(), note=st.just("")),
        st.builds(RecordReceipt, id=new, number=numbers, customer=customers, date=days,
                  amount=st.integers(1, 300_000), kind=st.sampled_from(["receipt", "receipt", "refund", "discount"]),
                  reason=st.just("agreed"), bills=st.just(())),
        st.builds(ReturnOrder, id=new, number=numbers, order=known, date=days,
                  lines=st.just((ReturnLine(line=1, returns_line=1, quantity_e3=5),))),
        st.builds(ConfirmOrder, order=known, date=days, payment=st.none()),
        st.builds(CancelOrder, order=known, date=days, reason=st.just("back")),
    )  # fmt: skip


def _reasons(found: Ground) -> str:
    with found.company.store.use():
        return json.dumps(rows("SELECT kind, reason FROM quarantine ORDER BY received_at DESC LIMIT 5"))
