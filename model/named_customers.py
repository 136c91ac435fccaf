"""Customers by name and owner as of a day: whoever a figure is about, found once for a whole report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from model.aliases import not_merged
from model.batches import batches
from model.fields import iso
from model.laptop import held_in_full
from model.record import Record
from model.store import rows

_COLUMNS = (
    "SELECT c.id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name), COALESCE(p.code, ''), c.retail,"
    " COALESCE(p.name, '')"
)
_HELD = "a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)"
_HERE = f"(c.closed_on IS NULL OR c.closed_on > ?) AND {held_in_full('c.id')} AND {not_merged('c.id')}"
_ALL = f"""
{_COLUMNS} FROM customer c LEFT JOIN assignment a ON a.customer_id = c.id AND {_HELD}
LEFT JOIN salesperson p ON p.id = a.owner_id WHERE {_HERE} {{among}}"""
# The owner's assignments have an index; SQLite would go through all customers instead.
_OWNED = f"""
{_COLUMNS} FROM assignment a CROSS JOIN customer c CROSS JOIN salesperson p
WHERE c.id = a.customer_id AND p.id = a.owner_id AND a.owner_id = ? AND {_HELD} AND {_HERE}"""


class NamedCustomer(Record, frozen=True):
    """A customer as a report names it; `owner` is a salesperson's code, empty like the name for the pool and retail."""

    id: bytes
    code: str
    name: str
    owner: str
    retail: bool
    owner_name: str


def named_customers(
    day: date, *, owner: bytes | None = None, among: Sequence[bytes] | None = None
) -> dict[bytes, NamedCustomer]:
    """Customers that trade here on a day: not closed, not merged, held in full.

    Args:
        owner: only this salesperson's.
        among: only those of these.
    """
    held = [iso(day)] * 2
    if owner is not None:
        found = rows(_OWNED, (owner, *held, iso(day)))
    elif among is None:
        found = rows(_ALL.format(among=""), (*held, iso(day)))
    else:
        found = []
        for some in batches(among):
            parameters: tuple[Any, ...] = (*held, iso(day), *some)
            found += rows(_ALL.format(among=f"AND c.id IN ({', '.join('?' * len(some))})"), parameters)
    return {
        bytes(id_): NamedCustomer(bytes(id_), code, name, owner_code, bool(retail), owner_name)
        for id_, code, name, owner_code, retail, owner_name in found
    }
