"""The lines of the order and the three fields in which one of them is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.worker import get_current_worker

from model.errors import HuokeError, InputError
from model.money import LARGEST_AMOUNT_MINOR, LARGEST_PRICE_E4, QUANTITY_PER_UNIT, format_price, format_quantity
from model.search import FoundProduct, find_products
from model.store import one
from tui import keymap
from tui.locale import N_, _, translate_error
from tui.order_entry.line_grammar import LineWish, PriceWish, checked_quantity, parse_line, parse_wish, product_part
from tui.order_entry.lines_table import LinesTable
from tui.order_entry.reading import read_product
from tui.order_entry.type_ahead import TypeAhead
from tui.order_entry.typed_order import ProductFacts, TypedLine, TypedOrder
from tui.order_entry.words import line_hint, price_text
from tui.session import Session
from tui.shared.columns import Column, printable
from tui.shared.smart_input import SmartInput, Suggestion, SuggestionList

FieldName = Literal["product", "quantity", "price"]

PRODUCT_COLUMNS = (
    Column("code", N_("Code"), 10, priority=8),
    Column("name", N_("Product"), 16, grow=True, priority=9),
    Column("price", N_("Price"), 11, "right", priority=5),
)
ONE_E3 = QUANTITY_PER_UNIT
"""The quantity meant when none is typed."""


class ProductBox(SmartInput):
    """Takes a product, or a whole line such as M2070*3@1299-5%."""

    def is_meant(self, value: FoundProduct) -> bool:
        """Figures alone are most often a quantity typed too early: they name only the product with just that code."""
        typed = product_part(self.text)
        return typed.casefold() == value.code.casefold() or not typed.replace(".", "").isdigit()


class ProductList(SuggestionList):
    """The products found, between the lines and the fields, so that they cover neither."""


class QuantityField(Input):
    """Takes a quantity."""


class PriceField(Input):
    """Takes a price, a discount or an addition."""


class OrderLines(Vertical):
    """What is ordered. Enter goes on from field to field and from line to line."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("order.lines")]

    class Changed(Message):
        """The lines are other than before, or the cursor went on to another field."""

    class Refused(Message):
        """What was typed cannot be; the cursor stays where it is."""

        def __init__(self, reason: str) -> None:
            self.reason = reason
            super().__init__()

    class LeftUpwards(Message):
        """The cursor went up beyond the first line."""

    class _ProductRead(Message, bubble=False):
        def __init__(self, product: ProductFacts, wish: LineWish) -> None:
            self.product = product
            self.wish = wish
            super().__init__()

    class _ReadingRefused(Message, bubble=False):
        def __init__(self, reason: str) -> None:
            self.reason = reason
            super().__init__()

    class _ProductsSeen(Message, bubble=False):
        def __init__(self, there_are_some: bool) -> None:
            self.there_are_some = there_are_some
            super().__init__()

    def __init__(self, session: Session, order: TypedOrder, customers: SuggestionList) -> None:
        """
        Args:
            session: The store and who sits at it.
            order: What is typed.
            customers: The customers found, shown in place of the lines.
        """
        super().__init__()
        self._session = session
        self._customers = customers
        self._there_are_products = True
        self.order = order
        self.at = 0
        self.field_name: FieldName = "product"

    def compose(self) -> ComposeResult:
        yield self._customers
        yield LinesTable()
        products = ProductList()
        yield products
        with Horizontal(classes="fields"):
            yield TypeAhead()
            yield ProductBox(
                self._find, PRODUCT_COLUMNS, placeholder=_("product, or CODE*3@1299-5%"), shown_in=products
            )
            yield QuantityField(placeholder=_("quantity"), compact=True)
            yield PriceField(placeholder=_("price"), compact=True)
        yield Static("", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.look_for_products()

    # What is shown ----------------------------------------------------------------------------

    @property
    def line(self) -> TypedLine | None:
        """The line being typed; None for a new one without a product."""
        return self.order.lines[self.at] if self.at < len(self.order.lines) else None

    @property
    def field(self) -> Input:
        """The field in which the cursor belongs."""
        if self.field_name == "quantity":
            return self.query_one(QuantityField)
        return self.query_one(PriceField) if self.field_name == "price" else self.query_one(ProductBox).input

    def begin(self, order: TypedOrder) -> None:
        """Show another order; the cursor goes to its first unfilled line, else to a new one."""
        self.order = order
        self.go_to_unfilled()

    def go_to_unfilled(self) -> None:
        """Put the cursor where typing goes on."""
        unfilled = [index for index, line in enumerate(self.order.lines) if line.quantity_e3 is None]
        if unfilled:
            self._go(unfilled[0], "quantity")
        else:
            self._go(len(self.order.lines), "product")

    def show(self) -> None:
        """Show the lines, and in the fields the one being typed."""
        line = self.line
        self.query_one(LinesTable).show(self.order.lines, self.at)
        self.query_one(ProductBox).set_text("" if line is None else line.product.code)
        quantity = self.query_one(QuantityField)
        quantity.value = "" if line is None or line.quantity_e3 is None else format_quantity(line.quantity_e3)
        quantity.placeholder = _("quantity") if line is None else "" if line.suggested else "1"
        self.query_one(PriceField).value = "" if line is None else price_text(line.price_e4, line.discount_bp)
        self._hint_at_line()

    def _hint_at_line(self) -> None:
        """Say what one should know of the line; before a new one is begun, of the one that was just typed.

        A whole line typed at once never shows its price in a field: here it says where that comes from.
        """
        line = self.line
        if line is not None:
            self.hint(line_hint(line, self.size.width))
        elif self.order.lines and not self.query_one(ProductBox).text.strip():
            code, before = f"{self.order.lines[-1].product.code}: ", self.order.lines[-1]
            self.hint(code + line_hint(before, self.size.width - cell_len(code)))
        else:
            self.hint("" if self._there_are_products else _no_products_words())

    def hint(self, sentence: str, refused: bool = False) -> None:
        """Write the line below the fields."""
        hint = self.query_one(".hint", Static)
        hint.set_class(refused, "-refused")
        hint.update(printable(("! " if refused else "") + sentence))

    def _go(self, at: int, field_name: FieldName) -> None:
        self.at, self.field_name = at, field_name
        self.show()

    def refuse(self, reason: str) -> None:
        """Say beneath the field why what is typed cannot be."""
        self.hint(reason, refused=True)
        self.post_message(self.Refused(reason))

    # Product ----------------------------------------------------------------------------------

    def _find(self, text: str) -> Sequence[Suggestion]:
        """Products for the box; called in a thread."""
        with self._session.store.use():
            found = find_products(product_part(text), customer=self.order.customer)
        return [Suggestion(each, (each.code, each.name, format_price(each.price_e4))) for each in found]

    @work(thread=True, exclusive=True, group="products")
    def look_for_products(self) -> None:
        """See whether there is anything to sell."""
        with self._session.store.use():
            found = one("SELECT 1 FROM product LIMIT 1")
        self.post_message(self._ProductsSeen(found is not None))

    def on_order_lines__products_seen(self, message: _ProductsSeen) -> None:
        if message.there_are_some != self._there_are_products:
            self._there_are_products = message.there_are_some
            self._hint_at_line()

    @on(SmartInput.Answered)
    def _say_what_was_found(self, message: SmartInput.Answered) -> None:
        message.stop()
        if message.count or not message.text.strip():
            self._hint_at_line()
        else:
            self.hint(self._nothing_called(message.text), refused=True)

    def _nothing_called(self, text: str) -> str:
        if not self._there_are_products:
            return _no_products_words()
        return _("Nothing is called “{text}”.").format(text=(product_part(text) or text.strip())[:40])

    @on(OptionList.OptionSelected)
    def _product_clicked(self, message: OptionList.OptionSelected) -> None:
        if isinstance(message.option_list, ProductList):
            message.stop()
            self.query_one(ProductBox).take_clicked(message.option_index)

    @on(SmartInput.Chosen)
    def _choose_product(self, message: SmartInput.Chosen) -> None:
        message.stop()
        found: FoundProduct = message.value
        try:
            wish = parse_line(message.text)
        except InputError as error:
            self.refuse(translate_error(error))
            return
        self._read_product(found.id, wish)

    @on(SmartInput.NotMeant)
    def _ask_what_is_meant(self, message: SmartInput.NotMeant) -> None:
        message.stop()
        typed = product_part(message.text)[:40]
        self.refuse(_("“{text}” is no product's code: choose with ↑ ↓, or name the product first.").format(text=typed))

    @on(SmartInput.NothingFound)
    def _keep_product(self, message: SmartInput.NothingFound) -> None:
        """Enter on the product that stands there already goes on; on nothing it stays."""
        message.stop()
        line, text = self.line, message.text.strip()
        if line is not None and text == line.product.code:
            self._go(self.at, "quantity")
            self.post_message(self.Changed())
        elif text:
            self.refuse(self._nothing_called(text))
        elif not self._there_are_products:
            self.refuse(_no_products_words())
        elif self.order.filled:
            self.refuse(_("Name a product, or confirm with F10."))
        else:
            self.refuse(_("Name a product first."))

    @work(thread=True, exclusive=True, group="product")
    def _read_product(self, product_id: bytes, wish: LineWish) -> None:
        worker = get_current_worker()
        answer: Message
        try:
            with self._session.store.use():
                answer = self._ProductRead(read_product(self._session, product_id, self.order.customer), wish)
        except HuokeError as error:
            answer = self._ReadingRefused(translate_error(error))
        if not worker.is_cancelled:
            self.post_message(answer)

    def on_order_lines__reading_refused(self, message: _ReadingRefused) -> None:
        self.refuse(message.reason)

    def on_order_lines__product_read(self, message: _ProductRead) -> None:
        product, wish, before = message.product, message.wish, self.line
        try:
            price_e4, discount_bp = self._priced(wish.price, *product.proposed)
        except InputError as error:
            self.refuse(translate_error(error))
            return
        quantity_e3 = wish.quantity_e3
        if quantity_e3 is None and before is not None:
            quantity_e3 = before.quantity_e3
        line = TypedLine(product, quantity_e3, price_e4, discount_bp)
        self.order.lines[self.at : self.at + 1] = [line]
        if wish.quantity_e3 is None:
            self._go(self.at, "quantity")
        elif self._is_too_large(line):
            self._go(self.at, "quantity")
            return
        else:
            self._go_on()
        self.post_message(self.Changed())

    @staticmethod
    def _priced(wish: PriceWish, proposed_e4: int, proposed_discount_bp: int) -> tuple[int, int]:
        price_e4, discount_bp = wish.applied(proposed_e4, proposed_discount_bp)
        if not 0 <= price_e4 <= LARGEST_PRICE_E4:
            raise InputError(N_("{value} is too large: check the number."), value=format_price(price_e4))
        return price_e4, discount_bp

    def _is_too_large(self, line: TypedLine) -> bool:
        if line.amount <= LARGEST_AMOUNT_MINOR:
            return False
        line.quantity_e3 = None
        self.refuse(_("The line's amount is too large: check quantity and price."))
        return True

    # Quantity and price -----------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        line = self.line
        if line is None:
            self._go(self.at, "product")
            self.post_message(self.Changed())
            return
        was_suggested = line.suggested
        if not self.take_field():
            return
        if self.field_name == "quantity" and not was_suggested:
            self._go(self.at, "price")
        else:
            self._go_on()
        self.post_message(self.Changed())

    def take_field(self) -> bool:
        """Take what stands in the present field into the line; where it cannot be, say why and stay."""
        line = self.line
        try:
            if self.field_name == "product":
                return self._product_stands(line)
            if line is not None and self.field_name == "quantity":
                return self._take_quantity(line, self.query_one(QuantityField).value.strip())
            if line is not None:
                return self._take_price(line, self.query_one(PriceField).value.strip())
        except InputError as error:
            self.refuse(translate_error(error))
            return False
        return True

    def _product_stands(self, line: TypedLine | None) -> bool:
        text = self.query_one(ProductBox).text.strip()
        if text in ("", line.product.code if line is not None else ""):
            return True
        self.refuse(_("Take the product with Enter first, or clear it with Esc."))
        return False

    def _take_quantity(self, line: TypedLine, text: str) -> bool:
        if not text and line.suggested:
            return True
        quantity_e3 = checked_quantity(text) if text else ONE_E3
        changed = TypedLine(line.product, quantity_e3, line.price_e4, line.discount_bp)
        if self._is_too_large(changed):
            return False
        line.quantity_e3, line.suggested = quantity_e3, False
        return True

    def _take_price(self, line: TypedLine, text: str) -> bool:
        if not text or text == price_text(line.price_e4, line.discount_bp):
            return True
        price_e4, discount_bp = self._priced(parse_wish(text), line.price_e4, line.discount_bp)
        if self._is_too_large(TypedLine(line.product, line.quantity_e3, price_e4, discount_bp)):
            return False
        line.price_e4, line.discount_bp = price_e4, discount_bp
        return True

    def _go_on(self) -> None:
        """To the next unfilled line after this one, else to a new line."""
        for index in range(self.at + 1, len(self.order.lines)):
            if self.order.lines[index].quantity_e3 is None:
                self._go(index, "quantity")
                return
        self._go(len(self.order.lines), "product")

    # Keys -------------------------------------------------------------------------------------

    def action_go_up(self) -> None:
        """To the field before, or from the product box to the line above."""
        if self.field_name != "product" and not self.take_field():
            return
        if self.field_name == "price":
            self._go(self.at, "quantity")
        elif self.field_name == "quantity":
            self._go(self.at, "product")
        elif self.at:
            self._go(self.at - 1, "product")
        else:
            self.post_message(self.LeftUpwards())
            return
        self.post_message(self.Changed())

    def action_go_down(self) -> None:
        """To the line below."""
        if self.at < len(self.order.lines) and (self.field_name == "product" or self.take_field()):
            self._go(self.at + 1, "product")
            self.post_message(self.Changed())

    def action_remove_line(self) -> None:
        """Take out the line being typed; from a new line, the last one stays."""
        if self.line is not None:
            del self.order.lines[self.at]
        self._go(min(self.at, len(self.order.lines)), "product")
        self.post_message(self.Changed())

    def action_double_line(self) -> None:
        """Write the line being typed, or the last one, once more below it."""
        ahead = self.query_one(TypeAhead)
        if ahead.is_holding:
            ahead.keep(self.action_double_line)
            return
        if self.field_name != "product" and not self.take_field():
            return
        if self.order.lines:
            at = min(self.at, len(self.order.lines) - 1)
            line = self.order.lines[at]
            self.order.lines.insert(at + 1, TypedLine(line.product, line.quantity_e3, line.price_e4, line.discount_bp))
            self._go(at + 1, "quantity")
            self.post_message(self.Changed())


def _no_products_words() -> str:
    return _("There are no products yet: import them, or “huoke product add CODE NAME --price 12.50”.")
