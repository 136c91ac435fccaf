"""Rows of the customers list: its columns, its pages, and the words for what it is filtered by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from model.customer_list import CustomerFilter, CustomerList, ListedCustomer
from model.money import grouped
from model.stages import STAGE_NAMES
from model.store import Store
from tui.locale import N_, _
from tui.shared.columns import Column, Sort
from tui.shared.pages import Row, Tone

TRADED_SIGN = "✓"
BLACKLISTED_SIGN = "✕"
CARD_SIGN = "◇"
"""Of this customer only the card is on this laptop."""
NOT_KNOWN = "–"
SEPARATOR = " · "

# The priorities decide what stands on 80 columns: code, name, owner, last trade, balance, overdue, left and the sign.
COLUMNS = (
    Column("blacklisted", "", 1, priority=9, sortable=False),
    Column("code", N_("Code"), 7, priority=9),
    Column("name", N_("Short name"), 10, grow=True, priority=9),
    Column("owner", N_("Owner"), 6, grow=True, priority=8),
    Column("kind", N_("Kind"), 6, priority=1, sortable=False),
    Column("stage", N_("Stage"), 10, priority=3, sortable=False),
    Column("last_trade", N_("Last trade"), 10, priority=8),
    Column("this_month", N_("Month"), 4, priority=4, sortable=False),
    Column("balance", N_("Balance"), 12, align="right", priority=8),
    Column("overdue", N_("Overdue"), 12, align="right", priority=7, sortable=False),
    Column("credit_left", N_("Left"), 12, align="right", priority=7),
    Column("grade", N_("Grade"), 8, priority=2, sortable=False),
)
KIND_NAMES = {"owned": N_("owned"), "shared": N_("pool"), "retail": N_("retail")}


@dataclass(frozen=True)
class Chosen:
    """A filter with the owner's name, and the order of the rows."""

    filter: CustomerFilter = field(default_factory=CustomerFilter)
    owner_name: str = ""
    sort: Sort = field(default_factory=lambda: Sort("code"))

    def words(self) -> str:
        """What is filtered, without the typed text; empty where nothing is."""
        said = []
        if self.filter.owner:
            kind = {"pool": "shared", "retail": "retail"}.get(str(self.filter.owner), "")
            said.append(_(KIND_NAMES[kind]) if kind else _("owner {name}").format(name=self.owner_name))
        if self.filter.stage:
            said.append(_(STAGE_NAMES[self.filter.stage]))
        if self.filter.quiet_days:
            said.append(_("no trade for {days} days").format(days=self.filter.quiet_days))
        if self.filter.overdue:
            said.append(_("overdue"))
        if self.filter.blacklisted:
            said.append(_("blacklisted"))
        if self.filter.held:
            said.append(_("with a held order"))
        if self.filter.with_closed:
            said.append(_("closed ones too"))
        return SEPARATOR.join(said)


@dataclass(frozen=True)
class CustomerPages:
    """The pages of the list, for `PagedTable`."""

    store: Store
    listed: CustomerList

    def count(self) -> int:
        """How many customers pass the filter."""
        with self.store.use():
            return self.listed.count()

    def page(self, offset: int, size: int, after: Any | None, before: Any | None) -> Sequence[Row]:
        """Rows beside a known one, else from an offset on."""
        with self.store.use():
            return [row_of(customer) for customer in self.listed.page(size, after=after, before=before, offset=offset)]


def customer_list(chosen: Chosen, day: date) -> CustomerList:
    """The list that a choice means, as of a day."""
    return CustomerList(chosen.filter, chosen.sort.column, chosen.sort.descending, day)


def _remarks(customer: ListedCustomer) -> list[str]:
    """What is said behind the name, as marked words."""
    remarks = [N_("card only")] if customer.only_card else []
    return [*remarks, N_("closed")] if customer.closed else remarks


def row_of(customer: ListedCustomer) -> Row:
    """A customer as a row."""
    tone: Tone = ""
    if customer.blacklisted or customer.overdue:
        tone = "error" if customer.blacklisted else "warning"
    elif customer.closed:
        tone = "muted"
    kind = _(KIND_NAMES[customer.kind])
    return Row(
        key=customer.id,
        sort_key=customer.key,
        cells=(
            BLACKLISTED_SIGN if customer.blacklisted else CARD_SIGN if customer.only_card else "",
            customer.code,
            customer.name + "".join(f" ({_(word)})" for word in _remarks(customer)),
            customer.owner if customer.kind == "owned" else kind,
            kind,
            _(STAGE_NAMES[customer.stage]) if customer.stage else NOT_KNOWN,
            customer.last_trade.isoformat() if customer.last_trade else NOT_KNOWN,
            NOT_KNOWN if customer.only_card else TRADED_SIGN if customer.traded_this_month else "",
            NOT_KNOWN if customer.balance is None else grouped(customer.balance),
            grouped(customer.overdue) if customer.overdue else "",
            grouped(customer.credit_left),
            NOT_KNOWN if customer.only_card else customer.grade,
        ),
        tone=tone,
    )
