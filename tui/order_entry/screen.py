"""Order entry: who, what, how much, and whether it can be delivered, without leaving the keyboard's middle row."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from model.drafts import Draft
from model.errors import InputError
from model.laptop import Mark
from model.money import grouped, line_amount
from tui import keymap
from tui.exchange.words import MARK_WORDS
from tui.locale import N_, _, translate_error
from tui.order_entry.aside_list import AsideList
from tui.order_entry.held_card import HeldCard
from tui.order_entry.messages import AsideRead, HeldRead, OrderBegun, OrderTaken
from tui.order_entry.reading import PutAside, read_customer, read_open_quotes, read_quote
from tui.order_entry.recording import read_held, record_typed, release
from tui.order_entry.typed_order import TypedOrder, next_revision
from tui.order_entry.typing_screen import TypingScreen, now_text
from tui.paper.printing import print_slip
from tui.shared.ask import AskText, Choice, Choose, Confirm

STATE_WORDS = {"confirmed": N_("confirmed"), "held": N_("held"), "quote": N_("quote")}


class OrderScreen(TypingScreen):
    """What becomes of a typed order: confirmed, held, put aside, taken up again."""

    DESK = "order"
    CSS_PATH = "order_entry.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("order")]

    def __init__(self) -> None:
        super().__init__()
        # The id and number of what was recorded last: that is whose slip is wanted.
        self._recorded: tuple[bytes, str] | None = None

    @property
    def customer_is_stopped(self) -> bool:
        """Whether the customer could buy nothing on credit even without this order."""
        return self._facts is not None and self._facts.standing.verdict != "ok"

    def why_not(self, action_id: str) -> str:
        if action_id == "order.print_slip" and self._recorded is None:
            return _("Confirm the order first: then its slip can be printed.")
        return super().why_not(action_id)

    # Confirming -------------------------------------------------------------------------------

    def action_confirm_order(self) -> None:
        """Record the order; a field that is not finished is taken first."""
        if self._ahead.is_holding:
            self._ahead.keep(self.action_confirm_order)
            return
        field = self.focused
        self._ahead.hold()
        if isinstance(field, Input):
            # The field deals first with the keys typed before.
            field.call_later(self._confirm)
        else:
            self._confirm()

    def _confirm(self) -> None:
        self._record(quote=False)

    def _record(self, *, quote: bool) -> None:
        """Record what is typed, or say what is missing; the keys are held meanwhile."""
        if not self._fields_stand():
            return
        order = self.order

        def record() -> Message:
            outcome = record_typed(self.session, order, quote=quote)
            self.drafts.drop(order.id.hex())
            held = read_held(self.session, outcome.id) if outcome.state == "held" else None
            return OrderTaken(outcome, held)

        self._in_thread(record, "order")

    def _fields_stand(self) -> bool:
        """Whether every field can be taken as it stands; where not, say why and put the cursor there."""
        facts = self._facts
        if self._box.text.strip() not in ("", "" if facts is None else f"{facts.code} {facts.name}"):
            self._lines.hint(_("Take the customer with Enter first, or clear it with Esc."), refused=True)
            self._ahead.let_go(self._box.input)
            return False
        if not self._lines.take_field():
            return False
        try:
            self.order.paid = self._totals.typed()
        except InputError as error:
            self._lines.hint(translate_error(error), refused=True)
            self._ahead.let_go(self._totals.field)
            return False
        if self.order.filled:
            return True
        self._lines.hint(_("The order has no lines: name a product first."), refused=True)
        self._let_go()
        return False

    @on(OrderTaken)
    def _order_taken(self, message: OrderTaken) -> None:
        outcome = message.outcome
        state = _(STATE_WORDS[outcome.state])
        if self.session.joined and outcome.state == "confirmed" and outcome.verdict is not None:
            mark: Mark = "guaranteed" if outcome.verdict.guaranteed else "provisional"
            state = _(MARK_WORDS[mark])
        said = f"{outcome.number}  {state}  {grouped(outcome.amount)}"
        self._show_order(TypedOrder(begun_at=now_text()), None)
        self.say(said)
        self._recorded = (outcome.id, outcome.number)
        if message.held is not None:
            self.query_one(HeldCard).show(message.held)
            self.add_class("-held")
            # What was typed meanwhile was meant for the next order; on the card it could do harm.
            self._ahead.forget()
        self._let_go()

    # A held order -----------------------------------------------------------------------------

    @on(HeldCard.ReceiptWanted)
    def _receive(self, message: HeldCard.ReceiptWanted) -> None:
        held = message.held
        app: Any = self.app
        app.receive_money(held.customer, held.verdict.cure, held.id)

    @on(HeldRead)
    def _held_read(self, message: HeldRead) -> None:
        if message.held.state == "held":
            self.query_one(HeldCard).show(message.held)
        else:
            self._close_card()

    @on(HeldCard.Closed)
    def _close_card(self) -> None:
        self.remove_class("-held")
        self._let_go()

    @on(HeldCard.ReleaseWanted)
    @work
    async def _release(self, message: HeldCard.ReleaseWanted) -> None:
        held = message.held
        reason: str | None = ""
        if not held.verdict.ok:
            reason = await self.app.push_screen_wait(
                AskText(_("Why is {number} released although it is held?").format(number=held.number))
            )
        if reason is not None:
            why = reason
            self._in_thread(lambda: OrderTaken(release(self.session, held.id, why), None), "order")

    # The slip ---------------------------------------------------------------------------------

    def action_print_slip(self) -> None:
        """Write the slip of the order just recorded."""
        if self._ahead.is_holding:
            self._ahead.keep(self.action_print_slip)
        elif self._recorded is not None:
            self._print_slip_of(*self._recorded)

    @on(HeldCard.SlipWanted)
    def _print_held(self, message: HeldCard.SlipWanted) -> None:
        self._print_slip_of(message.held.id, message.held.number)

    @work
    async def _print_slip_of(self, order_id: bytes, number: str) -> None:
        await print_slip(self, order_id, number)

    # Putting aside ----------------------------------------------------------------------------

    @work
    async def action_put_aside(self) -> None:
        """Keep the order for later, as a draft of this machine or as a quote, or drop it."""
        if not self._lines.take_field():
            return
        how = await self.app.push_screen_wait(
            Choose(
                _("Put the order aside"),
                [
                    Choice("draft", _("as a draft, here only"), "d"),
                    Choice("quote", _("as a quote to the customer"), "q"),
                    Choice("drop", _("drop it"), "x"),
                ],
            )
        )
        if how is None or (how == "drop" and not await self._agreed_to_drop()):
            return
        self._ahead.hold()
        if how == "quote":
            self._record(quote=True)
            return
        order = self.order
        draft, revision = order.draft(), next_revision()

        def put() -> Message:
            if how == "drop":
                self.drafts.drop(draft.id)
                said = _("The order was dropped.")
            else:
                self.drafts.keep(draft, revision)
                self.drafts.put_aside(draft.id)
                said = _("The order for {customer} was put aside.").format(customer=draft.customer_name)
            return OrderBegun(TypedOrder(begun_at=now_text()), None, said)

        self._in_thread(put, "order")

    async def _agreed_to_drop(self) -> bool:
        """Ask before lines are lost for ever."""
        if not self.order.lines:
            return True
        question = _("Drop the order for {customer}? Lines: {count}, nothing of it is kept.")
        customer = self.order.customer_name or _("nobody yet")
        agreed: bool = await self.app.push_screen_wait(
            Confirm(question.format(customer=customer, count=len(self.order.lines)))
        )
        return agreed

    def action_open_aside(self) -> None:
        """Show the orders put aside."""

        def read() -> Message:
            drafts = [_put_aside(draft) for draft in self.drafts.aside()]
            return AsideRead([*drafts, *read_open_quotes(self.session)])

        self._in_thread(read, "aside")

    @on(AsideRead)
    @work
    async def _aside_read(self, message: AsideRead) -> None:
        if not message.orders:
            self.say(_("Nothing is put aside."))
            return
        answer = await self.app.push_screen_wait(AsideList(message.orders))
        if answer is None:
            return
        deed, chosen = answer
        if deed == "print" and chosen.quote is not None:
            await print_slip(self, chosen.quote, chosen.title)
        else:
            self._take_up(deed, chosen)

    def _take_up(self, deed: str, chosen: PutAside) -> None:
        """Take up what was put aside, or drop it; what was being typed goes aside in its place."""
        before, facts = self.order, self._facts
        self.remove_class("-held")
        self._ahead.hold()

        def take() -> Message:
            if deed == "drop" and chosen.draft is not None:
                self.drafts.drop(chosen.draft.id)
                return OrderBegun(before, facts, _("The draft was dropped."))
            if before.lines:
                self.drafts.keep(before.draft(), next_revision())
                self.drafts.put_aside(before.id.hex())
            elif before.customer is not None:
                self.drafts.drop(before.id.hex())
            if chosen.draft is not None:
                return self._taken_up(chosen.draft)
            assert chosen.quote is not None
            order = read_quote(self.session, chosen.quote, now_text())
            assert order.customer is not None
            said = _("Quote {number}: confirm it, or change it first.").format(number=chosen.title)
            return OrderBegun(order, read_customer(self.session, order.customer), said)

        self._in_thread(take, "order")


def _put_aside(draft: Draft) -> PutAside:
    amount = sum(line_amount(line.quantity_e3 or 0, line.price_e4, line.discount_bp) for line in draft.lines)
    title = _("draft {time}").format(time=draft.begun_at[5:])
    return PutAside(draft, None, title, draft.customer_name, len(draft.lines), amount)
