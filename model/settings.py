"""The company's settings, each a dated history, and the rule that says whose an order is."""

from __future__ import annotations

from datetime import date

import peewee

from model.errors import N_, InputError
from model.fields import DayField, IdField, iso
from model.remembering import remembered
from model.store import Table, one

# Every setting, with the value that holds until the company decides otherwise.
DEFAULTS: dict[str, str] = {
    "company_name": "",
    "grace_days": "0",  # days a bill may be late before it stops an order
    "tolerance": "0.00",  # a bill's residue up to this stops nothing
    "blacklisted_may_prepay": "no",
    "cost_visible_to_sales": "yes",
    "time_zone": "Asia/Shanghai",  # in which the office's business date begins
    "lease_share": "80",  # percent of a customer's unused limit that the server lends to the owner's laptop
    "lease_days": "14",  # for how long a lease also covers a bill that becomes overdue
    "offline_days": "14",  # after so many days without an exchange a laptop takes no orders
    "claim_quota": "0",  # how many customers of the pool one salesperson may claim in a month; 0: no quota is set
    "claim_cooldown_days": "0",  # for so long nobody claims a customer again that they lost to the pool; 0: no pause
    "return_after_days": "0",  # after so many quiet days a customer returns to the pool by itself; 0: never
    "return_clock": "any",  # what breaks the quiet: trade, contact, assignment, or any of them
    "return_notice_days": "7",  # so many days before, its owner is told
    "stage_new_days": "90",  # so many days after the first trade a customer is new, however often it bought
    "stage_old_months": "12",  # so many months after the first trade it may be old
    "stage_old_trading_months": "6",  # with so many trading months it is then old
    "stage_familiar_trading_months": "3",  # with so many it is familiar
    "cooling_from": "1.5",  # so many times its own rhythm quiet, a customer is cooling
    "dormant_from": "3",  # so many times, it is dormant
    "dormant_after_days": "180",  # without a rhythm it is dormant after so many quiet days
}


# Whether an order is stopped depends on these.
CREDIT_SETTINGS = frozenset({"grace_days", "tolerance", "blacklisted_may_prepay"})
# What return_clock may count from.
CLOCKS = ("trade", "contact", "assignment", "any")
# In the settings that say so, 0 is no limit but its absence.
NO_LIMIT = 0


class Setting(Table):
    """The value of a setting from a date on."""

    name = peewee.TextField()
    from_date = DayField()
    value = peewee.TextField()

    class Meta:
        table_name = "setting"
        primary_key = peewee.CompositeKey("name", "from_date")


class AttributionRule(Table):
    """From a date on, the shares of owner and maker in an order another took, in basis points, by customer kind."""

    from_date = DayField()
    kind = peewee.TextField()
    owner_bp = peewee.IntegerField()
    maker_bp = peewee.IntegerField()

    class Meta:
        table_name = "attribution_rule"
        primary_key = peewee.CompositeKey("from_date", "kind")


class MonthClose(Table):
    """One line of a closed month's board, never recomputed.

    Attributes:
        person_id: of the salesperson; sixteen zeros for the company (model.published.COMPANY).
        closed_with: the month that was closed when this one was, itself or a later one; empty for an imported line.
    """

    month = peewee.TextField()
    person_id = IdField()
    responsible = peewee.IntegerField()
    active = peewee.IntegerField()
    closed_with = peewee.TextField(default="")

    class Meta:
        table_name = "month_close"
        primary_key = peewee.CompositeKey("month", "person_id")


def setting_on(name: str, day: date) -> str:
    """The value of a setting as of a day.

    Raises:
        InputError: no setting has this name.
    """
    if name not in DEFAULTS:
        raise InputError(
            N_("There is no setting {name}: the settings are {names}."), name=name, names=", ".join(DEFAULTS)
        )
    found = remembered(
        ("setting", name, day),
        lambda: one(
            "SELECT value FROM setting WHERE name = ? AND from_date <= ? ORDER BY from_date DESC LIMIT 1",
            (name, iso(day)),
        ),
    )
    return DEFAULTS[name] if found is None else str(found[0])
