"""The documents that laptops and office exchange: each kind's rows, read and written whole, without what is derived.

A document is the smallest thing that is sent: an order with its lines, a receipt with the bills it names, a customer
with its histories. Its body is msgpack: for each of its tables, in order, the rows as lists of column values. Running
totals, allocations and open amounts are no part of it: whoever receives a document recomputes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from model.aliases import Moved
from model.batches import batches
from model.published import potential_without_earnings
from model.store import execute_many, rows

# Rows are written some at a time: a third quicker than one by one.
VALUES_PER_INSERT = 250
SEPARATOR = b"\0"


@dataclass(frozen=True)
class Part:
    """The rows of one table that belong to a document.

    Attributes:
        key: the columns that name the document.
        columns: what is sent besides the key, in this order.
        order: how the rows of one document are sorted.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    order: str = ""


def _part(table: str, key: str, columns: str, order: str = "") -> Part:
    return Part(table, tuple(key.split()), tuple(columns.split()), order)


_CUSTOMER_COLUMNS = (
    "code name short_name retail segment contact phone address city bank_account tax_id label created_on closed_on"
    " note version"
)
_ORDER_COLUMNS = (
    "number customer_id kind state date first_date live_from live_to decided_on maker_id owner_id owner_bp amount cost"
    " uncosted owner_amount owner_cost owner_uncosted credit_days credit_from due_date returns_id replaces_id"
    " valid_until invoice_number invoiced_on reason note held_for version change_uid"
)
_RECEIPT_COLUMNS = "number customer_id date amount kind method reference reverses_id reason voided change_uid"

# The first part is the document itself: without a row in it there is no document.
KINDS: dict[str, tuple[Part, ...]] = {
    "setting": (_part("setting", "name from_date", "value"),),
    "rule": (_part("attribution_rule", "from_date kind", "owner_bp maker_bp"),),
    "person": (_part("salesperson", "id", "code name role team active"),),
    "product": (
        _part("product", "id", "code name brand category unit price_e4 floor_e4 tax_rate_bp stock_e3 stock_on active"),
    ),
    "cost": (_part("cost", "product_id", "from_date cost_e4", "from_date"),),
    "customer": (
        _part("customer", "id", _CUSTOMER_COLUMNS),
        _part("assignment", "customer_id", "from_date to_date owner_id started_by ended_by", "from_date"),
        _part(
            "terms", "customer_id", "from_date until_date credit_days credit_from credit_limit reason person_id",
            "from_date, until_date",
        ),
        _part("blacklisting", "customer_id", "from_date blacklisted reason person_id", "from_date"),
    ),
    "alias": (_part("alias", "loser_id", "winner_id moved change_uid"),),
    "contact": (_part("contact_log", "id", "customer_id date person_id note next_on"),),
    "order": (
        _part("orders", "id", _ORDER_COLUMNS),
        _part(
            "order_line", "order_id",
            "line product_id quantity_e3 price_e4 discount_bp amount cost_e4 cost tax_rate_bp returns_line", "line",
        ),
        _part(
            "late_entry", "order_id",
            "place person_id what dated_on effective_on recorded_on orders amount cost uncosted", "place",
        ),
    ),
    "receipt": (
        _part("receipt", "id", _RECEIPT_COLUMNS),
        _part("receipt_order", "receipt_id", "position order_id amount", "position"),
    ),
    "close": (_part("month_close", "month person_id", "responsible active closed_with"),),
    "target": (_part("target", "month person_id", "activity_bp sales margin receipts"),),
    "figure": (
        _part("published_month", "month person_id", "responsible active orders amount cost uncosted as_of"),
        _part("published_potential", "month person_id", "body"),
    ),
    "lease": (_part("lease", "customer_id device", "granted used returned wanted until_date"),),
    "notice": (_part("notice", "id", "person_id kind customer_id about template params made_on read_on"),),
    "conflict": (
        _part(
            "conflict", "id",
            "kind customer_id person_id change_uid field before_value mine theirs state made_on decided_on decided_by",
        ),
    ),
}  # fmt: skip
# What a table needs that is derived from other documents, until it is recomputed.
_DERIVED = {"orders": (("open_amount", "0"), ("settled_on", "NULL")), "receipt": (("unallocated", "0"),)}
# First tables of documents to which no other row refers, and which may have many rows or none.
_HISTORIES = frozenset({"setting", "attribution_rule", "cost"})
_TEXT_KEYS = frozenset({"name", "from_date", "kind", "month", "device"})
_ID_BYTES = 16


def document_id(kind: str, *key: str | bytes) -> bytes:
    """The id under which a document is sent: its key, joined where it has several columns."""
    parts = [part.encode() if isinstance(part, str) else bytes(part) for part in key]
    if len(parts) != len(KINDS[kind][0].key):
        raise ValueError(f"a {kind} has the key {KINDS[kind][0].key}")
    return SEPARATOR.join(parts)


def key_of(kind: str, id_: bytes) -> tuple[Any, ...]:
    """The key columns of a document from its id.

    Raises:
        ValueError: the bytes are no id of this kind.
    """
    columns = KINDS[kind][0].key
    if len(columns) == 1:
        return (bytes(id_),)
    # An id among the columns is 16 bytes of anything, so it is cut by length and not by the separator.
    if columns[0] in _TEXT_KEYS:
        first, _, second = bytes(id_).partition(SEPARATOR)
    else:
        first, second = bytes(id_[:_ID_BYTES]), bytes(id_[_ID_BYTES + 1 :])
    found = (first, second)
    return tuple(
        value.decode() if column in _TEXT_KEYS else value for column, value in zip(columns, found, strict=True)
    )


def read_documents(kind: str, ids: Sequence[bytes]) -> dict[bytes, bytes]:
    """The bodies of those of these documents that there are.

    Returns:
        id → body.
    """
    found: dict[bytes, list[list[list[Any]]]] = {}
    for place, part in enumerate(KINDS[kind]):
        for id_, values in _rows_of(kind, part, ids):
            if place == 0 and id_ not in found:
                found[id_] = [[] for _ in KINDS[kind]]
            if id_ in found:
                found[id_][place].append(values)
    return {id_: msgspec.msgpack.encode(parts) for id_, parts in found.items()}


def read_document(kind: str, id_: bytes) -> bytes | None:
    """The body of one document; None where there is none."""
    return read_documents(kind, [id_]).get(bytes(id_))


def rows_in(body: bytes) -> list[list[list[Any]]]:
    """A body's rows: per table of its kind, each row's column values."""
    decoded: list[list[list[Any]]] = msgspec.msgpack.decode(body)
    return decoded


def _rows_of(kind: str, part: Part, ids: Sequence[bytes]) -> Iterator[tuple[bytes, list[Any]]]:
    columns = ", ".join((*part.key, *part.columns))
    sorted_by = ", ".join((*part.key, part.order) if part.order else part.key)
    if len(part.key) > 1:
        condition = " AND ".join(f"{column} = ?" for column in part.key)
        for id_ in ids:
            for row in rows(f"SELECT {columns} FROM {part.table} WHERE {condition}", key_of(kind, id_)):
                yield bytes(id_), _plain(row[len(part.key) :])
        return
    for some in batches([bytes(id_) for id_ in ids]):
        marks = ", ".join("?" * len(some))
        for row in rows(
            f"SELECT {columns} FROM {part.table} WHERE {part.key[0]} IN ({marks}) ORDER BY {sorted_by}", some
        ):
            yield bytes(row[0]), _plain(row[1:])


def _plain(values: Sequence[Any]) -> list[Any]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in values]


def read_part(kind: str, table: str, ids: Sequence[bytes]) -> dict[bytes, list[list[Any]]]:
    """The rows of one table of documents, each without its document's key; none where there are none."""
    [part] = [part for part in KINDS[kind] if part.table == table]
    found: dict[bytes, list[list[Any]]] = {bytes(id_): [] for id_ in ids}
    for id_, values in _rows_of(kind, part, list(found)):
        found[id_].append(values)
    return found


def write_part(kind: str, table: str, id_: bytes, values: Sequence[Sequence[Any]]) -> None:
    """Put rows in the place of those that a document has in one table; its other tables stay."""
    [part] = [part for part in KINDS[kind] if part.table == table]
    key = key_of(kind, id_)
    condition = " AND ".join(f"{column} = ?" for column in part.key)
    if part is KINDS[kind][0] and len(values) == 1 and table not in _HISTORIES:
        # What other rows refer to is changed where it stands.
        changed = ", ".join(f"{column} = ?" for column in part.columns)
        execute_many(f"UPDATE {table} SET {changed} WHERE {condition}", [(*values[0], *key)])
        return
    execute_many(f"DELETE FROM {table} WHERE {condition}", [key])
    columns = (*part.key, *part.columns)
    if values:
        execute_many(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            [(*key, *row) for row in values],
        )


def all_ids(kind: str) -> list[bytes]:
    """The ids of all documents of a kind in this store, in order."""
    part = KINDS[kind][0]
    found = rows(f"SELECT DISTINCT {', '.join(part.key)} FROM {part.table}")
    return sorted(document_id(kind, *(bytes(v) if isinstance(v, memoryview) else v for v in row)) for row in found)


def write_documents(kind: str, bodies: Mapping[bytes, bytes | None]) -> None:
    """Put documents in the place of what is held of them; None takes one away. Derived columns start empty.

    References may point at rows that come later: write with deferred foreign keys.
    """
    for part in reversed(KINDS[kind]):
        condition = " AND ".join(f"{column} = ?" for column in part.key)
        execute_many(f"DELETE FROM {part.table} WHERE {condition}", [key_of(kind, id_) for id_ in bodies])
    add_documents(kind, {id_: body for id_, body in bodies.items() if body is not None})


def add_documents(kind: str, bodies: Mapping[bytes, bytes]) -> None:
    """Write documents of which nothing is held; for the rest as `write_documents`."""
    decoded = [(key_of(kind, id_), rows_in(body)) for id_, body in bodies.items()]
    for place, part in enumerate(KINDS[kind]):
        derived = _DERIVED.get(part.table, ())
        columns = (*part.columns, *part.key, *(name for name, _empty in derived))
        given = len(part.columns) + len(part.key)
        one_row = f"({', '.join((*('?' * given), *(empty for _name, empty in derived)))})"
        # One after the other without a list for each: there may be millions of rows.
        values: list[Any] = []
        for key, parts in decoded:
            # What a laptop kept aside before an update has no later tables.
            for row in parts[place] if place < len(parts) else ():
                values += row
                values += key
        many = VALUES_PER_INSERT // given * given
        insert = f"INSERT INTO {part.table} ({', '.join(columns)}) VALUES "
        whole = len(values) // many * many
        execute_many(
            insert + ", ".join([one_row] * (many // given)),
            [values[start : start + many] for start in range(0, whole, many)],
        )
        execute_many(insert + one_row, [values[start : start + given] for start in range(whole, len(values), given)])


def column_at(kind: str, column: str, part: int = 0) -> int:
    """Where a column stands in the rows of a body."""
    return KINDS[kind][part].columns.index(column)


def without_what_moved(body: bytes) -> bytes:
    """The body of an alias as those see it who cannot take the merge back: of what it moved, only the orders."""
    parts, at = rows_in(body), column_at("alias", "moved")
    for row in parts[0]:
        moved = msgspec.msgpack.decode(row[at], type=Moved)
        row[at] = msgspec.msgpack.encode(Moved(orders=moved.orders))
    return msgspec.msgpack.encode(parts)


_LATE_AMOUNT, _LATE_COST, _LATE_UNCOSTED = (column_at("order", name, 2) for name in ("amount", "cost", "uncosted"))
_LINE_COSTS = (column_at("order", "cost_e4", 1), column_at("order", "cost", 1))


def without_costs(kind: str, body: bytes) -> bytes:
    """A body as someone may see it from whom the company keeps costs: every cost unknown."""
    if kind == "figure":
        parts = rows_in(body)
        for row in parts[0]:
            row[column_at(kind, "cost")], row[column_at(kind, "uncosted")] = 0, row[column_at(kind, "amount")]
        parts[1] = [[potential_without_earnings(model)] for [model] in parts[1]]
        return msgspec.msgpack.encode(parts)
    if kind != "order":
        return body
    parts = rows_in(body)
    for row in parts[0]:
        # An opening item has no lines and no revenue, so nothing of it is without cost.
        revenue = 0 if row[column_at(kind, "kind")] == "opening" else row[column_at(kind, "amount")]
        share = 0 if row[column_at(kind, "kind")] == "opening" else row[column_at(kind, "owner_amount")]
        row[column_at(kind, "cost")], row[column_at(kind, "uncosted")] = 0, revenue
        row[column_at(kind, "owner_cost")], row[column_at(kind, "owner_uncosted")] = 0, share
    for row in parts[1]:
        for place in _LINE_COSTS:
            row[place] = None
    for row in parts[2]:
        row[_LATE_COST], row[_LATE_UNCOSTED] = 0, row[_LATE_AMOUNT]
    return msgspec.msgpack.encode(parts)
