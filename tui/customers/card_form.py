"""The form of a customer's card, which shows while a new one is typed who it may be already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.worker import get_current_worker

from model.aliases import not_merged
from model.changes.customers import AddCustomer
from model.changes.editing import edit_of
from model.customers import CARD_FIELDS, Customer
from model.duplicates import REASON_NAMES
from model.errors import N_
from model.ids import new_id
from model.store import one, rows
from tui import keymap
from tui.customers.likely import CERTAIN_REASONS, LikelyCustomer, LikelyCustomers, likely_customers
from tui.customers.people import Colleague, colleague_meant, colleagues, means_pool, meant_words
from tui.entry_form import Entries, EntryForm, FormField, Option
from tui.locale import _

# Labels of a card's fields, in the order in which they are typed.
CARD_LABELS: dict[str, str] = {
    "name": N_("name"),
    "short_name": N_("short name"),
    "segment": N_("segment"),
    "contact": N_("contact person"),
    "phone": N_("phone"),
    "address": N_("address"),
    "city": N_("city"),
    "bank_account": N_("bank account"),
    "tax_id": N_("tax number"),
    "label": N_("label"),
    "note": N_("remark"),
}
NAMESAKES_SHOWN = 3
FIRST_CODE = "C0001"
# From so many on, all fields and what is said below them fit a screen.
ROOMY_LINES = 30
# What tells customers apart while one is typed.
COMPARED_FIELDS = frozenset({"name", "short_name", "phone", "tax_id", "kind"})
_LAST_DIGITS = re.compile(r"(\d+)(?=\D*$)")


def following_code(code: str) -> str:
    """The code after this one: its last number one higher, as many digits wide."""
    return _LAST_DIGITS.sub(lambda digits: str(int(digits[1]) + 1).zfill(len(digits[1])), code, count=1)


@dataclass(frozen=True)
class CardBeginning:
    """What the card's form begins with: a free code, whoever works here, and the one who sits here."""

    code: str
    people: tuple[Colleague, ...]
    owner: str


@dataclass(frozen=True)
class KnownCustomer:
    """A customer that was there already and is taken instead of a new one."""

    id: bytes


class CustomerForm(EntryForm[bytes | KnownCustomer]):
    """A new customer, or another profile for one; dismisses with its id, or with the known one that was opened."""

    DEFAULT_CSS = """
    /* Where not all of it fits, the fields scroll: what is said below them must stay in sight. */
    CustomerForm.-low.-likely {
        & > Vertical { height: 96%; }
        & VerticalScroll { height: 1fr; }
    }
    """
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-low"), (ROOMY_LINES, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("form.likely")]

    class _LikelyFound(Message, bubble=False):
        def __init__(self, found: tuple[LikelyCustomer, ...]) -> None:
            super().__init__()
            self.found = found

    def __init__(self, customer: Customer | None = None, name: str = "") -> None:
        """
        Args:
            customer: whose profile is changed, as the person saw it; None makes a new one.
            name: what a new one is called, where something was typed before.
        """
        super().__init__()
        self.customer = customer
        self._called = name
        self._people: tuple[Colleague, ...] = ()

    def title_text(self) -> str:
        if self.customer is None:
            return _("A new customer")
        return _("The profile of {name}").format(name=f"{self.customer.code} {self.customer.shown_name}")

    def fields(self) -> Sequence[FormField]:
        card = [FormField(name, _(CARD_LABELS[name]), self._before(name)) for name in CARD_FIELDS]
        if self.customer is not None:
            closed_on = FormField("closed_on", _("closed on"), self._before("closed_on"), _("empty: not closed"))
            return [*card, closed_on]
        kinds = (Option("", _("owned or pool")), Option("retail", _("retail (walk-in)")))
        return [
            FormField("code", _("code")),
            *card[:2],
            FormField("kind", _("kind"), options=kinds),
            FormField("owner", _("owner"), hint=_("code or name; empty: the pool")),
            *card[2:],
        ]

    def _before(self, name: str) -> str:
        if self.customer is None:
            return self._called if name == "name" else ""
        return str(getattr(self.customer, name) or "")

    def load(self) -> CardBeginning:
        last = one("SELECT code FROM customer WHERE code NOT LIKE '%/%' ORDER BY LENGTH(code) DESC, code DESC LIMIT 1")
        person = self.session.person
        code = FIRST_CODE if last is None else following_code(str(last[0]))
        return CardBeginning(code, colleagues(), "" if person is None else person.code)

    def begin_with(self, begins_with: Any) -> None:
        self._people = begins_with.people
        if self.customer is None:
            self.fill("code", begins_with.code)
            self.fill("owner", begins_with.owner)
            self._look_for_likely(self.entries())

    def extra(self) -> ComposeResult:
        if self.customer is None:
            yield LikelyCustomers()

    def field_changed(self, name: str) -> None:
        if self.customer is None and name in COMPARED_FIELDS:
            self._look_for_likely(self.entries())
        if name == "owner":
            self.note("owner", meant_words(self.control("owner").value, self._people, pool=True))

    # Who it may be already ---------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="likely")
    def _look_for_likely(self, entries: Entries) -> None:
        worker = get_current_worker()
        with self.reading_store():
            found = _likely(entries)
        if not worker.is_cancelled:
            self.post_message(self._LikelyFound(found))

    def on_customer_form__likely_found(self, message: CustomerForm._LikelyFound) -> None:
        for shown in self.query(LikelyCustomers):
            shown.take(message.found)
        self.set_class(bool(message.found), "-likely")

    def action_open_likely(self) -> None:
        """Take the customer that is marked, instead of making it a second time."""
        for shown in self.query(LikelyCustomers):
            if (marked := shown.marked) is not None:
                self.dismiss(KnownCustomer(marked.id))

    def action_next_likely(self) -> None:
        for shown in self.query(LikelyCustomers):
            shown.mark_next()

    def doubt(self, entries: Entries) -> str:
        """Ask before a customer is made twice."""
        if self.customer is not None:
            return ""
        certain = [each for each in _likely(entries) if each.reason in CERTAIN_REASONS]
        if certain:
            return _("Probably there already: {customers}. Make another one?").format(
                customers=_(", ").join(f"{each.code} {each.name} ({_(REASON_NAMES[each.reason])})" for each in certain)
            )
        called = [text for text in (entries.text("name"), entries.text("short_name")) if text]
        marks = ", ".join("?" * len(called)) or "''"
        twins = rows(
            f"SELECT code, name FROM customer WHERE {not_merged('id')}"
            f" AND (name IN ({marks}) OR (short_name <> '' AND short_name IN ({marks})))"
            f" ORDER BY code LIMIT {NAMESAKES_SHOWN}",
            (*called, *called),
        )
        if not twins:
            return ""
        return _("There is already {customers}. Make another one?").format(
            customers=_(", ").join(f"{code} {name}" for code, name in twins)
        )

    def record(self, entries: Entries) -> bytes | KnownCustomer:
        return self._add(entries) if self.customer is None else self._edit(self.customer, entries)

    def _add(self, entries: Entries) -> bytes:
        retail, owner = entries.text("kind") == "retail", entries.text("owner")
        named = None if not owner or means_pool(owner) or retail else colleague_meant(owner, self._people)
        card = {name: text for name in CARD_FIELDS if (text := entries.text(name))}
        entries.reading = "name" if "name" not in card else "code"
        args = AddCustomer(
            id=new_id(), code=entries.get("code", "").strip(), date=entries.today, card=card, retail=retail,
            owner=None if named is None else named.id,
        )  # fmt: skip
        self.session.record(args)
        return args.id

    def _edit(self, customer: Customer, entries: Entries) -> bytes:
        after = {name: entries.text(name) for name in CARD_FIELDS}
        closed_on = entries.day("closed_on")
        after["closed_on"] = "" if closed_on is None else closed_on.isoformat()
        args = edit_of(customer, after)
        if args is not None:
            entries.reading = next(name for name, edit in args.edits.items() if edit.before != edit.after)
            self.session.record(args)
        return bytes(customer.id)


def _likely(entries: Entries) -> tuple[LikelyCustomer, ...]:
    """Who is meant already by what is typed; nobody where it is a walk-in. In a thread inside the store."""
    if entries.text("kind") == "retail":
        return ()
    names = (entries.text("name"), entries.text("short_name"))
    return likely_customers(names, entries.text("phone"), entries.text("tax_id"), entries.today)
