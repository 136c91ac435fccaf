"""What happened to the order on the screen: the answers of the threads that read and wrote."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from model.changes.orders import OrderRecorded
from model.credit import Verdict
from tui.order_entry.reading import CustomerFacts, PutAside
from tui.order_entry.recording import HeldOrder
from tui.order_entry.typed_order import TypedLine, TypedOrder


class DraftKept(Message):
    """The order as it stands is on disk."""


class DeedRefused(Message):
    """What was asked for cannot be done; the order stays as it is."""

    def __init__(self, reason: str, group: str) -> None:
        self.reason = reason
        self.group = group
        super().__init__()


class OrderBegun(Message):
    """Another order is to be typed on: a restored one, a quote, or one for a customer."""

    def __init__(self, order: TypedOrder, facts: CustomerFacts | None, said: str) -> None:
        self.order = order
        self.facts = facts
        self.said = said
        super().__init__()


class CustomerChosen(Message):
    """The customer of the order was read."""

    def __init__(self, facts: CustomerFacts) -> None:
        self.facts = facts
        super().__init__()


class FactsRead(Message):
    """The customer's facts were read again after something was written."""

    def __init__(self, facts: CustomerFacts) -> None:
        self.facts = facts
        super().__init__()


class LinesRead(Message):
    """Lines of an earlier order or the usual basket were read."""

    def __init__(self, customer: bytes, lines: list[TypedLine], nothing: str) -> None:
        self.customer = customer
        self.lines = lines
        self.nothing = nothing
        super().__init__()


class VerdictRead(Message):
    """The verdict on the order as it stood at a revision."""

    def __init__(self, order: bytes, revision: int, verdict: Verdict) -> None:
        self.order = order
        self.revision = revision
        self.verdict = verdict
        super().__init__()


class OrderTaken(Message):
    """The order was recorded."""

    def __init__(self, outcome: OrderRecorded, held: HeldOrder | None) -> None:
        self.outcome = outcome
        self.held = held
        super().__init__()


class HeldRead(Message):
    """The held order of the card was judged again."""

    def __init__(self, held: HeldOrder) -> None:
        self.held = held
        super().__init__()


class AsideRead(Message):
    """The orders put aside were read."""

    def __init__(self, orders: Sequence[PutAside]) -> None:
        self.orders = orders
        super().__init__()
