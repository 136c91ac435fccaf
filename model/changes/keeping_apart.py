"""Two customers that look like one and are two: said once for every desk, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from model.aliases import resolved
from model.changes.customers import customer_with_id
from model.changes.kind import Args, Kind
from model.conflicts import Conflict, announce, close_conflict, reopen_conflict, was_asked
from model.context import Context
from model.customers import Customer
from model.duplicates import REASON_NAMES, pair_of
from model.errors import N_, InputError, Refused
from model.former import Writes, keeping, put_back, stood_before
from model.rights import require


class KeepApart(Args, frozen=True):
    """Two customers that are two, or, where that was a mistake, may be one again.

    Attributes:
        id: of the decision, where nobody had asked about the two.
        reason: what they have in common, a key of `model.duplicates.REASON_NAMES`; empty where nobody looked.
        apart: whether they are two; else whatever was decided about them holds no more.
    """

    id: bytes
    customer: bytes
    other: bytes
    reason: str = ""
    apart: bool = True


@dataclass(frozen=True)
class KeptApart:
    """The codes of two customers, and whether they are kept apart now."""

    code: str
    other: str
    apart: bool


def questions_about(customer: bytes, other: bytes, state: str) -> list[Conflict]:
    """What was asked, or decided, whether these two are one; also under the ids of customers merged into them."""
    pair = {resolved(customer), resolved(other)}
    found = Conflict.select().where(Conflict.kind == "duplicate", Conflict.state == state).order_by(Conflict.id)
    return [conflict for conflict in found if set(pair_of(conflict)) == pair]


def keep_apart(args: KeepApart, ctx: Context) -> KeptApart:
    require(ctx, "merge_customers")
    if args.reason and args.reason not in REASON_NAMES:
        raise InputError(N_("What two customers have in common is one of: {names}."), names=", ".join(REASON_NAMES))
    first, second = customer_with_id(args.customer), customer_with_id(args.other)
    if first.id == second.id:
        raise Refused(N_("{code} is one customer: name two."), code=first.code)
    kept = questions_about(first.id, second.id, "kept")
    if not args.apart:
        if not kept:
            raise Refused(N_("Nobody keeps {code} and {other} apart."), code=first.code, other=second.code)
        for conflict in kept:
            _ask_again(conflict, ctx)
    elif asked := questions_about(first.id, second.id, "open"):
        # Until then they were judged together on credit.
        for conflict in asked:
            close_conflict(conflict, "kept", ctx, pair_of(conflict))
    elif not kept:
        _decide_unasked(args, first, second, ctx)
    return KeptApart(first.code, second.code, args.apart)


def _ask_again(conflict: Conflict, ctx: Context) -> None:
    """Let a question wait anew, and the two share a limit until then; what nobody had asked is decided no more."""
    if was_asked(conflict):
        reopen_conflict(conflict.id, pair_of(conflict))
    else:
        close_conflict(conflict, "withdrawn", ctx)


def _decide_unasked(args: KeepApart, first: Customer, second: Customer, ctx: Context) -> None:
    if Conflict.get_or_none(Conflict.id == args.id) is not None:
        raise InputError(N_("There is a decision with this id already: decide anew."))
    announce(args.id)
    Conflict.create(
        id=args.id, kind="duplicate", customer=first.id, person=ctx.person, change_uid=ctx.change_uid,
        field=second.id.hex(), before_value=args.reason, mine=f"{first.code} {first.name}",
        theirs=f"{second.code} {second.name}", state="kept", made_on=ctx.business_date,
        decided_on=ctx.business_date, decided_by=ctx.person,
    )  # fmt: skip


def undo_keep_apart(args: KeepApart, ctx: Context, uid: bytes) -> None:
    """Let the question stand as it did before, for as long as nobody has decided it anew."""
    require(ctx, "merge_customers")
    stood = stood_before(uid)
    for each in stood:
        announce(each.id, tuple({resolved(args.customer), resolved(args.other)}))
    put_back(stood)


def _questions_of(args: KeepApart) -> Iterable[bytes]:
    asked = [*questions_about(args.customer, args.other, "open"), *questions_about(args.customer, args.other, "kept")]
    return (args.id, *(bytes(conflict.id) for conflict in asked))


KEEPING_APART_KINDS = (
    Kind(
        "customer.apart", KeepApart, keeping(keep_apart, Writes("conflict", ("conflict",), _questions_of)),
        undo_kept=undo_keep_apart,
    ),
)  # fmt: skip
