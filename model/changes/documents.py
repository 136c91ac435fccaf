"""Numbers of documents: `<device code>-<counter>`, given by the device that records."""

from __future__ import annotations

from model.store import current, meta, one, set_meta

COUNTER_DIGITS = 6
_USED = "SELECT 1 FROM orders WHERE number = ? UNION ALL SELECT 1 FROM receipt WHERE number = ?"


def next_number() -> str:
    """The next number of this device; a number once given is never given again, whatever becomes of it."""
    with current().writing():
        device = meta("device")
        counter = int(meta("document_counter", "0"))
        while True:
            counter += 1
            number = f"{device}-{counter:0{COUNTER_DIGITS}d}"
            if one(_USED, (number, number)) is None:
                break
        set_meta("document_counter", str(counter))
    return number


def free_number(number: str) -> str:
    """The number itself, or with a suffix where another device's document has it already: both are kept."""
    wanted, suffix = number, 1
    while one(_USED, (wanted, wanted)) is not None:
        suffix += 1
        wanted = f"{number}/{suffix}"
    return wanted
