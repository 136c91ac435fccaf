"""What stands on paper: the slip of an order, a quote or goods that come back, and a customer's statement.

How it looks is not said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.ageing import Ages, ageing, overdue_list
from model.capitals import chinese_capitals
from model.customers import customer_by_code, owner_on
from model.errors import N_, InputError, Refused
from model.money import tax_included
from model.orders import Order
from model.people import Salesperson
from model.settings import setting_on
from model.statement import StatementRow, statement
from model.store import rows


@dataclass(frozen=True)
class SlipLine:
    """One product: quantity in 1/1000, price in 1/10000 units, discount in basis points, the rest in minor units.

    Attributes:
        tax: the tax inside the amount, at the rate frozen with the line.
    """

    line: int
    code: str
    name: str
    unit: str
    quantity_e3: int
    price_e4: int
    discount_bp: int
    amount: int
    tax: int


@dataclass(frozen=True)
class Slip:
    """A slip; amounts in minor units, above zero for goods that come back too.

    Attributes:
        title: `sale`, `quote` or `return`.
        mark: why it is not to be acted on: `held`, `expired`, `rejected`, `cancelled`, `lost` or `voided`; else empty.
        returns: the number of the order whose goods come back.
        capitals: the total in Chinese capitals.
        tax: the tax inside the total.
        settled: what was paid or offset until now; None where nothing is owed yet.
        open: what is still owed; of a return, what waits to be offset.
        due_date: only of a bill.
        valid_until: only of a quote.
    """

    company: str
    title: str
    mark: str
    number: str
    day: date
    returns: str
    customer_code: str
    customer: str
    contact: str
    phone: str
    address: str
    salesperson: str
    lines: tuple[SlipLine, ...]
    total: int
    capitals: str
    tax: int
    settled: int | None
    open: int | None
    due_date: date | None
    valid_until: date | None


def slip(order_id: bytes, day: date) -> Slip:
    """The slip of an order, quote or return as it stands.

    Args:
        day: the day it is printed: the company is called what it is called then.

    Raises:
        InputError: there is no such order.
        Refused: it is an opening item, which has no goods.
    """
    order = Order.get_or_none(Order.id == order_id)
    if order is None:
        raise InputError(N_("This document is no longer in this store."))
    if order.kind == "opening":
        raise Refused(N_("{number} is an opening item: it has no goods and no slip."), number=order.number)
    lines = _lines_of(order_id)
    customer, title = order.customer, _title_of(order)
    is_live = order.state == "confirmed"
    return Slip(
        company=setting_on("company_name", day),
        title=title,
        mark=_mark_of(order, day),
        number=order.number,
        day=order.date,
        returns="" if order.returns_id is None else order.returns.number,
        customer_code=customer.code,
        customer=customer.name,
        contact=customer.contact,
        phone=customer.phone,
        address=customer.address,
        salesperson="" if order.maker is None else order.maker.name,
        lines=lines,
        total=order.amount,
        capitals=chinese_capitals(order.amount),
        tax=sum(line.tax for line in lines),
        settled=order.amount - abs(order.open_amount) if is_live else None,
        open=abs(order.open_amount) if is_live else None,
        due_date=order.due_date if is_live and title == "sale" else None,
        valid_until=order.valid_until if title == "quote" else None,
    )


def _title_of(order: Order) -> str:
    if order.kind == "return":
        return "return"
    # What is lost was a quote or a held order, and only a held order keeps why it was held.
    was_quote = order.state == "quote" or (order.state == "lost" and not order.held_for)
    return "quote" if was_quote else "sale"


def _mark_of(order: Order, day: date) -> str:
    if order.state == "quote":
        return "expired" if order.valid_until is not None and order.valid_until < day else ""
    return "" if order.state == "confirmed" else str(order.state)


def _lines_of(order_id: bytes) -> tuple[SlipLine, ...]:
    return tuple(
        SlipLine(line, code, name, unit, quantity, price, discount, amount, tax_included(amount, tax_rate))
        for line, code, name, unit, quantity, price, discount, amount, tax_rate in rows(
            "SELECT l.line, p.code, p.name, p.unit, l.quantity_e3, l.price_e4, l.discount_bp, l.amount, l.tax_rate_bp"
            " FROM order_line l JOIN product p ON p.id = l.product_id WHERE l.order_id = ? ORDER BY l.line",
            (order_id,),
        )
    )


@dataclass(frozen=True)
class StatementPaper:
    """A customer's statement as it is sent to be checked and signed; amounts in minor units.

    Attributes:
        first: None for a statement from the beginning.
        rows: the first is the opening balance.
        balance: what the customer owed at the end of the last day; below zero, what the company owes.
        capitals: the same in Chinese capitals.
        ages: of what is open on the last day, by days past due.
        overdue: what of it may stop an order.
    """

    company: str
    customer_code: str
    customer: str
    contact: str
    phone: str
    address: str
    salesperson: str
    first: date | None
    last: date
    rows: tuple[StatementRow, ...]
    balance: int
    capitals: str
    ages: Ages
    overdue: int


def statement_paper(customer_code: str, first: date | None, last: date) -> StatementPaper:
    """A customer's statement of a period, both days included.

    Args:
        first: without it, from the customer's first document.

    Raises:
        InputError: there is no such customer.
        Refused: only the customer's card is on this laptop.
    """
    customer = customer_by_code(customer_code)
    shown = tuple(statement(customer.id, first, last))
    owner = owner_on(customer.id, last)
    balance = shown[-1].balance
    return StatementPaper(
        company=setting_on("company_name", last),
        customer_code=customer.code,
        customer=customer.name,
        contact=customer.contact,
        phone=customer.phone,
        address=customer.address,
        salesperson="" if owner is None else Salesperson.get_by_id(owner).name,
        first=first,
        last=last,
        rows=shown,
        balance=balance,
        capitals=chinese_capitals(balance),
        ages=ageing(last, customer=customer.id).total,
        overdue=sum(bill.open for bill in overdue_list(last, customer.id)),
    )
