"""The index that search by typing asks: what each customer and product is found by.

Everything a row may be found by is a token of its own, begun at each place a person may begin to type, so that every
question is a search for the beginnings of tokens and one letter is answered as quickly as ten.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import peewee

from model.aliases import Alias
from model.customers import Customer
from model.pinyin import initials_from_each, is_ideograph, sounds_of
from model.products import Product
from model.store import current, execute, execute_many, one, rows

NAME_CHARACTERS = 120
# Tokens are cut here, and so are the words typed.
TOKEN_CHARACTERS = 16
INITIALS_CHARACTERS = 12
SHORTEST_FRAGMENT_CHARACTERS = 2
# What people say of a telephone number: its last four digits, or the local number without its area.
PHONE_ENDINGS_DIGITS = (4, 7, 8)
INDEXED_AT_ONCE = 5_000

CustomerWords: TypeAlias = tuple[bytes, str, str, str, str]
ProductWords: TypeAlias = tuple[bytes, str, str, str, str]
# The id of a row, and its words, initials, syllables and digits.
Tokens: TypeAlias = tuple[bytes, str, str, str, str]


def index_customers(customers: Iterable[Customer | CustomerWords]) -> None:
    """Put customers, or their new words, into the index; those that were merged into others are left out.

    Args:
        customers: customers, or (id, code, name, short name, phone) of each.
    """
    if not searches_by_index():
        return
    merged = {bytes(alias.loser_id) for alias in Alias.select(Alias.loser_id)}
    found = (_customer_words(customer) for customer in customers)
    _index("customer", (_customer_tokens(*words) for words in found if bytes(words[0]) not in merged))


def index_products(products: Iterable[Product | ProductWords]) -> None:
    """Put products, or their new words, into the index.

    Args:
        products: products, or (id, code, name, brand, category) of each.
    """
    _index("product", (_product_tokens(*_product_words(product)) for product in products))


def forget_customers(ids: Iterable[bytes]) -> None:
    """Take customers out of the index."""
    _forget("customer", ids)


def forget_products(ids: Iterable[bytes]) -> None:
    """Take products out of the index."""
    _forget("product", ids)


def rebuild() -> None:
    """Index every customer and product afresh."""
    if not searches_by_index():
        return
    with current().writing():
        for noun in ("customer", "product"):
            # Making the index anew is quicker than emptying it row by row.
            [(definition,)] = rows("SELECT sql FROM sqlite_master WHERE name = ?", (f"{noun}_search",))
            execute(f"DROP TABLE {noun}_search")
            execute(definition)
            execute(f"DELETE FROM {noun}_search_row")
        index_customers(rows("SELECT id, code, name, short_name, phone FROM customer"))
        index_products(rows("SELECT id, code, name, brand, category FROM product"))
        for noun in ("customer", "product"):
            execute(f"INSERT INTO {noun}_search ({noun}_search) VALUES ('optimize')")


def searches_by_index() -> bool:
    """Whether this store has the full-text index; a company's server on PostgreSQL has none."""
    return isinstance(current().database, peewee.SqliteDatabase)


def _index(noun: str, found_by: Iterator[Tokens]) -> None:
    """Write the tokens of rows, in place of what they had."""
    if not searches_by_index():
        return
    with current().database.atomic():
        some: dict[bytes, Tokens] = {}
        for tokens in found_by:
            some[tokens[0]] = tokens
            if len(some) == INDEXED_AT_ONCE:
                _write(noun, some)
                some = {}
        if some:
            _write(noun, some)


def _write(noun: str, some: dict[bytes, Tokens]) -> None:
    _forget(noun, some)
    execute_many(f"INSERT INTO {noun}_search_row (id) VALUES (?)", [(row_id,) for row_id in some])
    execute_many(
        f"INSERT INTO {noun}_search (rowid, words, initials, syllables, digits)"
        f" VALUES ((SELECT row FROM {noun}_search_row WHERE id = ?), ?, ?, ?, ?)",
        list(some.values()),
    )


def _forget(noun: str, ids: Iterable[bytes]) -> None:
    if not searches_by_index():
        return
    gone = [(bytes(row_id),) for row_id in ids]
    with current().database.atomic():
        known = one(f"SELECT 1 FROM {noun}_search_row LIMIT 1")
        if known is None:
            return
        execute_many(f"DELETE FROM {noun}_search WHERE rowid = (SELECT row FROM {noun}_search_row WHERE id = ?)", gone)
        execute_many(f"DELETE FROM {noun}_search_row WHERE id = ?", gone)


def _customer_words(customer: Customer | CustomerWords) -> CustomerWords:
    if isinstance(customer, tuple):
        return customer
    return customer.id, customer.code, customer.name, customer.short_name, customer.phone


def _product_words(product: Product | ProductWords) -> ProductWords:
    if isinstance(product, tuple):
        return product
    return product.id, product.code, product.name, product.brand, product.category


def _customer_tokens(customer_id: bytes, code: str, name: str, short_name: str, phone: str) -> Tokens:
    # What a short name is found by is already there when its characters stand in the name.
    contained = short_name in name and all(map(is_ideograph, short_name))
    words, initials, syllables = _name_tokens((name,) if contained else (name, short_name))
    words |= _fragments(code)
    return (
        bytes(customer_id),
        " ".join(words),
        " ".join(initials),
        " ".join(syllables),
        " ".join(_phone_tokens(phone)),
    )


def _product_tokens(product_id: bytes, code: str, name: str, brand: str, category: str) -> Tokens:
    words, initials, syllables = _name_tokens((name, brand, category, f"{brand} {name}"))
    words |= _fragments(code) | _fragments(name)
    return bytes(product_id), " ".join(words), " ".join(initials), " ".join(syllables), ""


def _name_tokens(names: Iterable[str]) -> tuple[set[str], set[str], set[str]]:
    """The words, the initials and the syllables that names are found by."""
    words: set[str] = set()
    initials: set[str] = set()
    syllables: set[str] = set()
    for name in names:
        runs = runs_of(plain(name, NAME_CHARACTERS))
        for run in runs:
            words.update(run[start : start + TOKEN_CHARACTERS] for start in _beginnings(run))
        parts = [part for run in runs for part in PART.findall(run)]
        sounds = sounds_of(parts)
        initials |= initials_from_each(parts, sounds, INITIALS_CHARACTERS)
        syllables.update(syllable for sound in sounds for syllable in sound.syllables)
    return words, initials, syllables


def _fragments(text: str) -> set[str]:
    """Every ending of a code or a model number, with and without its punctuation: 0123 and 23 of C-000123."""
    found: set[str] = set()
    for chunk in plain(text, NAME_CHARACTERS).split():
        pieces = WORD.findall(chunk)
        for piece in {*pieces, "".join(pieces)}:
            last = max(1, len(piece) - SHORTEST_FRAGMENT_CHARACTERS + 1)
            found.update(piece[start : start + TOKEN_CHARACTERS] for start in range(last))
    found.discard("")
    return found


def _phone_tokens(phone: str) -> set[str]:
    """Each number wholly, and the endings people know it by."""
    found: set[str] = set()
    for number in re.split(r"[^\d\s()+.-]+", plain(phone, NAME_CHARACTERS)):
        digits = "".join(DIGIT.findall(number))
        found.update(digits[-length:] for length in PHONE_ENDINGS_DIGITS)
        found.add(digits[:TOKEN_CHARACTERS])
    found.discard("")
    return found


# ── text as it is compared ──────────────────────────────────────────────────────────────────────────────────────

WORD = re.compile(r"[^\W_]+")
DIGIT = re.compile(r"[0-9]")
ACCENT = re.compile("[\u0300-\u036f\u3099\u309a]")
# A character that is a word of its own, or a Latin word or number.
PART = re.compile(r"[a-z]+|[0-9]+|.")


def plain(text: str, longest: int) -> str:
    """A text in small letters of one width, without accents and without what no database keeps."""
    text = text[:longest].encode("utf-8", "ignore").decode().replace("\0", " ")
    return unicodedata.normalize("NFKC", ACCENT.sub("", unicodedata.normalize("NFKD", text)).casefold())


def runs_of(text: str) -> list[str]:
    """The words of a plain text; punctuation and spaces beside Chinese part nothing: 北京（中关村）店 is one word."""
    runs: list[str] = []
    for word in WORD.findall(text):
        if runs and (is_ideograph(runs[-1][-1]) or is_ideograph(word[0])):
            runs[-1] += word
        else:
            runs.append(word)
    return runs


def _beginnings(run: str) -> Iterator[int]:
    """Where a person may begin to type a word: at each Chinese character, Latin word and number in it."""
    return (match.start() for match in PART.finditer(run))
