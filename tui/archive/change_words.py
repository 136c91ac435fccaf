"""What a change did, in one line: the kind of change, and what was changed from what to what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.change_history import ChangeRow
from model.changes.customers import (
    AddCustomer,
    AssignCustomers,
    EditCustomer,
    LogContact,
    SetBlacklisted,
    SetTerms,
)
from model.changes.leaving import SeeOff
from model.changes.orders import CancelOrder, EndOrder, LoseOrder, RecordOrder, RejectOrder, ReleaseOrder
from model.changes.receipts import RecordReceipt, ReverseReceipt
from model.laptop import FARED_NAMES
from model.money import grouped
from model.statement import DOCUMENT_NAMES
from model.store import one
from tui.archive.words import FIELD_WORDS, STATE_WORDS, day_text, reason_text, term_words
from tui.locale import N_, _

CHANGE_WORDS = {
    "customer.add": N_("customer added"),
    "customer.edit": N_("profile changed"),
    "customer.assign": N_("assigned"),
    "customer.claim": N_("taken from the pool"),
    "customer.release": N_("given to the pool"),
    "customer.terms": N_("terms set"),
    "customer.terms_end": N_("temporary limit ended"),
    "customer.blacklist": N_("blacklist"),
    "contact.log": N_("contact logged"),
    "order.record": N_("order recorded"),
    "order.confirm": N_("quote confirmed"),
    "order.release": N_("order released"),
    "order.reject": N_("order rejected"),
    "order.cancel": N_("document cancelled"),
    "order.lose": N_("order lost"),
    "order.return": N_("goods returned"),
    "order.amend": N_("order amended"),
    "order.invoice": N_("invoice entered"),
    "receipt.record": N_("money recorded"),
    "receipt.reverse": N_("money reversed"),
    "salesperson.add": N_("salesperson added"),
    "salesperson.active": N_("salesperson at work or gone"),
    "salesperson.role": N_("role changed"),
    "salesperson.leave": N_("salesperson left"),
    "pool.return": N_("returned to the pool by itself"),
    "pool.warn": N_("owners told of returns"),
    "product.add": N_("product added"),
    "product.cost": N_("cost set"),
    "setting.set": N_("setting changed"),
    "attribution.set": N_("rule of shares set"),
    "customer.merge": N_("customers merged"),
    "customer.apart": N_("two customers, or one"),
    "month.close": N_("month closed"),
    "target.set": N_("target set"),
    "conflict.decide": N_("conflict decided"),
    "notice.read": N_("notice read"),
    "change.undo": N_("something undone"),
}
IMPORTED = N_("imported")
# What arrived and went as expected needs no word.
FARED_TOLD = ("unsent", "waiting", "held", "conflict", "requested", "refused", "quarantined")


def change_word(row: ChangeRow) -> str:
    """What kind of change it was, and whether it was taken back."""
    if row.kind.startswith("import."):
        return _(IMPORTED)
    word = _(CHANGE_WORDS.get(row.kind, row.kind))
    return f"{word} ({_('undone')})" if row.undone else word


def change_details(row: ChangeRow) -> str:
    """What exactly was changed, and what the office has not said yes to.

    It is called in a thread with the store in use, because it names people.
    """
    said = [f"{_(FARED_NAMES[row.fared])} ·"] if row.fared in FARED_TOLD else []
    if row.about:
        said.append(row.about)
    details = _DETAILS.get(type(row.args))
    if details is not None:
        said.append(details(row.args))
    return " ".join(part for part in said if part)


def _added(args: AddCustomer) -> str:
    return args.card.get("name", args.code)


def _edited(args: EditCustomer) -> str:
    return _("; ").join(
        f"{_(FIELD_WORDS.get(name, name))}: {edit.before or '–'} → {edit.after or '–'}"
        for name, edit in args.edits.items()
        if edit.before.strip() != edit.after.strip()
    )


def _assigned(args: AssignCustomers) -> str:
    to = _("the pool") if args.owner is None else _person_name(args.owner)
    return _("to {owner} from {date}").format(owner=to, date=day_text(args.from_date))


def _left(args: SeeOff) -> str:
    to = _("the pool") if args.to is None else _person_name(args.to)
    return _("{name}: customers to {owner} from {date}").format(
        name=_person_name(args.person), owner=to, date=day_text(args.date)
    )


def _person_name(person: bytes) -> str:
    found = one("SELECT name FROM salesperson WHERE id = ?", (person,))
    return "" if found is None else str(found[0])


def _terms(args: SetTerms) -> str:
    said = [term_words(args.credit_days, args.credit_from)]
    if args.credit_limit is not None:
        said.append(f"{_('limit')} {grouped(args.credit_limit)}")
    if args.until is not None:
        said.append(_("until {date}").format(date=day_text(args.until)))
    said.append(args.reason)
    return _(", ").join(part for part in said if part)


def _blacklisted(args: SetBlacklisted) -> str:
    return f"{_('put on') if args.blacklisted else _('lifted')}: {args.reason}"


def _logged(args: LogContact) -> str:
    return args.note


def _recorded(args: RecordOrder) -> str:
    lines = _("lines: {count}").format(count=len(args.lines))
    return _(", ").join([_(STATE_WORDS["quote"]), lines]) if args.quote else lines


def _ended(args: EndOrder | ReleaseOrder | ReverseReceipt) -> str:
    return reason_text(args.reason)


def _money(args: RecordReceipt) -> str:
    return f"{_(DOCUMENT_NAMES.get(args.kind, args.kind))} {grouped(args.amount)}"


_DETAILS: dict[type[Any], Callable[[Any], str]] = {
    AddCustomer: _added,
    EditCustomer: _edited,
    AssignCustomers: _assigned,
    SeeOff: _left,
    SetTerms: _terms,
    SetBlacklisted: _blacklisted,
    LogContact: _logged,
    RecordOrder: _recorded,
    CancelOrder: _ended,
    RejectOrder: _ended,
    LoseOrder: _ended,
    ReleaseOrder: _ended,
    RecordReceipt: _money,
    ReverseReceipt: _ended,
}
