"""Products, their brands and categories, and what they cost since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import peewee

from model.errors import N_, InputError
from model.fields import DayField, FlagField, IdField, iso
from model.remembering import remembered
from model.store import Table, one


class Product(Table):
    """What the company sells. Prices and floor include tax; `floor_e4` empty means any price is allowed."""

    id = IdField(primary_key=True)
    code = peewee.TextField(unique=True)
    name = peewee.TextField()
    brand = peewee.TextField(default="")
    category = peewee.TextField(default="")
    unit = peewee.TextField(default="")
    price_e4 = peewee.BigIntegerField(default=0)
    floor_e4 = peewee.BigIntegerField(null=True)
    tax_rate_bp = peewee.IntegerField(default=0)
    stock_e3 = peewee.BigIntegerField(null=True)
    stock_on = DayField(null=True)
    active = FlagField(default=True)

    class Meta:
        table_name = "product"


class Cost(Table):
    """What one unit costs from a date on, in 1/10000 units, tax included."""

    product = peewee.ForeignKeyField(Product)
    from_date = DayField()
    cost_e4 = peewee.BigIntegerField()

    class Meta:
        table_name = "cost"
        primary_key = peewee.CompositeKey("product", "from_date")


def product_by_code(code: str) -> Product:
    """The product with this code.

    Raises:
        InputError: there is none.
    """
    found = Product.get_or_none(Product.code == code.strip())
    if found is None:
        raise InputError(N_("There is no product {code}: search with “huoke find {code} --products”."), code=code)
    return found


def costs_on(product_ids: Iterable[bytes], day: date) -> dict[bytes, int]:
    """The unit costs as of a day in 1/10000 units; a product whose cost nobody knows is left out."""
    known = {id_: remembered(("cost", id_, day), lambda id_=id_: _cost_on(id_, day)) for id_ in product_ids}  # type: ignore[misc]
    return {id_: cost for id_, cost in known.items() if cost is not None}


def _cost_on(product_id: bytes, day: date) -> int | None:
    found = one(
        "SELECT cost_e4 FROM cost WHERE product_id = ? AND from_date <= ? ORDER BY from_date DESC LIMIT 1",
        (product_id, iso(day)),
    )
    return None if found is None else int(found[0])


def cost_on(product_id: bytes, day: date) -> int | None:
    """One product's unit cost as of a day in 1/10000 units; None where nobody knows it."""
    return costs_on([product_id], day).get(product_id)
