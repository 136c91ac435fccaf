"""What is worth doing today: what waits for an answer, goods and money that wait, promises to customers, and calls.

First comes what other people wait for, then what was promised for the day, then money that is late, then customers
whose next order is due, and those who would count for the month's rate; within each of these, what is worth most comes
first, then what was due last.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import msgspec

from model.ageing import overdue_list
from model.call_board import call_board
from model.errors import N_
from model.fields import iso
from model.follow_ups import follow_ups
from model.held_orders import HeldOrder, WaitingOrder, judged, orders_that_wait
from model.rhythm import quiet_limits
from model.store import meta, one, rows, set_meta
from model.to_activate import activations

# In the order in which they are to be done.
TASK_NAMES = {
    "conflict": N_("conflict"),
    "notice": N_("notice"),
    "held": N_("held order"),
    "follow_up": N_("follow up"),
    "collect": N_("collect"),
    "call": N_("order due"),
    "activate": N_("activate"),
}
CALLS_SHOWN, ACTIVATIONS_SHOWN = 50, 50
# More of a kind than one does in a day; those behind come up as the first are done or put off.
SHOWN_OF_A_KIND = 200
# What the key of a task that comes from the board of calls begins with.
CALL_KEY = "call "
PUT_OFF = "put_off"


@dataclass(frozen=True)
class Task:
    """One thing to do.

    Attributes:
        kind: a key of TASK_NAMES.
        key: names it, so that it can be put off.
        customer: whom it concerns, with `code` and `name`; None for what concerns several.
        order: of a held order.
        template, params: what is to be done; a screen translates it, and puts what stops a held order into `reasons`.
        worth: what it is about, in minor units: the goods that wait, the money that is late, what a call may bring.
        due: since when, or for when.
        waiting: the order that waits.
        held: the same with everything that stops it now; None behind the first SHOWN_OF_A_KIND.
    """

    kind: str
    key: str
    template: str
    params: dict[str, Any] = field(default_factory=dict)
    customer: bytes | None = None
    code: str = ""
    name: str = ""
    order: bytes | None = None
    worth: int = 0
    due: date | None = None
    waiting: WaitingOrder | None = None
    held: HeldOrder | None = None


@dataclass(frozen=True)
class Part:
    """Some of the list, in its order.

    Attributes:
        cut: the kinds of which there may be more; those come up as the first are done or put off.
    """

    tasks: list[Task]
    cut: frozenset[str] = frozenset()


def worklist(day: date, person: bytes | None, *, sees_cost: bool = True) -> list[Task]:
    """What a person should do on a day; what was put off until a later day is left out.

    Args:
        person: only what is this salesperson's; None for everybody's.
        sees_cost: whether calls may be ranked by margin.
    """
    return [task for part in worklist_in_parts(day, person, sees_cost=sees_cost) for task in part.tasks]


def worklist_in_parts(day: date, person: bytes | None, *, sees_cost: bool = True) -> Iterator[Part]:
    """The same list as it is read: each part stands behind those before it."""
    late, there = put_off(day), set[bytes | None]()
    for kinds in (_questions(person), _held(day, person), _follow_ups(day, person), _late_money(day, person)):
        tasks = list(kinds)
        there |= {task.customer for task in tasks}
        yield Part(_judged(_in_order(tasks, late, day), day))
    # One more than is shown tells that there are more; what was put off takes nobody's place.
    most = CALLS_SHOWN + 1 + sum(key.startswith(CALL_KEY) for key in late)
    calls_put_off, calls = list[Task](), list[Task]()
    for task in _calls(day, person, sees_cost, most):
        (calls_put_off if task.key in late else calls).append(task)
    there |= {task.customer for task in (*calls_put_off, *calls[:CALLS_SHOWN])}
    more = [task for task in _activations(day, person, sees_cost, there) if task.key not in late]
    cut = {"call", "activate"} if len(calls) > CALLS_SHOWN else set[str]()
    cut |= {"activate"} if len(more) > ACTIVATIONS_SHOWN else set()
    yield Part(_in_order([*calls[:CALLS_SHOWN], *more[:ACTIVATIONS_SHOWN]], late, day), frozenset(cut))


def _in_order(tasks: Sequence[Task], late: Container[str], day: date) -> list[Task]:
    order = list(TASK_NAMES)
    return sorted(
        (task for task in tasks if task.key not in late),
        key=lambda task: (order.index(task.kind), -task.worth, day - (task.due or day), task.code, task.key),
    )


def _judged(tasks: list[Task], day: date) -> list[Task]:
    """With what stops the held orders that are shown: a large company has more than anybody decides in a day."""
    waiting = [task.waiting for task in tasks[:SHOWN_OF_A_KIND] if task.waiting is not None]
    if not waiting:
        return tasks
    held = {order.id: order for order in judged(waiting, day)}
    return [replace(task, held=held.get(task.order or b"")) for task in tasks]


def _questions(person: bytes | None) -> Iterator[Task]:
    [conflicts] = one("SELECT COUNT(*) FROM conflict WHERE state = 'open'") or (0,)
    if conflicts:
        yield Task("conflict", "conflicts", N_("Questions that wait for a decision: {count}"), {"count": conflicts})
    [notices] = one(
        "SELECT COUNT(*) FROM notice WHERE read_on IS NULL AND (? IS NULL OR person_id IS NULL OR person_id = ?)",
        (person, person),
    ) or (0,)
    if notices:
        yield Task("notice", "notices", N_("Notices that were not read: {count}"), {"count": notices})


def _held(day: date, person: bytes | None) -> Iterator[Task]:
    for order in orders_that_wait(day, person):
        yield Task(
            "held", f"held {order.id.hex()}", N_("{number}: {reasons}"), {"number": order.number}, order.customer,
            order.code, order.name, order.id, order.amount, order.date, order,
        )  # fmt: skip


def _follow_ups(day: date, person: bytes | None) -> Iterator[Task]:
    for due in follow_ups(person, day):
        yield Task(
            "follow_up", f"contact {due.contact.hex()}", N_("{date}: {note}"),
            {"date": due.due_on.isoformat(), "note": due.note}, due.customer, due.code, due.name, due=due.due_on,
        )  # fmt: skip


def _late_money(day: date, person: bytes | None) -> Iterator[Task]:
    """One task for each customer whose bills are overdue, with all of them."""
    owners = None if person is None else _customers_of(person, day)
    bills: dict[bytes, list[Any]] = {}
    for bill in overdue_list(day):
        if owners is None or bill.customer_id in owners:
            bills.setdefault(bill.customer_id, []).append(bill)
    for customer, late in bills.items():
        yield Task(
            "collect", f"collect {customer.hex()}", N_("Overdue bills: {count}, the oldest for {days} days"),
            {"count": len(late), "days": max(bill.days_overdue for bill in late)}, customer, late[0].code,
            late[0].name, worth=sum(bill.open for bill in late), due=min(bill.due_on for bill in late),
        )  # fmt: skip


def _customers_of(person: bytes, day: date) -> set[bytes]:
    return {
        bytes(id_)
        for (id_,) in rows(
            "SELECT customer_id FROM assignment WHERE owner_id = ? AND from_date <= ?"
            " AND (to_date IS NULL OR to_date > ?)",
            (person, iso(day), iso(day)),
        )
    }


def _calls(day: date, person: bytes | None, sees_cost: bool, most: int) -> Iterator[Task]:
    """Whose order is due by its own rhythm, and whom only a call may bring back; the most worthwhile first."""
    dormant = quiet_limits(day).dormant_hundredths
    for call in call_board(day, person, sees_cost=sees_cost, most=most):
        is_due = call.quiet_hundredths is not None and call.quiet_hundredths < dormant
        yield Task(
            "call" if is_due else "activate", CALL_KEY + call.id.hex(), call.why, call.params, call.id, call.code,
            call.name, worth=call.worth, due=call.expected_next,
        )  # fmt: skip


def _activations(day: date, person: bytes | None, sees_cost: bool, there: set[bytes | None]) -> Iterator[Task]:
    """Who would still count for a salesperson's rate this month; the company's list has only who is due.

    Args:
        there: the customers that stand in the list already.
    """
    found = [] if person is None else activations(person, day, sees_cost=sees_cost)
    for each in (each for each in found if each.id not in there):
        yield Task(
            "activate", f"activate {each.id.hex()}", each.why, each.params, each.id, each.code, each.name,
            worth=each.worth,
        )  # fmt: skip


def put_off(day: date) -> set[str]:
    """What somebody at this store put off beyond a day."""
    return {key for key, until in _put_off_until().items() if until > day.isoformat()}


def put_off_until_tomorrow(key: str, day: date) -> None:
    """Leave a task out of today's list; it is there again tomorrow. Nobody else's list changes."""
    kept = {each: until for each, until in _put_off_until().items() if until > day.isoformat()}
    kept[key] = (day + timedelta(days=1)).isoformat()
    set_meta(PUT_OFF, msgspec.json.encode(kept).decode())


def take_up_again(day: date) -> int:
    """Let everything that was put off stand in the list again.

    Returns:
        How many tasks that were.
    """
    count = len(put_off(day))
    set_meta(PUT_OFF, "")
    return count


def _put_off_until() -> dict[str, str]:
    kept = meta(PUT_OFF)
    return msgspec.json.decode(kept, type=dict[str, str]) if kept else {}
