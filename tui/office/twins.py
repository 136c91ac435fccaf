"""Customers that are probably one: looked at side by side, and merged or kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from model.changes.deciding import DecideConflict
from model.changes.merging import MergeCustomers
from model.duplicate_pairs import FoundPair, LikelyPair, Twin, cards_now, likely_pairs, scanned_pairs
from model.duplicates import REASON_NAMES
from model.money import grouped
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.face import NOT_KNOWN, Deed, FaceRead, ListFace
from tui.shared.ask import Choice, Choose, Confirm
from tui.shared.columns import Column
from tui.shared.pages import Row

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

MOST_SHOWN = 2_000
SEPARATOR = " · "


class TwinsFace(ListFace):
    """Pairs with the same tax number, telephone or name, and those that the office asks about."""

    TITLE = N_("Duplicates")
    ENTER = "open_row"
    EMPTY = N_("No two customers have the same tax number, telephone or name.")
    COLUMNS = (
        Column("first", N_("Customer"), 20, grow=True, priority=9),
        Column("second", N_("perhaps the same"), 20, grow=True, priority=9),
        Column("reason", N_("What is alike"), 20, priority=8),
        Column("balance", N_("Balance"), 11, align="right", priority=6),
        Column("other_balance", N_("Its balance"), 11, align="right", priority=5),
        Column("asked", N_("Asked"), 6, priority=4),
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._scanned: Sequence[FoundPair] = ()
        self._scanned_as: tuple[Any, ...] = ()

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        # Reading every card takes a second in a large company: it is done again only where a card is another one.
        present = (day, *cards_now())
        if present != self._scanned_as:
            self._scanned, self._scanned_as = scanned_pairs(day), present
        found, count = likely_pairs(self._scanned, day, MOST_SHOWN)
        said = _("{count} pairs are probably one customer each").format(count=f"{count:,}")
        if count > len(found):
            said += SEPARATOR + _("the first {count} stand here").format(count=f"{len(found):,}")
        return FaceRead([_entry(place, pair) for place, pair in enumerate(found)], found, said)

    @property
    def customer(self) -> bytes | None:
        return self.record.first.id if isinstance(self.record, LikelyPair) else None

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "merge_customers": Deed(self._merge, "merge_customers"),
            "keep_apart": Deed(self._keep_apart, "merge_customers", hindrance=self._not_asked),
            "open_archive": self.open_archive(),
            "open_row": Deed(self._open),
        }

    def _not_asked(self) -> str:
        if self.record.conflict is None:
            return _("The office has not asked about these two: leave them as they are, or merge them.")
        return ""

    async def _open(self, desk: OfficeDesk) -> None:
        if (twin := await self._one_of(desk, _("Whose archive?"))) is not None:
            desk.app.open_customer(twin.id)  # type: ignore[attr-defined]

    async def _merge(self, desk: OfficeDesk) -> None:
        """Ask which of the two stays, and make the other one of it."""
        pair: LikelyPair = self.record
        stays = await self._one_of(desk, _("Which of the two stays?"))
        if stays is None:
            return
        goes = pair.second if stays is pair.first else pair.first
        question = _("Merge {code} into {winner}?").format(code=_named(goes), winner=_named(stays))
        details = _("Orders, money and contacts of {code} become those of {winner}; ctrl+z takes it back.").format(
            code=goes.code, winner=stays.code
        )
        if await desk.ask(Confirm(question, details)):
            args = MergeCustomers(loser=goes.id, winner=stays.id, date=desk.session.today())
            desk.decide([args], _("{code} is {winner} now.").format(code=goes.code, winner=stays.code))

    async def _keep_apart(self, desk: OfficeDesk) -> None:
        """Say that they are two; the office does not ask again."""
        pair: LikelyPair = self.record
        question = _("Are {code} and {other} two customers?").format(code=_named(pair.first), other=_named(pair.second))
        if pair.conflict is not None and await desk.ask(Confirm(question, _("Nobody is asked about them again."))):
            args = DecideConflict(conflict=pair.conflict, take=False)
            desk.decide([args], _("{code} and {other} stay two.").format(code=pair.first.code, other=pair.second.code))

    async def _one_of(self, desk: OfficeDesk, question: str) -> Twin | None:
        pair: LikelyPair = self.record
        return await desk.ask(Choose(question, [Choice(twin, _described(twin)) for twin in (pair.first, pair.second)]))


def _named(twin: Twin) -> str:
    return f"{twin.code} {twin.name}"


def _described(twin: Twin) -> str:
    last = NOT_KNOWN if twin.last_trade is None else twin.last_trade.isoformat()
    balance = _("balance {amount}").format(amount=grouped(twin.balance))
    return SEPARATOR.join([_named(twin), twin.owner or _("in the pool"), balance, last])


def _entry(place: int, pair: LikelyPair) -> Entry:
    reason = _(REASON_NAMES.get(pair.reason, pair.reason))
    asked = _("asked") if pair.conflict is not None else ""
    first, second = pair.first, pair.second
    values = (_named(first), _named(second), reason, first.balance, second.balance, asked)
    cells = (_named(first), _named(second), reason, grouped(first.balance), grouped(second.balance), asked)
    key = (first.id, second.id)
    return Entry(Row(key, (place,), cells, "warning" if asked else ""), values)
