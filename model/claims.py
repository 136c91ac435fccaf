"""How much of the pool one salesperson may claim: a quota for each month, and a pause after giving a customer back.

Both bind every claim, whoever records it. What the office assigns is bound by neither. A claim that is taken back, or
given back on its own day, counts as not made.
"""

from __future__ import annotations

from datetime import date, timedelta

from model.dates import first_day, last_day, month_of, shifted
from model.errors import N_, Refused
from model.fields import iso
from model.people import Salesperson
from model.settings import NO_LIMIT, setting_on
from model.store import one

_CLAIMED = """
SELECT COUNT(*) FROM assignment WHERE owner_id = ? AND started_by = 'claim' AND from_date >= ? AND from_date <= ?"""
# The end of a span after which nobody else's began on the same day: then the customer went to the pool.
_LEFT_TO_THE_POOL = """
SELECT MAX(a.to_date) FROM assignment a WHERE a.customer_id = ? AND a.owner_id = ? AND a.to_date <= ?
    AND NOT EXISTS (SELECT 1 FROM assignment n WHERE n.customer_id = a.customer_id AND n.from_date = a.to_date)"""


def claimed_in(month: str, owner: bytes) -> int:
    """How many customers of the pool someone has claimed in a month."""
    found = one(_CLAIMED, (owner, iso(first_day(month)), iso(last_day(month))))
    return 0 if found is None else int(found[0])


def left_to_the_pool(customer: bytes, owner: bytes, day: date) -> date | None:
    """When someone last gave a customer back or lost it to the pool, up to a day."""
    found = one(_LEFT_TO_THE_POOL, (customer, owner, iso(day)))
    return None if found is None or found[0] is None else date.fromisoformat(found[0])


def refuse_beyond_limits(customer: bytes, code: str, owner: Salesperson, day: date) -> None:
    """Go on only with a claim within the company's quota and after its pause.

    Args:
        day: from which the claim holds.

    Raises:
        Refused: it is beyond either; the sentence says when it becomes possible.
    """
    quota = int(setting_on("claim_quota", day))
    month = month_of(day)
    if quota != NO_LIMIT and claimed_in(month, owner.id) >= quota:
        raise Refused(
            N_(
                "{name} has claimed the {quota} customers that {month} allows: claim {code} from {date} on, or ask the"
                " manager to assign it."
            ),
            name=owner.name, quota=quota, month=month, code=code, date=first_day(shifted(month, 1)).isoformat(),
        )  # fmt: skip
    pause_days = int(setting_on("claim_cooldown_days", day))
    left_on = left_to_the_pool(customer, owner.id, day) if pause_days else None
    if left_on is not None and day < left_on + timedelta(days=pause_days):
        raise Refused(
            N_(
                "{code} left {name} for the pool on {left}: {name} may claim it again from {date} on, or ask the"
                " manager to assign it."
            ),
            name=owner.name, code=code, left=left_on.isoformat(),
            date=(left_on + timedelta(days=pause_days)).isoformat(),
        )  # fmt: skip
