"""The business date: the day it is where the desk stands."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta

from model.dates import parse_date

# Tests, demonstrations and pictures set this to have the same day every time: HUOKE_TODAY=2026-03-31.
TODAY_VARIABLE = "HUOKE_TODAY"
LEAST_SKEW_MS = 3_600_000


def today(skew_ms: int = 0) -> date:
    """The day it is in the local time zone, or the one that HUOKE_TODAY names.

    Args:
        skew_ms: by how many milliseconds the office's clock is ahead of this machine's.

    Raises:
        InputError: HUOKE_TODAY is no date.
    """
    fixed = os.environ.get(TODAY_VARIABLE, "")
    if fixed:
        return parse_date(fixed)
    # A clock that is minutes wrong is as right as any; only one that may be a day wrong is corrected.
    if abs(skew_ms) < LEAST_SKEW_MS:
        return date.today()
    return (datetime.now() + timedelta(milliseconds=skew_ms)).date()
