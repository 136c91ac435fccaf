"""The forms about a customer: a contact, whose it is, its terms, the blacklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.changes.customers import (
    AssignCustomers,
    LogContact,
    SetBlacklisted,
    SetTerms,
)
from model.conflicts import Requested
from model.customers import CreditTerms, blacklisted_on, owner_on, terms_on
from model.errors import N_, InputError
from model.ids import new_id
from model.money import format_amount, grouped
from model.store import one
from tui.customers.people import Colleague, colleague_meant, colleagues, means_pool, meant_words, some_of
from tui.entry_form import Entries, EntryForm, FormField, Option
from tui.locale import _


@dataclass(frozen=True)
class ContactBeginning:
    """Whom the contact was with, and who may have had it."""

    customer: str
    people: tuple[Colleague, ...]
    owner: str


class ContactForm(EntryForm[bytes]):
    """A visit or a call and when to follow it up; dismisses with the contact's id."""

    def __init__(self, customer_id: bytes) -> None:
        super().__init__()
        self.customer_id = customer_id
        self._people: tuple[Colleague, ...] = ()

    def title_text(self) -> str:
        return _("Log a contact")

    def fields(self) -> Sequence[FormField]:
        fields = [
            FormField("note", _("what was said")),
            FormField("next_on", _("follow up on"), hint=_("a date, or +7; empty: nothing planned")),
        ]
        if self.session.person is None:
            fields.append(FormField("person", _("who"), hint=_("code or name")))
        return fields

    def load(self) -> ContactBeginning:
        people, owner = colleagues(), owner_on(self.customer_id, self.session.today())
        code = next((person.code for person in people if person.id == owner), "")
        return ContactBeginning(name_of(self.customer_id), people, code)

    def begin_with(self, begins_with: Any) -> None:
        self._people = begins_with.people
        self.retitle(f"{_('Log a contact')} · {begins_with.customer}")
        if self.session.person is None:
            self.fill("person", begins_with.owner)

    def field_changed(self, name: str) -> None:
        if name == "person":
            self.note("person", meant_words(self.control("person").value, self._people, pool=False))
        elif name == "next_on":
            self.note("next_on", day_words(self.entries(), "next_on"))

    def record(self, entries: Entries) -> bytes:
        next_on = entries.day("next_on")
        person = self.session.person_id or colleague_meant(entries.text("person"), self._people).id
        args = LogContact(
            id=new_id(), customer=self.customer_id, date=entries.today, note=entries.text("note"), person=person,
            next_on=next_on,
        )  # fmt: skip
        self.session.record(args)
        return args.id


class AssignForm(EntryForm[int | Requested]):
    """Customers given to a salesperson or to the pool; dismisses with how many, or with what the office is asked."""

    def __init__(self, customer_ids: Sequence[bytes]) -> None:
        super().__init__()
        self.customer_ids = tuple(customer_ids)
        self._people: tuple[Colleague, ...] = ()

    def title_text(self) -> str:
        return _("Assign {count} customers").format(count=len(self.customer_ids))

    def fields(self) -> Sequence[FormField]:
        return [
            FormField("owner", _("to whom"), hint=_("code or name, or - for the pool")),
            FormField("from_date", _("from"), self.session.today().isoformat()),
        ]

    def load(self) -> tuple[Colleague, ...]:
        return colleagues()

    def begin_with(self, begins_with: Any) -> None:
        self._people = begins_with
        self.note("owner", some_of(self._people))

    def field_changed(self, name: str) -> None:
        if name == "owner":
            self.note("owner", meant_words(self.control("owner").value, self._people, pool=True))
        else:
            self.note("from_date", day_words(self.entries(), "from_date"))

    def _meant(self, entries: Entries) -> tuple[Colleague | None, date]:
        typed = entries.text("owner")
        owner = None if means_pool(typed) else colleague_meant(typed, self._people)
        return owner, entries.day("from_date") or entries.today

    def doubt(self, entries: Entries) -> str:
        """Many customers are given away only after a second look."""
        owner, day = self._meant(entries)
        if len(self.customer_ids) == 1:
            return ""
        return _("Give {count} customers to {owner} from {date} on?").format(
            count=len(self.customer_ids), owner=_("the pool") if owner is None else owner.shown, date=day.isoformat()
        )

    def record(self, entries: Entries) -> int | Requested:
        owner, day = self._meant(entries)
        owner_id = None if owner is None else owner.id
        outcome: int | Requested = self.session.record(
            AssignCustomers(customers=self.customer_ids, owner=owner_id, from_date=day)
        )
        return outcome


@dataclass(frozen=True)
class TermsBeginning:
    """Whose terms they are, what holds lastingly, and what holds now."""

    customer: str
    lasting: CreditTerms
    now: CreditTerms


class TermsForm(EntryForm[bytes | Requested]):
    """Credit term and limit from today on, or a temporary limit.

    It dismisses with the customer's id, or with what the office is asked.
    """

    def __init__(self, customer_id: bytes) -> None:
        super().__init__()
        self.customer_id = customer_id
        self._lasting = CreditTerms()
        self._temporary = False

    def title_text(self) -> str:
        return _("Credit terms")

    def fields(self) -> Sequence[FormField]:
        starts = (Option("order", _("order date")), Option("month_end", _("month's end")))
        return [
            FormField("credit_days", _("days")),
            FormField("credit_from", _("counted from"), "order", options=starts),
            FormField("credit_limit", _("limit"), hint=_("0: no credit")),
            FormField("until", _("until"), hint=_("empty: lasting; a date or +30: temporary")),
            FormField("reason", _("reason")),
        ]

    def load(self) -> TermsBeginning:
        today = self.session.today()
        lasting = one(
            "SELECT credit_days, credit_from, credit_limit FROM terms"
            " WHERE customer_id = ? AND until_date = '' AND from_date <= ? ORDER BY from_date DESC LIMIT 1",
            (self.customer_id, today.isoformat()),
        )
        terms = CreditTerms() if lasting is None else CreditTerms(*lasting)
        return TermsBeginning(name_of(self.customer_id), terms, terms_on(self.customer_id, today))

    def begin_with(self, begins_with: Any) -> None:
        self._lasting, now = begins_with.lasting, begins_with.now
        self._temporary = now.until is not None
        self.retitle(f"{_('Credit terms')} · {begins_with.customer}")
        self.fill("credit_days", str(self._lasting.credit_days))
        self.fill("credit_from", self._lasting.credit_from)
        self.fill("credit_limit", format_amount(self._lasting.credit_limit))
        if now.until is not None:
            said = _("a temporary limit of {amount} holds until {date}")
            self.note("until", said.format(amount=grouped(now.credit_limit), date=now.until.isoformat()))

    def field_changed(self, name: str) -> None:
        if name == "until" and not self._temporary:
            self.note("until", day_words(self.entries(), "until"))

    def record(self, entries: Entries) -> bytes | Requested:
        until = entries.day("until")
        days, credit_from = entries.whole_number("credit_days"), entries.text("credit_from")
        limit = entries.amount("credit_limit")
        if until is not None:
            # What a temporary row leaves open goes on as it is.
            days = None if days == self._lasting.credit_days else days
            credit_from = "" if credit_from == self._lasting.credit_from else credit_from
        args = SetTerms(
            customer=self.customer_id, from_date=entries.today, credit_days=days, credit_from=credit_from or None,
            credit_limit=limit, until=until, reason=entries.text("reason"),
        )  # fmt: skip
        entries.reading = "until" if until is not None and until < entries.today else "credit_days"
        outcome = self.session.record(args)
        return outcome if isinstance(outcome, Requested) else self.customer_id


@dataclass(frozen=True)
class BlockBeginning:
    """Who it is and whether it is on the blacklist now."""

    customer: str
    blacklisted: bool


class BlockForm(EntryForm[bool | Requested]):
    """A customer put on the blacklist or taken off it, and why.

    It dismisses with whether the customer is on it now, or with what the office is asked.
    """

    def __init__(self, customer_id: bytes) -> None:
        super().__init__()
        self.customer_id = customer_id
        self._blacklisted: bool | None = None

    def title_text(self) -> str:
        return _("The blacklist")

    def fields(self) -> Sequence[FormField]:
        return [FormField("reason", _("reason"))]

    def load(self) -> BlockBeginning:
        return BlockBeginning(name_of(self.customer_id), blacklisted_on(self.customer_id, self.session.today()))

    def begin_with(self, begins_with: Any) -> None:
        self._blacklisted = begins_with.blacklisted
        asked = _("Take {name} off the blacklist") if self._blacklisted else _("Put {name} on the blacklist")
        self.retitle(asked.format(name=begins_with.customer))

    def record(self, entries: Entries) -> bool | Requested:
        # What the person read in the title is what is done, even if someone else was quicker.
        blacklisted = not self._blacklisted
        if self._blacklisted is None:
            raise InputError(N_("The customer is still being read: press again."))
        args = SetBlacklisted(
            customer=self.customer_id, from_date=entries.today, blacklisted=blacklisted, reason=entries.text("reason")
        )
        outcome = self.session.record(args)
        return outcome if isinstance(outcome, Requested) else blacklisted


def done_or_asked(answer: object, done: str) -> str:
    """What a form did, as a sentence: that it is done, or that it is for the office to decide."""
    return _("The office was asked: it decides.") if isinstance(answer, Requested) else done


def name_of(customer_id: bytes) -> str:
    """Code and name of a customer; read inside the store."""
    found = one("SELECT code, name, short_name FROM customer WHERE id = ?", (customer_id,))
    return "" if found is None else f"{found[0]} {found[2] or found[1]}"


def day_words(entries: Entries, name: str) -> str:
    """The date that is meant, for a date written short; empty while it is written in full or cannot be read."""
    text = entries.text(name)
    try:
        day = entries.day(name)
    except InputError:
        return ""
    return "" if day is None or day.isoformat() == text else day.isoformat()
