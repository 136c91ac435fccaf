"""Customers with whose they are and on what terms they buy, as they are imported."""

from __future__ import annotations

from typing import Any

from model import search_index
from model.customers import blacklisted_on
from model.dates import BEGINNING
from model.errors import N_
from model.files.assignment_rows import AssignmentRows
from model.files.batch import TWICE, Batch, Values, insert, text_of
from model.files.faults import SourceRow
from model.files.terms_rows import TermsRows
from model.store import execute, execute_many, rows

TEXTS = (
    "name", "short_name", "segment", "contact", "phone", "address", "city", "bank_account", "tax_id", "label", "note",
)  # fmt: skip
FIELDS = (*TEXTS, "created_on", "closed_on", "retail")
NEW_CUSTOMER: tuple[Any, ...] = (*("" for _ in TEXTS), None, None, 0)
BLACKLISTED = (
    "INSERT INTO blacklisting (customer_id, from_date, blacklisted, reason) VALUES (?, ?, ?, '')"
    " ON CONFLICT (customer_id, from_date) DO UPDATE SET blacklisted = excluded.blacklisted"
)


class CustomerRows:
    """The customers, and the histories that stand in tables of their own."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.assignments = AssignmentRows(batch)
        self.terms = TermsRows(batch)
        self.seen: dict[str, int] = {}
        self.new: list[tuple[Any, ...]] = []
        self.words: list[search_index.CustomerWords] = []
        self.blacklisted: list[tuple[bytes, str, int]] = []
        self.added: set[bytes] = set()
        self.updated: set[bytes] = set()

    def take(self, source: SourceRow, values: Values) -> None:
        batch, code = self.batch, values["code"]
        if code in self.seen:
            batch.faults.tell(source, "code", TWICE, code=code, row=self.seen[code], file=source.file)
            return
        self.seen[code] = source.row
        id_ = batch.customers.find(code)
        owner, sound = self._owner(source, values)
        if not sound:
            batch.customers.spoiled.add(code)
            return
        if code in batch.customers.merged:
            return
        is_new = id_ is None
        if id_ is None:
            id_ = batch.customers.ids[code] = batch.id_of("customers", code)
            after = _fields(values, NEW_CUSTOMER)
            self.new.append((id_, code, *after, 1))
            self.added.add(id_)
        else:
            (before,) = rows(f"SELECT {', '.join(FIELDS)} FROM customer WHERE id = ?", (id_,))
            after = _fields(values, before)
            if after != before:
                self._update(id_, after)
        if id_ in self.added or id_ in self.updated:
            self.words.append((id_, code, after[0], after[1], after[4]))
        self._say(source, values, id_, is_new, owner, bool(after[-1]))

    def _owner(self, source: SourceRow, values: Values) -> tuple[bytes | None, bool]:
        """The owner that a row names, and whether owner and kind agree."""
        code, kind = values.get("owner"), values.get("kind")
        if code is not None and kind in ("retail", "shared"):
            self.batch.faults.tell(
                source, "owner", N_("A {kind} customer has no owner: leave one of the two out."), kind=kind
            )
            return None, False
        if code is None:
            return None, True
        owner = self.batch.refer(self.batch.people, source, "owner", code)
        return owner, owner is not None

    def _update(self, id_: bytes, after: tuple[Any, ...]) -> None:
        assignments = ", ".join(f"{name} = ?" for name in FIELDS)
        execute(f"UPDATE customer SET {assignments}, version = version + 1 WHERE id = ?", (*after, id_))
        self.updated.add(id_)

    def _say(
        self, source: SourceRow, values: Values, id_: bytes, is_new: bool, owner: bytes | None, retail: bool
    ) -> None:
        """Keep what the row says of owner, terms and blacklist until their own tables have been read."""
        batch, kind = self.batch, values.get("kind")
        place = SourceRow(source.file, source.row, {})
        speaks = "owner" in values or kind in ("shared", "retail") or is_new or kind == "owned"
        if speaks and not (kind == "owned" and "owner" not in values and not is_new):
            since = values.get("created_on") or BEGINNING
            self.assignments.say(id_, place, is_new, owner, since, needs_owner=kind == "owned", retail=retail)
        elif retail:
            self.assignments.retail.add(id_)
        self.terms.say(id_, is_new, values)
        if "blacklisted" in values:
            blacklisted = bool(values["blacklisted"])
            if is_new and blacklisted:
                self.blacklisted.append((id_, BEGINNING.isoformat(), 1))
            elif not is_new and blacklisted_on(id_, batch.on) != blacklisted:
                self.blacklisted.append((id_, batch.on_text, int(blacklisted)))
                self.updated.add(id_)

    def finish(self) -> None:
        insert("customer", ("id", "code", *FIELDS, "version"), self.new)
        execute_many(
            "INSERT INTO customer_total (customer_id, balance, trades, money_until) VALUES (?, 0, 0, '')",
            [(row[0],) for row in self.new],
        )
        self.new.clear()
        execute_many(BLACKLISTED, self.blacklisted)
        if not self.batch.faults.bad_rows:
            search_index.index_customers(self.words)
        self.words.clear()

    def finish_terms(self) -> None:
        self.updated |= (self.assignments.changed | self.terms.finish()) - self.added
        if self.seen:
            count = self.batch.count("customers")
            count.added, count.updated = len(self.added), len(self.updated)
            count.unchanged = len(self.seen) - count.added - count.updated


def _fields(values: Values, before: tuple[Any, ...]) -> tuple[Any, ...]:
    """A customer's fields as a row says them; those of the store where the file lacks the column."""
    texts = tuple(values[name] or "" if name in values else old for name, old in zip(TEXTS, before, strict=False))
    created, closed, retail = before[len(TEXTS) :]
    if "created_on" in values:
        created = text_of(values["created_on"])
    if "closed_on" in values:
        closed = text_of(values["closed_on"])
    if "kind" in values or values.get("owner") is not None:
        retail = int(values.get("kind") == "retail")
    return (*texts, created, closed, retail)
