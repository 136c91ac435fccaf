"""Money received: the amount is typed, and what it will settle is seen before it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from model.allocation import Wish
from model.changes.documents import next_number
from model.changes.orders import ReleaseOrder, judge_order, lines_of
from model.changes.receipts import NamedBill, ReceiptRecorded, RecordReceipt
from model.credit import Standing, standing_on
from model.errors import N_, HuokeError, InputError
from model.ids import new_id
from model.laptop import cards_among
from model.money import format_amount, grouped, parse_amount
from model.orders import Order
from model.settlement import Preview, preview_receipt
from model.store import rows
from tui.customers.forms import day_words, name_of
from tui.entry_form import Entries, EntryForm, FormField
from tui.locale import _, translate_error
from tui.session import StoreScreen
from tui.shared.ask import Confirm
from tui.shared.columns import fit

NOT_KNOWN = "–"
BILLS_SHOWN = 8
DATE_CELLS, NUMBER_CELLS, AMOUNT_CELLS = 10, 14, 14
SETTLED_SIGN, PART_SIGN = "✓", "…"


@dataclass(frozen=True)
class ReceiptBeginning:
    """Who pays, how the customer stands, and the order the money is meant for.

    Attributes:
        only_card: this laptop holds the customer's card, but not its documents.
    """

    customer: str
    standing: Standing
    order: Order | None
    only_card: bool = False


class ReceiptForm(EntryForm[ReceiptRecorded]):
    """A receipt; dismisses with what became of it, or with None when it was left."""

    DEFAULT_CSS = """
    ReceiptForm {
        & .standing { height: auto; width: 1fr; margin-bottom: 1; }
        & .bills { height: auto; width: 1fr; margin-top: 1; }
    }
    """

    class _Previewed(Message, bubble=False):
        def __init__(self, preview: Preview) -> None:
            super().__init__()
            self.preview = preview

    class _Releasable(Message, bubble=False):
        def __init__(self, recorded: ReceiptRecorded, releasable: bool) -> None:
            super().__init__()
            self.recorded = recorded
            self.releasable = releasable

    class _Released(Message, bubble=False):
        def __init__(self, recorded: ReceiptRecorded, said: str) -> None:
            super().__init__()
            self.recorded = recorded
            self.said = said

    SENTENCE: ClassVar[str] = N_("{number}: received {amount} from {customer}, balance {balance}.")

    def __init__(self, customer_id: bytes, amount_minor: int | None = None, order_id: bytes | None = None) -> None:
        """
        Args:
            customer_id: who pays.
            amount_minor: what the amount begins with.
            order_id: a bill that the money settles first, or a held order for which it is reserved.
        """
        super().__init__()
        self.customer_id = customer_id
        self.amount_minor = amount_minor
        self.order_id = order_id
        self._customer = ""
        self._order: Order | None = None
        self._only_card = False

    def title_text(self) -> str:
        return _("Money received")

    def fields(self) -> Sequence[FormField]:
        amount = "" if self.amount_minor is None else format_amount(self.amount_minor)
        return [
            FormField("amount", _("amount"), amount, _("such as 1234.50")),
            FormField("method", _("method"), hint=_("transfer, cash, WeChat…")),
            FormField("date", _("date"), self.session.today().isoformat()),
            FormField("reference", _("reference")),
        ]

    def extra(self) -> ComposeResult:
        yield Static("", classes="standing", markup=False)
        yield Static("", classes="bills", markup=False)

    # What is open and what would be settled -----------------------------------------------------

    def load(self) -> ReceiptBeginning:
        order = None if self.order_id is None else Order.get_or_none(Order.id == self.order_id)
        standing = standing_on(self.customer_id, self.session.today())
        only_card = bool(cards_among([self.customer_id]))
        return ReceiptBeginning(name_of(self.customer_id), standing, order, only_card)

    def begin_with(self, begins_with: Any) -> None:
        self._customer, self._order = begins_with.customer, begins_with.order
        self._only_card = begins_with.only_card
        self.retitle(f"{_('Money received')} · {self._customer}")
        standing: Standing = begins_with.standing
        said = [_("balance {amount}").format(amount=self._balance(standing.balance))]
        if standing.overdue:
            said.append(_("overdue {amount}").format(amount=grouped(standing.overdue)))
        if self._order is not None:
            said.append(_("for {number}").format(number=self._order.number))
        self.query_one(".standing", Static).update(" · ".join(said))
        self._preview(self._amount_typed())

    def field_changed(self, name: str) -> None:
        if name == "amount":
            self._preview(self._amount_typed())
        elif name == "date":
            self.note("date", day_words(self.entries(), "date"))

    def _amount_typed(self) -> int:
        """The amount as far as it is typed; 0 while it is none."""
        try:
            return max(0, parse_amount(self.control("amount").value or "0"))
        except InputError:
            return 0

    def _wishes(self) -> tuple[Wish, ...]:
        return () if self._order is None else (Wish(self._order.id, None, self._order.amount),)

    @work(thread=True, exclusive=True, group="preview")
    def _preview(self, amount: int) -> None:
        with self.session.store.use():
            preview = preview_receipt(self.customer_id, amount, self._wishes())
        if not get_current_worker().is_cancelled:
            self.post_message(self._Previewed(preview))

    def on_receipt_form__previewed(self, message: ReceiptForm._Previewed) -> None:
        lines = preview_lines(message.preview, self._order)
        if self._only_card:
            # Of the bills only those of orders taken here are known.
            known = lines if message.preview.bills else []
            lines = [*known, _("Only the card is on this laptop: the office settles the open bills with it.")]
        self.query_one(".bills", Static).update("\n".join(lines))

    def _balance(self, balance_minor: int) -> str:
        """What is owed, as text; of a customer held as a card it is not known here."""
        return NOT_KNOWN if self._only_card else grouped(balance_minor)

    # Recording ----------------------------------------------------------------------------------

    def doubt(self, entries: Entries) -> str:
        """Ask before the same money is recorded twice."""
        amount, day = entries.amount("amount"), entries.day("date") or entries.today
        twins = rows(
            "SELECT number FROM receipt WHERE customer_id = ? AND date = ? AND amount = ? AND kind = 'receipt'"
            " AND voided = 0 ORDER BY number",
            (self.customer_id, day.isoformat(), amount),
        )
        if not twins:
            return ""
        return _("{numbers} is the same amount of the same day. Record it once more?").format(
            numbers=", ".join(number for (number,) in twins)
        )

    def record(self, entries: Entries) -> ReceiptRecorded:
        day = entries.day("date") or entries.today
        method, reference = entries.text("method"), entries.text("reference")
        amount = entries.amount("amount")
        if amount is None:
            raise InputError(N_("Type the amount that was received."))
        entries.reading = "date" if day > entries.today else "amount"
        named = () if self.order_id is None else (NamedBill(order=self.order_id),)
        args = RecordReceipt(
            id=new_id(), number=next_number(), customer=self.customer_id, date=day, amount=amount, method=method,
            reference=reference, bills=named,
        )  # fmt: skip
        recorded: ReceiptRecorded = self.session.record(args)
        return recorded

    def recorded(self, result: ReceiptRecorded) -> None:
        if self._order is not None and self._order.state == "held":
            self._look_at_held(self._order.id, result)
        else:
            self._finish(result, "")

    @work(thread=True, group="release")
    def _look_at_held(self, order_id: bytes, recorded: ReceiptRecorded) -> None:
        """Whether the held order may go now."""
        with self.session.store.use():
            order = Order.get_by_id(order_id)
            releasable = False
            if order.state == "held":
                verdict = judge_order(order, lines_of(order), self.session.today())
                releasable = verdict.ok
        self.post_message(self._Releasable(recorded, releasable))

    def on_receipt_form__releasable(self, message: ReceiptForm._Releasable) -> None:
        order = self._order
        if order is None or not message.releasable:
            self._finish(message.recorded, _("{number} is still held.").format(number=order.number) if order else "")
            return

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._release(order.id, message.recorded)
            else:
                self._finish(message.recorded, "")

        self.app.push_screen(Confirm(_("Release {number} now?").format(number=order.number)), answered)

    @work(thread=True, group="release")
    def _release(self, order_id: bytes, recorded: ReceiptRecorded) -> None:
        try:
            with self.session.store.use():
                released = self.session.record(ReleaseOrder(order=order_id, date=self.session.today()))
            said = _("{number} is confirmed.").format(number=released.number)
        except HuokeError as error:
            said = translate_error(error)
        self.post_message(self._Released(recorded, said))

    def on_receipt_form__released(self, message: ReceiptForm._Released) -> None:
        self._finish(message.recorded, message.said)

    def _finish(self, recorded: ReceiptRecorded, more: str) -> None:
        sentence = _(self.SENTENCE).format(
            number=recorded.number, amount=grouped(recorded.amount), customer=self._customer,
            balance=self._balance(recorded.balance),
        )  # fmt: skip
        below = [screen for screen in self.app.screen_stack if isinstance(screen, StoreScreen)]
        self.dismiss(recorded)
        if below:
            below[-1].say(f"{sentence} {more}".strip())


def preview_lines(preview: Preview, order: Order | None) -> list[str]:
    """The open bills with what the receipt settles of each, and what is left over."""
    if not preview.bills and not preview.reserved and not preview.left:
        return [_("No bill is open.")]
    head = (_("due"), _("bill"), _("still open"), _("settled"))
    lines = [_bill_line(*head, "")] if preview.bills else []
    settled = sum(1 for bill in preview.bills if bill.settled)
    shown = preview.bills[: max(BILLS_SHOWN, min(settled, 2 * BILLS_SHOWN))]
    for bill in shown:
        sign = "" if not bill.settled else SETTLED_SIGN if bill.settled == bill.open else PART_SIGN
        paid = grouped(bill.settled) if bill.settled else ""
        lines.append(_bill_line(bill.due, bill.number, grouped(bill.open), paid, sign))
    if len(shown) < len(preview.bills):
        rest = preview.bills[len(shown) :]
        lines.append(
            _("and {count} more bills, {amount}").format(
                count=len(rest), amount=grouped(sum(bill.open for bill in rest))
            )
        )
    if preview.reserved and order is not None:
        lines.append(_("reserved for {number}: {amount}").format(number=order.number, amount=grouped(preview.reserved)))
    if preview.left:
        lines.append(_("waits for the next bill: {amount}").format(amount=grouped(preview.left)))
    return lines


def _bill_line(due: str, number: str, open_: str, settled: str, sign: str) -> str:
    return " ".join(
        (
            fit(due, DATE_CELLS),
            fit(number, NUMBER_CELLS),
            fit(open_, AMOUNT_CELLS, "right"),
            fit(settled, AMOUNT_CELLS, "right"),
            sign,
        )
    ).rstrip()
