"""The sample company's people, customers and products as rows of the import tables."""

from __future__ import annotations

from collections.abc import Iterator

from sample_db.catalogue import TAX_RATE_PERCENT, Product, cost_changes, floor_minor, list_price_minor
from sample_db.customers import Customer, Person, Term
from sample_db.seasons import Period

Row = dict[str, str]
COLUMNS: dict[str, tuple[str, ...]] = {
    "salespeople": ("code", "name", "role", "team", "active"),
    "customers": (
        "code", "name", "short_name", "kind", "owner", "segment", "contact", "phone", "address", "city",
        "bank_account", "tax_id", "credit_days", "credit_from", "credit_limit", "blacklisted", "label",
        "created_on", "closed_on", "note",
    ),
    "assignments": ("customer", "owner", "from", "to", "by"),
    "terms": ("customer", "from", "credit_days", "credit_from", "credit_limit", "until", "reason"),
    "products": (
        "code", "name", "brand", "category", "unit", "price", "floor", "cost", "tax_rate", "stock",
        "stock_on", "active",
    ),
    "costs": ("product", "from", "cost"),
    "rules": ("from", "kind", "owner_share", "maker_share"),
}  # fmt: skip

FIRST_RULE_BP = ("7000", "3000")
SECOND_RULE_BP = ("6000", "4000")
SECOND_RULE_FROM_DAY = 365


def format_minor(minor: int) -> str:
    """Fen as a decimal text."""
    sign = "-" if minor < 0 else ""
    yuan, fen = divmod(abs(minor), 100)
    return f"{sign}{yuan}.{fen:02d}"


def _yes_no(answer: bool) -> str:
    return "yes" if answer else "no"


def _credit_from(term: Term) -> str:
    return "month_end" if term.month_end else "order"


def salespeople(people: list[Person]) -> Iterator[Row]:
    """Everyone with a code."""
    for person in people:
        yield {
            "code": person.code,
            "name": person.name,
            "role": person.role,
            "team": person.team,
            "active": "yes",
        }


def customers(period: Period, people: list[Person], made: list[Customer]) -> Iterator[Row]:
    """Customers as they are today."""
    for customer in made:
        owner = customer.spans[-1].owner if customer.spans and customer.spans[-1].until is None else None
        term = customer.present_term
        yield {
            "code": customer.code,
            "name": customer.company.name,
            "short_name": customer.company.short_name,
            "kind": customer.kind,
            "owner": people[owner].code if owner is not None else "",
            "segment": customer.company.segment,
            "contact": customer.contact,
            "phone": customer.phone,
            "address": customer.address,
            "city": customer.company.city,
            "bank_account": customer.bank_account,
            "tax_id": customer.tax_id,
            "credit_days": str(term.days),
            "credit_from": _credit_from(term),
            "credit_limit": format_minor(term.limit_minor),
            "blacklisted": _yes_no(customer.blacklisted),
            "label": customer.label,
            "created_on": period.iso(customer.created),
            "closed_on": period.iso(customer.closed_on) if customer.closed_on is not None else "",
            "note": customer.note,
        }


def assignments(period: Period, people: list[Person], made: list[Customer]) -> Iterator[Row]:
    """Who owned whom from when to when, for every customer that ever had an owner."""
    for customer in made:
        for span in customer.spans:
            yield {
                "customer": customer.code,
                "owner": people[span.owner].code,
                "from": period.iso(span.since),
                "to": period.iso(span.until) if span.until is not None else "",
                "by": span.by,
            }


def terms(period: Period, made: list[Customer]) -> Iterator[Row]:
    """The history of the terms of every customer whose terms changed; the others' hold always."""
    for customer in made:
        if len(customer.terms) == 1:
            continue
        for term in customer.terms:
            yield {
                "customer": customer.code,
                "from": period.iso(term.since),
                "credit_days": str(term.days),
                "credit_from": _credit_from(term),
                "credit_limit": format_minor(term.limit_minor),
                "until": period.iso(term.until) if term.until is not None else "",
                "reason": term.reason,
            }


def products(period: Period, made: list[Product]) -> Iterator[Row]:
    """Products with today's price, floor, cost and stock."""
    for product in made:
        discontinued = product.last_week is not None
        yield {
            "code": product.code,
            "name": product.name,
            "brand": product.brand,
            "category": product.category,
            "unit": product.unit,
            "price": format_minor(list_price_minor(product)),
            "floor": format_minor(floor_minor(product)) if product.costed else "",
            "cost": format_minor(product.cost_by_week[-1]) if product.costed else "",
            "tax_rate": TAX_RATE_PERCENT,
            "stock": "0" if discontinued else str(product.stock),
            "stock_on": period.iso(period.last),
            "active": _yes_no(not discontinued),
        }


def costs(period: Period, made: list[Product]) -> Iterator[Row]:
    """Every cost of every product from the day it began."""
    for product in made:
        if product.costed:
            for day, cost_minor in cost_changes(product):
                yield {"product": product.code, "from": period.iso(day), "cost": format_minor(cost_minor)}


def rules(period: Period) -> Iterator[Row]:
    """How owner and maker share an owned customer's order; from the second year the maker gets more."""
    for day, (owner_bp, maker_bp) in ((0, FIRST_RULE_BP), (SECOND_RULE_FROM_DAY, SECOND_RULE_BP)):
        yield {"from": period.iso(day), "kind": "owned", "owner_share": owner_bp, "maker_share": maker_bp}
