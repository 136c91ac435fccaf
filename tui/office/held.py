"""Held orders with all their reasons; those that nothing stops any more say so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from model.archive import DocumentRef
from model.changes.orders import RejectOrder, ReleaseOrder
from model.held_orders import HeldOrder, held_orders
from model.money import grouped
from tui.archive.documents import DocumentScreen
from tui.archive.loss_reason import ask_loss_reason
from tui.archive.sources import Desk
from tui.archive.words import held_row_words
from tui.leaderboard.short_table import Entry
from tui.locale import N_, _
from tui.office.face import Deed, FaceRead, ListFace
from tui.shared.ask import AskText, Confirm
from tui.shared.columns import Column
from tui.shared.pages import Row, Tone

if TYPE_CHECKING:
    from tui.office.desk import OfficeDesk

NUMBERS_SHOWN = 6


class HeldFace(ListFace):
    """Released or rejected one by one, or many at once."""

    TITLE = N_("Held orders")
    MARKABLE = True
    ENTER = "open_row"
    EMPTY = N_("No order is held.")
    COLUMNS = (
        Column("date", N_("Date"), 10, priority=6),
        Column("number", N_("Number"), 10, priority=9, whole=True),
        Column("customer", N_("Customer"), 14, grow=True, priority=8),
        Column("maker", N_("Made by"), 8, priority=5),
        Column("amount", N_("Amount"), 12, align="right", priority=8),
        Column("reasons", N_("What stops it"), 26, grow=True, priority=7),
    )

    def read(self, day: date, *, turned_to: bool) -> FaceRead:
        found = list(held_orders(day))
        free = sum(order.verdict.ok for order in found)
        text = _("{count} held, {amount} in all; nothing stops {free} of them any more")
        summary = text.format(count=len(found), amount=grouped(sum(order.amount for order in found)), free=free)
        return FaceRead([_entry(place, order) for place, order in enumerate(found)], found, summary)

    @property
    def customer(self) -> bytes | None:
        return self.record.customer if isinstance(self.record, HeldOrder) else None

    @property
    def deeds(self) -> Mapping[str, Deed]:
        # An order that nothing stops any more anybody may release.
        needed = "" if all(order.verdict.ok for order in self.meant) else "release_held"
        return {
            "release_orders": Deed(self._release, needed),
            "reject_orders": Deed(self._reject, "reject_held"),
            "open_archive": self.open_archive(),
            "open_row": Deed(self._open),
        }

    async def _open(self, desk: OfficeDesk) -> None:
        order: HeldOrder = self.record
        session = desk.session
        shown = Desk(session.store, session.person_id, session.today(), order.customer)
        desk.app.push_screen(DocumentScreen(shown, DocumentRef(order.id, order.number, "sale", "held")))

    async def _release(self, desk: OfficeDesk) -> None:
        """Release the marked orders, or the one under the cursor; one reason serves all that are still stopped."""
        orders: list[HeldOrder] = self.meant
        stopped = [order.number for order in orders if not order.verdict.ok]
        if stopped:
            question = _("Release {count} orders: why?").format(count=len(orders))
            if len(orders) == 1:
                question = _("Why is {number} released although it is held?").format(number=orders[0].number)
            reason = await desk.ask(AskText(question, _(", ").join(stopped[:NUMBERS_SHOWN])))
            if reason is None:
                return
        else:
            question = _("Release {count} orders that nothing stops any more?").format(count=len(orders))
            if len(orders) == 1:
                question = _("Release {number}, which nothing stops any more?").format(number=orders[0].number)
            if not await desk.ask(Confirm(question)):
                return
            reason = ""
        day = desk.session.today()
        desk.decide([ReleaseOrder(order=order.id, date=day, reason=reason) for order in orders], _("{count} released."))

    async def _reject(self, desk: OfficeDesk) -> None:
        """Reject the marked orders, or the one under the cursor, for one reason."""
        orders: list[HeldOrder] = self.meant
        question = _("Reject {count} orders: why?").format(count=len(orders))
        if len(orders) == 1:
            question = _("Reject {number}: why?").format(number=orders[0].number)
        reason = await ask_loss_reason(desk.ask, question)
        if reason:
            day = desk.session.today()
            desk.decide(
                [RejectOrder(order=order.id, date=day, reason=reason) for order in orders], _("{count} rejected.")
            )


def _entry(place: int, order: HeldOrder) -> Entry:
    reasons = held_row_words(order.verdict, order.held_for)
    customer = f"{order.code} {order.name}"
    tone: Tone = "" if order.verdict.ok else "warning"
    cells = (str(order.date), order.number, customer, order.maker_name, grouped(order.amount), reasons)
    values = (str(order.date), order.number, customer, order.maker_name, order.amount, reasons)
    return Entry(Row(order.id, (place,), cells, tone), values)
