"""Follow-ups that are due: whoever is responsible for a customer now has its reminders, whoever wrote them.

A reminder ends with a later contact that falls on its day or after it, or that plans the next one. In the pool it is
the writer's.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import date

from model.aliases import not_merged
from model.fields import iso
from model.store import rows

_DUE = f"""
SELECT l.id, c.id, c.code, COALESCE(NULLIF(c.short_name, ''), c.name), l.next_on, l.date, l.note, p.name
FROM contact_log l JOIN customer c ON c.id = l.customer_id JOIN salesperson p ON p.id = l.person_id
LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)
WHERE l.next_on IS NOT NULL AND l.next_on <= ? AND (? IS NULL OR COALESCE(a.owner_id, l.person_id) = ?)
    AND (c.closed_on IS NULL OR c.closed_on > ?) AND {not_merged("c.id")}
    AND NOT EXISTS (SELECT 1 FROM contact_log k WHERE k.customer_id = l.customer_id
        AND (k.date > l.date OR (k.date = l.date AND k.id > l.id)) AND (k.next_on IS NOT NULL OR k.date >= l.next_on))
ORDER BY l.next_on, c.code
"""


@dataclass(frozen=True)
class FollowUp:
    """A customer to be contacted again.

    Attributes:
        due_on: the day that was planned.
        date, note, written_by: of the contact at which it was planned.
    """

    contact: bytes
    customer: bytes
    code: str
    name: str
    due_on: datetime.date
    date: datetime.date
    note: str
    written_by: str


def follow_ups(person: bytes | None, day: date) -> list[FollowUp]:
    """What someone has to follow up by a day, the oldest first; what all have to without a person."""
    today = iso(day)
    return [
        FollowUp(
            bytes(contact), bytes(customer), code, name, date.fromisoformat(due), date.fromisoformat(written), note, by
        )
        for contact, customer, code, name, due, written, note, by in rows(
            _DUE, (today, today, today, person, person, today)
        )
    ]
