"""What people do at their laptops: mostly the day's ordinary work, picked without reading the whole store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.changes.customers import AddCustomer, LogContact
from model.changes.documents import next_number
from model.changes.editing import edit_of, shown_field
from model.changes.kind import Args
from model.changes.orders import ConfirmOrder, LineArgs, RecordOrder, ReturnLine, ReturnOrder
from model.changes.receipts import NamedBill, Payment, RecordReceipt
from model.customers import Customer
from model.ids import new_id
from model.store import rows
from tests.simulation.deeds import Desk, some_deed

E4_PER_MINOR = 100
E3 = 1000


class Clerk:
    """Somebody at a desk, who knows by heart which customers and goods there are."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._customers: list[bytes] = []
        self._goods: list[tuple[bytes, int]] = []
        self._until_looking_again = 0

    def next(self) -> tuple[str, Args | None]:
        """What is done next: its name, and its arguments where there is anything to do it to."""
        self._look()
        if not self._customers or not self._goods:
            return "nothing", None
        [deed] = self.desk.chance.choices([deed for deed, _ in DEEDS], [weight for _, weight in DEEDS])
        return deed.__name__, deed(self)

    def sell(self) -> Args | None:
        chance = self.desk.chance
        lines = []
        for line in range(1, chance.choice((1, 1, 2, 3)) + 1):
            product, price_e4 = chance.choice(self._goods)
            lines.append(
                LineArgs(
                    line=line, product=product, quantity_e3=chance.randrange(1, 20) * E3,
                    price_e4=chance.choice((price_e4, price_e4, price_e4, price_e4 * 9 // 10)),
                    discount_bp=chance.choice((0, 0, 0, 300)),
                )
            )  # fmt: skip
        total = sum(line.quantity_e3 * line.price_e4 // E3 // E4_PER_MINOR for line in lines)
        quote = self.desk.maybe(10)
        paid = not quote and self.desk.maybe(30)
        return RecordOrder(
            id=new_id(), number=next_number(), customer=self.customer(), date=self.desk.some_day(),
            lines=tuple(lines), maker=self.desk.person, quote=quote,
            payment=Payment(id=new_id(), number=next_number(), amount=max(1, total)) if paid else None,
        )  # fmt: skip

    def pay(self) -> Args | None:
        customer = self.customer()
        bills = rows(
            "SELECT id, open_amount FROM orders WHERE customer_id = ? AND kind = 'sale' AND state = 'confirmed'"
            " AND open_amount > 0 LIMIT 3",
            (customer,),
        )
        named = tuple(NamedBill(order=bytes(id_)) for id_, _open in bills) if self.desk.maybe(50) else ()
        return RecordReceipt(
            id=new_id(), number=next_number(), customer=customer, date=self.desk.some_day(),
            amount=sum(left for _id, left in bills) or self.desk.chance.randrange(1, 100_000), bills=named,
        )  # fmt: skip

    def bring_back(self) -> Args | None:
        order = self.an_order("state = 'confirmed' AND kind = 'sale'")
        if order is None:
            return None
        line, _quantity = self.desk.chance.choice(
            rows("SELECT line, quantity_e3 FROM order_line WHERE order_id = ? ORDER BY line", (order,))
        )
        return ReturnOrder(
            id=new_id(), number=next_number(), order=order, date=self.desk.day,
            lines=(ReturnLine(line=1, returns_line=line, quantity_e3=E3),),
        )  # fmt: skip

    def win(self) -> Args | None:
        order = self.an_order("state = 'quote'")
        return None if order is None else ConfirmOrder(order=order, date=self.desk.day)

    def edit(self) -> Args | None:
        chance, card = self.desk.chance, Customer.get_by_id(self.customer())
        phone = f"138{chance.randrange(10**8):08}"
        return edit_of(
            card,
            chance.choice(
                (
                    {"phone": f"{shown_field(card, 'phone')[:60]}, {phone}".strip(", ")},
                    {"phone": phone},
                    {"contact": chance.choice(("Wang", "Li", "Zhao", "Chen"))},
                    {"note": f"rang {chance.randrange(1000)}"},
                    {"label": chance.choice("ABC")},
                )
            ),
        )

    def call(self) -> Args | None:
        if self.desk.person is None:
            return None
        return LogContact(
            id=new_id(), customer=self.customer(), date=self.desk.some_day(), note="rang them", person=self.desk.person
        )

    def meet(self) -> Args | None:
        number = self.desk.chance.randrange(10_000)
        return AddCustomer(
            id=new_id(), code=f"N{number}", date=self.desk.day, card={"name": f"New customer {number}"},
            owner=self.desk.person if self.desk.role == "sales" else None,
        )  # fmt: skip

    def another(self) -> Args | None:
        """Anything at all that the simulated company does."""
        return some_deed(self.desk)[1]

    def customer(self) -> bytes:
        return self.desk.chance.choice(self._customers)

    def an_order(self, which: str) -> bytes | None:
        found: list[tuple[Any, ...]] = rows(
            f"SELECT id FROM orders WHERE customer_id = ? AND {which} ORDER BY id DESC LIMIT 5", (self.customer(),)
        )
        return bytes(self.desk.chance.choice(found)[0]) if found else None

    def _look(self) -> None:
        if self._until_looking_again:
            self._until_looking_again -= 1
            return
        self._until_looking_again = 50
        self._customers = [
            bytes(row[0])
            for row in rows("SELECT id FROM customer WHERE id NOT IN (SELECT loser_id FROM alias) ORDER BY id")
        ]
        self._goods = [(bytes(id_), price) for id_, price in rows("SELECT id, price_e4 FROM product ORDER BY id")]


Deed = Callable[[Clerk], Args | None]
DEEDS: tuple[tuple[Deed, int], ...] = (
    (Clerk.sell, 52), (Clerk.pay, 20), (Clerk.bring_back, 4), (Clerk.win, 5), (Clerk.edit, 8), (Clerk.call, 5),
    (Clerk.meet, 1), (Clerk.another, 5),
)  # fmt: skip
