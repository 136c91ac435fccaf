"""What all tables of one import share: its date, its faults, its counts, and which codes are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from model.aliases import resolved
from model.errors import N_, InputError
from model.files.faults import Faults, SourceRow
from model.files.tables import TableFormat
from model.ids import import_id
from model.store import execute_many, one, rows

Values: TypeAlias = dict[str, Any]
# progress(table, rows done, rows expected or None)
Progress: TypeAlias = Callable[[str, int, int | None], None]


@dataclass
class TableCount:
    """What became of one table's rows."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, or would do.

    Attributes:
        tables: by table, in the order of the tables.
        dry_run: nothing was written.
    """

    tables: dict[str, TableCount]
    dry_run: bool = False

    @property
    def changed(self) -> bool:
        return any(count.added or count.updated for count in self.tables.values())


@dataclass
class Known:
    """Codes or numbers of one table, in the store or among the rows of this import.

    Attributes:
        spoiled: codes of rows that are bad themselves; whoever names one is not told so again.
        was_empty: the table had no row before the import, so nothing needs to be looked up.
        merged: codes of customers that were merged into others, of those that were looked for. Documents that name
            one go to whom it became; what the files say of itself changes nothing.
    """

    table: str
    column: str
    unknown: str
    ids: dict[str, bytes] = field(default_factory=dict)
    spoiled: set[str] = field(default_factory=set)
    was_empty: bool = False
    merged: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.was_empty = one(f"SELECT 1 FROM {self.table} LIMIT 1") is None
        self._query = f"SELECT id FROM {self.table} WHERE {self.column} = ?"
        losers = rows("SELECT loser_id FROM alias") if self.table == "customer" else []
        self._became = {bytes(loser): resolved(loser) for (loser,) in losers}

    def find(self, code: str) -> bytes | None:
        found = self.ids.get(code)
        if found is None and not self.was_empty:
            row = one(self._query, (code,))
            if row is not None:
                found = self.ids[code] = self._became.get(bytes(row[0]), bytes(row[0]))
                if found != bytes(row[0]):
                    self.merged.add(code)
        return found


class Batch:
    """One import under way.

    Args:
        on: its business date.
        company: id of the company: the same row is the same row in every store of it.
        change_uid: the change that the rows belong to.
    """

    def __init__(self, on: date, company: bytes, change_uid: bytes, faults: Faults) -> None:
        self.on = on
        self.on_text = on.isoformat()
        self.company = company
        self.change_uid = change_uid
        self.faults = faults
        self.counts: dict[str, TableCount] = {}
        self.people = Known("salesperson", "code", N_("There is no salesperson {code}, here or in the store."))
        self.customers = Known("customer", "code", N_("There is no customer {code}, here or in the store."))
        self.products = Known("product", "code", N_("There is no product {code}, here or in the store."))
        self.orders = Known("orders", "number", N_("There is no order {code}, here or in the store."))
        self.receipts = Known("receipt", "number", N_("There is no receipt {code}, here or in the store."))
        self.closed_months = {str(row[0]) for row in rows("SELECT DISTINCT month FROM month_close")}
        # Customers whose documents, and months whose performance, this import touches.
        self.customers_moved: set[bytes] = set()
        self.months_moved: set[str] = set()
        self._keyed = {
            "salespeople": (self.people, "code"),
            "customers": (self.customers, "code"),
            "products": (self.products, "code"),
            "orders": (self.orders, "number"),
            "order_lines": (self.orders, "order"),
            "receipts": (self.receipts, "number"),
        }

    def count(self, table: str) -> TableCount:
        return self.counts.setdefault(table, TableCount())

    def id_of(self, table: str, key: str) -> bytes:
        return import_id(self.company, table, key)

    def refer(self, known: Known, source: SourceRow, column: str, code: str) -> bytes | None:
        """The id of what a row names; None, and a fault, where it is unknown."""
        found = known.find(code)
        if found is None and code not in known.spoiled:
            self.faults.tell(source, column, known.unknown, code=code)
        return found

    def spoil(self, table: str, source: SourceRow) -> None:
        """Remember that a row is bad, so that rows that name it are not told so again."""
        if table in self._keyed:
            known, column = self._keyed[table]
            known.spoiled.add(source.cells.get(column, "").strip())

    def not_after_today(self, source: SourceRow, column: str, day: date | None) -> bool:
        """Whether a date is not after the import's business date; a fault otherwise."""
        if day is None or day <= self.on:
            return True
        self.faults.tell(
            source, column, N_("The date {date} is after today ({today})."), date=day.isoformat(), today=self.on_text
        )
        return False

    def month_is_open(self, source: SourceRow, column: str, day: date) -> bool:
        """Whether an assignment may take effect on a day; a fault in a closed month."""
        month = day.isoformat()[:7]
        if month not in self.closed_months:
            return True
        self.faults.tell(source, column, N_("{month} is closed: an assignment cannot take effect in it."), month=month)
        return False


def read_values(table: TableFormat, source: SourceRow, faults: Faults) -> Values | None:
    """A row's values by column: None where a cell is empty, absent where the file lacks the column."""
    cells = source.cells
    values: Values = {}
    sound = True
    for name, read, required in table.readers:
        text = cells.get(name)
        if text is None and not required:
            continue
        text = text.strip() if text else ""
        if text:
            try:
                values[name] = read(text)
            except InputError as error:
                faults.add(source.file, source.row, name, error)
                sound = False
        elif required:
            faults.tell(source, name, _MISSING, column=name)
            sound = False
        else:
            values[name] = None
    return values if sound else None


_MISSING = N_("{column} is empty: every row needs it.")
TWICE = N_("{code} is in the files twice, first in row {row} of {file}.")


def insert(table: str, columns: Sequence[str], new: list[tuple[Any, ...]]) -> None:
    """Write new rows in bulk, in the order of their first column, so that neighbours land on the same page."""
    if new:
        new.sort(key=lambda row: row[0])
        marks = ", ".join("?" * len(columns))
        execute_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", new)


def text_of(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
