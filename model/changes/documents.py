"""Numbers of documents, `<device code>-<counter>`, given by the device that records; and the dates they may have."""

from __future__ import annotations

from datetime import date

from model.changes.customers import checked_code, not_after_today
from model.context import Context
from model.errors import N_, InputError
from model.store import current, meta, one, rows, set_meta

COUNTER_DIGITS = 6
# Whose number or id a new document has.
_TAKEN = (
    "SELECT id FROM orders WHERE number = ? UNION ALL SELECT id FROM receipt WHERE number = ?"
    " UNION ALL SELECT id FROM orders WHERE id = ? UNION ALL SELECT id FROM receipt WHERE id = ?"
)
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


def free_number(number: str, id_: bytes) -> str:
    """The number of a new document, with a suffix where another device's has it already: both are kept.

    Args:
        id_: of the document. Orders and receipts never share one, for an allocation names either by it.

    Raises:
        InputError: the number cannot be one, or the id is another document's.
    """
    given = checked_code(number)
    found = rows(_TAKEN, (given, given, id_, id_))
    if any(bytes(row[0]) == id_ for row in found):
        raise InputError(N_("There is a document with the id of {number} already: record it anew."), number=given)
    wanted, suffix, taken = given, 1, bool(found)
    while taken:
        suffix += 1
        wanted = f"{given}/{suffix}"
        taken = one(_USED, (wanted, wanted)) is not None
    return wanted


def document_date(day: date, ctx: Context, *, earliest: date | None = None) -> date:
    """The date that a document gets.

    What a laptop recorded has happened, so its date is moved to the nearest possible one: its clock ran ahead, or the
    office dated the document it speaks of later.

    Args:
        day: as it was recorded.
        earliest: before this it cannot be; whoever records sees to it, as each rule has its own sentence for that.

    Raises:
        Refused: it is recorded here, and after the business date.
    """
    if not ctx.arrived:
        not_after_today(day, ctx)
        return day
    return max(min(day, ctx.business_date), earliest or date.min)
