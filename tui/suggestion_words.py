"""Why a payment record suggests the terms that it does, in words."""

from __future__ import annotations

from model.payment_record import Suggestion
from tui.locale import _


def suggestion_reason(suggestion: Suggestion) -> str:
    """Why these terms are suggested, and what of that is the limit's; first why there is none. Translated."""
    templates = (suggestion.template, suggestion.about_limit)
    in_order = templates if suggestion.limit else reversed(templates)
    return _("; ").join(_(each).format(**suggestion.values) for each in in_order if each)
