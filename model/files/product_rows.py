"""Products and what they cost since when, as they are imported."""

from __future__ import annotations

from typing import Any

from model import search_index
from model.dates import BEGINNING
from model.files.batch import TWICE, Batch, Values, insert, text_of
from model.files.faults import SourceRow
from model.products import cost_on
from model.store import execute, execute_many, rows

FIELDS = (
    "name", "brand", "category", "unit", "price_e4", "floor_e4", "tax_rate_bp", "stock_e3", "stock_on", "active",
)  # fmt: skip
# The column of the file that says each field, and what an empty cell means.
SAID_BY: dict[str, tuple[str, Any]] = {
    "name": ("name", ""), "brand": ("brand", ""), "category": ("category", ""), "unit": ("unit", ""),
    "price_e4": ("price", 0), "floor_e4": ("floor", None), "tax_rate_bp": ("tax_rate", 0),
    "stock_e3": ("stock", None), "stock_on": ("stock_on", None), "active": ("active", 1),
}  # fmt: skip
NEW_PRODUCT = tuple(SAID_BY[name][1] for name in FIELDS)


class ProductRows:
    """The products; a cost in their own column holds always, unless the history of costs says more."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.seen: dict[str, SourceRow] = {}
        self.new: list[tuple[Any, ...]] = []
        self.words: list[search_index.ProductWords] = []
        # Product → (whether it is new, the cost in its own column).
        self.said: dict[bytes, tuple[bool, int]] = {}
        # Product → first day → cost and the row that says it.
        self.histories: dict[bytes, dict[str, tuple[int, int]]] = {}
        self.touched: set[bytes] = set()
        self.added: set[bytes] = set()

    def take(self, source: SourceRow, values: Values) -> None:
        batch, code = self.batch, values["code"]
        if code in self.seen:
            first = self.seen[code]
            batch.faults.tell(source, "code", TWICE, code=code, row=first.row, file=first.file)
            return
        self.seen[code] = SourceRow(source.file, source.row, {})
        id_ = batch.products.find(code)
        before = NEW_PRODUCT
        if id_ is not None:
            (before,) = rows(f"SELECT {', '.join(FIELDS)} FROM product WHERE id = ?", (id_,))
        after = tuple(_said(values, name, old) for name, old in zip(FIELDS, before, strict=True))
        if id_ is None:
            id_ = batch.products.ids[code] = batch.id_of("products", code)
            self.new.append((id_, code, *after))
            self.added.add(id_)
        elif after != before:
            assignments = ", ".join(f"{name} = ?" for name in FIELDS)
            execute(f"UPDATE product SET {assignments} WHERE id = ?", (*after, id_))
            self.touched.add(id_)
        if id_ in self.added or id_ in self.touched:
            self.words.append((id_, code, *after[:3]))
        if values.get("cost") is not None:
            self.said[id_] = (id_ in self.added, values["cost"])

    def finish(self) -> None:
        insert("product", ("id", "code", *FIELDS), self.new)
        self.new.clear()
        if not self.batch.faults.bad_rows:
            search_index.index_products(self.words)

    def take_cost(self, source: SourceRow, values: Values) -> None:
        batch = self.batch
        product = batch.refer(batch.products, source, "product", values["product"])
        if product is None:
            return
        history = self.histories.setdefault(product, {})
        first = values["from"].isoformat()
        if first in history:
            code = f"{values['product']} {first}"
            batch.faults.tell(source, "from", TWICE, code=code, row=history[first][1], file=source.file)
        history[first] = (values["cost"], source.row)

    def finish_costs(self) -> None:
        new: list[tuple[bytes, str, int]] = []
        count = self.batch.count("costs") if self.histories else None
        for product, history in self.histories.items():
            before = dict(rows("SELECT from_date, cost_e4 FROM cost WHERE product_id = ?", (product,)))
            for first, (cost, _row) in history.items():
                assert count is not None
                if before.get(first) == cost:
                    count.unchanged += 1
                elif first in before:
                    execute(
                        "UPDATE cost SET cost_e4 = ? WHERE product_id = ? AND from_date = ?", (cost, product, first)
                    )
                    count.updated += 1
                else:
                    new.append((product, first, cost))
                    count.added += 1
        for product, (is_new, cost) in self.said.items():
            if product in self.histories:
                continue
            if is_new:
                new.append((product, BEGINNING.isoformat(), cost))
            elif cost_on(product, self.batch.on) != cost:
                new.append((product, self.batch.on_text, cost))
                self.touched.add(product)
        if new:
            new.sort()
            execute_many(
                "INSERT INTO cost (product_id, from_date, cost_e4) VALUES (?, ?, ?)"
                " ON CONFLICT (product_id, from_date) DO UPDATE SET cost_e4 = excluded.cost_e4",
                new,
            )
        self._count()

    def _count(self) -> None:
        if self.seen:
            count = self.batch.count("products")
            count.added, count.updated = len(self.added), len(self.touched)
            count.unchanged = len(self.seen) - count.added - count.updated


def _said(values: Values, name: str, before: Any) -> Any:
    """What a row says of a field; what the store has where the file lacks the column."""
    column, empty = SAID_BY[name]
    if column not in values:
        return before
    value = values[column]
    if value is None:
        value = empty
    if name == "active":
        return int(value)
    return text_of(value) if name == "stock_on" else value
