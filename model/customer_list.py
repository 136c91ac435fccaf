"""The list of customers: filtered, sorted and read page by page, so that a hundred thousand feel like a hundred.

Neighbouring pages are found by the key of the row beside them, never by counting rows. A sort is a line of segments
that follow one another, each with an index of its own to walk along: a salesperson's customers, those who owe nothing,
those who never traded. Where a filter leaves few customers, their keys alone are gathered and sorted instead. Only the
ids of one page are fetched so; what stands in its columns is then read for these alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from model.aliases import not_merged
from model.credit import overdue_before, told_by_cards, tolerance_on
from model.customers import CreditTerms, terms_of
from model.dates import month_of
from model.fields import iso
from model.laptop import cards_count, held_in_full
from model.orders import IS_HELD
from model.payment_grades import grades_of
from model.search import matching_customer_ids_sql
from model.stages import stage_condition, stage_limits, stage_of, trading_months_of
from model.store import one, rows

SORTS = ("code", "name", "owner", "last_trade", "balance", "credit_left")
KINDS = ("owned", "shared", "retail")
QUIET_DAYS = (30, 60, 90, 180)
# Up to so many keys are gathered and sorted outside the database; beyond, a sort's index is walked.
GATHERED_KEYS = 3_000
# A segment whose rows all have one value is sorted by code on the spot up to so many rows.
SORTED_ON_THE_SPOT = 4_000
# From so far on it is worth counting whether the end is nearer than the beginning.
FAR_OFFSET_ROWS = 2_000
PAGE_ROWS = 500

SHOWN_NAME = "(CASE WHEN c.short_name = '' THEN c.name ELSE c.short_name END)"
HELD_NOW = "a.from_date <= ? AND (a.to_date IS NULL OR a.to_date > ?)"
OWNED_NOW = f"EXISTS (SELECT 1 FROM assignment a WHERE a.customer_id = c.id AND {HELD_NOW})"
BLACKLISTED = (
    "(SELECT b.blacklisted FROM blacklisting b WHERE b.customer_id = c.id AND b.from_date <= ?"
    " ORDER BY b.from_date DESC LIMIT 1) <> 0"
)
# What a laptop knows of another's customer is on its card; without an office there are none.
OVERDUE_BY_CARD = "c.id IN (SELECT k.customer_id FROM customer_card k WHERE k.shown = 1 AND k.overdue > 0)"
OVERDUE_BILL = "o.open_amount <> 0 AND o.open_amount > ? AND o.due_date < ?"
LASTING_LIMIT = (
    "(SELECT l.credit_limit FROM terms l WHERE l.customer_id = c.id AND l.from_date <= ? AND l.until_date = ''"
    " ORDER BY l.from_date DESC LIMIT 1)"
)
# A lasting row always has a limit; of temporary ones the last begun, then the last to end, that names one. Few
# customers ever have a temporary one, so they are listed once instead of asking for each customer.
LIMIT_NOW = (
    "COALESCE(CASE WHEN c.id IN (SELECT e.customer_id FROM terms e WHERE e.until_date <> '') THEN"
    " (SELECT l.credit_limit FROM terms l WHERE l.customer_id = c.id AND l.from_date <= ?"
    " AND l.until_date >= ? AND l.until_date <> '' AND l.credit_limit IS NOT NULL"
    f" ORDER BY l.from_date DESC, l.until_date DESC LIMIT 1) END, {LASTING_LIMIT}, 0)"
)
WITH_HELD_ORDER = f"SELECT o.customer_id AS id FROM orders o WHERE {IS_HELD}"
BY_CODE = "customer c CROSS JOIN customer_total t ON t.customer_id = c.id"
BY_TOTAL = "customer_total t CROSS JOIN customer c ON c.id = t.customer_id"

POOL, RETAIL, OWNED = "0", "1", "2"
# Before and behind every other segment: a list that descends is walked from its end.
FIRST_OF_ALL, LAST_OF_ALL = "!", "~"
HELD_IN_FULL = held_in_full("c.id")

Key = tuple[str, Any, str]
"""Where a row stands: its segment, its value where values differ within the segment, its code."""


@dataclass(frozen=True)
class CustomerFilter:
    """Which customers are listed; without anything, all that are not closed.

    Attributes:
        text: what was typed, as in the search for customers.
        owner: a salesperson's id; `pool` or `retail`; empty for all.
        stage: one of the stages, or empty.
        quiet_days: the last trade is at least so many days ago; 0 for all. Who never traded is a prospect, not quiet.
        held: an order of theirs is held.
        with_closed: closed customers too.
    """

    text: str = ""
    owner: bytes | str = ""
    stage: str = ""
    quiet_days: int = 0
    overdue: bool = False
    blacklisted: bool = False
    held: bool = False
    with_closed: bool = False


@dataclass(frozen=True)
class ListedCustomer:
    """A row of the list; amounts in minor units. `key` says where it stands.

    Attributes:
        owner: the responsible salesperson's name; empty in the pool and for retail.
        kind: owned, shared or retail.
        traded_this_month: a live order over zero is dated in the month of the list's day.
        overdue: open amount of bills past due and grace.
        grade: the grade of the payment record, and beside it the label set by hand.
        only_card: this laptop holds the customer's card, but not its documents: `balance` is None then, and stage, last
            trade and grade are empty.
    """

    id: bytes
    key: Key
    code: str
    name: str
    owner: str
    kind: str
    stage: str
    last_trade: date | None
    traded_this_month: bool
    balance: int | None
    overdue: int
    credit_left: int
    grade: str
    blacklisted: bool
    closed: bool
    only_card: bool = False


@dataclass(frozen=True)
class Segment:
    """Rows that follow one another in a sort.

    Attributes:
        key: its place among the segments.
        source: the tables in the order in which they are walked; they name `c` the customer and `t` its totals.
        condition: what its rows have in common.
        value: what they are sorted by before the code; empty where all have the same.
    """

    key: str
    source: str
    condition: str = ""
    parameters: tuple[Any, ...] = ()
    value: str = ""
    value_parameters: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Condition:
    """A part of a filter: SQL and its parameters; `narrow` is a query for ids that hold all that fit."""

    sql: str
    parameters: tuple[Any, ...] = ()
    narrow: str = ""
    narrow_parameters: tuple[Any, ...] = ()


@dataclass(frozen=True)
class CustomerList:
    """The customers that pass a filter, in one order, as of a day. Use it inside `with store.use():`."""

    filter: CustomerFilter
    sort: str
    descending: bool
    day: date

    def count(self) -> int:
        """How many customers pass the filter."""
        gathered = self._few()
        where, more = self._where()
        if gathered is not None:
            query, parameters = gathered
            found = one(
                f"SELECT COUNT(*) FROM ({query}) n CROSS JOIN {BY_CODE} WHERE c.id = n.id{where}",
                (*parameters, *more),
            )
        elif self.filter == CustomerFilter():
            found = one(f"SELECT COUNT(*) FROM customer c WHERE 1 = 1{where}", more)
        else:
            found = one(f"SELECT COUNT(*) FROM {BY_CODE} WHERE 1 = 1{where}", more)
        return 0 if found is None else int(found[0])

    def page(
        self, size: int, *, after: Key | None = None, before: Key | None = None, offset: int = 0
    ) -> list[ListedCustomer]:
        """So many rows behind or before a known one; without one, those from an offset on."""
        return self._shown(self._keys(size, after, before, offset))

    def all(self) -> Iterator[list[ListedCustomer]]:
        """Every row, page by page."""
        last: Key | None = None
        while True:
            page = self.page(PAGE_ROWS, after=last)
            if page:
                yield page
            if len(page) < PAGE_ROWS:
                return
            last = page[-1].key

    # --- which ids stand on a page

    def _keys(self, size: int, after: Key | None, before: Key | None, offset: int) -> list[tuple[Key, bytes]]:
        gathered = self._few()
        if gathered is not None:
            return self._gathered_page(gathered, size, after, before, offset)
        if after is not None:
            return self._walk(size, self.descending, after, 0)
        if before is not None:
            return self._walk(size, not self.descending, before, 0)[::-1]
        if offset > FAR_OFFSET_ROWS and offset > (total := self.count()) // 2:
            # The end of a long list is reached from its end.
            behind = max(0, total - offset - size)
            return self._walk(min(size, max(0, total - offset)), not self.descending, None, behind)[::-1]
        return self._walk(size, self.descending, None, offset)

    def _walk(self, size: int, backwards: bool, beside: Key | None, skip: int) -> list[tuple[Key, bytes]]:
        """Ids along the segments, from behind a key on or after so many skipped rows."""
        found: list[tuple[Key, bytes]] = []
        segments = self._segments()
        for segment in reversed(segments) if backwards else segments:
            if beside is not None and (segment.key > beside[0] if backwards else segment.key < beside[0]):
                continue
            if skip:
                rows_here = self._rows_in(segment)
                if rows_here <= skip:
                    skip -= rows_here
                    continue
            inside = beside if beside is not None and segment.key == beside[0] else None
            found += self._rows_of(segment, size - len(found), backwards, inside, skip)
            skip = 0
            if len(found) >= size:
                break
        return found

    def _rows_in(self, segment: Segment) -> int:
        where, parameters = self._where(segment)
        found = one(f"SELECT COUNT(*) FROM {segment.source} WHERE 1 = 1{where}", parameters)
        return 0 if found is None else int(found[0])

    def _rows_of(
        self, segment: Segment, size: int, backwards: bool, beside: Key | None, skip: int
    ) -> list[tuple[Key, bytes]]:
        where, parameters = self._where(segment)
        direction, compared = (" DESC", "<") if backwards else ("", ">")
        if segment.value:
            order = f"{segment.value}{direction}, c.code{direction}"
            order_parameters: tuple[Any, ...] = segment.value_parameters
        else:
            order, order_parameters = f"c.code{direction}", ()
        if beside is not None and segment.value_parameters:
            where += f" AND ({segment.value}, c.code) {compared} (?, ?)"
            parameters = (*parameters, *segment.value_parameters, beside[1], beside[2])
        elif beside is not None and segment.value:
            # Said twice, so that the index of the value is entered at the right place.
            where += f" AND {segment.value} {compared}= ? AND ({segment.value} {compared} ? OR c.code {compared} ?)"
            parameters = (*parameters, beside[1], beside[1], beside[2])
        elif beside is not None:
            where += f" AND c.code {compared} ?"
            parameters = (*parameters, beside[2])
        shown = segment.value or "NULL"
        found = rows(
            f"SELECT c.id, c.code, {shown} FROM {segment.source} WHERE 1 = 1{where} ORDER BY {order} LIMIT ? OFFSET ?",
            (*segment.value_parameters, *parameters, *order_parameters, size, skip),
        )
        return [((segment.key, value, code), bytes(id_)) for id_, code, value in found]

    def _gathered_page(
        self, gathered: tuple[str, tuple[Any, ...]], size: int, after: Key | None, before: Key | None, offset: int
    ) -> list[tuple[Key, bytes]]:
        query, parameters = gathered
        where, more = self._where()
        segment_of, value, value_parameters = self._gathered_key()
        found = rows(
            f"SELECT c.id, c.code, {segment_of}, {value}"
            f" FROM ({query}) n CROSS JOIN {BY_CODE} WHERE c.id = n.id{where}",
            (*value_parameters, *parameters, *more),
        )
        keyed = sorted(((str(segment), value, code), bytes(id_)) for id_, code, segment, value in found)
        places = [key for key, _ in keyed]
        low, high = 0, len(keyed)
        if after is not None:
            if self.descending:
                high = bisect_left(places, after)
            else:
                low = bisect_right(places, after)
        elif before is not None:
            if self.descending:
                low = bisect_right(places, before)
            else:
                high = bisect_left(places, before)
        chosen = keyed[low:high]
        if self.descending:
            chosen.reverse()
        if after is None and before is not None:
            return chosen[-size:]
        start = 0 if after is not None else offset
        return chosen[start : start + size]

    # --- how it is sorted

    def _segments(self) -> list[Segment]:
        """The segments of the sort; those held as a card stand last where their value is not known, either way."""
        segments = self._segments_in_full()
        if not self._leaves_cards_last():
            return segments
        held = [replace(segment, condition=f"{segment.condition} AND {HELD_IN_FULL}") for segment in segments]
        cards = Segment(self._cards_key(), BY_CODE, f"NOT {HELD_IN_FULL}")
        return [cards, *held] if self.descending else [*held, cards]

    def _leaves_cards_last(self) -> bool:
        return self.sort in ("last_trade", "balance") and cards_count() > 0

    def _cards_key(self) -> str:
        return FIRST_OF_ALL if self.descending else LAST_OF_ALL

    def _segments_in_full(self) -> list[Segment]:
        if self.sort == "name":
            return [Segment("0", BY_CODE, value=SHOWN_NAME)]
        if self.sort == "owner":
            return self._owner_segments()
        if self.sort == "last_trade":
            never = self._of_one_value("0", "t.last_trade IS NULL")
            return [never, Segment("1", BY_TOTAL, "t.last_trade IS NOT NULL", value="t.last_trade")]
        if self.sort == "balance":
            return [
                Segment("0", BY_TOTAL, "t.balance < 0", value="t.balance"),
                self._of_one_value("1", "t.balance = 0"),
                Segment("2", BY_TOTAL, "t.balance > 0", value="t.balance"),
            ]
        if self.sort == "credit_left":
            return [Segment("0", BY_CODE, value=f"({LIMIT_NOW} - t.balance)", value_parameters=self._limit_days())]
        return [Segment("0", BY_CODE)]

    def _of_one_value(self, key: str, condition: str) -> Segment:
        """A segment in the order of codes, walked along the codes where it is large."""
        found = one(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM customer_total t WHERE {condition} LIMIT {SORTED_ON_THE_SPOT + 1})"
        )
        few = found is not None and int(found[0]) <= SORTED_ON_THE_SPOT
        return Segment(key, BY_TOTAL if few else BY_CODE, condition)

    def _owner_segments(self) -> list[Segment]:
        day, wanted = iso(self.day), self.filter.owner
        theirs = f"assignment a CROSS JOIN {BY_CODE}"
        segments = []
        if wanted in ("", "pool"):
            segments.append(Segment(POOL, BY_CODE, f"c.retail = 0 AND NOT {OWNED_NOW}", (day, day)))
        if wanted in ("", "retail"):
            segments.append(Segment(RETAIL, BY_CODE, "c.retail <> 0"))
        for id_, code in rows("SELECT id, code FROM salesperson ORDER BY code"):
            if wanted in ("", bytes(id_)):
                condition = f"c.id = a.customer_id AND a.owner_id = ? AND {HELD_NOW}"
                segments.append(Segment(OWNED + code, theirs, condition, (bytes(id_), day, day)))
        return segments

    def _gathered_key(self) -> tuple[str, str, tuple[Any, ...]]:
        """SQL for a row's segment and for its value within it, with their parameters."""
        segment_of, value, parameters = self._gathered_key_in_full()
        if self._leaves_cards_last():
            segment_of = f"CASE WHEN {HELD_IN_FULL} THEN {segment_of} ELSE '{self._cards_key()}' END"
            value = f"CASE WHEN {HELD_IN_FULL} THEN {value} END"
        return segment_of, value, parameters

    def _gathered_key_in_full(self) -> tuple[str, str, tuple[Any, ...]]:
        day = iso(self.day)
        if self.sort == "owner":
            owner = (
                "(SELECT p.code FROM assignment a JOIN salesperson p ON p.id = a.owner_id"
                f" WHERE a.customer_id = c.id AND {HELD_NOW})"
            )
            return f"COALESCE('{OWNED}' || {owner}, CASE WHEN c.retail <> 0 THEN '1' ELSE '0' END)", "NULL", (day, day)
        if self.sort == "last_trade":
            return "CASE WHEN t.last_trade IS NULL THEN '0' ELSE '1' END", "t.last_trade", ()
        if self.sort == "balance":
            place = "CASE WHEN t.balance < 0 THEN '0' WHEN t.balance = 0 THEN '1' ELSE '2' END"
            return place, "NULLIF(t.balance, 0)", ()
        if self.sort == "credit_left":
            return "'0'", f"({LIMIT_NOW} - t.balance)", self._limit_days()
        return "'0'", SHOWN_NAME if self.sort == "name" else "NULL", ()

    def _limit_days(self) -> tuple[Any, ...]:
        day = iso(self.day)
        return (day, day, day)

    # --- what passes

    def _where(self, segment: Segment | None = None) -> tuple[str, tuple[Any, ...]]:
        conditions = self._conditions()
        if segment is not None and segment.condition:
            conditions.insert(0, Condition(segment.condition, segment.parameters))
        sql = "".join(f" AND {condition.sql}" for condition in conditions)
        return sql, tuple(value for condition in conditions for value in condition.parameters)

    def _few(self) -> tuple[str, tuple[Any, ...]] | None:
        """A query for the ids that may pass, where a part of the filter leaves few enough to gather."""
        fewest: tuple[int, str, tuple[Any, ...]] | None = None
        for condition in self._conditions():
            if condition.narrow:
                query, parameters = condition.narrow, condition.narrow_parameters
                found = one(f"SELECT COUNT(*) FROM (SELECT 1 FROM ({query}) f LIMIT {GATHERED_KEYS + 1})", parameters)
                few = GATHERED_KEYS + 1 if found is None else int(found[0])
                if few <= GATHERED_KEYS and (fewest is None or few < fewest[0]):
                    fewest = (few, query, parameters)
        return None if fewest is None else fewest[1:]

    def _conditions(self) -> list[Condition]:
        chosen, day = self.filter, iso(self.day)
        conditions: list[Condition] = []
        if one("SELECT 1 FROM alias LIMIT 1") is not None:
            conditions.append(Condition(not_merged("c.id")))
        if not chosen.with_closed:
            conditions.append(Condition("(c.closed_on IS NULL OR c.closed_on > ?)", (day,)))
        if chosen.text.strip():
            query, parameters = matching_customer_ids_sql(chosen.text)
            matching = f"SELECT id FROM ({query}) matching"
            conditions.append(Condition(f"c.id IN ({query})", tuple(parameters), matching, tuple(parameters)))
        if chosen.owner:
            conditions.append(self._owner_condition(chosen.owner))
        if chosen.stage:
            sql, given = stage_condition(chosen.stage, self.day, stage_limits(self.day))
            conditions.append(Condition(f"({sql}) AND {HELD_IN_FULL}", tuple(given)))
        if chosen.quiet_days:
            quiet_since = self.day - timedelta(days=chosen.quiet_days)
            conditions.append(Condition(f"t.last_trade <= ? AND {HELD_IN_FULL}", (iso(quiet_since),)))
        if chosen.overdue:
            bill = (tolerance_on(self.day), iso(overdue_before(self.day)))
            owes = f"EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND {OVERDUE_BILL})"
            conditions.append(Condition(f"({owes} OR {OVERDUE_BY_CARD})", bill))
        if chosen.blacklisted:
            ever = "SELECT DISTINCT customer_id AS id FROM blacklisting"
            conditions.append(Condition(BLACKLISTED, (day,), ever))
        if chosen.held:
            conditions.append(
                Condition(f"c.id IN ({WITH_HELD_ORDER})", (), f"{WITH_HELD_ORDER} GROUP BY o.customer_id")
            )
        return conditions

    def _owner_condition(self, owner: bytes | str) -> Condition:
        day = iso(self.day)
        if owner == "retail":
            return Condition("c.retail <> 0", (), "SELECT id FROM customer WHERE retail <> 0")
        if owner == "pool":
            return Condition(f"c.retail = 0 AND NOT {OWNED_NOW}", (day, day))
        theirs = f"SELECT a.customer_id AS id FROM assignment a WHERE a.owner_id = ? AND {HELD_NOW}"
        return Condition(
            f"EXISTS (SELECT 1 FROM assignment a WHERE a.customer_id = c.id AND a.owner_id = ? AND {HELD_NOW})",
            (owner, day, day),
            theirs,
            (owner, day, day),
        )

    # --- what stands in the columns

    def _shown(self, keyed: Sequence[tuple[Key, bytes]]) -> list[ListedCustomer]:
        if not keyed:
            return []
        ids = [id_ for _, id_ in keyed]
        facts = _Facts(ids, self.day)
        return [facts.row(id_, key) for key, id_ in keyed]


class _Facts:
    """What is known of the customers of one page, read in a few queries for all of them."""

    def __init__(self, ids: Sequence[bytes], day: date) -> None:
        self.day = day
        marks, today = ", ".join("?" * len(ids)), iso(day)
        self.cards = {
            bytes(card[0]): card
            for card in rows(
                "SELECT c.id, c.code, c.name, c.short_name, c.retail, c.label, c.closed_on, p.name,"
                " t.balance, t.first_trade, t.last_trade FROM customer c"
                " LEFT JOIN customer_total t ON t.customer_id = c.id"
                f" LEFT JOIN assignment a ON a.customer_id = c.id AND {HELD_NOW}"
                f" LEFT JOIN salesperson p ON p.id = a.owner_id WHERE c.id IN ({marks})",
                (today, today, *ids),
            )
        }
        self.terms = terms_of(ids, day)
        self.told_by_cards = told_by_cards(ids)
        self.grades = grades_of(ids, day)
        self.stage_limits = stage_limits(day)
        self.trading_months = trading_months_of(ids, day)
        self.overdue = dict(
            rows(
                "SELECT o.customer_id, CAST(SUM(o.open_amount) AS BIGINT) FROM orders o"
                f" WHERE o.customer_id IN ({marks}) AND {OVERDUE_BILL} GROUP BY o.customer_id",
                (*ids, tolerance_on(day), iso(overdue_before(day))),
            )
        )
        self.overdue.update({id_: card.overdue for id_, card in self.told_by_cards.items()})
        self.traded = {
            bytes(id_)
            for (id_,) in rows(
                f"SELECT customer_id FROM customer_month WHERE customer_id IN ({marks}) AND month = ? AND orders > 0",
                (*ids, month_of(day)),
            )
        }
        # The last row read of a customer's history is the one that holds.
        self.blacklisted = dict(
            rows(
                f"SELECT customer_id, blacklisted FROM blacklisting WHERE customer_id IN ({marks})"
                " AND from_date <= ? ORDER BY from_date",
                (*ids, today),
            )
        )

    def row(self, id_: bytes, key: Key) -> ListedCustomer:
        _id, code, name, short_name, retail, label, closed_on, owner, balance, first_trade, last_trade = self.cards[id_]
        terms = self.terms.get(id_, CreditTerms())
        only_card = id_ in self.told_by_cards
        first = date.fromisoformat(first_trade) if first_trade else None
        return ListedCustomer(
            id=id_,
            key=key,
            code=code,
            name=short_name or name,
            owner=owner or "",
            kind="retail" if retail else "owned" if owner is not None else "shared",
            stage="" if only_card else stage_of(first, self.trading_months.get(id_, 0), self.day, self.stage_limits),
            last_trade=date.fromisoformat(last_trade) if last_trade and not only_card else None,
            traded_this_month=id_ in self.traded and not only_card,
            balance=None if only_card else balance or 0,
            overdue=int(self.overdue.get(id_, 0)),
            credit_left=terms.credit_limit - (balance or 0),
            grade="" if only_card else " ".join(filter(None, (self.grades.get(id_, ""), label))),
            blacklisted=bool(self.blacklisted.get(id_, 0)),
            closed=closed_on is not None and closed_on <= self.day.isoformat(),
            only_card=only_card,
        )
