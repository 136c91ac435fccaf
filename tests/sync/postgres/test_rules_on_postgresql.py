"""Every rule and every report gives in PostgreSQL what it gives in SQLite."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from model import totals
from model.activity import activity_board, activity_by_month, inactive_customers
from model.ageing import ageing, open_bills, overdue_list
from model.balances import balances, overdue_on, sums_on
from model.booking import adjustments
from model.changes import KINDS
from model.changes.arrivals import Arrival, arrive, entered
from model.changes.closing import CloseMonth
from model.changes.company import SetAttributionRule, SetRole, SetWorksHere
from model.changes.customers import EndTemporaryTerms, SetTerms
from model.changes.kind import Args
from model.changes.leasing import RecallLease
from model.changes.leaving import SeeOff
from model.changes.log import Change
from model.changes.orders import CancelOrder, LineArgs, RecordOrder
from model.changes.returning import Fall, ReturnQuiet, WarnQuiet
from model.changes.terms import SetBlacklisted
from model.closing import closed_through
from model.credit import standing_on
from model.credited_orders import credited_orders
from model.dates import last_day, month_of, shifted
from model.errors import HuokeError
from model.follow_ups import follow_ups
from model.ids import new_id
from model.lost import LOST_KEYS, company_lost, lost_orders, lost_report
from model.margin import MARGIN_KEYS, margin, margin_by_year, margin_total, monthly_curve, revenue_by_customer, trend
from model.order_history import last_order, last_order_lines
from model.payment_record import payment_records, suggestion_for
from model.performance import performance_board
from model.quiet_returns import QuietCustomer, quiet_customers, return_rule
from model.rule_preview import rule_preview
from model.settings import CLOCKS
from model.statement import statement
from model.store import Store, execute_many, meta, rows, set_meta
from model.synced import KINDS as DOCUMENT_KINDS
from model.synced import all_ids, read_documents
from model.targets import receipts_by_owner, targets_board
from sync.server import checking
from sync.server.accounts import revoke
from sync.server.figures import computed
from sync.server.imports import import_at_office
from sync.server.storage import open_office
from tests.simulation.deeds import OFFICE, SALES, Desk, some_deed
from tests.simulation.machines import quick
from tests.sync.offices import FIRST_DAY, Company, Laptop

FEWEST_DEEDS, MOST_DEEDS = 120, 1500
DEEDS_PER_DAY = 11
LAST_OF_SEASON = FIRST_DAY + timedelta(days=20)
# What stands beside the documents: running totals, settlement, how changes fared.
TABLES = {
    "customer_total": "customer_id, balance, trades, first_trade, last_trade, last_contact, money_until",
    "customer_month": "customer_id, month, orders, revenue, cost, uncosted",
    "person_month": "person_id, month, orders, amount, cost, uncosted",
    "allocation": "customer_id, source_id, bill_id, date, amount",
    "orders": "id, open_amount, settled_on",
    "receipt": "id, unallocated",
    "change": "uid, device, number, kind, args, person, business_date, chain",
    "arrival": "uid, status, result",
    "former": "change_uid, kind, id, part, before, after",
}
CUSTOMERS_CSV = "code,name,owner,phone\nI1,Imported one,A,13900000001\nI2,Imported two,,13900000002\n"


@pytest.fixture
def traded(tmp_path: Path) -> Iterator[Company]:
    """A company in SQLite in which every kind of change was done, at the office and on two laptops."""
    company = Company(tmp_path)
    quick(company.store)
    for code, role in (("M", "manager"), ("A", "sales"), ("B", "sales"), ("GONE", "sales")):
        company.person(code, role)
    company.product("P1", floor=90)
    company.product("P2", price=250, cost=None)
    company.product("P3", price=33, cost=20)
    for number, owner in enumerate(("A", "B", "A", None, "B", None)):
        company.customer(f"C{number}", owner, limit=1000 * number, days=number)
    company.customer("WALK", retail=True)
    _do_what_is_rare(company, tmp_path)
    _do_what_is_common(company, random.Random(20261123))
    _close_what_is_over(company)
    with company.store.use():
        company.office.publish()
    return company


def _do_what_is_rare(company: Company, folder: Path) -> None:
    lost = company.laptop("GONE", "lost")
    with company.store.use():
        revoke(lost.device, company.office.record_here)
    quiet = company.customer("QUIET", "GONE")
    company.at_office(SetWorksHere(person=company.people["GONE"], active=False), "M")
    company.at_office(SeeOff(person=company.people["GONE"], to=company.people["A"], date=FIRST_DAY), "M")
    company.at_office(WarnQuiet(falls=(Fall(customer=quiet, falls_on=FIRST_DAY),), clock="any"))
    company.at_office(ReturnQuiet(customers=(quiet,), after_days=30))
    company.at_office(SetAttributionRule(from_date=FIRST_DAY, owner_bp=6000), "M")
    company.at_office(SetRole(person=company.people["B"], role="finance"), "M")
    company.at_office(SetRole(person=company.people["B"], role="sales"), "M")
    season = company.customer("SEASON", "A")
    company.at_office(
        SetTerms(
            customer=season, from_date=FIRST_DAY, credit_days=None, credit_from=None, credit_limit=900_000,
            until=LAST_OF_SEASON,
        ),
        "M",
    )  # fmt: skip
    company.at_office(
        EndTemporaryTerms(customer=season, from_date=FIRST_DAY, until=LAST_OF_SEASON, date=company.day), "M"
    )
    (folder / "customers.csv").write_text(CUSTOMERS_CSV, encoding="utf-8")
    with company.store.use():
        import_at_office(
            company.store, [folder / "customers.csv"], lambda args: company.office.record_here(args), on=company.day
        )
    a = company.laptop("A", "early")
    a.sync()
    company.at_office(RecallLease(customer=company.customers["C2"], device=a.device), "M")
    a.sync()
    # Blacklisted, nothing is lent: the laptop gives back what it holds. Freed, what was held is judged again.
    company.at_office(SetBlacklisted(customer=company.customers["C2"], from_date=company.day, blacklisted=True,
                                     reason="test"), "M")  # fmt: skip
    a.sync()
    a.sync()


def _do_what_is_common(company: Company, chance: random.Random) -> None:
    laptops = [company.laptop("A", "a"), company.laptop("B", "b")]
    for laptop in laptops:
        quick(laptop.store)
        laptop.sync()
    for step in range(MOST_DEEDS):
        if step >= FEWEST_DEEDS and not _kinds_missing(company):
            break
        if step % DEEDS_PER_DAY == DEEDS_PER_DAY - 1:
            company.day += timedelta(days=chance.choice((1, 1, 9)))
        if chance.randrange(3):
            _at_laptop(chance.choice(laptops), chance)
        else:
            _at_office(company, chance)
    for laptop in laptops * 2:
        laptop.sync()


def _close_what_is_over(company: Company) -> None:
    """Close the last month between two orders of it, and cancel what is cancelled then."""
    company.customer("LATE", "B", limit=1_000_000, days=90)
    month = shifted(month_of(company.day), -1)
    orders = [new_id(), new_id(), new_id()]
    for place, order in enumerate(orders):
        if place == 2:
            _close_through(company, month)
        line = LineArgs(line=1, product=company.products["P3"], quantity_e3=5_000, price_e4=500_000)
        company.at_office(
            RecordOrder(
                id=order, number=f"LATE-{place}", customer=company.customers["LATE"], date=last_day(month),
                lines=(line,), maker=company.people["A"],
            ), "M",
        )  # fmt: skip
    company.at_office(CancelOrder(order=orders[0], date=company.day, reason="sent back"), "M")
    with company.store.use():
        assert {"cancelled", "sale"} <= {row[0] for row in rows("SELECT what FROM late_entry")}


def _close_through(company: Company, month: str) -> None:
    """Close a month, and before it those that chance left open."""
    with company.store.use():
        closed = closed_through()
    while closed < month:
        closed = shifted(closed or shifted(month, -1), 1)
        company.at_office(CloseMonth(month=closed), "M")


def _try(company: Company, args: Args) -> None:
    try:
        company.at_office(args, "M")
    except HuokeError:
        return  # the same


def _kinds_missing(company: Company) -> set[str]:
    with company.store.use():
        return set(KINDS) - {kind for (kind,) in rows("SELECT DISTINCT kind FROM change")}


def _at_laptop(laptop: Laptop, chance: random.Random) -> None:
    if not chance.randrange(5):
        laptop.sync()
        return
    with laptop.store.use():
        _name, args = some_deed(Desk(laptop.person, SALES, laptop.company.day, chance))
    if args is not None:
        try:
            laptop.do(args)
        except HuokeError:
            return  # what a rule refuses is no change


def _at_office(company: Company, chance: random.Random) -> None:
    with company.store.use():
        desk = Desk(company.people["M"], OFFICE, company.day, chance, is_server=True)
        _name, args = some_deed(desk)
    if args is not None:
        try:
            company.at_office(args, "M")
        except HuokeError:
            return  # the same


def test_the_log_done_again_there_gives_the_same_company_and_the_same_reports(
    traded: Company, postgresql_url: str
) -> None:
    with traded.store.use():
        log = list(Change.select().join(Arrival, on=(Arrival.uid == Change.uid)).order_by(Arrival.v, Arrival.place))
        fared = {arrival.uid: arrival for arrival in Arrival.select()}
        kept_files = rows("SELECT sha256, name, content FROM import_file")
        company_id = meta("company")
        assert not _kinds_missing(traded)
        wanted = _everything(traded.day)
        assert checking.faults(traded.day) == []
    there = open_office(postgresql_url, create=True)
    with there.use():
        with there.writing():
            set_meta("company", company_id)
            execute_many("INSERT INTO import_file (sha256, name, content) VALUES (?, ?, ?)", kept_files)
        for change in log:
            with there.writing():
                as_before = fared[change.uid]
                entered(change, arrive(change), v=as_before.v, place=as_before.place, received_at="")
        _copy_figures(traded.store, there)
        found = _everything(traded.day)
        for name in wanted:
            assert found[name] == wanted[name], name
        assert totals.faults() == []
    there.close()


def _quiet(day: date, clock: str) -> list[QuietCustomer]:
    rule = return_rule(day, 3, clock)
    return [] if rule is None else quiet_customers(rule, day, day + timedelta(days=9))


def _copy_figures(source: Store, target: Store) -> None:
    """Published figures are computed, not done by anybody."""
    with source.use():
        kept = rows("SELECT * FROM published_month")
    with target.use(), target.writing():
        execute_many(f"INSERT INTO published_month VALUES ({', '.join('?' * 9)})", kept)


def _everything(day: date) -> dict[str, Any]:
    """All documents, totals and reports of the store in use, in comparable form."""
    found: dict[str, Any] = {f"documents {kind}": read_documents(kind, all_ids(kind)) for kind in DOCUMENT_KINDS}
    for table, columns in TABLES.items():
        found[table] = sorted(rows(f"SELECT {columns} FROM {table}"), key=repr)
    found.update(_reports(day))
    return found


def _reports(day: date) -> Iterator[tuple[str, Any]]:
    month, start = day.isoformat()[:7], date(2026, 1, 1)
    people = [bytes(row[0]) for row in rows("SELECT id FROM salesperson ORDER BY code")]
    customers = [bytes(row[0]) for row in rows("SELECT id FROM customer ORDER BY code")]
    yield "activity", [activity_board(month, day), activity_board(month, day, without_blacklisted=True)]
    yield "performance", performance_board(month, day)
    for earlier in (month, shifted(month, -1), shifted(month, -2)):
        yield f"closed {earlier}", [
            activity_board(earlier, day), performance_board(earlier, day), adjustments(earlier, day),
            targets_board(earlier, day), receipts_by_owner(earlier, day),
        ]  # fmt: skip
        for person in people:
            yield f"credited {earlier} {person.hex()}", credited_orders(person, earlier, day)
    yield "figures", computed(day)
    yield "another rule", [rule_preview(earlier, 2500, day) for earlier in (month, shifted(month, -1))]
    yield "quiet", [_quiet(when, clock) for when in (day, day - timedelta(days=20)) for clock in CLOCKS]
    yield "follow-ups", [follow_ups(person, day) for person in people]
    yield "ageing", [ageing(day), ageing(day, "date"), ageing(day - timedelta(days=20))]
    yield "balances", [_all(balances(when)) for when in (day, day - timedelta(days=20))]
    yield "sums", [sums_on(when) for when in (day, day - timedelta(days=20))]
    yield "overdue", [_all(overdue_list(day)), overdue_on(day), _all(open_bills(day))]
    yield "margin", [margin(start, day, by, day) for by in MARGIN_KEYS]
    yield "margin in all", [margin_total(start, day, day), revenue_by_customer(start, day, day)]
    yield "lost", [lost_report(start, day, by, day) for by in LOST_KEYS]
    yield "lost orders", [lost_orders(start, day, day), company_lost(start, day, day)]
    yield "payment records", _all(payment_records(day))
    for person in people:
        yield f"person {person.hex()}", [
            activity_by_month(person, [month], day), inactive_customers(person, month, day),
            credited_orders(person, month, day),
        ]  # fmt: skip
    for customer in customers:
        yield f"customer {customer.hex()}", [
            standing_on(customer, day), statement(customer, None, day), monthly_curve(customer, month),
            trend(customer, day), margin_by_year(customer), suggestion_for(customer, day), last_order(customer),
            last_order_lines(customer),
        ]  # fmt: skip


def _all(some: Iterable[Any]) -> list[Any]:
    return list(some)
