"""What leaders want a salesperson to reach in a month."""

from __future__ import annotations

import msgspec

from model.changes.customers import colleague
from model.changes.kind import Args, Kind
from model.context import Context
from model.dates import parse_month
from model.errors import N_, InputError, Refused
from model.money import FULL_BP, LARGEST_AMOUNT_MINOR, format_amount, format_percent
from model.notices import notify
from model.rights import require
from model.store import execute
from model.synced import document_id
from model.targets import ACTIVITY, MEASURES, Target, targets_of
from model.touched import touch


class SetTarget(Args, frozen=True):
    """Targets of a salesperson in a month; those that are not named stay.

    Attributes:
        values: by measure, a rate in basis points or an amount in minor units; None takes the target away.
        seen: the same measures as they stood when the person set them; empty where that does not matter.
    """

    person: bytes
    month: str
    values: dict[str, int | None]
    seen: dict[str, int | None] = msgspec.field(default_factory=dict)


def set_target(args: SetTarget, ctx: Context) -> dict[str, int | None]:
    """Returns: all targets of the person in the month."""
    require(ctx, "set_target")
    person, month = colleague(args.person, leaving_too=ctx.arrived), parse_month(args.month)
    _check(args)
    present = targets_of(person.id, month)
    for measure, value in args.values.items():
        if ctx.arrived and measure in args.seen and present[measure] not in (args.seen[measure], value):
            notify(
                ctx, None, "target.set",
                N_("The target of {name} for {month} was set by two people: {before} is now {after}."),
                about=f"{person.code} {month} {measure}", name=person.name, month=month,
                before=target_text(measure, present[measure]), after=target_text(measure, value),
            )  # fmt: skip
    return _write(person.id, month, present | args.values)


def _check(args: SetTarget) -> None:
    if not args.values:
        raise InputError(N_("Give a target: {names}."), names=", ".join(MEASURES))
    for measure in (*args.values, *args.seen):
        if measure not in MEASURES:
            raise InputError(
                N_("There is no target {name}: the targets are {names}."), name=measure, names=", ".join(MEASURES)
            )
    for measure, value in args.values.items():
        if value is None:
            continue
        if measure == ACTIVITY and not 0 < value <= FULL_BP:
            raise InputError(N_("A target for the activity rate is above 0 and at most 100 percent."))
        if measure != ACTIVITY and not 0 < value <= LARGEST_AMOUNT_MINOR:
            raise InputError(N_("A target is an amount above zero: leave it empty to take it away."))


def _write(person: bytes, month: str, values: dict[str, int | None]) -> dict[str, int | None]:
    touch("target", document_id("target", month, person))
    execute("DELETE FROM target WHERE month = ? AND person_id = ?", (month, person))
    if any(value is not None for value in values.values()):
        Target.create(
            month=month, person_id=person, activity_bp=values[ACTIVITY], sales=values["sales"],
            margin=values["margin"], receipts=values["receipts"],
        )  # fmt: skip
    return values


def target_text(measure: str, value: int | None) -> str:
    """A target as a person reads it."""
    if value is None:
        return "–"
    return f"{format_percent(value)} %" if measure == ACTIVITY else format_amount(value)


def target_as_seen(args: SetTarget) -> SetTarget:
    present = targets_of(args.person, args.month)
    return msgspec.structs.replace(
        args, seen={measure: present[measure] for measure in args.values if measure in present}
    )


def undo_set_target(args: SetTarget, ctx: Context) -> None:
    """Put back what stood before, unless somebody has set it again."""
    require(ctx, "set_target")
    month = parse_month(args.month)
    present = targets_of(args.person, month)
    if any(present[measure] != value for measure, value in args.values.items()):
        raise Refused(N_("The target was set again since: set it to what it shall be."))
    _write(args.person, month, present | {measure: args.seen.get(measure) for measure in args.values})


TARGET_KINDS = (Kind("target.set", SetTarget, set_target, undo_set_target, seen=target_as_seen),)
