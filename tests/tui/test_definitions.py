"""What the definitions of figures say of what a newcomer asks."""

from __future__ import annotations

import pytest

from tui.analysis.trends import TrendsFace
from tui.shared.definition import definition_text

pytestmark = pytest.mark.usefixtures("english")


def test_margin_says_that_its_cost_includes_tax_as_revenue_does() -> None:
    assert "both with tax" in definition_text(["margin"])
    assert "tax included" in definition_text(["cost"])


def test_movement_says_why_a_month_does_not_start_where_the_one_before_ended() -> None:
    said = definition_text(["movement"])
    assert "changed owner or were closed" in said
    assert "start differ from the end of the month before" in said


def test_trends_say_what_ranks_them_and_which_months_count() -> None:
    said = definition_text(TrendsFace.FIGURES)
    assert "Slope × margin rate" in said
    assert "A month without a trade is zero" in said
    assert "before a customer's first trade are left out" in said
    assert "0.00" in said
