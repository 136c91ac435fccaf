"""A small distributor in a store of its own, and an app with nothing but the order screen over it."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from string import ascii_lowercase
from typing import ClassVar

from textual.pilot import Pilot
from textual.widgets import Input

from model.changes.company import AddProduct
from model.changes.customers import AddCustomer
from model.changes.documents import next_number
from model.changes.receipts import NamedBill, RecordReceipt
from model.ids import new_id
from model.money import parse_price
from model.store import Store, open_store, set_meta
from tests.model.company import Company, company
from tests.tui.waiting import until
from tui import keymap
from tui.order_entry.lines import OrderLines
from tui.order_entry.screen import OrderScreen
from tui.order_entry.type_ahead import TypeAhead
from tui.session import Session, StoreScreen
from tui.shared.desk_app import DeskApp
from tui.shared.status import StatusLine

TODAY = date(2026, 3, 31)
# Two letters of initials tell each of them apart.
PRODUCTS = {
    "M2070": ("打印机", "1299"),
    "X200": ("笔记本", "5400"),
    "K100": ("键盘", "59"),
    "S300": ("鼠标", "39.50"),
    "D24": ("显示器", "899"),
    "U16": ("优盘", "45"),
    "L5": ("路由器", "129"),
    "W8": ("网线", "2.5"),
}
EIGHT_INITIALS = ("dy", "bj", "jp", "sb", "xs", "yp", "ly", "wx")


def distributor(folder: Path) -> Path:
    """A store with people, a customer who ordered twice, one over limit, one overdue, and eight products."""
    with company(folder, TODAY) as desk:
        desk.salesperson("zs")
        desk.salesperson("ls")
        for code, (name, price) in PRODUCTS.items():
            desk.ids[code] = new_id()
            desk.do(
                AddProduct(
                    id=desk.ids[code],
                    code=code,
                    name=name,
                    date=date(2020, 1, 1),
                    unit="台",
                    price_e4=parse_price(price),
                    cost_e4=parse_price(price) * 8 // 10,
                    floor_e4=parse_price(price) * 9 // 10,
                    tax_rate_bp=1300,
                )
            )  # fmt: skip
        _customer(desk, "C001", "联想中关村", "zs", days=30, limit="100000")
        _customer(desk, "C002", "海龙大厦", "ls", days=30, limit="1000")
        _customer(desk, "C003", "鼎好电子", "ls", days=30, limit="50000")
        desk.sell("C001", date(2026, 2, 1), [("M2070", "2", "1280"), ("K100", "5", "55")], maker="zs")
        desk.pay("C001", date(2026, 2, 10), "2835")
        desk.sell(
            "C001", date(2026, 3, 10), [("M2070", "1", "1250"), ("K100", "10", "55"), ("U16", "3", "45")], maker="zs"
        )
        desk.sell("C003", date(2026, 1, 5), [("X200", "1", "5400")], maker="ls")
        desk.sell("C001", date(2026, 3, 12), [("D24", "1", "880")], maker="zs", quote=True)
        set_meta("me", "zs")
    return folder


def _customer(desk: Company, code: str, name: str, owner: str, *, days: int, limit: str) -> None:
    desk.ids[code] = new_id()
    card = {"name": f"北京{name}有限公司", "short_name": name}
    desk.do(AddCustomer(id=desk.ids[code], code=code, date=date(2020, 1, 1), card=card, owner=desk.ids[owner]))
    desk.terms(code, days=days, limit=limit, since=date(2020, 1, 1))


class OrderDesk(DeskApp):
    """The order screen, and a receipt that is recorded at once where the real app would ask."""

    MODES: ClassVar[dict[str, type[StoreScreen]]] = {"order": OrderScreen}  # type: ignore[assignment]

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.session = Session(store)
        self.received: list[tuple[bytes, int | None, bytes | None]] = []

    def on_mount(self) -> None:
        self.switch_mode("order")

    def receive_money(self, customer_id: bytes, amount_minor: int | None = None, order_id: bytes | None = None) -> None:
        self.received.append((customer_id, amount_minor, order_id))
        bills = () if order_id is None else (NamedBill(order=order_id),)
        with self.session.store.use():
            self.session.record(
                RecordReceipt(
                    id=new_id(), number=next_number(), customer=customer_id, date=TODAY, amount=amount_minor or 0,
                    bills=bills,
                )
            )  # fmt: skip
        self.order_screen.store_changed()

    @property
    def order_screen(self) -> OrderScreen:
        assert isinstance(self.screen, OrderScreen)
        return self.screen


async def ready(pilot: Pilot[None]) -> OrderScreen:
    """Let the app answer everything typed so far, until the screen or a question over it waits for keys."""

    def waits() -> bool:
        screen = order_screen_of(pilot)
        return not screen.query_one(TypeAhead).is_holding and all(
            worker.is_finished or worker.group == ASKING for worker in screen.workers
        )

    await until(pilot, waits)
    await pilot.pause()
    return order_screen_of(pilot)


def order_screen_of(pilot: Pilot[None]) -> OrderScreen:
    """The order screen, though a question may stand over it."""
    return next(each for each in reversed(pilot.app.screen_stack) if isinstance(each, OrderScreen))


def pressed(*keys: str) -> list[str]:
    """The keys to press, a text letter by letter."""
    each_key = [each for key in keys for each in ([key] if key in KEY_NAMES else list(key))]
    return [NAMED.get(key, key) for key in each_key]


async def type_keys(pilot: Pilot[None], *keys: str) -> OrderScreen:
    """Press keys one after the other without waiting for any answer in between."""
    await pilot.press(*pressed(*keys))
    return await ready(pilot)


ASKING = "default"
"""Workers that wait for the answer to a question."""
KEY_NAMES = frozenset(
    {"enter", "up", "down", "escape", "f10", "backspace", "delete", "tab"}
    | {f"ctrl+{letter}" for letter in ascii_lowercase}
)
NAMED = {"*": "asterisk", "@": "at", "-": "minus", "+": "plus", "%": "percent_sign", ".": "full_stop"}


def said(screen: OrderScreen) -> str:
    """What the status line says was done."""
    return screen.query_one(StatusLine).standing.said


def fields(screen: OrderScreen) -> list[str]:
    """What stands in the product box, the quantity and the price."""
    return [each.value for each in screen.query_one(OrderLines).query(Input)]


def main() -> None:
    """Run the app over the store in a folder, for tests that kill it."""
    OrderDesk(open_store(Path(sys.argv[1]))).run()


if __name__ == "__main__":
    os.environ.setdefault("HUOKE_TODAY", TODAY.isoformat())
    keymap.load_own_keys(Path(sys.argv[1]) / "none.toml")
    main()
