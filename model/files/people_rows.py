"""Salespeople, rules, closed months and contacts as they are imported."""

from __future__ import annotations

from typing import Any

from model.activity import COMPANY_CODE
from model.errors import N_
from model.files.batch import TWICE, Batch, Values, insert, text_of
from model.files.faults import SourceRow
from model.money import FULL_BP
from model.published import COMPANY
from model.store import execute, execute_many, one, rows

SALESPERSON_COLUMNS = ("id", "code", "name", "role", "team", "active")
RULE_COLUMNS = ("from_date", "kind", "owner_bp", "maker_bp")
CLOSE_COLUMNS = ("month", "person_id", "responsible", "active", "closed_with")
CONTACT_COLUMNS = ("id", "customer_id", "date", "person_id", "note", "next_on")
CONTACTS_HELD = 20_000


class PeopleRows:
    """The salespeople."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.seen: dict[str, SourceRow] = {}
        self.new: list[tuple[Any, ...]] = []

    def take(self, source: SourceRow, values: Values) -> None:
        batch, code = self.batch, values["code"]
        if code in self.seen:
            first = self.seen[code]
            batch.faults.tell(source, "code", TWICE, code=code, row=first.row, file=first.file)
            return
        self.seen[code] = SourceRow(source.file, source.row, {})
        id_ = batch.people.find(code)
        before = ("", "sales", "", 1)
        if id_ is not None:
            (before,) = rows("SELECT name, role, team, active FROM salesperson WHERE id = ?", (id_,))
        after = (
            values["name"],
            values["role"] or "sales" if "role" in values else before[1],
            values["team"] or "" if "team" in values else before[2],
            int(values["active"] is not False) if "active" in values else before[3],
        )
        count = batch.count("salespeople")
        if id_ is None:
            id_ = batch.people.ids[code] = batch.id_of("salespeople", code)
            self.new.append((id_, code, *after))
            count.added += 1
        elif after == before:
            count.unchanged += 1
        else:
            execute("UPDATE salesperson SET name = ?, role = ?, team = ?, active = ? WHERE id = ?", (*after, id_))
            count.updated += 1

    def finish(self) -> None:
        insert("salesperson", SALESPERSON_COLUMNS, self.new)


class RuleRows:
    """The rules of attribution. One that is there already is never changed: orders were credited by it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def take(self, source: SourceRow, values: Values) -> None:
        batch, count = self.batch, self.batch.count("rules")
        first, kind = values["from"].isoformat(), values["kind"]
        shares = (values["owner_share"], values["maker_share"])
        if sum(shares) != FULL_BP:
            batch.faults.tell(source, "maker_share", N_("The shares make {sum}, not 10000."), sum=sum(shares))
            return
        if kind != "owned" and shares[0]:
            batch.faults.tell(
                source, "owner_share", N_("A {kind} customer has no owner: the maker has 10000."), kind=kind
            )
            return
        before = one("SELECT owner_bp, maker_bp FROM attribution_rule WHERE from_date = ? AND kind = ?", (first, kind))
        if before is None:
            insert("attribution_rule", RULE_COLUMNS, [(first, kind, *shares)])
            count.added += 1
        elif tuple(before) == shares:
            count.unchanged += 1
        else:
            batch.faults.tell(
                source, "from", N_("The rule from {date} is there already with other shares: give a later date."),
                date=first,
            )  # fmt: skip

    def finish(self) -> None:
        """Every rule is written as it is read."""


class CloseRows:
    """The boards of closed months, which are never recomputed."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def take(self, source: SourceRow, values: Values) -> None:
        batch, count = self.batch, self.batch.count("closes")
        code = values["salesperson"]
        person = COMPANY if code == COMPANY_CODE else batch.refer(batch.people, source, "salesperson", code)
        board = (values["responsible"], values["active"])
        if board[1] > board[0]:
            batch.faults.tell(source, "active", N_("More customers are active than {count}."), count=board[0])
            return
        if person is None:
            return
        before = one(
            "SELECT responsible, active FROM month_close WHERE month = ? AND person_id = ?", (values["month"], person)
        )
        if before is None:
            insert("month_close", CLOSE_COLUMNS, [(values["month"], person, *board, "")])
            count.added += 1
        elif tuple(before) == board:
            count.unchanged += 1
        else:
            batch.faults.tell(
                source, "month", N_("{month} is closed already with another result for {code}."),
                month=values["month"], code=values["salesperson"],
            )  # fmt: skip

    def finish(self) -> None:
        """Every line is written as it is read."""


class ContactRows:
    """The log of visits and calls; customer, day, salesperson and note say which is which."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.was_empty = one("SELECT 1 FROM contact_log LIMIT 1") is None
        self.seen: set[bytes] = set()
        self.new: list[tuple[Any, ...]] = []
        self.customers: set[bytes] = set()

    def take(self, source: SourceRow, values: Values) -> None:
        batch, count = self.batch, self.batch.count("contacts_log")
        customer = batch.refer(batch.customers, source, "customer", values["customer"])
        person = batch.refer(batch.people, source, "salesperson", values["salesperson"])
        next_on = values.get("next_on")
        sound = batch.not_after_today(source, "date", values["date"])
        if next_on is not None and next_on < values["date"]:
            batch.faults.tell(source, "next_on", N_("The follow-up cannot be before the contact itself."))
            return
        if customer is None or person is None or not sound:
            return
        day, note = values["date"].isoformat(), values["note"]
        id_ = batch.id_of("contacts_log", f"{values['customer']}|{day}|{values['salesperson']}|{note}")
        if id_ in self.seen:
            count.unchanged += 1
            return
        self.seen.add(id_)
        before = None if self.was_empty else one(
            "SELECT id, next_on FROM contact_log WHERE customer_id = ? AND date = ? AND person_id = ? AND note = ?",
            (customer, day, person, note),
        )  # fmt: skip
        if before is None:
            self.new.append((id_, customer, day, person, note, text_of(next_on)))
            self.customers.add(customer)
            count.added += 1
            if len(self.new) >= CONTACTS_HELD:
                self._write()
        elif "next_on" in values and before[1] != text_of(next_on):
            execute("UPDATE contact_log SET next_on = ? WHERE id = ?", (text_of(next_on), before[0]))
            count.updated += 1
        else:
            count.unchanged += 1

    def _write(self) -> None:
        insert("contact_log", CONTACT_COLUMNS, self.new)
        self.new.clear()

    def finish(self) -> None:
        self._write()
        execute_many(
            "INSERT INTO customer_total (customer_id, balance, trades, money_until) VALUES (?, 0, 0, '')"
            " ON CONFLICT (customer_id) DO NOTHING",
            [(customer,) for customer in self.customers],
        )
        execute_many(
            "UPDATE customer_total SET last_contact = (SELECT MAX(date) FROM contact_log WHERE customer_id = ?)"
            " WHERE customer_id = ?",
            [(customer, customer) for customer in self.customers],
        )
