"""`huoke find`: the search of the screens."""

from __future__ import annotations

from argparse import Namespace

from model.errors import N_
from model.money import format_price, format_quantity
from model.search import FoundCustomer, FoundProduct, find_customers, find_products
from tui.cli.desk import Desk
from tui.cli.output import Cell, Column, print_rows, tell
from tui.cli.parser import Parser, Verbs, rows_wanted
from tui.locale import _

ROWS_WITHOUT_LIMIT = 20
KIND = Column("kind", N_("kind"))
FOUND_BY = (Column("code", N_("code")), Column("name", N_("name")))
ONLY_CUSTOMERS = (
    Column("short_name", N_("short name")),
    Column("owner", N_("owner")),
    Column("phone", N_("phone")),
    Column("last_trade", N_("last trade")),
    Column("closed", N_("closed")),
)
ONLY_PRODUCTS = (
    Column("brand", N_("brand")),
    Column("category", N_("category")),
    Column("unit", N_("unit")),
    Column("price", N_("price"), right=True),
    Column("floor", N_("floor"), right=True),
    Column("stock", N_("stock"), right=True),
    Column("active", N_("on sale")),
)


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("find", parents=[common], help=_("find customers and products as the screens do"))
    parser.add_argument(
        "text", nargs="+", metavar=_("TEXT"),
        help=_("a code, a name, pinyin or its initials, digits of a telephone, an order's number"),
    )  # fmt: skip
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--customers", action="store_true", help=_("customers only"))
    kinds.add_argument("--products", action="store_true", help=_("products only"))
    parser.add_argument(
        "--limit", type=rows_wanted, default=ROWS_WITHOUT_LIMIT, metavar=_("ROWS"), help=_("the most rows of each kind")
    )
    parser.set_defaults(run=_find)


def _find(arguments: Namespace, desk: Desk) -> int:
    text = " ".join(arguments.text)
    customers: list[tuple[Cell, ...]] = []
    products: list[tuple[Cell, ...]] = []
    with desk.opened():
        if not arguments.products:
            found = find_customers(text, limit=arguments.limit, person=desk.person(), day=desk.as_of)
            customers = [_customer(customer) for customer in found]
        if not arguments.customers:
            products = [_product(product) for product in find_products(text, limit=arguments.limit)]
    if desk.form == "table":
        _print_tables(customers, products)
    elif arguments.customers:
        print_rows((*FOUND_BY, *ONLY_CUSTOMERS), customers, desk.form)
    elif arguments.products:
        print_rows((*FOUND_BY, *ONLY_PRODUCTS), products, desk.form)
    else:
        _print_both(customers, products, desk)
    return 0


def _print_tables(customers: list[tuple[Cell, ...]], products: list[tuple[Cell, ...]]) -> None:
    if customers:
        print_rows((*FOUND_BY, *ONLY_CUSTOMERS), customers, "table")
    if customers and products:
        print()
    if products:
        print_rows((*FOUND_BY, *ONLY_PRODUCTS), products, "table")
    if not customers and not products:
        tell(_("Nothing is found: try fewer letters, or a code."))


def _print_both(customers: list[tuple[Cell, ...]], products: list[tuple[Cell, ...]], desk: Desk) -> None:
    """Both kinds in rows of the same columns, those of the other kind empty."""
    no_customer, no_product = (None,) * len(ONLY_CUSTOMERS), (None,) * len(ONLY_PRODUCTS)
    rows: list[tuple[Cell, ...]] = [("customer", *row, *no_product) for row in customers]
    rows += [("product", *row[: len(FOUND_BY)], *no_customer, *row[len(FOUND_BY) :]) for row in products]
    print_rows((KIND, *FOUND_BY, *ONLY_CUSTOMERS, *ONLY_PRODUCTS), rows, desk.form)


def _customer(found: FoundCustomer) -> tuple[Cell, ...]:
    return (
        found.code, found.name, found.short_name, found.owner_name, found.phone, found.last_trade, found.closed,
    )  # fmt: skip


def _product(found: FoundProduct) -> tuple[Cell, ...]:
    return (
        found.code, found.name, found.brand, found.category, found.unit, format_price(found.price_e4),
        None if found.floor_e4 is None else format_price(found.floor_e4),
        None if found.stock_e3 is None else format_quantity(found.stock_e3), found.active,
    )  # fmt: skip
