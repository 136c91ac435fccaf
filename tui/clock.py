"""The business date: the day it is where the desk stands."""

from __future__ import annotations

import os
from datetime import date

from model.dates import parse_date

# Tests, demonstrations and pictures set this to have the same day every time: HUOKE_TODAY=2026-03-31.
TODAY_VARIABLE = "HUOKE_TODAY"


def today() -> date:
    """The day it is in the local time zone, or the one that HUOKE_TODAY names.

    Raises:
        InputError: HUOKE_TODAY is no date.
    """
    fixed = os.environ.get(TODAY_VARIABLE, "")
    return parse_date(fixed) if fixed else date.today()
