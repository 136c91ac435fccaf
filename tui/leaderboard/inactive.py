"""Behind an activity rate: whom a salesperson could still activate, and who traded already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from model.activity import CustomerActivity, active_customers, inactive_customers
from model.customers import terms_of
from model.laptop import cards_among
from model.money import grouped
from tui import keymap
from tui.customers.forms import ContactForm
from tui.leaderboard.face import Someone, Wanted
from tui.leaderboard.rows_behind import RowsBehind
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.shared.columns import Column
from tui.shared.paged_table import Row

NOT_KNOWN = "–"


@dataclass(frozen=True)
class CustomersRead:
    """The customers shown; credit left in minor units by customer.

    Attributes:
        others: how many customers stand on the other side of the rate.
        cards: of which of the customers only the card is on this laptop.
    """

    customers: list[CustomerActivity]
    credit_left: dict[bytes, int]
    others: int
    active: bool
    cards: frozenset[bytes] = frozenset()


class InactiveCustomers(RowsBehind):
    """The customers behind a rate, the quietest first."""

    DESK = "inactive"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("inactive")]
    COLUMNS = (
        Column("code", N_("Code"), 8, priority=8),
        Column("name", N_("Short name"), 10, grow=True, priority=9),
        Column("last_trade", N_("Last trade"), 10, priority=7),
        Column("quiet", N_("Days quiet"), 6, align="right", priority=9),
        Column("balance", N_("Balance"), 14, align="right", priority=5),
        Column("credit_left", N_("Credit left"), 14, align="right", priority=6),
    )
    EMPTY = N_("There is no such customer in this month.")
    DEFINITION = N_(
        "Activity rate = active ÷ responsible. Active: customers with a live order dated in the month, whoever took "
        "it. Responsible: one's own at the month's end (today while it lasts), not closed, and those given back to the "
        "pool in the month without a trade; one claimed from the pool counts from the next month."
    )

    def __init__(self, wanted: Wanted, someone: Someone) -> None:
        super().__init__(wanted)
        self.someone = someone
        self._shows_active = False

    def read_rows(self) -> CustomersRead:
        if self.someone.id is None:
            return CustomersRead([], {}, 0, self._shows_active)
        asked = (self.someone.id, self.wanted.month, self.wanted.as_of)
        inactive, active = inactive_customers(*asked), active_customers(*asked)
        shown, others = (active, inactive) if self._shows_active else (inactive, active)
        terms = terms_of([customer.id for customer in shown], self.wanted.as_of)
        limits = {id_: held.credit_limit for id_, held in terms.items()}
        left = {customer.id: limits.get(customer.id, 0) - customer.balance for customer in shown}
        cards = frozenset(cards_among([customer.id for customer in shown]))
        return CustomersRead(shown, left, len(others), self._shows_active, cards)

    def heading(self, read: CustomersRead) -> str:
        if read.cards:
            # Their orders are not here, so nobody may be called inactive for having none.
            text = _("{name} · {month} · customers: {count}, of {cards} only the card: their trades are not known")
            return text.format(
                name=self.someone.name, month=self.wanted.month, count=len(read.customers), cards=len(read.cards)
            )
        text = (
            _("{name} · {month} · {count} of {all} customers traded")
            if read.active
            else _("{name} · {month} · {count} of {all} customers without a trade")
        )
        shown = len(read.customers)
        return text.format(name=self.someone.name, month=self.wanted.month, count=shown, all=shown + read.others)

    def entries(self, read: CustomersRead) -> Sequence[Entry]:
        return [self._entry(place, customer, read) for place, customer in enumerate(read.customers)]

    def _entry(self, place: int, customer: CustomerActivity, read: CustomersRead) -> Entry:
        if customer.id in read.cards:
            return self._card_entry(place, customer, read)
        quiet = None if customer.last_trade is None else (self.wanted.as_of - customer.last_trade).days
        last = _("never") if customer.last_trade is None else customer.last_trade.isoformat()
        name = _("{name} (given back)").format(name=customer.name) if customer.given_back else customer.name
        left = read.credit_left[customer.id]
        cells = (
            customer.code, name, last, "" if quiet is None else str(quiet), grouped(customer.balance), grouped(left),
        )  # fmt: skip
        values = (customer.code, name, last, quiet, customer.balance, left)
        return Entry(Row((customer.id,), (place,), cells), values)

    def _card_entry(self, place: int, customer: CustomerActivity, read: CustomersRead) -> Entry:
        left = read.credit_left[customer.id]
        cells = (customer.code, customer.name, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, grouped(left))
        return Entry(Row((customer.id,), (place,), cells), (customer.code, customer.name, None, None, None, left))

    def why_not(self, action_id: str) -> str:
        if action_id == "inactive.log_contact" and self.customer_at_cursor is None:
            return _("There is no customer here to log a contact with.")
        return super().why_not(action_id)

    def action_log_contact(self) -> None:
        """Log a visit or a call to the customer under the cursor."""

        def logged(contact: bytes | None) -> None:
            if contact is not None:
                self.say(_("The contact is logged."))
                self.refresh_data()

        if (customer := self.customer_at_cursor) is not None:
            self.app.push_screen(ContactForm(customer), logged)

    def action_show_active(self) -> None:
        """Turn between those that did not trade and those that did."""
        self._shows_active = not self._shows_active
        self.refresh_data()
