"""The one box that finds a customer by whatever a person remembers."""

from __future__ import annotations

from collections.abc import Sequence

from model.search import find_customers
from tui.locale import N_, _
from tui.session import Session
from tui.shared.columns import Column
from tui.shared.smart_input import SmartInput, Suggestion, SuggestionList

COLUMNS = (
    Column("code", N_("Code"), 10, priority=6),
    Column("name", N_("Name"), 16, grow=True, priority=9),
    Column("owner", N_("Owner"), 10, priority=5),
    Column("phone", N_("Phone"), 13, priority=2),
    Column("last", N_("Last trade"), 10, priority=3),
)

NOT_KNOWN = "–"


class CustomerList(SuggestionList):
    """The customers found, in the place of the lines."""


class CustomerBox(SmartInput):
    """Takes code, name, initials, pinyin, phone digits or a past order's number; Enter takes the first found."""

    def __init__(self, session: Session, shown_in: SuggestionList | None = None) -> None:
        self._session = session
        super().__init__(
            self._find, COLUMNS, placeholder=_("code, name, pinyin initials, phone, order number"), shown_in=shown_in
        )

    def _find(self, text: str) -> Sequence[Suggestion]:
        """Customers for the box; called in a thread."""
        with self._session.store.use():
            found = find_customers(text, person=self._session.person_id, day=self._session.today())
        return [
            Suggestion(
                each.id,
                (
                    each.code,
                    each.short_name or each.name,
                    _("closed") if each.closed else each.owner_name,
                    each.phone,
                    NOT_KNOWN if each.only_card else "" if each.last_trade is None else each.last_trade.isoformat(),
                ),
            )
            for each in found
        ]
