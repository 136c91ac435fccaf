"""Salespeople and the office, and what a role may do."""

from __future__ import annotations

import peewee

from model.errors import N_, InputError
from model.fields import FlagField, IdField
from model.store import Table

ROLES = ("sales", "manager", "finance", "admin")
ROLE_NAMES = {"sales": N_("sales"), "manager": N_("manager"), "finance": N_("finance"), "admin": N_("admin")}


class Salesperson(Table):
    """Someone who works at the company; `code` is the short name that stands in tables."""

    id = IdField(primary_key=True)
    code = peewee.TextField(unique=True)
    name = peewee.TextField()
    role = peewee.TextField()
    team = peewee.TextField()
    active = FlagField()

    class Meta:
        table_name = "salesperson"


def salesperson_by_code(code: str) -> Salesperson:
    """The salesperson with this code.

    Raises:
        InputError: nobody has it.
    """
    if not code.strip():
        raise InputError(N_("No salesperson is named: give the code, which “huoke salesperson list” shows."))
    found = Salesperson.get_or_none(Salesperson.code == code.strip())
    if found is None:
        raise InputError(N_("There is no salesperson {code}: “huoke salesperson list” shows them."), code=code)
    return found
