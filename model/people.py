"""Salespeople and the office, and what a role may do."""

from __future__ import annotations

import peewee

from model.errors import N_, InputError
from model.fields import IdField
from model.store import Table

ROLES = ("sales", "manager", "finance", "admin")


class Salesperson(Table):
    """Someone who works at the company; `code` is the short name that stands in tables."""

    id = IdField(primary_key=True)
    code = peewee.TextField(unique=True)
    name = peewee.TextField()
    role = peewee.TextField()
    team = peewee.TextField()
    active = peewee.BooleanField()

    class Meta:
        table_name = "salesperson"


def salesperson_by_code(code: str) -> Salesperson:
    """The salesperson with this code.

    Raises:
        InputError: nobody has it.
    """
    found = Salesperson.get_or_none(Salesperson.code == code.strip())
    if found is None:
        raise InputError(
            N_("There is no salesperson {code}: check the code in Office or with “huoke export”."), code=code
        )
    return found
