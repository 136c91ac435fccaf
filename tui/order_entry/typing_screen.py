"""The order while it is typed: its customer, its lines, its verdict, and the draft on disk at each field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.worker import get_current_worker

from model.drafts import Draft, Drafts
from model.errors import HuokeError
from model.order_history import last_order_lines
from tui import keymap
from tui.customers.card_form import CustomerForm, KnownCustomer
from tui.locale import _, translate_error
from tui.order_entry.customer_box import CustomerBox, CustomerList
from tui.order_entry.customer_panel import CustomerPanel
from tui.order_entry.held_card import HeldCard
from tui.order_entry.lines import OrderLines
from tui.order_entry.messages import (
    CustomerChosen,
    DeedRefused,
    DraftKept,
    FactsRead,
    HeldRead,
    LinesRead,
    OrderBegun,
    VerdictRead,
)
from tui.order_entry.reading import (
    CustomerFacts,
    read_customer,
    read_draft,
    read_former_lines,
    read_usual_lines,
    read_verdict,
    was_recorded,
)
from tui.order_entry.recording import read_held
from tui.order_entry.totals_strip import TotalsStrip
from tui.order_entry.type_ahead import TypeAhead
from tui.order_entry.typed_order import TypedLine, TypedOrder, next_revision
from tui.session import StoreScreen
from tui.shared.smart_input import SmartInput
from tui.shared.status import StatusLine

NOT_ON_A_CARD = frozenset(
    f"order.{verb}"
    for verb in ("confirm_order", "new_customer", "take_last_order", "take_usual_basket", "put_aside", "pay_with_it")
)

HOLDING = frozenset({"order", "draft"})
"""What is done in a thread while the keys are held."""


def now_text() -> str:
    """The local time by which a person knows a draft again."""
    return datetime.now().strftime("%Y-%m-%d %H:%M")


class TypingScreen(StoreScreen):
    """One order at a time, from an empty customer box to its last line.

    What has the store's answer to come holds the keys until it is there, and posts what came of it.
    """

    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.order = TypedOrder(begun_at=now_text())
        self._drafts: Drafts | None = None
        self._opening_drafts = Lock()
        self._is_restored = False
        self._begin_when_restored: bytes | None = None
        self._awaited = ""

    def compose(self) -> ComposeResult:
        customers = CustomerList()
        with Horizontal(classes="customer"):
            yield Static(_("Customer") + " ", classes="label", markup=False)
            yield CustomerBox(self.session, customers)
        with Container(classes="desk"):
            yield CustomerPanel()
            with Vertical(classes="work"):
                yield OrderLines(self.session, self.order, customers)
                yield HeldCard()
                yield TotalsStrip()
        yield StatusLine()

    def on_mount(self) -> None:
        self._ahead.hold()
        self._restore()

    def on_unmount(self) -> None:
        if self._drafts is not None:
            self._drafts.close()

    # The parts --------------------------------------------------------------------------------

    @property
    def is_being_typed(self) -> bool:
        """Whether there is an unfinished order on the screen."""
        return self.order.customer is not None or bool(self.order.lines)

    @property
    def drafts(self) -> Drafts:
        """The drafts beside the store; opened by the first thread that needs them."""
        with self._opening_drafts:
            if self._drafts is None:
                self._drafts = Drafts(self.session.store.folder, self.session.store.key)
            return self._drafts

    @property
    def keeps_keys(self) -> bool:
        """Whether keys that come are kept until it is clear which field they belong to."""
        return any(sign.is_holding for sign in self.query(TypeAhead))

    @property
    def _ahead(self) -> TypeAhead:
        return self.query_one(TypeAhead)

    @property
    def _lines(self) -> OrderLines:
        return self.query_one(OrderLines)

    @property
    def _box(self) -> CustomerBox:
        return self.query_one(CustomerBox)

    @property
    def _totals(self) -> TotalsStrip:
        return self.query_one(TotalsStrip)

    @property
    def _facts(self) -> CustomerFacts | None:
        return self.query_one(CustomerPanel).facts

    @property
    def _place(self) -> Input:
        """The field in which typing goes on."""
        return self._lines.field if self.is_being_typed else self._box.input

    def _in_thread(self, deed: Callable[[], Message], group: str) -> None:
        """Do something with the store in a thread and post what came of it."""
        if group in HOLDING:
            self._awaited = group

        def run() -> None:
            worker = get_current_worker()
            try:
                with self.session.store.use():
                    answer = deed()
            except HuokeError as error:
                answer = DeedRefused(translate_error(error), group)
            if not worker.is_cancelled:
                self.post_message(answer)

        self.run_worker(run, thread=True, exclusive=True, group=group)

    @on(DeedRefused)
    def _deed_refused(self, message: DeedRefused) -> None:
        self._lines.hint(message.reason, refused=True)
        # Where a draft could not be taken up again an empty order begins; the draft is still put aside.
        self._is_restored = True
        if message.group == self._awaited:
            self._let_go()

    def _let_go(self) -> None:
        """Give the keys back to where typing goes on."""
        self._ahead.let_go(self.query_one(HeldCard) if self.has_class("-held") else self._place)

    # Beginning --------------------------------------------------------------------------------

    def _restore(self) -> None:
        """Take up what was being typed when the app ended."""

        def read() -> Message:
            draft = self.drafts.being_typed()
            if draft is not None and was_recorded(draft):
                self.drafts.drop(draft.id)
                draft = None
            if draft is None:
                return OrderBegun(TypedOrder(begun_at=now_text()), None, "")
            return self._taken_up(draft)

        self._in_thread(read, "order")

    def _taken_up(self, draft: Draft) -> OrderBegun:
        """A draft and its customer, read again; called in a thread."""
        order = read_draft(self.session, draft)
        said = _("Taken up again: the order of {time} for {customer}, {count} lines.").format(
            time=draft.begun_at[-5:], customer=draft.customer_name or _("nobody yet"), count=len(draft.lines)
        )
        if len(order.lines) < len(draft.lines):
            said += " " + _("What is no longer sold was left out.")
        facts = None if order.customer is None else read_customer(self.session, order.customer)
        return OrderBegun(order, facts, said)

    @on(OrderBegun)
    def _order_begun(self, message: OrderBegun) -> None:
        self._show_order(message.order, message.facts)
        if message.said:
            self.say(message.said)
        waiting, self._begin_when_restored, self._is_restored = self._begin_when_restored, None, True
        if waiting is not None and waiting != message.order.customer:
            # The keys stay held: they are meant for the order that is about to begin.
            self.begin_for(waiting)
        elif message.order.customer is not None:
            self._changed()
        else:
            self._let_go()

    def _show_order(self, order: TypedOrder, facts: CustomerFacts | None) -> None:
        self.order = order
        self.remove_class("-held")
        self._box.set_text("" if facts is None else f"{facts.code} {facts.name}")
        self.query_one(CustomerPanel).show(facts)
        self._lines.begin(order)
        self._totals.field.value = ""
        self._totals.show(order)
        self._totals.show_verdict(None)

    def begin_for(self, customer_id: bytes) -> None:
        """Begin an order for a customer; one with lines that was being typed is put aside, never lost."""
        if not self._is_restored:
            self._begin_when_restored = customer_id
            return
        if self.order.customer == customer_id:
            return
        before = self.order
        self.remove_class("-held")
        self._ahead.hold()

        def begin() -> Message:
            facts = read_customer(self.session, customer_id)
            if before.lines:
                self.drafts.put_aside(before.id.hex())
            else:
                self.drafts.drop(before.id.hex())
            order = TypedOrder(begun_at=now_text(), customer=customer_id, customer_name=facts.name)
            return OrderBegun(order, facts, _("The order before was put aside.") if before.lines else "")

        self._in_thread(begin, "order")

    # Enter ------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter is the screen's own only in a field."""
        if action == "next_field":
            return isinstance(self.focused, Input) or self._ahead.is_holding
        return True

    def action_next_field(self) -> None:
        """Take the field once it has dealt with every key typed before."""
        if self._ahead.is_holding:
            self._ahead.keep(self.action_next_field)
        elif isinstance(field := self.focused, Input):
            self._ahead.hold()
            field.call_later(field.action_submit)

    @on(OrderLines.Changed)
    def _changed(self) -> None:
        """Show the sums, keep the draft, and let typing go on only when it is on disk."""
        order = self.order
        order.revision = next_revision()
        self._ahead.hold()
        self._totals.show(order)
        self._judge()
        draft, revision = order.draft(), order.revision

        def keep() -> Message:
            self.drafts.keep(draft, revision)
            return DraftKept()

        self._in_thread(keep, "draft")

    @on(DraftKept)
    def _draft_kept(self) -> None:
        # Where another order was begun meanwhile the keys are meant for that one.
        if self._awaited == "draft":
            self._let_go()

    @on(OrderLines.Refused)
    def _line_refused(self) -> None:
        self._ahead.let_go(self._lines.field)

    @on(OrderLines.LeftUpwards)
    def _to_customer(self) -> None:
        self.set_focus(self._box.input)

    # Customer ---------------------------------------------------------------------------------

    @on(SmartInput.Chosen)
    def _choose_customer(self, message: SmartInput.Chosen) -> None:
        customer_id: bytes = message.value
        self._ahead.hold()
        self._read_chosen(customer_id)

    def _read_chosen(self, customer_id: bytes) -> None:
        self._in_thread(lambda: CustomerChosen(read_customer(self.session, customer_id)), "order")

    @on(CustomerChosen)
    def _customer_chosen(self, message: CustomerChosen) -> None:
        facts, before = message.facts, self.order.customer_name
        if self.order.lines and self.order.customer not in (None, facts.id):
            self.say(_("The prices are those for {customer}: check them.").format(customer=before))
        self.order.customer, self.order.customer_name = facts.id, facts.name
        if self.order.quote is not None:
            # A quote belongs to its customer: for another one the lines are a new order.
            self.order.quote = None
        self._box.set_text(f"{facts.code} {facts.name}")
        self.query_one(CustomerPanel).show(facts)
        self._lines.go_to_unfilled()
        self._changed()

    @on(OptionList.OptionSelected, "CustomerList")
    def _customer_clicked(self, message: OptionList.OptionSelected) -> None:
        self._box.take_clicked(message.option_index)

    @on(SmartInput.Highlighted)
    def _make_room(self, message: SmartInput.Highlighted) -> None:
        """The customers found stand where the lines are, so that nothing else moves."""
        if message.smart_input is self._box:
            self._lines.set_class(bool(self._box.suggestions), "-choosing-customer")

    @on(SmartInput.Answered)
    def _say_who_was_found(self, message: SmartInput.Answered) -> None:
        text = message.text.strip()
        self._lines.hint("" if message.count or not text else _nobody_called(text), refused=not message.count)

    @on(SmartInput.NothingFound)
    def _no_customer(self, message: SmartInput.NothingFound) -> None:
        facts, text = self._facts, message.text.strip()
        if facts is not None and text in ("", f"{facts.code} {facts.name}"):
            self._box.set_text(f"{facts.code} {facts.name}")
            self._ahead.let_go(self._lines.field)
            return
        if text:
            self._lines.hint(_nobody_called(text), refused=True)
        else:
            self._lines.hint(_("Choose the customer first."), refused=True)
        self._ahead.let_go(self._box.input)

    def action_new_customer(self) -> None:
        """Ask for a new customer; what was typed in the box is its name."""

        def made(customer: bytes | KnownCustomer | None) -> None:
            if customer is not None:
                self._ahead.hold()
                self._read_chosen(customer.id if isinstance(customer, KnownCustomer) else customer)

        self.app.push_screen(CustomerForm(name="" if self._facts is not None else self._box.text.strip()), made)

    # Whole orders taken over ------------------------------------------------------------------

    def action_take_last_order(self) -> None:
        """Add the lines of the customer's last order."""
        customer = self.order.customer
        if customer is not None:
            self._take_over(
                lambda: read_former_lines(self.session, customer, last_order_lines(customer)),
                customer,
                _("There is no earlier order to take over."),
            )

    def action_take_usual_basket(self) -> None:
        """Add what the customer usually takes, to be filled with quantities."""
        customer = self.order.customer
        if customer is not None:
            self._take_over(
                lambda: read_usual_lines(self.session, customer),
                customer,
                _("There is no usual basket yet: it needs a product in two of the last orders."),
            )

    def why_not(self, action_id: str) -> str:
        if action_id in ("order.take_last_order", "order.take_usual_basket") and self.order.customer is None:
            return _("Choose the customer first.")
        if action_id == "order.put_aside" and not self.is_being_typed:
            return _("There is nothing to put aside.")
        if self.has_class("-held") and action_id in NOT_ON_A_CARD:
            return _("Close the card of the held order first.")
        return ""

    def _take_over(self, read: Callable[[], list[TypedLine]], customer: bytes, nothing: str) -> None:
        self._ahead.hold()
        self._in_thread(lambda: LinesRead(customer, read(), nothing), "order")

    @on(LinesRead)
    def _lines_read(self, message: LinesRead) -> None:
        if message.customer != self.order.customer:
            self._let_go()
            return
        present = {line.product.id for line in self.order.lines}
        added = [line for line in message.lines if not line.suggested or line.product.id not in present]
        if not added:
            self._lines.hint(message.nothing, refused=True)
            self._let_go()
            return
        self.order.lines += added
        self._lines.go_to_unfilled()
        self._changed()

    # Verdict and money ------------------------------------------------------------------------

    def _judge(self) -> None:
        """Ask how the order would be judged now."""
        order, revision, customer = self.order, self.order.revision, self.order.customer
        if customer is None or not order.filled:
            self._totals.show_verdict(None)
            return
        # The lines are typed on while a thread reads: it gets its own.
        seen = TypedOrder(
            begun_at=order.begun_at, id=order.id, customer=customer, quote=order.quote, paid=order.paid,
            lines=[TypedLine(each.product, each.quantity_e3, each.price_e4, each.discount_bp) for each in order.lines],
        )  # fmt: skip
        self._in_thread(lambda: VerdictRead(order.id, revision, read_verdict(self.session, seen, customer)), "verdict")

    @on(VerdictRead)
    def _verdict_read(self, message: VerdictRead) -> None:
        if (message.order, message.revision) == (self.order.id, self.order.revision):
            self._totals.show_verdict(message.verdict, joined=self.session.joined)

    def refresh_data(self) -> None:
        """Credit may have changed: read the customer and the verdict again."""
        self._lines.look_for_products()
        held = self.query_one(HeldCard).held
        if self.has_class("-held") and held is not None:
            self._in_thread(lambda: HeldRead(read_held(self.session, held.id)), "held")
        elif (customer := self.order.customer) is not None:
            self._in_thread(lambda: FactsRead(read_customer(self.session, customer)), "facts")
            self._judge()

    @on(FactsRead)
    def _facts_read(self, message: FactsRead) -> None:
        if message.facts.id == self.order.customer:
            self.query_one(CustomerPanel).show(message.facts)

    def action_pay_with_it(self) -> None:
        """To the field for what is paid with the order."""
        self.set_focus(self._totals.field)

    @on(TotalsStrip.PaidChanged)
    def _paid(self, message: TotalsStrip.PaidChanged) -> None:
        self.order.paid = message.paid
        self._changed()

    @on(TotalsStrip.Refused)
    def _paid_refused(self, message: TotalsStrip.Refused) -> None:
        self._lines.hint(message.reason, refused=True)
        self._ahead.let_go(self._totals.field)


def _nobody_called(text: str) -> str:
    new = keymap.shown_keys(keymap.ACTION_OF["order.new_customer"])
    return _("Nobody is called “{text}”: {key} makes a new customer.").format(text=text[:40], key=new)
