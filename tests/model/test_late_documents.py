"""Whatever arrives for closed months: their boards stay, and no money is lost or counted twice between months."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from model.activity import activity_board
from model.booking import adjustments
from model.changes.closing import CloseMonth
from model.changes.documents import next_number
from model.changes.log import Change
from model.changes.order_amending import AmendOrder
from model.changes.order_lines import LineArgs
from model.changes.orders import OrderRecorded
from model.changes.recording import last_undoable
from model.changes.undo import UndoChange
from model.dates import months_between
from model.errors import HuokeError
from model.ids import new_id
from model.margin import margin
from model.orders import Order
from model.performance import performance_board
from model.store import rows
from model.totals import faults
from tests.model.company import Company, company

CUSTOMERS = {"a1": "ann", "a2": "ann", "b1": "bob", "pool": None}
BEGIN, MIDDLE, END = date(2026, 1, 1), date(2026, 4, 20), date(2026, 6, 20)
MONTHS = months_between("2026-01", "2026-06")
FIRST_CLOSED = MONTHS[:3]


@dataclass(frozen=True)
class Deed:
    """Something that is done late: what, to whom or to which earlier document, and on which day it is dated."""

    what: str
    customer: str
    place: int
    day: date
    amount: int


DEEDS = st.builds(
    Deed,
    st.sampled_from(
        (
            "sell",
            "sell",
            "sell",
            "cancel",
            "cancel",
            "return",
            "hold",
            "release",
            "release",
            "undo",
            "undo",
            "amend",
            "assign",
            "close",
        )
    ),
    st.sampled_from(sorted(CUSTOMERS)),
    st.integers(0, 9),
    st.dates(date(2026, 1, 1), date(2026, 5, 31)),
    st.integers(1, 50),
)


@contextmanager
def selling_company() -> Iterator[Company]:
    with tempfile.TemporaryDirectory() as folder, company(Path(folder) / "store", MIDDLE) as desk:
        for code in ("ann", "bob"):
            desk.salesperson(code)
        desk.product("P", cost="6")
        desk.rule(BEGIN, 70)
        for code, owner in CUSTOMERS.items():
            desk.customer(code, owner, days=365, limit="10000000")
        desk.customer("poor", "ann")
        yield desk


def do(desk: Company, deed: Deed, orders: list[OrderRecorded]) -> None:
    """Do a deed as far as it can be done."""
    known = orders[deed.place % len(orders)] if orders else None
    day = min(deed.day, desk.today)
    amount = str(deed.amount)
    deeds: dict[str, Callable[[], Any]] = {
        "sell": lambda: orders.append(desk.sell(deed.customer, day, [("P", "2", amount)], maker="bob")),
        "hold": lambda: orders.append(desk.sell("poor", day, [("P", "2", amount)], maker="bob")),
        "undo": lambda: desk.do(UndoChange(uid=last_undoable(None).uid)),
        "assign": lambda: desk.assign(deed.customer, "bob", day),
        "close": lambda: desk.do(CloseMonth(month="2026-04")),
    }
    if known is not None:
        deeds |= {
            "cancel": lambda: desk.cancel(known, max(day, desk.order(known).date)),
            "return": lambda: orders.append(desk.take_back(known, max(day, desk.order(known).date), "1")),
            "release": lambda: desk.release(known, max(day, desk.order(known).first_date)),
            "amend": lambda: orders.append(amended(desk, known, day, deed.amount)),
        }
    if deed.what not in deeds or (deed.what == "undo" and _is_close(last_undoable(None))):
        return
    try:
        deeds[deed.what]()
    except HuokeError:
        return  # what a rule refuses leaves no trace


def amended(desk: Company, order: OrderRecorded, day: date, amount: int) -> OrderRecorded:
    """An order with another price, agreed to at once."""
    wanted: OrderRecorded = desk.do(
        AmendOrder(
            id=new_id(), number=next_number(), order=order.id, date=max(day, desk.order(order).date),
            version=desk.order(order).version,
            lines=(LineArgs(line=1, product=desk.ids["P"], quantity_e3=3_000, price_e4=amount * 10_000),),
        )
    )  # fmt: skip
    return desk.release(wanted, desk.today)


def _is_close(change: Change) -> bool:
    return change.kind == "month.close"


def boards(months: list[str]) -> list[list[tuple[Any, ...]]]:
    return [
        [(row.code, row.active, row.responsible, row.rank, row.previous_bp) for row in (*board.rows, board.company)]
        for board in (activity_board(month, END) for month in months)
    ]


def performances(months: list[str]) -> list[list[tuple[Any, ...]]]:
    return [
        [(row.key, row.orders, row.revenue, row.cost, row.uncosted) for row in (*board.rows, board.company)]
        for board in (performance_board(month, END) for month in months)
    ]


@given(st.lists(DEEDS, max_size=8), st.lists(DEEDS, min_size=1, max_size=14))
def test_what_arrives_late_changes_no_closed_month(before: list[Deed], late: list[Deed]) -> None:
    with selling_company() as desk:
        orders: list[OrderRecorded] = []
        # So that the first close keeps the boards from January on.
        do(desk, Deed("sell", "a1", 0, BEGIN, 5), orders)
        for deed in before:
            do(desk, deed, orders)
        if not rows("SELECT 1 FROM month_close"):
            desk.do(CloseMonth(month=FIRST_CLOSED[-1]))
        board, performance = boards(FIRST_CLOSED), performances(FIRST_CLOSED)
        for place, deed in enumerate(late):
            desk.today = MIDDLE + timedelta(days=place * 4)
            do(desk, deed, orders)
            assert boards(FIRST_CLOSED) == board
            assert performances(FIRST_CLOSED) == performance
        assert faults() == []
        _nothing_is_lost(desk)


def _nothing_is_lost(desk: Company) -> None:
    """All months together are what they would be by the dates of the orders, of the company and of each person."""
    whole = margin(BEGIN, END, "salesperson", END)
    by_person: dict[str, int] = {}
    sums = [0, 0, 0, 0]
    for month in MONTHS:
        found = performance_board(month, END)
        company_row = found.company
        for row in found.rows:
            by_person[row.key] = by_person.get(row.key, 0) + row.revenue
        parts = (company_row.orders, company_row.revenue, company_row.cost, company_row.uncosted)
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
        assert sum(row.revenue for row in found.rows) == company_row.revenue
    total = whole.total
    assert sums == [total.orders, total.revenue, total.cost, total.uncosted]
    assert {key: value for key, value in by_person.items() if value} == {
        row.key: row.revenue for row in whole.rows if row.revenue
    }
    live = sum(order.amount * (-1 if order.kind == "return" else 1) for order in Order.select() if _counts(order))
    assert total.revenue == live
    for month in MONTHS:
        for row in adjustments(month, END):
            assert row.recorded_month > month


def _counts(order: Order) -> bool:
    return order.state == "confirmed" and order.kind in ("sale", "return")
