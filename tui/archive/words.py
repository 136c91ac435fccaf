"""The words of the archive: kinds, states, reasons and terms as a person says them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from model.archive import DocumentRef, OrderRow
from model.credit import CURE_NAMES, REASON_NAMES, REASONS_FOR_A_PERSON, Reason, Standing, Verdict
from model.dates import BEGINNING
from model.money import grouped
from model.statement import DOCUMENT_NAMES
from tui import keymap
from tui.customers.card_form import CARD_LABELS
from tui.locale import N_, _

STATE_WORDS = {
    "quote": N_("quote"),
    "expired": N_("expired quote"),
    "confirmed": N_("confirmed"),
    "held": N_("held"),
    "rejected": N_("rejected"),
    "cancelled": N_("cancelled"),
    "lost": N_("lost"),
    "voided": N_("undone"),
    "reversed": N_("reversed"),
}
OWNERSHIP_WORDS = {"owned": N_("owned"), "shared": N_("pool"), "retail": N_("walk-in")}
LOST_WORDS = {
    "price": N_("the price"),
    "stock": N_("out of stock"),
    "credit": N_("no credit"),
    "late": N_("too late"),
    "competitor": N_("a competitor"),
    "other": N_("another reason"),
}
FIELD_WORDS = {"code": N_("code"), **CARD_LABELS, "closed_on": N_("closed on")}


def kind_word(ref: DocumentRef) -> str:
    """What a document is."""
    return _(DOCUMENT_NAMES.get(ref.kind, ref.kind))


def state_word(row: OrderRow, today: date) -> str:
    """The state of an order as a word; what counts and is no sale says what it is instead."""
    state = row.document.state
    if state == "quote" and row.valid_until is not None and row.valid_until < today:
        state = "expired"
    if row.document.kind != "sale" and state == "confirmed":
        return kind_word(row.document)
    return _(STATE_WORDS.get(state, state))


def reason_text(reason: str) -> str:
    """A reason as it was given; one of the fixed reasons of a loss is translated."""
    return _(LOST_WORDS[reason]) if reason in LOST_WORDS else reason


def standing_words(standing: Standing) -> str:
    """How a customer's credit stands without a new order: everything that would stop one, or that nothing does."""
    names = [
        name
        for name, holds in (
            ("blacklisted", standing.blacklisted),
            ("overdue", bool(standing.overdue)),
            ("over_limit", bool(standing.over_limit)),
        )
        if holds
    ]
    return _list([_(REASON_NAMES[name]) for name in names or ["ok"]])


def reasons_words(reasons: Sequence[Reason]) -> str:
    """What stops an order, each with its amount and what it speaks of."""
    said = []
    for reason in reasons:
        words = _(REASON_NAMES[reason.name])
        if reason.amount:
            words += f" {grouped(reason.amount)}"
        if reason.about:
            shown = reason.about[:3]
            more = f" +{len(reason.about) - len(shown)}" if len(reason.about) > len(shown) else ""
            words += f" ({' '.join(shown)}{more})"
        said.append(words)
    return _("; ").join(said)


def verdict_words(verdict: Verdict, *, in_row: bool = False) -> str:
    """A verdict with its reasons, and what would cure it.

    Args:
        in_row: of a list, which has no room for what the cure is received for.
    """
    if verdict.ok:
        return _("ok: it can be released")
    words = reasons_words(verdict.reasons)
    # Money alone does not release what a person must look at.
    if verdict.cure > 0 and not any(reason.name in REASONS_FOR_A_PERSON for reason in verdict.reasons):
        template = _("receive {amount} to release") if in_row else _("receive {amount} ({what}) to release")
        what = _(CURE_NAMES[verdict.cured_by])
        words += " — " + template.format(amount=grouped(verdict.cure), what=what)
    return words


def held_order_words(verdict: Verdict, held_for: str) -> str:
    """What stops a held order now; where something else stopped it when it was recorded, that stands behind it."""
    return _with_what_was(verdict_words(verdict), verdict, held_for)


def held_row_words(verdict: Verdict, held_for: str) -> str:
    """The same in the row of a list: there all the reasons must find room before what the card says more."""
    reasons = tuple(replace(each, about=()) if each.name == "overdue" else each for each in verdict.reasons)
    return _with_what_was(verdict_words(replace(verdict, reasons=reasons), in_row=True), verdict, held_for)


def _with_what_was(words: str, verdict: Verdict, held_for: str) -> str:
    if held_for in ("", verdict.held_for):
        return words
    return _("{now} (when recorded: {before})").format(now=words, before=held_words(held_for))


def held_words(held_for: str) -> str:
    """Why an order was held, from the names kept with it."""
    return _list([_(REASON_NAMES.get(name, name)) for name in held_for.split(",") if name])


def term_words(days: int | None, counted_from: str | None) -> str:
    """A credit term in words; empty where there is none said."""
    if days is None:
        return ""
    if counted_from == "month_end":
        return _("{days} days from month end").format(days=days)
    return _("{days} days").format(days=days) if days else _("cash")


def day_text(day: date | None) -> str:
    """A date as it stands in lists; empty where there is none."""
    if day == BEGINNING:
        return _("always")
    return "" if day is None else day.isoformat()


def amount_or_blank(amount_minor: int) -> str:
    """An amount, or nothing for zero: in a column of open amounts only what is open should catch the eye."""
    return grouped(amount_minor) if amount_minor else ""


def _list(words: Sequence[str]) -> str:
    return _(", ").join(words)


def releasing_words(code: str) -> str:
    """Where a held order of a customer is released, and by which keys, translated."""
    receive, release = (
        keymap.shown_keys(keymap.ACTION_OF[f"archive.{verb}"]) for verb in ("record_receipt", "release_order")
    )
    return _("In the archive of {code}: {receive} receives money for it, {release} releases it.").format(
        code=code, receive=receive, release=release
    )
