"""Why an order is lost: one key for the usual reasons, so that everyone gives one, and words for any other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from model.orders import LOST_REASONS
from tui.archive.words import LOST_WORDS
from tui.locale import _
from tui.shared.ask import AskText, Choice, Choose, Question

OTHER = "other"


async def ask_loss_reason(
    ask: Callable[[Question[Any]], Awaitable[Any]], question: str, details: str = ""
) -> str | None:
    """One of LOST_REASONS, or words where it is none of them; None where the question was left.

    Args:
        ask: puts a question before the person and waits for the answer.
        question, details: translated.
    """
    choices = [Choice(reason, _(LOST_WORDS[reason])) for reason in LOST_REASONS]
    reason: str | None = await ask(Choose(question, choices, details, at=None))
    if reason == OTHER:
        words: str | None = await ask(AskText(question))
        return words
    return reason
