"""What the order screen reads from the store; every function runs in a thread, inside `with store.use():`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from model.attribution import attributed, owner_bp_on
from model.changes.orders import verdict_of
from model.changes.receipts import paid_for
from model.credit import Standing, Verdict, standing_on
from model.customers import Customer, owner_on
from model.drafts import Draft, DraftLine, Drafts
from model.errors import N_, InputError, Refused
from model.laptop import Mark, cards_among, order_marks
from model.leases import lent_of
from model.money import FULL_BP
from model.order_history import FormerLine, LastOrder, last_order, lines_of_order
from model.orders import Order
from model.people import Salesperson
from model.preferences import last_price, last_quote, usual_basket
from model.products import Product, cost_on
from model.settings import setting_on
from model.store import meta, one, rows
from tui.order_entry.typed_order import ProductFacts, TypedLine, TypedOrder
from tui.session import Session


@dataclass(frozen=True)
class CustomerFacts:
    """What stands beside the customer box.

    Attributes:
        owner: empty for the pool and for walk-ins.
        credit: who gets the credit of the order, with basis points; a name is empty where nobody has signed in.
        usual: codes and names of the usual items.
        only_card: this laptop holds the customer's card, but not its documents: what they would tell is not known.
        guaranteed: how much of an unpaid order this laptop may promise by itself, in minor units; None where it has
            joined no office.
    """

    id: bytes
    code: str
    name: str
    retail: bool
    owner: str
    credit: tuple[tuple[str, int], ...]
    last: LastOrder | None
    standing: Standing
    usual: tuple[tuple[str, str], ...]
    only_card: bool = False
    guaranteed: int | None = None


@dataclass(frozen=True)
class PutAside:
    """An order put aside: a draft of this machine or an open quote; `amount` in minor units.

    Attributes:
        mark: on a laptop, that the office has not got the quote yet.
    """

    draft: Draft | None
    quote: bytes | None
    title: str
    customer: str
    lines: int
    amount: int
    mark: Mark = ""


def read_customer(session: Session, customer_id: bytes) -> CustomerFacts:
    """The facts of a customer for an order of today.

    Raises:
        InputError: there is no such customer.
        Refused: it is closed.
    """
    day = session.today()
    customer = Customer.get_or_none(Customer.id == customer_id)
    if customer is None:
        raise InputError(N_("This customer is no longer in the store: choose another."))
    if customer.closed_on is not None and customer.closed_on <= day:
        raise Refused(N_("The customer {code} is closed: reopen it first."), code=customer.code)
    owner = owner_on(customer_id, day)
    whose = attributed(owner, session.person_id, owner_bp_on(day))
    shares = [(whose.owner, whose.owner_bp), (whose.maker, FULL_BP - whose.owner_bp)]
    standing = standing_on(customer_id, day)
    return CustomerFacts(
        id=customer_id,
        code=customer.code,
        name=customer.shown_name,
        retail=bool(customer.retail),
        owner=_name_of(owner),
        credit=tuple((_name_of(person), share_bp) for person, share_bp in shares if share_bp),
        last=last_order(customer_id),
        standing=standing,
        usual=tuple((item.code, item.name) for item in usual_basket(customer_id, day)),
        only_card=bool(cards_among([customer_id])),
        guaranteed=_guaranteed(customer_id, standing, day) if session.joined else None,
    )


def _guaranteed(customer_id: bytes, standing: Standing, day: date) -> int:
    """What is left of this laptop's lease, in minor units, while that promises anything."""
    lent = lent_of(customer_id, meta("device"))
    return lent.own if lent.covers_overdue_on(day) and not standing.blacklisted else 0


def _name_of(person: bytes | None) -> str:
    found = None if person is None else Salesperson.get_or_none(Salesperson.id == person)
    return "" if found is None else str(found.name)


def cost_is_visible(session: Session, day: date) -> bool:
    """Whether the person may see cost and margin."""
    person = session.person
    return person is None or person.role != "sales" or setting_on("cost_visible_to_sales", day) == "yes"


def read_product(session: Session, product_id: bytes, customer_id: bytes | None) -> ProductFacts:
    """A product with what this customer paid and was offered.

    Raises:
        InputError: there is no such product.
        Refused: it is no longer sold.
    """
    day = session.today()
    product = Product.get_or_none(Product.id == product_id)
    if product is None:
        raise InputError(N_("This product is no longer in the store: choose another."))
    if not product.active:
        raise Refused(N_("{code} is no longer sold: choose another product."), code=product.code)
    return ProductFacts(
        id=product_id,
        code=product.code,
        name=product.name,
        unit=product.unit,
        list_price_e4=product.price_e4,
        floor_e4=product.floor_e4,
        tax_rate_bp=product.tax_rate_bp,
        stock_e3=product.stock_e3,
        cost_e4=cost_on(product_id, day) if cost_is_visible(session, day) else None,
        last=None if customer_id is None else last_price(customer_id, product_id, day),
        quoted=None if customer_id is None else last_quote(customer_id, product_id, day),
    )


def read_former_lines(session: Session, customer_id: bytes, former: Sequence[FormerLine]) -> list[TypedLine]:
    """Lines of an earlier order, to be typed on from."""
    return [
        TypedLine(read_product(session, line.product, customer_id), line.quantity_e3, line.price_e4, line.discount_bp)
        for line in former
    ]


def read_usual_lines(session: Session, customer_id: bytes) -> list[TypedLine]:
    """Lines of the usual basket at the proposed prices, without quantities."""
    usual = usual_basket(customer_id, session.today())
    facts = [read_product(session, item.product_id, customer_id) for item in usual]
    return [TypedLine(product, None, *product.proposed, suggested=True) for product in facts]


def read_verdict(session: Session, order: TypedOrder, customer_id: bytes) -> Verdict:
    """The verdict on the order as it stands now, by the rule that will judge it at confirmation."""
    reserved = 0
    if order.quote is not None and is_unchanged(order):
        reserved = paid_for(Order.get(Order.id == order.quote))
    return verdict_of(
        customer_id,
        order.priced_lines(),
        total=order.total,
        paid=order.paid,
        reserved=reserved,
        maker=session.person_id,
        day=session.today(),
    )


def is_unchanged(order: TypedOrder) -> bool:
    """Whether the order still is, line by line, the quote it was taken up from."""
    if order.quote is None:
        return False
    quote = one(
        "SELECT customer_id, (SELECT COUNT(*) FROM order_line WHERE order_id = orders.id) FROM orders"
        " WHERE id = ? AND state = 'quote'",
        (order.quote,),
    )
    if quote is None or bytes(quote[0]) != order.customer or quote[1] != len(order.filled):
        # A line whose product is no longer sold stands in the quote but not on the screen.
        return False
    typed = [
        FormerLine(line.product.id, line.quantity_e3 or 0, line.price_e4, line.discount_bp) for line in order.filled
    ]
    return typed == lines_of_order(order.quote)


def was_recorded(draft: Draft) -> bool:
    """Whether a draft became an order already: the machine stopped between recording it and forgetting the draft."""
    if one("SELECT 1 FROM orders WHERE id = ?", (bytes.fromhex(draft.id),)) is not None:
        return True
    if not draft.quote:
        return False
    return one("SELECT 1 FROM orders WHERE id = ? AND state = 'quote'", (bytes.fromhex(draft.quote),)) is None


def read_waiting(session: Session) -> Draft | None:
    """The order that was being typed when the app ended, if it has lines; it enters the store itself."""
    drafts = Drafts(session.store.folder, session.store.key)
    try:
        draft = drafts.being_typed()
    finally:
        drafts.close()
    if draft is None or not draft.lines:
        return None
    with session.store.use():
        return None if was_recorded(draft) else draft


def read_draft(session: Session, draft: Draft) -> TypedOrder:
    """A draft with its products read again; lines of products no longer sold are left out."""
    customer = bytes.fromhex(draft.customer) if draft.customer else None
    order = TypedOrder(
        begun_at=draft.begun_at,
        id=bytes.fromhex(draft.id),
        customer=customer,
        customer_name=draft.customer_name,
        paid=draft.paid,
        quote=bytes.fromhex(draft.quote) if draft.quote else None,
    )
    sold = {bytes(id_) for (id_,) in rows("SELECT id FROM product WHERE active <> 0")} if draft.lines else set()
    order.lines = [
        _typed(read_product(session, bytes.fromhex(line.product), customer), line)
        for line in draft.lines
        if bytes.fromhex(line.product) in sold
    ]
    return order


def _typed(product: ProductFacts, line: DraftLine) -> TypedLine:
    return TypedLine(product, line.quantity_e3, line.price_e4, line.discount_bp, line.suggested)


def read_quote(session: Session, quote_id: bytes, begun_at: str) -> TypedOrder:
    """An open quote, to be confirmed or changed."""
    quote = Order.get(Order.id == quote_id)
    return TypedOrder(
        begun_at=begun_at,
        customer=quote.customer_id,
        customer_name=quote.customer.shown_name,
        lines=read_former_lines(session, quote.customer_id, lines_of_order(quote_id)),
        quote=quote_id,
    )


def read_open_quotes(session: Session) -> list[PutAside]:
    """The open quotes of the person who sits here, the latest first; everybody's where nobody has signed in."""
    found = rows(
        "SELECT o.id, o.number, c.short_name, c.name, o.amount,"
        " (SELECT COUNT(*) FROM order_line l WHERE l.order_id = o.id)"
        " FROM orders o JOIN customer c ON c.id = o.customer_id"
        " WHERE o.state = 'quote' AND (? IS NULL OR o.maker_id = ?) AND (o.valid_until IS NULL OR o.valid_until >= ?)"
        " ORDER BY o.date DESC, o.number DESC LIMIT 100",
        (session.person_id, session.person_id, session.today().isoformat()),
    )
    marks = order_marks([bytes(row[0]) for row in found])
    return [
        PutAside(None, bytes(id_), number, short_name or name, lines, amount, marks.get(bytes(id_), ""))
        for id_, number, short_name, name, amount, lines in found
    ]
