"""What the office tells a person about their changes: one sentence each, shown until it was read."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import peewee

from model.context import Context
from model.customers import Customer
from model.errors import HuokeError
from model.fields import BytesField, DayField, IdField
from model.ids import ID_BYTES
from model.people import Salesperson
from model.store import Table, meta
from model.touched import touch


class Notice(Table):
    """One sentence for a person, or for the office.

    Attributes:
        person: whom it is for; empty for the office.
        kind: what it speaks of, as `noun.verb` of the change that caused it.
        about: the number or code of the document it speaks of.
        template: the English sentence with its places; a screen translates it.
        params: msgpack bytes of what fills them.
        read_on: the day it was read.
    """

    person_id: bytes | None
    customer_id: bytes | None

    id = IdField(primary_key=True)
    person = peewee.ForeignKeyField(Salesperson, null=True)
    kind = peewee.TextField()
    customer = peewee.ForeignKeyField(Customer, null=True)
    about = peewee.TextField(default="")
    template = peewee.TextField()
    params = BytesField()
    made_on = DayField()
    read_on = DayField(null=True)

    class Meta:
        table_name = "notice"

    @property
    def values(self) -> dict[str, Any]:
        """What fills the places of the template."""
        values: dict[str, Any] = msgspec.msgpack.decode(self.params)
        return values

    @property
    def sentence(self) -> HuokeError:
        """The template with its values as one thing, which a screen translates as it does errors; it is not raised."""
        return HuokeError(self.template, **self.values)


def consequent_id(change_uid: bytes, *what: bytes) -> bytes:
    """The id of something a rule makes beyond its arguments: the same change always makes the same."""
    return hashlib.blake2b(b"\0".join((change_uid, *what)), digest_size=ID_BYTES).digest()


def speaks_for_the_office(ctx: Context) -> bool:
    """Whether what a rule does here is the office's word, and not a laptop's guess of it."""
    return ctx.arrived or meta("role") == "server"


def notify(
    ctx: Context,
    person: bytes | None,
    kind: str,
    template: str,
    *,
    customer: bytes | None = None,
    about: str = "",
    **params: Any,
) -> None:
    """Tell a person something about a change; only the office does, a laptop waits for its word.

    Args:
        person: whom to tell; None tells the office.
        template: an English sentence marked with N_, with a place for each of `params`.
        customer: whom it concerns.
        about: the number or code of the document it concerns.
    """
    if not speaks_for_the_office(ctx):
        return
    encoded = msgspec.msgpack.encode(params, order="deterministic")
    id_ = consequent_id(
        ctx.change_uid, b"notice", person or b"", kind.encode(), template.encode(), customer or b"", about.encode(),
        encoded,
    )  # fmt: skip
    touch("notice", id_)
    Notice.insert(
        id=id_, person=person, kind=kind, customer=customer, about=about, template=template, params=encoded,
        made_on=ctx.business_date,
    ).on_conflict_ignore().execute()  # fmt: skip
