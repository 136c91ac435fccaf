"""A small company in a store of its own, with short verbs for what people do in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from model.changes.company import AddProduct, AddSalesperson, SetAttributionRule, SetCost, SetSetting
from model.changes.customers import AddCustomer, AssignCustomers, SetBlacklisted, SetTerms
from model.changes.documents import next_number
from model.changes.kind import Args
from model.changes.orders import (
    CancelOrder,
    LineArgs,
    OrderRecorded,
    RecordOrder,
    RejectOrder,
    ReleaseOrder,
    ReturnLine,
    ReturnOrder,
)
from model.changes.receipts import NamedBill, Payment, ReceiptRecorded, RecordReceipt, ReverseReceipt
from model.changes.recording import record
from model.ids import new_id
from model.money import parse_amount, parse_price, parse_quantity
from model.orders import Order
from model.receipts import Receipt
from model.store import Store, open_store

# Every table whose rows must be the same after a replay; the log itself is compared too.
BUSINESS_TABLES = (
    "setting", "salesperson", "customer", "assignment", "terms", "blacklisting", "contact_log", "product", "cost",
    "attribution_rule", "month_close", "target", "orders", "order_line", "late_entry", "receipt",
    "receipt_order", "allocation", "customer_total", "customer_month", "person_month", "change",
)  # fmt: skip
OPENED_ON = date(2020, 1, 1)


class Company:
    """Verbs over the store in use. Amounts, prices and quantities are written as a person would: "12.50"."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.ids: dict[str, bytes] = {}
        # Whose desk it is where nobody else is named; nobody at first.
        self.sits_here: str | None = None

    def do(self, args: Args, by: str | None = None) -> Any:
        person = self.sits_here if by is None else by
        return record(args, person=None if person is None else self.ids[person], on=self.today)

    def salesperson(self, code: str, role: str = "sales") -> bytes:
        self.ids[code] = new_id()
        self.do(AddSalesperson(id=self.ids[code], code=code, name=f"Person {code}", role=role))
        return self.ids[code]

    def product(self, code: str, price: str = "100", cost: str | None = "80", floor: str | None = None) -> bytes:
        self.ids[code] = new_id()
        self.do(
            AddProduct(
                id=self.ids[code], code=code, name=f"Product {code}", date=OPENED_ON, brand=f"Brand {code[:1]}",
                category="Goods", unit="pc", price_e4=parse_price(price), tax_rate_bp=1300,
                cost_e4=None if cost is None else parse_price(cost),
                floor_e4=None if floor is None else parse_price(floor),
            )
        )  # fmt: skip
        return self.ids[code]

    def cost(self, product: str, since: date, cost: str) -> None:
        self.do(SetCost(product=self.ids[product], from_date=since, cost_e4=parse_price(cost)))

    def customer(
        self, code: str, owner: str | None = None, *, days: int = 0, limit: str = "0", since: date = OPENED_ON,
        retail: bool = False, credit_from: str = "order",
    ) -> bytes:  # fmt: skip
        self.ids[code] = new_id()
        self.do(
            AddCustomer(
                id=self.ids[code], code=code, date=since, card={"name": f"Customer {code}"}, retail=retail,
                owner=None if owner is None else self.ids[owner],
            )
        )  # fmt: skip
        if days or limit != "0":
            self.terms(code, days=days, limit=limit, since=since, credit_from=credit_from)
        return self.ids[code]

    def terms(
        self, customer: str, *, days: int | None, limit: str | None, since: date, until: date | None = None,
        credit_from: str | None = "order",
    ) -> None:  # fmt: skip
        self.do(
            SetTerms(
                customer=self.ids[customer], from_date=since, credit_days=days, credit_from=credit_from,
                credit_limit=None if limit is None else parse_amount(limit), until=until,
            )
        )  # fmt: skip

    def blacklist(self, customer: str, since: date, blacklisted: bool = True) -> None:
        self.do(
            SetBlacklisted(customer=self.ids[customer], from_date=since, blacklisted=blacklisted, reason="does not pay")
        )

    def assign(self, customer: str, owner: str | None, since: date) -> None:
        self.do(
            AssignCustomers(
                customers=(self.ids[customer],), owner=None if owner is None else self.ids[owner], from_date=since
            )
        )

    def rule(self, since: date, owner_percent: int) -> None:
        self.do(SetAttributionRule(from_date=since, owner_bp=owner_percent * 100))

    def setting(self, name: str, value: str, since: date = OPENED_ON) -> None:
        self.do(SetSetting(name=name, from_date=since, value=value))

    def sell(
        self, customer: str, on: date, lines: Sequence[tuple[str, str, str]] | str, *, maker: str | None = None,
        paid: str | None = None, quote: bool = False, by: str | None = None,
    ) -> OrderRecorded:  # fmt: skip
        """Sell lines of (product, quantity, price); an amount alone sells one piece of product P at that price."""
        wanted = [("P", "1", lines)] if isinstance(lines, str) else lines
        payment = None if paid is None else Payment(id=new_id(), number=next_number(), amount=parse_amount(paid))
        recorded: OrderRecorded = self.do(
            RecordOrder(
                id=new_id(), number=next_number(), customer=self.ids[customer], date=on,
                lines=tuple(
                    LineArgs(
                        line=number, product=self.ids[product], quantity_e3=parse_quantity(quantity),
                        price_e4=parse_price(price),
                    )
                    for number, (product, quantity, price) in enumerate(wanted, 1)
                ),
                maker=None if maker is None else self.ids[maker], payment=payment, quote=quote,
            ),
            by,
        )  # fmt: skip
        return recorded

    def pay(
        self, customer: str, on: date, amount: str, *bills: OrderRecorded, kind: str = "receipt"
    ) -> ReceiptRecorded:
        recorded: ReceiptRecorded = self.do(
            RecordReceipt(
                id=new_id(), number=next_number(), customer=self.ids[customer], date=on, amount=parse_amount(amount),
                kind=kind, reason="agreed" if kind != "receipt" else "",
                bills=tuple(NamedBill(order=bill.id) for bill in bills),
            )
        )  # fmt: skip
        return recorded

    def reverse(self, receipt: ReceiptRecorded, on: date) -> ReceiptRecorded:
        reversed_: ReceiptRecorded = self.do(
            ReverseReceipt(id=new_id(), number=next_number(), receipt=receipt.id, date=on, reason="bounced")
        )
        return reversed_

    def take_back(self, order: OrderRecorded, on: date, quantity: str, line: int = 1) -> OrderRecorded:
        recorded: OrderRecorded = self.do(
            ReturnOrder(
                id=new_id(), number=next_number(), order=order.id, date=on,
                lines=(ReturnLine(line=1, returns_line=line, quantity_e3=parse_quantity(quantity)),),
            )
        )  # fmt: skip
        return recorded

    def cancel(self, order: OrderRecorded, on: date) -> None:
        self.do(CancelOrder(order=order.id, date=on, reason="changed their mind"))

    def release(self, order: OrderRecorded, on: date, by: str | None = None) -> OrderRecorded:
        released: OrderRecorded = self.do(ReleaseOrder(order=order.id, date=on, reason="known well"), by)
        return released

    def reject(self, order: OrderRecorded, on: date) -> None:
        self.do(RejectOrder(order=order.id, date=on, reason="pays too late"))

    def order(self, recorded: OrderRecorded) -> Order:
        order: Order = Order.get_by_id(recorded.id)
        return order

    def receipt(self, recorded: ReceiptRecorded) -> Receipt:
        receipt: Receipt = Receipt.get_by_id(recorded.id)
        return receipt


@contextmanager
def company(folder: Path, today: date) -> Iterator[Company]:
    """A company in a new store, in use."""
    store: Store = open_store(folder, create=True)
    with store.use():
        yield Company(today)
    store.close()
