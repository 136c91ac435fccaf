"""What a text must be to be kept: typed and imported ones alike."""

from __future__ import annotations

import re

LONGEST_TEXT = 2_000
LONGEST_CODE = 40
# Line feed and tab are text; so are the wide space and other characters that only look empty.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
