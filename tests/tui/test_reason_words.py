"""Everything that stops an order has words of its own, and money is offered only where money releases it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from model.credit import REASONS, Amended, OverdueBill, PricedLine, Standing, Verdict, judge
from tui import locale
from tui.archive import words as archive_words
from tui.order_entry.words import cure_words, reasons_words, verdict_words

OWING = Standing(100_000, 30, "order", 50_000, None, True, 20_000, ())
LINES = (PricedLine("P1", 10_000, 20_000, sold=False),)
ALL_WORDS = (
    "blacklisted; overdue 200.00; over limit by 600.00; below floor: P1; customer closed; no longer sold: P1;"
    " changes S1, which is confirmed"
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    locale.use("en")
    yield
    locale.use("en")


def stopped(standing: Standing = OWING) -> Verdict:
    return judge(standing, total=10_000, paid=0, lines=LINES, closed=True, amends=Amended("S1", 0))


def test_every_reason_is_said_in_words_of_its_own() -> None:
    verdict = stopped()
    assert tuple(reason.name for reason in verdict.reasons) == REASONS
    assert reasons_words(verdict.reasons) == ALL_WORDS
    assert verdict_words(verdict) == f"will be held: {ALL_WORDS}"
    assert "customer closed; no longer sold (P1)" in archive_words.reasons_words(verdict.reasons)
    assert archive_words.held_words("closed,not_sold") == "customer closed, no longer sold"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_reason_is_shown_by_its_bare_name(language: locale.Language) -> None:
    locale.use(language)
    said = reasons_words(stopped().reasons)
    assert not any(name in said for name in ("not_sold", "below_floor", "over_limit"))


def test_money_is_not_said_to_release_what_a_person_must_look_at() -> None:
    late = Standing(20_000, 30, "order", 50_000, None, False, 20_000, ())
    verdict = stopped(late)
    assert verdict.cure == 10_000
    assert "to release" not in archive_words.verdict_words(verdict)
    assert cure_words(verdict) == "receive 100.00 (for this order): then it waits for the office alone"
    assert cure_words(judge(late, total=10_000, paid=0)) == "receive 100.00 (for this order) to release"


@pytest.mark.parametrize(
    ("balance", "overdue", "total", "said"),
    [
        (20_000, 20_000, 10_000, "receive 100.00 (for this order) to release"),
        (20_000, 20_000, 30_000, "receive 200.00 (for overdue bills) to release"),
        (40_000, 0, 30_000, "receive 200.00 (above the limit) to release"),
        (40_000, 15_000, 30_000, "receive 200.00 (above the limit) to release"),
    ],
)
def test_a_cure_says_what_it_is_received_for(balance: int, overdue: int, total: int, said: str) -> None:
    verdict = judge(Standing(balance, 30, "order", 50_000, None, False, overdue, ()), total=total, paid=0)
    assert cure_words(verdict) == said
    assert archive_words.verdict_words(verdict).endswith(said)


def test_a_row_names_every_reason_and_leaves_the_bills_to_the_card() -> None:
    bill = OverdueBill(b"", "S1-7", date(2026, 1, 1), date(2026, 2, 1), 20_000, 20_000, 30)
    verdict = judge(Standing(100_000, 30, "order", 50_000, None, False, 20_000, (bill,)), total=10_000, paid=0)
    cure = " — receive 100.00 (for this order) to release"
    assert archive_words.held_row_words(verdict, "overdue") == (
        "overdue 200.00; over limit 600.00 — receive 100.00 to release (when recorded: overdue)"
    )
    assert archive_words.held_order_words(verdict, "overdue,over_limit") == (
        f"overdue 200.00 (S1-7); over limit 600.00{cure}"
    )
