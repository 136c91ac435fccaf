"""Whose customers are since when, as it is imported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from model.errors import N_
from model.files.batch import Batch, Values, text_of
from model.files.faults import SourceRow
from model.store import execute, execute_many, one, rows

CLAIM, RELEASE = "claim", "release"
WRITE = (
    "INSERT INTO assignment (customer_id, from_date, to_date, owner_id, started_by, ended_by) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (customer_id, from_date) DO UPDATE SET to_date = excluded.to_date, owner_id = excluded.owner_id,"
    " started_by = excluded.started_by, ended_by = excluded.ended_by"
)


class Span(NamedTuple):
    """One time of responsibility, as the database keeps it."""

    from_date: str
    to_date: str | None
    owner: bytes
    started_by: str
    ended_by: str


@dataclass(frozen=True, slots=True)
class OwnerSaid:
    """What a customer's own row says of whose it is; no owner is the pool or the counter."""

    source: SourceRow
    is_new: bool
    owner: bytes | None
    since: date
    needs_owner: bool


class AssignmentRows:
    """The history of ownership. It counts alone for a customer that has rows of it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.said: dict[bytes, OwnerSaid] = {}
        self.retail: set[bytes] = set()
        self.histories: dict[bytes, list[tuple[Span, SourceRow]]] = {}
        self.changed: set[bytes] = set()
        self._new: list[tuple[Any, ...]] = []

    def say(
        self,
        customer: bytes,
        source: SourceRow,
        is_new: bool,
        owner: bytes | None,
        since: date,
        *,
        needs_owner: bool,
        retail: bool,
    ) -> None:
        """Keep what a customer's own row says until the history has been read."""
        self.said[customer] = OwnerSaid(source, is_new, owner, since, needs_owner)
        if retail:
            self.retail.add(customer)

    def take(self, source: SourceRow, values: Values) -> None:
        batch = self.batch
        customer = batch.refer(batch.customers, source, "customer", values["customer"])
        owner = batch.refer(batch.people, source, "owner", values["owner"])
        first, end = values["from"], values.get("to")
        by = (values.get("by") or "office").split()
        if end is not None and end <= first:
            batch.faults.tell(source, "to", N_("The end {date} is not after the beginning."), date=end.isoformat())
            return
        if RELEASE in by and end is None:
            batch.faults.tell(source, "by", N_("A release needs the day on which it ended."))
            return
        if customer is None or owner is None:
            return
        if values["customer"] in batch.customers.merged:
            batch.count("assignments").unchanged += 1
            return
        if customer in self.retail:
            batch.faults.tell(source, "customer", N_("A walk-in customer has no owner."))
            return
        ended_by = "" if end is None else RELEASE if RELEASE in by else "office"
        span = Span(first.isoformat(), text_of(end), owner, CLAIM if CLAIM in by else "office", ended_by)
        self.histories.setdefault(customer, []).append((span, SourceRow(source.file, source.row, {})))

    def finish(self) -> None:
        count = self.batch.count("assignments") if self.histories else None
        for customer, history in self.histories.items():
            assert count is not None
            before: dict[str, Span] = {}
            if not self._is_new(customer):
                before = {span.from_date: span for span in spans_of(customer)}
                if one("SELECT retail FROM customer WHERE id = ?", (customer,)) == (1,):
                    self.batch.faults.tell(history[0][1], "customer", N_("A walk-in customer has no owner."))
            together = {first: (span, None) for first, span in before.items()} | {
                span.from_date: (span, source) for span, source in history
            }
            self._refuse_overlaps(sorted(together.values(), key=lambda pair: pair[0].from_date), history)
            for span, source in history:
                old = before.get(span.from_date)
                if old == span:
                    count.unchanged += 1
                    continue
                self._refuse_closed_months(span, old, source)
                self._new.append((customer, *span))
                if old is None:
                    count.added += 1
                else:
                    count.updated += 1
        for customer, said in self.said.items():
            if customer not in self.histories:
                self._take_over(customer, said)
        self._new.sort(key=lambda row: row[:2])
        execute_many(WRITE, self._new)

    def _is_new(self, customer: bytes) -> bool:
        said = self.said.get(customer)
        return said is not None and said.is_new

    def _refuse_overlaps(
        self, together: list[tuple[Span, SourceRow | None]], history: list[tuple[Span, SourceRow]]
    ) -> None:
        starts: set[str] = set()
        for span, source in history:
            if span.from_date in starts:
                self.batch.faults.tell(
                    source, "from", N_("The customer is assigned from {date} twice."), date=span.from_date
                )
            starts.add(span.from_date)
        for (earlier, place), (later, own_place) in pairwise(together):
            if earlier.to_date is None or earlier.to_date > later.from_date:
                told_of = own_place if own_place is not None else place
                assert told_of is not None, "the store's own spans do not overlap"
                self.batch.faults.tell(
                    told_of, "from",
                    N_("On {date} the customer still has another owner: the times of two owners overlap."),
                    date=later.from_date,
                )  # fmt: skip

    def _refuse_closed_months(self, span: Span, old: Span | None, source: SourceRow) -> None:
        if old is None or old.owner != span.owner:
            self.batch.month_is_open(source, "from", date.fromisoformat(span.from_date))
        elif old.to_date != span.to_date:
            for end in (old.to_date, span.to_date):
                if end is not None:
                    self.batch.month_is_open(source, "to", date.fromisoformat(end))

    def _take_over(self, customer: bytes, said: OwnerSaid) -> None:
        """Make a customer's owner what its own row says, where no history says more."""
        batch = self.batch
        if said.needs_owner and said.owner is None:
            batch.faults.tell(said.source, "owner", N_("An owned customer needs an owner, or rows in assignments."))
            return
        if said.is_new:
            if said.owner is not None:
                if batch.closed_months:
                    batch.month_is_open(said.source, "owner", said.since)
                self._new.append((customer, said.since.isoformat(), None, said.owner, "office", ""))
            return
        spans = spans_of(customer)
        present = next(
            (
                span
                for span in spans
                if span.from_date <= batch.on_text and (span.to_date is None or span.to_date > batch.on_text)
            ),
            None,
        )
        if (present.owner if present is not None else None) == said.owner:
            return
        if spans and spans[-1].from_date > batch.on_text:
            batch.faults.tell(
                said.source, "owner",
                N_("The customer is assigned again from {date}: say in assignments what shall hold."),
                date=spans[-1].from_date,
            )  # fmt: skip
            return
        if not batch.month_is_open(said.source, "owner", batch.on):
            return
        self._change_owner(customer, present, said.owner)

    def _change_owner(self, customer: bytes, present: Span | None, owner: bytes | None) -> None:
        today = self.batch.on_text
        if present is not None and present.from_date == today:
            execute("DELETE FROM assignment WHERE customer_id = ? AND from_date = ?", (customer, today))
        elif present is not None:
            self._new.append((customer, *present._replace(to_date=today, ended_by="office")))
        if owner is not None:
            self._new.append((customer, today, None, owner, "office", ""))
        self.changed.add(customer)


def spans_of(customer: bytes) -> list[Span]:
    """A customer's ownership in the store, oldest first."""
    return [
        Span(first, end, bytes(owner), started_by, ended_by)
        for first, end, owner, started_by, ended_by in rows(
            "SELECT from_date, to_date, owner_id, started_by, ended_by FROM assignment WHERE customer_id = ?"
            " ORDER BY from_date",
            (customer,),
        )
    ]
