"""What the head of value × potential says where the last twelve months stand for potential."""

from __future__ import annotations

import re
from datetime import date

import msgspec
import pytest

from model.potential_fit import AT_A_BOUND, NO_MEAN, NOT_CONVERGED, TOO_FEW
from model.potential_model import PotentialModel, Trial
from tui import locale
from tui.analysis.quarters import potential_words

pytestmark = pytest.mark.usefixtures("english")
MODEL = PotentialModel(date(2026, 11, 23), customers=563, repeat_customers=12, fewest=50)
NO_BETTER = msgspec.structs.replace(MODEL, trial=Trial(365, 272_655_772, 249_358_958))
MOST_CHARACTERS = 140
"""Two lines of 80 columns."""


def without_model() -> list[PotentialModel | None]:
    why = (TOO_FEW, NOT_CONVERGED, AT_A_BOUND, NO_MEAN)
    return [None, MODEL, NO_BETTER, *(msgspec.structs.replace(MODEL, not_fitted=each) for each in why)]


@pytest.mark.parametrize("model", without_model())
@pytest.mark.parametrize(("language", "end"), [("en", r"\.(?: |$)"), ("zh", "。")])
def test_it_says_in_two_short_sentences_what_is_shown_and_why(
    model: PotentialModel | None, language: str, end: str
) -> None:
    locale.use(language)
    said = potential_words(model, sees_cost=True)
    sentences = [each for each in re.split(end, said) if each]
    assert len(sentences) == 2
    assert len(said) <= MOST_CHARACTERS
    assert all(each[0].isupper() or language == "zh" for each in sentences)


def test_how_far_the_model_missed_is_not_told_where_margin_is_not() -> None:
    assert "2,726,557.72" in potential_words(NO_BETTER, sees_cost=True)
    assert potential_words(NO_BETTER, sees_cost=False) == "The last 12 months stand for potential."
