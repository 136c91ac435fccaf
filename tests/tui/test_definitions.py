"""What the definitions of figures say of what a newcomer asks."""

from __future__ import annotations

import pytest

from tui.shared.definition import definition_text

pytestmark = pytest.mark.usefixtures("english")


def test_margin_says_that_its_cost_includes_tax_as_revenue_does() -> None:
    assert "both with tax" in definition_text(["margin"])
    assert "tax included" in definition_text(["cost"])
