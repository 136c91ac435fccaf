"""Every table that is imported and exported, with its columns and how each is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from model.customers import ASSIGNED_BY, CREDIT_FROM, LONGEST_TERM_DAYS
from model.dates import BEGINNING, parse_date, parse_month
from model.errors import N_, InputError
from model.money import FULL_BP, parse_amount, parse_percent, parse_price, parse_quantity
from model.orders import KINDS as ORDER_KINDS
from model.orders import STATES
from model.people import ROLES
from model.receipts import KINDS as RECEIPT_KINDS
from model.texts import CONTROL_CHARACTERS, LONGEST_CODE, LONGEST_TEXT

CUSTOMER_KINDS = ("owned", "shared", "retail")
LONGEST_NUMBER = 60
MOST_LINE_NUMBER = 1_000_000
MOST_CUSTOMERS_RESPONSIBLE = 10_000_000
# In `cost` of an order line: nobody knows it, although the product's own cost was known on that date.
UNKNOWN_COST_WORD = "unknown"
UNKNOWN_COST = -1
# Equal texts come again and again (dates, prices); reading one twice is waste in a file of millions of rows.
REMEMBERED_TEXTS = 65_536

_YES = frozenset(("yes", "true", "1", "是", "y"))
_NO = frozenset(("no", "false", "0", "否", "n"))


@dataclass(frozen=True)
class Column:
    """One column; `read` makes the value of a text that is not empty."""

    name: str
    read: Callable[[str], Any]
    required: bool = False


@dataclass(frozen=True)
class TableFormat:
    """One table of the files."""

    name: str
    columns: tuple[Column, ...]

    @cached_property
    def readers(self) -> tuple[tuple[str, Callable[[str], Any], bool], ...]:
        """Each column's name, reader and whether every row needs it."""
        return tuple((column.name, column.read, column.required) for column in self.columns)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def shown(text: str) -> str:
    """A text short and plain enough to stand in an error."""
    printable = "".join(character if character.isprintable() else "�" for character in text[:40])
    return printable if len(text) <= 40 else printable[:39] + "…"


def read_text(text: str) -> str:
    """Free text without control characters; line ends are kept as one kind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL_CHARACTERS.search(text):
        raise InputError(N_("“{value}” has control characters in it: remove them."), value=shown(text))
    if len(text) > LONGEST_TEXT:
        raise InputError(
            N_("“{value}” has {length} characters: keep it under {most}."),
            value=shown(text), length=len(text), most=LONGEST_TEXT,
        )  # fmt: skip
    return text


def read_line(text: str) -> str:
    """Text that stands in one row of a screen: line ends and tabs become spaces."""
    return re.sub(r"[\n\t]+ *", " ", read_text(text))


def read_code(text: str) -> str:
    """A code: short and without spaces."""
    # Of all spaces only the common one is printable.
    if len(text) > LONGEST_CODE or not text.isprintable() or " " in text:
        raise InputError(
            N_("“{value}” cannot be a code: use 1 to {most} characters without spaces."),
            value=shown(text), most=LONGEST_CODE,
        )  # fmt: skip
    return text


def read_number(text: str) -> str:
    """A document's number."""
    if len(text) > LONGEST_NUMBER or not text.isprintable():
        raise InputError(
            N_("“{value}” cannot be a document's number: use 1 to {most} ordinary characters."),
            value=shown(text), most=LONGEST_NUMBER,
        )  # fmt: skip
    return text


def read_yes_no(text: str) -> bool:
    word = text.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InputError(N_("“{value}” is neither yes nor no."), value=shown(text))


@lru_cache(REMEMBERED_TEXTS)
def read_day(text: str) -> date:
    return parse_date(text)


@lru_cache(REMEMBERED_TEXTS)
def read_first_day(text: str) -> date:
    """The day a history begins to hold; 0001-01-01 stands for always."""
    return BEGINNING if text == BEGINNING.isoformat() else parse_date(text)


def one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    """A reader of one of some words."""

    def read(text: str) -> str:
        if text in names:
            return text
        raise InputError(N_("“{value}” is not one of {names}."), value=shown(text), names=", ".join(names))

    return read


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers within limits."""

    @lru_cache(REMEMBERED_TEXTS)
    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and least <= int(text) <= most:
            return int(text)
        raise InputError(
            N_("“{value}” is not a whole number from {least} to {most}."), value=shown(text), least=least, most=most
        )

    return read


def not_negative(parse: Callable[[str], int]) -> Callable[[str], int]:
    """A reader of numbers that may be zero."""

    @lru_cache(REMEMBERED_TEXTS)
    def read(text: str) -> int:
        value = parse(text)
        if value < 0:
            raise InputError(N_("{value} is below zero."), value=shown(text))
        return value

    return read


def above_zero(parse: Callable[[str], int]) -> Callable[[str], int]:
    """A reader of numbers that may not be zero."""

    @lru_cache(REMEMBERED_TEXTS)
    def read(text: str) -> int:
        value = parse(text)
        if value <= 0:
            raise InputError(N_("{value} is not above zero."), value=shown(text))
        return value

    return read


@lru_cache(REMEMBERED_TEXTS)
def read_discount(text: str) -> int:
    """Percent off, from 0 to 100, in basis points."""
    value = parse_percent(text)
    if not 0 <= value <= FULL_BP:
        raise InputError(N_("A discount is from 0 to 100 percent, not {value}."), value=shown(text))
    return value


_read_price = not_negative(parse_price)


def read_line_cost(text: str) -> int:
    """A line's unit cost, or the word that says nobody knows it."""
    return UNKNOWN_COST if text == UNKNOWN_COST_WORD else _read_price(text)


_required_code = Column("code", read_code, required=True)
_name = Column("name", read_line, required=True)
_customer = Column("customer", read_code, required=True)
_date = Column("date", read_day, required=True)
_from = Column("from", read_first_day, required=True)
_number = Column("number", read_number, required=True)
_term = (
    Column("credit_days", whole_number(0, LONGEST_TERM_DAYS)),
    Column("credit_from", one_of(CREDIT_FROM)),
    Column("credit_limit", not_negative(parse_amount)),
)


_MANY_LINES = ("address", "note", "reason")


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, read_text if name in _MANY_LINES else read_line) for name in names)


SALESPEOPLE = TableFormat(
    "salespeople",
    (_required_code, _name, Column("role", one_of(ROLES)), *_texts("team"), Column("active", read_yes_no)),
)
CUSTOMERS = TableFormat(
    "customers",
    (
        _required_code, _name, *_texts("short_name"), Column("kind", one_of(CUSTOMER_KINDS)),
        Column("owner", read_code), *_texts("segment", "contact", "phone", "address", "city", "bank_account", "tax_id"),
        *_term, Column("blacklisted", read_yes_no), *_texts("label"), Column("created_on", read_day),
        Column("closed_on", read_day), *_texts("note"),
    ),
)  # fmt: skip
ASSIGNMENTS = TableFormat(
    "assignments",
    (
        _customer, Column("owner", read_code, required=True), _from, Column("to", read_day),
        Column("by", one_of(ASSIGNED_BY)),
    ),
)  # fmt: skip
TERMS = TableFormat("terms", (_customer, _from, *_term, Column("until", read_day), *_texts("reason")))
PRODUCTS = TableFormat(
    "products",
    (
        _required_code, _name, *_texts("brand", "category", "unit"), Column("price", _read_price),
        Column("floor", _read_price), Column("cost", _read_price), Column("tax_rate", not_negative(parse_percent)),
        Column("stock", parse_quantity), Column("stock_on", read_day), Column("active", read_yes_no),
    ),
)  # fmt: skip
COSTS = TableFormat(
    "costs",
    (Column("product", read_code, required=True), _from, Column("cost", _read_price, required=True)),
)
RULES = TableFormat(
    "rules",
    (
        _from, Column("kind", one_of(CUSTOMER_KINDS), required=True),
        Column("owner_share", whole_number(0, FULL_BP), required=True),
        Column("maker_share", whole_number(0, FULL_BP), required=True),
    ),
)  # fmt: skip
ORDERS = TableFormat(
    "orders",
    (
        _number, _customer, _date, Column("maker", read_code), Column("kind", one_of(ORDER_KINDS)),
        Column("state", one_of(tuple(state for state in STATES if state != "voided"))), Column("returns", read_number),
        Column("credit_days", whole_number(0, LONGEST_TERM_DAYS)), Column("due_date", read_day),
        Column("valid_until", read_day), *_texts("invoice_number"), Column("invoiced_on", read_day),
        Column("decided_on", read_day), *_texts("reason", "note"), Column("amount", parse_amount),
    ),
)  # fmt: skip
ORDER_LINES = TableFormat(
    "order_lines",
    (
        Column("order", read_number, required=True), Column("line", whole_number(1, MOST_LINE_NUMBER), required=True),
        Column("product", read_code, required=True), Column("quantity", above_zero(parse_quantity), required=True),
        Column("price", _read_price, required=True), Column("discount", read_discount),
        Column("cost", read_line_cost), Column("returns_line", whole_number(1, MOST_LINE_NUMBER)),
    ),
)  # fmt: skip
RECEIPTS = TableFormat(
    "receipts",
    (
        _number, _customer, _date, Column("amount", above_zero(parse_amount), required=True),
        Column("kind", one_of(RECEIPT_KINDS)), *_texts("method", "reference"), Column("order", read_number),
        Column("reverses", read_number),
    ),
)  # fmt: skip
ALLOCATIONS = TableFormat(
    "allocations",
    (
        Column("receipt", read_number, required=True), Column("order", read_number, required=True),
        Column("amount", above_zero(parse_amount), required=True),
    ),
)  # fmt: skip
CONTACTS_LOG = TableFormat(
    "contacts_log",
    (
        _customer, _date, Column("salesperson", read_code, required=True), Column("note", read_text, required=True),
        Column("next_on", read_day),
    ),
)  # fmt: skip
CLOSES = TableFormat(
    "closes",
    (
        Column("month", parse_month, required=True), Column("salesperson", read_code, required=True),
        Column("responsible", whole_number(0, MOST_CUSTOMERS_RESPONSIBLE), required=True),
        Column("active", whole_number(0, MOST_CUSTOMERS_RESPONSIBLE), required=True),
    ),
)  # fmt: skip

# In the order in which one refers to another: so they are imported, whatever the order of the files.
TABLES: dict[str, TableFormat] = {
    table.name: table
    for table in (
        SALESPEOPLE, CUSTOMERS, ASSIGNMENTS, TERMS, PRODUCTS, COSTS, RULES, ORDERS, ORDER_LINES, RECEIPTS,
        ALLOCATIONS, CONTACTS_LOG, CLOSES,
    )
}  # fmt: skip
