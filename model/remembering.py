"""What hardly changes, read once while many changes are judged in one transaction: settings, people, goods, terms.

Only inside `remembering()`, which the office and a laptop's rebase wrap around a batch. A change that announces to
write one of these kinds makes everything forgotten at once, and nothing is remembered until it has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

# The kinds of documents of which something is remembered; orders, receipts, contacts and leases never are.
REMEMBERED_KINDS = frozenset({"setting", "rule", "person", "product", "cost", "customer", "alias", "conflict", "close"})

Value = TypeVar("Value")


@dataclass
class _Memory:
    values: dict[Hashable, Any] = field(default_factory=dict)
    asleep: bool = False


_memory: ContextVar[_Memory | None] = ContextVar("huoke_memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember what is read inside; one transaction at most, in one store."""
    token = _memory.set(_Memory())
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(key: Hashable, read: Callable[[], Value]) -> Value:
    """What was read under this key, or what reading it gives."""
    memory = _memory.get()
    if memory is None or memory.asleep:
        return read()
    if key not in memory.values:
        memory.values[key] = read()
    found: Value = memory.values[key]
    return found


def forget() -> None:
    """Read everything anew: what was read before a lock was waited for may be old."""
    memory = _memory.get()
    if memory is not None:
        memory.values.clear()


def about_to_change(kind: str) -> None:
    """Forget, and remember nothing more until the change has ended, where this kind is remembered."""
    memory = _memory.get()
    if memory is not None and kind in REMEMBERED_KINDS:
        memory.values.clear()
        memory.asleep = True


def change_ended() -> None:
    """Remember again: whatever the change wrote is written."""
    memory = _memory.get()
    if memory is not None and memory.asleep:
        memory.values.clear()
        memory.asleep = False
