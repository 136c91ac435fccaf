"""Search by typing: customers and products found by code, name, pinyin, initials or digits, from one letter on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.aliases import not_merged, resolved
from model.fields import iso
from model.laptop import cards_among
from model.pinyin import Piece, cuts
from model.search_index import (
    INITIALS_CHARACTERS,
    TOKEN_CHARACTERS,
    forget_customers,
    forget_products,
    index_customers,
    index_products,
    plain,
    rebuild,
    runs_of,
    searches_by_index,
)
from model.store import one, rows

__all__ = [
    "FoundCustomer",
    "FoundProduct",
    "find_customers",
    "find_products",
    "forget_customers",
    "forget_products",
    "index_customers",
    "index_products",
    "matching_customer_ids_sql",
    "rebuild",
]

# A paste longer than this is cut: nobody types so much to find a customer.
TYPED_CHARACTERS = 80
TYPED_WORDS = 8
# Typed letters read as pinyin; the rest of a longer run is not looked at.
PINYIN_LETTERS = 24
SHORTEST_NUMBER_BEGINNING_CHARACTERS = 4
NUMBERS_LOOKED_AT = 200
# Up to so many matches all are ranked. Beyond, one's own and the latest customers are walked in order and held
# against the matches; and where so many match that fetching them would be felt, the index is asked for each.
RANKED_MATCHES = 1_500
FETCHED_MATCHES = 20_000
WALKED_ROWS = 1_500
# A customer's last orders whose products come first when ordering again.
RECENT_ORDERS = 50
# Sorts after every character of a number or a code.
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class FoundCustomer:
    """A customer that matches, with what a person needs to know it by. `owner_name` is empty in the pool.

    Attributes:
        last_trade: None also where only the customer's card is on this laptop.
    """

    id: bytes
    code: str
    name: str
    short_name: str
    owner_name: str
    phone: str
    last_trade: date | None
    closed: bool
    only_card: bool = False


@dataclass(frozen=True)
class FoundProduct:
    """A product that matches. `floor_e4` None allows any price; `stock_e3` None is not known."""

    id: bytes
    code: str
    name: str
    brand: str
    category: str
    unit: str
    price_e4: int
    floor_e4: int | None
    stock_e3: int | None
    active: bool


# ── what is asked of the index ──────────────────────────────────────────────────────────────────────────────────


def _typed_words(text: str) -> list[str]:
    words = [run for chunk in plain(text, TYPED_CHARACTERS).split() for run in runs_of(chunk)]
    return list(dict.fromkeys(words))[:TYPED_WORDS]


def _question(text: str) -> str:
    """What was typed, in the language of the full-text index; empty where nothing can be searched for."""
    return " AND ".join(f"({_asked(word)})" for word in _typed_words(text))


def _asked(word: str) -> str:
    """One typed word: letters may be words, initials or pinyin, digits a code or a phone."""
    beginning = f'"{word[:TOKEN_CHARACTERS]}" *'
    if not word.isascii():
        return _asked_mixed(word, beginning)
    if word.isdigit():
        return f"{{words digits}} : {beginning}"
    shorter = word[:INITIALS_CHARACTERS]
    asked = [
        f'words : {beginning} OR initials : "{shorter}" *' if shorter != word else f"{{words initials}} : {beginning}"
    ]
    if word.isalpha():
        asked += [_asked_cut(pieces) for pieces in cuts(word[:PINYIN_LETTERS])]
    return " OR ".join(asked)


def _asked_mixed(word: str, beginning: str) -> str:
    """Chinese; letters among it, as an input method leaves them half typed, may also be pinyin: 联想zgc."""
    parts = re.findall(r"[a-z]+|[^a-z]+", word)
    if len(parts) == 1:
        return f"words : {beginning}"
    pieces = " AND ".join(f"({_asked(part)})" for part in parts[:TYPED_WORDS])
    return f"words : {beginning} OR ({pieces})"


def _asked_cut(pieces: Sequence[Piece]) -> str:
    """One way to read letters: the initials stand together, and the syllables are among the row's own."""
    asked = []
    if len(pieces) > 1:
        initials = "".join(piece.initial for piece in pieces)[:INITIALS_CHARACTERS]
        asked.append(f'initials : "{initials}" *')
    for piece in pieces:
        star = " *" if piece.unfinished else ""
        either = " OR ".join(f'syllables : "{syllable}"{star}' for syllable in piece.syllables)
        if either:
            asked.append(f"({either})")
    return "(" + " AND ".join(asked) + ")"


def _spelled(text: str) -> tuple[str, ...]:
    """What was typed as a code or a number may be written: as it is, in capitals, in small letters."""
    text = text[:TYPED_CHARACTERS].encode("utf-8", "ignore").decode().replace("\0", "").strip()
    return tuple(dict.fromkeys((text, text.upper(), text.lower()))) if text else ()


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


# ── customers ───────────────────────────────────────────────────────────────────────────────────────────────────

NUMBERED = (
    "SELECT customer_id FROM (SELECT number, customer_id FROM orders WHERE number >= ? AND number < ?"
    f" ORDER BY number LIMIT {NUMBERS_LOOKED_AT})"
)
OWNED = (
    "EXISTS (SELECT 1 FROM assignment a WHERE a.customer_id = r.id AND a.owner_id = ?"
    " AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?))"
)
CUSTOMERS_RANKED = (
    "SELECT r.id FROM json_each(?) j JOIN customer_search_row r ON r.row = j.value"
    " JOIN customer c ON c.id = r.id LEFT JOIN customer_total t ON t.customer_id = r.id"
    f" ORDER BY {OWNED} DESC, t.last_trade DESC, c.code LIMIT ?"
)
OWN_IN_ORDER = (
    "SELECT own.customer_id, r.row FROM (SELECT a.customer_id FROM assignment a"
    " LEFT JOIN customer_total t ON t.customer_id = a.customer_id WHERE a.owner_id = ? AND a.from_date <= ?"
    f" AND (a.to_date IS NULL OR a.to_date > ?) ORDER BY t.last_trade DESC LIMIT {WALKED_ROWS}) own"
    " CROSS JOIN customer_search_row r ON r.id = own.customer_id"
)
LATEST_IN_ORDER = (
    "SELECT latest.customer_id, r.row FROM (SELECT customer_id FROM customer_total WHERE last_trade IS NOT NULL"
    f" ORDER BY last_trade DESC LIMIT {WALKED_ROWS}) latest"
    " CROSS JOIN customer_search_row r ON r.id = latest.customer_id"
)
# Stops as soon as enough of the walked rows match.
THAT_MATCH = " CROSS JOIN customer_search s ON s.rowid = r.row WHERE customer_search MATCH ? LIMIT ?"


def find_customers(text: str, *, limit: int = 8, person: bytes | None = None, day: date) -> list[FoundCustomer]:
    """The customers a person may mean by what was typed.

    An exact code, short name or order number comes first, then the person's own customers, then those who traded
    last, then by code; the beginning of an order number comes after all these. Where very many match, only so many
    of one's own and of the latest are looked at, so that the answer is always there within milliseconds.
    """
    if not _spelled(text):
        return []
    ids = dict.fromkeys(_customers_named(text))
    if len(ids) < limit:
        matching = _customers_matching if searches_by_index() else _customers_like
        ids.update(dict.fromkeys(matching(text, limit, person, day)))
    if len(ids) < limit:
        ids.update(dict.fromkeys(_customers_numbered(text)))
    return _customers_shown(list(ids)[:limit], day)


def matching_customer_ids_sql(text: str) -> tuple[str, list[Any]]:
    """A query for the ids of the customers that match, and its parameters: `customer.id IN (…)`.

    Nothing typed lets every customer through; what no customer can match lets none.
    """
    spelled = _spelled(text)
    if not spelled:
        return "SELECT id FROM customer", []
    queries = [f"SELECT id FROM customer WHERE code IN ({_marks(spelled)}) AND {not_merged('id')}"]
    parameters: list[Any] = [*spelled]
    if not searches_by_index():
        condition, patterns = _like(text, ("code", "name", "short_name", "phone"))
        queries.append(f"SELECT id FROM customer WHERE {condition} AND {not_merged('id')}")
        parameters += patterns
    elif question := _question(text):
        queries.append(
            "SELECT r.id FROM customer_search s JOIN customer_search_row r ON r.row = s.rowid"
            " WHERE customer_search MATCH ?"
        )
        parameters.append(question)
    if len(spelled[0]) >= SHORTEST_NUMBER_BEGINNING_CHARACTERS:
        for number in spelled:
            queries.append(f"SELECT customer_id FROM ({NUMBERED}) numbered")
            parameters += [number, number + LAST_CHARACTER]
    return " UNION ".join(queries), parameters


def _customers_named(text: str) -> Iterator[bytes]:
    """Customers whose code, short name or order number is exactly what was typed; a merged one is whom it became."""
    spelled = _spelled(text)
    for query in (
        "SELECT id FROM customer WHERE code IN ({}) ORDER BY code",
        "SELECT id FROM customer WHERE short_name IN ({}) ORDER BY code",
        "SELECT customer_id FROM orders WHERE number IN ({}) ORDER BY number",
    ):
        for (customer_id,) in rows(query.format(_marks(spelled)), spelled):
            yield resolved(customer_id)


def _customers_numbered(text: str) -> Iterator[bytes]:
    """Customers with an order whose number begins with what was typed."""
    for number in _spelled(text):
        if len(number) >= SHORTEST_NUMBER_BEGINNING_CHARACTERS:
            for (customer_id,) in rows(
                f"SELECT customer_id FROM ({NUMBERED}) numbered", (number, number + LAST_CHARACTER)
            ):
                yield bytes(customer_id)


def _customers_matching(text: str, limit: int, person: bytes | None, day: date) -> Iterator[bytes]:
    """Customers the index finds, one's own first, then the latest to trade."""
    question = _question(text)
    if not question:
        return
    own = (person, iso(day), iso(day))
    matches = _matching_rows(question, RANKED_MATCHES + 1)
    found: list[bytes] = []
    if len(matches) > RANKED_MATCHES:
        # Rows match about as often in the rest of the index as in its beginning.
        expected = len(matches) * _last_row() // matches[-1]
        found = _customers_walked(question, limit, own, fetched=expected <= FETCHED_MATCHES)
    if len(found) < limit:
        ranked = rows(CUSTOMERS_RANKED, (json.dumps(matches), *own, limit))
        found += [bytes(customer_id) for (customer_id,) in ranked]
    yield from found


def _last_row() -> int:
    """The greatest row of the customers' index."""
    found = one("SELECT MAX(row) FROM customer_search_row")
    return int(found[0] or 0) if found else 0


def _matching_rows(question: str, at_most: int) -> list[int]:
    """The rows of the customers' index that match, in their order; all of them where `at_most` is -1."""
    matching = "SELECT rowid FROM customer_search WHERE customer_search MATCH ? LIMIT ?"
    return [int(row) for (row,) in rows(matching, (question, at_most))]


def _customers_walked(
    question: str, limit: int, own: tuple[bytes | None, str | None, str | None], *, fetched: bool
) -> list[bytes]:
    """The first of one's own and of the latest customers that match a question that very many match.

    Args:
        fetched: hold the walked customers against all matches; otherwise ask the index for each of them.
    """
    matches = set(_matching_rows(question, -1)) if fetched else set()
    found: dict[bytes, None] = {}
    for walk, parameters in ((OWN_IN_ORDER, own), (LATEST_IN_ORDER, ())):
        if len(found) >= limit:
            break
        if fetched:
            walked = [(customer_id, row) for customer_id, row in rows(walk, parameters) if row in matches]
        else:
            walked = rows(walk + THAT_MATCH, (*parameters, question, limit))
        found.update((bytes(customer_id), None) for customer_id, _ in walked[:limit])
    return list(found)


def _customers_like(text: str, limit: int, person: bytes | None, day: date) -> Iterator[bytes]:
    """Customers with the typed words in their texts, where there is no index."""
    condition, patterns = _like(text, ("code", "name", "short_name", "phone"))
    query = (
        f"SELECT r.id FROM customer r LEFT JOIN customer_total t ON t.customer_id = r.id"
        f" WHERE {condition} AND {not_merged('r.id')}"
        f" ORDER BY CASE WHEN {OWNED} THEN 0 ELSE 1 END, COALESCE(t.last_trade, '') DESC, r.code LIMIT ?"
    )
    for (customer_id,) in rows(query, (*patterns, person, iso(day), iso(day), limit)):
        yield bytes(customer_id)


def _like(text: str, columns: Sequence[str]) -> tuple[str, list[str]]:
    """A condition that every typed word is somewhere in the columns, and its patterns."""
    words = _typed_words(text)
    either = " OR ".join(f"LOWER({column}) LIKE ?" for column in columns)
    return " AND ".join([f"({either})"] * len(words)) or "1 = 0", [f"%{word}%" for word in words for _ in columns]


def _customers_shown(ids: Sequence[bytes], day: date) -> list[FoundCustomer]:
    found = rows(
        "SELECT c.id, c.code, c.name, c.short_name, p.name, c.phone, t.last_trade, c.closed_on FROM customer c"
        " LEFT JOIN customer_total t ON t.customer_id = c.id"
        " LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)"
        f" LEFT JOIN salesperson p ON p.id = a.owner_id WHERE c.id IN ({_marks(ids)})",
        (iso(day), iso(day), *ids),
    )
    cards = cards_among(ids)
    shown = {
        bytes(customer_id): FoundCustomer(
            bytes(customer_id), code, name, short_name, owner_name or "", phone,
            date.fromisoformat(last_trade) if last_trade and customer_id not in cards else None,
            closed=closed_on is not None and closed_on <= day.isoformat(), only_card=customer_id in cards,
        )
        for customer_id, code, name, short_name, owner_name, phone, last_trade, closed_on in found
    }  # fmt: skip
    return [shown[customer_id] for customer_id in ids if customer_id in shown]


# ── products ────────────────────────────────────────────────────────────────────────────────────────────────────

BOUGHT = (
    "SELECT l.product_id FROM order_line l JOIN (SELECT id FROM orders WHERE customer_id = ? AND kind = 'sale'"
    f" ORDER BY date DESC, number DESC LIMIT {RECENT_ORDERS}) o ON o.id = l.order_id"
)
PRODUCT_ORDER = f"p.active DESC, CASE WHEN p.id IN ({BOUGHT}) THEN 0 ELSE 1 END, p.code LIMIT ?"
PRODUCTS_RANKED = (
    "SELECT p.id FROM product_search s JOIN product_search_row r ON r.row = s.rowid JOIN product p ON p.id = r.id"
    f" WHERE product_search MATCH ? ORDER BY {PRODUCT_ORDER}"
)


def find_products(text: str, *, limit: int = 8, customer: bytes | None = None) -> list[FoundProduct]:
    """The products a person may mean by what was typed.

    An exact code comes first, then what the customer bought lately, then by code; products no longer sold come last.
    """
    spelled = _spelled(text)
    if not spelled:
        return []
    found = rows(f"SELECT id FROM product WHERE code IN ({_marks(spelled)}) ORDER BY code", spelled)
    if not searches_by_index():
        condition, patterns = _like(text, ("p.code", "p.name", "p.brand", "p.category"))
        query = f"SELECT p.id FROM product p WHERE {condition} ORDER BY {PRODUCT_ORDER}"
        found += rows(query, (*patterns, customer, limit))
    elif question := _question(text):
        found += rows(PRODUCTS_RANKED, (question, customer, limit))
    return _products_shown(list(dict.fromkeys(bytes(product_id) for (product_id,) in found))[:limit])


def _products_shown(ids: Sequence[bytes]) -> list[FoundProduct]:
    found = rows(
        "SELECT id, code, name, brand, category, unit, price_e4, floor_e4, stock_e3, active FROM product"
        f" WHERE id IN ({_marks(ids)})",
        ids,
    )
    shown = {}
    for product_id, code, name, brand, category, unit, price_e4, floor_e4, stock_e3, active in found:
        shown[bytes(product_id)] = FoundProduct(
            bytes(product_id), code, name, brand, category, unit, price_e4, floor_e4, stock_e3, bool(active)
        )
    return [shown[product_id] for product_id in ids if product_id in shown]
