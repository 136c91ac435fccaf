"""The orders behind a line of the margin report add up to the line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from model.margin import MARGIN_KEYS, MarginBy, margin
from model.margin_orders import margin_orders
from model.store import Store, open_store
from tests.conftest import SAMPLE_DAY

EVERY_ORDER = 1_000_000
LINES_TRIED = 12


@pytest.fixture
def store(sample_company: Path, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(Path(copytree(sample_company, tmp_path / "store")))
    yield opened
    opened.close()


@pytest.mark.parametrize("by", MARGIN_KEYS)
@pytest.mark.parametrize("period", [(date(2026, 9, 5), date(2026, 10, 20)), (date(2026, 9, 1), date(2026, 10, 31))])
def test_the_orders_behind_a_line_add_up_to_it(store: Store, by: MarginBy, period: tuple[date, date]) -> None:
    with store.use():
        lines = margin(*period, by, SAMPLE_DAY).rows
        for line in [*lines[:LINES_TRIED], *lines[-3:]]:
            orders = margin_orders(*period, by, line.key, SAMPLE_DAY, EVERY_ORDER)
            assert sum(order.revenue for order in orders.orders) == line.revenue, line
            assert sum(order.cost for order in orders.orders) == line.cost, line
            assert sum(order.uncosted for order in orders.orders) == line.uncosted, line
            assert orders.count == len(orders.orders)


def test_only_the_largest_are_read_and_all_are_counted(store: Store) -> None:
    with store.use():
        found = margin_orders(date(2026, 9, 1), date(2026, 9, 30), "month", "2026-09", SAMPLE_DAY, 3)
        every = margin_orders(date(2026, 9, 1), date(2026, 9, 30), "month", "2026-09", SAMPLE_DAY)
    assert len(found.orders) == 3
    assert found.count == every.count == len(every.orders)
    assert list(every.orders[:3]) == list(found.orders)
