"""The figures of a month that the office publishes, because a salesperson's laptop does not hold all customers.

On such a laptop one's own row of the present month is counted from what is here; every other figure is the office's,
with the moment at which it counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from model.people import Salesperson
from model.store import meta, one, rows

# In the published rows the company stands under this id.
COMPANY = b"\0" * 16


@dataclass(frozen=True)
class PublishedRow:
    """One person's month, or the company's; amounts in minor units."""

    responsible: int
    active: int
    orders: int
    amount: int
    cost: int
    uncosted: int


@dataclass(frozen=True)
class PublishedMonth:
    """A month as the office published it.

    Attributes:
        as_of: when the office counted, ISO; empty where it published nothing of this month.
        people: of each salesperson.
        own: the person whose laptop this is; None where that is nobody known here.
    """

    as_of: str
    company: PublishedRow
    people: dict[bytes, PublishedRow]
    own: bytes | None


NOTHING = PublishedRow(0, 0, 0, 0, 0, 0)


def counts_from_office() -> bool:
    """Whether this store holds only a part of the company's customers: a salesperson's laptop."""
    return bool(meta("server")) and meta("person_role") == "sales"


def published_month(month: str) -> PublishedMonth | None:
    """What the office published of a month; None in a store that holds everything itself."""
    if not counts_from_office():
        return None
    company, people, as_of = NOTHING, {}, ""
    for person, counted, *figures in rows(
        "SELECT person_id, as_of, responsible, active, orders, amount, cost, uncosted FROM published_month"
        " WHERE month = ?",
        (month,),
    ):
        as_of = max(as_of, str(counted))
        if bytes(person) == COMPANY:
            company = PublishedRow(*figures)
        else:
            people[bytes(person)] = PublishedRow(*figures)
    me = Salesperson.get_or_none(Salesperson.code == meta("me"))
    return PublishedMonth(as_of, company, people, None if me is None else me.id)


def published_potential() -> bytes | None:
    """The latest model of customers that the office fitted and published (see model.potential_model); None: none."""
    found = one("SELECT body FROM published_potential ORDER BY month DESC LIMIT 1")
    return None if found is None else bytes(found[0])


def potential_without_earnings(body: bytes) -> bytes:
    """The same model as someone may have it from whom the company keeps costs: how often, not what it earns."""
    model = msgspec.json.decode(body)
    return msgspec.json.encode({**model, "earnings": None, "trial": None})
