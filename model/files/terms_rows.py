"""Credit terms since when, as they are imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from model.dates import BEGINNING
from model.errors import N_
from model.files.batch import Batch, Values, text_of
from model.files.faults import SourceRow
from model.store import execute_many, one, rows

COLUMNS = ("credit_days", "credit_from", "credit_limit")
# What a customer has whom nobody gave terms.
NO_TERMS: tuple[int, str, int] = (0, "order", 0)
WRITE = (
    "INSERT INTO terms (customer_id, from_date, until_date, credit_days, credit_from, credit_limit, reason)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (customer_id, from_date, until_date) DO UPDATE SET"
    " credit_days = excluded.credit_days, credit_from = excluded.credit_from, credit_limit = excluded.credit_limit,"
    " reason = excluded.reason"
)
LASTING = (
    "SELECT credit_days, credit_from, credit_limit FROM terms"
    " WHERE customer_id = ? AND from_date <= ? AND until_date = '' ORDER BY from_date DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class TermsSaid:
    """The terms in a customer's own row; `None` in a place stands for a column that the file lacks."""

    is_new: bool
    terms: tuple[int | None, str | None, int | None]


class TermsRows:
    """The history of terms. It counts alone for a customer that has rows of it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.said: dict[bytes, TermsSaid] = {}
        self.histories: dict[bytes, dict[tuple[str, str], tuple[Any, ...]]] = {}

    def say(self, customer: bytes, is_new: bool, values: Values) -> None:
        """Keep what a customer's own row says until the history has been read."""
        said: tuple[Any, ...] = tuple(
            (none if values[name] is None else values[name]) if name in values else None
            for name, none in zip(COLUMNS, NO_TERMS, strict=True)
        )
        if any(value is not None for value in said):
            self.said[customer] = TermsSaid(is_new, said)

    def take(self, source: SourceRow, values: Values) -> None:
        batch = self.batch
        customer = batch.refer(batch.customers, source, "customer", values["customer"])
        until = values.get("until")
        terms: tuple[Any, ...] = tuple(values.get(name) for name in COLUMNS)
        if until is not None and until < values["from"]:
            batch.faults.tell(source, "until", N_("The end {date} is before the beginning."), date=until.isoformat())
            return
        if until is not None and all(value is None for value in terms):
            batch.faults.tell(source, "credit_limit", N_("A temporary row needs days, a limit, or both."))
            return
        if customer is None:
            return
        if values["customer"] in batch.customers.merged:
            batch.count("terms").unchanged += 1
            return
        if until is None:
            terms = tuple(none if said is None else said for said, none in zip(terms, NO_TERMS, strict=True))
        history = self.histories.setdefault(customer, {})
        key = (values["from"].isoformat(), text_of(until) or "")
        if key in history:
            batch.faults.tell(source, "from", N_("The customer has terms from {date} twice."), date=key[0])
        history[key] = (*terms, values.get("reason") or "")

    def finish(self) -> set[bytes]:
        """Write all terms, and give the customers there before whose own row changed theirs."""
        new: list[tuple[Any, ...]] = []
        changed: set[bytes] = set()
        count = self.batch.count("terms") if self.histories else None
        for customer, history in self.histories.items():
            assert count is not None
            before = {
                (first, until): tuple(kept)
                for first, until, *kept in rows(
                    "SELECT from_date, until_date, credit_days, credit_from, credit_limit, reason FROM terms"
                    " WHERE customer_id = ?",
                    (customer,),
                )
            }
            for key, terms in history.items():
                if before.get(key) == terms:
                    count.unchanged += 1
                    continue
                new.append((customer, *key, *terms))
                if key in before:
                    count.updated += 1
                else:
                    count.added += 1
        for customer, said in self.said.items():
            if customer in self.histories:
                continue
            present = NO_TERMS if said.is_new else one(LASTING, (customer, self.batch.on_text)) or NO_TERMS
            wanted = tuple(old if given is None else given for given, old in zip(said.terms, present, strict=True))
            if wanted != tuple(present):
                first = BEGINNING.isoformat() if said.is_new else self.batch.on_text
                new.append((customer, first, "", *wanted, ""))
                if not said.is_new:
                    changed.add(customer)
        new.sort(key=lambda row: row[:3])
        execute_many(WRITE, new)
        return changed
