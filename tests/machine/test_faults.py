"""Three faults put in by hand, each of which the machine must find."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import model.changes.order_returns
import model.changes.orders
from model import totals
from model.allocation import Ledger
from model.changes.orders import record_order
from model.context import Context
from model.orders import Order
from tests.machine.test_machine import Machine

ENOUGH = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
    database=None,
)


def returns_without_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    real = model.changes.order_returns.returned_lines

    def costless(*args: Any) -> Any:
        lines = real(*args)
        for line in lines:
            line.cost = 0 if line.cost is not None else None
        return lines

    monkeypatch.setattr(model.changes.order_returns, "returned_lines", costless)


def allocation_over_the_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Ledger._take

    def greedy(self: Ledger, source: bytes, bill: bytes, at_most: int, day: str) -> int:
        taken = real(self, source, bill, at_most, day)
        # All of the money goes, also what the bill did not need.
        return at_most if taken else 0

    monkeypatch.setattr(Ledger, "_take", greedy)


def held_order_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def counting(args: Any, ctx: Context) -> Any:
        recorded = record_order(args, ctx)
        if recorded.state == "held":
            totals.enter(Order.get_by_id(recorded.id))
        return recorded

    kind = model.changes.KINDS["order.record"]
    monkeypatch.setitem(
        model.changes.KIND_OF_ARGS,
        kind.args,
        type(kind)(kind.name, kind.args, counting, kind.undo),
    )


@pytest.mark.parametrize("fault", [returns_without_cost, allocation_over_the_bill, held_order_counted])
def test_the_machine_finds_it(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=ENOUGH)
