"""What stood before a change, kept beside it, so that an undo puts back just that and nothing somebody else did since.

A rule is wrapped with what it writes: the rows before and after it are kept in the transaction of the change. To take
it back, the rows must still be those after it. What is kept is a function of the store in which the change was done, so
the office keeps its own when a laptop's change arrives, and doing the log again gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import peewee

from model.context import Context
from model.errors import N_, Refused
from model.fields import BytesField, IdField
from model.store import Table, execute, execute_many, one
from model.synced import key_of, read_part, write_part

Rows = list[list[Any]]


class Former(Table):
    """The rows that one document had in one table before a change, and after it.

    Attributes:
        kind, id: of the document, as in model.synced.
        part: the table.
        before, after: msgpack of its rows.
    """

    change_uid = IdField()
    kind = peewee.TextField()
    id = BytesField()
    part = peewee.TextField()
    before = BytesField()
    after = BytesField()

    class Meta:
        table_name = "former"
        primary_key = peewee.CompositeKey("change_uid", "kind", "id", "part")


@dataclass(frozen=True)
class Writes:
    """Which rows a kind of change writes.

    Attributes:
        kind: of the documents.
        tables: those of their tables.
        ids: the documents, from the change's arguments, before it is done.
    """

    kind: str
    tables: tuple[str, ...]
    ids: Callable[[Any], Iterable[bytes]]


def keeping(rule: Callable[[Any, Context], Any], *writes: Writes) -> Callable[[Any, Context], Any]:
    """The rule, with what stood before it kept."""

    def rule_that_keeps(args: Any, ctx: Context) -> Any:
        documents = [
            (kind.kind, table, ids)
            for kind in writes
            for ids in [list(dict.fromkeys(kind.ids(args)))]
            for table in kind.tables
        ]
        before = [read_part(*each) for each in documents]
        outcome = rule(args, ctx)
        keep(ctx.change_uid, documents, before)
        return outcome

    return rule_that_keeps


def keep(uid: bytes, documents: Sequence[tuple[str, str, list[bytes]]], before: Sequence[dict[bytes, Rows]]) -> None:
    """Keep beside a change what stood before it, of what has changed.

    Args:
        documents: their kind, table and ids.
        before: for each of these, what `read_part` gave before the change.
    """
    # A laptop does its unsent changes again, over what the office said meanwhile.
    execute("DELETE FROM former WHERE change_uid = ?", (uid,))
    changed = [
        (uid, kind, id_, table, msgspec.msgpack.encode(rows_before), msgspec.msgpack.encode(after[id_]))
        for (kind, table, ids), stood in zip(documents, before, strict=True)
        for after in [read_part(kind, table, ids)]
        for id_, rows_before in stood.items()
        if after[id_] != rows_before
    ]
    if changed:
        columns = "change_uid, kind, id, part, before, after"
        execute_many(f"INSERT INTO former ({columns}) VALUES (?, ?, ?, ?, ?, ?)", changed)


@dataclass(frozen=True)
class Stood:
    """The rows of one document in one table before and after a change."""

    kind: str
    id: bytes
    table: str
    before: Rows
    after: Rows


def stood_before(uid: bytes) -> list[Stood]:
    """What a change wrote and nothing has written since.

    Raises:
        Refused: it wrote nothing, what it wrote is not kept, or something of it was written again since.
    """
    found = [
        Stood(row.kind, row.id, row.part, msgspec.msgpack.decode(row.before), msgspec.msgpack.decode(row.after))
        for row in Former.select().where(Former.change_uid == uid).order_by(Former.kind, Former.id, Former.part)
    ]
    if not found:
        raise Refused(N_("There is nothing left to undo."))
    for table in dict.fromkeys((stood.kind, stood.table) for stood in found):
        of_table = [stood for stood in found if (stood.kind, stood.table) == table]
        present = read_part(*table, [stood.id for stood in of_table])
        for stood in of_table:
            if present[stood.id] != stood.after:
                raise Refused(
                    N_("{name} was changed again since then: make the opposite change instead."), name=_name_of(stood)
                )
    return found


def put_back(stood: Sequence[Stood]) -> None:
    """Write what stood before, its version too, as if the change had not been; whoever calls has announced it."""
    for each in stood:
        write_part(each.kind, each.table, each.id, each.before)


_NAMES = {
    "customer": "SELECT code FROM customer WHERE id = ?",
    "order": "SELECT number FROM orders WHERE id = ?",
    "cost": "SELECT code FROM product WHERE id = ?",
    "person": "SELECT name FROM salesperson WHERE id = ?",
}


def _name_of(stood: Stood) -> str:
    """What a person calls a document."""
    if stood.kind not in _NAMES:
        return str(key_of(stood.kind, stood.id)[0])
    found = one(_NAMES[stood.kind], (stood.id,))
    return "" if found is None else str(found[0])
