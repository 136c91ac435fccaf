"""Money received, given back or given up: what it will settle is seen before it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from model.changes.documents import next_number
from model.changes.orders import ReleaseOrder
from model.changes.receipts import NamedBill, ReceiptRecorded, RecordReceipt
from model.errors import N_, HuokeError, InputError
from model.ids import new_id
from model.money import format_amount, grouped, parse_amount
from model.orders import Order
from tui import keymap
from tui.archive.search import nothing_found
from tui.customers.forms import day_words
from tui.entry_form import ChoiceField, Entries, EntryForm, FormField
from tui.locale import _, translate_error
from tui.receivables.bill_list import BillList
from tui.receivables.payer_box import PayerBox
from tui.receivables.reading import (
    FreedOrders,
    PreviewedReceipt,
    ReceiptBeginning,
    read_beginning,
    read_freed,
    read_preview,
    read_twins,
)
from tui.session import StoreScreen
from tui.shared.ask import Confirm
from tui.shared.columns import printable
from tui.shared.smart_input import SmartInput

NOT_KNOWN = "–"
# What lowers a debt without money, and never goes beyond it.
GIVEN_UP = ("write_off", "discount")


@dataclass(frozen=True)
class KindWords:
    """The marked texts of a kind of money.

    Attributes:
        title: what is typed.
        recorded: what was done, with number, amount, customer and balance.
        fields: which fields follow the amount.
    """

    title: str
    recorded: str
    fields: tuple[str, ...]


KINDS: dict[str, KindWords] = {
    "receipt": KindWords(
        N_("Money received"),
        N_("{number}: received {amount} from {customer}, balance {balance}."),
        ("method", "date", "reference"),
    ),
    "refund": KindWords(
        N_("Money given back"),
        N_("{number}: {amount} given back to {customer}, balance {balance}."),
        ("reason", "method", "date", "reference"),
    ),
    "write_off": KindWords(
        N_("Write off a debt"),
        N_("{number}: {amount} of {customer} written off, balance {balance}."),
        ("reason", "date"),
    ),
    "discount": KindWords(
        N_("Settlement discount"),
        N_("{number}: {amount} discount for {customer}, balance {balance}."),
        ("reason", "date"),
    ),
}


class ReceiptForm(EntryForm[ReceiptRecorded]):
    """A movement of money; dismisses with what became of it, or with None when it was left.

    Without a customer it asks for one, and after each record it begins again for the next.
    """

    DEFAULT_CSS = """
    ReceiptForm {
        /* From the top, so that the fields stay where they are while bills come and go. */
        align: center top;
        & .objection { margin-top: 0; }
        & .standing { height: auto; width: 1fr; margin-top: 1; }
        & .bills { height: auto; width: 1fr; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("receipt")]

    class _PayerRead(Message, bubble=False):
        def __init__(self, beginning: ReceiptBeginning) -> None:
            super().__init__()
            self.beginning = beginning

    class _Previewed(Message, bubble=False):
        def __init__(self, previewed: PreviewedReceipt) -> None:
            super().__init__()
            self.previewed = previewed

    class _Freed(Message, bubble=False):
        def __init__(self, recorded: ReceiptRecorded, freed: FreedOrders) -> None:
            super().__init__()
            self.recorded = recorded
            self.freed = freed

    class _Released(Message, bubble=False):
        def __init__(self, recorded: ReceiptRecorded, refusal: str) -> None:
            super().__init__()
            self.recorded = recorded
            self.refusal = refusal

    def __init__(
        self,
        customer_id: bytes | None,
        amount_minor: int | None = None,
        order_id: bytes | None = None,
        *,
        kind: str = "receipt",
        bills: Sequence[bytes] = (),
    ) -> None:
        """
        Args:
            customer_id: whose money it is; None asks, again and again.
            amount_minor: what the amount begins with.
            order_id: a bill that the money settles first, or a held order that it shall free: reserved for it, or
                spent on the bills that stop it.
            kind: receipt, refund, write_off or discount.
            bills: bills that it names.
        """
        super().__init__()
        self.customer_id = customer_id
        self.amount_minor = amount_minor
        self.order_id = order_id
        self.kind = kind
        self.asks_who = customer_id is None
        self._bills = tuple(dict.fromkeys([*([] if order_id is None else [order_id]), *bills]))
        self._beginning: ReceiptBeginning | None = None
        self._recorded_amounts: list[int] = []

    def title_text(self) -> str:
        return _(KINDS[self.kind].title)

    def fields(self) -> Sequence[FormField]:
        amount = "" if self.amount_minor is None else format_amount(self.amount_minor)
        known = {
            "reason": FormField("reason", _("reason")),
            "method": FormField("method", _("method"), hint=_("transfer, cash, WeChat…")),
            "date": FormField("date", _("date"), self.session.today().isoformat()),
            "reference": FormField("reference", _("reference")),
        }
        who = [FormField("customer", _("customer"))] if self.asks_who else []
        following = [known[name] for name in KINDS[self.kind].fields]
        return [*who, FormField("amount", _("amount"), amount, _("such as 1234.50")), *following]

    def widget_of(self, field: FormField) -> Widget:
        return PayerBox(self.session, field.name) if field.name == "customer" else super().widget_of(field)

    def extra(self) -> ComposeResult:
        yield Static("", classes="standing", markup=False)
        yield BillList()

    def named_keys(self) -> Sequence[str]:
        # Enter records nothing on a bill: whoever chooses one has not said yet that the money came in.
        if isinstance(self.focused, BillList):
            return ("receipt.name_bill", "receipt.toggle_bill", "form.record_entry", "form.leave_entry")
        return ("form.accept_field", "form.record_entry", "receipt.go_to_bills", "form.leave_entry")

    @on(events.DescendantFocus)
    def _name_keys(self) -> None:
        self.query_one(".keys", Static).update(self.keys_line())

    @property
    def _bill_list(self) -> BillList:
        return self.query_one(BillList)

    # Whose money it is --------------------------------------------------------------------------

    def load(self) -> ReceiptBeginning | None:
        if self.customer_id is None:
            return None
        return read_beginning(self.customer_id, self.order_id, self.session.today(), self.amount_minor)

    def begin_with(self, begins_with: Any) -> None:
        if begins_with is None:
            return
        self._beginning = begins_with
        self._bill_list.named = dict.fromkeys(
            bill for bill in self._bills if begins_with.names_order or bill != self.order_id
        )
        if not self.asks_who:
            self.retitle(f"{self.title_text()} · {begins_with.customer}")
        self._say(self._standing_words(begins_with))
        self._preview_again()

    def _standing_words(self, beginning: ReceiptBeginning) -> str:
        standing = beginning.standing
        said = [_("balance {amount}").format(amount=self._balance(standing.balance))]
        if standing.overdue:
            said.append(_("overdue {amount}").format(amount=grouped(standing.overdue)))
        if beginning.order is not None:
            said.append(_("for {number}").format(number=beginning.order.number))
        elif beginning.held:
            said.append(_("held: {numbers}").format(numbers=_(", ").join(beginning.held.values())))
        return " · ".join(said)

    def _say(self, sentence: str) -> None:
        """Say how the customer stands, or what was recorded last."""
        self.query_one(".standing", Static).update(printable(sentence))

    def _payer_box(self) -> PayerBox | None:
        return next(iter(self.query(PayerBox)), None)

    def action_accept_field(self) -> None:
        box = self._payer_box()
        if box is not None and self.focused is box.input and self.customer_id is None:
            # What is typed behind waits until it is clear who is meant.
            self.turns.close()
            box.accept()
        else:
            super().action_accept_field()

    @on(SmartInput.Chosen)
    def _payer_chosen(self, message: SmartInput.Chosen) -> None:
        message.stop()
        self.turns.close()
        self._read_payer(message.value)

    @on(SmartInput.NothingFound)
    def _payer_not_found(self, message: SmartInput.NothingFound) -> None:
        message.stop()
        self.object_with(nothing_found(message.text))
        self.turns.open()

    @work(thread=True, exclusive=True, group="load")
    def _read_payer(self, customer_id: bytes) -> None:
        try:
            with self.session.store.use():
                beginning = read_beginning(customer_id, None, self.session.today())
        except HuokeError as error:
            self.post_message(self._Refused(translate_error(error), "customer"))
        else:
            self.post_message(self._PayerRead(beginning))

    def on_receipt_form__payer_read(self, message: ReceiptForm._PayerRead) -> None:
        box = self._payer_box()
        if box is None or not self.display:
            return
        self.customer_id = message.beginning.customer_id
        box.set_text(message.beginning.customer)
        self.object_with("")
        self.begin_with(message.beginning)
        self.set_focus(self.control("amount"))
        self.turns.open()

    @on(PayerBox.Edited)
    def _payer_edited(self, message: PayerBox.Edited) -> None:
        message.stop()
        if self.customer_id is not None:
            self._forget_payer()
            self._say("")

    def _forget_payer(self) -> None:
        self.customer_id = self._beginning = None
        self._bill_list.named = {}
        self._bill_list.show_text("")

    # What is open and what would be settled -----------------------------------------------------

    def field_changed(self, name: str) -> None:
        if name == "amount":
            self._preview_again()
        elif name == "date":
            self.note("date", day_words(self.entries(), "date"))

    @on(BillList.Named)
    def _preview_again(self) -> None:
        if self._beginning is None:
            return
        if self.kind == "refund":
            waiting = _("{amount} of the customer's money waits for a bill.")
            self._bill_list.show_text(waiting.format(amount=grouped(self._beginning.waiting)))
        else:
            self._preview(self._beginning, self._amount_typed(), tuple(self._bill_list.named))

    def _amount_typed(self) -> int:
        """The amount as far as it is typed; 0 while it is none."""
        try:
            return max(0, parse_amount(self.control("amount").value or "0"))
        except InputError:
            return 0

    @work(thread=True, exclusive=True, group="preview")
    def _preview(self, beginning: ReceiptBeginning, amount: int, named: tuple[bytes, ...]) -> None:
        with self.session.store.use():
            previewed = read_preview(beginning.customer_id, amount, named, beginning.order)
        if not get_current_worker().is_cancelled:
            self.post_message(self._Previewed(previewed))

    def on_receipt_form__previewed(self, message: ReceiptForm._Previewed) -> None:
        previewed, beginning = message.previewed, self._beginning
        if beginning is None or beginning.customer_id != previewed.customer_id:
            return
        preview, below = previewed.preview, []
        if not preview.bills and not preview.reserved and not preview.left and not beginning.only_card:
            below.append(_("No bill is open."))
        if preview.reserved and beginning.order is not None:
            reserved = _("reserved for {number}: {amount}")
            below.append(reserved.format(number=beginning.order.number, amount=grouped(preview.reserved)))
        if self.kind in GIVEN_UP:
            below += self._beyond_the_debt(beginning)
        elif preview.left:
            below.append(_("waits for the next bill: {amount}").format(amount=grouped(preview.left)))
        if beginning.only_card:
            # Of the bills only those of orders taken here are known.
            below = below if preview.bills else []
            below.append(_("Only the card is on this laptop: the office settles the open bills with it."))
        self._bill_list.show(preview, previewed.nameable, below)

    def _beyond_the_debt(self, beginning: ReceiptBeginning) -> list[str]:
        """That more is given up than is owed, which will be refused: no money waits for a bill by it."""
        owed, amount = max(0, beginning.standing.balance), self._amount_typed()
        if amount <= owed or beginning.only_card:
            return []
        sentence = _("{amount} will be refused: only {owed} is owed, {more} less.")
        return [sentence.format(amount=grouped(amount), owed=grouped(owed), more=grouped(amount - owed))]

    def _balance(self, balance_minor: int) -> str:
        """What is owed, as text; of a customer held as a card it is not known here."""
        only_card = self._beginning is not None and self._beginning.only_card
        return NOT_KNOWN if only_card else grouped(balance_minor)

    # The bills it names -------------------------------------------------------------------------

    def action_go_to_bills(self) -> None:
        """Put the cursor into the bills, or say why there is nothing to name."""
        if self.focused is self._bill_list:
            self._leave_bills()
        elif self._bill_list.can_focus:
            self.set_focus(self._bill_list)
        else:
            self.object_with(_("There is no open bill to name."))

    def action_next_field(self) -> None:
        if not self._go(1) and self._bill_list.can_focus:
            self.set_focus(self._bill_list)

    @on(BillList.LeftAbove)
    def _leave_bills(self) -> None:
        controls: list[Input | ChoiceField] = self._controls()
        self.set_focus(controls[-1])

    # Recording ----------------------------------------------------------------------------------

    def _payer(self, entries: Entries) -> bytes:
        if self.customer_id is None:
            entries.reading = "customer"
            raise InputError(N_("Choose the customer first: Enter takes the one in front."))
        return self.customer_id

    def doubt(self, entries: Entries) -> str:
        """Ask before the same money is recorded twice, or more is given back than is the customer's."""
        payer, amount, day = self._payer(entries), entries.amount("amount"), entries.day("date") or entries.today
        if amount is None:
            return ""
        if twins := read_twins(payer, day, amount, self.kind):
            sentence = _("{numbers} is the same amount of the same day. Record it once more?")
            return sentence.format(numbers=_(", ").join(twins))
        beginning = self._beginning
        if self.kind != "refund" or beginning is None or beginning.only_card or amount <= beginning.waiting:
            return ""
        sentence = _("Only {waiting} waits for a bill: the customer will owe {more} more. Give it back?")
        return sentence.format(waiting=grouped(beginning.waiting), more=grouped(amount - beginning.waiting))

    def record(self, entries: Entries) -> ReceiptRecorded:
        day = entries.day("date") or entries.today
        method, reference, reason = (entries.text(name) for name in ("method", "reference", "reason"))
        amount = entries.amount("amount")
        if amount is None:
            raise InputError(
                N_("Type the amount that was received.") if self.kind == "receipt" else N_("Type the amount.")
            )
        needs_reason = self.kind in ("refund", "write_off") and not reason
        entries.reading = "date" if day > entries.today else "reason" if needs_reason else "amount"
        args = RecordReceipt(
            id=new_id(), number=next_number(), customer=self._payer(entries), date=day, amount=amount, kind=self.kind,
            method=method, reference=reference, reason=reason,
            bills=tuple(NamedBill(order=bill) for bill in self._bill_list.named),
        )  # fmt: skip
        recorded: ReceiptRecorded = self.session.record(args)
        return recorded

    def recorded(self, result: ReceiptRecorded) -> None:
        self._look_for_freed(result)

    @work(thread=True, group="record")
    def _look_for_freed(self, recorded: ReceiptRecorded) -> None:
        """Which held orders may go now."""
        beginning = self._beginning
        if beginning is None or self.kind == "refund":
            freed = FreedOrders((), None, None)
        else:
            with self.session.store.use():
                freed = read_freed(beginning.customer_id, beginning.held, beginning.order, self.session.today())
        self.post_message(self._Freed(recorded, freed))

    def on_receipt_form__freed(self, message: ReceiptForm._Freed) -> None:
        meant = None if self._beginning is None else self._beginning.order
        said = ""
        if message.freed.confirmed:
            said = _("{number} is confirmed.").format(number=_(", ").join(message.freed.confirmed))
        if message.freed.next_one is None:
            if not said and meant is not None and meant.state == "held":
                said = _("{number} is still held.").format(number=meant.number)
            self._finish(message.recorded, said, message.freed.balance)
            return
        chosen = message.freed.next_one

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._release(chosen, message.recorded)
            else:
                self._finish(message.recorded, said, message.freed.balance)

        question = _("Release {number} now?").format(number=chosen.number)
        details = _("Nothing stops it any more: {amount}.").format(amount=grouped(chosen.amount))
        self.app.push_screen(Confirm(question, details), answered)

    @work(thread=True, group="record")
    def _release(self, order: Order, recorded: ReceiptRecorded) -> None:
        try:
            with self.session.store.use():
                self.session.record(ReleaseOrder(order=order.id, date=self.session.today()))
        except HuokeError as error:
            self.post_message(self._Released(recorded, translate_error(error)))
        else:
            self.post_message(self._Released(recorded, ""))

    def on_receipt_form__released(self, message: ReceiptForm._Released) -> None:
        if message.refusal:
            self._finish(message.recorded, message.refusal)
        else:
            # Each that goes takes credit from the others, so whether another may go is asked anew.
            self._look_for_freed(message.recorded)

    def _finish(self, recorded: ReceiptRecorded, more: str, balance: int | None = None) -> None:
        """
        Args:
            more: What came of it, which matters more.
            balance: In minor units, where something did since it was recorded.
        """
        customer = "" if self._beginning is None else self._beginning.customer
        sentence = _(KINDS[self.kind].recorded).format(
            number=recorded.number, amount=grouped(recorded.amount), customer=customer,
            balance=self._balance(recorded.balance if balance is None else balance),
        )  # fmt: skip
        sentence = f"{more} {sentence}".strip()
        below = [screen for screen in self.app.screen_stack if isinstance(screen, StoreScreen)]
        if self.asks_who:
            self._begin_next(recorded, sentence)
        else:
            self.dismiss(recorded)
        if below:
            below[-1].say(sentence)

    def _begin_next(self, recorded: ReceiptRecorded, sentence: str) -> None:
        """Empty the form for the next customer; the method and the date are mostly the same again."""
        self._recording = False
        self._recorded_amounts.append(recorded.amount)
        done = _("recorded: {count}, {amount}").format(
            count=len(self._recorded_amounts), amount=grouped(sum(self._recorded_amounts))
        )
        self.retitle(f"{self.title_text()} · {done}")
        self._forget_payer()
        for name in ("amount", "reference", "reason"):
            if name in KINDS[self.kind].fields or name == "amount":
                self.control(name).value = ""
        box = self._payer_box()
        if box is not None:
            box.clear()
            self.set_focus(box.input)
        self._say(sentence)
        self.turns.open()
