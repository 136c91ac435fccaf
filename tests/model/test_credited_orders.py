"""The parts of orders behind a salesperson's performance add up to it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from model.credited_orders import credited_orders
from model.performance import performance_board
from tests.model.company import company

TODAY = date(2026, 3, 31)


def test_the_parts_of_all_orders_add_up_to_the_performance(tmp_path: Path) -> None:
    with company(tmp_path, TODAY) as shop:
        for code in ("S1", "S2"):
            shop.salesperson(code)
        shop.product("P", cost="80")
        shop.rule(date(2026, 1, 1), 70)
        shop.customer("A", "S1", days=120, limit="10000")
        shop.customer("R", None, days=120, limit="10000")
        shop.sell("A", date(2026, 3, 2), "100")
        split = shop.sell("A", date(2026, 3, 3), [("P", "3", "100.01")], maker="S2")
        shop.take_back(split, date(2026, 3, 5), "1")
        shop.sell("R", date(2026, 3, 6), "200", maker="S2")
        shop.sell("R", date(2026, 3, 7), "50")
        board = {row.key: row for row in performance_board("2026-03", TODAY).rows}
        for key, person in (("S1", shop.ids["S1"]), ("S2", shop.ids["S2"]), ("", None)):
            parts = credited_orders(person, "2026-03", TODAY)
            assert sum(part.amount for part in parts) == board[key].revenue
            assert sum(part.margin for part in parts) == board[key].margin
            assert sum(part.orders for part in parts) == board[key].orders
        mine = credited_orders(shop.ids["S1"], "2026-03", TODAY)
        # 70 % of 300.03 is 210.02; of the returned third, 70 % of 100.01 is 70.01.
        assert [(part.kind, part.share_bp, part.total, part.amount) for part in mine] == [
            ("sale", 10_000, 10_000, 10_000),
            ("sale", 7_000, 30_003, 21_002),
            ("return", 7_000, -10_001, -7_001),
        ]
