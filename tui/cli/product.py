"""`huoke product`: what the company sells, and what it costs since when."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

from model.changes.company import AddProduct, SetCost
from model.errors import N_
from model.ids import new_id
from model.money import format_percent, format_price, parse_percent, parse_price
from model.products import cost_on, product_by_code
from tui.cli.desk import Desk
from tui.cli.output import Column, print_rows
from tui.cli.parser import Parser, Verbs, add_date, day_or
from tui.locale import _

COLUMNS = (
    Column("code", N_("code")),
    Column("name", N_("name")),
    Column("brand", N_("brand")),
    Column("category", N_("category")),
    Column("unit", N_("unit")),
    Column("price", N_("price"), right=True),
    Column("floor", N_("floor"), right=True),
    Column("cost", N_("cost"), right=True),
    Column("tax_rate", N_("tax rate"), right=True),
)


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("product", parents=[common], help=_("add a product, or set what it costs"))
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    add = acts.add_parser("add", parents=[common], help=_("a new product; prices include tax"))
    add.add_argument("code", metavar=_("CODE"))
    add.add_argument("name", metavar=_("NAME"))
    for option, told in (
        ("--brand", _("the brand")),
        ("--category", _("the category")),
        ("--unit", _("what one is called, such as 台")),
    ):
        add.add_argument(option, default="", metavar=_("TEXT"), help=told)
    add.add_argument("--price", type=parse_price, default=0, metavar=_("PRICE"), help=_("the list price"))
    add.add_argument("--floor", type=parse_price, metavar=_("PRICE"), help=_("an order below this price is held"))
    add.add_argument("--cost", type=parse_price, metavar=_("PRICE"), help=_("what one unit costs"))
    add.add_argument("--tax-rate", type=parse_percent, default=0, metavar=_("PERCENT"), help=_("the tax in the price"))
    add_date(add)
    add.set_defaults(run=_add)
    cost = acts.add_parser("cost", parents=[common], help=_("what one unit costs from a day on"))
    cost.add_argument("code", metavar=_("CODE"))
    cost.add_argument("cost", type=parse_price, metavar=_("PRICE"))
    add_date(cost, "--from", "from_date")
    cost.set_defaults(run=_cost)


def _add(arguments: Namespace, desk: Desk) -> int:
    with desk.writing():
        desk.record(
            AddProduct(
                id=new_id(),
                code=arguments.code,
                name=arguments.name,
                date=day_or(arguments.date, desk.today),
                brand=arguments.brand,
                category=arguments.category,
                unit=arguments.unit,
                price_e4=arguments.price,
                floor_e4=arguments.floor,
                cost_e4=arguments.cost,
                tax_rate_bp=arguments.tax_rate,
            )
        )
        _print(arguments.code, day_or(arguments.date, desk.today), desk)
    return 0


def _cost(arguments: Namespace, desk: Desk) -> int:
    day = day_or(arguments.from_date, desk.today)
    with desk.writing():
        desk.record(SetCost(product=product_by_code(arguments.code).id, from_date=day, cost_e4=arguments.cost))
        _print(arguments.code, day, desk)
    return 0


def _print(code: str, day: date, desk: Desk) -> None:
    """The product with its cost as of a day."""
    product = product_by_code(code)
    cost_e4 = cost_on(product.id, day)
    row = (
        product.code, product.name, product.brand, product.category, product.unit, format_price(product.price_e4),
        None if product.floor_e4 is None else format_price(product.floor_e4),
        None if cost_e4 is None else format_price(cost_e4), format_percent(product.tax_rate_bp),
    )  # fmt: skip
    print_rows(COLUMNS, [row], desk.form)
