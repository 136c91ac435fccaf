"""Orders that were amended, or wait for it, are the same again after an export and an import."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from model import totals
from model.balances import balances
from model.changes.order_amending import AmendOrder
from model.changes.orders import LineArgs, OrderRecorded, RejectOrder, ReleaseOrder
from model.errors import ImportRefused, Refused
from model.files.exporting import export_tables
from model.files.importing import import_paths
from model.ids import new_id
from model.lost import lost_report
from model.money import parse_price
from model.orders import Order, order_by_number
from model.store import rows
from tests.model.company import Company, company
from tests.model.test_export import FACTS, facts

TODAY = date(2026, 3, 31)
FIRST = date(2025, 1, 10)
STANDS_FOR = "SELECT a.number, o.number, a.held_for FROM orders a LEFT JOIN orders o ON o.id = a.replaces_id" + (
    " WHERE a.replaces_id IS NOT NULL ORDER BY a.number"
)


def amended(one: Company, order: OrderRecorded, number: str, on: date, price: str) -> OrderRecorded:
    before = Order.get_by_id(order.id)
    line = LineArgs(line=1, product=one.ids["P"], quantity_e3=1_000, price_e4=parse_price(price))
    args = AmendOrder(id=new_id(), number=number, order=order.id, version=before.version, date=on, lines=(line,))
    recorded: OrderRecorded = one.do(args)
    return recorded


def trade(one: Company) -> None:
    """An order amended twice, one amended on its own day, and one whose amendment waits."""
    one.salesperson("S1")
    one.product("P")
    one.customer("C1", "S1", days=600, limit="50000", since=date(2025, 1, 1))
    first = one.sell("C1", FIRST, "1000")
    one.pay("C1", date(2025, 1, 12), "600", first)
    for number, day, price in (("AM1", 20, "900"), ("AM2", 25, "800")):
        first = amended(one, first, number, date(2025, 1, day), price)
        one.release(first, date(2025, 1, day + 1))
    same_day = one.sell("C1", date(2025, 2, 10), "70")
    one.release(amended(one, same_day, "AM3", date(2025, 2, 10), "60"), date(2025, 2, 10))
    waiting = one.sell("C1", date(2025, 3, 10), "50")
    amended(one, waiting, "AM4", date(2025, 3, 12), "40")


def ended(one: Company) -> OrderRecorded:
    """Amendments that came to nothing, one order still standing and one cancelled later.

    Returns:
        One that names its order and was rejected for a known reason.
    """
    one.salesperson("S1")
    one.product("P")
    one.customer("C1", "S1", days=600, limit="50000", since=date(2025, 1, 1))
    first = one.sell("C1", FIRST, "1000")
    rejected = amended(one, first, "AM1", date(2025, 1, 20), "900")
    one.do(RejectOrder(order=rejected.id, date=date(2025, 1, 21), reason="price"))
    one.cancel(amended(one, first, "AM2", date(2025, 1, 22), "800"), date(2025, 1, 26))
    second = one.sell("C1", date(2025, 1, 12), "70")
    one.reject(amended(one, second, "AM3", date(2025, 1, 20), "60"), date(2025, 1, 20))
    one.cancel(second, date(2025, 2, 1))
    return rejected


def told() -> tuple[object, ...]:
    """What reports say on the days between, on which one order or the other counted."""
    days = (FIRST, date(2025, 1, 20), date(2025, 1, 22), date(2025, 1, 26), date(2025, 2, 10), TODAY)
    owed = [[(row.code, row.sums, row.standing.balance) for row in balances(day)] for day in days]
    return owed, [lost_report(FIRST, day, "reason", TODAY) for day in days]


def test_an_export_imported_into_a_new_store_has_the_same_amendments(tmp_path: Path) -> None:
    with company(tmp_path / "one", TODAY) as one:
        trade(one)
        before, said = facts(), told()
        export_tables(tmp_path / "tables")
        # Read back where it came from it changes nothing.
        assert not import_paths([tmp_path / "tables"], on=TODAY).changed
    with company(tmp_path / "two", TODAY) as two:
        import_paths([tmp_path / "tables"], on=TODAY)
        after = facts()
        assert totals.faults() == []
        assert {name for name in FACTS if after[name] != before[name]} == set()
        assert told() == said
        assert [row[:2] for row in rows(STANDS_FOR)] == [
            ("AM1", "A-000001"), ("AM2", "AM1"), ("AM3", "A-000003"), ("AM4", "A-000004"),
        ]  # fmt: skip
        # What waited is agreed to, and stands in the place of its order.
        two.do(ReleaseOrder(order=order_by_number("AM4").id, date=TODAY, reason="agreed"))
        assert order_by_number("A-000004").state == "cancelled"


def test_an_amendment_of_nobody_knows_what_is_rejected_and_not_released(tmp_path: Path) -> None:
    with company(tmp_path / "one", TODAY) as one:
        trade(one)
        export_tables(tmp_path / "tables")
    orders = tmp_path / "tables" / "orders.csv"
    orders.write_text(orders.read_text().replace("amended A-000004", "amended NOBODY"))
    with company(tmp_path / "two", TODAY), pytest.raises(ImportRefused):
        import_paths([tmp_path / "tables"], on=TODAY)
    # As an earlier Huoke wrote it.
    orders.write_text(orders.read_text().replace("amended NOBODY", "amended"))
    with company(tmp_path / "three", TODAY) as three:
        import_paths([tmp_path / "tables"], on=TODAY)
        waiting = order_by_number("AM4")
        with pytest.raises(Refused, match="Nothing says which order AM4 amends"):
            three.do(ReleaseOrder(order=waiting.id, date=TODAY, reason="agreed"))
        three.do(RejectOrder(order=waiting.id, date=TODAY, reason="unknown"))


def test_an_amendment_that_came_to_nothing_is_no_lost_order_after_an_import_either(tmp_path: Path) -> None:
    reasons = "SELECT number, held_for, reason FROM orders ORDER BY number"
    with company(tmp_path / "one", TODAY) as one:
        ended(one)
        before, said, named, wrote = facts(), told(), rows(STANDS_FOR), rows(reasons)
        export_tables(tmp_path / "tables")
        assert not import_paths([tmp_path / "tables"], on=TODAY).changed
    assert "amended A-000001: price" in (tmp_path / "tables" / "orders.csv").read_text()
    with company(tmp_path / "two", TODAY):
        import_paths([tmp_path / "tables"], on=TODAY)
        after = facts()
        assert {name for name in FACTS if after[name] != before[name]} == set()
        assert (told(), rows(STANDS_FOR), rows(reasons)) == (said, named, wrote)
        export_tables(tmp_path / "again")
        assert (tmp_path / "again" / "orders.csv").read_bytes() == (tmp_path / "tables" / "orders.csv").read_bytes()


def test_words_that_only_look_like_an_amendment_stay_a_persons_own(tmp_path: Path) -> None:
    with company(tmp_path / "one", TODAY) as one:
        rejected = ended(one)
        export_tables(tmp_path / "tables")
    orders = tmp_path / "tables" / "orders.csv"
    orders.write_text(orders.read_text().replace("amended A-000001: price", "amended twice: too dear"))
    with company(tmp_path / "two", TODAY):
        import_paths([tmp_path / "tables"], on=TODAY)
        kept = order_by_number(rejected.number)
        assert (kept.reason, kept.replaces_id, kept.held_for) == ("amended twice: too dear", None, "")


def test_tables_that_do_not_name_the_order_amended_still_say_the_same(tmp_path: Path) -> None:
    with company(tmp_path / "one", TODAY) as one:
        trade(one)
        one.reject(amended(one, one.sell("C1", FIRST, "10"), "AM5", date(2025, 1, 20), "9"), date(2025, 1, 21))
        export_tables(tmp_path / "tables")
        orders = tmp_path / "tables" / "orders.csv"
        # As an earlier Huoke wrote it.
        earlier = re.sub(r",amended A-\d+: ", ",", re.sub(r",amended A-\d+,", ",amended,", orders.read_text()))
        assert earlier.count("amended") == 1
        orders.write_text(earlier)
        assert not import_paths([tmp_path / "tables"], on=TODAY).changed
        orders.write_text(earlier.replace(",amended,", ",amended AM1,"))
        with pytest.raises(ImportRefused):
            import_paths([tmp_path / "tables"], on=TODAY)
