"""How many keys the office's daily rounds take, every one of them counted as it is pressed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from model.changes.customers import AddCustomer
from model.ids import new_id
from model.store import rows
from tests.model.company import OPENED_ON, Company
from tests.tui.customers_desk import TODAY, small_company
from tests.tui.test_money import settle
from tui.app import HuokeApp
from tui.office.screen import OfficeScreen
from tui.receivables.receipt_form import ReceiptForm
from tui.shared.ask import AskText, Confirm

pytestmark = pytest.mark.usefixtures("english")

DAY = timedelta(days=1)
RECEIPTS = 20
KEYS_BEYOND_THE_AMOUNT = 12
HELD_ORDERS = 10
KEYS_FOR_ALL_HELD_ORDERS = 30
# Name of a customer, and what finds it: the initials of its pinyin.
NAMES = {
    "中科电子": "zkdz", "联创数码": "lcsm", "华星科技": "hxkj", "鼎好商贸": "dhsm", "海龙网络": "hlwl",
    "天音通讯": "tytx", "百盛电脑": "bsdn", "金山软件": "jsrj", "宏图三胞": "htsb", "东方仪器": "dfyq",
    "北斗导航": "bddh", "新宇耗材": "xyhc", "红石办公": "hsbg", "长虹家电": "chjd", "万和系统": "whxt",
    "德源贸易": "dymy", "瑞丰机电": "rfjd", "国美打印": "gmdy", "安达物流": "adwl", "启明教育": "qmjy",
}  # fmt: skip


class Fingers:
    """Presses keys at a desk and counts each of them."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.pressed = 0

    async def press(self, *keys: str) -> None:
        self.pressed += len(keys)
        await self.pilot.press(*keys)
        await settle(self.pilot)


def twenty_who_owe(made: Company) -> None:
    """Each owes 1,000.50 since ten days too long, and every fourth has an order held for that."""
    made.salesperson("F1", "finance")
    made.salesperson("S1")
    made.product("P")
    for at, name in enumerate(NAMES):
        code = f"K{at:05d}"
        made.ids[code] = new_id()
        card = {"name": f"{name}有限公司"}
        made.do(AddCustomer(id=made.ids[code], code=code, date=OPENED_ON, card=card, owner=made.ids["S1"]))
        made.terms(code, days=30, limit="100000", since=OPENED_ON)
        made.sell(code, TODAY - 40 * DAY, "1000.50", maker="S1")
        if at % 4 == 0:
            assert made.sell(code, TODAY, "5", maker="S1").state == "held"


def ten_held(made: Company) -> None:
    """Ten orders of ten customers, each held for another reason or amount, beside others that are not held."""
    made.salesperson("M1", "manager")
    made.salesperson("S1")
    made.product("P")
    for at in range(HELD_ORDERS):
        code = f"H{at}"
        made.customer(code, "S1", days=30, limit="1000")
        if at % 2:
            made.sell(code, TODAY - 40 * DAY, "10", maker="S1")
        made.sell(code, TODAY - DAY, "1", maker="S1", paid="1")
        assert made.sell(code, TODAY, f"{1_001 + at}", maker="S1").state == "held"


async def test_twenty_receipts_of_customers_found_by_their_initials(tmp_path: Path) -> None:
    with small_company(tmp_path / "store", twenty_who_owe, me="F1") as (store, _made):
        app = HuokeApp(store)
        beyond: list[int] = []
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            fingers = Fingers(pilot)
            # The way to the form is counted too, with the first receipt.
            await fingers.press("f7")
            await fingers.press("n")
            for at, initials in enumerate(NAMES.values()):
                amount = f"{1_000 + at}"
                await fingers.press(*initials, "enter", *amount, "f10")
                if isinstance(app.screen, Confirm):
                    # The money frees a held order: it is released on the spot.
                    await fingers.press("enter")
                beyond.append(fingers.pressed - len(amount) - sum(beyond) - sum(len(f"{1_000 + n}") for n in range(at)))
            assert isinstance(app.screen, ReceiptForm)
        assert len(beyond) == RECEIPTS
        assert max(beyond) <= KEYS_BEYOND_THE_AMOUNT, beyond
        with store.use():
            received = dict(
                rows("SELECT c.code, r.amount FROM receipt r JOIN customer c ON c.id = r.customer_id ORDER BY c.code")
            )
            assert received == {f"K{at:05d}": (1_000 + at) * 100 for at in range(RECEIPTS)}
        print(f"{RECEIPTS} receipts: at most {max(beyond)} keys beyond the amount, {sum(beyond) / RECEIPTS:.1f} each")


async def test_ten_held_orders_are_cleared_from_the_first_screen_on(tmp_path: Path) -> None:
    with small_company(tmp_path / "store", ten_held, me="M1") as (store, _made):
        app = HuokeApp(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            fingers = Fingers(pilot)
            await fingers.press("f9")
            assert isinstance(app.screen, OfficeScreen)
            # Each is looked at and marked; then all are let through with one reason.
            await fingers.press(*["space"] * HELD_ORDERS)
            await fingers.press("l")
            assert isinstance(app.screen, AskText)
            await fingers.press("o", "k", "enter")
        assert fingers.pressed <= KEYS_FOR_ALL_HELD_ORDERS
        with store.use():
            states = rows("SELECT state, reason FROM orders WHERE held_for <> '' ORDER BY number")
        assert states == [("confirmed", "ok")] * HELD_ORDERS
        print(f"{HELD_ORDERS} held orders: {fingers.pressed} keys")


async def test_ten_held_orders_are_decided_one_by_one_in_as_few_keys(tmp_path: Path) -> None:
    """Five are let through and five rejected, each for a reason."""
    with small_company(tmp_path / "store", ten_held, me="M1") as (store, _made):
        app = HuokeApp(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            fingers = Fingers(pilot)
            await fingers.press("f9")
            await fingers.press(*["space"] * (HELD_ORDERS // 2))
            await fingers.press("l")
            await fingers.press("o", "k", "enter")
            await fingers.press(*["space"] * (HELD_ORDERS // 2))
            await fingers.press("x")
            await fingers.press("3")
        assert fingers.pressed <= KEYS_FOR_ALL_HELD_ORDERS
        with store.use():
            states = [state for (state,) in rows("SELECT state FROM orders WHERE held_for <> ''")]
        assert sorted(states) == ["confirmed"] * (HELD_ORDERS // 2) + ["rejected"] * (HELD_ORDERS // 2)
        print(f"{HELD_ORDERS} held orders, half of them rejected: {fingers.pressed} keys")
