"""A customer's card edited. What two people edited at once is merged field by field; nobody's value is lost.

On a store of its own, and on the laptop where it is typed, an edit writes what the person typed. On arrival it is
compared with what the person saw and with what the office has now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from model import duplicates, search
from model.changes.customers import EditCustomer, FieldEdit, checked_text, customer_with_id, unmerged_customer
from model.changes.kind import Kind
from model.conflicts import FIELD_SEPARATOR, UNIT_SEPARATOR, Conflict, close_conflict, parts_of, raise_conflict
from model.context import Context
from model.customers import CARD_FIELDS, Customer
from model.errors import N_, InputError, Refused
from model.notices import notify
from model.rights import require_touch
from model.texts import LONGEST_TEXT
from model.touched import touch

# Fields that are decided as one: half of one address and half of another is no address.
GROUPS = (("address", "city"),)
# Fields that hold several things: what was added is added, what was removed is removed.
SETS = ("contact", "phone")
SET_SEPARATOR = re.compile(r"\s*[,;、，；/]\s*")
USUAL_SEPARATOR = ", "
NOTE_SEPARATOR = " · "


@dataclass(frozen=True)
class CustomerEdited:
    """What became of an edit.

    Attributes:
        conflicts: the fields in which somebody else's value stayed and a person must decide.
    """

    customer: bytes
    code: str
    conflicts: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        return "conflict" if self.conflicts else "done"


@dataclass
class Merged:
    """A card's edits against what the card says now: what to write, and which groups of fields disagree."""

    values: dict[str, str] = field(default_factory=dict)
    disagreeing: list[tuple[str, ...]] = field(default_factory=list)


def edit_of(customer: Customer, after: Mapping[str, str]) -> EditCustomer | None:
    """The edit that turns a card as it is shown into what was typed; None where nothing differs.

    Besides what differs it names what else the person saw of it: the rest of an address, and that the card was open.
    """
    differing = {name for name, text in after.items() if text.strip() != shown_field(customer, name)}
    if not differing:
        return None
    seen = {name for group in GROUPS if differing & set(group) for name in group}
    names = [name for name in (*CARD_FIELDS, "closed_on") if name in differing | seen | {"closed_on"}]
    edits = {
        name: FieldEdit(before=shown_field(customer, name), after=after[name].strip())
        if name in differing
        else FieldEdit(before=shown_field(customer, name), after=shown_field(customer, name))
        for name in names
    }
    return EditCustomer(customer=customer.id, version=customer.version, edits=edits)


def edit_customer(args: EditCustomer, ctx: Context) -> CustomerEdited:
    customer = customer_with_id(args.customer)
    require_touch(ctx, "customer.edit", customer.id)
    _check_edits(args.edits)
    if not ctx.arrived:
        write_fields(customer, {name: edit.after for name, edit in args.edits.items()}, ctx)
        return CustomerEdited(customer.id, customer.code)
    merged = three_way(customer, args.edits)
    if _beats_the_closing(customer, args):
        merged.values["closed_on"] = ""
        notify(
            ctx, None, "customer.edit",
            N_("{code} was closed while its card was being edited elsewhere: it is open again."),
            customer=customer.id, about=customer.code, code=customer.code,
        )  # fmt: skip
    if merged.values:
        write_fields(customer, merged.values, ctx)
    for group in merged.disagreeing:
        _disagree(customer, group, args.edits, ctx)
    return CustomerEdited(customer.id, customer.code, tuple(name for group in merged.disagreeing for name in group))


def three_way(customer: Customer, edits: Mapping[str, FieldEdit]) -> Merged:
    """What of these edits can be written into a card that others may have edited since."""
    merged = Merged()
    done: set[str] = set()
    for name in edits:
        if name in done:
            continue
        group = next((group for group in GROUPS if name in group), (name,))
        own = tuple(each for each in group if each in edits)
        done.update(own)
        changing = tuple(each for each in own if edits[each].before.strip() != edits[each].after.strip())
        if all(shown_field(customer, each) == edits[each].after.strip() for each in changing):
            continue
        if name in SETS:
            merged.values[name] = _merged_set(edits[name], shown_field(customer, name))
        elif all(shown_field(customer, each) in _known(edits[each]) for each in own):
            merged.values.update({each: edits[each].after for each in changing})
        elif name == "note" and (note := _appended(edits[name], shown_field(customer, name))) is not None:
            merged.values[name] = note
        else:
            merged.disagreeing.append(changing)
    return merged


def _known(edit: FieldEdit) -> tuple[str, str]:
    """What a field may say now without anybody else having edited it."""
    return edit.before.strip(), edit.after.strip()


def _merged_set(edit: FieldEdit, now: str) -> str:
    """Several things in one field: what the person added and removed, applied to what the field says now."""
    before, after, present = (_things(text) for text in (edit.before, edit.after, now))
    added = [thing for thing in after if thing not in before]
    kept = [thing for thing in present if thing in after or thing not in before]
    together = kept + [thing for thing in added if thing not in kept]
    if together == present:
        return now
    if together == after:
        return edit.after
    used = SET_SEPARATOR.search(now) or SET_SEPARATOR.search(edit.after)
    return (USUAL_SEPARATOR if used is None else used.group()).join(together)


def _things(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in SET_SEPARATOR.split(text.strip()) if part))


def _appended(edit: FieldEdit, now: str) -> str | None:
    """A note with what the person added to it; None where they took something away, or where it grows too long."""
    before, after = edit.before.strip(), edit.after.strip()
    if not after:
        return None
    added = after.removeprefix(before).strip(" ·\n") if after.startswith(before) else after
    if added in now.split(NOTE_SEPARATOR):
        return now
    note = NOTE_SEPARATOR.join(part for part in (now, added) if part)
    return note if len(note) <= LONGEST_TEXT else None


def _beats_the_closing(customer: Customer, args: EditCustomer) -> bool:
    """Whether a closed card was edited by someone who saw it open: an edit beats a deletion."""
    if customer.closed_on is None:
        return False
    if all(edit.before.strip() == edit.after.strip() for edit in args.edits.values()):
        return False
    closing = args.edits.get("closed_on")
    if closing is not None:
        return closing.before == closing.after == ""
    return args.version < customer.version


def _disagree(customer: Customer, group: tuple[str, ...], edits: Mapping[str, FieldEdit], ctx: Context) -> None:
    """Keep what the person wants beside what the office has, instead of an older wish of theirs for the same."""
    name = FIELD_SEPARATOR.join(group)
    before = UNIT_SEPARATOR.join(edits[each].before.strip() for each in group)
    for older in Conflict.select().where(
        Conflict.kind == "field", Conflict.state == "open", Conflict.customer == customer.id, Conflict.field == name,
        Conflict.person == ctx.person, Conflict.mine == before,
    ):  # fmt: skip
        before = older.before_value
        close_conflict(older, "withdrawn", ctx)
    raise_conflict(
        ctx, "field", customer=customer.id, field=name, before=before,
        mine=UNIT_SEPARATOR.join(edits[each].after.strip() for each in group),
        theirs=UNIT_SEPARATOR.join(shown_field(customer, each) for each in group),
    )  # fmt: skip


def undo_edit_customer(args: EditCustomer, ctx: Context) -> None:
    customer = unmerged_customer(args.customer)
    require_touch(ctx, "customer.edit", customer.id)
    withdrawn = _withdraw_wishes(customer, args, ctx)
    values = {
        name: _before(customer, name, edit)
        for name, edit in args.edits.items()
        if name not in withdrawn and edit.before.strip() != edit.after.strip()
    }
    if values:
        write_fields(customer, values, ctx)


def _before(customer: Customer, name: str, edit: FieldEdit) -> str:
    """What a field said before an edit, with what others have added to it since.

    Raises:
        Refused: it was changed since.
    """
    now = shown_field(customer, name)
    if now == edit.after.strip():
        return edit.before
    if name in SETS:
        return _merged_set(FieldEdit(before=edit.after, after=edit.before), now)
    raise Refused(
        N_("The {field} of {code} was changed again since: edit it by hand."),
        field=name,
        code=customer.code,
    )


def _withdraw_wishes(customer: Customer, args: EditCustomer, ctx: Context) -> set[str]:
    """Take back what of an edit still waits for a decision.

    Returns:
        The fields it was about, which were never written.
    """
    withdrawn: set[str] = set()
    for conflict in Conflict.select().where(
        Conflict.kind == "field", Conflict.state == "open", Conflict.customer == customer.id,
        Conflict.person == ctx.person,
    ):  # fmt: skip
        parts = parts_of(conflict)
        if all(part.name in args.edits and args.edits[part.name].after.strip() == part.mine for part in parts):
            close_conflict(conflict, "withdrawn", ctx)
            withdrawn.update(part.name for part in parts)
    return withdrawn


def shown_field(customer: Customer, name: str) -> str:
    """A field of a card as text."""
    value = getattr(customer, name)
    return "" if value is None else str(value)


def _check_edits(edits: Mapping[str, FieldEdit]) -> None:
    """Refuse an edit of which a part could not be kept: what is not written may stand in a conflict."""
    _check_names(edits)
    for name, edit in edits.items():
        for text in (edit.before, edit.after):
            if name == "closed_on":
                _day_in(text)
            else:
                checked_text(name, text)


def _day_in(text: str) -> date | None:
    """A date as a card's field tells it.

    Raises:
        InputError: it is none.
    """
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise InputError(N_("“{value}” is not a date: write it like 2026-03-31."), value=text[:40]) from None


def _check_names(names: Iterable[str]) -> None:
    for name in names:
        if name not in CARD_FIELDS and name != "closed_on":
            raise InputError(N_("A customer's card has no field {field}."), field=name)


def write_fields(customer: Customer, values: Mapping[str, str], ctx: Context) -> None:
    """Write fields of a card.

    Raises:
        InputError: a value cannot be kept.
    """
    _check_names(values)
    for name, text in values.items():
        if name == "closed_on":
            customer.closed_on = _day_in(text)
        else:
            setattr(customer, name, checked_text(name, text))
    if not customer.name:
        raise InputError(N_("The customer {code} needs a name."), code=customer.code)
    touch("customer", customer.id, customer=customer.id)
    customer.version += 1
    customer.save()
    search.index_customers([customer])
    if duplicates.COMPARED_FIELDS.intersection(values):
        duplicates.put_before_the_office(customer, ctx)


EDITING_KINDS = (Kind("customer.edit", EditCustomer, edit_customer, undo_edit_customer),)
