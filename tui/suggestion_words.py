"""Why a payment record suggests the terms that it does, in words."""

from __future__ import annotations

from model.payment_record import Suggestion
from tui.locale import _


def suggestion_reason(suggestion: Suggestion) -> str:
    """Why these terms are suggested, and first why there is no limit where the record does not say so; translated."""
    said = [_(each).format(**suggestion.values) for each in (suggestion.no_limit, suggestion.template) if each]
    return _("; ").join(said)
