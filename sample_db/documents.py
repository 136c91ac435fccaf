"""The sample company's documents as rows of the import tables, numbered in the order of their dates."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from sample_db.books import (
    CONFIRMED,
    HELD,
    METHODS,
    NO_DAY,
    NONE,
    OPENING,
    ORDER_KINDS,
    ORDER_NOTES,
    ORDER_STATES,
    REASONS,
    RECEIPT_KINDS,
    RETURN,
    Books,
)
from sample_db.catalogue import Product
from sample_db.contacts import CONTACT_NOTES
from sample_db.customers import Customer, Person
from sample_db.master import format_minor
from sample_db.seasons import DAYS_PER_WEEK, Period

Row = dict[str, str]
COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": (
        "number", "customer", "date", "maker", "kind", "state", "returns", "due_date", "valid_until",
        "invoice_number", "invoiced_on", "decided_on", "reason", "note", "amount",
    ),
    "order_lines": ("order", "line", "product", "quantity", "price", "discount", "cost", "returns_line"),
    "receipts": ("number", "customer", "date", "amount", "kind", "method", "order", "reverses"),
    "allocations": ("receipt", "order", "amount"),
    "contacts_log": ("customer", "date", "salesperson", "note", "next_on"),
}  # fmt: skip


class Papers:
    """The books in the order of their dates; every document is numbered by the device that wrote it."""

    def __init__(
        self,
        period: Period,
        people: list[Person],
        customers: list[Customer],
        products: list[Product],
        books: Books,
    ) -> None:
        self._period = period
        self._people = people
        self._customers = customers
        self._products = products
        self._books = books
        self._counters = [0] * len(people)
        self._finance = next(place for place, person in enumerate(people) if person.role == "finance")
        orders, receipts = books.orders, books.receipts
        # By date, openings first; the position keeps the order of a day stable and returns after their sale.
        self._orders_by_date = array("i", sorted(range(len(orders)), key=orders.day.__getitem__))
        self._order_counter = array("i", bytes(4 * len(orders)))
        for position in self._orders_by_date:
            self._order_counter[position] = self._next(orders.maker[position])
        self._receipts_by_date = array("i", sorted(range(len(receipts)), key=receipts.day.__getitem__))
        self._receipt_counter = array("i", bytes(4 * len(receipts)))
        for position in self._receipts_by_date:
            self._receipt_counter[position] = self._next(self._finance)

    def _next(self, device: int) -> int:
        self._counters[device] += 1
        return self._counters[device]

    def _order_number(self, position: int) -> str:
        return f"{self._people[self._books.orders.maker[position]].code}-{self._order_counter[position]:06d}"

    def _receipt_number(self, position: int) -> str:
        return f"{self._people[self._finance].code}-{self._receipt_counter[position]:06d}"

    def _date(self, day: int) -> str:
        return self._period.iso(day) if day != NO_DAY else ""

    def orders(self) -> Iterator[Row]:
        """Sales, returns and openings by increasing date."""
        orders = self._books.orders
        invoices = 0
        for position in self._orders_by_date:
            kind, state = orders.kind[position], orders.state[position]
            invoiced = orders.invoiced[position]
            invoices += invoiced != NO_DAY
            owes = kind != RETURN and state in (CONFIRMED, HELD)
            returned = orders.returns[position]
            opening = kind == OPENING
            yield {
                "number": self._order_number(position),
                "customer": self._customers[orders.customer[position]].code,
                "date": self._period.iso(orders.day[position]),
                "maker": "" if opening else self._people[orders.maker[position]].code,
                "kind": ORDER_KINDS[kind],
                "state": ORDER_STATES[state],
                "returns": self._order_number(returned) if returned != NONE else "",
                "due_date": self._date(orders.due[position]) if owes else "",
                "valid_until": self._date(orders.valid_until[position]),
                "invoice_number": f"{invoices:08d}" if invoiced != NO_DAY else "",
                "invoiced_on": self._date(invoiced),
                "decided_on": self._date(orders.decided[position]),
                "reason": REASONS[orders.reason[position]],
                "note": ORDER_NOTES[orders.note[position]],
                "amount": format_minor(orders.amount_minor[position]) if opening else "",
            }

    def order_lines(self) -> Iterator[Row]:
        """The lines in the order of their orders."""
        orders, lines = self._books.orders, self._books.lines
        codes = [product.code for product in self._products]
        amounts: dict[int, str] = {}
        for position in self._orders_by_date:
            number = self._order_number(position)
            first = orders.first_line[position]
            returned = orders.returns[position]
            for line in range(orders.line_count[position]):
                place = first + line
                price = lines.price_minor[place]
                price_text = amounts.get(price)
                if price_text is None:
                    price_text = amounts[price] = format_minor(price)
                discount = lines.discount_percent[place]
                returns_line = lines.returns_line[place]
                yield {
                    "order": number,
                    "line": str(line + 1),
                    "product": codes[lines.product[place]],
                    "quantity": str(lines.quantity[place]),
                    "price": price_text,
                    "discount": str(discount) if discount else "",
                    "cost": self._cost_when_sold(returned, lines.product[place]) if returns_line else "",
                    "returns_line": str(returns_line) if returns_line else "",
                }

    def _cost_when_sold(self, order: int, product: int) -> str:
        """A return brings back the cost of its sale, whatever the product costs by then."""
        sold = self._products[product]
        if not sold.costed:
            return ""
        return format_minor(sold.cost_by_week[self._books.orders.day[order] // DAYS_PER_WEEK])

    def receipts(self) -> Iterator[Row]:
        """Money in and out by increasing date."""
        receipts = self._books.receipts
        for position in self._receipts_by_date:
            order, reverses = receipts.order[position], receipts.reverses[position]
            yield {
                "number": self._receipt_number(position),
                "customer": self._customers[receipts.customer[position]].code,
                "date": self._period.iso(receipts.day[position]),
                "amount": format_minor(receipts.amount_minor[position]),
                "kind": RECEIPT_KINDS[receipts.kind[position]],
                "method": METHODS[receipts.method[position]],
                "order": self._order_number(order) if order != NONE else "",
                "reverses": self._receipt_number(reverses) if reverses != NONE else "",
            }

    def allocations(self) -> Iterator[Row]:
        """Which bills the receipts name that name several."""
        allocations = self._books.allocations
        for receipt, order, amount in zip(
            allocations.receipt, allocations.order, allocations.amount_minor, strict=True
        ):
            yield {
                "receipt": self._receipt_number(receipt),
                "order": self._order_number(order),
                "amount": format_minor(amount),
            }

    def contacts_log(self) -> Iterator[Row]:
        """Calls and visits, customer by customer."""
        contacts = self._books.contacts
        for position in range(len(contacts.customer)):
            yield {
                "customer": self._customers[contacts.customer[position]].code,
                "date": self._period.iso(contacts.day[position]),
                "salesperson": self._people[contacts.salesperson[position]].code,
                "note": CONTACT_NOTES[contacts.note[position]],
                "next_on": self._date(contacts.next_on[position]),
            }
