"""On what terms a customer buys: credit term and limit, and the blacklist. The office decides; others ask it.

Two of the office may decide the same away from each other. What the later one had not seen is never written over: what
they wanted then waits for a decision like what a salesperson asks for.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from model.aliases import resolved
from model.changes.customers import (
    EndTemporaryTerms,
    SetBlacklisted,
    SetTerms,
    checked_text,
    customer_with_id,
    judged_day,
)
from model.changes.kind import Kind
from model.changes.undoing import BLACKLISTINGS, TERMS, undo_blacklisting, undo_terms
from model.conflicts import Requested, becomes_request, pairs_in, pairs_text, raise_conflict
from model.context import Context
from model.customers import (
    CREDIT_FROM,
    LONGEST_TERM_DAYS,
    Blacklisting,
    CreditTerms,
    Customer,
    Terms,
    blacklisted_on,
    terms_on,
)
from model.errors import N_, InputError, Refused
from model.former import keeping
from model.money import LARGEST_AMOUNT_MINOR, format_amount
from model.rights import require, require_touch
from model.touched import touch


def set_terms(args: SetTerms, ctx: Context) -> Requested | None:
    asked = becomes_request(ctx, "set_terms")
    customer = customer_with_id(args.customer)
    _check_terms(args)
    if not asked and _was_decided_unseen(customer, args, ctx):
        return Requested((_ask_for_terms(customer, args, ctx),))
    if asked:
        require_touch(ctx, "customer.terms", customer.id)
        return Requested((_ask_for_terms(customer, args, ctx),))
    touch("customer", customer.id, customer=customer.id)
    _write_terms(customer, args, ctx)
    return None


def _was_decided_unseen(customer: Customer, args: SetTerms, ctx: Context) -> bool:
    """Whether something of what they set stands otherwise than they saw it, and than they want it."""
    if not ctx.arrived or not args.seen:
        return False
    seen, present = pairs_in(args.seen), shown_terms(terms_on(customer.id, args.from_date))
    wanted = {name: value for name, value in _asked(args).items() if name in present}
    return any(present[name] not in (seen.get(name), value) for name, value in wanted.items())


def terms_as_seen(args: SetTerms) -> SetTerms:
    held = terms_on(resolved(args.customer), args.from_date)
    return msgspec.structs.replace(args, seen=pairs_text(shown_terms(held)))


def shown_terms(held: CreditTerms) -> dict[str, str]:
    """Terms as a request shows what stands."""
    return {
        "credit_days": str(held.credit_days),
        "credit_from": held.credit_from,
        "credit_limit": format_amount(held.credit_limit),
    }


def _ask_for_terms(customer: Customer, args: SetTerms, ctx: Context) -> bytes:
    held = terms_on(customer.id, ctx.business_date)
    return raise_conflict(
        ctx, "request", customer=customer.id, field="customer.terms",
        mine=pairs_text(_asked(args)),
        theirs=pairs_text(shown_terms(held)),
    )  # fmt: skip


def _asked(args: SetTerms) -> dict[str, str]:
    given = {
        "credit_days": args.credit_days,
        "credit_from": args.credit_from,
        "credit_limit": None if args.credit_limit is None else format_amount(args.credit_limit),
        "from_date": args.from_date.isoformat(),
        "until": None if args.until is None else args.until.isoformat(),
        "reason": checked_text("reason", args.reason) or None,
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def _check_terms(args: SetTerms) -> None:
    if args.credit_days is not None and not 0 <= args.credit_days <= LONGEST_TERM_DAYS:
        raise InputError(
            N_("A credit term is 0 to {most} days, not {days}."),
            most=LONGEST_TERM_DAYS,
            days=args.credit_days,
        )
    if args.credit_limit is not None and not 0 <= args.credit_limit <= LARGEST_AMOUNT_MINOR:
        raise InputError(N_("A credit limit cannot be below zero: 0 means no credit."))
    if args.credit_from is not None and args.credit_from not in CREDIT_FROM:
        raise InputError(N_("A term counts from {names}."), names=", ".join(CREDIT_FROM))
    if args.until is not None and args.until < args.from_date:
        raise InputError(N_("A temporary limit cannot end before it begins."))
    if args.credit_days is None and args.credit_limit is None and args.credit_from is None:
        raise InputError(N_("Give the days, the limit, or both."))


def _write_terms(customer: Customer, args: SetTerms, ctx: Context) -> None:
    lasting = None if args.until is not None else _lasting_terms(customer.id, args.from_date)
    values = {
        "credit_days": args.credit_days,
        "credit_from": args.credit_from,
        "credit_limit": args.credit_limit,
    }
    if args.until is None:
        # A lasting row stands alone, so what was not given is taken from what held before.
        values["credit_days"] = (
            args.credit_days if args.credit_days is not None else (lasting and lasting.credit_days) or 0
        )
        values["credit_from"] = args.credit_from or (lasting and lasting.credit_from) or "order"
        values["credit_limit"] = (
            args.credit_limit if args.credit_limit is not None else (lasting and lasting.credit_limit) or 0
        )
    key = {
        "customer": customer.id,
        "from_date": args.from_date,
        "until_date": args.until.isoformat() if args.until else "",
    }
    Terms.delete().where(
        Terms.customer == customer.id,
        Terms.from_date == args.from_date,
        Terms.until_date == key["until_date"],
    ).execute()
    Terms.create(**key, **values, reason=checked_text("reason", args.reason), person=ctx.person)


def _lasting_terms(customer_id: bytes, day: date) -> Terms | None:
    return (
        Terms.select()
        .where(Terms.customer == customer_id, Terms.from_date <= day, Terms.until_date == "")
        .order_by(Terms.from_date.desc())
        .first()
    )


def end_temporary_terms(args: EndTemporaryTerms, ctx: Context) -> None:
    """Let what was set for a time hold until the day before only; what ends on the day it began never was."""
    require(ctx, "set_terms")
    customer = customer_with_id(args.customer)
    day = judged_day(args.date, ctx)
    held = Terms.get_or_none(
        (Terms.customer == customer.id)
        & (Terms.from_date == args.from_date)
        & (Terms.until_date == args.until.isoformat())
    )
    if held is None or args.until < day:
        raise Refused(N_("That temporary limit of {code} has ended already."), code=customer.code)
    touch("customer", customer.id, customer=customer.id)
    last = day - timedelta(days=1)
    spans = (args.until.isoformat(), last.isoformat())
    Terms.delete().where(
        Terms.customer == customer.id, Terms.from_date == args.from_date, Terms.until_date.in_(spans)
    ).execute()
    if last >= args.from_date:
        Terms.create(
            customer=customer.id, from_date=args.from_date, until_date=last.isoformat(),
            credit_days=held.credit_days, credit_from=held.credit_from, credit_limit=held.credit_limit,
            reason=held.reason, person=held.person_id,
        )  # fmt: skip


def set_blacklisted(args: SetBlacklisted, ctx: Context) -> Requested | None:
    asked = becomes_request(ctx, "block_customer")
    customer = customer_with_id(args.customer)
    day = judged_day(args.from_date, ctx)
    reason = checked_text("reason", args.reason)
    if not reason:
        raise InputError(N_("Say why: the blacklist keeps a reason."))
    present = blacklisted_on(customer.id, day)
    unseen = ctx.arrived and args.seen not in (None, present) and args.blacklisted != present
    if asked:
        require_touch(ctx, "customer.blacklist", customer.id)
    if asked or unseen:
        wanted = {"blacklisted": yes_no(args.blacklisted), "from_date": day.isoformat(), "reason": reason}
        held = {"blacklisted": yes_no(blacklisted_on(customer.id, ctx.business_date))}
        return Requested(
            (
                raise_conflict(
                    ctx, "request", customer=customer.id, field="customer.blacklist", mine=pairs_text(wanted),
                    theirs=pairs_text(held),
                ),
            )
        )  # fmt: skip
    touch("customer", customer.id, customer=customer.id)
    Blacklisting.delete().where(Blacklisting.customer == customer.id, Blacklisting.from_date == day).execute()
    Blacklisting.create(
        customer=customer.id, from_date=day, blacklisted=args.blacklisted, reason=reason, person=ctx.person
    )
    return None


def blacklisting_as_seen(args: SetBlacklisted) -> SetBlacklisted:
    return msgspec.structs.replace(args, seen=blacklisted_on(resolved(args.customer), args.from_date))


def yes_no(flag: bool) -> str:
    """A blacklisting as a request shows it."""
    return "yes" if flag else "no"


TERMS_KINDS = (
    Kind("customer.terms", SetTerms, keeping(set_terms, TERMS), seen=terms_as_seen, undo_kept=undo_terms),
    Kind("customer.terms_end", EndTemporaryTerms, keeping(end_temporary_terms, TERMS), undo_kept=undo_terms),
    Kind(
        "customer.blacklist", SetBlacklisted, keeping(set_blacklisted, BLACKLISTINGS), seen=blacklisting_as_seen,
        undo_kept=undo_blacklisting,
    ),
)  # fmt: skip
