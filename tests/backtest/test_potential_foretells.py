"""On CDNOW the model foretells better than simple rules; all of it is `python -m tests.backtest.potential`."""

from __future__ import annotations

from datetime import date, timedelta

from tests.backtest.potential import back_test, cdnow_back_test, show
from tests.model.cdnow import needs_cdnow


@needs_cdnow
def test_on_cdnow_the_model_is_nearer_than_either_simple_rule() -> None:
    tested = cdnow_back_test()
    show(tested)
    for judged in (tested.purchases, tested.margin):
        model, *simple = judged
        assert model.rule == "model"
        assert all(model.mean_error < each.mean_error for each in simple)
        assert all(model.root_square_error < each.root_square_error for each in simple)
    # The published comparison: all customers together within an eighth of what they bought.
    assert 0.85 < tested.purchases[0].foretold_share < 1.1


def test_without_a_model_the_simple_rules_stand_alone() -> None:
    start = date(2025, 1, 1)
    few = [{start + timedelta(days=30 * n + place): 1000 for n in range(12)} for place in range(10)]
    tested = back_test("ten customers", few, date(2025, 12, 31))
    assert "there are 10" in tested.why_not
    assert [each.rule for each in tested.margin] == ["the same again", "the mean"]
