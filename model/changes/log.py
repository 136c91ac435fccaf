"""The log of changes: what was done here, in order, each with the bytes of its arguments."""

from __future__ import annotations

import peewee

from model.fields import BytesField, DayField, IdField
from model.store import Table, one

# The form of arguments that this version writes. A release that changes a kind's arguments raises it and adds a lift.
SCHEMA = 2


class Change(Table):
    """One change as it was recorded.

    Attributes:
        number: 1, 2, 3… per device.
        args: canonical bytes (see model.changes.kind).
        business_date: the date on which it was judged; replaying it judges it on the same.
        recorded_at: UTC, for display only.
        chain: hash over the previous chain, number, kind and args; a restored or cloned disk breaks it.
        schema: the form of its arguments; newer code lifts a copy of older ones.
    """

    uid = IdField(primary_key=True)
    device = peewee.TextField()
    number = peewee.IntegerField()
    kind = peewee.TextField()
    args = BytesField()
    person = IdField(null=True)
    business_date = DayField()
    recorded_at = peewee.TextField()
    chain = BytesField()
    schema = peewee.IntegerField(default=SCHEMA)

    class Meta:
        table_name = "change"


def last_change() -> bytes:
    """The id of the newest change; empty where there is none. Ids grow with the time at which they are made."""
    found = one("SELECT uid FROM change ORDER BY uid DESC LIMIT 1")
    return b"" if found is None else bytes(found[0])
