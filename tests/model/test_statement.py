"""Statements, by hand: what raised and lowered a balance."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from model.balances import balance_on
from model.statement import StatementRow, statement
from tests.model.company import Company, company

TODAY = date(2026, 6, 30)


def busy(desk: Company) -> bytes:
    desk.product("P")
    desk.setting("grace_days", "365")  # so that no order is held
    customer = desk.customer("C", days=30, limit="1000000")
    order = desk.sell("C", date(2026, 1, 5), [("P", "2", "100")])
    desk.pay("C", date(2026, 1, 20), "50")
    desk.take_back(order, date(2026, 2, 3), "1")
    receipt = desk.pay("C", date(2026, 2, 3), "80")
    cancelled = desk.sell("C", date(2026, 2, 3), "30")
    desk.reverse(receipt, date(2026, 2, 10))
    desk.cancel(cancelled, date(2026, 3, 1))
    return customer


def shown(rows: list[StatementRow]) -> list[tuple[str, int, int, int]]:
    return [(row.document, row.debit, row.credit, row.balance) for row in rows]


def test_a_statement_runs_from_its_opening_balance(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        february = statement(customer, date(2026, 2, 1), date(2026, 2, 28))
        assert shown(february) == [
            ("opening_balance", 0, 0, 15_000),
            ("sale", 3_000, 0, 18_000),
            ("return", 0, 10_000, 8_000),
            ("receipt", 0, 8_000, 0),
            ("reversal", 8_000, 0, 8_000),
        ]
        assert february[0].day == date(2026, 2, 1)
        assert shown(statement(customer, date(2026, 3, 1), TODAY)) == [
            ("opening_balance", 0, 0, 8_000),
            ("cancellation", 0, 3_000, 5_000),
        ]


def test_without_a_first_day_a_statement_has_everything(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        customer = busy(desk)
        rows = statement(customer, None, TODAY)
        assert shown(rows)[:2] == [("opening_balance", 0, 0, 0), ("sale", 20_000, 0, 20_000)]
        assert rows[-1].balance == balance_on(customer, TODAY) == 5_000
        assert len(rows) == 8


def test_what_was_undone_never_stood_on_a_statement(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as desk:
        desk.product("P")
        customer = desk.customer("C", days=30, limit="1000")
        order = desk.sell("C", date(2026, 1, 5), "100")
        desk.cancel(order, date(2026, 1, 5))
        assert shown(statement(customer, None, TODAY)) == [("opening_balance", 0, 0, 0)]
