"""A change arrives at the office: judged by the same rule as on the laptop, its outcome kept with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import peewee

from model.changes import KINDS
from model.changes.bounds import check_bounds
from model.changes.kind import Args
from model.changes.lifting import lifted
from model.changes.log import Change
from model.changes.rejudging import judge_again_at_office
from model.context import Context
from model.errors import N_, HuokeError, InputError
from model.fields import BytesField, IdField
from model.store import Table, current, execute
from model.touched import Touched, collecting

# The office's own device: what it decides itself, or a person does at the server, is recorded under this code.
OFFICE_DEVICE = "S"
# What became of a change, as the laptop that made it is told.
STATUSES = ("done", "confirmed", "held", "quote", "conflict", "requested", "refused", "quarantined", "repeated")
# A person must see these; the others went as the laptop expected.
UNEXPECTED = ("held", "conflict", "requested", "refused", "quarantined")


# What a sentence is filled with may come from whoever sent the change.
LONGEST_VALUE = 200
MOST_NAMED = 50


class Arrival(Table):
    """How one change fared at the office. On a laptop, of its own changes; `seen` once a person has looked at it.

    Attributes:
        v, place: the version of the server at which it was judged, and its place among the changes of that version.
        result: msgpack of (template, params): what to tell its maker.
    """

    uid = IdField(primary_key=True)
    v = peewee.BigIntegerField()
    place = peewee.IntegerField()
    status = peewee.TextField()
    result = BytesField()
    received_at = peewee.TextField()
    seen = peewee.IntegerField(default=0)

    class Meta:
        table_name = "arrival"


@dataclass(frozen=True)
class Judged:
    """What became of a change.

    Attributes:
        status: one of STATUSES.
        template, params: what to tell its maker; empty where there is nothing to say.
        touched: what was written.
        outcome: the rule's own, for who did it at the office itself.
    """

    status: str
    template: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    touched: Touched = field(default_factory=Touched)
    outcome: Any = None

    @property
    def result(self) -> bytes:
        return msgspec.msgpack.encode((self.template, self.params))


def arrive(change: Change) -> Judged:
    """Judge a change that is not in this store yet, log it, and judge again the held orders it may free.

    A rule's refusal is an outcome like any other: the change is kept, its effect is not.

    Raises:
        Exception: whatever else went wrong; then nothing of it was written, not even the change.
    """
    touched = Touched()
    try:
        args = lifted(change)
    except InputError as unreadable:
        # A newer Huoke wrote it, or its bytes were forged: it is kept for a person and for a newer server.
        return _undone(change, Judged("quarantined", unreadable.template, plain(unreadable.params)))
    try:
        with current().database.atomic(), collecting() as touched:
            outcome = _done(change, args)
    except HuokeError as refusal:
        return _undone(change, Judged("refused", refusal.template, plain(refusal.params)))
    status = _status_of(outcome)
    return Judged(status, *_told(outcome, status), touched, outcome)


def _done(change: Change, args: Args) -> Any:
    context = context_of(change)
    if context.arrived:
        check_bounds(args)
    outcome = KINDS[change.kind].rule(args, context)
    _keep(change)
    judge_again_at_office(change.kind, context)
    return outcome


def context_of(change: Change) -> Context:
    """What the rule of an arriving change may know; what was done at the office itself did not arrive."""
    return Context(
        change.person, change.device, change.uid, change.business_date, arrived=change.device != OFFICE_DEVICE
    )


def _keep(change: Change) -> None:
    change.insert_new()


def _undone(change: Change, judged: Judged) -> Judged:
    """Keep a change that has no effect, and at once that it has none: a later one of its batch may want to undo it."""
    _keep(change)
    entered(change, judged, v=0, place=0, received_at="")
    return judged


def _status_of(outcome: Any) -> str:
    status = getattr(outcome, "status", None) or getattr(outcome, "state", None)
    return status if status in STATUSES else "done"


def _told(outcome: Any, status: str) -> tuple[str, dict[str, Any]]:
    if status == "held":
        return (
            N_("{number} is held: {reasons}."),
            {"number": outcome.number, "reasons": [reason.name for reason in outcome.verdict.reasons]},
        )
    if status == "conflict":
        return N_("Someone else changed the same: {fields}."), {"fields": list(outcome.conflicts)}
    if status == "requested":
        return N_("The office has your request."), {}
    return "", {}


def plain(params: dict[str, Any]) -> dict[str, Any]:
    """A sentence's values as they can be sent: text, numbers, lists of text; none longer than a person reads."""
    return {name: _plain(value) for name, value in params.items()}


def _plain(value: Any) -> str | int | list[str]:
    if isinstance(value, tuple | list):
        return [_shortened(str(part)) for part in value[:MOST_NAMED]]
    return value if isinstance(value, int) else _shortened(str(value))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def entered(change: Change, judged: Judged, *, v: int, place: int, received_at: str) -> None:
    """Keep how a change fared, instead of what was known of it before."""
    execute(
        "INSERT INTO arrival (uid, v, place, status, result, received_at, seen) VALUES (?, ?, ?, ?, ?, ?, 0)"
        " ON CONFLICT (uid) DO UPDATE SET v = excluded.v, place = excluded.place, status = excluded.status,"
        " result = excluded.result, received_at = excluded.received_at",
        (change.uid, v, place, judged.status, judged.result, received_at),
    )
