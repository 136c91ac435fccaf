"""State and reason of an order as the tables write them, and what an import reads back from a reason.

A reason says more than a person's words where an order was to amend another: which one, by its number.
"""

from __future__ import annotations

from typing import NamedTuple

from model.credit import REASONS
from model.texts import LONGEST_TEXT

AMENDED = "amended"
# How an order ends that never counted.
ENDED_UNCOUNTED = ("rejected", "lost", "cancelled")
# Between the number of the order that one was to amend and what was said when it ended.
BEFORE_WORDS = ": "


class EndedAmendment(NamedTuple):
    """What a reason says of an amendment that came to nothing.

    Attributes:
        held_for: why it was held, as the verdict's names joined by commas.
        amends: the number of the order that it was to amend.
        reason: what was said when it ended.
    """

    held_for: str
    amends: str
    reason: str


def state_told(state: str, live_from: str | None, day: str, decided: str, held_for: str) -> str:
    """An order's state as the files write it.

    A cancelled order with a later decision counted until then; one that never did is written as what it amounts to:
    a held order rejected, or a quote lost.
    """
    if state == "cancelled" and live_from is None and decided > day:
        return "rejected" if held_for else "lost"
    return state


def reason_told(state: str, reason: str, held_for: str, replaces: str | None, live_from: str | None) -> str:
    """An order's reason as the files write it: of one that is held or was to amend another, also why and which.

    Args:
        replaces: the number of the order whose place it takes.
        live_from: the first day on which it counted; None where it never did.
    """
    amends = f"{held_for} {replaces}" if replaces and AMENDED in held_for.split(",") else ""
    if state == "held":
        return amends or held_for or reason
    if not amends or live_from is not None or state not in ENDED_UNCOUNTED:
        return reason
    told = f"{amends}{BEFORE_WORDS}{reason}" if reason else amends
    # What was said is worth more than what an import could not read.
    return told if len(told) <= LONGEST_TEXT else reason


def held_told(reason: str) -> tuple[str, str] | None:
    """What such a reason says: why an order is held, and the number of the one that it is to amend, or nothing.

    None where it is a person's own words.
    """
    held_for, _space, amends = reason.partition(" ")
    reasons = set(held_for.split(","))
    if not reasons <= set(REASONS) or (amends and AMENDED not in reasons):
        return None
    return held_for, amends


def ended_told(state: str, reason: str) -> EndedAmendment | None:
    """What the reason of an order that ended says of the one that it was to amend; None where it names none.

    A person may have written the same words: they are meant so only where that order is this customer's.
    """
    amendment, _mark, words = reason.partition(BEFORE_WORDS)
    told = held_told(amendment) if state in ENDED_UNCOUNTED else None
    return EndedAmendment(*told, words) if told is not None and told[1] else None
