"""What waits for a person's decision: a field that two people changed, a request, customers that may be one.

Nothing is lost and nothing is silently overwritten: what the office has stays, what came later stands here until
somebody takes it or leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import peewee

from model.context import Context
from model.customers import Customer
from model.errors import N_, InputError
from model.fields import DayField, IdField
from model.notices import consequent_id
from model.people import Salesperson
from model.rights import may, require
from model.store import Table, execute, meta
from model.touched import touch

KINDS = ("field", "request", "duplicate")
STATES = ("open", "taken", "kept", "withdrawn")
STATE_NAMES = {
    "open": N_("to be decided"),
    "taken": N_("taken"),
    "kept": N_("kept"),
    "withdrawn": N_("withdrawn"),
}
# Between the values of several fields that are decided as one; no text that is kept has this character in it.
UNIT_SEPARATOR = "\x1f"
FIELD_SEPARATOR = ","


class Conflict(Table):
    """One thing to decide.

    Attributes:
        kind: `field` of a customer's card; `request` for what the person's role may not do; `duplicate` customers.
        customer: whose card; the later one of two likely duplicates.
        person: who wants `mine`.
        field: the card's field, or several with commas; the kind of the change asked for; the other customer's id
            in hexadecimal.
        before_value: what `mine` replaces as the person saw it; of duplicates, what they have in common.
        mine, theirs: what the person wants, and what the office had when it arrived.
        state: `open`, then `taken` (mine won), `kept` (theirs stayed) or `withdrawn` by who wanted it.
    """

    customer_id: bytes | None
    person_id: bytes | None
    decided_by_id: bytes | None

    id = IdField(primary_key=True)
    kind = peewee.TextField()
    customer = peewee.ForeignKeyField(Customer, null=True)
    person = peewee.ForeignKeyField(Salesperson, null=True)
    change_uid = IdField()
    field = peewee.TextField()
    before_value = peewee.TextField()
    mine = peewee.TextField()
    theirs = peewee.TextField()
    state = peewee.TextField(default="open")
    made_on = DayField()
    decided_on = DayField(null=True)
    decided_by = peewee.ForeignKeyField(Salesperson, null=True, column_name="decided_by")

    class Meta:
        table_name = "conflict"


@dataclass(frozen=True)
class ConflictPart:
    """One line of a conflict as a screen shows it: the field's name, and its three values."""

    name: str
    before: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Requested:
    """What was asked is now a request to the office; nothing else was written.

    Attributes:
        requests: ids of the conflicts that carry it.
    """

    requests: tuple[bytes, ...]
    status: ClassVar[str] = "requested"


def conflict_with_id(id_: bytes) -> Conflict:
    """The conflict with this id.

    Raises:
        InputError: there is none.
    """
    found = Conflict.get_or_none(Conflict.id == id_)
    if found is None:
        raise InputError(N_("There is nothing to decide with this id here: sync first."))
    return found


def parts_of(conflict: Conflict) -> tuple[ConflictPart, ...]:
    """The lines of a conflict: one for each field of a card, or for each thing that a request names."""
    if conflict.kind == "request":
        asked, held = pairs_in(conflict.mine), pairs_in(conflict.theirs)
        return tuple(ConflictPart(name, "", value, held.get(name, "")) for name, value in asked.items())
    if conflict.kind == "duplicate":
        return (ConflictPart(conflict.before_value, "", conflict.mine, conflict.theirs),)
    columns = (conflict.before_value, conflict.mine, conflict.theirs)
    return tuple(
        ConflictPart(*part)
        for part in zip(
            conflict.field.split(FIELD_SEPARATOR), *(column.split(UNIT_SEPARATOR) for column in columns), strict=True
        )
    )


def pairs_text(values: dict[str, str]) -> str:
    """Named values in one text, as a request keeps them."""
    return UNIT_SEPARATOR.join(f"{name}={value}" for name, value in values.items())


def pairs_in(text: str) -> dict[str, str]:
    """The named values in such a text."""
    return dict(pair.partition("=")[::2] for pair in text.split(UNIT_SEPARATOR) if pair)


def raise_conflict(
    ctx: Context,
    kind: str,
    *,
    customer: bytes,
    field: str,
    mine: str,
    theirs: str,
    before: str = "",
    concerns: tuple[bytes, ...] = (),
) -> bytes:
    """Put something before a person.

    Args:
        kind: one of KINDS.
        concerns: the customers whose credit it changes while it is open.

    Returns:
        The id of the conflict.
    """
    id_ = _id_of_question(ctx.change_uid, kind, customer, field)
    announce(id_, concerns)
    Conflict.insert(
        id=id_, kind=kind, customer=customer, person=ctx.person, change_uid=ctx.change_uid, field=field,
        before_value=before, mine=mine, theirs=theirs, state="open", made_on=ctx.business_date,
    ).on_conflict_ignore().execute()  # fmt: skip
    return id_


def _id_of_question(change_uid: bytes, kind: str, customer: bytes, field: str) -> bytes:
    return consequent_id(change_uid, b"conflict", kind.encode(), customer, field.encode())


def was_asked(conflict: Conflict) -> bool:
    """Whether a rule put this before a person; else somebody decided it unasked, under an id of their own."""
    asked = _id_of_question(conflict.change_uid, conflict.kind, conflict.customer_id or b"", conflict.field)
    return bytes(conflict.id) == asked


def announce(conflict_id: bytes, concerns: tuple[bytes, ...] = ()) -> None:
    """Announce that a conflict is about to be written, and whose credit it changes."""
    touch("conflict", conflict_id)
    for customer in concerns:
        touch("conflict", conflict_id, customer=customer)


def close_conflict(conflict: Conflict, state: str, ctx: Context, concerns: tuple[bytes, ...] = ()) -> None:
    """Write what became of a conflict, by whom and when."""
    announce(conflict.id, concerns)
    conflict.state, conflict.decided_on, conflict.decided_by_id = state, ctx.business_date, ctx.person
    conflict.save()


def reopen_conflict(conflict_id: bytes, concerns: tuple[bytes, ...] = ()) -> None:
    """Let a decided conflict wait for a decision again."""
    announce(conflict_id, concerns)
    execute("UPDATE conflict SET state = 'open', decided_on = NULL, decided_by = NULL WHERE id = ?", (conflict_id,))


def becomes_request(ctx: Context, right: str) -> bool:
    """Whether what a person asks is a request to the office, because their role may not do it.

    Raises:
        Refused: their role may not do it, and this store has no office.
    """
    if may(ctx.person, right):
        return False
    if not ctx.arrived and not meta("server"):
        require(ctx, right)
    return True
