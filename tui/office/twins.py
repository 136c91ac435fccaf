"""Customers that are probably one: looked at side by side, and merged or kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from model.changes.deciding import DecideConflict
from model.changes.keeping_apart import KeepApart
from model.changes.kind import Args
from model.changes.merging import MergeCustomers
from model.duplicate_pairs import (
    FoundPair,
    LikelyPair,
    Twin,
    cards_now,
    likely_pairs,
    pairs_kept_apart,
    scanned_pairs,
)
from model.duplicates import REASON_NAMES
from model.ids import new_id
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
ASK_AGAIN, SHOW_APART, SHOW_LIKELY = N_("ask again"), N_("kept apart"), N_("likely ones")
NONE_APART = N_("No pair is kept apart.")
SEPARATOR = " · "


class TwinsFace(ListFace):
    """Pairs with the same tax number, telephone or name, and those that the office asks about; or those kept apart."""

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
        self._shows_apart = False

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        if self._shows_apart:
            apart, count = pairs_kept_apart(day, MOST_SHOWN)
            said = _("{count} pairs are kept apart: nobody is asked about them").format(count=f"{count:,}")
            return _read_as(apart, count, said)
        # Reading every card takes a second in a large company: it is done again only where a card is another one.
        present = (day, *cards_now())
        if present != self._scanned_as:
            self._scanned, self._scanned_as = scanned_pairs(day), present
        found, count = likely_pairs(self._scanned, day, MOST_SHOWN)
        said = _("{count} pairs are probably one customer each").format(count=f"{count:,}")
        return _read_as(found, count, said)

    @property
    def customer(self) -> bytes | None:
        return self.record.first.id if isinstance(self.record, LikelyPair) else None

    @property
    def deeds(self) -> Mapping[str, Deed]:
        apart = self._shows_apart
        return {
            "merge_customers": Deed(self._merge, "merge_customers"),
            "keep_apart": Deed(
                self._ask_again if apart else self._keep_apart, "merge_customers", label=ASK_AGAIN if apart else ""
            ),
            "choose_shown": Deed(self._show_others, needs_row=False, label=SHOW_LIKELY if apart else SHOW_APART),
            "open_archive": self.open_archive(),
            "open_row": Deed(self._open),
        }

    async def _show_others(self, desk: OfficeDesk) -> None:
        """Turn between the pairs that are to be decided and those that are kept apart."""
        self._shows_apart = not self._shows_apart
        self._text_when_empty = _(NONE_APART) if self._shows_apart else _(self.EMPTY)
        self.fill_from(desk, turned_to=True)

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
        if not await desk.ask(Confirm(question, _("Nobody is asked about them again."))):
            return
        args: Args = (
            KeepApart(id=new_id(), customer=pair.second.id, other=pair.first.id, reason=pair.reason)
            if pair.conflict is None
            else DecideConflict(conflict=pair.conflict, take=False)
        )
        desk.decide([args], _("{code} and {other} stay two.").format(code=pair.first.code, other=pair.second.code))

    async def _ask_again(self, desk: OfficeDesk) -> None:
        """Let a pair that was kept apart stand among the likely ones again."""
        pair: LikelyPair = self.record
        args = KeepApart(id=new_id(), customer=pair.second.id, other=pair.first.id, apart=False)
        said = _("{code} and {other} may be one: they are to be decided again.")
        desk.decide([args], said.format(code=pair.first.code, other=pair.second.code))

    async def _one_of(self, desk: OfficeDesk, question: str) -> Twin | None:
        pair: LikelyPair = self.record
        return await desk.ask(Choose(question, [Choice(twin, _described(twin)) for twin in (pair.first, pair.second)]))


def _read_as(found: Sequence[LikelyPair], count: int, said: str) -> FaceRead:
    if count > len(found):
        said += SEPARATOR + _("the first {count} stand here").format(count=f"{len(found):,}")
    return FaceRead([_entry(place, pair) for place, pair in enumerate(found)], found, said)


def _named(twin: Twin) -> str:
    return f"{twin.code} {twin.name}"


def _described(twin: Twin) -> str:
    last = NOT_KNOWN if twin.last_trade is None else twin.last_trade.isoformat()
    balance = _("balance {amount}").format(amount=grouped(twin.balance))
    return SEPARATOR.join([_named(twin), twin.owner or _("in the pool"), balance, last])


def _entry(place: int, pair: LikelyPair) -> Entry:
    reason = _(REASON_NAMES[pair.reason]) if pair.reason in REASON_NAMES else pair.reason
    asked = _("asked") if pair.conflict is not None else ""
    first, second = pair.first, pair.second
    values = (_named(first), _named(second), reason, first.balance, second.balance, asked)
    cells = (_named(first), _named(second), reason, grouped(first.balance), grouped(second.balance), asked)
    key = (first.id, second.id)
    return Entry(Row(key, (place,), cells, "warning" if asked else ""), values)
