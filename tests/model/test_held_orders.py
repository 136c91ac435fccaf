"""Orders that wait, read many at a time, are judged as each of them alone."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

from model.held_orders import held_orders, verdict_now
from model.orders import Order
from model.store import execute, open_store
from tests.conftest import SAMPLE_DAY


def test_many_are_judged_as_each_alone(sample_company: Path, tmp_path: Path) -> None:
    store = open_store(Path(copytree(sample_company, tmp_path / "store")))
    with store.use(), store.writing():
        found = list(held_orders(SAMPLE_DAY))
        assert len(found) > 10
        [some, *_others] = found
        # Goods that were struck off stop the order that they stopped when it came, and no other.
        execute("UPDATE product SET active = 0")
        execute("UPDATE orders SET held_for = 'not_sold' WHERE id = ?", (some.id,))
        again = list(held_orders(SAMPLE_DAY))
        assert [each.id for each in again] == [each.id for each in found]
        assert "not_sold" in again[0].verdict.held_for
        assert not any("not_sold" in each.verdict.held_for for each in again[1:])
        for each in again:
            order = Order.with_id(each.id)
            assert each.verdict == verdict_now(order, SAMPLE_DAY)
    store.close()
